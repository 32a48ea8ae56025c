//! Fees (`docs/rules/transactions.md#fees`).

use crate::{
    Tao,
    fixed::{SafeDiv, U64F64},
};

/// Units of `ref_time` that cost one rao.
const REF_TIME_PER_RAO: u64 = 2_000;

/// Fee for an amount of `ref_time`: 0.0005 rao a unit, to the nearest rao, exact halves down.
pub const fn weight_fee(ref_time: u64) -> Tao {
    let up = ref_time % REF_TIME_PER_RAO > REF_TIME_PER_RAO / 2;
    Tao(ref_time / REF_TIME_PER_RAO + up as u64)
}

/// Fee for an encoded transaction: one rao a byte.
pub const fn length_fee(bytes: u64) -> Tao {
    Tao(bytes)
}

/// Fee of a swap at a rate over 65535 (`docs/rules/pool.md#swap` step 2), by floor, in the asset swapped.
pub fn swap_fee(amount: u64, rate: u16) -> u64 {
    part(amount, U64F64::from_num(rate).safe_div(U64F64::from_num(u16::MAX)))
}

/// Fee on top of an amount that is already net of it (`docs/rules/pool.md#swap` step 8).
pub fn swap_fee_upon(net: u64, rate: u16) -> u64 {
    let rest = U64F64::from_num(u16::MAX.saturating_sub(rate));
    part(net, U64F64::from_num(rate).safe_div(rest))
}

/// The floor of a part of an amount, at most `u64::MAX`.
pub(crate) fn part(amount: u64, part: U64F64) -> u64 {
    U64F64::from_num(amount).saturating_mul(part).saturating_to_num()
}
