//! Totals and parameters of the whole market (`docs/rules/storage.md#totals-and-parameters`,
//! `docs/rules/hyperparameters.md#of-the-whole-chain`).

use frame_support::pallet_macros::*;

#[pallet_section]
mod globals {
    /// TAO issuance that drives halving.
    #[pallet::storage]
    pub type TotalIssuance<T: Config> = StorageValue<_, TaoBalance, ValueQuery, defaults::TotalIssuance<T::AccountId>>;

    /// Sum of pool TAO, with the drifts that `docs/rules/pool.md#books` states.
    #[pallet::storage]
    pub type TotalStake<T: Config> = StorageValue<_, TaoBalance, ValueQuery, defaults::TotalStake<T::AccountId>>;

    /// Last emission that was computed in a block (`docs/rules/issuance.md#block-emission`).
    #[pallet::storage]
    pub type BlockEmission<T: Config> = StorageValue<_, u64, ValueQuery, defaults::BlockEmission<T::AccountId>>;

    /// EMA coefficient.
    #[pallet::storage]
    pub type SubnetMovingAlpha<T: Config> =
        StorageValue<_, I96F32, ValueQuery, defaults::SubnetMovingAlpha<T::AccountId>>;

    /// Weight of root stake, over `u64::MAX`.
    #[pallet::storage]
    pub type TaoWeight<T: Config> = StorageValue<_, u64, ValueQuery, defaults::TaoWeight<T::AccountId>>;

    /// Burned share of childkey dividends, over `u64::MAX`.
    #[pallet::storage]
    pub type CKBurn<T: Config> = StorageValue<_, u64, ValueQuery, defaults::CKBurn<T::AccountId>>;

    /// The owner's share of alpha emission, over 65535.
    #[pallet::storage]
    pub type SubnetOwnerCut<T: Config> = StorageValue<_, u16, ValueQuery, defaults::SubnetOwnerCut<T::AccountId>>;

    /// Bar of the gate between two refreshes.
    #[pallet::storage]
    pub type EmissionGateBar<T: Config> = StorageValue<_, U64F64, OptionQuery>;

    /// Rank of the share that is the bar of the gate; zero for the quantile.
    #[pallet::storage]
    pub type EmissionBarRank<T: Config> = StorageValue<_, u16, ValueQuery, defaults::EmissionBarRank<T::AccountId>>;

    /// Part of the mass that shares down to the bar have, where it is of no rank.
    #[pallet::storage]
    pub type EmissionBarQuantile<T: Config> =
        StorageValue<_, U64F64, ValueQuery, defaults::EmissionBarQuantile<T::AccountId>>;

    /// Exponent of the gate's hurdle.
    #[pallet::storage]
    pub type EmissionGateExponent<T: Config> =
        StorageValue<_, U64F64, ValueQuery, defaults::EmissionGateExponent<T::AccountId>>;

    /// Epochs that one block may run.
    #[pallet::storage]
    pub type MaxEpochsPerBlock<T: Config> = StorageValue<_, u8, ValueQuery, defaults::MaxEpochsPerBlock<T::AccountId>>;

    /// Blocks before an epoch in which hyperparameters are fixed.
    #[pallet::storage]
    pub type AdminFreezeWindow<T: Config> = StorageValue<_, u16, ValueQuery, defaults::AdminFreezeWindow<T::AccountId>>;

    /// Stake that setting weights takes.
    #[pallet::storage]
    pub type StakeThreshold<T: Config> = StorageValue<_, u64, ValueQuery, defaults::StakeThreshold<T::AccountId>>;

    /// Least stake of a nominator, millionths of the minimum stake.
    #[pallet::storage]
    pub type NominatorMinRequiredStake<T: Config> =
        StorageValue<_, u64, ValueQuery, defaults::NominatorMinRequiredStake<T::AccountId>>;

    /// Lower bound of a take, over 65535.
    #[pallet::storage]
    pub type MinDelegateTake<T: Config> = StorageValue<_, u16, ValueQuery, defaults::MinDelegateTake<T::AccountId>>;

    /// Upper bound of a take, over 65535.
    #[pallet::storage]
    pub type MaxDelegateTake<T: Config> = StorageValue<_, u16, ValueQuery, defaults::MaxDelegateTake<T::AccountId>>;

    /// Lower bound of a childkey take, over 65535.
    #[pallet::storage]
    pub type MinChildkeyTake<T: Config> = StorageValue<_, u16, ValueQuery, defaults::MinChildkeyTake<T::AccountId>>;

    /// Upper bound of a childkey take, over 65535.
    #[pallet::storage]
    pub type MaxChildkeyTake<T: Config> = StorageValue<_, u16, ValueQuery, defaults::MaxChildkeyTake<T::AccountId>>;

    /// Blocks between increases of a take.
    #[pallet::storage]
    pub type TxDelegateTakeRateLimit<T: Config> =
        StorageValue<_, u64, ValueQuery, defaults::TxDelegateTakeRateLimit<T::AccountId>>;

