//! `tributary wallet`: folders of keys, as bittensor's tools keep them.

use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Args, Subcommand};
use serde::Serialize;
use tributary_client::{NewKey, Wallet, address, wallet};

use crate::{
    options::ask_password,
    output::{self, say},
};

#[derive(Debug, Subcommand)]
pub enum Wallets {
    /// Create a wallet: a new coldkey, sealed with a password, and a hotkey. The coldkey's mnemonic is shown only once
    New(New),
    /// Create a wallet from an existing coldkey: prompt for its mnemonic or seed, or read it from stdin
    Import(Import),
    /// Add a new or an existing hotkey to a wallet
    AddHotkey(AddHotkey),
    /// List the wallets with their accounts and hotkeys; needs no password
    List(List),
    /// Rewrite a coldkey's public file from the coldkey
    Repair(Repair),
}

/// Where wallets are.
#[derive(Debug, Args)]
pub struct Root {
    /// Folder of the wallets [default: ~/.bittensor/wallets]
    #[arg(long, value_name = "DIR", env = "BT_WALLET_PATH")]
    pub wallet_path: Option<PathBuf>,
}

/// How a coldkey is kept.
#[derive(Debug, Args)]
pub struct Keep {
    /// Name of the hotkey to create with it
    #[arg(long, value_name = "NAME", default_value = "default")]
    pub hotkey: String,
    /// Store the coldkey without a password: for development only
    #[arg(long)]
    pub no_password: bool,
    #[command(flatten)]
    pub root: Root,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct New {
    /// Name of the wallet
    pub name: String,
    #[command(flatten)]
    pub keep: Keep,
}

#[derive(Debug, Args)]
pub struct Import {
    /// Name of the wallet
    pub name: String,
    #[command(flatten)]
    pub keep: Keep,
}

#[derive(Debug, Args)]
pub struct AddHotkey {
    /// Name of the wallet
    pub name: String,
    /// Name of the hotkey
    pub hotkey: String,
    /// Import an existing hotkey: prompt for its mnemonic or seed, or read it from stdin
    #[arg(long)]
    pub import: bool,
    #[command(flatten)]
    pub root: Root,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    pub root: Root,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Repair {
    /// Name of the wallet
    pub name: String,
    #[command(flatten)]
    pub root: Root,
}

/// A wallet, for people and programs. What cannot be read is an error's text.
#[derive(Serialize)]
struct Shown {
    name: String,
    folder: PathBuf,
    coldkey: Option<String>,
    sealed: bool,
    hotkeys: Vec<ShownHotkey>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

#[derive(Serialize)]
struct ShownHotkey {
    name: String,
    address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

impl Shown {
    fn new(wallet: &Wallet) -> Result<Self> {
        let coldkey = wallet.coldkey_account();
        let hotkeys = wallet.hotkeys()?.into_iter().map(|name| {
            let account = wallet.hotkey_account(&name);
            ShownHotkey {
                address: account.as_ref().ok().map(address),
                problem: account.err().map(|e| e.to_string()),
                name,
            }
        });
        Ok(Self {
            name: wallet.name().to_owned(),
            folder: wallet.folder().to_owned(),
            hotkeys: hotkeys.collect(),
            sealed: wallet.is_sealed(),
            coldkey: coldkey.as_ref().ok().map(address),
            problem: coldkey.err().map(|e| e.to_string()),
        })
    }

