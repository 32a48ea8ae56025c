//! The chain as it stood at one moment, and what the database says of it.

use std::sync::Arc;

use sp_core::H256;

use super::{handle::Inner, old_states::Still};
use crate::{
    BlockNumber, Error,
    chain::{self, Head},
    db::Base,
};

/// Steps that an old state is brought forward, one by one, before it is put together from a later one.
const FORWARD_MAX: u64 = 64;

/// Which block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum At {
    /// The best one.
    #[default]
    Best,
    /// The one of this number.
    Number(BlockNumber),
    /// The one of this hash.
    Hash(H256),
}

impl From<BlockNumber> for At {
    fn from(number: BlockNumber) -> Self {
        Self::Number(number)
    }
}

impl From<H256> for At {
    fn from(hash: H256) -> Self {
        Self::Hash(hash)
    }
}

impl From<Option<H256>> for At {
    fn from(hash: Option<H256>) -> Self {
        hash.map_or(Self::Best, Self::Hash)
    }
}

/// The chain as it stood at one moment.
pub struct Moment {
    pub newest: Still,
    pub head: Arc<Head>,
    pub base: Arc<Base>,
    /// How often steps have been taken back.
    reverts: u64,
}

impl Inner {
    /// The chain as it stands.
    pub fn moment(&self) -> Moment {
        let chain = self.chain.read();
        Moment {
            newest: Still {
                step: chain.step,
                state: chain.state.clone(),
                commitment: chain.commitment,
            },
            head: chain.head.clone(),
            base: chain.base.clone(),
            reverts: chain.reverts,
        }
    }

    /// Whether what the database says belongs to this moment.
    fn still_holds(&self, moment: &Moment) -> bool {
        self.chain.read().reverts == moment.reverts
    }

    /// Reads something of a moment from the database. When steps were taken back meanwhile, it is read again.
    pub fn read_at<R>(&self, read: impl Fn(&Moment) -> Result<R, Error>) -> Result<R, Error> {
        loop {
            let moment = self.moment();
            let result = read(&moment);
            if self.still_holds(&moment) {
                return result;
            }
        }
    }

    /// The number of the block that is meant.
    pub fn locate(&self, moment: &Moment, at: At) -> Result<BlockNumber, Error> {
        let (best, base) = (&moment.head, &moment.base);
        match at {
            At::Best => Ok(best.number),
            At::Number(number) if number > best.number => Err(Error::UnknownBlock(number.to_string())),
            At::Number(number) if number < base.number => Err(Error::Discarded(format!("block {number}"))),
            At::Number(number) => Ok(number),
            At::Hash(hash) if hash == best.hash => Ok(best.number),
            At::Hash(hash) => match self.db.settled().number_of(hash)? {
                // What was written last may have been given up, when the database failed.
                Some(number) if number <= best.number => Ok(number),
                None if hash == base.genesis_hash => Err(Error::Discarded(format!("{hash:?}"))),
                _ => Err(Error::UnknownBlock(format!("{hash:?}"))),
            },
        }
    }

    /// Number, hash and header of a block that is there.
    pub fn head_of(&self, moment: &Moment, number: BlockNumber) -> Result<Head, Error> {
        if number == moment.head.number {
            return Ok((*moment.head).clone());
        }
        chain::head(&moment.base, &self.db, number)
    }

    /// The state of a block. What was written from outside after it counts as its state.
    pub fn state_of(&self, at: At) -> Result<Arc<Still>, Error> {
        loop {
            let moment = self.moment();
            let found = self.locate(&moment, at).and_then(|number| {
                if number == moment.head.number {
                    return Ok(None);
                }
                let next = self
                    .db
                    .settled()
                    .step_of(number + 1)?
                    .ok_or_else(|| Error::UnknownBlock(number.to_string()))?;
                self.old_state(&moment, next - 1).map(Some)
            });
            if self.still_holds(&moment) {
                return match found? {
                    Some((still, is_new)) => {
                        if is_new {
                            self.old_states.keep(still.clone(), moment.reverts);
                        }
                        Ok(still)
                    }
                    None => Ok(Arc::new(moment.newest)),
                };
            }
        }
    }

    /// The state after a step, and whether it had to be put together.
    fn old_state(&self, moment: &Moment, step: u64) -> Result<(Arc<Still>, bool), Error> {
        if let Some(found) = self.old_states.find(step, moment.reverts) {
            return Ok((found, false));
        }
        let _one_at_a_time = self.old_states.building.lock();
        // Somebody else may have wanted it, too.
        if let Some(found) = self.old_states.find(step, moment.reverts) {
            return Ok((found, false));
        }
        let store = self.db.settled();
        let (before, after) = self.old_states.near(step, moment.reverts);
        let state = match before.filter(|before| step - before.step <= FORWARD_MAX) {
            Some(before) => {
                let mut state = before.state.clone();
                store.redo(&mut state, before.step, step)?;
                state
            }
            None => {
                let later = after.as_deref().unwrap_or(&moment.newest);
                let mut state = later.state.clone();
                store.undo(&mut state, step, later.step)?;
                state
            }
        };
        let commitment = match step {
            0 => moment.base.commitment,
            step => store.step(step)?.commitment,
        };
        let still = Still {
            step,
            state,
            commitment,
        };
        Ok((Arc::new(still), true))
    }
}
