//! Bounds of a power, from 192 fraction bits.
//!
//! The exact algorithm of [`super::pow`] sums series of hundreds of terms over numbers of 280 or 1048 bits, only to
//! keep 60 bits of the result. Here the true power is computed to about 2^-170 and returned as an interval that also
//! covers the errors of the exact algorithm. Where both ends have the same floor, and they nearly always have, that
//! floor is what the exact algorithm gives.

use primitive_types::{U256, U512};

/// Fraction bits of the numbers here.
const FRACTION: usize = 192;

/// ln 2, cut.
const LN2: U256 = U256([0x40f3_4326_7298_b62d, 0xc9e3_b398_03f2_f6af, 0xb172_17f7_d1cf_79ab, 0]);

/// One.
const ONE: U256 = U256([0, 0, 0, 1]);

/// The largest exponent of e that is bounded here. Below it the exact algorithm sums enough terms to be right to
/// 2^-180: its logarithms are right to 2^-245, [`LARGEST_FACTOR`] multiplies that, and what it cuts in the terms of
/// the exponential adds less than e^32 * 2^-270.
const LARGEST_EXPONENT: u64 = 32;

/// The largest `en / ed` that is bounded here. Weights of a pool make 99 at most.
const LARGEST_FACTOR: u64 = 1024;

/// Bound of the error of a power below one, in steps of 2^-192. Forty terms of a logarithm and 128 times that of
/// [`LN2`] are off by 300 steps, [`LARGEST_FACTOR`] makes that 310,000, the exponential adds 100: less than 2^20. The
/// errors of the exact algorithm add less than 2^13 steps, and a power above one multiplies them all.
const ERROR_BITS: usize = 20;

/// `a * b`, cut.
fn multiply(a: U256, b: U256) -> U256 {
    let mut product = [0u64; 8];
    for (i, x) in a.0.iter().enumerate() {
        let mut carry = 0u128;
        for (j, y) in b.0.iter().enumerate() {
            let sum = u128::from(*x) * u128::from(*y) + u128::from(product[i + j]) + carry;
            product[i + j] = sum as u64;
            carry = sum >> 64;
        }
        product[i + 4] = carry as u64;
    }
    U256([product[3], product[4], product[5], product[6]])
}

/// `a / n`, cut.
fn divide(a: U256, n: u64) -> U256 {
    let mut quotient = a;
    let mut rest = 0u128;
    for limb in quotient.0.iter_mut().rev() {
        let value = rest << 64 | u128::from(*limb);
        *limb = (value / u128::from(n)) as u64;
        rest = value % u128::from(n);
    }
    quotient
}

/// |ln(a / b)| for positive numbers.
fn ln_ratio(a: u128, b: u128) -> U256 {
    let (large, small) = if a >= b { (a, b) } else { (b, a) };
    // large / small = 2^doublings * n / d, with n / d near one.
    let mut doublings = small.leading_zeros() - large.leading_zeros();
    let mut n = U256::from(large);
    let mut d = U256::from(small) << doublings;
    if n * 5 > d * 7 {
        d <<= 1;
        doublings += 1;
    } else if n * 7 < d * 5 {
        // Then doublings is at least 1, as n / d is at least one without any.
        n <<= 1;
        doublings -= 1;
    }
    let (difference, below) = if n >= d { (n - d, false) } else { (d - n, true) };
    // |n - d| < 2^129 and a sixth of n + d at most.
    let quotient = (U512::from(difference) << FRACTION) / U512::from(n + d);
    let z = U256([quotient.0[0], quotient.0[1], quotient.0[2], quotient.0[3]]);
    // ln((1 + z) / (1 - z)) = 2 (z + z^3 / 3 + z^5 / 5 + ...)
    let square = multiply(z, z);
    let (mut power, mut sum, mut i) = (z, z, 3);
    loop {
        power = multiply(power, square);
        if power.is_zero() {
            break;
        }
        sum += divide(power, i);
        i += 2;
    }
    let whole = LN2 * doublings;
    if below { whole - (sum << 1) } else { whole + (sum << 1) }
}

/// e^x, or e^-x, for x in [0, 33).
fn exp(x: U256, negative: bool) -> U256 {
    let halvings = (x / LN2).low_u32();
    let rest = x - LN2 * halvings;
    let (mut term, mut even, mut odd) = (ONE, ONE, U256::zero());
    let mut i = 1;
    loop {
        term = divide(multiply(term, rest), i);
        if term.is_zero() {
            break;
        }
        if i % 2 == 0 {
            even += term;
        } else {
            odd += term;
        }
        i += 1;
    }
    if negative {
        (even - odd) >> halvings
    } else {
        (even + odd) << halvings
    }
}

/// Bounds of the floor of `(bn / bd)^(en / ed) * scale`; none if the exponent of e is out of range. All arguments
/// but `scale` are positive.
pub(super) fn bounds(bn: u128, bd: u128, en: u64, ed: u64, scale: u64) -> Option<(U512, U512)> {
    if en / ed >= LARGEST_FACTOR {
        return None;
    }
    let product = U512::from(ln_ratio(bn, bd)) * U512::from(en) / U512::from(ed);
    if product >= U512::from(LARGEST_EXPONENT) << FRACTION {
        return None;
    }
    let exponent = U256([product.0[0], product.0[1], product.0[2], product.0[3]]);
    let power = U512::from(exp(exponent, bn < bd));
    // The error of a power above one grows with it.
    let error = U512::one() << (ERROR_BITS + power.bits().saturating_sub(FRACTION));
    let scaled = |x: U512| (x * U512::from(scale)) >> FRACTION;
    Some((scaled(power.saturating_sub(error)), scaled(power + error)))
}
