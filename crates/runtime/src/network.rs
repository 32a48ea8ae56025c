//! Speed of the network: what the reference fixes when it is compiled, a value of genesis here.

pub use pallet::*;

/// The pallet.
#[frame_support::pallet]
#[allow(missing_docs)] // The derives of the genesis config write undocumented items.
pub mod pallet {
    use frame_support::pallet_prelude::*;

    /// The pallet.
    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What the pallet needs of the runtime.
    #[pallet::config]
    pub trait Config: frame_system::Config {}

    /// Twelve seconds, as on the public network.
    pub struct DefaultSlotDuration;
    impl Get<u64> for DefaultSlotDuration {
        fn get() -> u64 {
            12_000
        }
    }

    /// Milliseconds from one block to the next.
    #[pallet::storage]
    pub type SlotDuration<T> = StorageValue<_, u64, ValueQuery, DefaultSlotDuration>;

    /// Speed at genesis.
    #[pallet::genesis_config]
    pub struct GenesisConfig<T: Config> {
        /// Milliseconds from one block to the next, at least 2.
        pub slot_duration_ms: u64,
        #[doc(hidden)]
        #[serde(skip)]
        pub _config: PhantomData<T>,
    }

    impl<T: Config> Default for GenesisConfig<T> {
        fn default() -> Self {
            Self {
                slot_duration_ms: DefaultSlotDuration::get(),
                _config: PhantomData,
            }
        }
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            // Below two milliseconds the shortest period of the clock, half a slot, would be nothing.
            assert!(self.slot_duration_ms >= 2, "slotDurationMs must be at least 2");
            SlotDuration::<T>::put(self.slot_duration_ms);
        }
    }
}

/// [`SlotDuration`], for other pallets. Their metadata carries it as a constant, so metadata is built on a state.
pub struct SlotDurationMs;
impl frame_support::traits::Get<u64> for SlotDurationMs {
    fn get() -> u64 {
        SlotDuration::<crate::Runtime>::get()
    }
}

/// Half a slot: blocks may not be closer than that.
pub struct MinimumPeriodMs;
impl frame_support::traits::Get<u64> for MinimumPeriodMs {
    fn get() -> u64 {
        SlotDurationMs::get() / 2
    }
}
