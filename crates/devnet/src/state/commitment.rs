//! A hash of the whole state that is kept up to date by what changed.

use codec::{Decode, Encode};
use sp_core::H256;
use sp_crypto_hashing as hashing;

/// The sum, over all key-value pairs, of blake2b-512 of the pair, in eight lanes modulo 2^64. It does not depend on
/// the order in which pairs came and went, and changing one pair costs two short hashes whatever the size of the
/// state, where a Merkle trie rehashes a path of nodes. The price: no storage proofs, and resistance against somebody
/// who searches for colliding states on purpose is that of a sum (generalised birthday attacks), not that of blake2b.
/// Both are the business of a chain with light clients, which the embedded one has none of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct Commitment([u64; 8]);

/// What one pair adds to a [`Commitment`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element([u64; 8]);

impl Commitment {
    /// Adds a pair that was not in the state.
    pub fn insert(&mut self, key: &[u8], value: &[u8]) {
        self.add(&Element::of(key, value));
    }

    /// Takes out a pair that was in the state.
    pub fn remove(&mut self, key: &[u8], value: &[u8]) {
        self.subtract(&Element::of(key, value));
    }

    /// Adds the element of a pair that was not in the state.
    pub fn add(&mut self, element: &Element) {
        for (lane, part) in self.0.iter_mut().zip(element.0) {
            *lane = lane.wrapping_add(part);
        }
    }

    /// Takes out the element of a pair that was in the state.
    pub fn subtract(&mut self, element: &Element) {
        for (lane, part) in self.0.iter_mut().zip(element.0) {
            *lane = lane.wrapping_sub(part);
        }
    }

    /// Replaces the value of a key; `None` is absence.
    pub fn replace(&mut self, key: &[u8], old: Option<&[u8]>, new: Option<&[u8]>) {
        if old == new {
            return;
        }
        if let Some(old) = old {
            self.remove(key, old);
        }
        if let Some(new) = new {
            self.insert(key, new);
        }
    }

    /// The 32 bytes that stand in a header as state root.
    pub fn root(&self) -> H256 {
        H256(self.using_encoded(hashing::blake2_256))
    }
}

impl Element {
    /// The element of a pair.
    pub fn of(key: &[u8], value: &[u8]) -> Self {
        // The length keeps (ab, c) and (a, bc) apart. Most pairs fit into the stack buffer.
        let mut buffer = [0u8; 256];
        let length = 4 + key.len() + value.len();
        let hash = if length <= buffer.len() {
            buffer[..4].copy_from_slice(&(key.len() as u32).to_le_bytes());
            buffer[4..4 + key.len()].copy_from_slice(key);
            buffer[4 + key.len()..length].copy_from_slice(value);
            hashing::blake2_512(&buffer[..length])
        } else {
            hashing::blake2_512(&[&(key.len() as u32).to_le_bytes(), key, value].concat())
        };
        let mut lanes = [0u64; 8];
        for (lane, bytes) in lanes.iter_mut().zip(hash.chunks_exact(8)) {
            let mut word = [0u8; 8];
            word.copy_from_slice(bytes);
            *lane = u64::from_le_bytes(word);
        }
        Self(lanes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_detours_do_not_matter() {
        let (mut a, mut b) = (Commitment::default(), Commitment::default());
        a.insert(b"one", b"1");
        a.insert(b"two", b"2");
        b.insert(b"two", b"3");
        b.insert(b"one", b"1");
        assert_ne!(a, b);
        b.replace(b"two", Some(b"3"), Some(b"2"));
        b.insert(b"three", &[7; 400]);
        b.replace(b"three", Some(&[7; 400]), None);
        assert_eq!(a.root(), b.root());
    }

    #[test]
    fn key_and_value_are_kept_apart() {
        let (mut a, mut b) = (Commitment::default(), Commitment::default());
        a.insert(b"ab", b"c");
        b.insert(b"a", b"bc");
        assert_ne!(a.root(), b.root());
    }
}
