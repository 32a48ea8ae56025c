//! Swap fees, pool weights and the prices that clients read, one of each per subnet.
//!
//! The reserves of a pool are items of pallet-subtensor (`docs/rules/pool.md#reserves-and-weights`) and the trade
//! itself is a rule of `tributary-economy`; here is only what the reference keeps under the name `Swap`.
#![cfg_attr(not(feature = "std"), no_std)]

pub use pallet::*;
use sp_runtime::Perquintill;
use tributary_economy::{NetUid, bounds, fixed::U64F64, presets::LOCAL};

/// The pallet.
#[frame_support::pallet]
pub mod pallet {
    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;

    use super::*;

    /// The pallet.
    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What the pallet needs of the runtime.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {}

    /// The fee that an absent entry stands for: 33 over 65535, about 0.05 %.
    pub struct DefaultFeeRate;
    impl Get<u16> for DefaultFeeRate {
        fn get() -> u16 {
            LOCAL.fee_rate
        }
    }

    /// The quote weight that an absent entry stands for: one half, the constant product.
    pub struct DefaultBalancer;
    impl Get<Perquintill> for DefaultBalancer {
        fn get() -> Perquintill {
            Perquintill::from_parts(tributary_economy::pool::EQUAL_WEIGHT)
        }
    }

    /// Fee of a swap over 65535.
    #[pallet::storage]
    pub type FeeRate<T> = StorageMap<_, Twox64Concat, NetUid, u16, ValueQuery, DefaultFeeRate>;

    /// Weight of TAO, the quote, in the pool's curve (`docs/rules/pool.md#reserves-and-weights`).
    #[pallet::storage]
    pub type SwapBalancer<T> = StorageMap<_, Twox64Concat, NetUid, Perquintill, ValueQuery, DefaultBalancer>;

    /// Whether a first swap has set the weights.
    #[pallet::storage]
    pub type PalSwapInitialized<T> = StorageMap<_, Twox64Concat, NetUid, bool, ValueQuery>;

    /// Square root of the price in TAO per alpha. Nothing here computes with it: wallets take its square for the
    /// price (`docs/rules/clients.md#version-skew`), so it follows every change of a pool.
    #[pallet::storage]
    pub type AlphaSqrtPrice<T> = StorageMap<_, Twox64Concat, NetUid, U64F64, ValueQuery>;

    /// What happened.
    #[pallet::event]
    #[pallet::generate_deposit(fn deposit_event)]
    pub enum Event<T: Config> {
        /// The swap fee of a subnet was set.
        FeeRateSet {
            /// The subnet.
            netuid: NetUid,
            /// The fee over 65535.
            rate: u16,
        },
    }

    /// Why a call fails.
    #[pallet::error]
    pub enum Error<T> {
        /// The fee is above the highest allowed, 10000 over 65535.
        FeeRateTooHigh,
    }

    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Sets the swap fee of a subnet, over 65535. Root only.
        #[pallet::call_index(0)]
        #[pallet::weight(T::DbWeight::get().writes(1))]
        pub fn set_fee_rate(origin: OriginFor<T>, netuid: NetUid, rate: u16) -> DispatchResult {
            ensure_root(origin)?;
            ensure!(rate <= bounds::MAX_FEE_RATE, Error::<T>::FeeRateTooHigh);
            FeeRate::<T>::insert(netuid, rate);
            Self::deposit_event(Event::FeeRateSet { netuid, rate });
            Ok(())
        }
    }
}
