//! Neurons: registration on subnets and on root, replacement, trimming (`docs/rules/neurons.md`,
//! `docs/rules/root.md#registration`).

use alloc::vec::Vec;

use super::{DEFAULT_DELEGATE_TAKE, stakes, swaps};
use crate::{
    Account, Alpha, Error, Event, Existence, Ledger, MechId, NetUid, NetUidStorageIndex,
    pruning::{self, Candidate},
    registration,
};

/// Binds a hotkey that nobody owns to the coldkey. If somebody owns it already, nothing happens
/// (`docs/rules/endpoints.md#binding-a-hotkey`).
///
/// # Errors
/// [`Error::CannotUseSystemAccount`] if the hotkey is the account of a subnet.
pub fn associate_hotkey<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    hotkey: &Acc,
) -> Result<(), Error> {
    if ledger.owner(hotkey).is_some() {
        return Ok(());
    }
    check_not_system(ledger, hotkey)?;
    ledger.set_owner(hotkey, Some(coldkey.clone()));
    let mut owned = ledger.owned_hotkeys(coldkey);
    if !owned.contains(hotkey) {
        owned.push(hotkey.clone());
        ledger.set_owned_hotkeys(coldkey, owned);
    }
    stakes::remember_hotkey(ledger, coldkey, hotkey);
    Ok(())
}

/// The account is not one that holds a subnet's TAO.
pub(super) fn check_not_system<Acc: Account, L: Ledger<Acc>>(ledger: &L, account: &Acc) -> Result<(), Error> {
    if ledger
        .networks()
        .into_iter()
        .any(|netuid| ledger.subnet_account(netuid) == *account)
    {
        return Err(Error::CannotUseSystemAccount);
    }
    Ok(())
}

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
    stakes::add_user_flow(ledger, netuid, paid);
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

/// Where a newcomer goes.
enum Place {
    /// Behind the last neuron.
    New(u16),
    /// On the uid of the neuron that leaves.
    Taken(u16),
}

/// The place of a newcomer on a subnet (`docs/rules/neurons.md#uids`).
fn find_place<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> Result<Place, Error> {
    let n = ledger.subnetwork_n(netuid);
    let room = ledger.max_allowed_uids(netuid);
    if room == 0 {
        return Err(Error::NoNeuronIdAvailable);
    }
    if n < room {
        return Ok(Place::New(n));
    }
    let candidates = candidates(ledger, netuid, n);
    pruning::choose(&candidates, ledger.min_non_immune_uids(netuid))
        .map(Place::Taken)
        .ok_or(Error::NoNeuronIdAvailable)
}

/// What the choice of a neuron to remove looks at, by uid (`docs/rules/neurons.md#pruning`).
fn candidates<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid, n: u16) -> Vec<Candidate> {
    let emission = ledger.emission(netuid);
    let now = ledger.block();
    let immunity = ledger.immunity_period(netuid);
    let immortal = immortal_uids(ledger, netuid);
    (0..n)
        .map(|uid| {
            let registered_at = ledger.block_at_registration(netuid, uid);
            Candidate {
                uid,
                emission: emission.get(usize::from(uid)).copied().unwrap_or_default(),
                registered_at,
                immune: pruning::is_immune(now, registered_at, immunity),
                immortal: immortal.contains(&uid),
            }
        })
        .collect()
}

/// The uids of the owner that nobody can replace (`docs/rules/neurons.md#pruning` step 1).
fn immortal_uids<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> Vec<u16> {
    let limit = usize::from(ledger.immune_owner_uids_limit(netuid));
    let mut owned: Vec<(u64, u16)> = ledger
        .subnet_owner(netuid)
        .map(|owner| ledger.owned_hotkeys(&owner))
        .unwrap_or_default()
        .iter()
        .filter_map(|hotkey| ledger.uids(netuid, hotkey))
        .map(|uid| (ledger.block_at_registration(netuid, uid), uid))
        .collect();
    owned.sort_unstable();
    let mut immortal: Vec<u16> = owned.into_iter().map(|(_, uid)| uid).take(limit).collect();
    let first = ledger
        .subnet_owner_hotkey(netuid)
        .and_then(|hotkey| ledger.uids(netuid, &hotkey));
    if let Some(uid) = first.filter(|uid| !immortal.contains(uid)) {
        immortal.insert(0, uid);
        immortal.truncate(limit);
    }
    immortal
}

