//! Terms that become looser (`docs/rules/pacts.md#changing-terms`).

use super::Play;
use crate::{
    Alpha,
    pact::{Arbiters, Ballot, Error, Event, Loosening, Status, Terms, ballot, loosening as rules},
};

impl<Acc: Clone + Ord> Play<'_, Acc> {
    pub(super) fn loosen(&mut self, who: &Acc, terms: Terms, arbiters: Arbiters<Acc>, tempo: u16) -> Result<(), Error> {
        self.check_owner(who)?;
        let mut pact = self.take_in_force()?;
        if matches!(pact.status, Status::Leaving { .. }) {
            return Err(Error::Leaving);
        }
        if pact.loosening.is_some() {
            return Err(Error::LooseningPending);
        }
        terms.check()?;
        arbiters.check_distinct()?;
        let now = self.now();
        let due = rules::due(now, pact.terms.notice, tempo);
        pact.loosening = Some(Loosening {
            terms,
            arbiters,
            announced_at: now,
            due,
        });
        self.keep(pact);
        self.tell(Event::LooseningAnnounced {
            netuid: self.context.netuid,
            terms,
            due,
        });
        Ok(())
    }

    /// An objection counts as long as its stake stays.
    pub(super) fn object(&mut self, who: Acc, hotkey: Acc, alpha: Alpha, staked: &[Alpha]) -> Result<(), Error> {
        let pact = self.take_in_force()?;
        if pact.loosening.is_none() {
            return Err(Error::NoLoosening);
        }
        self.keep(pact);
        let objection = Ballot {
            coldkey: who.clone(),
            hotkey: hotkey.clone(),
            alpha,
            yes: true,
        };
        ballot::cast(&mut self.state.objections, objection, staked)?;
        self.tell(Event::Objected {
            netuid: self.context.netuid,
            coldkey: who,
            hotkey,
            alpha,
        });
        Ok(())
    }

    /// A report is decided by those who were named when it was made, so nothing changes while one is open.
    pub(super) fn apply_loosening(&mut self, staked: &[Alpha], holdable: Alpha) -> Result<(), Error> {
        let netuid = self.context.netuid;
        let mut pact = self.take_in_force()?;
        let loosening = pact.loosening.take().ok_or(Error::NoLoosening)?;
        rules::check_due(&loosening, self.now())?;
        if !self.state.reports.is_empty() {
            return Err(Error::ReportOpen);
        }
        let objections = core::mem::take(&mut self.state.objections);
        let (objecting, _) = ballot::count_in_order(&objections, staked)?;
        if rules::stopped(objecting, holdable) {
            self.keep(pact);
            self.tell(Event::LooseningRefused { netuid, objecting });
            return Ok(());
        }
        self.watch(&mut pact);
        self.replace_terms(&mut pact, loosening.terms)?;
        pact.arbiters = loosening.arbiters;
        let less = pact.bond.minus_or_zero(pact.terms.bond);
        self.return_bond(&mut pact, less)?;
        self.keep(pact);
        self.tell(Event::Loosened {
            netuid,
            terms: loosening.terms,
        });
        Ok(())
    }
}
