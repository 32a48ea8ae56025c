//! `tributary futures`: the market run forward many times.

mod calibrate;
mod figures;
mod interrupt;
mod progress;
mod report;
mod scenario;
mod sensitivity;
mod start;
mod sweep;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use tributary_futures::{Plan, Shard};

use crate::output::{self, say};
use progress::Progress;
use scenario::{What, plan, title};

#[derive(Debug, Subcommand)]
pub enum Futures {
    /// Run many futures of a scenario and summarize them
    Run(Run),
    /// Run two scenarios with the same random numbers and show how they differ
    Compare(Compare),
    /// Fit the participants' parameters to the real network, and show how well they match
    Calibrate(calibrate::Calibrate),
    Start(start::Start),
    Sweep(sweep::Sweep),
    Sensitivity(sensitivity::Sensitivity),
    Report(report::Report),
    /// Replay one future and tell who left, when and why
    Explain(Explain),
    /// Run one part of a run, so that several machines or processes can share it
    Shard(ShardArgs),
    /// Merge the shards of a run
    Merge(Merge),
}

#[derive(Debug, Args)]
pub struct Run {
    /// The scenario [default: four years of the public network under its present rules]
    #[arg(value_name = "SCENARIO.toml")]
    pub scenario: Option<PathBuf>,
    #[command(flatten)]
    pub what: What,
    /// Directory for results; an interrupted run continues there
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Print the summary as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Compare {
    /// The first scenario
    #[arg(value_name = "A.toml")]
    pub first: PathBuf,
    /// The second scenario
    #[arg(value_name = "B.toml")]
    pub second: PathBuf,
    #[command(flatten)]
    pub what: What,
    /// Directory for comparison.json and comparison.html; in the directory of a run, they become part of its report
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// Number of the future, from 0
    #[arg(value_name = "FUTURE")]
    pub future: u64,
    /// The scenario of the run
    #[arg(value_name = "SCENARIO.toml")]
    pub scenario: Option<PathBuf>,
    #[command(flatten)]
    pub what: What,
}

#[derive(Debug, Args)]
pub struct ShardArgs {
    #[command(flatten)]
    pub run: Run,
    /// Index of this shard, from 0
    #[arg(long)]
    pub index: u64,
    /// Number of shards
    #[arg(long)]
    pub of: u64,
}

#[derive(Debug, Args)]
pub struct Merge {
    /// Directories of the shards
    #[arg(required = true, value_name = "DIR")]
    pub shards: Vec<PathBuf>,
    /// Title of the report
    #[arg(long)]
    pub title: Option<String>,
    /// Directory for results
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// Print the summary as JSON
    #[arg(long)]
    pub json: bool,
}

/// Runs the command. Blocks until it is done.
///
/// # Errors
/// If a scenario is wrong, a file cannot be read or written, or a future breaks a sum.
pub fn run(command: &Futures) -> Result<()> {
    match command {
        Futures::Run(args) => {
            interrupt::keep_what_is_done(Some(&args.out));
            let plan = plan(args.scenario.as_ref(), &args.what)?;
            let progress = Progress::new(plan.runs, "futures", "summing up");
            let summary = plan.run(&args.out, &|| progress.done_one())?;
            progress.finish();
            report::write(&args.out, &title(args.scenario.as_ref()))?;
            figures::print(&summary, args.json)
        }
        Futures::Compare(args) => {
            let plans = [
                plan(Some(&args.first), &args.what)?,
                plan(Some(&args.second), &args.what)?,
            ];
            let progress = Progress::new(2 * args.what.runs, "futures", "comparing");
            let comparison = tributary_futures::compare::compare([&plans[0], &plans[1]], &|| progress.done_one())?;
            progress.finish();
            if let Some(out) = &args.out {
                let names = [title(Some(&args.first)), title(Some(&args.second))];
                let names = [names[0].as_str(), names[1].as_str()];
                tributary_futures::report::paired::write(&comparison, names, out)?;
                say!("the comparison is {}", out.join("comparison.html").display());
            }
            figures::print_comparison(&comparison, args.json)
        }
        Futures::Calibrate(args) => calibrate::run(args),
        Futures::Start(args) => start::run(args),
        Futures::Sweep(args) => sweep::run(args),
        Futures::Sensitivity(args) => sensitivity::run(args),
        Futures::Report(args) => report::run(args),
        Futures::Explain(args) => {
            let explained = plan(args.scenario.as_ref(), &args.what)?.explain(args.future)?;
            output::line(explained.text().trim_end())
        }
        Futures::Shard(args) => {
            interrupt::keep_what_is_done(Some(&args.run.out));
            let run = &args.run;
            let plan = plan(run.scenario.as_ref(), &run.what)?;
            let shard = Shard::new(args.index, args.of)?;
            let progress = Progress::new(plan.runs / shard.of, "futures", "writing");
            plan.run_shard(&run.out, shard, &|| progress.done_one())?;
            progress.finish();
            say!("shard {} of {} is in {}", args.index, args.of, run.out.display());
            Ok(())
        }
        Futures::Merge(args) => {
            // Clap asks for one at least.
            let first = args.shards.first().context("no shard is named")?;
            let progress = Progress::of("putting the shards together");
            let summary = Plan::of(first)?.merge(&args.shards, &args.out)?;
            progress.finish();
            report::write(&args.out, args.title.as_deref().unwrap_or("a scenario"))?;
            figures::print(&summary, args.json)
        }
    }
}
