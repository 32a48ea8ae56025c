//! Who in the market belongs to its own cast, by hotkey.

use std::collections::BTreeMap;

use anyhow::Result;
use tributary_client::AccountId32;

use super::plan::{Member, Plan, VALIDATORS};

/// What somebody does in a subnet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Role {
    /// Owns it.
    Owner,
    /// Judges.
    Validator,
    /// Trains.
    Miner {
        /// How it behaves.
        kind: &'static str,
        /// Above 0, at most 1.
        strength: f64,
    },
    /// Serves.
    Server {
        /// How it behaves.
        kind: &'static str,
        /// Milliseconds that its answers wait.
        delay_ms: u64,
    },
}

/// The plan's people.
#[derive(Clone, Debug, Default)]
pub struct Cast {
    roles: BTreeMap<AccountId32, Role>,
    /// Places in the plan, by the owner's hotkey.
    seats: BTreeMap<AccountId32, usize>,
    /// Numbers of the validators within their subnet.
    validators: BTreeMap<AccountId32, usize>,
    /// Place of the serve subnet.
    service: usize,
}

impl Cast {
    /// The cast of a plan.
    ///
    /// # Errors
    /// Never for the names used here.
    pub fn of(plan: &Plan) -> Result<Self> {
        let mut cast = Self {
            service: plan.subnets.len(),
            ..Self::default()
        };
        for index in 0..plan.seats().len() {
            let owner = Member::owner(index)?.hotkey.account();
            cast.roles.insert(owner.clone(), Role::Owner);
            cast.seats.insert(owner, index);
            for number in 0..VALIDATORS {
                let validator = Member::validator(index, number)?.hotkey.account();
                cast.roles.insert(validator.clone(), Role::Validator);
                cast.validators.insert(validator, number);
            }
        }
        for (index, subnet) in plan.subnets.iter().enumerate() {
            for (number, miner) in subnet.miners.iter().enumerate() {
                let role = Role::Miner {
                    kind: miner.kind.name(),
                    strength: miner.strength,
                };
                cast.roles.insert(Member::miner(index, number)?.hotkey.account(), role);
            }
        }
        for (number, server) in plan.service.miners.iter().enumerate() {
            let role = Role::Server {
                kind: server.kind.name(),
                delay_ms: server.delay_ms,
            };
            let hotkey = Member::miner(cast.service, number)?.hotkey.account();
            cast.roles.insert(hotkey, role);
        }
        Ok(cast)
    }

    /// The place in the plan of the subnet that this hotkey owns.
    pub fn seat(&self, owner: &AccountId32) -> Option<usize> {
        self.seats.get(owner).copied()
    }

    /// What is done in the subnet at this place.
    pub fn market(&self, seat: usize) -> &'static str {
        if seat == self.service { "serve" } else { "train" }
    }

    /// What somebody of the cast does.
    pub fn role(&self, hotkey: &AccountId32) -> Option<Role> {
        self.roles.get(hotkey).copied()
    }

    /// Which of its subnet's validators somebody is, from 0.
    pub fn validator(&self, hotkey: &AccountId32) -> Option<usize> {
        self.validators.get(hotkey).copied()
    }

    /// Whether somebody belongs to the cast.
    pub fn knows(&self, hotkey: &AccountId32) -> bool {
        self.roles.contains_key(hotkey)
    }
}
