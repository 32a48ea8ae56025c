//! A subnet's pact when its owner changes (`docs/rules/pacts.md#another-owner`).

use alloc::vec::Vec;

use super::{books, check_subnet};
use crate::{
    Account, Error as Rule, Ledger, NetUid, Tao,
    pact::{Error, Hold, Input, Move, Purse},
};

/// The owner posts the bond: a newcomer in place of the one before, who gets his back, or the signer what is missing
/// after a breach or a tightening.
///
/// # Errors
/// [`crate::Error::NotSubnetOwner`], [`Error::NoPact`], [`Error::PactEnded`], [`Error::Leaving`], [`Error::BondPosted`],
/// [`crate::Error::InsufficientBalance`].
pub fn post_bond<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, who: &Acc, netuid: NetUid) -> Result<(), Error> {
    check_subnet(ledger, netuid)?;
    books::play(ledger, netuid, Input::PostBond { who: who.clone() })
}

/// Puts `new` in the place of `old` in all pacts, as everything else of a coldkey moves
/// (`docs/rules/pacts.md#another-owner`): as signer, as earner of what vests, as newcomer, as arbiter, and in reports,
/// votes and objections. What was on hold of `old` for them is free then, and returned, to be put on hold of `new` once
/// all that `old` has is there.
///
/// # Errors
/// [`Rule::InsufficientBalance`] if less is on hold than the books say, which cannot be.
pub fn rename<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuids: &[NetUid],
    old: &Acc,
    new: &Acc,
) -> Result<Vec<(Hold, Tao)>, Rule> {
    let mut held = Vec::new();
    for netuid in netuids {
        let before = books::load(ledger, *netuid, true);
        let (old, new) = (old.clone(), new.clone());
        let outcome = books::apply(ledger, *netuid, &before, Input::Rename { old, new }).map_err(books::corrupt)?;
        for step in outcome.moves {
            if let Move::Tao {
                from: Purse::Held(reason, who),
                amount,
                ..
            } = step
            {
                ledger
                    .free(reason, &who, amount)
                    .map_err(|_| Rule::InsufficientBalance)?;
                held.push((reason, amount));
            }
        }
        books::keep(ledger, *netuid, &before, outcome.state);
    }
    Ok(held)
}
