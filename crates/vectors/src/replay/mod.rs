//! Replays of recorded blocks of the public network: the state before a block goes onto the chain, the block step runs, and
//! what it wrote is compared with what the network wrote.
//!
//! A file holds one block: numbers of the whole chain, columns of the state before it (`before`) and of what it left
//! (`after`), each with an entry for every subnet of `netuids`. Names that end in `_bits32` and `_bits64` are the bits of
//! numbers with 32 and 64 fraction bits, `_1e18` are parts of 1e18. Null stands for an absent storage item.

mod columns;
mod problem;
mod recorded;

pub use columns::{Column, Replay, Traded};
pub use problem::Problem;
pub use recorded::Recorded;

use pallet_subtensor::EmissionRules;
use tributary_economy::market::block;
use tributary_runtime::Runtime;

use crate::chain::{self, account, go_to};

/// Replays the block of a file on a new chain, under the rules of its date.
///
/// # Errors
/// [`Problem`].
pub fn run(json: &str) -> Result<Replay, Problem> {
    let recorded = Recorded::read(json)?;
    chain::run(|chain| {
        EmissionRules::<Runtime>::put(recorded.rules());
        go_to(recorded.block).map_err(|problem| Problem::Number(problem.to_string()))?;
        recorded.write(chain, &account(1))?;
        block::on_initialize(chain)?;
        Ok(recorded.compare(chain))
    })
}
