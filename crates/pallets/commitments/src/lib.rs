//! Commitments of neurons: hashes and small data published on chain (`docs/rules/commitments.md`).
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod data;

pub use data::{CommitmentInfo, Data, MAX_BIG_RAW, MAX_RAW, MAX_TIMELOCKED, MaxFields, Registration, UsageTracker};
pub use pallet::*;

/// The pallet.
#[frame_support::pallet]
pub mod pallet {
    use alloc::vec::Vec;

    use frame_support::{pallet_prelude::*, traits::ConstU32};
    use frame_system::pallet_prelude::*;
    use sp_runtime::traits::UniqueSaturatedInto;
    use tributary_economy::{MechId, NetUid};

    use crate::{CommitmentInfo, Registration, UsageTracker};

    /// The pallet.
    #[pallet::pallet]
    #[pallet::without_storage_info]
    pub struct Pallet<T>(_);

    /// What the pallet needs of the runtime.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> + pallet_subtensor::Config {}

    /// Bytes that an account may commit on a subnet per epoch.
    #[pallet::storage]
    pub type MaxSpace<T> = StorageValue<_, u32, ValueQuery, ConstU32<3_100>>;

    /// The commitment of an account on a subnet.
    #[pallet::storage]
    pub type CommitmentOf<T: Config> =
        StorageDoubleMap<_, Identity, NetUid, Twox64Concat, T::AccountId, Registration, OptionQuery>;

    /// Block of the last commitment of an account on a subnet.
    #[pallet::storage]
    pub type LastCommitment<T: Config> =
        StorageDoubleMap<_, Identity, NetUid, Twox64Concat, T::AccountId, BlockNumberFor<T>, OptionQuery>;

    /// Block in which a commitment of the account last reset bonds on a subnet.
    #[pallet::storage]
    pub type LastBondsReset<T: Config> =
        StorageDoubleMap<_, Identity, NetUid, Twox64Concat, T::AccountId, BlockNumberFor<T>, OptionQuery>;

    /// What time-locked commitments turned out to say, with the block of the revelation. This chain takes no drand
    /// pulses, so nothing is revealed yet.
    #[pallet::storage]
    pub type RevealedCommitments<T: Config> =
        StorageDoubleMap<_, Identity, NetUid, Twox64Concat, T::AccountId, Vec<(Vec<u8>, u64)>, OptionQuery>;

    /// Space that an account has used on a subnet in this epoch.
    #[pallet::storage]
    pub type UsedSpaceOf<T: Config> =
        StorageDoubleMap<_, Identity, NetUid, Twox64Concat, T::AccountId, UsageTracker, OptionQuery>;

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(fn deposit_event)]
    pub enum Event<T: Config> {
        /// A commitment was set.
        Commitment {
            /// The subnet.
            netuid: NetUid,
            /// Who commits.
            who: T::AccountId,
        },
    }

    /// Why a call fails.
    #[pallet::error]
    pub enum Error<T> {
        /// A commitment has at most three fields.
        TooManyFieldsInCommitmentInfo,
        /// The account has no uid on this subnet.
        AccountNotAllowedCommit,
        /// The account has used up its space on this subnet until the next epoch.
        SpaceLimitExceeded,
        /// More was released than was held back: this is a bug.
        UnexpectedUnreserveLeftover,
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Commits the signing hotkey to something on a subnet; replaces what it committed to before. Free.
        #[pallet::call_index(0)]
        #[pallet::weight((T::DbWeight::get().reads_writes(6, 4), DispatchClass::Normal, Pays::No))]
        pub fn set_commitment(
            origin: OriginFor<T>,
            netuid: NetUid,
            info: alloc::boxed::Box<CommitmentInfo>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            ensure!(
                pallet_subtensor::Uids::<T>::contains_key(netuid, &who),
                Error::<T>::AccountNotAllowedCommit
            );
            let now = frame_system::Pallet::<T>::block_number();
            if info.resets_bonds() {
                LastBondsReset::<T>::insert(netuid, &who, now);
                Self::reset_bonds(netuid, &who);
            }
            Self::use_space(netuid, &who, info.space())?;
            let block = now.unique_saturated_into();
            CommitmentOf::<T>::insert(
                netuid,
                &who,
                Registration {
                    deposit: 0,
                    block,
                    info: *info,
                },
            );
            LastCommitment::<T>::insert(netuid, &who, now);
            Self::deposit_event(Event::Commitment { netuid, who });
            Ok(())
        }

        /// Sets how many bytes an account may commit on a subnet per epoch. Root only.
        #[pallet::call_index(2)]
        #[pallet::weight(T::DbWeight::get().writes(1))]
        pub fn set_max_space(origin: OriginFor<T>, new_limit: u32) -> DispatchResult {
            ensure_root(origin)?;
            MaxSpace::<T>::put(new_limit);
            Ok(())
        }
    }

    impl<T: Config> Pallet<T> {
        /// Counts bytes against an account's space, which an epoch makes new.
        fn use_space(netuid: NetUid, who: &T::AccountId, space: u64) -> DispatchResult {
            let last_epoch = pallet_subtensor::SubnetEpochIndex::<T>::get(netuid);
            let used = UsedSpaceOf::<T>::get(netuid, who)
                .filter(|usage| usage.last_epoch == last_epoch)
                .map_or(0, |usage| usage.used_space);
            let used_space = used.checked_add(space).ok_or(Error::<T>::SpaceLimitExceeded)?;
            ensure!(
                used_space <= u64::from(MaxSpace::<T>::get()),
                Error::<T>::SpaceLimitExceeded
            );
            UsedSpaceOf::<T>::insert(netuid, who, UsageTracker { last_epoch, used_space });
            Ok(())
        }

        /// Removes every bond towards the account's neuron, on all mechanisms, if the subnet wants that
        /// (`docs/rules/yuma.md#bond-reset`).
        fn reset_bonds(netuid: NetUid, who: &T::AccountId) {
            let Some(uid) = pallet_subtensor::Uids::<T>::get(netuid, who) else {
                return;
            };
            if !pallet_subtensor::BondsResetOn::<T>::get(netuid) {
                return;
            }
            for mecid in 0..pallet_subtensor::MechanismCountCurrent::<T>::get(netuid).get() {
                let index = netuid.index(MechId(mecid));
                let rows: Vec<_> = pallet_subtensor::Bonds::<T>::iter_prefix(index)
                    .filter(|(_, row)| row.iter().any(|(towards, _)| *towards == uid))
                    .collect();
                for (of, mut row) in rows {
                    row.retain(|(towards, _)| *towards != uid);
                    pallet_subtensor::Bonds::<T>::insert(index, of, row);
                }
            }
        }
    }

    impl<T: Config> pallet_subtensor::SubnetRemoved for Pallet<T> {
        fn subnet_removed(netuid: NetUid) {
            // One entry per neuron, so at most as many as the subnet had uids over its life.
            let _ = CommitmentOf::<T>::clear_prefix(netuid, u32::MAX, None);
            let _ = LastCommitment::<T>::clear_prefix(netuid, u32::MAX, None);
            let _ = LastBondsReset::<T>::clear_prefix(netuid, u32::MAX, None);
            let _ = RevealedCommitments::<T>::clear_prefix(netuid, u32::MAX, None);
            let _ = UsedSpaceOf::<T>::clear_prefix(netuid, u32::MAX, None);
        }
    }
}
