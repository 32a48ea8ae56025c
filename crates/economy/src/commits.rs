//! Commit-reveal of weights: what a commit hashes and when it can be revealed
//! (`docs/rules/weights.md#commit-and-reveal`).

use alloc::{collections::VecDeque, vec::Vec};
use codec::Encode;

use crate::NetUidStorageIndex;

/// A hotkey may hold this many unexpired commits.
pub const MAX_UNREVEALED: usize = 10;

/// Where a commit is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// Its reveal epoch is still to come.
    Early,
    /// It can be revealed in this epoch.
    Open,
    /// It can no longer be revealed.
    Expired,
}

/// The epoch to which a commit belongs that is made after `ran` of them: one that is due but waits counts already.
pub fn epoch(ran: u64, is_due: bool) -> u64 {
    ran.saturating_add(u64::from(is_due))
}

/// Where a commit made in epoch `committed` is in epoch `current`, with a reveal period in epochs.
pub fn window(committed: u64, period: u64, current: u64) -> Window {
    match current.cmp(&committed.saturating_add(period)) {
        core::cmp::Ordering::Less => Window::Early,
        core::cmp::Ordering::Equal => Window::Open,
        core::cmp::Ordering::Greater => Window::Expired,
    }
}

/// Whether a hotkey with this many unexpired commits may add one.
pub fn has_room(unexpired: usize) -> bool {
    unexpired < MAX_UNREVEALED
}

/// The bytes whose BLAKE2b-256 is the commit.
pub fn preimage<Acc: Encode>(
    account: &Acc,
    index: NetUidStorageIndex,
    uids: &[u16],
    values: &[u16],
    salt: &[u16],
    version_key: u64,
) -> Vec<u8> {
    (account, index, uids, values, salt, version_key).encode()
}

/// Removes a revealed commit and everything before it from a queue, the oldest first. Gives it back, or none, and the
/// queue unchanged, if it is not there.
pub fn take_through<C>(queue: &mut VecDeque<C>, is_it: impl FnMut(&C) -> bool) -> Option<C> {
    let place = queue.iter().position(is_it)?;
    queue.drain(..=place).next_back()
}

/// Removes the expired commits from the front of a queue, the oldest first. `window_of` says where a commit is.
pub fn drop_expired<C>(queue: &mut VecDeque<C>, window_of: impl Fn(&C) -> Window) {
    while queue.front().is_some_and(|oldest| window_of(oldest) == Window::Expired) {
        queue.pop_front();
    }
}
