//! What a gateway must not forget: one JSON file an open channel, one an account in debt. Vouchers are money, so a voucher
//! is on disk before it is acknowledged.
//!
//! Nothing of a closed channel stays but its account's debt. Both kinds of files cost those who cause them: a deposit and
//! the fees of opening and closing a channel.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    meter::{Debts, Tab},
    rail::{Account, Channel, Voucher},
};

#[derive(Serialize, Deserialize)]
struct KeptTab {
    id: u64,
    /// As it last stood on the chain.
    channel: Channel,
    voucher: Option<String>,
    earlier: u64,
    #[serde(default)]
    carried: u64,
    charged: u64,
    requests: u64,
    prompt_tokens: u64,
    completion_tokens: u64,
}

#[derive(Serialize, Deserialize)]
struct KeptDebts {
    account: Account,
    unpaid: u64,
    /// Channels that are counted in it and whose own file may still be there.
    #[serde(default)]
    folded: BTreeSet<u64>,
}

/// The folder, if there is one: without it everything is forgotten with the process.
pub struct Store(Option<Folders>);

struct Folders {
    channels: PathBuf,
    accounts: PathBuf,
}

/// Everything that is remembered.
#[derive(Default)]
pub struct Memory {
    /// Open channels.
    pub tabs: Vec<(u64, Tab)>,
    /// Accounts in debt.
    pub debts: Vec<(Account, Debts)>,
}

impl Store {
    /// In this folder, which is made if it is not there.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn open(folder: Option<&Path>) -> io::Result<Self> {
        let Some(folder) = folder else { return Ok(Self(None)) };
        let (channels, accounts) = (folder.join("channels"), folder.join("accounts"));
        tributary_private::create_folder(&channels)?;
        tributary_private::create_folder(&accounts)?;
        Ok(Self(Some(Folders { channels, accounts })))
    }

    /// Writes the files of channels to the disk, all at once. The results are in the order of the channels.
    pub fn write_tabs(&self, tabs: &BTreeMap<u64, Tab>) -> Vec<io::Result<()>> {
        #[cfg(test)]
        drop(tests::DISK.lock());
        let Some(folders) = &self.0 else {
            return tabs.iter().map(|_| Ok(())).collect();
        };
        let files: Vec<(PathBuf, io::Result<Vec<u8>>)> = tabs
            .iter()
            .map(|(id, tab)| (folders.channels.join(format!("{id}.json")), json(&kept(*id, tab))))
            .collect();
        let written = files
            .iter()
            .filter_map(|(path, bytes)| Some((path.as_path(), bytes.as_ref().ok()?.as_slice())));
        let mut written = tributary_private::replace_many(written).into_iter();
        let results = files.into_iter().map(|(_, bytes)| match bytes {
            Ok(_) => written.next().unwrap_or(Ok(())),
            Err(error) => Err(error),
        });
        results.collect()
    }

    /// Removes a closed channel's file.
    ///
    /// # Errors
    /// If it is still there.
    pub fn forget_tab(&self, id: u64) -> io::Result<()> {
        let Some(folders) = &self.0 else { return Ok(()) };
        remove(&folders.channels.join(format!("{id}.json")))
    }

    /// Writes an account's file, or removes it once there is nothing in it.
    ///
    /// # Errors
    /// If it cannot be written or removed.
    pub fn write_debts(&self, account: &Account, debts: &Debts) -> io::Result<()> {
        let Some(folders) = &self.0 else { return Ok(()) };
        let file = folders.accounts.join(format!("{}.json", hex::encode(account.0)));
        if debts.is_clear() {
            return remove(&file);
        }
        let kept = KeptDebts {
            account: *account,
            unpaid: debts.unpaid,
            folded: debts.folded.clone(),
        };
        tributary_private::replace(&file, &json(&kept)?)
    }

    /// Everything that is remembered. Files of closed channels whose use is counted in their account's debts already are
    /// removed.
    ///
    /// # Errors
    /// If a file cannot be read or is of another form: vouchers must not be lost silently.
    pub fn read(&self) -> io::Result<Memory> {
        let Some(folders) = &self.0 else {
            return Ok(Memory::default());
        };
        let mut memory = Memory::default();
        let mut folded = BTreeSet::<u64>::new();
        each::<KeptDebts>(&folders.accounts, |_, kept| {
            folded.extend(&kept.folded);
            let debts = Debts {
                unpaid: kept.unpaid,
                folded: kept.folded,
            };
            memory.debts.push((kept.account, debts));
            Ok(())
        })?;
        each::<KeptTab>(&folders.channels, |path, kept| {
            if folded.contains(&kept.id) {
                return remove(path);
            }
            let voucher = kept.voucher.map(|text| text.parse::<Voucher>());
            let voucher = voucher.transpose().map_err(|error| wrong(path, &error))?;
            let mut tab = Tab::new(kept.channel);
            (tab.voucher, tab.earlier, tab.carried) = (voucher, kept.earlier, kept.carried);
            (tab.charged, tab.requests) = (kept.charged, kept.requests);
            (tab.prompt_tokens, tab.completion_tokens) = (kept.prompt_tokens, kept.completion_tokens);
            memory.tabs.push((kept.id, tab));
            Ok(())
        })?;
        // Their files are gone now.
        for (account, debts) in &mut memory.debts {
            if !std::mem::take(&mut debts.folded).is_empty() {
                self.write_debts(account, debts)?;
            }
        }
        Ok(memory)
    }
}

fn kept(id: u64, tab: &Tab) -> KeptTab {
    KeptTab {
        id,
        channel: tab.channel,
        voucher: tab.voucher.map(|voucher| voucher.to_string()),
        earlier: tab.earlier,
        carried: tab.carried,
        charged: tab.charged,
        requests: tab.requests,
        prompt_tokens: tab.prompt_tokens,
        completion_tokens: tab.completion_tokens,
    }
}

fn json(value: &impl Serialize) -> io::Result<Vec<u8>> {
    Ok(serde_json::to_vec_pretty(value)?)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn wrong(path: &Path, reason: &dyn std::fmt::Display) -> io::Error {
    io::Error::other(format!("{}: {reason}", path.display()))
}

/// Reads every JSON file of a folder.
fn each<T: DeserializeOwned>(folder: &Path, mut take: impl FnMut(&Path, T) -> io::Result<()>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let bytes = fs::read(&path).map_err(|error| wrong(&path, &error))?;
        let kept = serde_json::from_slice(&bytes).map_err(|error| wrong(&path, &error))?;
        take(&path, kept)?;
    }
    Ok(())
}

#[cfg(test)]
pub mod tests {
    use parking_lot::Mutex;

    /// Whoever holds it is a disk that takes its time.
    pub static DISK: Mutex<()> = Mutex::new(());
}
