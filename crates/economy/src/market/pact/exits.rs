//! Leaving, breaking a promise, and the end of a subnet (`docs/rules/pacts.md#leaving`, `docs/rules/pacts.md#breach`
//! and `docs/rules/pacts.md#dissolution`).

use alloc::vec::Vec;

use super::{check_owner, cut, load, load_in_force, owners, receive, receive_alpha};
use crate::{
    Account, Alpha, Error as Rule, Existence, Ledger, NetUid, Tao,
    pact::{
        Breach, Error, Event, Hold, Pact, Status,
        exit::{self, Effect, Input, Sight},
        vesting,
    },
};

/// The owner announces to leave: the notice runs. Terms cannot change any more, and an announced loosening is dropped.
///
/// # Errors
/// [`Rule::NotSubnetOwner`], [`Error::NoPact`], [`Error::PactEnded`], [`Error::Leaving`].
pub fn announce_exit<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, who: &Acc, netuid: NetUid) -> Result<(), Error> {
    check_owner(ledger, who, netuid)?;
    let mut pact = load(ledger, netuid)?;
    let now = ledger.block();
    (pact.status, _) = exit::apply(pact.status, Input::Announce, now, pact.terms.notice)?;
    pact.loosening = None;
    ledger.set_objections(netuid, Vec::new());
    let until = now.saturating_add(pact.terms.notice);
    ledger.set_pact(netuid, Some(pact));
    ledger.tell(Event::ExitAnnounced { netuid, until });
    Ok(())
}

/// The owner stays after all. Whoever had lost the bond to a breach must post it again.
///
/// # Errors
/// [`Rule::NotSubnetOwner`], [`Error::NoPact`], [`Error::PactEnded`], [`Error::NotLeaving`], [`Error::NoticeOver`].
pub fn cancel_exit<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, who: &Acc, netuid: NetUid) -> Result<(), Error> {
    check_owner(ledger, who, netuid)?;
    let mut pact = load(ledger, netuid)?;
    (pact.status, _) = exit::apply(pact.status, Input::Cancel, ledger.block(), pact.terms.notice)?;
    ledger.set_pact(netuid, Some(pact));
    ledger.tell(Event::ExitCancelled { netuid });
    Ok(())
}

/// Ends a pact whose notice is over; anybody may, so that an announcement is not an option to leave at any time.
/// Unvested cut of the owner goes along the route, the bond back.
///
/// # Errors
/// [`Error::NoPact`], [`Error::PactEnded`], [`Error::NotLeaving`], [`Error::NoticeRunning`], [`Error::ReportOpen`].
pub fn exit<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid) -> Result<(), Error> {
    let mut pact = load(ledger, netuid)?;
    owners::watch(ledger, netuid, &mut pact);
    let (status, _) = exit::apply(pact.status, Input::Leave, ledger.block(), pact.terms.notice)?;
    if !ledger.reports(netuid).is_empty() {
        return Err(Error::ReportOpen);
    }
    end(ledger, netuid, pact, status)
}

/// Ends a pact: the present owner forfeits what has not vested, earlier owners are paid theirs, the bond goes back.
fn end<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    mut pact: Pact<Acc>,
    status: Status,
) -> Result<(), Error> {
    let forfeited = forfeit(ledger, netuid, &mut pact)?;
    for vested in core::mem::take(&mut pact.vesting) {
        cut::pay(ledger, netuid, &mut pact, &vested)?;
    }
    let bond = pact.bond;
    ledger.free(Hold::Bond, &pact.signer, bond)?;
    pact.bond = Tao::ZERO;
    pact.status = status;
    pact.loosening = None;
    pact.successor = None;
    ledger.set_objections(netuid, Vec::new());
    return_deposits(ledger, netuid)?;
    ledger.set_pact(netuid, Some(pact));
    ledger.tell(Event::Left {
        netuid,
        bond,
        forfeited,
    });
    Ok(())
}

/// Takes the unvested cut of the subnet's present owner.
fn forfeit<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid, pact: &mut Pact<Acc>) -> Result<Alpha, Error> {
    cut::settle_vesting(ledger, netuid, pact)?;
    let owner = present_owner(pact);
    let forfeited = vesting::forfeit(&mut pact.vesting, &owner);
    pact.totals.forfeited = pact.totals.forfeited.plus(forfeited)?;
    receive_alpha(ledger, netuid, pact, forfeited)?;
    Ok(forfeited)
}

fn present_owner<Acc: Clone>(pact: &Pact<Acc>) -> Acc {
    pact.successor
        .as_ref()
        .map_or_else(|| pact.signer.clone(), |successor| successor.coldkey.clone())
}

