//! Transactions that wait for a block.
//!
//! The runtime says of each transaction which tags it requires and which it provides (for signed ones: account and
//! nonce) and how urgent it is. A transaction whose tags are all there is *ready*; one with a gap before it is
//! *future*. Ready transactions go into blocks by priority, then by arrival, each after those that it requires.

pub(crate) mod error;
#[cfg(test)]
mod tests;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, BinaryHeap},
    sync::Arc,
    time::{Duration, Instant},
};

use sp_core::H256;
use sp_runtime::transaction_validity::{TransactionTag, ValidTransaction};
use tokio::sync::mpsc::UnboundedSender;

pub use error::PoolError;

/// Ready transactions that are kept, and their bytes.
const READY_LIMIT: Limit = Limit {
    count: 8192,
    bytes: 20 << 20,
};
/// Future transactions that are kept, and their bytes.
const FUTURE_LIMIT: Limit = Limit {
    count: 819,
    bytes: 2 << 20,
};
/// For how long a transaction that was found invalid is refused unseen.
const BAN: Duration = Duration::from_secs(30 * 60);
/// Bans that are remembered.
const BANS_MAX: usize = 16_384;

struct Limit {
    count: usize,
    bytes: usize,
}

/// What happened to a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionStatus {
    /// It waits for an earlier one.
    Future,
    /// It waits for a block.
    Ready,
    /// It is in a block.
    InBlock {
        /// The block.
        block: H256,
        /// Its position in the block.
        index: u32,
    },
    /// That block is final.
    Finalized {
        /// The block.
        block: H256,
        /// Its position in the block.
        index: u32,
    },
    /// Another transaction with the same nonce and a higher priority took its place.
    Usurped(H256),
    /// The pool had no room for it.
    Dropped,
    /// It became invalid.
    Invalid,
}

/// A transaction in the pool.
#[derive(Clone, Debug)]
pub struct PoolTransaction {
    /// blake2-256 of its bytes.
    pub hash: H256,
    /// Its whole encoding with length prefix.
    pub bytes: Arc<[u8]>,
    /// When it came, as a number that grows; also its key in the database.
    pub arrival: u64,
    /// Whether its signature is not asked for.
    pub impersonated: bool,
    /// What the runtime said about it.
    pub validity: ValidTransaction,
    /// The block after which the runtime is asked again.
    pub valid_until: u32,
    /// The block at which the runtime was asked last.
    pub validated_at: u32,
    /// Who wants to know.
    pub watchers: Vec<UnboundedSender<TransactionStatus>>,
}

impl PoolTransaction {
    /// Tells the watchers. One that stopped listening is nobody's loss.
    pub fn notify(&self, status: TransactionStatus) {
        for watcher in &self.watchers {
            let _ = watcher.send(status);
        }
    }
}

/// The pool.
#[derive(Default)]
pub struct Pool {
    ready: BTreeMap<H256, PoolTransaction>,
    future: BTreeMap<H256, PoolTransaction>,
    provided: BTreeMap<TransactionTag, H256>,
    banned: BTreeMap<H256, Instant>,
}

/// What an import did.
#[derive(Debug, Default)]
pub struct Imported {
    /// Transactions that had to leave for it.
    pub removed: Vec<PoolTransaction>,
}

