//! The commands that talk to a running chain, and the small ones.

pub mod accounts;
pub mod artifact;
pub mod attend;
pub mod balance;
pub mod chain;
pub mod channel;
pub mod completions;
pub mod futures;
pub mod join;
pub mod market;
pub mod pact;
pub mod pay;
pub mod price;
pub mod register;
pub mod replay;
pub mod send;
pub mod serve;
pub mod stake;
pub mod status;
pub mod train;
pub mod transfer;
pub mod vectors;
pub mod wallet;
