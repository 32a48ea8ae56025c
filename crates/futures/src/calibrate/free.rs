//! The parameters that are asked of the data, and what is believed of them before. Where a first search showed that the
//! data inform one, its prior here is wide; where they do not, it is what would be believed without them.

use crate::{
    noise::normal_share,
    parameters::{self, TABLE},
    prior::{
        Distribution::{LogNormal, LogUniform, Normal, Uniform},
        Prior::{self, Drawn},
    },
};

/// A parameter to be calibrated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Free {
    /// Its name in [`TABLE`].
    pub name: &'static str,
    /// What is believed of it before the data. A parameter that the data do not inform keeps this.
    pub prior: Prior,
}

const fn free(name: &'static str, prior: crate::prior::Distribution) -> Free {
    Free {
        name,
        prior: Drawn(prior),
    }
}

/// All of them. The others keep the beliefs of [`TABLE`], which the data of these windows cannot inform.
pub const FREE: &[Free] = &[
    free("flow_noise", LogNormal(0.03, 0.7)),
    free("crowd_noise", LogNormal(0.008, 0.4)),
    free("flow_drift", Normal(0.0, 0.004)),
    free("value_pull", LogNormal(0.012, 1.0)),
    free("value_elasticity", Uniform(0.1, 1.0)),
    free("momentum", Normal(0.0, 0.01)),
    free("panic", Uniform(0.0, 0.008)),
    free("rent_sold", Uniform(0.2, 0.8)),
    free("root_sold", Uniform(0.6, 1.0)),
    free("staker_sold", Uniform(0.1, 0.5)),
    free("sell_pace", LogNormal(0.03, 0.7)),
    free("cut_sold", LogNormal(0.15, 1.0)),
    free("mercenary_share", Uniform(0.02, 0.5)),
    free("stock_sold", LogNormal(0.1, 1.2)),
    free("root_mobility", Uniform(0.0, 0.4)),
    free("newcomer_rate", LogNormal(20.0, 1.0)),
    free("loyalty", Normal(3.2, 1.2)),
    free("takeover_rate", LogNormal(1.2, 0.5)),
    free("market_noise", LogNormal(0.7, 0.3)),
    free("tao_depth", LogNormal(0.12, 0.4)),
    free("confidence_loss", LogNormal(4.0, 0.8)),
    free("confidence_return", Uniform(0.1, 0.9)),
    free("recovery_days", LogNormal(5.0, 1.0)),
];

impl Free {
    /// Index in [`TABLE`].
    pub fn index(&self) -> usize {
        // A test holds every name to the table.
        parameters::index(self.name).unwrap_or(usize::MAX)
    }

    /// The value that lies `z` standard deviations from the middle of the prior, on the scale on which it is normal.
    pub fn value(&self, z: f64) -> f64 {
        let (low, high) = TABLE[self.index()].limits;
        self.prior.quantile(normal_share(z).clamp(1e-6, 1.0 - 1e-6), low, high)
    }

    /// The belief whose middle is at `z` and whose standard deviation is `s`, on the scale on which the prior is
    /// standard normal: lognormal where the prior is on a log scale, else normal; three digits.
    pub fn belief(&self, z: f64, s: f64) -> Prior {
        let (middle, low, high) = (self.value(z), self.value(z - s), self.value(z + s));
        match self.prior {
            Drawn(LogNormal(..) | LogUniform(..)) if low > 0.0 => {
                Drawn(LogNormal(digits(middle), digits(libm::log(high / low) / 2.0)))
            }
            _ => Drawn(Normal(digits(middle), digits((high - low) / 2.0))),
        }
    }
}

/// A number cut to three digits.
pub(super) fn digits(x: f64) -> f64 {
    if x == 0.0 || !x.is_finite() {
        return x;
    }
    format!("{x:.2e}").parse().unwrap_or(x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_free_parameter_is_in_the_table_once() {
        let mut seen = std::collections::BTreeSet::new();
        for free in FREE {
            let index = parameters::index(free.name);
            assert!(index.is_some() && seen.insert(index), "{}", free.name);
            let limits = TABLE[free.index()].limits;
            assert_eq!(free.prior.problem(limits.0, limits.1), None, "{}", free.name);
        }
    }

    #[test]
    fn a_belief_as_wide_as_the_prior_is_the_prior() {
        let free = free("flow_noise", LogNormal(0.03, 0.7));
        assert_eq!(free.belief(0.0, 1.0), Drawn(LogNormal(0.03, 0.7)));
        let drift = self::free("flow_drift", Normal(0.0, 0.004));
        assert_eq!(drift.belief(0.0, 0.5), Drawn(Normal(0.0, 0.002)));
        assert_eq!(digits(0.012_345), 0.0123);
    }
}
