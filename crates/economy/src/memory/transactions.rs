//! Transactions: what was written in one that fails is taken back.

use alloc::{boxed::Box, collections::BTreeMap};

use super::{MemoryAccount, MemoryLedger};
use crate::Error;

impl<Acc: MemoryAccount> MemoryLedger<Acc> {
    /// Runs `change`, and takes back what it wrote if it fails.
    pub(super) fn undo_unless_ok<R>(&mut self, change: impl FnOnce(&mut Self) -> Result<R, Error>) -> Result<R, Error> {
        let mark = self.journal.undo.len();
        self.journal.depth += 1;
        let result = change(self);
        self.journal.depth -= 1;
        if result.is_err() {
            while self.journal.undo.len() > mark {
                let undo = self.journal.undo.pop().expect("longer than the mark");
                undo(self);
            }
        }
        if self.journal.depth == 0 {
            self.journal.undo.clear();
        }
        result
    }

    /// Says how to take back a write, if a transaction is open.
    pub(super) fn on_undo(&mut self, undo: impl FnOnce(&mut Self) + Send + Sync + 'static) {
        if self.journal.depth > 0 {
            self.journal.undo.push(Box::new(undo));
        }
    }

    /// Sets a value of a map, or removes it.
    pub(super) fn write<K, V>(&mut self, map: fn(&mut Self) -> &mut BTreeMap<K, V>, key: K, value: Option<V>)
    where
        K: Ord + Clone + Send + Sync + 'static,
        V: Send + Sync + 'static,
    {
        let undo_key = (self.journal.depth > 0).then(|| key.clone());
        let before = match value {
            Some(value) => map(self).insert(key, value),
            None => map(self).remove(&key),
        };
        if let Some(key) = undo_key {
            self.on_undo(move |ledger| {
                match before {
                    Some(value) => map(ledger).insert(key, value),
                    None => map(ledger).remove(&key),
                };
            });
        }
    }

    /// Removes from a map all but the keys to keep.
    pub(super) fn retain<K, V>(&mut self, map: fn(&mut Self) -> &mut BTreeMap<K, V>, keep: impl Fn(&K) -> bool)
    where
        K: Ord + Clone + Send + Sync + 'static,
        V: Clone + Send + Sync + 'static,
    {
        if self.journal.depth > 0 {
            let before = map(self).clone();
            self.on_undo(move |ledger| *map(ledger) = before);
        }
        map(self).retain(|key, _| keep(key));
    }
}
