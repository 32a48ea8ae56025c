//! From the key options to keys.

use std::path::Path;

use anyhow::{Context as _, Result};
use tributary_client::{AccountId32, Error, Keypair, PASSWORD_VARIABLE, Wallet, parse_account};

use crate::{
    args::Keys,
    output::{self, say},
};

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
        let opened = wallet.coldkey(ask)?;
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
            (name, Some(wallet)) => Ok(wallet.hotkey(name.as_deref().unwrap_or("default"), ask)?),
            (None, None) => self.given(),
        }
    }

    fn given(&self) -> Result<Keypair> {
        Ok(Keypair::from_secret(self.key.as_deref().unwrap_or_default())?)
    }
}

/// Asks for a password, if there is a terminal.
pub fn ask(path: &Path) -> Option<String> {
    if !output::can_ask() {
        return None;
    }
    let password = rpassword::prompt_password(format!("Password of {}: ", path.display())).ok()?;
    say!("opening the key; that takes some seconds");
    Some(password)
}
