//! Pacts, payments and channels: what a funded subnet gives back (`docs/rules/pacts.md`).
//!
//! The shell around [`tributary_economy::market::pact`]: this pallet stores what the rules need ([`Store`]), checks
//! origins and signatures, calls the rules and tells what happened. A subnet without a pact has no entry here, and
//! nothing of it changes.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod calls;
mod errors;
mod events;
mod rules;
mod store;
pub mod weights;

pub use pallet::*;
pub use store::Store;

use frame_support::pallet_macros::import_section;

#[import_section(errors::errors)]
#[import_section(events::events)]
#[import_section(calls::calls)]
#[frame_support::pallet]
#[allow(clippy::too_many_arguments)]
pub mod pallet {
    use alloc::vec::Vec;

    use frame_support::{
        pallet_prelude::*,
        traits::{Time, fungible},
    };
    use frame_system::pallet_prelude::*;
    use tributary_economy::{
        Alpha, NetUid, Tao,
        market::pact as rules,
        pact::{
            Arbiters, Arrival, Artifact, Ballot, Breach, Channel, Pact, Parameters, Report, Revenue, Terms,
            report::Verdict,
        },
    };

    use crate::weights;

    /// The pallet.
    #[pallet::pallet]
    #[pallet::without_storage_info]
    pub struct Pallet<T>(_);

    /// What the pallet needs of the runtime.
    #[pallet::config]
    pub trait Config:
        frame_system::Config<RuntimeEvent: From<Event<Self>>, AccountId: AsRef<[u8; 32]>> + pallet_subtensor::Config
    {
        /// TAO on hold.
        type Holds: fungible::MutateHold<Self::AccountId, Balance = u64, Reason = Self::RuntimeHoldReason>
            + fungible::Mutate<Self::AccountId, Balance = u64>;
        /// Why TAO is on hold.
        type RuntimeHoldReason: From<HoldReason>;
        /// Milliseconds since 1970.
        type Clock: Time<Moment = u64>;
        /// Milliseconds between blocks.
        type BlockTime: Get<u64>;
    }

    /// Why TAO is on hold.
    #[pallet::composite_enum]
    pub enum HoldReason {
        /// The bond of a pact.
        Bond,
        /// The deposit of a channel.
        Channel,
        /// The deposit of a report.
        Report,
    }

    /// The pact of a subnet.
    #[pallet::storage]
    pub type Pacts<T: Config> = StorageMap<_, Twox64Concat, NetUid, Pact<T::AccountId>, OptionQuery>;

    /// What was paid for the services of a subnet, with a pact or without.
    #[pallet::storage]
    pub type Revenues<T> = StorageMap<_, Twox64Concat, NetUid, Revenue, ValueQuery>;

    /// Objections to the announced loosening of a subnet's pact, at most 64.
    #[pallet::storage]
    pub type Objections<T: Config> = StorageMap<_, Twox64Concat, NetUid, Vec<Ballot<T::AccountId>>, ValueQuery>;

    /// Open reports of broken promises, at most 4.
    #[pallet::storage]
    pub type Reports<T: Config> = StorageMap<_, Twox64Concat, NetUid, Vec<Report<T::AccountId>>, ValueQuery>;

    /// Blocks of the questions that are open on a subnet: of its reports and of its announced loosening, at most 5.
    #[pallet::storage]
    pub type Questions<T> = StorageMap<_, Twox64Concat, NetUid, Vec<u64>, ValueQuery>;

    /// Alpha that came to the stake of a hotkey and a coldkey while questions were open, and is still there.
    #[pallet::storage]
    pub type Arrivals<T: Config> = StorageNMap<
        _,
        (
            NMapKey<Twox64Concat, NetUid>,
            NMapKey<Blake2_128Concat, T::AccountId>,
            NMapKey<Blake2_128Concat, T::AccountId>,
        ),
        Vec<Arrival>,
        ValueQuery,
    >;

    /// Number of the next report.
    #[pallet::storage]
    pub type NextReport<T> = StorageValue<_, u32, ValueQuery>;

    /// The last artefact of a subnet.
    #[pallet::storage]
    pub type Artifacts<T: Config> = StorageMap<_, Twox64Concat, NetUid, Artifact<T::AccountId>, OptionQuery>;

    /// Open channels.
    #[pallet::storage]
    pub type Channels<T: Config> = StorageMap<_, Twox64Concat, u64, Channel<T::AccountId>, OptionQuery>;

    /// Number of the next channel.
    #[pallet::storage]
    pub type NextChannel<T> = StorageValue<_, u64, ValueQuery>;

    /// Parameters of all pacts.
    #[pallet::storage]
    pub type ParametersOf<T> = StorageValue<_, Parameters, ValueQuery>;

    /// Parameters at genesis.
    #[pallet::genesis_config]
    pub struct GenesisConfig<T: Config> {
        /// Parameters of all pacts.
        pub parameters: Parameters,
        #[doc(hidden)]
        #[serde(skip)]
        pub _config: PhantomData<T>,
    }

    impl<T: Config> Default for GenesisConfig<T> {
        fn default() -> Self {
            Self {
                parameters: Parameters::default(),
                _config: PhantomData,
            }
        }
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            assert!(
                self.parameters.check().is_ok(),
                "pact.parameters: a half-life above zero, a reward of at most a million, a deposit above zero"
            );
            // Absent is the default: a chain on which nobody uses pacts has no entry of this pallet.
            if self.parameters != Parameters::default() {
                ParametersOf::<T>::put(self.parameters);
            }
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::check_pacts()
                .map(|_| ())
                .map_err(|_| sp_runtime::TryRuntimeError::Other("the sums of pacts, channels or holds do not add up"))
        }
    }
}
