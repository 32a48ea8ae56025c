//! The consensus vectors must come out, bit for bit.
#![cfg(feature = "vectors")]

use tributary_economy::vectors::{Line, Outcome, run_file};

/// Vectors that the rules of this crate do not compute yet.
fn is_open(line: &Line) -> bool {
    ["timelock", "schedule", "registration"].contains(&line.area.as_str()) || line.name == "emission_to_pending"
}

#[test]
fn every_consensus_vector_comes_out() {
    let report = run_file(include_str!("data/consensus_vectors.json")).expect("the file is a list of vectors");
    let bad: Vec<_> = report
        .vectors
        .iter()
        .filter(|line| match line.outcome {
            Outcome::Passed => false,
            Outcome::Failed { .. } => true,
            Outcome::Unsupported { .. } => !is_open(line),
        })
        .collect();
    assert!(bad.is_empty(), "{} of {}: {bad:#?}", bad.len(), report.vectors.len());
    assert_eq!(report.vectors.len(), 270);
}
