//! Estimators of sensitivity, for any function of numbers in (0, 1).
//!
//! Designs and estimators are apart from what is run, so that they can be tested on functions whose indices are known.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};
use serde::{Deserialize, Serialize};

use crate::stats::{self, Estimate};

/// Sobol indices of one factor (or group) for one output, with intervals from resampled rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Indices {
    /// First order: the part of the variance that would vanish if this factor were known (Saltelli et al. 2010).
    pub first: Estimate,
    /// Total order: the part that would remain if all others were known (Jansen 1999).
    pub total: Estimate,
}

/// Elementary effects of one factor on one output (Morris 1991, Campolongo et al. 2007).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effects {
    /// Mean of the absolute effects, in units of the output over the whole range of the factor.
    pub strength: Estimate,
    /// Mean of the effects: its sign is the direction.
    pub mean: f64,
    /// Standard deviation of the effects: interaction and curvature.
    pub spread: f64,
}

/// Levels of a factor in a Morris design: the middles of four equal parts of (0, 1).
pub const LEVELS: [f64; 4] = [0.125, 0.375, 0.625, 0.875];

/// A step of a Morris design: two levels.
pub const STEP: f64 = 0.5;

/// Points of one Morris trajectory: `factors + 1` points, each differs from the one before in one factor.
#[derive(Clone, Debug, PartialEq)]
pub struct Trajectory {
    /// The points.
    pub points: Vec<Vec<f64>>,
    /// Factor that moves between point k and k + 1.
    pub moved: Vec<usize>,
    /// Whether it moves up.
    pub up: Vec<bool>,
}

/// A trajectory, drawn from its number and a seed.
pub fn trajectory(factors: usize, seed: u64, number: u64) -> Trajectory {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    rng.set_stream(number);
    let mut below = |n: usize| ((u128::from(rng.next_u64()) * n as u128) >> 64) as usize;
    let start: Vec<usize> = (0..factors).map(|_| below(LEVELS.len())).collect();
    let mut moved: Vec<usize> = (0..factors).collect();
    for k in (1..factors).rev() {
        moved.swap(k, below(k + 1));
    }
    let mut point: Vec<f64> = start.iter().map(|level| LEVELS[*level]).collect();
    let mut points = vec![point.clone()];
    let mut up = Vec::with_capacity(factors);
    for factor in &moved {
        let rises = point[*factor] < 0.5;
        point[*factor] += if rises { STEP } else { -STEP };
        up.push(rises);
        points.push(point.clone());
    }
    Trajectory { points, moved, up }
}

/// Elementary effects from the outputs at the points of trajectories, factor by factor.
pub fn effects(trajectories: &[Trajectory], outputs: &[Vec<f64>], seed: u64) -> Vec<Effects> {
    let factors = trajectories.first().map_or(0, |t| t.moved.len());
    let mut by_factor = vec![Vec::with_capacity(trajectories.len()); factors];
    for (trajectory, values) in trajectories.iter().zip(outputs) {
        for (k, (factor, up)) in trajectory.moved.iter().zip(&trajectory.up).enumerate() {
            let change = (values[k + 1] - values[k]) / STEP;
            by_factor[*factor].push(if *up { change } else { -change });
        }
    }
    by_factor
        .iter()
        .map(|effects| {
            let n = effects.len();
            let mean = effects.iter().sum::<f64>() / n as f64;
            let square: f64 = effects.iter().map(|e| (e - mean) * (e - mean)).sum();
            Effects {
                strength: stats::bootstrap(n, REPEATS, seed, &|places| {
                    places.iter().map(|place| effects[*place].abs()).sum::<f64>() / places.len() as f64
                }),
                mean,
                spread: (square / (n as f64 - 1.0).max(1.0)).sqrt(),
            }
        })
        .collect()
}

/// Resamples of the intervals.
const REPEATS: u32 = 300;

/// Rows of a Sobol design are below this: the sequence ends there.
pub const ROWS_MAX: u32 = 1 << 16;

/// Factors of a Sobol design are at most this many: each takes two dimensions of the sequence.
pub const FACTORS_MAX: usize = 128;

/// Row `row` of the matrices A and B over `factors`: a scrambled Sobol sequence in twice as many dimensions.
pub fn rows(factors: usize, seed: u32, row: u32) -> [Vec<f64>; 2] {
    let at = |dimension: usize| {
        // The sequence has 24 bits; the middle of the cell keeps both ends away.
        f64::from(sobol_burley::sample(row, dimension as u32, seed)) + 0.5 / 16_777_216.0
    };
    [(0..factors).map(at).collect(), (factors..2 * factors).map(at).collect()]
}

