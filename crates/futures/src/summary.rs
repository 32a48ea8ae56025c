//! What a run says: probabilities with intervals, shapes, hazards.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    class::{CLASSES, Thresholds},
    hazard::{self, Hazards},
    outcome::{Finished, Outcome},
    stats::{self, Estimate, REPEATS},
};

/// Part of the futures that counts as the tail.
const TAIL: f64 = 0.05;

/// Quantiles of one number over all futures.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// Mean and its interval.
    pub mean: Estimate,
    /// 5 %.
    pub p05: f64,
    /// 25 %.
    pub p25: f64,
    /// Median.
    pub p50: f64,
    /// 75 %.
    pub p75: f64,
    /// 95 %.
    pub p95: f64,
}

/// Shape of the distribution of market values at the horizon.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Shape {
    /// Skewness of the ratio of market values, with the interval of its bootstrap.
    pub skewness: Estimate,
    /// Skewness of its logarithm.
    pub log_skewness: Estimate,
    /// Hill's index of the upper 5 %; none if there are too few futures.
    pub tail_index: Option<Estimate>,
    /// Part of the sum of all market values that lies in the best 1 % of futures.
    pub top_percent_share: Estimate,
}

/// What a run says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Fingerprint of scenario, seed and number of futures.
    pub fingerprint: String,
    /// Seed.
    pub seed: u64,
    /// Futures.
    pub futures: u64,
    /// Thresholds of the classes.
    pub thresholds: Thresholds,
    /// Probability of each outcome class, with Wilson's interval.
    pub outcomes: BTreeMap<&'static str, Estimate>,
    /// The same with each threshold half and double, to show what hangs on it.
    pub outcomes_by_threshold: BTreeMap<String, BTreeMap<&'static str, f64>>,
    /// Shape of the distribution of market values.
    pub market_value: Shape,
    /// Hazard of leaving by quality.
    pub hazard: Hazards,
    /// Part of all TAO, a year, that emission took from holders without buying quality or revenue (H4).
    pub dilution_tax_year: Spread,
    /// Every other number.
    pub numbers: BTreeMap<&'static str, Spread>,
    /// What a reader must know before believing any of it.
    pub limits: Vec<&'static str>,
}

fn spread(mut values: Vec<f64>) -> Spread {
    let mean = stats::mean(&values);
    values.sort_unstable_by(f64::total_cmp);
    let at = |p| stats::quantile(&values, p);
    Spread {
        mean,
        p05: at(0.05),
        p25: at(0.25),
        p50: at(0.5),
        p75: at(0.75),
        p95: at(0.95),
    }
}

fn classes(futures: &[Finished], thresholds: &Thresholds) -> [u64; 4] {
    let mut counts = [0; 4];
    for future in futures {
        counts[future.outcome.class(thresholds) as usize] += 1;
    }
    counts
}

/// Sums a run up. `futures` in the order of their numbers; at least one.
pub fn summarise(fingerprint: &str, seed: u64, futures: &[Finished], thresholds: &Thresholds) -> Summary {
    let n = futures.len() as u64;
    let named = |counts: [u64; 4]| CLASSES.iter().map(|class| class.name()).zip(counts);
    let outcomes = named(classes(futures, thresholds))
        .map(|(name, hits)| (name, stats::proportion(hits, n)))
        .collect();

    let mut outcomes_by_threshold = BTreeMap::new();
    type Pick = fn(&mut Thresholds) -> &mut f64;
    let picks: [(&str, Pick); 5] = [
        ("depreciation", |t| &mut t.depreciation),
        ("coverage", |t| &mut t.coverage),
        ("flywheel_value", |t| &mut t.flywheel_value),
        ("category_value", |t| &mut t.category_value),
        ("frontier_subnets", |t| &mut t.frontier_subnets),
    ];
    for (name, pick) in picks {
        for factor in [0.5, 2.0] {
            let mut other = *thresholds;
            *pick(&mut other) *= factor;
            let shares = named(classes(futures, &other))
                .map(|(name, hits)| (name, hits as f64 / n.max(1) as f64))
                .collect();
            outcomes_by_threshold.insert(format!("{name} x {factor}"), shares);
        }
    }

    let column = |pick: fn(&Outcome) -> f64| -> Vec<f64> { futures.iter().map(|f| pick(&f.outcome)).collect() };
    let ratios = column(|o| o.market_value_ratio);
    let logs: Vec<f64> = ratios.iter().map(|ratio| libm::log(ratio.max(1e-300))).collect();
    let mut sorted = ratios.clone();
    sorted.sort_unstable_by(f64::total_cmp);
    let pick = |values: &[f64], places: &[usize]| places.iter().map(|place| values[*place]).collect::<Vec<f64>>();
    let resampled = |statistic: &dyn Fn(&[usize]) -> f64| stats::bootstrap(futures.len(), REPEATS, seed, statistic);
    let market_value = Shape {
        skewness: resampled(&|places| stats::skewness(&pick(&ratios, places))),
        log_skewness: resampled(&|places| stats::skewness(&pick(&logs, places))),
        tail_index: stats::hill(&sorted, (sorted.len() as f64 * TAIL) as usize),
        top_percent_share: resampled(&|places| top_share(pick(&ratios, places))),
    };
    let rows: Vec<Vec<f64>> = futures.iter().map(|f| f.outcome.values()).collect();
    let numbers = Outcome::NAMES
        .iter()
        .enumerate()
        .filter(|(_, name)| !name.starts_with("exposed_") && !name.starts_with("left_"))
        .map(|(k, name)| (*name, spread(rows.iter().map(|row| row[k]).collect())))
        .collect();
    Summary {
        fingerprint: fingerprint.to_owned(),
        seed,
        futures: n,
        thresholds: *thresholds,
        outcomes,
        outcomes_by_threshold,
        market_value,
        hazard: hazard::hazards(&rows, seed),
        dilution_tax_year: spread(column(|o| o.dilution_tax_year)),
        numbers,
        limits: LIMITS.to_vec(),
    }
}

/// The part of the sum that the largest hundredth has, at least one.
pub(crate) fn top_share(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let top = values.len().div_ceil(100);
    values.iter().rev().take(top).sum::<f64>() / values.iter().sum::<f64>()
}

/// What the model cannot know.
const LIMITS: &[&str] = &[
    "the people are fitted to two cross-sections 30 days apart and to dated facts, and what these do not inform is a \
     prior: no probability here is a forecast",
    "intervals cover the number of futures run, not whether the model is right",
    "revenue of subnets is only claimed by third parties: its prior spans the claims",
    "rules are those named by the scenario; the real network changed its rules 21 times in 59 days",
];
