//! The people of a future: what each subnet's team, miners, customers and traders are and do.
//!
//! Everything is kept in rows of one entry a slot. Amounts that the chain counts are in [`crate::chain`]; here are
//! plans, in floating point.

mod arrive;
mod begin;
mod decide;
mod enforce;
mod exit;
mod exit_decision;
mod kinds;
mod measure;
mod pacts;
mod shocks;
mod situation;
mod step;
mod takeover;
mod tao_market;
mod tao_price;
mod teams;
mod trade;
mod work;
mod world;

pub use exit_decision::Weighed;
pub use kinds::{Choice, Kind, Phase};
pub use tao_market::TaoMarket;
pub use world::{People, World};
