//! Neurons and what the epoch makes of them (`docs/rules/storage.md#neurons`).

use frame_support::pallet_macros::*;

#[pallet_section]
mod neurons {
    /// Neurons on the subnet.
    #[pallet::storage]
    pub type SubnetworkN<T: Config> =
        StorageMap<_, Identity, NetUid, u16, ValueQuery, defaults::SubnetworkN<T::AccountId>>;

    /// How many neurons there may be.
    #[pallet::storage]
    pub type MaxAllowedUids<T: Config> =
        StorageMap<_, Identity, NetUid, u16, ValueQuery, defaults::MaxAllowedUids<T::AccountId>>;

    /// How many validator permits there are.
    #[pallet::storage]
    pub type MaxAllowedValidators<T: Config> =
        StorageMap<_, Identity, NetUid, u16, ValueQuery, defaults::MaxAllowedValidators<T::AccountId>>;

    /// Fewest weights that a validator may set.
    #[pallet::storage]
    pub type MinAllowedWeights<T: Config> =
        StorageMap<_, Identity, NetUid, u16, ValueQuery, defaults::MinAllowedWeights<T::AccountId>>;

    /// Blocks for which a new neuron is not replaced.
    #[pallet::storage]
    pub type ImmunityPeriod<T: Config> =
        StorageMap<_, Identity, NetUid, u16, ValueQuery, defaults::ImmunityPeriod<T::AccountId>>;

    /// Neurons beyond immunity that must stay.
    #[pallet::storage]
    pub type MinNonImmuneUids<T: Config> =
        StorageMap<_, Identity, NetUid, u16, ValueQuery, defaults::MinNonImmuneUids<T::AccountId>>;

    /// Neurons of the owner that are never replaced.
    #[pallet::storage]
    pub type ImmuneOwnerUidsLimit<T: Config> =
        StorageMap<_, Identity, NetUid, u16, ValueQuery, defaults::ImmuneOwnerUidsLimit<T::AccountId>>;

    /// Majority of stake that fixes consensus, over 65535.
    #[pallet::storage]
    pub type Kappa<T: Config> = StorageMap<_, Identity, NetUid, u16, ValueQuery, defaults::Kappa<T::AccountId>>;

    /// How much weight beyond consensus is clipped for bonds, over 65535.
    #[pallet::storage]
    pub type BondsPenalty<T: Config> =
        StorageMap<_, Identity, NetUid, u16, ValueQuery, defaults::BondsPenalty<T::AccountId>>;

    /// Smoothing of bonds, millionths.
    #[pallet::storage]
    pub type BondsMovingAverage<T: Config> =
        StorageMap<_, Identity, NetUid, u64, ValueQuery, defaults::BondsMovingAverage<T::AccountId>>;

    /// Whether bonds follow the third version of the rules.
    #[pallet::storage]
    pub type Yuma3On<T: Config> =
        StorageMap<_, Blake2_128Concat, NetUid, bool, ValueQuery, defaults::Yuma3On<T::AccountId>>;

    /// Whether the smoothing of bonds depends on consensus.
    #[pallet::storage]
    pub type LiquidAlphaOn<T: Config> =
        StorageMap<_, Blake2_128Concat, NetUid, bool, ValueQuery, defaults::LiquidAlphaOn<T::AccountId>>;

    /// Bounds of the liquid smoothing, over 65535.
    #[pallet::storage]
    pub type AlphaValues<T: Config> =
        StorageMap<_, Identity, NetUid, (u16, u16), ValueQuery, defaults::AlphaValues<T::AccountId>>;

    /// Steepness of the liquid smoothing, hundredths.
    #[pallet::storage]
    pub type AlphaSigmoidSteepness<T: Config> =
        StorageMap<_, Identity, NetUid, i16, ValueQuery, defaults::AlphaSigmoidSteepness<T::AccountId>>;

    /// Whether weights are committed first and revealed later.
    #[pallet::storage]
    pub type CommitRevealWeightsEnabled<T: Config> =
        StorageMap<_, Identity, NetUid, bool, ValueQuery, defaults::CommitRevealWeightsEnabled<T::AccountId>>;

    /// Blocks between weights of a neuron.
    #[pallet::storage]
    pub type WeightsSetRateLimit<T: Config> =
        StorageMap<_, Identity, NetUid, u64, ValueQuery, defaults::WeightsSetRateLimit<T::AccountId>>;

    /// Oldest version of weights that is accepted.
    #[pallet::storage]
    pub type WeightsVersionKey<T: Config> =
        StorageMap<_, Identity, NetUid, u64, ValueQuery, defaults::WeightsVersionKey<T::AccountId>>;

    /// Whether stake may be transferred.
    #[pallet::storage]
    pub type TransferToggle<T: Config> =
        StorageMap<_, Identity, NetUid, bool, ValueQuery, defaults::TransferToggle<T::AccountId>>;

    /// Lower bound of a childkey take here, over 65535.
    #[pallet::storage]
    pub type MinChildkeyTakePerSubnet<T: Config> =
        StorageMap<_, Identity, NetUid, u16, ValueQuery, defaults::MinChildkeyTakePerSubnet<T::AccountId>>;

