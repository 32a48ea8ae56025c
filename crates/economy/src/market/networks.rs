//! The life of a subnet: registration, start call, dissolution (`docs/rules/subnets.md`).

use alloc::{vec, vec::Vec};

use super::{hotkeys, money, pact, stake_pools, swaps, uids};
use crate::{
    Account, Alpha, Error, Event, Existence, Ledger, NetUid, Tao, fixed::U64F64, issuance, moving_price, rate_limits,
    registration, schedule,
};

/// Swap mechanism of a subnet whose alpha has a price of its own.
pub(super) const DYNAMIC: u16 = 1;

/// What a new network costs now (`docs/rules/subnets.md#lock-cost`).
pub fn lock_cost<Acc: Account, L: Ledger<Acc>>(ledger: &L) -> Tao {
    registration::lock_cost(registration::LockCost {
        last_cost: ledger.network_last_lock_cost(),
        min_cost: ledger.network_min_lock_cost(),
        last_block: ledger.network_last_registered(),
        block: ledger.block(),
        reduction_interval: ledger.network_lock_reduction_interval(),
        block_emission: issuance::block_emission(ledger.total_issuance().0),
    })
}

/// The subnet that would make room for a new one: of those past their immunity, the one with the lowest moving
/// price, of equals the oldest (`docs/rules/subnets.md#which-subnet-goes`). None if all are immune.
pub fn subnet_to_prune<Acc: Account, L: Ledger<Acc>>(ledger: &L) -> Option<NetUid> {
    let candidates: Vec<_> = others(ledger)
        .into_iter()
        .map(|netuid| registration::Prunable {
            netuid,
            registered_at: ledger.network_registered_at(netuid),
            moving_price: moving_price::effective(
                netuid,
                ledger.subnet_mechanism(netuid),
                ledger.subnet_moving_price(netuid),
            ),
        })
        .collect();
    registration::subnet_to_prune(&candidates, ledger.block(), ledger.network_immunity_period())
}

/// All networks but root, in the order of `docs/rules/numbers.md#order-of-walks`.
fn others<Acc: Account, L: Ledger<Acc>>(ledger: &L) -> Vec<NetUid> {
    let mut networks = ledger.networks();
    networks.retain(|netuid| !netuid.is_root());
    networks
}

/// Registers a new subnet of the coldkey, with the hotkey as its first neuron (`docs/rules/subnets.md#creation`). It
/// takes the place of [`subnet_to_prune`] if there are as many as may be. The identity, if any, is the caller's to
/// check.
///
/// The lock cost becomes the TAO side of the pool; the alpha side makes the price the median of all subnets. If the
/// account holds less than the minimum to keep itself alive, the books show the minimum nevertheless, as the
/// reference has it: such a pool holds less than it says.
///
/// # Errors
/// In this order: [`Error::NonAssociatedColdKey`], [`Error::CannotUseSystemAccount`],
/// [`Error::SubNetRegistrationDisabled`], [`Error::NetworkTxRateLimitExceeded`], [`Error::SubnetLimitReached`],
/// [`Error::CannotAffordLockCost`].
pub fn register_network<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    hotkey: &Acc,
) -> Result<NetUid, Error> {
    if ledger.owner(hotkey).is_some_and(|owner| owner != *coldkey) {
        return Err(Error::NonAssociatedColdKey);
    }
    hotkeys::check_not_system(ledger, hotkey)?;
    let now = ledger.block();
    if now < ledger.network_registration_start_block() {
        return Err(Error::SubNetRegistrationDisabled);
    }
    if !rate_limits::passes(ledger.network_last_registered(), now, ledger.network_rate_limit()) {
        return Err(Error::NetworkTxRateLimitExceeded);
    }
    let full = others(ledger).len() >= usize::from(ledger.subnet_limit());
    let victim = if full {
        Some(subnet_to_prune(ledger).ok_or(Error::SubnetLimitReached)?)
    } else {
        None
    };
    let cost = lock_cost(ledger);
    if ledger.balance(coldkey) < cost {
        return Err(Error::CannotAffordLockCost);
    }

    let netuid = match victim {
        Some(victim) => {
            dissolve(ledger, victim)?;
            victim
        }
        None => registration::lowest_free(|netuid| ledger.networks_added(netuid)),
    };
    let networks = others(ledger);
    let prices: Vec<U64F64> = networks.iter().map(|netuid| swaps::price(ledger, *netuid)).collect();
    let median = registration::median_price(&prices);

    write_record(ledger, netuid)?;
    let account = ledger.subnet_account(netuid);
    let paid = cost.min(ledger.spendable(coldkey));
    ledger.transfer(coldkey, &account, paid, Existence::Preserve)?;
    ledger.set_network_last_lock_cost(paid);
    ledger.set_network_last_registered(now);

    hotkeys::associate_hotkey(ledger, coldkey, hotkey)?;
    uids::append(ledger, netuid, 0, hotkey)?;
    ledger.set_subnet_mechanism(netuid, DYNAMIC);
    ledger.set_network_registered_at(netuid, now);
    ledger.set_registered_subnet_counter(netuid, ledger.registered_subnet_counter(netuid).saturating_add(1));
    let used: Vec<Vec<u8>> = networks.iter().map(|netuid| ledger.token_symbol(*netuid)).collect();
    ledger.set_token_symbol(netuid, registration::symbol(netuid, &used));
    seed_pool(ledger, netuid, paid, median)?;
    ledger.set_subnet_owner(netuid, Some(coldkey.clone()));
    ledger.set_subnet_owner_hotkey(netuid, Some(hotkey.clone()));
    adopt_root_validators(ledger, netuid, hotkey);
    ledger.emit(Event::NetworkAdded(netuid, DYNAMIC));
    ledger.set_subnet_emission_enabled(netuid, ledger.new_subnet().subnet_emission_enabled);
    Ok(netuid)
}

