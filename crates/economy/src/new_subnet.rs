//! What a subnet starts with.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

use crate::{Tao, UNIT};

/// Blocks between epochs where nobody sets another number.
pub const DEFAULT_TEMPO: u16 = 360;

/// The hyperparameters that registration writes for a new subnet
/// (`docs/rules/subnets.md#what-a-new-subnet-starts-with`). The reference has them as constants; here they are a value
/// of the chain, so that a short tempo or an emission that needs nobody's permission is a matter of genesis.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "camelCase", default)]
pub struct NewSubnet {
    /// `Tempo`, in blocks.
    pub tempo: u16,
    /// `MaxAllowedUids`.
    pub max_allowed_uids: u16,
    /// `MaxAllowedValidators`.
    pub max_allowed_validators: u16,
    /// `MinAllowedWeights`.
    pub min_allowed_weights: u16,
    /// `ImmunityPeriod` of a neuron, in blocks.
    pub immunity_period: u16,
    /// `Yuma3On`.
    pub yuma3_on: bool,
    /// `Burn`: the first price of a neuron.
    pub burn: Tao,
    /// `MinBurn`.
    pub min_burn: Tao,
    /// `MaxBurn`.
    pub max_burn: Tao,
    /// `CommitRevealWeightsEnabled`.
    pub commit_reveal_weights_enabled: bool,
    /// `WeightsSetRateLimit`, in blocks.
    pub weights_set_rate_limit: u64,
    /// `EMAPriceHalvingBlocks`: how slowly the moving price of a young subnet follows its price.
    pub ema_price_halving_blocks: u64,
    /// `SubnetEmissionEnabled` once registration is complete.
    pub subnet_emission_enabled: bool,
}

impl Default for NewSubnet {
    /// The reference's constants.
    fn default() -> Self {
        Self {
            tempo: DEFAULT_TEMPO,
            max_allowed_uids: 256,
            max_allowed_validators: 64,
            min_allowed_weights: 1,
            immunity_period: 5000,
            yuma3_on: true,
            burn: Tao(UNIT),
            min_burn: Tao(500_000),
            max_burn: Tao(100 * UNIT),
            commit_reveal_weights_enabled: true,
            weights_set_rate_limit: 100,
            ema_price_halving_blocks: crate::presets::LOCAL.halving_blocks,
            subnet_emission_enabled: false,
        }
    }
}
