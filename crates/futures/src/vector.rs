//! Loops over rows of slots, on the widest registers that the machine has.
//!
//! Results do not depend on the machine: the loops are made of operations with one correct result, which compilers
//! neither fuse nor reorder. Only how many slots are worked on at once differs.

use core::ops::{Deref, DerefMut};

use pulp::{Arch, Simd, WithSimd};
use tributary_economy::approximate::sum;
pub use tributary_economy::approximate::{exp, ln};

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

#[cfg(test)]
mod tests {
    use super::*;

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