/// The record of a new network, with the chain's choice of hyperparameters (`docs/rules/subnets.md#a-new-subnet` step
/// 2).
fn write_record<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid) -> Result<(), Error> {
    let new = ledger.new_subnet();
    ledger.set_subnetwork_n(netuid, 0);
    ledger.set_networks_added(netuid, true);
    ledger.set_tempo(netuid, new.tempo);
    ledger.set_last_epoch_block(netuid, schedule::staggered(ledger.block(), new.tempo, netuid));
    ledger.set_total_networks(ledger.total_networks().checked_add(1).ok_or(Error::Overflow)?);
    ledger.set_network_registration_allowed(netuid, true);
    ledger.set_max_allowed_uids(netuid, new.max_allowed_uids);
    ledger.set_max_allowed_validators(netuid, new.max_allowed_validators);
    ledger.set_min_allowed_weights(netuid, new.min_allowed_weights);
    ledger.set_immunity_period(netuid, new.immunity_period);
    ledger.set_yuma3_on(netuid, new.yuma3_on);
    ledger.set_burn(netuid, new.burn);
    ledger.set_min_burn(netuid, new.min_burn);
    ledger.set_max_burn(netuid, new.max_burn);
    ledger.set_commit_reveal_weights_enabled(netuid, new.commit_reveal_weights_enabled);
    ledger.set_weights_set_rate_limit(netuid, new.weights_set_rate_limit);
    ledger.set_ema_price_halving_blocks(netuid, new.ema_price_halving_blocks);
    Ok(())
}

/// Fills the pool of a new subnet, for which `paid` was locked, at the median price of the others
/// (`docs/rules/subnets.md#a-new-subnet` step 5).
///
/// # Errors
/// [`Error::Overflow`].
pub fn seed_pool<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    paid: Tao,
    price: U64F64,
) -> Result<(), Error> {
    let tao = paid.max(ledger.network_min_lock_cost());
    ledger.set_subnet_tao(netuid, tao);
    ledger.set_subnet_alpha_in(netuid, registration::seed_alpha(tao, price));
    ledger.set_subnet_alpha_out(netuid, Alpha::ZERO);
    ledger.set_subnet_volume(netuid, 0);
    ledger.set_subnet_locked(netuid, paid);
    ledger.set_total_stake(ledger.total_stake().plus(tao)?);
    let price = swaps::price(ledger, netuid);
    ledger.pool_changed(netuid, price);
    Ok(())
}

/// Makes the owner's hotkey the child of every root validator that wants it, with all of its stake
/// (`docs/rules/subnets.md#a-new-subnet` step 7). A validator below the stake threshold is passed over.
fn adopt_root_validators<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid, hotkey: &Acc) {
    let mut uids: Vec<u16> = (0..ledger.subnetwork_n(NetUid::ROOT)).collect();
    uids.sort_by_key(|uid| uid.to_le_bytes());
    let threshold = ledger.stake_threshold();
    let mut parents = Vec::new();
    for validator in uids
        .into_iter()
        .filter_map(|uid| ledger.key(NetUid::ROOT, uid))
        .collect::<Vec<_>>()
    {
        let willing = validator != *hotkey && ledger.auto_parent_delegation_enabled(&validator);
        if !willing || (threshold > 0 && stake_pools::total_value(ledger, &validator).0 < threshold) {
            continue;
        }
        ledger.set_child_keys(&validator, netuid, vec![(u64::MAX, hotkey.clone())]);
        parents.push((u64::MAX, validator));
    }
    if !parents.is_empty() {
        ledger.set_parent_keys(hotkey, netuid, parents);
    }
}

