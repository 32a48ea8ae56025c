//! The claims that are argued about, as tests.

use serde::Serialize;

use super::{
    plot::{number, percent},
    tornado::Tornado,
};
use crate::{
    class::Class,
    compare::Comparison,
    outcome::Finished,
    run::Plan,
    stats::{self, Estimate},
    summary::Summary,
};

/// How a claim fared in this run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The interval lies on the claim's side of its line.
    Holds,
    /// It lies on the other side.
    Fails,
    /// It does not decide.
    Open,
    /// This run cannot say.
    NotTested,
}

impl Verdict {
    /// In words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Holds => "holds in the model",
            Self::Fails => "fails in the model",
            Self::Open => "undecided",
            Self::NotTested => "not tested by this run",
        }
    }

    /// Which side of `line` an interval lies on; `above` says which side is the claim's.
    fn of(estimate: Estimate, line: f64, above: bool) -> Self {
        let (over, under) = (estimate.low > line, estimate.high < line);
        match (over, under) {
            (true, _) if above => Self::Holds,
            (true, _) => Self::Fails,
            (_, true) if above => Self::Fails,
            (_, true) => Self::Holds,
            _ => Self::Open,
        }
    }

    /// Both must hold; one that fails is enough to fail.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Fails, _) | (_, Self::Fails) => Self::Fails,
            (Self::Holds, Self::Holds) => Self::Holds,
            _ => Self::Open,
        }
    }
}

/// A claim and how it fared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Claim {
    /// H1 to H7.
    pub id: &'static str,
    /// What is claimed.
    pub says: &'static str,
    /// What was measured, with its interval.
    pub found: String,
    /// How it fared.
    pub verdict: Verdict,
    /// The line that decides.
    pub line: &'static str,
    /// Parameters that move the measure beyond noise, the strongest first.
    pub hangs_on: Vec<String>,
    /// What would refute it.
    pub refuted_by: &'static str,
    /// Keys of the definitions that it rests on.
    pub definitions: &'static [&'static str],
}

/// Skewness above which a distribution is called extreme, part of the sum that the best hundredth must hold, tax a year
/// that is felt, and the chance at which soft incentives suffice.
const SKEWNESS: f64 = 2.0;
const TOP_SHARE: f64 = 0.05;
const TAX: f64 = 0.01;
const SUFFICE: f64 = 0.5;

fn shown(e: Estimate) -> String {
    format!("{} ({} to {})", number(e.value), number(e.low), number(e.high))
}

fn shown_percent(e: Estimate) -> String {
    format!("{} ({} to {})", percent(e.value), percent(e.low), percent(e.high))
}

/// All claims.
pub fn all(
    plan: &Plan,
    futures: &[Finished],
    summary: &Summary,
    tornados: &[Tornado],
    comparison: Option<&Comparison>,
) -> Vec<Claim> {
    let hangs_on = |name: &str| {
        let tornado = tornados.iter().find(|tornado| tornado.name == name);
        tornado.map_or_else(Vec::new, |tornado| tornado.hangs_on(4))
    };
    let shape = &summary.market_value;
    let hazard = &summary.hazard;
    let tail = shape.tail_index.map_or("unknown (too few futures)".to_owned(), shown);
    let thresholds = &plan.setting.scenario.thresholds;
    let good = futures
        .iter()
        .filter(|f| f.outcome.class(thresholds) >= Class::Flywheel)
        .count();
    let good = stats::proportion(good as u64, futures.len() as u64);
    let (pay, entry) = (
        follows(futures, |f| f.outcome.usd_miners),
        follows(futures, |f| f.outcome.newcomers + 1.0),
    );
    let pacts = comparison.filter(|c| c.differs.iter().any(|[field, ..]| field.contains("pact")));
    vec![
        Claim {
            id: "H1",
            says: "Outcomes are extremely skewed.",
            found: format!(
                "Market value: skewness {}, Hill's tail index {tail}, the best 1 % of futures hold {} of the sum.",
                shown(shape.skewness),
                shown_percent(shape.top_percent_share)
            ),
            verdict: Verdict::of(shape.skewness, SKEWNESS, true).and(Verdict::of(
                shape.top_percent_share,
                TOP_SHARE,
                true,
            )),
            line: "skewness above 2, and more than 5 % of the sum in the best 1 % of futures",
            hangs_on: hangs_on("tornado-market-value"),
            refuted_by: "Skewness below 2 or at most 5 % of the sum in the best 1 %, in a run long enough for a narrow \
                         interval.",
            definitions: &["skewness", "tail", "top-share"],
        },
        Claim {
            id: "H2",
            says: "Nothing sticks: success flies away.",
            found: format!(
                "The best quarter of products leaves {} times as often in a month as the worst; among subnets alike in \
                 how much emission pays, {} times.",
                shown(hazard.highest_over_lowest),
                shown(hazard.highest_over_lowest_alike)
            ),
            verdict: Verdict::of(hazard.highest_over_lowest_alike, 1.0, true),
            line: "hazard ratio of the best over the worst quarter above 1, dependence alike",
            hangs_on: hangs_on("tornado-quality"),
            refuted_by: "A cohort of real subnets in which the best quarter by outside benchmarks leaves no more often \
                         than the worst.",
            definitions: &["hazard", "alike"],
        },
        Claim {
            id: "H3",
            says: "The need of resources holds them.",
            found: format!(
                "Subnets whose work emission pays most leave {} times as often in a month as those it pays least, quality \
                 alike.",
                shown(hazard.dependent_over_free_alike)
            ),
            verdict: Verdict::of(hazard.dependent_over_free_alike, 1.0, false),
            line: "hazard ratio of the most over the least dependent quarter below 1, quality alike",
            hangs_on: hangs_on("tornado-dependence"),
            refuted_by: "Real subnets that live on emission leaving at least as often as equally good ones that live on \
                         revenue.",
            definitions: &["dependence", "alike"],
        },
        Claim {
            id: "H4",
            says: "Inflation is a tax.",
            found: format!(
                "Emission that bought no quality and no revenue took {} of all TAO a year on average; in 5 to 95 % of \
                 futures {} to {}.",
                shown_percent(summary.dilution_tax_year.mean),
                percent(summary.dilution_tax_year.p05),
                percent(summary.dilution_tax_year.p95)
            ),
            verdict: Verdict::of(summary.dilution_tax_year.mean, TAX, true),
            line: "mean above 1 % of all TAO a year",
            hangs_on: hangs_on("tornado-dilution"),
            refuted_by: "An audit of paid work that finds less than 1 % of all TAO a year spent on subnets without \
                         progress and without growing revenue.",
            definitions: &["dilution", "inflation"],
        },
        Claim {
            id: "H5",
            says: "The token game gathers resources, whether or not products earn.",
            found: format!(
                "Where coverage is below its median, a price of TAO 1 % higher at the horizon goes with {} % more dollars \
                 to miners over the future, and {} % more newcomers.",
                shown(pay),
                shown(entry)
            ),
            verdict: Verdict::of(pay, 0.0, true).and(Verdict::of(entry, 0.0, true)),
            line: "both elasticities above 0 among the futures with coverage below the median",
            hangs_on: Vec::new(),
            refuted_by: "Compute and registrations on the network that do not move with the price of TAO once revenue is \
                         held fixed.",
            definitions: &["elasticity", "coverage"],
        },
        Claim {
            id: "H6",
            says: "Soft incentives suffice.",
            found: format!(
                "A flywheel or better comes out of {} of futures{}.",
                shown_percent(good),
                if pacts.is_some() { "" } else { " without pacts" }
            ),
            verdict: Verdict::of(good, SUFFICE, true),
            line: "probability of a flywheel or better above one half",
            hangs_on: hangs_on("tornado-flywheel"),
            refuted_by: "On-network revenue of the real network staying below the value of its emission for the whole \
                         horizon.",
            definitions: &["flywheel", "coverage"],
        },
        h7(pacts),
    ]
}

