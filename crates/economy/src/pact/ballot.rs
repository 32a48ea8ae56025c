//! Votes by alpha stake, without a list of holders: at most 64 at a time, a larger one displaces the smallest.
//!
//! A vote counts what its stake weighs when it is cast and when votes are counted, whichever is less: what has been
//! staked there since before the question ([`super::arrivals`]). So the same alpha counts once.

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;

use super::Error;
use crate::Alpha;

/// The most votes on one question.
pub const MAX_BALLOTS: usize = 64;

/// One stake's vote.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Ballot<Acc> {
    /// Whose stake.
    pub coldkey: Acc,
    /// To which hotkey it is staked.
    pub hotkey: Acc,
    /// Alpha when the vote was cast.
    pub alpha: Alpha,
    /// For or against.
    pub yes: bool,
}

/// Casts a vote, or changes that of the same stake. `now` has what the stake of each ballot weighs now, in their order:
/// where all places are taken, the vote that counts least by that makes room for one that counts more.
///
/// # Errors
/// [`Error::NoStake`] for nothing, [`Error::TooSmall`] if all places are taken by votes at least as large.
pub fn cast<Acc: PartialEq>(ballots: &mut Vec<Ballot<Acc>>, ballot: Ballot<Acc>, now: &[Alpha]) -> Result<(), Error> {
    if ballot.alpha.is_zero() {
        return Err(Error::NoStake);
    }
    let same = |other: &&mut Ballot<Acc>| other.coldkey == ballot.coldkey && other.hotkey == ballot.hotkey;
    if let Some(before) = ballots.iter_mut().find(same) {
        *before = ballot;
        return Ok(());
    }
    if ballots.len() < MAX_BALLOTS {
        ballots.push(ballot);
        return Ok(());
    }
    let weights = now.iter().copied().chain(core::iter::repeat(Alpha::ZERO));
    let counted = ballots
        .iter_mut()
        .zip(weights)
        .map(|(ballot, now)| (ballot.alpha.min(now), ballot));
    match counted.min_by_key(|(weight, _)| *weight) {
        Some((weight, smallest)) if weight < ballot.alpha => {
            *smallest = ballot;
            Ok(())
        }
        _ => Err(Error::TooSmall),
    }
}

/// The alpha for and against, with what each stake weighs now.
///
/// # Errors
/// [`crate::Error::Overflow`].
pub fn count<Acc>(
    ballots: &[Ballot<Acc>],
    mut now: impl FnMut(&Ballot<Acc>) -> Alpha,
) -> Result<(Alpha, Alpha), Error> {
    let mut sums = (Alpha::ZERO, Alpha::ZERO);
    for ballot in ballots {
        let alpha = ballot.alpha.min(now(ballot));
        let side = if ballot.yes { &mut sums.0 } else { &mut sums.1 };
        *side = side.plus(alpha)?;
    }
    Ok(sums)
}

/// [`count`], where `now` has what each stake weighs, in the order of the ballots.
///
/// # Errors
/// [`crate::Error::Overflow`].
pub fn count_in_order<Acc>(ballots: &[Ballot<Acc>], now: &[Alpha]) -> Result<(Alpha, Alpha), Error> {
    let mut now = now.iter().copied();
    count(ballots, |_| now.next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_largest_keep_their_places(stakes in prop::collection::vec(1u64..1_000_000, 1..200)) {
            let mut ballots = vec![];
            for (coldkey, alpha) in stakes.iter().enumerate() {
                let now: Vec<Alpha> = ballots.iter().map(|ballot: &Ballot<usize>| ballot.alpha).collect();
                let _ = cast(&mut ballots, Ballot { coldkey, hotkey: 0, alpha: Alpha(*alpha), yes: true }, &now);
            }
            let mut largest = stakes.clone();
            largest.sort_unstable_by(|a, b| b.cmp(a));
            largest.truncate(MAX_BALLOTS);
            let (yes, no) = count(&ballots, |ballot| ballot.alpha).unwrap();
            prop_assert_eq!((yes.0, no.0), (largest.iter().sum(), 0));
        }
    }

    #[test]
    fn a_stake_votes_once_and_with_what_it_still_has() {
        let vote = |alpha, yes| Ballot {
            coldkey: 1,
            hotkey: 2,
            alpha: Alpha(alpha),
            yes,
        };
        let mut ballots = vec![];
        cast(&mut ballots, vote(10, true), &[]).unwrap();
        cast(&mut ballots, vote(8, false), &[Alpha(10)]).unwrap();
        assert_eq!(count(&ballots, |_| Alpha(5)), Ok((Alpha(0), Alpha(5))));
        assert_eq!(count(&ballots, |_| Alpha(50)), Ok((Alpha(0), Alpha(8))));
        assert_eq!(cast(&mut ballots, vote(0, true), &[Alpha(8)]), Err(Error::NoStake));
    }
}
