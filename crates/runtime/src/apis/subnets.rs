//! Subnets, their economy and all of their neurons at once.

use alloc::{vec, vec::Vec};

use codec::{Compact, Encode};
use pallet_commitments::CommitmentOf;
use pallet_subtensor::{
    Active, AlphaDividendsPerSubnet, Axons, BlockAtRegistration, BlocksSinceLastStep, Burn, Consensus, Difficulty,
    Dividends, Emission, IdentitiesV2, ImmunityPeriod, Incentive, Kappa, Keys, LastMechansimStepBlock, LastUpdate,
    MaxAllowedUids, MaxAllowedValidators, MaxWeightsLimit, MechanismCountCurrent, MinAllowedWeights,
    NetworkPowRegistrationAllowed, NetworkRegisteredAt, NetworksAdded, Owner, Pallet as Subtensor,
    PendingServerEmission, PendingValidatorEmission, Rho, ScalingLawPower, SubnetAlphaIn, SubnetAlphaInEmission,
    SubnetAlphaOut, SubnetAlphaOutEmission, SubnetIdentitiesV3, SubnetIdentityV3, SubnetMovingPrice, SubnetOwner,
    SubnetOwnerHotkey, SubnetTAO, SubnetTaoInEmission, SubnetVolume, SubnetworkN, Tempo, TokenSymbol, ValidatorPermit,
};
use tributary_economy::{Alpha, Ledger, MechId, NetUid, Tao, market::weights, stake_weight};
use tributary_runtime_api::{
    DynamicInfo, Metagraph, SelectiveMetagraph, SubnetInfov2, SubnetState,
    metagraph::{COMMITMENTS, VALIDATORS},
};

use super::{
    hyperparameters,
    neurons::NO_PRUNING_SCORE,
    state::{at, ledger},
};
use crate::{AccountId, Runtime};

/// All networks.
pub fn networks() -> Vec<NetUid> {
    let mut networks = ledger().networks();
    networks.sort_unstable();
    networks
}

fn letters(text: &[u8]) -> Vec<Compact<u8>> {
    text.iter().copied().map(Compact).collect()
}

/// What a subnet calls itself, or else what it is called.
fn name(netuid: NetUid, identity: Option<&SubnetIdentityV3>) -> Vec<Compact<u8>> {
    match (identity, netuid.get()) {
        (Some(identity), _) if !identity.subnet_name.is_empty() => letters(&identity.subnet_name),
        (_, 0) => letters(b"root"),
        (_, 1) => letters(b"apex"),
        _ => letters(b"unknown"),
    }
}

/// Alpha that waits for the next epoch.
fn pending(netuid: NetUid) -> Alpha {
    let (servers, validators) = (
        PendingServerEmission::<Runtime>::get(netuid),
        PendingValidatorEmission::<Runtime>::get(netuid),
    );
    // Both are parts of one subnet's issuance, which fits.
    Alpha(servers.get().saturating_add(validators.get()))
}

/// The economy of a subnet; none if there is no such subnet.
pub fn dynamic(netuid: NetUid) -> Option<DynamicInfo> {
    if !NetworksAdded::<Runtime>::get(netuid) {
        return None;
    }
    let identity = SubnetIdentitiesV3::<Runtime>::get(netuid);
    Some(DynamicInfo {
        netuid: Compact(netuid),
        owner_hotkey: SubnetOwnerHotkey::<Runtime>::get(netuid),
        owner_coldkey: SubnetOwner::<Runtime>::get(netuid),
        subnet_name: name(netuid, identity.as_ref()),
        token_symbol: letters(&TokenSymbol::<Runtime>::get(netuid)),
        tempo: Compact(Tempo::<Runtime>::get(netuid)),
        last_step: Compact(LastMechansimStepBlock::<Runtime>::get(netuid)),
        blocks_since_last_step: Compact(BlocksSinceLastStep::<Runtime>::get(netuid)),
        emission: Compact(0),
        alpha_in: Compact(SubnetAlphaIn::<Runtime>::get(netuid)),
        alpha_out: Compact(SubnetAlphaOut::<Runtime>::get(netuid)),
        tao_in: Compact(SubnetTAO::<Runtime>::get(netuid)),
        alpha_out_emission: Compact(SubnetAlphaOutEmission::<Runtime>::get(netuid)),
        alpha_in_emission: Compact(SubnetAlphaInEmission::<Runtime>::get(netuid)),
        tao_in_emission: Compact(SubnetTaoInEmission::<Runtime>::get(netuid)),
        pending_alpha_emission: Compact(pending(netuid)),
        pending_root_emission: Compact(Tao::ZERO),
        subnet_volume: Compact(SubnetVolume::<Runtime>::get(netuid)),
        network_registered_at: Compact(NetworkRegisteredAt::<Runtime>::get(netuid)),
        subnet_identity: identity,
        moving_price: SubnetMovingPrice::<Runtime>::get(netuid),
    })
}

