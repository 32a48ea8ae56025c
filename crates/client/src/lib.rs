//! A thin client of any chain that runs the market's runtime: reads its state, signs and follows transactions, and finds
//! the keys to sign with. It links no runtime: what it reads and writes is found by name in the chain's own metadata.
//!
//! ```no_run
//! # async fn example() -> tributary_client::Result<()> {
//! use tributary_client::{Call, Client, Keypair, Wait};
//!
//! let client = Client::connect("ws://127.0.0.1:9944").await?;
//! let bob = Keypair::dev("Bob")?.account();
//! let call = Call::transfer(&bob, 1_000);
//! let included = client.submit(&call, &Keypair::dev("Alice")?, Wait::InBlock).await?;
//! println!("block {}, fee {} rao", included.block_number, included.fee);
//! # Ok(())
//! # }
//! ```

#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod account;
mod call;
pub mod calls;
pub mod commitment;
mod connection;
pub mod delegate;
mod error;
mod event;
mod explain;
mod extensions;
mod failure;
pub mod items;
pub mod keyfile;
mod keys;
pub mod market;
mod metadata;
pub mod pact;
pub mod quote;
pub mod receipt;
mod stored;
#[cfg(test)]
mod testing;
mod transaction;
mod view;
mod visible;
pub mod wallet;

pub use call::Call;
pub use connection::{Client, DEFAULT_ENDPOINT, Header, Heads};
pub use error::{Error, Result};
pub use event::{Event, Phase};
pub use failure::Failure;
pub use jsonrpsee::rpc_params;
pub use keys::{Keypair, NewKey, address, parse_account};
pub use sp_core::{H256, crypto::AccountId32};
pub use transaction::{Included, Sent, Wait, Weight};
pub use view::{Arguments, View};
pub use visible::{is_hidden, visible, visible_lines};
pub use wallet::{PASSWORD_VARIABLE, Wallet};
