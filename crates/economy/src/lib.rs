//! The rules of the market: emission, pools, staking, registration and Yuma consensus.
//!
//! Nothing but numbers: no clock, no randomness, no I/O, no floats where the chain counts money ([`approximate`] is the
//! simulator's, and no pallet calls it). Small rules are plain functions; rules that touch the books are functions over a [`Ledger`], which the chain
//! implements on its storage and [`memory`] in memory.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(any(feature = "std", test))]
extern crate std;

pub mod approximate;
pub mod bounds;
pub mod commits;
pub mod delegation;
pub mod dividends;
pub mod emission;
pub mod epoch;
pub mod error;
pub mod event;
pub mod fees;
pub mod fixed;
pub mod hyperparameters;
pub mod issuance;
pub mod ledger;
pub mod limits;
pub mod market;
pub mod mechanisms;
pub mod memory;
pub mod moving_price;
pub mod new_subnet;
pub mod pact;
pub mod pool;
pub mod presets;
pub mod pruning;
pub mod rate_limits;
pub mod registration;
pub mod rule_sets;
pub mod safe_float;
pub mod schedule;
pub mod serving;
pub mod share_pool;
pub mod stake_weight;
pub mod units;
pub mod weights;

pub use error::Error;
pub use event::Event;
pub use ledger::{Account, Existence, Ledger};
pub use new_subnet::NewSubnet;
pub use units::{Alpha, MAX_SUPPLY, MechId, NetUid, NetUidStorageIndex, PerMillion, Tao, UNIT};

use alloc::collections::BTreeSet;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

/// What happens to miner pay that would go to a subnet's own owner (`docs/rules/dividends.md#miner-pay`).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum RecycleOrBurn {
    /// It is burned: it stays in the issuance of the subnet, out of reach.
    #[default]
    Burn,
    /// It is recycled: it leaves the issuance and can be emitted again.
    Recycle,
}

/// What a claim of root dividends turns into (`docs/rules/root.md#claiming`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum RootClaimType {
    /// The alpha is sold and the TAO staked on root.
    #[default]
    Swap,
    /// The alpha is kept as stake on its subnet.
    Keep,
    /// As `Keep` on these subnets, as `Swap` elsewhere.
    KeepSubnets {
        /// Where alpha is kept.
        subnets: BTreeSet<NetUid>,
    },
}
