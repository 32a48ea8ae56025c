//! Calibration: the method of simulated moments against the real network (`docs/calibration.md`).
//!
//! [`calibrate`] looks for the free parameters with which simulated moments come closest to those of the data, and says
//! what the data can tell of each. [`check`] simulates the shipped beliefs and holds them against the data, without a
//! search. [`april()`] replays the exits of April 2026.

pub mod april;
mod columns;
pub mod fit;
pub mod free;
pub mod lab;
pub mod moments;
mod picture;
pub mod section;
pub mod targets;
mod text;

use serde::Serialize;

use crate::{
    Error,
    parameters::{self, TABLE},
    prior::Prior,
    stats,
};

pub use april::{April, april};
pub use fit::{Effort, Fit};
pub use lab::{Lab, Noises};

use free::FREE;
use targets::{Target, WINDOWS};

/// Misfit from which a moment is missed, in standard deviations.
const MISSED: f64 = 2.0;

/// Above this part of the prior's standard deviation, the data say nothing that would be worth narrowing a belief for.
const UNINFORMED: f64 = 0.85;

/// A moment: real and simulated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Where it is simulated.
    pub window: &'static str,
    /// Its family.
    pub family: &'static str,
    /// Its name.
    pub moment: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// What kind of knowledge the real value is.
    pub kind: &'static str,
    /// Where the real value comes from.
    pub source: &'static str,
    /// The real value.
    pub real: f64,
    /// Simulated: 5 %, median and 95 % of futures.
    pub simulated: [f64; 3],
    /// Simulated mean less the real value, in standard deviations of futures and tolerance.
    pub misfit: f64,
    /// Whether that is more than two.
    pub missed: bool,
}

/// A free parameter.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Learned {
    /// Its name.
    pub name: &'static str,
    /// What was believed before.
    pub before: Prior,
    /// What is believed now.
    pub after: Prior,
    /// Where the search ended, in standard deviations of the prior.
    pub moved: f64,
    /// Its standard deviation over that of the prior.
    pub known: f64,
    /// Whether the data inform it. One that they do not keeps its prior.
    pub informed: bool,
}

/// The result of a search.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Calibration {
    /// Seed.
    pub seed: u64,
    /// Evaluations.
    pub evaluations: usize,
    /// The objective at the end.
    pub objective: f64,
    /// What became of the free parameters.
    pub parameters: Vec<Learned>,
    /// Names of the other parameters: they keep their beliefs, nothing here informs them.
    pub untouched: Vec<&'static str>,
    /// The moments, simulated with the beliefs after calibration, parameters drawn anew in every future.
    pub moments: Vec<Row>,
}

/// Simulated moments of one set of beliefs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Check {
    /// Seed.
    pub seed: u64,
    /// The moments.
    pub moments: Vec<Row>,
}

/// Seed of the futures behind a table, so that it is not made on the noise that was searched on.
const OTHER_NOISE: u64 = 0x0074_6162_6c65;

fn rows(lab: &Lab, targets: &[Target], beliefs: &[Prior], noises: Noises) -> Result<Vec<Row>, Error> {
    let simulated = lab.simulate(beliefs, noises)?;
    let row = |target: &Target, mut values: Vec<f64>| {
        let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
        let noise = stats::deviation(&values);
        let tolerance = target.moment.tolerance;
        let misfit = (mean - target.real) / (noise * noise + tolerance * tolerance).sqrt();
        values.sort_unstable_by(f64::total_cmp);
        Row {
            window: target.window.name(),
            family: target.moment.family,
            moment: target.moment.name,
            unit: target.moment.unit,
            kind: target.kind,
            source: target.source,
            real: target.real,
            simulated: [0.05, 0.5, 0.95].map(|p| stats::quantile(&values, p)),
            misfit,
            missed: misfit.abs() > MISSED,
        }
    };
    let mut rows = Vec::with_capacity(targets.len());
    for (window, futures) in WINDOWS.iter().zip(&simulated) {
        let of_window = targets.iter().filter(|target| target.window == *window);
        for (k, target) in of_window.enumerate() {
            rows.push(row(target, futures.iter().map(|future| future[k]).collect()));
        }
    }
    Ok(rows)
}

/// Calibrates against the real network. `done` hears of every evaluation.
///
/// # Errors
/// [`Error::Start`], [`Error::Facts`] if what ships is broken; [`Error::BrokenSum`], [`Error::Rule`].
pub fn calibrate(effort: Effort, seed: u64, done: &(dyn Fn() + Sync)) -> Result<Calibration, Error> {
    let lab = Lab::new(seed)?;
    let targets = targets::real()?;
    let fit = Fit {
        lab: &lab,
        targets: &targets,
        free: FREE,
        others: &parameters::defaults(),
        effort,
        seed,
    };
    let fitted = fit.run(done)?;
    let mut beliefs = parameters::defaults();
    let mut learned = Vec::with_capacity(FREE.len());
    for ((free, moved), known) in FREE.iter().zip(&fitted.z).zip(&fitted.known) {
        let informed = *known < UNINFORMED;
        let after = if informed {
            free.belief(*moved, *known)
        } else {
            free.prior
        };
        beliefs[free.index()] = after;
        learned.push(Learned {
            name: free.name,
            before: free.prior,
            after,
            moved: *moved,
            known: *known,
            informed,
        });
    }
    let free = |name: &str| FREE.iter().any(|free| free.name == name);
    let shown = Lab::new(seed ^ OTHER_NOISE)?;
    Ok(Calibration {
        seed,
        evaluations: fitted.evaluations,
        objective: fitted.objective,
        parameters: learned,
        untouched: TABLE.iter().map(|info| info.name).filter(|name| !free(name)).collect(),
        moments: rows(&shown, &targets, &beliefs, fit.effort.shown())?,
    })
}

/// Holds the beliefs that ship against the real network, without a search.
///
/// # Errors
/// Those of [`calibrate`].
pub fn check(effort: Effort, seed: u64) -> Result<Check, Error> {
    let lab = Lab::new(seed ^ OTHER_NOISE)?;
    let moments = rows(&lab, &targets::real()?, &parameters::defaults(), effort.shown())?;
    Ok(Check { seed, moments })
}
