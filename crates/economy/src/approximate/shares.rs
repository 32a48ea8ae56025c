//! Shares of the TAO.

use alloc::vec::Vec;
use core::f64::consts::{LN_2, LOG2_E};

use super::{exp, ln};
use crate::{PerMillion, emission::Gate, fixed::U64F64, rule_sets::RuleSet};

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

/// The logarithm of the chain's numbers over the natural one: they have log2 e to 23 bits.
const LN_SCALE: f64 = LOG2_E * 8_388_608.0 / 12_102_203.0;

/// A row of the subnets, as [`shares`] reads it.
#[derive(Clone, Copy, Debug)]
pub struct Claims<'a> {
    /// Part of its miner pay that is withheld.
    pub withheld: &'a [f64],
    /// Whether it may receive TAO.
    pub enabled: &'a [bool],
}

/// The shares of the TAO, in place of what each subnet claims: its moving price; that times root's proportion under
/// [`RuleSet::RootPrice`]; its smoothed flow where [`RuleSet::follows_flow`]; zero where it does not take part. `gate`
/// is that of [`crate::emission::shares`], `sorted` a buffer.
///
/// Each is within 1e-9 of itself and 1e-15 of [`crate::emission::shares`], as long as claims are above 1e-6 of their sum:
/// below, the exact shares are cut to few bits. After a gate of an exponent up to three each is within 2e-8 of itself and
/// 1e-12: the chain's series has too few terms for large hurdles.
#[inline(always)]
pub fn shares(rules: RuleSet, shares: &mut [f64], of: Claims<'_>, gate: &mut Gate, sorted: &mut Vec<f64>) {
    if rules.follows_flow() {
        for claim in shares.iter_mut() {
            *claim = claim.max(0.0);
        }
    }
    normalise(shares);
    if rules.counts_burn() {
        sorted.clear();
        sorted.extend(
            shares
                .iter()
                .zip(of.withheld)
                .map(|(share, burned)| share * (1.0 - burned)),
        );
        let lowered = sum(sorted);
        // Nobody escapes by everybody burning.
        if lowered > 0.0 {
            let factor = 1.0 / lowered;
            for (share, own) in shares.iter_mut().zip(sorted.iter()) {
                *share = own * factor;
            }
        }
    }
    if rules.gated() {
        pass(rules, shares, gate, sorted);
    }
    if of.enabled.iter().any(|on| !on) {
        for (share, on) in shares.iter_mut().zip(of.enabled) {
            *share = if *on { *share } else { 0.0 };
        }
        normalise(shares);
    }
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

/// The gate ([`crate::emission::Gate`]).
#[inline(always)]
fn pass(rules: RuleSet, shares: &mut [f64], gate: &mut Gate, sorted: &mut Vec<f64>) {
    let bar = match gate.bar {
        Some(bar) => bar.to_num(),
        None => {
            let Some(bar) = new_bar(rules, shares, gate, sorted) else {
                return;
            };
            gate.bar = Some(U64F64::saturating_from_num(bar));
            bar
        }
    };
    sorted.clear();
    sorted.extend_from_slice(shares);
    if gate.exponent == 3 {
        let (cube, logarithm) = (bar * bar * bar, rough_ln(bar));
        each(sorted, |share| cubic_part(share, cube, logarithm));
    } else {
        let exponent = LN_SCALE * gate.exponent.to_num::<f64>();
        each(sorted, |share| part(share, bar, exponent));
    }
    let passed = sum(sorted);
    if passed > 0.0 {
        let factor = 1.0 / passed;
        for (share, own) in shares.iter_mut().zip(sorted.iter()) {
            *share = own * factor;
        }
    }
}

/// Replaces every number, several at once.
#[inline(always)]
fn each(row: &mut [f64], change: impl Fn(f64) -> f64) {
    let (chunks, rest) = row.as_chunks_mut::<LANES>();
    for chunk in chunks {
        for x in chunk {
            *x = change(*x);
        }
    }
    for x in rest {
        *x = change(*x);
    }
}

/// [`part`] for an exponent of three, of the bar's cube and logarithm: b^4 / (b^3 + bar^3 (1 + 3 e ln(bar / b))), where e is
/// by how much the chain's logarithm is off, so small that a rough logarithm does for it.
#[inline(always)]
fn cubic_part(share: f64, cube: f64, logarithm: f64) -> f64 {
    const OFF: f64 = 3.0 * (LN_SCALE - 1.0);
    let own = share * share * share;
    let all = own + cube * (1.0 + OFF * (logarithm - rough_ln(share)));
    own * share
        / if all > f64::MIN_POSITIVE {
            all
        } else {
            f64::MIN_POSITIVE
        }
}

/// The natural logarithm of a positive number to within 0.03, and a number for zero.
#[inline(always)]
fn rough_ln(x: f64) -> f64 {
    const TWO_52: f64 = 4_503_599_627_370_496.0;
    // The bits of a number are its logarithm, but for a bend within each power of two.
    let bits = f64::from_bits(0x4330_0000_0000_0000 | (x.to_bits() >> 11)) - TWO_52;
    LN_2 * (bits * (1.0 / 2_199_023_255_552.0) - 1_022.957)
}

/// b / (1 + (bar / b)^exponent); zero of zero.
#[inline(always)]
fn part(share: f64, bar: f64, exponent: f64) -> f64 {
    let divisor = if share > f64::MIN_POSITIVE {
        share
    } else {
        f64::MIN_POSITIVE
    };
    share / (1.0 + exp(exponent * ln(bar / divisor)))
}

fn new_bar(rules: RuleSet, shares: &[f64], gate: &Gate, sorted: &mut Vec<f64>) -> Option<f64> {
    sorted.clear();
    if gate.is_of_rank(rules) {
        // Zeros come last.
        sorted.extend_from_slice(shares);
        let last = shares.iter().filter(|share| **share > 0.0).count().checked_sub(1)?;
        let place = usize::from(gate.rank).saturating_sub(1).min(last);
        return Some(*sorted.select_nth_unstable_by(place, |a, b| b.total_cmp(a)).1);
    }
    sorted.extend(shares.iter().filter(|share| **share > 0.0));
    sorted.sort_unstable_by(|a, b| b.total_cmp(a));
    let goal = gate.quantile.to_num::<f64>() * sum(shares);
    let mut mass = 0.0;
    let bar = sorted.iter().find(|share| {
        mass += **share;
        mass >= goal
    });
    bar.or(sorted.last()).copied()
}

/// What a share is multiplied by for the strength of a pact, before all are brought back to their sum
/// ([`crate::pact::strength::weigh`]). `weight` is in parts of a million.
pub fn favour(weight: u32, strength: PerMillion) -> f64 {
    1.0 + f64::from(weight) / 1e6 * f64::from(strength.0) / 1e6
}
