//! The database: blocks and state on disk.
//!
//! Tables of one redb file (or of memory, without one):
//!
//! | table | key | value |
//! |---|---|---|
//! | `meta` | name | base of the chain, checkpoint, snapshots, clock, impersonated accounts |
//! | `base` | storage item | its pairs in the first state, for replay |
//! | `items` | storage item | its pairs at the checkpoint |
//! | `steps` | step | the block, or the note of a write from outside, with the commitment after it |
//! | `diffs` | step | what it changed, old and new |
//! | `merged` | (level, segment) | old values over 256^level steps |
//! | `numbers`, `hashes` | block number, block hash | step, block number |
//! | `pool` | arrival | transaction |
//!
//! A step is appended by a thread of its own, while the next block is executed, in a transaction that is not forced
//! to the disk. [`Db::sync`] waits for the thread and forces everything so far; nothing is acknowledged before. After
//! the first write that fails nothing more is written: the file holds what was forced last, and is to be opened again.

mod errors;
mod load;
mod records;
mod steps;
mod store;
mod tables;
mod writer;

use std::sync::Arc;

use tokio::sync::watch;

pub use load::Loaded;
pub use records::{Base, BlockRecord, Step};
pub use steps::Checked;
pub use store::{Meta, Store};

use crate::{
    config::Database,
    error::Error,
    state::{Diff, StateMap},
};
use writer::{Append, Writer};

/// The database.
pub struct Db {
    store: Arc<Store>,
    writer: Writer,
}

impl Db {
    /// Opens the database if there is one.
    pub fn open(database: &Database) -> Result<Option<Self>, Error> {
        Store::open(database)?.map(Self::start).transpose()
    }

    /// Makes a database that begins with `base`, `state` and further values of the `meta` table. It appears under its name only when it is whole, so a
    /// crash on the way leaves none.
    pub fn create(database: &Database, base: &Base, state: &StateMap, metas: &[Meta]) -> Result<Self, Error> {
        Self::start(Store::create(database, base, state, metas)?)
    }

    fn start(store: Store) -> Result<Self, Error> {
        let store = Arc::new(store);
        let writer = Writer::start(store.clone())?;
        Ok(Self { store, writer })
    }

    /// Hands a step to the thread that writes. `included` are the arrivals of pool transactions that are done with.
    ///
    /// # Errors
    /// [`Error::Stopped`] if an earlier write failed. Whether this one does is known after [`Db::sync`].
    pub fn append(&self, number: u64, step: Step, diff: Arc<Diff>, included: Vec<u64>) -> Result<(), Error> {
        self.store.check()?;
        self.writer.append(Append {
            number,
            step,
            diff,
            included,
        });
        Ok(())
    }

    /// Lets the thread that writes drop something, for it has time.
    pub fn drop_later(&self, what: Box<dyn Send>) {
        self.writer.drop_later(what);
    }

    /// The tables, with every step in them that was appended before.
    pub fn settled(&self) -> &Store {
        self.writer.settle();
        &self.store
    }

    /// Forces everything that was written or appended before the call to the disk.
    ///
    /// # Errors
    /// What an append failed with, or the force.
    pub fn sync(&self) -> Result<(), Error> {
        self.writer.settle();
        match self.writer.take_failure() {
            Some(error) => Err(error),
            None => self.store.sync(),
        }
    }

    /// Begins to force everything that was appended before the call to the disk, and goes on. Returns the number of
    /// the force, for [`Db::end_sync`].
    pub fn begin_sync(&self) -> u64 {
        self.writer.force()
    }

    /// Waits for a force that was begun.
    ///
    /// # Errors
    /// Those of [`Db::sync`].
    pub fn end_sync(&self, force: u64) -> Result<(), Error> {
        self.writer.settle_force(force);
        match self.writer.take_failure() {
            Some(error) => Err(error),
            None => self.store.check(),
        }
    }

    /// Why writing ended, once it does.
    pub fn failure(&self) -> watch::Receiver<Option<Arc<str>>> {
        self.store.failure()
    }
}
