//! Who owns how much of the alpha staked to a hotkey: the share pools as the ledger keeps them
//! (`docs/rules/stake-pools.md`).

use alloc::vec::Vec;

use crate::{
    Account, Alpha, Error, Ledger, NetUid, Tao,
    fixed::{U64F64, U96F32},
    pact::{Arrival, arrivals},
    safe_float::SafeFloat,
    share_pool::SharePool,
};

use super::swaps;

fn load<Acc: Account, L: Ledger<Acc>>(ledger: &L, hotkey: &Acc, netuid: NetUid) -> SharePool {
    SharePool {
        value: ledger.total_hotkey_alpha(hotkey, netuid),
        denominator: ledger.total_hotkey_shares(hotkey, netuid),
    }
}

/// The alpha that the coldkey has staked to the hotkey on a subnet, rounded down.
pub fn stake_of<Acc: Account, L: Ledger<Acc>>(ledger: &L, hotkey: &Acc, coldkey: &Acc, netuid: NetUid) -> Alpha {
    let share = ledger.stake_share(hotkey, coldkey, netuid);
    if share.is_zero() {
        Alpha::ZERO
    } else {
        load(ledger, hotkey, netuid).value_of(share)
    }
}

/// Whether the stake pool can represent that `amount` joins it.
pub(super) fn can_add<Acc: Account, L: Ledger<Acc>>(ledger: &L, hotkey: &Acc, netuid: NetUid, amount: Alpha) -> bool {
    load(ledger, hotkey, netuid).accepts(amount)
}

/// Adds alpha to the stake of one coldkey.
///
/// # Errors
/// [`Error::Overflow`].
pub(super) fn increase<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    hotkey: &Acc,
    coldkey: &Acc,
    netuid: NetUid,
    amount: Alpha,
) -> Result<(), Error> {
    if amount.is_zero() {
        return Ok(());
    }
    change(ledger, hotkey, coldkey, netuid, |pool, share| pool.add(share, amount))?;
    note(ledger, hotkey, coldkey, netuid, |arrivals, open| {
        arrivals::arrive(arrivals, open, amount)
    })
}

/// Takes alpha from the stake of one coldkey, which the caller has compared with [`stake_of`].
///
/// # Errors
/// [`Error::Underflow`] if the pool holds less.
pub(super) fn decrease<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    hotkey: &Acc,
    coldkey: &Acc,
    netuid: NetUid,
    amount: Alpha,
) -> Result<(), Error> {
    if amount.is_zero() {
        return Ok(());
    }
    change(ledger, hotkey, coldkey, netuid, |pool, share| {
        pool.remove(share, amount)
    })?;
    note(ledger, hotkey, coldkey, netuid, |arrivals, open| {
        arrivals::depart(arrivals, open, amount)
    })
}

/// Notes what comes and goes while something is asked of those who have alpha (`docs/rules/pacts.md#votes`).
fn note<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    hotkey: &Acc,
    coldkey: &Acc,
    netuid: NetUid,
    change: impl FnOnce(&mut Vec<Arrival>, &[u64]) -> Result<(), Error>,
) -> Result<(), Error> {
    let open = ledger.open_questions(netuid);
    if open.is_empty() {
        return Ok(());
    }
    let before = ledger.arrivals(netuid, hotkey, coldkey);
    let mut after = before.clone();
    change(&mut after, &open)?;
    if after != before {
        ledger.set_arrivals(netuid, hotkey, coldkey, after);
    }
    Ok(())
}

/// What a stake weighs in the answer to a question of this block: what has been there since.
///
/// # Errors
/// [`Error::Overflow`].
pub(super) fn weight<Acc: Account, L: Ledger<Acc>>(
    ledger: &L,
    hotkey: &Acc,
    coldkey: &Acc,
    netuid: NetUid,
    question: u64,
) -> Result<Alpha, Error> {
    let staked = stake_of(ledger, hotkey, coldkey, netuid);
    arrivals::weight(staked, &ledger.arrivals(netuid, hotkey, coldkey), question)
}

