//! Wallet folders as bittensor's tools make them: `ROOT/NAME/{coldkey, coldkeypub.txt, hotkeys/HOTKEY}`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use sp_core::crypto::AccountId32;

use crate::{
    Error, Result, address, keyfile,
    keys::{Keypair, NewKey},
};

/// Environment variable that holds the password of a sealed key file, for use without a terminal.
pub const PASSWORD_VARIABLE: &str = "BT_WALLET_PASSWORD";

/// The file of the coldkey's account, and what the names of the hotkeys' such files end with.
const COLDKEY_PUBLIC: &str = "coldkeypub.txt";
const PUBLIC_ENDING: &str = "pub.txt";

/// A wallet: one coldkey, which holds money, and hotkeys, which work.
#[derive(Clone, Debug)]
pub struct Wallet {
    folder: PathBuf,
    name: String,
}

/// Where wallets are by default: `~/.bittensor/wallets`.
pub fn default_root() -> PathBuf {
    std::env::home_dir()
        .unwrap_or_default()
        .join(".bittensor")
        .join("wallets")
}

/// The wallets in a folder, by name.
///
/// # Errors
/// [`Error::KeyFile`] if the folder is there and cannot be read.
pub fn list(root: Option<&Path>) -> Result<Vec<Wallet>> {
    let root = root.map_or_else(default_root, Path::to_owned);
    let wallets = names(&root, |entry| entry.path().is_dir())?.into_iter();
    let wallets = wallets.map(|name| Wallet {
        folder: root.join(&name),
        name,
    });
    Ok(wallets.collect())
}

/// The names of a folder's entries that are wanted, sorted; of a folder that is not there, none.
fn names(folder: &Path, wanted: impl Fn(&fs::DirEntry) -> bool) -> Result<Vec<String>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(e) => return Err(unusable(folder, &e)),
    };
    let mut names: Vec<String> = entries
        .flatten()
        .filter(wanted)
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .collect();
    names.sort();
    Ok(names)
}

