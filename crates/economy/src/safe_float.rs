//! The number of the share pools (`docs/rules/stake-pools.md`).

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{Error, fixed::mul_div};

/// The mantissa never exceeds this, and is more than a tenth of it.
const TOP: u128 = 10u128.pow(21);

/// No power of ten beyond this is used: it is more than two mantissas can differ by.
const LARGEST_POWER: u64 = 22;

/// A decimal float: value = mantissa * 10^exponent, the mantissa in (10^20, 10^21] or zero.
///
/// All results are cut toward zero to 21 digits.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct SafeFloat {
    mantissa: u128,
    exponent: i64,
}

fn power_of_ten(exponent: u64) -> u128 {
    10u128.pow(exponent.min(LARGEST_POWER) as u32)
}

impl SafeFloat {
    /// Zero.
    pub const ZERO: Self = Self {
        mantissa: 0,
        exponent: 0,
    };

    /// The number `mantissa * 10^exponent`, with the mantissa brought into its range; zero has exponent zero.
    ///
    /// # Errors
    /// [`Error::Overflow`] if the exponent leaves i64, which no sum of amounts can bring about.
    pub fn new(mut mantissa: u128, mut exponent: i64) -> Result<Self, Error> {
        if mantissa == 0 {
            return Ok(Self::ZERO);
        }
        while mantissa > TOP {
            mantissa /= 10;
            exponent = exponent.checked_add(1).ok_or(Error::Overflow)?;
        }
        while mantissa <= TOP / 10 {
            mantissa *= 10;
            exponent = exponent.checked_sub(1).ok_or(Error::Overflow)?;
        }
        Ok(Self { mantissa, exponent })
    }

    /// An amount.
    pub fn from_u64(amount: u64) -> Self {
        // An exponent that starts at zero moves by 20 at most.
        Self::new(amount.into(), 0).unwrap_or(Self::ZERO)
    }

    /// The digits.
    pub const fn mantissa(self) -> u128 {
        self.mantissa
    }

    /// The power of ten.
    pub const fn exponent(self) -> i64 {
        self.exponent
    }

    /// True of nothing.
    pub const fn is_zero(self) -> bool {
        self.mantissa == 0
    }

    /// Both mantissas at the larger of the two exponents.
    fn aligned(self, other: Self) -> (u128, u128, i64) {
        let exponent = self.exponent.max(other.exponent);
        let cut = |x: Self| x.mantissa / power_of_ten(exponent.abs_diff(x.exponent));
        (cut(self), cut(other), exponent)
    }

    /// The sum.
    ///
    /// # Errors
    /// [`Error::Overflow`] if the exponent leaves i64.
    pub fn plus(self, other: Self) -> Result<Self, Error> {
        if self.is_zero() {
            return Ok(other);
        }
        if other.is_zero() {
            return Ok(self);
        }
        let (a, b, exponent) = self.aligned(other);
        Self::new(a.checked_add(b).ok_or(Error::Overflow)?, exponent)
    }

    /// The difference; zero if `other` is the larger, as the rules say.
    ///
    /// # Errors
    /// [`Error::Underflow`] if something is taken from zero.
    pub fn minus(self, other: Self) -> Result<Self, Error> {
        if other.is_zero() {
            return Ok(self);
        }
        if self.is_zero() {
            return Err(Error::Underflow);
        }
        let (a, b, exponent) = self.aligned(other);
        Self::new(a.saturating_sub(b), exponent)
    }

    /// `self * factor / divisor`.
    ///
    /// # Errors
    /// [`Error::Overflow`] if `divisor` is zero or the exponent leaves i64.
    pub fn mul_div(self, factor: Self, divisor: Self) -> Result<Self, Error> {
        let mantissa = mul_div(self.mantissa, factor.mantissa, divisor.mantissa).ok_or(Error::Overflow)?;
        let exponent = self
            .exponent
            .checked_add(factor.exponent)
            .and_then(|e| e.checked_sub(divisor.exponent))
            .ok_or(Error::Overflow)?;
        Self::new(mantissa, exponent)
    }

    /// The whole part, at most `u64::MAX`.
    pub fn to_u64(self) -> u64 {
        let power = power_of_ten(self.exponent.unsigned_abs());
        let whole = if self.exponent < 0 {
            self.mantissa / power
        } else {
            self.mantissa.saturating_mul(power)
        };
        u64::try_from(whole).unwrap_or(u64::MAX)
    }
}
