//! A state as the runtime reads it.

use super::{Commitment, Element, Key, StateMap};

/// A state to run the runtime on. The runtime writes into an overlay; the state itself stays as it is.
#[derive(Clone, Copy, Debug)]
pub struct StateView<'a> {
    state: &'a StateMap,
    commitment: Commitment,
}

impl<'a> StateView<'a> {
    /// A state with its commitment.
    pub fn new(state: &'a StateMap, commitment: Commitment) -> Self {
        Self { state, commitment }
    }

    /// The commitment of the state.
    pub fn commitment(&self) -> Commitment {
        self.commitment
    }

    /// The hash of a key in this state, for [`StateView::get_hashed`].
    pub fn hash(&self, key: &[u8]) -> u64 {
        self.state.hash(key)
    }

    /// The value of a key.
    pub fn get(&self, key: &[u8]) -> Option<&'a [u8]> {
        self.state.get(key)
    }

    /// The value of a key whose [`StateView::hash`] is known.
    pub fn get_hashed(&self, hash: u64, key: &[u8]) -> Option<&'a [u8]> {
        self.state.get_hashed(hash, key)
    }

    /// The value of a key whose [`StateView::hash`] is known, with its element, if that is known.
    pub fn get_with_element(&self, hash: u64, key: &[u8]) -> Option<(&'a [u8], Option<&'a Element>)> {
        self.state.get_with_element(hash, key)
    }

    /// The first key after `key` in byte order.
    pub fn next_key(&self, key: &[u8]) -> Option<Key> {
        self.state.next_key(key)
    }

    /// Up to `count` keys that start with `prefix` and come after `start` (from the first one on without it).
    pub fn keys(&self, prefix: &[u8], start: Option<&[u8]>, count: usize) -> Vec<Key> {
        let mut keys = Vec::new();
        let mut next = match start.filter(|start| *start >= prefix) {
            Some(start) => self.next_key(start),
            None if self.get(prefix).is_some() => Some(prefix.to_vec()),
            None => self.next_key(prefix),
        };
        while let Some(key) = next
            && keys.len() < count
            && key.starts_with(prefix)
        {
            next = self.next_key(&key);
            keys.push(key);
        }
        keys
    }
}
