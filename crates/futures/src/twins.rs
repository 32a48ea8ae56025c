//! How much of the spread is parameters and how much is noise.
//!
//! A twin has the parameters of a future and noise of its own. Over pairs, the correlation of an output is the part of
//! its variance that the parameters explain; what is left is noise and what both do together.

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::Path};

use crate::{
    Error,
    outcome::{self, Finished},
    parameters::Parameters,
    people::World,
    run::Plan,
    sensitivity::Output,
    stats::{self, Estimate, REPEATS},
    table::Table,
};

/// Most pairs.
pub const PAIRS: u64 = 200;

/// Noise of twins is that of futures from here on, which no run has.
const FIRST: u64 = 1 << 40;

/// By output, as [`Output::parse`] names it: the part of the variance that parameters explain alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shares {
    /// Number of pairs.
    pub pairs: u64,
    /// Part of the variance.
    pub parameters: BTreeMap<String, Estimate>,
}

impl Plan {
    /// Runs the twins of the first futures of a finished run and compares. In a directory they are kept as
    /// `twins.parquet`, and not run again.
    ///
    /// # Errors
    /// Those of [`crate::simulate::Setting::simulate_with`]; [`Error::Io`], [`Error::Table`].
    pub fn twins(&self, futures: &[Finished], directory: &Path) -> Result<Shares, Error> {
        let pairs = futures.len().min(PAIRS as usize);
        let path = directory.join("twins.parquet");
        let kept = path.exists().then(|| Table::read(&path)).transpose()?;
        let kept = kept.and_then(|table| outcome::from_table(&table)).filter(|kept| {
            kept.len() == pairs
                && kept
                    .iter()
                    .zip(futures)
                    .all(|(twin, own)| twin.parameters == own.parameters)
        });
        let twins = match kept {
            Some(kept) => kept,
            None => {
                let run = |own: &Finished| {
                    let scenario = &self.setting.scenario;
                    let parameters = Parameters::from_values(&own.parameters)
                        .unwrap_or_else(|| Parameters::draw(&scenario.beliefs, self.setting.seed, own.future));
                    let mut world = World::new(scenario);
                    self.setting
                        .simulate_with(&mut world, parameters, FIRST + own.future, None)
                };
                let twins: Vec<Finished> = futures[..pairs].par_iter().map(run).collect::<Result<_, _>>()?;
                outcome::table_of(&twins, &self.setting.scenario.thresholds).write(&path)?;
                twins
            }
        };
        let thresholds = &self.setting.scenario.thresholds;
        let mut parameters = BTreeMap::new();
        for name in Output::DEFAULT {
            let output = Output::parse(name)?;
            let value = |f: &Finished| output.of(&f.outcome, thresholds);
            let (own, other): (Vec<f64>, Vec<f64>) =
                futures.iter().zip(&twins).map(|(a, b)| (value(a), value(b))).unzip();
            parameters.insert(name.to_owned(), share(&own, &other, self.setting.seed));
        }
        Ok(Shares {
            pairs: pairs as u64,
            parameters,
        })
    }
}

/// Intraclass correlation of pairs, with its bootstrap.
fn share(own: &[f64], other: &[f64], seed: u64) -> Estimate {
    stats::bootstrap(own.len(), REPEATS, seed, &|places| {
        let n = places.len() as f64;
        let mean = places.iter().map(|k| own[*k] + other[*k]).sum::<f64>() / (2.0 * n);
        let (mut both, mut each) = (0.0, 0.0);
        for k in places {
            let (a, b) = (own[*k] - mean, other[*k] - mean);
            both += a * b;
            each += 0.5 * (a * a + b * b);
        }
        if each > 0.0 { both / each } else { f64::NAN }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_share_of_parameters_is_their_part_of_the_variance() {
        // Parameters with variance 3, noise with variance 1.
        use crate::noise::{Class, Stream, normal};
        let stream = Stream::new(1, 2, Class::Start);
        let next = |k, slot| normal(stream.at(k, slot));
        let pairs: Vec<(f64, f64)> = (0..2_000)
            .map(|k| {
                let common = 3f64.sqrt() * next(k, 0);
                (common + next(k, 1), common + next(k, 2))
            })
            .collect();
        let (own, other): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        let found = share(&own, &other, 1);
        assert!(
            (found.value - 0.75).abs() < 0.03 && found.low < 0.75 && found.high > 0.75,
            "{found:?}"
        );
    }
}
