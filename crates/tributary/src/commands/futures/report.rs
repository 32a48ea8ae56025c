//! `tributary futures report`: the page of a finished run.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use tributary_futures::{
    Plan,
    report::{self, Charts},
};

use super::progress::Progress;
use crate::output::say;

/// What takes its time.
const WORK: &str = "working out what the answers hang on, and writing the report";

/// Write the report of a finished run again, including sensitivity.json and comparison.json if they exist
#[derive(Debug, Args)]
pub struct Report {
    /// Directory of the results
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
    /// Title of the report
    #[arg(long)]
    pub title: Option<String>,
    /// Also write the report as futures-report.md, with pictures, to this directory
    #[arg(long, value_name = "DOCS")]
    pub markdown: Option<PathBuf>,
}

/// Writes the report again.
///
/// # Errors
/// If results are missing or of another version.
pub fn run(args: &Report) -> Result<()> {
    let plan = Plan::of(&args.dir)?;
    let title = args.title.as_deref().unwrap_or("a scenario");
    let progress = Progress::of(WORK);
    let answers = report::write(&plan, title, &args.dir)?;
    progress.finish();
    if let Some(docs) = &args.markdown {
        let command = format!(
            "tributary futures report {} --markdown {}",
            args.dir.display(),
            docs.display()
        );
        report::markdown::write(&plan, &answers, &Charts::draw(&answers)?, &command, docs)?;
    }
    say!("the report is {}", args.dir.join("report.html").display());
    Ok(())
}

/// Writes the report of a run that has just come to its end.
///
/// # Errors
/// Those of [`run`].
pub fn write(directory: &Path, title: &str) -> Result<()> {
    let plan = Plan::of(directory)?;
    let progress = Progress::of(WORK);
    report::write(&plan, title, directory)?;
    progress.finish();
    say!("the report is {}", directory.join("report.html").display());
    Ok(())
}
