//! Root: what its stakers earn on the subnets, and how they come to it (`docs/rules/root.md`).
//!
//! Alpha earned for root stakers is not paid at the epoch: it raises a rate per rao of root stake, and every staker
//! can claim rate times stake, less a watermark of what was claimed or never earned.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use super::{money, stake_pools, swaps};
use crate::{Account, Alpha, Error, Event, Ledger, NetUid, RootClaimType, Tao, fixed::I96F32};

/// How many subnets one claim may name (`docs/rules/root.md#claiming`).
pub const MAX_CLAIMED_SUBNETS: usize = 5;

/// How far one claim goes along the hotkeys of a coldkey (`docs/rules/root.md#long-lists`): each counts one, and one more
/// for each subnet of its rates if there is root stake.
pub const MAX_CLAIM_STEPS: usize = 512;

/// Credits the root stakers of a hotkey with alpha of a subnet (`docs/rules/root.md#accrual`). If that is more than the
/// root stake, so always where there is none, the rate would be too coarse, and the hotkey's owner gets the alpha as stake;
/// without owner it belongs to nobody.
///
/// # Errors
/// [`Error::Overflow`].
pub(super) fn accrue<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    hotkey: &Acc,
    netuid: NetUid,
    alpha: Alpha,
) -> Result<(), Error> {
    let total = ledger.total_hotkey_alpha(hotkey, NetUid::ROOT);
    if alpha > total {
        return match ledger.owner(hotkey) {
            Some(owner) => stake_pools::increase(ledger, hotkey, &owner, netuid, alpha),
            None => Ok(()),
        };
    }
    let step = I96F32::saturating_from_num(alpha.0)
        .checked_div(I96F32::saturating_from_num(total.0))
        .unwrap_or(I96F32::from_bits(0));
    let mut rates = ledger.root_claimable(hotkey);
    let rate = rates.entry(netuid).or_insert(I96F32::from_bits(0));
    *rate = rate.checked_add(step).ok_or(Error::Overflow)?;
    ledger.set_root_claimable(hotkey, rates);
    Ok(())
}

/// What a rate gives for an amount of root stake, rounded down.
fn earned(rate: I96F32, stake: u64) -> u128 {
    rate.saturating_mul(I96F32::saturating_from_num(stake))
        .saturating_to_num()
}

/// Raises the watermarks for root stake that has just been added: it has earned nothing yet
/// (`docs/rules/root.md#watermark`).
///
/// # Errors
/// [`Error::Overflow`].
pub(super) fn stake_added<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    hotkey: &Acc,
    coldkey: &Acc,
    amount: Alpha,
) -> Result<(), Error> {
    for (netuid, rate) in ledger.root_claimable(hotkey) {
        let more = earned(rate, amount.0);
        if more > 0 {
            let claimed = ledger.root_claimed(netuid, hotkey, coldkey);
            let claimed = claimed.checked_add(more).ok_or(Error::Overflow)?;
            ledger.set_root_claimed(netuid, hotkey, coldkey, claimed);
        }
    }
    Ok(())
}

/// Lowers the watermarks for root stake that has just been taken away (`docs/rules/root.md#watermark`). They stop at
/// zero; as both ways round down, what is owed drifts by single units.
pub(super) fn stake_removed<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, hotkey: &Acc, coldkey: &Acc, amount: Alpha) {
    for (netuid, rate) in ledger.root_claimable(hotkey) {
        let less = earned(rate, amount.0);
        if less > 0 && !netuid.is_root() {
            let claimed = ledger.root_claimed(netuid, hotkey, coldkey).saturating_sub(less);
            ledger.set_root_claimed(netuid, hotkey, coldkey, claimed);
        }
    }
}

/// What the coldkey may claim of a hotkey's root dividends on a subnet, whatever the threshold
/// (`docs/rules/root.md#watermark`).
pub fn owed<Acc: Account, L: Ledger<Acc>>(ledger: &L, hotkey: &Acc, coldkey: &Acc, netuid: NetUid) -> Alpha {
    let rate = ledger
        .root_claimable(hotkey)
        .get(&netuid)
        .copied()
        .unwrap_or(I96F32::from_bits(0));
    let stake = stake_pools::stake_of(ledger, hotkey, coldkey, NetUid::ROOT);
    Alpha(owed_at(ledger, hotkey, coldkey, netuid, rate, stake).saturating_to_num())
}

fn owed_at<Acc: Account, L: Ledger<Acc>>(
    ledger: &L,
    hotkey: &Acc,
    coldkey: &Acc,
    netuid: NetUid,
    rate: I96F32,
    stake: Alpha,
) -> I96F32 {
    let gross = rate.saturating_mul(I96F32::saturating_from_num(stake.0));
    if gross <= I96F32::from_bits(0) {
        return I96F32::from_bits(0);
    }
    let claimed = I96F32::saturating_from_num(ledger.root_claimed(netuid, hotkey, coldkey));
    gross.saturating_sub(claimed).max(I96F32::from_bits(0))
}

