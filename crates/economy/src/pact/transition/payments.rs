//! Payments on the rail (`docs/rules/pacts.md#payments`).

use super::Play;
use crate::{
    PerMillion, Tao,
    pact::{Error, Event, Purse, payment},
};

impl<Acc: Clone + Ord> Play<'_, Acc> {
    /// The pact decides how much of a payment is tribute; without a pact none is.
    pub(super) fn pay(
        &mut self,
        from: Purse<Acc>,
        payer: Acc,
        payee: Acc,
        amount: Tao,
        receipt: [u8; 32],
    ) -> Result<(), Error> {
        let share = self.state.terms().map_or(PerMillion::ZERO, |terms| terms.revenue_share);
        let (tribute, rest) = payment::split(amount, share);
        if !tribute.is_zero() {
            let mut pact = self.take()?;
            self.receive(&mut pact, from.clone(), tribute)?;
            pact.totals.from_payments = pact.totals.from_payments.plus(tribute)?;
            self.keep(pact);
        }
        self.tao(from, Purse::Free(payee.clone()), rest);
        self.tell(Event::Paid {
            netuid: self.context.netuid,
            payer,
            payee,
            amount,
            tribute,
            receipt,
        });
        Ok(())
    }
}
