//! Terms that become looser over the books (`docs/rules/pacts.md#changing-terms`).

use alloc::vec::Vec;

use super::{check_owner, holdable, load_in_force, owners, signing};
use crate::{
    Account, Alpha, Ledger, NetUid,
    market::stakes,
    pact::{Arbiters, Ballot, Error, Event, Loosening, Status, Terms, ballot, loosening as rules},
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
    check_owner(ledger, who, netuid)?;
    let mut pact = load_in_force(ledger, netuid)?;
    if matches!(pact.status, Status::Leaving { .. }) {
        return Err(Error::Leaving);
    }
    if pact.loosening.is_some() {
        return Err(Error::LooseningPending);
    }
    terms.check()?;
    arbiters.check_distinct()?;
    let now = ledger.block();
    let due = rules::due(now, pact.terms.notice, ledger.tempo(netuid));
    pact.loosening = Some(Loosening {
        terms,
        arbiters,
        announced_at: now,
        due,
    });
    ledger.set_pact(netuid, Some(pact));
    ledger.tell(Event::LooseningAnnounced { netuid, terms, due });
    Ok(())
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
    let pact = load_in_force(ledger, netuid)?;
    pact.loosening.ok_or(Error::NoLoosening)?;
    let alpha = stakes::stake_of(ledger, hotkey, who, netuid);
    let mut objections = ledger.objections(netuid);
    let objection = Ballot {
        coldkey: who.clone(),
        hotkey: hotkey.clone(),
        alpha,
        yes: true,
    };
    ballot::cast(&mut objections, objection)?;
    ledger.set_objections(netuid, objections);
    ledger.tell(Event::Objected {
        netuid,
        coldkey: who.clone(),
        hotkey: hotkey.clone(),
        alpha,
    });
    Ok(())
}

/// Puts announced terms into force, or drops them if those who object hold more than a third of the alpha. Anybody may,
/// once it is time. Returns whether they are in force.
///
/// # Errors
/// [`Error::NoPact`], [`Error::PactEnded`], [`Error::NoLoosening`], [`Error::NoticeRunning`], [`Error::ReportOpen`]: a
/// report is decided by those who were named when it was made.
pub fn apply_loosening<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid) -> Result<bool, Error> {
    let mut pact = load_in_force(ledger, netuid)?;
    let loosening = pact.loosening.take().ok_or(Error::NoLoosening)?;
    rules::check_due(&loosening, ledger.block())?;
    if !ledger.reports(netuid).is_empty() {
        return Err(Error::ReportOpen);
    }
    let objections = ledger.objections(netuid);
    let staked = |ballot: &Ballot<Acc>| -> Alpha { stakes::stake_of(ledger, &ballot.hotkey, &ballot.coldkey, netuid) };
    let (objecting, _) = ballot::count(&objections, staked)?;
    let stopped = rules::stopped(objecting, holdable(ledger, netuid, &pact)?);
    ledger.set_objections(netuid, Vec::new());
    if stopped {
        ledger.set_pact(netuid, Some(pact));
        ledger.tell(Event::LooseningRefused { netuid, objecting });
        return Ok(false);
    }
    owners::watch(ledger, netuid, &mut pact);
    signing::replace_terms(ledger, netuid, &mut pact, loosening.terms)?;
    pact.arbiters = loosening.arbiters;
    signing::shrink_bond(ledger, &mut pact)?;
    ledger.set_pact(netuid, Some(pact));
    ledger.tell(Event::Loosened {
        netuid,
        terms: loosening.terms,
    });
    Ok(true)
}
