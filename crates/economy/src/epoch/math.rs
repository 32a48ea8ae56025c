//! I32F32 arithmetic on raw bits (`docs/rules/numbers.md`): value = bits / 2^32. The epoch works on flat arrays of
//! these, where the generic types of [`crate::fixed`] would convert at every step; the results are the same bits.

use alloc::vec::Vec;

/// Raw bits of an I32F32.
pub type Bits = i64;

/// 1.
pub const ONE: Bits = 1 << 32;

/// 0.5.
pub const HALF: Bits = 1 << 31;

fn clamp(wide: i128) -> Bits {
    wide.clamp(i128::from(Bits::MIN), i128::from(Bits::MAX)) as Bits
}

/// The product, rounded down, saturating.
#[inline]
pub fn mul(a: Bits, b: Bits) -> Bits {
    // Between -2^31 and 2^31 (half a unit) in both operands, the common case, the product fits 64 bits.
    match a.checked_mul(b) {
        Some(product) => product >> 32,
        None => clamp((i128::from(a) * i128::from(b)) >> 32),
    }
}

/// The quotient, truncated toward zero; none for a zero divisor or an overflow.
#[inline]
pub fn checked_div(a: Bits, b: Bits) -> Option<Bits> {
    // A dividend below 1 by a positive divisor stays in 64 bits: one machine division.
    if (0..ONE).contains(&a) && b > 0 {
        return Bits::try_from(((a as u64) << 32) / b as u64).ok();
    }
    Bits::try_from((i128::from(a) << 32).checked_div(i128::from(b))?).ok()
}

/// The quotient, truncated toward zero; 0 for a zero divisor and for an overflow.
#[inline]
pub fn safe_div(a: Bits, b: Bits) -> Bits {
    checked_div(a, b).unwrap_or(0)
}

/// A divisor that many values share, with its reciprocal: [`safe_div`] without the machine's slow division.
#[derive(Clone, Copy, Debug)]
pub struct Divisor {
    by: Bits,
    /// floor((2^64 - 1) / by), for positive divisors.
    reciprocal: u64,
}

impl Divisor {
    /// To divide by `by`.
    pub fn new(by: Bits) -> Self {
        Self {
            by,
            reciprocal: u64::try_from(by)
                .ok()
                .and_then(|by| u64::MAX.checked_div(by))
                .unwrap_or(0),
        }
    }

    /// `safe_div(a, by)`.
    #[inline]
    pub fn divide(self, a: Bits) -> Bits {
        // By 1 unit and 2, quotients may exceed 63 bits.
        if !(0..ONE).contains(&a) || self.by <= 2 {
            return safe_div(a, self.by);
        }
        let (dividend, by) = ((a as u64) << 32, self.by as u64);
        let mut quotient = ((u128::from(dividend) * u128::from(self.reciprocal)) >> 64) as u64;
        let mut rest = dividend - quotient * by;
        // The reciprocal is too small by less than 2 / 2^64 of itself and a part of a unit: at most two corrections.
        while rest >= by {
            quotient += 1;
            rest -= by;
        }
        quotient as Bits
    }
}

/// An integer as fixed point, saturating.
pub fn from_int(x: i64) -> Bits {
    clamp(i128::from(x) << 32)
}

/// `x / 65535`.
pub fn proportion(x: u16) -> Bits {
    ((i64::from(x)) << 32) / 65_535
}

/// `floor(v * 65535)` as u16, saturating. Loses one unit of most values of [`proportion`].
#[inline]
pub fn to_u16(v: Bits) -> u16 {
    let product = (i128::from(v) * 65_535) >> 32;
    product.clamp(0, 65_535) as u16
}

/// The plain sum. Wraps as the reference does; thousands of validators with the largest weights stay far below.
pub fn sum(values: impl IntoIterator<Item = Bits>) -> Bits {
    values.into_iter().fold(0, Bits::wrapping_add)
}

/// Scales `values` to sum to one. All zero: left alone.
pub fn normalize(values: &mut [Bits]) {
    let total = sum(values.iter().copied());
    if total != 0 {
        let total = Divisor::new(total);
        for value in values {
            *value = total.divide(*value);
        }
    }
}

macro_rules! taylor {
    ($sum:ident, $term:ident, $y:ident; $($i:literal)*) => {
        $(
            // Unrolled, so that each division is by a constant.
            $term = mul($term, $y) / $i;
            $sum = $sum.saturating_add($term);
        )*
    };
}

