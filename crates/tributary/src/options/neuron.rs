//! What every neuron is told: its subnet and key, its axon, and which addresses of others it may call.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    str::FromStr,
};

use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use tributary_neuron::Reach;

use super::{connection::Connection, keys::Keys};

/// The chain, and which of the addresses that are announced on it are called.
#[derive(Debug, Args)]
pub struct Peers {
    #[command(flatten)]
    pub connection: Connection,
    /// Whether to call axons that announce an address of this machine or of a private network. Unroutable addresses are never called [default: yes if the chain's endpoint is such an address]
    #[arg(long, value_name = "yes|no", num_args = 0..=1, require_equals = true, default_missing_value = "yes", value_parser = yes_or_no)]
    pub allow_private: Option<bool>,
}

impl Peers {
    /// Where axons are called.
    pub fn reach(&self) -> Reach {
        match self.allow_private.unwrap_or_else(|| is_near(&self.connection.endpoint)) {
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
    /// Address on which the axon listens. The default serves this machine only; port 0 picks a free port
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:0", value_parser = socket)]
    pub listen: SocketAddr,
    /// Address to announce on the chain, at which others reach the axon; port 0 means the port of --listen [default: --listen]
    #[arg(long, value_name = "IP:PORT", value_parser = socket)]
    pub announce: Option<SocketAddr>,
}

/// What all that take part in a subnet share.
#[derive(Debug, Args)]
pub struct Member {
    #[command(flatten)]
    pub peers: Peers,
    #[command(flatten)]
    pub keys: Keys,
    /// The subnet
    #[arg(long)]
    pub netuid: u16,
    /// JSON file of the market's hyperparameters; must match what the subnet's owner has published [default: what is published]
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// Folder for state that must survive a restart
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Print one JSON object per change
    #[arg(long)]
    pub json: bool,
}

/// Reads a value that has one of these names, and lists them.
pub fn one_of<K>(names: impl IntoIterator<Item = &'static str>) -> impl TypedValueParser<Value = K>
where
    K: FromStr<Err = String> + Clone + Send + Sync + 'static,
{
    PossibleValuesParser::new(names).try_map(|name| name.parse::<K>())
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
