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
    after_help = "`tributary COMMAND --help` explains a command and gives an example. Results go to stdout, messages to stderr.\nDefaults are read from ~/.config/tributary/config.toml, or from the file named by TRIBUTARY_CONFIG.\nExit codes: 0 success, 1 failure, 2 wrong arguments.",
    disable_help_subcommand = true
)]
pub struct Cli {
    /// Print more messages to stderr; give it twice for every detail
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet", display_order = 900)]
    pub verbose: u8,
    /// Print only errors to stderr
    #[arg(short, long, global = true, display_order = 901)]
    pub quiet: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Start a whole market on this machine: a chain, subnets that train and serve models, stakers and a customer
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
    /// Sell a serve subnet's completions to any OpenAI client, paid through channels
    ServeGateway(ServeGateway),
    /// Show the state of a running chain: height, issuance, TAO held
    Status(Query),
    /// List the subnets of a running chain
    Subnets(Query),
    /// List the neurons of a subnet
    Metagraph(SubnetQuery),
    /// Show what alpha costs, and how far a purchase moves the price
    Price(Price),
    /// Show an account's holdings: TAO, stake in each subnet, and what it is worth
    Balance(Balance),
    /// Create, import and list wallets: folders of keys in bittensor's format
    #[command(subcommand)]
    Wallet(Wallets),
    /// Fund an account from a development account, on chains that have one
    Fund(Fund),
    /// Send TAO to an account
    Transfer(Transfer),
    /// Buy a subnet's alpha and stake it on a hotkey (on subnet 0: stake TAO)
    Stake(Stake),
    /// Unstake alpha and sell it for TAO
    Unstake(Unstake),
    /// Register a neuron or a subnet
    #[command(subcommand)]
    Register(Register),
    /// Show, fetch or publish a subnet's market: its rules and its text
    #[command(subcommand)]
    Market(Market),
    /// Show, sign, change or leave a pact: a subnet's promise to give back
    #[command(subcommand)]
    Pact(Pact),
    /// Seal, commit, check and open artifacts: what a subnet's emission paid for
    #[command(subcommand)]
    Artifact(Artifact),
    /// Run your own randomness beacon for a private chain, with drand's HTTP API
    Beacon(ServeBeacon),
    /// Pay for a subnet's service in one payment
    Pay(Pay),
    /// Pay for a subnet's service as you use it: channels, vouchers, API keys
    #[command(subcommand)]
    Channel(Channel),
    /// Show tribute returned by a subnet
    #[command(subcommand)]
    Tribute(Tribute),
    /// Simulate the economy many times with simulated participants, and show how outcomes are distributed
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
