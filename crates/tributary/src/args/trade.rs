//! The options of the commands that move TAO and alpha.

use clap::{Args, Subcommand};

use super::Sending;
use crate::{
    amount::{self, Amount, AmountOrAll},
    parts::{self, Slippage},
};

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
    #[arg(long, value_name = "PRICE", value_parser = amount::parse, conflicts_with = "slippage")]
    pub limit: Option<Amount>,
    /// How far this trade and others before it may move the price, like 2% or 0.02. If the trade alone moves it further, ask, or refuse without a terminal; the chain enforces the limit
    #[arg(long, value_name = "PART", value_parser = parts::slippage, default_value = "0.5%")]
    pub slippage: Slippage,
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
    #[arg(long, value_name = "PRICE", value_parser = amount::parse, conflicts_with = "slippage")]
    pub limit: Option<Amount>,
    /// How far this trade and others before it may move the price, like 2% or 0.02. If the trade alone moves it further, ask, or refuse without a terminal; the chain enforces the limit
    #[arg(long, value_name = "PART", value_parser = parts::slippage, default_value = "0.5%")]
    pub slippage: Slippage,
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
    /// Start the subnet at once: emission and staking begin
    #[arg(long)]
    pub start: bool,
    #[command(flatten)]
    pub sending: Sending,
}
