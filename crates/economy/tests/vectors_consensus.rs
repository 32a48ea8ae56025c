//! The consensus vectors must come out, bit for bit.
#![cfg(feature = "vectors")]

use tributary_economy::vectors::{Outcome, run_file};

/// Timelocked commits are decrypted by the chain, not by the rules.
const UNSUPPORTED: &str = "timelock";

#[test]
fn every_consensus_vector_comes_out() {
    let report = run_file(include_str!("data/consensus_vectors.json")).expect("the file is a list of vectors");
    let bad: Vec<_> = report
        .vectors
        .iter()
        .filter(|line| match line.outcome {
            Outcome::Passed => false,
            Outcome::Failed { .. } => true,
            Outcome::Unsupported { .. } => line.area != UNSUPPORTED,
        })
        .collect();
    assert!(bad.is_empty(), "{} of {}: {bad:#?}", bad.len(), report.vectors.len());
    assert_eq!(report.vectors.len(), 270);
}
