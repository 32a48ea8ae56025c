//! Moving stake between hotkeys, coldkeys and subnets (`docs/rules/staking.md#moving-stake`).

use super::{MIN_STAKE, root, stake_pools, staking, swaps};
use crate::{Account, Alpha, Error, Event, Existence, Ledger, NetUid, Tao, limits};

/// One stake: whose, on which hotkey, on which subnet.
struct Place<'a, Acc> {
    coldkey: &'a Acc,
    hotkey: &'a Acc,
    netuid: NetUid,
}

impl<Acc: PartialEq> PartialEq for Place<'_, Acc> {
    fn eq(&self, other: &Self) -> bool {
        self.coldkey == other.coldkey && self.hotkey == other.hotkey && self.netuid == other.netuid
    }
}

/// Moves stake of one coldkey to another hotkey, another subnet or both. Returns the TAO value.
///
/// # Errors
/// In this order: [`Error::SameNetuid`] (nothing would change), [`Error::SubnetNotExists`],
/// [`Error::SubtokenDisabled`], [`Error::HotKeyAccountNotExists`], [`Error::NotEnoughStakeToWithdraw`],
/// [`Error::InsufficientLiquidity`] and [`Error::AmountTooLow`] (worth too little), and those of the two trades.
pub fn move_stake<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    origin_hotkey: &Acc,
    destination_hotkey: &Acc,
    origin_netuid: NetUid,
    destination_netuid: NetUid,
    alpha: Alpha,
) -> Result<Tao, Error> {
    let from = Place {
        coldkey,
        hotkey: origin_hotkey,
        netuid: origin_netuid,
    };
    let to = Place {
        coldkey,
        hotkey: destination_hotkey,
        netuid: destination_netuid,
    };
    let tao = transition(ledger, &from, &to, alpha, None, false)?;
    ledger.emit(Event::StakeMoved(
        coldkey.clone(),
        origin_hotkey.clone(),
        origin_netuid,
        destination_hotkey.clone(),
        destination_netuid,
        tao,
    ));
    Ok(tao)
}

/// Gives stake to another coldkey, if the subnets allow it. Returns the TAO value.
///
/// # Errors
/// As [`move_stake`]; [`Error::TransferDisallowed`].
pub fn transfer_stake<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    destination_coldkey: &Acc,
    hotkey: &Acc,
    origin_netuid: NetUid,
    destination_netuid: NetUid,
    alpha: Alpha,
) -> Result<Tao, Error> {
    let from = Place {
        coldkey,
        hotkey,
        netuid: origin_netuid,
    };
    let to = Place {
        coldkey: destination_coldkey,
        hotkey,
        netuid: destination_netuid,
    };
    let tao = transition(ledger, &from, &to, alpha, None, true)?;
    ledger.emit(Event::StakeTransferred(
        coldkey.clone(),
        destination_coldkey.clone(),
        hotkey.clone(),
        origin_netuid,
        destination_netuid,
        tao,
    ));
    Ok(tao)
}

/// Sells stake on one subnet and stakes the TAO on another, with the same keys. Returns the TAO value.
///
/// # Errors
/// As [`move_stake`].
pub fn swap_stake<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    hotkey: &Acc,
    origin_netuid: NetUid,
    destination_netuid: NetUid,
    alpha: Alpha,
) -> Result<Tao, Error> {
    swap(ledger, coldkey, hotkey, origin_netuid, destination_netuid, alpha, None)
}

/// As [`swap_stake`], but no more than keeps the ratio of the two prices at `limit_price` / 10^9, by a formula that takes
/// both pools for constant products and the swap for one step (`docs/rules/staking.md#limits`). More fails, or is not
/// moved if `allow_partial`.
///
/// # Errors
/// As [`swap_stake`]; [`Error::SlippageTooHigh`], [`Error::PriceLimitExceeded`].
#[allow(clippy::too_many_arguments)]
pub fn swap_stake_limit<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    hotkey: &Acc,
    origin_netuid: NetUid,
    destination_netuid: NetUid,
    alpha: Alpha,
    limit_price: Tao,
    allow_partial: bool,
) -> Result<Tao, Error> {
    let origin = swaps::pool(ledger, origin_netuid);
    let destination = swaps::pool(ledger, destination_netuid);
    let max = Alpha(limits::max_move(&origin, &destination, limit_price.0)?);
    let limit = Limit { max, allow_partial };
    swap(
        ledger,
        coldkey,
        hotkey,
        origin_netuid,
        destination_netuid,
        alpha,
        Some(limit),
    )
}

