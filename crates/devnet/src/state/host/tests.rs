use std::collections::{BTreeMap, BTreeSet};

use sp_core::Blake2Hasher;
use sp_state_machine::{Ext, InMemoryBackend, OverlayedChanges};

use super::*;
use crate::state::StateMap;

/// A node's externalities.
type Node<'a> = Ext<'a, Blake2Hasher, InMemoryBackend<Blake2Hasher>>;

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

/// Pairs to begin with.
fn some_pairs(random: &mut Random) -> BTreeMap<Key, Value> {
    let count = random.below(40);
    (0..count).map(|_| (random.key(), random.value())).collect()
}

/// These pairs as a state. It is the newest one, or an `old` one: a copy of a later one with the old values put back.
fn state_of(pairs: &BTreeMap<Key, Value>, random: &mut Random, old: bool) -> (StateMap, Commitment) {
    let (mut live, mut commitment) = (StateMap::default(), Commitment::default());
    for (key, value) in pairs {
        commitment.insert(key, value);
        let element = (random.below(2) == 0).then(|| Element::of(key, value));
        live.set_with(key, Some(value), element);
    }
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
    (seen, commitment)
}

/// One call on both, and the same answer. `depth` counts the open transactions.
fn step(node: &mut Node<'_>, host: &mut Host<'_>, random: &mut Random, depth: &mut u32, at: &str) {
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
                "{at}"
            );
        }
        7 | 8 => {
            node.storage_start_transaction();
            host.storage_start_transaction();
            *depth += 1;
        }
        9 if *depth > 0 => {
            node.storage_rollback_transaction().unwrap();
            host.storage_rollback_transaction().unwrap();
            *depth -= 1;
        }
        10 if *depth > 0 => {
            node.storage_commit_transaction().unwrap();
            host.storage_commit_transaction().unwrap();
            *depth -= 1;
        }
        11 => {
            // What a root is worked out from is the state as it is at this moment.
            let _ = host.storage_root(StateVersion::V1);
        }
        _ => assert_eq!(
            node.next_storage_key(&key),
            host.next_storage_key(&key),
            "{at}, after {key:?}"
        ),
    }
    assert_eq!(node.storage(&key), host.storage(&key), "{at}");
    assert_eq!(node.storage_hash(&key), host.storage_hash(&key));
    assert_eq!(node.exists_storage(&key), host.exists_storage(&key));
}

/// All pairs that are there now, which both list alike.
fn pairs_after(node: &mut Node<'_>, host: &mut Host<'_>, at: &str) -> BTreeMap<Key, Value> {
    let keys = std::iter::successors(node.next_storage_key(&[]), |key| {
        let next = node.next_storage_key(key);
        assert_eq!(next, host.next_storage_key(key), "{at}");
        next
    });
    let keys: Vec<Key> = keys.collect();
    let pair = |key: Key| (key.clone(), node.storage(&key).unwrap());
    keys.into_iter().map(pair).collect()
}

/// What was changed leads from the pairs before to those after, each key once, with the commitment of the latter.
fn check_written(written: Written, before: &BTreeMap<Key, Value>, after: &BTreeMap<Key, Value>, at: &str) {
    let Written {
        changes,
        elements,
        commitment,
    } = written;
    assert_eq!(changes.len(), elements.len());
    for (change, element) in changes.iter().zip(&elements) {
        let expected = change.new.as_ref().map(|new| Element::of(&change.key, new));
        assert_eq!(*element, expected, "{at}");
    }
    let mut changed = before.clone();
    let mut seen = BTreeSet::new();
    for change in changes {
        assert_ne!(change.old, change.new, "{at}");
        assert!(seen.insert(change.key.clone()), "a key changed twice");
        let old = match change.new {
            Some(value) => changed.insert(change.key, value),
            None => changed.remove(&change.key),
        };
        assert_eq!(old, change.old, "{at}");
    }
    assert_eq!(changed, *after, "{at}");
    let mut from_scratch = Commitment::default();
    for (key, value) in after {
        from_scratch.insert(key, value);
    }
    assert_eq!(commitment, from_scratch, "{at}");
}

/// The same calls, in the same order, on a node's externalities and on these: every answer is the same, and so is what
/// was changed in the end.
fn compare(seed: u64, steps: usize, old: bool) {
    let mut random = Random(seed);
    let at = format!("seed {seed}");
    let pairs = some_pairs(&mut random);
    let mut backend = InMemoryBackend::<Blake2Hasher>::default();
    let inserts = pairs.iter().map(|(key, value)| (key.clone(), Some(value.clone())));
    backend.insert([(None, inserts.collect())], StateVersion::V1);
    let (seen, commitment) = state_of(&pairs, &mut random, old);

    let mut overlay = OverlayedChanges::<Blake2Hasher>::default();
    let mut node = Ext::new(&mut overlay, &backend, None);
    let mut host = Host::new(StateView::new(&seen, commitment));
    let mut depth = 0;
    for number in 0..steps {
        let at = format!("{at}, step {number}");
        step(&mut node, &mut host, &mut random, &mut depth, &at);
    }
    for _ in 0..depth {
        node.storage_commit_transaction().unwrap();
        host.storage_commit_transaction().unwrap();
    }
    assert!(host.storage_commit_transaction().is_err());
    assert!(host.storage_rollback_transaction().is_err());

    let after = pairs_after(&mut node, &mut host, &at);
    let root = host.storage_root(StateVersion::V1);
    let written = host.into_written().unwrap();
    assert_eq!(root, written.commitment.root().encode());
    check_written(written, &pairs, &after, &at);
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
