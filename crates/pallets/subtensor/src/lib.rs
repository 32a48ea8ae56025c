//! Subnets, stake, neurons and consensus: the shell around the rules of `tributary-economy`.
//!
//! This pallet stores what the rules need ([`Chain`] is their ledger on its storage), checks origins, calls the rules
//! and tells what happened. What it decides by itself is what the rules know nothing of: endpoints, identities,
//! commits of weights, children, and when an owner may change a hyperparameter.
//!
//! Names of storage items, calls, events and errors are those that clients of the reference read
//! (`docs/rules/clients.md`).
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

pub mod accounts;
mod blocks;
mod calls;
mod chain;
mod children;
mod coldkeys;
mod commits;
pub mod defaults;
mod entries;
mod errors;
mod events;
mod first_block;
mod free;
mod genesis;
mod guards;
mod hyperparameters;
mod identity;
mod pacts;
mod removal;
mod serving;
mod storage;
mod totals;
mod types;
pub mod weights;

#[cfg(test)]
mod tests;

pub use chain::Chain;
pub use genesis::Genesis;
pub use guards::CustomError;
pub use pallet::*;
pub use types::*;

pub use totals::RecycleDust;

use frame_support::pallet_macros::import_section;

#[import_section(storage::globals::globals)]
#[import_section(storage::pools::pools)]
#[import_section(storage::subnets::subnets)]
#[import_section(storage::neurons::neurons)]
#[import_section(storage::keys::keys)]
#[import_section(storage::legacy::legacy)]
#[import_section(errors::errors)]
#[import_section(events::events)]
#[import_section(calls::calls)]
#[frame_support::pallet]
// The arguments of calls are fixed by the reference.
#[allow(clippy::too_many_arguments)]
pub mod pallet {
    use alloc::{
        collections::{BTreeMap, BTreeSet, VecDeque},
        vec::Vec,
    };

    use frame_support::{
        pallet_prelude::*,
        traits::{ConstBool, ConstU8, ConstU16, ConstU32, ConstU64, fungible},
    };
    use frame_system::pallet_prelude::*;
    use sp_core::{H160, H256};
    use tributary_economy::{
        Alpha as AlphaBalance, MechId, NetUid, NetUidStorageIndex, NewSubnet, RecycleOrBurn as RecycleOrBurnEnum,
        RootClaimType as RootClaimTypeEnum, Tao as TaoBalance, bounds,
        fixed::{I64F64, I96F32, U64F64, U96F32},
        market::{
            DEFAULT_DELEGATE_TAKE, coldkey_swap, delegation, hotkeys, networks, recycling, registration, root,
            stake_moves, staking,
        },
        rule_sets::RuleSet,
        safe_float::SafeFloat,
    };

    use crate::{
        AxonInfo, ChainIdentityV2, EpochConsensus, Genesis, LockState, NeuronCertificate, PrometheusInfo, RateLimitKey,
        SubnetIdentityV3, SubnetRemoved,
        defaults::{ZeroAccount, items as defaults},
        weights,
    };

    /// What the pallet needs of the runtime.
    #[pallet::config]
    pub trait Config:
        frame_system::Config<RuntimeEvent: From<Event<Self>>>
        + pallet_subtensor_swap::Config
        + pallet_alpha_assets::Config
    {
        /// TAO.
        type Currency: fungible::Mutate<Self::AccountId, Balance = u64> + fungible::Balanced<Self::AccountId>;
        /// Who made this block and earns its swap fees, if anybody.
        type BlockAuthor: Get<Option<Self::AccountId>>;
        /// Other pallets that keep something per subnet.
        type OnSubnetRemoved: SubnetRemoved;
        /// What pacts and channels keep; [`tributary_economy::pact::NoPacts`] on a chain without.
        type Pacts: tributary_economy::pact::Books<Self::AccountId> + Default;
    }

    /// The pallet.
    #[pallet::pallet]
    #[pallet::without_storage_info]
    pub struct Pallet<T>(_);

    #[pallet::extra_constants]
    impl<T: Config> Pallet<T> {
        /// Blocks between registration and start call at genesis of the reference; [`StartCallDelay`] counts.
        #[pallet::constant_name(InitialStartCallDelay)]
        fn initial_start_call_delay() -> u64 {
            0
        }

        /// What swapping a key costs, in rao.
        #[pallet::constant_name(KeySwapCost)]
        fn key_swap_cost() -> u64 {
            coldkey_swap::COLDKEY_SWAP_COST.get()
        }

        /// Shortest tempo that an owner may choose, in blocks.
        #[pallet::constant_name(MinTempo)]
        fn min_tempo() -> u16 {
            bounds::MIN_TEMPO
        }

        /// Longest tempo that an owner may choose, in blocks.
        #[pallet::constant_name(MaxTempo)]
        fn max_tempo() -> u16 {
            bounds::MAX_TEMPO
        }

        /// Shortest activity window, in thousandths of a tempo.
        #[pallet::constant_name(MinActivityCutoffFactorMilli)]
        fn min_activity_cutoff_factor_milli() -> u32 {
            bounds::MIN_ACTIVITY_CUTOFF_FACTOR
        }

        /// Longest activity window, in thousandths of a tempo.
        #[pallet::constant_name(MaxActivityCutoffFactorMilli)]
        fn max_activity_cutoff_factor_milli() -> u32 {
            bounds::MAX_ACTIVITY_CUTOFF_FACTOR
        }
    }

    /// State of the market in the first block.
    #[pallet::genesis_config]
    #[derive(frame_support::DefaultNoBound)]
    pub struct GenesisConfig<T: Config> {
        /// Parameters, root and the first subnet.
        pub market: Genesis<T::AccountId>,
    }

    #[pallet::genesis_build]
    impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
        fn build(&self) {
            Pallet::<T>::open_market(&self.market);
        }
    }

    #[pallet::hooks]
    impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
        /// The block step (`docs/rules/block.md#order`).
        ///
        /// # Panics
        /// If a rule finds the books broken: no block is better than one that loses money silently.
        fn on_initialize(_: BlockNumberFor<T>) -> Weight {
            Self::open_block()
        }

        /// The check of all TAO at the end of a block (`docs/rules/issuance.md#the-two-totals`).
        ///
        /// # Panics
        /// If accounts hold more than was issued to them.
        fn on_finalize(_: BlockNumberFor<T>) {
            Self::close_block();
        }

        #[cfg(feature = "try-runtime")]
        fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
            Self::try_books()
        }
    }
}
