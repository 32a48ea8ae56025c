//! The owner's cut of an epoch under a pact (`docs/rules/pacts.md#the-owners-cut`).

use super::{owners, receive_alpha};
use crate::{
    Account, Alpha, Error, Ledger, NetUid,
    market::stakes,
    pact::{Event, Pact, Vesting, vesting},
};

/// Shares the owner's cut of an epoch as the subnet's pact says: the pledge is tribute, the rest vests. Also lets
/// earlier cut vest. Returns what is left for the owner at once, which the caller stakes: all of it without a pact.
///
/// # Errors
/// [`Error::Overflow`] and [`Error::Underflow`]: corrupt state.
pub(in crate::market) fn share_cut<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    owner: &Acc,
    hotkey: &Acc,
    cut: Alpha,
) -> Result<Alpha, Error> {
    let Some(mut pact) = ledger.pact(netuid) else {
        return Ok(cut);
    };
    owners::watch(ledger, netuid, &mut pact);
    let mut vested = settle_vesting(ledger, netuid, &mut pact)?;
    let Some(terms) = pact.in_force().copied() else {
        ledger.set_pact(netuid, Some(pact));
        return Ok(cut);
    };
    let (pledged, rest) = vesting::split_cut(cut, terms.pledge);
    receive_alpha(ledger, netuid, &mut pact, pledged)?;
    let now = if terms.vesting_half_life == 0 {
        rest
    } else {
        let earned = Vesting {
            coldkey: owner.clone(),
            hotkey: hotkey.clone(),
            alpha: rest,
            half_life: terms.vesting_half_life,
        };
        if let Some(first) = vesting::add(&mut pact.vesting, earned)? {
            pay(ledger, netuid, &mut pact, &first)?;
            vested = vested.plus(first.alpha)?;
        }
        Alpha::ZERO
    };
    pact.totals.cut = pact.totals.cut.plus(cut)?;
    pact.totals.pledged = pact.totals.pledged.plus(pledged)?;
    pact.totals.vested = pact.totals.vested.plus(now)?;
    let unvested = pact.unvested()?;
    ledger.set_pact(netuid, Some(pact));
    ledger.tell(Event::CutShared {
        netuid,
        cut,
        pledged,
        vested: vested.plus(now)?,
        unvested,
    });
    Ok(now)
}

/// Lets all cut vest up to this block and stakes what has vested to its earners. Returns how much that was.
pub(super) fn settle_vesting<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    pact: &mut Pact<Acc>,
) -> Result<Alpha, Error> {
    let now = ledger.block();
    let paid = vesting::step_all(&mut pact.vesting, now.saturating_sub(pact.vested_at));
    pact.vested_at = now;
    let mut total = Alpha::ZERO;
    for vested in &paid {
        pay(ledger, netuid, pact, vested)?;
        total = total.plus(vested.alpha)?;
    }
    Ok(total)
}

/// Stakes cut that has vested to whoever earned it.
pub(super) fn pay<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    pact: &mut Pact<Acc>,
    vested: &Vesting<Acc>,
) -> Result<(), Error> {
    stakes::increase(ledger, &vested.hotkey, &vested.coldkey, netuid, vested.alpha)?;
    pact.totals.vested = pact.totals.vested.plus(vested.alpha)?;
    Ok(())
}
