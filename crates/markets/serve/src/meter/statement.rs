//! What a gateway tells a customer of its account.

use serde::{Deserialize, Serialize};

use super::Price;
use crate::api::Usage;

/// What a gateway says that a channel has used. Amounts in rao.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The channel.
    pub channel: u64,
    /// The price asked.
    pub price: Price,
    /// Requests charged.
    pub requests: u64,
    /// Tokens read in them.
    pub prompt_tokens: u64,
    /// Tokens made in them.
    pub completion_tokens: u64,
    /// What was settled before this gateway began to count.
    pub earlier: u64,
    /// Debts of closed channels that this channel's vouchers have paid.
    #[serde(default)]
    pub carried: u64,
    /// Both, and what the requests cost.
    pub charged: u64,
    /// What the payer still owes for the use of closed channels: the next vouchers pay it, on top of `charged`, before
    /// they cover anything else.
    #[serde(default)]
    pub debt: u64,
    /// What is signed for or paid.
    pub covered: u64,
    /// The voucher that a request waits for; 0 if none does.
    pub wanted: u64,
    /// All that was ever put into the channel.
    pub deposit: u64,
    /// What the chain has paid.
    pub settled: u64,
}

impl Statement {
    /// Whether the charge is no more than the tokens cost by this price, each request rounded up.
    pub fn adds_up(&self, price: &Price) -> bool {
        let usage = Usage {
            prompt_tokens: self.prompt_tokens,
            completion_tokens: self.completion_tokens,
            total_tokens: 0,
        };
        let before = u128::from(self.earlier) + u128::from(self.carried);
        let counted = u128::from(self.charged).saturating_sub(before);
        // Tokens that would cost more than there is money were not made.
        let Ok(cost) = price.thousandths(usage) else {
            return false;
        };
        self.earlier <= self.settled && counted <= cost / 1000 + u128::from(self.requests)
    }
}
