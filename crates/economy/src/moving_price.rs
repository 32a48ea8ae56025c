//! The slow average of a subnet's price that decides its emission (`docs/rules/pool.md#moving-price`).

use crate::{
    NetUid,
    fixed::{I96F32, SafeDiv, U64F64},
};

/// Start and speed of a moving average.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Speed {
    /// Weight of a new price in the long run (`SubnetMovingAlpha`).
    pub alpha: I96F32,
    /// Blocks until a new price has half of that weight (`EMAPriceHalvingBlocks`).
    pub halving_blocks: u64,
    /// `FirstEmissionBlockNumber` of the subnet.
    pub first_emission_block: u64,
}

/// The moving price after a block that ended with the spot price `price`, which counts as one at most.
///
/// Cut to 2^-32, so a rise that is too small for one step does not happen at all, and a fall is at least one step.
pub fn update(before: I96F32, price: U64F64, speed: Speed, block: u64) -> I96F32 {
    let one = U64F64::from_num(1);
    let age = U64F64::from_num(block.saturating_sub(speed.first_emission_block.saturating_sub(1)));
    let maturity = age.safe_div(age.saturating_add(U64F64::from_num(speed.halving_blocks)));
    let weight = U64F64::saturating_from_num(speed.alpha).saturating_mul(maturity);
    let new = weight.saturating_mul(price.min(one));
    let old = one
        .saturating_sub(weight)
        .saturating_mul(U64F64::saturating_from_num(before));
    I96F32::saturating_from_num(new.saturating_add(old))
}

/// The moving price that the rules read: one on root and on stable subnets, elsewhere what is stored
/// (`docs/rules/block.md#coinbase`).
pub fn effective(netuid: NetUid, mechanism: u16, stored: I96F32) -> U64F64 {
    if netuid.is_root() || mechanism == 0 {
        U64F64::from_num(1)
    } else {
        U64F64::saturating_from_num(stored)
    }
}
