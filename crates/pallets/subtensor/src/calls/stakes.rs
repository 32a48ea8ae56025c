//! Stake: bought, sold, moved, burned, and what root stake earns (`docs/rules/staking.md` and `docs/rules/root.md`).

macro_rules! stake_calls {
    ([$next:ident $($rest:ident)*] $($calls:tt)*) => { $next! { [$($rest)*] $($calls)*
        /// Buys alpha of a subnet with TAO and stakes it to a hotkey (`docs/rules/staking.md#adding-stake`).
        #[pallet::call_index(2)]
        #[pallet::weight(weights::stake::<T>())]
        pub fn add_stake(
            origin: OriginFor<T>,
            hotkey: T::AccountId,
            netuid: NetUid,
            amount_staked: TaoBalance,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| staking::add_stake(chain, &who, &hotkey, netuid, amount_staked))
        }

        /// Sells staked alpha (`docs/rules/staking.md#removing-stake`).
        #[pallet::call_index(3)]
        #[pallet::weight(weights::stake::<T>())]
        pub fn remove_stake(
            origin: OriginFor<T>,
            hotkey: T::AccountId,
            netuid: NetUid,
            amount_unstaked: AlphaBalance,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| staking::remove_stake(chain, &who, &hotkey, netuid, amount_unstaked))?;
            Self::forget_children_if_poor(&hotkey);
            Ok(())
        }

        /// Sells all alpha staked to a hotkey, on every subnet (`docs/rules/staking.md#removing-stake`).
        #[pallet::call_index(83)]
        #[pallet::weight(weights::unstake_all::<T>(TotalNetworks::<T>::get()))]
        pub fn unstake_all(origin: OriginFor<T>, hotkey: T::AccountId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| staking::unstake_all(chain, &who, &hotkey))
        }

        /// Sells all alpha staked to a hotkey and stakes the TAO on root (`docs/rules/staking.md#removing-stake`).
        #[pallet::call_index(84)]
        #[pallet::weight(weights::unstake_all::<T>(TotalNetworks::<T>::get()))]
        pub fn unstake_all_alpha(origin: OriginFor<T>, hotkey: T::AccountId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| staking::unstake_all_alpha(chain, &who, &hotkey))
        }

        /// Moves stake to another hotkey (`docs/rules/staking.md#moving-stake`).
        #[pallet::call_index(85)]
        #[pallet::weight(weights::move_stake::<T>())]
        pub fn move_stake(
            origin: OriginFor<T>,
            origin_hotkey: T::AccountId,
            destination_hotkey: T::AccountId,
            origin_netuid: NetUid,
            destination_netuid: NetUid,
            alpha_amount: AlphaBalance,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| {
                stake_moves::move_stake(
                    chain,
                    &who,
                    &origin_hotkey,
                    &destination_hotkey,
                    origin_netuid,
                    destination_netuid,
                    alpha_amount,
                )
            })
        }

        /// Gives stake to another coldkey (`docs/rules/staking.md#moving-stake`).
        #[pallet::call_index(86)]
        #[pallet::weight(weights::move_stake::<T>())]
        pub fn transfer_stake(
            origin: OriginFor<T>,
            destination_coldkey: T::AccountId,
            hotkey: T::AccountId,
            origin_netuid: NetUid,
            destination_netuid: NetUid,
            alpha_amount: AlphaBalance,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| {
                stake_moves::transfer_stake(
                    chain,
                    &who,
                    &destination_coldkey,
                    &hotkey,
                    origin_netuid,
                    destination_netuid,
                    alpha_amount,
                )
            })
        }

        /// Moves stake to another subnet (`docs/rules/staking.md#moving-stake`).
        #[pallet::call_index(87)]
        #[pallet::weight(weights::move_stake::<T>())]
        pub fn swap_stake(
            origin: OriginFor<T>,
            hotkey: T::AccountId,
            origin_netuid: NetUid,
            destination_netuid: NetUid,
            alpha_amount: AlphaBalance,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| {
                stake_moves::swap_stake(chain, &who, &hotkey, origin_netuid, destination_netuid, alpha_amount)
            })
        }

        /// Stakes at a price of at most `limit_price` rao per alpha (`docs/rules/staking.md#adding-stake`).
        #[pallet::call_index(88)]
        #[pallet::weight(weights::stake::<T>())]
        pub fn add_stake_limit(
            origin: OriginFor<T>,
            hotkey: T::AccountId,
            netuid: NetUid,
            amount_staked: TaoBalance,
            limit_price: TaoBalance,
            allow_partial: bool,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| {
                staking::add_stake_limit(chain, &who, &hotkey, netuid, amount_staked, limit_price, allow_partial)
            })
        }

        /// Sells staked alpha at a price of at least `limit_price` rao per alpha
        /// (`docs/rules/staking.md#removing-stake`).
        #[pallet::call_index(89)]
        #[pallet::weight(weights::stake::<T>())]
        pub fn remove_stake_limit(
            origin: OriginFor<T>,
            hotkey: T::AccountId,
            netuid: NetUid,
            amount_unstaked: AlphaBalance,
            limit_price: TaoBalance,
            allow_partial: bool,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| {
                staking::remove_stake_limit(
                    chain,
                    &who,
                    &hotkey,
                    netuid,
                    amount_unstaked,
                    limit_price,
                    allow_partial,
                )
            })?;
            Self::forget_children_if_poor(&hotkey);
            Ok(())
        }

        /// Moves stake to another subnet at a relative price of at least `limit_price`
        /// (`docs/rules/staking.md#moving-stake`).
        #[pallet::call_index(90)]
        #[pallet::weight(weights::move_stake::<T>())]
        pub fn swap_stake_limit(
            origin: OriginFor<T>,
            hotkey: T::AccountId,
            origin_netuid: NetUid,
            destination_netuid: NetUid,
            alpha_amount: AlphaBalance,
            limit_price: TaoBalance,
            allow_partial: bool,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| {
                stake_moves::swap_stake_limit(
                    chain,
                    &who,
                    &hotkey,
                    origin_netuid,
                    destination_netuid,
                    alpha_amount,
                    limit_price,
                    allow_partial,
                )
            })
        }

        /// Destroys staked alpha, so that it can be emitted again (`docs/rules/staking.md#recycling-and-burning`).
        #[pallet::call_index(101)]
        #[pallet::weight(weights::stake::<T>())]
        pub fn recycle_alpha(
            origin: OriginFor<T>,
            hotkey: T::AccountId,
            amount: AlphaBalance,
            netuid: NetUid,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| recycling::recycle_alpha(chain, &who, &hotkey, amount, netuid))
        }

        /// Puts staked alpha out of reach for good (`docs/rules/staking.md#recycling-and-burning`).
        #[pallet::call_index(102)]
        #[pallet::weight(weights::stake::<T>())]
        pub fn burn_alpha(
            origin: OriginFor<T>,
            hotkey: T::AccountId,
            amount: AlphaBalance,
            netuid: NetUid,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| recycling::burn_alpha(chain, &who, &hotkey, amount, netuid))
        }

        /// Sells all alpha staked to a hotkey on a subnet (`docs/rules/staking.md#removing-stake`).
        #[pallet::call_index(103)]
        #[pallet::weight(weights::stake::<T>())]
        pub fn remove_stake_full_limit(
            origin: OriginFor<T>,
            hotkey: T::AccountId,
            netuid: NetUid,
            limit_price: Option<TaoBalance>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| staking::remove_stake_full_limit(chain, &who, &hotkey, netuid, limit_price))?;
            Self::forget_children_if_poor(&hotkey);
            Ok(())
        }

        /// Chooses the hotkey to which the pay of the signer's miners on a subnet is staked
        /// (`docs/rules/endpoints.md#destination-of-miner-pay`).
        #[pallet::call_index(114)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn set_coldkey_auto_stake_hotkey(
            origin: OriginFor<T>,
            netuid: NetUid,
            hotkey: T::AccountId,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::rule(|chain| staking::set_auto_stake_hotkey(chain, &who, netuid, &hotkey))?;
            Self::deposit_event(Event::AutoStakeDestinationSet {
                coldkey: who,
                netuid,
                hotkey,
            });
            Ok(())
        }

        /// Claims root dividends of up to five subnets (`docs/rules/root.md#claiming`).
        #[pallet::call_index(121)]
        #[pallet::weight(weights::claim_root::<T>(subnets.len()))]
        pub fn claim_root(origin: OriginFor<T>, subnets: BTreeSet<NetUid>) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| root::claim_root(chain, &who, &subnets))
        }

        /// Chooses what a claim of root dividends turns into (`docs/rules/root.md#claiming`).
        #[pallet::call_index(122)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn set_root_claim_type(origin: OriginFor<T>, new_root_claim_type: RootClaimTypeEnum) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| root::set_root_claim_type(chain, &who, new_root_claim_type))
        }

        /// Sets how many coldkeys have their root dividends claimed in a block, up to 50
        /// (`docs/rules/root.md#automatic-claims`). For root.
        #[pallet::call_index(123)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_num_root_claims(origin: OriginFor<T>, new_value: u64) -> DispatchResult {
            ensure_root(origin)?;
            ensure!(bounds::is_root_claims(new_value), Error::<T>::InvalidNumRootClaim);
            NumRootClaim::<T>::put(new_value);
            Ok(())
        }

        /// Sets the least claim of root dividends of a subnet, up to 10,000,000 (`docs/rules/root.md#claiming`). For
        /// its owner, or root.
        #[pallet::call_index(124)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_root_claim_threshold(origin: OriginFor<T>, netuid: NetUid, new_value: u64) -> DispatchResult {
            Self::ensure_owner_or_root(origin, netuid)?;
            ensure!(
                bounds::is_root_claim_threshold(new_value),
                Error::<T>::InvalidRootClaimThreshold
            );
            RootClaimableThreshold::<T>::insert(netuid, I96F32::from_num(new_value));
            Ok(())
        }

        /// Buys alpha and burns it (`docs/rules/staking.md#recycling-and-burning`).
        #[pallet::call_index(132)]
        #[pallet::weight(weights::stake::<T>())]
        pub fn add_stake_burn(
            origin: OriginFor<T>,
            hotkey: T::AccountId,
            netuid: NetUid,
            amount: TaoBalance,
            limit: Option<TaoBalance>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| recycling::add_stake_burn(chain, &who, &hotkey, netuid, amount, limit))
        }
    }};
}

pub(super) use stake_calls;
