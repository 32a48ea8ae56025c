//! A [`Ledger`] in memory, for tests, vectors and simulations. It follows the chain's storage: an absent key
//! reads as its default, and writing the default removes the key, so that two ledgers with the same
//! observable state are equal.

use alloc::{boxed::Box, collections::BTreeMap, vec::Vec};
use core::fmt;

use crate::{
    Account, Alpha, Error, Event, Existence, Ledger, MechId, NetUid, NetUidStorageIndex, RootClaimType, Tao,
    fixed::{I64F64, I96F32, U64F64, U96F32},
    for_each_ledger_item,
    rule_sets::RuleSet,
    safe_float::SafeFloat,
};

/// Weight of either side of a pool that was never adjusted, parts of 10^18 (`economy.md` 3.1).
const HALF: u64 = 500_000_000_000_000_000;

/// A component of a storage key.
pub trait KeyPart {
    /// Whether a key with this component belongs to the subnet and goes when it is dissolved.
    fn is_of(&self, _netuid: NetUid) -> bool {
        false
    }
}

impl KeyPart for u16 {}
impl KeyPart for u64 {}
impl KeyPart for [u8; 32] {}

impl KeyPart for NetUid {
    fn is_of(&self, netuid: NetUid) -> bool {
        *self == netuid
    }
}

impl KeyPart for NetUidStorageIndex {
    fn is_of(&self, netuid: NetUid) -> bool {
        self.split().0 == netuid
    }
}

/// An account type that a [`MemoryLedger`] can hold: it also names the accounts of the chain itself
/// (`economy.md` 1.4).
pub trait MemoryAccount: Account + KeyPart + Send + Sync + 'static {
    /// The account that holds the TAO of a subnet's pool.
    fn of_subnet(netuid: NetUid) -> Self;
    /// The account whose TAO nobody can move.
    fn burn() -> Self;
    /// The account that holds the tribute of pacts.
    fn pacts() -> Self;
    /// The first of all accounts.
    const FIRST: Self;
}

impl MemoryAccount for u64 {
    /// The upper half of the numbers is the chain's.
    fn of_subnet(netuid: NetUid) -> Self {
        (1 << 63) | Self::from(netuid.0)
    }

    fn burn() -> Self {
        Self::MAX
    }

    fn pacts() -> Self {
        Self::MAX - 1
    }

    const FIRST: Self = 0;
}

impl MemoryAccount for [u8; 32] {
    /// The sub-account of PalletId `subtensr`, as the chain derives it.
    fn of_subnet(netuid: NetUid) -> Self {
        let mut id = [0; 32];
        id[..12].copy_from_slice(b"modlsubtensr");
        id[12..14].copy_from_slice(&netuid.0.to_le_bytes());
        id
    }

    fn burn() -> Self {
        let mut id = [0; 32];
        id[..12].copy_from_slice(b"modlburntnsr");
        id
    }

    fn pacts() -> Self {
        let mut id = [0; 32];
        id[..12].copy_from_slice(b"modltributes");
        id
    }

    const FIRST: Self = [0; 32];
}

mod pacts;

type Undo<A> = Box<dyn FnOnce(&mut MemoryLedger<A>) + Send + Sync>;

/// How to take back what the open transactions wrote. Not part of the state: a clone starts without one.
struct Journal<A: MemoryAccount> {
    depth: usize,
    undo: Vec<Undo<A>>,
}

impl<A: MemoryAccount> Default for Journal<A> {
    fn default() -> Self {
        Self {
            depth: 0,
            undo: Vec::new(),
        }
    }
}

impl<A: MemoryAccount> Clone for Journal<A> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<A: MemoryAccount> PartialEq for Journal<A> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<A: MemoryAccount> fmt::Debug for Journal<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Journal({})", self.undo.len())
    }
}

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

macro_rules! clear_keys {
    ($self:ident, $netuid:ident, $get:ident, ($($key:ident : $ty:ty),*)) => {
        $self.retain(
            |ledger| &mut ledger.$get,
            #[allow(unused_variables)]
            |($($key,)*)| !(false $(|| $key.is_of($netuid))*),
        );
    };
}

macro_rules! accessors {
    ($get:ident, $set:ident, ($($key:ident : $ty:ty),*), $value:ty, $default:expr) => {
        #[allow(clippy::clone_on_copy, clippy::unit_arg)]
        fn $get(&self, $($key: $ty),*) -> $value {
            self.$get.get(&($($key.clone(),)*)).cloned().unwrap_or_else(|| $default)
        }
        #[allow(clippy::clone_on_copy, clippy::unit_arg)]
        fn $set(&mut self, $($key: $ty,)* value: $value) {
            let default: $value = $default;
            let value = (value != default).then_some(value);
            self.write(|ledger| &mut ledger.$get, ($($key.clone(),)*), value);
        }
    };
}

