//! Hyperparameters, in the three forms that clients ask for.

use alloc::{vec, vec::Vec};

use codec::Compact;
use pallet_subtensor::{
    ActivityCutoffFactorMilli, AdjustmentAlpha, AdjustmentInterval, AlphaSigmoidSteepness, AlphaValues,
    BondsMovingAverage, BondsResetOn, BurnHalfLife, BurnIncreaseMult, CommitRevealWeightsEnabled, Difficulty,
    ImmunityPeriod, Kappa, LiquidAlphaOn, MaxAllowedValidators, MaxBurn, MaxDifficulty, MaxRegistrationsPerBlock,
    MaxWeightsLimit, MinAllowedWeights, MinBurn, MinChildkeyTakePerSubnet, MinDifficulty, NetworkRegistrationAllowed,
    NetworksAdded, OwnerCutAutoLockEnabled, OwnerCutEnabled, RevealPeriodEpochs, Rho, ServingRateLimit,
    SubtokenEnabled, TargetRegistrationsPerInterval, Tempo, TransferToggle, WeightsSetRateLimit, WeightsVersionKey,
    Yuma3On,
};
use tributary_economy::{NetUid, fixed::I32F32, schedule};
use tributary_runtime_api::{HyperparamEntry, HyperparamValue as Value, SubnetHyperparams, SubnetHyperparamsV2};

use crate::Runtime;

/// Blocks without weights after which a neuron is inactive.
pub fn activity_cutoff(netuid: NetUid) -> u64 {
    schedule::activity_cutoff(
        ActivityCutoffFactorMilli::<Runtime>::get(netuid),
        Tempo::<Runtime>::get(netuid),
    )
}

/// The form of bonds, as clients count it.
fn yuma_version(netuid: NetUid) -> u16 {
    if Yuma3On::<Runtime>::get(netuid) { 3 } else { 2 }
}

/// The first form; none if there is no such subnet.
pub fn v1(netuid: NetUid) -> Option<SubnetHyperparams> {
    if !NetworksAdded::<Runtime>::get(netuid) {
        return None;
    }
    let (alpha_low, alpha_high) = AlphaValues::<Runtime>::get(netuid);
    Some(SubnetHyperparams {
        rho: Compact(Rho::<Runtime>::get(netuid)),
        kappa: Compact(Kappa::<Runtime>::get(netuid)),
        immunity_period: Compact(ImmunityPeriod::<Runtime>::get(netuid)),
        min_allowed_weights: Compact(MinAllowedWeights::<Runtime>::get(netuid)),
        max_weights_limit: Compact(MaxWeightsLimit::<Runtime>::get(netuid)),
        tempo: Compact(Tempo::<Runtime>::get(netuid)),
        min_difficulty: Compact(MinDifficulty::<Runtime>::get(netuid)),
        max_difficulty: Compact(MaxDifficulty::<Runtime>::get(netuid)),
        weights_version: Compact(WeightsVersionKey::<Runtime>::get(netuid)),
        weights_rate_limit: Compact(WeightsSetRateLimit::<Runtime>::get(netuid)),
        adjustment_interval: Compact(AdjustmentInterval::<Runtime>::get(netuid)),
        activity_cutoff: Compact(activity_cutoff(netuid)),
        registration_allowed: NetworkRegistrationAllowed::<Runtime>::get(netuid),
        target_regs_per_interval: Compact(TargetRegistrationsPerInterval::<Runtime>::get(netuid)),
        min_burn: Compact(MinBurn::<Runtime>::get(netuid)),
        max_burn: Compact(MaxBurn::<Runtime>::get(netuid)),
        bonds_moving_avg: Compact(BondsMovingAverage::<Runtime>::get(netuid)),
        max_regs_per_block: Compact(MaxRegistrationsPerBlock::<Runtime>::get(netuid)),
        serving_rate_limit: Compact(ServingRateLimit::<Runtime>::get(netuid)),
        max_validators: Compact(MaxAllowedValidators::<Runtime>::get(netuid)),
        adjustment_alpha: Compact(AdjustmentAlpha::<Runtime>::get(netuid)),
        difficulty: Compact(Difficulty::<Runtime>::get(netuid)),
        commit_reveal_period: Compact(RevealPeriodEpochs::<Runtime>::get(netuid)),
        commit_reveal_weights_enabled: CommitRevealWeightsEnabled::<Runtime>::get(netuid),
        alpha_high: Compact(alpha_high),
        alpha_low: Compact(alpha_low),
        liquid_alpha_enabled: LiquidAlphaOn::<Runtime>::get(netuid),
    })
}

