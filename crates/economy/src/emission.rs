//! Who gets the TAO and the alpha of a block (`docs/rules/emission.md`).

use alloc::vec::Vec;

use crate::{
    Alpha, Tao,
    fixed::{I64F64, SafeDiv, U64F64, U96F32, exp, ln, part_u16, part_u64},
    rule_sets::RuleSet,
};

/// Rank of the share that is the bar of [`RuleSet::Gate32`].
pub(crate) const BAR_RANK: usize = 32;

/// Default of `FlowEmaSmoothingFactor`, over `i64::MAX`: half of the past is forgotten in about 216,000 blocks.
pub const FLOW_SMOOTHING: u64 = 29_597_889_189_277;

/// What a subnet brings to the sharing of a block's TAO.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claimant {
    /// Moving price of its alpha ([`crate::moving_price::effective`]).
    pub moving_price: U64F64,
    /// Part of its last miner pay that was withheld from its owner's own hotkeys (`MinerBurned`).
    pub miner_burned: U96F32,
    /// Whether it may receive TAO at all (`SubnetEmissionEnabled`).
    pub enabled: bool,
    /// Smoothed net TAO that stakers brought in per block; read by [`RuleSet::TaoFlow`] only.
    pub flow: I64F64,
}

/// The share of a block's TAO that each subnet gets, in the order given. The shares add up to at most one; all are
/// zero if no subnet has any claim.
///
/// A switched-off subnet gets nothing under any rule set, although the switch is younger than the first two.
pub fn shares(rules: RuleSet, claimants: &[Claimant]) -> Vec<U64F64> {
    let mut shares = match rules {
        RuleSet::TaoFlow => {
            let flows: Vec<_> = claimants.iter().map(|c| c.flow).collect();
            flow_shares(&flows, I64F64::from_num(0), I64F64::from_num(1))
        }
        RuleSet::Dtao => price_shares(claimants),
        RuleSet::PriceBurn | RuleSet::Gate | RuleSet::Gate32 => {
            let mut shares = price_shares(claimants);
            lower_by_burn(&mut shares, claimants);
            shares
        }
    };
    if claimants.iter().any(|c| !c.enabled) {
        for (share, claimant) in shares.iter_mut().zip(claimants) {
            if !claimant.enabled {
                *share = U64F64::from_num(0);
            }
        }
        normalise(&mut shares);
    }
    match rules {
        RuleSet::Gate => gate(&mut shares, mass_bar),
        RuleSet::Gate32 => gate(&mut shares, rank_bar),
        RuleSet::Dtao | RuleSet::TaoFlow | RuleSet::PriceBurn => {}
    }
    shares
}

/// A subnet's part of a block's TAO (`docs/rules/emission.md#shares` step 6), in rao.
pub fn tao_emission(block_emission: Tao, share: U64F64) -> U96F32 {
    U96F32::saturating_from_num(U64F64::from_num(block_emission.0).saturating_mul(share))
}

fn sum(values: &[U64F64]) -> U64F64 {
    values.iter().fold(U64F64::from_num(0), |sum, x| sum.saturating_add(*x))
}

/// Divides by the sum; leaves zeros if it is zero.
fn normalise(values: &mut [U64F64]) {
    let sum = sum(values);
    for value in values {
        *value = value.safe_div(sum);
    }
}

fn price_shares(claimants: &[Claimant]) -> Vec<U64F64> {
    let mut prices: Vec<_> = claimants.iter().map(|c| c.moving_price).collect();
    normalise(&mut prices);
    prices
}

/// Takes the burned part off every share. If that leaves nothing at all, the shares stay: nobody escapes by
/// everybody burning.
fn lower_by_burn(shares: &mut [U64F64], claimants: &[Claimant]) {
    let one = U64F64::from_num(1);
    let mut lowered: Vec<_> = shares
        .iter()
        .zip(claimants)
        .map(|(share, claimant)| {
            let burned = U64F64::saturating_from_num(claimant.miner_burned).min(one);
            share.saturating_mul(one.saturating_sub(burned))
        })
        .collect();
    if sum(&lowered) > U64F64::from_num(0) {
        normalise(&mut lowered);
        shares.copy_from_slice(&lowered);
    }
}

/// Turns each share w into w / (1 + (bar / w)^3), and divides by the sum (`docs/rules/emission.md#the-gate`).
fn gate(shares: &mut [U64F64], bar: impl Fn(&[U64F64]) -> U64F64) {
    let mut falling = shares.to_vec();
    falling.sort_unstable_by(|a, b| b.cmp(a));
    let bar = bar(&falling);
    let one = U64F64::from_num(1);
    for share in shares.iter_mut() {
        // A share of zero has no quotient, and stays zero.
        let ratio = bar.safe_div(*share);
        let hurdle = ratio.saturating_mul(ratio).saturating_mul(ratio).saturating_add(one);
        *share = share.safe_div(hurdle);
    }
    normalise(shares);
}

/// The share at which the largest together reach three quarters of all.
fn mass_bar(falling: &[U64F64]) -> U64F64 {
    let goal = sum(falling).saturating_mul(U64F64::from_num(0.75));
    let mut mass = U64F64::from_num(0);
    for share in falling {
        mass = mass.saturating_add(*share);
        if mass >= goal {
            return *share;
        }
    }
    U64F64::from_num(0)
}

/// The 32nd largest share; zero, which lets everybody pass, if there are fewer.
fn rank_bar(falling: &[U64F64]) -> U64F64 {
    falling.get(BAR_RANK - 1).copied().unwrap_or_default()
}

