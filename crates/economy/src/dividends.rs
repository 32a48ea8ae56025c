//! Splitting dividends: between a validator and its parents, between holders of alpha and of root stake,
//! between a delegate and those who stake on it (`docs/rules/dividends.md`).
//!
//! All in U96F32 and rounded down at every step, as the reference does; what rounding loses stays unpaid.

use alloc::vec::Vec;

use crate::{
    Alpha,
    fixed::{U96F32, part_u16, part_u64 as proportion},
};

/// Stake of a hotkey, its own: not what it lends or borrows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stake {
    /// On the subnet.
    pub alpha: u64,
    /// On root.
    pub root: u64,
}

/// A hotkey that lends stake to the validator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parent {
    /// Share of its stake that it lends, over `u64::MAX`.
    pub proportion: u64,
    /// Its stake.
    pub stake: Stake,
    /// Whether parent and validator belong to one coldkey: then no take and no burn apply.
    pub same_owner: bool,
}

/// What the validator contributes and takes.
#[derive(Clone, Copy, Debug)]
pub struct Child<'a> {
    /// Its stake.
    pub stake: Stake,
    /// Shares that it lends to children of its own, over `u64::MAX`, in stored order.
    pub lent: &'a [u64],
    /// What it keeps of its parents' part, over 65535 (see [`crate::delegation::effective_childkey_take`]).
    pub take: u16,
}

/// Who gets what of a validator's dividends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Family {
    /// Each parent's part, in stored order.
    pub parents: Vec<Alpha>,
    /// The validator's part.
    pub child: Alpha,
    /// Part that is recycled.
    pub recycled: Alpha,
}

/// `a / b`, 0 where that is undefined.
fn ratio(a: U96F32, b: U96F32) -> U96F32 {
    a.checked_div(b).unwrap_or_default()
}

/// Splits a validator's dividend between its parents and itself, by the stake that each contributes
/// (`docs/rules/dividends.md#parents-and-children`). `ck_burn` is the burnt share of parents' parts over `u64::MAX`.
pub fn split_with_parents(
    dividend: Alpha,
    child: Child<'_>,
    parents: &[Parent],
    ck_burn: u64,
    tao_weight: U96F32,
) -> Family {
    let contribution = |stake: Stake, part: U96F32| {
        let root = U96F32::from_num(stake.root)
            .saturating_mul(part)
            .saturating_mul(tao_weight);
        U96F32::from_num(stake.alpha).saturating_mul(part).saturating_add(root)
    };
    let kept = child
        .lent
        .iter()
        .fold(U96F32::from_num(1), |rest, &lent| rest.saturating_sub(proportion(lent)));
    let own: u64 = contribution(child.stake, kept).saturating_to_num();
    let contributions: Vec<U96F32> = parents
        .iter()
        .map(|parent| contribution(parent.stake, proportion(parent.proportion)))
        .collect();
    let total = contributions
        .iter()
        .fold(U96F32::from_num(own), |total, part| total.saturating_add(*part));

    let all = U96F32::from_num(dividend.get());
    let mut remaining = all;
    let mut takes = U96F32::default();
    let mut recycled: u64 = 0;
    let mut pay = |(parent, part): (&Parent, &U96F32)| {
        let mut earned = all.saturating_mul(ratio(*part, total));
        remaining = remaining.saturating_sub(earned);
        if !parent.same_owner {
            let burn = proportion(ck_burn).saturating_mul(earned);
            let take = part_u16(child.take).saturating_mul(earned);
            earned = earned.saturating_sub(burn).saturating_sub(take);
            takes = takes.saturating_add(take);
            recycled = recycled.saturating_add(burn.saturating_to_num());
        }
        Alpha(earned.saturating_to_num())
    };
    let parents = parents.iter().zip(&contributions).map(&mut pay).collect();
    Family {
        parents,
        child: Alpha(remaining.saturating_add(takes).saturating_to_num()),
        recycled: Alpha(recycled),
    }
}

/// What a validator's stakers earn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Earned {
    /// For those who hold alpha.
    pub alpha: U96F32,
    /// For those who stake on root, in alpha.
    pub root: U96F32,
}

/// Splits the pots of validators and of root among the hotkeys, by their dividends and their own stakes
/// (`docs/rules/dividends.md#alpha-and-root`). `holders` gives each hotkey's dividend and stake, in key order; the
/// result is parallel. Pots lose up to a 2^-32 part per hotkey, and a pot that nobody has a claim on is not paid at
/// all.
pub fn split_alpha_and_root(
    holders: &[(U96F32, Stake)],
    validator_pot: Alpha,
    root_pot: Alpha,
    tao_weight: U96F32,
) -> Vec<Earned> {
    let split = |&(dividend, stake): &(U96F32, Stake)| {
        let weighted = U96F32::from_num(stake.root).saturating_mul(tao_weight);
        let part = ratio(weighted, U96F32::from_num(stake.alpha).saturating_add(weighted));
        let root = dividend.saturating_mul(part);
        Earned {
            alpha: dividend.saturating_sub(root),
            root,
        }
    };
    let claims: Vec<Earned> = holders.iter().map(split).collect();
    let total = claims.iter().fold(Earned::default(), |total, claim| Earned {
        alpha: total.alpha.saturating_add(claim.alpha),
        root: total.root.saturating_add(claim.root),
    });
    let pay = |pot: Alpha, claim, total| U96F32::from_num(pot.get()).saturating_mul(ratio(claim, total));
    claims
        .iter()
        .map(|claim| Earned {
            alpha: pay(validator_pot, claim.alpha, total.alpha),
            root: pay(root_pot, claim.root, total.root),
        })
        .collect()
}

/// Splits what a delegate's stakers earn into the delegate's take, over 65535, and the rest
/// (`docs/rules/dividends.md#alpha-dividends`).
pub fn split_take(earned: U96F32, take: u16) -> (Alpha, Alpha) {
    let take = part_u16(take).saturating_mul(earned);
    (
        Alpha(take.saturating_to_num()),
        Alpha(earned.saturating_sub(take).saturating_to_num()),
    )
}
