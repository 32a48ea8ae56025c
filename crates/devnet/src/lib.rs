//! The embedded chain: the runtime run natively, in process, as a library and behind JSON-RPC.
//!
//! ```no_run
//! use tributary_devnet::{Config, Devnet, rpc};
//!
//! # async fn example() -> Result<(), tributary_devnet::Error> {
//! let chain = Devnet::new(Config::default())?;
//! chain.advance(10)?;
//! let snapshot = chain.snapshot()?;
//! chain.advance(1_000)?;
//! chain.revert(snapshot)?;
//! let server = rpc::serve(chain, rpc::RpcConfig::default()).await?;
//! println!("listening on {:?}", server.addresses());
//! # Ok(()) }
//! ```
//!
//! A block is built the way a node's author builds one (`Core_initialize_block`, the inherents, transactions of the
//! pool in order of priority under the runtime's weight and length limits, `BlockBuilder_finalize_block`), with the
//! runtime's own code for every check, so nothing that a real node refuses gets in. The one exception is explicit:
//! transactions of an account named to [`Devnet::impersonate`] need no valid signature.
//!
//! **The state root is not a Merkle root.** It is the hash of a sum over all key-value pairs ([`state::Commitment`]),
//! which costs two short hashes a changed key instead of a path through a trie. Two states with the same root are the
//! same state; there are no storage proofs.

#![deny(clippy::print_stdout, clippy::print_stderr)]

mod arguments;
mod call_stack;
mod chain;
mod clock;
pub mod config;
mod db;
mod devnet;
mod dump;
mod dump_spec;
pub mod error;
mod execution;
mod genesis;
mod impersonation;
mod mining;
mod panics;
pub mod pool;
mod producer;
pub mod rpc;
pub mod state;

pub use chain::Head;
pub use config::{Clock, Config, Database, Genesis, Mining};
pub(crate) use devnet::Stepped;
pub use devnet::{At, Block, Devnet, Verified};
pub use error::Error;
pub use execution::extrinsic_hash;
pub use genesis::preset_names;
pub use pool::{PoolError, TransactionStatus};

/// Number of a block.
pub type BlockNumber = u32;
/// A block header.
pub type Header = sp_runtime::generic::Header<BlockNumber, sp_runtime::traits::BlakeTwo256>;
