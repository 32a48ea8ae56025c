//! The options of `tributary chain`.

use std::path::PathBuf;

use clap::Args;

use super::rpc::Rpc;

#[derive(Debug, Args)]
pub struct Chain {
    /// Genesis preset of the runtime: fast (blocks of 250 ms, short tempos, low prices), local (the local network of
    /// the reference, blocks of 12 s) or mainnet (constants and rules of the public network, as recorded). A chain
    /// in --data keeps the preset that it was created with [default: fast]
    #[arg(long, value_name = "NAME", conflicts_with = "load", value_parser = tributary_runtime::genesis::PRESETS)]
    pub preset: Option<String>,
    /// Start from a state file instead of a preset: one written by --dump, or by `tributary-node export-state`
    #[arg(long, value_name = "FILE")]
    pub load: Option<PathBuf>,
    /// Write the state to this file when the chain is stopped; as a raw chain specification, which nodes can go on from,
    /// if its name ends with .json
    #[arg(long, value_name = "FILE")]
    pub dump: Option<PathBuf>,
    /// Enable the methods dev_dump and dev_load, for files in this folder
    #[arg(long, value_name = "DIR")]
    pub dump_folder: Option<PathBuf>,
    /// Folder for blocks and state; without it they are lost when the process ends
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Ports to listen on; some tools expect a chain on 9945
    #[arg(long, value_name = "PORT", num_args = 1.., default_values_t = [9944, 9945])]
    pub port: Vec<u16>,
    /// Verify the whole chain in --data and exit: with 0 if it is sound, with 1 if not
    #[arg(long, requires = "data", conflicts_with_all = ["preset", "load", "dump", "dump_folder", "block_time", "mode"])]
    pub verify: bool,
    /// Milliseconds between blocks of a new chain; a loaded chain keeps its own [default: the preset's]
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(1..=600_000))]
    pub block_time: Option<u64>,
    /// When to make blocks: every --block-time, for each transaction, or only when `dev_advance` is called
    #[arg(long, value_enum, default_value = "timer")]
    pub mode: Mode,
    #[command(flatten)]
    pub rpc: Rpc,
}

/// When the chain makes blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Mode {
    Timer,
    Transaction,
    Demand,
}