/// Items that keep their values when the netuid is given to another subnet (`economy.md` 6.5).
pub const OUTLIVE_A_SUBNET: [&str; 10] = [
    "AutoStakeDestination",
    "MinAllowedUids",
    "MinChildkeyTakePerSubnet",
    "MinNonImmuneUids",
    "OwnerCutEnabled",
    "RecycleOrBurn",
    "RegisteredSubnetCounter",
    "RootAlphaDividendsPerSubnet",
    "RootClaimableThreshold",
    "RootProp",
];

macro_rules! declare_memory {
    ($($get:ident, $set:ident, $storage:ident, ($($key:ident : $(&)? $ty:ident),*), $value:ty, $default:expr;)*) => {
        /// The whole state of the market, in maps. `Clone` copies it; `==` compares what can be read.
        #[derive(Clone, Debug, PartialEq)]
        pub struct MemoryLedger<Acc: MemoryAccount> {
            $($get: BTreeMap<($($ty,)*), $value>,)*
            environment: Environment<Acc>,
            events: Vec<Event<Acc>>,
            journal: Journal<Acc>,
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
                        minimum_reserve: 1_000_000,
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

macro_rules! implement_memory {
    ($($get:ident, $set:ident, $storage:ident, $keys:tt, $value:ty, $default:expr;)*) => {
        impl<Acc: MemoryAccount> MemoryLedger<Acc> {
            /// Removes the items of the table that a dissolved subnet does not leave to its successor.
            fn clear_items(&mut self, netuid: NetUid) {
                $(
                    if !OUTLIVE_A_SUBNET.contains(&stringify!($storage)) {
                        clear_keys!(self, netuid, $get, $keys);
                    }
                )*
            }
        }

        impl<Acc: MemoryAccount> Ledger<Acc> for MemoryLedger<Acc> {
            $(accessors!($get, $set, $keys, $value, $default);)*

            fn block(&self) -> u64 {
                self.environment.block
            }

            fn parent_hash(&self) -> [u8; 32] {
                self.environment.parent_hash
            }

            fn author(&self) -> Option<Acc> {
                self.environment.author.clone()
            }

            fn rule_set(&self) -> RuleSet {
                self.environment.rule_set
            }

            fn minimum_reserve(&self) -> u64 {
                self.environment.minimum_reserve
            }

            fn emit(&mut self, event: Event<Acc>) {
                self.events.push(event);
                self.on_undo(|ledger| {
                    ledger.events.pop();
                });
            }

            fn transaction<R>(&mut self, change: impl FnOnce(&mut Self) -> Result<R, Error>) -> Result<R, Error> {
                let mark = self.journal.undo.len();
                self.journal.depth += 1;
                let result = change(self);
                self.journal.depth -= 1;
                if result.is_err() {
                    while self.journal.undo.len() > mark {
                        let undo = self.journal.undo.pop().expect("longer than the mark");
                        undo(self);
                    }
                }
                if self.journal.depth == 0 {
                    self.journal.undo.clear();
                }
                result
            }

            fn balance(&self, who: &Acc) -> Tao {
                self.balances.get(who).copied().unwrap_or_default()
            }

            fn spendable(&self, who: &Acc) -> Tao {
                self.balance(who).minus_or_zero(self.environment.existential_deposit)
            }

            fn balances_issuance(&self) -> Tao {
                self.environment.balances_issuance
            }

            fn transfer(&mut self, from: &Acc, to: &Acc, amount: Tao, existence: Existence) -> Result<(), Error> {
                let may_take = match existence {
                    Existence::Preserve => self.spendable(from),
                    Existence::Expendable => self.balance(from),
                };
                if amount > may_take {
                    return Err(Error::InsufficientBalance);
                }
                if from == to || amount.is_zero() {
                    return Ok(());
                }
                self.check_deposit(to, amount)?;
                let (rest, dust) = self.without_dust(self.balance(from).minus(amount)?);
                self.set_balance(from, rest);
                self.set_balance(to, self.balance(to).plus(amount)?);
                if !dust.is_zero() {
                    self.set_balances_issuance(self.balances_issuance().minus(dust)?);
                    self.set_total_issuance(self.total_issuance().minus(dust)?);
                }
                Ok(())
            }

            fn deposit(&mut self, to: &Acc, amount: Tao) -> Result<(), Error> {
                if amount.is_zero() {
                    return Ok(());
                }
                self.check_deposit(to, amount)?;
                self.set_balance(to, self.balance(to).plus(amount)?);
                self.set_balances_issuance(self.balances_issuance().plus(amount)?);
                Ok(())
            }

            fn withdraw(&mut self, from: &Acc, amount: Tao, existence: Existence) -> Result<(), Error> {
                let may_take = match existence {
                    Existence::Preserve => self.spendable(from),
                    Existence::Expendable => self.balance(from),
                };
                if amount > may_take {
                    return Err(Error::InsufficientBalance);
                }
                let (rest, dust) = self.without_dust(self.balance(from).minus(amount)?);
                self.set_balance(from, rest);
                self.set_balances_issuance(self.balances_issuance().minus(amount.plus(dust)?)?);
                if !dust.is_zero() {
                    self.set_total_issuance(self.total_issuance().minus(dust)?);
                }
                Ok(())
            }

            fn subnet_account(&self, netuid: NetUid) -> Acc {
                Acc::of_subnet(netuid)
            }

            fn burn_account(&self) -> Acc {
                Acc::burn()
            }

            fn pact_account(&self) -> Acc {
                Acc::pacts()
            }

            fn networks(&self) -> Vec<NetUid> {
                let mut networks: Vec<NetUid> = self.networks_added.keys().map(|(netuid,)| *netuid).collect();
                networks.sort_by_key(|netuid| netuid.0.to_le_bytes());
                networks
            }

            fn owner(&self, hotkey: &Acc) -> Option<Acc> {
                self.owners.get(hotkey).cloned()
            }

            fn set_owner(&mut self, hotkey: &Acc, coldkey: Option<Acc>) {
                self.write(|ledger| &mut ledger.owners, hotkey.clone(), coldkey);
            }

            fn delegate_take(&self, hotkey: &Acc) -> Option<u16> {
                self.delegates.get(hotkey).copied()
            }

            fn set_delegate_take(&mut self, hotkey: &Acc, take: Option<u16>) {
                self.write(|ledger| &mut ledger.delegates, hotkey.clone(), take);
            }

            fn subnet_owner(&self, netuid: NetUid) -> Option<Acc> {
                self.subnet_owners.get(&netuid).cloned()
            }

            fn set_subnet_owner(&mut self, netuid: NetUid, coldkey: Option<Acc>) {
                self.write(|ledger| &mut ledger.subnet_owners, netuid, coldkey);
            }

            fn subnet_owner_hotkey(&self, netuid: NetUid) -> Option<Acc> {
                self.subnet_owner_hotkeys.get(&netuid).cloned()
            }

            fn set_subnet_owner_hotkey(&mut self, netuid: NetUid, hotkey: Option<Acc>) {
                self.write(|ledger| &mut ledger.subnet_owner_hotkeys, netuid, hotkey);
            }

            fn key(&self, netuid: NetUid, uid: u16) -> Option<Acc> {
                self.hotkeys.get(&(netuid, uid)).cloned()
            }

            fn set_key(&mut self, netuid: NetUid, uid: u16, hotkey: Option<Acc>) {
                self.write(|ledger| &mut ledger.hotkeys, (netuid, uid), hotkey);
            }

            fn stake_share(&self, hotkey: &Acc, coldkey: &Acc, netuid: NetUid) -> SafeFloat {
                self.shares.get(&(hotkey.clone(), netuid, coldkey.clone())).copied().unwrap_or(SafeFloat::ZERO)
            }

            fn set_stake_share(&mut self, hotkey: &Acc, coldkey: &Acc, netuid: NetUid, share: SafeFloat) {
                let value = (share != SafeFloat::ZERO).then_some(share);
                self.write(|ledger| &mut ledger.shares, (hotkey.clone(), netuid, coldkey.clone()), value);
            }

            fn root_claimed(&self, netuid: NetUid, hotkey: &Acc, coldkey: &Acc) -> u128 {
                self.root_claims.get(&(netuid, hotkey.clone(), coldkey.clone())).copied().unwrap_or_default()
            }

            fn set_root_claimed(&mut self, netuid: NetUid, hotkey: &Acc, coldkey: &Acc, amount: u128) {
                let value = (amount != 0).then_some(amount);
                self.write(|ledger| &mut ledger.root_claims, (netuid, hotkey.clone(), coldkey.clone()), value);
            }

            fn network_last_registered(&self) -> u64 {
                self.environment.network_last_registered
            }

            fn set_network_last_registered(&mut self, block: u64) {
                let before = core::mem::replace(&mut self.environment.network_last_registered, block);
                self.on_undo(move |ledger| ledger.environment.network_last_registered = before);
            }

            fn last_delegate_take_block(&self, hotkey: &Acc) -> u64 {
                self.delegate_take_blocks.get(hotkey).copied().unwrap_or_default()
            }

            fn set_last_delegate_take_block(&mut self, hotkey: &Acc, block: u64) {
                self.write(|ledger| &mut ledger.delegate_take_blocks, hotkey.clone(), (block != 0).then_some(block));
            }

            fn earliest_weight_commit(&self, index: NetUidStorageIndex, hotkey: &Acc) -> Option<u64> {
                self.commits.get(&(index, hotkey.clone())).copied()
            }

            fn fee_rate(&self, netuid: NetUid) -> u16 {
                self.fee_rates.get(&netuid).copied().unwrap_or(33)
            }

            fn quote_weight(&self, netuid: NetUid) -> u64 {
                self.quote_weights.get(&netuid).copied().unwrap_or(HALF)
            }

            fn set_quote_weight(&mut self, netuid: NetUid, parts: u64) {
                self.write(|ledger| &mut ledger.quote_weights, netuid, (parts != HALF).then_some(parts));
            }

            fn swap_initialized(&self, netuid: NetUid) -> bool {
                self.swaps.get(&netuid).copied().unwrap_or_default()
            }

            fn set_swap_initialized(&mut self, netuid: NetUid, yes: bool) {
                self.write(|ledger| &mut ledger.swaps, netuid, yes.then_some(yes));
            }

            fn pool_changed(&mut self, _netuid: NetUid, _price: U64F64) {}

            fn total_alpha_issuance(&self, netuid: NetUid) -> Alpha {
                self.alpha_minted.get(&netuid).copied().unwrap_or_default()
            }

            fn set_total_alpha_issuance(&mut self, netuid: NetUid, amount: Alpha) {
                self.write(|ledger| &mut ledger.alpha_minted, netuid, (!amount.is_zero()).then_some(amount));
            }

            fn alpha_burned(&self, netuid: NetUid) -> Alpha {
                self.alpha_burned.get(&netuid).copied().unwrap_or_default()
            }

            fn set_alpha_burned(&mut self, netuid: NetUid, amount: Alpha) {
                self.write(|ledger| &mut ledger.alpha_burned, netuid, (!amount.is_zero()).then_some(amount));
            }

            fn alpha_recycled(&self, netuid: NetUid) -> Alpha {
                self.alpha_recycled.get(&netuid).copied().unwrap_or_default()
            }

            fn set_alpha_recycled(&mut self, netuid: NetUid, amount: Alpha) {
                self.write(|ledger| &mut ledger.alpha_recycled, netuid, (!amount.is_zero()).then_some(amount));
            }

            fn hotkeys_with_stake(&self, netuid: NetUid) -> Vec<Acc> {
                self.total_hotkey_alpha.keys().filter(|key| key.1 == netuid).map(|key| key.0.clone()).collect()
            }

            fn stakers(&self, hotkey: &Acc, netuid: NetUid) -> Vec<Acc> {
                self.shares
                    .range((hotkey.clone(), netuid, Acc::FIRST)..)
                    .take_while(|(key, _)| key.0 == *hotkey && key.1 == netuid)
                    .map(|(key, _)| key.2.clone())
                    .collect()
            }

            fn clear_alpha_dividends(&mut self, netuid: NetUid) {
                self.retain(|ledger| &mut ledger.alpha_dividends_per_subnet, |key| key.0 != netuid);
            }

            fn clear_root_alpha_dividends(&mut self, netuid: NetUid) {
                self.retain(|ledger| &mut ledger.root_alpha_dividends_per_subnet, |key| key.0 != netuid);
            }

            fn clear_root_claims(&mut self, netuid: NetUid) {
                self.retain(|ledger| &mut ledger.root_claims, |key| key.0 != netuid);
                let hotkeys: Vec<Acc> = self
                    .root_claimable
                    .iter()
                    .filter(|(_, rates)| rates.contains_key(&netuid))
                    .map(|(key, _)| key.0.clone())
                    .collect();
                for hotkey in hotkeys {
                    let mut rates = self.root_claimable(&hotkey);
                    rates.remove(&netuid);
                    self.set_root_claimable(&hotkey, rates);
                }
            }

            fn clear_neuron_endpoints(&mut self, _netuid: NetUid, _uid: u16, _hotkey: &Acc) {}

            fn move_neuron_endpoints(&mut self, _netuid: NetUid, _stay: &[u16]) {}

            fn clear_network(&mut self, netuid: NetUid) {
                self.clear_items(netuid);
                self.retain(|ledger| &mut ledger.subnet_owners, |key| *key != netuid);
                self.retain(|ledger| &mut ledger.subnet_owner_hotkeys, |key| *key != netuid);
                self.retain(|ledger| &mut ledger.hotkeys, |key| key.0 != netuid);
                self.retain(|ledger| &mut ledger.commits, |key| key.0.split().0 != netuid);
                self.retain(|ledger| &mut ledger.fee_rates, |key| *key != netuid);
                self.retain(|ledger| &mut ledger.quote_weights, |key| *key != netuid);
                self.retain(|ledger| &mut ledger.swaps, |key| *key != netuid);
            }

            /// Children cannot be scheduled here: simulations and tests write them where they belong.
            fn apply_pending_children(&mut self, _netuid: NetUid) {}
        }
    };
}

for_each_ledger_item!(declare_memory);
for_each_ledger_item!(implement_memory);

impl<Acc: MemoryAccount> MemoryLedger<Acc> {
    /// A market with only the root network (`economy.md` 6.0), on which staking is open as on the main network.
    /// Everything else has the reference's defaults.
    pub fn genesis() -> Self {
        let mut ledger = Self::default();
        ledger.set_networks_added(NetUid::ROOT, true);
        ledger.set_total_networks(1);
        ledger.set_max_allowed_uids(NetUid::ROOT, 64);
        ledger.set_max_allowed_validators(NetUid::ROOT, 64);
        ledger.set_tempo(NetUid::ROOT, 100);
        ledger.set_target_registrations_per_interval(NetUid::ROOT, 1);
        ledger.set_subtoken_enabled(NetUid::ROOT, true);
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

    fn on_undo(&mut self, undo: impl FnOnce(&mut Self) + Send + Sync + 'static) {
        if self.journal.depth > 0 {
            self.journal.undo.push(Box::new(undo));
        }
    }

    fn write<K, V>(&mut self, map: fn(&mut Self) -> &mut BTreeMap<K, V>, key: K, value: Option<V>)
    where
        K: Ord + Clone + Send + Sync + 'static,
        V: Send + Sync + 'static,
    {
        let undo_key = (self.journal.depth > 0).then(|| key.clone());
        let before = match value {
            Some(value) => map(self).insert(key, value),
            None => map(self).remove(&key),
        };
        if let Some(key) = undo_key {
            self.on_undo(move |ledger| {
                match before {
                    Some(value) => map(ledger).insert(key, value),
                    None => map(ledger).remove(&key),
                };
            });
        }
    }

    fn retain<K, V>(&mut self, map: fn(&mut Self) -> &mut BTreeMap<K, V>, keep: impl Fn(&K) -> bool)
    where
        K: Ord + Clone + Send + Sync + 'static,
        V: Clone + Send + Sync + 'static,
    {
        if self.journal.depth > 0 {
            let before = map(self).clone();
            self.on_undo(move |ledger| *map(ledger) = before);
        }
        map(self).retain(|key, _| keep(key));
    }

    fn set_balance(&mut self, who: &Acc, amount: Tao) {
        self.write(
            |ledger| &mut ledger.balances,
            who.clone(),
            (!amount.is_zero()).then_some(amount),
        );
    }

    fn set_balances_issuance(&mut self, amount: Tao) {
        let before = core::mem::replace(&mut self.environment.balances_issuance, amount);
        self.on_undo(move |ledger| ledger.environment.balances_issuance = before);
    }

    fn check_deposit(&self, to: &Acc, amount: Tao) -> Result<(), Error> {
        if self.balance(to).is_zero() && amount < self.environment.existential_deposit {
            return Err(Error::InsufficientBalance);
        }
        Ok(())
    }

    /// What stays in an account, and the dust that is destroyed when it is too little for an account.
    fn without_dust(&self, amount: Tao) -> (Tao, Tao) {
        if amount < self.environment.existential_deposit {
            (Tao::ZERO, amount)
        } else {
            (amount, Tao::ZERO)
        }
    }
}
