//! What a dissolved subnet leaves behind and what it does not (`docs/rules/subnets.md#dissolving` steps 9 and 10).

use alloc::vec::Vec;

use pallet_subtensor_swap::{AlphaSqrtPrice, FeeRate, PalSwapInitialized, SwapBalancer};
use tributary_economy::{MechId, NetUid, for_each_ledger_item, mechanisms::MAX_MECHANISMS, memory::OUTLIVE_A_SUBNET};

use crate::{Config, pallet};

/// Mechanisms that a subnet can have had.
const MECHANISMS: core::ops::Range<u8> = 0..MAX_MECHANISMS;

/// Removes an item of the table for one subnet. Maps with the account first are walked whole: that is what the
/// dissolution of a subnet costs, which registration of its successor pays for.
macro_rules! clear {
    ($storage:ident, $netuid:ident, ()) => {};
    ($storage:ident, $netuid:ident, (netuid: NetUid)) => {
        pallet::$storage::<T>::remove($netuid)
    };
    ($storage:ident, $netuid:ident, (netuid: NetUid, $key:ident : $ty:ty)) => {
        let _ = pallet::$storage::<T>::clear_prefix($netuid, u32::MAX, None);
    };
    ($storage:ident, $netuid:ident, (index: NetUidStorageIndex)) => {
        for mechanism in MECHANISMS {
            pallet::$storage::<T>::remove($netuid.index(MechId(mechanism)));
        }
    };
    ($storage:ident, $netuid:ident, (index: NetUidStorageIndex, $key:ident : $ty:ty)) => {
        for mechanism in MECHANISMS {
            let _ = pallet::$storage::<T>::clear_prefix($netuid.index(MechId(mechanism)), u32::MAX, None);
        }
    };
    ($storage:ident, $netuid:ident, ($account:ident : $ty:ty, netuid: NetUid)) => {
        let keys: Vec<_> = pallet::$storage::<T>::iter_keys()
            .filter(|(_, netuid)| *netuid == $netuid)
            .collect();
        for (account, netuid) in keys {
            pallet::$storage::<T>::remove(account, netuid);
        }
    };
    ($storage:ident, $netuid:ident, $other:tt) => {};
}

macro_rules! implement {
    ($($get:ident, $set:ident, $storage:ident, $keys:tt, $value:ty, $default:expr;)*) => {
        fn clear_items<T: Config>(netuid: NetUid) {
            $(
                if !OUTLIVE_A_SUBNET.contains(&stringify!($storage)) {
                    clear!($storage, netuid, $keys);
                }
            )*
        }
    };
}

for_each_ledger_item!(implement);

macro_rules! remove {
    ($netuid:ident: $($storage:ident)*) => {
        $(pallet::$storage::<T>::remove($netuid);)*
    };
}

macro_rules! clear_prefix {
    ($netuid:ident: $($storage:ident)*) => {
        $(let _ = pallet::$storage::<T>::clear_prefix($netuid, u32::MAX, None);)*
    };
}

/// Removes all that is kept for a subnet.
pub fn clear_network<T: Config>(netuid: NetUid) {
    clear_items::<T>(netuid);
    remove!(netuid:
        SubnetOwner SubnetOwnerHotkey SubnetIdentitiesV3 ServingRateLimit RevealPeriodEpochs BondsResetOn
        PendingChildKeysCursor LargestLocked Difficulty MinDifficulty MaxDifficulty LastAdjustmentBlock NetworkPowRegistrationAllowed
        ScalingLawPower ActivityCutoff Rho OwnerCutAutoLockEnabled
    );
    clear_prefix!(netuid: Keys Axons Prometheus NeuronCertificates AssociatedEvmAddress PendingChildKeys);
    for mechanism in MECHANISMS {
        let index = netuid.index(MechId(mechanism));
        let _ = pallet::WeightCommits::<T>::clear_prefix(index, u32::MAX, None);
        let _ = pallet::TimelockedWeightCommits::<T>::clear_prefix(index, u32::MAX, None);
    }
    let marks: Vec<_> = pallet::TransactionKeyLastBlock::<T>::iter_keys()
        .filter(|(_, of, _)| *of == netuid)
        .collect();
    for mark in marks {
        pallet::TransactionKeyLastBlock::<T>::remove(mark);
    }
    AlphaSqrtPrice::<T>::remove(netuid);
    FeeRate::<T>::remove(netuid);
    PalSwapInitialized::<T>::remove(netuid);
    SwapBalancer::<T>::remove(netuid);
}
