//! Takes of delegates and of child keys, and when scheduled children apply (`docs/rules/delegation.md`).

use crate::{Error, UNIT, bounds, fixed::U96F32, rate_limits, stake_weight::proportion, units::BLOCKS_PER_DAY};

/// Most parents of a hotkey on a subnet. Every epoch reads them all, and anybody can make a hotkey a child.
pub const MAX_PARENTS: usize = 128;

/// Most children of a hotkey on a subnet.
pub const MAX_CHILDREN: usize = 5;

/// Whether a hotkey may lend these shares of its stake, over `u64::MAX` each: all together are at most the whole.
pub fn may_lend(shares: impl Iterator<Item = u64>) -> bool {
    shares.map(u128::from).sum::<u128>() <= u128::from(u64::MAX)
}

/// Most scheduled changes of children that one epoch of a subnet applies, of those that it looks at the oldest first; others
/// wait for the next.
pub const MAX_CHANGES_PER_EPOCH: usize = 64;

/// Most scheduled changes of children that one epoch of a subnet looks at. If there are more, the next epoch goes on after
/// them.
pub const MAX_CHANGES_SEEN: usize = 512;

/// How much stake a parent lends: the share of its own alpha and root stake, each rounded down. Only for comparison.
pub fn lent(share: u64, alpha: u64, root: u64) -> u128 {
    let part = |stake: u64| -> u128 {
        U96F32::from_num(stake)
            .saturating_mul(proportion(share))
            .saturating_to_num()
    };
    part(alpha).saturating_add(part(root))
}

/// Whose place a newcomer takes among the parents of a hotkey, by what each lends: nobody's (`Ok(None)`) where there is
/// room, else that of the first of those that lend least.
///
/// # Errors
/// [`NoRoom`] if all lend as much as the newcomer or more.
pub fn displaced(parents: impl ExactSizeIterator<Item = u128>, newcomer: u128) -> Result<Option<usize>, NoRoom> {
    if parents.len() < MAX_PARENTS {
        return Ok(None);
    }
    match parents.enumerate().min_by_key(|(_, lent)| *lent) {
        Some((place, least)) if least < newcomer => Ok(Some(place)),
        _ => Err(NoRoom),
    }
}

/// A hotkey has [`MAX_PARENTS`] parents, none of which lends less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRoom;

/// Checks a delegate's take, over 65535, before anything else (`docs/rules/delegation.md#delegate-take`).
///
/// # Errors
/// [`Error::DelegateTakeTooLow`] below `min`, [`Error::DelegateTakeTooHigh`] above `max`.
pub fn check_take(take: u16, min: u16, max: u16) -> Result<(), Error> {
    if take < min {
        Err(Error::DelegateTakeTooLow)
    } else if take > max {
        Err(Error::DelegateTakeTooHigh)
    } else {
        Ok(())
    }
}

/// Checks an increase of a delegate's take to `take`, over 65535. `current` is the stored take, if any;
/// `last_change` the block of the last change, 0 if none.
///
/// # Errors
/// [`Error::DelegateTakeTooLow`] unless it is above the current one, [`Error::DelegateTxRateLimitExceeded`] up to `limit`
/// blocks after the last change.
pub fn check_increase(current: Option<u16>, take: u16, last_change: u64, block: u64, limit: u64) -> Result<(), Error> {
    if current.is_some_and(|current| take <= current) {
        return Err(Error::DelegateTakeTooLow);
    }
    if rate_limits::passes_strictly(last_change, block, limit) {
        Ok(())
    } else {
        Err(Error::DelegateTxRateLimitExceeded)
    }
}

/// Checks a decrease of a delegate's take to `take`, over 65535. `current` is the stored take, if any.
///
/// # Errors
/// [`Error::DelegateTakeTooLow`] unless it is below the current one.
pub fn check_decrease(current: Option<u16>, take: u16) -> Result<(), Error> {
    if current.is_some_and(|current| take >= current) {
        return Err(Error::DelegateTakeTooLow);
    }
    Ok(())
}

/// The take that a child key keeps of its parents' dividends: the stored one, or the larger of the two minima.
pub fn effective_childkey_take(stored: u16, minimum: u16, subnet_minimum: u16) -> u16 {
    stored.max(minimum).max(subnet_minimum)
}

