//! The gate: it thins out shares below a bar (`docs/rules/emission.md#the-gate`).

use alloc::vec::Vec;

use super::normal::{normalise, sum};
use crate::{
    fixed::{I32F32, I96F32, SafeDiv, U64F64, exp, ln},
    rule_sets::RuleSet,
};

/// Blocks between two refreshes of the stored bar: it moves in blocks whose number this divides.
pub const REFRESH_BLOCKS: u64 = 360;

/// What the gate reads from the state, and what it writes there: the bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gate {
    /// The stored bar (`EmissionGateBar`); none where it is to be computed, which [`super::shares`] does.
    pub bar: Option<U64F64>,
    /// Rank of the share that is the bar of [`RuleSet::Gate32`] (`EmissionBarRank`); with zero, the bar is that of
    /// [`RuleSet::Gate`].
    pub rank: u16,
    /// Part of the mass that the shares down to the bar of [`RuleSet::Gate`] have (`EmissionBarQuantile`).
    pub quantile: U64F64,
    /// Exponent of the hurdle (`EmissionGateExponent`).
    pub exponent: U64F64,
}

impl Default for Gate {
    /// The public network's: rank and exponent are not in its storage, the quantile is.
    fn default() -> Self {
        Self {
            bar: None,
            rank: 32,
            quantile: U64F64::from_bits(3 << 62),
            exponent: U64F64::from_bits(3 << 64),
        }
    }
}

impl Gate {
    /// Forgets the bar if it is to be refreshed in one of the blocks from `first` to `last`.
    pub fn open(&mut self, first: u64, last: u64) {
        if last - last % REFRESH_BLOCKS >= first {
            self.bar = None;
        }
    }

    /// Whether the bar is that of a rank, and not of a part of the mass.
    pub fn is_of_rank(&self, rules: RuleSet) -> bool {
        rules == RuleSet::Gate32 && self.rank > 0
    }

    /// Turns each share b into b / (1 + (bar / b)^exponent), and divides by the sum. If that leaves nothing, the shares
    /// stay. Without any share there is no bar.
    pub(super) fn pass(&mut self, rules: RuleSet, shares: &mut [U64F64]) {
        let Some(bar) = self.bar.or_else(|| self.new_bar(rules, shares)) else {
            return;
        };
        self.bar = Some(bar);
        let exponent = I96F32::saturating_from_num(self.exponent);
        let mut passed: Vec<U64F64> = shares.iter().map(|share| part(*share, bar, exponent)).collect();
        if sum(&passed) > U64F64::from_num(0) {
            normalise(&mut passed);
            shares.copy_from_slice(&passed);
        }
    }

    fn new_bar(&self, rules: RuleSet, shares: &[U64F64]) -> Option<U64F64> {
        let mut falling: Vec<U64F64> = shares.iter().copied().filter(|share| *share > 0).collect();
        falling.sort_unstable_by(|a, b| b.cmp(a));
        let last = *falling.last()?;
        if self.is_of_rank(rules) {
            return falling.get(usize::from(self.rank) - 1).copied().or(Some(last));
        }
        let goal = sum(&falling).saturating_mul(self.quantile);
        let mut mass = U64F64::from_num(0);
        let bar = falling.into_iter().find(|share| {
            mass = mass.saturating_add(*share);
            mass >= goal
        });
        bar.or(Some(last))
    }
}

/// b / (1 + (bar / b)^exponent); zero of zero.
fn part(share: U64F64, bar: U64F64, exponent: I96F32) -> U64F64 {
    if share == 0 {
        return share;
    }
    let ratio = I96F32::saturating_from_num(bar.safe_div_or(share, U64F64::max_value()));
    let hurdle = U64F64::saturating_from_num(power(ratio, exponent)).saturating_add(U64F64::from_num(1));
    share.safe_div(hurdle)
}

/// `exp(exponent * ln(base))` by the series of the chain's numbers, in 32 fraction bits. Zero where it is too small for
/// them, the largest number where it is too large.
fn power(base: I96F32, exponent: I96F32) -> I96F32 {
    quick_power(base, exponent).unwrap_or_else(|| slow_power(base, exponent))
}

/// [`power`] in numbers of half the width, where all of its steps fit into them. The steps are the same.
fn quick_power(base: I96F32, exponent: I96F32) -> Option<I96F32> {
    const LARGEST: i128 = 14 << 32;
    let base = I32F32::from_bits(i64::try_from(base.to_bits()).ok()?);
    let logarithm = I96F32::from_num(ln::<I32F32, I32F32>(base).ok()?).saturating_mul(exponent);
    if logarithm.to_bits().abs() > LARGEST {
        return None;
    }
    let power = exp::<I32F32, I32F32>(I32F32::saturating_from_num(logarithm)).ok()?;
    Some(I96F32::from_num(power))
}

fn slow_power(base: I96F32, exponent: I96F32) -> I96F32 {
    let zero = I96F32::from_num(0);
    let Ok(logarithm) = ln::<I96F32, I96F32>(base) else {
        return zero;
    };
    let logarithm = logarithm.saturating_mul(exponent);
    exp::<I96F32, I96F32>(logarithm).unwrap_or(if logarithm > zero { I96F32::max_value() } else { zero })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn narrow_numbers_give_the_power_of_wide_ones(bits in 1i128..1 << 66, size in 0u32..66, whole in 1u32..6) {
            let base = I96F32::from_bits((bits >> size).max(1));
            for exponent in [I96F32::from_num(whole), I96F32::from_num(f64::from(whole) * 0.3)] {
                prop_assert_eq!(power(base, exponent), slow_power(base, exponent), "{} ^ {}", base, exponent);
            }
        }
    }

    #[test]
    fn hurdles_without_number_let_all_or_nothing_pass() {
        let three = I96F32::from_num(3);
        assert_eq!(power(I96F32::from_num(0), three), 0);
        assert_eq!(power(I96F32::from_num(1), three), 1);
        assert_eq!(power(I96F32::max_value(), three), I96F32::max_value());
        let (tiny, bar) = (U64F64::from_bits(1), U64F64::from_num(1));
        assert_eq!(part(tiny, bar, three), 0);
        assert_eq!(part(bar, tiny, three), bar);
    }

    #[test]
    fn the_bar_is_new_in_blocks_that_360_divides() {
        let stored = Gate {
            bar: Some(U64F64::from_num(0.5)),
            ..Gate::default()
        };
        for (first, last, kept) in [
            (359, 359, true),
            (360, 360, false),
            (361, 361, true),
            (361, 720, false),
            (1, 359, true),
        ] {
            let mut gate = stored;
            gate.open(first, last);
            assert_eq!(gate.bar.is_some(), kept, "{first} to {last}");
        }
    }
}
