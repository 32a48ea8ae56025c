//! Leaving, breaking a promise, and the end of a subnet (`docs/rules/pacts.md#leaving`, `docs/rules/pacts.md#breach`
//! and `docs/rules/pacts.md#dissolution`).

use super::{books, check_subnet};
use crate::{
    Account, Error as Rule, Ledger, NetUid,
    pact::{Error, Input, Look},
};

/// The owner announces to leave: the notice runs. Terms cannot change any more, and an announced loosening is dropped.
///
/// # Errors
/// [`Rule::NotSubnetOwner`], [`Error::NoPact`], [`Error::PactEnded`], [`Error::Leaving`].
pub fn announce_exit<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, who: &Acc, netuid: NetUid) -> Result<(), Error> {
    check_subnet(ledger, netuid)?;
    books::play(ledger, netuid, Input::AnnounceExit { who: who.clone() })
}

/// The owner stays after all. Whoever had lost the bond to a breach must post it again.
///
/// # Errors
/// [`Rule::NotSubnetOwner`], [`Error::NoPact`], [`Error::PactEnded`], [`Error::NotLeaving`], [`Error::NoticeOver`].
pub fn cancel_exit<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, who: &Acc, netuid: NetUid) -> Result<(), Error> {
    check_subnet(ledger, netuid)?;
    books::play(ledger, netuid, Input::CancelExit { who: who.clone() })
}

/// Ends a pact whose notice is over; anybody may, so that an announcement is not an option to leave at any time.
/// Unvested cut of the owner goes along the route, the bond back.
///
/// # Errors
/// [`Error::NoPact`], [`Error::PactEnded`], [`Error::NotLeaving`], [`Error::NoticeRunning`], [`Error::ReportOpen`].
pub fn exit<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid) -> Result<(), Error> {
    books::play(ledger, netuid, Input::Exit)
}

/// Establishes a broken promise that the chain sees by itself; anybody may. A newcomer who did not post the bond in time
/// has left without notice: the pact ends, and the one before gets the bond back.
///
/// # Errors
/// [`Error::NoPact`], [`Error::PactEnded`], [`Error::NoBreach`].
pub fn establish_breach<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid) -> Result<(), Error> {
    let look = look(ledger, netuid);
    books::play(ledger, netuid, Input::EstablishBreach { look })
}

/// What the chain sees of a subnet that may have broken a promise. The owner is there while the hotkey that stands for it
/// has a uid and is its own: whoever is gone may have named somebody else's.
pub fn look<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> Look {
    let owner = ledger.subnet_owner(netuid);
    let here = |hotkey: &Acc| ledger.uids(netuid, hotkey).is_some() && ledger.owner(hotkey) == owner;
    Look {
        cut_enabled: ledger.owner_cut_enabled(netuid),
        owner_registered: ledger.subnet_owner_hotkey(netuid).as_ref().is_some_and(here),
        last_artifact: ledger.artifact(netuid).map(|artifact| artifact.at),
    }
}

/// Settles the pact of a subnet that is being dissolved, before its holders are paid: the reservoir and the bond join
/// the TAO of its pool, unvested cut and waiting alpha vanish with the alpha of the subnet. The bond of an owner who
/// was taken over goes back to him. Deposits of open reports go back. Nothing of it stays.
///
/// # Errors
/// [`Rule::InsufficientBalance`], [`Rule::Overflow`]: corrupt state.
pub(in crate::market) fn dissolve<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid) -> Result<(), Rule> {
    if ledger.revenue(netuid) != Default::default() {
        ledger.set_revenue(netuid, Default::default());
    }
    if ledger.pact(netuid).is_none() {
        return Ok(());
    }
    books::play(ledger, netuid, Input::Dissolve).map_err(books::corrupt)?;
    ledger.set_artifact(netuid, None);
    ledger.clear_arrivals(netuid);
    Ok(())
}
