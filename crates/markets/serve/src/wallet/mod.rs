//! The customer's side: a small process that signs vouchers as use accrues, so that any client can be used unchanged.
//!
//! It signs for what the gateway says was used, if that adds up by the price that was agreed and agrees with the chain and
//! with the wallet's own record, and never above its budget. It cannot see whether the requests that are charged were made:
//! that is what the budget is for.

mod check;
mod config;
mod record;
mod sign;

pub use config::{WalletConfig, WalletError, WalletStatus};
pub use sign::{offer, run_wallet};
