//! The options of `tributary miner` and `validator`.

use std::{net::SocketAddr, path::PathBuf};

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use tributary_market_train::MinerKind;

use super::{Connection, Keys};

/// What miners and validators share.
#[derive(Debug, Args)]
pub struct Neuron {
    #[command(flatten)]
    pub connection: Connection,
    #[command(flatten)]
    pub keys: Keys,
    /// The subnet
    #[arg(long)]
    pub netuid: u16,
    /// Text to compete on: a file, a folder, or a bundled text (histories, prophets, testament)
    #[arg(long, value_name = "PATH", default_value = "histories")]
    pub corpus: String,
    /// The market's hyperparameters, a JSON file; everybody in the subnet must use the same
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// Relay of the beacon until whose rounds artefacts are sealed [default: drand's quicknet]
    #[arg(long, value_name = "URL", env = "TRIBUTARY_BEACON")]
    pub beacon: Option<String>,
    /// Where to keep what must survive a restart
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Print one JSON object on every change
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Miner {
    #[command(flatten)]
    pub neuron: Neuron,
    /// How it behaves
    #[arg(long, value_name = "KIND", default_value = "honest", value_parser = miner_kind())]
    pub miner: MinerKind,
    /// Above 0, at most 1: width of the model and share of time spent training
    #[arg(long, default_value_t = 1.0, value_parser = strength)]
    pub strength: f64,
    /// Seed of the first weights and the batches
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// Where its axon listens. The default serves this machine only; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Another subnet whose neurons may fetch its weights: a market that serves its models. May be given several times
    #[arg(long, value_name = "NETUID")]
    pub guest: Vec<u16>,
    /// Where others reach it, as announced on the chain; port 0 stands for the port of --listen [default: --listen]
    #[arg(long, value_name = "ADDRESS")]
    pub announce: Option<SocketAddr>,
    /// Seconds between two published versions
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub publish_every: u64,
}

#[derive(Debug, Args)]
pub struct Validator {
    #[command(flatten)]
    pub neuron: Neuron,
}

/// Reads a kind of miner, and lists them.
pub(super) fn miner_kind() -> impl TypedValueParser<Value = MinerKind> {
    PossibleValuesParser::new(MinerKind::ALL.map(|kind| kind.name())).try_map(|name| name.parse::<MinerKind>())
}

fn strength(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value <= 1.0 => Ok(value),
        _ => Err("must be above 0 and at most 1".to_owned()),
    }
}