fn change<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    hotkey: &Acc,
    coldkey: &Acc,
    netuid: NetUid,
    change: impl FnOnce(&mut SharePool, &mut SafeFloat) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut pool = load(ledger, hotkey, netuid);
    let mut share = ledger.stake_share(hotkey, coldkey, netuid);
    change(&mut pool, &mut share)?;
    ledger.set_stake_share(hotkey, coldkey, netuid, share);
    ledger.set_total_hotkey_shares(hotkey, netuid, pool.denominator);
    ledger.set_total_hotkey_alpha(hotkey, netuid, pool.value);
    Ok(())
}

/// Adds alpha for all stakers of a hotkey, in proportion. Returns what the hotkey has then.
///
/// # Errors
/// [`Error::Overflow`].
pub(super) fn increase_all<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    hotkey: &Acc,
    netuid: NetUid,
    amount: Alpha,
) -> Result<Alpha, Error> {
    let before = ledger.total_hotkey_alpha(hotkey, netuid);
    // The shares stay: only what they are parts of grows.
    let mut pool = SharePool {
        value: before,
        denominator: SafeFloat::ZERO,
    };
    pool.add_to_all(amount)?;
    if pool.value != before {
        ledger.set_total_hotkey_alpha(hotkey, netuid, pool.value);
    }
    Ok(pool.value)
}

/// What a staker may claim of a subnet that is dissolved: the stake, or the bare share where the stake rounds to
/// nothing (`docs/rules/subnets.md#dissolving` step 3).
pub(super) fn claim<Acc: Account, L: Ledger<Acc>>(ledger: &L, hotkey: &Acc, coldkey: &Acc, netuid: NetUid) -> u64 {
    match stake_of(ledger, hotkey, coldkey, netuid) {
        Alpha::ZERO => ledger.stake_share(hotkey, coldkey, netuid).to_u64(),
        Alpha(stake) => stake,
    }
}

/// Removes the stake pool of a hotkey on a subnet, with all shares in it.
pub(super) fn clear_pool<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, hotkey: &Acc, netuid: NetUid) {
    for coldkey in ledger.stakers(hotkey, netuid) {
        ledger.set_stake_share(hotkey, &coldkey, netuid, SafeFloat::ZERO);
    }
    ledger.set_total_hotkey_shares(hotkey, netuid, SafeFloat::ZERO);
    ledger.set_total_hotkey_alpha(hotkey, netuid, Alpha::ZERO);
}

/// What all alpha of a hotkey is worth at the current prices, each subnet rounded down.
pub fn total_value<Acc: Account, L: Ledger<Acc>>(ledger: &L, hotkey: &Acc) -> Tao {
    let total = ledger.networks().into_iter().fold(0u64, |total, netuid| {
        let alpha = ledger.total_hotkey_alpha(hotkey, netuid);
        if alpha.is_zero() {
            return total;
        }
        total.saturating_add(worth(alpha, swaps::price(ledger, netuid)).0)
    });
    Tao(total)
}

/// What alpha is worth at a price, rounded down.
pub(super) fn worth(alpha: Alpha, price: U64F64) -> Tao {
    let price: U96F32 = price.saturating_to_num();
    Tao(U96F32::saturating_from_num(alpha.0)
        .saturating_mul(price)
        .saturating_to_num())
}

/// Appends the hotkey to those that the coldkey has staked to, once.
pub(super) fn remember_hotkey<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, coldkey: &Acc, hotkey: &Acc) {
    let mut hotkeys = ledger.staking_hotkeys(coldkey);
    if !hotkeys.contains(hotkey) {
        hotkeys.push(hotkey.clone());
        ledger.set_staking_hotkeys(coldkey, hotkeys);
    }
}

/// Counts TAO that users brought to a subnet. The counter stops at its ends (`docs/rules/emission.md#staking-flow`).
pub(super) fn add_user_flow<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid, tao: Tao) {
    let tao = i64::try_from(tao.0).unwrap_or(i64::MAX);
    ledger.set_subnet_tao_flow(netuid, ledger.subnet_tao_flow(netuid).saturating_add(tao));
}

/// Counts TAO that users took from a subnet. The counter stops at its ends (`docs/rules/emission.md#staking-flow`).
pub(super) fn sub_user_flow<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid, tao: Tao) {
    let tao = i64::try_from(tao.0).unwrap_or(i64::MAX);
    ledger.set_subnet_tao_flow(netuid, ledger.subnet_tao_flow(netuid).saturating_sub(tao));
}
