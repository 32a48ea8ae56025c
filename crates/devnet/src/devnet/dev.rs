//! Powers that no real node gives anybody.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use sp_runtime::AccountId32;

use super::{Devnet, Inner, Producer, Snapshot};
use crate::{
    Error, Mining,
    chain::{Appended, Chain, Head},
    dump::Dump,
    execution::Session,
    pool::TransactionStatus,
    producer,
    state::{Change, Key, Value, Written},
};

impl Devnet {
    /// Remembers where the chain stands, and returns the number to go back with. It costs nothing but its number, and
    /// lasts over a restart.
    ///
    /// # Errors
    /// Trouble with the database.
    pub fn snapshot(&self) -> Result<u64, Error> {
        let mut producer = self.inner.producer.lock();
        let snapshot = Snapshot {
            id: producer.next_snapshot,
            step: self.inner.chain.read().step,
        };
        producer.next_snapshot += 1;
        producer.snapshots.push(snapshot);
        self.inner.keep_snapshots(&mut producer)?;
        Ok(snapshot.id)
    }

    /// Goes back to a snapshot. Later blocks, writes and snapshots are gone; the snapshot itself stays. Transactions
    /// that wait stay if they are valid there.
    ///
    /// # Errors
    /// [`Error::UnknownSnapshot`], trouble with the database.
    pub fn revert(&self, snapshot: u64) -> Result<Arc<Head>, Error> {
        let mut producer = self.inner.producer.lock();
        let Some(at) = producer.snapshots.iter().position(|known| known.id == snapshot) else {
            return Err(Error::UnknownSnapshot(snapshot));
        };
        let step = producer.snapshots[at].step;
        // Blocks that go are told of first, as they would have been.
        self.inner.keep(&mut producer)?;
        {
            let mut chain = self.inner.chain.write();
            chain.revert(&self.inner.db, step)?;
            self.inner.past.lock().clear();
        }
        producer.snapshots.truncate(at + 1);
        self.inner.keep_snapshots(&mut producer)?;
        self.inner.state_replaced(&mut producer)
    }

    /// Writes into the newest state, from outside of any block. It counts as state of the best block from then on,
    /// although that block's header does not commit to it; the next one does.
    ///
    /// # Errors
    /// Trouble with the database.
    pub fn set_storage(&self, writes: Vec<(Key, Option<Value>)>) -> Result<(), Error> {
        let mut producer = self.inner.producer.lock();
        let appended = {
            let chain = self.inner.chain.read();
            let writes: BTreeMap<Key, Option<Value>> = writes.into_iter().collect();
            let mut commitment = chain.commitment;
            let (mut changes, mut elements) = (Vec::new(), Vec::new());
            for (key, new) in writes {
                let old = chain.state.get(&key);
                if old != new.as_deref() {
                    commitment.replace(&key, old, new.as_deref());
                    let old = old.map(<[u8]>::to_vec);
                    changes.push(Change { key, old, new });
                    elements.push(None);
                }
            }
            let written = Written {
                changes,
                elements,
                commitment,
            };
            chain.append(&self.inner.db, written, None, Vec::new())?
        };
        self.inner.written(&mut producer, appended)
    }

    /// Runs `action` inside the newest state and keeps what it wrote, in the way of [`Devnet::set_storage`], so that
    /// the pallets' own functions can set a scene.
    ///
    /// # Errors
    /// [`Error::Execution`] if it panics (nothing is written then), trouble with the database.
    pub fn write<R>(&self, action: impl FnOnce() -> R) -> Result<R, Error> {
        let mut producer = self.inner.producer.lock();
        let (result, appended) = {
            let chain = self.inner.chain.read();
            let mut session = Session::new(chain.view());
            let result = session.run("a write", action)?;
            (
                result,
                chain.append(&self.inner.db, session.into_written()?, None, Vec::new())?,
            )
        };
        self.inner.written(&mut producer, appended)?;
        Ok(result)
    }

    /// Takes transactions of `account` without a valid signature from now on. Everything else about them (nonce,
    /// fees, weight, the checks of the pallets) is as for every other transaction. It lasts over a restart.
    ///
    /// # Errors
    /// Trouble with the database.
    pub fn impersonate(&self, account: AccountId32) -> Result<(), Error> {
        let mut producer = self.inner.producer.lock();
        producer.impersonated.insert(account);
        producer.pool.lift_bans();
        self.inner.keep_impersonated(&mut producer)
    }

    /// Asks `account` for signatures again. Its transactions that wait without one are thrown out.
    ///
    /// # Errors
    /// Trouble with the database.
    pub fn stop_impersonating(&self, account: &AccountId32) -> Result<(), Error> {
        let mut producer = self.inner.producer.lock();
        producer.impersonated.remove(account);
        self.inner.revalidate(&mut producer, usize::MAX)?;
        self.inner.keep_impersonated(&mut producer)
    }

