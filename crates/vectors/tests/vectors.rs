//! The vectors come out on the chain, and the documents say which do.

use std::collections::BTreeMap;

use tributary_vectors::{Counts, Outcome, run_file};

const CONFORMANCE: &str = include_str!("../../../docs/conformance.md");

const FILES: [(&str, &str); 3] = [
    ("economy", include_str!("../data/economy_vectors.json")),
    ("consensus", include_str!("../data/consensus_vectors.json")),
    ("recorded", include_str!("../data/recorded_vectors.json")),
];

#[test]
fn every_vector_comes_out_or_is_of_what_the_chain_does_not_do() {
    for (file, json) in FILES {
        let report = run_file(json).expect("the file is a list of vectors");
        let failed: Vec<_> = report
            .vectors
            .iter()
            .filter(|line| matches!(line.outcome, Outcome::Failed { .. }))
            .collect();
        assert!(failed.is_empty(), "{file}: {failed:#?}");
        assert_eq!(report.passed + report.unsupported, report.vectors.len());
        assert!(report.passed > 200, "{file}");
    }
}

fn table(counts: &BTreeMap<(&str, String), Counts>) -> String {
    let mut table = String::from("| file | area | pass | not built |\n|---|---|---|---|\n");
    for ((file, area), count) in counts {
        table += &format!("| {file} | {area} | {} | {} |\n", count.passed, count.unsupported);
    }
    table
}

#[test]
fn the_page_counts_them_by_area() {
    let mut counts = BTreeMap::new();
    for (file, json) in FILES {
        let report = run_file(json).expect("the file is a list of vectors");
        counts.extend(report.areas.into_iter().map(|(area, count)| ((file, area), count)));
    }
    let table = table(&counts);
    assert!(CONFORMANCE.contains(&table), "docs/conformance.md must hold:\n{table}");
    // What is not built is named, each with a reason.
    for (file, json) in FILES {
        for line in run_file(json).expect("the file is a list of vectors").vectors {
            if let Outcome::Unsupported { reason } = line.outcome {
                let row = format!("| {file} | {} |", line.area);
                assert!(
                    CONFORMANCE.contains(&row) && !reason.is_empty(),
                    "{file}: {}",
                    line.name
                );
            }
        }
    }
}

#[test]
fn a_wrong_expectation_fails_in_every_area() {
    for (file, json) in FILES {
        let mut vectors: Vec<serde_json::Value> = serde_json::from_str(json).expect("the file is a list of vectors");
        for vector in &mut vectors {
            // No rule gives this under any key.
            vector["expected"] = serde_json::json!({ "nothing": "gives this" });
        }
        let report = run_file(&serde_json::to_string(&vectors).unwrap()).expect("the file is a list of vectors");
        assert_eq!(report.passed, 0, "{file}");
        assert!(report.failed > 200, "{file}");
    }
}
