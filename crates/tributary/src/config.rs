//! The user's own defaults, from a file: used where neither the command line nor the environment sets a value.
//!
//! They become the default values of the options of the same name, so that the order is kept by the parser itself
//! (command line, environment, file, what is built in) and `--help` shows them.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use clap::{
    Command,
    builder::{ArgPredicate, Resettable},
};
use serde::Deserialize;

use crate::options::SIGNER;

/// Names another file than the one in the user's configuration folder.
pub const VARIABLE: &str = "TRIBUTARY_CONFIG";

/// What can be set.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    endpoint: Option<String>,
    beacon: Option<String>,
    wallet: Option<String>,
    wallet_path: Option<PathBuf>,
    hotkey: Option<String>,
    slippage: Option<String>,
}

/// Where the file is, unless `TRIBUTARY_CONFIG` names another.
pub fn default_path() -> Option<PathBuf> {
    let folders = directories::ProjectDirs::from("", "", "tributary")?;
    Some(folders.config_dir().join("config.toml"))
}

impl Config {
    /// The user's file. A missing one sets nothing, unless it was named.
    ///
    /// # Errors
    /// If it cannot be read, or has an unknown key or a wrong value.
    pub fn load() -> Result<Self> {
        let named = std::env::var_os(VARIABLE)
            .filter(|name| !name.is_empty())
            .map(PathBuf::from);
        let is_named = named.is_some();
        let Some(path) = named.or_else(default_path) else {
            return Ok(Self::default());
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&path, &text),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound && !is_named => Ok(Self::default()),
            Err(e) => bail!("cannot read the configuration {} ({VARIABLE}): {e}", path.display()),
        }
    }

    fn parse(path: &Path, text: &str) -> Result<Self> {
        let mut config: Self =
            toml::from_str(text).with_context(|| format!("the configuration {} is wrong", path.display()))?;
        if let Some(slippage) = &config.slippage {
            crate::shares::slippage(slippage)
                .map_err(anyhow::Error::msg)
                .with_context(|| format!("the configuration {} is wrong: slippage", path.display()))?;
        }
        // The shell is not there to do it.
        if let Some(rest) = config.wallet_path.as_ref().and_then(|path| path.strip_prefix("~").ok()) {
            config.wallet_path = Some(std::env::home_dir().unwrap_or_default().join(rest));
        }
        Ok(config)
    }

    /// Makes these the default values of all commands' options.
    pub fn apply(&self, command: Command) -> Command {
        let path = self.wallet_path.as_ref().map(|path| path.clone().into_os_string());
        let values: [(&str, Option<OsString>); 6] = [
            ("endpoint", self.endpoint.clone().map(Into::into)),
            ("beacon", self.beacon.clone().map(Into::into)),
            ("wallet", self.wallet.clone().map(Into::into)),
            ("wallet_path", path),
            ("hotkey", self.hotkey.clone().map(Into::into)),
            ("slippage", self.slippage.clone().map(Into::into)),
        ];
        values
            .into_iter()
            .filter_map(|(id, value)| Some((id, value?)))
            .fold(command, |command, (id, value)| set(command, id, &value))
    }
}

fn set(command: Command, id: &str, value: &OsString) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    let command = names.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, |c| set(c, id, value))
    });
    let has = |id: &str| command.get_arguments().any(|argument| argument.get_id() == id);
    // A hotkey without a wallet's coldkey would be another thing: `wallet new --hotkey` names a new one.
    if !has(id) || id == "hotkey" && !has("key") {
        return command;
    }
    // Who names a key, or an account, does not mean the file's wallet.
    let instead: Vec<&str> = match id {
        "wallet" | "hotkey" => ["key", "address"].into_iter().filter(|id| has(id)).collect(),
        _ => Vec::new(),
    };
    let is_needed = id == "wallet" && command.get_groups().any(|group| group.get_id() == SIGNER);
    let value = value.clone();
    let command = command.mut_arg(id, |argument| {
        let argument = instead.iter().fold(argument, |argument, id| {
            argument.default_value_if(id, ArgPredicate::IsPresent, None::<&'static str>)
        });
        argument.default_value(value)
    });
    // The file answers what the command line must say otherwise.
    match is_needed {
        true => command.mut_group(SIGNER, |group| group.required(false)),
        false => command,
    }
}

/// Takes a variable of the environment that is empty for one that is not set, as most programs do.
pub fn without_empty_variables(command: Command) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|c| c.get_name().to_owned()).collect();
    let command = names.into_iter().fold(command, |command, name| {
        command.mut_subcommand(name, without_empty_variables)
    });
    command.mut_args(|argument| {
        let variable = argument.get_env().map(std::env::var_os);
        match variable {
            Some(Some(value)) if value.is_empty() => argument.env(Resettable::Reset),
            _ => argument,
        }
    })
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, FromArgMatches as _};

    use super::*;
    use crate::{
        cli::{Cli, Command as Chosen},
        commands::transfer::Transfer,
    };

    fn config(text: &str) -> Result<Config> {
        Config::parse(Path::new("config.toml"), text)
    }

    fn transfer(config: &Config, more: &[&str]) -> Transfer {
        let line = [&["tributary", "transfer", "//Bob", "1"], more].concat();
        let matches = config.apply(Cli::command()).try_get_matches_from(line).unwrap();
        match Cli::from_arg_matches(&matches).unwrap().command {
            Chosen::Transfer(args) => args,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_file_gives_defaults_and_no_more() {
        let config = config(
            "endpoint = \"ws://file:1\"\nwallet = \"main\"\nwallet-path = \"~/w\"\nhotkey = \"worker\"\nslippage = \"1%\"",
        )
        .unwrap();
        config.apply(Cli::command()).debug_assert();
        let plain = transfer(&config, &[]).sending;
        assert_eq!(plain.connection.endpoint, "ws://file:1");
        assert_eq!(plain.keys.wallet.as_deref(), Some("main"));
        assert_eq!(plain.keys.hotkey.as_deref(), Some("worker"));
        assert_eq!(
            plain.keys.wallet_path,
            Some(std::env::home_dir().unwrap_or_default().join("w"))
        );
        let named = transfer(&config, &["--endpoint", "ws://line:1", "--wallet", "other"]).sending;
        assert_eq!(named.connection.endpoint, "ws://line:1");
        assert_eq!(named.keys.wallet.as_deref(), Some("other"));
        // Who names a key does not mean the file's wallet.
        let key = transfer(&config, &["--key", "//Alice"]).sending.keys;
        assert_eq!(
            (key.key.as_deref(), key.wallet, key.hotkey),
            (Some("//Alice"), None, None)
        );
    }

    #[test]
    fn what_nobody_understands_is_an_error() {
        for (text, said) in [
            ("endpont = \"ws://a:1\"", "endpont"),
            ("endpoint = 5", "endpoint"),
            ("slippage = \"much\"", "slippage"),
            ("[wallet]\nname = \"main\"", "wallet"),
            ("wallet", "config.toml"),
        ] {
            let error = format!("{:#}", config(text).unwrap_err());
            assert!(error.contains(said) && error.contains("config.toml"), "{error}");
        }
        assert_eq!(config("").unwrap(), Config::default());
    }
}
