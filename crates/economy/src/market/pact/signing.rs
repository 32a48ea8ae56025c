//! Signing a pact and tightening it.

use super::{books, check_subnet, look};
use crate::{
    Account, Existence, Ledger, NetUid,
    pact::{Arbiters, Error, Event, Input, Terms},
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
/// [`Error::InvalidArbiters`], [`Error::PactInForce`], [`Error::RouteBound`], [`Error::BreachVisible`],
/// [`crate::Error::InsufficientBalance`].
pub fn sign<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    who: &Acc,
    netuid: NetUid,
    terms: Terms,
    arbiters: Arbiters<Acc>,
) -> Result<(), Error> {
    check_subnet(ledger, netuid)?;
    let before = books::load(ledger, netuid, false);
    let input = Input::Sign {
        who: who.clone(),
        terms,
        arbiters,
        look: look(ledger, netuid),
    };
    let outcome = books::apply(ledger, netuid, &before, input)?;
    open_account(ledger, who)?;
    books::book(ledger, netuid, &before, outcome)
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
/// [`Error::NotTighter`], [`Error::BreachVisible`], [`crate::Error::InsufficientBalance`].
pub fn tighten<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    who: &Acc,
    netuid: NetUid,
    terms: Terms,
) -> Result<(), Error> {
    check_subnet(ledger, netuid)?;
    let input = Input::Tighten {
        who: who.clone(),
        terms,
        look: look(ledger, netuid),
    };
    books::play(ledger, netuid, input)
}