/// The second form.
pub fn v2(netuid: NetUid) -> Option<SubnetHyperparamsV2> {
    let v1 = v1(netuid)?;
    Some(SubnetHyperparamsV2 {
        rho: v1.rho,
        kappa: v1.kappa,
        immunity_period: v1.immunity_period,
        min_allowed_weights: v1.min_allowed_weights,
        max_weights_limit: v1.max_weights_limit,
        tempo: v1.tempo,
        min_difficulty: v1.min_difficulty,
        max_difficulty: v1.max_difficulty,
        weights_version: v1.weights_version,
        weights_rate_limit: v1.weights_rate_limit,
        adjustment_interval: v1.adjustment_interval,
        activity_cutoff: v1.activity_cutoff,
        registration_allowed: v1.registration_allowed,
        target_regs_per_interval: v1.target_regs_per_interval,
        min_burn: v1.min_burn,
        max_burn: v1.max_burn,
        bonds_moving_avg: v1.bonds_moving_avg,
        max_regs_per_block: v1.max_regs_per_block,
        serving_rate_limit: v1.serving_rate_limit,
        max_validators: v1.max_validators,
        adjustment_alpha: v1.adjustment_alpha,
        difficulty: v1.difficulty,
        commit_reveal_period: v1.commit_reveal_period,
        commit_reveal_weights_enabled: v1.commit_reveal_weights_enabled,
        alpha_high: v1.alpha_high,
        alpha_low: v1.alpha_low,
        liquid_alpha_enabled: v1.liquid_alpha_enabled,
        alpha_sigmoid_steepness: I32F32::from_num(AlphaSigmoidSteepness::<Runtime>::get(netuid)),
        yuma_version: Compact(yuma_version(netuid)),
        subnet_is_active: SubtokenEnabled::<Runtime>::get(netuid),
        transfers_enabled: TransferToggle::<Runtime>::get(netuid),
        bonds_reset_enabled: BondsResetOn::<Runtime>::get(netuid),
        user_liquidity_enabled: false,
    })
}

/// Names and values, in the order of the reference.
pub fn v3(netuid: NetUid) -> Option<Vec<HyperparamEntry>> {
    let v2 = v2(netuid)?;
    let entries = vec![
        ("kappa", Value::U16(v2.kappa)),
        ("immunity_period", Value::U16(v2.immunity_period)),
        ("min_allowed_weights", Value::U16(v2.min_allowed_weights)),
        ("max_weights_limit", Value::U16(v2.max_weights_limit)),
        ("tempo", Value::U16(v2.tempo)),
        ("weights_version", Value::U64(v2.weights_version)),
        ("weights_rate_limit", Value::U64(v2.weights_rate_limit)),
        ("activity_cutoff", Value::U64(v2.activity_cutoff)),
        (
            "activity_cutoff_factor",
            Value::U32(Compact(ActivityCutoffFactorMilli::<Runtime>::get(netuid))),
        ),
        ("registration_allowed", Value::Bool(v2.registration_allowed)),
        ("target_regs_per_interval", Value::U16(v2.target_regs_per_interval)),
        ("min_burn", Value::TaoBalance(v2.min_burn)),
        ("max_burn", Value::TaoBalance(v2.max_burn)),
        (
            "burn_half_life",
            Value::U16(Compact(BurnHalfLife::<Runtime>::get(netuid))),
        ),
        (
            "burn_increase_mult",
            Value::U64F64(BurnIncreaseMult::<Runtime>::get(netuid)),
        ),
        ("bonds_moving_avg", Value::U64(v2.bonds_moving_avg)),
        ("max_regs_per_block", Value::U16(v2.max_regs_per_block)),
        ("serving_rate_limit", Value::U64(v2.serving_rate_limit)),
        ("max_validators", Value::U16(v2.max_validators)),
        ("commit_reveal_period", Value::U64(v2.commit_reveal_period)),
        (
            "commit_reveal_weights_enabled",
            Value::Bool(v2.commit_reveal_weights_enabled),
        ),
        ("alpha_high", Value::U16(v2.alpha_high)),
        ("alpha_low", Value::U16(v2.alpha_low)),
        ("liquid_alpha_enabled", Value::Bool(v2.liquid_alpha_enabled)),
        ("alpha_sigmoid_steepness", Value::I32F32(v2.alpha_sigmoid_steepness)),
        ("yuma_version", Value::U16(v2.yuma_version)),
        ("subnet_is_active", Value::Bool(v2.subnet_is_active)),
        ("transfers_enabled", Value::Bool(v2.transfers_enabled)),
        ("bonds_reset_enabled", Value::Bool(v2.bonds_reset_enabled)),
        ("user_liquidity_enabled", Value::Bool(v2.user_liquidity_enabled)),
        (
            "owner_cut_enabled",
            Value::Bool(OwnerCutEnabled::<Runtime>::get(netuid)),
        ),
        (
            "owner_cut_auto_lock_enabled",
            Value::Bool(OwnerCutAutoLockEnabled::<Runtime>::get(netuid)),
        ),
        (
            "min_childkey_take",
            Value::U16(Compact(MinChildkeyTakePerSubnet::<Runtime>::get(netuid))),
        ),
    ];
    Some(
        entries
            .into_iter()
            .map(|(name, value)| HyperparamEntry {
                name: name.into(),
                value,
            })
            .collect(),
    )
}
