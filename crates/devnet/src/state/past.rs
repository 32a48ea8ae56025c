//! An old state, as the newest one seen through old values.

use std::{
    collections::BTreeMap,
    ops::Bound::{Excluded, Unbounded},
};

use super::{Diff, Key, StateMap, Value};

/// The values that keys had after step `step`, for every key that a step in `step + 1 ..= seen` changed; all other
/// keys have the value that they have after step `seen`.
#[derive(Clone, Debug)]
pub struct Past {
    step: u64,
    seen: u64,
    values: BTreeMap<Key, Option<Value>>,
}

impl Past {
    /// The state after `step`, seen from itself.
    pub fn new(step: u64) -> Self {
        Self {
            step,
            seen: step,
            values: BTreeMap::new(),
        }
    }

    /// The step whose state this is.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// The step that it is seen from.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// Takes in the old values of all steps after [`Past::seen`] up to `last`.
    pub fn extend(&mut self, later: Diff, last: u64) {
        for change in later.0 {
            // The earliest change after `step` has the value that counts.
            self.values.entry(change.key).or_insert(change.old);
        }
        self.seen = last;
    }

    /// The value of a key if a later step changed it.
    pub fn get(&self, key: &[u8]) -> Option<Option<&[u8]>> {
        self.values.get(key).map(Option::as_deref)
    }

    /// The first key after `key` in this state.
    pub fn next_key(&self, live: &StateMap, key: &[u8]) -> Option<Key> {
        let mut candidate = live.next_key(key);
        // Keys that this state does not have are skipped in the live one.
        while let Some(next) = &candidate
            && self.values.get(next).is_some_and(Option::is_none)
        {
            candidate = live.next_key(next);
        }
        let own = self
            .values
            .range::<[u8], _>((Excluded(key), Unbounded))
            .find(|(_, value)| value.is_some())
            .map(|(key, _)| key.clone());
        match (candidate, own) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }
}
