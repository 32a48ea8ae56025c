//! Reading: blocks, state of any block, calls into the runtime.

use std::sync::Arc;

use codec::{Decode, DecodeAll, Encode};
use frame_system::EventRecord;
use parking_lot::Mutex;
use sp_core::H256;
use sp_runtime::ApplyExtrinsicResult;
use tributary_runtime::RuntimeEvent;

use super::{Devnet, Inner};
use crate::{
    BlockNumber, Error, Header,
    chain::{self, Chain, Head},
    execution::Session,
    producer,
    stack::deep,
    state::{Past, StateView},
};

/// Old states that are kept at hand.
const PAST_MAX: usize = 8;

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

/// A block with its extrinsics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Its hash.
    pub hash: H256,
    /// Its header.
    pub header: Header,
    /// Its extrinsics, each in its whole encoding with length prefix.
    pub extrinsics: Vec<Vec<u8>>,
}

impl Devnet {
    /// The value of a storage key. What was written from outside after a block counts as its state.
    ///
    /// # Errors
    /// [`Error::UnknownBlock`], [`Error::Discarded`], and trouble with the database.
    pub fn query(&self, key: &[u8], at: impl Into<At>) -> Result<Option<Vec<u8>>, Error> {
        self.inner
            .with_view(at.into(), |view| Ok(view.get(key).map(<[u8]>::to_vec)))
    }

    /// The values of several storage keys of the same block.
    ///
    /// # Errors
    /// Those of [`Devnet::query`].
    pub fn query_all(&self, keys: &[Vec<u8>], at: impl Into<At>) -> Result<Vec<Option<Vec<u8>>>, Error> {
        self.inner.with_view(at.into(), |view| {
            Ok(keys.iter().map(|key| view.get(key).map(<[u8]>::to_vec)).collect())
        })
    }

    /// Up to `count` keys that start with `prefix`, in byte order, after `start` if there is one.
    ///
    /// # Errors
    /// Those of [`Devnet::query`].
    pub fn keys(
        &self,
        prefix: &[u8],
        start: Option<&[u8]>,
        count: usize,
        at: impl Into<At>,
    ) -> Result<Vec<Vec<u8>>, Error> {
        self.inner
            .with_view(at.into(), |view| Ok(view.keys(prefix, start, count)))
    }

    /// Calls a runtime API by its full name (`Trait_method`) with SCALE-encoded arguments. What it writes is dropped.
    ///
    /// # Errors
    /// [`Error::UnknownMethod`], [`Error::Execution`] (arguments that do not decode, too), those of [`Devnet::query`].
    pub fn call(&self, method: &str, arguments: &[u8], at: impl Into<At>) -> Result<Vec<u8>, Error> {
        self.inner
            .with_view(at.into(), |view| Session::new(view).call(method, arguments))
    }

    /// [`Devnet::call`] with the answer decoded.
    ///
    /// # Errors
    /// Those of [`Devnet::call`], and [`Error::BadAnswer`].
    pub fn call_as<T: Decode>(&self, method: &str, arguments: &[u8], at: impl Into<At>) -> Result<T, Error> {
        self.inner
            .with_view(at.into(), |view| Session::new(view).call_as(method, arguments))
    }

    /// Applies an extrinsic in a block after the given one that is thrown away, and says how it went.
    ///
    /// # Errors
    /// Those of [`Devnet::call`].
    pub fn dry_run(&self, extrinsic: &[u8], at: impl Into<At>) -> Result<ApplyExtrinsicResult, Error> {
        let at = at.into();
        let head = self
            .head_at(at)?
            .ok_or_else(|| Error::UnknownBlock(format!("{at:?}")))?;
        self.inner.with_view(head.hash.into(), |view| {
            producer::dry_run(view, &head.header, extrinsic)
        })
    }

    /// Runs `action` inside the state of a block, so that the pallets' own getters work
    /// (`frame_system::Pallet::<Runtime>::block_number()`). What it writes is dropped.
    ///
    /// # Errors
    /// [`Error::Execution`] if it panics, those of [`Devnet::query`].
    pub fn read<R>(&self, at: impl Into<At>, action: impl FnOnce() -> R) -> Result<R, Error> {
        self.inner
            .with_view(at.into(), |view| Session::new(view).run("a read", action))
    }

    /// The events of a block.
    ///
    /// # Errors
    /// Those of [`Devnet::query`].
    pub fn events(&self, at: impl Into<At>) -> Result<Vec<EventRecord<RuntimeEvent, H256>>, Error> {
        let key = frame_support::storage::storage_prefix(b"System", b"Events");
        let Some(bytes) = self.query(&key, at)? else {
            return Ok(Vec::new());
        };
        DecodeAll::decode_all(&mut &bytes[..]).map_err(|error: codec::Error| Error::Record {
            record: "System.Events".into(),
            reason: error.to_string(),
        })
    }

