//! What a gateway must not forget: one JSON file a channel. Vouchers are money, so a voucher is on disk before it is
//! acknowledged.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use crate::{
    meter::Tab,
    rail::{Channel, Voucher},
};

#[derive(Serialize, Deserialize)]
struct Kept {
    id: u64,
    /// As it last stood on the chain.
    channel: Channel,
    voucher: Option<String>,
    earlier: u64,
    charged: u64,
    requests: u64,
    prompt_tokens: u64,
    completion_tokens: u64,
}

/// The folder, if there is one: without it everything is forgotten with the process.
pub struct Store(Option<PathBuf>);

impl Store {
    /// In this folder, which is made if it is not there.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn open(folder: Option<&Path>) -> io::Result<Self> {
        let Some(folder) = folder else { return Ok(Self(None)) };
        let folder = folder.join("channels");
        fs::create_dir_all(&folder)?;
        Ok(Self(Some(folder)))
    }

    /// Writes a channel's file, whole or not at all; `sure` waits until it is on the disk.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, id: u64, tab: &Tab, sure: bool) -> io::Result<()> {
        let Some(folder) = &self.0 else { return Ok(()) };
        let kept = Kept {
            id,
            channel: tab.channel,
            voucher: tab.voucher.map(|voucher| voucher.to_string()),
            earlier: tab.earlier,
            charged: tab.charged,
            requests: tab.requests,
            prompt_tokens: tab.prompt_tokens,
            completion_tokens: tab.completion_tokens,
        };
        let path = folder.join(format!("{id}.json"));
        let fresh = path.with_extension("new");
        fs::write(&fresh, serde_json::to_vec_pretty(&kept)?)?;
        if sure {
            fs::File::open(&fresh)?.sync_all()?;
        }
        fs::rename(&fresh, &path)
    }

    /// Removes a closed channel's file.
    pub fn forget(&self, id: u64) {
        if let Some(folder) = &self.0 {
            // Gone is what it should be.
            let _ = fs::remove_file(folder.join(format!("{id}.json")));
        }
    }

    /// Every channel that is remembered.
    ///
    /// # Errors
    /// If a file cannot be read or is of another form: vouchers must not be lost silently.
    pub fn read(&self) -> io::Result<Vec<(u64, Tab)>> {
        let mut tabs = Vec::new();
        let Some(folder) = &self.0 else { return Ok(tabs) };
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let wrong = |reason: String| io::Error::other(format!("{}: {reason}", path.display()));
            let kept: Kept = serde_json::from_slice(&fs::read(&path)?).map_err(|error| wrong(error.to_string()))?;
            let voucher = kept.voucher.map(|text| text.parse::<Voucher>());
            let voucher = voucher.transpose().map_err(|error| wrong(error.to_string()))?;
            let tab = Tab {
                voucher,
                earlier: kept.earlier,
                charged: kept.charged,
                requests: kept.requests,
                prompt_tokens: kept.prompt_tokens,
                completion_tokens: kept.completion_tokens,
                ..Tab::new(kept.channel)
            };
            tabs.push((kept.id, tab));
        }
        Ok(tabs)
    }
}
