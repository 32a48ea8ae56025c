//! What came to a stake while a question was open: it has no weight in the answer (`docs/rules/pacts.md#votes`).
//!
//! A question is a report or an announced loosening, and is known by the block in which it was asked. Alpha that arrives
//! is noted for the last question that was open then; alpha that leaves takes away what arrived last. So what is staked
//! less what is noted since a question is the least that has been there since: nobody lowers it by sending alpha, and
//! alpha that wanders from stake to stake weighs nothing at the second.

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use super::State;
use crate::{Alpha, Error};

/// Alpha that came to a stake and is still there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct Arrival {
    /// Block of the last question that was open then.
    pub question: u64,
    /// How much.
    pub alpha: Alpha,
}

/// The blocks of the questions that are open, in order and each once: at most one more than there may be reports.
pub fn questions<Acc>(state: &State<Acc>) -> Vec<u64> {
    let loosening = state.pact.as_ref().and_then(|pact| pact.loosening.as_ref());
    let mut open: Vec<u64> = state.reports.iter().map(|report| report.at).collect();
    open.extend(loosening.map(|loosening| loosening.announced_at));
    open.sort_unstable();
    open.dedup();
    open
}

/// Notes that alpha came while questions were open.
///
/// # Errors
/// [`Error::Overflow`].
pub fn arrive(arrivals: &mut Vec<Arrival>, open: &[u64], alpha: Alpha) -> Result<(), Error> {
    keep_open(arrivals, open)?;
    let Some(question) = open.last().copied() else {
        return Ok(());
    };
    match arrivals.last_mut() {
        Some(last) if last.question == question => last.alpha = last.alpha.plus(alpha)?,
        _ => arrivals.push(Arrival { question, alpha }),
    }
    Ok(())
}

/// Notes that alpha went while questions were open: of what arrived, the last first.
///
/// # Errors
/// [`Error::Overflow`].
pub fn depart(arrivals: &mut Vec<Arrival>, open: &[u64], alpha: Alpha) -> Result<(), Error> {
    keep_open(arrivals, open)?;
    let mut left = alpha;
    while let Some(last) = arrivals.last_mut() {
        let gone = last.alpha.min(left);
        (last.alpha, left) = (last.alpha.minus(gone)?, left.minus(gone)?);
        if !last.alpha.is_zero() {
            break;
        }
        arrivals.pop();
    }
    Ok(())
}

/// The weight of a stake in the answer to a question: what is there less what came since.
///
/// # Errors
/// [`Error::Overflow`].
pub fn weight(staked: Alpha, arrivals: &[Arrival], question: u64) -> Result<Alpha, Error> {
    let since = arrivals.iter().filter(|arrival| arrival.question >= question);
    let came = since.map(|arrival| arrival.alpha);
    Ok(staked.minus_or_zero(came.into_iter().try_fold(Alpha::ZERO, |sum, alpha| sum.plus(alpha))?))
}

/// Forgets what came before all open questions, and adds up what no open question tells apart: there are no more entries
/// than open questions.
fn keep_open(arrivals: &mut Vec<Arrival>, open: &[u64]) -> Result<(), Error> {
    let mut kept: Vec<Arrival> = Vec::new();
    for Arrival { question, alpha } in arrivals.drain(..) {
        let Some(question) = open.iter().rev().find(|at| **at <= question).copied() else {
            continue;
        };
        match kept.last_mut() {
            Some(last) if last.question == question => last.alpha = last.alpha.plus(alpha)?,
            _ => kept.push(Arrival { question, alpha }),
        }
    }
    *arrivals = kept;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use proptest::prelude::*;

    #[test]
    fn alpha_is_noted_for_the_last_question_and_forgotten_with_the_first() {
        let mut arrivals = vec![];
        arrive(&mut arrivals, &[10], Alpha(5)).unwrap();
        arrive(&mut arrivals, &[10, 20], Alpha(7)).unwrap();
        let weights = |arrivals: &[Arrival]| [10, 20, 30].map(|at| weight(Alpha(100), arrivals, at).unwrap().0);
        assert_eq!(weights(&arrivals), [88, 93, 100]);
        depart(&mut arrivals, &[10, 20], Alpha(8)).unwrap();
        assert_eq!(weights(&arrivals), [96, 100, 100]);
        // More than is there: nothing is noted below none.
        assert_eq!(weight(Alpha(3), &arrivals, 10), Ok(Alpha(0)));
        arrive(&mut arrivals, &[20], Alpha(1)).unwrap();
        assert_eq!(
            arrivals,
            [Arrival {
                question: 20,
                alpha: Alpha(1)
            }]
        );
        depart(&mut arrivals, &[20], Alpha(1)).unwrap();
        assert!(arrivals.is_empty());
        arrive(&mut arrivals, &[], Alpha(1)).unwrap();
        assert!(arrivals.is_empty());
    }

    /// What is asked, comes, goes, and closes.
    fn act() -> impl Strategy<Value = (u8, u64)> {
        (0u8..6, 0u64..1_000)
    }

    proptest! {
        #[test]
        fn the_weight_is_the_least_that_was_there_since(first in 0u64..2_000, acts in prop::collection::vec(act(), 1..80)) {
            let (mut staked, mut arrivals, mut block) = (first, vec![], 0);
            // Of each open question: its block, and the least stake since.
            let mut open: Vec<(u64, u64)> = vec![];
            for (kind, number) in acts {
                let at: Vec<u64> = open.iter().map(|(at, _)| *at).collect();
                match kind {
                    0 if open.len() < 5 => {
                        block += 1 + number;
                        open.push((block, staked));
                    }
                    1 if !open.is_empty() => drop(open.remove(number as usize % open.len())),
                    2 | 3 => {
                        staked += number;
                        if !at.is_empty() {
                            arrive(&mut arrivals, &at, Alpha(number)).unwrap();
                        }
                    }
                    _ => {
                        let gone = number.min(staked);
                        staked -= gone;
                        if !at.is_empty() {
                            depart(&mut arrivals, &at, Alpha(gone)).unwrap();
                        }
                    }
                }
                for (at, least) in &mut open {
                    *least = staked.min(*least);
                    prop_assert_eq!(weight(Alpha(staked), &arrivals, *at), Ok(Alpha(*least)));
                }
                prop_assert!(arrivals.len() <= 5);
            }
        }
    }
}
