//! What lasts.
//!
//! Tables of one redb file (or of memory, without one):
//!
//! | table | key | value |
//! |---|---|---|
//! | `meta` | name | base of the chain, checkpoint, snapshots, impersonated accounts |
//! | `base` | storage item | its pairs in the first state, for replay |
//! | `items` | storage item | its pairs at the checkpoint |
//! | `steps` | step | the block, or the note of a write from outside, with the commitment after it |
//! | `diffs` | step | what it changed, old and new |
//! | `merged` | (level, segment) | old values over 256^level steps |
//! | `numbers`, `hashes` | block number, block hash | step, block number |
//! | `pool` | arrival | transaction |
//!
//! A step is appended in a transaction that readers see at once but that is not forced to the disk. [`Db::sync`]
//! forces everything so far; nothing is acknowledged before. Callers that wait at the same time share one force.

mod records;

use std::{
    collections::BTreeSet,
    fs,
    io::ErrorKind,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use codec::{Decode, DecodeAll, Encode};
use parking_lot::Mutex;
use redb::{Durability, ReadableDatabase, ReadableTable, TableDefinition, WriteTransaction};
use sp_core::H256;

use crate::{
    config::Database,
    error::Error,
    state::{Change, Diff, Past, StateMap},
};
pub use records::{Base, BlockRecord, Step};

const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");
const BASE: TableDefinition<&[u8], &[u8]> = TableDefinition::new("base");
const ITEMS: TableDefinition<&[u8], &[u8]> = TableDefinition::new("items");
const STEPS: TableDefinition<u64, &[u8]> = TableDefinition::new("steps");
const DIFFS: TableDefinition<u64, &[u8]> = TableDefinition::new("diffs");
const MERGED: TableDefinition<(u8, u64), &[u8]> = TableDefinition::new("merged");
const NUMBERS: TableDefinition<u32, u64> = TableDefinition::new("numbers");
const HASHES: TableDefinition<&[u8; 32], u32> = TableDefinition::new("hashes");
const POOL: TableDefinition<u64, &[u8]> = TableDefinition::new("pool");

/// Steps in a segment of merged old values.
const SEGMENT: u64 = 256;
/// Levels of segments: the last one covers 256^3 steps.
const LEVELS: u8 = 3;
/// Bytes that redb may keep in memory.
const CACHE_BYTES: usize = 64 << 20;
const FORMAT: u32 = 1;

/// The database.
pub struct Db {
    inner: redb::Database,
    path: Option<PathBuf>,
    /// Number of the last commit, and of the last one that is known to be on the disk.
    written: AtomicU64,
    synced: Mutex<u64>,
}

/// What an opened database holds.
pub struct Loaded {
    /// Where the chain begins.
    pub base: Base,
    /// The newest state.
    pub state: StateMap,
    /// The last step; 0 is the base.
    pub step: u64,
    /// Bytes of differences since the checkpoint.
    pub since_checkpoint: usize,
    /// Storage items that differ from the checkpoint, those that are empty now included.
    pub dirty: BTreeSet<Box<[u8]>>,
}

fn corrupt(path: &Path, reason: impl ToString) -> Error {
    Error::DatabaseCorrupt {
        path: path.into(),
        reason: reason.to_string(),
    }
}

fn open_error(path: &Path, error: redb::DatabaseError) -> Error {
    match error {
        redb::DatabaseError::DatabaseAlreadyOpen => Error::DatabaseInUse { path: path.into() },
        redb::DatabaseError::Storage(redb::StorageError::Io(io)) => match io.kind() {
            ErrorKind::StorageFull => Error::DiskFull,
            ErrorKind::InvalidData | ErrorKind::UnexpectedEof => corrupt(path, io),
            ErrorKind::WouldBlock => Error::DatabaseInUse { path: path.into() },
            _ => Error::File {
                action: "open the database",
                path: path.into(),
                source: io,
            },
        },
        other => corrupt(path, other),
    }
}

impl Db {
    /// Opens the database if there is one.
    pub fn open(database: &Database) -> Result<Option<Self>, Error> {
        let Database::File(path) = database else {
            return Ok(None);
        };
        if !path.try_exists().map_err(|source| file("look for", path, source))? {
            return Ok(None);
        }
        let inner = catch(path, || {
            redb::Builder::new()
                .set_cache_size(CACHE_BYTES)
                .open(path)
                .map_err(|error| open_error(path, error))
        })?;
        Ok(Some(Self::wrap(inner, Some(path.clone()))))
    }

    /// Makes a database that begins with `base` and `state`. It appears under its name only when it is whole, so a
    /// crash on the way leaves none.
    pub fn create(database: &Database, base: &Base, state: &StateMap) -> Result<Self, Error> {
        let Database::File(path) = database else {
            let memory = redb::backends::InMemoryBackend::new();
            let inner = redb::Builder::new()
                .set_cache_size(CACHE_BYTES)
                .create_with_backend(memory)
                .map_err(|error| open_error(Path::new("in memory"), error))?;
            let db = Self::wrap(inner, None);
            db.reset(base, state)?;
            return Ok(db);
        };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            fs::create_dir_all(folder).map_err(|source| file("make the folder", folder, source))?;
        }
        let unfinished = path.with_extension(format!("{}.unfinished", std::process::id()));
        let made = redb::Builder::new()
            .set_cache_size(CACHE_BYTES)
            .create(&unfinished)
            .map_err(|error| open_error(&unfinished, error))
            .and_then(|inner| Self::wrap(inner, Some(path.clone())).reset(base, state));
        if let Err(error) = made {
            // What was begun is of no use to anybody; that it is gone is not worth another error.
            let _ = fs::remove_file(&unfinished);
            return Err(error);
        }
        fs::rename(&unfinished, path).map_err(|source| file("name the database", path, source))?;
        Self::open(database)?.ok_or_else(|| corrupt(path, "it vanished while it was made"))
    }

    fn wrap(inner: redb::Database, path: Option<PathBuf>) -> Self {
        Self {
            inner,
            path,
            written: AtomicU64::new(0),
            synced: Mutex::new(0),
        }
    }

    fn path(&self) -> &Path {
        self.path.as_deref().unwrap_or(Path::new("in memory"))
    }

    fn write<R>(
        &self,
        durability: Durability,
        change: impl FnOnce(&WriteTransaction) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let mut transaction = self.inner.begin_write()?;
        transaction.set_durability(durability)?;
        let result = change(&transaction)?;
        transaction.commit()?;
        self.written.fetch_add(1, Ordering::SeqCst);
        Ok(result)
    }

    /// Forces everything that was written before the call to the disk.
    pub fn sync(&self) -> Result<(), Error> {
        if self.path.is_none() {
            return Ok(());
        }
        let mine = self.written.load(Ordering::SeqCst);
        let mut synced = self.synced.lock();
        if *synced >= mine {
            return Ok(());
        }
        let covers = self.written.load(Ordering::SeqCst);
        self.write(Durability::Immediate, |_| Ok(()))?;
        *synced = covers;
        Ok(())
    }

    /// Empties the database and begins it with `base` and `state`.
    pub fn reset(&self, base: &Base, state: &StateMap) -> Result<(), Error> {
        self.write(Durability::Immediate, |transaction| {
            transaction.delete_table(META)?;
            transaction.delete_table(BASE)?;
            transaction.delete_table(ITEMS)?;
            transaction.delete_table(STEPS)?;
            transaction.delete_table(DIFFS)?;
            transaction.delete_table(MERGED)?;
            transaction.delete_table(NUMBERS)?;
            transaction.delete_table(HASHES)?;
            transaction.delete_table(POOL)?;
            // Later readers find every table there.
            transaction.open_table(STEPS)?;
            transaction.open_table(DIFFS)?;
            transaction.open_table(MERGED)?;
            transaction.open_table(POOL)?;
            transaction.open_table(NUMBERS)?.insert(base.number, 0)?;
            transaction.open_table(HASHES)?.insert(&base.hash.0, base.number)?;
            let mut meta = transaction.open_table(META)?;
            meta.insert("format", &FORMAT.encode()[..])?;
            meta.insert("base", &base.encode()[..])?;
            meta.insert("checkpoint", &0u64.encode()[..])?;
            let (mut base, mut items) = (transaction.open_table(BASE)?, transaction.open_table(ITEMS)?);
            for item in state.items() {
                let bytes = item_bytes(state, item);
                base.insert(item, &bytes[..])?;
                items.insert(item, &bytes[..])?;
            }
            Ok(())
        })
    }

    /// Reads the newest state and checks it against the commitment of the last step.
    pub fn load(&self) -> Result<Loaded, Error> {
        catch(self.path(), || {
            let format: u32 = self
                .meta("format")?
                .ok_or_else(|| corrupt(self.path(), "it has no chain in it"))?;
            if format != FORMAT {
                return Err(corrupt(self.path(), format!("format {format} is not {FORMAT}")));
            }
            let base: Base = self
                .meta("base")?
                .ok_or_else(|| corrupt(self.path(), "it has no base"))?;
            let checkpoint: u64 = self.meta("checkpoint")?.unwrap_or_default();
            let mut state = self.read_items(ITEMS)?;
            let transaction = self.inner.begin_read()?;
            let steps = transaction.open_table(STEPS)?;
            let step = steps.last()?.map_or(0, |(step, _)| step.value());
            let (mut since_checkpoint, mut dirty) = (0, BTreeSet::<Box<[u8]>>::new());
            for step in checkpoint + 1..=step {
                let bytes = self.diff_bytes(step)?;
                since_checkpoint += bytes.len();
                for change in Diff::from_bytes(&bytes)?.0 {
                    state.set(&change.key, change.new.as_deref());
                    if !dirty.contains(StateMap::item_of(&change.key)) {
                        dirty.insert(StateMap::item_of(&change.key).into());
                    }
                }
            }
            let expected = match step {
                0 => base.commitment,
                step => self.step(step)?.commitment,
            };
            let mut found = crate::state::Commitment::default();
            state.iter().for_each(|(key, value)| found.insert(&key, value));
            if found != expected {
                return Err(corrupt(
                    self.path(),
                    format!("the state after step {step} is not the one that was written"),
                ));
            }
            Ok(Loaded {
                base,
                state,
                step,
                since_checkpoint,
                dirty,
            })
        })
    }

    fn read_items(&self, table: TableDefinition<&[u8], &[u8]>) -> Result<StateMap, Error> {
        let mut state = StateMap::default();
        let transaction = self.inner.begin_read()?;
        for entry in transaction.open_table(table)?.iter()? {
            let (item, pairs) = entry?;
            let pairs: Vec<(Vec<u8>, Vec<u8>)> = record("of a storage item", pairs.value())?;
            for (suffix, value) in pairs {
                state.set(&[item.value(), &suffix[..]].concat(), Some(&value));
            }
        }
        Ok(state)
    }

    /// The state that the chain began with.
    pub fn base_state(&self) -> Result<StateMap, Error> {
        self.read_items(BASE)
    }

    /// Appends a step. Readers see it at once; [`Db::sync`] makes it last. `included` are the arrivals of pool
    /// transactions that are done with.
    pub fn append(&self, number: u64, step: &Step, diff: &[u8], included: &[u64]) -> Result<(), Error> {
        self.write(Durability::None, |transaction| {
            transaction.open_table(STEPS)?.insert(number, &step.encode()[..])?;
            transaction.open_table(DIFFS)?.insert(number, diff)?;
            if let Some(block) = &step.block {
                transaction.open_table(NUMBERS)?.insert(step.number, number)?;
                transaction.open_table(HASHES)?.insert(&block.hash.0, step.number)?;
            }
            if !included.is_empty() {
                let mut pool = transaction.open_table(POOL)?;
                for arrival in included {
                    pool.remove(arrival)?;
                }
            }
            Ok(())
        })?;
        for level in 1..=LEVELS {
            if number.is_multiple_of(SEGMENT.pow(level.into())) {
                self.merge(level, number)?;
            }
        }
        Ok(())
    }

    /// Writes the segment of `level` that ends with `last`.
    fn merge(&self, level: u8, last: u64) -> Result<(), Error> {
        let length = SEGMENT.pow(level.into());
        let mut values = std::collections::BTreeMap::new();
        self.visit(last - length, last, |diff, _| {
            for change in diff.0 {
                values.entry(change.key).or_insert(change.old);
            }
        })?;
        let merged = Diff(
            values
                .into_iter()
                .map(|(key, old)| Change { key, old, new: None })
                .collect(),
        );
        self.write(Durability::None, |transaction| {
            transaction
                .open_table(MERGED)?
                .insert((level, last / length - 1), &merged.to_bytes()[..])?;
            Ok(())
        })
    }

    /// Calls `each` with the old values of all steps in `after + 1 ..= last`, oldest first, by the longest segments
    /// that fit.
    fn visit(&self, after: u64, last: u64, mut each: impl FnMut(Diff, u64)) -> Result<(), Error> {
        let transaction = self.inner.begin_read()?;
        let (merged, diffs) = (transaction.open_table(MERGED)?, transaction.open_table(DIFFS)?);
        let mut at = after;
        'next: while at < last {
            for level in (1..=LEVELS).rev() {
                let length = SEGMENT.pow(level.into());
                if at.is_multiple_of(length)
                    && at + length <= last
                    && let Some(bytes) = merged.get((level, at / length))?
                {
                    at += length;
                    each(Diff::from_bytes(bytes.value())?, at);
                    continue 'next;
                }
            }
            at += 1;
            let bytes = diffs.get(at)?.ok_or_else(|| missing("difference", at))?;
            each(Diff::from_bytes(bytes.value())?, at);
        }
        Ok(())
    }

    /// Brings an old state up to being seen from step `last`.
    pub fn extend(&self, past: &mut Past, last: u64) -> Result<(), Error> {
        self.visit(past.seen(), last, |diff, at| past.extend(diff, at))
    }

    /// Writes the items that changed since the last checkpoint, so that a start reads fewer differences.
    pub fn checkpoint<'a>(
        &self,
        state: &StateMap,
        dirty: impl IntoIterator<Item = &'a [u8]>,
        step: u64,
    ) -> Result<(), Error> {
        self.write(Durability::None, |transaction| {
            write_checkpoint(transaction, state, dirty, step)
        })
    }

    /// Removes all steps after `step`; `state` is the state after it and `dirty` the items that differ from the last
    /// checkpoint. `removed` are the blocks that go.
    pub fn truncate<'a>(
        &self,
        step: u64,
        state: &StateMap,
        dirty: impl IntoIterator<Item = &'a [u8]>,
        removed: &[(u32, H256)],
    ) -> Result<(), Error> {
        self.write(Durability::Immediate, |transaction| {
            transaction.open_table(STEPS)?.retain_in(step + 1.., |_, _| false)?;
            transaction.open_table(DIFFS)?.retain_in(step + 1.., |_, _| false)?;
            transaction
                .open_table(MERGED)?
                .retain(|(level, segment), _| (segment + 1) * SEGMENT.pow(level.into()) <= step)?;
            let (mut numbers, mut hashes) = (transaction.open_table(NUMBERS)?, transaction.open_table(HASHES)?);
            for (number, hash) in removed {
                numbers.remove(number)?;
                hashes.remove(&hash.0)?;
            }
            write_checkpoint(transaction, state, dirty, step)
        })
    }

    /// A step.
    pub fn step(&self, step: u64) -> Result<Step, Error> {
        let transaction = self.inner.begin_read()?;
        let bytes = transaction
            .open_table(STEPS)?
            .get(step)?
            .ok_or_else(|| missing("step", step))?;
        record("of a step", bytes.value())
    }

    fn diff_bytes(&self, step: u64) -> Result<Vec<u8>, Error> {
        let transaction = self.inner.begin_read()?;
        let bytes = transaction
            .open_table(DIFFS)?
            .get(step)?
            .ok_or_else(|| missing("difference", step))?;
        Ok(bytes.value().to_vec())
    }

    /// What a step changed.
    pub fn diff(&self, step: u64) -> Result<Diff, Error> {
        Ok(Diff::from_bytes(&self.diff_bytes(step)?)?)
    }

    /// The step of a block by its number.
    pub fn step_of(&self, number: u32) -> Result<Option<u64>, Error> {
        Ok(self
            .inner
            .begin_read()?
            .open_table(NUMBERS)?
            .get(number)?
            .map(|step| step.value()))
    }

    /// The number of a block by its hash.
    pub fn number_of(&self, hash: H256) -> Result<Option<u32>, Error> {
        Ok(self
            .inner
            .begin_read()?
            .open_table(HASHES)?
            .get(&hash.0)?
            .map(|number| number.value()))
    }

    /// Keeps a transaction of the pool.
    pub fn insert_transaction(&self, arrival: u64, bytes: &[u8]) -> Result<(), Error> {
        self.write(Durability::None, |transaction| {
            transaction.open_table(POOL)?.insert(arrival, bytes)?;
            Ok(())
        })
    }

    /// Forgets transactions of the pool.
    pub fn remove_transactions(&self, arrivals: &[u64]) -> Result<(), Error> {
        if arrivals.is_empty() {
            return Ok(());
        }
        self.write(Durability::None, |transaction| {
            let mut pool = transaction.open_table(POOL)?;
            for arrival in arrivals {
                pool.remove(arrival)?;
            }
            Ok(())
        })
    }

    /// The transactions of the pool in the order in which they came.
    pub fn transactions(&self) -> Result<Vec<(u64, Vec<u8>)>, Error> {
        let transaction = self.inner.begin_read()?;
        let pool = transaction.open_table(POOL)?;
        pool.iter()?
            .map(|entry| {
                let (arrival, bytes) = entry?;
                Ok((arrival.value(), bytes.value().to_vec()))
            })
            .collect()
    }

    /// A value of the `meta` table.
    pub fn meta<T: Decode>(&self, name: &'static str) -> Result<Option<T>, Error> {
        let transaction = self.inner.begin_read()?;
        let table = match transaction.open_table(META) {
            Err(redb::TableError::TableDoesNotExist(_)) => return Ok(None),
            table => table?,
        };
        table.get(name)?.map(|bytes| record(name, bytes.value())).transpose()
    }

    /// Sets a value of the `meta` table.
    pub fn set_meta(&self, name: &'static str, value: &impl Encode) -> Result<(), Error> {
        self.write(Durability::None, |transaction| {
            transaction.open_table(META)?.insert(name, &value.encode()[..])?;
            Ok(())
        })
    }
}

