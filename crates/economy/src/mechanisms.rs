//! Several weight matrices on one subnet (`docs/rules/yuma.md#mechanisms`).

use alloc::{vec, vec::Vec};

use crate::{Alpha, Error, epoch::EpochOutput, fixed::U64F64};

/// No subnet has more mechanisms.
pub const MAX_MECHANISMS: u8 = 16;

/// Uids of a subnet times its mechanisms stay within this.
pub const MAX_UIDS_TIMES_MECHANISMS: u16 = 256;

/// Checks a new number of mechanisms.
///
/// # Errors
/// [`Error::InvalidValue`] unless it is 1 to `max_count` and at most 16; [`Error::TooManyUIDsPerMechanism`] if
/// the subnet allows too many uids for it.
pub fn check_count(count: u8, max_count: u8, max_allowed_uids: u16) -> Result<(), Error> {
    if count == 0 || count > max_count {
        return Err(Error::InvalidValue);
    }
    if !fit(max_allowed_uids, count) {
        return Err(Error::TooManyUIDsPerMechanism);
    }
    if count > MAX_MECHANISMS {
        Err(Error::InvalidValue)
    } else {
        Ok(())
    }
}

/// Whether a subnet may have so many neurons with so many mechanisms.
pub fn fit(uids: u16, mechanisms: u8) -> bool {
    u32::from(uids) * u32::from(mechanisms) <= u32::from(MAX_UIDS_TIMES_MECHANISMS)
}

/// Checks a new split of the emission over `count` mechanisms.
///
/// # Errors
/// [`Error::InvalidValue`] unless there are 1 to `count` parts that sum to 65535.
pub fn check_split(split: &[u16], count: u8) -> Result<(), Error> {
    let sum: u64 = split.iter().map(|&part| u64::from(part)).sum();
    let fits = !split.is_empty() && split.len() <= usize::from(count) && sum == u64::from(u16::MAX);
    if fits { Ok(()) } else { Err(Error::InvalidValue) }
}

/// Each mechanism's part of the emission, `count` entries. What rounding leaves goes to mechanism 0.
pub fn split(emission: Alpha, count: u8, split: Option<&[u16]>) -> Vec<Alpha> {
    let count = count.max(1);
    let total = emission.get();
    let mut parts = match split {
        Some(split) => split
            .iter()
            // At most the emission itself, since a part is at most 65535.
            .map(|&part| (u128::from(total) * u128::from(part) / u128::from(u16::MAX)) as u64)
            .collect(),
        None => vec![total / u64::from(count); count.into()],
    };
    parts.resize(count.into(), 0);
    let given: u64 = parts.iter().fold(0, |sum, part| sum.saturating_add(*part));
    parts[0] = parts[0].saturating_add(total.saturating_sub(given));
    parts.into_iter().map(Alpha).collect()
}

/// The epochs of all mechanisms of a subnet taken together, n entries each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Aggregate {
    /// Active in any of them.
    pub active: Vec<bool>,
    /// Permitted by any of them.
    pub validator_permit: Vec<bool>,
    /// Mean weighted by the parts of the emission, as are the next three, in 1/65535.
    pub stake_weight: Vec<u16>,
    /// See [`EpochOutput::consensus`].
    pub consensus: Vec<u16>,
    /// See [`EpochOutput::dividends`].
    pub dividends: Vec<u16>,
    /// See [`EpochOutput::validator_trust`].
    pub validator_trust: Vec<u16>,
    /// Weighted mean, not the sum, of what each uid earns: a quirk that pruning sees.
    pub emission: Vec<Alpha>,
    /// Sum of what each uid earns as a miner.
    pub server_emission: Vec<Alpha>,
    /// Sum of what each uid earns as a validator.
    pub validator_emission: Vec<Alpha>,
    /// Sum of the stakes, once for each mechanism: a quirk that voting power sees.
    pub stake: Vec<u64>,
}

/// Aggregates the epochs of a subnet's mechanisms, given in order with their parts of the emission.
pub fn aggregate(epochs: &[(Alpha, EpochOutput)], emission: Alpha) -> Aggregate {
    let n = epochs.iter().map(|(_, output)| output.active.len()).max().unwrap_or(0);
    let mut all = Aggregate {
        active: vec![false; n],
        validator_permit: vec![false; n],
        stake_weight: vec![0; n],
        consensus: vec![0; n],
        dividends: vec![0; n],
        validator_trust: vec![0; n],
        emission: vec![Alpha::ZERO; n],
        server_emission: vec![Alpha::ZERO; n],
        validator_emission: vec![Alpha::ZERO; n],
        stake: vec![0; n],
    };
    for (k, (part, output)) in epochs.iter().enumerate() {
        let weight = weight(*part, emission, k == 0);
        let mean = |sums: &mut Vec<u16>, values: &[u16]| {
            for (sum, &value) in sums.iter_mut().zip(values) {
                *sum = add_weighted((*sum).into(), value.into(), weight).min(u16::MAX.into()) as u16;
            }
        };
        mean(&mut all.stake_weight, &output.stake_weight);
        mean(&mut all.consensus, &output.consensus);
        mean(&mut all.dividends, &output.dividends);
        mean(&mut all.validator_trust, &output.validator_trust);
        for (sum, value) in all.emission.iter_mut().zip(&output.emission) {
            *sum = Alpha(add_weighted(sum.get(), value.get(), weight));
        }
        add(&mut all.server_emission, &output.server_emission);
        add(&mut all.validator_emission, &output.validator_emission);
        for (sum, value) in all.stake.iter_mut().zip(&output.stake) {
            *sum = sum.saturating_add(*value);
        }
        or(&mut all.active, &output.active);
        or(&mut all.validator_permit, &output.validator_permit);
    }
    all
}

/// A mechanism's part as a fraction; without any emission mechanism 0 counts alone.
fn weight(part: Alpha, emission: Alpha, first: bool) -> U64F64 {
    U64F64::from_num(part.get())
        .checked_div(U64F64::from_num(emission.get()))
        .unwrap_or_else(|| U64F64::from_num(u8::from(first)))
}

/// `sum + value * weight`, rounded down: after every mechanism, so that units get lost.
fn add_weighted(sum: u64, value: u64, weight: U64F64) -> u64 {
    U64F64::from_num(sum)
        .saturating_add(U64F64::from_num(value).saturating_mul(weight))
        .saturating_to_num()
}

/// Saturating, as the reference adds; the sum is at most the emission.
fn add(sums: &mut [Alpha], values: &[Alpha]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum = Alpha(sum.get().saturating_add(value.get()));
    }
}

fn or(sums: &mut [bool], values: &[bool]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum |= value;
    }
}
