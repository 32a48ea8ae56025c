//! What the tables hold.

use codec::{Decode, Encode};
use sp_core::H256;

use crate::{Header, state::Commitment};

/// Where a chain begins: genesis, or the block that a dump was taken at.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Base {
    /// Hash of what the chain was configured with.
    pub fingerprint: H256,
    /// Hash of block 0, whatever the base.
    pub genesis_hash: H256,
    /// Number of the base block.
    pub number: u32,
    /// Its hash.
    pub hash: H256,
    /// Its header.
    pub header: Header,
    /// Commitment of the state after it.
    pub commitment: Commitment,
}

/// One step of the chain: a block, or a write to the state from outside. What it changed is in its difference.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Step {
    /// Number of the best block after it.
    pub number: u32,
    /// Commitment of the state after it.
    pub commitment: Commitment,
    /// The block; none for a write.
    pub block: Option<BlockRecord>,
}

/// A block as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct BlockRecord {
    /// Its hash.
    pub hash: H256,
    /// Its header.
    pub header: Header,
    /// Its extrinsics, each in its whole encoding with length prefix.
    pub extrinsics: Vec<Vec<u8>>,
    /// Positions of the extrinsics whose signature was not asked for.
    pub impersonated: Vec<u32>,
}
