//! Registration of neurons on subnets and on root (`docs/rules/neurons.md#registration`,
//! `docs/rules/root.md#registration`).

use super::{
    DEFAULT_DELEGATE_TAKE,
    hotkeys::associate_hotkey,
    stake_pools, swaps,
    uids::{Place, find_place, take_place},
};
use crate::{Account, Alpha, Error, Event, Existence, Ledger, NetUid, registration};

/// Registers a hotkey on a subnet for the current price, of which every unit buys alpha that is destroyed
/// (`docs/rules/neurons.md#registration`). Returns the uid.
///
/// # Errors
/// In this order: [`Error::RegistrationNotPermittedOnRootSubnet`], [`Error::SubnetNotExists`],
/// [`Error::RegistrationPriceLimitExceeded`] if the price in rao is above `limit_price`,
/// [`Error::SubNetRegistrationDisabled`], [`Error::HotKeyAlreadyRegisteredInSubNet`],
/// [`Error::NotEnoughBalanceToStake`], [`Error::CannotUseSystemAccount`], [`Error::NonAssociatedColdKey`],
/// [`Error::NoNeuronIdAvailable`], and those of the purchase.
pub fn register<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    hotkey: &Acc,
    netuid: NetUid,
    limit_price: Option<u64>,
) -> Result<u16, Error> {
    if netuid.is_root() {
        return Err(Error::RegistrationNotPermittedOnRootSubnet);
    }
    if !ledger.networks_added(netuid) {
        return Err(Error::SubnetNotExists);
    }
    let price = ledger.burn(netuid);
    if limit_price.is_some_and(|limit| price.0 > limit) {
        return Err(Error::RegistrationPriceLimitExceeded);
    }
    if !ledger.network_registration_allowed(netuid) {
        return Err(Error::SubNetRegistrationDisabled);
    }
    if ledger.uids(netuid, hotkey).is_some() {
        return Err(Error::HotKeyAlreadyRegisteredInSubNet);
    }
    if ledger.balance(coldkey) < price {
        return Err(Error::NotEnoughBalanceToStake);
    }
    associate_hotkey(ledger, coldkey, hotkey)?;
    if ledger.owner(hotkey).as_ref() != Some(coldkey) {
        return Err(Error::NonAssociatedColdKey);
    }
    let place = find_place(ledger, netuid)?;

    // The price becomes alpha that nobody gets; the swap fee stays on the subnet's account, uncounted.
    let paid = price.min(ledger.spendable(coldkey));
    let account = ledger.subnet_account(netuid);
    ledger.transfer(coldkey, &account, paid, Existence::Preserve)?;
    let bought = Alpha(swaps::buy(ledger, netuid, paid, swaps::HIGHEST_PRICE, false)?.paid_out);
    ledger.set_subnet_alpha_out(netuid, ledger.subnet_alpha_out(netuid).minus(bought)?);

    let uid = take_place(ledger, netuid, place, hotkey)?;
    let bounds = (ledger.min_burn(netuid), ledger.max_burn(netuid));
    ledger.set_burn(
        netuid,
        registration::bump(price, ledger.burn_increase_mult(netuid), bounds.0, bounds.1),
    );
    let count = ledger
        .registrations_this_block(netuid)
        .checked_add(1)
        .ok_or(Error::Overflow)?;
    ledger.set_registrations_this_block(netuid, count);
    let recycled = ledger.rao_recycled_for_registration(netuid).plus(price)?;
    ledger.set_rao_recycled_for_registration(netuid, recycled);
    ledger.emit(Event::RAORecycledForRegistrationSet(netuid, recycled));
    stake_pools::add_user_flow(ledger, netuid, paid);
    ledger.emit(Event::NeuronRegistered(netuid, uid, hotkey.clone()));
    Ok(uid)
}

/// Registers a validator on root (`docs/rules/root.md#registration`). It costs nothing; a full root makes room by
/// dropping the validator with the least root stake. Returns the uid.
///
/// # Errors
/// In this order: [`Error::SubnetNotExists`], [`Error::TooManyRegistrationsThisBlock`],
/// [`Error::TooManyRegistrationsThisInterval`], [`Error::HotKeyAlreadyRegisteredInSubNet`],
/// [`Error::CannotUseSystemAccount`], [`Error::StakeTooLowForRoot`].
pub fn root_register<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, coldkey: &Acc, hotkey: &Acc) -> Result<u16, Error> {
    let root = NetUid::ROOT;
    if !ledger.networks_added(root) {
        return Err(Error::SubnetNotExists);
    }
    let this_block = ledger.registrations_this_block(root);
    if this_block >= ledger.max_registrations_per_block(root) {
        return Err(Error::TooManyRegistrationsThisBlock);
    }
    let this_interval = ledger.registrations_this_interval(root);
    if this_interval >= ledger.target_registrations_per_interval(root).saturating_mul(3) {
        return Err(Error::TooManyRegistrationsThisInterval);
    }
    if ledger.uids(root, hotkey).is_some() {
        return Err(Error::HotKeyAlreadyRegisteredInSubNet);
    }
    associate_hotkey(ledger, coldkey, hotkey)?;

    let n = ledger.subnetwork_n(root);
    let place = if n < ledger.max_allowed_uids(root) {
        Place::New(n)
    } else {
        let (uid, lowest) = (0..n)
            .filter_map(|uid| Some((uid, ledger.total_hotkey_alpha(&ledger.key(root, uid)?, root))))
            .min_by_key(|(uid, stake)| (*stake, uid.to_le_bytes()))
            .ok_or(Error::StakeTooLowForRoot)?;
        if ledger.total_hotkey_alpha(hotkey, root) <= lowest {
            return Err(Error::StakeTooLowForRoot);
        }
        Place::Taken(uid)
    };
    let uid = take_place(ledger, root, place, hotkey)?;
    if ledger.delegate_take(hotkey).is_none() {
        ledger.set_delegate_take(hotkey, Some(DEFAULT_DELEGATE_TAKE));
    }
    ledger.set_registrations_this_block(root, this_block.checked_add(1).ok_or(Error::Overflow)?);
    ledger.set_registrations_this_interval(root, this_interval.checked_add(1).ok_or(Error::Overflow)?);
    ledger.emit(Event::NeuronRegistered(root, uid, hotkey.clone()));
    Ok(uid)
}
