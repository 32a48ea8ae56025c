//! A subnet's pact when its owner changes (`docs/rules/pacts.md#another-owner`): the pact stays with the slot,
//! unvested cut with whoever earned it, the bond until the newcomer has posted one.

use alloc::vec::Vec;

use super::Play;
use crate::pact::{Arbiters, Ballot, Error, Event, Hold, Pact, Purse, Status, Successor, exit};

impl<Acc: Clone + Ord> Play<'_, Acc> {
    /// Notes that the subnet has another owner than the one who signed, or that the signer is back.
    pub(super) fn watch(&mut self, pact: &mut Pact<Acc>) {
        let Some(owner) = &self.context.owner else { return };
        if *owner == pact.signer {
            pact.successor = None;
            return;
        }
        let known = pact
            .successor
            .as_ref()
            .is_some_and(|successor| successor.coldkey == *owner);
        if pact.in_force().is_none() || known {
            return;
        }
        let until = self.now().saturating_add(self.context.parameters.bond_period);
        // One time to post the bond for all newcomers together, so that owners in turn do not draw it out.
        let until = pact
            .successor
            .as_ref()
            .map_or(until, |successor| successor.until.min(until));
        pact.successor = Some(Successor {
            coldkey: owner.clone(),
            until,
        });
        self.tell(Event::OwnerChanged {
            netuid: self.context.netuid,
            owner: owner.clone(),
            until,
        });
    }

    /// A newcomer posts the bond in place of the one before, who gets his back; the signer posts what is missing after a
    /// breach or a tightening.
    pub(super) fn post_bond(&mut self, who: Acc) -> Result<(), Error> {
        self.check_owner(&who)?;
        let mut pact = self.take_in_force()?;
        self.watch(&mut pact);
        if pact.signer == who {
            let missing = pact.terms.bond.minus_or_zero(pact.bond);
            if missing.is_zero() && matches!(pact.status, Status::Active) {
                return Err(Error::BondPosted);
            }
            self.hold_bond(&mut pact, missing)?;
        } else {
            let new = Purse::Held(Hold::Bond, who.clone());
            self.tao(Purse::Free(who.clone()), new, pact.terms.bond);
            let old = pact.bond;
            self.return_bond(&mut pact, old)?;
            pact.signer = who.clone();
            pact.bond = pact.terms.bond;
            pact.successor = None;
        }
        if !matches!(pact.status, Status::Leaving { .. }) {
            let (status, _) = exit::apply(pact.status, exit::Input::Repair, self.now(), pact.terms.notice)?;
            pact.status = status;
        }
        let bond = pact.bond;
        self.keep(pact);
        self.tell(Event::BondPosted {
            netuid: self.context.netuid,
            who,
            bond,
        });
        Ok(())
    }

    /// Puts `new` in the place of `old`: as signer, as earner of what vests, as newcomer, as arbiter, and in reports, votes
    /// and objections. What is on hold of `old` for them is on hold of `new` then.
    pub(super) fn rename(&mut self, old: &Acc, new: &Acc) {
        let exchange = |who: &mut Acc| {
            if who == old {
                *who = new.clone();
            }
        };
        let held = |reason| (Purse::Held(reason, old.clone()), Purse::Held(reason, new.clone()));
        if let Some(mut pact) = self.state.pact.take() {
            if pact.signer == *old {
                let (from, to) = held(Hold::Bond);
                self.tao(from, to, pact.bond);
            }
            exchange(&mut pact.signer);
            pact.vesting
                .iter_mut()
                .for_each(|vesting| exchange(&mut vesting.coldkey));
            pact.successor
                .iter_mut()
                .for_each(|newcomer| exchange(&mut newcomer.coldkey));
            rename_arbiter(&mut pact.arbiters, old, new);
            if let Some(loosening) = &mut pact.loosening {
                rename_arbiter(&mut loosening.arbiters, old, new);
            }
            self.keep(pact);
        }
        rename_ballots(&mut self.state.objections, old, new);
        let mut reports = core::mem::take(&mut self.state.reports);
        for report in &mut reports {
            if report.reporter == *old {
                let (from, to) = held(Hold::Report);
                self.tao(from, to, report.deposit);
                report.reporter = new.clone();
            }
            rename_ballots(&mut report.ballots, old, new);
            let decided = report.decisions.iter().any(|(arbiter, _)| arbiter == new);
            if !decided {
                report.decisions.iter_mut().for_each(|(arbiter, _)| exchange(arbiter));
            }
        }
        self.state.reports = reports;
    }
}

/// An account is named once: where `new` is an arbiter already, `old` stays one, and each has its own vote.
fn rename_arbiter<Acc: Clone + Ord>(arbiters: &mut Arbiters<Acc>, old: &Acc, new: &Acc) {
    if !arbiters.accounts.contains(new) {
        arbiters
            .accounts
            .iter_mut()
            .filter(|account| *account == old)
            .for_each(|account| *account = new.clone());
    }
}

/// Votes that `new` cast with stakes that it has no more make room.
fn rename_ballots<Acc: Clone + Ord>(ballots: &mut Vec<Ballot<Acc>>, old: &Acc, new: &Acc) {
    if !ballots.iter().any(|ballot| ballot.coldkey == *old) {
        return;
    }
    ballots.retain(|ballot| ballot.coldkey != *new);
    let theirs = ballots.iter_mut().filter(|ballot| ballot.coldkey == *old);
    theirs.for_each(|ballot| ballot.coldkey = new.clone());
}