fn h7(pacts: Option<&Comparison>) -> Claim {
    let (found, verdict) = match pacts {
        None => (
            "This run has one set of terms. `tributary futures compare WITHOUT.toml WITH.toml --out DIR` puts the paired \
             difference here."
                .to_owned(),
            Verdict::NotTested,
        ),
        Some(comparison) => {
            let best = comparison.outcomes.iter().filter(|(name, _)| *name == "flywheel" || *name == "category-defining");
            let change: f64 = best.map(|(_, paired)| paired.difference.value).sum();
            let exits = comparison.numbers.get("exits").map(|paired| paired.difference);
            let coverage = comparison.numbers.get("coverage_mean").map(|paired| paired.difference);
            let verdict = coverage.map_or(Verdict::Open, |d| {
                if d.low > 0.0 || d.high < 0.0 { Verdict::Holds } else { Verdict::Open }
            });
            let told = |d: Option<Estimate>| d.map_or("unknown".to_owned(), shown);
            (
                format!(
                    "On the same noise, pacts change coverage over the future by {}, exits by {}, and the probability of a \
                     flywheel or better by {} points.",
                    told(coverage),
                    told(exits),
                    number(100.0 * change)
                ),
                verdict,
            )
        }
    };
    Claim {
        id: "H7",
        says: "Pacts change it.",
        found,
        verdict,
        line: "paired difference in coverage over the future whose interval leaves out 0",
        hangs_on: Vec::new(),
        refuted_by: "Paired futures with and without pacts that do not differ, or that differ only because those who \
                     would have stayed anyway are the ones who sign.",
        definitions: &["paired"],
    }
}

/// Elasticity of a number to the price of TAO at the horizon, among the futures with coverage below its median: the
/// slope of logarithms, by least squares, with the interval of its bootstrap.
fn follows(futures: &[Finished], pick: fn(&Finished) -> f64) -> Estimate {
    let mut coverage: Vec<f64> = futures.iter().map(|f| f.outcome.coverage_mean).collect();
    coverage.sort_unstable_by(f64::total_cmp);
    let median = stats::quantile(&coverage, 0.5);
    let log = |x: f64| libm::log(x.max(1e-9));
    let points: Vec<(f64, f64)> = futures
        .iter()
        .filter(|f| f.outcome.coverage_mean <= median)
        .map(|f| (log(f.outcome.tao_price_ratio), log(pick(f))))
        .collect();
    stats::bootstrap(points.len(), crate::summary::REPEATS, 1, &|places| {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_decides_or_does_not() {
        let e = |low, high| Estimate {
            value: 0.5 * (low + high),
            low,
            high,
        };
        assert_eq!(Verdict::of(e(1.1, 2.0), 1.0, true), Verdict::Holds);
        assert_eq!(Verdict::of(e(1.1, 2.0), 1.0, false), Verdict::Fails);
        assert_eq!(Verdict::of(e(0.9, 2.0), 1.0, true), Verdict::Open);
        assert_eq!(Verdict::of(e(0.1, 0.2), 1.0, false), Verdict::Holds);
        assert_eq!(Verdict::Holds.and(Verdict::Open), Verdict::Open);
        assert_eq!(Verdict::Open.and(Verdict::Fails), Verdict::Fails);
    }
}
