//! What it costs to come in, who has to go, and what is paid then: neurons (`docs/rules/neurons.md`) and subnets
//! (`docs/rules/subnets.md`).

mod symbols;

pub use symbols::{is_symbol, symbol};

use alloc::{vec, vec::Vec};

use crate::{
    NetUid, Tao, UNIT,
    fixed::{I64F64, SafeDiv, U64F64, U96F32, part_u16},
};

/// One, in the decay factor.
const Q32: u64 = 1 << 32;

/// Half-life of a price unless somebody changes it, in blocks, and its factor.
const DEFAULT_HALF_LIFE: u16 = 360;
const DEFAULT_FACTOR: u64 = find_factor(DEFAULT_HALF_LIFE);

/// `base ^ exponent` in 32 fraction bits, each product cut and at most `u64::MAX`.
const fn power(base: u64, exponent: u16) -> u64 {
    const fn multiply(a: u64, b: u64) -> u64 {
        let product = (a as u128 * b as u128) >> 32;
        if product > u64::MAX as u128 {
            u64::MAX
        } else {
            product as u64
        }
    }
    let (mut result, mut square, mut left) = (Q32, base, exponent);
    while left > 0 {
        if left & 1 == 1 {
            result = multiply(result, square);
        }
        left >>= 1;
        if left > 0 {
            square = multiply(square, square);
        }
    }
    result
}

const fn find_factor(half_life: u16) -> u64 {
    let (mut low, mut high) = (0, Q32);
    while low + 1 < high {
        let middle = low + ((high - low) >> 1);
        if power(middle, half_life) > Q32 / 2 {
            high = middle;
        } else {
            low = middle;
        }
    }
    low
}

/// The factor, in 32 fraction bits, by which a price falls each block to halve in `half_life` blocks
/// (`docs/rules/neurons.md#price`); one for no half-life.
pub const fn decay_factor(half_life: u16) -> u64 {
    match half_life {
        0 => Q32,
        DEFAULT_HALF_LIFE => DEFAULT_FACTOR,
        other => find_factor(other),
    }
}

/// The price of a neuron in the next block (`docs/rules/neurons.md#price`): lower by [`decay_factor`] except in the
/// first block, and within its bounds.
pub fn decay(burn: Tao, half_life: u16, block: u64, min: Tao, max: Tao) -> Tao {
    let burn = if block > 1 {
        // The factor is at most one: the product fits.
        Tao(((u128::from(burn.0) * u128::from(decay_factor(half_life))) >> 32) as u64)
    } else {
        burn
    };
    burn.max(min).min(max)
}

/// The price of a neuron after one has registered (`docs/rules/neurons.md#price`): times the multiplier, which counts
/// as one at least, by floor, and within its bounds.
pub fn bump(burn: Tao, multiplier: U64F64, min: Tao, max: Tao) -> Tao {
    let multiplier = multiplier.max(U64F64::from_num(1));
    let raised = U64F64::from_num(burn.0).saturating_mul(multiplier);
    Tao(raised.saturating_to_num()).max(min).min(max)
}

/// What the price of a new network depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LockCost {
    /// What the last one cost (`NetworkLastLockCost`).
    pub last_cost: Tao,
    /// The least it costs (`NetworkMinLockCost`).
    pub min_cost: Tao,
    /// Block of the last registration, 0 if there was none.
    pub last_block: u64,
    /// Block now.
    pub block: u64,
    /// Blocks in which the cost falls by the last cost, while a block issues one TAO (`NetworkLockReductionInterval`).
    pub reduction_interval: u64,
    /// What a block issues ([`crate::issuance::block_emission`]).
    pub block_emission: u64,
}

/// The price of a new network (`docs/rules/subnets.md#lock-cost`): twice the last one, falling in a straight line to
/// the minimum. The line gets steeper as the emission halves. After it has hit zero it counts as zero.
pub fn lock_cost(state: LockCost) -> Tao {
    let issued = I64F64::saturating_from_num(state.block_emission).safe_div(I64F64::from_num(UNIT));
    let interval: u64 = I64F64::saturating_from_num(state.reduction_interval)
        .saturating_mul(issued)
        .saturating_to_num();
    let start = if state.last_block == 0 { 1 } else { 2 };
    let per_block = state.last_cost.0.checked_div(interval).unwrap_or(0);
    let fallen = per_block.saturating_mul(state.block.saturating_sub(state.last_block));
    Tao(state.last_cost.0.saturating_mul(start).saturating_sub(fallen)).max(state.min_cost)
}

