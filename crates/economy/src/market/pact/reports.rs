//! Reports of broken promises over the books (`docs/rules/pacts.md#reports`).

use alloc::vec::Vec;

use super::{check_subnet, exits, holdable, load, load_in_force, owners, receive};
use crate::{
    Account, Alpha, Ledger, NetUid,
    market::stakes,
    pact::{
        Ballot, Breach, Error, Event, Hold, Report, Status, ballot,
        report::{MAX_REPORTS, Verdict},
    },
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
    let pact = load_in_force(ledger, netuid)?;
    let now = ledger.block();
    let leaves = matches!(pact.status, Status::Leaving { since } if now >= since.saturating_add(pact.terms.notice));
    if leaves || pact.loosening.is_some_and(|loosening| now >= loosening.due) {
        return Err(Error::NoticeOver);
    }
    let mut reports = ledger.reports(netuid);
    if reports.len() >= MAX_REPORTS {
        return Err(Error::TooManyReports);
    }
    let parameters = ledger.pact_parameters();
    ledger.hold(Hold::Report, who, parameters.report_deposit)?;
    let id = ledger.next_report();
    ledger.set_next_report(id.checked_add(1).ok_or(crate::Error::Overflow)?);
    let deadline = now.saturating_add(parameters.report_period);
    reports.push(Report {
        id,
        reporter: who.clone(),
        deposit: parameters.report_deposit,
        evidence,
        at: now,
        deadline,
        decisions: Vec::new(),
        ballots: Vec::new(),
    });
    ledger.set_reports(netuid, reports);
    ledger.tell(Event::Reported {
        netuid,
        report: id,
        reporter: who.clone(),
        evidence,
        deadline,
    });
    Ok(id)
}

/// Alpha with which a stake may vote on a report: what has been there since before it.
fn weight<Acc: Account, L: Ledger<Acc>>(ledger: &L, coldkey: &Acc, hotkey: &Acc, netuid: NetUid, since: u64) -> Alpha {
    match ledger.last_coldkey_hotkey_stake_block(coldkey, hotkey) {
        Some(block) if block >= since => Alpha::ZERO,
        _ => stakes::stake_of(ledger, hotkey, coldkey, netuid),
    }
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
    let pact = load(ledger, netuid)?;
    let mut reports = ledger.reports(netuid);
    let report = reports
        .iter_mut()
        .find(|report| report.id == id)
        .ok_or(Error::NoReport)?;
    let now = ledger.block();
    if pact.arbiters.accounts.is_empty() {
        report.check_open(now)?;
        let ballot = Ballot {
            coldkey: who.clone(),
            hotkey: hotkey.clone(),
            alpha: weight(ledger, who, hotkey, netuid, report.at),
            yes: uphold,
        };
        ballot::cast(&mut report.ballots, ballot)?;
    } else {
        report.decide(&pact.arbiters, who.clone(), uphold, now)?;
    }
    ledger.set_reports(netuid, reports);
    ledger.tell(Event::Voted {
        netuid,
        report: id,
        who: who.clone(),
        uphold,
    });
    Ok(())
}

/// Closes a report that is decided, or past its deadline; anybody may. Upheld: the bond is slashed, a part of it rewards
/// the reporter, who gets the deposit back. Refused: the deposit is tribute. Lapsed: the deposit goes back.
///
/// # Errors
/// [`Error::NoPact`], [`Error::NoReport`], [`Error::ReportUndecided`].
pub fn resolve<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid, id: u32) -> Result<Verdict, Error> {
    let mut pact = load(ledger, netuid)?;
    let mut reports = ledger.reports(netuid);
    let place = reports
        .iter()
        .position(|report| report.id == id)
        .ok_or(Error::NoReport)?;
    let report = reports.remove(place);
    let now = ledger.block();
    let verdict = if pact.arbiters.accounts.is_empty() {
        let staked = |ballot: &Ballot<Acc>| weight(ledger, &ballot.coldkey, &ballot.hotkey, netuid, report.at);
        let (yes, no) = ballot::count(&report.ballots, staked)?;
        report.by_holders(yes, no, holdable(ledger, netuid, &pact)?, now)?
    } else {
        report.by_arbiters(&pact.arbiters, now)?
    };
    ledger.set_reports(netuid, reports);
    match verdict {
        Verdict::Upheld => {
            ledger.free(Hold::Report, &report.reporter, report.deposit)?;
            owners::watch(ledger, netuid, &mut pact);
            exits::break_pact(
                ledger,
                netuid,
                pact,
                Breach::Reported { report: id },
                Some(&report.reporter),
            )?;
        }
        Verdict::Refused => {
            let reservoirs = ledger.pact_account();
            ledger.seize(Hold::Report, &report.reporter, &reservoirs, report.deposit)?;
            receive(&mut pact, report.deposit)?;
            pact.totals.from_deposits = pact.totals.from_deposits.plus(report.deposit)?;
            ledger.set_pact(netuid, Some(pact));
        }
        Verdict::Lapsed => ledger.free(Hold::Report, &report.reporter, report.deposit)?,
    }
    ledger.tell(Event::ReportResolved {
        netuid,
        report: id,
        verdict,
    });
    Ok(verdict)
}
