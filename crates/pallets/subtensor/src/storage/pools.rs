//! Pools, emission and epochs of a subnet (`docs/rules/storage.md#pools-emission-and-schedule`).

use frame_support::pallet_macros::*;

#[pallet_section]
mod pools {
    /// TAO reserve; root: total root stake.
    #[pallet::storage]
    pub type SubnetTAO<T: Config> =
        StorageMap<_, Identity, NetUid, TaoBalance, ValueQuery, defaults::SubnetTAO<T::AccountId>>;

    /// Alpha reserve.
    #[pallet::storage]
    pub type SubnetAlphaIn<T: Config> =
        StorageMap<_, Identity, NetUid, AlphaBalance, ValueQuery, defaults::SubnetAlphaIn<T::AccountId>>;

    /// Alpha outside the pool.
    #[pallet::storage]
    pub type SubnetAlphaOut<T: Config> =
        StorageMap<_, Identity, NetUid, AlphaBalance, ValueQuery, defaults::SubnetAlphaOut<T::AccountId>>;

    /// Alpha bought by the chain, unowned.
    #[pallet::storage]
    pub type SubnetProtocolAlpha<T: Config> =
        StorageMap<_, Identity, NetUid, AlphaBalance, ValueQuery, defaults::SubnetProtocolAlpha<T::AccountId>>;

    /// Cumulative traded TAO.
    #[pallet::storage]
    pub type SubnetVolume<T: Config> =
        StorageMap<_, Identity, NetUid, u128, ValueQuery, defaults::SubnetVolume<T::AccountId>>;

    /// Lock paid at registration.
    #[pallet::storage]
    pub type SubnetLocked<T: Config> =
        StorageMap<_, Identity, NetUid, TaoBalance, ValueQuery, defaults::SubnetLocked<T::AccountId>>;

    /// TAO injected in the last block.
    #[pallet::storage]
    pub type SubnetTaoInEmission<T: Config> =
        StorageMap<_, Identity, NetUid, TaoBalance, ValueQuery, defaults::SubnetTaoInEmission<T::AccountId>>;

    /// Alpha injected in the last block.
    #[pallet::storage]
    pub type SubnetAlphaInEmission<T: Config> =
        StorageMap<_, Identity, NetUid, AlphaBalance, ValueQuery, defaults::SubnetAlphaInEmission<T::AccountId>>;

    /// Alpha created in the last block.
    #[pallet::storage]
    pub type SubnetAlphaOutEmission<T: Config> =
        StorageMap<_, Identity, NetUid, AlphaBalance, ValueQuery, defaults::SubnetAlphaOutEmission<T::AccountId>>;

    /// TAO of the last chain buy.
    #[pallet::storage]
    pub type SubnetExcessTao<T: Config> =
        StorageMap<_, Identity, NetUid, TaoBalance, ValueQuery, defaults::SubnetExcessTao<T::AccountId>>;

    /// TAO from root-claim sales since the last coinbase.
    #[pallet::storage]
    pub type SubnetRootSellTao<T: Config> =
        StorageMap<_, Identity, NetUid, TaoBalance, ValueQuery, defaults::SubnetRootSellTao<T::AccountId>>;

    /// Price EMA.
    #[pallet::storage]
    pub type SubnetMovingPrice<T: Config> =
        StorageMap<_, Identity, NetUid, I96F32, ValueQuery, defaults::SubnetMovingPrice<T::AccountId>>;

    /// Ramp parameter of the EMA.
    #[pallet::storage]
    pub type EMAPriceHalvingBlocks<T: Config> =
        StorageMap<_, Identity, NetUid, u64, ValueQuery, defaults::EMAPriceHalvingBlocks<T::AccountId>>;

    /// Whether TAO flows into the pool.
    #[pallet::storage]
    pub type SubnetEmissionEnabled<T: Config> =
        StorageMap<_, Identity, NetUid, bool, ValueQuery, defaults::SubnetEmissionEnabled<T::AccountId>>;

    /// Last root proportion, display.
    #[pallet::storage]
    pub type RootProp<T: Config> =
        StorageMap<_, Identity, NetUid, U96F32, ValueQuery, defaults::RootProp<T::AccountId>>;

    /// Withheld share of miner emission.
    #[pallet::storage]
    pub type MinerBurned<T: Config> =
        StorageMap<_, Identity, NetUid, U96F32, ValueQuery, defaults::MinerBurned<T::AccountId>>;

    /// User flow accumulator (dormant).
    #[pallet::storage]
    pub type SubnetTaoFlow<T: Config> =
        StorageMap<_, Identity, NetUid, i64, ValueQuery, defaults::SubnetTaoFlow<T::AccountId>>;

    /// Average of net staking flow: block, value.
    #[pallet::storage]
    pub type SubnetEmaTaoFlow<T: Config> = StorageMap<_, Identity, NetUid, (u64, I64F64), OptionQuery>;

