//! The claims that are argued about, as tests.

use serde::Serialize;

use super::{
    plot::{number, percent},
    tornado::{MINERS, NEWCOMERS, Tornado, follows},
};
use crate::{
    class::Class,
    compare::Comparison,
    fifths,
    outcome::Finished,
    run::Plan,
    stats::{self, Estimate, REPEATS},
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
    /// Parameters that move what decides beyond noise, the strongest first; none if this run has not measured it.
    pub hangs_on: Option<Vec<String>>,
    /// What would refute it.
    pub refuted_by: &'static str,
    /// Keys of the definitions that it rests on.
    pub definitions: &'static [&'static str],
}

impl Claim {
    /// What it hangs on, in words.
    pub fn hangs_on_words(&self) -> String {
        match &self.hangs_on {
            None => "not measured by this run".to_owned(),
            Some(names) if names.is_empty() => "no single parameter beyond noise".to_owned(),
            Some(names) => names.join(", "),
        }
    }
}

/// Skewness above which a distribution is called extreme, part of the sum that the best hundredth must hold, tax a year
/// that is felt, and the chance at which soft incentives suffice.
const SKEWNESS: f64 = 2.0;
const TOP_SHARE: f64 = 0.05;
const TAX: f64 = 0.01;
const SUFFICE: f64 = 0.5;

/// Parameters that a claim names at most, for each number that decides it.
const NAMED: usize = 4;

fn shown(e: Estimate) -> String {
    format!("{} ({} to {})", number(e.value), number(e.low), number(e.high))
}

fn shown_percent(e: Estimate) -> String {
    format!("{} ({} to {})", percent(e.value), percent(e.low), percent(e.high))
}

/// A number that decides a claim.
struct Measure {
    /// The tornado of the same number.
    tornado: &'static str,
    /// What it is called where a parameter is said to move it.
    called: &'static str,
    found: Estimate,
    line: f64,
    /// Which side of the line is the claim's.
    above: bool,
}

impl Measure {
    fn verdict(&self) -> Verdict {
        Verdict::of(self.found, self.line, self.above)
    }
}

/// What the claims are tested with.
struct Evidence<'a> {
    plan: &'a Plan,
    futures: &'a [Finished],
    summary: &'a Summary,
    tornados: &'a [Tornado],
    pacts: Option<&'a Comparison>,
}

/// All claims.
pub fn all(
    plan: &Plan,
    futures: &[Finished],
    summary: &Summary,
    tornados: &[Tornado],
    comparison: Option<&Comparison>,
) -> Vec<Claim> {
    let evidence = Evidence {
        plan,
        futures,
        summary,
        tornados,
        pacts: comparison.filter(|c| c.differs.iter().any(|[field, ..]| field.contains("pact"))),
    };
    vec![
        evidence.skew(),
        evidence.nothing_sticks(),
        evidence.need_holds(),
        evidence.inflation(),
        evidence.gathers(),
        evidence.soft_incentives(),
        evidence.pacts_change(),
    ]
}