fn swap<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    hotkey: &Acc,
    origin_netuid: NetUid,
    destination_netuid: NetUid,
    alpha: Alpha,
    limit: Option<Limit>,
) -> Result<Tao, Error> {
    let from = Place {
        coldkey,
        hotkey,
        netuid: origin_netuid,
    };
    let to = Place {
        coldkey,
        hotkey,
        netuid: destination_netuid,
    };
    let tao = transition(ledger, &from, &to, alpha, limit, false)?;
    ledger.emit(Event::StakeSwapped(
        coldkey.clone(),
        hotkey.clone(),
        origin_netuid,
        destination_netuid,
        tao,
    ));
    Ok(tao)
}

/// How much may be moved, and whether less than asked will do.
struct Limit {
    max: Alpha,
    allow_partial: bool,
}

/// The one routine behind all moves (`docs/rules/staking.md#moving-stake`).
fn transition<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    from: &Place<'_, Acc>,
    to: &Place<'_, Acc>,
    alpha: Alpha,
    limit: Option<Limit>,
    is_transfer: bool,
) -> Result<Tao, Error> {
    let alpha = alpha.min(staking::stake_of(ledger, from.hotkey, from.coldkey, from.netuid));
    let same_subnet = from.netuid == to.netuid;
    if from == to {
        return Err(Error::SameNetuid);
    }
    for place in [from, to] {
        if !ledger.networks_added(place.netuid) {
            return Err(Error::SubnetNotExists);
        }
    }
    for place in [from, to] {
        staking::check_open(ledger, place.netuid)?;
    }
    for place in [from, to] {
        staking::check_hotkey(ledger, place.hotkey)?;
    }
    if !same_subnet {
        let expected = swaps::simulate_sell(ledger, from.netuid, alpha).map_err(|_| Error::InsufficientLiquidity)?;
        if expected.paid_out <= MIN_STAKE.0 {
            return Err(Error::AmountTooLow);
        }
        if limit
            .as_ref()
            .is_some_and(|limit| !limit.allow_partial && alpha > limit.max)
        {
            return Err(Error::SlippageTooHigh);
        }
    }
    if is_transfer && [from, to].iter().any(|place| !ledger.transfer_toggle(place.netuid)) {
        return Err(Error::TransferDisallowed);
    }
    let alpha = limit.map_or(alpha, |limit| alpha.min(limit.max));
    if same_subnet {
        move_within(ledger, from, to, alpha)
    } else {
        move_across(ledger, from, to, alpha)
    }
}

/// Alpha changes hands on one subnet: no trade, no fee.
fn move_within<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    from: &Place<'_, Acc>,
    to: &Place<'_, Acc>,
    alpha: Alpha,
) -> Result<Tao, Error> {
    let netuid = from.netuid;
    stake_pools::decrease(ledger, from.hotkey, from.coldkey, netuid, alpha)?;
    if netuid.is_root() {
        root::stake_removed(ledger, from.hotkey, from.coldkey, alpha);
    }
    if !stake_pools::can_add(ledger, to.hotkey, netuid, alpha) {
        return Err(Error::InsufficientLiquidity);
    }
    stake_pools::increase(ledger, to.hotkey, to.coldkey, netuid, alpha)?;
    stake_pools::remember_hotkey(ledger, to.coldkey, to.hotkey);
    if netuid.is_root() {
        root::stake_added(ledger, to.hotkey, to.coldkey, alpha)?;
        root::enlist(ledger, to.coldkey)?;
    }
    let value = stake_pools::worth(alpha, swaps::price(ledger, netuid));
    if value < MIN_STAKE {
        return Err(Error::AmountTooLow);
    }
    ledger.set_last_coldkey_hotkey_stake_block(to.coldkey, to.hotkey, Some(ledger.block()));
    ledger.emit(Event::StakeRemoved(
        from.coldkey.clone(),
        from.hotkey.clone(),
        value,
        alpha,
        netuid,
        0,
    ));
    ledger.emit(Event::StakeAdded(
        to.coldkey.clone(),
        to.hotkey.clone(),
        value,
        alpha,
        netuid,
        0,
    ));
    Ok(value)
}

/// Alpha is sold on one subnet and the TAO staked on the other. One of the two trades pays the fee: the sale, or, from
/// root, the purchase.
fn move_across<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    from: &Place<'_, Acc>,
    to: &Place<'_, Acc>,
    alpha: Alpha,
) -> Result<Tao, Error> {
    let from_root = from.netuid.is_root();
    let tao = staking::unstake_from(
        ledger,
        from.hotkey,
        from.coldkey,
        from.coldkey,
        from.netuid,
        alpha,
        swaps::LOWEST_PRICE,
        from_root,
    )?;
    if from.coldkey != to.coldkey {
        ledger.transfer(from.coldkey, to.coldkey, tao, Existence::Expendable)?;
    }
    if tao >= MIN_STAKE {
        staking::make_delegate(ledger, to.coldkey, to.hotkey);
        staking::stake_into(
            ledger,
            to.hotkey,
            to.coldkey,
            to.netuid,
            tao,
            swaps::HIGHEST_PRICE,
            !from_root,
        )?;
    }
    Ok(tao)
}
