//! What the chain keeps about neurons and people beyond the rules (`docs/rules/clients.md#runtime-apis`).

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{BoundedVec, traits::ConstU32};
use scale_info::TypeInfo;
use sp_runtime::Vec;
use tributary_economy::{Alpha as AlphaBalance, NetUid, fixed::U64F64, serving};

/// Where a neuron serves requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct AxonInfo {
    /// Block of the announcement.
    pub block: u64,
    /// Version of the software.
    pub version: u32,
    /// Address, IPv4 in the low 32 bits.
    pub ip: u128,
    /// Port.
    pub port: u16,
    /// 4 or 6.
    pub ip_type: u8,
    /// Protocol, free for the subnet to use.
    pub protocol: u8,
    /// Free.
    pub placeholder1: u8,
    /// Free.
    pub placeholder2: u8,
}

/// Where a neuron shows its metrics.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct PrometheusInfo {
    /// Block of the announcement.
    pub block: u64,
    /// Version of the software.
    pub version: u32,
    /// Address, IPv4 in the low 32 bits.
    pub ip: u128,
    /// Port.
    pub port: u16,
    /// 4 or 6.
    pub ip_type: u8,
}

/// Public key of an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct NeuronCertificate {
    /// The key.
    pub public_key: BoundedVec<u8, ConstU32<64>>,
    /// What kind of key.
    pub algorithm: u8,
}

impl NeuronCertificate {
    /// Reads a certificate: the algorithm, then up to 64 bytes of key. None if it is empty or too long.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let (algorithm, key) = serving::parse_certificate(bytes)?;
        Some(Self {
            public_key: key.to_vec().try_into().ok()?,
            algorithm,
        })
    }
}

/// Who a coldkey says that it is. Texts are UTF-8 by custom.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct ChainIdentityV2 {
    /// Name.
    pub name: Vec<u8>,
    /// Web page.
    pub url: Vec<u8>,
    /// Source code.
    pub github_repo: Vec<u8>,
    /// Picture.
    pub image: Vec<u8>,
    /// Discord handle.
    pub discord: Vec<u8>,
    /// What it does.
    pub description: Vec<u8>,
    /// Anything else.
    pub additional: Vec<u8>,
}

impl ChainIdentityV2 {
    /// Whether every text keeps its limit (`docs/rules/endpoints.md`).
    pub fn is_valid(&self) -> bool {
        let texts = [
            &self.name,
            &self.url,
            &self.github_repo,
            &self.image,
            &self.discord,
            &self.description,
            &self.additional,
        ];
        serving::identity_fits(&serving::CHAIN_IDENTITY, &texts.map(Vec::len))
    }
}

/// What a subnet says that it is. Texts are UTF-8 by custom.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct SubnetIdentityV3 {
    /// Name.
    pub subnet_name: Vec<u8>,
    /// Source code.
    pub github_repo: Vec<u8>,
    /// Whom to ask.
    pub subnet_contact: Vec<u8>,
    /// Web page.
    pub subnet_url: Vec<u8>,
    /// Discord handle.
    pub discord: Vec<u8>,
    /// What it does.
    pub description: Vec<u8>,
    /// Picture.
    pub logo_url: Vec<u8>,
    /// Anything else.
    pub additional: Vec<u8>,
}

impl SubnetIdentityV3 {
    /// Whether every text keeps its limit (`docs/rules/endpoints.md`).
    pub fn is_valid(&self) -> bool {
        let texts = [
            &self.subnet_name,
            &self.github_repo,
            &self.subnet_contact,
            &self.subnet_url,
            &self.discord,
            &self.description,
            &self.logo_url,
            &self.additional,
        ];
        serving::identity_fits(&serving::SUBNET_IDENTITY, &texts.map(Vec::len))
    }
}

/// A lock of stake, or the sum of several (`docs/rules/subnets.md#conviction`).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub struct LockState {
    /// Alpha that is locked.
    pub locked_mass: AlphaBalance,
    /// Conviction that it has gathered.
    pub conviction: U64F64,
    /// Block of the last change.
    pub last_update: u64,
}

/// What a rate limit of [`crate::LastRateLimitedBlock`] is about (`docs/rules/hyperparameters.md#rate-limits`).
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum RateLimitKey<AccountId> {
    /// The owner's hotkey of a subnet was set.
    SetSNOwnerHotkey(NetUid),
    /// The owner changed a hyperparameter.
    OwnerHyperparamUpdate(NetUid, Hyperparameter),
    /// A subnet was registered.
    NetworkLastRegistered,
    /// A coldkey swapped a key.
    LastTxBlock(AccountId),
    /// A hotkey's childkey take changed.
    LastTxBlockChildKeyTake(AccountId),
    /// A delegate's take changed.
    LastTxBlockDelegateTake(AccountId),
    /// Stake was bought and burned.
    AddStakeBurn(NetUid),
}

/// Hyperparameters that an owner may change, by the codes of the reference
/// (`docs/rules/hyperparameters.md#rate-limits`).
#[allow(missing_docs)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Hyperparameter {
    Unknown,
    ServingRateLimit,
    MaxDifficulty,
    AdjustmentAlpha,
    MaxWeightLimit,
    ImmunityPeriod,
    MinAllowedWeights,
    Kappa,
    Rho,
    ActivityCutoff,
    PowRegistrationAllowed,
    MinBurn,
    MaxBurn,
    BondsMovingAverage,
    BondsPenalty,
    CommitRevealEnabled,
    LiquidAlphaEnabled,
    AlphaValues,
    WeightCommitInterval,
    TransferEnabled,
    AlphaSigmoidSteepness,
    Yuma3Enabled,
    BondsResetEnabled,
    ImmuneNeuronLimit,
    RecycleOrBurn,
    MaxAllowedUids,
    BurnHalfLife,
    BurnIncreaseMult,
    SubnetEmissionEnabled,
    MinChildkeyTake,
    ActivityCutoffFactorMilli,
    TriggerEpoch,
}

/// Which consensus the epochs of a subnet run ([`crate::SubnetEpochConsensus`]). The reference has a second one, which this
/// chain has not.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub enum EpochConsensus {
    /// Yuma consensus.
    #[default]
    Yuma,
}

/// Operations limited per account and subnet in [`crate::TransactionKeyLastBlock`]
/// (`docs/rules/hyperparameters.md#rate-limits`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum TransactionKind {
    /// `set_children`.
    SetChildren = 0,
    /// `set_childkey_take`.
    SetChildkeyTake = 1,
    /// The owner changed the version of weights.
    SetWeightsVersionKey = 4,
    /// The owner changed the number of mechanisms.
    MechanismCountUpdate = 7,
    /// The owner changed the split between mechanisms.
    MechanismEmission = 8,
    /// The owner trimmed the neurons.
    MaxUidsTrimming = 9,
    /// The owner changed the tempo.
    TempoUpdate = 11,
}

/// Told when a subnet is gone, to remove what other pallets keep for it.
pub trait SubnetRemoved {
    /// The subnet is gone.
    fn subnet_removed(netuid: NetUid);
}

impl SubnetRemoved for () {
    fn subnet_removed(_: NetUid) {}
}
