//! The pools of the subnets as the ledger keeps them, and the two swaps with their effects on the books
//! (`docs/rules/pool.md#books`). Moving the TAO between accounts is the caller's part.

use crate::{
    Account, Alpha, Error, Ledger, NetUid, Tao,
    fixed::U64F64,
    pool::{self, Pool, Side, Swapped},
};

/// Limit of a purchase that takes any price, in rao (`docs/rules/pool.md#swap`).
pub const HIGHEST_PRICE: Tao = Tao(pool::HIGHEST_PRICE);

/// Limit of a sale that takes any price, in rao (`docs/rules/pool.md#swap`).
pub const LOWEST_PRICE: Tao = Tao(pool::LOWEST_PRICE);

/// Whether the subnet's alpha has a price of its own; root's and a stable subnet's is worth one TAO.
pub fn is_dynamic<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> bool {
    pool::is_dynamic(ledger.subnet_mechanism(netuid))
}

/// The pool of a subnet.
pub fn pool<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> Pool {
    Pool {
        tao: ledger.subnet_tao(netuid),
        alpha: ledger.subnet_alpha_in(netuid),
        quote_weight: ledger.quote_weight(netuid),
        initialized: ledger.swap_initialized(netuid),
        dynamic: is_dynamic(ledger, netuid),
        fee_rate: ledger.fee_rate(netuid),
        minimum_reserve: ledger.minimum_reserve(),
    }
}

/// TAO for one alpha of the subnet (`docs/rules/pool.md#price`).
pub fn price<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> U64F64 {
    pool::price(&pool(ledger, netuid))
}

/// What a purchase of alpha with `tao` would do, fee included, at any price (`docs/rules/pool.md#swap`).
///
/// # Errors
/// Those of the swap: [`Error::SwapInputTooLarge`], [`Error::ReservesTooLow`], [`Error::PriceLimitExceeded`].
pub fn simulate_buy<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid, tao: Tao) -> Result<Swapped, Error> {
    simulate(ledger, netuid, Side::Buy, tao.0, HIGHEST_PRICE)
}

/// What a sale of `alpha` would do, fee included, at any price (`docs/rules/pool.md#swap`).
///
/// # Errors
/// Those of the swap: [`Error::SwapInputTooLarge`], [`Error::ReservesTooLow`], [`Error::PriceLimitExceeded`].
pub fn simulate_sell<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid, alpha: Alpha) -> Result<Swapped, Error> {
    simulate(ledger, netuid, Side::Sell, alpha.0, LOWEST_PRICE)
}

/// A trade that was not made, and how much less it gives than the price alone would: the pool may give more only by
/// rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preview {
    /// What would be paid.
    pub swapped: Swapped,
    /// What is lost to the curve and to the fee, in the asset bought.
    pub slippage: u64,
}

/// As [`simulate_buy`], with the slippage in alpha.
///
/// # Errors
/// As [`simulate_buy`].
pub fn preview_buy<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid, tao: Tao) -> Result<Preview, Error> {
    let swapped = simulate_buy(ledger, netuid, tao)?;
    let at_this_price: u64 = U64F64::from_num(tao.0)
        .checked_div(price(ledger, netuid))
        .map_or(0, |alpha| alpha.saturating_to_num());
    Ok(Preview {
        swapped,
        slippage: at_this_price.saturating_sub(swapped.paid_out),
    })
}

/// As [`simulate_sell`], with the slippage in TAO.
///
/// # Errors
/// As [`simulate_sell`].
pub fn preview_sell<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid, alpha: Alpha) -> Result<Preview, Error> {
    let swapped = simulate_sell(ledger, netuid, alpha)?;
    let at_this_price: u64 = U64F64::from_num(alpha.0)
        .saturating_mul(price(ledger, netuid))
        .saturating_to_num();
    Ok(Preview {
        swapped,
        slippage: at_this_price.saturating_sub(swapped.paid_out),
    })
}

fn simulate<Acc: Account, L: Ledger<Acc>>(
    ledger: &L,
    netuid: NetUid,
    side: Side,
    amount: u64,
    limit: Tao,
) -> Result<Swapped, Error> {
    let pool = pool(ledger, netuid);
    let amount = if pool.dynamic || ledger.networks_added(netuid) {
        amount
    } else {
        0
    };
    pool::simulate(&pool, side, amount, limit.0, false)
}

/// Buys alpha with `tao`: the reserves, the alpha outside, the subnet's TAO and the counters move, no account
/// does. `TotalStake` and the volume grow by all of `tao`, fee and unexecuted part included, as the reference
/// has it (`docs/rules/pool.md#books`).
///
/// # Errors
/// Those of the swap.
pub(crate) fn buy<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    tao: Tao,
    limit: Tao,
    drop_fees: bool,
) -> Result<Swapped, Error> {
    let before = pool(ledger, netuid);
    let mut after = before.clone();
    let done = pool::swap(&mut after, Side::Buy, tao.0, limit.0, drop_fees)?;
    let bought = Alpha(done.paid_out);
    ledger.set_subnet_alpha_in(netuid, after.alpha);
    ledger.set_subnet_alpha_out(netuid, ledger.subnet_alpha_out(netuid).plus(bought)?);
    ledger.set_subnet_tao(netuid, after.tao);
    ledger.set_total_stake(ledger.total_stake().plus(tao)?);
    add_volume(ledger, netuid, tao)?;
    settle(ledger, netuid, &before, &after);
    Ok(done)
}

/// Sells `alpha`: the counterpart of [`buy`]. `TotalStake` stops at zero: it is a statistic that never knew the
/// TAO which the genesis pool has without owning it (`docs/rules/subnets.md#genesis`).
///
/// # Errors
/// Those of the swap; [`Error::Underflow`] if less alpha is outside than is sold.
pub(crate) fn sell<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    alpha: Alpha,
    limit: Tao,
    drop_fees: bool,
) -> Result<Swapped, Error> {
    let before = pool(ledger, netuid);
    let mut after = before.clone();
    let done = pool::swap(&mut after, Side::Sell, alpha.0, limit.0, drop_fees)?;
    let (sold, out) = (Alpha(done.paid_in), Tao(done.paid_out));
    ledger.set_subnet_alpha_in(netuid, after.alpha);
    ledger.set_subnet_alpha_out(netuid, ledger.subnet_alpha_out(netuid).minus(sold)?);
    ledger.set_subnet_tao(netuid, after.tao);
    ledger.set_total_stake(ledger.total_stake().minus_or_zero(out));
    add_volume(ledger, netuid, out)?;
    settle(ledger, netuid, &before, &after);
    Ok(done)
}

fn add_volume<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid, tao: Tao) -> Result<(), Error> {
    let volume = ledger
        .subnet_volume(netuid)
        .checked_add(tao.0.into())
        .ok_or(Error::Overflow)?;
    ledger.set_subnet_volume(netuid, volume);
    Ok(())
}

/// Writes what a swap does to a pool besides its reserves.
fn settle<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid, before: &Pool, after: &Pool) {
    if after.quote_weight != before.quote_weight {
        ledger.set_quote_weight(netuid, after.quote_weight);
    }
    if after.initialized != before.initialized {
        ledger.set_swap_initialized(netuid, after.initialized);
    }
    let price = price(ledger, netuid);
    ledger.pool_changed(netuid, price);
}
