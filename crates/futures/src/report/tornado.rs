//! What an answer is where a parameter is low and where it is high, from the futures of one run.

use serde::Serialize;

use crate::{
    hazard,
    outcome::Finished,
    parameters::TABLE,
    prior::Prior,
    run::Plan,
    stats::{self, Estimate},
};

/// Bars that a chart shows.
pub const BARS: usize = 12;

/// Differences beyond this many standard errors are shown as clear: one in a thousand by chance.
const CLEAR: f64 = 3.3;

/// One parameter's bar.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Bar {
    /// The parameter.
    pub parameter: String,
    /// The answer over the futures whose value is in the lowest fifth.
    pub low: Estimate,
    /// The answer over those in the highest fifth.
    pub high: Estimate,
    /// Whether the two differ by more than noise.
    pub clear: bool,
}

/// A tornado.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tornado {
    /// Name of the chart.
    pub name: &'static str,
    /// What the answer is.
    pub title: String,
    /// Whether it is a probability; else a multiple.
    pub probability: bool,
    /// The answer over all futures.
    pub centre: f64,
    /// The widest bars.
    pub bars: Vec<Bar>,
}

impl Tornado {
    /// The clear ones among the widest, each with the direction in which it moves the answer.
    pub fn hangs_on(&self, most: usize) -> Vec<String> {
        let clear = self.bars.iter().filter(|bar| bar.clear).take(most);
        clear
            .map(|bar| {
                let direction = if bar.high.value > bar.low.value {
                    "raises"
                } else {
                    "lowers"
                };
                format!("{} ({direction} it)", bar.parameter)
            })
            .collect()
    }
}

/// An answer over some futures, by their places.
type Answer<'a> = &'a dyn Fn(&[usize]) -> Estimate;

/// All parameters' bars, the widest first.
fn bars(plan: &Plan, futures: &[Finished], scale: fn(f64) -> f64, answer: Answer<'_>) -> Vec<Bar> {
    let fifth = futures.len() / 5;
    if fifth < 2 {
        return Vec::new();
    }
    let mut bars: Vec<(f64, Bar)> = Vec::new();
    for (k, belief) in plan.setting.scenario.beliefs.iter().enumerate() {
        if matches!(belief, Prior::Fixed(_)) {
            continue;
        }
        let mut order: Vec<usize> = (0..futures.len()).collect();
        order.sort_by(|a, b| futures[*a].parameters[k].total_cmp(&futures[*b].parameters[k]));
        let (low, high) = (answer(&order[..fifth]), answer(&order[futures.len() - fifth..]));
        let error = |e: Estimate| (scale(e.high) - scale(e.low)) / 3.92;
        let width = (scale(high.value) - scale(low.value)).abs();
        let clear = width > CLEAR * (error(low).powi(2) + error(high).powi(2)).sqrt();
        let parameter = TABLE[k].name.to_owned();
        bars.push((
            width,
            Bar {
                parameter,
                low,
                high,
                clear,
            },
        ));
    }
    bars.retain(|(width, _)| width.is_finite());
    bars.sort_by(|a, b| b.0.total_cmp(&a.0));
    bars.into_iter().map(|(_, bar)| bar).take(BARS).collect()
}

/// The tornados of the report: losing half, the typical market value, a flywheel, the two hazards, the dilution tax.
pub fn all(plan: &Plan, futures: &[Finished]) -> Vec<Tornado> {
    let thresholds = plan.setting.scenario.thresholds;
    let every: Vec<usize> = (0..futures.len()).collect();
    let make = |name, title: &str, probability, scale: fn(f64) -> f64, answer: Answer<'_>| Tornado {
        name,
        title: title.to_owned(),
        probability,
        centre: answer(&every).value,
        bars: bars(plan, futures, scale, answer),
    };
    use crate::class::Class;
    let chance = |places: &[usize], hit: &dyn Fn(Class) -> bool| {
        let hits = places
            .iter()
            .filter(|k| hit(futures[**k].outcome.class(&thresholds)))
            .count();
        stats::proportion(hits as u64, places.len() as u64)
    };
    let logs: Vec<f64> = futures
        .iter()
        .map(|f| libm::log(f.outcome.market_value_ratio.max(1e-12)))
        .collect();
    let rows: Vec<Vec<f64>> = futures.iter().map(|f| f.outcome.values()).collect();
    let ratio = |places: &[usize], of: hazard::Ratio| {
        let chosen: Vec<Vec<f64>> = places.iter().map(|k| rows[*k].clone()).collect();
        hazard::ratio_alike(&chosen, of, 60, plan.setting.seed)
    };
    let same = |x: f64| x;
    vec![
        make(
            "tornado-depreciation",
            "probability that TAO loses more than half of its price",
            true,
            same,
            &|places| chance(places, &|class| class == Class::Depreciation),
        ),
        make(
            "tornado-market-value",
            "typical (geometric mean) market value, as a multiple of the start",
            false,
            libm::log,
            &|places| {
                let chosen: Vec<f64> = places.iter().map(|k| logs[*k]).collect();
                let mean = stats::mean(&chosen);
                Estimate {
                    value: libm::exp(mean.value),
                    low: libm::exp(mean.low),
                    high: libm::exp(mean.high),
                }
            },
        ),
        make(
            "tornado-flywheel",
            "probability of a flywheel or better",
            true,
            same,
            &|places| chance(places, &|class| class >= Class::Flywheel),
        ),
        make(
            "tornado-quality",
            "hazard of the best over that of the worst products, dependence alike",
            false,
            libm::log,
            &|places| ratio(places, hazard::Ratio::Quality),
        ),
        make(
            "tornado-dependence",
            "hazard of the most over that of the least dependent, quality alike",
            false,
            libm::log,
            &|places| ratio(places, hazard::Ratio::Dependence),
        ),
        make("tornado-dilution", "dilution tax a year", true, same, &|places| {
            let chosen: Vec<f64> = places.iter().map(|k| futures[*k].outcome.dilution_tax_year).collect();
            stats::mean(&chosen)
        }),
    ]
}