fn unusable(path: &Path, error: &io::Error) -> Error {
    Error::KeyFile {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

/// Refuses a name that would lead elsewhere.
fn check_name(name: &str) -> Result<()> {
    check(name, |c| !std::path::is_separator(c) && c != '\0')
}

/// Refuses a name that other tools may not take for one.
fn check_new_name(name: &str) -> Result<()> {
    check(name, |c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

fn check(name: &str, good: impl Fn(char) -> bool) -> Result<()> {
    if name.is_empty() || name.starts_with('.') || !name.chars().all(good) {
        return Err(Error::BadName {
            name: crate::visible(name).into_owned(),
        });
    }
    Ok(())
}

impl Wallet {
    /// The wallet `name` under `root`, or under `~/.bittensor/wallets` if no root is given. Nothing is read yet.
    ///
    /// # Errors
    /// [`Error::NoKey`] if there is no such folder (or no home folder to look in), [`Error::BadName`].
    pub fn open(root: Option<&Path>, name: &str) -> Result<Self> {
        check_name(name)?;
        let root = root.map_or_else(default_root, Path::to_owned);
        let folder = root.join(name);
        if !folder.is_dir() {
            let known: Vec<String> = list(Some(&root))
                .unwrap_or_default()
                .into_iter()
                .map(|wallet| wallet.name)
                .collect();
            let hint = if known.is_empty() {
                format!(
                    "there are no wallets there; make one with `tributary wallet new {name}`, or use a development key (--key //Alice)"
                )
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

    /// Makes the wallet `name` with this coldkey, sealed if there is a password. The folder may be there, without
    /// coldkey.
    ///
    /// # Errors
    /// [`Error::KeyExists`], [`Error::BadName`], [`Error::KeyFile`] if something cannot be written.
    pub fn create(root: Option<&Path>, name: &str, coldkey: &NewKey, password: Option<&str>) -> Result<Self> {
        check_new_name(name)?;
        let folder = root.map_or_else(default_root, Path::to_owned).join(name);
        let wallet = Self {
            folder,
            name: name.to_owned(),
        };
        let (secret, public) = (wallet.coldkey_path(), wallet.folder.join(COLDKEY_PUBLIC));
        wallet.write_key(&secret, &public, coldkey, password)?;
        Ok(wallet)
    }

    /// Adds a hotkey, which is not sealed: whoever works with it must read it without a person.
    ///
    /// # Errors
    /// As [`Self::create`].
    pub fn add_hotkey(&self, name: &str, hotkey: &NewKey) -> Result<()> {
        check_new_name(name)?;
        let (secret, public) = self.hotkey_paths(name);
        self.write_key(&secret, &public, hotkey, None)
    }

    fn write_key(&self, secret: &Path, public: &Path, key: &NewKey, password: Option<&str>) -> Result<()> {
        for path in [secret, public] {
            if path.symlink_metadata().is_ok() {
                return Err(Error::KeyExists { path: path.to_owned() });
            }
        }
        let mut bytes = keyfile::with_secret(key);
        if let Some(password) = password {
            bytes = keyfile::seal(secret, &bytes, password)?;
        }
        let folder = secret.parent().unwrap_or(&self.folder);
        tributary_private::create_folder(folder).map_err(|e| unusable(folder, &e))?;
        // The secret first: an account without its key would be money lost.
        tributary_private::write_new(secret, &bytes).map_err(|e| unusable(secret, &e))?;
        tributary_private::write_new(public, &keyfile::without_secret(&key.pair.account()))
            .map_err(|e| unusable(public, &e))
    }

    /// Writes the public file of the coldkey anew. See [`Self::coldkey`] for `ask`.
    ///
    /// # Errors
    /// As [`Self::coldkey`].
    pub fn repair(&self, ask: impl FnOnce(&Path) -> Option<String>) -> Result<AccountId32> {
        let account = self.keypair(&self.coldkey_path(), ask)?.account();
        let public = self.folder.join(COLDKEY_PUBLIC);
        tributary_private::replace(&public, &keyfile::without_secret(&account)).map_err(|e| unusable(&public, &e))?;
        Ok(account)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The names of its hotkeys.
    ///
    /// # Errors
    /// [`Error::KeyFile`] if the folder is there and cannot be read.
    pub fn hotkeys(&self) -> Result<Vec<String>> {
        let folder = self.folder.join("hotkeys");
        let found = names(&folder, |entry| entry.path().is_file())?;
        // `workerpub.txt` belongs to `worker`, whatever that is, unless nothing of that name is there.
        let public = |name: &String| {
            let stem = name.strip_suffix(PUBLIC_ENDING);
            stem.is_some_and(|stem| folder.join(stem).symlink_metadata().is_ok())
        };
        Ok(found.iter().filter(|name| !public(name)).cloned().collect())
    }

    fn coldkey_path(&self) -> PathBuf {
        self.folder.join("coldkey")
    }

    /// The files of a hotkey: with its secret, and without.
    fn hotkey_paths(&self, hotkey: &str) -> (PathBuf, PathBuf) {
        let folder = self.folder.join("hotkeys");
        (folder.join(hotkey), folder.join(format!("{hotkey}{PUBLIC_ENDING}")))
    }

    /// Whether the coldkey is sealed, so that opening it takes a password and some seconds. False if there is none.
    pub fn is_sealed(&self) -> bool {
        tributary_private::read_file(&self.coldkey_path()).is_ok_and(|data| keyfile::is_sealed(&data))
    }

    /// Whether the wallet has its coldkey, and not only the coldkey's account.
    pub fn has_coldkey(&self) -> bool {
        self.coldkey_path().is_file()
    }

    /// The account of the coldkey. Needs no password, and so believes the public file where the coldkey is sealed.
    ///
    /// # Errors
    /// [`Error::NoKey`], [`Error::KeyFile`]; [`Error::KeysDiffer`] if the coldkey can be read and is another.
    pub fn coldkey_account(&self) -> Result<AccountId32> {
        self.account(&self.coldkey_path(), &self.folder.join(COLDKEY_PUBLIC))
    }

    /// The coldkey. `ask` is called with the file's path if it is sealed and [`PASSWORD_VARIABLE`] is not set, and
    /// returns the password, or nothing if there is nobody to ask.
    ///
    /// # Errors
    /// [`Error::NoKey`], [`Error::KeyFile`], [`Error::WrongPassword`], [`Error::NoPassword`]; [`Error::KeysDiffer`] if
    /// the wallet's public file is that of another account.
    pub fn coldkey(&self, ask: impl FnOnce(&Path) -> Option<String>) -> Result<Keypair> {
        let path = self.coldkey_path();
        let pair = self.keypair(&path, ask)?;
        compare(&path, &pair.account(), &self.folder.join(COLDKEY_PUBLIC))?;
        Ok(pair)
    }

    /// The account of a hotkey.
    ///
    /// # Errors
    /// As [`Self::coldkey_account`]. A sealed hotkey without a public file beside it has no readable account.
    pub fn hotkey_account(&self, hotkey: &str) -> Result<AccountId32> {
        check_name(hotkey)?;
        let (secret, public) = self.hotkey_paths(hotkey);
        self.account(&secret, &public)
    }

    /// A hotkey; see [`Self::coldkey`] for `ask`.
    ///
    /// # Errors
    /// As [`Self::coldkey`].
    pub fn hotkey(&self, hotkey: &str, ask: impl FnOnce(&Path) -> Option<String>) -> Result<Keypair> {
        check_name(hotkey)?;
        let (path, public) = self.hotkey_paths(hotkey);
        let pair = self.keypair(&path, ask)?;
        compare(&path, &pair.account(), &public)?;
        Ok(pair)
    }

    /// The account of a key with these files, which must agree as far as they can be read.
    fn account(&self, secret: &Path, public: &Path) -> Result<AccountId32> {
        let readable = match self.read(secret) {
            Ok(data) if !keyfile::is_sealed(&data) => Some(data),
            Ok(_) | Err(Error::NoKey { .. }) => None,
            Err(other) => return Err(other),
        };
        match readable {
            None if public.is_file() => keyfile::account(public, &read_public(public)?),
            None => Err(self.missing(if secret.is_file() { public } else { secret })),
            Some(data) => {
                let account = keyfile::account(secret, &data)?;
                compare(secret, &account, public)?;
                Ok(account)
            }
        }
    }

    fn keypair(&self, path: &Path, ask: impl FnOnce(&Path) -> Option<String>) -> Result<Keypair> {
        let data = self.read(path)?;
        if !keyfile::is_sealed(&data) {
            return keyfile::keypair(path, &data);
        }
        let password = std::env::var(PASSWORD_VARIABLE)
            .ok()
            .or_else(|| ask(path))
            .ok_or_else(|| Error::NoPassword { path: path.to_owned() })?;
        keyfile::keypair(path, &keyfile::unseal(path, &data, &password)?)
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>> {
        tributary_private::read(path).map_err(|e| match e.kind() {
            io::ErrorKind::NotFound => self.missing(path),
            _ => unusable(path, &e),
        })
    }

    fn missing(&self, path: &Path) -> Error {
        Error::NoKey {
            path: path.to_owned(),
            hint: format!(
                "the wallet `{}` has no such key; `tributary wallet list` shows what it has",
                self.name
            ),
        }
    }
}

/// Refuses a public file, if there is one, that is another account's.
fn compare(secret_path: &Path, secret: &AccountId32, public_path: &Path) -> Result<()> {
    if !public_path.is_file() {
        return Ok(());
    }
    let public = keyfile::account(public_path, &read_public(public_path)?)?;
    if public == *secret {
        return Ok(());
    }
    Err(Error::KeysDiffer {
        secret_path: secret_path.to_owned(),
        secret: address(secret),
        public_path: public_path.to_owned(),
        public: address(&public),
    })
}

fn read_public(path: &Path) -> Result<Vec<u8>> {
    tributary_private::read_file(path).map_err(|e| unusable(path, &e))
}
