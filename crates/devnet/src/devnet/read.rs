//! Reading: blocks, state of any block, calls into the runtime.

use codec::{Decode, DecodeAll, Encode};
use frame_system::EventRecord;
use sp_core::H256;
use sp_runtime::ApplyExtrinsicResult;
use tributary_runtime::RuntimeEvent;

use super::{
    handle::{Devnet, Inner},
    moment::At,
};
use crate::{
    BlockNumber, Error, Header,
    call_stack::deep,
    chain::{self, Head},
    execution::Session,
    producer,
    state::StateView,
};

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

    /// The values of several storage keys of the same block, unless they are more than `bytes_max` bytes together.
    ///
    /// # Errors
    /// Those of [`Devnet::query`].
    pub fn query_within(
        &self,
        keys: &[Vec<u8>],
        bytes_max: usize,
        at: impl Into<At>,
    ) -> Result<Option<Vec<Option<Vec<u8>>>>, Error> {
        self.inner.with_view(at.into(), |view| {
            let mut left = bytes_max;
            let values = keys.iter().map(|key| {
                let value = view.get(key);
                left = left.checked_sub(value.map_or(0, <[u8]>::len))?;
                Some(value.map(<[u8]>::to_vec))
            });
            Ok(values.collect())
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
        self.inner.read_at(|moment| {
            if number > moment.head.number {
                return Ok(None);
            }
            if number == 0 {
                return Ok(Some(moment.base.genesis_hash));
            }
            if number >= moment.base.number {
                return self.inner.head_of(moment, number).map(|head| Some(head.hash));
            }
            // Before the block of a dump only what the runtime remembers is known.
            let mut key = frame_support::storage::storage_prefix(b"System", b"BlockHash").to_vec();
            let encoded = number.encode();
            key.extend(sp_crypto_hashing::twox_64(&encoded));
            key.extend(encoded);
            let value = moment.newest.state.get(&key);
            Ok(value.and_then(|mut bytes| H256::decode(&mut bytes).ok()))
        })
    }

    /// Number, hash and header of a block; none if there is no such block.
    ///
    /// # Errors
    /// Trouble with the database.
    pub fn head_at(&self, at: impl Into<At>) -> Result<Option<Head>, Error> {
        let at = at.into();
        self.inner.read_at(|moment| match self.inner.locate(moment, at) {
            Ok(number) => self.inner.head_of(moment, number).map(Some),
            Err(Error::UnknownBlock(_) | Error::Discarded(_)) => Ok(None),
            Err(error) => Err(error),
        })
    }

    /// A block; none if there is no such block.
    ///
    /// # Errors
    /// Trouble with the database.
    pub fn block(&self, at: impl Into<At>) -> Result<Option<Block>, Error> {
        let at = at.into();
        self.inner.read_at(|moment| {
            let number = match self.inner.locate(moment, at) {
                Ok(number) => number,
                Err(Error::UnknownBlock(_) | Error::Discarded(_)) => return Ok(None),
                Err(error) => return Err(error),
            };
            if number == moment.base.number {
                let (hash, header) = (moment.base.hash, moment.base.header.clone());
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
        })
    }
}

impl Inner {
    /// Runs `action` on the state of a block, which does not change meanwhile. No lock of the chain is held.
    pub(super) fn with_view<R>(
        &self,
        at: At,
        action: impl FnOnce(StateView<'_>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        deep(|| action(self.state_of(at)?.view()))
    }
}
