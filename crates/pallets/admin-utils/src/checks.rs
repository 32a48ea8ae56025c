//! The bounds of hyperparameters that depend on others of the subnet (`docs/rules/hyperparameters.md`).

use frame_support::{ensure, pallet_prelude::DispatchResult};
use pallet_subtensor::Error as Known;
use tributary_economy::{
    NetUid, Tao,
    bounds::{self, UidsRefused},
    fixed::U64F64,
};

use crate::{Config, Error, Pallet};

impl<T: Config> Pallet<T> {
    pub(crate) fn check_not_root(netuid: NetUid, _: bool) -> DispatchResult {
        ensure!(!netuid.is_root(), Error::<T>::NotPermittedOnRootSubnet);
        Ok(())
    }

    pub(crate) fn check_max_uids(netuid: NetUid, uids: u16) -> DispatchResult {
        bounds::check_max_uids(
            uids,
            pallet_subtensor::MinAllowedUids::<T>::get(netuid),
            pallet_subtensor::SubnetworkN::<T>::get(netuid),
            pallet_subtensor::MechanismCountCurrent::<T>::get(netuid).get(),
        )
        .map_err(|refused| match refused {
            UidsRefused::AcrossTheOther => Error::<T>::MaxAllowedUidsLessThanMinAllowedUids.into(),
            UidsRefused::AcrossThePresent => Error::<T>::MaxAllowedUIdsLessThanCurrentUIds.into(),
            UidsRefused::TooMany => Error::<T>::MaxAllowedUidsGreaterThanDefaultMaxAllowedUids.into(),
            UidsRefused::TooManyPerMechanism => Known::<T>::TooManyUIDsPerMechanism.into(),
        })
    }

    pub(crate) fn check_min_uids(netuid: NetUid, uids: u16) -> DispatchResult {
        bounds::check_min_uids(
            uids,
            pallet_subtensor::MaxAllowedUids::<T>::get(netuid),
            pallet_subtensor::SubnetworkN::<T>::get(netuid),
        )
        .map_err(|refused| match refused {
            UidsRefused::AcrossTheOther => Error::<T>::MinAllowedUidsGreaterThanMaxAllowedUids.into(),
            _ => Error::<T>::MinAllowedUidsGreaterThanCurrentUids.into(),
        })
    }

    pub(crate) fn check_max_validators(netuid: NetUid, validators: u16) -> DispatchResult {
        let within = bounds::is_max_validators(validators, pallet_subtensor::MaxAllowedUids::<T>::get(netuid));
        ensure!(within, Error::<T>::MaxValidatorsLargerThanMaxUIds);
        Ok(())
    }

    pub(crate) fn check_activity_cutoff(_: NetUid, cutoff: u16) -> DispatchResult {
        let within = bounds::is_activity_cutoff(cutoff, pallet_subtensor::MinActivityCutoff::<T>::get());
        ensure!(within, Known::<T>::ActivityCutoffTooLow);
        Ok(())
    }

    pub(crate) fn check_min_burn(netuid: NetUid, burn: Tao) -> DispatchResult {
        let within = bounds::is_min_burn(burn, pallet_subtensor::MaxBurn::<T>::get(netuid));
        ensure!(within, Error::<T>::ValueNotInBounds);
        Ok(())
    }

    pub(crate) fn check_max_burn(netuid: NetUid, burn: Tao) -> DispatchResult {
        let within = bounds::is_max_burn(burn, pallet_subtensor::MinBurn::<T>::get(netuid));
        ensure!(within, Error::<T>::ValueNotInBounds);
        Ok(())
    }

    pub(crate) fn check_burn_half_life(netuid: NetUid, blocks: u16) -> DispatchResult {
        Self::check_not_root(netuid, true)?;
        ensure!(bounds::BURN_HALF_LIFE.contains(&blocks), Error::<T>::InvalidValue);
        Ok(())
    }

    pub(crate) fn check_burn_increase(netuid: NetUid, factor: U64F64) -> DispatchResult {
        Self::check_not_root(netuid, true)?;
        ensure!(bounds::BURN_INCREASE.contains(&factor), Error::<T>::InvalidValue);
        Ok(())
    }

    pub(crate) fn check_reveal_period(_: NetUid, epochs: u64) -> DispatchResult {
        bounds::check_reveal_period(epochs).map_err(Self::out_of_bounds)
    }

    pub(crate) fn check_immune_owner_uids(_: NetUid, neurons: u16) -> DispatchResult {
        ensure!(bounds::IMMUNE_OWNER_UIDS.contains(&neurons), Known::<T>::InvalidValue);
        Ok(())
    }

    pub(crate) fn check_childkey_take(_: NetUid, take: u16) -> DispatchResult {
        let (least, most) = (
            pallet_subtensor::MinChildkeyTake::<T>::get(),
            pallet_subtensor::MaxChildkeyTake::<T>::get(),
        );
        ensure!(bounds::is_childkey_take(take, least, most), Error::<T>::InvalidValue);
        Ok(())
    }

    pub(crate) fn check_mechanisms_max(count: u8) -> DispatchResult {
        ensure!(bounds::is_max_mechanisms(count), Known::<T>::InvalidValue);
        Ok(())
    }

    pub(crate) fn check_epochs_max(count: u8) -> DispatchResult {
        ensure!(bounds::is_max_epochs(count), Error::<T>::ValueNotInBounds);
        Ok(())
    }
}
