//! The command line, as clap reads it.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand};
use tributary_client::DEFAULT_ENDPOINT;
use tributary_market_train::MinerKind;

use crate::{
    amount::{self, Amount, AmountOrAll},
    commands::{
        artifact::{Artifact, ServeBeacon},
        channel::Channel,
        pact::Pact,
        pay::{Pay, Tribute},
        serve::{ServeGateway, ServeMiner, ServeValidator},
    },
};

/// An open market for machine intelligence: chains, miners, validators, wallets.
#[derive(Debug, Parser)]
#[command(name = "tributary", version, propagate_version = true)]
#[command(
    after_help = "Data goes to stdout, everything else to stderr. Exit code: 0 done, 1 failed, 2 wrong arguments."
)]
pub struct Cli {
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
    /// Send TAO to an account
    Transfer(Transfer),
    /// Buy alpha of a subnet and stake it on a hotkey (on subnet 0: stake TAO)
    Stake(Stake),
    /// Take stake back and sell it for TAO
    Unstake(Unstake),
    /// Register a neuron or a subnet
    #[command(subcommand)]
    Register(Register),
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

/// Whose key signs.
#[derive(Debug, Args)]
pub struct Keys {
    /// The signing key: a development name (//Alice), a mnemonic or a 0x-seed. Visible to others in the process list: for development only
    #[arg(
        long,
        value_name = "SECRET",
        conflicts_with = "wallet",
        required_unless_present = "wallet"
    )]
    pub key: Option<String>,
    /// The signing key: the coldkey of this wallet. Its password is asked for, or read from BT_WALLET_PASSWORD
    #[arg(long, value_name = "NAME")]
    pub wallet: Option<String>,
    /// Where wallets are
    #[arg(long, value_name = "DIR", requires = "wallet", default_value = None, env = "BT_WALLET_PATH")]
    pub wallet_path: Option<PathBuf>,
    /// A hotkey: an address, a development name, or with --wallet the name of one of its hotkeys. Without it: the wallet's hotkey `default`, or the account of --key itself
    #[arg(long, value_name = "HOTKEY")]
    pub hotkey: Option<String>,
}

/// How a transaction is sent.
#[derive(Debug, Args)]
pub struct Sending {
    #[command(flatten)]
    pub connection: Connection,
    #[command(flatten)]
    pub keys: Keys,
    /// Only show what it would cost; nothing is sent
    #[arg(long)]
    pub preview: bool,
    /// Wait until the block cannot be undone
    #[arg(long)]
    pub finalized: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
#[command(after_long_help = crate::up::STAKER_RULES)]
pub struct Up {
    /// End after this many blocks
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub blocks: Option<u32>,
    /// Print one JSON object a block instead of the live screen
    #[arg(long)]
    pub json: bool,
    /// Where the market lives; started again, it goes on from there [default: in the user's data folder]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Port of the chain's JSON-RPC on this machine
    #[arg(long, default_value_t = 9944)]
    pub port: u16,
    /// Port of the gateway that sells completions [default: 8402, or another if that is taken]
    #[arg(long, value_name = "PORT")]
    pub gateway_port: Option<u16>,
    /// Text to compete on: a file, a folder, or a bundled text (histories, prophets, testament). Several are dealt to the subnets in turn
    #[arg(long, value_name = "PATH", num_args = 1..)]
    pub corpus: Vec<String>,
    /// The dishonest miner of each subnet: copycat, random, overfit, offline (or honest for none). Several are dealt in turn [default: copycat random offline]
    #[arg(long, value_name = "KIND", num_args = 1..)]
    pub miner: Vec<MinerKind>,
    /// Seed of the miners' first weights and batches [default: 1]
    #[arg(long, value_name = "S")]
    pub seed: Option<u64>,
    /// Forget the market in --data and start a new one
    #[arg(long)]
    pub fresh: bool,
    /// Milliseconds between blocks [default: 1000]
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(100..=60_000))]
    pub block_time: Option<u64>,
    /// Print plain lines even on a terminal
    #[arg(long, conflicts_with = "json")]
    pub no_tui: bool,
}

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
    /// How it behaves: honest, copycat, random, overfit, offline
    #[arg(long, value_name = "KIND", default_value = "honest")]
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
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..))]
    pub publish_every: u64,
}

#[derive(Debug, Args)]
pub struct Validator {
    #[command(flatten)]
    pub neuron: Neuron,
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
pub struct Transfer {
    /// The account to pay: an address or a development name
    pub to: String,
    /// TAO, at most 9 decimals
    #[arg(value_parser = amount::parse)]
    pub amount: Amount,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Debug, Args)]
pub struct Stake {
    /// The subnet
    pub netuid: u16,
    /// TAO to pay, at most 9 decimals
    #[arg(value_parser = amount::parse)]
    pub amount: Amount,
    /// Highest price to pay, TAO per alpha; fails if the whole amount does not fit under it
    #[arg(long, value_name = "PRICE", value_parser = amount::parse)]
    pub limit: Option<Amount>,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Debug, Args)]
pub struct Unstake {
    /// The subnet
    pub netuid: u16,
    /// Alpha to sell, at most 9 decimals, or `all`
    #[arg(value_parser = amount::parse_or_all)]
    pub amount: AmountOrAll,
    /// Lowest price to take, TAO per alpha; fails if the whole amount does not fit above it
    #[arg(long, value_name = "PRICE", value_parser = amount::parse)]
    pub limit: Option<Amount>,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Debug, Subcommand)]
pub enum Register {
    /// Register the hotkey as a neuron of a subnet, at the subnet's price
    Neuron(RegisterNeuron),
    /// Create a subnet, at the network's price
    Subnet(RegisterSubnet),
}

#[derive(Debug, Args)]
pub struct RegisterNeuron {
    /// The subnet
    pub netuid: u16,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Debug, Args)]
pub struct RegisterSubnet {
    /// Start it at once: emission and staking begin
    #[arg(long)]
    pub start: bool,
    #[command(flatten)]
    pub sending: Sending,
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

fn strength(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value <= 1.0 => Ok(value),
        _ => Err("must be above 0 and at most 1".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
