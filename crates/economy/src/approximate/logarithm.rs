//! Logarithm and power in loops over rows: compilers work on several at once.

use super::ROUNDS;

const LN2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// The natural logarithm of a positive normal number, as `libm::log` computes it (to the last bit but one).
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    // x = 2^k (1 + f) with 1 + f between the roots of one half and of two.
    const SHIFT: u64 = (0x3ff0_0000 - 0x3fe6_a09e) << 32;
    let bits = x.to_bits().wrapping_add(SHIFT);
    let k = f64::from_bits(0x4330_0000_0000_0000 | (bits >> 52)) - (4_503_599_627_370_496.0 + 1_023.0);
    let f = f64::from_bits((bits & 0x000f_ffff_ffff_ffff).wrapping_add(0x3fe6_a09e << 32)) - 1.0;
    let half = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let even = w * (0.399_999_999_994_094_2 + w * (0.222_221_984_321_497_84 + w * 0.153_138_376_992_093_73));
    let odd = z
        * (0.666_666_666_666_673_5
            + w * (0.285_714_287_436_623_9 + w * (0.181_835_721_616_180_5 + w * 0.147_981_986_051_165_86)));
    s * (half + even + odd) + k * LN2_LOW - half + f + k * LN2_HIGH
}

/// e^x, as `libm::exp` computes it (to the last bit but one). Beyond -708 and 709, as at these.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    let x = if x < -708.0 { -708.0 } else { x };
    let x = if x > 709.0 { 709.0 } else { x };
    let shifted = x * core::f64::consts::LOG2_E + ROUNDS;
    let k = shifted - ROUNDS;
    let (high, low) = (x - k * LN2_HIGH, k * LN2_LOW);
    let r = high - low;
    let z = r * r;
    let c = r - z
        * (0.166_666_666_666_666_02
            + z * (-2.777_777_777_701_559_3e-3
                + z * (6.613_756_321_437_934e-5 + z * (-1.653_390_220_546_525_2e-6 + z * 4.138_136_797_057_238_5e-8))));
    let y = 1.0 + (r * c / (2.0 - c) - low + high);
    y * f64::from_bits(shifted.to_bits().wrapping_add(1_023) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn logarithms_and_powers_are_those_of_the_library(mantissa in 1.0f64..2.0, k in -1_022i32..1_023, x in -708.0f64..709.0) {
            let number = mantissa * libm::exp2(f64::from(k));
            let exact = libm::log(number);
            prop_assert!((ln(number) - exact).abs() <= exact.abs() * 2.5e-16, "{} {exact}", ln(number));
            let exact = libm::exp(x);
            prop_assert!((exp(x) - exact).abs() <= exact * 5e-16, "{} {exact}", exp(x));
        }
    }
}