/// Starts a subnet: from the next block it earns emission, from now on its alpha can be traded
/// (`docs/rules/subnets.md#start-call`).
///
/// # Errors
/// [`Error::SubnetNotExists`], [`Error::NotSubnetOwner`], [`Error::FirstEmissionBlockNumberAlreadySet`],
/// [`Error::NeedWaitingMoreBlocksToStarCall`].
pub fn start_call<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, coldkey: &Acc, netuid: NetUid) -> Result<(), Error> {
    if !ledger.networks_added(netuid) {
        return Err(Error::SubnetNotExists);
    }
    if ledger.subnet_owner(netuid).as_ref() != Some(coldkey) {
        return Err(Error::NotSubnetOwner);
    }
    if ledger.first_emission_block_number(netuid).is_some() {
        return Err(Error::FirstEmissionBlockNumberAlreadySet);
    }
    let now = ledger.block();
    if now
        < ledger
            .network_registered_at(netuid)
            .saturating_add(ledger.start_call_delay())
    {
        return Err(Error::NeedWaitingMoreBlocksToStarCall);
    }
    let first = now.checked_add(1).ok_or(Error::Overflow)?;
    ledger.set_first_emission_block_number(netuid, Some(first));
    ledger.set_subtoken_enabled(netuid, true);
    ledger.emit(Event::FirstEmissionBlockNumberSet(netuid, first));
    Ok(())
}

/// Ends a subnet: the TAO of its pool goes to those who hold its alpha, what nobody can claim is recycled, and
/// nothing of it stays but the 500 rao that keep its account alive and the values listed in
/// `docs/rules/subnets.md#what-outlives-a-subnet`.
///
/// # Errors
/// [`Error::SubnetNotExists`] for root and for what does not exist.
pub fn dissolve<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid) -> Result<(), Error> {
    if netuid.is_root() || !ledger.networks_added(netuid) {
        return Err(Error::SubnetNotExists);
    }
    let account = ledger.subnet_account(netuid);
    pact::dissolve(ledger, netuid)?;
    ledger.clear_root_claims(netuid);
    let refund = legacy_refund(ledger, netuid);

    // Who may claim, in the order of the maps; the protocol last.
    let mut claimants: Vec<(Acc, Acc)> = Vec::new();
    let mut claims: Vec<u64> = Vec::new();
    let hotkeys = ledger.hotkeys_with_stake(netuid);
    for hotkey in &hotkeys {
        for coldkey in ledger.stakers(hotkey, netuid) {
            let claim = stake_pools::claim(ledger, hotkey, &coldkey, netuid);
            if claim > 0 {
                claimants.push((hotkey.clone(), coldkey));
                claims.push(claim);
            }
        }
    }
    let mut protocol = ledger.subnet_protocol_alpha(netuid);
    if ledger.network_registered_at(netuid) > ledger.tao_in_refund_deployment_block() {
        protocol = protocol.plus(ledger.subnet_alpha_in(netuid))?;
    }
    claims.push(protocol.0);

    let pot = ledger.subnet_tao(netuid);
    ledger.set_subnet_tao(netuid, Tao::ZERO);
    ledger.set_total_stake(ledger.total_stake().minus_or_zero(pot));
    let payouts = registration::dissolve_payouts(pot.0, &claims);
    for ((_, coldkey), payout) in claimants.iter().zip(&payouts) {
        if *payout > 0 {
            // A payment that cannot be made stays on the account and is recycled below.
            let _ = ledger.transfer(&account, coldkey, Tao(*payout), Existence::Expendable);
        }
    }
    let protocol_share = Tao(payouts.last().copied().unwrap_or_default());

    for hotkey in &hotkeys {
        stake_pools::clear_pool(ledger, hotkey, netuid);
    }
    ledger.set_subnet_alpha_in(netuid, Alpha::ZERO);
    ledger.set_subnet_alpha_out(netuid, Alpha::ZERO);
    ledger.set_subnet_protocol_alpha(netuid, Alpha::ZERO);
    ledger.set_subnet_locked(netuid, Tao::ZERO);

    if let Some((owner, refund)) = refund {
        let refund = refund.min(ledger.balance(&account).minus_or_zero(protocol_share));
        if !refund.is_zero() {
            let _ = ledger.transfer(&account, &owner, refund, Existence::Expendable);
        }
    }
    let rest = ledger.spendable(&account);
    if !rest.is_zero() {
        money::recycle(ledger, &account, rest)?;
    }
    ledger.clear_network(netuid);
    ledger.set_networks_added(netuid, false);
    ledger.set_total_networks(ledger.total_networks().checked_sub(1).ok_or(Error::Underflow)?);
    ledger.emit(Event::NetworkRemoved(netuid));
    Ok(())
}

/// What the owner of a subnet from before the lock cost went into the pool gets back: the lock less what the owner's
/// cut has brought in (`docs/rules/subnets.md#dissolving` steps 2 and 7).
pub fn legacy_refund<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> Option<(Acc, Tao)> {
    let locked = ledger.subnet_locked(netuid);
    if locked.is_zero() || ledger.network_registered_at(netuid) >= ledger.network_registration_start_block() {
        return None;
    }
    let issued = issuance::alpha_issuance(ledger.subnet_alpha_in(netuid), ledger.subnet_alpha_out(netuid));
    let price = swaps::price(ledger, netuid);
    let refund = registration::owner_refund(locked, issued, ledger.subnet_owner_cut(), price);
    Some((ledger.subnet_owner(netuid)?, refund))
}