/// Claims root dividends of 1 to 5 subnets over the hotkeys that the coldkey has staked to
/// (`docs/rules/root.md#claiming`), of a long list a part at a time. Amounts below a subnet's threshold stay.
///
/// # Errors
/// [`Error::InvalidSubnetNumber`], and those of the sales.
pub fn claim_root<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    subnets: &BTreeSet<NetUid>,
) -> Result<(), Error> {
    if subnets.is_empty() || subnets.len() > MAX_CLAIMED_SUBNETS {
        return Err(Error::InvalidSubnetNumber);
    }
    enlist(ledger, coldkey)?;
    claim_all(ledger, coldkey, Some(subnets))
}

/// Chooses what the coldkey's claims turn into (`docs/rules/root.md#claiming`).
///
/// # Errors
/// [`Error::InvalidRootClaimType`] if alpha is to be kept on no subnet.
pub fn set_root_claim_type<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    kind: RootClaimType,
) -> Result<(), Error> {
    if matches!(&kind, RootClaimType::KeepSubnets { subnets } if subnets.is_empty()) {
        return Err(Error::InvalidRootClaimType);
    }
    enlist(ledger, coldkey)?;
    ledger.set_root_claim_type(coldkey, kind.clone());
    ledger.emit(Event::RootClaimTypeSet {
        coldkey: coldkey.clone(),
        kind,
    });
    Ok(())
}

fn claim_all<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    subnets: Option<&BTreeSet<NetUid>>,
) -> Result<(), Error> {
    let kind = ledger.root_claim_type(coldkey);
    let cursor = ledger.root_claim_cursor(coldkey);
    let (hotkeys, len) = ledger.staking_hotkeys_from(coldkey, cursor, MAX_CLAIM_STEPS);
    let (mut next, mut steps) = (cursor, 0usize);
    for hotkey in hotkeys {
        if steps >= MAX_CLAIM_STEPS {
            break;
        }
        (next, steps) = (next.saturating_add(1), steps.saturating_add(1));
        let mut stake = stake_pools::stake_of(ledger, &hotkey, coldkey, NetUid::ROOT);
        if stake.is_zero() {
            continue;
        }
        let mut rates: BTreeMap<NetUid, I96F32> = ledger.root_claimable(&hotkey);
        if let Some(subnets) = subnets {
            rates.retain(|netuid, _| subnets.contains(netuid));
        }
        steps = steps.saturating_add(rates.len());
        for (netuid, rate) in rates {
            if claim(ledger, &hotkey, coldkey, netuid, rate, stake, &kind)? {
                stake = stake_pools::stake_of(ledger, &hotkey, coldkey, NetUid::ROOT);
            }
        }
    }
    let next = if next < len { next } else { 0 };
    if next != cursor {
        ledger.set_root_claim_cursor(coldkey, next);
    }
    ledger.emit(Event::RootClaimed {
        coldkey: coldkey.clone(),
    });
    Ok(())
}

/// Claims what is owed on one subnet. Returns whether the root stake changed.
fn claim<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    hotkey: &Acc,
    coldkey: &Acc,
    netuid: NetUid,
    rate: I96F32,
    stake: Alpha,
    kind: &RootClaimType,
) -> Result<bool, Error> {
    let owed = owed_at(ledger, hotkey, coldkey, netuid, rate, stake);
    let alpha = Alpha(owed.saturating_to_num());
    if alpha.is_zero() || owed < ledger.root_claimable_threshold(netuid) {
        return Ok(false);
    }
    let keep = match kind {
        RootClaimType::Swap => false,
        RootClaimType::Keep => true,
        RootClaimType::KeepSubnets { subnets } => subnets.contains(&netuid),
    };
    if keep {
        if !stake_pools::can_add(ledger, hotkey, netuid, alpha) {
            return Err(Error::InsufficientLiquidity);
        }
        stake_pools::increase(ledger, hotkey, coldkey, netuid, alpha)?;
    } else {
        swap_for_root_stake(ledger, hotkey, coldkey, netuid, alpha)?;
    }
    let claimed = ledger
        .root_claimed(netuid, hotkey, coldkey)
        .checked_add(alpha.0.into())
        .ok_or(Error::Overflow)?;
    ledger.set_root_claimed(netuid, hotkey, coldkey, claimed);
    Ok(!keep)
}

