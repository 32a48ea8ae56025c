//! Payments on the rail (`docs/rules/pacts.md#payments`).

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{Error, PerMillion, Tao};

/// Splits a payment into tribute, rounded down, and what the payee gets.
pub fn split(amount: Tao, revenue_share: PerMillion) -> (Tao, Tao) {
    let tribute = Tao(revenue_share.of(amount.0));
    (tribute, amount.minus_or_zero(tribute))
}

/// What was paid for a subnet's services, with or without a pact.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Revenue {
    /// How many payments, each settlement of a channel being one.
    pub payments: u64,
    /// Rao that customers paid.
    pub amount: Tao,
    /// Rao of it that were tribute.
    pub tribute: Tao,
}

impl Revenue {
    /// Counts a payment.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn add(&mut self, amount: Tao, tribute: Tao) -> Result<(), Error> {
        self.payments = self.payments.checked_add(1).ok_or(Error::Overflow)?;
        self.amount = self.amount.plus(amount)?;
        self.tribute = self.tribute.plus(tribute)?;
        Ok(())
    }
}
