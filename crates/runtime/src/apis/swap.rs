//! Prices and previews of swaps.

use alloc::vec::Vec;

use tributary_economy::{Alpha, Ledger, NetUid, Tao, UNIT, fixed::U64F64, market::swaps};
use tributary_runtime_api::{SimSwapResult, SubnetPrice};

use super::ledger;

/// Rao per alpha, rounded down.
pub fn price(netuid: NetUid) -> u64 {
    // A price beyond the type cannot be shown: the highest stands for it.
    swaps::price(&ledger(), netuid)
        .saturating_mul(U64F64::from_num(UNIT))
        .saturating_to_num()
}

/// Rao per alpha of every subnet.
pub fn prices() -> Vec<SubnetPrice> {
    ledger()
        .networks()
        .into_iter()
        .map(|netuid| SubnetPrice {
            netuid,
            price: price(netuid),
        })
        .collect()
}

const NOTHING: SimSwapResult = SimSwapResult {
    tao_amount: Tao(0),
    alpha_amount: Alpha(0),
    tao_fee: Tao(0),
    alpha_fee: Alpha(0),
    tao_slippage: Tao(0),
    alpha_slippage: Alpha(0),
};

/// What a purchase of alpha would do; nothing if it is not possible.
pub fn buy(netuid: NetUid, tao: Tao) -> SimSwapResult {
    let Ok(swapped) = swaps::simulate_buy(&ledger(), netuid, tao) else {
        return NOTHING;
    };
    let at_this_price: u64 = U64F64::from_num(tao.0)
        .checked_div(swaps::price(&ledger(), netuid))
        .map_or(0, |alpha| alpha.saturating_to_num());
    SimSwapResult {
        tao_amount: Tao(swapped.paid_in),
        alpha_amount: Alpha(swapped.paid_out),
        tao_fee: Tao(swapped.fee),
        // The pool may give more than its price says only by rounding.
        alpha_slippage: Alpha(at_this_price.saturating_sub(swapped.paid_out)),
        ..NOTHING
    }
}

/// What a sale of alpha would do; nothing if it is not possible.
pub fn sell(netuid: NetUid, alpha: Alpha) -> SimSwapResult {
    let Ok(swapped) = swaps::simulate_sell(&ledger(), netuid, alpha) else {
        return NOTHING;
    };
    let at_this_price: u64 = U64F64::from_num(alpha.0)
        .saturating_mul(swaps::price(&ledger(), netuid))
        .saturating_to_num();
    SimSwapResult {
        tao_amount: Tao(swapped.paid_out),
        alpha_amount: Alpha(swapped.paid_in),
        alpha_fee: Alpha(swapped.fee),
        // The pool may give more than its price says only by rounding.
        tao_slippage: Tao(at_this_price.saturating_sub(swapped.paid_out)),
        ..NOTHING
    }
}
