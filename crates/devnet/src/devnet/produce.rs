//! Blocks.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use sp_core::H256;
use tokio_util::sync::CancellationToken;

use super::handle::{Devnet, Inner, Produced, Producer};
use crate::{
    BlockNumber, Error, call_stack::deep, chain::Head, clock::TIME_MAX_MS, execution::Session, pool::TransactionStatus,
    producer,
};

/// While many blocks are asked for, they are forced to the disk together this often, and nobody else waits for the
/// chain for longer.
const BATCH: Duration = Duration::from_millis(100);
/// Transactions that are asked about again after a block although their time is not over.
const REVALIDATE_EXTRA: usize = 32;

impl Devnet {
    /// Makes `blocks` blocks, whatever the mode, and returns the best one. When it returns they are on the disk.
    ///
    /// # Errors
    /// [`Error::Block`] if the runtime refuses to go on (a broken sum stops the chain), [`Error::Interrupted`] after
    /// [`Devnet::cancel`], [`Devnet::revert`] or [`Devnet::load`]; the blocks before stay.
    pub fn advance(&self, blocks: u32) -> Result<Arc<Head>, Error> {
        self.inner.advance(blocks)
    }

    /// [`Devnet::advance`], which ends early when `gone` is cancelled.
    ///
    /// # Errors
    /// Those of [`Devnet::advance`], and [`Error::Interrupted`] when it was cancelled.
    pub fn advance_for(&self, gone: &CancellationToken, blocks: u32) -> Result<Arc<Head>, Error> {
        self.inner.advance_while(gone, blocks, |_| true)
    }

    /// Ends all calls that are making blocks; they return [`Error::Interrupted`]. The timer goes on.
    pub fn cancel(&self) {
        self.inner.producer.lock().interrupt("it was cancelled");
    }

    /// Makes blocks up to number `block`.
    ///
    /// # Errors
    /// [`Error::BehindBest`] if that is behind the best one, and those of [`Devnet::advance`].
    pub fn advance_to(&self, block: BlockNumber) -> Result<Arc<Head>, Error> {
        self.advance_to_for(&CancellationToken::new(), block)
    }

    /// [`Devnet::advance_to`], which ends early when `gone` is cancelled.
    ///
    /// # Errors
    /// Those of [`Devnet::advance_to`], and [`Error::Interrupted`] when it was cancelled.
    pub fn advance_to_for(&self, gone: &CancellationToken, block: BlockNumber) -> Result<Arc<Head>, Error> {
        loop {
            let head = self.head();
            match block.checked_sub(head.number) {
                None => {
                    return Err(Error::BehindBest {
                        asked: block,
                        best: head.number,
                    });
                }
                Some(0) => return Ok(head),
                Some(blocks) => self.inner.advance_while(gone, blocks, |best| best < block)?,
            };
        }
    }
}

impl Producer {
    /// Ends all calls that are making blocks.
    pub(super) fn interrupt(&mut self, reason: &'static str) {
        self.era += 1;
        self.ended = reason;
    }
}

impl Inner {
    pub(super) fn advance(&self, blocks: u32) -> Result<Arc<Head>, Error> {
        self.advance_while(&CancellationToken::new(), blocks, |_| true)
    }

    fn advance_while(
        &self,
        gone: &CancellationToken,
        blocks: u32,
        wanted: impl Fn(BlockNumber) -> bool,
    ) -> Result<Arc<Head>, Error> {
        let mut left = blocks;
        let mut era = None;
        loop {
            let mut producer = self.producer.lock();
            let began_in = *era.get_or_insert(producer.era);
            let (start, mut failure) = (Instant::now(), None);
            let reason = if began_in != producer.era {
                Some(producer.ended)
            } else if gone.is_cancelled() {
                Some("who asked for them has gone")
            } else {
                None
            };
            if let Some(reason) = reason {
                failure = Some(Error::Interrupted {
                    made: blocks - left,
                    asked: blocks,
                    reason,
                });
            }
            deep(|| {
                while left > 0 && failure.is_none() && start.elapsed() < BATCH {
                    if !wanted(self.chain.read().head.number) {
                        left = 0;
                        break;
                    }
                    failure = self.produce(&mut producer).err();
                    left -= u32::from(failure.is_none());
                }
            });
            if left == 0 || failure.is_some() {
                self.keep(&mut producer)?;
                return match failure {
                    Some(error) => Err(error),
                    None => Ok(self.chain.read().head.clone()),
                };
            }
            self.keep_behind(&mut producer)?;
            // Others get their turn between two batches.
            parking_lot::MutexGuard::unlock_fair(producer);
        }
    }