    /// Sets the time of the next block, in milliseconds since 1970. With a wall clock, later ones follow it at its
    /// pace.
    ///
    /// # Errors
    /// [`Error::TimeGoesBack`].
    pub fn set_time(&self, time_ms_next: u64) -> Result<(), Error> {
        let mut producer = self.inner.producer.lock();
        let parent_ms = producer::time_ms(&self.inner.chain.read().view());
        producer.clock.set(time_ms_next, parent_ms)
    }

    /// Makes the next block this many milliseconds later than it would have been.
    ///
    /// # Errors
    /// Those of the runtime call for the length of a slot.
    pub fn advance_time(&self, by_ms: u64) -> Result<(), Error> {
        let mut producer = self.inner.producer.lock();
        let chain = self.inner.chain.read();
        let slot_ms = producer::slot_ms(&mut Session::new(chain.view()))?;
        producer.clock.advance(by_ms, producer::time_ms(&chain.view()), slot_ms);
        Ok(())
    }

    /// Time of the best block in milliseconds since 1970; 0 before the first one.
    pub fn time_ms(&self) -> u64 {
        producer::time_ms(&self.inner.chain.read().view())
    }

    /// When blocks are made.
    pub fn mining(&self) -> Mining {
        self.inner.miner.mode()
    }

    /// Changes when blocks are made. Turned to [`Mining::OnExtrinsic`], what waits goes into a block at once.
    pub fn set_mining(&self, mining: Mining) {
        self.inner.miner.set_mode(mining);
        if mining == Mining::OnExtrinsic {
            self.inner.mine_ready(&mut self.inner.producer.lock());
        }
    }

    /// Writes the newest state with its block into a file, for [`crate::Genesis::Dump`] or [`Devnet::load`].
    ///
    /// # Errors
    /// [`Error::File`], [`Error::DiskFull`].
    pub fn dump(&self, path: &Path) -> Result<(), Error> {
        let dump = {
            let chain = self.inner.chain.read();
            Dump::new(chain.base.genesis_hash, chain.head.header.clone(), &chain.state)
        };
        dump.write(path)
    }

    /// Throws this chain away and goes on from a dump. Blocks before it are not known then; transactions that wait
    /// are dropped.
    ///
    /// # Errors
    /// [`Error::BadDump`], [`Error::File`], trouble with the database; the chain is as it was then.
    pub fn load(&self, path: &Path) -> Result<Arc<Head>, Error> {
        let dump = Dump::read(path)?;
        let mut producer = self.inner.producer.lock();
        self.inner.keep(&mut producer)?;
        {
            let mut chain = self.inner.chain.write();
            let (base, state) = dump.into_base(chain.base.fingerprint);
            self.inner.db.settled().reset(&base, &state)?;
            *chain = Chain::new(self.inner.db.settled().load()?, &self.inner.db)?;
            self.inner.past.lock().clear();
        }
        for dropped in producer.pool.clear() {
            dropped.notify(TransactionStatus::Dropped);
        }
        producer.snapshots.clear();
        producer.impersonated.clear();
        self.inner.state_replaced(&mut producer)
    }
}

impl Inner {
    /// Takes a write that the database has into memory.
    fn written(&self, producer: &mut Producer, appended: Appended) -> Result<(), Error> {
        self.guard(|| {
            {
                let mut chain = self.chain.write();
                chain.apply(appended);
                chain.checkpoint_if_due(&self.db)?;
            }
            producer.pool.lift_bans();
            self.revalidate(producer, usize::MAX)
        })?;
        self.keep(producer)
    }

    fn keep_snapshots(&self, producer: &mut Producer) -> Result<(), Error> {
        self.db.settled().set_meta("snapshots", &producer.snapshots)?;
        self.db.settled().set_meta("next snapshot", &producer.next_snapshot)?;
        self.keep(producer)
    }

    fn keep_impersonated(&self, producer: &mut Producer) -> Result<(), Error> {
        self.db
            .settled()
            .set_meta("impersonated", &producer.impersonated.iter().collect::<Vec<_>>())?;
        self.keep(producer)
    }

    /// What follows when the newest state is another one.
    fn state_replaced(&self, producer: &mut Producer) -> Result<Arc<Head>, Error> {
        producer.pool.lift_bans();
        self.revalidate(producer, usize::MAX)?;
        self.keep(producer)?;
        let head = self.chain.read().head.clone();
        self.announce(&head);
        Ok(head)
    }
}
