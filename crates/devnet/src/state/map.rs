//! The newest state in memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::BuildHasher,
    ops::Bound::{Excluded, Unbounded},
};

use foldhash::fast::RandomState;
use hashbrown::{HashTable, hash_table::Entry as Slot};

use super::Element;

/// Length of what all keys of one storage item share: twox128 of the pallet and of the item.
const PREFIX_LENGTH: usize = 32;

type Bytes = Box<[u8]>;

/// A map from storage keys to values. Values are found through a hash table, whose order nobody sees; the order of the
/// keys is kept beside it, in two levels: the first 32 bytes of the key (a storage item), then the rest. So reading a
/// value and changing one, which is most of what a block does, walk no tree. An item is also the unit in which the
/// state is written to disk.
///
/// A key lies in memory together with its value, so that finding the one brings the other, and a value that is as long
/// as the one before takes its place. A value may have its [`Element`] with it, so that whoever replaces it need not hash
/// it again.
#[derive(Clone, Debug, Default)]
pub struct StateMap {
    values: HashTable<Entry>,
    hasher: RandomState,
    order: BTreeMap<Bytes, BTreeSet<Bytes>>,
    bytes: usize,
}

#[derive(Clone, Debug)]
struct Entry {
    /// The key, then the value.
    pair: Bytes,
    key_length: usize,
    element: Option<Box<Element>>,
}

impl Entry {
    fn new(key: &[u8], value: &[u8], element: Option<Box<Element>>) -> Self {
        Self {
            pair: [key, value].concat().into(),
            key_length: key.len(),
            element,
        }
    }

    fn key(&self) -> &[u8] {
        &self.pair[..self.key_length]
    }

    fn value(&self) -> &[u8] {
        &self.pair[self.key_length..]
    }

    fn replace(&mut self, value: &[u8], element: Option<Element>) {
        match (&mut self.element, element) {
            (Some(old), Some(new)) => **old = new,
            (old, new) => *old = new.map(Box::new),
        }
        if self.value().len() == value.len() {
            self.pair[self.key_length..].copy_from_slice(value);
        } else {
            self.pair = [self.key(), value].concat().into();
        }
    }
}

fn split(key: &[u8]) -> (&[u8], &[u8]) {
    key.split_at(key.len().min(PREFIX_LENGTH))
}

impl StateMap {
    /// The hash of a key in this map, for [`StateMap::get_hashed`].
    pub fn hash(&self, key: &[u8]) -> u64 {
        self.hasher.hash_one(key)
    }

    /// The value of a key.
    pub fn get(&self, key: &[u8]) -> Option<&[u8]> {
        self.get_hashed(self.hash(key), key)
    }

    /// The value of a key whose [`StateMap::hash`] is known.
    pub fn get_hashed(&self, hash: u64, key: &[u8]) -> Option<&[u8]> {
        Some(self.entry(hash, key)?.value())
    }

    /// The value of a key whose [`StateMap::hash`] is known, with its element, if that is known.
    pub fn get_with_element(&self, hash: u64, key: &[u8]) -> Option<(&[u8], Option<&Element>)> {
        let entry = self.entry(hash, key)?;
        Some((entry.value(), entry.element.as_deref()))
    }

    fn entry(&self, hash: u64, key: &[u8]) -> Option<&Entry> {
        self.values.find(hash, |entry| entry.key() == key)
    }

    /// Sets the value of a key, or removes it.
    pub fn set(&mut self, key: &[u8], value: Option<&[u8]>) {
        self.set_with(key, value, None);
    }

    /// [`StateMap::set`] with the element of the key and the value, if it is known.
    pub fn set_with(&mut self, key: &[u8], value: Option<&[u8]>, element: Option<Element>) {
        let hash = self.hash(key);
        let (prefix, suffix) = split(key);
        let slot = self.values.entry(
            hash,
            |entry| entry.key() == key,
            |entry| self.hasher.hash_one(entry.key()),
        );
        match (slot, value) {
            (Slot::Occupied(mut slot), Some(value)) => {
                let entry = slot.get_mut();
                self.bytes = self.bytes - entry.value().len() + value.len();
                entry.replace(value, element);
            }
            (Slot::Occupied(slot), None) => {
                if let Some(item) = self.order.get_mut(prefix) {
                    item.remove(suffix);
                    if item.is_empty() {
                        self.order.remove(prefix);
                    }
                }
                self.bytes -= slot.remove().0.pair.len();
            }
            (Slot::Vacant(slot), Some(value)) => {
                self.bytes += key.len() + value.len();
                slot.insert(Entry::new(key, value, element.map(Box::new)));
                self.order.entry(prefix.into()).or_default().insert(suffix.into());
            }
            (Slot::Vacant(_), None) => {}
        }
    }

