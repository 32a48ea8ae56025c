//! A state and what the runtime wrote over it, as the runtime sees it.

use std::any::{Any, TypeId};

use codec::Encode;
use sp_core::H256;
use sp_core::traits::{ReadRuntimeVersion, ReadRuntimeVersionExt};
use sp_crypto_hashing::blake2_256;
use sp_externalities::{Error, Extension, ExtensionStore, Extensions, Externalities, MultiRemovalResults};
use sp_storage::{ChildInfo, StateVersion, TrackedStorageKey, well_known_keys};

use super::{Change, Changed, Commitment, Element, Key, Overlay, StateView, Value};
use crate::panics;

/// What the runtime runs in: the storage calls of a node, over a [`StateView`] and an [`Overlay`].
///
/// The chain keeps no child tries and no offchain database. Reads of child tries find nothing; a write into one is
/// remembered, and makes [`Host::into_written`] fail.
pub struct Host<'a> {
    view: StateView<'a>,
    overlay: Overlay,
    extensions: Extensions,
    /// Transactions that the runtime may not close: those opened around its call.
    protected: usize,
    root: Option<Root<'a>>,
    child_written: bool,
}

/// What all that was written comes to.
struct Root<'a> {
    commitment: Commitment,
    /// Places in the overlay of the keys that are not what they were, with their old values.
    changed: Vec<(usize, Option<&'a [u8]>)>,
    /// For each of them, the element of its new value.
    elements: Vec<Option<Element>>,
}

/// What was written over a state.
#[derive(Debug, PartialEq, Eq)]
pub struct Written {
    /// The keys whose values are others now, in no particular order.
    pub changes: Vec<Change>,
    /// For each of them, the element of its new value.
    pub elements: Vec<Option<Element>>,
    /// Commitment of the state with them.
    pub commitment: Commitment,
}

/// The embedded chain runs its own runtime and no other code, so it reads the version of none: a call that asks for it
/// fails, instead of finding nobody to ask and taking the block down with it.
struct NoCode;

impl ReadRuntimeVersion for NoCode {
    fn read_runtime_version(&self, _: &[u8], _: &mut dyn Externalities) -> Result<Vec<u8>, String> {
        Err("the embedded chain runs no code but its own".into())
    }
}

/// The runtime wrote into a child trie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChildWritten;

impl<'a> Host<'a> {
    /// A state with nothing written over it.
    pub fn new(view: StateView<'a>) -> Self {
        let mut extensions = Extensions::new();
        extensions.register(ReadRuntimeVersionExt::new(NoCode));
        Self {
            view,
            overlay: Overlay::default(),
            extensions,
            protected: 0,
            root: None,
            child_written: false,
        }
    }

    /// Runs `action` in the state. It cannot close transactions that are open already, and those that it leaves open
    /// are undone, as they are when it panics.
    ///
    /// # Errors
    /// What `action` panicked with.
    pub fn run<R>(&mut self, action: impl FnOnce() -> R) -> Result<R, String> {
        let protected = std::mem::replace(&mut self.protected, self.overlay.depth());
        let result = panics::catch(|| sp_externalities::set_and_run_with_externalities(self, action));
        while self.overlay.depth() > self.protected {
            self.root = None;
            self.overlay.rollback_transaction();
        }
        self.protected = protected;
        result
    }

    /// Opens a transaction around calls of the runtime.
    pub fn start_transaction(&mut self) {
        self.overlay.start_transaction();
    }

    /// Closes the transaction that was opened last, and keeps what was written in it or not. False if none is open.
    pub fn close_transaction(&mut self, keep: bool) -> bool {
        if keep {
            self.overlay.commit_transaction()
        } else {
            self.root = None;
            self.overlay.rollback_transaction()
        }
    }

    fn work_out_root(&self) -> Root<'a> {
        let mut root = Root {
            commitment: self.view.commitment(),
            changed: Vec::new(),
            elements: Vec::new(),
        };
        for Changed { place, key, old, new } in self.overlay.changed(&self.view) {
            match old {
                Some((_, Some(element))) => root.commitment.subtract(element),
                Some((value, None)) => root.commitment.remove(key, value),
                None => {}
            }
            let element = new.map(|new| Element::of(key, &new));
            if let Some(element) = &element {
                root.commitment.add(element);
            }
            root.changed.push((place, old.map(|(value, _)| value)));
            root.elements.push(element);
        }
        root
    }

    /// What is another value than in the state.
    ///
    /// # Errors
    /// [`ChildWritten`].
    pub fn into_written(mut self) -> Result<Written, ChildWritten> {
        if self.child_written {
            return Err(ChildWritten);
        }
        let root = match self.root.take() {
            Some(root) => root,
            None => self.work_out_root(),
        };
        Ok(Written {
            changes: self.overlay.into_changes(root.changed),
            elements: root.elements,
            commitment: root.commitment,
        })
    }
}

