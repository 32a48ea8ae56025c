//! The uids of a subnet: who gets which, and what is kept by uid (`docs/rules/neurons.md#uids`).

use alloc::vec::Vec;

use crate::{
    Account, Alpha, Error, Ledger, MechId, NetUid, NetUidStorageIndex,
    pruning::{self, Candidate},
};

/// Where a newcomer goes.
pub(super) enum Place {
    /// Behind the last neuron.
    New(u16),
    /// On the uid of the neuron that leaves.
    Taken(u16),
}

/// The place of a newcomer on a subnet (`docs/rules/neurons.md#uids`).
pub(super) fn find_place<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> Result<Place, Error> {
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
pub(super) fn candidates<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid, n: u16) -> Vec<Candidate> {
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
pub(super) fn take_place<Acc: Account, L: Ledger<Acc>>(
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
