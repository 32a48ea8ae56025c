//! Two scenarios on the same noise: future by future, so that what differs is the scenario alone.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    Error,
    outcome::{CLASSES, Finished, Outcome},
    run::Plan,
    stats::{self, Estimate},
};

/// One number on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Paired {
    /// Mean of the first.
    pub first: f64,
    /// Mean of the second.
    pub second: f64,
    /// Mean of second less first, with its interval from the paired differences.
    pub difference: Estimate,
    /// Correlation of the two sides: how much the common noise helps.
    pub correlation: f64,
}

/// Two scenarios.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// Fingerprints of both runs.
    pub fingerprints: [String; 2],
    /// Seed of both.
    pub seed: u64,
    /// Futures of each.
    pub futures: u64,
    /// Probability of each class.
    pub outcomes: BTreeMap<&'static str, Paired>,
    /// Every number.
    pub numbers: BTreeMap<&'static str, Paired>,
}

fn paired(first: &[f64], second: &[f64]) -> Paired {
    let differences: Vec<f64> = first.iter().zip(second).map(|(a, b)| b - a).collect();
    let (a, b) = (stats::mean(first).value, stats::mean(second).value);
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in first.iter().zip(second) {
        ab += (x - a) * (y - b);
        aa += (x - a) * (x - a);
        bb += (y - b) * (y - b);
    }
    Paired {
        first: a,
        second: b,
        difference: stats::mean(&differences),
        correlation: if aa * bb > 0.0 { ab / (aa * bb).sqrt() } else { 0.0 },
    }
}

/// Runs both plans in memory and compares them future by future. The classes of each side are by its own thresholds.
///
/// # Errors
/// Those of [`Plan::futures`].
pub fn compare(plans: [&Plan; 2], done: &(dyn Fn() + Sync)) -> Result<Comparison, Error> {
    let sides = [plans[0].futures(done)?, plans[1].futures(done)?];
    let column = |side: usize, pick: &dyn Fn(&Finished) -> f64| sides[side].iter().map(pick).collect::<Vec<f64>>();
    let both = |pick: &dyn Fn(&Finished) -> f64| paired(&column(0, pick), &column(1, pick));
    let numbers = Outcome::NAMES
        .iter()
        .enumerate()
        .map(|(k, name)| (*name, both(&|f| f.outcome.values()[k])))
        .collect();
    let outcomes = CLASSES
        .iter()
        .map(|class| {
            let hits = |side: usize| {
                let thresholds = &plans[side].setting.scenario.thresholds;
                column(side, &|f| f64::from(u8::from(f.outcome.class(thresholds) == *class)))
            };
            (class.name(), paired(&hits(0), &hits(1)))
        })
        .collect();
    Ok(Comparison {
        fingerprints: plans.map(Plan::fingerprint),
        seed: plans[0].setting.seed,
        futures: plans[0].runs,
        outcomes,
        numbers,
    })
}
