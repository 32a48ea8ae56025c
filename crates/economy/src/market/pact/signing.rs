//! Signing a pact and tightening it.

use super::{check_owner, check_subnet, cut, load_in_force, owners};
use crate::{
    Account, Existence, Ledger, NetUid, Tao,
    pact::{Arbiters, Error, Event, Hold, Pact, Status, Terms, Totals},
};

/// Checks terms that somebody proposes to a subnet. A proposal is only an event: nothing of it is stored.
///
/// # Errors
/// [`crate::Error::SubnetNotExists`], [`Error::InvalidTerms`], [`Error::InvalidArbiters`].
pub fn propose<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    who: &Acc,
    netuid: NetUid,
    terms: Terms,
    arbiters: Arbiters<Acc>,
) -> Result<(), Error> {
    check_subnet(ledger, netuid)?;
    terms.check()?;
    arbiters.check_distinct()?;
    ledger.tell(Event::Proposed {
        netuid,
        who: who.clone(),
        terms,
        arbiters,
    });
    Ok(())
}

/// The owner signs a pact: the bond goes on hold. Where an earlier pact of this registration has ended, what waits in
/// its reservoir and its counters go on. The first signer of the chain also pays the existential deposit of the
/// account that holds the reservoirs; nobody gets it back.
///
/// # Errors
/// [`crate::Error::SubnetNotExists`], [`crate::Error::NotSubnetOwner`], [`Error::InvalidTerms`],
/// [`Error::InvalidArbiters`], [`Error::PactInForce`], [`crate::Error::InsufficientBalance`].
pub fn sign<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    who: &Acc,
    netuid: NetUid,
    terms: Terms,
    arbiters: Arbiters<Acc>,
) -> Result<(), Error> {
    check_owner(ledger, who, netuid)?;
    terms.check()?;
    arbiters.check_distinct()?;
    let now = ledger.block();
    let earlier = ledger.pact(netuid);
    if earlier.as_ref().is_some_and(|pact| pact.in_force().is_some()) {
        return Err(Error::PactInForce);
    }
    open_account(ledger, who)?;
    ledger.hold(Hold::Bond, who, terms.bond)?;
    let (reservoir, totals) = match &earlier {
        Some(pact) => (pact.reservoir, pact.totals),
        None => (
            crate::pact::Reservoir {
                released_at: now,
                ..Default::default()
            },
            Totals::default(),
        ),
    };
    let pact = Pact {
        registered_at: ledger.network_registered_at(netuid),
        signed_at: now,
        signer: who.clone(),
        terms,
        arbiters,
        status: Status::Active,
        bond: terms.bond,
        vesting: alloc::vec::Vec::new(),
        vested_at: now,
        artifacts_from: now,
        reservoir,
        loosening: None,
        successor: None,
        totals,
    };
    ledger.set_pact(netuid, Some(pact));
    ledger.tell(Event::Signed {
        netuid,
        signer: who.clone(),
        terms,
    });
    Ok(())
}

/// Lets the account of the reservoirs come to exist, so that no tribute is too small for it.
fn open_account<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, payer: &Acc) -> Result<(), Error> {
    let (account, deposit) = (ledger.pact_account(), ledger.existential_deposit());
    if ledger.balance(&account) < deposit {
        ledger.transfer(payer, &account, deposit, Existence::Preserve)?;
    }
    Ok(())
}

/// The owner promises more, at once. A larger bond is held before anything else happens.
///
/// # Errors
/// [`crate::Error::NotSubnetOwner`], [`Error::NoPact`], [`Error::PactEnded`], [`Error::Leaving`], [`Error::InvalidTerms`],
/// [`Error::NotTighter`], [`crate::Error::InsufficientBalance`].
pub fn tighten<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    who: &Acc,
    netuid: NetUid,
    terms: Terms,
) -> Result<(), Error> {
    check_owner(ledger, who, netuid)?;
    let mut pact = load_in_force(ledger, netuid)?;
    if matches!(pact.status, Status::Leaving { .. }) {
        return Err(Error::Leaving);
    }
    terms.check()?;
    if !terms.is_tightening(&pact.terms) {
        return Err(Error::NotTighter);
    }
    owners::watch(ledger, netuid, &mut pact);
    // A successor, or whoever lost a bond to a breach, posts it as a whole.
    if pact.signer == *who && matches!(pact.status, Status::Active) {
        let more = terms.bond.minus_or_zero(pact.bond);
        ledger.hold(Hold::Bond, who, more)?;
        pact.bond = pact.bond.plus(more)?;
    }
    replace_terms(ledger, netuid, &mut pact, terms)?;
    ledger.set_pact(netuid, Some(pact));
    ledger.tell(Event::Tightened { netuid, terms });
    Ok(())
}

/// Puts other terms into force: what vests until now vests by the old ones, what has been promised of artefacts counts
/// from now if it is new.
pub(super) fn replace_terms<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    pact: &mut Pact<Acc>,
    terms: Terms,
) -> Result<(), Error> {
    cut::settle_vesting(ledger, netuid, pact)?;
    if pact.terms.artifact_period == 0 {
        pact.artifacts_from = ledger.block();
    }
    pact.terms = terms;
    if let Some(owner) = ledger.subnet_owner(netuid) {
        for vesting in pact.vesting.iter_mut().filter(|vesting| vesting.coldkey == owner) {
            vesting.half_life = terms.vesting_half_life;
        }
    }
    Ok(())
}

/// Returns the part of the bond that looser terms no longer ask for.
pub(super) fn shrink_bond<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, pact: &mut Pact<Acc>) -> Result<Tao, Error> {
    let less = pact.bond.minus_or_zero(pact.terms.bond);
    ledger.free(Hold::Bond, &pact.signer, less)?;
    pact.bond = pact.bond.minus(less)?;
    Ok(less)
}
