//! A state in memory.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use super::{
    Element,
    hash_table::{Entry, Table},
    key_order::{self, Order},
};

/// A map from storage keys to values. Values are found through a hash table, whose order nobody sees; the order of the
/// keys is kept beside it. So reading a value and changing one, which is most of what a block does, walk no tree. A
/// storage item (all keys with the same first 32 bytes) is also the unit in which the state is written to disk.
///
/// **A copy costs next to nothing**, and is a state that nobody changes any more: it shares what neither side changes
/// after it, and what is not shared is changed in its place. So whoever reads takes a copy and holds no lock.
///
/// A key lies in memory together with its value, so that finding the one brings the other, and a value that is as long
/// as the one before takes its place. A value may have its [`Element`] with it, so that whoever replaces it need not hash
/// it again.
#[derive(Clone, Debug, Default)]
pub struct StateMap {
    values: Table,
    hasher: RandomState,
    order: Order,
    bytes: usize,
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
        self.values.get(hash, key).map(Entry::value)
    }

    /// The value of a key whose [`StateMap::hash`] is known, with its element, if that is known.
    pub fn get_with_element(&self, hash: u64, key: &[u8]) -> Option<(&[u8], Option<&Element>)> {
        let entry = self.values.get(hash, key)?;
        Some((entry.value(), entry.element()))
    }

    /// Sets the value of a key, or removes it.
    pub fn set(&mut self, key: &[u8], value: Option<&[u8]>) {
        self.set_with(key, value, None);
    }

    /// [`StateMap::set`] with the element of the key and the value, if it is known.
    pub fn set_with(&mut self, key: &[u8], value: Option<&[u8]>, element: Option<Element>) {
        let hash = self.hash(key);
        let Some(value) = value else {
            if let Some(removed) = self.values.remove(hash, key) {
                self.order.remove(key);
                self.bytes -= removed.bytes();
            }
            return;
        };
        match self.values.get_mut(hash, key) {
            Some(entry) => {
                self.bytes = self.bytes - entry.value().len() + value.len();
                entry.replace(value, element);
            }
            None => {
                self.bytes += key.len() + value.len();
                self.values.insert(Entry::new(hash, key, value, element));
                self.order.insert(key);
            }
        }
    }

    /// The first key after `key` in byte order.
    pub fn next_key(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.order.next_key(key)
    }

    /// All pairs in byte order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (Vec<u8>, &[u8])> {
        self.items().flat_map(move |prefix| {
            self.order.item(prefix).filter_map(move |suffix| {
                let key = [prefix, suffix].concat();
                let value = self.get(&key)?;
                Some((key, value))
            })
        })
    }

    /// The pairs (rest of the key, value) of one storage item, by the first 32 bytes of its keys.
    pub fn item<'a>(&'a self, prefix: &'a [u8]) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.order.item(prefix).filter_map(move |suffix| {
            let value = self.get(&[prefix, suffix].concat())?;
            Some((suffix, value))
        })
    }

    /// The storage item that a key belongs to.
    pub fn item_of(key: &[u8]) -> &[u8] {
        key_order::split(key).0
    }

    /// The first bytes of all storage items that hold something.
    pub fn items(&self) -> impl Iterator<Item = &[u8]> {
        self.order.items()
    }

    /// How many keys there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of all keys and values.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use std::{
        collections::BTreeMap,
        ops::Bound::{Excluded, Unbounded},
    };

    use super::{key_order::split, *};

    /// The map does what a plain ordered map does, for keys shorter and longer than what an item's keys share.
    #[test]
    fn is_an_ordered_map() {
        let mut map = StateMap::default();
        let mut plain = BTreeMap::<Vec<u8>, Vec<u8>>::new();
        let mut copies = Vec::new();
        let mut word = 0x1234_5678_9abc_def0u64;
        let mut below = |bound: u64| {
            word ^= word << 13;
            word ^= word >> 7;
            word ^= word << 17;
            word % bound
        };
        for round in 0..40_000 {
            let length = [0, 3, 31, 32, 33, 40][below(6) as usize];
            let mut key = vec![b'a' + below(2) as u8; length];
            if let Some(last) = key.last_mut() {
                *last = below(12) as u8;
            }
            // One item is large, so that pages are split and joined, and the table grows.
            if length == 40 {
                let many = if round < 20_000 { 3_000 } else { 60 };
                key[33..35].copy_from_slice(&(below(many) as u16).to_be_bytes());
            }
            if round % 1_000 == 0 {
                copies.push((map.clone(), plain.clone()));
            }
            if below(if round < 20_000 { 6 } else { 2 }) == 0 {
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
        // What was copied on the way is as it was, and reads as a map does.
        assert!(copies.iter().any(|(_, plain)| plain.len() > 1_000));
        for (map, plain) in copies {
            assert!(map.iter().map(|(key, value)| (key, value.to_vec())).eq(plain.clone()));
            assert_eq!(map.len(), plain.len());
            let mut walked = Vec::new();
            let mut next = map.get(b"").map_or_else(|| map.next_key(b""), |_| Some(Vec::new()));
            while let Some(key) = next {
                next = map.next_key(&key);
                walked.push(key);
            }
            assert!(walked.iter().eq(plain.keys()));
        }
    }
}
