//! The [`Ledger`]: what is read and written, item by item.

use alloc::{collections::BTreeMap, vec::Vec};

use super::{MemoryAccount, MemoryLedger};
use crate::{
    Alpha, Error, Event, Existence, Ledger, MechId, NetUid, NetUidStorageIndex, RootClaimType, Tao,
    fixed::{I64F64, I96F32, U64F64, U96F32},
    for_each_ledger_item,
    pool::EQUAL_WEIGHT,
    rule_sets::RuleSet,
    safe_float::SafeFloat,
};

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

macro_rules! implement_memory {
    ($($get:ident, $set:ident, $storage:ident, $keys:tt, $value:ty, $default:expr;)*) => {
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
                self.undo_unless_ok(change)
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
                self.move_tao(from, to, amount, existence)
            }

            fn deposit(&mut self, to: &Acc, amount: Tao) -> Result<(), Error> {
                self.issue_to(to, amount)
            }

            fn withdraw(&mut self, from: &Acc, amount: Tao, existence: Existence) -> Result<(), Error> {
                self.destroy_from(from, amount, existence)
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
                self.fee_rates.get(&netuid).copied().unwrap_or(crate::presets::LOCAL.fee_rate)
            }

            fn quote_weight(&self, netuid: NetUid) -> u64 {
                self.quote_weights.get(&netuid).copied().unwrap_or(EQUAL_WEIGHT)
            }

            fn set_quote_weight(&mut self, netuid: NetUid, parts: u64) {
                self.write(|ledger| &mut ledger.quote_weights, netuid, (parts != EQUAL_WEIGHT).then_some(parts));
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
                self.remove_root_claims(netuid);
            }

            fn clear_neuron_endpoints(&mut self, _netuid: NetUid, _uid: u16, _hotkey: &Acc) {}

            fn move_neuron_endpoints(&mut self, _netuid: NetUid, _stay: &[u16]) {}

            fn clear_network(&mut self, netuid: NetUid) {
                self.remove_network(netuid);
            }

            /// Children cannot be scheduled here: simulations and tests write them where they belong.
            fn apply_pending_children(&mut self, _netuid: NetUid) {}
        }
    };
}

for_each_ledger_item!(implement_memory);
