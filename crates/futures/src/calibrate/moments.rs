//! What is asked of a future: moments that are computed from the data and from a future by the same code.

use super::section::Section;
use crate::stats::{self, gini};

/// A moment: its family, its name, its unit, and how far it may miss because the model is a model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// Moments of one family tell much the same; each counts for one over the root of their number.
    pub family: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// A miss of this size counts as one standard deviation even if the noise of futures were nothing.
    pub tolerance: f64,
}

const fn moment(family: &'static str, name: &'static str, unit: &'static str, tolerance: f64) -> Moment {
    Moment {
        family,
        name,
        unit,
        tolerance,
    }
}

/// Moments of 30 days: of the subnets that were there all the time, unless it says otherwise.
pub const MONTH: &[Moment] = &[
    moment("log return", "5 %", "log points", 0.05),
    moment("log return", "25 %", "log points", 0.03),
    moment("log return", "median", "log points", 0.02),
    moment("log return", "75 %", "log points", 0.03),
    moment("log return", "95 %", "log points", 0.05),
    moment("log return", "mean", "log points", 0.02),
    moment("log return", "sd", "log points", 0.05),
    moment("log return", "skewness", "", 0.5),
    moment("growth of TAO in the pool", "5 %", "log points", 0.03),
    moment("growth of TAO in the pool", "median", "log points", 0.01),
    moment("growth of TAO in the pool", "95 %", "log points", 0.03),
    moment("growth of TAO in the pool", "mean", "log points", 0.01),
    moment("growth of TAO in the pool", "sd", "log points", 0.03),
    moment("growth of alpha in the pool", "5 %", "log points", 0.03),
    moment("growth of alpha in the pool", "median", "log points", 0.01),
    moment("growth of alpha in the pool", "95 %", "log points", 0.03),
    moment("growth of alpha in the pool", "mean", "log points", 0.01),
    moment("growth of alpha in the pool", "sd", "log points", 0.03),
    moment("alpha issued", "mean", "alpha a block", 0.02),
    moment("alpha bought by the protocol", "75 %", "alpha", 5_000.0),
    moment("alpha bought by the protocol", "95 %", "alpha", 10_000.0),
    moment("alpha bought by the protocol", "mean", "alpha", 3_000.0),
    moment("alpha burned", "median", "alpha", 5_000.0),
    moment("alpha burned", "75 %", "alpha", 5_000.0),
    moment("alpha burned", "mean", "alpha", 3_000.0),
    moment("growth of staked alpha", "5 %", "alpha", 20_000.0),
    moment("growth of staked alpha", "median", "alpha", 10_000.0),
    moment("growth of staked alpha", "95 %", "alpha", 20_000.0),
    moment("growth of staked alpha", "mean", "alpha", 10_000.0),
    moment("growth of owners' alpha", "5 %", "alpha", 10_000.0),
    moment("growth of owners' alpha", "25 %", "alpha", 5_000.0),
    moment("growth of owners' alpha", "median", "alpha", 3_000.0),
    moment("growth of owners' alpha", "75 %", "alpha", 3_000.0),
    moment("growth of owners' alpha", "95 %", "alpha", 5_000.0),
    moment("growth of owners' alpha", "mean", "alpha", 3_000.0),
    moment("log price at the end", "5 %", "log points", 0.05),
    moment("log price at the end", "median", "log points", 0.05),
    moment("log price at the end", "95 %", "log points", 0.05),
    moment("log price at the end", "sd", "log points", 0.03),
    moment("TAO in all pools", "total, all slots", "TAO", 20_000.0),
    moment("TAO in all pools", "Gini, all slots", "", 0.01),
    moment("TAO in all pools", "share of the 10 largest", "", 0.01),
    moment("emission at the end", "Gini, all slots", "", 0.03),
    moment("emission at the end", "share of the largest", "", 0.02),
    moment("emission at the end", "share of the 10 largest", "", 0.04),
    moment("emission at the end", "share of the 32 largest", "", 0.02),
    moment("emission at the end", "slots with 1e-4 or more", "slots", 5.0),
    moment("chain buys", "value at mean prices", "TAO", 6_000.0),
    moment("rank persistence", "price, then and now", "Spearman", 0.02),
    moment("rank persistence", "return, price before", "Spearman", 0.05),
    moment("rank persistence", "return, TAO in pool before", "Spearman", 0.05),
    moment("churn", "slots that changed hands", "slots", 0.5),
];

/// Moments of a year from 30 September, under the assumption that the cross-section keeps its shape, and of dated
/// facts.
pub const YEAR: &[Moment] = &[
    moment("shape after a year", "sd of log price", "log points", 0.15),
    moment("shape after a year", "Gini of TAO in pools", "", 0.05),
    moment("shape after a year", "10 largest pools' share", "", 0.06),
    moment("shape after a year", "10 largest shares of emission", "", 0.06),
    moment("shape after a year", "slots that withhold 85 % or more", "share", 0.08),
    moment("dated facts", "slots that changed hands, 60 days", "slots", 1.0),
    moment("dated facts", "growth of root stake, a year", "log points", 0.02),
    moment("dated facts", "growth of alpha's value, a year", "log points", 0.3),
    moment("dated facts", "yearly volatility of TAO price", "log points", 0.25),
];

