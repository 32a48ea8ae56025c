//! A subnet's pact when its owner changes (`pact.md`, flow 7): the pact stays with the slot, unvested cut with whoever
//! earned it, the bond until the newcomer has posted one.

use super::{check_owner, load_in_force};
use crate::{
    Account, Ledger, NetUid, Tao,
    pact::{Error, Event, Hold, Pact, Status, Successor, exit},
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