    /// Whether each neuron set weights lately.
    #[pallet::storage]
    pub type Active<T: Config> = StorageMap<_, Identity, NetUid, Vec<bool>, ValueQuery, defaults::Active<T::AccountId>>;

    /// Consensus weight by uid, last epoch.
    #[pallet::storage]
    pub type Consensus<T: Config> =
        StorageMap<_, Identity, NetUid, Vec<u16>, ValueQuery, defaults::Consensus<T::AccountId>>;

    /// Dividends by uid, last epoch.
    #[pallet::storage]
    pub type Dividends<T: Config> =
        StorageMap<_, Identity, NetUid, Vec<u16>, ValueQuery, defaults::Dividends<T::AccountId>>;

    /// Validator trust by uid, last epoch.
    #[pallet::storage]
    pub type ValidatorTrust<T: Config> =
        StorageMap<_, Identity, NetUid, Vec<u16>, ValueQuery, defaults::ValidatorTrust<T::AccountId>>;

    /// Validator permits by uid.
    #[pallet::storage]
    pub type ValidatorPermit<T: Config> =
        StorageMap<_, Identity, NetUid, Vec<bool>, ValueQuery, defaults::ValidatorPermit<T::AccountId>>;

    /// Share of the stake by uid, last epoch.
    #[pallet::storage]
    pub type StakeWeight<T: Config> =
        StorageMap<_, Identity, NetUid, Vec<u16>, ValueQuery, defaults::StakeWeight<T::AccountId>>;

    /// Incentive by uid, last epoch.
    #[pallet::storage]
    pub type Incentive<T: Config> =
        StorageMap<_, Identity, NetUidStorageIndex, Vec<u16>, ValueQuery, defaults::Incentive<T::AccountId>>;

    /// Block of the last weights or commit by uid.
    #[pallet::storage]
    pub type LastUpdate<T: Config> =
        StorageMap<_, Identity, NetUidStorageIndex, Vec<u64>, ValueQuery, defaults::LastUpdate<T::AccountId>>;

    /// Weights of a validator: uid, weight.
    #[pallet::storage]
    pub type Weights<T: Config> = StorageDoubleMap<
        _,
        Identity,
        NetUidStorageIndex,
        Identity,
        u16,
        Vec<(u16, u16)>,
        ValueQuery,
        defaults::Weights<T::AccountId>,
    >;

    /// Bonds of a validator: uid, bond.
    #[pallet::storage]
    pub type Bonds<T: Config> = StorageDoubleMap<
        _,
        Identity,
        NetUidStorageIndex,
        Identity,
        u16,
        Vec<(u16, u16)>,
        ValueQuery,
        defaults::Bonds<T::AccountId>,
    >;

    /// Block in which the uid was taken.
    #[pallet::storage]
    pub type BlockAtRegistration<T: Config> = StorageDoubleMap<
        _,
        Identity,
        NetUid,
        Identity,
        u16,
        u64,
        ValueQuery,
        defaults::BlockAtRegistration<T::AccountId>,
    >;

    /// The uid of a hotkey.
    #[pallet::storage]
    pub type Uids<T: Config> = StorageDoubleMap<_, Identity, NetUid, Blake2_128Concat, T::AccountId, u16, OptionQuery>;

    /// The hotkey at a uid.
    #[pallet::storage]
    pub type Keys<T: Config> =
        StorageDoubleMap<_, Identity, NetUid, Identity, u16, T::AccountId, ValueQuery, ZeroAccount<T::AccountId>>;

    /// Where a neuron serves.
    #[pallet::storage]
    pub type Axons<T: Config> =
        StorageDoubleMap<_, Identity, NetUid, Blake2_128Concat, T::AccountId, AxonInfo, OptionQuery>;

    /// Where a neuron shows its metrics.
    #[pallet::storage]
    pub type Prometheus<T: Config> =
        StorageDoubleMap<_, Identity, NetUid, Blake2_128Concat, T::AccountId, PrometheusInfo, OptionQuery>;

    /// Public key of a neuron's endpoint.
    #[pallet::storage]
    pub type NeuronCertificates<T: Config> =
        StorageDoubleMap<_, Identity, NetUid, Blake2_128Concat, T::AccountId, NeuronCertificate, OptionQuery>;

    /// EVM address that a neuron has proven, and the block.
    #[pallet::storage]
    pub type AssociatedEvmAddress<T: Config> =
        StorageDoubleMap<_, Twox64Concat, NetUid, Twox64Concat, u16, (H160, u64), OptionQuery>;

    /// Hashes of weights to be revealed: hash, epoch, block, unused.
    #[pallet::storage]
    pub type WeightCommits<T: Config> = StorageDoubleMap<
        _,
        Twox64Concat,
        NetUidStorageIndex,
        Twox64Concat,
        T::AccountId,
        VecDeque<(H256, u64, u64, u64)>,
        OptionQuery,
    >;

    /// Weights sealed for a beacon round, by epoch: hotkey, block, ciphertext, round.
    #[pallet::storage]
    pub type TimelockedWeightCommits<T: Config> = StorageDoubleMap<
        _,
        Twox64Concat,
        NetUidStorageIndex,
        Twox64Concat,
        u64,
        VecDeque<(T::AccountId, u64, BoundedVec<u8, ConstU32<5_000>>, u64)>,
        ValueQuery,
    >;
}
