//! Formulas in floating point against the exact ones, within the bounds that their docstrings state.

mod coinbase;
mod moving;
mod shares;

use proptest::prelude::ProptestConfig;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}
