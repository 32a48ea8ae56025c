//! What an answer is where a parameter is low and where it is high, from the futures of one run.

use serde::{Deserialize, Serialize};

use crate::{outcome::Finished, parameters::TABLE, scenario::Scenario, stats::Estimate};

/// Differences beyond this many standard errors are shown as clear: one in a thousand by chance.
const CLEAR: f64 = 3.3;

/// Standard errors in an interval of 95 %.
const INTERVAL: f64 = 3.92;

/// One parameter's bar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

/// An answer over some futures, by their places.
pub type Answer<'a> = &'a dyn Fn(&[usize]) -> Estimate;

/// The bars of all parameters that are uncertain and matter in `scenario` ([`Scenario::uncertain`]), the widest first
/// on the scale given.
pub fn bars(scenario: &Scenario, futures: &[Finished], scale: fn(f64) -> f64, answer: Answer<'_>) -> Vec<Bar> {
    let fifth = futures.len() / 5;
    if fifth < 2 {
        return Vec::new();
    }
    let mut bars: Vec<(f64, Bar)> = Vec::new();
    for k in scenario.uncertain() {
        let mut order: Vec<usize> = (0..futures.len()).collect();
        order.sort_by(|a, b| futures[*a].parameters[k].total_cmp(&futures[*b].parameters[k]));
        let (low, high) = (answer(&order[..fifth]), answer(&order[futures.len() - fifth..]));
        let error = |e: Estimate| (scale(e.high) - scale(e.low)) / INTERVAL;
        let width = (scale(high.value) - scale(low.value)).abs();
        let bar = Bar {
            parameter: TABLE[k].name.to_owned(),
            low,
            high,
            clear: width > CLEAR * (error(low).powi(2) + error(high).powi(2)).sqrt(),
        };
        bars.push((width, bar));
    }
    bars.retain(|(width, _)| width.is_finite());
    bars.sort_by(|a, b| b.0.total_cmp(&a.0));
    bars.into_iter().map(|(_, bar)| bar).collect()
}

/// The clear ones among the widest, each with the direction in which it moves the answer, which is called `what`.
pub fn hangs_on(bars: &[Bar], most: usize, what: &str) -> Vec<String> {
    let clear = bars.iter().filter(|bar| bar.clear).take(most);
    clear
        .map(|bar| {
            let direction = if bar.high.value > bar.low.value {
                "raises"
            } else {
                "lowers"
            };
            format!("{} ({direction} {what})", bar.parameter)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        outcome::Outcome,
        pact::Offer,
        parameters::{OF_PACTS, index},
        stats,
    };

    /// Futures whose exits are `loyalty` and some noise.
    fn futures(scenario: &Scenario) -> Vec<Finished> {
        let loyalty = index("loyalty").unwrap();
        (0..200)
            .map(|future| {
                let parameters = crate::parameters::Parameters::draw(&scenario.beliefs, 5, future).values();
                let outcome = Outcome {
                    exits: 10.0 * parameters[loyalty] + (future % 7) as f64,
                    ..Outcome::default()
                };
                Finished {
                    future,
                    parameters,
                    outcome,
                }
            })
            .collect()
    }

    #[test]
    fn an_answer_hangs_on_what_moves_it_and_on_nothing_that_is_inert() {
        let plain = Scenario::default();
        let pact = Scenario {
            pact: Some(Offer {
                pledge: 0.1,
                bond: 100.0,
                notice_days: 30.0,
                revenue_share: 0.1,
                open_after_days: 90.0,
                ..Offer::default()
            }),
            ..Scenario::default()
        };
        for (scenario, named) in [(&plain, 0), (&pact, OF_PACTS.len())] {
            let futures = futures(scenario);
            let bars = bars(scenario, &futures, |x| x, &|places| {
                let exits: Vec<f64> = places.iter().map(|k| futures[*k].outcome.exits).collect();
                stats::mean(&exits)
            });
            assert_eq!(hangs_on(&bars, 1, "exits"), ["loyalty (raises exits)"]);
            let of_pacts = bars.iter().filter(|bar| OF_PACTS.contains(&bar.parameter.as_str()));
            assert_eq!(of_pacts.count(), named);
        }
    }
}
