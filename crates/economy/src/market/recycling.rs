//! Alpha that its stakers give up (`docs/rules/staking.md#recycling-and-burning`).

use super::{money, stake_pools, staking};
use crate::{Account, Alpha, Error, Event, Ledger, NetUid, Tao};

/// Destroys staked alpha and takes it off the subnet's issuance (`docs/rules/staking.md#recycling-and-burning`).
/// Returns how much.
///
/// # Errors
/// In this order: [`Error::SubnetNotExists`], [`Error::CannotBurnOrRecycleOnRootSubnet`], [`Error::SubtokenDisabled`],
/// [`Error::HotKeyAccountNotExists`], [`Error::InsufficientLiquidity`].
pub fn recycle_alpha<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    hotkey: &Acc,
    amount: Alpha,
    netuid: NetUid,
) -> Result<Alpha, Error> {
    let amount = take_alpha(ledger, coldkey, hotkey, amount, netuid)?;
    money::recycle_alpha(ledger, netuid, amount)?;
    ledger.emit(Event::AlphaRecycled(coldkey.clone(), hotkey.clone(), amount, netuid));
    Ok(amount)
}

/// Puts staked alpha out of reach; it stays in the subnet's issuance (`docs/rules/staking.md#recycling-and-burning`).
/// Returns how much.
///
/// # Errors
/// As [`recycle_alpha`].
pub fn burn_alpha<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    hotkey: &Acc,
    amount: Alpha,
    netuid: NetUid,
) -> Result<Alpha, Error> {
    let amount = take_alpha(ledger, coldkey, hotkey, amount, netuid)?;
    money::burn_alpha(ledger, netuid, amount)?;
    ledger.emit(Event::AlphaBurned(coldkey.clone(), hotkey.clone(), amount, netuid));
    Ok(amount)
}

/// Takes alpha, at most the stake, from a coldkey that gives it up.
fn take_alpha<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    hotkey: &Acc,
    amount: Alpha,
    netuid: NetUid,
) -> Result<Alpha, Error> {
    if !ledger.networks_added(netuid) {
        return Err(Error::SubnetNotExists);
    }
    if netuid.is_root() {
        return Err(Error::CannotBurnOrRecycleOnRootSubnet);
    }
    staking::check_open(ledger, netuid)?;
    staking::check_hotkey(ledger, hotkey)?;
    let amount = amount.min(staking::stake_of(ledger, hotkey, coldkey, netuid));
    if ledger.subnet_alpha_out(netuid) < amount {
        return Err(Error::InsufficientLiquidity);
    }
    stake_pools::decrease(ledger, hotkey, coldkey, netuid, amount)?;
    Ok(amount)
}

/// Buys alpha and burns it at once, all or nothing (`docs/rules/staking.md#recycling-and-burning`). Returns the alpha.
///
/// # Errors
/// Those of [`staking::add_stake`] or [`staking::add_stake_limit`], and of [`burn_alpha`].
pub fn add_stake_burn<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    hotkey: &Acc,
    netuid: NetUid,
    amount: Tao,
    limit_price: Option<Tao>,
) -> Result<Alpha, Error> {
    let alpha = match limit_price {
        Some(limit) => staking::add_stake_limit(ledger, coldkey, hotkey, netuid, amount, limit, false)?,
        None => staking::add_stake(ledger, coldkey, hotkey, netuid, amount)?,
    };
    burn_alpha(ledger, coldkey, hotkey, alpha, netuid)?;
    ledger.emit(Event::AddStakeBurn {
        netuid,
        hotkey: hotkey.clone(),
        amount,
        alpha,
    });
    Ok(alpha)
}