impl Externalities for Host<'_> {
    fn set_offchain_storage(&mut self, _: &[u8], _: Option<&[u8]>) {}

    fn storage(&mut self, key: &[u8]) -> Option<Value> {
        let hash = self.view.hash(key);
        match self.overlay.get(hash, key) {
            Some(value) => value.map(|value| value.into_owned()),
            None => self.view.get_hashed(hash, key).map(<[u8]>::to_vec),
        }
    }

    fn storage_hash(&mut self, key: &[u8]) -> Option<Vec<u8>> {
        self.storage(key).map(|value| blake2_256(&value).to_vec())
    }

    fn exists_storage(&mut self, key: &[u8]) -> bool {
        let hash = self.view.hash(key);
        self.overlay
            .contains(hash, key)
            .unwrap_or_else(|| self.view.get_hashed(hash, key).is_some())
    }

    fn next_storage_key(&mut self, key: &[u8]) -> Option<Key> {
        self.overlay.next_key(&self.view, key)
    }

    fn place_storage(&mut self, key: Key, value: Option<Value>) {
        if well_known_keys::is_child_storage_key(&key) {
            tracing::warn!("the runtime may not set the key of a child trie");
            return;
        }
        self.root = None;
        self.overlay.set(self.view.hash(&key), key, value);
    }

    fn storage_append(&mut self, key: Key, element: Value) {
        self.root = None;
        let hash = self.view.hash(&key);
        let below = self.view.get_hashed(hash, &key);
        self.overlay.append(hash, key, &element, below);
    }

    fn clear_prefix(&mut self, prefix: &[u8], limit: Option<u32>, cursor: Option<&[u8]>) -> MultiRemovalResults {
        if well_known_keys::starts_with_child_storage_key(prefix) {
            tracing::warn!("the runtime may not clear keys of child tries");
            return nothing_removed();
        }
        self.root = None;
        self.overlay.clear_prefix(&self.view, prefix, limit, cursor)
    }

    fn storage_root(&mut self, _: StateVersion) -> Vec<u8> {
        let root = match self.root.take() {
            Some(root) => root,
            None => self.work_out_root(),
        };
        let hash = root.commitment.root();
        self.root = Some(root);
        hash.encode()
    }

    fn storage_start_transaction(&mut self) {
        self.overlay.start_transaction();
    }

    fn storage_rollback_transaction(&mut self) -> Result<(), ()> {
        if self.overlay.depth() <= self.protected {
            return Err(());
        }
        self.root = None;
        self.overlay.rollback_transaction();
        Ok(())
    }

    fn storage_commit_transaction(&mut self) -> Result<(), ()> {
        if self.overlay.depth() <= self.protected {
            return Err(());
        }
        self.overlay.commit_transaction();
        Ok(())
    }

    // Indexing of transactions is for nodes that serve their bodies to others.
    fn storage_index_transaction(&mut self, _: u32, _: &[u8], _: u32) {}

    fn storage_renew_transaction_index(&mut self, _: u32, _: &[u8]) {}

    // There are no child tries.

    fn child_storage(&mut self, _: &ChildInfo, _: &[u8]) -> Option<Value> {
        None
    }

    fn child_storage_hash(&mut self, _: &ChildInfo, _: &[u8]) -> Option<Vec<u8>> {
        None
    }

    fn next_child_storage_key(&mut self, _: &ChildInfo, _: &[u8]) -> Option<Key> {
        None
    }

    fn place_child_storage(&mut self, _: &ChildInfo, _: Key, _: Option<Value>) {
        self.child_written = true;
    }

    fn kill_child_storage(&mut self, _: &ChildInfo, _: Option<u32>, _: Option<&[u8]>) -> MultiRemovalResults {
        nothing_removed()
    }

    fn clear_child_prefix(&mut self, _: &ChildInfo, _: &[u8], _: Option<u32>, _: Option<&[u8]>) -> MultiRemovalResults {
        nothing_removed()
    }

    fn child_storage_root(&mut self, _: &ChildInfo, _: StateVersion) -> Vec<u8> {
        H256::zero().encode()
    }

    // What follows is for benchmarks of the runtime, which count in a database of their own.

    fn wipe(&mut self) {}

    fn commit(&mut self) {}

    fn read_write_count(&self) -> (u32, u32, u32, u32) {
        (0, 0, 0, 0)
    }

    fn reset_read_write_count(&mut self) {}

    fn get_whitelist(&self) -> Vec<TrackedStorageKey> {
        Vec::new()
    }

    fn set_whitelist(&mut self, _: Vec<TrackedStorageKey>) {}

    fn get_read_and_written_keys(&self) -> Vec<(Vec<u8>, u32, u32, bool)> {
        Vec::new()
    }
}

