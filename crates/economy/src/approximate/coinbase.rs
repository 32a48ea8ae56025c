//! Emission into a pool and among the participants, and swaps.

use super::whole;
use crate::{emission, fixed::I64F64, pool::MAXIMUM_INPUT_RATIO};

/// Reserves of a pool with equal weights. The chain injects at the price that was before its own purchase, which moves
/// weights by next to nothing: by a part of 1e-12 a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reserves {
    /// TAO, in rao.
    pub tao: u64,
    /// Alpha, in its smallest unit.
    pub alpha: u64,
}

/// TAO for one alpha (`docs/rules/pool.md#price`); zero of a pool without alpha. Within 2^-52 of itself and 2^-64 of
/// [`crate::pool::price`].
#[inline(always)]
pub fn price(reserves: Reserves) -> f64 {
    let alpha = reserves.alpha as f64;
    if alpha > 0.0 { reserves.tao as f64 / alpha } else { 0.0 }
}

/// Root's part in a subnet (`docs/rules/emission.md#root-proportion`): `weighted` is root's TAO in rao times its
/// weight. Within 2^-31 of [`emission::root_proportion`], which cuts to 2^-32.
#[inline(always)]
pub fn root_proportion(weighted: f64, alpha_issuance: f64) -> f64 {
    let all = weighted + alpha_issuance;
    if all > 0.0 { weighted / all } else { 0.0 }
}

/// The fee of a swap (`docs/rules/pool.md#swap` step 2), by floor; `rate` is a part of one. Below 2^52 units within one
/// of [`crate::fees::swap_fee`].
#[inline(always)]
pub fn fee(amount: u64, rate: f64) -> u64 {
    whole(amount as f64 * rate)
}

/// What a swap moved, each in the asset of its side; zeros if the pool refused it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traded {
    /// Entered the pool.
    pub paid_in: u64,
    /// Left the pool.
    pub paid_out: u64,
}

/// Trades `amount`, from which a fee of the part `fee_rate` is taken first (`docs/rules/pool.md#swap`), at equal
/// weights and without a limit price: reserves of the asset paid in and of the asset paid out, and the smallest of the
/// latter that a swap accepts. Neither reserve moves here.
///
/// What enters is within one unit, and what leaves within two units, 2^-50 of itself and 2^-59 of the reserve, of
/// [`crate::pool::swap`] for amounts below 2^52 units and prices that stay between its limits
/// ([`crate::pool::LOWEST_PRICE`], [`crate::pool::HIGHEST_PRICE`]).
#[inline(always)]
pub fn swap(input: u64, output: u64, amount: u64, fee_rate: f64, minimum_reserve: u64) -> Traded {
    exchange(
        input,
        output,
        amount.wrapping_sub(fee(amount, fee_rate)),
        minimum_reserve,
    )
}

/// [`swap`] without a fee, within the same bounds.
#[inline(always)]
pub fn exchange(input: u64, output: u64, amount: u64, minimum_reserve: u64) -> Traded {
    let (reserve, paid) = (input as f64, amount as f64);
    let out = whole(output as f64 * (paid / (reserve + paid)));
    let taken =
        (output >= minimum_reserve) & (paid <= reserve * MAXIMUM_INPUT_RATIO as f64) & (out > 0) & (out < output);
    Traded {
        paid_in: if taken { amount } else { 0 },
        paid_out: if taken { out } else { 0 },
    }
}

/// What is the same for all subnets in a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Terms {
    /// Root's TAO in rao times its weight.
    pub root_weighted: f64,
    /// The owner's part of the alpha, and the miners' of the rest ([`emission::Division`]).
    pub owner: f64,
    /// See `owner`.
    pub miners: f64,
    /// Whether root's part caps what joins a pool and TAO beyond it buys alpha, or all alpha does and such TAO is not
    /// issued ([`crate::rule_sets::RuleSet::buys_with_excess`]).
    pub buys: bool,
    /// Smallest reserve that a purchase accepts.
    pub minimum_reserve: u64,
}

/// What a step does to a subnet's pool and participants, in rao and the smallest unit of alpha.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Emission {
    /// TAO that joins the pool.
    pub tao_in: u64,
    /// Alpha that joins the pool.
    pub alpha_in: u64,
    /// TAO that bought alpha for the protocol.
    pub spent: u64,
    /// That alpha.
    pub bought: u64,
    /// TAO for a purchase that the pool refused.
    pub idle: u64,
    /// Alpha for the owner.
    pub owner: u64,
    /// Alpha for the miners.
    pub server: u64,
    /// Alpha for the stakers of root, or recycled while root sells nothing.
    pub root: u64,
}

