//! The command line, as clap reads it.

mod chain;
mod keys;
mod neuron;
mod rpc;
mod trade;
mod up;

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand};
use tributary_client::DEFAULT_ENDPOINT;

pub use chain::{Chain, Mode};
pub use keys::{Keys, Sending};
pub use neuron::{AxonAddress, Miner, Neighbours, Neuron, Validator};
pub use trade::{Register, RegisterNeuron, RegisterSubnet, Stake, Transfer, Unstake};
pub use up::Up;

use crate::commands::{
    artifact::{Artifact, ServeBeacon},
    balance::{Balance, Fund},
    channel::Channel,
    market::Market,
    pact::Pact,
    pay::{Pay, Tribute},
    price::Price,
    serve::{ServeGateway, ServeMiner, ServeValidator},
    wallet::Wallets,
};
use crate::help::{Completions, ManPages};

/// An open market for machine intelligence: chains, miners, validators, wallets.
#[derive(Debug, Parser)]
#[command(name = "tributary", version, propagate_version = true)]
#[command(
    after_help = "`tributary COMMAND --help` tells more and gives an example. Data goes to stdout, everything else to stderr.\nDefaults of your own: config.toml in the folder tributary of your configuration folder, or in TRIBUTARY_CONFIG.\nExit code: 0 done, 1 failed, 2 wrong arguments.",
    disable_help_subcommand = true
)]
pub struct Cli {
    /// Say more on stderr: what the program does; twice: in detail
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet", display_order = 900)]
    pub verbose: u8,
    /// Say nothing on stderr but errors
    #[arg(short, long, global = true, display_order = 901)]
    pub quiet: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a whole market on this machine: a chain, subnets that train and serve models, stakers, a customer
    Up(Up),
    /// Start only the chain, with JSON-RPC for wallets and tools
    Chain(Chain),
    /// Start a miner of a train subnet on a running chain
    Miner(Miner),
    /// Start a validator of a train subnet on a running chain
    Validator(Validator),
    /// Start a miner of a serve subnet on a running chain
    ServeMiner(ServeMiner),
    /// Start a validator of a serve subnet on a running chain
    ServeValidator(ServeValidator),
    /// Sell what a serve subnet serves to any OpenAI client, paid by channels
    ServeGateway(ServeGateway),
    /// Show a running chain: height, issuance, where the TAO is
    Status(Query),
    /// List the subnets of a running chain
    Subnets(Query),
    /// List the neurons of a subnet
    Metagraph(SubnetQuery),
    /// What alpha costs, and how far a purchase moves the price
    Price(Price),
    /// What an account has: TAO, stake by subnet, and what that is worth
    Balance(Balance),
    /// Make, import and list wallets: folders of keys in bittensor's format
    #[command(subcommand)]
    Wallet(Wallets),
    /// Give an account TAO of a development account, on chains that have one
    Fund(Fund),
    /// Send TAO to an account
    Transfer(Transfer),
    /// Buy alpha of a subnet and stake it on a hotkey (on subnet 0: stake TAO)
    Stake(Stake),
    /// Take stake back and sell it for TAO
    Unstake(Unstake),
    /// Register a neuron or a subnet
    #[command(subcommand)]
    Register(Register),
    /// What a subnet competes in: its rules and its text, as its owner has published them
    #[command(subcommand)]
    Market(Market),
    /// What a subnet promises to give back
    #[command(subcommand)]
    Pact(Pact),
    /// What a subnet made with its emission: sealed, committed, opened by anybody when its time has come
    #[command(subcommand)]
    Artifact(Artifact),
    /// Run a beacon of your own, for a chain that nobody else uses; it speaks drand's HTTP
    Beacon(ServeBeacon),
    /// Pay for a subnet's service
    Pay(Pay),
    /// Pay by the use: channels, vouchers, API keys
    #[command(subcommand)]
    Channel(Channel),
    /// What came back
    #[command(subcommand)]
    Tribute(Tribute),
    /// Run the economy forward many times, with people in it, and look at the distribution
    #[command(subcommand)]
    Futures(crate::commands::futures::Futures),
    /// Hold the rules against files of test vectors
    Vectors(Vectors),
    /// Replay recorded blocks of the public network, and say what differs
    Replay(Replay),
    /// Print what a shell needs to complete commands
    Completions(Completions),
    /// Write man pages
    Man(ManPages),
}

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

#[derive(Debug, Args)]
pub struct Vectors {
    /// Files of vectors: lists of area, name, inputs, expected, tolerance
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Replay {
    /// Files of recorded blocks: the state before a block and what it left
    #[arg(required = true, value_name = "BLOCK.json")]
    pub files: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
