//! Sums since the market began that nobody else keeps: what the chain gave to each subnet (it keeps only the block's
//! figures), what the archive opened and what the gateways sold (both count from their own start).

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use tributary_client::{Client, market};
use tributary_economy::NetUid;

use super::frame::{Frame, GatewayFrame};
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
    /// Artifacts opened, by netuid.
    #[serde(default)]
    opened: BTreeMap<u16, u64>,
    /// What gateways sold, by netuid.
    #[serde(default)]
    sold: BTreeMap<u16, Sold>,
}

/// Counts of a gateway.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Sold {
    requests: u64,
    failed: u64,
    completion_tokens: u64,
    charged_rao: u64,
    settled_rao: u64,
}

impl Sold {
    fn of(gateway: &mut GatewayFrame) -> [&mut u64; 5] {
        [
            &mut gateway.requests,
            &mut gateway.failed,
            &mut gateway.completion_tokens,
            &mut gateway.charged_rao,
            &mut gateway.settled_rao,
        ]
    }

    fn fields(&mut self) -> [&mut u64; 5] {
        [
            &mut self.requests,
            &mut self.failed,
            &mut self.completion_tokens,
            &mut self.charged_rao,
            &mut self.settled_rao,
        ]
    }
}

/// Adds what came since `seen` to `all`, and shows that. A count that has become smaller began anew.
fn add(all: &mut u64, seen: &mut u64, shown: &mut u64) {
    let new = shown.checked_sub(*seen).unwrap_or(*shown);
    *seen = *shown;
    *all = all.saturating_add(new);
    *shown = *all;
}

/// TAO emitted to each subnet since the chain began, counted block by block.
pub struct Emitted {
    file: PathBuf,
    counted: Counted,
    /// What this process has shown of the archive and the gateways, by netuid.
    opened: BTreeMap<u16, u64>,
    sold: BTreeMap<u16, Sold>,
}

impl Emitted {
    /// As it was left. What was not written is counted again from the chain's past.
    pub fn open(folder: &Path) -> Self {
        let file = folder.join(FILE);
        let counted = tributary_private::read_file(&file)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Self {
            file,
            counted: counted.unwrap_or_default(),
            opened: BTreeMap::new(),
            sold: BTreeMap::new(),
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
                subnet.waiting_over_emitted = subnet.waiting_rao as f64 / subnet.emitted_rao as f64;
            }
        }
        self.go_on(frame);
        if frame.block.is_multiple_of(WRITE_EVERY) {
            self.write();
        }
        Ok(())
    }

    /// Puts the sums since the market began in the place of those since this start.
    fn go_on(&mut self, frame: &mut Frame) {
        for subnet in &mut frame.subnets {
            let netuid = subnet.netuid;
            let all = self.counted.opened.entry(netuid).or_default();
            add(all, self.opened.entry(netuid).or_default(), &mut subnet.opened);
            if let Some(gateway) = &mut subnet.gateway {
                let all = self.counted.sold.entry(netuid).or_default().fields();
                let seen = self.sold.entry(netuid).or_default().fields();
                for ((all, seen), shown) in all.into_iter().zip(seen).zip(Sold::of(gateway)) {
                    add(all, seen, shown);
                }
            }
        }
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
    use crate::up::frame::SubnetFrame;

    #[test]
    fn counts_go_on_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let frame = |opened, requests| Frame {
            subnets: vec![SubnetFrame {
                netuid: 4,
                opened,
                gateway: Some(GatewayFrame {
                    requests,
                    charged_rao: 10 * requests,
                    unsettled_rao: 7,
                    ..GatewayFrame::default()
                }),
                ..SubnetFrame::default()
            }],
            ..Frame::default()
        };
        let shown = |emitted: &mut Emitted, opened, requests| {
            let mut frame = frame(opened, requests);
            emitted.go_on(&mut frame);
            let subnet = frame.subnets.remove(0);
            let gateway = subnet.gateway.unwrap();
            assert_eq!(gateway.unsettled_rao, 7, "what is open now is no count");
            (subnet.opened, gateway.requests, gateway.charged_rao)
        };
        let mut first = Emitted::open(folder.path());
        assert_eq!(shown(&mut first, 1, 5), (1, 5, 50));
        assert_eq!(shown(&mut first, 3, 6), (3, 6, 60));
        assert_eq!(
            shown(&mut first, 3, 2),
            (3, 8, 80),
            "the gateway alone was started again"
        );
        first.write();
        let mut second = Emitted::open(folder.path());
        assert_eq!(shown(&mut second, 0, 0), (3, 8, 80));
        assert_eq!(shown(&mut second, 2, 1), (5, 9, 90));
        // A file of before there were such counts.
        std::fs::write(folder.path().join(FILE), br#"{"block":7,"emitted":{"1":5}}"#).unwrap();
        assert_eq!(Emitted::open(folder.path()).counted.emitted[&1], 5);
    }

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
