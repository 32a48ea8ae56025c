//! Payments on the rail (`docs/rules/pacts.md#payments`).

use super::{books, check_subnet};
use crate::{
    Account, Ledger, NetUid, Tao,
    pact::{Error, Event, Input, Purse},
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
    let from = Purse::Free(payer.clone());
    pay_out_of(ledger, from, payer, netuid, payee, amount, receipt)
}

/// Pays out of a purse, and counts it. Returns the tribute.
pub(super) fn pay_out_of<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    from: Purse<Acc>,
    payer: &Acc,
    netuid: NetUid,
    payee: &Acc,
    amount: Tao,
    receipt: [u8; 32],
) -> Result<Tao, Error> {
    let state = books::load(ledger, netuid, false);
    let input = Input::Pay {
        from,
        payer: payer.clone(),
        payee: payee.clone(),
        amount,
        receipt,
    };
    let outcome = books::apply(ledger, netuid, &state, input)?;
    let mut tributes = outcome.events.iter().filter_map(|event| match event {
        Event::Paid { tribute, .. } => Some(*tribute),
        _ => None,
    });
    let tribute = tributes.next().unwrap_or_default();
    let mut revenue = ledger.revenue(netuid);
    revenue.add(amount, tribute);
    ledger.set_revenue(netuid, revenue);
    books::book(ledger, netuid, &state, outcome)?;
    Ok(tribute)
}