/// Parameters of a subnet in the form of 2024.
pub fn info_v2(netuid: NetUid) -> Option<SubnetInfov2> {
    if !NetworksAdded::<Runtime>::get(netuid) {
        return None;
    }
    Some(SubnetInfov2 {
        netuid: Compact(netuid),
        rho: Compact(Rho::<Runtime>::get(netuid)),
        kappa: Compact(Kappa::<Runtime>::get(netuid)),
        difficulty: Compact(Difficulty::<Runtime>::get(netuid)),
        immunity_period: Compact(ImmunityPeriod::<Runtime>::get(netuid)),
        max_allowed_validators: Compact(MaxAllowedValidators::<Runtime>::get(netuid)),
        min_allowed_weights: Compact(MinAllowedWeights::<Runtime>::get(netuid)),
        max_weights_limit: Compact(MaxWeightsLimit::<Runtime>::get(netuid)),
        scaling_law_power: Compact(ScalingLawPower::<Runtime>::get(netuid)),
        subnetwork_n: Compact(SubnetworkN::<Runtime>::get(netuid)),
        max_allowed_uids: Compact(MaxAllowedUids::<Runtime>::get(netuid)),
        blocks_since_last_step: Compact(BlocksSinceLastStep::<Runtime>::get(netuid)),
        tempo: Compact(Tempo::<Runtime>::get(netuid)),
        network_modality: Compact(0),
        network_connect: Vec::new(),
        emission_value: Compact(0),
        burn: Compact(Burn::<Runtime>::get(netuid)),
        owner: SubnetOwner::<Runtime>::get(netuid),
        identity: SubnetIdentitiesV3::<Runtime>::get(netuid),
    })
}

/// Alpha and root stake that count for a hotkey after lending, and the weight of both together
/// (`docs/rules/yuma.md#stake-weight`).
fn stakes(netuid: NetUid, hotkey: &AccountId) -> (Alpha, Tao, Tao) {
    let ledger = ledger();
    let (children, parents) = (ledger.child_keys(hotkey, netuid), ledger.parent_keys(hotkey, netuid));
    let inherited = |on: NetUid| {
        let lent = parents
            .iter()
            .map(|(part, parent)| (*part, ledger.total_hotkey_alpha(parent, on).get()));
        let own = ledger.total_hotkey_alpha(hotkey, on).get();
        stake_weight::inherited(own, children.iter().map(|(part, _)| *part), lent)
    };
    let alpha = if netuid.is_root() {
        ledger.total_hotkey_alpha(hotkey, netuid).get()
    } else {
        inherited(netuid)
    };
    let total = weights::stake_weight(&ledger, hotkey, netuid);
    (
        Alpha(alpha),
        Tao(inherited(NetUid::ROOT)),
        Tao(total.saturating_to_num()),
    )
}

/// What the last epoch of a network gave each hotkey and its nominators in dividends.
fn dividends_of(network: NetUid, hotkeys: &[AccountId]) -> Vec<Compact<Alpha>> {
    let of = |hotkey| Compact(AlphaDividendsPerSubnet::<Runtime>::get(network, hotkey));
    hotkeys.iter().map(of).collect()
}

