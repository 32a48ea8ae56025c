//! A market in serving language models, and the gateway that sells what it serves.
//!
//! Miners serve the best model of a train subnet over the OpenAI completions API; validators ask them like customers,
//! run the same jobs themselves, and pay right answers by speed ([`score`]). A gateway sells to customers: it lets in what
//! vouchers on payment channels cover ([`meter`]), asks good miners, and settles on the chain ([`rail`]).

#![deny(clippy::print_stdout, clippy::print_stderr)]

pub mod api;
mod ask_miner;
mod config;
pub mod credential;
pub mod engine;
mod gateway;
mod generation;
pub mod memory_rail;
pub mod meter;
mod miner;
pub mod rail;
pub mod rao;
mod rules;
pub mod score;
mod served_models;
mod validator;
mod wallet;

pub use config::{
    MinerConfig, MinerHandle, MinerKind, MinerStatus, MinerView, ValidatorConfig, ValidatorHandle, ValidatorStatus,
};
pub use gateway::{GatewayConfig, GatewayHandle, GatewayStatus, Offer, RouteView, spawn_gateway};
pub use generation::complete;
pub use miner::spawn_miner;
pub use rules::{BadRule, Rules};
pub use served_models::{Librarian, Library, Released, model_id};
pub use validator::spawn_validator;
pub use wallet::{WalletConfig, WalletError, WalletStatus, offer, run_wallet};