fn write_checkpoint<'a>(
    transaction: &WriteTransaction,
    state: &StateMap,
    dirty: impl IntoIterator<Item = &'a [u8]>,
    step: u64,
) -> Result<(), Error> {
    let mut items = transaction.open_table(ITEMS)?;
    for item in dirty {
        if state.item(item).next().is_some() {
            items.insert(item, &item_bytes(state, item)[..])?;
        } else {
            items.remove(item)?;
        }
    }
    transaction.open_table(META)?.insert("checkpoint", &step.encode()[..])?;
    Ok(())
}

fn item_bytes(state: &StateMap, item: &[u8]) -> Vec<u8> {
    state.item(item).collect::<Vec<_>>().encode()
}

fn record<T: Decode>(name: &str, mut bytes: &[u8]) -> Result<T, Error> {
    T::decode_all(&mut bytes).map_err(|error| Error::Record {
        record: name.into(),
        reason: error.to_string(),
    })
}

fn missing(what: &str, step: u64) -> Error {
    Error::Record {
        record: format!("{what} {step}"),
        reason: "it is not there".into(),
    }
}

fn file(action: &'static str, path: &Path, source: std::io::Error) -> Error {
    if source.kind() == ErrorKind::StorageFull {
        return Error::DiskFull;
    }
    Error::File {
        action,
        path: path.into(),
        source,
    }
}

/// redb asserts some properties of its file instead of returning an error. A broken file must not take the process
/// down, so a panic on the way in counts as one.
fn catch<R>(path: &Path, action: impl FnOnce() -> Result<R, Error>) -> Result<R, Error> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(action))
        .unwrap_or_else(|_| Err(corrupt(path, "its contents contradict each other")))
        .map_err(|error| match error {
            Error::Record { record, reason } => corrupt(path, format!("record {record}: {reason}")),
            Error::Database(inner) => corrupt(path, inner),
            other => other,
        })
}
