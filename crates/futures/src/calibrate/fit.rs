//! The search, and what the data can tell.
//!
//! Parameters are looked for on the scale on which their prior is standard normal. The objective is the sum of robust
//! misfits of moments, each in standard deviations of its own sampling, plus the squared distance from the priors'
//! middle: the mode of a posterior. CMA-ES minimises it over simulations on common random numbers, so that two vectors
//! of parameters differ by themselves and not by luck.

use std::sync::Mutex;

use cmaes::{CMAESOptions, DVector};
use nalgebra::DMatrix;
use rayon::prelude::*;

use super::{
    free::Free,
    lab::{Lab, Noises, Simulated},
    targets::{Target, WINDOWS},
};
use crate::{Error, prior::Prior};

/// Misfit, in standard deviations, from which a moment counts less than its square: a moment that the model cannot
/// meet must not bend everything else.
const ROBUST: f64 = 2.0;

/// Step of the derivatives, in standard deviations of the prior: wide enough to see through single events.
const STEP: f64 = 0.25;

/// How much is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Futures for each evaluation.
    pub noises: Noises,
    /// Evaluations of the search.
    pub evaluations: usize,
    /// Times as many futures at the end, for derivatives, sampling errors and the table.
    pub last: u64,
}

impl Effort {
    /// For tests: seconds.
    pub const QUICK: Self = Self {
        noises: Noises {
            month: 6,
            year: 1,
            april: 4,
        },
        evaluations: 250,
        last: 2,
    };
    /// A few minutes on two cores.
    pub const NORMAL: Self = Self {
        noises: Noises {
            month: 16,
            year: 4,
            april: 12,
        },
        evaluations: 2_000,
        last: 6,
    };
    /// Seven and a half times the search of `NORMAL`: three times the futures, for two and a half times the trials.
    pub const THOROUGH: Self = Self {
        noises: Noises {
            month: 48,
            year: 12,
            april: 32,
        },
        evaluations: 5_000,
        last: 6,
    };

    /// Futures behind a table.
    pub(super) fn shown(&self) -> Noises {
        let n = self.at_the_end();
        Noises {
            month: n.month.max(64),
            year: n.year.max(16),
            april: n.april.max(64),
        }
    }

    fn at_the_end(&self) -> Noises {
        let n = self.noises;
        Noises {
            month: n.month * self.last,
            year: n.year * self.last,
            april: n.april * self.last,
        }
    }
}

/// What is searched: the data, the free parameters, and what is believed of the others.
pub struct Fit<'a> {
    /// What simulates.
    pub lab: &'a Lab,
    /// What is to be met, window after window.
    pub targets: &'a [Target],
    /// What is free.
    pub free: &'a [Free],
    /// Beliefs of all parameters; those of the free ones are not read.
    pub others: &'a [Prior],
    /// How much is computed.
    pub effort: Effort,
    /// Seed of the search.
    pub seed: u64,
}

/// By what misfits are measured, parallel to the targets.
#[derive(Clone, Debug)]
struct Scale {
    /// Standard deviation of one sampling, of the mean of simulations, and the tolerance.
    deviation: Vec<f64>,
    /// Weight: n moments of a family that say the same count as one, n that have nothing in common as n.
    weight: Vec<f64>,
}

/// Where the search ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Fitted {
    /// The free parameters, in standard deviations of their priors.
    pub z: Vec<f64>,
    /// How well each is known, likewise: one is as badly as before.
    pub known: Vec<f64>,
    /// The objective there.
    pub objective: f64,
    /// Simulated means there, parallel to the targets.
    pub means: Vec<f64>,
    /// Standard deviation of each target's sampling and tolerance there.
    pub deviations: Vec<f64>,
    /// Simulations of all windows that were made.
    pub evaluations: usize,
}

fn columns(simulated: &Simulated) -> impl Iterator<Item = (usize, Vec<f64>)> + '_ {
    simulated.iter().enumerate().flat_map(|(window, rows)| {
        let count = WINDOWS[window].moments().len();
        (0..count).map(move |k| (window, rows.iter().map(|row| row[k]).collect()))
    })
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

/// Charbonnier's loss: the square near zero, a line far away.
fn loss(u: f64) -> f64 {
    2.0 * ROBUST * ROBUST * ((1.0 + (u / ROBUST) * (u / ROBUST)).sqrt() - 1.0)
}

