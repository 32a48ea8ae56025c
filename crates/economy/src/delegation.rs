//! Takes of delegates and of child keys, and when scheduled children apply (`docs/rules/delegation.md`).

use crate::{Error, rate_limits};

/// Checks an increase of a delegate's take to `take`, over 65535. `current` is the stored take, if any;
/// `last_change` the block of the last change, 0 if none.
///
/// # Errors
/// [`Error::DelegateTakeTooLow`] unless it is above the current one, [`Error::DelegateTakeTooHigh`] above `max`,
/// [`Error::DelegateTxRateLimitExceeded`] up to `limit` blocks after the last change.
pub fn check_increase(
    current: Option<u16>,
    take: u16,
    max: u16,
    last_change: u64,
    block: u64,
    limit: u64,
) -> Result<(), Error> {
    if current.is_some_and(|current| take <= current) {
        return Err(Error::DelegateTakeTooLow);
    }
    if take > max {
        return Err(Error::DelegateTakeTooHigh);
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
/// [`Error::DelegateTakeTooLow`] unless it is below the current one and at least `min`.
pub fn check_decrease(current: Option<u16>, take: u16, min: u16) -> Result<(), Error> {
    if current.is_some_and(|current| take >= current) || take < min {
        return Err(Error::DelegateTakeTooLow);
    }
    Ok(())
}

/// The take that a child key keeps of its parents' dividends: the stored one, or the larger of the two minima.
pub fn effective_childkey_take(stored: u16, minimum: u16, subnet_minimum: u16) -> u16 {
    stored.max(minimum).max(subnet_minimum)
}

/// Whether children scheduled for `cooldown_block` apply at an epoch in `block`: strictly after it, or at once while
/// the subnet's token is disabled.
pub fn children_apply(cooldown_block: u64, block: u64, subtoken_enabled: bool) -> bool {
    cooldown_block < block || !subtoken_enabled
}
