//! Units of plans, and how a plan becomes an amount.

use tributary_economy::{Alpha, Tao};

/// Rao in a TAO, as a float.
pub(crate) const RAO: f64 = 1e9;

/// Days of a year.
pub(crate) const YEAR: f64 = 365.25;

/// Days of a month of decisions.
pub(crate) const MONTH: f64 = 30.0;

/// Days between two rounds of slow changes: quality, customers, what speculators think a subnet is worth.
pub(crate) const WEEK: f64 = 7.0;

/// A plan in TAO as whole rao; nothing for what is not a positive number.
pub(crate) fn tao(amount: f64) -> Tao {
    Tao((amount * RAO) as u64)
}

/// A plan in alpha in its smallest units.
pub(crate) fn alpha(amount: f64) -> Alpha {
    Alpha((amount * RAO) as u64)
}
