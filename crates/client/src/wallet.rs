//! Wallet folders as bittensor's tools make them: `ROOT/NAME/{coldkey, coldkeypub.txt, hotkeys/HOTKEY}`.

use std::{
    fs,
    path::{Path, PathBuf},
};

use sp_core::crypto::AccountId32;

use crate::{Error, Result, keyfile, keys::Keypair};

/// Environment variable that holds the password of an encrypted key file, for use without a terminal.
pub const PASSWORD_VARIABLE: &str = "BT_WALLET_PASSWORD";

/// A wallet: one coldkey, which holds money, and hotkeys, which work.
#[derive(Clone, Debug)]
pub struct Wallet {
    folder: PathBuf,
    name: String,
}

impl Wallet {
    /// The wallet `name` under `root`, or under `~/.bittensor/wallets` if no root is given. Nothing is read yet.
    ///
    /// # Errors
    /// [`Error::NoKey`] if there is no such folder (or no home folder to look in).
    pub fn open(root: Option<&Path>, name: &str) -> Result<Self> {
        let root = match root {
            Some(root) => root.to_owned(),
            None => std::env::home_dir()
                .unwrap_or_default()
                .join(".bittensor")
                .join("wallets"),
        };
        let folder = root.join(name);
        if !folder.is_dir() {
            let mut known: Vec<String> = fs::read_dir(&root)
                .into_iter()
                .flatten()
                .flatten()
                .filter_map(|entry| entry.file_name().into_string().ok())
                .collect();
            known.sort();
            let hint = if known.is_empty() {
                "there are no wallets there; make one with `btcli wallet create`, or use a development key (--key //Alice)"
                    .to_owned()
            } else {
                format!("the wallets there are {}", known.join(", "))
            };
            return Err(Error::NoKey { path: folder, hint });
        }
        Ok(Self {
            folder,
            name: name.to_owned(),
        })
    }

    /// The account of the coldkey. Needs no password.
    ///
    /// # Errors
    /// [`Error::NoKey`], [`Error::KeyFile`].
    pub fn coldkey_account(&self) -> Result<AccountId32> {
        let path = self.folder.join("coldkeypub.txt");
        keyfile::account(&path, &self.read(&path)?)
    }

    /// The coldkey. `ask` is called with the file's path if it is encrypted and [`PASSWORD_VARIABLE`] is not set, and
    /// returns the password, or nothing if there is nobody to ask.
    ///
    /// # Errors
    /// [`Error::NoKey`], [`Error::KeyFile`], [`Error::WrongPassword`], [`Error::NoPassword`].
    pub fn coldkey(&self, ask: impl FnOnce(&Path) -> Option<String>) -> Result<Keypair> {
        self.keypair(self.folder.join("coldkey"), ask)
    }

    /// The account of a hotkey.
    ///
    /// # Errors
    /// [`Error::NoKey`], [`Error::KeyFile`]. An encrypted hotkey without a public file beside it has no readable account.
    pub fn hotkey_account(&self, hotkey: &str) -> Result<AccountId32> {
        let public = self.folder.join("hotkeys").join(format!("{hotkey}pub.txt"));
        let path = if public.is_file() {
            public
        } else {
            self.folder.join("hotkeys").join(hotkey)
        };
        keyfile::account(&path, &self.read(&path)?)
    }

    /// A hotkey; see [`Self::coldkey`] for `ask`.
    ///
    /// # Errors
    /// As [`Self::coldkey`].
    pub fn hotkey(&self, hotkey: &str, ask: impl FnOnce(&Path) -> Option<String>) -> Result<Keypair> {
        self.keypair(self.folder.join("hotkeys").join(hotkey), ask)
    }

    fn keypair(&self, path: PathBuf, ask: impl FnOnce(&Path) -> Option<String>) -> Result<Keypair> {
        let data = self.read(&path)?;
        if !keyfile::is_encrypted(&data) {
            return keyfile::keypair(&path, &data);
        }
        let password = std::env::var(PASSWORD_VARIABLE)
            .ok()
            .or_else(|| ask(&path))
            .ok_or_else(|| Error::NoPassword { path: path.clone() })?;
        keyfile::keypair(&path, &keyfile::decrypt(&path, &data, &password)?)
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>> {
        fs::read(path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => Error::NoKey {
                path: path.to_owned(),
                hint: format!(
                    "the wallet `{}` has no such key; `btcli wallet list` shows what it has",
                    self.name
                ),
            },
            _ => Error::KeyFile {
                path: path.to_owned(),
                reason: e.to_string(),
            },
        })
    }
}
