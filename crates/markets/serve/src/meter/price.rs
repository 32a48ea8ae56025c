//! What tokens cost.

use serde::{Deserialize, Serialize};

use crate::api::Usage;

/// What tokens cost, in rao per thousand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// Tokens read.
    pub prompt_rao_per_1k: u64,
    /// Tokens made.
    pub completion_rao_per_1k: u64,
}

/// The cost is more than any account can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{} prompt tokens and {} completion tokens would cost more than any account can hold: ask for fewer",
    .0.prompt_tokens, .0.completion_tokens
)]
pub struct NoAmount(pub Usage);

impl Price {
    /// The cost in rao, rounded up: less than one rao a request, which the seller gets.
    ///
    /// # Errors
    /// [`NoAmount`].
    pub fn cost(&self, usage: Usage) -> Result<u64, NoAmount> {
        let cost = self.thousandths(usage)?.div_ceil(1000);
        u64::try_from(cost).map_err(|_| NoAmount(usage))
    }

    /// The cost in thousandths of a rao. Each of the products fits, and their sum need not.
    ///
    /// # Errors
    /// [`NoAmount`].
    pub(super) fn thousandths(&self, usage: Usage) -> Result<u128, NoAmount> {
        let of = |price: u64, tokens: u64| u128::from(price) * u128::from(tokens);
        let prompt = of(self.prompt_rao_per_1k, usage.prompt_tokens);
        let completion = of(self.completion_rao_per_1k, usage.completion_tokens);
        prompt.checked_add(completion).ok_or(NoAmount(usage))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Of any size, with those at both ends often.
    fn number() -> impl Strategy<Value = u64> {
        prop_oneof![any::<u64>(), 0u64..5_000, u64::MAX - 5_000..=u64::MAX]
    }

    proptest! {
        /// Against long division on parts that cannot overflow: `a b = 1000 (a (b / 1000) + …) + …`.
        #[test]
        fn a_cost_is_exact_or_no_amount(
            (prompt_price, completion_price) in (number(), number()),
            (prompt, completion) in (number(), number()),
        ) {
            let price = Price { prompt_rao_per_1k: prompt_price, completion_rao_per_1k: completion_price };
            let usage = Usage { prompt_tokens: prompt, completion_tokens: completion, total_tokens: 0 };
            let (mut whole, mut rest) = (0u128, 0u128);
            for (price, tokens) in [(prompt_price, prompt), (completion_price, completion)] {
                let product = u128::from(price) * u128::from(tokens);
                whole += product / 1000;
                rest += product % 1000;
            }
            whole += rest.div_ceil(1000);
            let expected = u64::try_from(whole).map_err(|_| NoAmount(usage));
            prop_assert_eq!(price.cost(usage), expected);
        }
    }
}
