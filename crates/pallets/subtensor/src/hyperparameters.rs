//! When and by whom hyperparameters may be changed (`docs/rules/epochs.md#calls-of-the-owner` and
//! `docs/rules/hyperparameters.md`), and those that this pallet's own calls change.

use frame_support::{ensure, pallet_prelude::DispatchResult};
use frame_system::{ensure_root, ensure_signed, pallet_prelude::OriginFor};
use sp_runtime::DispatchError;
use tributary_economy::{
    Ledger, NetUid,
    bounds::{is_activity_cutoff_factor, owner_may_set_tempo},
    rate_limits::{self, TEMPO_CHANGE},
    schedule::Schedule,
};

use crate::{
    ActivityCutoffFactorMilli, AdminFreezeWindow, Chain, CommitRevealWeightsEnabled, Config, Error, Event,
    Hyperparameter, LastEpochBlock, LastRateLimitedBlock, OwnerHyperparamRateLimit, Pallet, PendingEpochAt,
    RateLimitKey, SubnetOwner, Tempo, TransactionKeyLastBlock, TransactionKind,
};

impl<T: Config> Pallet<T> {
    /// The block being executed.
    pub fn now() -> u64 {
        Chain::<T>::default().block()
    }

    /// The owner of a subnet signs.
    ///
    /// # Errors
    /// `BadOrigin` for anybody else.
    pub fn ensure_owner(origin: OriginFor<T>, netuid: NetUid) -> Result<T::AccountId, DispatchError> {
        let who = ensure_signed(origin)?;
        ensure!(
            SubnetOwner::<T>::try_get(netuid).as_ref() == Ok(&who),
            DispatchError::BadOrigin
        );
        Ok(who)
    }

    /// The owner of a subnet signs (then it is returned), or it is root.
    ///
    /// # Errors
    /// `BadOrigin` for anybody else.
    pub fn ensure_owner_or_root(origin: OriginFor<T>, netuid: NetUid) -> Result<Option<T::AccountId>, DispatchError> {
        if ensure_root(origin.clone()).is_ok() {
            Ok(None)
        } else {
            Self::ensure_owner(origin, netuid).map(Some)
        }
    }

    /// When the epochs of a subnet run.
    pub fn schedule(netuid: NetUid) -> Schedule {
        Schedule::read(&Chain::<T>::default(), netuid)
    }

    /// Stops changes close to an epoch (`docs/rules/epochs.md#freeze-window`).
    ///
    /// # Errors
    /// `AdminActionProhibitedDuringWeightsWindow`.
    pub fn ensure_admin_window_open(netuid: NetUid) -> DispatchResult {
        let open = Self::schedule(netuid).admin_window_is_open(Self::now(), AdminFreezeWindow::<T>::get());
        ensure!(open, Error::<T>::AdminActionProhibitedDuringWeightsWindow);
        Ok(())
    }

    /// Stops what comes too soon after `last`; a block 0 was never (`docs/rules/hyperparameters.md#rate-limits`).
    ///
    /// # Errors
    /// `TxRateLimitExceeded`.
    pub fn ensure_passed(last: u64, limit: u64) -> DispatchResult {
        ensure!(
            rate_limits::passes(last, Self::now(), limit),
            Error::<T>::TxRateLimitExceeded
        );
        Ok(())
    }

    /// Blocks between changes of one hyperparameter by the owner.
    pub fn owner_rate_limit(netuid: NetUid) -> u64 {
        rate_limits::of_owner(Tempo::<T>::get(netuid), OwnerHyperparamRateLimit::<T>::get())
    }

    /// Stops an owner who changes a hyperparameter too often.
    ///
    /// # Errors
    /// `TxRateLimitExceeded`.
    pub fn ensure_owner_may_change(netuid: NetUid, parameter: Hyperparameter) -> DispatchResult {
        let last = LastRateLimitedBlock::<T>::get(RateLimitKey::OwnerHyperparamUpdate(netuid, parameter));
        Self::ensure_passed(last, Self::owner_rate_limit(netuid))
    }

    /// Notes that the owner changed a hyperparameter in this block.
    pub fn note_owner_change(netuid: NetUid, parameter: Hyperparameter) {
        LastRateLimitedBlock::<T>::insert(RateLimitKey::OwnerHyperparamUpdate(netuid, parameter), Self::now());
    }

    /// Stops an account that does something too often on a subnet.
    ///
    /// # Errors
    /// `TxRateLimitExceeded`.
    pub fn ensure_may_repeat(who: &T::AccountId, netuid: NetUid, kind: TransactionKind, limit: u64) -> DispatchResult {
        Self::ensure_passed(TransactionKeyLastBlock::<T>::get((who, netuid, kind as u16)), limit)
    }

    /// Notes that the account did it in this block.
    pub fn note_operation(who: &T::AccountId, netuid: NetUid, kind: TransactionKind) {
        TransactionKeyLastBlock::<T>::insert((who, netuid, kind as u16), Self::now());
    }

    /// Writes a tempo and begins a new one now.
    pub fn restart_with_tempo(netuid: NetUid, tempo: u16) {
        Tempo::<T>::insert(netuid, tempo);
        LastEpochBlock::<T>::insert(netuid, Self::now());
        Self::deposit_event(Event::TempoSet(netuid, tempo));
    }

    pub(crate) fn change_tempo(who: T::AccountId, netuid: NetUid, tempo: u16) -> DispatchResult {
        ensure!(owner_may_set_tempo(tempo), Error::<T>::TempoOutOfBounds);
        Self::ensure_admin_window_open(netuid)?;
        Self::ensure_may_repeat(&who, netuid, TransactionKind::TempoUpdate, TEMPO_CHANGE)?;
        Self::restart_with_tempo(netuid, tempo);
        Self::note_operation(&who, netuid, TransactionKind::TempoUpdate);
        Ok(())
    }

    pub(crate) fn change_activity_cutoff(by_owner: bool, netuid: NetUid, factor_milli: u32) -> DispatchResult {
        ensure!(
            is_activity_cutoff_factor(factor_milli),
            Error::<T>::ActivityCutoffFactorMilliOutOfBounds
        );
        if by_owner {
            Self::ensure_admin_window_open(netuid)?;
            Self::ensure_owner_may_change(netuid, Hyperparameter::ActivityCutoffFactorMilli)?;
            Self::note_owner_change(netuid, Hyperparameter::ActivityCutoffFactorMilli);
        }
        ActivityCutoffFactorMilli::<T>::insert(netuid, factor_milli);
        Self::deposit_event(Event::ActivityCutoffFactorMilliSet { netuid, factor_milli });
        Ok(())
    }

    pub(crate) fn ask_for_epoch(by: T::AccountId, netuid: NetUid) -> DispatchResult {
        let (freeze, commit_reveal) = (
            AdminFreezeWindow::<T>::get(),
            CommitRevealWeightsEnabled::<T>::get(netuid),
        );
        let fires_at = Self::schedule(netuid)
            .trigger(Self::now(), freeze, commit_reveal)
            .map_err(Error::<T>::from)?;
        Self::ensure_owner_may_change(netuid, Hyperparameter::TriggerEpoch)?;
        PendingEpochAt::<T>::insert(netuid, fires_at);
        Self::note_owner_change(netuid, Hyperparameter::TriggerEpoch);
        Self::deposit_event(Event::EpochTriggered { netuid, by, fires_at });
        Ok(())
    }
}
