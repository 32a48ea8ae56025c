//! Stakes and delegates.

use alloc::{collections::BTreeMap, vec::Vec};

use codec::Compact;
use pallet_subtensor::{
    AlphaDividendsPerSubnet, AlphaV2, Delegates, Emission, Owner, StakingHotkeys, Tempo, Uids, ValidatorPermit,
};
use tributary_economy::{Alpha, Ledger, NetUid, Tao, delegation, market::staking};
use tributary_runtime_api::{DelegateInfo, Delegated, StakeInfo};

use super::state::{at, ledger};
use crate::{AccountId, Runtime};

fn stake_of(hotkey: &AccountId, coldkey: &AccountId, netuid: NetUid) -> Alpha {
    staking::stake_of(&ledger(), hotkey, coldkey, netuid)
}

fn info(hotkey: AccountId, coldkey: AccountId, netuid: NetUid, stake: Alpha) -> StakeInfo {
    StakeInfo {
        netuid: Compact(netuid),
        stake: Compact(stake),
        locked: Compact(0),
        emission: Compact(AlphaDividendsPerSubnet::<Runtime>::get(netuid, &hotkey)),
        tao_emission: Compact(Tao::ZERO),
        drain: Compact(0),
        is_registered: Uids::<Runtime>::contains_key(netuid, &hotkey),
        hotkey,
        coldkey,
    }
}

/// The stake of a coldkey with a hotkey on a subnet, also if it is zero.
pub fn one(hotkey: AccountId, coldkey: AccountId, netuid: NetUid) -> StakeInfo {
    let stake = stake_of(&hotkey, &coldkey, netuid);
    info(hotkey, coldkey, netuid, stake)
}

/// Subnet and amount of each stake of a coldkey with a hotkey.
fn positions(hotkey: &AccountId, coldkey: &AccountId) -> Vec<(NetUid, Alpha)> {
    let mut positions: Vec<_> = AlphaV2::<Runtime>::iter_key_prefix((hotkey, coldkey))
        .map(|netuid| (netuid, stake_of(hotkey, coldkey, netuid)))
        .filter(|(_, stake)| !stake.is_zero())
        .collect();
    positions.sort_unstable();
    positions
}

/// All stakes of a coldkey.
pub fn of_coldkey(coldkey: &AccountId) -> Vec<StakeInfo> {
    StakingHotkeys::<Runtime>::get(coldkey)
        .into_iter()
        .flat_map(|hotkey| {
            positions(&hotkey, coldkey)
                .into_iter()
                .map(move |(netuid, stake)| info(hotkey.clone(), coldkey.clone(), netuid, stake))
        })
        .collect()
}

/// All stakes of some coldkeys: an entry for each.
pub fn of_coldkeys(coldkeys: Vec<AccountId>) -> Vec<(AccountId, Vec<StakeInfo>)> {
    coldkeys
        .into_iter()
        .map(|coldkey| {
            let stakes = of_coldkey(&coldkey);
            (coldkey, stakes)
        })
        .collect()
}

/// One delegate; none if the hotkey is not one.
pub fn delegate(hotkey: AccountId) -> Option<DelegateInfo> {
    let take = Delegates::<Runtime>::try_get(&hotkey).ok()?;
    let mut nominators = BTreeMap::<AccountId, Vec<(Compact<NetUid>, Compact<u64>)>>::new();
    for (coldkey, netuid) in AlphaV2::<Runtime>::iter_key_prefix((&hotkey,)) {
        let stake = stake_of(&hotkey, &coldkey, netuid);
        if !stake.is_zero() {
            nominators
                .entry(coldkey)
                .or_default()
                .push((Compact(netuid), Compact(stake.get())));
        }
    }
    let mut registrations = Vec::new();
    let mut validator_permits = Vec::new();
    let mut daily = 0u64;
    for netuid in ledger().networks() {
        let Some(uid) = Uids::<Runtime>::get(netuid, &hotkey) else {
            continue;
        };
        registrations.push(Compact(netuid));
        if at(&ValidatorPermit::<Runtime>::get(netuid), uid) {
            validator_permits.push(Compact(netuid));
        }
        // In alpha of different subnets, as the reference adds it.
        let emission = at(&Emission::<Runtime>::get(netuid), uid).get();
        daily = daily.saturating_add(delegation::daily(emission, Tempo::<Runtime>::get(netuid)));
    }
    let staked = staking::total_value(&ledger(), &hotkey).get();
    Some(DelegateInfo {
        owner_ss58: Owner::<Runtime>::get(&hotkey),
        delegate_ss58: hotkey,
        take: Compact(take),
        nominators: nominators.into_iter().collect(),
        registrations,
        validator_permits,
        return_per_1000: Compact(delegation::return_per_1000(daily, take, staked)),
        total_daily_return: Compact(daily),
    })
}

/// All delegates.
pub fn delegates() -> Vec<DelegateInfo> {
    Delegates::<Runtime>::iter_keys().filter_map(delegate).collect()
}

/// The delegates with which a coldkey has stake, with subnet and amount of each stake.
pub fn delegated(coldkey: &AccountId) -> Vec<Delegated> {
    StakingHotkeys::<Runtime>::get(coldkey)
        .into_iter()
        .filter_map(|hotkey| Some((positions(&hotkey, coldkey), delegate(hotkey)?)))
        .flat_map(|(positions, info)| {
            positions
                .into_iter()
                .map(move |(netuid, stake)| (info.clone(), (Compact(netuid), Compact(stake))))
        })
        .collect()
}
