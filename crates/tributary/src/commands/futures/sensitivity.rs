//! `tributary futures sensitivity`: which assumptions the answers hang on.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use tributary_futures::{
    Plan,
    sensitivity::{Effort, Output, Study},
};

use super::{figures::number, progress::Progress, report, scenario};
use crate::output::{self, say};

/// Screen all uncertain parameters with Morris's method, then compute Sobol indices of the strongest
#[derive(Debug, Args)]
pub struct Sensitivity {
    /// The scenario [default: the default scenario]
    #[arg(value_name = "SCENARIO.toml")]
    pub scenario: Option<PathBuf>,
    /// Seed of all random numbers and of the designs
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Output to explain: a column of futures.parquet, `log:COLUMN` or `class:CLASS`
    #[arg(long = "output", value_name = "OUTPUT", default_values_t = Output::DEFAULT.map(str::to_owned))]
    pub outputs: Vec<String>,
    /// Trajectories of the Morris screen
    #[arg(long, default_value_t = 16)]
    pub trajectories: u64,
    /// Futures to average for each of its points
    #[arg(long, default_value_t = 2)]
    pub replicates: u64,
    /// Rows of the Sobol matrices; a power of two is best
    #[arg(long, default_value_t = 512)]
    pub rows: u32,
    /// Number of parameters that get Sobol indices
    #[arg(long, default_value_t = 10)]
    pub factors: usize,
    /// Directory for sensitivity.json; in the directory of a run, it becomes part of its report. An interrupted study continues there
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Runs the study.
///
/// # Errors
/// If the scenario or an output is wrong, or a file cannot be written.
pub fn run(args: &Sensitivity) -> Result<()> {
    let plan = Plan::new(scenario::read(args.scenario.as_ref())?, args.seed, 1)?;
    let outputs = args
        .outputs
        .iter()
        .map(|name| Output::parse(name))
        .collect::<Result<_, _>>()?;
    let effort = Effort {
        trajectories: args.trajectories,
        replicates: args.replicates,
        rows: args.rows,
        factors: args.factors,
    };
    let study = Study::new(&plan, outputs, effort)?;
    if let Some(out) = &args.out {
        std::fs::create_dir_all(out)?;
    }
    super::interrupt::keep_what_is_done(args.out.as_deref());
    let progress = Progress::new(study.futures(), "futures", "working out the shares");
    let found = study.run(args.out.as_deref(), &|| progress.done_one())?;
    progress.finish();
    if let Some(out) = &args.out
        && out.join("futures.parquet").exists()
    {
        report::write(out, &scenario::title(args.scenario.as_ref()))?;
    }
    if args.json {
        return output::json(&found);
    }
    for (name, explained) in &found.outputs {
        let two = |x: f64| format!("{x:.2}");
        let rows = explained.sobol.iter().map(|(factor, i)| {
            let cells = [
                i.first.value,
                i.first.low,
                i.first.high,
                i.total.value,
                i.total.low,
                i.total.high,
            ]
            .map(two);
            [factor.clone()].into_iter().chain(cells).collect()
        });
        output::table(
            &[name, "first", "from", "to", "total", "from", "to (95 %)"],
            rows.collect(),
        )?;
        let screen = explained.morris.iter().take(args.factors);
        let screen: Vec<String> = screen
            .map(|(factor, e)| format!("{factor} {}", number(e.strength.value)))
            .collect();
        output::line(&format!("after Morris: {}\n", screen.join(", ")))?;
    }
    say!("{} futures", found.futures);
    Ok(())
}
