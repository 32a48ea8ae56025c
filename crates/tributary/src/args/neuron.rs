//! The options of `tributary miner` and `validator`.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
};

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
    /// Whether to call axons that announce this machine or a private network. Addresses at which nobody can be reached are never called [default: yes if the chain's endpoint is on this machine or in a private network]
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
    /// Where the axon listens. The default serves this machine only; port 0 picks a free one
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:0", value_parser = socket)]
    pub listen: SocketAddr,
    /// Address announced on the chain, where others reach the axon; port 0 stands for the port of --listen [default: --listen]
    #[arg(long, value_name = "IP:PORT", value_parser = socket)]
    pub announce: Option<SocketAddr>,
}

/// What all that take part in a subnet share.
#[derive(Debug, Args)]
pub struct Member {
    #[command(flatten)]
    pub connection: Connection,
    #[command(flatten)]
    pub keys: Keys,
    /// The subnet
    #[arg(long)]
    pub netuid: u16,
    /// The market's hyperparameters, a JSON file. They must be those that the subnet's owner has published [default: those]
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    #[command(flatten)]
    pub neighbours: Neighbours,
    /// Folder for what must survive a restart
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Print one JSON object per change
    #[arg(long)]
    pub json: bool,
}

/// What miners and validators of a train subnet share.
#[derive(Debug, Args)]
pub struct Neuron {
    #[command(flatten)]
    pub member: Member,
    /// Text to compete on: a file, a folder, a bundled text (histories, prophets, testament), or what `tributary market fetch` wrote. It must be the one that the subnet's owner has published [default: that one]
    #[arg(long, value_name = "PATH")]
    pub corpus: Option<String>,
    /// Relay of the drand beacon that artefacts are sealed for [default: the subnet's, or drand's quicknet]
    #[arg(long, value_name = "URL", env = "TRIBUTARY_BEACON")]
    pub beacon: Option<String>,
    #[command(flatten)]
    pub axon: AxonAddress,
}

#[derive(Debug, Args)]
pub struct Miner {
    #[command(flatten)]
    pub neuron: Neuron,
    /// How the miner behaves
    #[arg(long, value_name = "KIND", default_value = "honest", value_parser = miner_kind())]
    pub miner: MinerKind,
    /// Above 0, at most 1: width of the model and share of time spent training
    #[arg(long, default_value_t = 1.0, value_parser = strength)]
    pub strength: f64,
    /// Seed of the first weights and the batches
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// Another subnet whose neurons may fetch this miner's weights, because it serves them. May be given several times
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

/// Reads an address with its port.
///
/// # Errors
/// What is missing.
pub fn socket(text: &str) -> Result<SocketAddr, String> {
    let text = text.trim();
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let bare = text.trim_start_matches('[').trim_end_matches(']');
    Err(match bare.parse::<IpAddr>() {
        Ok(ip) => format!("the port is missing: write {}, for example", SocketAddr::new(ip, 8091)),
        Err(_) => "write an IP address and a port, such as 203.0.113.7:8091 (not the name of a machine)".to_owned(),
    })
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
    use super::{is_near, socket};

    #[test]
    fn addresses_need_a_port() {
        assert_eq!(socket("[::1]:80").unwrap().port(), 80);
        assert!(socket("203.0.113.7").unwrap_err().contains("write 203.0.113.7:8091"));
        assert!(socket("[::1]").unwrap_err().contains("write [::1]:8091"));
        assert!(socket("example.org:80").unwrap_err().contains("IP address and a port"));
    }

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
