//! Bounds of what subnet owners and root may set (`docs/rules/hyperparameters.md`).

use core::ops::RangeInclusive;

use crate::{Tao, UNIT, fixed::U64F64};

/// Why a value is refused. The names are those of the reference chain, because clients match them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutOfBounds {
    /// The upper alpha is below [`MIN_ALPHA`].
    #[error("the upper alpha must be at least {MIN_ALPHA}")]
    AlphaHighTooLow,
    /// The lower alpha is below [`MIN_ALPHA`] or above the upper one.
    #[error("the lower alpha must be {MIN_ALPHA} to the upper one")]
    AlphaLowOutOfRange,
    /// The reveal period is 0.
    #[error("the reveal period must be at least {MIN_REVEAL_PERIOD}")]
    RevealPeriodTooSmall,
    /// The reveal period is too long.
    #[error("the reveal period must be at most {MAX_REVEAL_PERIOD}")]
    RevealPeriodTooLarge,
}

/// Least upper and lower liquid alpha, over 65535.
pub const MIN_ALPHA: u16 = 1638;
/// Least tempo that an owner may set, in blocks.
pub const MIN_TEMPO: u16 = 360;
/// Largest tempo that an owner may set, in blocks.
pub const MAX_TEMPO: u16 = 50_400;
/// Least activity cutoff, in thousandths of a tempo.
pub const MIN_ACTIVITY_CUTOFF_FACTOR: u32 = 1_000;
/// Largest activity cutoff, in thousandths of a tempo.
pub const MAX_ACTIVITY_CUTOFF_FACTOR: u32 = 50_000;
/// Least reveal period, in epochs.
pub const MIN_REVEAL_PERIOD: u64 = 1;
/// Largest reveal period, in epochs.
pub const MAX_REVEAL_PERIOD: u64 = 100;
/// Largest weight of old bonds that an owner may set, in 1e-6. Root may set any.
pub const MAX_OWNER_BONDS_MOVING_AVERAGE: u64 = 975_000;

/// The least price of a neuron stays below this.
pub const MIN_BURN_LIMIT: Tao = Tao(UNIT);
/// The highest price of a neuron stays above this.
pub const MAX_BURN_LIMIT: Tao = Tao(UNIT / 10);
/// Blocks in which the price of a neuron may halve.
pub const BURN_HALF_LIFE: RangeInclusive<u16> = 1..=36_100;
/// By what a registration may multiply the price of a neuron.
pub const BURN_INCREASE: RangeInclusive<U64F64> = U64F64::from_bits(1 << 64)..=U64F64::from_bits(3 << 64);
/// How many neurons of the owner may be immortal.
pub const IMMUNE_OWNER_UIDS: RangeInclusive<u16> = 1..=10;
/// The highest fee of swaps that may be set, over 65535 (`docs/rules/pool.md#reserves-and-weights`).
pub const MAX_FEE_RATE: u16 = 10_000;

/// Whether the least price of a neuron may be set beside this highest one.
pub fn is_min_burn(min: Tao, max: Tao) -> bool {
    min < MIN_BURN_LIMIT && min < max
}

/// Whether the highest price of a neuron may be set beside this least one.
pub fn is_max_burn(max: Tao, min: Tao) -> bool {
    max > MAX_BURN_LIMIT && max > min
}

/// Whether the steepness of liquid alpha may be set, by root or by an owner.
pub fn may_set_steepness(steepness: i16, by_root: bool) -> bool {
    by_root || steepness >= 0
}

/// Checks the bounds of liquid alpha.
///
/// # Errors
/// [`OutOfBounds::AlphaHighTooLow`] first, then [`OutOfBounds::AlphaLowOutOfRange`].
pub fn check_alpha_values(low: u16, high: u16) -> Result<(), OutOfBounds> {
    if high < MIN_ALPHA {
        return Err(OutOfBounds::AlphaHighTooLow);
    }
    if (MIN_ALPHA..=high).contains(&low) {
        Ok(())
    } else {
        Err(OutOfBounds::AlphaLowOutOfRange)
    }
}

/// Checks a reveal period, in epochs.
///
/// # Errors
/// [`OutOfBounds::RevealPeriodTooSmall`], [`OutOfBounds::RevealPeriodTooLarge`].
pub fn check_reveal_period(epochs: u64) -> Result<(), OutOfBounds> {
    match epochs {
        0 => Err(OutOfBounds::RevealPeriodTooSmall),
        MIN_REVEAL_PERIOD..=MAX_REVEAL_PERIOD => Ok(()),
        _ => Err(OutOfBounds::RevealPeriodTooLarge),
    }
}

/// Whether an owner may set this tempo.
pub fn owner_may_set_tempo(tempo: u16) -> bool {
    (MIN_TEMPO..=MAX_TEMPO).contains(&tempo)
}

/// Whether this activity cutoff may be set, in thousandths of a tempo.
pub fn is_activity_cutoff_factor(factor_milli: u32) -> bool {
    (MIN_ACTIVITY_CUTOFF_FACTOR..=MAX_ACTIVITY_CUTOFF_FACTOR).contains(&factor_milli)
}

/// Whether the weight of old bonds may be set, by root or by an owner.
pub fn may_set_bonds_moving_average(value: u64, by_root: bool) -> bool {
    by_root || value <= MAX_OWNER_BONDS_MOVING_AVERAGE
}
