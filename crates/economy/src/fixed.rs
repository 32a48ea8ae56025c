//! Fixed-point numbers of the reference chain and their exact operations (`docs/rules/numbers.md`).
//!
//! The types are those of `substrate-fixed`, which the reference uses: `from_num` of an integer is exact,
//! conversions cut by floor, `saturating_*` stop at the bounds, products are cut by floor, quotients toward
//! zero. [`log2`], [`ln`] and [`exp`] are its series with their fixed numbers of terms
//! (`docs/rules/numbers.md#logarithm-and-exponential`): they are not accurate to the last bit, they are what every
//! implementation must reproduce.

use substrate_fixed::traits::Fixed;

pub use substrate_fixed::{
    transcendental::{exp, ln, log2},
    types::{I32F32, I64F64, I96F32, U64F64, U96F32},
};

/// Division that gives a default where there is no quotient.
pub trait SafeDiv: Sized {
    /// The quotient, truncated toward zero; `default` if `divisor` is zero or the quotient leaves the type.
    #[must_use]
    fn safe_div_or(self, divisor: Self, default: Self) -> Self;

    /// The quotient, truncated toward zero; zero if `divisor` is zero or the quotient leaves the type.
    #[must_use]
    fn safe_div(self, divisor: Self) -> Self;
}

impl<F: Fixed> SafeDiv for F {
    fn safe_div_or(self, divisor: Self, default: Self) -> Self {
        self.checked_div(divisor).unwrap_or(default)
    }

    fn safe_div(self, divisor: Self) -> Self {
        self.safe_div_or(divisor, F::from_num(0))
    }
}

/// A u16 parameter as a part of one: `value / 65535`, truncated.
pub fn part_u16(value: u16) -> U96F32 {
    U96F32::from_num(value).safe_div(U96F32::from_num(u16::MAX))
}

/// The square root of a price, rounded down. It always fits the type of the price.
///
/// For bits b the root r of b * 2^64 is wanted: r = s * 2^32 + d, where s is the root of b and d the largest for which
/// d^2 is at most ((b - s^2) * 2^31 - s * d) * 2^33. Division by s gives a d that is at most one or two too large.
pub fn square_root(price: U64F64) -> U64F64 {
    let bits = price.to_bits();
    let Ok(below_one) = u64::try_from(bits) else {
        let s = bits.isqrt();
        // At most 2 s, so 66 bits and these 31 fit; so do the products below.
        let rest = (bits - s * s) << 31;
        let (mut d, mut left) = (rest / s, rest % s);
        while d * d > left << 33 {
            d -= 1;
            left += s;
        }
        return U64F64::from_bits((s << 32) + d);
    };
    // Below 1, where most prices are, it all fits.
    U64F64::from_bits((u128::from(below_one) << 64).isqrt())
}

/// A u64 proportion as a part of one: `value / u64::MAX`, truncated.
pub fn part_u64(value: u64) -> U96F32 {
    U96F32::from_num(value).safe_div(U96F32::from_num(u64::MAX))
}

/// `a * b / c` by floor with the full product in between; none if `c` is zero or the result exceeds u128.
pub(crate) fn mul_div(a: u128, b: u128, c: u128) -> Option<u128> {
    if let Some(product) = a.checked_mul(b) {
        return product.checked_div(c);
    }
    let quotient = primitive_types::U256::from(a)
        .checked_mul(b.into())?
        .checked_div(c.into())?;
    u128::try_from(quotient).ok()
}

#[cfg(test)]
mod tests {
    use primitive_types::U256;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_root_of_a_price_is_exact_on_both_sides_of_one() {
        let one = u128::from(u64::MAX) + 1;
        for bits in [
            0,
            1,
            2,
            3,
            one / 3,
            one - 1,
            one,
            one + 1,
            7 * one + 5,
            one * (one - 1),
            u128::MAX,
        ] {
            let expected = (U256::from(bits) << 64).integer_sqrt().as_u128();
            assert_eq!(square_root(U64F64::from_bits(bits)).to_bits(), expected, "{bits}");
        }
    }

