//! `tributary vectors`

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde_json::Value;
use tributary_vectors::{self as vectors, Counts, Outcome, Report};

use crate::output::{self, say};

#[derive(Debug, Args)]
pub struct Vectors {
    /// Files of vectors: lists of objects with area, name, inputs, expected and tolerance
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// List the vectors for which the chain has no rule, each with the reason
    #[arg(long)]
    pub not_built: bool,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Runs every file and prints what passed, what failed, and for what the chain has no rule.
///
/// # Errors
/// If a file cannot be read, a vector fails, or nothing of a file was checked.
pub fn run(args: &Vectors) -> Result<()> {
    let mut failed = 0;
    let mut reports = Vec::new();
    for path in &args.files {
        let text = tributary_private::read_text(path).with_context(|| format!("cannot read {}", path.display()))?;
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
            print(path, report, args.not_built)?;
        }
        let not_built: usize = reports.iter().map(|(_, report)| report.unsupported).sum();
        if not_built > 0 && !args.not_built {
            say!("the chain has no rule for {not_built} vectors: --not-built lists them");
        }
    }
    if failed > 0 {
        bail!("{failed} vectors failed");
    }
    if let Some((path, report)) = reports.iter().find(|(_, report)| report.checked() == 0) {
        let path = path.display();
        match report.vectors.len() {
            0 => bail!("nothing was checked: {path} holds no vectors"),
            all => bail!("nothing was checked: the chain has no rule for any of the {all} vectors of {path}"),
        }
    }
    Ok(())
}

fn print(path: &Path, report: &Report, not_built: bool) -> Result<()> {
    output::line(&format!(
        "{}: {} passed, {} failed, {} not built",
        path.display(),
        report.passed,
        report.failed,
        report.unsupported
    ))?;
    if report.vectors.is_empty() {
        return Ok(());
    }
    let rows = report.areas.iter().map(|(area, counts)| row(area, counts)).collect();
    output::table(&["area", "passed", "failed", "not built"], rows)?;
    for vector in &report.vectors {
        let (area, name) = (&vector.area, &vector.name);
        match &vector.outcome {
            Outcome::Failed { path, expected, got } if expected.is_null() && path == "inputs" => {
                output::line(&format!("FAILED     {area}: {name}: {}", plain(got)))?;
            }
            Outcome::Failed { path, expected, got } => output::line(&format!(
                "FAILED     {area}: {name}: {path} is {}, expected {}",
                plain(got),
                plain(expected)
            ))?,
            Outcome::Unsupported { reason } if not_built => {
                output::line(&format!("not built  {area}: {name}: {reason}"))?;
            }
            Outcome::Passed | Outcome::Unsupported { .. } => {}
        }
    }
    Ok(())
}

/// A text without the quotes of JSON, anything else as JSON; null is nothing.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "nothing".to_owned(),
        other => other.to_string(),
    }
}

fn row(area: &str, counts: &Counts) -> Vec<String> {
    let numbers = [counts.passed, counts.failed, counts.unsupported].map(|number| number.to_string());
    [area.to_owned()].into_iter().chain(numbers).collect()
}