/// Moments of April 2026: log price of TAO against that before three subnets of one team left.
pub const APRIL: &[Moment] = &[
    moment("April 2026", "one day after", "log points", 0.03),
    moment("April 2026", "three days after", "log points", 0.02),
    moment("April 2026", "36 days after", "log points", 0.02),
];

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_unstable_by(f64::total_cmp);
    values
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// The part of the sum that the `count` largest have. Sorts `values`.
pub(super) fn top(values: &mut [f64], count: usize) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let sum: f64 = values.iter().sum();
    values.iter().rev().take(count).sum::<f64>() / sum.max(f64::MIN_POSITIVE)
}

/// The moments of [`MONTH`] between two cross-sections. `changed` counts slots that changed hands.
pub fn month(before: &Section, after: &Section, changed: f64) -> Vec<f64> {
    let slots: Vec<usize> = (0..after.same.len())
        .filter(|slot| after.same[*slot] && before.same[*slot] && before.price[*slot] > 0.0 && after.price[*slot] > 0.0)
        .collect();
    let of = |number: &dyn Fn(usize) -> f64| -> Vec<f64> { slots.iter().map(|slot| number(*slot)).collect() };
    let growth = |row: fn(&Section) -> &Vec<f64>| of(&|slot| libm::log(row(after)[slot] / row(before)[slot]));
    let gain = |row: fn(&Section) -> &Vec<f64>| of(&|slot| row(after)[slot] - row(before)[slot]);
    let mut moments = Vec::with_capacity(MONTH.len());
    let quantiles = |moments: &mut Vec<f64>, values: &[f64], at: &[f64]| {
        let sorted = sorted(values.to_vec());
        moments.extend(at.iter().map(|p| stats::quantile(&sorted, *p)));
    };

    let returns = growth(|s| &s.price);
    quantiles(&mut moments, &returns, &[0.05, 0.25, 0.5, 0.75, 0.95]);
    moments.extend([mean(&returns), stats::deviation(&returns), stats::skewness(&returns)]);
    let rows: [fn(&Section) -> &Vec<f64>; 2] = [|s| &s.pool_tao, |s| &s.pool_alpha];
    for row in rows {
        let values = growth(row);
        quantiles(&mut moments, &values, &[0.05, 0.5, 0.95]);
        moments.extend([mean(&values), stats::deviation(&values)]);
    }
    moments.push(mean(&gain(|s| &s.issued)) / 216_000.0);
    let bought = gain(|s| &s.protocol);
    quantiles(&mut moments, &bought, &[0.75, 0.95]);
    moments.push(mean(&bought));
    let burned = gain(|s| &s.burned);
    quantiles(&mut moments, &burned, &[0.5, 0.75]);
    moments.push(mean(&burned));
    let staked = gain(|s| &s.staked);
    quantiles(&mut moments, &staked, &[0.05, 0.5, 0.95]);
    moments.push(mean(&staked));
    let owned = gain(|s| &s.owner);
    quantiles(&mut moments, &owned, &[0.05, 0.25, 0.5, 0.75, 0.95]);
    moments.push(mean(&owned));
    let logs = of(&|slot| libm::log(after.price[slot]));
    quantiles(&mut moments, &logs, &[0.05, 0.5, 0.95]);
    moments.push(stats::deviation(&logs));
    let mut pools = after.pool_tao.clone();
    moments.push(pools.iter().sum());
    moments.extend([gini(&mut pools), top(&mut pools, 10)]);
    let mut emission = after.emission.clone();
    moments.push(gini(&mut emission));
    moments.extend([top(&mut emission, 1), top(&mut emission, 10), top(&mut emission, 32)]);
    moments.push(emission.iter().filter(|share| **share >= 1e-4).count() as f64);
    let value = of(&|slot| {
        (after.protocol[slot] - before.protocol[slot]).max(0.0) * 0.5 * (before.price[slot] + after.price[slot])
    });
    moments.push(value.iter().sum());
    let logs_before = of(&|slot| libm::log(before.price[slot]));
    let pools_before = of(&|slot| before.pool_tao[slot]);
    moments.extend([
        stats::spearman(&logs_before, &logs),
        stats::spearman(&returns, &logs_before),
        stats::spearman(&returns, &pools_before),
    ]);
    moments.push(changed);
    moments
}

/// The first five moments of [`YEAR`]: the shape of a cross-section.
pub fn shape(section: &Section) -> [f64; 5] {
    let logs: Vec<f64> = section
        .price
        .iter()
        .filter(|p| **p > 0.0)
        .map(|p| libm::log(*p))
        .collect();
    let mut pools = section.pool_tao.clone();
    let withhold = section.withheld.iter().filter(|part| **part >= 0.85).count();
    [
        stats::deviation(&logs),
        gini(&mut pools),
        top(&mut pools, 10),
        top(&mut section.emission.clone(), 10),
        withhold as f64 / section.withheld.len().max(1) as f64,
    ]
}