/// What its derivative is over that of the square.
fn trust(u: f64) -> f64 {
    1.0 / (1.0 + (u / ROBUST) * (u / ROBUST)).sqrt()
}

impl Fit<'_> {
    /// The beliefs with the free parameters fixed.
    fn beliefs(&self, z: &[f64]) -> Vec<Prior> {
        let mut beliefs = self.others.to_vec();
        for (free, z) in self.free.iter().zip(z) {
            beliefs[free.index()] = Prior::Fixed(free.value(*z));
        }
        beliefs
    }

    /// The scale at `z`.
    fn scale(&self, z: &[f64]) -> Result<Scale, Error> {
        let simulated = self.lab.simulate(&self.beliefs(z), self.effort.at_the_end())?;
        Ok(self.scale_of(&simulated))
    }

    fn scale_of(&self, simulated: &Simulated) -> Scale {
        let used = self.effort.noises;
        let used = [used.month, used.year, used.april];
        let values: Vec<(usize, Vec<f64>)> = columns(simulated).collect();
        let deviation: Vec<f64> = values
            .iter()
            .zip(self.targets)
            .map(|((window, values), target)| {
                let noise = covariance(values, values) * (1.0 + 1.0 / used[*window].max(1) as f64);
                (noise + target.moment.tolerance * target.moment.tolerance).sqrt()
            })
            .collect();
        // The family's effective number of moments over their number: that of the eigenvalues of its correlations.
        let weight = (0..self.targets.len())
            .map(|i| {
                let family = self.targets[i].moment.family;
                let members: Vec<usize> = (0..self.targets.len())
                    .filter(|j| self.targets[*j].moment.family == family)
                    .collect();
                let mut squares = 0.0;
                for a in &members {
                    for b in &members {
                        let correlation = if a == b {
                            1.0
                        } else {
                            covariance(&values[*a].1, &values[*b].1) / (deviation[*a] * deviation[*b])
                        };
                        squares += correlation * correlation;
                    }
                }
                members.len() as f64 / squares
            })
            .collect();
        Scale { deviation, weight }
    }

    fn objective(&self, z: &[f64], scale: &Scale) -> Result<f64, Error> {
        let simulated = self.lab.simulate(&self.beliefs(z), self.effort.noises)?;
        let misfit: f64 = columns(&simulated)
            .zip(self.targets.iter().zip(scale.deviation.iter().zip(&scale.weight)))
            .map(|((_, values), (target, (deviation, weight)))| {
                weight * loss((mean(&values) - target.real) / deviation)
            })
            .sum();
        Ok(misfit + z.iter().map(|z| z * z).sum::<f64>())
    }

    /// Minimises the objective from `from`, with this scale of misfits.
    fn minimise(
        &self,
        from: &[f64],
        step: f64,
        evaluations: usize,
        scale: &Scale,
        done: &(dyn Fn() + Sync),
    ) -> Result<(Vec<f64>, f64, usize), Error> {
        let failed = Mutex::new(None);
        let value = |z: &DVector<f64>| match self.objective(z.as_slice(), scale) {
            Ok(value) => {
                done();
                value
            }
            Err(error) => {
                if let Ok(mut failed) = failed.lock() {
                    failed.get_or_insert(error);
                }
                f64::MAX
            }
        };
        let search = CMAESOptions::new(from.to_vec(), step)
            .max_function_evals(evaluations)
            .tol_fun(1e-4)
            .seed(self.seed)
            .build(value);
        let mut search = search.map_err(|_| Error::Facts {
            what: "calibration".into(),
            problem: "there is no free parameter".into(),
        })?;
        let end = search.run_parallel();
        let mut evaluations = search.function_evals();
        drop(search);
        if let Some(error) = failed.into_inner().ok().flatten() {
            return Err(error);
        }
        // The mean of the last generation mostly is better than any of its members.
        let centre = end.final_mean.as_slice().to_vec();
        let at_centre = self.objective(&centre, scale)?;
        evaluations += 1;
        Ok(match end.overall_best {
            Some(best) if best.value < at_centre => (best.point.as_slice().to_vec(), best.value, evaluations),
            _ => (centre, at_centre, evaluations),
        })
    }

    /// Searches, in two rounds: the second weighs moments by their noise where the first ended. `done` hears of every
    /// evaluation.
    ///
    /// # Errors
    /// Those of [`Lab::simulate`]; [`Error::Facts`] if nothing is free.
    pub fn run(&self, done: &(dyn Fn() + Sync)) -> Result<Fitted, Error> {
        let start = vec![0.0; self.free.len()];
        let first = self.effort.evaluations / 2;
        let scale = self.scale(&start)?;
        let (z, _, used) = self.minimise(&start, 0.5, first, &scale, done)?;
        let scale = self.scale(&z)?;
        let rest = self.effort.evaluations - first;
        let (z, objective, more) = self.minimise(&z, 0.25, rest, &scale, done)?;
        let evaluations = used + more + 2 + 2 * self.free.len();
        let (known, means, scale) = self.information(&z)?;
        Ok(Fitted {
            z,
            known,
            objective,
            means,
            deviations: scale.deviation,
            evaluations,
        })
    }

    /// How well the data tell each free parameter at `z`: the standard deviation of the estimate over that of the
    /// prior. The covariance of moments is taken as it is ("sandwich"), and widened by the misfit if the model misses
    /// more than noise and tolerance allow.
    fn information(&self, z: &[f64]) -> Result<(Vec<f64>, Vec<f64>, Scale), Error> {
        let noises = self.effort.at_the_end();
        let means = |z: &[f64]| -> Result<Vec<f64>, Error> {
            let simulated = self.lab.simulate(&self.beliefs(z), noises)?;
            Ok(columns(&simulated).map(|(_, values)| mean(&values)).collect())
        };
        let here = self.lab.simulate(&self.beliefs(z), noises)?;
        let values: Vec<(usize, Vec<f64>)> = columns(&here).collect();
        let (n, k) = (self.targets.len(), z.len());
        let slopes: Vec<Vec<f64>> = (0..k)
            .into_par_iter()
            .map(|k| {
                let mut up = z.to_vec();
                let mut down = z.to_vec();
                up[k] += STEP;
                down[k] -= STEP;
                let (up, down) = (means(&up)?, means(&down)?);
                Ok(up.iter().zip(&down).map(|(u, d)| (u - d) / (2.0 * STEP)).collect())
            })
            .collect::<Result<_, Error>>()?;
        let slope = DMatrix::from_fn(n, k, |j, k| slopes[k][j]);
        let at: Vec<f64> = values.iter().map(|(_, values)| mean(values)).collect();
        let scale = self.scale_of(&here);
        let misfits: Vec<f64> = (0..n)
            .map(|j| (at[j] - self.targets[j].real) / scale.deviation[j])
            .collect();
        // What one unit of a moment's misfit weighs in the objective's derivative.
        let weights: Vec<f64> = (0..n)
            .map(|j| scale.weight[j] * trust(misfits[j]) / scale.deviation[j].powi(2))
            .collect();
        let missed = misfits.iter().map(|u| u * u * trust(*u)).sum::<f64>() / n as f64;
        let covariance = DMatrix::from_fn(n, n, |i, j| {
            let noise = if values[i].0 == values[j].0 {
                covariance(&values[i].1, &values[j].1)
            } else {
                0.0
            };
            let tolerance = self.targets[i].moment.tolerance;
            let own = if i == j { tolerance * tolerance } else { 0.0 };
            (noise + own) * missed.max(1.0)
        });
        let one = DMatrix::<f64>::identity(k, k);
        let weighed = DMatrix::from_fn(n, k, |j, k| weights[j] * slope[(j, k)]);
        let curvature = slope.transpose() * &weighed + &one;
        let noise = weighed.transpose() * covariance * &weighed + &one;
        // The identity keeps the curvature positive definite.
        let inverse = curvature.cholesky().map_or(one, |c| c.inverse());
        let variance = &inverse * noise * &inverse;
        let known = (0..k).map(|k| variance[(k, k)].max(0.0).sqrt().min(1.0)).collect();
        Ok((known, at, scale))
    }
}

fn covariance(a: &[f64], b: &[f64]) -> f64 {
    let (ma, mb) = (mean(a), mean(b));
    let sum: f64 = a.iter().zip(b).map(|(a, b)| (a - ma) * (b - mb)).sum();
    sum / (a.len() as f64 - 1.0).max(1.0)
}