fn return_deposits<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid) -> Result<(), Error> {
    for report in ledger.reports(netuid) {
        ledger.free(Hold::Report, &report.reporter, report.deposit)?;
    }
    ledger.set_reports(netuid, Vec::new());
    Ok(())
}

/// Establishes a broken promise that the chain sees by itself; anybody may. A newcomer who did not post the bond in time
/// has left without notice: the pact ends, and the one before gets the bond back.
///
/// # Errors
/// [`Error::NoPact`], [`Error::PactEnded`], [`Error::NoBreach`].
pub fn establish_breach<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid) -> Result<(), Error> {
    let mut pact = load_in_force(ledger, netuid)?;
    owners::watch(ledger, netuid, &mut pact);
    let now = ledger.block();
    if pact.successor.as_ref().is_some_and(|successor| now > successor.until) {
        let (status, _) = exit::apply(pact.status, Input::Abandon, now, pact.terms.notice)?;
        return end(ledger, netuid, pact, status);
    }
    let owner_hotkey = ledger.subnet_owner_hotkey(netuid);
    let sight = Sight {
        cut_enabled: ledger.owner_cut_enabled(netuid),
        owner_registered: owner_hotkey.is_some_and(|hotkey| ledger.uids(netuid, &hotkey).is_some()),
        leaving: matches!(pact.status, Status::Leaving { .. }),
        last_artifact: ledger
            .artifact(netuid)
            .map_or(pact.artifacts_from, |artifact| artifact.at.max(pact.artifacts_from)),
        now,
    };
    let breach = exit::visible(&pact.terms, sight).ok_or(Error::NoBreach)?;
    let nothing_left = pact.bond.is_zero() && pact.unvested()?.is_zero();
    if nothing_left && !matches!(pact.status, Status::Active) {
        return Err(Error::NoBreach);
    }
    break_pact(ledger, netuid, pact, breach, None)
}

/// What a broken promise costs: the bond, less the reward of whoever reported it, and unvested cut. A newcomer who has
/// not posted a bond loses only the cut: the bond there is belongs to somebody else.
pub(super) fn break_pact<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    mut pact: Pact<Acc>,
    breach: Breach,
    reporter: Option<&Acc>,
) -> Result<(), Error> {
    let (status, effect) = exit::apply(pact.status, Input::Break, ledger.block(), pact.terms.notice)?;
    debug_assert_eq!(effect, Effect::ForfeitAndSlashBond);
    let forfeited = forfeit(ledger, netuid, &mut pact)?;
    let (mut bond, mut reward) = (Tao::ZERO, Tao::ZERO);
    if pact.successor.is_none() {
        bond = pact.bond;
        if let Some(reporter) = reporter {
            reward = Tao(ledger.pact_parameters().reward.of(bond.0));
            if !reward.is_zero() {
                ledger.seize(Hold::Bond, &pact.signer, reporter, reward)?;
            }
        }
        let rest = bond.minus(reward)?;
        if !rest.is_zero() {
            let reservoirs = ledger.pact_account();
            ledger.seize(Hold::Bond, &pact.signer, &reservoirs, rest)?;
            receive(&mut pact, rest)?;
            pact.totals.from_bonds = pact.totals.from_bonds.plus(rest)?;
        }
        pact.bond = Tao::ZERO;
    }
    pact.status = status;
    pact.loosening = None;
    ledger.set_objections(netuid, Vec::new());
    ledger.set_pact(netuid, Some(pact));
    ledger.tell(Event::Breached {
        netuid,
        breach,
        bond,
        reward,
        forfeited,
    });
    Ok(())
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
    let Some(mut pact) = ledger.pact(netuid) else {
        return Ok(());
    };
    owners::watch(ledger, netuid, &mut pact);
    let account = ledger.subnet_account(netuid);
    let mut joined = pact.reservoir.tao;
    if !joined.is_zero() {
        let reservoirs = ledger.pact_account();
        ledger.transfer(&reservoirs, &account, joined, Existence::Preserve)?;
    }
    if pact.successor.is_some() {
        ledger.free(Hold::Bond, &pact.signer, pact.bond)?;
    } else if !pact.bond.is_zero() {
        ledger.seize(Hold::Bond, &pact.signer, &account, pact.bond)?;
        joined = joined.plus(pact.bond)?;
    }
    ledger.set_subnet_tao(netuid, ledger.subnet_tao(netuid).plus(joined)?);
    ledger.set_total_stake(ledger.total_stake().plus(joined)?);
    for report in ledger.reports(netuid) {
        ledger.free(Hold::Report, &report.reporter, report.deposit)?;
    }
    ledger.set_reports(netuid, Vec::new());
    ledger.set_objections(netuid, Vec::new());
    ledger.set_artifact(netuid, None);
    ledger.set_pact(netuid, None);
    ledger.tell(Event::Dissolved { netuid, tao: joined });
    Ok(())
}
