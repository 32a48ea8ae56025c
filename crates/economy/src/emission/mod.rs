//! Who gets the TAO and the alpha of a block (`docs/rules/emission.md`).

mod gate;
mod normal;

pub use gate::{Gate, REFRESH_BLOCKS};

use normal::{normalise, normalised, sum};

use alloc::vec::Vec;

use crate::{
    Alpha, Tao,
    fixed::{I64F64, SafeDiv, U64F64, U96F32, exp, ln, part_u16, part_u64},
    rule_sets::RuleSet,
};

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
    /// Smoothed net TAO that stakers brought in per block; read where [`RuleSet::follows_flow`] only.
    pub flow: I64F64,
    /// Root's part in it, as the block before left it (`RootProp`); read by [`RuleSet::RootPrice`] only.
    pub root_proportion: U96F32,
}

/// The share of a block's TAO that each subnet gets, in the order given. The shares add up to at most one; all are
/// zero if no subnet has any claim. `gate` is read and its bar written by the rule sets that have one.
///
/// A switched-off subnet gets nothing under any rule set, although the switch is younger than the first. It keeps its
/// rank in the gate: the others share what the gate gave it.
pub fn shares(rules: RuleSet, claimants: &[Claimant], gate: &mut Gate) -> Vec<U64F64> {
    let mut shares = match rules {
        RuleSet::TaoFlow | RuleSet::ChainBuys => {
            let flows: Vec<_> = claimants.iter().map(|c| c.flow).collect();
            flow_shares(&flows, I64F64::from_num(0), I64F64::from_num(1))
        }
        RuleSet::RootPrice => {
            // Of 32 fraction bits each: nothing is cut.
            let weighed = |c: &Claimant| {
                c.moving_price
                    .saturating_mul(U64F64::saturating_from_num(c.root_proportion))
            };
            normalised(claimants.iter().map(weighed))
        }
        RuleSet::Dtao | RuleSet::PriceBurn | RuleSet::Gate | RuleSet::Gate32 => {
            normalised(claimants.iter().map(|c| c.moving_price))
        }
    };
    if rules.counts_burn() {
        lower_by_burn(&mut shares, claimants);
    }
    if rules.gated() {
        gate.pass(rules, &mut shares);
    }
    if claimants.iter().any(|c| !c.enabled) {
        for (share, claimant) in shares.iter_mut().zip(claimants) {
            if !claimant.enabled {
                *share = U64F64::from_num(0);
            }
        }
        normalise(&mut shares);
    }
    shares
}

/// A subnet's part of a block's TAO (`docs/rules/emission.md#shares` step 6), in rao.
pub fn tao_emission(block_emission: Tao, share: U64F64) -> U96F32 {
    U96F32::saturating_from_num(U64F64::from_num(block_emission.0).saturating_mul(share))
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

/// The terms of a subnet (`docs/rules/emission.md#terms`): TAO joins the pool with as much alpha as the price asks
/// for, as long as that alpha is within a cap: root's part of the alpha emission, or all of it
/// ([`RuleSet::buys_with_excess`]). TAO beyond it buys alpha, or is not issued.
pub fn terms(
    rules: RuleSet,
    tao_emission: U96F32,
    alpha_emission: u64,
    price: U64F64,
    root_proportion: U96F32,
) -> Terms {
    let alpha_out = U96F32::from_num(alpha_emission);
    let price = U96F32::saturating_from_num(price);
    let wanted = tao_emission.safe_div(price);
    let buys = rules.buys_with_excess();
    let cap = if buys {
        root_proportion.saturating_mul(alpha_out)
    } else {
        alpha_out
    };
    let (tao_in, alpha_in) = if wanted > cap {
        (cap.saturating_mul(price), cap)
    } else {
        (tao_emission, wanted)
    };
    let beyond = tao_emission.saturating_sub(tao_in);
    Terms {
        tao_in,
        alpha_in,
        alpha_out,
        excess: if buys { beyond } else { U96F32::from_num(0) },
    }
}

/// How the alpha of a subnet is divided among its participants, as the state says ([`crate::market::injection::division`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Division {
    /// The owner's part of all.
    pub owner: U96F32,
    /// The miners' part of the rest. Validators, their stakers and those of root share what is left.
    pub miners: U96F32,
}

impl Division {
    /// That of the public network: an owner's cut over 65535 (`SubnetOwnerCut`; zero if the subnet's is switched off),
    /// and half of the rest for the miners.
    pub fn with_cut(owner_cut: u16) -> Self {
        Self {
            owner: part_u16(owner_cut),
            miners: U96F32::from_bits(1 << 31),
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

/// Splits a block's alpha among the participants (`docs/rules/emission.md#split-of-the-alpha`). `root_proportion` is
/// that after the created alpha has joined the issuance; root has that part of what miners leave over.
pub fn split(alpha_out: U96F32, division: Division, root_proportion: U96F32) -> Split {
    let owner = alpha_out.saturating_mul(division.owner);
    let rest = alpha_out.saturating_sub(owner);
    let server = rest.saturating_mul(division.miners);
    let stakers = U96F32::from_num(1).saturating_sub(division.miners);
    let root = root_proportion.saturating_mul(rest).saturating_mul(stakers);
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
