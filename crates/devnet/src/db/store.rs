//! The tables, and how they are written.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use codec::{Decode, Encode};
use parking_lot::Mutex;
use redb::{Durability, ReadableDatabase, ReadableTable, WriteTransaction};
use tokio::sync::watch;
use tributary_private::durable;

use super::{
    errors::{catch, corrupt, file, open_error},
    records::Base,
    tables::{BASE, DIFFS, FORMAT, HASHES, ITEMS, MERGED, META, NUMBERS, POOL, STEPS, item_bytes, record},
};
use crate::{config::Database, error::Error, state::StateMap};

/// Bytes that redb may keep in memory.
const CACHE_BYTES: usize = 64 << 20;

/// Name and encoded value of an entry of the `meta` table.
pub type Meta = (&'static str, Vec<u8>);

pub(super) fn write_metas(transaction: &WriteTransaction, metas: &[Meta]) -> Result<(), Error> {
    let mut table = transaction.open_table(META)?;
    for (name, value) in metas {
        table.insert(*name, &value[..])?;
    }
    Ok(())
}

/// The tables.
pub struct Store {
    pub(super) inner: redb::Database,
    path: Option<PathBuf>,
    /// Number of the last commit, and of the last one that is known to be on the disk.
    written: AtomicU64,
    synced: Mutex<u64>,
    /// Why writing ended, once a write failed.
    failure: watch::Sender<Option<Arc<str>>>,
}

impl Store {
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

    /// Makes a database that begins with `base`, `state` and further values of the `meta` table. It appears under its
    /// name only when it is whole, so a crash on the way leaves none.
    pub fn create(database: &Database, base: &Base, state: &StateMap, metas: &[Meta]) -> Result<Self, Error> {
        let Database::File(path) = database else {
            let memory = redb::backends::InMemoryBackend::new();
            let inner = redb::Builder::new()
                .set_cache_size(CACHE_BYTES)
                .create_with_backend(memory)
                .map_err(|error| open_error(Path::new("in memory"), error))?;
            let db = Self::wrap(inner, None);
            db.reset(base, state, metas)?;
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
            .and_then(|inner| Self::wrap(inner, Some(path.clone())).reset(base, state, metas));
        if let Err(error) = made {
            // What was begun is of no use to anybody; that it is gone is not worth another error.
            let _ = fs::remove_file(&unfinished);
            return Err(error);
        }
        durable::rename(&unfinished, path).map_err(|source| file("name the database", path, source))?;
        Self::open(database)?.ok_or_else(|| corrupt(path, "it vanished while it was made"))
    }

    fn wrap(inner: redb::Database, path: Option<PathBuf>) -> Self {
        Self {
            inner,
            path,
            written: AtomicU64::new(0),
            synced: Mutex::new(0),
            failure: watch::Sender::new(None),
        }
    }

    pub(super) fn path(&self) -> &Path {
        self.path.as_deref().unwrap_or(Path::new("in memory"))
    }

    /// Reads the tables. Whatever is wrong with them is an error.
    pub(crate) fn reading<R>(&self, read: impl FnOnce() -> Result<R, Error>) -> Result<R, Error> {
        catch(self.path(), read)
    }

    /// Changes the tables. The first failure is the last one that is tried: what redb does after one is undefined
    /// until the file is opened again.
    pub(super) fn write<R>(
        &self,
        durability: Durability,
        change: impl FnOnce(&WriteTransaction) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let result = self.commit(durability, change)?;
        self.written.fetch_add(1, Ordering::SeqCst);
        Ok(result)
    }

    fn commit<R>(
        &self,
        durability: Durability,
        change: impl FnOnce(&WriteTransaction) -> Result<R, Error>,
    ) -> Result<R, Error> {
        self.check()?;
        let commit = || {
            let mut transaction = self.inner.begin_write()?;
            transaction.set_durability(durability)?;
            let result = change(&transaction)?;
            transaction.commit()?;
            Ok(result)
        };
        catch(self.path(), commit).inspect_err(|error: &Error| self.fail(error))
    }

    /// Ends all writing.
    pub(super) fn fail(&self, error: &Error) {
        self.failure.send_if_modified(|failure| {
            let first = failure.is_none();
            if first {
                *failure = Some(error.to_string().into());
            }
            first
        });
    }

    /// Why writing ended, if it did.
    pub fn failure(&self) -> watch::Receiver<Option<Arc<str>>> {
        self.failure.subscribe()
    }

    /// Refuses when an earlier write failed.
    pub(super) fn check(&self) -> Result<(), Error> {
        match &*self.failure.borrow() {
            Some(reason) => Err(Error::Stopped(reason.to_string())),
            None => Ok(()),
        }
    }

    /// Forces everything that was written before the call to the disk. Callers that wait at the same time share one
    /// force.
    pub(super) fn sync(&self) -> Result<(), Error> {
        self.check()?;
        if self.path.is_none() {
            return Ok(());
        }
        let mine = self.written.load(Ordering::SeqCst);
        let mut synced = self.synced.lock();
        if *synced >= mine {
            return Ok(());
        }
        let covers = self.written.load(Ordering::SeqCst);
        self.commit(Durability::Immediate, |_| Ok(()))?;
        *synced = covers;
        Ok(())
    }

    /// Empties the database and begins it with `base`, `state` and further values of the `meta` table.
    pub fn reset(&self, base: &Base, state: &StateMap, metas: &[Meta]) -> Result<(), Error> {
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
            for (name, value) in metas {
                meta.insert(*name, &value[..])?;
            }
            let (mut base, mut items) = (transaction.open_table(BASE)?, transaction.open_table(ITEMS)?);
            for item in state.items() {
                let bytes = item_bytes(state, item);
                base.insert(item, &bytes[..])?;
                items.insert(item, &bytes[..])?;
            }
            Ok(())
        })
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
        self.reading(|| {
            let transaction = self.inner.begin_read()?;
            let pool = transaction.open_table(POOL)?;
            pool.iter()?
                .map(|entry| {
                    let (arrival, bytes) = entry?;
                    Ok((arrival.value(), bytes.value().to_vec()))
                })
                .collect()
        })
    }

    /// A value of the `meta` table.
    pub fn meta<T: Decode>(&self, name: &'static str) -> Result<Option<T>, Error> {
        self.reading(|| {
            let transaction = self.inner.begin_read()?;
            let table = match transaction.open_table(META) {
                Err(redb::TableError::TableDoesNotExist(_)) => return Ok(None),
                table => table?,
            };
            table.get(name)?.map(|bytes| record(name, bytes.value())).transpose()
        })
    }

    /// Sets values of the `meta` table.
    pub fn set_metas(&self, metas: &[Meta]) -> Result<(), Error> {
        self.write(Durability::None, |transaction| write_metas(transaction, metas))
    }
}