/// Sells claimed alpha without fee and stakes the TAO on root.
fn swap_for_root_stake<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    hotkey: &Acc,
    coldkey: &Acc,
    netuid: NetUid,
    alpha: Alpha,
) -> Result<(), Error> {
    let root = NetUid::ROOT;
    let tao = Tao(swaps::sell(ledger, netuid, alpha, swaps::LOWEST_PRICE, true)?.paid_out);
    let root_account = ledger.subnet_account(root);
    money::pay_out(ledger, netuid, &root_account, tao)?;
    ledger.set_subnet_root_sell_tao(netuid, ledger.subnet_root_sell_tao(netuid).plus(tao)?);
    money::sub_protocol_flow(ledger, netuid, tao);
    let stake = Alpha(tao.0);
    if !stake_pools::can_add(ledger, hotkey, root, stake) {
        return Err(Error::InsufficientLiquidity);
    }
    stake_pools::increase(ledger, hotkey, coldkey, root, stake)?;
    ledger.set_subnet_tao(root, ledger.subnet_tao(root).plus(tao)?);
    ledger.set_subnet_alpha_out(root, ledger.subnet_alpha_out(root).plus(stake)?);
    ledger.set_total_stake(ledger.total_stake().plus(tao)?);
    stake_added(ledger, hotkey, coldkey, stake)
}

/// Puts a coldkey on the list of those for whom blocks claim (`docs/rules/root.md#automatic-claims`).
///
/// # Errors
/// [`Error::Overflow`].
pub(super) fn enlist<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, coldkey: &Acc) -> Result<(), Error> {
    if ledger.staking_coldkeys(coldkey).is_none() {
        let index = ledger.num_staking_coldkeys();
        ledger.set_staking_coldkeys_by_index(index, Some(coldkey.clone()));
        ledger.set_staking_coldkeys(coldkey, Some(index));
        ledger.set_num_staking_coldkeys(index.checked_add(1).ok_or(Error::Overflow)?);
    }
    Ok(())
}

/// Takes a coldkey without root stake off that list. The last entry moves into the gap. Whoever has more hotkeys than one
/// claim goes along stays on it.
///
/// # Errors
/// [`Error::Underflow`] if the list is shorter than its entries say.
pub(super) fn delist_if_empty<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, coldkey: &Acc) -> Result<(), Error> {
    let Some(index) = ledger.staking_coldkeys(coldkey) else {
        return Ok(());
    };
    let (hotkeys, len) = ledger.staking_hotkeys_from(coldkey, 0, MAX_CLAIM_STEPS);
    let is_long = len > MAX_CLAIM_STEPS as u64;
    if is_long
        || hotkeys
            .iter()
            .any(|hotkey| !stake_pools::stake_of(ledger, hotkey, coldkey, NetUid::ROOT).is_zero())
    {
        return Ok(());
    }
    let last = ledger.num_staking_coldkeys().checked_sub(1).ok_or(Error::Underflow)?;
    let moved = ledger.staking_coldkeys_by_index(last);
    ledger.set_staking_coldkeys_by_index(last, None);
    ledger.set_staking_coldkeys(coldkey, None);
    ledger.set_root_claim_cursor(coldkey, 0);
    ledger.set_num_staking_coldkeys(last);
    if let Some(moved) = moved.filter(|_| last != index) {
        ledger.set_staking_coldkeys(&moved, Some(index));
        ledger.set_staking_coldkeys_by_index(index, Some(moved));
    }
    Ok(())
}

/// The entries of the list, of `len`, for which a block claims: `count` steps through it that the parent's hash decides
/// (`docs/rules/root.md#automatic-claims`). Ascending, without repetition.
pub fn chosen_indices(parent_hash: &[u8; 32], count: u64, len: u64) -> Vec<u64> {
    let words = parent_hash.as_chunks::<8>().0;
    let word = |i: u64| u64::from_be_bytes(words[i as usize % words.len()]);
    let mut last = word(0);
    let mut chosen = BTreeSet::new();
    for i in 0..count {
        last = last.saturating_add(word(i)).checked_rem(len).unwrap_or(0);
        chosen.insert(last);
    }
    chosen.into_iter().collect()
}

/// Claims for the coldkeys that this block chooses. One that fails keeps what it had.
pub(super) fn auto_claim<Acc: Account, L: Ledger<Acc>>(ledger: &mut L) {
    let count = ledger.num_root_claim();
    let len = ledger.num_staking_coldkeys();
    if count == 0 || len == 0 {
        return;
    }
    for index in chosen_indices(&ledger.parent_hash(), count, len) {
        if let Some(coldkey) = ledger.staking_coldkeys_by_index(index) {
            let _ = ledger.transaction(|ledger| claim_all(ledger, &coldkey, None));
        }
    }
}
