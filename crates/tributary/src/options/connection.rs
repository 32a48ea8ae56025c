//! Which chain a command asks, and about what.

use clap::Args;
use tributary_client::DEFAULT_ENDPOINT;

/// Which chain to talk to, and how to answer.
#[derive(Debug, Args)]
pub struct Connection {
    /// The chain's WebSocket endpoint
    #[arg(long, value_name = "URL", default_value = DEFAULT_ENDPOINT, env = "TRIBUTARY_ENDPOINT")]
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