/// Writes the newcomer into its place. Returns the uid.
fn take_place<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    place: Place,
    hotkey: &Acc,
) -> Result<u16, Error> {
    match place {
        Place::New(uid) => append(ledger, netuid, uid, hotkey)?,
        Place::Taken(uid) => replace(ledger, netuid, uid, hotkey),
    }
    let (Place::New(uid) | Place::Taken(uid)) = place;
    Ok(uid)
}

/// Adds a neuron behind the last one (`docs/rules/neurons.md#uids`).
pub(super) fn append<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    uid: u16,
    hotkey: &Acc,
) -> Result<(), Error> {
    fn and<T>(mut list: Vec<T>, last: T) -> Vec<T> {
        list.push(last);
        list
    }
    ledger.set_subnetwork_n(netuid, uid.checked_add(1).ok_or(Error::Overflow)?);
    ledger.set_active(netuid, and(ledger.active(netuid), true));
    ledger.set_emission(netuid, and(ledger.emission(netuid), Alpha::ZERO));
    ledger.set_consensus(netuid, and(ledger.consensus(netuid), 0));
    ledger.set_dividends(netuid, and(ledger.dividends(netuid), 0));
    ledger.set_validator_trust(netuid, and(ledger.validator_trust(netuid), 0));
    ledger.set_validator_permit(netuid, and(ledger.validator_permit(netuid), false));
    for index in indices(ledger, netuid) {
        ledger.set_incentive(index, and(ledger.incentive(index), 0));
        mark_update(ledger, index, uid);
    }
    seat(ledger, netuid, uid, hotkey);
    Ok(())
}

/// Gives a uid to another hotkey and forgets what the last one had there (`docs/rules/neurons.md#replacement`).
fn replace<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid, uid: u16, hotkey: &Acc) {
    fn with<T>(mut list: Vec<T>, uid: u16, value: T) -> Vec<T> {
        if let Some(place) = list.get_mut(usize::from(uid)) {
            *place = value;
        }
        list
    }
    if let Some(old) = ledger.key(netuid, uid) {
        ledger.set_uids(netuid, &old, None);
        ledger.set_is_network_member(&old, netuid, false);
        ledger.clear_neuron_endpoints(netuid, uid, &old);
    }
    ledger.set_active(netuid, with(ledger.active(netuid), uid, true));
    ledger.set_emission(netuid, with(ledger.emission(netuid), uid, Alpha::ZERO));
    ledger.set_consensus(netuid, with(ledger.consensus(netuid), uid, 0));
    ledger.set_dividends(netuid, with(ledger.dividends(netuid), uid, 0));
    ledger.set_stake_weight(netuid, with(ledger.stake_weight(netuid), uid, 0));
    ledger.set_validator_trust(netuid, with(ledger.validator_trust(netuid), uid, 0));
    ledger.set_validator_permit(netuid, with(ledger.validator_permit(netuid), uid, false));
    let n = ledger.subnetwork_n(netuid);
    for index in indices(ledger, netuid) {
        ledger.set_incentive(index, with(ledger.incentive(index), uid, 0));
        ledger.set_bonds(index, uid, Vec::new());
        ledger.set_weights(index, uid, Vec::new());
        for other in (0..n).filter(|other| *other != uid) {
            let mut row = ledger.weights(index, other);
            let mut changed = false;
            for (_, weight) in row.iter_mut().filter(|(target, weight)| *target == uid && *weight != 0) {
                *weight = 0;
                changed = true;
            }
            if changed {
                ledger.set_weights(index, other, row);
            }
        }
        mark_update(ledger, index, uid);
    }
    seat(ledger, netuid, uid, hotkey);
}

fn seat<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid, uid: u16, hotkey: &Acc) {
    ledger.set_key(netuid, uid, Some(hotkey.clone()));
    ledger.set_uids(netuid, hotkey, Some(uid));
    ledger.set_block_at_registration(netuid, uid, ledger.block());
    ledger.set_is_network_member(hotkey, netuid, true);
}

/// The keys of the subnet's mechanisms.
pub(super) fn indices<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> Vec<NetUidStorageIndex> {
    (0..ledger.mechanism_count_current(netuid).0)
        .map(|mecid| netuid.index(MechId(mecid)))
        .collect()
}

/// Writes the current block as the uid's last update, zero for uids before it that have none.
pub(super) fn mark_update<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, index: NetUidStorageIndex, uid: u16) {
    let mut updates = ledger.last_update(index);
    let place = usize::from(uid);
    if updates.len() <= place {
        updates.resize(place + 1, 0);
    }
    updates[place] = ledger.block();
    ledger.set_last_update(index, updates);
}

