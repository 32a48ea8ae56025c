//! `tributary vectors`

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use tributary_vectors::{self as vectors, Counts, Outcome};

use crate::output;

#[derive(Debug, Args)]
pub struct Vectors {
    /// Files of vectors: lists of objects with area, name, inputs, expected and tolerance
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Runs every file and prints what passed, failed and is unsupported.
///
/// # Errors
/// If a file cannot be read, or a vector fails.
pub fn run(args: &Vectors) -> Result<()> {
    let mut failed = 0;
    let mut reports = Vec::new();
    for path in &args.files {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let report =
            vectors::run_file(&text).with_context(|| format!("{} is not a file of test vectors", path.display()))?;
        failed += report.failed;
        reports.push((path, report));
    }
    if args.json {
        let reports: Vec<_> = reports
            .iter()
            .map(|(path, report)| serde_json::json!({ "file": path.display().to_string(), "report": report }))
            .collect();
        output::json(&reports)?;
    } else {
        for (path, report) in &reports {
            let name = path.display();
            output::line(&format!(
                "{name}: {} passed, {} failed, {} unsupported",
                report.passed, report.failed, report.unsupported
            ))?;
            let rows = report.areas.iter().map(|(area, counts)| row(area, counts)).collect();
            output::table(&["area", "passed", "failed", "not built"], rows)?;
            for vector in &report.vectors {
                match &vector.outcome {
                    Outcome::Passed => {}
                    Outcome::Failed { path, expected, got } => output::line(&format!(
                        "FAILED       {}: {}: {path} is {got}, expected {expected}",
                        vector.area, vector.name
                    ))?,
                    Outcome::Unsupported { reason } => {
                        output::line(&format!("unsupported  {}: {}: {reason}", vector.area, vector.name))?;
                    }
                }
            }
        }
    }
    if failed > 0 {
        bail!("{failed} vectors failed");
    }
    Ok(())
}

fn row(area: &str, counts: &Counts) -> Vec<String> {
    let numbers = [counts.passed, counts.failed, counts.unsupported].map(|number| number.to_string());
    [area.to_owned()].into_iter().chain(numbers).collect()
}