impl Evidence<'_> {
    /// The numbers that decide each claim but the last.
    fn measures(&self, id: &str) -> Vec<Measure> {
        let measure = |tornado, called, found, line, above| Measure {
            tornado,
            called,
            found,
            line,
            above,
        };
        let (shape, hazard) = (&self.summary.market_value, &self.summary.hazard);
        match id {
            "H1" => vec![
                measure("tornado-skewness", "skewness", shape.skewness, SKEWNESS, true),
                measure(
                    "tornado-top-share",
                    "the part of the best",
                    shape.top_percent_share,
                    TOP_SHARE,
                    true,
                ),
            ],
            "H2" => vec![measure(
                "tornado-quality",
                "it",
                hazard.highest_over_lowest_alike,
                1.0,
                true,
            )],
            "H3" => vec![measure(
                "tornado-dependence",
                "it",
                hazard.dependent_over_free_alike,
                1.0,
                false,
            )],
            "H4" => vec![measure(
                "tornado-dilution",
                "it",
                self.summary.dilution_tax_year.mean,
                TAX,
                true,
            )],
            "H5" => {
                let every: Vec<usize> = (0..self.futures.len()).collect();
                let elasticity = |pick| follows(self.futures, &every, pick, REPEATS);
                vec![
                    measure("tornado-miners", "that of miners", elasticity(MINERS), 0.0, true),
                    measure(
                        "tornado-newcomers",
                        "that of newcomers",
                        elasticity(NEWCOMERS),
                        0.0,
                        true,
                    ),
                ]
            }
            "H6" => {
                let thresholds = &self.plan.setting.scenario.thresholds;
                let good = |f: &&Finished| f.outcome.class(thresholds) >= Class::Flywheel;
                let hits = self.futures.iter().filter(good).count();
                let found = stats::proportion(hits as u64, self.futures.len() as u64);
                vec![measure("tornado-flywheel", "it", found, SUFFICE, true)]
            }
            _ => Vec::new(),
        }
    }

    /// Decides a claim by its measures, and asks their tornados what they hang on. `found` tells the estimates.
    fn decide(&self, id: &'static str, says: &'static str, found: impl FnOnce(&[Estimate]) -> String) -> Claim {
        let measures = self.measures(id);
        let verdicts = measures.iter().map(Measure::verdict);
        let hangs_on = measures.iter().filter_map(|measure| {
            let tornado = self.tornados.iter().find(|t| t.name == measure.tornado)?;
            Some(fifths::hangs_on(&tornado.bars, NAMED, measure.called))
        });
        let estimates: Vec<Estimate> = measures.iter().map(|measure| measure.found).collect();
        Claim {
            id,
            says,
            found: found(&estimates),
            verdict: verdicts.reduce(Verdict::and).unwrap_or(Verdict::NotTested),
            line: "",
            hangs_on: Some(hangs_on.flatten().collect()),
            refuted_by: "",
            definitions: &[],
        }
    }

    fn skew(&self) -> Claim {
        let tail = self.summary.market_value.tail_index;
        let tail = tail.map_or("unknown (too few futures)".to_owned(), shown);
        Claim {
            line: "skewness above 2, and more than 5 % of the sum in the best 1 % of futures",
            refuted_by: "Skewness below 2 or at most 5 % of the sum in the best 1 %, in a run long enough for a narrow \
                         interval.",
            definitions: &["skewness", "tail", "top-share"],
            ..self.decide("H1", "Outcomes are extremely skewed.", |found| {
                format!(
                    "Market value: skewness {}, Hill's tail index {tail}, the best 1 % of futures hold {} of the sum.",
                    shown(found[0]),
                    shown_percent(found[1])
                )
            })
        }
    }

    fn nothing_sticks(&self) -> Claim {
        let all = self.summary.hazard.highest_over_lowest;
        Claim {
            line: "hazard ratio of the best over the worst quarter above 1, dependence alike",
            refuted_by: "A cohort of real subnets in which the best quarter by outside benchmarks leaves no more often \
                         than the worst.",
            definitions: &["hazard", "alike"],
            ..self.decide("H2", "Nothing sticks: success flies away.", |found| {
                format!(
                    "The best quarter of products leaves {} times as often in a month as the worst; among subnets alike \
                     in how much emission pays, {} times.",
                    shown(all),
                    shown(found[0])
                )
            })
        }
    }

    fn need_holds(&self) -> Claim {
        Claim {
            line: "hazard ratio of the most over the least dependent quarter below 1, quality alike",
            refuted_by: "Real subnets that live on emission leaving at least as often as equally good ones that live on \
                         revenue.",
            definitions: &["dependence", "alike"],
            ..self.decide("H3", "The need of resources holds them.", |found| {
                format!(
                    "Subnets whose work emission pays most leave {} times as often in a month as those it pays least, \
                     quality alike.",
                    shown(found[0])
                )
            })
        }
    }

    fn inflation(&self) -> Claim {
        let tax = &self.summary.dilution_tax_year;
        Claim {
            line: "mean above 1 % of all TAO a year",
            refuted_by: "An audit of paid work that finds less than 1 % of all TAO a year spent on subnets without \
                         progress and without growing revenue.",
            definitions: &["dilution", "inflation"],
            ..self.decide("H4", "Inflation is a tax.", |found| {
                format!(
                    "Emission that bought no quality and no revenue took {} of all TAO a year on average; in 5 to 95 % of \
                     futures {} to {}.",
                    shown_percent(found[0]),
                    percent(tax.p05),
                    percent(tax.p95)
                )
            })
        }
    }

    fn gathers(&self) -> Claim {
        let says = "The token game gathers resources, whether or not products earn.";
        Claim {
            line: "both elasticities above 0 among the futures with coverage below the median",
            refuted_by: "Compute and registrations on the network that do not move with the price of TAO once revenue is \
                         held fixed.",
            definitions: &["elasticity", "coverage"],
            ..self.decide("H5", says, |found| {
                format!(
                    "Where coverage is below its median, a price of TAO 1 % higher at the horizon goes with {} % more \
                     dollars to miners over the future, and {} % more newcomers.",
                    shown(found[0]),
                    shown(found[1])
                )
            })
        }
    }

    fn soft_incentives(&self) -> Claim {
        let pacts = if self.pacts.is_some() { "" } else { " without pacts" };
        Claim {
            line: "probability of a flywheel or better above one half",
            refuted_by: "On-network revenue of the real network staying below the value of its emission for the whole \
                         horizon.",
            definitions: &["flywheel", "coverage"],
            ..self.decide("H6", "Soft incentives suffice.", |found| {
                format!(
                    "A flywheel or better comes out of {} of futures{pacts}.",
                    shown_percent(found[0])
                )
            })
        }
    }

    fn pacts_change(&self) -> Claim {
        let claim = Claim {
            id: "H7",
            says: "Pacts change it.",
            found:
                "This run has one set of terms. `tributary futures compare WITHOUT.toml WITH.toml --out DIR` puts the \
                    paired difference here."
                    .to_owned(),
            verdict: Verdict::NotTested,
            line: "paired difference in coverage over the future whose interval leaves out 0",
            hangs_on: None,
            refuted_by: "Paired futures with and without pacts that do not differ, or that differ only because those who \
                         would have stayed anyway are the ones who sign.",
            definitions: &["paired"],
        };
        let Some(comparison) = self.pacts else {
            return claim;
        };
        let best = comparison
            .outcomes
            .iter()
            .filter(|(name, _)| *name == Class::Flywheel.name() || *name == Class::CategoryDefining.name());
        let change: f64 = best.map(|(_, paired)| paired.difference.value).sum();
        let difference = |name: &str| comparison.numbers.get(name).map(|paired| paired.difference);
        let coverage = difference("coverage_mean");
        let told = |d: Option<Estimate>| d.map_or("unknown".to_owned(), shown);
        Claim {
            found: format!(
                "On the same noise, pacts change coverage over the future by {}, exits by {}, and the probability of a \
                 flywheel or better by {} points.",
                told(coverage),
                told(difference("exits")),
                number(100.0 * change)
            ),
            verdict: coverage.map_or(Verdict::Open, |d| {
                if d.low > 0.0 || d.high < 0.0 {
                    Verdict::Holds
                } else {
                    Verdict::Open
                }
            }),
            hangs_on: Some(fifths::hangs_on(&comparison.coverage, NAMED, "the difference")),
            ..claim
        }
    }
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

    #[test]
    fn what_a_claim_hangs_on_is_what_decides_it() {
        let scenario = crate::Scenario::parse("test.toml", "[run]\ndays = 90\n").unwrap();
        let plan = Plan::new(scenario, 3, 40).unwrap();
        let futures = plan.futures(&|| {}).unwrap();
        let summary = plan.summarise(&futures);
        let tornados = super::super::tornado::all(&plan, &futures);
        let evidence = Evidence {
            plan: &plan,
            futures: &futures,
            summary: &summary,
            tornados: &tornados,
            pacts: None,
        };
        for (id, numbers) in [("H1", 2), ("H2", 1), ("H3", 1), ("H4", 1), ("H5", 2), ("H6", 1)] {
            let measures = evidence.measures(id);
            assert_eq!(measures.len(), numbers, "{id}");
            for measure in measures {
                let tornado = tornados.iter().find(|t| t.name == measure.tornado).unwrap();
                let (a, b) = (tornado.centre, measure.found.value);
                assert!(
                    a == b || (a.is_nan() && b.is_nan()),
                    "{id} {}: {a} {b}",
                    measure.tornado
                );
            }
        }
        let claims = all(&plan, &futures, &summary, &tornados, None);
        assert_eq!(claims[6].hangs_on, None);
        assert!(claims[..6].iter().all(|claim| claim.hangs_on.is_some()));
    }
}