    fn print(&self) -> Result<()> {
        let sealed = if self.sealed {
            "sealed with a password"
        } else {
            "not sealed"
        };
        output::line(&format!("{} ({})", output::visible(&self.name), self.folder.display()))?;
        match &self.coldkey {
            Some(coldkey) => output::line(&format!("  coldkey {coldkey}, {sealed}"))?,
            None => output::line("  coldkey unknown")?,
        }
        for hotkey in &self.hotkeys {
            let account = hotkey.address.as_deref().unwrap_or("unknown");
            output::line(&format!("  hotkey  {account}, {}", output::visible(&hotkey.name)))?;
        }
        let problems = self
            .problem
            .iter()
            .chain(self.hotkeys.iter().filter_map(|h| h.problem.as_ref()));
        for problem in problems {
            say!("warning: {problem}");
        }
        Ok(())
    }
}

/// Runs a command of this family.
///
/// # Errors
/// If a name is taken, a secret is not a key, or a file cannot be written.
pub fn run(command: &Wallets) -> Result<()> {
    match command {
        Wallets::New(args) => {
            let key = NewKey::random();
            let wallet = make(&args.name, &args.keep, &key)?;
            if let Some(phrase) = &key.phrase {
                say!(
                    "the mnemonic of the coldkey; anyone who has it controls the money: write it on paper and show it to nobody:\n  {phrase}"
                );
            }
            show(&wallet, args.keep.json)
        }
        Wallets::Import(args) => {
            let key = secret("mnemonic or seed of the coldkey")?;
            show(&make(&args.name, &args.keep, &key)?, args.keep.json)
        }
        Wallets::AddHotkey(args) => {
            let wallet = Wallet::open(args.root.wallet_path.as_deref(), &args.name)?;
            let key = match args.import {
                true => secret("mnemonic or seed of the hotkey")?,
                false => NewKey::random(),
            };
            wallet.add_hotkey(&args.hotkey, &key)?;
            show(&wallet, args.json)
        }
        Wallets::List(args) => list(args),
        Wallets::Repair(args) => {
            let wallet = Wallet::open(args.root.wallet_path.as_deref(), &args.name)?;
            let account = wallet.repair(ask_password)?;
            output::line(&format!("the coldkey of `{}` is {}", args.name, address(&account)))
        }
    }
}

fn make(name: &str, keep: &Keep, key: &NewKey) -> Result<Wallet> {
    let root = keep.root.wallet_path.as_deref();
    if Wallet::open(root, name).is_ok_and(|wallet| wallet.has_coldkey()) {
        bail!("there is a wallet `{name}` already: nothing was changed. Choose another name");
    }
    let password = match keep.no_password {
        true => None,
        false => Some(new_password(name)?),
    };
    if password.is_some() {
        say!("sealing the coldkey; that takes some seconds");
    }
    let wallet = Wallet::create(root, name, key, password.as_deref())?;
    if !wallet.hotkeys()?.contains(&keep.hotkey) {
        wallet.add_hotkey(&keep.hotkey, &NewKey::random())?;
    }
    Ok(wallet)
}

/// A password that was typed twice, or that of the environment.
fn new_password(name: &str) -> Result<String> {
    if let Ok(password) = std::env::var(wallet::PASSWORD_VARIABLE) {
        return Ok(password);
    }
    if !output::can_ask() {
        bail!(
            "a coldkey is sealed with a password: run this in a terminal to enter it, set {}, or store the key without a password with --no-password",
            wallet::PASSWORD_VARIABLE
        );
    }
    let first = rpassword::prompt_password(format!("Password for the coldkey of `{name}`: "))?;
    if first.is_empty() {
        bail!("an empty password protects nothing; to store the key without one, pass --no-password");
    }
    if rpassword::prompt_password("The same again: ")? != first {
        bail!("the passwords differ; nothing was created");
    }
    Ok(first)
}

/// A secret that is typed unseen, or piped in. Not an argument: those can be seen in the list of processes.
fn secret(what: &str) -> Result<NewKey> {
    // What was typed or piped is no argument of the command.
    NewKey::from_secret(&typed(what)?).map_err(|wrong| anyhow!("{wrong}"))
}

fn typed(what: &str) -> Result<String> {
    if output::can_ask() {
        return Ok(rpassword::prompt_password(format!("The {what}: "))?);
    }
    let mut text = String::new();
    std::io::stdin()
        .read_line(&mut text)
        .with_context(|| format!("cannot read the {what} from stdin"))?;
    if text.trim().is_empty() {
        bail!("the {what} is read from stdin, which was empty");
    }
    Ok(text)
}

fn show(wallet: &Wallet, json: bool) -> Result<()> {
    let shown = Shown::new(wallet)?;
    match json {
        true => output::json(&shown),
        false => shown.print(),
    }
}

fn list(args: &List) -> Result<()> {
    let root = args.root.wallet_path.as_deref();
    let wallets = wallet::list(root)?;
    let shown: Vec<Shown> = wallets.iter().map(Shown::new).collect::<Result<_>>()?;
    if args.json {
        return output::json(&shown);
    }
    if shown.is_empty() {
        let root = args.root.wallet_path.clone().unwrap_or_else(wallet::default_root);
        say!(
            "there are no wallets in {}; `tributary wallet new NAME` creates one",
            root.display()
        );
    }
    shown.iter().try_for_each(Shown::print)
}