/// Indices of one group from outputs row by row: of A, of B, and of A with the group's columns from B.
pub fn indices(a: &[f64], b: &[f64], mixed: &[f64], seed: u64) -> Indices {
    let statistic = |places: &[usize], total: bool| {
        let n = places.len() as f64;
        let mean = places.iter().map(|k| a[*k] + b[*k]).sum::<f64>() / (2.0 * n);
        let square = |x: f64| (x - mean) * (x - mean);
        let variance = places.iter().map(|k| square(a[*k]) + square(b[*k])).sum::<f64>() / (2.0 * n);
        if variance <= 0.0 {
            // A constant depends on nothing.
            return 0.0;
        }
        let part = if total {
            places.iter().map(|k| (a[*k] - mixed[*k]).powi(2)).sum::<f64>() / (2.0 * n)
        } else {
            places.iter().map(|k| (b[*k] - mean) * (mixed[*k] - a[*k])).sum::<f64>() / n
        };
        part / variance
    };
    Indices {
        first: stats::bootstrap(a.len(), REPEATS, seed, &|places| statistic(places, false)),
        total: stats::bootstrap(a.len(), REPEATS, seed, &|places| statistic(places, true)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::f64::consts::PI;

    /// Indices of a function over `factors` numbers in (0, 1), a group a factor.
    fn sobol(factors: usize, n: u32, f: impl Fn(&[f64]) -> f64) -> Vec<Indices> {
        let design: Vec<[Vec<f64>; 2]> = (0..n).map(|row| rows(factors, 7, row)).collect();
        let a: Vec<f64> = design.iter().map(|[a, _]| f(a)).collect();
        let b: Vec<f64> = design.iter().map(|[_, b]| f(b)).collect();
        (0..factors)
            .map(|factor| {
                let mixed: Vec<f64> = design
                    .iter()
                    .map(|[a, b]| {
                        let mut point = a.clone();
                        point[factor] = b[factor];
                        f(&point)
                    })
                    .collect();
                indices(&a, &b, &mixed, 3)
            })
            .collect()
    }

    fn near(found: &[Indices], first: &[f64], total: &[f64], error: f64) {
        for (k, i) in found.iter().enumerate() {
            assert!(
                (i.first.value - first[k]).abs() < error,
                "first {k}: {:?}, {}",
                i.first,
                first[k]
            );
            assert!(
                (i.total.value - total[k]).abs() < error,
                "total {k}: {:?}, {}",
                i.total,
                total[k]
            );
            assert!(i.first.low <= i.first.value && i.first.value <= i.first.high);
            assert!(i.total.low - error < total[k] && total[k] < i.total.high + error);
        }
    }

    #[test]
    fn ishigami_has_its_known_indices() {
        let (a, b) = (7.0, 0.1);
        let angle = |u: f64| PI * (2.0 * u - 1.0);
        let found = sobol(3, 8_192, |u| {
            let x = [angle(u[0]), angle(u[1]), angle(u[2])];
            x[0].sin() + a * x[1].sin().powi(2) + b * x[2].powi(4) * x[0].sin()
        });
        let variance = a * a / 8.0 + b * PI.powi(4) / 5.0 + b * b * PI.powi(8) / 18.0 + 0.5;
        let first = [
            0.5 * (1.0 + b * PI.powi(4) / 5.0).powi(2) / variance,
            a * a / 8.0 / variance,
            0.0,
        ];
        let third = b * b * PI.powi(8) * 8.0 / 225.0 / variance;
        let total = [first[0] + third, first[1], third];
        assert!((first[0] - 0.3139).abs() < 1e-4 && (total[2] - 0.2437).abs() < 1e-4);
        near(&found, &first, &total, 0.02);
    }

    #[test]
    fn the_g_function_has_its_known_indices() {
        let a = [0.0, 1.0, 4.5, 9.0, 99.0];
        let found = sobol(5, 8_192, |u| {
            u.iter()
                .zip(a)
                .map(|(u, a)| ((4.0 * u - 2.0).abs() + a) / (1.0 + a))
                .product()
        });
        let part: Vec<f64> = a.iter().map(|a| 1.0 / 3.0 / (1.0 + a).powi(2)).collect();
        let all: f64 = part.iter().map(|v| 1.0 + v).product();
        let first: Vec<f64> = part.iter().map(|v| v / (all - 1.0)).collect();
        let total: Vec<f64> = part.iter().map(|v| v * all / (1.0 + v) / (all - 1.0)).collect();
        near(&found, &first, &total, 0.02);
    }

    #[test]
    fn a_group_that_nothing_hangs_on_has_no_indices() {
        let found = sobol(2, 512, |u| u[0]);
        assert_eq!((found[1].first.value, found[1].total.value), (0.0, 0.0));
        assert!((found[0].total.value - 1.0).abs() < 0.05);
    }

    #[test]
    fn elementary_effects_of_a_plane_are_its_slopes() {
        let trajectories: Vec<Trajectory> = (0..10).map(|number| trajectory(4, 5, number)).collect();
        let f = |u: &Vec<f64>| 3.0 * u[0] - 2.0 * u[1] + u[2] * u[3];
        let outputs: Vec<Vec<f64>> = trajectories.iter().map(|t| t.points.iter().map(f).collect()).collect();
        let found = effects(&trajectories, &outputs, 1);
        assert!((found[0].mean - 3.0).abs() < 1e-12 && found[0].spread < 1e-12);
        assert!((found[1].mean + 2.0).abs() < 1e-12 && (found[1].strength.value - 2.0).abs() < 1e-12);
        // A product has effects that differ from place to place.
        assert!(found[2].spread > 0.05 && found[3].spread > 0.05);
        for t in &trajectories {
            assert!(t.points.iter().flatten().all(|u| LEVELS.contains(u)), "{t:?}");
        }
    }
}
