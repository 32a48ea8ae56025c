//! The state: an ordered map with an incremental commitment, the differences between blocks, and views of the past.
//!
//! The newest state is in memory ([`StateMap`]). Every step of the chain (a block, or a write from outside) leaves a
//! [`Diff`] with the old and the new value of each key that it changed. A copy of a state costs next to nothing, so an
//! old state is a copy of the newest one with the old values of all later steps put back, and going back and reading
//! back need nothing else.
//!
//! The runtime reads and writes through a [`Host`]: a [`StateView`] with an [`Overlay`] over it.

mod commitment;
mod copy_on_write;
mod diff;
mod hash_table;
mod host;
mod key_order;
mod map;
mod overlay;
mod view;

pub use commitment::{Commitment, Element};
pub use diff::{Change, Diff, DiffError};
pub use host::{ChildWritten, Host, Written};
pub use map::StateMap;
pub use overlay::{Changed, Overlay};
pub use view::StateView;

/// A storage key.
pub type Key = Vec<u8>;
/// A storage value.
pub type Value = Vec<u8>;
