//! Whose key signs, and how a transaction is sent.

use std::{path::PathBuf, sync::OnceLock};

use clap::{ArgGroup, Args};
use tributary_client::Keypair;

use super::Connection;

/// Name of the group of options of which one must say whose key or account is meant.
pub const SIGNER: &str = "signer";

/// Whose key signs.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new(SIGNER).args(["key", "wallet"]).required(true).multiple(true)))]
pub struct Keys {
    /// The signing key: a development name (//Alice), a mnemonic or a 0x-seed. Visible to others in the process list: for development only
    #[arg(long, value_name = "SECRET", conflicts_with = "wallet")]
    pub key: Option<String>,
    /// The wallet whose coldkey signs. Its password is asked for, or read from BT_WALLET_PASSWORD
    #[arg(long, value_name = "NAME")]
    pub wallet: Option<String>,
    /// Where wallets are [default: ~/.bittensor/wallets]
    #[arg(long, value_name = "DIR", env = "BT_WALLET_PATH")]
    pub wallet_path: Option<PathBuf>,
    /// A hotkey: an address, a development name, or with --wallet the name of one of its hotkeys. Without it: the wallet's hotkey `default`, or the account of --key itself
    #[arg(long, value_name = "HOTKEY")]
    pub hotkey: Option<String>,
    /// The coldkey, once it was opened: a sealed one takes a password and some seconds.
    #[arg(skip)]
    pub opened: OnceLock<Keypair>,
}

/// How a transaction is sent.
#[derive(Debug, Args)]
pub struct Sending {
    #[command(flatten)]
    pub connection: Connection,
    #[command(flatten)]
    pub keys: Keys,
    /// Check that it would succeed and show what it costs and brings; send nothing
    #[arg(long)]
    pub preview: bool,
    /// Wait until the block is final
    #[arg(long)]
    pub finalized: bool,
    /// Give up waiting for a block after so many seconds; what was sent may still be included
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub wait: u64,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}
