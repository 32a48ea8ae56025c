//! The newest state in memory.

use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Unbounded},
};

/// Length of what all keys of one storage item share: twox128 of the pallet and of the item.
const PREFIX_LENGTH: usize = 32;

type Bytes = Box<[u8]>;

/// An ordered map from storage keys to values, in two levels: the first 32 bytes of the key (a storage item), then the
/// rest. Keys of one item share those bytes, so the second level compares only what differs. An item is also the unit
/// in which the state is written to disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateMap {
    items: BTreeMap<Bytes, BTreeMap<Bytes, Bytes>>,
    keys: usize,
    bytes: usize,
}

fn split(key: &[u8]) -> (&[u8], &[u8]) {
    key.split_at(key.len().min(PREFIX_LENGTH))
}

impl StateMap {
    /// The value of a key.
    pub fn get(&self, key: &[u8]) -> Option<&[u8]> {
        let (prefix, suffix) = split(key);
        Some(self.items.get(prefix)?.get(suffix)?)
    }

    /// Sets the value of a key, or removes it, and returns the value it had.
    pub fn set(&mut self, key: &[u8], value: Option<&[u8]>) -> Option<Box<[u8]>> {
        let (prefix, suffix) = split(key);
        let old = match value {
            Some(value) => {
                let item = match self.items.get_mut(prefix) {
                    Some(item) => item,
                    None => self.items.entry(prefix.into()).or_default(),
                };
                self.keys += 1;
                self.bytes += key.len() + value.len();
                match item.get_mut(suffix) {
                    Some(slot) => Some(std::mem::replace(slot, value.into())),
                    None => item.insert(suffix.into(), value.into()),
                }
            }
            None => {
                let item = self.items.get_mut(prefix)?;
                let old = item.remove(suffix);
                if item.is_empty() {
                    self.items.remove(prefix);
                }
                old
            }
        };
        if let Some(old) = &old {
            self.keys -= 1;
            self.bytes -= key.len() + old.len();
        }
        old
    }

    /// The first key after `key` in byte order.
    pub fn next_key(&self, key: &[u8]) -> Option<Vec<u8>> {
        let (prefix, suffix) = split(key);
        if let Some(item) = self.items.get(prefix)
            && let Some((next, _)) = item.range::<[u8], _>((Excluded(suffix), Unbounded)).next()
        {
            return Some([prefix, next].concat());
        }
        let (prefix, item) = self.items.range::<[u8], _>((Excluded(prefix), Unbounded)).next()?;
        let (suffix, _) = item.first_key_value()?;
        Some([&prefix[..], suffix].concat())
    }

    /// All pairs in byte order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (Vec<u8>, &[u8])> {
        self.items.iter().flat_map(|(prefix, item)| {
            item.iter()
                .map(move |(suffix, value)| ([&prefix[..], suffix].concat(), &value[..]))
        })
    }

    /// The pairs (rest of the key, value) of one storage item, by the first 32 bytes of its keys.
    pub fn item(&self, prefix: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.items
            .get(prefix)
            .into_iter()
            .flatten()
            .map(|(suffix, value)| (&suffix[..], &value[..]))
    }

    /// The storage item that a key belongs to.
    pub fn item_of(key: &[u8]) -> &[u8] {
        split(key).0
    }

    /// The first bytes of all storage items that hold something.
    pub fn items(&self) -> impl Iterator<Item = &[u8]> {
        self.items.keys().map(|prefix| &prefix[..])
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.keys
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.keys == 0
    }

    /// Bytes of all keys and values.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}
