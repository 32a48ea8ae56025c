//! Checking the whole database.

use sp_core::H256;
use tokio_util::sync::CancellationToken;

use super::handle::{Devnet, Inner};
use crate::{
    Error, arguments,
    call_stack::deep,
    db::Checked,
    producer,
    state::{Commitment, StateMap, StateView},
};

/// What was found to be as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Number and hash of the best block.
    pub best: (u32, H256),
    /// Hash of the newest state.
    pub state_hash: H256,
    /// Blocks that were executed again.
    pub blocks: u64,
    /// Writes from outside that were applied again.
    pub writes: u64,
    /// Records of what changed over many blocks that were put together again.
    pub segments: u64,
    /// Transactions that wait.
    pub transactions: usize,
}

impl Devnet {
    /// Builds the chain again from its first state and the log of blocks and writes, with every check that a node
    /// does at import, and compares everything in the database with what came out: each block and its hash, what each
    /// changed, the records for reading old states, the indices. It takes about as long as making the blocks did.
    ///
    /// # Errors
    /// [`Error::Replay`] with the first block that comes out otherwise, [`Error::DatabaseCorrupt`].
    pub fn verify(&self) -> Result<H256, Error> {
        self.verify_for(&CancellationToken::new())
            .map(|verified| verified.state_hash)
    }

    /// [`Devnet::verify`] with all that was checked. It ends early when `gone` is cancelled.
    ///
    /// # Errors
    /// Those of [`Devnet::verify`], and [`Error::Interrupted`] when it was cancelled or the chain was set back.
    pub fn verify_for(&self, gone: &CancellationToken) -> Result<Verified, Error> {
        let before = self.inner.chain.read().reverts;
        let verified = deep(|| self.inner.replay(gone));
        if self.inner.chain.read().reverts == before {
            return verified;
        }
        Err(Error::Interrupted {
            made: 0,
            asked: 0,
            reason: "the chain was set back while it was checked",
        })
    }
}

impl Inner {
    fn replay(&self, gone: &CancellationToken) -> Result<Verified, Error> {
        let moment = self.moment();
        let last = moment.newest.step;
        let db = self.db.settled();
        let mut state: StateMap = db.base_state()?;
        let mut commitment = Commitment::default();
        state.iter().for_each(|(key, value)| commitment.insert(&key, value));
        if commitment != moment.base.commitment {
            return Err(Error::Replay {
                number: moment.base.number,
                reason: "the first state is another one than was written".into(),
            });
        }
        let (mut blocks, mut writes) = (0, 0);
        let mut parent = moment.base.hash;
        for number in 1..=last {
            if gone.is_cancelled() {
                return Err(Error::Interrupted {
                    made: blocks,
                    asked: moment.head.number - moment.base.number,
                    reason: "who asked for the check has gone",
                });
            }
            let step = db.step(number)?;
            let wrong = |reason: &str| Error::Replay {
                number: step.number,
                reason: reason.into(),
            };
            let mut stored = db.diff(number)?;
            let changes = match &step.block {
                Some(block) => {
                    blocks += 1;
                    if block.header.hash() != block.hash || block.header.parent_hash != parent {
                        return Err(wrong("its hash, or that of the block before, is another one"));
                    }
                    parent = block.hash;
                    if db.number_of(block.hash)? != Some(step.number) || db.step_of(step.number)? != Some(number) {
                        return Err(wrong("the index does not lead to it"));
                    }
                    let written = producer::execute(StateView::new(&state, commitment), block)?;
                    commitment = written.commitment;
                    let mut changes = written.changes;
                    changes.sort_unstable_by(|a, b| a.key.cmp(&b.key));
                    stored.0.sort_unstable_by(|a, b| a.key.cmp(&b.key));
                    if stored.0 != changes {
                        return Err(wrong("what it changed is not what is written of it"));
                    }
                    changes
                }
                None => {
                    writes += 1;
                    for change in &stored.0 {
                        if state.get(&change.key) != change.old.as_deref() {
                            return Err(wrong("a write from outside began from another state"));
                        }
                        commitment.replace(&change.key, change.old.as_deref(), change.new.as_deref());
                    }
                    stored.0
                }
            };
            if commitment != step.commitment {
                return Err(wrong("its state differs"));
            }
            for change in &changes {
                state.set(&change.key, change.new.as_deref());
            }
        }
        let Checked { segments } = db.check_segments(last)?;
        let transactions = db.transactions()?;
        for (arrival, bytes) in &transactions {
            arguments::extrinsic(bytes).map_err(|error| Error::Record {
                record: format!("transaction {arrival} of the pool"),
                reason: arguments::reason(&error),
            })?;
        }
        Ok(Verified {
            best: (moment.head.number, moment.head.hash),
            state_hash: commitment.root(),
            blocks: blocks.into(),
            writes,
            segments,
            transactions: transactions.len(),
        })
    }
}
