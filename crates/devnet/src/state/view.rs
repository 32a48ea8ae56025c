//! A state as the runtime reads it.

use std::cell::Cell;

use sp_core::{
    Blake2Hasher, H256,
    storage::{ChildInfo, StateVersion},
};
use sp_crypto_hashing as hashing;
use sp_state_machine::{Backend, IterArgs, StorageIterator, backend::BackendTransaction};
use sp_trie::{MerkleValue, PrefixedMemoryDB};

use super::{Commitment, Key, Past, StateMap, Value};

/// A state to run the runtime on: the newest one, or an old one behind the values that changed since. The runtime
/// writes into an overlay; the state itself stays as it is.
#[derive(Debug)]
pub struct StateView<'a> {
    live: &'a StateMap,
    past: Option<&'a Past>,
    commitment: Commitment,
    computed: Cell<Option<Commitment>>,
}

impl<'a> StateView<'a> {
    /// The newest state with its commitment.
    pub fn live(live: &'a StateMap, commitment: Commitment) -> Self {
        Self {
            live,
            past: None,
            commitment,
            computed: Cell::new(None),
        }
    }

    /// An old state with the commitment it had.
    pub fn past(live: &'a StateMap, past: &'a Past, commitment: Commitment) -> Self {
        Self {
            live,
            past: Some(past),
            commitment,
            computed: Cell::new(None),
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &[u8]) -> Option<&[u8]> {
        match self.past.and_then(|past| past.get(key)) {
            Some(value) => value,
            None => self.live.get(key),
        }
    }

    /// The first key after `key` in byte order.
    pub fn next_key(&self, key: &[u8]) -> Option<Key> {
        match self.past {
            Some(past) => past.next_key(self.live, key),
            None => self.live.next_key(key),
        }
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

    /// The commitment that the last call of [`Backend::storage_root`] came to, once.
    pub fn take_computed(&self) -> Option<Commitment> {
        self.computed.take()
    }
}

impl Backend<Blake2Hasher> for StateView<'_> {
    type Error = String;
    type TrieBackendStorage = PrefixedMemoryDB<Blake2Hasher>;
    type RawIter = ViewIter<Self>;

    fn storage(&self, key: &[u8]) -> Result<Option<Value>, String> {
        Ok(self.get(key).map(<[u8]>::to_vec))
    }

    fn storage_hash(&self, key: &[u8]) -> Result<Option<H256>, String> {
        Ok(self.get(key).map(|value| H256(hashing::blake2_256(value))))
    }

    fn exists_storage(&self, key: &[u8]) -> Result<bool, String> {
        Ok(self.get(key).is_some())
    }

    fn next_storage_key(&self, key: &[u8]) -> Result<Option<Key>, String> {
        Ok(self.next_key(key))
    }

    fn storage_root<'a>(
        &self,
        delta: impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>,
        _: StateVersion,
    ) -> (H256, BackendTransaction<Blake2Hasher>) {
        let mut commitment = self.commitment;
        for (key, value) in delta {
            commitment.replace(key, self.get(key), value);
        }
        self.computed.set(Some(commitment));
        (commitment.root(), BackendTransaction::with_hasher(Default::default()))
    }

    fn raw_iter(&self, args: IterArgs) -> Result<Self::RawIter, String> {
        let prefix = args.prefix.unwrap_or_default().to_vec();
        let (start, exclusive) = match args.start_at {
            Some(start) if start >= &prefix[..] => (start.to_vec(), args.start_at_exclusive),
            _ => (prefix.clone(), false),
        };
        // There are no child tries, so a walk over one is over at once.
        let cursor = args.child_info.is_none().then_some((start, exclusive));
        Ok(ViewIter {
            prefix,
            cursor,
            backend: Default::default(),
        })
    }

    // The pallets of this chain keep nothing in child tries. Reads find nothing; a write is found when the changes of
    // the block are collected and makes the block fail.
    fn child_storage(&self, _: &ChildInfo, _: &[u8]) -> Result<Option<Value>, String> {
        Ok(None)
    }

    fn child_storage_hash(&self, _: &ChildInfo, _: &[u8]) -> Result<Option<H256>, String> {
        Ok(None)
    }

    fn next_child_storage_key(&self, _: &ChildInfo, _: &[u8]) -> Result<Option<Key>, String> {
        Ok(None)
    }

    fn child_storage_root<'a>(
        &self,
        _: &ChildInfo,
        _: impl Iterator<Item = (&'a [u8], Option<&'a [u8]>)>,
        _: StateVersion,
    ) -> (H256, bool, BackendTransaction<Blake2Hasher>) {
        (H256::zero(), true, BackendTransaction::with_hasher(Default::default()))
    }

    fn closest_merkle_value(&self, _: &[u8]) -> Result<Option<MerkleValue<H256>>, String> {
        Err("the state has no Merkle trie".into())
    }

    fn child_closest_merkle_value(&self, _: &ChildInfo, _: &[u8]) -> Result<Option<MerkleValue<H256>>, String> {
        Err("the state has no Merkle trie".into())
    }

    fn register_overlay_stats(&self, _: &sp_state_machine::StateMachineStats) {}

    fn usage_info(&self) -> sp_state_machine::UsageInfo {
        sp_state_machine::UsageInfo::empty()
    }
}

/// A walk over keys of a [`StateView`].
pub struct ViewIter<B> {
    prefix: Key,
    cursor: Option<(Key, bool)>,
    backend: std::marker::PhantomData<B>,
}

impl<'a> ViewIter<StateView<'a>> {
    fn advance(&mut self, view: &StateView<'a>) -> Option<Key> {
        let (start, exclusive) = self.cursor.take()?;
        let key = if !exclusive && view.get(&start).is_some() {
            start
        } else {
            view.next_key(&start)?
        };
        if !key.starts_with(&self.prefix) {
            return None;
        }
        self.cursor = Some((key.clone(), true));
        Some(key)
    }
}

impl<'a> StorageIterator<Blake2Hasher> for ViewIter<StateView<'a>> {
    type Backend = StateView<'a>;
    type Error = String;

    fn next_key(&mut self, view: &Self::Backend) -> Option<Result<Key, String>> {
        self.advance(view).map(Ok)
    }

    fn next_pair(&mut self, view: &Self::Backend) -> Option<Result<(Key, Value), String>> {
        let key = self.advance(view)?;
        let value = view.get(&key)?.to_vec();
        Some(Ok((key, value)))
    }

    fn was_complete(&self) -> bool {
        self.cursor.is_none()
    }
}
