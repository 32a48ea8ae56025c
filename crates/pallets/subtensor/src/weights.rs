//! What calls may cost. The numbers are bounds taken by counting storage operations, not measurements: they fix fees
//! (0.0005 rao per unit of time, `docs/rules/transactions.md#fees`) at the reference's order of magnitude and keep a
//! block bounded.

use frame_support::{traits::Get, weights::Weight};
use frame_system::Config;
use tributary_economy::{
    delegation::{MAX_CHILDREN, MAX_PARENTS},
    market::root::MAX_CLAIMED_SUBNETS,
};

/// Time that any call takes, in picoseconds.
const BASE: u64 = 30_000_000;

/// Time to check and store one weight, in picoseconds.
const PER_WEIGHT: u64 = 500_000;

fn operations<T: Config>(reads: u64, writes: u64) -> Weight {
    Weight::from_parts(BASE, 64 * reads).saturating_add(T::DbWeight::get().reads_writes(reads, writes))
}

/// A few items.
pub fn simple<T: Config>() -> Weight {
    operations::<T>(5, 2)
}

/// One purchase or sale of alpha.
pub fn stake<T: Config>() -> Weight {
    operations::<T>(28, 17)
}

/// A sale and a purchase of alpha.
pub fn move_stake<T: Config>() -> Weight {
    operations::<T>(45, 28)
}

/// A sale on each of the networks.
pub fn unstake_all<T: Config>(networks: u16) -> Weight {
    stake::<T>().saturating_mul(u64::from(networks))
}

/// A claim on each of up to five subnets. How far it goes along the hotkeys of the coldkey is bounded
/// (`docs/rules/root.md#long-lists`), and not counted: as in the reference, one and many cost the same.
pub fn claim_root<T: Config>(subnets: usize) -> Weight {
    stake::<T>().saturating_mul(subnets.clamp(1, MAX_CLAIMED_SUBNETS) as u64)
}

/// A new neuron, which may replace one: the columns of the epoch are rewritten, and weights towards the old one
/// are cleared.
pub fn register<T: Config>() -> Weight {
    operations::<T>(40, 35)
}

/// A new subnet.
pub fn register_network<T: Config>() -> Weight {
    operations::<T>(60, 60)
}

/// Another coldkey: some items of each network, and the stakes on some hotkeys.
pub fn swap_coldkey<T: Config>() -> Weight {
    operations::<T>(2_000, 1_000)
}

/// An announcement of an endpoint.
pub fn serve<T: Config>() -> Weight {
    operations::<T>(4, 2)
}

/// A text of bounded length.
pub fn identity<T: Config>() -> Weight {
    operations::<T>(6, 1)
}

/// A list of children and their side of it. Of children that have all the parents that there may be, what each of these
/// lends is read.
pub fn children<T: Config>(crowded: usize) -> Weight {
    let parents = operations::<T>(2 * MAX_PARENTS as u64, 0).saturating_mul(crowded.min(MAX_CHILDREN) as u64);
    operations::<T>(20, 14).saturating_add(parents)
}

/// A row of weights.
pub fn set_weights<T: Config>(weights: usize) -> Weight {
    operations::<T>(16, 2).saturating_add(Weight::from_parts(PER_WEIGHT, 4).saturating_mul(weights as u64))
}

/// A hash of weights.
pub fn commit_weights<T: Config>() -> Weight {
    operations::<T>(8, 2)
}

/// The block step: some items of each network. Epochs and claims of root dividends come on top; they are bounded by
/// `MaxEpochsPerBlock` and `NumRootClaim` and run in the time that a block reserves for its hooks.
pub fn block_step<T: Config>(networks: u64) -> Weight {
    operations::<T>(10, 5).saturating_add(operations::<T>(20, 12).saturating_mul(networks))
}

/// The check of all TAO around the transactions of a block: both totals are noted after the block step, and compared at
/// the end, where the note goes and the issuance may be written. The end of a block has no weight of its own, so its
/// beginning counts it.
pub fn sums<T: Config>() -> Weight {
    operations::<T>(2 + 4, 1 + 2)
}
