//! Another coldkey for all that one has (`docs/rules/coldkey-swap.md#what-moves`).

use alloc::vec::Vec;

use super::{hotkeys, money, pact, root};
use crate::{Account, Error, Existence, Ledger, NetUid, Tao, UNIT, safe_float::SafeFloat};

/// What the first announcement of a coldkey swap costs.
pub const COLDKEY_SWAP_COST: Tao = Tao(UNIT / 10);

/// Pays for a coldkey swap: the price is recycled.
///
/// # Errors
/// [`Error::NotEnoughBalanceToPaySwapColdKey`].
pub fn pay_for_coldkey_swap<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    price: Tao,
) -> Result<(), Error> {
    if price.is_zero() {
        return Ok(());
    }
    money::recycle(ledger, coldkey, price).map_err(|error| match error {
        Error::InsufficientBalance => Error::NotEnoughBalanceToPaySwapColdKey,
        other => other,
    })
}

/// Puts `new` in the place of `old`: its subnets, hotkeys, stakes, claims on root dividends, pacts and free TAO. Payment
/// channels stay with the keys that opened them, since vouchers are signed by those, and so does what is on hold for them.
///
/// Shares of stake pools and watermarks of root dividends move whole: nobody's stake changes by a rounding.
///
/// # Errors
/// [`Error::ColdKeyAlreadyAssociated`] if `new` has staked or owns hotkeys, [`Error::NewColdKeyIsHotkey`],
/// [`Error::CannotUseSystemAccount`], and [`Error::InsufficientBalance`] if `new` would not come to exist.
pub fn swap_coldkey<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, old: &Acc, new: &Acc) -> Result<(), Error> {
    if old == new || !ledger.staking_hotkeys(new).is_empty() || !ledger.owned_hotkeys(new).is_empty() {
        return Err(Error::ColdKeyAlreadyAssociated);
    }
    if ledger.owner(new).is_some() {
        return Err(Error::NewColdKeyIsHotkey);
    }
    hotkeys::check_not_system(ledger, new)?;
    let networks = ledger.networks();
    let hotkeys = ledger.staking_hotkeys(old);
    for netuid in &networks {
        move_on_subnet(ledger, *netuid, &hotkeys, old, new)?;
    }
    for hotkey in &hotkeys {
        let mark = ledger.last_coldkey_hotkey_stake_block(old, hotkey);
        ledger.set_last_coldkey_hotkey_stake_block(new, hotkey, mark);
        ledger.set_last_coldkey_hotkey_stake_block(old, hotkey, None);
    }
    ledger.set_staking_hotkeys(old, Vec::new());
    ledger.set_staking_hotkeys(new, hotkeys);
    if ledger.staking_coldkeys(old).is_some() {
        root::delist_if_empty(ledger, old)?;
        root::enlist(ledger, new)?;
    }
    let owned = ledger.owned_hotkeys(old);
    for hotkey in &owned {
        ledger.set_owner(hotkey, Some(new.clone()));
    }
    ledger.set_owned_hotkeys(old, Vec::new());
    ledger.set_owned_hotkeys(new, owned);
    let held = pact::rename(ledger, &networks, old, new)?;
    let free = ledger.balance(old);
    if !free.is_zero() {
        ledger.transfer(old, new, free, Existence::Expendable)?;
    }
    for (reason, amount) in held {
        ledger
            .hold(reason, new, amount)
            .map_err(|_| Error::InsufficientBalance)?;
    }
    Ok(())
}

/// Ownership, destination of miner pay, stakes and claims on root dividends of one subnet.
fn move_on_subnet<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    hotkeys: &[Acc],
    old: &Acc,
    new: &Acc,
) -> Result<(), Error> {
    if ledger.subnet_owner(netuid).as_ref() == Some(old) {
        ledger.set_subnet_owner(netuid, Some(new.clone()));
    }
    if let Some(destination) = ledger.auto_stake_destination(old, netuid) {
        ledger.set_auto_stake_destination(old, netuid, None);
        ledger.set_auto_stake_destination(new, netuid, Some(destination));
    }
    for hotkey in hotkeys {
        let share = ledger.stake_share(hotkey, old, netuid);
        if !share.is_zero() {
            if !ledger.stake_share(hotkey, new, netuid).is_zero() {
                return Err(Error::ColdKeyAlreadyAssociated);
            }
            ledger.set_stake_share(hotkey, old, netuid, SafeFloat::ZERO);
            ledger.set_stake_share(hotkey, new, netuid, share);
        }
        // Else alpha that came after a question would look as if it had always been there.
        let came = ledger.arrivals(netuid, hotkey, old);
        if !came.is_empty() {
            ledger.set_arrivals(netuid, hotkey, old, Vec::new());
            ledger.set_arrivals(netuid, hotkey, new, came);
        }
        let claimed = ledger.root_claimed(netuid, hotkey, old);
        if claimed != 0 {
            ledger.set_root_claimed(netuid, hotkey, old, 0);
            ledger.set_root_claimed(netuid, hotkey, new, claimed);
        }
    }
    Ok(())
}