impl Pool {
    /// Refuses what is there already or was found invalid a short while ago.
    pub fn check_known(&mut self, hash: H256) -> Result<(), PoolError> {
        if self.ready.contains_key(&hash) || self.future.contains_key(&hash) {
            return Err(PoolError::AlreadyImported(hash));
        }
        match self.banned.get(&hash) {
            Some(until) if *until > Instant::now() => Err(PoolError::TemporarilyBanned),
            Some(_) => {
                self.banned.remove(&hash);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Refuses a transaction unseen for half an hour.
    pub fn ban(&mut self, hash: H256) {
        if self.banned.len() >= BANS_MAX {
            let now = Instant::now();
            self.banned.retain(|_, until| *until > now);
            if self.banned.len() >= BANS_MAX {
                self.banned.clear();
            }
        }
        self.banned.insert(hash, Instant::now() + BAN);
    }

    /// Forgets all bans: what was invalid may be valid in another state.
    pub fn lift_bans(&mut self) {
        self.banned.clear();
    }

    /// Takes in a transaction that the runtime found valid.
    pub fn import(&mut self, transaction: PoolTransaction) -> Result<Imported, PoolError> {
        if transaction.validity.provides.is_empty() {
            return Err(PoolError::NoTagsProvided);
        }
        let requires: BTreeSet<_> = transaction.validity.requires.iter().collect();
        if transaction.validity.provides.iter().any(|tag| requires.contains(tag)) {
            return Err(PoolError::CycleDetected);
        }
        let hash = transaction.hash;
        let mut imported = Imported::default();
        if !self.satisfied(&transaction) {
            transaction.notify(TransactionStatus::Future);
            self.future.insert(hash, transaction);
            self.enforce_future_limit(&mut imported.removed);
        } else {
            self.import_ready(transaction, &mut imported.removed)?;
            self.promote(&mut imported.removed);
            self.enforce_ready_limit(&mut imported.removed);
        }
        if imported.removed.iter().any(|removed| removed.hash == hash) {
            return Err(PoolError::ImmediatelyDropped);
        }
        Ok(imported)
    }

    fn satisfied(&self, transaction: &PoolTransaction) -> bool {
        transaction
            .validity
            .requires
            .iter()
            .all(|tag| self.provided.contains_key(tag))
    }

    fn import_ready(
        &mut self,
        transaction: PoolTransaction,
        removed: &mut Vec<PoolTransaction>,
    ) -> Result<(), PoolError> {
        let replaced: BTreeSet<H256> = transaction
            .validity
            .provides
            .iter()
            .filter_map(|tag| self.provided.get(tag).copied())
            .collect();
        let old: u64 = replaced
            .iter()
            .fold(0, |sum, hash| self.ready[hash].validity.priority.saturating_add(sum));
        if !replaced.is_empty() && old >= transaction.validity.priority {
            return Err(PoolError::TooLowPriority {
                old,
                new: transaction.validity.priority,
            });
        }
        for hash in replaced {
            if let Some(usurped) = self.take_ready(hash) {
                usurped.notify(TransactionStatus::Usurped(transaction.hash));
                removed.push(usurped);
            }
        }
        for tag in &transaction.validity.provides {
            self.provided.insert(tag.clone(), transaction.hash);
        }
        transaction.notify(TransactionStatus::Ready);
        self.ready.insert(transaction.hash, transaction);
        self.demote();
        Ok(())
    }

    fn take_ready(&mut self, hash: H256) -> Option<PoolTransaction> {
        let transaction = self.ready.remove(&hash)?;
        for tag in &transaction.validity.provides {
            if self.provided.get(tag) == Some(&hash) {
                self.provided.remove(tag);
            }
        }
        Some(transaction)
    }

    /// Moves future transactions whose gap is closed to the ready ones.
    fn promote(&mut self, removed: &mut Vec<PoolTransaction>) {
        while let Some(hash) = self
            .future
            .values()
            .find(|waiting| self.satisfied(waiting))
            .map(|waiting| waiting.hash)
        {
            let Some(transaction) = self.future.remove(&hash) else {
                return;
            };
            if self.import_ready(transaction.clone(), removed).is_err() {
                transaction.notify(TransactionStatus::Dropped);
                removed.push(transaction);
            }
        }
    }

    /// Moves ready transactions that lost what they require to the future ones.
    fn demote(&mut self) {
        while let Some(hash) = self
            .ready
            .values()
            .find(|ready| !self.satisfied(ready))
            .map(|ready| ready.hash)
        {
            let Some(transaction) = self.take_ready(hash) else {
                return;
            };
            transaction.notify(TransactionStatus::Future);
            self.future.insert(hash, transaction);
        }
    }

    fn enforce_ready_limit(&mut self, removed: &mut Vec<PoolTransaction>) {
        while over(&self.ready, &READY_LIMIT) {
            let worst = self
                .ready
                .values()
                .min_by_key(|ready| (ready.validity.priority, Reverse(ready.arrival)))
                .map(|t| t.hash);
            let Some(dropped) = worst.and_then(|hash| self.take_ready(hash)) else {
                return;
            };
            dropped.notify(TransactionStatus::Dropped);
            removed.push(dropped);
            self.demote();
        }
    }

    fn enforce_future_limit(&mut self, removed: &mut Vec<PoolTransaction>) {
        while over(&self.future, &FUTURE_LIMIT) {
            let worst = self
                .future
                .values()
                .max_by_key(|waiting| waiting.arrival)
                .map(|waiting| waiting.hash);
            let Some(dropped) = worst.and_then(|hash| self.future.remove(&hash)) else {
                return;
            };
            dropped.notify(TransactionStatus::Dropped);
            removed.push(dropped);
        }
    }

    /// The ready transactions in the order in which a block takes them.
    pub fn ready_in_order(&self) -> Vec<PoolTransaction> {
        let mut waits: BTreeMap<H256, usize> = BTreeMap::new();
        let mut heap = BinaryHeap::new();
        let mut dependants: BTreeMap<&TransactionTag, Vec<&PoolTransaction>> = BTreeMap::new();
        let rank = |ready: &PoolTransaction| (ready.validity.priority, Reverse(ready.arrival), ready.hash);
        for ready in self.ready.values() {
            if ready.validity.requires.is_empty() {
                heap.push(rank(ready));
            } else {
                waits.insert(ready.hash, ready.validity.requires.len());
                for tag in &ready.validity.requires {
                    dependants.entry(tag).or_default().push(ready);
                }
            }
        }
        let mut order = Vec::with_capacity(self.ready.len());
        while let Some((_, _, hash)) = heap.pop() {
            let transaction = &self.ready[&hash];
            for tag in &transaction.validity.provides {
                for dependant in dependants.get(tag).into_iter().flatten() {
                    if let Some(count) = waits.get_mut(&dependant.hash) {
                        *count = count.saturating_sub(1);
                        if *count == 0 {
                            waits.remove(&dependant.hash);
                            heap.push(rank(dependant));
                        }
                    }
                }
            }
            order.push(transaction.clone());
        }
        order
    }

    /// Takes out the transactions of a block and lets those move up that waited for them.
    pub fn included(&mut self, hashes: &[H256]) -> Vec<PoolTransaction> {
        let mut done = Vec::new();
        let mut tags = BTreeSet::new();
        for hash in hashes {
            if let Some(transaction) = self.take_ready(*hash).or_else(|| self.future.remove(hash)) {
                tags.extend(transaction.validity.provides.iter().cloned());
                done.push(transaction);
            }
        }
        if !tags.is_empty() {
            for waiting in self.ready.values_mut().chain(self.future.values_mut()) {
                waiting.validity.requires.retain(|tag| !tags.contains(tag));
            }
            let mut removed = Vec::new();
            self.promote(&mut removed);
            done.extend(removed);
        }
        done
    }

    /// When these transactions came, of those that are here.
    pub fn arrivals(&self, hashes: &[H256]) -> Vec<u64> {
        let find = |hash| self.ready.get(hash).or_else(|| self.future.get(hash));
        hashes
            .iter()
            .filter_map(find)
            .map(|transaction| transaction.arrival)
            .collect()
    }

    /// Takes out a transaction that is invalid by now, without telling its watchers.
    pub fn remove(&mut self, hash: H256) -> Option<PoolTransaction> {
        let removed = self.take_ready(hash).or_else(|| self.future.remove(&hash));
        self.demote();
        removed
    }

    /// The transactions that the runtime should be asked about again at block `best`: those whose time is over, and
    /// the `extra` ones that were asked about longest ago.
    pub fn to_revalidate(&self, best: u32, extra: usize) -> Vec<PoolTransaction> {
        let mut all: Vec<&PoolTransaction> = self.ready.values().chain(self.future.values()).collect();
        all.sort_by_key(|waiting| (waiting.valid_until > best, waiting.validated_at, waiting.arrival));
        let due = all.iter().filter(|waiting| waiting.valid_until <= best).count();
        all.into_iter().take(due.saturating_add(extra)).cloned().collect()
    }

    /// Empties the pool and returns what was in it.
    pub fn clear(&mut self) -> Vec<PoolTransaction> {
        self.provided.clear();
        let ready = std::mem::take(&mut self.ready);
        let future = std::mem::take(&mut self.future);
        ready.into_values().chain(future.into_values()).collect()
    }

    /// Replaces what the runtime said about a transaction.
    pub fn revalidated(&mut self, hash: H256, validity: ValidTransaction, valid_until: u32, best: u32) {
        let Some(mut transaction) = self.take_ready(hash).or_else(|| self.future.remove(&hash)) else {
            return;
        };
        transaction.valid_until = valid_until;
        transaction.validated_at = best;
        transaction.validity = validity;
        if self.satisfied(&transaction) {
            for tag in &transaction.validity.provides {
                self.provided.insert(tag.clone(), hash);
            }
            self.ready.insert(hash, transaction);
        } else {
            self.future.insert(hash, transaction);
        }
        self.demote();
        self.promote(&mut Vec::new());
    }

    /// Whether a ready transaction provides this tag.
    pub fn provides(&self, tag: &[u8]) -> bool {
        self.provided.contains_key(tag)
    }

    /// The ready transactions in the order in which they came.
    pub fn pending(&self) -> Vec<Arc<[u8]>> {
        let mut ready: Vec<_> = self.ready.values().collect();
        ready.sort_by_key(|ready| ready.arrival);
        ready.into_iter().map(|ready| ready.bytes.clone()).collect()
    }

    /// How many are ready, and how many wait for an earlier one.
    pub fn counts(&self) -> (usize, usize) {
        (self.ready.len(), self.future.len())
    }
}

fn over(transactions: &BTreeMap<H256, PoolTransaction>, limit: &Limit) -> bool {
    transactions.len() > limit.count
        || transactions
            .values()
            .map(|transaction| transaction.bytes.len())
            .sum::<usize>()
            > limit.bytes
}
