//! The command line, as clap reads it.

use clap::{ArgAction, Parser, Subcommand};

use crate::{
    commands::{
        artifact::{Artifact, ServeBeacon},
        balance::{Balance, Fund},
        chain::Chain,
        channel::Channel,
        completions::{Completions, ManPages},
        futures::Futures,
        market::Market,
        pact::Pact,
        pay::{Pay, Tribute},
        price::Price,
        register::Register,
        replay::Replay,
        serve::{ServeGateway, ServeMiner, ServeValidator},
        stake::{Stake, Unstake},
        train::{Miner, Validator},
        transfer::Transfer,
        vectors::Vectors,
        wallet::Wallets,
    },
    options::{Query, SubnetQuery},
    up::Up,
};

/// An open market for machine intelligence: chains, miners, validators, wallets.
#[derive(Debug, Parser)]
#[command(name = "tributary", version, propagate_version = true)]
#[command(
    after_help = "`tributary COMMAND --help` explains a command and gives an example. Results go to stdout, messages to stderr.\nYour own defaults: ~/.config/tributary/config.toml, or the file that TRIBUTARY_CONFIG names.\nExit codes: 0 success, 1 failure, 2 wrong arguments.",
    disable_help_subcommand = true
)]
pub struct Cli {
    /// Print more messages on stderr; twice: every detail
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet", display_order = 900)]
    pub verbose: u8,
    /// Print only errors on stderr
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
    /// Show what alpha costs, and how far a purchase moves the price
    Price(Price),
    /// Show what an account has: TAO, stake by subnet, and its value
    Balance(Balance),
    /// Make, import and list wallets: folders of keys in bittensor's format
    #[command(subcommand)]
    Wallet(Wallets),
    /// Give an account TAO from a development account, on chains that have one
    Fund(Fund),
    /// Send TAO to an account
    Transfer(Transfer),
    /// Buy alpha of a subnet and stake it on a hotkey (on subnet 0: stake TAO)
    Stake(Stake),
    /// Unstake alpha and sell it for TAO
    Unstake(Unstake),
    /// Register a neuron or a subnet
    #[command(subcommand)]
    Register(Register),
    /// Show, fetch or publish what a subnet competes in: its rules and its text
    #[command(subcommand)]
    Market(Market),
    /// Show, sign, change or leave a pact: what a subnet promises to give back
    #[command(subcommand)]
    Pact(Pact),
    /// Seal, commit, check and open artefacts: what a subnet made with its emission
    #[command(subcommand)]
    Artifact(Artifact),
    /// Run a randomness beacon of your own, for a private chain; it speaks drand's HTTP API
    Beacon(ServeBeacon),
    /// Pay for a subnet's service at once
    Pay(Pay),
    /// Pay for a subnet's service by use: channels, vouchers, API keys
    #[command(subcommand)]
    Channel(Channel),
    /// Show tribute returned by a subnet
    #[command(subcommand)]
    Tribute(Tribute),
    /// Simulate the economy many times with simulated participants, and show the distribution
    #[command(subcommand)]
    Futures(Futures),
    /// Check the rules against files of test vectors
    Vectors(Vectors),
    /// Replay recorded blocks of the public network and show what differs
    Replay(Replay),
    /// Print a shell's completion script
    Completions(Completions),
    /// Write man pages
    Man(ManPages),
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
