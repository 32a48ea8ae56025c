//! The ledger of the rules, on the storage of the chain.

use core::marker::PhantomData;

use alloc::{collections::BTreeMap, vec::Vec};
use codec::{EncodeLike, MaxEncodedLen};
use frame_support::{
    Parameter,
    pallet_prelude::Member,
    storage::{TransactionOutcome, transactional::with_transaction_unchecked},
    traits::{
        Get,
        fungible::{Inspect, Mutate},
        tokens::{Fortitude, Precision, Preservation},
    },
};
use pallet_alpha_assets::{AlphaBurned, AlphaRecycled, TotalAlphaIssuance};
use pallet_subtensor_swap::{AlphaSqrtPrice, FeeRate, PalSwapInitialized, SwapBalancer};
use sp_runtime::{
    Perquintill,
    traits::{AccountIdConversion, UniqueSaturatedInto},
};
use tributary_economy::{
    Account, Alpha, Error, Event, Existence, Ledger, MechId, NetUid, NetUidStorageIndex, RootClaimType, Tao,
    fixed::{self, I64F64, I96F32, U64F64, U96F32},
    for_each_ledger_item,
    rule_sets::RuleSet,
    safe_float::SafeFloat,
};

use crate::{Config, Pallet, RateLimitKey, SubnetRemoved, accounts, entries, pallet, removal::clear_network};

/// The state of the market in the storage of the block being executed. It holds nothing: every value is the same.
pub struct Chain<T>(PhantomData<T>);

impl<T> Default for Chain<T> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

/// A getter and a setter of the table. Maps of two keys have an entry per neuron or per stake: there the default is
/// written by removing the entry.
macro_rules! accessors {
    ($get:ident, $set:ident, $storage:ident, (), $value:ty) => {
        fn $get(&self) -> $value {
            pallet::$storage::<T>::get()
        }
        fn $set(&mut self, value: $value) {
            pallet::$storage::<T>::set(value);
        }
    };
    ($get:ident, $set:ident, $storage:ident, ($key:ident : $key_ty:ty), $value:ty) => {
        fn $get(&self, $key: $key_ty) -> $value {
            entries::get::<pallet::$storage<T>, _, _>($key)
        }
        fn $set(&mut self, $key: $key_ty, value: $value) {
            entries::set::<pallet::$storage<T>, _, _>($key, value);
        }
    };
    ($get:ident, $set:ident, $storage:ident, ($one:ident : $one_ty:ty, $two:ident : $two_ty:ty), $value:ty) => {
        fn $get(&self, $one: $one_ty, $two: $two_ty) -> $value {
            entries::double_get::<pallet::$storage<T>, _, _, _>($one, $two)
        }
        fn $set(&mut self, $one: $one_ty, $two: $two_ty, value: $value) {
            let default = <crate::defaults::items::$storage<Acc> as Get<$value>>::get();
            entries::double_set::<pallet::$storage<T>, _, _, _>($one, $two, value, &default);
        }
    };
}

fn preservation(existence: Existence) -> Preservation {
    match existence {
        Existence::Preserve => Preservation::Preserve,
        Existence::Expendable => Preservation::Expendable,
    }
}