/// The smoothed flow after a block in which stakers brought in `flow` rao net (`docs/rules/emission.md#staking-flow`).
/// `smoothing` is over `i64::MAX`.
pub fn smooth_flow(before: I64F64, flow: i64, smoothing: u64) -> I64F64 {
    let one = I64F64::from_num(1);
    let part = I64F64::saturating_from_num(smoothing)
        .safe_div(I64F64::from_num(i64::MAX))
        .min(one);
    one.saturating_sub(part)
        .saturating_mul(before)
        .saturating_add(part.saturating_mul(I64F64::from_num(flow)))
}

/// Shares by smoothed flow: what each subnet has above the cut-off, and above zero, relative to the largest, to the
/// power of `exponent`, divided by the sum (`docs/rules/emission.md#staking-flow`).
///
/// The power is taken in 64 fraction bits, not in the 32 of the reference, where this rule is dormant.
pub fn flow_shares(flows: &[I64F64], cutoff: I64F64, exponent: I64F64) -> Vec<U64F64> {
    let zero = I64F64::from_num(0);
    let least = flows.iter().copied().min().unwrap_or(zero);
    let base = cutoff.max(least.min(zero));
    let above: Vec<_> = flows.iter().map(|flow| flow.saturating_sub(base).max(zero)).collect();
    let largest = above.iter().copied().max().unwrap_or(zero);
    let mut shares: Vec<_> = above
        .iter()
        .map(|flow| U64F64::saturating_from_num(power(flow.safe_div(largest), exponent)))
        .collect();
    normalise(&mut shares);
    shares
}

/// `base ^ exponent` for a base from zero to one.
fn power(base: I64F64, exponent: I64F64) -> I64F64 {
    if exponent == I64F64::from_num(1) || base <= I64F64::from_num(0) {
        return base;
    }
    ln::<I64F64, I64F64>(base)
        .ok()
        .and_then(|l| exp::<I64F64, I64F64>(l.saturating_mul(exponent)).ok())
        .unwrap_or_default()
}

/// Weight of root's TAO against alpha, as a part of one (`TaoWeight` over `u64::MAX`).
pub fn tao_weight(weight: u64) -> U96F32 {
    part_u64(weight)
}

/// Root's part in a subnet: its weighted TAO over that plus the subnet's alpha; zero of nothing
/// (`docs/rules/emission.md#root-proportion`).
pub fn root_proportion(root_tao: Tao, tao_weight: U96F32, alpha_issuance: u64) -> U96F32 {
    let weighted = U96F32::from_num(root_tao.0).saturating_mul(tao_weight);
    weighted.safe_div(weighted.saturating_add(U96F32::from_num(alpha_issuance)))
}

/// What a block does to a subnet's pool before anything is cut to whole rao.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// TAO that joins the pool.
    pub tao_in: U96F32,
    /// Alpha that joins the pool.
    pub alpha_in: U96F32,
    /// Alpha for the participants.
    pub alpha_out: U96F32,
    /// TAO that buys alpha for the protocol.
    pub excess: U96F32,
}

/// The terms of a subnet (`docs/rules/emission.md#terms`): TAO joins the pool with as much alpha as the price asks for,
/// as long as that alpha is within root's part of the alpha emission. TAO beyond it is the excess.
pub fn terms(tao_emission: U96F32, alpha_emission: u64, price: U64F64, root_proportion: U96F32) -> Terms {
    let alpha_out = U96F32::from_num(alpha_emission);
    let price = U96F32::saturating_from_num(price);
    let wanted = tao_emission.safe_div(price);
    let cap = root_proportion.saturating_mul(alpha_out);
    let (tao_in, alpha_in) = if wanted > cap {
        (cap.saturating_mul(price), cap)
    } else {
        (tao_emission, wanted)
    };
    Terms {
        tao_in,
        alpha_in,
        alpha_out,
        excess: tao_emission.saturating_sub(tao_in),
    }
}

impl RuleSet {
    /// Whether TAO that does not fit into a pool buys alpha for the protocol. Before June 2026 it was not issued.
    pub const fn buys_with_excess(self) -> bool {
        match self {
            Self::Dtao | Self::TaoFlow => false,
            Self::PriceBurn | Self::Gate | Self::Gate32 => true,
        }
    }
}

/// Alpha of one block for the participants of a subnet. Cuts leave dust: `created` is at least the sum of the parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Split {
    /// All that is created.
    pub created: Alpha,
    /// The owner's cut.
    pub owner: Alpha,
    /// For the miners.
    pub server: Alpha,
    /// For the validators and their stakers.
    pub validator: Alpha,
    /// For the stakers of root, or recycled while root sells nothing.
    pub root: Alpha,
}

/// Splits a block's alpha among the participants (`docs/rules/emission.md#split-of-the-alpha`). `owner_cut` is over
/// 65535, zero if switched off; `root_proportion` is that after the created alpha has joined the issuance.
pub fn split(alpha_out: U96F32, owner_cut: u16, root_proportion: U96F32) -> Split {
    let half = U96F32::from_num(0.5);
    let owner = alpha_out.saturating_mul(part_u16(owner_cut));
    let rest = alpha_out.saturating_sub(owner);
    let root = root_proportion.saturating_mul(rest).saturating_mul(half);
    let server = rest.saturating_mul(half);
    let validator = rest.saturating_sub(server).saturating_sub(root);
    let whole = |x: U96F32| Alpha(x.saturating_to_num());
    Split {
        created: whole(alpha_out),
        owner: whole(owner),
        server: whole(server),
        validator: whole(validator),
        root: whole(root),
    }
}

#[cfg(test)]
mod tests;
