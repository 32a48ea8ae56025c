//! Two scenarios on the same noise: future by future, so that what differs is the scenario alone.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{
    Error,
    class::CLASSES,
    fifths::{self, Bar},
    outcome::{Finished, Outcome},
    parameters,
    run::Plan,
    stats::{self, Estimate},
};

/// One number on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Fingerprints of both runs.
    pub fingerprints: [String; 2],
    /// What differs between the scenarios: field, value in the first, value in the second.
    pub differs: Vec<[String; 3]>,
    /// Seed of both.
    pub seed: u64,
    /// Futures of each.
    pub futures: u64,
    /// Probability of each class.
    pub outcomes: BTreeMap<String, Paired>,
    /// Every number.
    pub numbers: BTreeMap<String, Paired>,
    /// Difference in coverage over the future where a parameter is low and where it is high.
    #[serde(default)]
    pub coverage: Vec<Bar>,
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

/// The fields in which two scenarios differ.
fn differences(plans: [&Plan; 2]) -> Vec<[String; 3]> {
    let sides = plans.map(|plan| {
        let mut fields = BTreeMap::new();
        let scenario = &plan.setting.scenario;
        let beliefs = parameters::TABLE.iter().zip(&scenario.beliefs);
        fields.extend(beliefs.map(|(info, belief)| (info.name.to_owned(), belief.to_string())));
        if let Ok(serde_json::Value::Object(rest)) = serde_json::to_value(scenario) {
            let rest = rest.into_iter().filter(|(name, _)| name != "beliefs");
            fields.extend(rest.map(|(name, value)| (name, value.to_string())));
        }
        fields
    });
    let names: BTreeSet<&String> = sides.iter().flat_map(|side| side.keys()).collect();
    let value = |side: usize, name: &String| sides[side].get(name).cloned().unwrap_or_default();
    let both = names
        .into_iter()
        .map(|name| [name.clone(), value(0, name), value(1, name)]);
    both.filter(|[_, first, second]| first != second).collect()
}

/// Runs both plans in memory and compares them future by future. The classes of each side are by its own thresholds.
///
/// # Errors
/// Those of [`Plan::futures`].
pub fn compare(plans: [&Plan; 2], done: &(dyn Fn() + Sync)) -> Result<Comparison, Error> {
    let sides = [plans[0].futures(done)?, plans[1].futures(done)?];
    Ok(of_futures(plans, [&sides[0], &sides[1]]))
}

/// Compares what both plans have come to, future by future: `sides` are all of their futures, in order.
pub fn of_futures(plans: [&Plan; 2], sides: [&[Finished]; 2]) -> Comparison {
    let column = |side: usize, pick: &dyn Fn(&Finished) -> f64| sides[side].iter().map(pick).collect::<Vec<f64>>();
    let both = |pick: &dyn Fn(&Finished) -> f64| paired(&column(0, pick), &column(1, pick));
    let numbers = Outcome::NAMES
        .iter()
        .enumerate()
        .filter(|(_, name)| !name.starts_with("exposed_") && !name.starts_with("left_"))
        .map(|(k, name)| ((*name).to_owned(), both(&|f| f.outcome.values()[k])))
        .collect();
    let outcomes = CLASSES
        .iter()
        .map(|class| {
            let hits = |side: usize| {
                let thresholds = &plans[side].setting.scenario.thresholds;
                column(side, &|f| f64::from(u8::from(f.outcome.class(thresholds) == *class)))
            };
            (class.name().to_owned(), paired(&hits(0), &hits(1)))
        })
        .collect();
    Comparison {
        fingerprints: plans.map(Plan::fingerprint),
        differs: differences(plans),
        seed: plans[0].setting.seed,
        futures: plans[0].runs,
        outcomes,
        numbers,
        coverage: coverage(plans, sides),
    }
}

/// The difference in coverage by parameter, as the side with a pact believes of them, else the second.
fn coverage(plans: [&Plan; 2], sides: [&[Finished]; 2]) -> Vec<Bar> {
    let by = usize::from(plans[0].setting.scenario.pact.is_none() || plans[1].setting.scenario.pact.is_some());
    fifths::bars(&plans[by].setting.scenario, sides[by], |x| x, &|places, _| {
        let difference = |k: &usize| sides[1][*k].outcome.coverage_mean - sides[0][*k].outcome.coverage_mean;
        stats::mean(&places.iter().map(difference).collect::<Vec<f64>>())
    })
}
