//! Fees (`docs/rules/transactions.md#fees`).

use crate::{
    Alpha, Tao,
    fixed::{SafeDiv, U64F64},
};

/// Weight fee of the framework's base extrinsic, in rao: part of every transaction fee.
pub const BASE_FEE: Tao = weight_fee(108_157_000);

/// Units of `ref_time` that cost one rao.
const REF_TIME_PER_RAO: u64 = 2_000;

/// Fee for an amount of `ref_time`: 0.0005 rao a unit, to the nearest rao, exact halves down.
pub const fn weight_fee(ref_time: u64) -> Tao {
    Tao(ref_time.saturating_add(REF_TIME_PER_RAO / 2 - 1) / REF_TIME_PER_RAO)
}

/// Fee for an encoded transaction: one rao a byte.
pub const fn length_fee(bytes: u32) -> Tao {
    Tao(bytes as u64)
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

/// What a transaction fee costs in alpha at `price` TAO an alpha: the quotient by floor, the whole stake if that is
/// zero, and never more than the stake.
pub fn in_alpha(fee: Tao, price: U64F64, stake: Alpha) -> Alpha {
    let alpha = Alpha(U64F64::from_num(fee.0).safe_div(price).saturating_to_num());
    if alpha.is_zero() { stake } else { alpha.min(stake) }
}
