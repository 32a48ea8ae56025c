//! A thin client of any chain that runs the market's runtime: reads its state with the runtime's own types, signs and
//! follows transactions, and finds the keys to sign with.
//!
//! ```no_run
//! # async fn example() -> tributary_client::Result<()> {
//! use tributary_client::{Client, Keypair, Wait};
//! use tributary_runtime::{Runtime, RuntimeCall};
//!
//! let client = Client::connect("ws://127.0.0.1:9944").await?;
//! let bob = Keypair::dev("Bob")?.account();
//! let call = RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive { dest: bob.into(), value: 1_000 });
//! let included = client.submit(&call, &Keypair::dev("Alice")?, Wait::InBlock).await?;
//! println!("block {}, fee {} rao", included.block_number, included.fee);
//! # Ok(())
//! # }
//! ```

#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod account;
mod connection;
pub mod delegate;
mod dispatch;
mod error;
mod explain;
pub mod keyfile;
mod keys;
pub mod market;
pub mod pact;
pub mod quote;
pub mod receipt;
mod transaction;
mod view;
mod visible;
pub mod wallet;

pub use connection::{Client, DEFAULT_ENDPOINT, Header, Heads};
pub use error::{Error, Result};
pub use jsonrpsee::rpc_params;
pub use keys::{Keypair, NewKey, address, parse_account};
pub use sp_core::{H256, crypto::AccountId32};
pub use transaction::{Included, Sent, Wait, call_name};
pub use view::View;
pub use visible::{is_hidden, visible, visible_lines};
pub use wallet::{PASSWORD_VARIABLE, Wallet};