/// What decides about a new childkey take, over 65535 and in blocks.
#[derive(Clone, Copy, Debug)]
pub struct ChildkeyTake {
    /// The stored one.
    pub stored: u16,
    /// The least of the chain.
    pub least: u16,
    /// The least of the subnet.
    pub least_here: u16,
    /// The largest.
    pub most: u16,
    /// Block of the last change, 0 if none.
    pub last_change: u64,
    /// Now.
    pub block: u64,
    /// Blocks from a change to an increase.
    pub limit: u64,
}

/// Why a childkey take is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChildkeyTakeRefused {
    /// Below the larger minimum or above the maximum.
    OutOfRange,
    /// An increase over the effective take, too soon after the last change.
    TooSoon,
}

impl ChildkeyTake {
    /// Checks a new take (`docs/rules/delegation.md#childkey-take`).
    ///
    /// # Errors
    /// [`ChildkeyTakeRefused::OutOfRange`] first, then [`ChildkeyTakeRefused::TooSoon`].
    pub fn check(self, take: u16) -> Result<(), ChildkeyTakeRefused> {
        let least = effective_childkey_take(0, self.least, self.least_here);
        if !bounds::is_childkey_take(take, least, self.most) {
            return Err(ChildkeyTakeRefused::OutOfRange);
        }
        let rises = take > effective_childkey_take(self.stored, self.least, self.least_here);
        if rises && !rate_limits::passes(self.last_change, self.block, self.limit) {
            return Err(ChildkeyTakeRefused::TooSoon);
        }
        Ok(())
    }
}

/// Whether a hotkey whose alpha is worth `value` may lend stake to children, in rao. The hotkey of the subnet's owner
/// needs no stake for it, and nobody to take all children away.
pub fn may_have_children(any: bool, of_owner: bool, value: u64, threshold: u64) -> bool {
    !any || of_owner || value >= threshold
}

/// Whether children scheduled for `cooldown_block` apply at an epoch in `block`: strictly after it, or at once while
/// the subnet's token is disabled.
pub fn children_apply(cooldown_block: u64, block: u64, subtoken_enabled: bool) -> bool {
    cooldown_block < block || !subtoken_enabled
}

/// What a day brings of an emission per epoch: a preview for people, where saturation is harmless.
pub fn daily(emission: u64, tempo: u16) -> u64 {
    let epochs = BLOCKS_PER_DAY.checked_div(tempo.into()).unwrap_or(0);
    emission.saturating_mul(epochs)
}

/// What 1,000 TAO of `staked` earn of `daily` after the take, in rao: a preview for people, where saturation is harmless.
pub fn return_per_1000(daily: u64, take: u16, staked: u64) -> u64 {
    let to_stakers = u128::from(daily) * u128::from(u16::MAX - take) / u128::from(u16::MAX);
    (to_stakers * 1_000 * u128::from(UNIT))
        .checked_div(staked.into())
        .map_or(0, |each| each.try_into().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use super::*;

    #[test]
    fn a_newcomer_takes_the_place_of_who_lends_least() {
        let full = |least: u128| (0..MAX_PARENTS as u128).map(move |n| if n == 7 { least } else { 100 + n });
        assert_eq!(displaced([].into_iter(), 0), Ok(None));
        assert_eq!(displaced(vec![9; MAX_PARENTS - 1].into_iter(), 0), Ok(None));
        let full: Vec<_> = full(5).collect();
        assert_eq!(displaced(full.clone().into_iter(), 6), Ok(Some(7)));
        assert_eq!(displaced(full.clone().into_iter(), 5), Err(NoRoom));
        assert_eq!(displaced(full.into_iter(), 0), Err(NoRoom));
    }

    #[test]
    fn what_is_lent_is_the_share_of_both_stakes() {
        assert_eq!(lent(u64::MAX, 10, 7), 17);
        assert_eq!(lent(u64::MAX / 2, 1_000, 3_000), 1_998);
        assert_eq!(lent(0, u64::MAX, u64::MAX), 0);
        assert_eq!(lent(u64::MAX, u64::MAX, u64::MAX), 2 * u128::from(u64::MAX));
    }
}
