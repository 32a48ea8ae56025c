//! Values by key.

use triomphe::Arc;

use super::{Element, copy_on_write::own};

/// Entries that a bucket has when the table grows, on average.
const FILL: usize = 8;
/// Buckets of a group. A table that is changed while a copy of it exists copies the list of groups, and every group and
/// bucket that it changes, once.
const GROUP_BITS: u32 = 5;
const GROUP: usize = 1 << GROUP_BITS;

type Bucket = Arc<[Entry]>;

/// A hash table of pairs. Copies of it share what neither of them changes, so a copy costs next to nothing. What is
/// not shared is changed in its place.
#[derive(Clone, Debug)]
pub struct Table {
    /// As many as a power of two.
    groups: Arc<[Arc<[Bucket]>]>,
    length: usize,
}

/// A key with its value.
#[derive(Clone, Debug)]
pub struct Entry {
    hash: u64,
    /// The key, then the value.
    pair: Arc<[u8]>,
    key_length: u32,
    element: Option<Arc<Element>>,
}

impl Entry {
    /// # Panics
    /// If the key has 4 GB or more.
    pub fn new(hash: u64, key: &[u8], value: &[u8], element: Option<Element>) -> Self {
        Self {
            hash,
            pair: join(key, value),
            key_length: u32::try_from(key.len()).unwrap_or_else(|_| panic!("a key of {} bytes", key.len())),
            element: element.map(Arc::new),
        }
    }

    fn is(&self, hash: u64, key: &[u8]) -> bool {
        self.hash == hash && self.key() == key
    }

    fn key(&self) -> &[u8] {
        &self.pair[..self.key_length as usize]
    }

    /// The value.
    pub fn value(&self) -> &[u8] {
        &self.pair[self.key_length as usize..]
    }

    /// What the pair adds to a commitment, if that is known.
    pub fn element(&self) -> Option<&Element> {
        self.element.as_deref()
    }

    /// Bytes of key and value.
    pub fn bytes(&self) -> usize {
        self.pair.len()
    }

    /// Changes the value.
    pub fn replace(&mut self, value: &[u8], element: Option<Element>) {
        match (self.element.as_mut().and_then(Arc::get_mut), element) {
            (Some(old), Some(new)) => *old = new,
            (_, new) => self.element = new.map(Arc::new),
        }
        let key_length = self.key_length as usize;
        let in_place = self.pair.len() - key_length == value.len();
        match Arc::get_mut(&mut self.pair).filter(|_| in_place) {
            Some(pair) => pair[key_length..].copy_from_slice(value),
            None => self.pair = join(self.key(), value),
        }
    }
}

fn join(key: &[u8], value: &[u8]) -> Arc<[u8]> {
    Arc::from(&*[key, value].concat())
}

impl Default for Table {
    fn default() -> Self {
        Self::with_groups(1)
    }
}

impl Table {
    fn with_groups(groups: usize) -> Self {
        let empty: Bucket = [].into_iter().collect();
        let group: Arc<[Bucket]> = std::iter::repeat_n(empty, GROUP).collect();
        Self {
            groups: std::iter::repeat_n(group, groups).collect(),
            length: 0,
        }
    }

    /// How many pairs there are.
    pub fn len(&self) -> usize {
        self.length
    }

    fn place(&self, hash: u64) -> (usize, usize) {
        let bucket = hash as usize;
        ((bucket >> GROUP_BITS) & (self.groups.len() - 1), bucket & (GROUP - 1))
    }

    /// The entry of a key.
    pub fn get(&self, hash: u64, key: &[u8]) -> Option<&Entry> {
        let (group, bucket) = self.place(hash);
        self.groups[group][bucket].iter().find(|entry| entry.is(hash, key))
    }

    /// The entry of a key, to change.
    pub fn get_mut(&mut self, hash: u64, key: &[u8]) -> Option<&mut Entry> {
        let (group, bucket) = self.place(hash);
        let place = self.groups[group][bucket]
            .iter()
            .position(|entry| entry.is(hash, key))?;
        Some(&mut own(self.bucket_mut(group, bucket))[place])
    }

    fn bucket_mut(&mut self, group: usize, bucket: usize) -> &mut Bucket {
        &mut own(&mut own(&mut self.groups)[group])[bucket]
    }

    /// Adds an entry whose key is not there yet.
    pub fn insert(&mut self, entry: Entry) {
        if self.length >= self.groups.len() * GROUP * FILL {
            self.grow();
        }
        let (group, place) = self.place(entry.hash);
        let bucket = self.bucket_mut(group, place);
        *bucket = bucket.iter().cloned().chain([entry]).collect();
        self.length += 1;
    }

    /// Takes out the entry of a key.
    pub fn remove(&mut self, hash: u64, key: &[u8]) -> Option<Entry> {
        let (group, place) = self.place(hash);
        let removed = self.get(hash, key)?.clone();
        let bucket = self.bucket_mut(group, place);
        *bucket = bucket.iter().filter(|entry| !entry.is(hash, key)).cloned().collect();
        self.length -= 1;
        Some(removed)
    }

    fn grow(&mut self) {
        let groups = self.groups.len() * 2;
        let mut buckets: Vec<Vec<Entry>> = vec![Vec::new(); groups * GROUP];
        let mask = buckets.len() - 1;
        for entry in self
            .groups
            .iter()
            .flat_map(|group| group.iter())
            .flat_map(|bucket| bucket.iter())
        {
            buckets[entry.hash as usize & mask].push(entry.clone());
        }
        self.groups = buckets
            .chunks(GROUP)
            .map(|group| group.iter().map(|bucket| bucket.iter().cloned().collect()).collect())
            .collect();
    }
}
