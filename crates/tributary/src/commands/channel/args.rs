//! What `tributary channel` can be asked.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use tributary_market_serve::rail::Voucher;

use super::validity::Validity;
use crate::{
    amount::{self, Amount},
    commands::send::Sending,
    options::{Connection, Keys, http_url},
};

/// Blocks that a channel stays open if nothing else is said.
pub const EXPIRY_BLOCKS: u64 = 1_000_000;

/// A chain's height is a number of 32 bits.
const BLOCKS_MAX: u64 = u32::MAX as u64;

#[derive(Debug, Subcommand)]
pub enum Channel {
    /// Open a channel: a deposit from which a seller takes what you sign for
    Open(Open),
    /// Add to a channel's deposit
    TopUp(TopUp),
    /// List the open channels
    List(List),
    /// Create an API key for a gateway. Its holder can spend what your wallet signs for
    Token(MakeToken),
    /// Sign a voucher by hand
    Voucher(MakeVoucher),
    /// Settle a voucher: pay the payee what it is worth
    Settle(Settle),
    /// Close a channel: at once as its payee, after a challenge period as its payer
    Close(Close),
    /// Sign vouchers for your use of a gateway, within a budget, until stopped
    Wallet(Wallet),
}

#[derive(Debug, Args)]
pub struct Open {
    /// TAO to deposit, at most 9 decimals
    #[arg(value_parser = amount::parse)]
    pub amount: Amount,
    /// The gateway to use the channel with; it names the subnet and the payee
    #[arg(long, value_name = "URL", value_parser = http_url, conflicts_with_all = ["netuid", "payee"], required_unless_present_all = ["netuid", "payee"])]
    pub gateway: Option<String>,
    /// The subnet, whose pact takes its share
    #[arg(long, requires = "payee")]
    pub netuid: Option<u16>,
    /// The account to pay: an address or a development name
    #[arg(long, value_name = "ACCOUNT", requires = "netuid")]
    pub payee: Option<String>,
    /// Blocks until the channel expires; after that you can take back the rest at once
    #[arg(long, value_name = "N", default_value_t = EXPIRY_BLOCKS, value_parser = clap::value_parser!(u64).range(1..=BLOCKS_MAX))]
    pub expiry: u64,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Debug, Args)]
pub struct TopUp {
    /// The channel
    pub channel: u64,
    /// TAO to deposit, at most 9 decimals
    #[arg(value_parser = amount::parse)]
    pub amount: Amount,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Debug, Args)]
pub struct List {
    /// Only channels that this account pays or is paid by
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
    #[command(flatten)]
    pub connection: Connection,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct MakeToken {
    /// The channel
    pub channel: u64,
    /// How long the key is valid: blocks, or a time such as 30m, 12h, 7d; never longer than the channel
    #[arg(long, value_name = "TIME", default_value = "12h")]
    pub valid_for: Validity,
    /// The last block at which the key is valid, instead of --valid-for
    #[arg(long, value_name = "BLOCK", conflicts_with = "valid_for")]
    pub until: Option<u64>,
    #[command(flatten)]
    pub connection: Connection,
    #[command(flatten)]
    pub keys: Keys,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct MakeVoucher {
    /// The channel
    pub channel: u64,
    /// TAO that the payee may take in total since the channel was opened
    #[arg(value_parser = amount::parse)]
    pub amount: Amount,
    #[command(flatten)]
    pub connection: Connection,
    #[command(flatten)]
    pub keys: Keys,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Settle {
    /// The voucher: CHANNEL:RAO:SIGNATURE
    pub voucher: Voucher,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Debug, Args)]
pub struct Close {
    /// The channel
    pub channel: u64,
    /// As its payee: the newest voucher, which is settled first
    #[arg(long, value_name = "VOUCHER")]
    pub voucher: Option<Voucher>,
    /// Finish closing after the challenge period, or close an expired channel
    #[arg(long, aliases = ["finalise", "finalize"], conflicts_with = "voucher")]
    pub finish: bool,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Debug, Args)]
pub struct Wallet {
    /// The channel
    pub channel: u64,
    /// The gateway
    #[arg(long, value_name = "URL", value_parser = http_url)]
    pub gateway: String,
    /// The most TAO to sign for over the life of the channel [default: the deposit]
    #[arg(long, value_name = "TAO", value_parser = amount::parse)]
    pub budget: Option<Amount>,
    /// The most TAO to sign for in advance, if a request waits for it. This trusts the gateway; one that grants credit does not need it
    #[arg(long, value_name = "TAO", value_parser = amount::parse)]
    pub ahead: Option<Amount>,
    /// The most TAO to pay for use of earlier, closed channels that the wallet's own record does not show
    #[arg(long, value_name = "TAO", value_parser = amount::parse)]
    pub accept_debt: Option<Amount>,
    /// How long the wallet's own credentials at the gateway are valid: blocks, or a time such as 30m, 12h, 7d. It renews
    /// them in time
    #[arg(long, value_name = "TIME", default_value = "1h")]
    pub valid_for: Validity,
    /// Folder for the wallet's own record of what it has seen and signed [default: a folder in your home]
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    #[command(flatten)]
    pub connection: Connection,
    #[command(flatten)]
    pub keys: Keys,
    /// Print one JSON object per change
    #[arg(long)]
    pub json: bool,
}
