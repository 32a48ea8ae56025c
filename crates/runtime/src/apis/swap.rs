//! Prices and previews of swaps.

use alloc::vec::Vec;

use tributary_economy::{
    Alpha, Ledger, NetUid, Tao, UNIT,
    fixed::U64F64,
    market::swaps::{self, Preview},
};
use tributary_runtime_api::{SimSwapResult, SubnetPrice};

use super::state::ledger;

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
    let Ok(Preview { swapped, slippage }) = swaps::preview_buy(&ledger(), netuid, tao) else {
        return NOTHING;
    };
    SimSwapResult {
        tao_amount: Tao(swapped.paid_in),
        alpha_amount: Alpha(swapped.paid_out),
        tao_fee: Tao(swapped.fee),
        alpha_slippage: Alpha(slippage),
        ..NOTHING
    }
}

/// What a sale of alpha would do; nothing if it is not possible.
pub fn sell(netuid: NetUid, alpha: Alpha) -> SimSwapResult {
    let Ok(Preview { swapped, slippage }) = swaps::preview_sell(&ledger(), netuid, alpha) else {
        return NOTHING;
    };
    SimSwapResult {
        tao_amount: Tao(swapped.paid_out),
        alpha_amount: Alpha(swapped.paid_in),
        alpha_fee: Alpha(swapped.fee),
        tao_slippage: Tao(slippage),
        ..NOTHING
    }
}
