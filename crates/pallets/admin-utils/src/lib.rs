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

use frame_support::{BoundedVec, dispatch::DispatchResult};
use sp_consensus_grandpa::AuthorityList;

/// Who makes blocks.
pub trait Authors<Id, Max> {
    /// These do, from the next block on.
    fn change(next: BoundedVec<Id, Max>);
}

/// Who finalizes blocks.
pub trait Voters<BlockNumber> {
    /// These do, `in_blocks` after this one: of the final chain, or, forced, of the best one, where `forced` is the last
    /// block that was final.
    ///
    /// # Errors
    /// A change is ahead already, or a forced one came too shortly before.
    fn schedule(next: AuthorityList, in_blocks: BlockNumber, forced: Option<BlockNumber>) -> DispatchResult;

    /// A scheduled change has happened. Nodes count the sets of voters and take the number from here when they start
    /// from a state.
    fn count_change();
}

/// The pallet.
#[import_section(calls::calls)]
#[frame_support::pallet]
pub mod pallet {
    use alloc::vec::Vec;

    use frame_support::pallet_prelude::*;
    use frame_system::pallet_prelude::*;
    use pallet_subtensor::{Event as Told, weights};
    use sp_consensus_grandpa::AuthorityList;
    use sp_runtime::Saturating;
    use tributary_economy::{
        MechId, NetUid, RecycleOrBurn as RecycleOrBurnEnum, Tao as TaoBalance,
        bounds::{check_alpha_values, may_set_bonds_moving_average, may_set_steepness},
        fixed::{I96F32, U64F64},
        market::trimming,
        mechanisms::check_split,
    };

    use crate::{Authors, Voters};

    /// Blocks for which a change of voters may be ahead, at most.
    const LONGEST_DELAY: u32 = 1_000_000;

    /// The pallet.
    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What the pallet needs of the runtime.
    #[pallet::config]
    pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> + pallet_subtensor::Config {
        /// Key of somebody who makes blocks.
        type AuthorityId: Member + Parameter + MaxEncodedLen;
        /// How many there may be.
        type MaxAuthorities: Get<u32>;
        /// Who makes blocks.
        type Aura: Authors<Self::AuthorityId, Self::MaxAuthorities>;
        /// Who finalizes them.
        type Grandpa: Voters<BlockNumberFor<Self>>;
    }

    /// Block at which the voters that were scheduled take over.
    #[pallet::storage]
    pub type VotersChangeAt<T: Config> = StorageValue<_, BlockNumberFor<T>, OptionQuery>;

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        fn on_finalize(now: BlockNumberFor<T>) {
            // After the pallet of finality, which stands before this one, has put them in their place.
            if VotersChangeAt::<T>::get().is_some_and(|at| at <= now) {
                VotersChangeAt::<T>::kill();
                T::Grandpa::count_change();
            }
        }
    }

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
        /// A list of authorities is empty, or names nobody with a vote.
        NoAuthorities,
    }
}
