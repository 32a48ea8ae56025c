//! Reports of broken promises (`docs/rules/pacts.md#reports`).

use alloc::vec::Vec;

use super::Play;
use crate::{
    Alpha,
    pact::{
        Ballot, Breach, Error, Event, Hold, Purse, Report, Status, ballot,
        report::{MAX_REPORTS, Verdict},
    },
};

impl<Acc: Clone + Ord> Play<'_, Acc> {
    /// An open report keeps the subnet from leaving and announced terms from coming into force. So none is taken once that
    /// could happen: reports delay it by one report period at most.
    pub(super) fn report(&mut self, who: Acc, id: u32, evidence: [u8; 32]) -> Result<(), Error> {
        let pact = self.take_in_force()?;
        let now = self.now();
        let leaves = matches!(pact.status, Status::Leaving { since } if now >= since.saturating_add(pact.terms.notice));
        if leaves || pact.loosening.as_ref().is_some_and(|loosening| now >= loosening.due) {
            return Err(Error::NoticeOver);
        }
        self.keep(pact);
        if self.state.reports.len() >= MAX_REPORTS {
            return Err(Error::TooManyReports);
        }
        let deposit = self.context.parameters.report_deposit;
        let held = Purse::Held(Hold::Report, who.clone());
        self.tao(Purse::Free(who.clone()), held, deposit);
        let deadline = now.saturating_add(self.context.parameters.report_period);
        self.state.reports.push(Report {
            id,
            reporter: who.clone(),
            deposit,
            evidence,
            at: now,
            deadline,
            decisions: Vec::new(),
            ballots: Vec::new(),
        });
        self.tell(Event::Reported {
            netuid: self.context.netuid,
            report: id,
            reporter: who,
            evidence,
            deadline,
        });
        Ok(())
    }

    /// An arbiter decides a report, or a holder votes on it where the pact names no arbiters.
    pub(super) fn vote(
        &mut self,
        who: Acc,
        id: u32,
        (hotkey, alpha): (Acc, Alpha),
        staked: &[Alpha],
        uphold: bool,
    ) -> Result<(), Error> {
        let now = self.now();
        let pact = self.state.pact.as_ref().ok_or(Error::NoPact)?;
        let mut reports = self.state.reports.iter_mut();
        let report = reports.find(|report| report.id == id).ok_or(Error::NoReport)?;
        if pact.arbiters.accounts.is_empty() {
            report.check_open(now)?;
            let ballot = Ballot {
                coldkey: who.clone(),
                hotkey,
                alpha,
                yes: uphold,
            };
            ballot::cast(&mut report.ballots, ballot, staked)?;
        } else {
            report.decide(&pact.arbiters, who.clone(), uphold, now)?;
        }
        self.tell(Event::Voted {
            netuid: self.context.netuid,
            report: id,
            who,
            uphold,
        });
        Ok(())
    }

    /// Upheld: the bond is slashed, a part of it rewards the reporter, who gets the deposit back. Refused: the deposit is
    /// tribute. Lapsed: the deposit goes back.
    pub(super) fn resolve(&mut self, id: u32, staked: &[Alpha], holdable: Alpha) -> Result<(), Error> {
        let mut pact = self.take()?;
        let mut reports = self.state.reports.iter();
        let place = reports.position(|report| report.id == id).ok_or(Error::NoReport)?;
        let report = self.state.reports.remove(place);
        let now = self.now();
        let verdict = if pact.arbiters.accounts.is_empty() {
            let (yes, no) = ballot::count_in_order(&report.ballots, staked)?;
            report.by_holders(yes, no, holdable, now)?
        } else {
            report.by_arbiters(&pact.arbiters, now)?
        };
        match verdict {
            Verdict::Upheld => {
                self.return_deposit(report.reporter.clone(), report.deposit);
                self.watch(&mut pact);
                self.break_pact(pact, Breach::Reported { report: id }, Some(&report.reporter))?;
            }
            Verdict::Refused => {
                let held = Purse::Held(Hold::Report, report.reporter);
                self.receive(&mut pact, held, report.deposit)?;
                pact.totals.from_deposits = pact.totals.from_deposits.plus(report.deposit)?;
                self.keep(pact);
            }
            Verdict::Lapsed => {
                self.return_deposit(report.reporter, report.deposit);
                self.keep(pact);
            }
        }
        self.tell(Event::ReportResolved {
            netuid: self.context.netuid,
            report: id,
            verdict,
        });
        Ok(())
    }
}
