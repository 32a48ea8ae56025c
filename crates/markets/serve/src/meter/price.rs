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

impl Price {
    /// The cost in rao, rounded up: less than one rao a request, which the seller gets. `None` if it is no amount.
    pub fn cost(&self, usage: Usage) -> Option<u64> {
        u64::try_from(self.thousandths(usage).div_ceil(1000)).ok()
    }

    pub(super) fn thousandths(&self, usage: Usage) -> u128 {
        u128::from(self.prompt_rao_per_1k) * u128::from(usage.prompt_tokens)
            + u128::from(self.completion_rao_per_1k) * u128::from(usage.completion_tokens)
    }
}