/// All neurons of a subnet, by uid.
pub fn state(netuid: NetUid, mecid: MechId) -> Option<SubnetState> {
    if !NetworksAdded::<Runtime>::get(netuid) {
        return None;
    }
    let n = SubnetworkN::<Runtime>::get(netuid);
    let index = netuid.index(mecid);
    fn by_uid<V: Copy + Default>(list: Vec<V>, n: u16) -> Vec<Compact<V>> {
        (0..n).map(|uid| Compact(at(&list, uid))).collect()
    }
    let hotkeys: Vec<AccountId> = (0..n).map(|uid| Keys::<Runtime>::get(netuid, uid)).collect();
    let mut alpha_stake = Vec::with_capacity(hotkeys.len());
    let mut tao_stake = Vec::with_capacity(hotkeys.len());
    let mut total_stake = Vec::with_capacity(hotkeys.len());
    for hotkey in &hotkeys {
        let (alpha, tao, total) = stakes(netuid, hotkey);
        alpha_stake.push(Compact(alpha));
        tao_stake.push(Compact(tao));
        total_stake.push(Compact(total));
    }
    let (active, permits) = (Active::<Runtime>::get(netuid), ValidatorPermit::<Runtime>::get(netuid));
    Some(SubnetState {
        netuid: Compact(netuid),
        coldkeys: hotkeys.iter().map(Owner::<Runtime>::get).collect(),
        active: (0..n).map(|uid| at(&active, uid)).collect(),
        validator_permit: (0..n).map(|uid| at(&permits, uid)).collect(),
        pruning_score: vec![Compact(NO_PRUNING_SCORE); n.into()],
        last_update: by_uid(LastUpdate::<Runtime>::get(index), n),
        emission: by_uid(Emission::<Runtime>::get(netuid), n),
        dividends: by_uid(Dividends::<Runtime>::get(netuid), n),
        incentives: by_uid(Incentive::<Runtime>::get(index), n),
        consensus: by_uid(Consensus::<Runtime>::get(netuid), n),
        trust: vec![Compact(0); n.into()],
        rank: vec![Compact(0); n.into()],
        block_at_registration: (0..n)
            .map(|uid| Compact(BlockAtRegistration::<Runtime>::get(netuid, uid)))
            .collect(),
        alpha_stake,
        tao_stake,
        total_stake,
        emission_history: networks()
            .into_iter()
            .map(|network| dividends_of(network, &hotkeys))
            .collect(),
        hotkeys,
    })
}

