//! The release of tribute, once a tempo (`docs/rules/pacts.md#release`).

use super::super::swaps;
use super::books;
use crate::{
    Account, Alpha, Error, Ledger, NetUid, Tao,
    pact::{Earning, Input, Move, Quote, Sink, release as rules},
    pool::Side,
};

/// What joins the dividends of an epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tribute {
    /// Of those who hold alpha.
    pub holders: Alpha,
    /// Of those who stake on root.
    pub root: Alpha,
}

/// Releases what is due of a subnet's reservoir, within the limits of [`rules`]: buys alpha with the TAO, burns, and
/// returns what joins the dividends of this epoch. What nobody could receive, or the pool does not take, waits. Epochs
/// call it.
///
/// # Errors
/// [`Error::Overflow`], [`Error::Underflow`] and [`Error::InsufficientBalance`]: corrupt state.
pub fn release<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    earning: Earning,
) -> Result<Tribute, Error> {
    let state = books::load(ledger, netuid, false);
    if state.pact.is_none() {
        return Ok(Tribute::default());
    }
    let largest = rules::largest_purchase(&swaps::pool(ledger, netuid));
    let due = state.purchase(&books::context(ledger, netuid), largest, 1);
    let input = Input::Release {
        earning,
        quote: quote(ledger, netuid, due),
        fee_rate: ledger.fee_rate(netuid),
        releases: 1,
    };
    let outcome = books::apply(ledger, netuid, &state, input).map_err(books::corrupt)?;
    let mut tribute = Tribute::default();
    for step in &outcome.moves {
        match step {
            Move::Alpha {
                to: Sink::Holders,
                amount,
                ..
            } => tribute.holders = tribute.holders.plus(*amount)?,
            Move::Alpha {
                to: Sink::Root, amount, ..
            } => tribute.root = tribute.root.plus(*amount)?,
            _ => {}
        }
    }
    books::book(ledger, netuid, &state, outcome).map_err(books::corrupt)?;
    Ok(tribute)
}

/// What the pool would give for TAO: all or nothing.
fn quote<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid, tao: Tao) -> Quote {
    if tao.is_zero() || !ledger.subtoken_enabled(netuid) {
        return Quote::default();
    }
    let pool = swaps::pool(ledger, netuid);
    match crate::pool::simulate(&pool, Side::Buy, tao.0, swaps::HIGHEST_PRICE.0, true) {
        Ok(done) if done.paid_in == tao.0 => Quote {
            tao,
            alpha: Alpha(done.paid_out),
        },
        _ => Quote::default(),
    }
}
