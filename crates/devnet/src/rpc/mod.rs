//! JSON-RPC around an embedded chain, as a Substrate node speaks it (`docs/rules/clients.md#transport` and
//! `docs/rules/clients.md#methods`), with the `dev_*` family.
//!
//! Programs of this machine may call everything. Pages in its browsers may if they come from this machine or from an
//! origin that the user named; others are refused before anything of their requests is read ([`RpcConfig::origins`]).

mod author;
mod chain;
mod config;
mod context;
mod dev;
mod error;
mod gate;
pub mod limits;
mod methods;
mod params;
mod payment;
mod quota;
mod server;
mod state;
mod storage;
mod storage_hub;
mod system;

pub use tributary_http::{Hosts, Limits, Origins};

pub use config::{RpcConfig, default_origins};
pub use gate::{MethodSet, is_unsafe};
pub use server::{RpcHandle, serve};
