//! Terms that become looser over the books (`docs/rules/pacts.md#changing-terms`).

use super::{books, check_subnet, holdable};
use crate::{
    Account, Ledger, NetUid,
    market::stake_pools,
    pact::{Arbiters, Error, Event, Input, State, Terms},
};

/// The owner announces other terms, or other arbiters. They come into force when somebody says so after the notice, if
/// holders did not object.
///
/// # Errors
/// [`crate::Error::NotSubnetOwner`], [`Error::NoPact`], [`Error::PactEnded`], [`Error::Leaving`],
/// [`Error::LooseningPending`], [`Error::InvalidTerms`], [`Error::InvalidArbiters`].
pub fn loosen<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    who: &Acc,
    netuid: NetUid,
    terms: Terms,
    arbiters: Arbiters<Acc>,
) -> Result<(), Error> {
    check_subnet(ledger, netuid)?;
    let tempo = ledger.tempo(netuid);
    let who = who.clone();
    let input = Input::Loosen {
        who,
        terms,
        arbiters,
        tempo,
    };
    books::play(ledger, netuid, input)
}

/// A holder objects with the alpha that has been staked to a hotkey since before the announcement. It counts as long as
/// it stays there.
///
/// # Errors
/// [`Error::NoPact`], [`Error::NoLoosening`], [`Error::NoStake`], [`Error::TooSmall`].
pub fn object<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    who: &Acc,
    netuid: NetUid,
    hotkey: &Acc,
) -> Result<(), Error> {
    let state = books::load(ledger, netuid, true);
    let question = announced_at(&state);
    let input = Input::Object {
        who: who.clone(),
        hotkey: hotkey.clone(),
        alpha: stake_pools::weight(ledger, hotkey, who, netuid, question)?,
        staked: books::weights(ledger, netuid, &state.objections, question)?,
    };
    let outcome = books::apply(ledger, netuid, &state, input)?;
    books::book(ledger, netuid, &state, outcome)
}

/// The block of the announcement that holders object to.
fn announced_at<Acc>(state: &State<Acc>) -> u64 {
    let loosening = state.pact.as_ref().and_then(|pact| pact.loosening.as_ref());
    loosening.map_or(0, |loosening| loosening.announced_at)
}

/// Puts announced terms into force, or drops them if those who object hold more than a third of the alpha. Anybody may,
/// once it is time. Returns whether they are in force.
///
/// # Errors
/// [`Error::NoPact`], [`Error::PactEnded`], [`Error::NoLoosening`], [`Error::NoticeRunning`], [`Error::ReportOpen`]: a
/// report is decided by those who were named when it was made.
pub fn apply_loosening<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid) -> Result<bool, Error> {
    let state = books::load(ledger, netuid, true);
    let input = Input::ApplyLoosening {
        staked: books::weights(ledger, netuid, &state.objections, announced_at(&state))?,
        holdable: holdable(ledger, netuid, &state)?,
    };
    let outcome = books::apply(ledger, netuid, &state, input)?;
    let in_force = outcome
        .events
        .iter()
        .any(|event| matches!(event, Event::Loosened { .. }));
    books::book(ledger, netuid, &state, outcome)?;
    Ok(in_force)
}
