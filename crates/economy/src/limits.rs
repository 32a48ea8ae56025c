//! How much may be traded before a price passes a limit (`docs/rules/staking.md#limits`). Limits are in rao an alpha.

use crate::{
    Error, UNIT,
    fixed::{SafeDiv, U64F64},
    pool::{self, MAXIMUM_INPUT_RATIO, Pool, Side, Swapped},
};

fn max_trade(pool: &Pool, side: Side, reserve: u64, limit: u64) -> Result<u64, Error> {
    let largest = reserve.saturating_mul(MAXIMUM_INPUT_RATIO);
    let Swapped { paid_in, fee, .. } = pool::simulate(pool, side, largest, limit, false)?;
    paid_in.checked_add(fee).ok_or(Error::Overflow)
}

/// The most TAO, fee included, that buys alpha below `limit`. Where alpha is TAO: everything or nothing.
///
/// # Errors
/// Those of [`pool::simulate`], [`Error::PriceLimitExceeded`] first of all.
pub fn max_buy(pool: &Pool, limit: u64) -> Result<u64, Error> {
    if !pool.dynamic {
        return Ok(if limit >= UNIT { u64::MAX } else { 0 });
    }
    max_trade(pool, Side::Buy, pool.tao.0, limit)
}

/// The most alpha, fee included, that sells above `limit`. Where alpha is TAO: everything or nothing.
///
/// # Errors
/// Those of [`pool::simulate`], [`Error::PriceLimitExceeded`] first of all.
pub fn max_sell(pool: &Pool, limit: u64) -> Result<u64, Error> {
    if !pool.dynamic {
        return Ok(if limit <= UNIT { u64::MAX } else { 0 });
    }
    max_trade(pool, Side::Sell, pool.alpha.0, limit)
}

/// The most alpha of `origin` that may move to `destination` while an alpha of the origin is worth at least `limit`
/// billionths of one of the destination.
///
/// Between two pools this is the answer for constant products in one step: it knows nothing of weights, as in the
/// reference.
///
/// # Errors
/// Those of [`pool::simulate`].
pub fn max_move(origin: &Pool, destination: &Pool, limit: u64) -> Result<u64, Error> {
    match (origin.dynamic, destination.dynamic) {
        (false, false) => Ok(if limit > UNIT { 0 } else { u64::MAX }),
        (false, true) if limit == 0 => Ok(u64::MAX),
        (false, true) => {
            let one = U64F64::from_num(UNIT);
            let inverse = one.safe_div(U64F64::from_num(limit)).saturating_mul(one);
            max_buy(destination, inverse.saturating_to_num())
        }
        (true, false) => max_sell(origin, limit),
        (true, true) => Ok(between_pools(origin, destination, limit)),
    }
}

fn between_pools(origin: &Pool, destination: &Pool, limit: u64) -> u64 {
    let reserves = [origin.tao.0, origin.alpha.0, destination.tao.0, destination.alpha.0];
    if reserves.contains(&0) {
        return 0;
    }
    let wanted = pool::price_from_rao(limit);
    if wanted > pool::price(origin).safe_div(pool::price(destination)) {
        return 0;
    }
    if limit == 0 {
        return u64::MAX;
    }
    let [tao_1, alpha_1, tao_2, alpha_2] = reserves.map(U64F64::from_num);
    let sum = tao_1.saturating_add(tao_2);
    let reach = alpha_2.saturating_mul(tao_1.safe_div(sum)).safe_div(wanted);
    let start = alpha_1.saturating_mul(tao_2.safe_div(sum));
    reach.saturating_sub(start).saturating_to_num()
}
