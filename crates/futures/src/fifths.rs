//! What an answer is where a parameter is low and where it is high, from the futures of one run.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};
use serde::{Deserialize, Serialize};

use crate::{outcome::Finished, parameters::TABLE, scenario::Scenario, stats::Estimate};

/// Random pairs of fifths that a difference is held against: one that is larger than all of them is clear, which chance
/// makes once in a thousand. That holds for every statistic, whatever its distribution.
const SPLITS: usize = 999;

/// One parameter's bar.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bar {
    /// The parameter.
    pub parameter: String,
    /// The answer over the futures whose value is in the lowest fifth.
    pub low: Estimate,
    /// The answer over those in the highest fifth.
    pub high: Estimate,
    /// Whether the two differ by more than any two random fifths.
    pub clear: bool,
}

/// An answer over some futures, by their places, with the interval of so many resamples if it takes them; the value alone
/// is asked for with none.
pub type Answer<'a> = &'a dyn Fn(&[usize], u32) -> Estimate;

/// Resamples for the interval of an answer in a fifth of the futures.
const REPEATS: u32 = 60;

/// The bars of all parameters that are uncertain and matter in `scenario` ([`Scenario::uncertain`]), the widest first
/// on the scale given.
pub fn bars(scenario: &Scenario, futures: &[Finished], scale: fn(f64) -> f64, answer: Answer<'_>) -> Vec<Bar> {
    let fifth = futures.len() / 5;
    if fifth < 2 {
        return Vec::new();
    }
    let width = |low: Estimate, high: Estimate| (scale(high.value) - scale(low.value)).abs();
    let noise = largest_by_chance(futures.len(), fifth, &|low, high| {
        width(answer(low, 0), answer(high, 0))
    });
    let mut bars: Vec<(f64, Bar)> = Vec::new();
    for k in scenario.uncertain() {
        let mut order: Vec<usize> = (0..futures.len()).collect();
        order.sort_by(|a, b| futures[*a].parameters[k].total_cmp(&futures[*b].parameters[k]));
        let low = answer(&order[..fifth], REPEATS);
        let high = answer(&order[futures.len() - fifth..], REPEATS);
        let width = width(low, high);
        let bar = Bar {
            parameter: TABLE[k].name.to_owned(),
            low,
            high,
            clear: width > noise,
        };
        bars.push((width, bar));
    }
    bars.retain(|(width, _)| width.is_finite());
    bars.sort_by(|a, b| b.0.total_cmp(&a.0));
    bars.into_iter().map(|(_, bar)| bar).collect()
}

/// The largest of the distances between the answers of two random fifths that have no future in common. The shuffles
/// are always the same.
fn largest_by_chance(futures: usize, fifth: usize, distance: &dyn Fn(&[usize], &[usize]) -> f64) -> f64 {
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut places: Vec<usize> = (0..futures).collect();
    let mut largest = 0.0f64;
    for _ in 0..SPLITS {
        for k in 0..2 * fifth {
            // By multiplication: the bias of 2^-64 n is far below the noise.
            let left = (futures - k) as u128;
            let other = k + ((u128::from(random.next_u64()) * left) >> 64) as usize;
            places.swap(k, other);
        }
        largest = largest.max(distance(&places[..fifth], &places[fifth..2 * fifth]));
    }
    largest
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
            let bars = bars(scenario, &futures, |x| x, &|places, _| {
                let exits: Vec<f64> = places.iter().map(|k| futures[*k].outcome.exits).collect();
                stats::mean(&exits)
            });
            assert_eq!(hangs_on(&bars, 1, "exits"), ["loyalty (raises exits)"]);
            let of_pacts = bars.iter().filter(|bar| OF_PACTS.contains(&bar.parameter.as_str()));
            assert_eq!(of_pacts.count(), named);
        }
    }

    #[test]
    fn heavy_tails_alone_are_not_clear() {
        use crate::noise::{Class, Stream, normal};
        let scenario = Scenario::default();
        let stream = Stream::new(1, 2, Class::Start);
        let mut futures = futures(&scenario);
        for (k, future) in futures.iter_mut().enumerate() {
            future.outcome.market_value_ratio = libm::exp(1.5 * normal(stream.at(k as u64, 0)));
        }
        let bars = bars(&scenario, &futures, |x| x, &|places, repeats| {
            let values: Vec<f64> = places.iter().map(|k| futures[*k].outcome.market_value_ratio).collect();
            stats::bootstrap(values.len(), repeats, 1, &|places| {
                stats::skewness(&places.iter().map(|k| values[*k]).collect::<Vec<f64>>())
            })
        });
        assert_eq!(hangs_on(&bars, 4, "skewness"), Vec::<String>::new());
    }
}
