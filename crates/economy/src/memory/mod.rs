//! A [`Ledger`] in memory, for tests, vectors and simulations. It follows the chain's storage: an absent key
//! reads as its default, and writing the default removes the key, so that two ledgers with the same
//! observable state are equal.

mod accounts;
mod balances;
mod books;
mod journal;
mod ledger;
mod pacts;
mod removal;
mod transactions;

use alloc::{collections::BTreeMap, vec::Vec};

pub use accounts::{KeyPart, MemoryAccount};
pub use removal::OUTLIVE_A_SUBNET;

use crate::{
    Alpha, Error, Event, Ledger, MechId, NetUid, NetUidStorageIndex, RootClaimType, Tao,
    fixed::{I64F64, I96F32, U64F64, U96F32},
    for_each_ledger_item,
    market::genesis,
    rule_sets::RuleSet,
    safe_float::SafeFloat,
};
use journal::Journal;

/// What the table of items cannot hold: values whose default depends on more than the key, and the block.
#[derive(Clone, Debug, PartialEq)]
struct Environment<A> {
    block: u64,
    parent_hash: [u8; 32],
    author: Option<A>,
    rule_set: RuleSet,
    minimum_reserve: u64,
    existential_deposit: Tao,
    balances_issuance: Tao,
    network_last_registered: u64,
}

macro_rules! declare_memory {
    ($($get:ident, $set:ident, $storage:ident, ($($key:ident : $(&)? $ty:ident),*), $value:ty, $default:expr;)*) => {
        /// The whole state of the market, in maps. `Clone` copies it; `==` compares what can be read.
        #[derive(Clone, Debug, PartialEq)]
        pub struct MemoryLedger<Acc: MemoryAccount> {
            $($get: BTreeMap<($($ty,)*), $value>,)*
            environment: Environment<Acc>,
            events: Vec<Event<Acc>>,
            journal: Journal<Self>,
            balances: BTreeMap<Acc, Tao>,
            owners: BTreeMap<Acc, Acc>,
            delegates: BTreeMap<Acc, u16>,
            delegate_take_blocks: BTreeMap<Acc, u64>,
            subnet_owners: BTreeMap<NetUid, Acc>,
            subnet_owner_hotkeys: BTreeMap<NetUid, Acc>,
            hotkeys: BTreeMap<(NetUid, u16), Acc>,
            shares: BTreeMap<(Acc, NetUid, Acc), SafeFloat>,
            root_claims: BTreeMap<(NetUid, Acc, Acc), u128>,
            commits: BTreeMap<(NetUidStorageIndex, Acc), u64>,
            fee_rates: BTreeMap<NetUid, u16>,
            quote_weights: BTreeMap<NetUid, u64>,
            swaps: BTreeMap<NetUid, bool>,
            alpha_minted: BTreeMap<NetUid, Alpha>,
            alpha_burned: BTreeMap<NetUid, Alpha>,
            alpha_recycled: BTreeMap<NetUid, Alpha>,
            pacts: pacts::Pacts<Acc>,
        }

        impl<Acc: MemoryAccount> Default for MemoryLedger<Acc> {
            fn default() -> Self {
                Self {
                    $($get: BTreeMap::new(),)*
                    environment: Environment {
                        block: 0,
                        parent_hash: [0; 32],
                        author: None,
                        rule_set: RuleSet::default(),
                        minimum_reserve: crate::pool::MINIMUM_RESERVE,
                        existential_deposit: Tao(500),
                        balances_issuance: Tao(0),
                        network_last_registered: 0,
                    },
                    events: Vec::new(),
                    journal: Journal::default(),
                    balances: BTreeMap::new(),
                    owners: BTreeMap::new(),
                    delegates: BTreeMap::new(),
                    delegate_take_blocks: BTreeMap::new(),
                    subnet_owners: BTreeMap::new(),
                    subnet_owner_hotkeys: BTreeMap::new(),
                    hotkeys: BTreeMap::new(),
                    shares: BTreeMap::new(),
                    root_claims: BTreeMap::new(),
                    commits: BTreeMap::new(),
                    fee_rates: BTreeMap::new(),
                    quote_weights: BTreeMap::new(),
                    swaps: BTreeMap::new(),
                    alpha_minted: BTreeMap::new(),
                    alpha_burned: BTreeMap::new(),
                    alpha_recycled: BTreeMap::new(),
                    pacts: pacts::Pacts::default(),
                }
            }
        }

    };
}

for_each_ledger_item!(declare_memory);

impl<Acc: MemoryAccount> MemoryLedger<Acc> {
    /// A market with only the root network (`docs/rules/subnets.md#genesis`), on which staking is open as on the main
    /// network. Everything else has the reference's defaults.
    pub fn genesis() -> Self {
        let mut ledger = Self::default();
        genesis::root(&mut ledger, None, true);
        ledger
    }

    /// Gives an account TAO that is newly issued.
    ///
    /// # Errors
    /// [`Error::InsufficientBalance`] if the account does not exist and the amount is below the existential deposit.
    pub fn fund(&mut self, who: &Acc, amount: Tao) -> Result<(), Error> {
        self.deposit(who, amount)?;
        self.set_total_issuance(self.total_issuance().plus(amount)?);
        Ok(())
    }

    /// Moves to another block. The rules of its beginning are [`crate::market::block::on_initialize`].
    pub fn set_block(&mut self, block: u64, parent_hash: [u8; 32]) {
        self.environment.block = block;
        self.environment.parent_hash = parent_hash;
    }

    /// Sets who earns the fees of the block.
    pub fn set_author(&mut self, author: Option<Acc>) {
        self.environment.author = author;
    }

    /// Chooses the dated rules.
    pub fn set_rule_set(&mut self, rules: RuleSet) {
        self.environment.rule_set = rules;
    }

    /// Sets the smallest reserve that a pool must hold to be traded against.
    pub fn set_minimum_reserve(&mut self, units: u64) {
        self.environment.minimum_reserve = units;
    }

    /// Sets the swap fee of a subnet over 65535.
    pub fn set_fee_rate(&mut self, netuid: NetUid, rate: u16) {
        self.write(|ledger| &mut ledger.fee_rates, netuid, Some(rate));
    }

    /// Sets what [`Ledger::earliest_weight_commit`] answers.
    pub fn set_earliest_weight_commit(&mut self, index: NetUidStorageIndex, hotkey: &Acc, block: Option<u64>) {
        self.write(|ledger| &mut ledger.commits, (index, hotkey.clone()), block);
    }

    /// What happened since the last call.
    pub fn take_events(&mut self) -> Vec<Event<Acc>> {
        core::mem::take(&mut self.events)
    }

    /// Every account that holds TAO.
    pub fn balances(&self) -> impl Iterator<Item = (&Acc, Tao)> {
        self.balances.iter().map(|(account, amount)| (account, *amount))
    }

    /// Every entry of every stake pool: hotkey, subnet, coldkey.
    pub fn stakes(&self) -> impl Iterator<Item = &(Acc, NetUid, Acc)> {
        self.shares.keys()
    }
}
