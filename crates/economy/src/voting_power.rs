//! Voting power: a slow moving average of a validator's stake (`docs/rules/yuma.md#voting-power`).

/// One in the fixed point of the average's factor.
pub const ONE: u64 = 1_000_000_000_000_000_000;

/// The average after an epoch, rounded down. `alpha` is the weight of the new stake in parts of 10^18, at most [`ONE`].
pub fn average(alpha: u64, stake: u64, previous: u64) -> u64 {
    let (alpha, one) = (u128::from(alpha.min(ONE)), u128::from(ONE));
    // Between the two values, since the parts sum to one: it fits.
    ((alpha * u128::from(stake) + (one - alpha) * u128::from(previous)) / one) as u64
}

/// What to store after an epoch for a hotkey with a permit; none removes the entry: an average of nothing, or
/// one that falls below the stake threshold.
pub fn update(alpha: u64, stake: u64, previous: u64, stake_threshold: u64) -> Option<u64> {
    let new = average(alpha, stake, previous);
    let falls = new < stake_threshold && stake_threshold <= previous;
    (!falls && new > 0).then_some(new)
}