    /// Hash of the block of a number; none if it is not there yet.
    ///
    /// # Errors
    /// Trouble with the database.
    pub fn block_hash(&self, number: BlockNumber) -> Result<Option<H256>, Error> {
        let chain = self.inner.chain.read();
        if number > chain.head.number {
            return Ok(None);
        }
        if number == 0 {
            return Ok(Some(chain.base.genesis_hash));
        }
        if number >= chain.base.number {
            return self.inner.head_of(&chain, number).map(|head| Some(head.hash));
        }
        // Before the block of a dump only what the runtime remembers is known.
        let mut key = frame_support::storage::storage_prefix(b"System", b"BlockHash").to_vec();
        let encoded = number.encode();
        key.extend(sp_crypto_hashing::twox_64(&encoded));
        key.extend(encoded);
        Ok(chain
            .state
            .get(&key)
            .and_then(|mut bytes| H256::decode(&mut bytes).ok()))
    }

    /// Number, hash and header of a block; none if there is no such block.
    ///
    /// # Errors
    /// Trouble with the database.
    pub fn head_at(&self, at: impl Into<At>) -> Result<Option<Head>, Error> {
        let chain = self.inner.chain.read();
        match self.inner.locate(&chain, at.into()) {
            Ok(number) => self.inner.head_of(&chain, number).map(Some),
            Err(Error::UnknownBlock(_) | Error::Discarded(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A block; none if there is no such block.
    ///
    /// # Errors
    /// Trouble with the database.
    pub fn block(&self, at: impl Into<At>) -> Result<Option<Block>, Error> {
        let chain = self.inner.chain.read();
        let number = match self.inner.locate(&chain, at.into()) {
            Ok(number) => number,
            Err(Error::UnknownBlock(_) | Error::Discarded(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        if number == chain.base.number {
            let (hash, header) = (chain.base.hash, chain.base.header.clone());
            return Ok(Some(Block {
                hash,
                header,
                extrinsics: Vec::new(),
            }));
        }
        let block = chain::block(&self.inner.db, number)?;
        Ok(Some(Block {
            hash: block.hash,
            header: block.header,
            extrinsics: block.extrinsics,
        }))
    }
}

impl Inner {
    /// The number of the block that is meant.
    fn locate(&self, chain: &Chain, at: At) -> Result<BlockNumber, Error> {
        match at {
            At::Best => Ok(chain.head.number),
            At::Number(number) if number > chain.head.number => Err(Error::UnknownBlock(number.to_string())),
            At::Number(number) if number < chain.base.number => Err(Error::Discarded(format!("block {number}"))),
            At::Number(number) => Ok(number),
            At::Hash(hash) if hash == chain.head.hash => Ok(chain.head.number),
            At::Hash(hash) => match self.db.settled().number_of(hash)? {
                // What was written last may have been given up, when the database failed.
                Some(number) if number <= chain.head.number => Ok(number),
                None if hash == chain.base.genesis_hash => Err(Error::Discarded(format!("{hash:?}"))),
                _ => Err(Error::UnknownBlock(format!("{hash:?}"))),
            },
        }
    }

    fn head_of(&self, chain: &Chain, number: BlockNumber) -> Result<Head, Error> {
        if number == chain.head.number {
            return Ok((*chain.head).clone());
        }
        chain::head(&chain.base, &self.db, number)
    }

    /// Runs `action` on the state of a block. The newest state does not change meanwhile.
    pub(super) fn with_view<R>(
        &self,
        at: At,
        action: impl FnOnce(StateView<'_>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        deep(|| self.with_that_view(at, action))
    }

    fn with_that_view<R>(
        &self,
        at: At,
        action: impl FnOnce(StateView<'_>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let chain = self.chain.read();
        let number = self.locate(&chain, at)?;
        let step = chain.last_step_of(&self.db, number)?;
        if step == chain.step {
            return action(chain.view());
        }
        let commitment = match step {
            0 => chain.base.commitment,
            step => self.db.settled().step(step)?.commitment,
        };
        let past = self.past_of(step);
        let mut past = past.lock();
        self.db.settled().extend(&mut past, chain.step)?;
        action(StateView::past(&chain.state, &past, commitment))
    }

    fn past_of(&self, step: u64) -> Arc<Mutex<Past>> {
        let mut kept = self.past.lock();
        let found = kept
            .iter()
            .position(|(of, _)| *of == step)
            .and_then(|at| kept.remove(at));
        let past = match found {
            Some((_, past)) => past,
            None => Arc::new(Mutex::new(Past::new(step))),
        };
        kept.push_back((step, past.clone()));
        if kept.len() > PAST_MAX {
            kept.pop_front();
        }
        past
    }
}
