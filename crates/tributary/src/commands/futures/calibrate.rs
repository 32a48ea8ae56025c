//! `tributary futures calibrate`.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tributary_futures::calibrate::{self, Effort as Work};

use crate::output::{self, say};

#[derive(Debug, Args)]
pub struct Calibrate {
    /// How much to compute: seconds, some minutes on two cores, or seven and a half times that
    #[arg(long, value_enum, default_value_t = Effort::Normal)]
    pub effort: Effort,
    /// Seed of all random numbers and of the search
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Do not search: compare the built-in beliefs with the data, or replay April 2026 with them
    #[arg(long, value_enum)]
    pub check: Option<Check>,
    /// Number of futures in the replay of April 2026
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(2..=1_000_000))]
    pub runs: u64,
    /// Draw the replay of April 2026 as a picture
    #[arg(long, value_name = "FILE.svg", requires = "check")]
    pub svg: Option<PathBuf>,
    /// Write the result as the parameters of a scenario
    #[arg(long, value_name = "FILE.toml", conflicts_with = "check")]
    pub write: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Effort {
    Quick,
    Normal,
    Thorough,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Check {
    /// All moments
    Moments,
    /// The exits of April 2026
    April,
}

impl From<Effort> for Work {
    fn from(effort: Effort) -> Self {
        match effort {
            Effort::Quick => Self::QUICK,
            Effort::Normal => Self::NORMAL,
            Effort::Thorough => Self::THOROUGH,
        }
    }
}

/// Runs the command.
///
/// # Errors
/// If a future breaks a sum, or a file cannot be written.
pub fn run(args: &Calibrate) -> Result<()> {
    let effort = Work::from(args.effort);
    match args.check {
        Some(Check::April) => {
            let april = calibrate::april(args.runs, args.seed)?;
            if let Some(path) = &args.svg {
                std::fs::write(path, april.svg()?).with_context(|| format!("cannot write {}", path.display()))?;
                say!("the picture is in {}", path.display());
            }
            print(&april, &april.text(), args.json)
        }
        Some(Check::Moments) => {
            let check = calibrate::check(effort, args.seed)?;
            print(&check, &check.text(), args.json)
        }
        None => {
            let style = ProgressStyle::with_template("{bar:40} {pos}/{len} evaluations, {eta} left");
            let bar = ProgressBar::with_draw_target(Some(effort.evaluations as u64), ProgressDrawTarget::stderr());
            let bar = style.map_or(bar.clone(), |style| bar.with_style(style));
            let found = calibrate::calibrate(effort, args.seed, &|| bar.inc(1))?;
            bar.finish_and_clear();
            if let Some(path) = &args.write {
                std::fs::write(path, found.scenario()).with_context(|| format!("cannot write {}", path.display()))?;
                say!("parameters are in {}", path.display());
            }
            print(&found, &found.text(), args.json)
        }
    }
}

fn print(value: &impl serde::Serialize, text: &str, json: bool) -> Result<()> {
    if json {
        output::json(value)
    } else {
        output::line(text.trim_end())
    }
}
