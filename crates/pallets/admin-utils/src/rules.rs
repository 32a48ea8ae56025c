//! Who may set what, when and how often, and the setters that are more than a write.

use codec::Decode;
use frame_support::{ensure, pallet_prelude::DispatchResult};
use frame_system::pallet_prelude::OriginFor;
use pallet_subtensor::{Hyperparameter, Pallet as Subtensor, RateLimitKey};
use sp_runtime::{DispatchError, traits::AccountIdConversion};
use tributary_economy::{
    MechId, NetUid,
    bounds::OutOfBounds,
    hyperparameters::{Limit, Who, Window, setter_of},
    mechanisms,
    rate_limits::{self, OWNER_HOTKEY_CHANGE},
};

use crate::{Config, Error, Pallet};

impl<T: Config> Pallet<T> {
    /// An event of the market.
    pub(crate) fn tell(event: pallet_subtensor::Event<T>) {
        Subtensor::<T>::deposit_event(event);
    }

    /// The subnet exists.
    pub(crate) fn ensure_exists(netuid: NetUid) -> DispatchResult {
        ensure!(
            pallet_subtensor::NetworksAdded::<T>::get(netuid),
            Error::<T>::SubnetDoesNotExist
        );
        Ok(())
    }

    /// Sets a parameter of a subnet as the rules of the call with this index say: origin, rate limit of owners, freeze
    /// window, existence, then `write` (told whether root asks), then the note that an owner changed it.
    pub(crate) fn set(
        origin: OriginFor<T>,
        index: u8,
        netuid: NetUid,
        write: impl FnOnce(bool) -> DispatchResult,
    ) -> DispatchResult {
        let rules = setter_of(index).ok_or(Error::<T>::Deprecated)?;
        let owner = match rules.who {
            Who::OwnerOrRoot => Subtensor::<T>::ensure_owner_or_root(origin, netuid)?,
            Who::Root => {
                frame_system::ensure_root(origin)?;
                None
            }
        };
        let mark = owner.as_ref().map(|owner| Mark::<T>::of(rules.limit, owner, netuid));
        if let Some(mark) = &mark {
            mark.ensure_passed(netuid)?;
        }
        if rules.window == Window::All {
            Subtensor::<T>::ensure_admin_window_open(netuid)?;
        }
        Self::ensure_exists(netuid)?;
        write(owner.is_none())?;
        if let Some(mark) = &mark {
            mark.write();
        }
        Ok(())
    }

    /// A bound of the rules, as the error of the market that clients know.
    pub(crate) fn out_of_bounds(error: OutOfBounds) -> DispatchError {
        use pallet_subtensor::Error as Known;
        match error {
            OutOfBounds::AlphaHighTooLow => Known::<T>::AlphaHighTooLow,
            OutOfBounds::AlphaLowOutOfRange => Known::<T>::AlphaLowOutOfRange,
            OutOfBounds::RevealPeriodTooSmall => Known::<T>::RevealPeriodTooSmall,
            OutOfBounds::RevealPeriodTooLarge => Known::<T>::RevealPeriodTooLarge,
        }
        .into()
    }

    /// Sets the hotkey of a subnet's owner (`docs/rules/subnets.md#owner`). The rate limit binds root too.
    pub(crate) fn change_owner_hotkey(origin: OriginFor<T>, netuid: NetUid, hotkey: T::AccountId) -> DispatchResult {
        Subtensor::<T>::ensure_owner_or_root(origin, netuid)?;
        ensure!(
            pallet_subtensor::NetworksAdded::<T>::get(netuid),
            pallet_subtensor::Error::<T>::SubnetNotExists
        );
        let key = RateLimitKey::SetSNOwnerHotkey(netuid);
        let last = pallet_subtensor::LastRateLimitedBlock::<T>::get(&key);
        Subtensor::<T>::ensure_passed(last, OWNER_HOTKEY_CHANGE)?;
        let of_a_subnet =
            <frame_support::PalletId as AccountIdConversion<T::AccountId>>::try_from_sub_account::<NetUid>;
        ensure!(
            !of_a_subnet(&hotkey).is_some_and(|(pallet, _)| pallet == pallet_subtensor::accounts::SUBNETS),
            pallet_subtensor::Error::<T>::CannotUseSystemAccount
        );
        pallet_subtensor::SubnetOwnerHotkey::<T>::insert(netuid, hotkey);
        pallet_subtensor::LastRateLimitedBlock::<T>::insert(key, Subtensor::<T>::now());
        Ok(())
    }

