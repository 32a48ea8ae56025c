//! Bounds of what subnet owners and root may set (`docs/rules/hyperparameters.md`).

use core::ops::RangeInclusive;

use crate::{
    Tao, UNIT,
    fixed::U64F64,
    mechanisms::{MAX_MECHANISMS, MAX_UIDS_TIMES_MECHANISMS, fit},
};

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

/// Most coldkeys for which a block may claim root dividends (`docs/rules/root.md#automatic-claims`).
pub const MAX_ROOT_CLAIMS: u64 = 50;
/// The largest threshold of claims of root dividends, in rao of alpha (`docs/rules/root.md#claiming`).
pub const MAX_ROOT_CLAIM_THRESHOLD: u64 = 10_000_000;

/// Whether a block may claim root dividends for this many coldkeys.
pub fn is_root_claims(count: u64) -> bool {
    count <= MAX_ROOT_CLAIMS
}

/// Whether this may be the least claim of root dividends of a subnet, in rao of alpha.
pub fn is_root_claim_threshold(alpha: u64) -> bool {
    alpha <= MAX_ROOT_CLAIM_THRESHOLD
}

/// Why a number of neurons is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UidsRefused {
    /// The most are fewer than the least, or the least not fewer than the most.
    #[error("the least number of neurons must be below the largest")]
    AcrossTheOther,
    /// The most are fewer than there are, or the least not fewer.
    #[error("the subnet has neurons in the way")]
    AcrossThePresent,
    /// More than any subnet may have.
    #[error("a subnet has at most {MAX_UIDS_TIMES_MECHANISMS} neurons")]
    TooMany,
    /// Too many beside this number of mechanisms.
    #[error("too many neurons for this number of mechanisms")]
    TooManyPerMechanism,
}

/// Checks the largest number of neurons of a subnet with `present` ones, beside the least number.
///
/// # Errors
/// The first of [`UidsRefused`] that applies.
pub fn check_max_uids(uids: u16, least: u16, present: u16, mechanisms: u8) -> Result<(), UidsRefused> {
    if uids < least {
        Err(UidsRefused::AcrossTheOther)
    } else if uids < present {
        Err(UidsRefused::AcrossThePresent)
    } else if uids > MAX_UIDS_TIMES_MECHANISMS {
        Err(UidsRefused::TooMany)
    } else if !fit(uids, mechanisms) {
        Err(UidsRefused::TooManyPerMechanism)
    } else {
        Ok(())
    }
}

/// Checks the least number of neurons of a subnet with `present` ones, beside the largest number.
///
/// # Errors
/// [`UidsRefused::AcrossTheOther`], then [`UidsRefused::AcrossThePresent`].
pub fn check_min_uids(uids: u16, most: u16, present: u16) -> Result<(), UidsRefused> {
    if uids >= most {
        Err(UidsRefused::AcrossTheOther)
    } else if uids >= present {
        Err(UidsRefused::AcrossThePresent)
    } else {
        Ok(())
    }
}

/// Whether a subnet of at most `uids` neurons may have this many validators.
pub fn is_max_validators(validators: u16, uids: u16) -> bool {
    validators <= uids
}

/// Whether this activity cutoff may be set, in blocks, above the least one of the chain.
pub fn is_activity_cutoff(cutoff: u16, least: u16) -> bool {
    cutoff >= least
}

/// Whether a childkey take may be set, between the least and the largest that count.
pub fn is_childkey_take(take: u16, least: u16, most: u16) -> bool {
    (least..=most).contains(&take)
}

/// Whether so many mechanisms may be the most of a subnet.
pub fn is_max_mechanisms(count: u8) -> bool {
    (1..=MAX_MECHANISMS).contains(&count)
}

/// Whether so many epochs may be the most of a block: none would stop all subnets.
pub fn is_max_epochs(count: u8) -> bool {
    count >= 1
}
