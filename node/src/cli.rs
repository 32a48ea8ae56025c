//! The command line: polkadot-sdk's, and how a development chain makes its blocks.

use std::{path::PathBuf, str::FromStr};

use sc_cli::RunCmd;

/// The command line.
#[derive(Debug, clap::Parser)]
pub struct Cli {
    /// What to do instead of running a node.
    #[command(subcommand)]
    pub subcommand: Option<Subcommand>,

    /// How to run a node.
    #[command(flatten)]
    pub run: RunCmd,

    /// With --dev: when blocks are made. `instant`: one for each transaction. `manual`: when `engine_createBlock` is called.
    /// A number: every so many milliseconds.
    #[arg(long, default_value = "instant", value_name = "instant|manual|MS")]
    pub seal: Seal,

    /// How storage is watched for being full.
    #[command(flatten)]
    pub storage_monitor: sc_storage_monitor::StorageMonitorParams,
}

/// When a development chain makes a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// For each transaction.
    Instant,
    /// When it is asked to.
    Manual,
    /// Every so many milliseconds.
    Timed(u64),
}

impl FromStr for Seal {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "instant" => Ok(Self::Instant),
            "manual" => Ok(Self::Manual),
            number => match number.parse() {
                Ok(ms) if ms > 0 => Ok(Self::Timed(ms)),
                _ => Err("give `instant`, `manual`, or milliseconds above 0".into()),
            },
        }
    }
}

/// What a node can do beside running.
#[derive(Debug, clap::Subcommand)]
#[allow(clippy::large_enum_variant)]
pub enum Subcommand {
    /// Generate, inspect and insert keys.
    #[command(subcommand)]
    Key(sc_cli::KeySubcommand),

    /// Write a chain specification; export-chain-spec takes its place.
    #[allow(deprecated)]
    BuildSpec(sc_cli::BuildSpecCmd),

    /// Write a chain specification.
    ExportChainSpec(sc_cli::ExportChainSpecCmd),

    /// Write the specification of a network that goes on from the state of another chain.
    ///
    /// The state is a raw specification, as `tributary chain --dump FILE.json` and `export-state` write it. Runtime,
    /// validators and first block are those of --chain; block numbers go on.
    GoOn {
        /// The state.
        state: PathBuf,
        /// The chain whose validators the network has.
        #[arg(long, value_name = "CHAIN")]
        chain: String,
    },

    /// Check that blocks can be executed again.
    CheckBlock(sc_cli::CheckBlockCmd),

    /// Write blocks to a file.
    ExportBlocks(sc_cli::ExportBlocksCmd),

    /// Write the state at a block as a chain specification.
    ExportState(sc_cli::ExportStateCmd),

    /// Read blocks from a file.
    ImportBlocks(sc_cli::ImportBlocksCmd),

    /// Remove the chain's data.
    PurgeChain(sc_cli::PurgeChainCmd),

    /// Go back some blocks, not beyond the last finalised one.
    Revert(sc_cli::RevertCmd),

    /// Show what the database holds.
    ChainInfo(sc_cli::ChainInfoCmd),
}
