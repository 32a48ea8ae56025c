//! Who is paid what an epoch distributes (`docs/rules/dividends.md`).

use alloc::vec::Vec;

use super::{DEFAULT_DELEGATE_TAKE, money, pact, root, stake_pools};
use crate::{
    Account, Alpha, Error, Event, Ledger, NetUid, RecycleOrBurn, dividends,
    fixed::{SafeDiv, U96F32},
};

/// Recycles what the child key burn takes, and leaves that out of the two pots: the validators' first. Dividends are
/// only weights on the pots, so alpha that stayed in them would be paid as well.
pub(super) fn recycle_from_pots<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    burned: Alpha,
    validators: Alpha,
    root: Alpha,
) -> Result<(Alpha, Alpha), Error> {
    let of_validators = burned.min(validators);
    let of_root = burned.minus(of_validators)?.min(root);
    let recycled = of_validators.plus(of_root)?;
    if !recycled.is_zero() {
        money::recycle_alpha(ledger, netuid, recycled)?;
    }
    Ok((validators.minus(of_validators)?, root.minus(of_root)?))
}

/// Stakes the owner's cut to the owner's hotkey. Without owner or hotkey nobody gets it
/// (`docs/rules/dividends.md#owner-cut`).
pub(super) fn pay_owner_cut<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    cut: Alpha,
) -> Result<(), Error> {
    match (ledger.subnet_owner(netuid), ledger.subnet_owner_hotkey(netuid)) {
        (Some(owner), Some(hotkey)) => {
            let cut = pact::share_cut(ledger, netuid, &owner, &hotkey, cut)?;
            stake_pools::increase(ledger, &hotkey, &owner, netuid, cut)
        }
        _ => Ok(()),
    }
}

/// Pays the miners, in the order of their keys, and withholds what would go to the subnet's owner
/// (`docs/rules/dividends.md#miner-pay`).
pub(super) fn pay_miners<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    hotkeys: &[Acc],
    incentives: &[Alpha],
) -> Result<(), Error> {
    let (subnet_owner, owner_hotkey) = (ledger.subnet_owner(netuid), ledger.subnet_owner_hotkey(netuid));
    let mut paid: Vec<(&Acc, Alpha)> = hotkeys.iter().zip(incentives.iter().copied()).collect();
    paid.retain(|(_, amount)| !amount.is_zero());
    paid.sort();

    let (mut total, mut withheld) = (Alpha::ZERO, Alpha::ZERO);
    for (hotkey, amount) in paid {
        total = total.plus(amount)?;
        let is_owners = |owner: &Acc| subnet_owner.as_ref() == Some(owner) || owner_hotkey.as_ref() == Some(hotkey);
        let owner = ledger.owner(hotkey).filter(|owner| !is_owners(owner));
        let Some(owner) = owner else {
            withheld = withheld.plus(amount)?;
            match ledger.recycle_or_burn(netuid) {
                RecycleOrBurn::Recycle => money::recycle_alpha(ledger, netuid, amount)?,
                RecycleOrBurn::Burn => money::burn_alpha(ledger, netuid, amount)?,
            }
            continue;
        };
        match ledger.auto_stake_destination(&owner, netuid) {
            None => stake_pools::increase(ledger, hotkey, &owner, netuid, amount)?,
            Some(destination) => {
                stake_pools::increase(ledger, &destination, &owner, netuid, amount)?;
                stake_pools::remember_hotkey(ledger, &owner, &destination);
                ledger.emit(Event::AutoStakeAdded {
                    netuid,
                    destination,
                    hotkey: hotkey.clone(),
                    owner,
                    incentive: amount,
                });
            }
        }
    }
    let burned = U96F32::saturating_from_num(withheld.0).safe_div(U96F32::saturating_from_num(total.0));
    if ledger.miner_burned(netuid) != burned {
        ledger.set_miner_burned(netuid, burned);
    }
    Ok(())
}

/// Pays those who staked alpha to the validators, the take first (`docs/rules/dividends.md#alpha-dividends`).
pub(super) fn pay_alpha_dividends<'a, Acc: Account + 'a, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    earned: impl Iterator<Item = (&'a Acc, U96F32)>,
) -> Result<(), Error> {
    ledger.clear_alpha_dividends(netuid);
    for (hotkey, amount) in earned {
        if amount > U96F32::from_bits(0) {
            let rest = pay_take(ledger, netuid, hotkey, amount)?;
            stake_pools::increase_all(ledger, hotkey, netuid, rest)?;
            ledger.set_alpha_dividends_per_subnet(netuid, hotkey, rest);
        }
        let total = ledger.total_hotkey_alpha(hotkey, netuid);
        if ledger.total_hotkey_alpha_last_epoch(hotkey, netuid) != total {
            ledger.set_total_hotkey_alpha_last_epoch(hotkey, netuid, total);
        }
    }
    Ok(())
}

/// Credits those who staked to the validators on root, the take first, in alpha
/// (`docs/rules/dividends.md#root-dividends`).
pub(super) fn pay_root_dividends<'a, Acc: Account + 'a, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    earned: impl Iterator<Item = (&'a Acc, U96F32)>,
) -> Result<(), Error> {
    ledger.clear_root_alpha_dividends(netuid);
    for (hotkey, amount) in earned.filter(|(_, amount)| *amount > U96F32::from_bits(0)) {
        let rest = pay_take(ledger, netuid, hotkey, amount)?;
        root::accrue(ledger, hotkey, netuid, rest)?;
        ledger.set_root_alpha_dividends_per_subnet(netuid, hotkey, rest);
    }
    Ok(())
}

/// Stakes a delegate's take to its owner. Returns the rest. Both are rounded down; without an owner there is no take.
fn pay_take<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    hotkey: &Acc,
    amount: U96F32,
) -> Result<Alpha, Error> {
    let Some(owner) = ledger.owner(hotkey) else {
        return Ok(Alpha(amount.saturating_to_num()));
    };
    let take = ledger.delegate_take(hotkey).unwrap_or(DEFAULT_DELEGATE_TAKE);
    let (take, rest) = dividends::split_take(amount, take);
    stake_pools::increase(ledger, hotkey, &owner, netuid, take)?;
    Ok(rest)
}
