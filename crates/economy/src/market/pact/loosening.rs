//! Terms that become looser over the books (`docs/rules/pacts.md#changing-terms`).

use super::{books, check_subnet, holdable};
use crate::{
    Account, Ledger, NetUid,
    market::stake_pools,
    pact::{Arbiters, Error, Event, Input, Terms},
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

/// A holder objects with the alpha staked to a hotkey. It counts as long as it stays there.
///
/// # Errors
/// [`Error::NoPact`], [`Error::NoLoosening`], [`Error::NoStake`], [`Error::TooSmall`].
pub fn object<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    who: &Acc,
    netuid: NetUid,
    hotkey: &Acc,
) -> Result<(), Error> {
    let input = Input::Object {
        who: who.clone(),
        hotkey: hotkey.clone(),
        alpha: stake_pools::stake_of(ledger, hotkey, who, netuid),
    };
    books::play(ledger, netuid, input)
}

/// Puts announced terms into force, or drops them if those who object hold more than a third of the alpha. Anybody may,
/// once it is time. Returns whether they are in force.
///
/// # Errors
/// [`Error::NoPact`], [`Error::PactEnded`], [`Error::NoLoosening`], [`Error::NoticeRunning`], [`Error::ReportOpen`]: a
/// report is decided by those who were named when it was made.
pub fn apply_loosening<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid) -> Result<bool, Error> {
    let state = books::load(ledger, netuid, true);
    let objections = state.objections.iter();
    let input = Input::ApplyLoosening {
        staked: objections
            .map(|ballot| stake_pools::stake_of(ledger, &ballot.hotkey, &ballot.coldkey, netuid))
            .collect(),
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