/// e^x with x clamped to [-20, 20] (`docs/rules/numbers.md#exp-of-the-epoch`): 31 terms of the series, a quirk at 1,
/// and the reciprocal for negative x.
pub fn exp(x: Bits) -> Bits {
    const LIMIT: Bits = 20 << 32;
    /// e with 23 fractional bits, as the reference's library returns it for exactly 1.
    const E_OF_ONE: Bits = 11_674_931_200;
    let x = x.clamp(-LIMIT, LIMIT);
    if x == ONE {
        return E_OF_ONE;
    }
    let y = x.abs();
    let mut sum = ONE + y;
    let mut term = y;
    taylor!(sum, term, y; 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
    if x < 0 { safe_div(ONE, sum) } else { sum }
}

/// The weighted sum `Σ mul(weights[i], values[i])`, saturating.
pub fn dot(entries: impl IntoIterator<Item = (Bits, Bits)>) -> Bits {
    entries
        .into_iter()
        .fold(0, |acc: Bits, (a, b)| acc.saturating_add(mul(a, b)))
}

/// `1 - moving_average / 1000000`: the weight of the new bonds in their moving average.
pub fn alpha_of_moving_average(moving_average: u64) -> Bits {
    let quotient = (u128::from(moving_average) << 32) / 1_000_000;
    // The integer is at most 2^31 - 1 after the reference's two conversions.
    ONE.saturating_sub(Bits::try_from(quotient).unwrap_or(Bits::MAX))
}

/// The `k` largest non-zero values; the higher index wins a tie. `k` or fewer values: all non-zero ones.
pub fn top_k_nonzero(values: &[Bits], k: usize) -> Vec<bool> {
    let mut mask: Vec<bool> = values.iter().map(|&value| value != 0).collect();
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by_key(|&index| values[index]);
    order.truncate(values.len().saturating_sub(k));
    for index in order {
        mask[index] = false;
    }
    mask
}

/// The largest score that more than `minority` of the stake reaches, by the selection of
/// `docs/rules/yuma.md#consensus-and-incentive`. `stake` and `scores` are parallel, `low` and `high` bound the stake
/// below and above. `scratch` holds indices and is overwritten.
pub fn weighted_median(
    stake: &[Bits],
    scores: &[Bits],
    minority: Bits,
    mut low: Bits,
    mut high: Bits,
    scratch: &mut Median,
) -> Bits {
    let Median { part, lower, upper } = scratch;
    part.clear();
    part.extend(0..stake.len().min(scores.len()) as u32);
    loop {
        let pivot = match part.as_slice() {
            [] => return 0,
            [only] => return scores[*only as usize],
            many => scores[many[many.len() / 2] as usize],
        };
        lower.clear();
        upper.clear();
        let (mut lower_stake, mut upper_stake): (Bits, Bits) = (0, 0);
        for &index in part.iter() {
            let (score, weight) = (scores[index as usize], stake[index as usize]);
            if score < pivot {
                lower.push(index);
                lower_stake = lower_stake.saturating_add(weight);
            } else if score > pivot {
                upper.push(index);
                upper_stake = upper_stake.saturating_add(weight);
            }
        }
        if minority < low.saturating_add(lower_stake) && !lower.is_empty() {
            high = low.saturating_add(lower_stake);
            core::mem::swap(part, lower);
        } else if high.saturating_sub(upper_stake) <= minority && !upper.is_empty() {
            low = high.saturating_sub(upper_stake);
            core::mem::swap(part, upper);
        } else {
            return pivot;
        }
    }
}

/// Working space of [`weighted_median`], reused over the columns.
#[derive(Debug, Default)]
pub struct Median {
    part: Vec<u32>,
    lower: Vec<u32>,
    upper: Vec<u32>,
}

/// `a + ratio * (b - a)`, each step as the reference rounds it.
#[inline]
pub fn interpolate(a: Bits, b: Bits, ratio: Bits) -> Bits {
    a.saturating_add(mul(ratio, b.saturating_sub(a)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed::I32F32;
    use proptest::prelude::*;

    fn fixed(bits: Bits) -> I32F32 {
        I32F32::from_bits(bits)
    }

    fn operand() -> impl Strategy<Value = Bits> {
        prop_oneof![
            any::<i64>(),
            -ONE..=ONE,
            (-(70_000i64) << 32)..(70_000i64 << 32),
            Just(0),
            Just(ONE),
            Just(i64::MIN)
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn multiplies_like_the_library(a in operand(), b in operand()) {
            prop_assert_eq!(mul(a, b), fixed(a).saturating_mul(fixed(b)).to_bits());
        }

        #[test]
        fn divides_like_the_library(a in operand(), b in operand()) {
            prop_assert_eq!(checked_div(a, b), fixed(a).checked_div(fixed(b)).map(I32F32::to_bits));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(50_000))]

        #[test]
        fn a_shared_divisor_divides_as_any_other(
            a in prop_oneof![operand(), 0..ONE],
            b in prop_oneof![operand(), 0..ONE, 0..10_i64, 0..i64::MAX],
        ) {
            prop_assert_eq!(Divisor::new(b).divide(a), safe_div(a, b));
        }
    }

    #[test]
    fn quantising_loses_one_unit_except_at_the_ends() {
        for x in 0..=u16::MAX {
            let expected = if x == 0 || x == u16::MAX { x } else { x - 1 };
            assert_eq!(to_u16(proportion(x)), expected);
        }
    }
}
