//! How much a pact promises, as one number, and what it may be worth in emission (`docs/rules/pacts.md#strength`).

use alloc::vec::Vec;

use super::Terms;
use crate::{
    PerMillion, UNIT,
    fixed::{SafeDiv, U64F64},
};

/// Weights of the terms in parts of a million: pledge, vesting, bond, notice, revenue share, opening. They add up to
/// one.
pub const WEIGHTS: [u32; 6] = [200_000, 200_000, 200_000, 100_000, 200_000, 100_000];

/// A pledge or a revenue share counts in full from this part on.
pub const FULL_PART: PerMillion = PerMillion(500_000);

/// Vesting half-life and time until opening that count half, in blocks: 90 days.
pub const HALF_SPAN: u64 = 648_000;

/// Notice that counts half, in blocks: 30 days.
pub const HALF_NOTICE: u64 = 216_000;

/// Bond that counts half, in rao: 1,000 TAO.
pub const HALF_BOND: u64 = 1_000 * UNIT;

/// The strength of terms, from zero to one:
///
/// ```text
/// 0.2 min(1, pledge / ½) + 0.2 V / (V + 90 d) + 0.2 B / (B + 1000 TAO) + 0.1 N / (N + 30 d)
///     + 0.2 min(1, share / ½) + 0.1 · 90 d / (O + 90 d)
/// ```
///
/// with the last one only if anything opens, O being the longer of `open_after` and `artifact_period`, and
/// each summand rounded down to a millionth.
pub fn strength(terms: &Terms) -> PerMillion {
    let part = |part: PerMillion| {
        let full = u64::from(FULL_PART.0);
        u64::from(part.0).min(full) * 1_000_000 / full
    };
    let opening = match terms.open_after {
        0 => 0,
        // Whatever is committed seldom opens seldom.
        blocks => saturating(HALF_SPAN, blocks.max(terms.artifact_period)),
    };
    let counts = [
        part(terms.pledge),
        saturating(terms.vesting_half_life, HALF_SPAN),
        saturating(terms.bond.0, HALF_BOND),
        saturating(terms.notice, HALF_NOTICE),
        part(terms.revenue_share),
        opening,
    ];
    let sum: u64 = counts
        .iter()
        .zip(WEIGHTS)
        .map(|(count, weight)| count * u64::from(weight) / 1_000_000)
        .sum();
    // At most the sum of the weights, one million.
    PerMillion(sum as u32)
}

/// x / (x + half), in parts of a million.
fn saturating(x: u64, half: u64) -> u64 {
    (u128::from(x) * 1_000_000 / (u128::from(x) + u128::from(half)).max(1)) as u64
}

/// Multiplies each share by 1 + weight * strength and divides by the sum, so that the shares add up to what they did
/// before, but for rounding. `weight` is in parts of a million and may be above one; zero leaves every bit as it is.
pub fn weigh(shares: &mut [U64F64], strengths: &[PerMillion], weight: u32) {
    if weight == 0 || strengths.iter().all(|strength| *strength == PerMillion::ZERO) {
        return;
    }
    let sum = |shares: &[U64F64]| {
        shares
            .iter()
            .fold(U64F64::from_num(0), |sum, share| sum.saturating_add(*share))
    };
    let before = sum(shares);
    let million = U64F64::from_num(1_000_000);
    let factors: Vec<U64F64> = strengths
        .iter()
        .map(|strength| {
            let bonus = U64F64::from_num(u64::from(strength.0) * u64::from(weight)).safe_div(million);
            U64F64::from_num(1).saturating_add(bonus.safe_div(million))
        })
        .collect();
    for (share, factor) in shares.iter_mut().zip(factors) {
        *share = share.saturating_mul(factor);
    }
    let after = sum(shares);
    for share in shares {
        *share = share.safe_div(after).saturating_mul(before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tao;
    use proptest::prelude::*;

    #[test]
    fn nothing_is_zero_and_everything_nearly_one() {
        assert_eq!(strength(&Terms::default()), PerMillion::ZERO);
        let all = Terms {
            pledge: PerMillion::ONE,
            vesting_half_life: u64::MAX,
            bond: Tao(u64::MAX),
            notice: u64::MAX,
            revenue_share: PerMillion::ONE,
            open_after: 1,
            artifact_period: 1,
            ..Terms::default()
        };
        assert!(
            (999_900..=1_000_000).contains(&strength(&all).0),
            "{:?}",
            strength(&all)
        );
    }

    proptest! {
        #[test]
        fn tighter_is_stronger(pledge in 0u32..1_000_001, more in 0u32..1_000_001, half_life: u64, bond: u64, extra: u64) {
            let loose = Terms { pledge: PerMillion(pledge.min(more)), vesting_half_life: half_life.min(extra), bond: Tao(bond), ..Terms::default() };
            let tight = Terms { pledge: PerMillion(pledge.max(more)), vesting_half_life: half_life.max(extra), bond: Tao(bond.saturating_add(extra)), ..loose };
            prop_assert!(tight.is_tightening(&loose));
            prop_assert!(strength(&tight) >= strength(&loose));
        }

        #[test]
        fn weighing_keeps_the_sum_and_favours_the_strong(
            raw in prop::collection::vec((1u64..1_000_000, 0u32..1_000_001), 1..64), weight in 0u32..10_000_001
        ) {
            let sum: u64 = raw.iter().map(|(share, _)| *share).sum();
            let before: Vec<U64F64> = raw.iter().map(|(share, _)| U64F64::from_num(*share).safe_div(U64F64::from_num(sum))).collect();
            let strengths: Vec<PerMillion> = raw.iter().map(|(_, strength)| PerMillion(*strength)).collect();
            let mut after = before.clone();
            weigh(&mut after, &strengths, weight);
            let total = |shares: &[U64F64]| shares.iter().map(|share| share.to_bits()).sum::<u128>();
            prop_assert!(total(&before).abs_diff(total(&after)) < 1 << 20);
            let strongest = (0..raw.len()).max_by_key(|place| strengths[*place]).unwrap();
            prop_assert!(after[strongest].to_bits() + (1 << 20) >= before[strongest].to_bits());
            if weight == 0 {
                prop_assert_eq!(before, after);
            }
        }
    }
}