    /// Chain flow accumulator (dormant).
    #[pallet::storage]
    pub type SubnetProtocolFlow<T: Config> =
        StorageMap<_, Identity, NetUid, i64, ValueQuery, defaults::SubnetProtocolFlow<T::AccountId>>;

    /// Miners' alpha until the epoch.
    #[pallet::storage]
    pub type PendingServerEmission<T: Config> =
        StorageMap<_, Identity, NetUid, AlphaBalance, ValueQuery, defaults::PendingServerEmission<T::AccountId>>;

    /// Validators' alpha until the epoch.
    #[pallet::storage]
    pub type PendingValidatorEmission<T: Config> =
        StorageMap<_, Identity, NetUid, AlphaBalance, ValueQuery, defaults::PendingValidatorEmission<T::AccountId>>;

    /// Root alpha until the epoch.
    #[pallet::storage]
    pub type PendingRootAlphaDivs<T: Config> =
        StorageMap<_, Identity, NetUid, AlphaBalance, ValueQuery, defaults::PendingRootAlphaDivs<T::AccountId>>;

    /// Owner alpha until the epoch.
    #[pallet::storage]
    pub type PendingOwnerCut<T: Config> =
        StorageMap<_, Identity, NetUid, AlphaBalance, ValueQuery, defaults::PendingOwnerCut<T::AccountId>>;

    /// Whether the owner gets a cut.
    #[pallet::storage]
    pub type OwnerCutEnabled<T: Config> =
        StorageMap<_, Identity, NetUid, bool, ValueQuery, defaults::OwnerCutEnabled<T::AccountId>>;

    /// What becomes of miner pay to the owner itself.
    #[pallet::storage]
    pub type RecycleOrBurn<T: Config> =
        StorageMap<_, Identity, NetUid, RecycleOrBurnEnum, ValueQuery, defaults::RecycleOrBurn<T::AccountId>>;

    /// Alpha earned by uid in the last epoch.
    #[pallet::storage]
    pub type Emission<T: Config> =
        StorageMap<_, Identity, NetUid, Vec<AlphaBalance>, ValueQuery, defaults::Emission<T::AccountId>>;

    /// Consensus mechanisms of the subnet.
    #[pallet::storage]
    pub type MechanismCountCurrent<T: Config> =
        StorageMap<_, Twox64Concat, NetUid, MechId, ValueQuery, defaults::MechanismCountCurrent<T::AccountId>>;

    /// How the mechanisms share miner pay, sums to 65535.
    #[pallet::storage]
    pub type MechanismEmissionSplit<T: Config> = StorageMap<_, Twox64Concat, NetUid, Vec<u16>, OptionQuery>;

    /// Least claim of root dividends.
    #[pallet::storage]
    pub type RootClaimableThreshold<T: Config> =
        StorageMap<_, Blake2_128Concat, NetUid, I96F32, ValueQuery, defaults::RootClaimableThreshold<T::AccountId>>;

    /// Blocks between epochs.
    #[pallet::storage]
    pub type Tempo<T: Config> = StorageMap<_, Identity, NetUid, u16, ValueQuery, defaults::Tempo<T::AccountId>>;

    /// Anchor of the schedule.
    #[pallet::storage]
    pub type LastEpochBlock<T: Config> =
        StorageMap<_, Identity, NetUid, u64, ValueQuery, defaults::LastEpochBlock<T::AccountId>>;

    /// Block of an epoch that was triggered or deferred, 0 if none.
    #[pallet::storage]
    pub type PendingEpochAt<T: Config> =
        StorageMap<_, Identity, NetUid, u64, ValueQuery, defaults::PendingEpochAt<T::AccountId>>;

    /// Epochs so far.
    #[pallet::storage]
    pub type SubnetEpochIndex<T: Config> =
        StorageMap<_, Identity, NetUid, u64, ValueQuery, defaults::SubnetEpochIndex<T::AccountId>>;

    /// Blocks since the last epoch.
    #[pallet::storage]
    pub type BlocksSinceLastStep<T: Config> =
        StorageMap<_, Identity, NetUid, u64, ValueQuery, defaults::BlocksSinceLastStep<T::AccountId>>;

    /// Block of the last distribution (spelled so on chain).
    #[pallet::storage]
    pub type LastMechansimStepBlock<T: Config> =
        StorageMap<_, Identity, NetUid, u64, ValueQuery, defaults::LastMechansimStepBlock<T::AccountId>>;

    /// Block after the start call.
    #[pallet::storage]
    pub type FirstEmissionBlockNumber<T: Config> = StorageMap<_, Identity, NetUid, u64, OptionQuery>;

    /// Whether the alpha may be staked.
    #[pallet::storage]
    pub type SubtokenEnabled<T: Config> =
        StorageMap<_, Identity, NetUid, bool, ValueQuery, defaults::SubtokenEnabled<T::AccountId>>;

    /// Activity window in thousandths of a tempo.
    #[pallet::storage]
    pub type ActivityCutoffFactorMilli<T: Config> =
        StorageMap<_, Identity, NetUid, u32, ValueQuery, defaults::ActivityCutoffFactorMilli<T::AccountId>>;
}
