//! Keys, stake and claims (`docs/rules/storage.md#keys-stake-and-claims`).

use frame_support::pallet_macros::*;

#[pallet_section]
mod keys {
    /// Reverse map.
    #[pallet::storage]
    pub type OwnedHotkeys<T: Config> = StorageMap<
        _,
        Blake2_128Concat,
        T::AccountId,
        Vec<T::AccountId>,
        ValueQuery,
        defaults::OwnedHotkeys<T::AccountId>,
    >;

    /// Hotkeys ever staked to (not pruned).
    #[pallet::storage]
    pub type StakingHotkeys<T: Config> = StorageMap<
        _,
        Blake2_128Concat,
        T::AccountId,
        Vec<T::AccountId>,
        ValueQuery,
        defaults::StakingHotkeys<T::AccountId>,
    >;

    /// Childkey take, over 65535.
    #[pallet::storage]
    pub type ChildkeyTake<T: Config> = StorageDoubleMap<
        _,
        Blake2_128Concat,
        T::AccountId,
        Identity,
        NetUid,
        u16,
        ValueQuery,
        defaults::ChildkeyTake<T::AccountId>,
    >;

    /// Children: share over `u64::MAX`, hotkey.
    #[pallet::storage]
    pub type ChildKeys<T: Config> = StorageDoubleMap<
        _,
        Blake2_128Concat,
        T::AccountId,
        Identity,
        NetUid,
        Vec<(u64, T::AccountId)>,
        ValueQuery,
        defaults::ChildKeys<T::AccountId>,
    >;

    /// Parents: share over `u64::MAX`, hotkey.
    #[pallet::storage]
    pub type ParentKeys<T: Config> = StorageDoubleMap<
        _,
        Blake2_128Concat,
        T::AccountId,
        Identity,
        NetUid,
        Vec<(u64, T::AccountId)>,
        ValueQuery,
        defaults::ParentKeys<T::AccountId>,
    >;

    /// Shared value of the pool.
    #[pallet::storage]
    pub type TotalHotkeyAlpha<T: Config> = StorageDoubleMap<
        _,
        Blake2_128Concat,
        T::AccountId,
        Identity,
        NetUid,
        AlphaBalance,
        ValueQuery,
        defaults::TotalHotkeyAlpha<T::AccountId>,
    >;

    /// Value at the last payout.
    #[pallet::storage]
    pub type TotalHotkeyAlphaLastEpoch<T: Config> = StorageDoubleMap<
        _,
        Blake2_128Concat,
        T::AccountId,
        Identity,
        NetUid,
        AlphaBalance,
        ValueQuery,
        defaults::TotalHotkeyAlphaLastEpoch<T::AccountId>,
    >;

    /// Denominator.
    #[pallet::storage]
    pub type TotalHotkeySharesV2<T: Config> = StorageDoubleMap<
        _,
        Blake2_128Concat,
        T::AccountId,
        Identity,
        NetUid,
        SafeFloat,
        ValueQuery,
        defaults::TotalHotkeySharesV2<T::AccountId>,
    >;

    /// Whether the hotkey has a uid here.
    #[pallet::storage]
    pub type IsNetworkMember<T: Config> = StorageDoubleMap<
        _,
        Blake2_128Concat,
        T::AccountId,
        Identity,
        NetUid,
        bool,
        ValueQuery,
        defaults::IsNetworkMember<T::AccountId>,
    >;

    /// Dividends to stakers, last epoch.
    #[pallet::storage]
    pub type AlphaDividendsPerSubnet<T: Config> = StorageDoubleMap<
        _,
        Identity,
        NetUid,
        Blake2_128Concat,
        T::AccountId,
        AlphaBalance,
        ValueQuery,
        defaults::AlphaDividendsPerSubnet<T::AccountId>,
    >;

    /// Root dividends, last epoch.
    #[pallet::storage]
    pub type RootAlphaDividendsPerSubnet<T: Config> = StorageDoubleMap<
        _,
        Identity,
        NetUid,
        Blake2_128Concat,
        T::AccountId,
        AlphaBalance,
        ValueQuery,
        defaults::RootAlphaDividendsPerSubnet<T::AccountId>,
    >;

    /// Hotkey receiving miner rewards.
    #[pallet::storage]
    pub type AutoStakeDestination<T: Config> =
        StorageDoubleMap<_, Blake2_128Concat, T::AccountId, Identity, NetUid, T::AccountId, OptionQuery>;

    /// Block of the last change of a stake.
    #[pallet::storage]
    pub type LastColdkeyHotkeyStakeBlock<T: Config> =
        StorageDoubleMap<_, Twox64Concat, T::AccountId, Twox64Concat, T::AccountId, u64, OptionQuery>;

