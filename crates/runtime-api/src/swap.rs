//! Prices and previews of swaps (`docs/rules/clients.md#runtime-apis`).
#![allow(missing_docs)] // Fields are named and ordered by the reference.

use alloc::vec::Vec;

use codec::{Decode, Encode};
use scale_info::TypeInfo;
use tributary_economy::{Alpha as AlphaBalance, NetUid, Tao as TaoBalance};

/// What a swap would do.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct SimSwapResult {
    pub tao_amount: TaoBalance,
    pub alpha_amount: AlphaBalance,
    pub tao_fee: TaoBalance,
    pub alpha_fee: AlphaBalance,
    pub tao_slippage: TaoBalance,
    pub alpha_slippage: AlphaBalance,
}

/// The price of a subnet's alpha.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct SubnetPrice {
    pub netuid: NetUid,
    pub price: u64,
}

sp_api::decl_runtime_apis! {
    /// Prices.
    pub trait SwapRuntimeApi {
        /// Rao per alpha.
        fn current_alpha_price(netuid: NetUid) -> u64;
        /// Rao per alpha of every subnet.
        fn current_alpha_price_all() -> Vec<SubnetPrice>;
        /// What a purchase of alpha with this TAO would do.
        fn sim_swap_tao_for_alpha(netuid: NetUid, tao: TaoBalance) -> SimSwapResult;
        /// What a sale of this alpha would do.
        fn sim_swap_alpha_for_tao(netuid: NetUid, alpha: AlphaBalance) -> SimSwapResult;
    }
}
