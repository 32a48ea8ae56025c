//! The options of `tributary up`.

use std::path::PathBuf;

use clap::Args;
use tributary_market_train::MinerKind;

use super::stakers::RULES;
use crate::{options::one_of, output};

#[derive(Debug, Args)]
#[command(after_long_help = RULES)]
pub struct Up {
    /// Stop after so many blocks
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub blocks: Option<u32>,
    /// Print one JSON object per block instead of the live screen
    #[arg(long)]
    pub json: bool,
    /// Folder of the market; a later `up` continues from there [default: in the user's data folder]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Port of the chain's JSON-RPC on this machine
    #[arg(long, default_value_t = 9944)]
    pub port: u16,
    /// Port of the gateway that sells completions [default: 8402, or another if that is taken]
    #[arg(long, value_name = "PORT")]
    pub gateway_port: Option<u16>,
    /// Text to compete on: a file, a folder, or a bundled text (histories, prophets, testament). Several are assigned to the subnets in turn
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub corpus: Vec<String>,
    /// Kind of the dishonest miner in each subnet; `honest` for none. Several are assigned in turn [default: copycat random offline]
    #[arg(long, value_name = "KIND", num_args = 1.., value_parser = one_of::<MinerKind>(MinerKind::ALL.map(|kind| kind.name())))]
    pub miner: Vec<MinerKind>,
    /// Seed of the miners' first weights and batches [default: 1]
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// Move the market in --data to DIR.old and start a new one
    #[arg(long)]
    pub fresh: bool,
    /// Milliseconds between blocks [default: 1000]
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(100..=60_000))]
    pub block_time: Option<u64>,
    /// Print plain lines even on a terminal
    #[arg(long, conflicts_with = "json")]
    pub no_tui: bool,
}

impl Up {
    /// Whether the live screen is wanted and possible.
    pub fn is_live(&self) -> bool {
        !self.json && !self.no_tui && output::is_watched()
    }
}