    /// Count including root.
    #[pallet::storage]
    pub type TotalNetworks<T: Config> = StorageValue<_, u16, ValueQuery, defaults::TotalNetworks<T::AccountId>>;

    /// How many subnets there may be beside root.
    #[pallet::storage]
    pub type SubnetLimit<T: Config> = StorageValue<_, u16, ValueQuery, defaults::SubnetLimit<T::AccountId>>;

    /// Blocks for which a new subnet is not pruned.
    #[pallet::storage]
    pub type NetworkImmunityPeriod<T: Config> =
        StorageValue<_, u64, ValueQuery, defaults::NetworkImmunityPeriod<T::AccountId>>;

    /// Blocks between registration and start call.
    #[pallet::storage]
    pub type StartCallDelay<T: Config> = StorageValue<_, u64, ValueQuery, defaults::StartCallDelay<T::AccountId>>;

    /// Registration opening; legacy-refund boundary.
    #[pallet::storage]
    pub type NetworkRegistrationStartBlock<T: Config> =
        StorageValue<_, u64, ValueQuery, defaults::NetworkRegistrationStartBlock<T::AccountId>>;

    /// Registrations after this block leave the alpha of their pool to the chain (`docs/rules/subnets.md#dissolving`
    /// step 3).
    #[pallet::storage]
    pub type TaoInRefundDeploymentBlock<T: Config> =
        StorageValue<_, u64, ValueQuery, defaults::TaoInRefundDeploymentBlock<T::AccountId>>;

    /// Smallest price of a subnet.
    #[pallet::storage]
    pub type NetworkMinLockCost<T: Config> =
        StorageValue<_, TaoBalance, ValueQuery, defaults::NetworkMinLockCost<T::AccountId>>;

    /// Price of the last subnet registered.
    #[pallet::storage]
    pub type NetworkLastLockCost<T: Config> =
        StorageValue<_, TaoBalance, ValueQuery, defaults::NetworkLastLockCost<T::AccountId>>;

    /// Blocks in which the price of a subnet falls by its last value.
    #[pallet::storage]
    pub type NetworkLockReductionInterval<T: Config> =
        StorageValue<_, u64, ValueQuery, defaults::NetworkLockReductionInterval<T::AccountId>>;

    /// Blocks between registrations of subnets.
    #[pallet::storage]
    pub type NetworkRateLimit<T: Config> = StorageValue<_, u64, ValueQuery, defaults::NetworkRateLimit<T::AccountId>>;

    /// Coldkeys whose root dividends are claimed in a block.
    #[pallet::storage]
    pub type NumRootClaim<T: Config> = StorageValue<_, u64, ValueQuery, defaults::NumRootClaim<T::AccountId>>;

    /// Coldkeys in the auto-claim index.
    #[pallet::storage]
    pub type NumStakingColdkeys<T: Config> =
        StorageValue<_, u64, ValueQuery, defaults::NumStakingColdkeys<T::AccountId>>;

    /// Hyperparameters that registration writes for a new subnet.
    #[pallet::storage]
    pub type NewSubnetDefaults<T: Config> =
        StorageValue<_, NewSubnet, ValueQuery, defaults::NewSubnetDefaults<T::AccountId>>;

    /// The dated rules that share the TAO of a block among the subnets.
    #[pallet::storage]
    pub type EmissionRules<T: Config> = StorageValue<_, RuleSet, ValueQuery>;

    /// Blocks between key swaps of a coldkey.
    #[pallet::storage]
    pub type TxRateLimit<T: Config> = StorageValue<_, u64, ValueQuery, ConstU64<1_000>>;

    /// Blocks between increases of a childkey take.
    #[pallet::storage]
    pub type TxChildkeyTakeRateLimit<T: Config> = StorageValue<_, u64, ValueQuery, ConstU64<216_000>>;

    /// Tempos between changes of a hyperparameter by the owner.
    #[pallet::storage]
    pub type OwnerHyperparamRateLimit<T: Config> = StorageValue<_, u16, ValueQuery, ConstU16<2>>;

    /// Tempos between changes of the version of weights by the owner.
    #[pallet::storage]
    pub type WeightsVersionKeyRateLimit<T: Config> = StorageValue<_, u64, ValueQuery, ConstU64<5>>;

    /// How many consensus mechanisms a subnet may have.
    #[pallet::storage]
    pub type MaxMechanismCount<T: Config> = StorageValue<_, u8, ValueQuery, ConstU8<2>>;

    /// Version of timelocked commits that is accepted.
    #[pallet::storage]
    pub type CommitRevealWeightsVersion<T: Config> = StorageValue<_, u16, ValueQuery, ConstU16<4>>;

    /// Blocks between the announcement of a coldkey swap and the swap.
    #[pallet::storage]
    pub type ColdkeySwapAnnouncementDelay<T: Config> = StorageValue<_, u32, ValueQuery, ConstU32<36_000>>;

    /// Blocks before an announced swap may be announced anew.
    #[pallet::storage]
    pub type ColdkeySwapReannouncementDelay<T: Config> = StorageValue<_, u32, ValueQuery, ConstU32<7_200>>;
}
