//! Payments on the rail (`docs/rules/pacts.md#payments`).

use super::{check_subnet, receive, revenue_share};
use crate::{
    Account, Existence, Ledger, NetUid, Tao,
    pact::{Error, Event, payment},
};

/// Pays somebody for a service of a subnet. The subnet's pact decides how much of it is tribute; without a pact none is,
/// and the payment is counted all the same. The payer's account stays alive. Returns the tribute.
///
/// # Errors
/// [`crate::Error::SubnetNotExists`], [`Error::NothingToPay`], [`Error::PayingOneself`],
/// [`crate::Error::InsufficientBalance`].
pub fn pay<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    payer: &Acc,
    netuid: NetUid,
    payee: &Acc,
    amount: Tao,
    receipt: [u8; 32],
) -> Result<Tao, Error> {
    check_subnet(ledger, netuid)?;
    if amount.is_zero() {
        return Err(Error::NothingToPay);
    }
    if payer == payee {
        return Err(Error::PayingOneself);
    }
    let (tribute, rest) = share(ledger, netuid, amount);
    if !tribute.is_zero() {
        let reservoirs = ledger.pact_account();
        ledger.transfer(payer, &reservoirs, tribute, Existence::Preserve)?;
    }
    if !rest.is_zero() {
        ledger.transfer(payer, payee, rest, Existence::Preserve)?;
    }
    book(ledger, payer, netuid, payee, amount, tribute, receipt)?;
    Ok(tribute)
}

/// Splits a payment on a subnet into tribute and the payee's part.
pub(super) fn share<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid, amount: Tao) -> (Tao, Tao) {
    payment::split(amount, revenue_share(ledger.pact(netuid).as_ref()))
}

/// Counts a payment whose TAO has moved.
pub(super) fn book<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    payer: &Acc,
    netuid: NetUid,
    payee: &Acc,
    amount: Tao,
    tribute: Tao,
    receipt: [u8; 32],
) -> Result<(), Error> {
    if !tribute.is_zero() {
        let mut pact = super::load(ledger, netuid)?;
        receive(&mut pact, tribute)?;
        pact.totals.from_payments = pact.totals.from_payments.plus(tribute)?;
        ledger.set_pact(netuid, Some(pact));
    }
    let mut revenue = ledger.revenue(netuid);
    revenue.add(amount, tribute)?;
    ledger.set_revenue(netuid, revenue);
    ledger.tell(Event::Paid {
        netuid,
        payer: payer.clone(),
        payee: payee.clone(),
        amount,
        tribute,
        receipt,
    });
    Ok(())
}
