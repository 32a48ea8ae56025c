//! Which neuron leaves: to make room for a newcomer, or when a subnet is trimmed (`docs/rules/neurons.md#pruning` and
//! `docs/rules/neurons.md#trimming`).

use alloc::vec::Vec;

use crate::{Alpha, Error};

/// What the choice looks at in a neuron.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its uid.
    pub uid: u16,
    /// What it earned in the last epoch, 0 if unknown.
    pub emission: Alpha,
    /// Block of its registration.
    pub registered_at: u64,
    /// Whether its immunity period still runs.
    pub immune: bool,
    /// Whether it belongs to the subnet's owner and may never be replaced.
    pub immortal: bool,
}

/// True while a neuron is immune: `block - registered_at < period`.
pub fn is_immune(block: u64, registered_at: u64, period: u16) -> bool {
    block.saturating_sub(registered_at) < u64::from(period)
}

/// The neuron that makes room: the one that earned least, the oldest and then the lowest uid among equals.
/// With more than `min_non_immune` mortal neurons out of immunity it is one of those, otherwise an immune one;
/// none if there is no such neuron.
pub fn choose(candidates: &[Candidate], min_non_immune: u16) -> Option<u16> {
    let worst = |immune| {
        candidates
            .iter()
            .filter(|one| !one.immortal && one.immune == immune)
            .min_by_key(|one| (one.emission, one.registered_at, one.uid))
            .map(|one| one.uid)
    };
    let free = candidates.iter().filter(|one| !one.immortal && !one.immune).count();
    worst(free <= usize::from(min_non_immune))
}

/// No more than this share of the uids that stay may be immune or immortal when a subnet is trimmed, in percent.
pub const MAX_IMMUNE_PERCENT: u64 = 80;

/// Whether a subnet with `safe` immune or immortal neurons may be trimmed to `max_n` neurons: fewer than 80 %,
/// counted in whole percent.
pub fn may_trim(safe: u64, max_n: u16) -> bool {
    safe.saturating_mul(100)
        .checked_div(max_n.into())
        .is_some_and(|percent| percent < MAX_IMMUNE_PERCENT)
}

/// Who stays when a subnet is trimmed to `max_n` neurons, in ascending order: a neuron's new uid is its place in
/// the list. Those who earned least go, the higher uid first among equals; immune and immortal ones stay.
/// `candidates` are all neurons in ascending order of their uids.
///
/// # Errors
/// [`Error::TrimmingWouldExceedMaxImmunePercentage`] unless [`may_trim`].
pub fn trim(candidates: &[Candidate], max_n: u16) -> Result<Vec<u16>, Error> {
    let safe = |one: &Candidate| one.immune || one.immortal;
    let surplus = candidates.len().saturating_sub(max_n.into());
    if surplus > 0 && !may_trim(candidates.iter().filter(|one| safe(one)).count() as u64, max_n) {
        return Err(Error::TrimmingWouldExceedMaxImmunePercentage);
    }
    let mut mortal: Vec<&Candidate> = candidates.iter().filter(|one| !safe(one)).collect();
    mortal.sort_by_key(|one| core::cmp::Reverse(one.emission));
    let first_to_go = mortal.len().saturating_sub(surplus);
    let mut stay: Vec<u16> = mortal[..first_to_go].iter().map(|one| one.uid).collect();
    stay.extend(candidates.iter().filter(|one| safe(one)).map(|one| one.uid));
    stay.sort_unstable();
    Ok(stay)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trimming_drops_the_poorest_from_the_end_and_keeps_the_immune() {
        let neuron = |uid, emission, immune| Candidate {
            uid,
            emission: Alpha(emission),
            registered_at: 0,
            immune,
            immortal: uid == 0,
        };
        let all = [
            neuron(0, 0, false),
            neuron(1, 5, false),
            neuron(2, 0, true),
            neuron(3, 5, false),
            neuron(4, 9, false),
        ];
        assert_eq!(trim(&all, 4), Ok([0, 1, 2, 4].to_vec()));
        assert_eq!(trim(&all, 3), Ok([0, 2, 4].to_vec()));
        assert_eq!(trim(&all, 2), Err(Error::TrimmingWouldExceedMaxImmunePercentage));
        assert_eq!(trim(&all, 5), Ok([0, 1, 2, 3, 4].to_vec()));
    }
}
