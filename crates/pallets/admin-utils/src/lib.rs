//! Setters of hyperparameters for subnet owners and root (`docs/rules/hyperparameters.md`).
//!
//! Who may set what, when and how often is a table of the rules ([`tributary_economy::hyperparameters`]); here are the
//! calls, their bounds, and the writing.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod calls;
mod checks;
mod rules;
mod table;

pub use pallet::*;

use frame_support::pallet_prelude::import_section;

/// The pallet.
#[import_section(calls::calls)]
#[frame_support::pallet]
pub mod pallet {
    use alloc::vec::Vec;

    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;
    use pallet_subtensor::{Event as Told, weights};
    use tributary_economy::{
        MechId, NetUid, RecycleOrBurn as RecycleOrBurnEnum, Tao as TaoBalance,
        bounds::{check_alpha_values, may_set_bonds_moving_average, may_set_steepness},
        fixed::{I96F32, U64F64},
        market::trimming,
        mechanisms::check_split,
    };

    /// The pallet.
    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What the pallet needs of the runtime.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> + pallet_subtensor::Config {}

    /// What happened, where `SubtensorModule` has no event for it.
    #[pallet::event]
    #[pallet::generate_deposit(pub(crate) fn deposit_event)]
    pub enum Event<T: Config> {
        /// The form of bonds changed.
        Yuma3EnableToggled {
            /// The subnet.
            netuid: NetUid,
            /// Whether it is the third form.
            enabled: bool,
        },
        /// Neurons may have the bonds towards them forgotten, or not.
        BondsResetToggled {
            /// The subnet.
            netuid: NetUid,
            /// Whether they may.
            enabled: bool,
        },
        /// The decay of the price of a neuron changed.
        BurnHalfLifeSet {
            /// The subnet.
            netuid: NetUid,
            /// Blocks in which it halves.
            burn_half_life: u16,
        },
        /// The rise of the price of a neuron changed.
        BurnIncreaseMultSet {
            /// The subnet.
            netuid: NetUid,
            /// The factor.
            burn_increase_mult: U64F64,
        },
        /// TAO flows into the pool of a subnet, or not.
        SubnetEmissionEnabledSet {
            /// The subnet.
            netuid: NetUid,
            /// Whether it does.
            enabled: bool,
        },
    }

    /// Why a call fails.
    #[pallet::error]
    pub enum Error<T> {
        /// No such subnet.
        SubnetDoesNotExist,
        /// There would be more validators than neurons.
        MaxValidatorsLargerThanMaxUIds,
        /// The subnet has more neurons than that.
        MaxAllowedUIdsLessThanCurrentUIds,
        /// Owners may set at most 975000.
        BondsMovingAverageMaxReached,
        /// Owners may not set a negative steepness.
        NegativeSigmoidSteepness,
        /// The value is outside its bounds.
        ValueNotInBounds,
        /// The subnet has not more neurons than that.
        MinAllowedUidsGreaterThanCurrentUids,
        /// The subnet may not have more neurons than that.
        MinAllowedUidsGreaterThanMaxAllowedUids,
        /// That is less than the subnet must be able to have.
        MaxAllowedUidsLessThanMinAllowedUids,
        /// No subnet has more than 256 neurons.
        MaxAllowedUidsGreaterThanDefaultMaxAllowedUids,
        /// The value is outside its bounds.
        InvalidValue,
        /// Root has no such parameter.
        NotPermittedOnRootSubnet,
        /// Proof of work is gone.
        POWRegistrationDisabled,
        /// The call is gone.
        Deprecated,
    }
}
