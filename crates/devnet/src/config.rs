//! What a chain is started with.

use std::{path::PathBuf, time::Duration};

/// Everything a [`crate::Devnet`] is started with. [`Config::default`] is a deterministic chain in memory from the
/// preset `fast`, which makes blocks on demand.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the first state comes from.
    pub genesis: Genesis,
    /// Where blocks and state are kept.
    pub database: Database,
    /// Where block times come from.
    pub clock: Clock,
    /// When blocks are made.
    pub mining: Mining,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            genesis: Genesis::Preset("fast".into()),
            database: Database::Memory,
            clock: Clock::default(),
            mining: Mining::OnDemand,
        }
    }
}

/// Where the first state comes from. A database that exists already must have been made from the same.
#[derive(Clone, Debug)]
pub enum Genesis {
    /// A preset of the runtime by name (`GenesisBuilder_preset_names` lists them).
    Preset(String),
    /// A preset with a JSON patch merged over it (objects are merged, everything else is replaced).
    Patched {
        /// Name of the preset.
        preset: String,
        /// What is laid over it.
        patch: serde_json::Value,
    },
    /// A whole genesis configuration of the runtime as JSON; nothing is added to it.
    Json(serde_json::Value),
    /// A file written by [`crate::Devnet::dump`]: the chain goes on where the dumped one stood.
    Dump(PathBuf),
    /// The chain that is in the database, whatever it was made from.
    Stored,
}

/// Where blocks and state are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// In memory, gone with the process.
    Memory,
    /// In this file, made (with its folders) when it is not there.
    File(PathBuf),
}

/// Where block times come from. A block is at least one slot later than its parent whatever the clock says, so a
/// chain that makes blocks faster than its slots runs ahead of the wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The wall clock, shifted by what `set_time` and `advance_time` asked for. The shift is kept over a restart.
    Wall,
    /// Exactly one slot a block, the first block at this time (milliseconds since 1970): two runs with the same
    /// input make the same blocks to the byte.
    Slots {
        /// Time of the first block, in milliseconds.
        start_ms: u64,
    },
}

impl Default for Clock {
    fn default() -> Self {
        // 2025-01-01T00:00:00Z
        Self::Slots {
            start_ms: 1_735_689_600_000,
        }
    }
}

/// When blocks are made. Blocks can be asked for with [`crate::Devnet::advance`] in every mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mining {
    /// One block in every interval, empty or not.
    Timer(Duration),
    /// One block as soon as a transaction is ready.
    OnExtrinsic,
    /// Only when asked.
    OnDemand,
}
