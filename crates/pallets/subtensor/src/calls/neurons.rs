//! Neurons: registration, endpoints, takes, children, identities (`docs/rules/neurons.md`, `docs/rules/endpoints.md`,
//! `docs/rules/delegation.md`).

macro_rules! neuron_calls {
    ([$next:ident $($rest:ident)*] $($calls:tt)*) => { $next! { [$($rest)*] $($calls)*
        /// Announces where the signing hotkey serves (`docs/rules/endpoints.md#axon`). Free.
        #[pallet::call_index(4)]
        #[pallet::weight((weights::serve::<T>(), Pays::No))]
        pub fn serve_axon(
            origin: OriginFor<T>,
            netuid: NetUid,
            version: u32,
            ip: u128,
            port: u16,
            ip_type: u8,
            protocol: u8,
            placeholder1: u8,
            placeholder2: u8,
        ) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            let axon = AxonInfo {
                block: 0,
                version,
                ip,
                port,
                ip_type,
                protocol,
                placeholder1,
                placeholder2,
            };
            Self::announce_axon(hotkey, netuid, axon, None)
        }

        /// Announces where the signing hotkey shows its metrics (`docs/rules/endpoints.md#prometheus`). Free.
        #[pallet::call_index(5)]
        #[pallet::weight((weights::serve::<T>(), Pays::No))]
        pub fn serve_prometheus(
            origin: OriginFor<T>,
            netuid: NetUid,
            version: u32,
            ip: u128,
            port: u16,
            ip_type: u8,
        ) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            Self::announce_prometheus(
                hotkey,
                netuid,
                PrometheusInfo {
                    block: 0,
                    version,
                    ip,
                    port,
                    ip_type,
                },
            )
        }

        /// Puts one coldkey in the place of another at once. Root only; the old one pays the cost
        /// (`docs/rules/coldkey-swap.md#announcement`).
        #[pallet::call_index(71)]
        #[pallet::weight(weights::swap_coldkey::<T>())]
        pub fn swap_coldkey(
            origin: OriginFor<T>,
            old_coldkey: T::AccountId,
            new_coldkey: T::AccountId,
            swap_cost: TaoBalance,
        ) -> DispatchResult {
            ensure_root(origin)?;
            Self::rule(|chain| coldkey_swap::pay_for_coldkey_swap(chain, &old_coldkey, swap_cost))?;
            Self::exchange_coldkey(old_coldkey, new_coldkey)
        }

        /// Announces that another coldkey will take the place of the signing one, by its hash
        /// (`docs/rules/coldkey-swap.md#announcement`).
        #[pallet::call_index(125)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn announce_coldkey_swap(origin: OriginFor<T>, new_coldkey_hash: H256) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::announce_swap(who, new_coldkey_hash)
        }

        /// Makes the announced coldkey swap, once its time has come (`docs/rules/coldkey-swap.md#announcement`).
        #[pallet::call_index(126)]
        #[pallet::weight(weights::swap_coldkey::<T>())]
        pub fn swap_coldkey_announced(origin: OriginFor<T>, new_coldkey: T::AccountId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::swap_announced(who, new_coldkey)
        }

        /// Disputes the announced coldkey swap: the account can do nothing until root acts
        /// (`docs/rules/coldkey-swap.md#announcement`).
        #[pallet::call_index(127)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn dispute_coldkey_swap(origin: OriginFor<T>) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::dispute_swap(who)
        }

        /// Clears announcement and dispute of a coldkey swap. Root only (`docs/rules/coldkey-swap.md#announcement`).
        #[pallet::call_index(128)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn reset_coldkey_swap(origin: OriginFor<T>, coldkey: T::AccountId) -> DispatchResult {
            ensure_root(origin)?;
            Self::reset_swap(coldkey);
            Ok(())
        }

        /// Takes the announcement of a coldkey swap back, a while after its time
        /// (`docs/rules/coldkey-swap.md#announcement`).
        #[pallet::call_index(133)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn clear_coldkey_swap_announcement(origin: OriginFor<T>) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::clear_swap(who)
        }

        /// Buys a uid; the work of older times is ignored (`docs/rules/neurons.md#registration`).
        #[pallet::call_index(6)]
        #[pallet::weight(weights::register::<T>())]
        pub fn register(
            origin: OriginFor<T>,
            netuid: NetUid,
            _block_number: u64,
            _nonce: u64,
            _work: Vec<u8>,
            hotkey: T::AccountId,
            _coldkey: T::AccountId,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| registration::register(chain, &who, &hotkey, netuid, None))
        }

        /// Buys a uid on a subnet for a hotkey (`docs/rules/neurons.md#registration`).
        #[pallet::call_index(7)]
        #[pallet::weight(weights::register::<T>())]
        pub fn burned_register(origin: OriginFor<T>, netuid: NetUid, hotkey: T::AccountId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| registration::register(chain, &who, &hotkey, netuid, None))
        }

        /// Announces where the signing hotkey serves, and its public key (`docs/rules/endpoints.md#axon`). Free.
        #[pallet::call_index(40)]
        #[pallet::weight((weights::serve::<T>(), Pays::No))]
        pub fn serve_axon_tls(
            origin: OriginFor<T>,
            netuid: NetUid,
            version: u32,
            ip: u128,
            port: u16,
            ip_type: u8,
            protocol: u8,
            placeholder1: u8,
            placeholder2: u8,
            certificate: Vec<u8>,
        ) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            let axon = AxonInfo {
                block: 0,
                version,
                ip,
                port,
                ip_type,
                protocol,
                placeholder1,
                placeholder2,
            };
            Self::announce_axon(hotkey, netuid, axon, NeuronCertificate::parse(&certificate))
        }

        /// Takes a uid on root (`docs/rules/root.md#registration`).
        #[pallet::call_index(62)]
        #[pallet::weight(weights::register::<T>())]
        pub fn root_register(origin: OriginFor<T>, hotkey: T::AccountId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| registration::root_register(chain, &who, &hotkey))
        }

        /// Lowers the take of a delegate (`docs/rules/delegation.md#delegate-take`). Free.
        #[pallet::call_index(65)]
        #[pallet::weight((weights::simple::<T>(), Pays::No))]
        pub fn decrease_take(origin: OriginFor<T>, hotkey: T::AccountId, take: u16) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| delegation::decrease_take(chain, &who, &hotkey, take))
        }

        /// Raises the take of a delegate (`docs/rules/delegation.md#delegate-take`). Free.
        #[pallet::call_index(66)]
        #[pallet::weight((weights::simple::<T>(), Pays::No))]
        pub fn increase_take(origin: OriginFor<T>, hotkey: T::AccountId, take: u16) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| delegation::increase_take(chain, &who, &hotkey, take))
        }

        /// Lends shares of a hotkey's stake weight to other hotkeys (`docs/rules/delegation.md#children`).
        #[pallet::call_index(67)]
        #[pallet::weight(weights::children::<T>(Pallet::<T>::crowded(*netuid, children)))]
        pub fn set_children(
            origin: OriginFor<T>,
            hotkey: T::AccountId,
            netuid: NetUid,
            children: Vec<(u64, T::AccountId)>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::schedule_children(&who, hotkey, netuid, children)
        }

        /// Says who the signing coldkey is (`docs/rules/endpoints.md#identity-of-a-coldkey`).
        #[pallet::call_index(68)]
        #[pallet::weight(weights::identity::<T>())]
        pub fn set_identity(
            origin: OriginFor<T>,
            name: Vec<u8>,
            url: Vec<u8>,
            github_repo: Vec<u8>,
            image: Vec<u8>,
            discord: Vec<u8>,
            description: Vec<u8>,
            additional: Vec<u8>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            let identity = ChainIdentityV2 {
                name,
                url,
                github_repo,
                image,
                discord,
                description,
                additional,
            };
            Self::identify(who, identity)
        }

        /// Sets what a child keeps of its parents' dividends (`docs/rules/delegation.md#childkey-take`).
        #[pallet::call_index(75)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn set_childkey_take(
            origin: OriginFor<T>,
            hotkey: T::AccountId,
            netuid: NetUid,
            take: u16,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::change_childkey_take(&who, &hotkey, netuid, take)
        }

        /// Makes a hotkey that nobody owns the signer's (`docs/rules/endpoints.md#binding-a-hotkey`).
        #[pallet::call_index(91)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn try_associate_hotkey(origin: OriginFor<T>, hotkey: T::AccountId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| hotkeys::associate_hotkey(chain, &who, &hotkey))
        }

        /// Sets after how many blocks new children take effect. For root.
        #[pallet::call_index(109)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn set_pending_childkey_cooldown(origin: OriginFor<T>, cooldown: u64) -> DispatchResult {
            ensure_root(origin)?;
            PendingChildKeyCooldown::<T>::put(cooldown);
            Ok(())
        }

        /// Buys a uid if it costs no more than `limit_price` rao (`docs/rules/neurons.md#registration`).
        #[pallet::call_index(134)]
        #[pallet::weight(weights::register::<T>())]
        pub fn register_limit(
            origin: OriginFor<T>,
            netuid: NetUid,
            hotkey: T::AccountId,
            limit_price: u64,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| registration::register(chain, &who, &hotkey, netuid, Some(limit_price)))
        }
    }};
}

pub(super) use neuron_calls;
