//! Reports of broken promises over the books (`docs/rules/pacts.md#reports`).

use alloc::vec::Vec;

use super::{books, check_subnet, holdable};
use crate::{
    Account, Alpha, Ledger, NetUid,
    market::stake_pools,
    pact::{Error, Event, Input, report::Verdict},
};

/// Reports a broken promise; the deposit goes on hold. Returns the number of the report.
///
/// An open report keeps the subnet from leaving and announced terms from coming into force. So none is taken once that
/// could happen: reports delay it by one report period at most.
///
/// # Errors
/// [`crate::Error::SubnetNotExists`], [`Error::NoPact`], [`Error::PactEnded`], [`Error::NoticeOver`],
/// [`Error::TooManyReports`],
/// [`crate::Error::InsufficientBalance`].
pub fn report<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    who: &Acc,
    netuid: NetUid,
    evidence: [u8; 32],
) -> Result<u32, Error> {
    check_subnet(ledger, netuid)?;
    let id = ledger.next_report();
    let who = who.clone();
    books::play(ledger, netuid, Input::Report { who, id, evidence })?;
    ledger.set_next_report(id.checked_add(1).ok_or(crate::Error::Overflow)?);
    Ok(id)
}

/// An arbiter decides a report, or a holder votes on it where the pact names no arbiters, with the alpha staked to
/// `hotkey` since before the report.
///
/// # Errors
/// [`Error::NoPact`], [`Error::NoReport`], [`Error::ReportClosed`], [`Error::NotArbiter`], [`Error::AlreadyVoted`],
/// [`Error::NoStake`], [`Error::TooSmall`].
pub fn vote<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    who: &Acc,
    netuid: NetUid,
    id: u32,
    hotkey: &Acc,
    uphold: bool,
) -> Result<(), Error> {
    let state = books::load(ledger, netuid, true);
    let (alpha, staked) = match state.report(id) {
        Some(report) => (
            stake_pools::weight(ledger, hotkey, who, netuid, report.at)?,
            books::weights(ledger, netuid, &report.ballots, report.at)?,
        ),
        None => (Alpha::ZERO, Vec::new()),
    };
    let input = Input::Vote {
        who: who.clone(),
        id,
        hotkey: hotkey.clone(),
        alpha,
        staked,
        uphold,
    };
    let outcome = books::apply(ledger, netuid, &state, input)?;
    books::book(ledger, netuid, &state, outcome)
}

/// Closes a report that is decided, or past its deadline; anybody may. Upheld: the bond is slashed, a part of it rewards
/// the reporter, who gets the deposit back. Refused: the deposit is tribute. Lapsed: the deposit goes back.
///
/// # Errors
/// [`Error::NoPact`], [`Error::NoReport`], [`Error::ReportUndecided`].
pub fn resolve<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid, id: u32) -> Result<Verdict, Error> {
    let state = books::load(ledger, netuid, true);
    let staked = match state.report(id) {
        Some(report) => books::weights(ledger, netuid, &report.ballots, report.at)?,
        None => Vec::new(),
    };
    let holdable = holdable(ledger, netuid, &state)?;
    let outcome = books::apply(ledger, netuid, &state, Input::Resolve { id, staked, holdable })?;
    let mut verdicts = outcome.events.iter().filter_map(|event| match event {
        Event::ReportResolved { verdict, .. } => Some(*verdict),
        _ => None,
    });
    let verdict = verdicts.next().ok_or(Error::ReportUndecided)?;
    books::book(ledger, netuid, &state, outcome)?;
    Ok(verdict)
}
