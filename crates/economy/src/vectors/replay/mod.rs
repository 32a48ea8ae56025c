//! Replays of recorded blocks of the public network: the state before a block goes into a ledger, the block step runs,
//! and what it wrote is compared with what the network wrote.
//!
//! A file holds one block: numbers of the whole chain, columns of the state before it (`before`) and of what it left
//! (`after`), each with an entry for every subnet of `netuids`. Names that end in `_bits32` and `_bits64` are the bits of
//! numbers with 32 and 64 fraction bits, `_1e18` are parts of 1e18. Null stands for an absent storage item.

mod columns;
mod recorded;

pub use columns::{Column, Replay, Traded};
pub use recorded::Recorded;

use alloc::string::String;

use crate::{Error, market::block, memory::MemoryLedger};

/// Why a file could not be replayed.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// It is no JSON of a recorded block: what is missing, wrong or unknown, and where.
    #[error("it is not a recorded block: {0}")]
    Format(#[from] serde_json::Error),
    /// A column has more or fewer entries than there are subnets.
    #[error("`{column}` has {found} entries, but `netuids` names {expected} subnets")]
    Length {
        /// Where it is, such as `before.alpha_in`.
        column: &'static str,
        /// Its entries.
        found: usize,
        /// Subnets.
        expected: usize,
    },
    /// A subnet is named twice, or is root.
    #[error("`netuids` names {0} twice, or names root, which is no subnet")]
    Netuid(u16),
    /// There is nothing to compare.
    #[error("it records nothing of what the block left: `after` has no column")]
    Nothing,
    /// A number does not fit.
    #[error("{0}")]
    Number(String),
    /// The rules refuse the state.
    #[error("the rules refuse this state: {0}")]
    Rules(Error),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::Rules(error)
    }
}

/// Replays the block of a file in memory, under the rules of its date.
///
/// # Errors
/// [`Problem`].
pub fn run(json: &str) -> Result<Replay, Problem> {
    let recorded = Recorded::read(json)?;
    let mut ledger = MemoryLedger::<u64>::genesis();
    ledger.set_rule_set(recorded.rules());
    ledger.set_block(recorded.block, [0; 32]);
    recorded.write(&mut ledger, &1)?;
    block::on_initialize(&mut ledger)?;
    Ok(recorded.compare(&ledger))
}