fn nothing_removed() -> MultiRemovalResults {
    MultiRemovalResults {
        maybe_cursor: None,
        backend: 0,
        unique: 0,
        loops: 0,
    }
}

impl ExtensionStore for Host<'_> {
    fn extension_by_type_id(&mut self, id: TypeId) -> Option<&mut dyn Any> {
        self.extensions.get_mut(id)
    }

    fn register_extension_with_type_id(&mut self, id: TypeId, extension: Box<dyn Extension>) -> Result<(), Error> {
        self.extensions.register_with_type_id(id, extension)
    }

    fn deregister_extension_by_type_id(&mut self, id: TypeId) -> Result<(), Error> {
        if self.extensions.deregister(id) {
            Ok(())
        } else {
            Err(Error::ExtensionIsNotRegistered(id))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use sp_core::Blake2Hasher;
    use sp_state_machine::{Ext, InMemoryBackend, OverlayedChanges};

    use super::*;
    use crate::state::StateMap;

    /// Random numbers from a seed (splitmix64).
    struct Random(u64);

    impl Random {
        fn below(&mut self, bound: u64) -> u64 {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = self.0;
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            (word ^ (word >> 31)) % bound
        }

        /// A key out of few, shorter and longer than the prefix of an item.
        fn key(&mut self) -> Key {
            let mut key = vec![b'a' + self.below(2) as u8; [1, 2, 31, 32, 33, 34][self.below(6) as usize]];
            if let Some(last) = key.last_mut() {
                *last = b'a' + self.below(5) as u8;
            }
            key
        }

        /// A value: empty, no list, or a list of bytes, now and then as long as its count needs another byte.
        fn value(&mut self) -> Value {
            match self.below(4) {
                0 => Vec::new(),
                1 => vec![0xff; self.below(3) as usize],
                2 => vec![7u8; 60 + self.below(6) as usize].encode(),
                _ => vec![self.below(256) as u8; self.below(4) as usize].encode(),
            }
        }
    }

    fn removal(results: MultiRemovalResults) -> (Option<Vec<u8>>, u32, u32, u32) {
        results.deconstruct()
    }

    /// The same calls, in the same order, on a node's externalities and on these: every answer is the same, and so is
    /// what was changed in the end.
    fn compare(seed: u64, steps: usize, old: bool) {
        let mut random = Random(seed);
        let mut pairs = BTreeMap::new();
        for _ in 0..random.below(40) {
            pairs.insert(random.key(), random.value());
        }
        let mut backend = InMemoryBackend::<Blake2Hasher>::default();
        let inserts = pairs.iter().map(|(key, value)| (key.clone(), Some(value.clone())));
        backend.insert([(None, inserts.collect())], StateVersion::V1);
        let (mut live, mut commitment) = (StateMap::default(), Commitment::default());
        for (key, value) in &pairs {
            commitment.insert(key, value);
            let element = (random.below(2) == 0).then(|| Element::of(key, value));
            live.set_with(key, Some(value), element);
        }
        // The state is the newest one, or an old one: a copy of a later one with the old values put back.
        let mut later = Vec::new();
        for _ in 0..if old { 10 } else { 0 } {
            let (key, new) = (random.key(), (random.below(2) == 0).then(|| random.value()));
            let old = live.get(&key).map(<[u8]>::to_vec);
            live.set(&key, new.as_deref());
            later.push((key, old));
        }
        let mut seen = live.clone();
        for (key, old) in later.into_iter().rev() {
            seen.set(&key, old.as_deref());
        }
        let view = StateView::new(&seen, commitment);

        let mut overlay = OverlayedChanges::<Blake2Hasher>::default();
        let mut node = Ext::new(&mut overlay, &backend, None);
        let mut host = Host::new(view);
        let mut depth = 0;
        for step in 0..steps {
            let key = random.key();
            match random.below(14) {
                0 | 1 => {
                    let value = random.value();
                    node.set_storage(key.clone(), value.clone());
                    host.set_storage(key.clone(), value);
                }
                2 => {
                    node.clear_storage(&key);
                    host.clear_storage(&key);
                }
                3..6 => {
                    let element = vec![random.below(256) as u8];
                    node.storage_append(key.clone(), element.clone());
                    host.storage_append(key.clone(), element);
                }
                6 => {
                    let prefix = &key[..1 + random.below(key.len() as u64) as usize];
                    let limit = (random.below(2) == 0).then(|| random.below(6) as u32);
                    let cursor = (random.below(4) == 0).then(|| random.key());
                    assert_eq!(
                        removal(node.clear_prefix(prefix, limit, cursor.as_deref())),
                        removal(host.clear_prefix(prefix, limit, cursor.as_deref())),
                        "seed {seed}, step {step}"
                    );
                }
                7 | 8 => {
                    node.storage_start_transaction();
                    host.storage_start_transaction();
                    depth += 1;
                }
                9 if depth > 0 => {
                    node.storage_rollback_transaction().unwrap();
                    host.storage_rollback_transaction().unwrap();
                    depth -= 1;
                }
                10 if depth > 0 => {
                    node.storage_commit_transaction().unwrap();
                    host.storage_commit_transaction().unwrap();
                    depth -= 1;
                }
                11 => {
                    // What a root is worked out from is the state as it is at this moment.
                    let _ = host.storage_root(StateVersion::V1);
                }
                _ => assert_eq!(
                    node.next_storage_key(&key),
                    host.next_storage_key(&key),
                    "seed {seed}, step {step}, after {key:?}"
                ),
            }
            assert_eq!(node.storage(&key), host.storage(&key), "seed {seed}, step {step}");
            assert_eq!(node.storage_hash(&key), host.storage_hash(&key));
            assert_eq!(node.exists_storage(&key), host.exists_storage(&key));
        }
        for _ in 0..depth {
            node.storage_commit_transaction().unwrap();
            host.storage_commit_transaction().unwrap();
        }
        assert!(host.storage_commit_transaction().is_err());
        assert!(host.storage_rollback_transaction().is_err());

        let after: BTreeMap<Key, Value> = std::iter::successors(node.next_storage_key(&[]), |key| {
            let next = node.next_storage_key(key);
            assert_eq!(next, host.next_storage_key(key), "seed {seed}");
            next
        })
        .collect::<Vec<_>>()
        .into_iter()
        .map(|key| (key.clone(), node.storage(&key).unwrap()))
        .collect();
        let root = host.storage_root(StateVersion::V1);
        let Written {
            changes,
            elements,
            commitment,
        } = host.into_written().unwrap();
        assert_eq!(changes.len(), elements.len());
        for (change, element) in changes.iter().zip(&elements) {
            let expected = change.new.as_ref().map(|new| Element::of(&change.key, new));
            assert_eq!(*element, expected, "seed {seed}");
        }
        assert_eq!(root, commitment.root().encode());
        let mut changed = pairs.clone();
        let mut seen = BTreeSet::new();
        for change in changes {
            assert_ne!(change.old, change.new, "seed {seed}");
            assert!(seen.insert(change.key.clone()), "a key changed twice");
            let old = match change.new {
                Some(value) => changed.insert(change.key, value),
                None => changed.remove(&change.key),
            };
            assert_eq!(old, change.old, "seed {seed}");
        }
        assert_eq!(changed, after, "seed {seed}");
        let mut from_scratch = Commitment::default();
        for (key, value) in &after {
            from_scratch.insert(key, value);
        }
        assert_eq!(commitment, from_scratch, "seed {seed}");
    }

    #[test]
    fn does_what_a_node_does() {
        for seed in 0..400 {
            compare(seed, 300, seed % 3 == 0);
        }
    }

    #[test]
    fn a_call_that_panics_leaves_no_transaction_open() {
        let state = StateMap::default();
        let mut host = Host::new(StateView::new(&state, Commitment::default()));
        host.start_transaction();
        let panicked = host.run(|| {
            sp_io::storage::set(b"before", b"1");
            sp_io::storage::start_transaction();
            sp_io::storage::set(b"inside", b"1");
            panic!("on purpose");
        });
        assert!(panicked.is_err());
        assert!(host.close_transaction(true));
        assert!(!host.close_transaction(true));
        assert_eq!(host.storage(b"before"), Some(b"1".to_vec()));
        assert_eq!(host.storage(b"inside"), None);
    }

    #[test]
    fn the_runtime_cannot_close_what_was_opened_around_it() {
        let state = StateMap::default();
        let mut host = Host::new(StateView::new(&state, Commitment::default()));
        host.start_transaction();
        let closed = host.run(sp_io::storage::commit_transaction);
        assert!(closed.is_err());
        assert!(host.close_transaction(false));
    }

    #[test]
    fn a_write_into_a_child_trie_is_refused() {
        let state = StateMap::default();
        let mut host = Host::new(StateView::new(&state, Commitment::default()));
        host.place_child_storage(&ChildInfo::new_default(b"child"), b"key".to_vec(), Some(Vec::new()));
        assert_eq!(host.into_written(), Err(ChildWritten));
    }
}
