//! A subnet's pact when its owner changes (`docs/rules/pacts.md#another-owner`): the pact stays with the slot, unvested
//! cut with whoever earned it, the bond until the newcomer has posted one.

use alloc::vec::Vec;

use super::{check_owner, load_in_force};
use crate::{
    Account, Error as Rule, Ledger, NetUid, Tao,
    pact::{Arbiters, Ballot, Error, Event, Hold, Pact, Status, Successor, exit},
};

/// Notes that the subnet has another owner than the one who signed, or that the signer is back.
pub(super) fn watch<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid, pact: &mut Pact<Acc>) {
    let Some(owner) = ledger.subnet_owner(netuid) else {
        return;
    };
    if owner == pact.signer {
        pact.successor = None;
        return;
    }
    if pact.in_force().is_none()
        || pact
            .successor
            .as_ref()
            .is_some_and(|successor| successor.coldkey == owner)
    {
        return;
    }
    let until = ledger.block().saturating_add(ledger.pact_parameters().bond_period);
    // One time to post the bond for all newcomers together, so that owners in turn do not draw it out.
    let until = pact
        .successor
        .as_ref()
        .map_or(until, |successor| successor.until.min(until));
    pact.successor = Some(Successor {
        coldkey: owner.clone(),
        until,
    });
    ledger.tell(Event::OwnerChanged { netuid, owner, until });
}

/// The owner posts the bond: a newcomer in place of the one before, who gets his back, or the signer what is missing
/// after a breach or a tightening.
///
/// # Errors
/// [`crate::Error::NotSubnetOwner`], [`Error::NoPact`], [`Error::PactEnded`], [`Error::Leaving`], [`Error::BondPosted`],
/// [`crate::Error::InsufficientBalance`].
pub fn post_bond<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, who: &Acc, netuid: NetUid) -> Result<(), Error> {
    check_owner(ledger, who, netuid)?;
    let mut pact = load_in_force(ledger, netuid)?;
    watch(ledger, netuid, &mut pact);
    if pact.signer == *who {
        let missing = pact.terms.bond.minus_or_zero(pact.bond);
        if missing.is_zero() && matches!(pact.status, Status::Active) {
            return Err(Error::BondPosted);
        }
        ledger.hold(Hold::Bond, who, missing)?;
        pact.bond = pact.bond.plus(missing)?;
    } else {
        ledger.hold(Hold::Bond, who, pact.terms.bond)?;
        ledger.free(Hold::Bond, &pact.signer, pact.bond)?;
        pact.signer = who.clone();
        pact.bond = pact.terms.bond;
        pact.successor = None;
    }
    if !matches!(pact.status, Status::Leaving { .. }) {
        let (status, _) = exit::apply(pact.status, exit::Input::Repair, ledger.block(), pact.terms.notice)?;
        pact.status = status;
    }
    let bond: Tao = pact.bond;
    ledger.set_pact(netuid, Some(pact));
    ledger.tell(Event::BondPosted {
        netuid,
        who: who.clone(),
        bond,
    });
    Ok(())
}

/// Puts `new` in the place of `old` in all pacts, as everything else of a coldkey moves
/// (`docs/rules/pacts.md#another-owner`): as signer, as earner of what vests, as newcomer, as arbiter, and in reports,
/// votes and objections. What was on hold of `old` for them is free then, and returned, to be put on hold of `new`.
///
/// # Errors
/// [`Rule::InsufficientBalance`] if less is on hold than the books say, which cannot be.
pub fn rename<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuids: &[NetUid],
    old: &Acc,
    new: &Acc,
) -> Result<Vec<(Hold, Tao)>, Rule> {
    let mut held = Vec::new();
    let broken = |_| Rule::InsufficientBalance;
    let exchange = |who: &mut Acc| {
        if who == old {
            *who = new.clone();
        }
    };
    for netuid in netuids {
        if let Some(mut pact) = ledger.pact(*netuid) {
            let before = pact.clone();
            if pact.signer == *old && !pact.bond.is_zero() {
                ledger.free(Hold::Bond, old, pact.bond).map_err(broken)?;
                held.push((Hold::Bond, pact.bond));
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
            if pact != before {
                ledger.set_pact(*netuid, Some(pact));
            }
        }
        let mut objections = ledger.objections(*netuid);
        if rename_ballots(&mut objections, old, new) {
            ledger.set_objections(*netuid, objections);
        }
        let mut reports = ledger.reports(*netuid);
        let before = reports.clone();
        for report in &mut reports {
            if report.reporter == *old {
                ledger.free(Hold::Report, old, report.deposit).map_err(broken)?;
                held.push((Hold::Report, report.deposit));
                report.reporter = new.clone();
            }
            rename_ballots(&mut report.ballots, old, new);
            let decided = report.decisions.iter().any(|(arbiter, _)| arbiter == new);
            if !decided {
                report.decisions.iter_mut().for_each(|(arbiter, _)| exchange(arbiter));
            }
        }
        if reports != before {
            ledger.set_reports(*netuid, reports);
        }
    }
    Ok(held)
}

/// An account is named once: where `new` is an arbiter already, `old` stays one, and each has its own vote.
fn rename_arbiter<Acc: Account>(arbiters: &mut Arbiters<Acc>, old: &Acc, new: &Acc) {
    if !arbiters.accounts.contains(new) {
        arbiters
            .accounts
            .iter_mut()
            .filter(|account| *account == old)
            .for_each(|account| *account = new.clone());
    }
}

/// Whether there was something to rename. Votes that `new` cast with stakes that it has no more make room.
fn rename_ballots<Acc: Account>(ballots: &mut Vec<Ballot<Acc>>, old: &Acc, new: &Acc) -> bool {
    if !ballots.iter().any(|ballot| ballot.coldkey == *old) {
        return false;
    }
    ballots.retain(|ballot| ballot.coldkey != *new);
    let theirs = ballots.iter_mut().filter(|ballot| ballot.coldkey == *old);
    theirs.for_each(|ballot| ballot.coldkey = new.clone());
    true
}
