//! What a neuron may submit as weights, and how they are stored (`docs/rules/weights.md`).

use alloc::vec::Vec;

use crate::{
    Error,
    epoch::math::{self, Bits, ONE},
    rate_limits,
};

/// What the checks know about the subnet and the caller.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// Number of neurons on the subnet.
    pub n: u16,
    /// Whether subnet and mechanism exist.
    pub mechanism_exists: bool,
    /// Uid of the caller's hotkey.
    pub uid: Option<u16>,
    /// Whether it is the subnet owner's hotkey.
    pub is_owner: bool,
    /// Whether its stake weight reaches the threshold. The owner needs none.
    pub has_stake: bool,
    /// Whether it has a validator permit.
    pub has_permit: bool,
    /// Least version of weights that the subnet accepts, 0 for any.
    pub least_version: u64,
    /// When it last set weights, now, and the least distance; none on reveals, which have been limited as commits.
    pub rate: Option<Rate>,
    /// Least number of weights.
    pub min_allowed_weights: u16,
}

/// The rate limit of weights. Blocks.
#[derive(Clone, Copy, Debug)]
pub struct Rate {
    /// Last update of the caller, 0 if none.
    pub last_update: u64,
    /// Now.
    pub block: u64,
    /// Least distance.
    pub limit: u64,
}

impl Rate {
    /// Whether weights may be set now.
    pub fn passes(self) -> bool {
        rate_limits::passes(self.last_update, self.block, self.limit)
    }
}

/// Checks submitted weights and returns the row to store: in the submitted order, zeros included, scaled so that
/// the largest is 65535. That the netuid is not root's and that the call is signed is checked before.
///
/// # Errors
/// The first that applies, in the order of `docs/rules/weights.md#setting`.
pub fn accept(caller: &Caller, uids: &[u16], values: &[u16], version_key: u64) -> Result<Vec<(u16, u16)>, Error> {
    if uids.len() != values.len() {
        return Err(Error::WeightVecNotEqualSize);
    }
    if !caller.mechanism_exists {
        return Err(Error::MechanismDoesNotExist);
    }
    if uids.len() > usize::from(caller.n) {
        return Err(Error::UidsLengthExceedUidsInSubNet);
    }
    let uid = caller.uid.ok_or(Error::HotKeyNotRegisteredInSubNet)?;
    if !is_enough(caller.is_owner, || caller.has_stake) {
        return Err(Error::NotEnoughStakeToSetWeights);
    }
    if !accepts_version(caller.least_version, version_key) {
        return Err(Error::IncorrectWeightVersionKey);
    }
    if caller.rate.is_some_and(|rate| !rate.passes()) {
        return Err(Error::SettingWeightsTooFast);
    }
    let on_itself = uids == [uid];
    if !on_itself && !caller.is_owner && !caller.has_permit {
        return Err(Error::NeuronNoValidatorPermit);
    }
    let mut sorted = uids.to_vec();
    sorted.sort_unstable();
    if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Error::DuplicateUids);
    }
    if uids.iter().any(|&uid| uid >= caller.n) {
        return Err(Error::UidVecContainInvalidOne);
    }
    if !on_itself && uids.len() < usize::from(caller.min_allowed_weights.min(caller.n)) {
        return Err(Error::WeightVecLengthIsLow);
    }
    let scaled = upscale(values);
    if !within_limit(&scaled, u16::MAX) {
        return Err(Error::MaxWeightExceeded);
    }
    Ok(uids.iter().copied().zip(scaled).collect())
}

/// Whether a hotkey has stake enough for weights: that of the subnet's owner needs none.
pub fn is_enough(is_owner: bool, has_stake: impl FnOnce() -> bool) -> bool {
    is_owner || has_stake()
}

/// Whether a subnet that asks for `least` takes weights of this version.
pub fn accepts_version(least: u64, version_key: u64) -> bool {
    least == 0 || version_key >= least
}

/// Scales weights so that the largest becomes 65535.
pub fn upscale(values: &[u16]) -> Vec<u16> {
    let fixed: Vec<Bits> = values.iter().map(|&value| math::from_int(value.into())).collect();
    upscale_fixed(&fixed)
}

/// [`upscale`] of I32F32 values. Above 32768 the product with 65535 would leave the type, so there the order of
/// multiplication and division changes, and with it the rounding.
pub fn upscale_fixed(values: &[Bits]) -> Vec<u16> {
    const LARGE: Bits = 32_768 << 32;
    const FULL: Bits = 65_535 << 32;
    let largest = values.iter().copied().max().unwrap_or(0);
    let factor = math::safe_div(FULL, largest);
    let scale = |value: Bits| {
        if largest > LARGE {
            math::mul(value, factor)
        } else {
            math::safe_div(math::mul(value, FULL), largest)
        }
    };
    values.iter().map(|&value| round_to_u16(scale(value))).collect()
}

/// Half away from zero; negative becomes 0.
fn round_to_u16(value: Bits) -> u16 {
    let rounded = value.saturating_add(ONE / 2) >> 32;
    rounded.clamp(0, u16::MAX.into()) as u16
}

/// Whether no value has a larger share of their sum than `limit`, over 65535.
pub fn within_limit(values: &[u16], limit: u16) -> bool {
    let mut shares: Vec<Bits> = values.iter().map(|&value| math::from_int(value.into())).collect();
    math::normalize(&mut shares);
    shares.iter().all(|&share| share <= math::proportion(limit))
}
