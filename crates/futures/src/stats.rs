//! Intervals and shapes of distributions.

use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};
use serde::{Deserialize, Serialize};

/// Quantile of the normal distribution of a two-sided interval of 95 %.
const Z95: f64 = 1.959_963_984_540_054;

/// Resamples of a bootstrap that is shown.
pub const REPEATS: u32 = 400;

/// A number and its interval of 95 %.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A probability from `hits` of `n`, with Wilson's interval.
pub fn proportion(hits: u64, n: u64) -> Estimate {
    if n == 0 {
        return Estimate {
            value: 0.0,
            low: 0.0,
            high: 1.0,
        };
    }
    let (n, p) = (n as f64, hits as f64 / n as f64);
    let square = Z95 * Z95;
    let middle = (p + square / (2.0 * n)) / (1.0 + square / n);
    let half = Z95 / (1.0 + square / n) * (p * (1.0 - p) / n + square / (4.0 * n * n)).sqrt();
    Estimate {
        value: p,
        // At the ends the formula gives the end itself, but for its rounding.
        low: if hits == 0 { 0.0 } else { (middle - half).max(0.0) },
        high: if p == 1.0 { 1.0 } else { (middle + half).min(1.0) },
    }
}

/// The mean of independent values, with its normal interval.
pub fn mean(values: &[f64]) -> Estimate {
    let n = values.len() as f64;
    let value = values.iter().sum::<f64>() / n;
    let square = values.iter().map(|x| (x - value) * (x - value)).sum::<f64>();
    let half = Z95 * (square / (n - 1.0).max(1.0) / n).sqrt();
    Estimate {
        value,
        low: value - half,
        high: value + half,
    }
}

/// A ratio of sums over independent futures (such as exits over months at risk), with the interval of the linearised
/// ratio. Futures are the units: months of one future are not independent.
pub fn ratio(over: &[f64], under: &[f64]) -> Estimate {
    let (sum_over, sum_under) = (over.iter().sum::<f64>(), under.iter().sum::<f64>());
    if sum_under <= 0.0 {
        return Estimate {
            value: 0.0,
            low: 0.0,
            high: 1.0,
        };
    }
    let n = over.len() as f64;
    let value = sum_over / sum_under;
    let square: f64 = over.iter().zip(under).map(|(a, b)| (a - value * b).powi(2)).sum();
    let half = Z95 * (square * n / (n - 1.0).max(1.0)).sqrt() / sum_under;
    Estimate {
        value,
        low: (value - half).max(0.0),
        high: value + half,
    }
}

/// Any statistic of `n` independent futures, given by their places, with the interval of its bootstrap: `repeats`
/// resamples, drawn from `seed`. Resamples in which it is not a number do not count.
pub fn bootstrap(n: usize, repeats: u32, seed: u64, statistic: &dyn Fn(&[usize]) -> f64) -> Estimate {
    let all: Vec<usize> = (0..n).collect();
    let value = statistic(&all);
    let mut places = all;
    let mut found = Vec::with_capacity(repeats as usize);
    for repeat in 0..repeats {
        let mut stream = ChaCha8Rng::seed_from_u64(seed);
        stream.set_stream(repeat.into());
        for place in &mut places {
            // By multiplication: the bias of 2^-64 n is far below the noise.
            *place = ((u128::from(stream.next_u64()) * n as u128) >> 64) as usize;
        }
        found.push(statistic(&places));
    }
    found.retain(|x| !x.is_nan());
    found.sort_unstable_by(f64::total_cmp);
    Estimate {
        value,
        low: quantile(&found, 0.025),
        high: quantile(&found, 0.975),
    }
}

/// The quantile `p` of sorted values (type 7).
pub fn quantile(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else {
        return f64::NAN;
    };
    let place = p * last as f64;
    let low = place.floor() as usize;
    let high = (low + 1).min(last);
    sorted[low] + (place - low as f64) * (sorted[high] - sorted[low])
}

/// The value below which `part` of `of` equal parts of the values lie; infinite of nothing. Reorders them.
pub(crate) fn ranked(values: &mut [f64], part: usize, of: usize) -> f64 {
    let place = values.len() * part / of;
    if place >= values.len() {
        return f64::INFINITY;
    }
    *values.select_nth_unstable_by(place, f64::total_cmp).1
}

/// The Gini index of what is not negative; zero of nothing. Sorts `values`.
pub fn gini(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let n = values.len() as f64;
    let sum: f64 = values.iter().sum();
    if sum <= 0.0 {
        return 0.0;
    }
    let ranked: f64 = values.iter().enumerate().map(|(i, x)| (i + 1) as f64 * x).sum();
    2.0 * ranked / (n * sum) - (n + 1.0) / n
}

