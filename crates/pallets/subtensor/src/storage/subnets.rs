//! Life of a subnet and registration on it (`docs/rules/storage.md#subnets-and-registration`).

use frame_support::pallet_macros::*;

#[pallet_section]
mod subnets {
    /// Which subnets exist.
    #[pallet::storage]
    pub type NetworksAdded<T: Config> =
        StorageMap<_, Identity, NetUid, bool, ValueQuery, defaults::NetworksAdded<T::AccountId>>;

    /// 0 stable, 1 dynamic.
    #[pallet::storage]
    pub type SubnetMechanism<T: Config> =
        StorageMap<_, Identity, NetUid, u16, ValueQuery, defaults::SubnetMechanism<T::AccountId>>;

    /// Block of registration.
    #[pallet::storage]
    pub type NetworkRegisteredAt<T: Config> =
        StorageMap<_, Identity, NetUid, u64, ValueQuery, defaults::NetworkRegisteredAt<T::AccountId>>;

    /// Times the netuid was registered.
    #[pallet::storage]
    pub type RegisteredSubnetCounter<T: Config> =
        StorageMap<_, Identity, NetUid, u64, ValueQuery, defaults::RegisteredSubnetCounter<T::AccountId>>;

    /// Symbol of the alpha, UTF-8.
    #[pallet::storage]
    pub type TokenSymbol<T: Config> =
        StorageMap<_, Identity, NetUid, Vec<u8>, ValueQuery, defaults::TokenSymbol<T::AccountId>>;

    /// Whether neurons may register.
    #[pallet::storage]
    pub type NetworkRegistrationAllowed<T: Config> =
        StorageMap<_, Identity, NetUid, bool, ValueQuery, defaults::NetworkRegistrationAllowed<T::AccountId>>;

    /// Price of a neuron.
    #[pallet::storage]
    pub type Burn<T: Config> = StorageMap<_, Identity, NetUid, TaoBalance, ValueQuery, defaults::Burn<T::AccountId>>;

    /// Lower bound of the price of a neuron.
    #[pallet::storage]
    pub type MinBurn<T: Config> =
        StorageMap<_, Identity, NetUid, TaoBalance, ValueQuery, defaults::MinBurn<T::AccountId>>;

    /// Upper bound of the price of a neuron.
    #[pallet::storage]
    pub type MaxBurn<T: Config> =
        StorageMap<_, Identity, NetUid, TaoBalance, ValueQuery, defaults::MaxBurn<T::AccountId>>;

    /// Blocks in which the price of a neuron halves.
    #[pallet::storage]
    pub type BurnHalfLife<T: Config> =
        StorageMap<_, Identity, NetUid, u16, ValueQuery, defaults::BurnHalfLife<T::AccountId>>;

    /// Factor on the price of a neuron at each registration.
    #[pallet::storage]
    pub type BurnIncreaseMult<T: Config> =
        StorageMap<_, Identity, NetUid, U64F64, ValueQuery, defaults::BurnIncreaseMult<T::AccountId>>;

    /// What registrations have cost in sum.
    #[pallet::storage]
    pub type RAORecycledForRegistration<T: Config> =
        StorageMap<_, Identity, NetUid, TaoBalance, ValueQuery, defaults::RAORecycledForRegistration<T::AccountId>>;

    /// Registrations in this block.
    #[pallet::storage]
    pub type RegistrationsThisBlock<T: Config> =
        StorageMap<_, Identity, NetUid, u16, ValueQuery, defaults::RegistrationsThisBlock<T::AccountId>>;

    /// Registrations in the current interval (root only).
    #[pallet::storage]
    pub type RegistrationsThisInterval<T: Config> =
        StorageMap<_, Identity, NetUid, u16, ValueQuery, defaults::RegistrationsThisInterval<T::AccountId>>;

    /// Registrations that a block may have (root only).
    #[pallet::storage]
    pub type MaxRegistrationsPerBlock<T: Config> =
        StorageMap<_, Identity, NetUid, u16, ValueQuery, defaults::MaxRegistrationsPerBlock<T::AccountId>>;

    /// A third of the registrations that an interval may have (root only).
    #[pallet::storage]
    pub type TargetRegistrationsPerInterval<T: Config> =
        StorageMap<_, Identity, NetUid, u16, ValueQuery, defaults::TargetRegistrationsPerInterval<T::AccountId>>;

    /// Coldkey of the owner of a subnet.
    #[pallet::storage]
    pub type SubnetOwner<T: Config> =
        StorageMap<_, Identity, NetUid, T::AccountId, ValueQuery, ZeroAccount<T::AccountId>>;

    /// Hotkey of the owner of a subnet.
    #[pallet::storage]
    pub type SubnetOwnerHotkey<T: Config> =
        StorageMap<_, Identity, NetUid, T::AccountId, ValueQuery, ZeroAccount<T::AccountId>>;

    /// What a subnet says that it is.
    #[pallet::storage]
    pub type SubnetIdentitiesV3<T: Config> = StorageMap<_, Blake2_128Concat, NetUid, SubnetIdentityV3, OptionQuery>;

    /// Blocks between announcements of an endpoint.
    #[pallet::storage]
    pub type ServingRateLimit<T: Config> = StorageMap<_, Identity, NetUid, u64, ValueQuery, ConstU64<50>>;

    /// Lower bound of the number of neurons that the owner may choose.
    #[pallet::storage]
    pub type MinAllowedUids<T: Config> =
        StorageMap<_, Identity, NetUid, u16, ValueQuery, defaults::MinAllowedUids<T::AccountId>>;

    /// Epochs between a commit of weights and its reveal.
    #[pallet::storage]
    pub type RevealPeriodEpochs<T: Config> = StorageMap<_, Twox64Concat, NetUid, u64, ValueQuery, ConstU64<1>>;

    /// Whether a commitment may ask for its bonds to be reset.
    #[pallet::storage]
    pub type BondsResetOn<T: Config> = StorageMap<_, Identity, NetUid, bool, ValueQuery>;
}