/// Limits a subnet to `max_n` neurons and removes those beyond, the least paid first; those who stay are renumbered in
/// their order (`docs/rules/neurons.md#trimming`).
///
/// # Errors
/// [`Error::SubnetNotExists`], [`Error::InvalidValue`] unless `max_n` is from `MinAllowedUids` to `MaxAllowedUids`, and
/// [`Error::TrimmingWouldExceedMaxImmunePercentage`].
pub fn trim<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid, max_n: u16) -> Result<(), Error> {
    if !ledger.networks_added(netuid) {
        return Err(Error::SubnetNotExists);
    }
    if max_n < ledger.min_allowed_uids(netuid) || max_n > ledger.max_allowed_uids(netuid) {
        return Err(Error::InvalidValue);
    }
    ledger.set_max_allowed_uids(netuid, max_n);
    let n = ledger.subnetwork_n(netuid);
    if n <= max_n {
        return Ok(());
    }
    let stay = pruning::trim(&candidates(ledger, netuid, n), max_n)?;
    let new_uid = |uid: u16| {
        stay.binary_search(&uid)
            .ok()
            .and_then(|place| u16::try_from(place).ok())
    };

    let hotkeys: Vec<Option<Acc>> = (0..n).map(|uid| ledger.key(netuid, uid)).collect();
    let registered: Vec<u64> = (0..n).map(|uid| ledger.block_at_registration(netuid, uid)).collect();
    for (uid, hotkey) in (0..n).zip(&hotkeys) {
        let Some(hotkey) = hotkey else { continue };
        match new_uid(uid) {
            Some(new) => ledger.set_uids(netuid, hotkey, Some(new)),
            None => {
                ledger.set_uids(netuid, hotkey, None);
                ledger.set_is_network_member(hotkey, netuid, false);
                ledger.set_alpha_dividends_per_subnet(netuid, hotkey, Alpha::ZERO);
                ledger.clear_neuron_endpoints(netuid, uid, hotkey);
            }
        }
    }
    for (new, old) in (0..n).map(|new| (new, stay.get(usize::from(new)))) {
        let old = old.map(|old| usize::from(*old));
        ledger.set_key(netuid, new, old.and_then(|old| hotkeys[old].clone()));
        ledger.set_block_at_registration(netuid, new, old.map_or(0, |old| registered[old]));
    }
    ledger.set_subnetwork_n(netuid, u16::try_from(stay.len()).map_err(|_| Error::Overflow)?);
    ledger.set_active(netuid, keep(ledger.active(netuid), &stay));
    ledger.set_emission(netuid, keep(ledger.emission(netuid), &stay));
    ledger.set_consensus(netuid, keep(ledger.consensus(netuid), &stay));
    ledger.set_dividends(netuid, keep(ledger.dividends(netuid), &stay));
    ledger.set_stake_weight(netuid, keep(ledger.stake_weight(netuid), &stay));
    ledger.set_validator_trust(netuid, keep(ledger.validator_trust(netuid), &stay));
    ledger.set_validator_permit(netuid, keep(ledger.validator_permit(netuid), &stay));
    for index in indices(ledger, netuid) {
        ledger.set_incentive(index, keep(ledger.incentive(index), &stay));
        ledger.set_last_update(index, keep(ledger.last_update(index), &stay));
        let renamed = |row: Vec<(u16, u16)>| -> Vec<(u16, u16)> {
            row.into_iter()
                .filter_map(|(uid, value)| Some((new_uid(uid)?, value)))
                .collect()
        };
        let weights: Vec<_> = (0..n).map(|uid| renamed(ledger.weights(index, uid))).collect();
        let bonds: Vec<_> = (0..n).map(|uid| renamed(ledger.bonds(index, uid))).collect();
        for (new, old) in (0..n).map(|new| (new, stay.get(usize::from(new)))) {
            let row = |rows: &[Vec<(u16, u16)>]| old.map_or_else(Vec::new, |old| rows[usize::from(*old)].clone());
            ledger.set_weights(index, new, row(&weights));
            ledger.set_bonds(index, new, row(&bonds));
        }
    }
    ledger.move_neuron_endpoints(netuid, &stay);
    Ok(())
}

/// The entries of those who stay.
fn keep<T: Clone>(list: Vec<T>, stay: &[u16]) -> Vec<T> {
    stay.iter()
        .filter_map(|uid| list.get(usize::from(*uid)).cloned())
        .collect()
}