/// Skewness: third central moment over the 1.5th power of the second.
pub fn skewness(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let (mut second, mut third) = (0.0, 0.0);
    for value in values {
        let d = value - mean;
        second += d * d;
        third += d * d * d;
    }
    if second <= 0.0 {
        return 0.0;
    }
    (third / n) / libm::pow(second / n, 1.5)
}

/// Standard deviation (n - 1); zero of fewer than two values.
pub fn deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    if n < 2.0 {
        return 0.0;
    }
    let mean = values.iter().sum::<f64>() / n;
    let square: f64 = values.iter().map(|x| (x - mean) * (x - mean)).sum();
    (square / (n - 1.0)).sqrt()
}

/// Spearman's rank correlation; equal values share their mean rank. Zero if one side does not vary.
pub fn spearman(a: &[f64], b: &[f64]) -> f64 {
    let (a, b) = (ranks(a), ranks(b));
    let mean = (a.len() as f64 - 1.0) / 2.0;
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(&b) {
        let (x, y) = (x - mean, y - mean);
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    if aa <= 0.0 || bb <= 0.0 {
        return 0.0;
    }
    ab / (aa * bb).sqrt()
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    for group in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let first = order.partition_point(|k| values[*k] < values[group[0]]);
        for k in group {
            ranks[*k] = first as f64 + (group.len() as f64 - 1.0) / 2.0;
        }
    }
    ranks
}

/// Hill's index of the upper tail from the `k` largest of sorted positive values: the smaller, the heavier; below two
/// the variance is infinite, below one the mean. None if there are fewer than two, or if they are equal.
pub fn hill(sorted: &[f64], k: usize) -> Option<Estimate> {
    let from = sorted.len().checked_sub(k + 1)?;
    let threshold = sorted[from];
    if k < 2 || threshold <= 0.0 {
        return None;
    }
    let sum: f64 = sorted[from + 1..].iter().map(|x| libm::log(x / threshold)).sum();
    if sum <= 0.0 {
        return None;
    }
    let value = k as f64 / sum;
    let half = Z95 * value / (k as f64).sqrt();
    Some(Estimate {
        value,
        low: (value - half).max(0.0),
        high: value + half,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_those_of_the_books() {
        // Wilson, 8 of 10: 0.4902 to 0.9433.
        let wilson = proportion(8, 10);
        assert!(
            (wilson.low - 0.490_16).abs() < 1e-4 && (wilson.high - 0.943_32).abs() < 1e-4,
            "{wilson:?}"
        );
        assert_eq!(proportion(0, 10).low, 0.0);
        assert!(proportion(0, 10).high > 0.2);
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0], 0.5), 2.5);
        assert!(skewness(&[1.0, 2.0, 3.0]).abs() < 1e-12);
        assert_eq!(deviation(&[1.0, 2.0, 3.0]), 1.0);
        assert!((spearman(&[1.0, 2.0, 2.0, 9.0], &[-1.0, 5.0, 6.0, 7.0]) - 0.948_683_298_050_513_8).abs() < 1e-12);
        assert_eq!(spearman(&[3.0, 2.0, 1.0], &[10.0, 20.0, 30.0]), -1.0);
        let hazard = ratio(&[1.0, 3.0, 2.0], &[100.0, 300.0, 200.0]);
        assert!((hazard.value - 0.01).abs() < 1e-15 && hazard.high - hazard.low < 1e-12);
    }

    #[test]
    fn the_bootstrap_of_a_mean_is_its_normal_interval() {
        let values: Vec<f64> = (0..400).map(|i| f64::from(i % 20)).collect();
        let resampled = bootstrap(400, 2_000, 1, &|places| {
            places.iter().map(|place| values[*place]).sum::<f64>() / places.len() as f64
        });
        let normal = mean(&values);
        assert_eq!(resampled.value, normal.value);
        assert!((resampled.low - normal.low).abs() < 0.06 && (resampled.high - normal.high).abs() < 0.06);
    }

    #[test]
    fn hill_finds_the_index_of_a_pareto_tail() {
        let mut values: Vec<f64> = (1..=20_000)
            .map(|i| libm::pow(f64::from(i) / 20_001.0, -1.0 / 1.5))
            .collect();
        values.sort_unstable_by(f64::total_cmp);
        let index = hill(&values, 2_000).unwrap();
        assert!((index.value - 1.5).abs() < 0.05, "{index:?}");
    }
}
