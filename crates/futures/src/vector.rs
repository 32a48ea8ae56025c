//! Loops over rows of slots, on the widest registers that the machine has.
//!
//! Results do not depend on the machine: the loops are made of operations with one correct result, which compilers
//! neither fuse nor reorder. Only how many slots are worked on at once differs.

use core::ops::{Deref, DerefMut};

use pulp::{Arch, Simd, WithSimd};
use tributary_economy::approximate::sum;

/// A loop over rows. Its body must be `#[inline(always)]`, and so must what it calls.
pub(crate) trait Loop {
    /// What it gives.
    type Output;

    /// Runs it.
    fn run(self) -> Self::Output;
}

/// Runs a loop compiled for this machine.
pub(crate) fn run<L: Loop>(body: L) -> L::Output {
    struct Body<L>(L);
    impl<L: Loop> WithSimd for Body<L> {
        type Output = L::Output;

        #[inline(always)]
        fn with_simd<S: Simd>(self, _: S) -> L::Output {
            self.0.run()
        }
    }
    Arch::new().dispatch(Body(body))
}

/// Slots that a loop takes from rows at once. Copies of so many lie in the first cache, and compilers see that no two
/// overlap.
pub(crate) const CHUNK: usize = 64;

/// The numbers of so many slots, on the boundaries of registers.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(64))]
pub(crate) struct Lanes<T>([T; CHUNK]);

impl<T: Copy> Lanes<T> {
    /// One number for all.
    #[inline(always)]
    pub(crate) fn of(x: T) -> Self {
        Self([x; CHUNK])
    }
}

impl<T> Deref for Lanes<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> DerefMut for Lanes<T> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

/// The numbers of a row from slot `from` on; zeros beyond its end.
#[inline(always)]
pub(crate) fn load<T: Copy + Default>(row: &[T], from: usize) -> Lanes<T> {
    let rest = &row[from..];
    if let Some(all) = rest.first_chunk() {
        return Lanes(*all);
    }
    let mut chunk = Lanes::of(T::default());
    chunk[..rest.len()].copy_from_slice(rest);
    chunk
}

/// Writes numbers into a row from slot `from` on, up to its end.
#[inline(always)]
pub(crate) fn store<T: Copy>(row: &mut [T], from: usize, chunk: &Lanes<T>) {
    let rest = &mut row[from..];
    if let Some(all) = rest.first_chunk_mut() {
        *all = chunk.0;
    } else {
        let length = rest.len();
        rest.copy_from_slice(&chunk[..length]);
    }
}

/// The sum of the products of two rows.
pub(crate) fn dot(a: &[f64], b: &[f64]) -> f64 {
    struct Dot<'a>(&'a [f64], &'a [f64]);
    impl Loop for Dot<'_> {
        type Output = f64;

        #[inline(always)]
        fn run(self) -> f64 {
            let mut sums = Lanes::of(0.0);
            for from in (0..self.0.len().min(self.1.len())).step_by(CHUNK) {
                let (a, b) = (load(self.0, from), load(self.1, from));
                for k in 0..CHUNK {
                    sums[k] += a[k] * b[k];
                }
            }
            sum(&sums)
        }
    }
    run(Dot(a, b))
}

/// 1.5 * 2^52: added, it leaves the nearest whole number in the last bits.
const ROUNDS: f64 = 6_755_399_441_055_744.0;

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

    #[test]
    fn chunks_keep_a_row_of_any_length() {
        for length in [1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK] {
            let row: Vec<u64> = (1..=length as u64).collect();
            let mut copy = vec![0; length];
            for from in (0..length).step_by(CHUNK) {
                let chunk = load(&row, from);
                assert!(chunk.iter().skip(length - from).all(|x| *x == 0));
                store(&mut copy, from, &chunk);
            }
            assert_eq!(copy, row);
        }
    }
}
