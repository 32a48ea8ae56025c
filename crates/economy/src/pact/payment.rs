//! Payments on the rail (`docs/rules/pacts.md#payments`).

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use crate::{PerMillion, Tao};

/// Splits a payment into tribute, rounded down, and what the payee gets.
pub fn split(amount: Tao, revenue_share: PerMillion) -> (Tao, Tao) {
    let tribute = Tao(revenue_share.of(amount.0));
    (tribute, amount.minus_or_zero(tribute))
}

/// What was paid for a subnet's services, with or without a pact. Numbers that would be above 2^64 - 1 are that.
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
    /// Counts a payment. Each number stops at its end, 2^64 - 1: it is a statistic, no money, and the same TAO paid to and
    /// fro gets there. A payment is never refused for it.
    pub fn add(&mut self, amount: Tao, tribute: Tao) {
        self.payments = self.payments.saturating_add(1);
        self.amount = Tao(self.amount.0.saturating_add(amount.0));
        self.tribute = Tao(self.tribute.0.saturating_add(tribute.0));
    }
}
