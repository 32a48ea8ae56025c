//! The market in the first block (`docs/rules/subnets.md#genesis`).

use alloc::vec;

use super::{networks::DYNAMIC, stake_pools, swaps, uids};
use crate::{Account, Alpha, Error, Ledger, NetUid, Tao, UNIT, registration};

/// Blocks between the epochs of networks that exist from the start.
const TEMPO: u16 = 100;

/// The root network, with the coldkey and the hotkey of its owner, if any. Whether TAO may be staked on it is a
/// choice: the reference's local network starts without, its main network has it.
pub fn root<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, owner: Option<&(Acc, Acc)>, staking: bool) {
    let netuid = NetUid::ROOT;
    ledger.set_networks_added(netuid, true);
    ledger.set_total_networks(1);
    ledger.set_max_allowed_uids(netuid, 64);
    ledger.set_max_allowed_validators(netuid, 64);
    ledger.set_min_allowed_weights(netuid, 0);
    ledger.set_tempo(netuid, TEMPO);
    ledger.set_network_registration_allowed(netuid, true);
    ledger.set_target_registrations_per_interval(netuid, 1);
    ledger.set_token_symbol(netuid, registration::symbol(netuid, &[]));
    ledger.set_subtoken_enabled(netuid, staking);
    if let Some((coldkey, hotkey)) = owner {
        ledger.set_subnet_owner(netuid, Some(coldkey.clone()));
        ledger.set_subnet_owner_hotkey(netuid, Some(hotkey.clone()));
    }
}

/// Subnet 1 as the reference's local network has it: a pool of 10 TAO and 10 alpha, and one alpha staked by its only
/// neuron, the account of nobody, to itself. The 10 TAO are in the books only.
///
/// # Errors
/// [`Error::Overflow`] if the ledger was not empty.
pub fn apex<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, nobody: &Acc) -> Result<(), Error> {
    let netuid = NetUid(1);
    ledger.set_networks_added(netuid, true);
    ledger.set_total_networks(ledger.total_networks().checked_add(1).ok_or(Error::Overflow)?);
    ledger.set_subnet_mechanism(netuid, DYNAMIC);
    ledger.set_subnet_owner(netuid, Some(nobody.clone()));
    ledger.set_max_allowed_uids(netuid, 256);
    ledger.set_max_allowed_validators(netuid, 64);
    ledger.set_min_allowed_weights(netuid, 0);
    ledger.set_tempo(netuid, TEMPO);
    ledger.set_network_registration_allowed(netuid, true);
    ledger.set_token_symbol(netuid, registration::symbol(netuid, &[]));
    ledger.set_subnet_tao(netuid, Tao(10 * UNIT));
    ledger.set_subnet_alpha_in(netuid, Alpha(10 * UNIT));
    ledger.set_subnet_alpha_out(netuid, Alpha(UNIT));
    ledger.set_subnet_locked(netuid, Tao(1));
    ledger.set_owner(nobody, Some(nobody.clone()));
    ledger.set_owned_hotkeys(nobody, vec![nobody.clone()]);
    ledger.set_staking_hotkeys(nobody, vec![nobody.clone()]);
    stake_pools::increase(ledger, nobody, nobody, netuid, Alpha(UNIT))?;
    uids::append(ledger, netuid, 0, nobody)?;
    let price = swaps::price(ledger, netuid);
    ledger.pool_changed(netuid, price);
    Ok(())
}