/// The coinbase of a subnet (`docs/rules/emission.md#terms` and `docs/rules/emission.md#injection-and-chain-buy`): the
/// purchase, the injection, the participants. `tao` rao and `alpha` units are its emission, `supply` is all alpha of it
/// that exists.
///
/// Against [`emission::terms`], [`crate::pool::inject`] and [`emission::split`], whose quotients are cut to 2^-32:
/// amounts are within two units and 1e-8 of themselves of theirs, what is injected within 2^-31 of the alpha emitted
/// (times the price, of TAO), and what is bought within what that TAO is worth.
#[inline(always)]
pub fn emission(reserves: Reserves, supply: u64, tao: f64, alpha: u64, terms: Terms) -> Emission {
    let (pool_tao, pool_alpha) = (reserves.tao as f64, reserves.alpha as f64);
    let (supply, alpha_out) = (supply as f64, alpha as f64);
    let part = if terms.buys {
        root_proportion(terms.root_weighted, supply)
    } else {
        1.0
    };
    let cap = part * alpha_out;
    // At a price of zero nothing is asked for beside the TAO.
    let wanted = if pool_tao > 0.0 {
        tao * pool_alpha / pool_tao
    } else {
        0.0
    };
    let above = wanted > cap;
    let alpha_in = if above { cap } else { wanted };
    let tao_in = if above { cap * price(reserves) } else { tao };
    let excess = if terms.buys { (tao - tao_in).max(0.0) } else { 0.0 };
    let (tao_in, alpha_in, excess) = (whole(tao_in), whole(alpha_in), whole(excess));
    let bought = exchange(reserves.tao, reserves.alpha, excess, terms.minimum_reserve);
    let owner = alpha_out * terms.owner;
    let rest = alpha_out - owner;
    let after = root_proportion(terms.root_weighted, supply + alpha_in as f64 + alpha_out);
    Emission {
        tao_in,
        alpha_in,
        spent: bought.paid_in,
        bought: bought.paid_out,
        idle: excess.wrapping_sub(bought.paid_in),
        owner: whole(owner),
        server: whole(terms.miners * rest),
        root: whole((1.0 - terms.miners) * rest * after),
    }
}

/// How the alpha of a subnet is divided, in floating point: the owner's and the miners' parts of all of it. Within 2^-31 of
/// [`emission::split`].
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Parts {
    /// The owner's cut.
    pub owner: f64,
    /// The miners' pay.
    pub miners: f64,
}

impl Parts {
    /// The parts of a division.
    pub fn of(division: emission::Division) -> Self {
        let owner: f64 = division.owner.to_num();
        Self {
            owner,
            miners: (1.0 - owner) * division.miners.to_num::<f64>(),
        }
    }
}

/// The smoothed flow after `blocks` blocks in which `flow` rao came in evenly, by the default smoothing
/// (`docs/rules/emission.md#staking-flow`). Within 1e-9 of the larger of `before` and the flow a block, and 2^-10 rao,
/// of as many steps of [`emission::smooth_flow`].
pub fn smooth_flow(before: I64F64, flow: i64, blocks: u64) -> I64F64 {
    let keep = 1.0 - emission::FLOW_SMOOTHING as f64 / i64::MAX as f64;
    let rest = libm::pow(keep, blocks as f64);
    let a_block = flow as f64 / blocks as f64;
    I64F64::saturating_from_num(rest * before.to_num::<f64>() + (1.0 - rest) * a_block)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixed::U96F32;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn parts_are_those_of_the_split(cut in any::<u16>(), alpha in 0u64..=1_000_000_000) {
            let division = emission::Division::with_cut(cut);
            let parts = Parts::of(division);
            let split = emission::split(U96F32::from_num(alpha), division, U96F32::from_num(0));
            for (part, exact) in [(parts.owner, split.owner), (parts.miners, split.server)] {
                let off = part * alpha as f64 - exact.0 as f64;
                prop_assert!((-1e-9..2.0).contains(&off), "{part} of {alpha}: {exact:?}");
            }
        }
    }
}
