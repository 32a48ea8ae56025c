//! Announcing, disputing and making coldkey swaps (`docs/rules/coldkey-swap.md#announcement`). What moves is the rule's
//! ([`tributary_economy::market::coldkey_swap`]); here are the announcements, and what this pallet alone keeps of a coldkey.

use frame_support::{ensure, pallet_prelude::DispatchResult};
use frame_system::pallet_prelude::BlockNumberFor;
use sp_core::H256;
use sp_runtime::{SaturatedConversion as _, traits::BlakeTwo256, traits::Hash as _};
use tributary_economy::{
    market::coldkey_swap,
    rate_limits::{coldkey_swap_from, coldkey_swap_open_from, has_come},
};

use crate::{
    Call, ColdkeySwapAnnouncementDelay, ColdkeySwapAnnouncements, ColdkeySwapDisputes, ColdkeySwapReannouncementDelay,
    Config, CustomError, Error, Event, IdentitiesV2, LastRateLimitedBlock, Pallet, RateLimitKey,
};

impl<T: Config> Pallet<T> {
    fn this_block() -> u32 {
        let block: BlockNumberFor<T> = frame_system::Pallet::<T>::block_number();
        block.saturated_into()
    }

    pub(crate) fn announce_swap(coldkey: T::AccountId, new_coldkey_hash: H256) -> DispatchResult {
        let now = Self::this_block();
        match ColdkeySwapAnnouncements::<T>::get(&coldkey) {
            Some((when, _)) => {
                let again = coldkey_swap_open_from(when, ColdkeySwapReannouncementDelay::<T>::get());
                ensure!(has_come(again, now), Error::<T>::ColdkeySwapReannouncedTooEarly);
            }
            None => Self::rule(|chain| {
                coldkey_swap::pay_for_coldkey_swap(chain, &coldkey, coldkey_swap::COLDKEY_SWAP_COST)
            })?,
        }
        let when = coldkey_swap_from(now, ColdkeySwapAnnouncementDelay::<T>::get());
        ColdkeySwapAnnouncements::<T>::insert(&coldkey, (when, new_coldkey_hash));
        Self::deposit_event(Event::ColdkeySwapAnnounced {
            who: coldkey,
            new_coldkey_hash,
        });
        Ok(())
    }

    pub(crate) fn swap_announced(coldkey: T::AccountId, new_coldkey: T::AccountId) -> DispatchResult {
        let (when, hash) =
            ColdkeySwapAnnouncements::<T>::get(&coldkey).ok_or(Error::<T>::ColdkeySwapAnnouncementNotFound)?;
        ensure!(
            BlakeTwo256::hash_of(&new_coldkey) == hash,
            Error::<T>::AnnouncedColdkeyHashDoesNotMatch
        );
        ensure!(has_come(when, Self::this_block()), Error::<T>::ColdkeySwapTooEarly);
        ensure!(
            !ColdkeySwapDisputes::<T>::contains_key(&coldkey),
            Error::<T>::ColdkeySwapDisputed
        );
        Self::exchange_coldkey(coldkey, new_coldkey)
    }

    /// Root swaps at once, whatever was announced or disputed.
    pub(crate) fn exchange_coldkey(old: T::AccountId, new: T::AccountId) -> DispatchResult {
        Self::rule(|chain| coldkey_swap::swap_coldkey(chain, &old, &new))?;
        if !IdentitiesV2::<T>::contains_key(&new)
            && let Some(identity) = IdentitiesV2::<T>::take(&old)
        {
            IdentitiesV2::<T>::insert(&new, identity);
        }
        LastRateLimitedBlock::<T>::insert(RateLimitKey::LastTxBlock(new.clone()), u64::from(Self::this_block()));
        ColdkeySwapAnnouncements::<T>::remove(&old);
        ColdkeySwapDisputes::<T>::remove(&old);
        Self::deposit_event(Event::ColdkeySwapped {
            old_coldkey: old,
            new_coldkey: new,
        });
        Ok(())
    }

    pub(crate) fn dispute_swap(coldkey: T::AccountId) -> DispatchResult {
        ensure!(
            ColdkeySwapAnnouncements::<T>::contains_key(&coldkey),
            Error::<T>::ColdkeySwapAnnouncementNotFound
        );
        ensure!(
            !ColdkeySwapDisputes::<T>::contains_key(&coldkey),
            Error::<T>::ColdkeySwapAlreadyDisputed
        );
        ColdkeySwapDisputes::<T>::insert(&coldkey, Self::this_block());
        Self::deposit_event(Event::ColdkeySwapDisputed { coldkey });
        Ok(())
    }

    pub(crate) fn reset_swap(coldkey: T::AccountId) {
        ColdkeySwapAnnouncements::<T>::remove(&coldkey);
        ColdkeySwapDisputes::<T>::remove(&coldkey);
        Self::deposit_event(Event::ColdkeySwapReset { who: coldkey });
    }

    pub(crate) fn clear_swap(coldkey: T::AccountId) -> DispatchResult {
        let (when, _) =
            ColdkeySwapAnnouncements::<T>::get(&coldkey).ok_or(Error::<T>::ColdkeySwapAnnouncementNotFound)?;
        let from = coldkey_swap_open_from(when, ColdkeySwapReannouncementDelay::<T>::get());
        ensure!(has_come(from, Self::this_block()), Error::<T>::ColdkeySwapClearTooEarly);
        ColdkeySwapAnnouncements::<T>::remove(&coldkey);
        Self::deposit_event(Event::ColdkeySwapCleared { who: coldkey });
        Ok(())
    }

    /// Whether somebody who has announced a coldkey swap may make this call; `None` is a call of another pallet
    /// (`docs/rules/transactions.md#guards`).
    ///
    /// # Errors
    /// The code that clients are told.
    pub fn validate_while_swapping(who: &T::AccountId, call: Option<&Call<T>>) -> Result<(), CustomError> {
        if !ColdkeySwapAnnouncements::<T>::contains_key(who) {
            return Ok(());
        }
        if ColdkeySwapDisputes::<T>::contains_key(who) {
            return Err(CustomError::ColdkeySwapDisputed);
        }
        match call {
            Some(
                Call::announce_coldkey_swap { .. }
                | Call::swap_coldkey_announced { .. }
                | Call::dispute_coldkey_swap {}
                | Call::clear_coldkey_swap_announcement {},
            ) => Ok(()),
            _ => Err(CustomError::ColdkeySwapAnnounced),
        }
    }
}
