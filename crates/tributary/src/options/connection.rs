//! Which chain a command asks, and about what.

use clap::Args;
use tributary_client::DEFAULT_ENDPOINT;

/// Which chain to talk to, and how to answer.
#[derive(Debug, Args)]
pub struct Connection {
    /// The chain's endpoint: ws://, wss://, http:// or https://, a host and a port
    #[arg(long, value_name = "URL", default_value = DEFAULT_ENDPOINT, env = "TRIBUTARY_ENDPOINT", value_parser = endpoint)]
    pub endpoint: String,
}

/// A question with no further arguments.
#[derive(Debug, Args)]
pub struct Query {
    #[command(flatten)]
    pub connection: Connection,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// A question about one subnet.
#[derive(Debug, Args)]
pub struct SubnetQuery {
    /// The subnet
    pub netuid: u16,
    #[command(flatten)]
    pub query: Query,
}

/// Reads the endpoint of a chain. JSON-RPC over HTTP and over WebSocket are on one port, and this program speaks the
/// latter.
///
/// # Errors
/// What is wrong with it.
pub fn endpoint(text: &str) -> Result<String, String> {
    let text = text.trim();
    for (http, ws) in [("http://", "ws://"), ("https://", "wss://")] {
        if let Some(rest) = text.strip_prefix(http) {
            return endpoint(&format!("{ws}{rest}"));
        }
    }
    let is_socket = |url: &reqwest::Url| matches!(url.scheme(), "ws" | "wss") && url.host().is_some();
    match reqwest::Url::parse(text) {
        Ok(url) if is_socket(&url) => Ok(text.to_owned()),
        _ => Err(format!(
            "write the URL of a chain's JSON-RPC server, such as {DEFAULT_ENDPOINT}"
        )),
    }
}

/// Reads the URL of a gateway or a beacon.
///
/// # Errors
/// What is wrong with it.
pub fn http_url(text: &str) -> Result<String, String> {
    let text = text.trim();
    let is_web = |url: &reqwest::Url| matches!(url.scheme(), "http" | "https") && url.host().is_some();
    match reqwest::Url::parse(text) {
        Ok(url) if is_web(&url) => Ok(text.to_owned()),
        _ => Err("write a URL, such as http://127.0.0.1:8402".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_urls_and_http_means_the_same_port() {
        for (text, dialled) in [
            ("ws://127.0.0.1:9944", "ws://127.0.0.1:9944"),
            ("http://127.0.0.1:9944", "ws://127.0.0.1:9944"),
            ("https://example.org/rpc", "wss://example.org/rpc"),
            (" wss://[::1]:443 ", "wss://[::1]:443"),
        ] {
            assert_eq!(endpoint(text).as_deref(), Ok(dialled), "{text}");
        }
        for text in [
            "",
            "localhost",
            "127.0.0.1:9944",
            "localhost:9944",
            "ftp://example.org",
            "ws://",
            "http://",
        ] {
            assert!(endpoint(text).is_err(), "{text}");
            assert!(http_url(text).is_err(), "{text}");
        }
        assert_eq!(
            http_url("http://127.0.0.1:8402").as_deref(),
            Ok("http://127.0.0.1:8402")
        );
    }
}
