//! Neurons.

use alloc::vec::Vec;

use codec::Compact;
use pallet_subtensor::{
    Active, Axons, Bonds, Consensus, Dividends, Emission, Incentive, Keys, LastUpdate, Owner, Prometheus, SubnetworkN,
    TotalHotkeyAlpha, Uids, ValidatorPermit, ValidatorTrust, Weights,
};
use tributary_economy::{MechId, NetUid};
use tributary_runtime_api::{NeuronInfo, NeuronInfoLite};

use super::state::at;
use crate::Runtime;

/// Rank and trust are no longer computed; a pruning score of 65535 says that there is none
/// (`docs/rules/yuma.md#consensus-and-incentive`).
pub const NO_PRUNING_SCORE: u16 = u16::MAX;

/// One neuron without weights and bonds.
pub fn lite(netuid: NetUid, uid: u16) -> Option<NeuronInfoLite> {
    let hotkey = Keys::<Runtime>::try_get(netuid, uid).ok()?;
    // A hotkey may outlive its uid; a key that points to it is then stale.
    if Uids::<Runtime>::get(netuid, &hotkey) != Some(uid) {
        return None;
    }
    let index = netuid.index(MechId(0));
    let coldkey = Owner::<Runtime>::get(&hotkey);
    let stake = TotalHotkeyAlpha::<Runtime>::get(&hotkey, netuid);
    Some(NeuronInfoLite {
        uid: Compact(uid),
        netuid: Compact(netuid),
        active: at(&Active::<Runtime>::get(netuid), uid),
        axon_info: Axons::<Runtime>::get(netuid, &hotkey).unwrap_or_default(),
        prometheus_info: Prometheus::<Runtime>::get(netuid, &hotkey).unwrap_or_default(),
        stake: Vec::from([(coldkey.clone(), Compact(stake))]),
        rank: Compact(0),
        emission: Compact(at(&Emission::<Runtime>::get(netuid), uid)),
        incentive: Compact(at(&Incentive::<Runtime>::get(index), uid)),
        consensus: Compact(at(&Consensus::<Runtime>::get(netuid), uid)),
        trust: Compact(0),
        validator_trust: Compact(at(&ValidatorTrust::<Runtime>::get(netuid), uid)),
        dividends: Compact(at(&Dividends::<Runtime>::get(netuid), uid)),
        last_update: Compact(at(&LastUpdate::<Runtime>::get(index), uid)),
        validator_permit: at(&ValidatorPermit::<Runtime>::get(netuid), uid),
        pruning_score: Compact(NO_PRUNING_SCORE),
        hotkey,
        coldkey,
    })
}

/// A row of weights or bonds without zeros.
fn row(row: Vec<(u16, u16)>) -> Vec<(Compact<u16>, Compact<u16>)> {
    row.into_iter()
        .filter(|(_, value)| *value > 0)
        .map(|(uid, value)| (Compact(uid), Compact(value)))
        .collect()
}

/// One neuron.
pub fn full(netuid: NetUid, uid: u16) -> Option<NeuronInfo> {
    let index = netuid.index(MechId(0));
    let lite = lite(netuid, uid)?;
    Some(NeuronInfo {
        hotkey: lite.hotkey,
        coldkey: lite.coldkey,
        uid: lite.uid,
        netuid: lite.netuid,
        active: lite.active,
        axon_info: lite.axon_info,
        prometheus_info: lite.prometheus_info,
        stake: lite.stake,
        rank: lite.rank,
        emission: lite.emission,
        incentive: lite.incentive,
        consensus: lite.consensus,
        trust: lite.trust,
        validator_trust: lite.validator_trust,
        dividends: lite.dividends,
        last_update: lite.last_update,
        validator_permit: lite.validator_permit,
        weights: row(Weights::<Runtime>::get(index, uid)),
        bonds: row(Bonds::<Runtime>::get(index, uid)),
        pruning_score: lite.pruning_score,
    })
}

/// All neurons of a subnet, by uid.
pub fn all<N>(netuid: NetUid, one: impl Fn(NetUid, u16) -> Option<N>) -> Vec<N> {
    (0..SubnetworkN::<Runtime>::get(netuid))
        .filter_map(|uid| one(netuid, uid))
        .collect()
}
