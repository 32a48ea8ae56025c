//! The wallet's own record, one small file a channel: what it has seen and signed. By it a wallet knows, when a gateway
//! speaks of debts of closed channels, whether it owes them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use tributary_neuron::ChainError;

use crate::{
    meter::Statement,
    rail::{Account, Rail},
};

/// What was seen and signed of one channel. Amounts in rao.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The chain's first block, in hexadecimal.
    pub genesis: String,
    /// The channel.
    pub channel: u64,
    /// Who pays.
    pub payer: Account,
    /// Who is paid.
    pub payee: Account,
    /// The most that was ever signed for.
    pub signed: u64,
    /// The last statement that was found right.
    pub statement: Option<Statement>,
    /// Height at that time.
    pub height: u64,
}

impl Record {
    /// What was used of the channel when it was last seen, debts that it paid included.
    fn charged(&self) -> u64 {
        self.statement.map_or(0, |statement| statement.charged)
    }

    fn carried(&self) -> u64 {
        self.statement.map_or(0, |statement| statement.carried)
    }
}

/// The folder of records; without one they are forgotten with the process.
#[derive(Clone, Debug)]
pub struct Records(pub Option<PathBuf>);

impl Records {
    fn file(folder: &Path, record: &Record) -> PathBuf {
        let chain = record.genesis.get(..16).unwrap_or(&record.genesis);
        folder.join(format!("{chain}-{}.json", record.channel))
    }

    /// The record of a channel; if there is none, `fresh`.
    ///
    /// # Errors
    /// If there is one that cannot be read.
    pub fn read(&self, fresh: Record) -> io::Result<Record> {
        let Some(folder) = &self.0 else { return Ok(fresh) };
        fs::create_dir_all(folder)?;
        let file = Self::file(folder, &fresh);
        match fs::read(&file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(fresh),
            Err(error) => Err(error),
            Ok(bytes) => {
                let read: Record = serde_json::from_slice(&bytes)
                    .map_err(|error| io::Error::other(format!("{}: {error}", file.display())))?;
                let same = |record: &Record| (record.genesis.clone(), record.payer, record.payee);
                match same(&read) == same(&fresh) {
                    true => Ok(read),
                    false => Err(io::Error::other(format!("{} is of another channel", file.display()))),
                }
            }
        }
    }

    /// Writes a record, whole or not at all, and to the disk.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, record: &Record) -> io::Result<()> {
        let Some(folder) = &self.0 else { return Ok(()) };
        let file = Self::file(folder, record);
        tributary_private::replace(&file, &serde_json::to_vec_pretty(record)?)
    }

    /// The records of the other channels between the same two accounts. Files that are no records are passed over.
    fn others(&self, of: &Record) -> Vec<Record> {
        let entries = self.0.as_ref().and_then(|folder| fs::read_dir(folder).ok());
        let files = entries
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()));
        let records = files
            .filter(|file| file.extension().is_some_and(|extension| extension == "json"))
            .filter_map(|file| serde_json::from_slice::<Record>(&fs::read(file).ok()?).ok());
        records
            .filter(|other| {
                (&other.genesis, other.payer, other.payee) == (&of.genesis, of.payer, of.payee)
                    && other.channel != of.channel
            })
            .collect()
    }

    /// Rao that are owed for closed channels by these records: what was used and, as the chain tells, not paid, less what
    /// other channels' vouchers have taken over. For a channel of which the chain tells no more, what was signed counts as
    /// paid.
    ///
    /// # Errors
    /// If the chain does not answer.
    pub async fn owed(&self, of: &Record, rail: &dyn Rail) -> Result<u64, ChainError> {
        let others = self.others(of);
        if others.is_empty() {
            return Ok(0);
        }
        let ids: Vec<u64> = others.iter().map(|record| record.channel).collect();
        let open = rail.channels(&ids).await?;
        let seen = others.iter().map(|record| record.height).min().unwrap_or(0);
        let paid = rail.closed_since(seen.saturating_sub(1)).await?;
        let mut records: Vec<_> = others.iter().zip(open).collect();
        // In the order in which they were last used: a debt is there before another channel takes it over. What was taken
        // over and is not known here was accepted.
        records.sort_by_key(|(record, _)| record.height);
        Ok(records.into_iter().fold(0u64, |known, (record, open)| {
            let known = known.saturating_sub(record.carried());
            let paid = paid.get(&record.channel).copied().unwrap_or(record.signed);
            match open {
                Some(_) => known,
                None => known.saturating_add(record.charged().saturating_sub(paid)),
            }
        }))
    }
}
