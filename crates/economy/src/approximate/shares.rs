//! Shares of the TAO.

use alloc::vec::Vec;

use crate::{PerMillion, emission::BAR_RANK, rule_sets::RuleSet};

/// Sums that run side by side in [`sum`].
const LANES: usize = 16;

/// The sum of a row, always in the same order: of sixteen sums of every sixteenth number, by halves.
#[inline(always)]
pub fn sum(values: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    let mut chunks = values.chunks_exact(LANES);
    for chunk in &mut chunks {
        for (lane, value) in lanes.iter_mut().zip(chunk) {
            *lane += value;
        }
    }
    for (lane, value) in lanes.iter_mut().zip(chunks.remainder()) {
        *lane += value;
    }
    let mut width = LANES / 2;
    while width > 0 {
        for k in 0..width {
            lanes[k] += lanes[k + width];
        }
        width /= 2;
    }
    lanes[0]
}

/// The shares of the TAO, in place of what each subnet claims: its moving price, or its smoothed flow under
/// [`RuleSet::TaoFlow`]; zero where it does not take part. `withheld` is the part of its miner pay that is withheld,
/// `enabled` whether it may receive TAO, `sorted` a buffer.
///
/// Each is within 1e-9 of itself and 1e-15 of [`crate::emission::shares`], as long as claims are above 1e-6 of their
/// sum: below, the exact shares are cut to few bits.
#[inline(always)]
pub fn shares(rules: RuleSet, claims: &mut [f64], withheld: &[f64], enabled: &[bool], sorted: &mut Vec<f64>) {
    if rules == RuleSet::TaoFlow {
        for claim in claims.iter_mut() {
            *claim = claim.max(0.0);
        }
    }
    normalise(claims);
    if !matches!(rules, RuleSet::Dtao | RuleSet::TaoFlow) {
        sorted.clear();
        sorted.extend(
            claims
                .iter()
                .zip(withheld)
                .map(|(share, burned)| share * (1.0 - burned)),
        );
        let lowered = sum(sorted);
        // Nobody escapes by everybody burning.
        if lowered > 0.0 {
            let factor = 1.0 / lowered;
            for (share, own) in claims.iter_mut().zip(sorted.iter()) {
                *share = own * factor;
            }
        }
    }
    if enabled.iter().any(|on| !on) {
        for (share, on) in claims.iter_mut().zip(enabled) {
            *share = if *on { *share } else { 0.0 };
        }
        normalise(claims);
    }
    let bar = match rules {
        RuleSet::Gate => mass_bar(claims, sorted),
        RuleSet::Gate32 => rank_bar(claims, sorted),
        RuleSet::Dtao | RuleSet::TaoFlow | RuleSet::PriceBurn => return,
    };
    for share in claims.iter_mut() {
        let ratio = bar / *share;
        let passed = *share / (1.0 + ratio * ratio * ratio);
        *share = if *share > 0.0 { passed } else { 0.0 };
    }
    normalise(claims);
}

#[inline(always)]
fn normalise(values: &mut [f64]) {
    let sum = sum(values);
    if sum > 0.0 {
        let factor = 1.0 / sum;
        for value in values {
            *value *= factor;
        }
    }
}

fn mass_bar(shares: &[f64], sorted: &mut Vec<f64>) -> f64 {
    sorted.clear();
    sorted.extend_from_slice(shares);
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let goal = 0.75 * sum(shares);
    let mut mass = 0.0;
    for share in sorted {
        mass += *share;
        if mass >= goal {
            return *share;
        }
    }
    0.0
}

fn rank_bar(shares: &[f64], sorted: &mut Vec<f64>) -> f64 {
    if shares.len() < BAR_RANK {
        return 0.0;
    }
    sorted.clear();
    sorted.extend_from_slice(shares);
    *sorted.select_nth_unstable_by(BAR_RANK - 1, |a, b| b.total_cmp(a)).1
}

/// What a share is multiplied by for the strength of a pact, before all are brought back to their sum
/// ([`crate::pact::strength::weigh`]). `weight` is in parts of a million.
pub fn favour(weight: u32, strength: PerMillion) -> f64 {
    1.0 + f64::from(weight) / 1e6 * f64::from(strength.0) / 1e6
}
