//! `tributary futures sweep`: one row a scenario.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use tributary_futures::sweep::Sweep as Table;

use super::{progress::Progress, scenario};
use crate::output::{self, say};

/// Run the scenarios of a table, one per row, with the same random numbers
#[derive(Debug, Args)]
pub struct Sweep {
    /// The table: columns are names of parameters or fields of a scenario
    #[arg(value_name = "TABLE.csv")]
    pub table: PathBuf,
    /// Scenario for everything that a row does not set [default: the default scenario]
    #[arg(long, value_name = "SCENARIO.toml")]
    pub scenario: Option<PathBuf>,
    /// Number of futures per row
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub runs: u64,
    /// Seed of all random numbers, the same for every row
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// File for results, CSV or Parquet by its extension; an interrupted sweep continues there [default: CSV on stdout]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Runs the sweep.
///
/// # Errors
/// If the table or the scenario is wrong, or a file cannot be read or written.
pub fn run(args: &Sweep) -> Result<()> {
    let text =
        tributary_private::read_text(&args.table).with_context(|| format!("cannot read {}", args.table.display()))?;
    let base = scenario::read(args.scenario.as_ref())?;
    let sweep = Table::read(&args.table.display().to_string(), &text, &base)?;
    let directory = match &args.out {
        Some(out) => {
            let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty());
            Some(parent.map_or_else(|| PathBuf::from("."), PathBuf::from))
        }
        None => None,
    };
    super::interrupt::keep_what_is_done(directory.as_deref());
    let progress = Progress::new(sweep.rows() as u64, "scenarios", "writing");
    let rows = sweep.run(args.seed, args.runs, directory.as_deref(), &|| progress.done_one())?;
    progress.finish();
    match &args.out {
        None => output::line(sweep.csv(&rows)?.trim_end()),
        Some(out) if out.extension().is_some_and(|end| end == "parquet") => {
            sweep.table(&rows).write(out)?;
            say!("{} scenarios are in {}", rows.len(), out.display());
            Ok(())
        }
        Some(out) => {
            std::fs::write(out, sweep.csv(&rows)?).with_context(|| format!("cannot write {}", out.display()))?;
            say!("{} scenarios are in {}", rows.len(), out.display());
            Ok(())
        }
    }
}
