//! Which assumptions the answers hang on.
//!
//! Two steps. A Morris screen moves every uncertain parameter, one at a time on the same noise, and ranks them. Then
//! the strongest get Sobol indices of first and total order; all other parameters make one group, and so does the
//! noise, so that the whole variance is explained: what is parameters, what is luck, and what is both at once.

pub mod estimators;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, path::Path};

pub use estimators::{Effects, Indices};

use crate::{
    Error, batch,
    class::{CLASSES, Class, Thresholds},
    files::{hex, write_json},
    outcome::{Finished, Outcome},
    parameters::{Parameters, TABLE},
    people::World,
    run::Plan,
    stats::{self, Estimate},
};
use estimators::{FACTORS_MAX, ROWS_MAX, Trajectory};

/// Name of the group of all parameters that have no indices of their own.
pub const OTHERS: &str = "all other parameters";

/// Name of the group of all noise.
pub const NOISE: &str = "noise";

/// A number of a future whose variance is explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// A number of the outcome, by its place in [`Outcome::NAMES`].
    Number(usize),
    /// Its natural logarithm.
    Log(usize),
    /// Whether the future is in this class or a better one; of depreciation: whether it is that.
    Class(Class),
}

impl Output {
    /// What is explained unless somebody asks for something else.
    pub const DEFAULT: [&str; 7] = [
        "log:tao_price_ratio",
        "log:market_value_ratio",
        "class:depreciation",
        "class:flywheel",
        "log:coverage",
        "exits",
        "dilution_tax_year",
    ];

    /// Reads `name`, `log:name` or `class:name`.
    ///
    /// # Errors
    /// [`Error::Output`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let (kind, name) = text.split_once(':').unwrap_or(("", text));
        let number = || Outcome::NAMES.iter().position(|own| *own == name);
        let found = match kind {
            "" => number().map(Self::Number),
            "log" => number().map(Self::Log),
            "class" => CLASSES.into_iter().find(|class| class.name() == name).map(Self::Class),
            _ => None,
        };
        found.ok_or_else(|| Error::Output { name: text.to_owned() })
    }

    /// Its name, as [`Self::parse`] reads it.
    pub fn name(self) -> String {
        match self {
            Self::Number(k) => Outcome::NAMES[k].to_owned(),
            Self::Log(k) => format!("log:{}", Outcome::NAMES[k]),
            Self::Class(class) => format!("class:{}", class.name()),
        }
    }

    /// Its value in a future.
    pub fn of(self, outcome: &Outcome, thresholds: &Thresholds) -> f64 {
        match self {
            Self::Number(k) => outcome.values()[k],
            Self::Log(k) => libm::log(outcome.values()[k].max(1e-12)),
            Self::Class(Class::Depreciation) => f64::from(u8::from(outcome.class(thresholds) == Class::Depreciation)),
            Self::Class(class) => f64::from(u8::from(outcome.class(thresholds) >= class)),
        }
    }
}

/// How much is computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effort {
    /// Trajectories of the Morris screen, at least 2.
    pub trajectories: u64,
    /// Futures that a point of the screen is the mean of.
    pub replicates: u64,
    /// Rows of the Sobol matrices; powers of two are best.
    pub rows: u32,
    /// Parameters that get Sobol indices of their own.
    pub factors: usize,
}

impl Default for Effort {
    fn default() -> Self {
        Self {
            trajectories: 16,
            replicates: 2,
            rows: 512,
            factors: 10,
        }
    }
}

/// What was found for one output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Explained {
    /// Mean over the rows of A and B.
    pub mean: f64,
    /// Variance over them.
    pub variance: f64,
    /// Part of the variance that the parameters explain alone, all together: one less the noise's total order.
    pub parameters_alone: Estimate,
    /// Part that noise explains alone: its first order.
    pub noise_alone: Estimate,
    /// Morris effects by parameter, the strongest first.
    pub morris: Vec<(String, Effects)>,
    /// Sobol indices by parameter or group, the largest total order first.
    pub sobol: Vec<(String, Indices)>,
}

/// `sensitivity.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sensitivity {
    /// Fingerprint of scenario, seed and effort.
    pub fingerprint: String,
    /// Seed.
    pub seed: u64,
    /// Futures that were run.
    pub futures: u64,
    /// Trajectories and futures a point of the screen.
    pub screen: [u64; 2],
    /// Rows of the Sobol matrices.
    pub rows: u32,
    /// By output.
    pub outputs: BTreeMap<String, Explained>,
}

/// A study of one scenario.
pub struct Study<'a> {
    plan: &'a Plan,
    outputs: Vec<Output>,
    effort: Effort,
    /// Places in [`TABLE`] of the parameters that are uncertain.
    uncertain: Vec<usize>,
}

