//! The newest state and block in memory, kept in step with the database.

use std::{collections::BTreeSet, sync::Arc};

use sp_core::H256;

use crate::{
    BlockNumber, Error, Header,
    db::{Base, BlockRecord, Db, Loaded, Meta, Step},
    state::{Commitment, Diff, Element, StateMap, StateView, Written},
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
    pub base: Arc<Base>,
    /// How often steps have been taken back: what was read of the database before may be about steps that are gone.
    pub reverts: u64,
    /// Steps that are in memory and not known to be on the disk, the last one last.
    unkept: Vec<Unkept>,
    /// Storage items that differ from the last checkpoint.
    dirty: BTreeSet<Box<[u8]>>,
    since_checkpoint: usize,
}

/// A step that was handed to the database and is not in memory yet.
pub struct Appended {
    diff: Arc<Diff>,
    elements: Vec<Option<Element>>,
    commitment: Commitment,
    head: Option<Arc<Head>>,
}

/// A state to be written, so that a start reads fewer differences.
pub struct Checkpoint {
    state: StateMap,
    dirty: BTreeSet<Box<[u8]>>,
    step: u64,
}

impl Checkpoint {
    /// Writes it.
    ///
    /// # Errors
    /// Trouble with the database.
    pub fn write(&self, db: &Db) -> Result<(), Error> {
        let dirty = self.dirty.iter().map(|item| &item[..]);
        db.settled().checkpoint(&self.state, dirty, self.step)
    }
}

/// What takes a step back.
pub struct Unkept {
    diff: Arc<Diff>,
    commitment_before: Commitment,
    head_before: Arc<Head>,
}

impl Unkept {
    /// What the step changed, and the block before it.
    pub fn change(&self) -> (&Arc<Diff>, &Arc<Head>) {
        (&self.diff, &self.head_before)
    }
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
                let step = db.settled().step(step)?;
                (step.commitment, step.number)
            }
        };
        let head = Arc::new(db.settled().reading(|| head(&base, db, number).map_err(missing))?);
        Ok(Self {
            state,
            commitment,
            head,
            step,
            base: Arc::new(base),
            reverts: 0,
            unkept: Vec::new(),
            dirty,
            since_checkpoint,
        })
    }

    /// A view of the newest state.
    pub fn view(&self) -> StateView<'_> {
        StateView::new(&self.state, self.commitment)
    }

    /// Hands a step to the database: a block, or without one a write from outside. `included` are the arrivals of
    /// pool transactions that are done with.
    pub fn append(
        &self,
        db: &Db,
        written: Written,
        block: Option<BlockRecord>,
        included: Vec<u64>,
    ) -> Result<Appended, Error> {
        let diff = Arc::new(Diff(written.changes));
        let head = block.as_ref().map(|block| {
            Arc::new(Head {
                number: block.header.number,
                hash: block.hash,
                header: block.header.clone(),
            })
        });
        let step = Step {
            number: head.as_ref().map_or(self.head.number, |head| head.number),
            commitment: written.commitment,
            block,
        };
        db.append(self.step + 1, step, diff.clone(), included)?;
        Ok(Appended {
            diff,
            elements: written.elements,
            commitment: written.commitment,
            head,
        })
    }

    /// Takes an appended step into memory.
    pub fn apply(&mut self, appended: Appended) {
        for (change, element) in appended.diff.0.iter().zip(appended.elements) {
            self.state.set_with(&change.key, change.new.as_deref(), element);
            self.mark(&change.key);
        }
        self.since_checkpoint += appended.diff.weight();
        let commitment_before = std::mem::replace(&mut self.commitment, appended.commitment);
        let head_before = self.head.clone();
        self.unkept.push(Unkept {
            diff: appended.diff,
            commitment_before,
            head_before,
        });
        self.step += 1;
        if let Some(head) = appended.head {
            self.head = head;
        }
    }

    /// All steps up to `step` are on the disk. Returns what would have taken them back.
    pub fn kept(&mut self, step: u64) -> Vec<Unkept> {
        let later = usize::try_from(self.step.saturating_sub(step)).unwrap_or(usize::MAX);
        let kept = self.unkept.len().saturating_sub(later);
        self.unkept.drain(..kept).collect()
    }

    /// Goes back to the last step that is known to be on the disk, after the database failed.
    pub fn forget_unkept(&mut self) {
        self.reverts += u64::from(!self.unkept.is_empty());
        while let Some(step) = self.unkept.pop() {
            for change in &step.diff.0 {
                self.state.set(&change.key, change.old.as_deref());
            }
            self.commitment = step.commitment_before;
            self.head = step.head_before;
            self.step -= 1;
        }
    }

    fn mark(&mut self, key: &[u8]) {
        let item = StateMap::item_of(key);
        if !self.dirty.contains(item) {
            self.dirty.insert(item.into());
        }
    }

    /// What to write as a checkpoint, if enough changed since the last one.
    pub fn due_checkpoint(&self) -> Option<Checkpoint> {
        let limit = (self.state.bytes() * 2).clamp(CHECKPOINT_BYTES_MIN, CHECKPOINT_BYTES_MAX);
        (self.since_checkpoint >= limit).then(|| Checkpoint {
            state: self.state.clone(),
            dirty: self.dirty.clone(),
            step: self.step,
        })
    }

    /// The checkpoint that was due is written.
    pub fn checkpoint_written(&mut self) {
        self.dirty.clear();
        self.since_checkpoint = 0;
    }

    /// Takes back all steps after `step`, here and in the database, which gets `metas` with it.
    pub fn revert(&mut self, db: &Db, step: u64, metas: &[Meta]) -> Result<(), Error> {
        let mut removed = Vec::new();
        // What the database is to hold is worked out on a copy, so that a failure leaves everything as it was.
        let mut state = self.state.clone();
        let mut dirty = self.dirty.clone();
        for undone in (step + 1..=self.step).rev() {
            for change in db.settled().diff(undone)?.0 {
                state.set(&change.key, change.old.as_deref());
                dirty.insert(StateMap::item_of(&change.key).into());
            }
            if let Some(block) = db.settled().step(undone)?.block {
                removed.push((block.header.number, block.hash));
            }
        }
        let (commitment, number) = match step {
            0 => (self.base.commitment, self.base.number),
            step => {
                let step = db.settled().step(step)?;
                (step.commitment, step.number)
            }
        };
        let head = Arc::new(head(&self.base, db, number)?);
        db.settled()
            .truncate(step, &state, dirty.iter().map(|item| &item[..]), &removed, metas)?;
        (self.state, self.commitment, self.head, self.step) = (state, commitment, head, step);
        self.reverts += 1;
        self.unkept.clear();
        self.dirty.clear();
        self.since_checkpoint = 0;
        Ok(())
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

/// The last step names its block, so a chain without that block is damaged.
fn missing(error: Error) -> Error {
    match error {
        Error::UnknownBlock(number) => Error::Record {
            record: format!("block {number}"),
            reason: "it is missing".into(),
        },
        other => other,
    }
}

/// The record of a block after the base.
pub fn block(db: &Db, number: BlockNumber) -> Result<BlockRecord, Error> {
    let unknown = || Error::UnknownBlock(number.to_string());
    let store = db.settled();
    store
        .step(store.step_of(number)?.ok_or_else(unknown)?)?
        .block
        .ok_or_else(unknown)
}
