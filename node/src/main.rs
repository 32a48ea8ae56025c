//! The chain on many machines: polkadot-sdk's client around the runtime as WebAssembly.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod chain_spec;
mod cli;
mod command;
mod dev;
mod market_metrics;
mod rpc;
mod service;
mod start_state;

fn main() -> sc_cli::Result<()> {
    command::run()
}