/// The price at which a new subnet's pool starts (`docs/rules/subnets.md#a-new-subnet` step 1): the median of the
/// prices above zero, one if there are none.
pub fn median_price(prices: &[U64F64]) -> U64F64 {
    let zero = U64F64::from_num(0);
    let mut prices: Vec<_> = prices.iter().copied().filter(|price| *price > zero).collect();
    if prices.is_empty() {
        return U64F64::from_num(1);
    }
    let middle = prices.len() / 2;
    let even = prices.len() % 2 == 0;
    let (below, upper, _) = prices.select_nth_unstable(middle);
    match below.iter().max() {
        Some(lower) if even => lower.saturating_add(*upper).safe_div(U64F64::from_num(2)),
        _ => *upper,
    }
}

/// Alpha that joins `tao` in a new subnet's pool at the price `median` (`docs/rules/subnets.md#a-new-subnet` step 5),
/// by floor.
pub fn seed_alpha(tao: Tao, median: U64F64) -> crate::Alpha {
    crate::Alpha(U64F64::from_num(tao.0).safe_div(median).saturating_to_num())
}

/// A subnet that a new one might replace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prunable {
    /// Which it is.
    pub netuid: NetUid,
    /// Block of its registration.
    pub registered_at: u64,
    /// Its moving price ([`crate::moving_price::effective`]).
    pub moving_price: U64F64,
}

/// The subnet that makes room for a new one (`docs/rules/subnets.md#which-subnet-goes`): of those past their immunity
/// the one with the lowest moving price, of equals the oldest, of equals the first in the order given. None if all are
/// immune.
pub fn subnet_to_prune(subnets: &[Prunable], block: u64, immunity: u64) -> Option<NetUid> {
    subnets
        .iter()
        .filter(|subnet| !subnet.netuid.is_root() && block >= subnet.registered_at.saturating_add(immunity))
        .min_by_key(|subnet| (subnet.moving_price, subnet.registered_at))
        .map(|subnet| subnet.netuid)
}

/// Splits the TAO of a dissolved pool in proportion to the claims, to the last rao (`docs/rules/subnets.md#dissolving`
/// step 5): the rao that floors leave go to the largest remainders, of equals to the first. Nothing for anybody if
/// nobody claims.
pub fn dissolve_payouts(pot: u64, claims: &[u64]) -> Vec<u64> {
    let total: u128 = claims.iter().map(|claim| u128::from(*claim)).sum();
    if total == 0 {
        return vec![0; claims.len()];
    }
    // Each product fits u128, each quotient is at most the pot.
    let products = claims.iter().map(|claim| u128::from(pot) * u128::from(*claim));
    let (mut payouts, remainders): (Vec<u64>, Vec<u128>) = products
        .map(|product| ((product / total) as u64, product % total))
        .unzip();
    let paid: u64 = payouts.iter().sum();
    let mut order: Vec<usize> = (0..claims.len()).collect();
    order.sort_by(|a, b| remainders[*b].cmp(&remainders[*a]));
    for index in order.into_iter().take((pot - paid) as usize) {
        payouts[index] += 1;
    }
    payouts
}

/// The lowest number that no subnet has. The caller has seen that there are fewer subnets than numbers.
pub fn lowest_free(taken: impl Fn(NetUid) -> bool) -> NetUid {
    let mut netuid = NetUid(1);
    while taken(netuid) {
        netuid.0 += 1;
    }
    netuid
}

/// What the owner of a dissolved subnet from before the registration fee gets back of the lock
/// (`docs/rules/subnets.md#dissolving` steps 2 and 7): what exceeds the worth of the owner's cut of all alpha so far at
/// the last price.
pub fn owner_refund(locked: Tao, alpha_issuance: u64, owner_cut: u16, price: U64F64) -> Tao {
    let owner_alpha = U96F32::from_num(alpha_issuance)
        .saturating_mul(part_u16(owner_cut))
        .floor();
    let worth = owner_alpha.saturating_mul(U96F32::saturating_from_num(price));
    locked.minus_or_zero(Tao(worth.saturating_to_num()))
}

#[cfg(test)]
mod tests;
