//! What is run: a scenario from its file, so many futures, a seed.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::Args;
use tributary_futures::{Plan, Scenario};

/// What is run.
#[derive(Debug, Args)]
pub struct What {
    /// Number of futures
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub runs: u64,
    /// Seed of all random numbers
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

pub fn plan(scenario: Option<&PathBuf>, what: &What) -> Result<Plan> {
    Ok(Plan::new(read(scenario)?, what.seed, what.runs)?)
}

/// The scenario in a file, or the default one.
pub fn read(path: Option<&PathBuf>) -> Result<Scenario> {
    let Some(path) = path else {
        return Ok(Scenario::default());
    };
    let text = tributary_private::read_text(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Scenario::parse(&path.display().to_string(), &text)?)
}

/// What a scenario is called in a headline.
pub fn title(scenario: Option<&PathBuf>) -> String {
    let stem = scenario.and_then(|path| path.file_stem());
    stem.map_or_else(
        || "the default scenario".to_owned(),
        |stem| stem.to_string_lossy().into_owned(),
    )
}
