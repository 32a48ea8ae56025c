//! The answers of a run, and what each is where a parameter is low and where it is high.

use serde::Serialize;

use crate::{
    class::Class,
    fifths::{self, Answer, Bar},
    hazard,
    outcome::{Finished, Outcome},
    run::Plan,
    stats::{self, Estimate},
    summary::top_share,
};

/// Bars that a chart shows.
const BARS: usize = 12;

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

/// Makes tornados of one run.
struct Maker<'a> {
    plan: &'a Plan,
    futures: &'a [Finished],
    every: Vec<usize>,
}

impl Maker<'_> {
    fn make(
        &self,
        name: &'static str,
        title: &str,
        probability: bool,
        scale: fn(f64) -> f64,
        answer: Answer<'_>,
    ) -> Tornado {
        let mut bars = fifths::bars(&self.plan.setting.scenario, self.futures, scale, answer);
        bars.truncate(BARS);
        Tornado {
            name,
            title: title.to_owned(),
            probability,
            centre: answer(&self.every, 0).value,
            bars,
        }
    }

    fn column(&self, places: &[usize], pick: fn(&Outcome) -> f64) -> Vec<f64> {
        places.iter().map(|k| pick(&self.futures[*k].outcome)).collect()
    }

    fn chance(&self, places: &[usize], hit: fn(Class) -> bool) -> Estimate {
        let thresholds = &self.plan.setting.scenario.thresholds;
        let hits = places
            .iter()
            .filter(|k| hit(self.futures[**k].outcome.class(thresholds)))
            .count();
        stats::proportion(hits as u64, places.len() as u64)
    }

    /// A statistic of market values.
    fn of_market_values(&self, places: &[usize], repeats: u32, statistic: fn(Vec<f64>) -> f64) -> Estimate {
        let values = self.column(places, |o| o.market_value_ratio);
        stats::bootstrap(values.len(), repeats, self.plan.setting.seed, &|places| {
            statistic(places.iter().map(|k| values[*k]).collect())
        })
    }

    fn outcomes(&self) -> [Tornado; 3] {
        [
            self.make(
                "tornado-depreciation",
                "probability that TAO loses more than half of its price",
                true,
                |x| x,
                &|places, _| self.chance(places, |class| class == Class::Depreciation),
            ),
            self.make(
                "tornado-market-value",
                "typical (geometric mean) market value, as a multiple of the start",
                false,
                libm::log,
                &|places, _| {
                    let logs = self.column(places, |o| libm::log(o.market_value_ratio.max(1e-12)));
                    let mean = stats::mean(&logs);
                    Estimate {
                        value: libm::exp(mean.value),
                        low: libm::exp(mean.low),
                        high: libm::exp(mean.high),
                    }
                },
            ),
            self.make(
                "tornado-flywheel",
                "probability of a flywheel or better",
                true,
                |x| x,
                &|places, _| self.chance(places, |class| class >= Class::Flywheel),
            ),
        ]
    }

    /// The measures of the claims that are not outcomes.
    fn measures(&self) -> [Tornado; 7] {
        let rows: Vec<Vec<f64>> = self.futures.iter().map(|f| f.outcome.values()).collect();
        let ratio = |places: &[usize], repeats: u32, of: hazard::Ratio| {
            let chosen: Vec<&Vec<f64>> = places.iter().map(|k| &rows[*k]).collect();
            hazard::ratio_alike(&chosen, of, repeats, self.plan.setting.seed)
        };
        let same: fn(f64) -> f64 = |x| x;
        [
            self.make(
                "tornado-skewness",
                "skewness of market values",
                false,
                same,
                &|places, repeats| self.of_market_values(places, repeats, |values| stats::skewness(&values)),
            ),
            self.make(
                "tornado-top-share",
                "part of the sum of market values in the best 1 % of futures",
                true,
                same,
                &|places, repeats| self.of_market_values(places, repeats, top_share),
            ),
            self.make(
                "tornado-quality",
                "hazard of the best over that of the worst products, dependence alike",
                false,
                libm::log,
                &|places, repeats| ratio(places, repeats, hazard::Ratio::Quality),
            ),
            self.make(
                "tornado-dependence",
                "hazard of the most over that of the least dependent, quality alike",
                false,
                libm::log,
                &|places, repeats| ratio(places, repeats, hazard::Ratio::Dependence),
            ),
            self.make("tornado-dilution", "dilution tax a year", true, same, &|places, _| {
                stats::mean(&self.column(places, |o| o.dilution_tax_year))
            }),
            self.make(
                "tornado-miners",
                "elasticity of miners' dollars to the price of TAO, coverage below its median",
                false,
                same,
                &|places, repeats| follows(self.futures, places, MINERS, repeats),
            ),
            self.make(
                "tornado-newcomers",
                "elasticity of newcomers to the price of TAO, coverage below its median",
                false,
                same,
                &|places, repeats| follows(self.futures, places, NEWCOMERS, repeats),
            ),
        ]
    }
}

/// The tornados of the report: its outcomes, and the measures that the claims rest on.
pub fn all(plan: &Plan, futures: &[Finished]) -> Vec<Tornado> {
    let maker = Maker {
        plan,
        futures,
        every: (0..futures.len()).collect(),
    };
    maker.outcomes().into_iter().chain(maker.measures()).collect()
}

/// What may follow the price of TAO: dollars to miners, and newcomers, of whom there may be none.
pub(super) const MINERS: fn(&Outcome) -> f64 = |o| o.usd_miners;
pub(super) const NEWCOMERS: fn(&Outcome) -> f64 = |o| o.newcomers + 1.0;

/// Elasticity of a number to the price of TAO at the horizon, among the futures at `places` with coverage up to their
/// median: the slope of logarithms, by least squares, with the interval of its bootstrap.
pub(super) fn follows(futures: &[Finished], places: &[usize], pick: fn(&Outcome) -> f64, repeats: u32) -> Estimate {
    let outcomes: Vec<&Outcome> = places.iter().map(|k| &futures[*k].outcome).collect();
    let mut coverage: Vec<f64> = outcomes.iter().map(|o| o.coverage_mean).collect();
    coverage.sort_unstable_by(f64::total_cmp);
    let median = stats::quantile(&coverage, 0.5);
    let log = |x: f64| libm::log(x.max(1e-9));
    let points: Vec<(f64, f64)> = outcomes
        .iter()
        .filter(|o| o.coverage_mean <= median)
        .map(|o| (log(o.tao_price_ratio), log(pick(o))))
        .collect();
    stats::bootstrap(points.len(), repeats, 1, &|places| {
        let n = places.len() as f64;
        let (mut x, mut y) = (0.0, 0.0);
        for k in places {
            x += points[*k].0 / n;
            y += points[*k].1 / n;
        }
        let (mut xy, mut xx) = (0.0, 0.0);
        for k in places {
            xy += (points[*k].0 - x) * (points[*k].1 - y);
            xx += (points[*k].0 - x) * (points[*k].0 - x);
        }
        if xx > 0.0 { xy / xx } else { f64::NAN }
    })
}
