//! Weights: set, committed, revealed (`docs/rules/weights.md`).

macro_rules! weight_calls {
    ([$next:ident $($rest:ident)*] $($calls:tt)*) => { $next! { [$($rest)*] $($calls)*
        /// Sets the weights of the signing hotkey on the main mechanism of a subnet (`docs/rules/weights.md#setting`).
        /// Free.
        #[pallet::call_index(0)]
        #[pallet::weight((weights::set_weights::<T>(dests.len()), Pays::No))]
        pub fn set_weights(
            origin: OriginFor<T>,
            netuid: NetUid,
            dests: Vec<u16>,
            weights: Vec<u16>,
            version_key: u64,
        ) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            Self::weigh(&hotkey, netuid, MechId(0), &dests, &weights, version_key)
        }

        /// Commits the hash of weights on the main mechanism (`docs/rules/weights.md#commits`). Free.
        #[pallet::call_index(96)]
        #[pallet::weight((weights::commit_weights::<T>(), Pays::No))]
        pub fn commit_weights(origin: OriginFor<T>, netuid: NetUid, commit_hash: H256) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            Self::commit(hotkey, netuid, MechId(0), commit_hash)
        }

        /// Reveals committed weights on the main mechanism (`docs/rules/weights.md#reveals`). Free.
        #[pallet::call_index(97)]
        #[pallet::weight((weights::set_weights::<T>(uids.len()), Pays::No))]
        pub fn reveal_weights(
            origin: OriginFor<T>,
            netuid: NetUid,
            uids: Vec<u16>,
            values: Vec<u16>,
            salt: Vec<u16>,
            version_key: u64,
        ) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            Self::reveal(hotkey, netuid, MechId(0), uids, values, salt, version_key)
        }

        /// Commits the hash of weights on one mechanism (`docs/rules/weights.md#commits`). Free.
        #[pallet::call_index(115)]
        #[pallet::weight((weights::commit_weights::<T>(), Pays::No))]
        pub fn commit_mechanism_weights(
            origin: OriginFor<T>,
            netuid: NetUid,
            mecid: MechId,
            commit_hash: H256,
        ) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            Self::commit(hotkey, netuid, mecid, commit_hash)
        }

        /// Reveals committed weights on one mechanism (`docs/rules/weights.md#reveals`). Free.
        #[pallet::call_index(116)]
        #[pallet::weight((weights::set_weights::<T>(uids.len()), Pays::No))]
        pub fn reveal_mechanism_weights(
            origin: OriginFor<T>,
            netuid: NetUid,
            mecid: MechId,
            uids: Vec<u16>,
            values: Vec<u16>,
            salt: Vec<u16>,
            version_key: u64,
        ) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            Self::reveal(hotkey, netuid, mecid, uids, values, salt, version_key)
        }

        /// Sets the weights of the signing hotkey on one mechanism of a subnet (`docs/rules/weights.md#setting`). Free.
        #[pallet::call_index(119)]
        #[pallet::weight((weights::set_weights::<T>(dests.len()), Pays::No))]
        pub fn set_mechanism_weights(
            origin: OriginFor<T>,
            netuid: NetUid,
            mecid: MechId,
            dests: Vec<u16>,
            weights: Vec<u16>,
            version_key: u64,
        ) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            Self::weigh(&hotkey, netuid, mecid, &dests, &weights, version_key)
        }
    }};
}

pub(super) use weight_calls;
