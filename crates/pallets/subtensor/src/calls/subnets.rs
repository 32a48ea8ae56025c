//! Subnets: bought, started, named, ended (`docs/rules/subnets.md`).

macro_rules! subnet_calls {
    ([$next:ident $($rest:ident)*] $($calls:tt)*) => { $next! { [$($rest)*] $($calls)*
        /// Buys a subnet, with a hotkey of the owner as its first neuron (`docs/rules/subnets.md#creation`).
        #[pallet::call_index(59)]
        #[pallet::weight(weights::register_network::<T>())]
        pub fn register_network(origin: OriginFor<T>, hotkey: T::AccountId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::buy_network(&who, &hotkey).map(drop)
        }

        /// Says what a subnet is (`docs/rules/endpoints.md#identity-of-a-subnet`). For its owner.
        #[pallet::call_index(78)]
        #[pallet::weight(weights::identity::<T>())]
        pub fn set_subnet_identity(
            origin: OriginFor<T>,
            netuid: NetUid,
            subnet_name: Vec<u8>,
            github_repo: Vec<u8>,
            subnet_contact: Vec<u8>,
            subnet_url: Vec<u8>,
            discord: Vec<u8>,
            description: Vec<u8>,
            logo_url: Vec<u8>,
            additional: Vec<u8>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            ensure!(SubnetOwner::<T>::try_get(netuid) == Ok(who), Error::<T>::NotSubnetOwner);
            let identity = SubnetIdentityV3 {
                subnet_name,
                github_repo,
                subnet_contact,
                subnet_url,
                discord,
                description,
                logo_url,
                additional,
            };
            Self::identify_subnet(netuid, identity)
        }

        /// Buys a subnet and says what it is (`docs/rules/subnets.md#creation`).
        #[pallet::call_index(79)]
        #[pallet::weight(weights::register_network::<T>())]
        pub fn register_network_with_identity(
            origin: OriginFor<T>,
            hotkey: T::AccountId,
            identity: Option<SubnetIdentityV3>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let netuid = Self::buy_network(&who, &hotkey)?;
            identity.map_or(Ok(()), |identity| Self::identify_subnet(netuid, identity))
        }

        /// Starts a subnet: staking and emission begin (`docs/rules/subnets.md#start-call`).
        #[pallet::call_index(92)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn start_call(origin: OriginFor<T>, netuid: NetUid) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| networks::start_call(chain, &who, netuid))
        }

        /// Gives the alpha of a subnet a free symbol of the table (`docs/rules/subnets.md#symbol`). For its owner, or
        /// root.
        #[pallet::call_index(112)]
        #[pallet::weight(weights::identity::<T>())]
        pub fn update_symbol(origin: OriginFor<T>, netuid: NetUid, symbol: Vec<u8>) -> DispatchResult {
            Self::ensure_owner_or_root(origin, netuid)?;
            Self::change_symbol(netuid, symbol)
        }

        /// Ends a subnet and pays its stakers (`docs/rules/subnets.md#dissolving`). For root.
        #[pallet::call_index(120)]
        #[pallet::weight(weights::register_network::<T>())]
        pub fn root_dissolve_network(origin: OriginFor<T>, netuid: NetUid) -> DispatchResult {
            ensure_root(origin)?;
            Self::apply(|chain| networks::dissolve(chain, netuid))
        }

        /// Sets the blocks between epochs (`docs/rules/epochs.md#calls-of-the-owner`). For the owner.
        #[pallet::call_index(139)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn set_tempo(origin: OriginFor<T>, netuid: NetUid, tempo: u16) -> DispatchResult {
            let who = Self::ensure_owner(origin, netuid)?;
            Self::change_tempo(who, netuid, tempo)
        }

        /// Sets the activity window in thousandths of a tempo (`docs/rules/epochs.md#calls-of-the-owner`). For the
        /// owner, or root.
        #[pallet::call_index(140)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn set_activity_cutoff_factor(origin: OriginFor<T>, netuid: NetUid, factor_milli: u32) -> DispatchResult {
            let owner = Self::ensure_owner_or_root(origin, netuid)?;
            Self::change_activity_cutoff(owner.is_some(), netuid, factor_milli)
        }

        /// Asks for an epoch before its time (`docs/rules/epochs.md#calls-of-the-owner`). For the owner.
        #[pallet::call_index(141)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn trigger_epoch(origin: OriginFor<T>, netuid: NetUid) -> DispatchResult {
            let who = Self::ensure_owner(origin, netuid)?;
            Self::ask_for_epoch(who, netuid)
        }
    }};
}

pub(super) use subnet_calls;
