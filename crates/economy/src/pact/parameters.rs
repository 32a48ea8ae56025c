//! Numbers that hold for all pacts of a chain.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

use super::Error;
use crate::{PerMillion, Tao, UNIT};

/// Parameters of pacts: a value of the chain, set at genesis or by root.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "camelCase", default)]
pub struct Parameters {
    /// Blocks in which half of a reservoir is released.
    pub release_half_life: u64,
    /// What a report of a breach costs if it is refused, in rao.
    pub report_deposit: Tao,
    /// Blocks in which a report must be decided.
    pub report_period: u64,
    /// Part of the bond that rewards the reporter of a breach.
    pub reward: PerMillion,
    /// Blocks between a payer's wish to close a channel and its end.
    pub challenge_period: u64,
    /// Blocks in which a new owner must post the bond.
    pub bond_period: u64,
    /// How much emission favours pacts: a share is multiplied by 1 + weight * strength. In parts of a million, may be
    /// above one; zero is off.
    pub pact_weight: u32,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            release_half_life: 7_200,
            report_deposit: Tao(10 * UNIT),
            report_period: 50_400,
            reward: PerMillion(100_000),
            challenge_period: 300,
            bond_period: 50_400,
            pact_weight: 0,
        }
    }
}

impl Parameters {
    /// Checks that there is a half-life, that the reward is a part, and that a report costs something.
    ///
    /// # Errors
    /// [`Error::InvalidTerms`].
    pub fn check(&self) -> Result<(), Error> {
        let fits = self.release_half_life > 0 && self.reward.is_part() && !self.report_deposit.is_zero();
        if fits { Ok(()) } else { Err(Error::InvalidTerms) }
    }
}
