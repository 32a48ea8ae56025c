//! Why there is nothing to show.

use tributary_economy::Error;

/// Why a file could not be replayed.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// It holds something else.
    #[error("it is not a recorded block: that is a JSON object, and this file does not begin with `{{`")]
    NoObject,
    /// It names no subnet.
    #[error("it records no subnet: `netuids` is empty, so there is nothing to compare")]
    NoSubnets,
    /// It is no JSON of a recorded block: what is missing, wrong or unknown, and where.
    #[error("it is not a recorded block: {0}")]
    Format(#[from] serde_json::Error),
    /// A column has more or fewer entries than there are subnets.
    #[error("`{column}` has {found} entries, but `netuids` names {expected} subnets")]
    Length {
        /// Where it is, such as `before.alpha_in`.
        column: &'static str,
        /// Its entries.
        found: usize,
        /// Subnets.
        expected: usize,
    },
    /// A subnet is named twice, or is root.
    #[error("`netuids` names {0} twice, or names root, which is no subnet")]
    Netuid(u16),
    /// There is nothing to compare.
    #[error("it records nothing of what the block left: `after` has no column")]
    Nothing,
    /// A number does not fit.
    #[error("{0}")]
    Number(String),
    /// The rules refuse the state.
    #[error("the rules refuse this state: {0}")]
    Rules(Error),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::Rules(error)
    }
}