    /// Root dividends of a hotkey by subnet, per unit of root stake, cumulative.
    #[pallet::storage]
    pub type RootClaimable<T: Config> = StorageMap<
        _,
        Blake2_128Concat,
        T::AccountId,
        BTreeMap<NetUid, I96F32>,
        ValueQuery,
        defaults::RootClaimable<T::AccountId>,
    >;

    /// What a claim of root dividends turns into.
    #[pallet::storage]
    pub type RootClaimType<T: Config> = StorageMap<
        _,
        Blake2_128Concat,
        T::AccountId,
        RootClaimTypeEnum,
        ValueQuery,
        defaults::RootClaimType<T::AccountId>,
    >;

    /// Auto-claim index.
    #[pallet::storage]
    pub type StakingColdkeysByIndex<T: Config> = StorageMap<_, Identity, u64, T::AccountId, OptionQuery>;

    /// Place of a coldkey in the auto-claim index.
    #[pallet::storage]
    pub type StakingColdkeys<T: Config> = StorageMap<_, Identity, T::AccountId, u64, OptionQuery>;

    /// Where the next claim of root dividends goes on in `StakingHotkeys`, of a list too long for one.
    #[pallet::storage]
    pub type RootClaimCursor<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, u64, ValueQuery, defaults::RootClaimCursor<T::AccountId>>;

    /// Root validators auto-parent new subnets.
    #[pallet::storage]
    pub type AutoParentDelegationEnabled<T: Config> = StorageMap<
        _,
        Blake2_128Concat,
        T::AccountId,
        bool,
        ValueQuery,
        defaults::AutoParentDelegationEnabled<T::AccountId>,
    >;

    /// The coldkey that owns a hotkey; an entry means that the hotkey exists.
    #[pallet::storage]
    pub type Owner<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, T::AccountId, ValueQuery, ZeroAccount<T::AccountId>>;

    /// Take of a delegate, over 65535; an entry means that the hotkey is a delegate.
    #[pallet::storage]
    pub type Delegates<T: Config> =
        StorageMap<_, Blake2_128Concat, T::AccountId, u16, ValueQuery, ConstU16<DEFAULT_DELEGATE_TAKE>>;

    /// Share of a coldkey in the stake pool of a hotkey.
    #[pallet::storage]
    pub type AlphaV2<T: Config> = StorageNMap<
        _,
        (
            NMapKey<Blake2_128Concat, T::AccountId>,
            NMapKey<Blake2_128Concat, T::AccountId>,
            NMapKey<Identity, NetUid>,
        ),
        SafeFloat,
        ValueQuery,
    >;

    /// What a coldkey has claimed of, or never earned from, root dividends.
    #[pallet::storage]
    pub type RootClaimed<T: Config> = StorageNMap<
        _,
        (
            NMapKey<Identity, NetUid>,
            NMapKey<Blake2_128Concat, T::AccountId>,
            NMapKey<Blake2_128Concat, T::AccountId>,
        ),
        u128,
        ValueQuery,
    >;

    /// Children that take effect after a block.
    #[pallet::storage]
    pub type PendingChildKeys<T: Config> = StorageDoubleMap<
        _,
        Identity,
        NetUid,
        Blake2_128Concat,
        T::AccountId,
        (Vec<(u64, T::AccountId)>, u64),
        ValueQuery,
    >;

    /// The last of the scheduled children that the last epoch looked at, where there are too many for one.
    #[pallet::storage]
    pub type PendingChildKeysCursor<T: Config> = StorageMap<_, Identity, NetUid, T::AccountId, OptionQuery>;

    /// Blocks until new children take effect.
    #[pallet::storage]
    pub type PendingChildKeyCooldown<T: Config> = StorageValue<_, u64, ValueQuery, ConstU64<7_200>>;

    /// Block of the last operation of a kind (`docs/rules/hyperparameters.md#rate-limits`).
    #[pallet::storage]
    pub type TransactionKeyLastBlock<T: Config> = StorageNMap<
        _,
        (
            NMapKey<Blake2_128Concat, T::AccountId>,
            NMapKey<Identity, NetUid>,
            NMapKey<Identity, u16>,
        ),
        u64,
        ValueQuery,
    >;

    /// Block of the last operation that a rate limit names.
    #[pallet::storage]
    pub type LastRateLimitedBlock<T: Config> = StorageMap<_, Identity, RateLimitKey<T::AccountId>, u64, ValueQuery>;

    /// Who a coldkey says that it is.
    #[pallet::storage]
    pub type IdentitiesV2<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, ChainIdentityV2, OptionQuery>;
}
