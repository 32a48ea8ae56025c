//! The options of `tributary miner` and `validator`.

use std::{net::SocketAddr, path::PathBuf};

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use tributary_market_train::MinerKind;
use tributary_neuron::Reach;

use super::{Connection, Keys};

/// Whether addresses of strangers may lead into this machine or network.
#[derive(Debug, Args)]
pub struct Neighbours {
    /// Whether to call axons that announce this machine or a private network. Addresses that are nobody's are never called [default: yes if the chain's endpoint is on this machine or in a private network]
    #[arg(long, value_name = "yes|no", num_args = 0..=1, require_equals = true, default_missing_value = "yes", value_parser = yes_or_no)]
    pub allow_private: Option<bool>,
}

impl Neighbours {
    /// Where axons are called.
    pub fn reach(&self, endpoint: &str) -> Reach {
        match self.allow_private.unwrap_or_else(|| is_near(endpoint)) {
            true => Reach::Private,
            false => Reach::Public,
        }
    }
}

/// Whether a chain is on this machine or in a private network, by its endpoint. Names other than `localhost` are not.
fn is_near(endpoint: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(endpoint) else {
        return false;
    };
    let host = url.host_str().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let private = |ip| Reach::Public.refuses_ip(ip).is_some() && Reach::Private.refuses_ip(ip).is_none();
    host == "localhost" || bare.parse().is_ok_and(private)
}

/// Where an axon is.
#[derive(Debug, Args)]
pub struct AxonAddress {
    /// Where its axon listens. The default serves this machine only; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Where others reach it, as announced on the chain; port 0 stands for the port of --listen [default: --listen]
    #[arg(long, value_name = "ADDRESS")]
    pub announce: Option<SocketAddr>,
}

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
    /// Text to compete on: a file, a folder, a bundled text (histories, prophets, testament), or what `tributary market fetch` wrote. It must be the one that the subnet's owner has published [default: that one]
    #[arg(long, value_name = "PATH")]
    pub corpus: Option<String>,
    /// The market's hyperparameters, a JSON file. They must be those that the subnet's owner has published [default: those]
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// Relay of the beacon until whose rounds artefacts are sealed [default: the subnet's, or drand's quicknet]
    #[arg(long, value_name = "URL", env = "TRIBUTARY_BEACON")]
    pub beacon: Option<String>,
    #[command(flatten)]
    pub axon: AxonAddress,
    #[command(flatten)]
    pub neighbours: Neighbours,
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
    /// Another subnet whose neurons may fetch its weights: a market that serves its models. May be given several times
    #[arg(long, value_name = "NETUID")]
    pub guest: Vec<u16>,
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

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        _ => Err("write yes or no".to_owned()),
    }
}

fn strength(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value <= 1.0 => Ok(value),
        _ => Err("must be above 0 and at most 1".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::is_near;

    #[test]
    fn chains_near_by_have_neighbours() {
        for near in [
            "ws://127.0.0.1:9944",
            "ws://localhost:9944",
            "ws://[::1]:1",
            "ws://192.168.1.10:9944",
        ] {
            assert!(is_near(near), "{near}");
        }
        for far in [
            "wss://entrypoint.example.org:443",
            "ws://8.8.8.8:9944",
            "ws://0.0.0.0:9944",
            "nonsense",
        ] {
            assert!(!is_near(far), "{far}");
        }
    }
}
