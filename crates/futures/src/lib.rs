//! A thousand futures of the market.
//!
//! The rules of the chain are `tributary_economy`'s; this crate adds people, runs the two forward many times and looks
//! at the distribution. Results depend on scenario, seed and number of futures alone: not on threads, shards, or
//! interruptions.
//!
//! Start with [`scenario::Scenario`], make a [`run::Plan`], and [`run::Plan::run`] it.

#![deny(clippy::print_stdout, clippy::print_stderr)]
#![forbid(unsafe_code)]

pub mod batch;
pub mod calibrate;
pub mod chain;
pub mod class;
pub mod compare;
pub mod error;
pub mod explain;
pub mod fifths;
mod files;
pub mod hazard;
pub mod noise;
pub mod outcome;
pub mod pact;
pub mod parameters;
pub mod people;
pub mod prior;
pub mod report;
pub mod run;
pub mod scenario;
pub mod sensitivity;
pub mod simulate;
pub mod start;
pub mod stats;
pub mod story;
pub mod summary;
pub mod sweep;
pub mod table;
pub mod tally;
pub mod twins;
mod units;
pub mod vector;

pub use error::Error;
pub use run::{Plan, Shard};
pub use scenario::Scenario;
