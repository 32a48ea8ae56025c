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
mod tests;
