//! The owner's cut under a pact: what is pledged, and what vests (`docs/rules/pacts.md#the-owners-cut`).

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;

use super::decay;
use crate::{Alpha, Error, PerMillion};

/// For how many owners of one subnet, one after the other, cut can be vesting. Before a fifth joins, that of the
/// first vests at once.
pub const MAX_EARNERS: usize = 4;

/// Owner's cut that has not vested, of one owner.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Vesting<Acc> {
    /// Who earned it.
    pub coldkey: Acc,
    /// Where it is staked once it has vested.
    pub hotkey: Acc,
    /// The amount.
    pub alpha: Alpha,
    /// Blocks in which half of it vests, as promised when the last of it was earned.
    pub half_life: u64,
}

/// What a while does to unvested cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vested {
    /// Has vested.
    pub paid: Alpha,
    /// Has not.
    pub kept: Alpha,
}

/// Lets unvested cut vest for some blocks. The rest is rounded down, so the unit that rounding moves is the earner's.
/// All vests at once without a half-life.
pub fn step(unvested: Alpha, blocks: u64, half_life: u64) -> Vested {
    let kept = if half_life == 0 {
        Alpha::ZERO
    } else {
        Alpha(decay::remaining(unvested.0, blocks, half_life))
    };
    Vested {
        paid: unvested.minus_or_zero(kept),
        kept,
    }
}

/// Splits a cut into what is pledged, rounded down, and the owner's rest.
pub fn split_cut(cut: Alpha, pledge: PerMillion) -> (Alpha, Alpha) {
    let pledged = Alpha(pledge.of(cut.0));
    (pledged, cut.minus_or_zero(pledged))
}

/// Adds cut of an earner, whose hotkey it may change. If there are too many earners, returns the first, whose cut has
/// vested by that.
///
/// # Errors
/// [`Error::Overflow`].
pub fn add<Acc: Clone + PartialEq>(
    vesting: &mut Vec<Vesting<Acc>>,
    earned: Vesting<Acc>,
) -> Result<Option<Vesting<Acc>>, Error> {
    if earned.alpha.is_zero() {
        return Ok(None);
    }
    if let Some(entry) = vesting.iter_mut().find(|entry| entry.coldkey == earned.coldkey) {
        entry.alpha = entry.alpha.plus(earned.alpha)?;
        entry.hotkey = earned.hotkey;
        entry.half_life = earned.half_life;
        return Ok(None);
    }
    let first = (vesting.len() >= MAX_EARNERS).then(|| vesting.remove(0));
    vesting.push(earned);
    Ok(first)
}

/// Takes all that has not vested of one earner.
pub fn forfeit<Acc: PartialEq>(vesting: &mut Vec<Vesting<Acc>>, of: &Acc) -> Alpha {
    match vesting.iter().position(|entry| entry.coldkey == *of) {
        Some(place) => vesting.remove(place).alpha,
        None => Alpha::ZERO,
    }
}