    /// Makes one block. It is not on the disk, and nobody knows of it, before [`Inner::keep`].
    pub(super) fn produce(&self, producer: &mut Producer) -> Result<(), Error> {
        self.guard(|| self.produce_next(producer))
    }

    fn produce_next(&self, producer: &mut Producer) -> Result<(), Error> {
        let chain = self.chain.read();
        let slot_ms = producer::slot_ms(&mut Session::new(chain.view()))?;
        let (parent, hash) = (&chain.head.header, chain.head.hash);
        let parent_ms = producer::time_ms(&chain.view());
        let time_ms = producer.kept.scene.shift.next_ms(producer.clock, parent_ms, slot_ms);
        if time_ms > TIME_MAX_MS {
            return Err(Error::Block {
                number: parent.number.saturating_add(1),
                reason: Error::TimeTooLate { asked_ms: time_ms }.to_string(),
            });
        }
        let built = producer::build(
            chain.view(),
            parent,
            hash,
            time_ms,
            slot_ms,
            producer.pool.ready_in_order(),
        )?;
        let hashes: Vec<H256> = built.included.iter().map(|(hash, _)| *hash).collect();
        // The pool is changed after the database, so that a failure there leaves it as it was.
        let arrivals: Vec<u64> = producer.pool.arrivals(&hashes);
        let appended = chain.append(&self.db, built.written, Some(built.block), arrivals)?;
        drop(chain);
        let (step, head) = {
            let mut chain = self.chain.write();
            chain.apply(appended);
            (chain.step, chain.head.clone())
        };
        self.checkpoint_if_due()?;
        let positions: BTreeMap<H256, u32> = built.included.into_iter().collect();
        let mut included = Vec::with_capacity(positions.len());
        let mut gone = Vec::new();
        for done in producer.pool.included(&hashes) {
            match positions.get(&done.hash) {
                Some(index) => included.push((done, *index)),
                None => gone.push(done.arrival),
            }
        }
        for hash in built.invalid {
            producer.pool.ban(hash);
            if let Some(invalid) = producer.pool.remove(hash) {
                invalid.notify(TransactionStatus::Invalid);
                gone.push(invalid.arrival);
            }
        }
        self.forget_transactions(&gone)?;
        self.revalidate(producer, REVALIDATE_EXTRA)?;
        producer.untold.push_back(Produced { step, head, included });
        Ok(())
    }

    /// Writes a checkpoint if enough changed since the last one.
    pub(super) fn checkpoint_if_due(&self) -> Result<(), Error> {
        let Some(due) = self.chain.read().due_checkpoint() else {
            return Ok(());
        };
        // Readers are not kept out while it is written; nobody else changes the chain meanwhile.
        due.write(&self.db)?;
        self.chain.write().checkpoint_written();
        Ok(())
    }

    /// Forces everything so far to the disk, and tells everybody who waits for it. Nothing is acknowledged before.
    pub(super) fn keep(&self, producer: &mut Producer) -> Result<(), Error> {
        producer.force = None;
        let kept = self.guard(|| {
            self.db.sync()?;
            Ok(self.chain.read().step)
        });
        self.tell(producer, kept)
    }

    /// Begins to force everything so far to the disk, and tells everybody who waits for what the call before this one
    /// began to force.
    fn keep_behind(&self, producer: &mut Producer) -> Result<(), Error> {
        let begun = (self.db.begin_sync(), self.chain.read().step);
        let Some((force, step)) = producer.force.replace(begun) else {
            return Ok(());
        };
        let kept = self.guard(|| {
            self.db.end_sync(force)?;
            Ok(step)
        });
        self.tell(producer, kept)
    }

    /// Tells of the blocks up to a step that is on the disk. Those that never come there are dropped.
    fn tell(&self, producer: &mut Producer, kept: Result<u64, Error>) -> Result<(), Error> {
        let step = kept.inspect_err(|_| producer.untold.clear())?;
        let kept = self.chain.write().kept(step);
        let of_step = |step| {
            let told = producer.untold.iter().find(|block| block.step == step);
            told.map(|block| block.head.clone())
        };
        self.tell_watchers(&kept, step, &of_step);
        self.db.drop_later(Box::new(kept));
        while let Some(Produced { head, included, .. }) = producer.untold.pop_front_if(|block| block.step <= step) {
            for (transaction, index) in &included {
                transaction.notify(TransactionStatus::InBlock {
                    block: head.hash,
                    index: *index,
                });
            }
            self.announce(&head);
            for (transaction, index) in &included {
                transaction.notify(TransactionStatus::Finalized {
                    block: head.hash,
                    index: *index,
                });
            }
        }
        Ok(())
    }
}
