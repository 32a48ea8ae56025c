//! `POW`: a rational number to a rational power, exactly as the reference rounds it (`docs/rules/pool.md#pow`).

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::{One, Pow, Signed, ToPrimitive, Zero};

use super::fast;

/// A scaled power.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// Its floor.
    Value(u64),
    /// Below zero: what a series that has not converged can give.
    Negative,
    /// Beyond `u64::MAX`.
    TooLarge,
}

impl From<BigInt> for Power {
    fn from(value: BigInt) -> Self {
        if value.is_negative() {
            return Self::Negative;
        }
        value.to_u64().map_or(Self::TooLarge, Self::Value)
    }
}

/// Exponents up to this are handled as exact roots.
const LARGEST_EXACT_EXPONENT: u64 = 1024;

/// Bits that the series carry beyond the precision.
const GUARD_BITS: u32 = 24;

/// The least precision at which the bounds of [`fast`] cover the errors of the series.
const FAST_PRECISION: u32 = 256;

/// `(bn / bd)^(en / ed) * scale`, by floor (`docs/rules/pool.md#pow`). None if `bd` or `ed` is zero.
pub fn pow_ratio_scaled(bn: u128, bd: u128, en: u64, ed: u64, precision: u32, scale: u64) -> Option<Power> {
    if bd == 0 || ed == 0 {
        return None;
    }
    if bn == 0 {
        return Some(Power::Value(0));
    }
    if en == 0 || bn == bd {
        return Some(Power::Value(scale));
    }
    if en == ed {
        return Some(scaled_ratio(bn, bd, scale));
    }
    let divisor = en.gcd(&ed);
    let (en, ed) = (en / divisor, ed / divisor);
    let rational = en <= LARGEST_EXACT_EXPONENT && ed <= LARGEST_EXACT_EXPONENT;
    if (rational || precision >= FAST_PRECISION)
        && let Some((low, high)) = fast::bounds(bn, bd, en, ed, scale)
        && (low == high || low > u64::MAX.into())
    {
        return Some(if low > u64::MAX.into() {
            Power::TooLarge
        } else {
            Power::Value(low.low_u64())
        });
    }
    Some(if rational {
        root(bn, bd, en, ed, scale).into()
    } else {
        series(bn, bd, en, ed, precision, scale).into()
    })
}

/// `bn / bd * scale`: the power at equal weights.
fn scaled_ratio(bn: u128, bd: u128, scale: u64) -> Power {
    match bn.checked_mul(scale.into()) {
        Some(product) => u64::try_from(product / bd).map_or(Power::TooLarge, Power::Value),
        None => (BigInt::from(bn) * scale / bd).into(),
    }
}

/// The largest v with `v^ed * bd^en <= bn^en * scale^ed`.
fn root(bn: u128, bd: u128, en: u64, ed: u64, scale: u64) -> BigInt {
    let base = BigUint::from(bn).pow(en) * BigUint::from(scale).pow(ed) / BigUint::from(bd).pow(en);
    // At most 1024.
    base.nth_root(ed as u32).into()
}

/// The power by series of logarithm and exponential, cut where the reference cuts them.
fn series(bn: u128, bd: u128, en: u64, ed: u64, precision: u32, scale: u64) -> BigInt {
    let precision = precision.max(32).max(u64::BITS - scale.leading_zeros() + 8);
    let series = Series::new(precision);
    let exponent = ((series.ln(bn) - series.ln(bd)) * en).div_floor(&ed.into());
    (near(&series.exp(&exponent)) * scale).div_floor(&(BigInt::one() << precision))
}

/// A number rounded to the precision proper: to nearest, halves away from zero.
fn near(value: &BigInt) -> BigInt {
    let half = BigInt::one() << (GUARD_BITS - 1);
    let rounded = (value.abs() + half) >> GUARD_BITS;
    if value.is_negative() { -rounded } else { rounded }
}

/// Fixed-point series with `bits` fraction bits.
struct Series {
    bits: u32,
    one: BigInt,
    ln2: BigInt,
    terms: u32,
}

impl Series {
    fn new(precision: u32) -> Self {
        let bits = precision.saturating_add(GUARD_BITS);
        let mut series = Self {
            bits,
            one: BigInt::one() << bits,
            ln2: BigInt::zero(),
            terms: bits.saturating_add(128).min(4096),
        };
        let half: BigInt = &series.one >> 1;
        series.ln2 = -series.ln1p(&-half);
        series
    }

    /// Whether the series ends with a summand of this size.
    fn is_last(summand: &BigInt, before: &BigInt, after: &BigInt) -> bool {
        summand.bits() <= u64::from(GUARD_BITS) || near(before) == near(after)
    }

    /// ln(1 + z).
    fn ln1p(&self, z: &BigInt) -> BigInt {
        let (mut power, mut sum) = (z.clone(), z.clone());
        for n in 2..=self.terms {
            // A right shift of a BigInt is a division by floor.
            power = (power * z) >> self.bits;
            if power.is_zero() {
                break;
            }
            let summand = power.div_floor(&n.into());
            if summand.is_zero() {
                break;
            }
            let next = if n % 2 == 0 { &sum - &summand } else { &sum + &summand };
            let last = Self::is_last(&summand, &sum, &next);
            sum = next;
            if last {
                break;
            }
        }
        sum
    }

    /// ln(v) of a positive integer.
    fn ln(&self, v: u128) -> BigInt {
        let mut shift = u128::BITS - 1 - v.leading_zeros();
        let mut mantissa: BigInt = (BigInt::from(v) << self.bits) >> shift;
        if mantissa >= &self.one + (&self.one >> 1) {
            mantissa >>= 1;
            shift += 1;
        }
        self.ln1p(&(mantissa - &self.one)) + &self.ln2 * shift
    }

    /// e^x.
    fn exp(&self, x: &BigInt) -> BigInt {
        let (mut term, mut sum) = (self.one.clone(), self.one.clone());
        for n in 1..=self.terms {
            term = (term * x).div_floor(&(&self.one * n));
            if term.is_zero() {
                break;
            }
            let next = &sum + &term;
            let last = Self::is_last(&term, &sum, &next);
            sum = next;
            if last {
                break;
            }
        }
        sum
    }
}

#[cfg(test)]
mod tests;
