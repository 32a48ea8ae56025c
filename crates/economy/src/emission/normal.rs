//! Shares that add up to one.

use alloc::vec::Vec;

use crate::fixed::{SafeDiv, U64F64};

pub(super) fn sum(values: &[U64F64]) -> U64F64 {
    values.iter().fold(U64F64::from_num(0), |sum, x| sum.saturating_add(*x))
}

/// Divides by the sum; leaves zeros if it is zero.
pub(super) fn normalise(values: &mut [U64F64]) {
    let sum = sum(values);
    for value in values {
        *value = value.safe_div(sum);
    }
}

pub(super) fn normalised(claims: impl Iterator<Item = U64F64>) -> Vec<U64F64> {
    let mut shares: Vec<_> = claims.collect();
    normalise(&mut shares);
    shares
}
