//! What the chain gave to each subnet so far: the chain itself keeps only the block's figures.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use tributary_client::{Client, market};
use tributary_economy::NetUid;

use super::frame::Frame;
use crate::folder;

/// Name of its file in the market's folder.
pub const FILE: &str = "emitted.json";
/// Blocks between two times that it is written.
const WRITE_EVERY: u32 = 20;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Counted {
    /// The last block that is counted.
    block: u32,
    /// Rao by netuid.
    emitted: BTreeMap<u16, u64>,
}

/// TAO emitted to each subnet since the chain began, counted block by block.
pub struct Emitted {
    file: PathBuf,
    counted: Counted,
}

impl Emitted {
    /// As it was left. What was not written is counted again from the chain's past.
    pub fn open(folder: &Path) -> Self {
        let file = folder.join(FILE);
        let counted = std::fs::read(&file)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self {
            file,
            counted: counted.unwrap_or_default(),
        }
    }

    /// Counts a block, and those before it that are not counted yet, and writes the sums into the frame.
    ///
    /// # Errors
    /// If the chain does not answer.
    pub async fn count(&mut self, client: &Client, frame: &mut Frame) -> Result<()> {
        if frame.subnets.is_empty() {
            return Ok(());
        }
        while self.counted.block + 1 < frame.block {
            let number = self.counted.block + 1;
            let hash = client
                .block_hash(number)
                .await?
                .context("a block is missing from the chain")?;
            let view = client.at(hash);
            for subnet in &frame.subnets {
                let emitted = market::emission_rao(&view, NetUid(subnet.netuid)).await?;
                *self.counted.emitted.entry(subnet.netuid).or_default() += emitted;
            }
            self.counted.block = number;
        }
        if self.counted.block < frame.block {
            for subnet in &frame.subnets {
                *self.counted.emitted.entry(subnet.netuid).or_default() += subnet.emission_rao;
            }
            self.counted.block = frame.block;
        }
        for subnet in &mut frame.subnets {
            subnet.emitted_rao = self.counted.emitted.get(&subnet.netuid).copied().unwrap_or_default();
            if subnet.emitted_rao > 0 {
                subnet.returned_over_emitted = subnet.returned_rao as f64 / subnet.emitted_rao as f64;
            }
        }
        if frame.block.is_multiple_of(WRITE_EVERY) {
            self.write();
        }
        Ok(())
    }

    /// Writes the file, whole or not at all. Nothing depends on it: what is not written now is written later, or counted
    /// again from the chain's past.
    pub fn write(&self) {
        let written = serde_json::to_vec(&self.counted)
            .map_err(anyhow::Error::from)
            .and_then(|bytes| folder::write_whole(&self.file, &bytes));
        if let Err(error) = written {
            let error = crate::output::reasons(&error);
            tracing::warn!(
                error,
                "the sums of what was emitted are kept in memory; the market goes on"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_written_is_no_failure() {
        let folder = tempfile::tempdir().unwrap();
        let mut emitted = Emitted::open(folder.path());
        emitted.counted.block = 7;
        // Not even root writes a file in place of a folder.
        std::fs::create_dir_all(folder.path().join(FILE).join("inner")).unwrap();
        emitted.write();
        std::fs::remove_dir_all(folder.path().join(FILE)).unwrap();
        emitted.write();
        assert_eq!(Emitted::open(folder.path()).counted.block, 7);
    }
}
