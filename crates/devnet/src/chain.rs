//! The newest state and block in memory, kept in step with the database.

use std::{collections::BTreeSet, sync::Arc};

use sp_core::H256;

use crate::{
    BlockNumber, Error, Header,
    db::{Base, BlockRecord, Db, Loaded, Step},
    execution::Changes,
    state::{Commitment, Diff, StateMap, StateView},
};

/// Differences are read at every start; beyond this the state is written instead.
const CHECKPOINT_BYTES_MIN: usize = 4 << 20;
const CHECKPOINT_BYTES_MAX: usize = 64 << 20;

/// A block that the chain has, without its extrinsics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub number: BlockNumber,
    /// Its hash.
    pub hash: H256,
    /// Its header.
    pub header: Header,
}

/// The newest state with its block.
pub struct Chain {
    pub state: StateMap,
    pub commitment: Commitment,
    pub head: Arc<Head>,
    /// Number of the last step.
    pub step: u64,
    pub base: Base,
    /// Storage items that differ from the last checkpoint.
    dirty: BTreeSet<Box<[u8]>>,
    since_checkpoint: usize,
}

/// A step that is in the database and not yet in memory.
pub struct Appended {
    diff: Diff,
    commitment: Commitment,
    head: Option<Arc<Head>>,
    bytes: usize,
}

impl Chain {
    /// Takes over what the database holds.
    pub fn new(loaded: Loaded, db: &Db) -> Result<Self, Error> {
        let Loaded {
            base,
            state,
            step,
            since_checkpoint,
            dirty,
        } = loaded;
        let (commitment, number) = match step {
            0 => (base.commitment, base.number),
            step => {
                let step = db.step(step)?;
                (step.commitment, step.number)
            }
        };
        let head = Arc::new(head(&base, db, number)?);
        Ok(Self {
            state,
            commitment,
            head,
            step,
            base,
            dirty,
            since_checkpoint,
        })
    }

    /// A view of the newest state.
    pub fn view(&self) -> StateView<'_> {
        StateView::live(&self.state, self.commitment)
    }

    /// Appends a step to the database: a block, or without one a write from outside. `included` are the arrivals of
    /// pool transactions that are done with.
    pub fn append(
        &self,
        db: &Db,
        changes: Changes,
        block: Option<BlockRecord>,
        included: &[u64],
    ) -> Result<Appended, Error> {
        let mut diff = Diff(changes.changes);
        diff.0.sort_by(|a, b| a.key.cmp(&b.key));
        let head = block.as_ref().map(|block| {
            Arc::new(Head {
                number: block.header.number,
                hash: block.hash,
                header: block.header.clone(),
            })
        });
        let step = Step {
            number: head.as_ref().map_or(self.head.number, |head| head.number),
            commitment: changes.commitment,
            block,
        };
        let bytes = diff.to_bytes();
        db.append(self.step + 1, &step, &bytes, included)?;
        Ok(Appended {
            diff,
            commitment: changes.commitment,
            head,
            bytes: bytes.len(),
        })
    }

    /// Takes an appended step into memory.
    pub fn apply(&mut self, appended: Appended) {
        for change in &appended.diff.0 {
            self.state.set(&change.key, change.new.as_deref());
            self.mark(&change.key);
        }
        self.commitment = appended.commitment;
        self.step += 1;
        self.since_checkpoint += appended.bytes;
        if let Some(head) = appended.head {
            self.head = head;
        }
    }

    fn mark(&mut self, key: &[u8]) {
        let item = StateMap::item_of(key);
        if !self.dirty.contains(item) {
            self.dirty.insert(item.into());
        }
    }

    /// Writes a checkpoint if enough changed since the last one.
    pub fn checkpoint_if_due(&mut self, db: &Db) -> Result<(), Error> {
        let limit = (self.state.bytes() * 2).clamp(CHECKPOINT_BYTES_MIN, CHECKPOINT_BYTES_MAX);
        if self.since_checkpoint >= limit {
            db.checkpoint(&self.state, self.dirty.iter().map(|item| &item[..]), self.step)?;
            self.dirty.clear();
            self.since_checkpoint = 0;
        }
        Ok(())
    }

    /// Takes back all steps after `step`, here and in the database.
    pub fn revert(&mut self, db: &Db, step: u64) -> Result<(), Error> {
        let mut removed = Vec::new();
        // What the database is to hold is worked out on a copy, so that a failure leaves everything as it was.
        let mut state = self.state.clone();
        let mut dirty = self.dirty.clone();
        for undone in (step + 1..=self.step).rev() {
            for change in db.diff(undone)?.0 {
                state.set(&change.key, change.old.as_deref());
                dirty.insert(StateMap::item_of(&change.key).into());
            }
            if let Some(block) = db.step(undone)?.block {
                removed.push((block.header.number, block.hash));
            }
        }
        let (commitment, number) = match step {
            0 => (self.base.commitment, self.base.number),
            step => {
                let step = db.step(step)?;
                (step.commitment, step.number)
            }
        };
        let head = Arc::new(head(&self.base, db, number)?);
        db.truncate(step, &state, dirty.iter().map(|item| &item[..]), &removed)?;
        (self.state, self.commitment, self.head, self.step) = (state, commitment, head, step);
        self.dirty.clear();
        self.since_checkpoint = 0;
        Ok(())
    }

    /// The last step that belongs to a block: what was written from outside after it counts as its state.
    pub fn last_step_of(&self, db: &Db, number: BlockNumber) -> Result<u64, Error> {
        if number == self.head.number {
            return Ok(self.step);
        }
        let next = db
            .step_of(number + 1)?
            .ok_or_else(|| Error::UnknownBlock(number.to_string()))?;
        Ok(next - 1)
    }
}

/// The block of a number that is known to be there.
pub fn head(base: &Base, db: &Db, number: BlockNumber) -> Result<Head, Error> {
    if number == base.number {
        return Ok(Head {
            number,
            hash: base.hash,
            header: base.header.clone(),
        });
    }
    let block = block(db, number)?;
    Ok(Head {
        number,
        hash: block.hash,
        header: block.header,
    })
}

/// The record of a block after the base.
pub fn block(db: &Db, number: BlockNumber) -> Result<BlockRecord, Error> {
    let unknown = || Error::UnknownBlock(number.to_string());
    db.step(db.step_of(number)?.ok_or_else(unknown)?)?
        .block
        .ok_or_else(unknown)
}
