//! The options of `tributary chain`.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub struct Chain {
    /// Genesis preset of the runtime
    #[arg(long, default_value = "fast", conflicts_with = "load")]
    pub preset: String,
    /// Start from a state file written by --dump instead of a preset
    #[arg(long, value_name = "FILE")]
    pub load: Option<PathBuf>,
    /// Write the state to this file when the chain is stopped
    #[arg(long, value_name = "FILE")]
    pub dump: Option<PathBuf>,
    /// Where blocks and state are kept; without it they are gone with the process
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Port to listen on; the chain tools of the field also look at 9945, so several may be given
    #[arg(long, value_name = "PORT", num_args = 1.., default_values_t = [9944, 9945])]
    pub port: Vec<u16>,
    /// Milliseconds between blocks
    #[arg(long, value_name = "MS", default_value_t = 250, value_parser = clap::value_parser!(u64).range(1..=600_000))]
    pub block_time: u64,
    /// When blocks are made: every --block-time, on every transaction, or only when `dev_mine` asks
    #[arg(long, value_enum, default_value = "timer")]
    pub mode: Mode,
}

/// When the chain makes blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Mode {
    Timer,
    Transaction,
    Demand,
}