    /// Sets the number of mechanisms (`docs/rules/yuma.md#mechanisms`): a change forgets the split, a lower number also
    /// what the mechanisms beyond it had.
    pub(crate) fn change_mechanism_count(netuid: NetUid, count: MechId) -> DispatchResult {
        mechanisms::check_count(
            count.get(),
            pallet_subtensor::MaxMechanismCount::<T>::get(),
            pallet_subtensor::MaxAllowedUids::<T>::get(netuid),
        )
        .map_err(pallet_subtensor::Error::<T>::from)?;
        let before = pallet_subtensor::MechanismCountCurrent::<T>::get(netuid);
        if count == before {
            return Ok(());
        }
        for gone in count.get()..before.get() {
            // A row per neuron, of which there are at most 256.
            let index = netuid.index(MechId(gone));
            let _ = pallet_subtensor::Weights::<T>::clear_prefix(index, u32::MAX, None);
            let _ = pallet_subtensor::Bonds::<T>::clear_prefix(index, u32::MAX, None);
            let _ = pallet_subtensor::WeightCommits::<T>::clear_prefix(index, u32::MAX, None);
            let _ = pallet_subtensor::TimelockedWeightCommits::<T>::clear_prefix(index, u32::MAX, None);
            pallet_subtensor::Incentive::<T>::remove(index);
            pallet_subtensor::LastUpdate::<T>::remove(index);
        }
        pallet_subtensor::MechanismCountCurrent::<T>::insert(netuid, count);
        pallet_subtensor::MechanismEmissionSplit::<T>::remove(netuid);
        Ok(())
    }
}

/// Where it is noted that an owner changed a parameter, and for how long that binds
/// (`docs/rules/hyperparameters.md#rate-limits`).
enum Mark<T: Config> {
    /// Nowhere.
    None,
    /// Per subnet and parameter.
    Parameter(RateLimitKey<T::AccountId>),
    /// Per owner, subnet and kind of change.
    Owner {
        key: (T::AccountId, NetUid, u16),
        blocks: u64,
    },
}

impl<T: Config> Mark<T> {
    fn of(limit: Limit, owner: &T::AccountId, netuid: NetUid) -> Self {
        match limit {
            Limit::None => Self::None,
            Limit::Tempos { code } => {
                // Every code of the table is one of this list, which a test checks.
                let parameter = Hyperparameter::decode(&mut &[code][..]).unwrap_or(Hyperparameter::Unknown);
                Self::Parameter(RateLimitKey::OwnerHyperparamUpdate(netuid, parameter))
            }
            Limit::VersionKey => {
                let tempo = pallet_subtensor::Tempo::<T>::get(netuid);
                Self::Owner {
                    key: (
                        owner.clone(),
                        netuid,
                        pallet_subtensor::TransactionKind::SetWeightsVersionKey as u16,
                    ),
                    blocks: rate_limits::of_version_key(
                        tempo,
                        pallet_subtensor::WeightsVersionKeyRateLimit::<T>::get(),
                    ),
                }
            }
            Limit::PerOwner { blocks, kind } => Self::Owner {
                key: (owner.clone(), netuid, kind),
                blocks,
            },
        }
    }

    fn ensure_passed(&self, netuid: NetUid) -> DispatchResult {
        let (last, limit) = match self {
            Self::None => return Ok(()),
            Self::Parameter(key) => (
                pallet_subtensor::LastRateLimitedBlock::<T>::get(key),
                Subtensor::<T>::owner_rate_limit(netuid),
            ),
            Self::Owner { key, blocks } => (pallet_subtensor::TransactionKeyLastBlock::<T>::get(key), *blocks),
        };
        Subtensor::<T>::ensure_passed(last, limit)
    }

    fn write(&self) {
        let now = Subtensor::<T>::now();
        match self {
            Self::None => {}
            Self::Parameter(key) => pallet_subtensor::LastRateLimitedBlock::<T>::insert(key, now),
            Self::Owner { key, .. } => pallet_subtensor::TransactionKeyLastBlock::<T>::insert(key, now),
        }
    }
}

#[cfg(test)]
mod tests {
    use tributary_economy::hyperparameters::SETTERS;

    use super::*;

    #[test]
    fn every_code_is_a_hyperparameter() {
        for setter in SETTERS {
            if let Limit::Tempos { code } = setter.limit {
                let parameter = Hyperparameter::decode(&mut &[code][..]).expect("a code of the list");
                assert_ne!(parameter, Hyperparameter::Unknown, "{}", setter.call);
            }
        }
    }
}
