//! Whose key signs: the options, and the keys that they name.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

use anyhow::{Context as _, Result};
use clap::{ArgGroup, Args};
use tributary_client::{AccountId32, Error, Keypair, PASSWORD_VARIABLE, Wallet, parse_account};

use crate::output::{self, say};

/// Name of the group of options of which one must say whose key or account is meant.
pub const SIGNER: &str = "signer";

/// Whose key signs.
#[derive(Debug, Args)]
#[command(group(ArgGroup::new(SIGNER).args(["key", "wallet"]).required(true).multiple(true)))]
pub struct Keys {
    /// The signing key: a development name (//Alice), a mnemonic or a 0x-seed. Visible to others in the process list: for development only
    #[arg(long, value_name = "SECRET", conflicts_with = "wallet")]
    pub key: Option<String>,
    /// The wallet whose coldkey signs. The password is prompted for, or read from BT_WALLET_PASSWORD
    #[arg(long, value_name = "NAME")]
    pub wallet: Option<String>,
    /// Folder of the wallets [default: ~/.bittensor/wallets]
    #[arg(long, value_name = "DIR", env = "BT_WALLET_PATH")]
    pub wallet_path: Option<PathBuf>,
    /// The hotkey: an address, a development name, or with --wallet the name of one of its hotkeys [default: the wallet's hotkey `default`, or the account of --key]
    #[arg(long, value_name = "HOTKEY")]
    pub hotkey: Option<String>,
    /// The coldkey, once it was opened: a sealed one takes a password and some seconds.
    #[arg(skip)]
    pub opened: OnceLock<Keypair>,
}

impl Keys {
    fn open_wallet(&self) -> Result<Option<Wallet>> {
        Ok(match &self.wallet {
            Some(name) => Some(Wallet::open(self.wallet_path.as_deref(), name)?),
            None => None,
        })
    }

    /// The account of the coldkey; asks for no password.
    ///
    /// # Errors
    /// If there is no such key.
    pub fn coldkey_account(&self) -> Result<AccountId32> {
        Ok(match self.open_wallet()? {
            Some(wallet) => wallet.coldkey_account()?,
            None => self.given()?.account(),
        })
    }

    /// The coldkey, which pays and signs.
    ///
    /// # Errors
    /// If there is no such key, or its password is not to be had or wrong.
    pub fn coldkey(&self) -> Result<Keypair> {
        let Some(wallet) = self.open_wallet()? else {
            return self.given();
        };
        if let Some(opened) = self.opened.get() {
            return Ok(opened.clone());
        }
        if std::env::var_os(PASSWORD_VARIABLE).is_some() {
            // Nobody will be asked, and a sealed key takes its time.
            say!("opening the key with the password in {PASSWORD_VARIABLE}");
        }
        let opened = wallet.coldkey(ask_password)?;
        Ok(self.opened.get_or_init(|| opened).clone())
    }

    /// The account of the hotkey.
    ///
    /// # Errors
    /// If it is neither an address nor a hotkey of the wallet.
    pub fn hotkey_account(&self) -> Result<AccountId32> {
        let wallet = self.open_wallet()?;
        match (&self.hotkey, wallet) {
            (Some(text), Some(wallet)) => match parse_account(text) {
                Ok(account) => Ok(account),
                Err(_) => Ok(wallet.hotkey_account(text)?),
            },
            (Some(text), None) => Ok(parse_account(text)?),
            (None, Some(wallet)) => Ok(wallet.hotkey_account("default")?),
            (None, None) => Ok(self.given()?.account()),
        }
    }

    /// The hotkey that is the signer's own if none is named: the wallet's `default`, or the account of --key itself.
    ///
    /// # Errors
    /// If there is no such key.
    pub fn own_hotkey(&self) -> Result<Option<AccountId32>> {
        match self.open_wallet()? {
            None => Ok(Some(self.given()?.account())),
            Some(wallet) => match wallet.hotkey_account("default") {
                Ok(account) => Ok(Some(account)),
                Err(Error::NoKey { .. }) => Ok(None),
                Err(other) => Err(other.into()),
            },
        }
    }

    /// The hotkey with its secret, for those who work with it.
    ///
    /// # Errors
    /// As [`Self::coldkey`].
    pub fn hotkey(&self) -> Result<Keypair> {
        let wallet = self.open_wallet()?;
        match (&self.hotkey, wallet) {
            (Some(text), None) => Ok(Keypair::from_secret(text).context("a neuron signs with its hotkey")?),
            (name, Some(wallet)) => Ok(wallet.hotkey(name.as_deref().unwrap_or("default"), ask_password)?),
            (None, None) => self.given(),
        }
    }

    fn given(&self) -> Result<Keypair> {
        Ok(Keypair::from_secret(self.key.as_deref().unwrap_or_default())?)
    }
}

/// Asks for a password, if there is a terminal.
pub fn ask_password(path: &Path) -> Option<String> {
    if !output::can_ask() {
        return None;
    }
    let password = rpassword::prompt_password(format!("Password of {}: ", path.display())).ok()?;
    say!("opening the key; that takes some seconds");
    Some(password)
}
