//! `tributary futures`: the market run forward many times.

mod calibrate;
mod report;
mod sensitivity;
mod start;
mod sweep;

use std::{
    path::PathBuf,
    sync::atomic::{AtomicU64, Ordering},
};

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tributary_futures::{Plan, Scenario, Shard, compare::Comparison, outcome::CLASSES, summary::Summary};

use crate::output::{self, say};

#[derive(Debug, Subcommand)]
pub enum Futures {
    /// Run futures of a scenario and sum them up
    Run(Run),
    /// Run two scenarios on the same noise and show what differs
    Compare(Compare),
    /// Fit the people to the real network, and show what is met and what is missed
    Calibrate(calibrate::Calibrate),
    Start(start::Start),
    Sweep(sweep::Sweep),
    Sensitivity(sensitivity::Sensitivity),
    Report(report::Report),
    /// Replay one future and tell who left when and why
    Explain(Explain),
    /// Run one of several parts of a run, for another machine or process
    Shard(ShardArgs),
    /// Put the shards of a run together
    Merge(Merge),
}

/// What is run.
#[derive(Debug, Args)]
pub struct What {
    /// Number of futures
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub runs: u64,
    /// Seed of all noise
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

#[derive(Debug, Args)]
pub struct Run {
    /// The scenario; without it: four years of the main network under its present rules
    #[arg(value_name = "SCENARIO.toml")]
    pub scenario: Option<PathBuf>,
    #[command(flatten)]
    pub what: What,
    /// Where results go; a run that was interrupted goes on there
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
    /// Where comparison.json and comparison.html go; the directory of a run shows it in its report
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
    /// Which shard, from 0
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
    /// What was run, for the headline of the report
    #[arg(long)]
    pub title: Option<String>,
    /// Where results go
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
            let plan = plan(args.scenario.as_ref(), &args.what)?;
            let progress = Progress::new(plan.runs, "futures", "summing up");
            let summary = plan.run(&args.out, &|| progress.done_one())?;
            progress.finish();
            report::write(&args.out, &title(args.scenario.as_ref()))?;
            print(&summary, args.json)
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
            print_comparison(&comparison, args.json)
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
            print(&summary, args.json)
        }
    }
}

fn plan(scenario: Option<&PathBuf>, what: &What) -> Result<Plan> {
    Ok(Plan::new(self::scenario(scenario)?, what.seed, what.runs)?)
}

/// The scenario in a file, or the default one.
fn scenario(path: Option<&PathBuf>) -> Result<Scenario> {
    let Some(path) = path else {
        return Ok(Scenario::default());
    };
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    Ok(Scenario::parse(&path.display().to_string(), &text)?)
}

/// What a scenario is called in a headline.
fn title(scenario: Option<&PathBuf>) -> String {
    let stem = scenario.and_then(|path| path.file_stem());
    stem.map_or_else(
        || "the default scenario".to_owned(),
        |stem| stem.to_string_lossy().into_owned(),
    )
}

/// Progress on stderr: of so many pieces of work, and then of what comes after them. On a terminal it moves; elsewhere
/// it is a line when something else begins.
struct Progress {
    bar: ProgressBar,
    done: AtomicU64,
    count: Option<u64>,
    after: &'static str,
}

impl Progress {
    fn new(count: u64, of: &str, after: &'static str) -> Self {
        let style = format!("{{bar:40}} {{pos}}/{{len}} {of}, {{per_sec}}, {{eta}} left");
        let bar = ProgressBar::with_draw_target(Some(count), ProgressDrawTarget::stderr());
        Self {
            bar: styled(bar, &style),
            done: AtomicU64::new(0),
            count: Some(count),
            after,
        }
    }

    /// Work that cannot be counted.
    fn of(what: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let progress = Self {
            bar,
            done: AtomicU64::new(0),
            count: None,
            after: what,
        };
        progress.go_on();
        progress
    }

    fn done_one(&self) {
        self.bar.inc(1);
        // Several threads do the work; one of them is last.
        if Some(self.done.fetch_add(1, Ordering::Relaxed) + 1) == self.count {
            self.go_on();
        }
    }

    /// The work after the last piece begins.
    fn go_on(&self) {
        if self.bar.is_hidden() {
            say!("{}", self.after);
            return;
        }
        if let Some(count) = self.count {
            // What was counted stays on the screen.
            self.bar.println(format!("{count} done"));
        }
        self.bar.set_message(self.after);
        self.bar
            .set_style(styled(ProgressBar::hidden(), "{spinner} {msg}, {elapsed}").style());
        self.bar.enable_steady_tick(std::time::Duration::from_millis(200));
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn styled(bar: ProgressBar, template: &str) -> ProgressBar {
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn print(summary: &Summary, json: bool) -> Result<()> {
    if json {
        return output::json(summary);
    }
    let percent = |x: f64| format!("{:.1} %", 100.0 * x);
    let outcomes = CLASSES.iter().filter_map(|class| {
        let p = summary.outcomes.get(class.name())?;
        Some(vec![
            class.name().to_owned(),
            percent(p.value),
            percent(p.low),
            percent(p.high),
        ])
    });
    output::table(&["outcome", "probability", "from", "to (95 %)"], outcomes.collect())?;
    output::line("")?;
    let numbers = summary.numbers.iter().map(|(name, spread)| {
        let cells = [spread.p05, spread.p50, spread.p95, spread.mean.value].map(number);
        [(*name).to_owned()].into_iter().chain(cells).collect()
    });
    output::table(&["at the end", "5 %", "median", "95 %", "mean"], numbers.collect())?;
    output::line("")?;
    let hazards = summary
        .hazard
        .monthly_by_quartile
        .iter()
        .zip(["lowest", "second", "third", "highest"]);
    let hazards = hazards.map(|(h, name)| vec![name.to_owned(), percent(h.value), percent(h.low), percent(h.high)]);
    output::table(
        &["quartile of quality", "leave in a month", "from", "to (95 %)"],
        hazards.collect(),
    )?;
    output::line("")?;
    let shape = &summary.market_value;
    let tail = match shape.tail_index {
        Some(t) => format!("{:.2} ({:.2} to {:.2})", t.value, t.low, t.high),
        None => "unknown (too few futures)".to_owned(),
    };
    output::line(&format!(
        "market value: skewness {:.2}, tail index {tail}, the best 1 % of futures hold {:.0} % of the sum",
        shape.skewness.value,
        100.0 * shape.top_percent_share.value
    ))?;
    for limit in &summary.limits {
        say!("note: {limit}");
    }
    Ok(())
}

fn print_comparison(comparison: &Comparison, json: bool) -> Result<()> {
    if json {
        return output::json(comparison);
    }
    let pairs = comparison.outcomes.iter().chain(&comparison.numbers);
    let rows = pairs.map(|(name, paired)| {
        let d = paired.difference;
        let cells = [paired.first, paired.second, d.value, d.low, d.high].map(number);
        [name.clone()].into_iter().chain(cells).collect()
    });
    output::table(&["", "A", "B", "B - A", "from", "to (95 %)"], rows.collect())
}

/// A number with the digits that a reader wants.
fn number(x: f64) -> String {
    match x.abs() {
        a if a >= 1e5 => format!("{x:.0}"),
        a if a >= 100.0 => format!("{x:.1}"),
        a if a >= 0.01 || a == 0.0 => format!("{x:.3}"),
        _ => format!("{x:.2e}"),
    }
}