impl<'a> Study<'a> {
    /// A study of a plan's scenario and seed.
    ///
    /// # Errors
    /// [`Error::Effort`] if it asks for more than the sequences have, or for nothing.
    pub fn new(plan: &'a Plan, outputs: Vec<Output>, effort: Effort) -> Result<Self, Error> {
        let uncertain: Vec<usize> = plan.setting.scenario.uncertain().collect();
        let problem = if uncertain.is_empty() {
            Some("the scenario fixes every parameter: nothing is uncertain".to_owned())
        } else if uncertain.len() > FACTORS_MAX {
            Some(format!(
                "{} uncertain parameters: at most {FACTORS_MAX}",
                uncertain.len()
            ))
        } else if !(2..=ROWS_MAX).contains(&effort.rows) {
            Some(format!("{} rows (allowed: 2 to {ROWS_MAX})", effort.rows))
        } else if effort.trajectories < 2 || effort.replicates < 1 || effort.factors < 1 {
            Some("at least 2 trajectories, 1 replicate and 1 factor".to_owned())
        } else if outputs.is_empty() {
            Some("no output is named".to_owned())
        } else {
            None
        };
        match problem {
            Some(problem) => Err(Error::Effort { problem }),
            None => Ok(Self {
                plan,
                outputs,
                effort,
                uncertain,
            }),
        }
    }

    /// Futures that the study runs.
    pub fn futures(&self) -> u64 {
        let points = self.effort.trajectories * (self.uncertain.len() as u64 + 1);
        points * self.effort.replicates + u64::from(self.effort.rows) * (self.groups() as u64 + 2)
    }

    fn groups(&self) -> usize {
        let own = self.effort.factors.min(self.uncertain.len());
        own + 1 + usize::from(own < self.uncertain.len())
    }

    fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        let outputs: Vec<String> = self.outputs.iter().map(|output| output.name()).collect();
        for piece in [
            self.plan.scenario_fingerprint(),
            format!("{:?} {outputs:?}", self.effort),
        ] {
            hash.update(piece.as_bytes());
            hash.update([0]);
        }
        hex(&hash.finalize())
    }

    /// Values of all parameters at a point of the uncertain ones.
    fn parameters(&self, point: &[f64]) -> Parameters {
        let beliefs = &self.plan.setting.scenario.beliefs;
        let mut values: Vec<f64> = beliefs
            .iter()
            .zip(TABLE)
            .map(|(b, i)| b.quantile(0.5, i.limits.0, i.limits.1))
            .collect();
        for (k, u) in self.uncertain.iter().zip(point) {
            let (low, high) = TABLE[*k].limits;
            values[*k] = beliefs[*k].quantile(*u, low, high);
        }
        // One value a parameter.
        Parameters::from_values(&values).unwrap_or_else(|| Parameters::draw(beliefs, 0, 0))
    }

    fn evaluate(&self, point: &[f64], noise: u64) -> Result<Vec<f64>, Error> {
        let setting = &self.plan.setting;
        let mut world = World::new(&setting.scenario);
        let Finished { outcome, .. } = setting.simulate_with(&mut world, self.parameters(point), noise, None)?;
        let thresholds = &setting.scenario.thresholds;
        Ok(self
            .outputs
            .iter()
            .map(|output| output.of(&outcome, thresholds))
            .collect())
    }

    /// Runs the study. With a directory it goes on where an interrupted one stopped. `done` hears of every future.
    ///
    /// # Errors
    /// Those of [`crate::simulate::Setting::simulate_with`] and [`batch::rows`].
    pub fn run(&self, directory: Option<&Path>, done: &(dyn Fn() + Sync)) -> Result<Sensitivity, Error> {
        let fingerprint = self.fingerprint();
        let screen = self.screen(directory, &fingerprint, done)?;
        let chosen = self.choose(&screen);
        let sobol = self.sobol(&chosen, directory, &fingerprint, done)?;
        let outputs = self.outputs.iter().zip(screen).zip(sobol);
        let outputs = outputs.map(|((output, morris), explained)| {
            let mut morris: Vec<(String, Effects)> = self
                .uncertain
                .iter()
                .map(|k| TABLE[*k].name.to_owned())
                .zip(morris)
                .collect();
            morris.sort_by(|a, b| b.1.strength.value.total_cmp(&a.1.strength.value));
            (output.name(), Explained { morris, ..explained })
        });
        let sensitivity = Sensitivity {
            fingerprint: fingerprint.clone(),
            seed: self.plan.setting.seed,
            futures: self.futures(),
            screen: [self.effort.trajectories, self.effort.replicates],
            rows: self.effort.rows,
            outputs: outputs.collect(),
        };
        if let Some(directory) = directory {
            write_json(&directory.join("sensitivity.json"), &sensitivity)?;
            for step in ["morris", "sobol"] {
                batch::forget(directory, &format!("{step}-{fingerprint}"))?;
            }
        }
        Ok(sensitivity)
    }

    /// Morris effects: a row an output, in it an entry an uncertain parameter.
    fn screen(
        &self,
        directory: Option<&Path>,
        fingerprint: &str,
        done: &(dyn Fn() + Sync),
    ) -> Result<Vec<Vec<Effects>>, Error> {
        let (seed, factors, replicates) = (self.plan.setting.seed, self.uncertain.len(), self.effort.replicates);
        let trajectories: Vec<Trajectory> = (0..self.effort.trajectories)
            .map(|number| estimators::trajectory(factors, seed, number))
            .collect();
        let points = factors + 1;
        let name = format!("morris-{fingerprint}");
        let count = trajectories.len() * points;
        let rows = batch::rows(
            directory,
            &name,
            count,
            self.outputs.len(),
            &|index| {
                let (number, point) = (index / points, index % points);
                let mut sum = vec![0.0; self.outputs.len()];
                for replicate in 0..replicates {
                    // The same noise all along a trajectory.
                    let noise = number as u64 * replicates + replicate;
                    let values = self.evaluate(&trajectories[number].points[point], noise)?;
                    sum.iter_mut()
                        .zip(values)
                        .for_each(|(sum, value)| *sum += value / replicates as f64);
                    if replicate > 0 {
                        done();
                    }
                }
                Ok(sum)
            },
            done,
        )?;
        let of = |k: usize| {
            let values: Vec<Vec<f64>> = rows
                .chunks(points)
                .map(|t| t.iter().map(|row| row[k]).collect())
                .collect();
            estimators::effects(&trajectories, &values, seed)
        };
        Ok((0..self.outputs.len()).map(of).collect())
    }

    /// The parameters with the largest part of an output's effects, over all outputs: places among the uncertain.
    fn choose(&self, screen: &[Vec<Effects>]) -> Vec<usize> {
        let score = |factor: usize| {
            let parts = screen.iter().map(|effects| {
                let all: f64 = effects.iter().map(|e| e.strength.value).sum();
                if all > 0.0 {
                    effects[factor].strength.value / all
                } else {
                    0.0
                }
            });
            parts.fold(0.0, f64::max)
        };
        let mut ranked: Vec<usize> = (0..self.uncertain.len()).collect();
        ranked.sort_by(|a, b| score(*b).total_cmp(&score(*a)));
        ranked.truncate(self.effort.factors);
        ranked
    }

    fn sobol(
        &self,
        chosen: &[usize],
        directory: Option<&Path>,
        fingerprint: &str,
        done: &(dyn Fn() + Sync),
    ) -> Result<Vec<Explained>, Error> {
        let (seed, factors, n) = (self.plan.setting.seed, self.uncertain.len(), self.effort.rows);
        let groups = self.groups();
        let each = groups + 2;
        // Group `groups - 1` is the noise; the one before it, if there is one, holds all other parameters.
        let others: Vec<usize> = (0..factors).filter(|factor| !chosen.contains(factor)).collect();
        let name = format!("sobol-{fingerprint}");
        let rows = batch::rows(
            directory,
            &name,
            n as usize * each,
            self.outputs.len(),
            &|index| {
                let (row, which) = (index / each, index % each);
                let [a, b] = estimators::rows(factors, seed as u32, row as u32);
                let noises = [row as u64, u64::from(n) + row as u64];
                match which {
                    0 => self.evaluate(&a, noises[0]),
                    1 => self.evaluate(&b, noises[1]),
                    which if which - 2 == groups - 1 => self.evaluate(&a, noises[1]),
                    which => {
                        let mut mixed = a;
                        let from_b = chosen.get(which - 2).map_or(others.as_slice(), core::slice::from_ref);
                        from_b.iter().for_each(|factor| mixed[*factor] = b[*factor]);
                        self.evaluate(&mixed, noises[0])
                    }
                }
            },
            done,
        )?;
        let mut names: Vec<String> = chosen
            .iter()
            .map(|k| TABLE[self.uncertain[*k]].name.to_owned())
            .collect();
        if !others.is_empty() {
            names.push(OTHERS.to_owned());
        }
        names.push(NOISE.to_owned());
        let explain = |k: usize| {
            let column =
                |which: usize| -> Vec<f64> { rows.iter().skip(which).step_by(each).map(|row| row[k]).collect() };
            let (a, b) = (column(0), column(1));
            let mut sobol: Vec<(String, Indices)> = names
                .iter()
                .enumerate()
                .map(|(group, name)| (name.clone(), estimators::indices(&a, &b, &column(group + 2), seed)))
                .collect();
            let noise = sobol[groups - 1].1;
            let parameters_alone = Estimate {
                value: 1.0 - noise.total.value,
                low: 1.0 - noise.total.high,
                high: 1.0 - noise.total.low,
            };
            sobol.sort_by(|a, b| b.1.total.value.total_cmp(&a.1.total.value));
            let both: Vec<f64> = a.into_iter().chain(b).collect();
            let mean = stats::mean(&both).value;
            Explained {
                mean,
                variance: both.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / both.len() as f64,
                parameters_alone,
                noise_alone: noise.first,
                morris: Vec::new(),
                sobol,
            }
        };
        Ok((0..self.outputs.len()).map(explain).collect())
    }
}