macro_rules! implement {
    ($($get:ident, $set:ident, $storage:ident, $keys:tt, $value:ty, $default:expr;)*) => {
        impl<T, Acc> Ledger<Acc> for Chain<T>
        where
            T: Config + frame_system::Config<AccountId = Acc>,
            Acc: Account + Parameter + Member + MaxEncodedLen + EncodeLike,
        {
            $(accessors!($get, $set, $storage, $keys, $value);)*

            fn block(&self) -> u64 {
                frame_system::Pallet::<T>::block_number().unique_saturated_into()
            }

            fn parent_hash(&self) -> [u8; 32] {
                let mut seed = [0; 32];
                let hash = frame_system::Pallet::<T>::parent_hash();
                let length = hash.as_ref().len().min(32);
                seed[..length].copy_from_slice(&hash.as_ref()[..length]);
                seed
            }

            fn author(&self) -> Option<Acc> {
                T::BlockAuthor::get()
            }

            fn rule_set(&self) -> RuleSet {
                pallet::EmissionRules::<T>::get()
            }

            fn emit(&mut self, event: Event<Acc>) {
                Pallet::<T>::deposit_event(pallet::Event::<T>::from(event));
            }

            fn transaction<R>(&mut self, change: impl FnOnce(&mut Self) -> Result<R, Error>) -> Result<R, Error> {
                with_transaction_unchecked(|| match change(self) {
                    Ok(value) => TransactionOutcome::Commit(Ok(value)),
                    Err(error) => TransactionOutcome::Rollback(Err(error)),
                })
            }

            fn balance(&self, who: &Acc) -> Tao {
                Tao(T::Currency::reducible_balance(who, Preservation::Expendable, Fortitude::Polite))
            }

            fn spendable(&self, who: &Acc) -> Tao {
                Tao(T::Currency::reducible_balance(who, Preservation::Preserve, Fortitude::Polite))
            }

            fn balances_issuance(&self) -> Tao {
                Tao(T::Currency::total_issuance())
            }

            fn transfer(&mut self, from: &Acc, to: &Acc, amount: Tao, existence: Existence) -> Result<(), Error> {
                T::Currency::transfer(from, to, amount.0, preservation(existence))
                    .map_err(|_| Error::InsufficientBalance)?;
                Ok(())
            }

            fn deposit(&mut self, to: &Acc, amount: Tao) -> Result<(), Error> {
                if !amount.is_zero() {
                    T::Currency::mint_into(to, amount.0).map_err(|_| Error::InsufficientBalance)?;
                }
                Ok(())
            }

            fn withdraw(&mut self, from: &Acc, amount: Tao, existence: Existence) -> Result<(), Error> {
                T::Currency::burn_from(from, amount.0, preservation(existence), Precision::Exact, Fortitude::Polite)
                    .map_err(|_| Error::InsufficientBalance)?;
                Ok(())
            }

            fn subnet_account(&self, netuid: NetUid) -> Acc {
                accounts::SUBNETS.into_sub_account_truncating(netuid.0)
            }

            fn burn_account(&self) -> Acc {
                accounts::BURNED.into_account_truncating()
            }

            fn pact_account(&self) -> Acc {
                accounts::TRIBUTES.into_account_truncating()
            }

            fn networks(&self) -> Vec<NetUid> {
                pallet::NetworksAdded::<T>::iter().filter_map(|(netuid, added)| added.then_some(netuid)).collect()
            }

            fn staking_hotkeys_from(&self, coldkey: &Acc, from: u64, most: usize) -> (Vec<Acc>, u64) {
                entries::part::<pallet::StakingHotkeys<T>, _, _>(coldkey, from, most)
            }

            fn owner(&self, hotkey: &Acc) -> Option<Acc> {
                entries::find::<pallet::Owner<T>, _, _>(hotkey)
            }

            fn set_owner(&mut self, hotkey: &Acc, coldkey: Option<Acc>) {
                match coldkey {
                    Some(coldkey) => pallet::Owner::<T>::insert(hotkey, coldkey),
                    None => pallet::Owner::<T>::remove(hotkey),
                }
            }

            fn delegate_take(&self, hotkey: &Acc) -> Option<u16> {
                entries::find::<pallet::Delegates<T>, _, _>(hotkey)
            }

            fn set_delegate_take(&mut self, hotkey: &Acc, take: Option<u16>) {
                match take {
                    Some(take) => pallet::Delegates::<T>::insert(hotkey, take),
                    None => pallet::Delegates::<T>::remove(hotkey),
                }
            }

            fn subnet_owner(&self, netuid: NetUid) -> Option<Acc> {
                entries::find::<pallet::SubnetOwner<T>, _, _>(netuid)
            }

            fn set_subnet_owner(&mut self, netuid: NetUid, coldkey: Option<Acc>) {
                match coldkey {
                    Some(coldkey) => pallet::SubnetOwner::<T>::insert(netuid, coldkey),
                    None => pallet::SubnetOwner::<T>::remove(netuid),
                }
            }

            fn subnet_owner_hotkey(&self, netuid: NetUid) -> Option<Acc> {
                entries::find::<pallet::SubnetOwnerHotkey<T>, _, _>(netuid)
            }

            fn set_subnet_owner_hotkey(&mut self, netuid: NetUid, hotkey: Option<Acc>) {
                match hotkey {
                    Some(hotkey) => pallet::SubnetOwnerHotkey::<T>::insert(netuid, hotkey),
                    None => pallet::SubnetOwnerHotkey::<T>::remove(netuid),
                }
            }

            fn key(&self, netuid: NetUid, uid: u16) -> Option<Acc> {
                entries::double_find::<pallet::Keys<T>, _, _, _>(netuid, uid)
            }

            fn set_key(&mut self, netuid: NetUid, uid: u16, hotkey: Option<Acc>) {
                match hotkey {
                    Some(hotkey) => pallet::Keys::<T>::insert(netuid, uid, hotkey),
                    None => pallet::Keys::<T>::remove(netuid, uid),
                }
            }

            fn stake_share(&self, hotkey: &Acc, coldkey: &Acc, netuid: NetUid) -> SafeFloat {
                entries::many_get::<pallet::AlphaV2<T>, _, _, _>((hotkey, coldkey, netuid))
            }

            fn set_stake_share(&mut self, hotkey: &Acc, coldkey: &Acc, netuid: NetUid, share: SafeFloat) {
                let share = (share != SafeFloat::ZERO).then_some(share);
                entries::many_set::<pallet::AlphaV2<T>, _, _, _>((hotkey, coldkey, netuid), share);
            }

            fn root_claimed(&self, netuid: NetUid, hotkey: &Acc, coldkey: &Acc) -> u128 {
                pallet::RootClaimed::<T>::get((netuid, hotkey, coldkey))
            }

            fn set_root_claimed(&mut self, netuid: NetUid, hotkey: &Acc, coldkey: &Acc, amount: u128) {
                if amount == 0 {
                    pallet::RootClaimed::<T>::remove((netuid, hotkey, coldkey));
                } else {
                    pallet::RootClaimed::<T>::insert((netuid, hotkey, coldkey), amount);
                }
            }

            fn network_last_registered(&self) -> u64 {
                pallet::LastRateLimitedBlock::<T>::get(RateLimitKey::NetworkLastRegistered)
            }

            fn set_network_last_registered(&mut self, block: u64) {
                pallet::LastRateLimitedBlock::<T>::insert(RateLimitKey::NetworkLastRegistered, block);
            }

            fn last_delegate_take_block(&self, hotkey: &Acc) -> u64 {
                pallet::LastRateLimitedBlock::<T>::get(RateLimitKey::LastTxBlockDelegateTake(hotkey.clone()))
            }

            fn set_last_delegate_take_block(&mut self, hotkey: &Acc, block: u64) {
                pallet::LastRateLimitedBlock::<T>::insert(RateLimitKey::LastTxBlockDelegateTake(hotkey.clone()), block);
            }

            fn earliest_weight_commit(&self, index: NetUidStorageIndex, hotkey: &Acc) -> Option<u64> {
                Pallet::<T>::earliest_commit(index, hotkey)
            }

            fn fee_rate(&self, netuid: NetUid) -> u16 {
                entries::get::<FeeRate<T>, _, _>(netuid)
            }

            fn quote_weight(&self, netuid: NetUid) -> u64 {
                entries::get::<SwapBalancer<T>, _, _>(netuid).deconstruct()
            }

            fn set_quote_weight(&mut self, netuid: NetUid, parts: u64) {
                entries::set::<SwapBalancer<T>, _, _>(netuid, Perquintill::from_parts(parts));
            }

            fn swap_initialized(&self, netuid: NetUid) -> bool {
                entries::get::<PalSwapInitialized<T>, _, _>(netuid)
            }

            fn set_swap_initialized(&mut self, netuid: NetUid, yes: bool) {
                PalSwapInitialized::<T>::insert(netuid, yes);
            }

            fn pool_changed(&mut self, netuid: NetUid, price: U64F64) {
                entries::set::<AlphaSqrtPrice<T>, _, _>(netuid, fixed::square_root(price));
            }

            fn total_alpha_issuance(&self, netuid: NetUid) -> Alpha {
                entries::get::<TotalAlphaIssuance<T>, _, _>(netuid)
            }

            fn set_total_alpha_issuance(&mut self, netuid: NetUid, amount: Alpha) {
                entries::set::<TotalAlphaIssuance<T>, _, _>(netuid, amount);
            }

            fn alpha_burned(&self, netuid: NetUid) -> Alpha {
                entries::get::<AlphaBurned<T>, _, _>(netuid)
            }

            fn set_alpha_burned(&mut self, netuid: NetUid, amount: Alpha) {
                entries::set::<AlphaBurned<T>, _, _>(netuid, amount);
            }

            fn alpha_recycled(&self, netuid: NetUid) -> Alpha {
                entries::get::<AlphaRecycled<T>, _, _>(netuid)
            }

            fn set_alpha_recycled(&mut self, netuid: NetUid, amount: Alpha) {
                entries::set::<AlphaRecycled<T>, _, _>(netuid, amount);
            }

            fn hotkeys_with_stake(&self, netuid: NetUid) -> Vec<Acc> {
                pallet::TotalHotkeyAlpha::<T>::iter_keys()
                    .filter_map(|(hotkey, of)| (of == netuid).then_some(hotkey))
                    .collect()
            }

            fn stakers(&self, hotkey: &Acc, netuid: NetUid) -> Vec<Acc> {
                pallet::AlphaV2::<T>::iter_key_prefix((hotkey,))
                    .filter_map(|(coldkey, of)| (of == netuid).then_some(coldkey))
                    .collect()
            }

            fn clear_alpha_dividends(&mut self, netuid: NetUid) {
                let _ = pallet::AlphaDividendsPerSubnet::<T>::clear_prefix(netuid, u32::MAX, None);
            }

            fn clear_root_alpha_dividends(&mut self, netuid: NetUid) {
                let _ = pallet::RootAlphaDividendsPerSubnet::<T>::clear_prefix(netuid, u32::MAX, None);
            }

            fn clear_root_claims(&mut self, netuid: NetUid) {
                let _ = pallet::RootClaimed::<T>::clear_prefix((netuid,), u32::MAX, None);
                let hotkeys: Vec<Acc> = pallet::RootClaimable::<T>::iter()
                    .filter_map(|(hotkey, rates)| rates.contains_key(&netuid).then_some(hotkey))
                    .collect();
                for hotkey in hotkeys {
                    pallet::RootClaimable::<T>::mutate(hotkey, |rates| rates.remove(&netuid));
                }
            }

            fn clear_neuron_endpoints(&mut self, netuid: NetUid, uid: u16, hotkey: &Acc) {
                pallet::Axons::<T>::remove(netuid, hotkey);
                pallet::Prometheus::<T>::remove(netuid, hotkey);
                pallet::NeuronCertificates::<T>::remove(netuid, hotkey);
                pallet::AssociatedEvmAddress::<T>::remove(netuid, uid);
            }

            fn move_neuron_endpoints(&mut self, netuid: NetUid, stay: &[u16]) {
                let moved: Vec<_> =
                    stay.iter().map(|uid| pallet::AssociatedEvmAddress::<T>::get(netuid, *uid)).collect();
                let _ = pallet::AssociatedEvmAddress::<T>::clear_prefix(netuid, u32::MAX, None);
                for (uid, address) in (0..).zip(moved) {
                    pallet::AssociatedEvmAddress::<T>::set(netuid, uid, address);
                }
            }

            fn clear_network(&mut self, netuid: NetUid) {
                clear_network::<T>(netuid);
                T::OnSubnetRemoved::subnet_removed(netuid);
            }

            fn apply_pending_children(&mut self, netuid: NetUid) {
                Pallet::<T>::apply_children(netuid);
            }
        }
    };
}

for_each_ledger_item!(implement);