    /// The first key after `key` in byte order.
    pub fn next_key(&self, key: &[u8]) -> Option<Vec<u8>> {
        let (prefix, suffix) = split(key);
        if let Some(item) = self.order.get(prefix)
            && let Some(next) = item.range::<[u8], _>((Excluded(suffix), Unbounded)).next()
        {
            return Some([prefix, next].concat());
        }
        let (prefix, item) = self.order.range::<[u8], _>((Excluded(prefix), Unbounded)).next()?;
        Some([&prefix[..], item.first()?].concat())
    }

    /// All pairs in byte order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (Vec<u8>, &[u8])> {
        self.order.iter().flat_map(move |(prefix, item)| {
            item.iter().filter_map(move |suffix| {
                let key = [&prefix[..], suffix].concat();
                let value = self.get(&key)?;
                Some((key, value))
            })
        })
    }

    /// The pairs (rest of the key, value) of one storage item, by the first 32 bytes of its keys.
    pub fn item<'a>(&'a self, prefix: &'a [u8]) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.order.get(prefix).into_iter().flatten().filter_map(move |suffix| {
            let value = self.get(&[prefix, suffix].concat())?;
            Some((&suffix[..], value))
        })
    }

    /// The storage item that a key belongs to.
    pub fn item_of(key: &[u8]) -> &[u8] {
        split(key).0
    }

    /// The first bytes of all storage items that hold something.
    pub fn items(&self) -> impl Iterator<Item = &[u8]> {
        self.order.keys().map(|prefix| &prefix[..])
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Bytes of all keys and values.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The map does what a plain ordered map does, for keys shorter and longer than what an item's keys share.
    #[test]
    fn is_an_ordered_map() {
        let mut map = StateMap::default();
        let mut plain = BTreeMap::<Vec<u8>, Vec<u8>>::new();
        let mut word = 0x1234_5678_9abc_def0u64;
        let mut below = |bound: u64| {
            word ^= word << 13;
            word ^= word >> 7;
            word ^= word << 17;
            word % bound
        };
        for _ in 0..20_000 {
            let length = [0, 3, 31, 32, 33, 40][below(6) as usize];
            let mut key = vec![b'a' + below(2) as u8; length];
            if let Some(last) = key.last_mut() {
                *last = below(12) as u8;
            }
            if below(3) == 0 {
                map.set(&key, None);
                plain.remove(&key);
            } else {
                let value = vec![below(256) as u8; below(5) as usize];
                let element = (below(2) == 0).then(|| Element::of(&key, &value));
                map.set_with(&key, Some(&value), element);
                let found = map.get_with_element(map.hash(&key), &key);
                assert_eq!(found, Some((&value[..], element.as_ref())));
                plain.insert(key.clone(), value);
            }
            assert_eq!(map.get(&key), plain.get(&key).map(|value| &value[..]));
            let next = plain.range::<[u8], _>((Excluded(&key[..]), Unbounded)).next();
            assert_eq!(map.next_key(&key).as_ref(), next.map(|(key, _)| key));
        }
        assert!(map.iter().map(|(key, value)| (key, value.to_vec())).eq(plain.clone()));
        assert_eq!(map.len(), plain.len());
        let bytes: usize = plain.iter().map(|(key, value)| key.len() + value.len()).sum();
        assert_eq!(map.bytes(), bytes);
        for item in map.items() {
            let pairs = plain.iter().filter(|(key, _)| split(key).0 == item);
            assert!(map.item(item).eq(pairs.map(|(key, value)| (split(key).1, &value[..]))));
        }
    }
}
