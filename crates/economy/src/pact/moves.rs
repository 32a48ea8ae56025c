//! Money that a pact moves: where each amount comes from and where it goes.

use super::Hold;
use crate::{Alpha, Tao};

/// Where TAO is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purse<Acc> {
    /// Free on an account.
    Free(Acc),
    /// On hold of an account.
    Held(Hold, Acc),
    /// In the reservoir of the pact.
    Reservoir,
    /// In the subnet's pool.
    Pool,
}

/// Where alpha of the subnet comes from. Nobody has staked it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The owner's cut that is being shared.
    Cut,
    /// Owner's cut that has not vested.
    Unvested,
    /// What waits in the reservoir.
    Waiting,
    /// What [`Move::Buy`] brought.
    Bought,
}

/// Where alpha of the subnet goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sink<Acc> {
    /// Owner's cut that has not vested.
    Unvested,
    /// The reservoir.
    Waiting,
    /// An account's stake.
    Staked {
        /// Whose.
        coldkey: Acc,
        /// To whom.
        hotkey: Acc,
    },
    /// Nobody: it is burned.
    Burned,
    /// Dividends of those who hold alpha.
    Holders,
    /// Dividends of those who stake on root.
    Root,
    /// Nobody: it vanishes with the subnet.
    Dissolved,
}

/// One move of money. The books of the market, and those of a simulation, do these and nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Move<Acc> {
    /// TAO changes its place.
    Tao {
        /// Where it was.
        from: Purse<Acc>,
        /// Where it is after.
        to: Purse<Acc>,
        /// Rao.
        amount: Tao,
    },
    /// Alpha changes its place.
    Alpha {
        /// Where it was.
        from: Source,
        /// Where it is after.
        to: Sink<Acc>,
        /// The amount, in its smallest unit.
        amount: Alpha,
    },
    /// TAO of the reservoir buys alpha of the pool, without a fee. Moves from [`Source::Bought`] say what becomes of it.
    Buy {
        /// Rao from the reservoir to the pool.
        tao: Tao,
        /// Alpha out of the pool.
        alpha: Alpha,
    },
}
