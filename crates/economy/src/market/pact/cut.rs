//! The owner's cut of an epoch under a pact (`docs/rules/pacts.md#the-owners-cut`).

use super::books;
use crate::{Account, Alpha, Error, Ledger, NetUid, pact::Input};

/// Shares the owner's cut of an epoch as the subnet's pact says: the pledge is tribute, the rest vests. Also lets
/// earlier cut vest. Returns what the caller has to stake to the owner: all of it without a pact, else nothing. Epochs
/// call it.
///
/// # Errors
/// [`Error::Overflow`] and [`Error::Underflow`]: corrupt state.
pub fn share_cut<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    owner: &Acc,
    hotkey: &Acc,
    cut: Alpha,
) -> Result<Alpha, Error> {
    let state = books::load(ledger, netuid, false);
    if state.pact.is_none() {
        return Ok(cut);
    }
    let input = Input::ShareCut {
        owner: owner.clone(),
        hotkey: hotkey.clone(),
        cut,
    };
    let outcome = books::apply(ledger, netuid, &state, input).map_err(books::corrupt)?;
    books::book(ledger, netuid, &state, outcome).map_err(books::corrupt)?;
    Ok(Alpha::ZERO)
}
