//! Powers that no real node gives anybody.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use sp_runtime::AccountId32;

use super::{
    dev_settings::{Kept, Snapshot},
    handle::{Devnet, Inner, Producer},
};
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
    /// Remembers where the chain stands (state, blocks, clock, impersonated accounts), and returns the number to go
    /// back with. It costs nothing but its number, and lasts over a restart.
    ///
    /// # Errors
    /// Trouble with the database.
    pub fn snapshot(&self) -> Result<u64, Error> {
        let mut producer = self.inner.producer.lock();
        let mut kept = producer.kept.clone();
        let id = kept.next_snapshot;
        kept.next_snapshot += 1;
        kept.snapshots.push(Snapshot {
            id,
            step: self.inner.chain.read().step,
            scene: kept.scene.clone(),
        });
        self.inner.keep_this(&mut producer, kept)?;
        Ok(id)
    }

    /// Goes back to a snapshot. Later blocks, writes and snapshots are gone, and what was done to the clock or who was
    /// impersonated since is undone; the snapshot itself stays. Transactions that wait stay if they are valid there.
    /// Blocks that are being made for somebody else end with [`Error::Interrupted`].
    ///
    /// # Errors
    /// [`Error::UnknownSnapshot`], trouble with the database.
    pub fn revert(&self, snapshot: u64) -> Result<Arc<Head>, Error> {
        let mut producer = self.inner.producer.lock();
        let mut kept = producer.kept.clone();
        let Some(at) = kept.snapshots.iter().position(|known| known.id == snapshot) else {
            return Err(Error::UnknownSnapshot(snapshot));
        };
        let step = kept.snapshots[at].step;
        kept.scene = kept.snapshots[at].scene.clone();
        kept.snapshots.truncate(at + 1);
        // Blocks that go are told of first, as they would have been.
        self.inner.keep(&mut producer)?;
        {
            let mut chain = self.inner.chain.write();
            chain.revert(&self.inner.db, step, &kept.metas())?;
        }
        producer.kept = kept;
        producer.interrupt("the chain was set back to a snapshot");
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
        let mut kept = producer.kept.clone();
        kept.scene.impersonated.insert(account);
        self.inner.keep_this(&mut producer, kept)?;
        producer.pool.lift_bans();
        Ok(())
    }

    /// Asks `account` for signatures again. Its transactions that wait without one are thrown out.
    ///
    /// # Errors
    /// Trouble with the database.
    pub fn stop_impersonating(&self, account: &AccountId32) -> Result<(), Error> {
        let mut producer = self.inner.producer.lock();
        let mut kept = producer.kept.clone();
        kept.scene.impersonated.remove(account);
        self.inner.keep_this(&mut producer, kept)?;
        self.inner.revalidate(&mut producer, usize::MAX)?;
        self.inner.keep(&mut producer)
    }

    /// Sets the time of the next block, in milliseconds since 1970. With a wall clock, later ones follow it at its
    /// pace. It is undone by going back to an earlier snapshot, and lasts over a restart.
    ///
    /// # Errors
    /// [`Error::TimeGoesBack`], [`Error::TimeTooLate`], trouble with the database. Nothing has changed then.
    pub fn set_time(&self, time_ms_next: u64) -> Result<(), Error> {
        let mut producer = self.inner.producer.lock();
        let parent_ms = producer::time_ms(&self.inner.chain.read().view());
        let mut kept = producer.kept.clone();
        kept.scene.shift.set(time_ms_next, parent_ms)?;
        self.inner.keep_this(&mut producer, kept)
    }

    /// Makes the next block this many milliseconds later than it would have been. It is undone by going back to an
    /// earlier snapshot, and lasts over a restart.
    ///
    /// # Errors
    /// [`Error::TimeTooLate`], trouble with the database. Nothing has changed then.
    pub fn advance_time(&self, by_ms: u64) -> Result<(), Error> {
        let mut producer = self.inner.producer.lock();
        let (parent_ms, slot_ms) = {
            let chain = self.inner.chain.read();
            let slot_ms = producer::slot_ms(&mut Session::new(chain.view()))?;
            (producer::time_ms(&chain.view()), slot_ms)
        };
        let mut kept = producer.kept.clone();
        kept.scene.shift.advance(by_ms, producer.clock, parent_ms, slot_ms)?;
        self.inner.keep_this(&mut producer, kept)
    }

    /// Length of a slot in milliseconds, as the newest state has it.
    ///
    /// # Errors
    /// Those of the runtime call.
    pub fn slot_ms(&self) -> Result<u64, Error> {
        producer::slot_ms(&mut Session::new(self.inner.chain.read().view()))
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
        let shift = self.inner.producer.lock().kept.scene.shift;
        let moment = self.inner.moment();
        let header = moment.head.header.clone();
        Dump::new(moment.base.genesis_hash, header, &moment.newest.state, shift).write(path)
    }

    /// Whether [`Devnet::dump`] could write this file, as far as that can be known before.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::DiskFull`].
    pub fn probe_dump(path: &Path) -> Result<(), Error> {
        Dump::probe(path)
    }

    /// Throws this chain away and goes on from a dump. Blocks before it are not known then; transactions that wait
    /// are dropped, nobody is impersonated any more, and snapshots are gone. Blocks that are being made for somebody
    /// else end with [`Error::Interrupted`].
    ///
    /// # Errors
    /// [`Error::BadDump`], [`Error::File`], trouble with the database; the chain is as it was then.
    pub fn load(&self, path: &Path) -> Result<Arc<Head>, Error> {
        let dump = Dump::read(path)?;
        let mut producer = self.inner.producer.lock();
        self.inner.keep(&mut producer)?;
        {
            let mut chain = self.inner.chain.write();
            let (base, state, shift) = dump.into_base(chain.base.fingerprint);
            let kept = Kept {
                next_snapshot: producer.kept.next_snapshot,
                ..Kept::new(shift)
            };
            self.inner.db.settled().reset(&base, &state, &kept.metas())?;
            let reverts = chain.reverts + 1;
            *chain = Chain::new(self.inner.db.settled().load()?, &self.inner.db)?;
            chain.reverts = reverts;
            producer.kept = kept;
        }
        for dropped in producer.pool.clear() {
            dropped.notify(TransactionStatus::Dropped);
        }
        producer.interrupt("another state was loaded");
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
            }
            self.checkpoint_if_due()?;
            producer.pool.lift_bans();
            self.revalidate(producer, usize::MAX)
        })?;
        self.keep(producer)
    }

    /// Puts this in the place of what was kept. When the database does not take it, all stays as it was.
    fn keep_this(&self, producer: &mut Producer, kept: Kept) -> Result<(), Error> {
        self.db.settled().set_metas(&kept.metas())?;
        self.keep(producer)?;
        producer.kept = kept;
        Ok(())
    }

    /// What follows when the newest state is another one.
    fn state_replaced(&self, producer: &mut Producer) -> Result<Arc<Head>, Error> {
        producer.pool.lift_bans();
        self.revalidate(producer, usize::MAX)?;
        self.keep(producer)?;
        let head = self.chain.read().head.clone();
        self.tell_replaced(&head);
        self.announce(&head);
        Ok(head)
    }
}
