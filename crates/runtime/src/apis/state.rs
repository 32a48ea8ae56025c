//! The state that the answers are read from.

use pallet_subtensor::Chain;

use crate::Runtime;

/// The books of the block at hand.
pub fn ledger() -> Chain<Runtime> {
    Chain::default()
}

/// The entry of a uid, or nothing where the list is shorter.
pub fn at<V: Copy + Default>(list: &[V], uid: u16) -> V {
    list.get(usize::from(uid)).copied().unwrap_or_default()
}
