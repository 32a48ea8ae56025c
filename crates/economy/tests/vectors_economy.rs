//! The economy vectors must come out, bit for bit.
#![cfg(feature = "vectors")]

use std::collections::BTreeMap;

use tributary_economy::vectors::{Outcome, run_file};

/// Areas without a rule here.
const OPEN: [&str; 2] = ["locks", "lease"];

#[test]
fn every_economy_vector_comes_out() {
    let report = run_file(include_str!("data/economy_vectors.json")).expect("the file is a list of vectors");
    let mut table: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    let mut bad = Vec::new();
    for line in &report.vectors {
        let counts = table.entry(&line.area).or_default();
        match line.outcome {
            Outcome::Passed => counts[0] += 1,
            Outcome::Failed { .. } => {
                counts[1] += 1;
                bad.push(line);
            }
            Outcome::Unsupported { .. } => {
                counts[2] += 1;
                if !OPEN.contains(&line.area.as_str()) {
                    bad.push(line);
                }
            }
        }
    }
    println!("{:<30} {:>6} {:>6} {:>11}", "area", "passed", "failed", "unsupported");
    for (area, [passed, failed, unsupported]) in &table {
        println!("{area:<30} {passed:>6} {failed:>6} {unsupported:>11}");
    }
    assert!(bad.is_empty(), "{} of {}: {bad:#?}", bad.len(), report.vectors.len());
    assert_eq!(report.vectors.len(), 281);
}
