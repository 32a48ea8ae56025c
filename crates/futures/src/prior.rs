//! Distributions of parameters.

use serde::{Deserialize, Serialize};

use crate::noise::{normal_quantile, normal_share};

/// What is believed of a parameter before the run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", untagged)]
pub enum Prior {
    /// One value in all futures.
    Fixed(f64),
    /// A distribution.
    Drawn(Distribution),
}

/// A distribution, truncated to the limits of its parameter.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Distribution {
    /// From the first to the second number.
    Uniform(f64, f64),
    /// Uniform in the logarithm, from the first to the second number.
    LogUniform(f64, f64),
    /// Mean and standard deviation.
    Normal(f64, f64),
    /// Median, and standard deviation of the logarithm.
    LogNormal(f64, f64),
}

impl Prior {
    /// The value below which a part `u` in (0, 1) of the mass within the limits lies.
    pub fn quantile(self, u: f64, low: f64, high: f64) -> f64 {
        let truncated = |mean: f64, deviation: f64, low: f64, high: f64| {
            let (a, b) = (
                normal_share((low - mean) / deviation),
                normal_share((high - mean) / deviation),
            );
            mean + deviation * normal_quantile((a + u * (b - a)).clamp(1e-300, 1.0 - 1e-16))
        };
        let value = match self {
            Self::Fixed(value) => value,
            Self::Drawn(Distribution::Uniform(a, b)) => a + u * (b - a),
            Self::Drawn(Distribution::LogUniform(a, b)) => a * libm::exp(u * libm::log(b / a)),
            Self::Drawn(Distribution::Normal(mean, deviation)) => truncated(mean, deviation, low, high),
            Self::Drawn(Distribution::LogNormal(median, deviation)) => libm::exp(truncated(
                libm::log(median),
                deviation,
                if low > 0.0 { libm::log(low) } else { f64::NEG_INFINITY },
                libm::log(high),
            )),
        };
        value.clamp(low, high)
    }

    /// The part of the mass within the limits that lies below a value: the inverse of [`Self::quantile`], to 2^-40.
    pub fn share_below(self, value: f64, low: f64, high: f64) -> f64 {
        let (mut from, mut to) = (0.0, 1.0);
        for _ in 0..40 {
            let middle = 0.5 * (from + to);
            if self.quantile(middle, low, high) < value {
                from = middle;
            } else {
                to = middle;
            }
        }
        0.5 * (from + to)
    }

    /// What is wrong with it for a parameter within these limits, if anything.
    pub fn problem(self, low: f64, high: f64) -> Option<String> {
        let range = format!("allowed: {low} to {high}");
        let inside = |x: f64| (low..=high).contains(&x);
        let bad = match self {
            Self::Fixed(value) => !inside(value),
            Self::Drawn(Distribution::Uniform(a, b)) => !(inside(a) && inside(b) && a <= b),
            Self::Drawn(Distribution::LogUniform(a, b)) => {
                if a <= 0.0 {
                    return Some(format!("a log-uniform distribution starts above zero ({range})"));
                }
                !(inside(a) && inside(b) && a <= b)
            }
            Self::Drawn(Distribution::Normal(mean, deviation)) => {
                if !(deviation > 0.0 && deviation.is_finite()) {
                    return Some(format!("its standard deviation must be above zero ({range})"));
                }
                !inside(mean)
            }
            Self::Drawn(Distribution::LogNormal(median, deviation)) => {
                if !(deviation > 0.0 && deviation.is_finite() && median > 0.0) {
                    return Some(format!("its median and deviation must be above zero ({range})"));
                }
                !inside(median)
            }
        };
        bad.then_some(format!("{self} leaves the limits ({range})"))
    }
}

impl Prior {
    /// As a value in a scenario.
    pub fn toml(self) -> String {
        match self {
            Self::Fixed(value) => format!("{value:?}"),
            Self::Drawn(Distribution::Uniform(a, b)) => format!("{{ uniform = [{a:?}, {b:?}] }}"),
            Self::Drawn(Distribution::LogUniform(a, b)) => format!("{{ loguniform = [{a:?}, {b:?}] }}"),
            Self::Drawn(Distribution::Normal(m, s)) => format!("{{ normal = [{m:?}, {s:?}] }}"),
            Self::Drawn(Distribution::LogNormal(m, s)) => format!("{{ lognormal = [{m:?}, {s:?}] }}"),
        }
    }
}

impl core::fmt::Display for Prior {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Fixed(value) => write!(f, "{value}"),
            Self::Drawn(Distribution::Uniform(a, b)) => write!(f, "uniform {a} to {b}"),
            Self::Drawn(Distribution::LogUniform(a, b)) => write!(f, "log-uniform {a} to {b}"),
            Self::Drawn(Distribution::Normal(m, s)) => write!(f, "normal, mean {m}, sd {s}"),
            Self::Drawn(Distribution::LogNormal(m, s)) => write!(f, "lognormal, median {m}, log sd {s}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_stay_within_the_limits_and_hit_the_median() {
        let prior = Prior::Drawn(Distribution::LogNormal(0.4, 0.5));
        assert!((prior.quantile(0.5, 0.0, 1e9) - 0.4).abs() < 1e-12);
        assert!((prior.share_below(prior.quantile(0.3, 0.0, 1e9), 0.0, 1e9) - 0.3).abs() < 1e-9);
        for u in [1e-9, 0.3, 1.0 - 1e-9] {
            assert!((0.3..=0.6).contains(&prior.quantile(u, 0.3, 0.6)));
        }
        assert!(Prior::Fixed(2.0).problem(0.0, 1.0).unwrap().contains("0 to 1"));
        assert!(
            Prior::Drawn(Distribution::Normal(0.5, -1.0))
                .problem(0.0, 1.0)
                .is_some()
        );
    }
}
