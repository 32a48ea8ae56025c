//! Files of vectors, and how they came out.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use crate::{
    compare::{Outcome, Tolerance, difference},
    consensus, economy,
    vector::{Problem, Vector},
};

/// One line of a [`Report`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// Area of the vector.
    pub area: String,
    /// Name of the vector.
    pub name: String,
    /// Its outcome.
    #[serde(flatten)]
    pub outcome: Outcome,
}

/// The outcome of a whole file.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// Vectors that came out as expected.
    pub passed: usize,
    /// Vectors that did not.
    pub failed: usize,
    /// Vectors of what the chain does not do.
    pub unsupported: usize,
    /// The same by area.
    pub areas: BTreeMap<String, Counts>,
    /// One line a vector, in the order of the file.
    pub vectors: Vec<Line>,
}

/// How the vectors of an area came out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// As expected.
    pub passed: usize,
    /// Otherwise.
    pub failed: usize,
    /// Not computed by the chain.
    pub unsupported: usize,
}

impl Counts {
    fn add(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Passed => self.passed += 1,
            Outcome::Failed { .. } => self.failed += 1,
            Outcome::Unsupported { .. } => self.unsupported += 1,
        }
    }
}

impl Report {
    /// How many vectors were computed and compared.
    pub fn checked(&self) -> usize {
        self.passed + self.failed
    }
}

/// Why a file has no vectors.
#[derive(Debug, thiserror::Error)]
pub enum NoVectors {
    /// It holds something else.
    #[error("a file of test vectors is a JSON list of objects, and this one does not begin with `[`")]
    NoList,
    /// Something in the list is no vector: what, and where.
    #[error("{0}")]
    Format(#[from] serde_json::Error),
}

/// Runs every vector of a file.
///
/// # Errors
/// [`NoVectors`] if `json` is not a list of vectors.
pub fn run_file(json: &str) -> Result<Report, NoVectors> {
    if !json.trim_start().starts_with('[') {
        return Err(NoVectors::NoList);
    }
    let vectors: Vec<Vector> = serde_json::from_str(json)?;
    let mut report = Report::default();
    let mut all = Counts::default();
    for vector in vectors {
        let outcome = run(&vector);
        all.add(&outcome);
        report.areas.entry(vector.area.clone()).or_default().add(&outcome);
        report.vectors.push(Line {
            area: vector.area,
            name: vector.name,
            outcome,
        });
    }
    report.passed = all.passed;
    report.failed = all.failed;
    report.unsupported = all.unsupported;
    Ok(report)
}

/// Runs one vector.
pub fn run(vector: &Vector) -> Outcome {
    match compute(vector) {
        Ok(got) => match difference(
            "expected",
            &vector.expected,
            Some(&got),
            Tolerance::of(&vector.tolerance),
        ) {
            None => Outcome::Passed,
            Some(outcome) => outcome,
        },
        Err(Problem::Unsupported(reason)) => Outcome::Unsupported { reason },
        Err(Problem::Input(message)) => Outcome::Failed {
            path: "inputs".to_owned(),
            expected: Value::Null,
            got: Value::String(message),
        },
    }
}

fn compute(vector: &Vector) -> Result<Value, Problem> {
    if vector.source.is_some() {
        consensus::compute(vector)
    } else {
        economy::compute(vector)
    }
}
