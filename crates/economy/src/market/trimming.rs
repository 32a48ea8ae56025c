//! Trimming a subnet to fewer neurons (`docs/rules/neurons.md#trimming`).

use alloc::vec::Vec;

use super::uids::{candidates, indices};
use crate::{Account, Alpha, Error, Ledger, NetUid, pruning};

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
