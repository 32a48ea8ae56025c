//! How much alpha of each subnet there is, was burned and was recycled
//! (`docs/rules/issuance.md#minting-recycling-burning`).
//!
//! The rules of `tributary-economy` keep these books; the pallet only holds them under the name that clients read.
#![cfg_attr(not(feature = "std"), no_std)]

pub use pallet::*;

/// The pallet.
#[frame_support::pallet]
pub mod pallet {
    use frame_support::pallet_prelude::*;
    use tributary_economy::{Alpha, NetUid};

    /// The pallet.
    #[pallet::pallet]
    pub struct Pallet<T>(_);

    /// What the pallet needs of the runtime.
    #[pallet::config]
    pub trait Config: frame_system::Config {}

    /// Alpha minted less alpha recycled.
    #[pallet::storage]
    pub type TotalAlphaIssuance<T> = StorageMap<_, Twox64Concat, NetUid, Alpha, ValueQuery>;

    /// Alpha that was burned: it counts as issued, but nobody can move it.
    #[pallet::storage]
    pub type AlphaBurned<T> = StorageMap<_, Twox64Concat, NetUid, Alpha, ValueQuery>;

    /// Alpha that was recycled: it left the issuance and will be minted anew.
    #[pallet::storage]
    pub type AlphaRecycled<T> = StorageMap<_, Twox64Concat, NetUid, Alpha, ValueQuery>;
}
