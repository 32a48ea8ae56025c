//! The state: an ordered map with an incremental commitment, the differences between blocks, and views of the past.
//!
//! The newest state is in memory ([`StateMap`]). Every step of the chain (a block, or a write from outside) leaves a
//! [`Diff`] with the old and the new value of each key that it changed. An old state is the newest one seen through
//! the old values of all later steps ([`Past`]), so going back and reading back need nothing else.
//!
//! The runtime reads and writes through a [`Host`]: a [`StateView`] with an [`Overlay`] over it.

mod commitment;
mod diff;
mod host;
mod map;
mod overlay;
mod past;
mod view;

pub use commitment::{Commitment, Element};
pub use diff::{Change, Diff, DiffError};
pub use host::{ChildWritten, Host, Written};
pub use map::StateMap;
pub use overlay::{Changed, Overlay};
pub use past::Past;
pub use view::StateView;

/// A storage key.
pub type Key = Vec<u8>;
/// A storage value.
pub type Value = Vec<u8>;
