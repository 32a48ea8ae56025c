//! How much a hotkey's stake counts in the consensus of a subnet (`docs/rules/yuma.md#stake-weight`).

use crate::fixed::{I64F64, U96F32};

pub use crate::fixed::part_u64 as proportion;

/// The stake that counts for a hotkey: its own less what it lends to children, plus what parents lend it.
/// Used with alpha of the subnet and again with root stake; on root itself nothing is lent, so do not call it.
///
/// `children` holds the proportions lent, `parents` pairs of proportion and the parent's own stake, both in
/// stored order. Saturates at zero as the reference does when children take more than there is.
pub fn inherited(
    own: u64,
    children: impl IntoIterator<Item = u64>,
    parents: impl IntoIterator<Item = (u64, u64)>,
) -> u64 {
    let initial = U96F32::from_num(own);
    let share = |stake: U96F32, part| stake.saturating_mul(proportion(part));
    let given = children.into_iter().fold(U96F32::default(), |given, part| {
        given.saturating_add(share(initial, part))
    });
    let received = parents.into_iter().fold(U96F32::default(), |received, (part, stake)| {
        received.saturating_add(share(U96F32::from_num(stake), part))
    });
    initial
        .saturating_sub(given)
        .saturating_add(received)
        .saturating_to_num()
}

/// Stake weight of a hotkey: inherited alpha plus inherited root stake times `tao_weight`
/// (the [`proportion`] of the stored `TaoWeight`).
pub fn total(alpha: u64, tao: u64, tao_weight: U96F32) -> I64F64 {
    let weighted = I64F64::saturating_from_num(tao).saturating_mul(I64F64::saturating_from_num(tao_weight));
    I64F64::saturating_from_num(alpha).saturating_add(weighted)
}