    /// The series of `docs/rules/numbers.md#logarithm-and-exponential`, written out on the bits of a number with `f`
    /// fraction bits.
    fn log2_bits(x: i128, f: u32) -> i128 {
        let one = 1i128 << f;
        if x < one {
            return -log2_bits(divide(one, x, f), f);
        }
        let (mut x, mut n) = (x, 0i128);
        while x >= 2 * one {
            n += 1;
            x = (x >> 1) + (x & 1);
        }
        if x == one {
            return n << f;
        }
        for _ in 0..f {
            x = multiply(x, x, f);
            n <<= 1;
            if x >= 2 * one {
                n |= 1;
                x = (x >> 1) + (x & 1);
            }
        }
        n
    }

    fn exp_bits(x: i128, f: u32) -> i128 {
        let one = 1i128 << f;
        if x == 0 {
            return one;
        }
        if x == one {
            return 22_802_600i128 << (f - 23);
        }
        let (mut sum, mut term, a) = (x.abs() + one, x.abs(), x.abs());
        for i in 2..f {
            term = multiply(term, a, f);
            term /= i128::from(i);
            sum += term;
        }
        if x < 0 { divide(one, sum, f) } else { sum }
    }

    fn multiply(a: i128, b: i128, f: u32) -> i128 {
        use num_bigint::BigInt;
        i128::try_from((BigInt::from(a) * b) >> f).unwrap()
    }

    fn divide(a: i128, b: i128, f: u32) -> i128 {
        use num_bigint::BigInt;
        i128::try_from((BigInt::from(a) << f) / b).unwrap()
    }

    proptest! {
        #[test]
        fn log2_and_ln_are_the_series_of_the_spec(bits in 1i128..(1 << 100), small in 1i64..i64::MAX) {
            prop_assert_eq!(log2::<I96F32, I96F32>(I96F32::from_bits(bits)).unwrap().to_bits(), log2_bits(bits, 32));
            let in_range = bits.max(1 << 10);
            let l = log2_bits(in_range, 64);
            prop_assert_eq!(log2::<I64F64, I64F64>(I64F64::from_bits(in_range)).unwrap().to_bits(), l);
            let ln_bits = divide(l, 12_102_203i128 << 41, 64);
            prop_assert_eq!(ln::<I64F64, I64F64>(I64F64::from_bits(in_range)).unwrap().to_bits(), ln_bits);
            prop_assert_eq!(
                i128::from(log2::<I32F32, I32F32>(I32F32::from_bits(small)).unwrap().to_bits()),
                log2_bits(small.into(), 32)
            );
        }

        #[test]
        fn exp_is_the_series_of_the_spec(bits in -(40i128 << 64)..(40i128 << 64), small in -(20i64 << 32)..(20i64 << 32)) {
            prop_assert_eq!(exp::<I64F64, I64F64>(I64F64::from_bits(bits)).unwrap().to_bits(), exp_bits(bits, 64));
            prop_assert_eq!(
                i128::from(exp::<I32F32, I32F32>(I32F32::from_bits(small)).unwrap().to_bits()),
                exp_bits(small.into(), 32)
            );
        }
    }

    #[test]
    fn exp_of_one_is_the_short_constant() {
        assert_eq!(
            exp::<I64F64, I64F64>(I64F64::from_num(1)).unwrap().to_bits(),
            22_802_600i128 << 41
        );
    }

    #[test]
    fn products_of_negative_numbers_are_cut_by_floor() {
        let step = I32F32::from_bits(-1);
        assert_eq!(step.saturating_mul(I32F32::from_num(0.5)), step);
        assert_eq!(step.safe_div(I32F32::from_num(2)), I32F32::from_num(0));
    }
}