/// All about a subnet, with incentives and updates of one mechanism; none if there is no such subnet or mechanism.
pub fn metagraph(netuid: NetUid, mecid: MechId) -> Option<Metagraph> {
    if mecid >= MechanismCountCurrent::<Runtime>::get(netuid) {
        return None;
    }
    let economy = dynamic(netuid)?;
    let parameters = hyperparameters::v1(netuid)?;
    let state = state(netuid, mecid)?;
    let each = |hotkey: &AccountId| {
        (
            hotkey.clone(),
            Compact(AlphaDividendsPerSubnet::<Runtime>::get(netuid, hotkey)),
        )
    };
    Some(Metagraph {
        netuid: Compact(netuid),
        name: economy.subnet_name,
        symbol: economy.token_symbol,
        identity: economy.subnet_identity,
        network_registered_at: economy.network_registered_at,
        owner_hotkey: economy.owner_hotkey,
        owner_coldkey: economy.owner_coldkey,
        block: Compact(Subtensor::<Runtime>::now()),
        tempo: economy.tempo,
        last_step: economy.last_step,
        blocks_since_last_step: economy.blocks_since_last_step,
        subnet_emission: economy.emission,
        alpha_in: economy.alpha_in,
        alpha_out: economy.alpha_out,
        tao_in: economy.tao_in,
        alpha_out_emission: economy.alpha_out_emission,
        alpha_in_emission: economy.alpha_in_emission,
        tao_in_emission: economy.tao_in_emission,
        pending_alpha_emission: economy.pending_alpha_emission,
        pending_root_emission: economy.pending_root_emission,
        subnet_volume: economy.subnet_volume,
        moving_price: economy.moving_price,
        rho: parameters.rho,
        kappa: parameters.kappa,
        min_allowed_weights: parameters.min_allowed_weights,
        max_weights_limit: parameters.max_weights_limit,
        weights_version: parameters.weights_version,
        weights_rate_limit: parameters.weights_rate_limit,
        activity_cutoff: parameters.activity_cutoff,
        max_validators: parameters.max_validators,
        num_uids: Compact(SubnetworkN::<Runtime>::get(netuid)),
        max_uids: Compact(MaxAllowedUids::<Runtime>::get(netuid)),
        burn: Compact(Burn::<Runtime>::get(netuid)),
        difficulty: parameters.difficulty,
        registration_allowed: parameters.registration_allowed,
        pow_registration_allowed: NetworkPowRegistrationAllowed::<Runtime>::get(netuid),
        immunity_period: parameters.immunity_period,
        min_difficulty: parameters.min_difficulty,
        max_difficulty: parameters.max_difficulty,
        min_burn: parameters.min_burn,
        max_burn: parameters.max_burn,
        adjustment_alpha: parameters.adjustment_alpha,
        adjustment_interval: parameters.adjustment_interval,
        target_regs_per_interval: parameters.target_regs_per_interval,
        max_regs_per_block: parameters.max_regs_per_block,
        serving_rate_limit: parameters.serving_rate_limit,
        commit_reveal_weights_enabled: parameters.commit_reveal_weights_enabled,
        commit_reveal_period: parameters.commit_reveal_period,
        liquid_alpha_enabled: parameters.liquid_alpha_enabled,
        alpha_high: parameters.alpha_high,
        alpha_low: parameters.alpha_low,
        bonds_moving_avg: parameters.bonds_moving_avg,
        identities: state.coldkeys.iter().map(IdentitiesV2::<Runtime>::get).collect(),
        axons: state
            .hotkeys
            .iter()
            .map(|hotkey| Axons::<Runtime>::get(netuid, hotkey).unwrap_or_default())
            .collect(),
        tao_dividends_per_hotkey: state
            .hotkeys
            .iter()
            .map(|hotkey| (hotkey.clone(), Compact(Tao::ZERO)))
            .collect(),
        alpha_dividends_per_hotkey: state.hotkeys.iter().map(each).collect(),
        hotkeys: state.hotkeys,
        coldkeys: state.coldkeys,
        active: state.active,
        validator_permit: state.validator_permit,
        pruning_score: state.pruning_score,
        last_update: state.last_update,
        emission: state.emission,
        dividends: state.dividends,
        incentives: state.incentives,
        consensus: state.consensus,
        trust: state.trust,
        rank: state.rank,
        block_at_registration: state.block_at_registration,
        alpha_stake: state.alpha_stake,
        tao_stake: state.tao_stake,
        total_stake: state.total_stake,
    })
}

/// The metagraphs of all mechanisms of all subnets.
pub fn mechagraphs() -> Vec<Option<Metagraph>> {
    networks()
        .into_iter()
        .flat_map(|netuid| (0..MechanismCountCurrent::<Runtime>::get(netuid).get()).map(move |k| (netuid, MechId(k))))
        .map(|(netuid, mecid)| metagraph(netuid, mecid))
        .collect()
}

/// The chosen fields of a metagraph, by position.
pub fn selection(netuid: NetUid, mecid: MechId, indexes: &[u16]) -> Option<SelectiveMetagraph> {
    let graph = metagraph(netuid, mecid)?;
    let validators = (0u16..)
        .zip(&graph.validator_permit)
        .filter(|(_, permit)| **permit)
        .map(|(uid, _)| Compact(uid));
    let validators = indexes.contains(&VALIDATORS).then(|| validators.collect());
    let commitments = indexes.contains(&COMMITMENTS).then(|| {
        CommitmentOf::<Runtime>::iter_prefix(netuid)
            .map(|(who, kept)| (who, letters(&kept.info.encode())))
            .collect()
    });
    Some(SelectiveMetagraph {
        validators,
        commitments,
        ..graph.select(indexes)
    })
}
