//! What people may ask for. Indices and argument names are those of the reference (`wire.md` 7). A call checks its
//! origin and hands over to a rule, or to the part of this pallet that knows the matter.

use frame_support::pallet_macros::*;

#[pallet_section]
mod calls {
    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Sets the weights of the signing hotkey on the main mechanism of a subnet (`consensus.md` 3.1). Free.
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

        /// Buys alpha of a subnet with TAO and stakes it to a hotkey (`economy.md` 4.2).
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

        /// Sells staked alpha (`economy.md` 4.3).
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

        /// Announces where the signing hotkey serves (`consensus.md` 4.9). Free.
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

        /// Announces where the signing hotkey shows its metrics (`consensus.md` 4.9). Free.
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

        /// Buys a uid; the work of older times is ignored (`economy.md` 7).
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
            Self::apply(|chain| neurons::register(chain, &who, &hotkey, netuid, None))
        }

        /// Buys a uid on a subnet for a hotkey (`economy.md` 7).
        #[pallet::call_index(7)]
        #[pallet::weight(weights::register::<T>())]
        pub fn burned_register(origin: OriginFor<T>, netuid: NetUid, hotkey: T::AccountId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| neurons::register(chain, &who, &hotkey, netuid, None))
        }

        /// Announces where the signing hotkey serves, and its public key (`consensus.md` 4.9). Free.
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

        /// Buys a subnet, with a hotkey of the owner as its first neuron (`economy.md` 6.1).
        #[pallet::call_index(59)]
        #[pallet::weight(weights::register_network::<T>())]
        pub fn register_network(origin: OriginFor<T>, hotkey: T::AccountId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::buy_network(&who, &hotkey).map(drop)
        }

        /// Takes a uid on root (`consensus.md` 4.4).
        #[pallet::call_index(62)]
        #[pallet::weight(weights::register::<T>())]
        pub fn root_register(origin: OriginFor<T>, hotkey: T::AccountId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| neurons::root_register(chain, &who, &hotkey))
        }

        /// Lowers the take of a delegate (`consensus.md` 5.1). Free.
        #[pallet::call_index(65)]
        #[pallet::weight((weights::simple::<T>(), Pays::No))]
        pub fn decrease_take(origin: OriginFor<T>, hotkey: T::AccountId, take: u16) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::guard_take(&who, &hotkey, take)?;
            Self::apply(|chain| delegation::decrease_take(chain, &who, &hotkey, take))
        }

        /// Raises the take of a delegate (`consensus.md` 5.1). Free.
        #[pallet::call_index(66)]
        #[pallet::weight((weights::simple::<T>(), Pays::No))]
        pub fn increase_take(origin: OriginFor<T>, hotkey: T::AccountId, take: u16) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::guard_take(&who, &hotkey, take)?;
            Self::apply(|chain| delegation::increase_take(chain, &who, &hotkey, take))
        }

        /// Lends shares of a hotkey's stake weight to other hotkeys (`consensus.md` 5.3).
        #[pallet::call_index(67)]
        #[pallet::weight(weights::children::<T>())]
        pub fn set_children(
            origin: OriginFor<T>,
            hotkey: T::AccountId,
            netuid: NetUid,
            children: Vec<(u64, T::AccountId)>,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::schedule_children(&who, hotkey, netuid, children)
        }

        /// Says who the signing coldkey is (`consensus.md` 4.9).
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

        /// Sets what a child keeps of its parents' dividends (`consensus.md` 5.2).
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

        /// Says what a subnet is (`consensus.md` 4.9). For its owner.
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

        /// Buys a subnet and says what it is (`economy.md` 6.1).
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

        /// Sells all alpha staked to a hotkey, on every subnet (`economy.md` 4.3).
        #[pallet::call_index(83)]
        #[pallet::weight(weights::unstake_all::<T>(TotalNetworks::<T>::get()))]
        pub fn unstake_all(origin: OriginFor<T>, hotkey: T::AccountId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| staking::unstake_all(chain, &who, &hotkey))
        }

        /// Sells all alpha staked to a hotkey and stakes the TAO on root (`economy.md` 4.3).
        #[pallet::call_index(84)]
        #[pallet::weight(weights::unstake_all::<T>(TotalNetworks::<T>::get()))]
        pub fn unstake_all_alpha(origin: OriginFor<T>, hotkey: T::AccountId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| staking::unstake_all_alpha(chain, &who, &hotkey))
        }

        /// Moves stake to another hotkey (`economy.md` 4.4).
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
                moving::move_stake(
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

        /// Gives stake to another coldkey (`economy.md` 4.4).
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
                moving::transfer_stake(
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

        /// Moves stake to another subnet (`economy.md` 4.4).
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
                moving::swap_stake(chain, &who, &hotkey, origin_netuid, destination_netuid, alpha_amount)
            })
        }

        /// Stakes at a price of at most `limit_price` rao per alpha (`economy.md` 4.2).
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

        /// Sells staked alpha at a price of at least `limit_price` rao per alpha (`economy.md` 4.3).
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

        /// Moves stake to another subnet at a relative price of at least `limit_price` (`economy.md` 4.4).
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
                moving::swap_stake_limit(
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

        /// Makes a hotkey that nobody owns the signer's (`consensus.md` 4.9).
        #[pallet::call_index(91)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn try_associate_hotkey(origin: OriginFor<T>, hotkey: T::AccountId) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| neurons::associate_hotkey(chain, &who, &hotkey))
        }

        /// Starts a subnet: staking and emission begin (`economy.md` 6.3).
        #[pallet::call_index(92)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn start_call(origin: OriginFor<T>, netuid: NetUid) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| networks::start_call(chain, &who, netuid))
        }

        /// Commits the hash of weights on the main mechanism (`consensus.md` 3.3). Free.
        #[pallet::call_index(96)]
        #[pallet::weight((weights::commit_weights::<T>(), Pays::No))]
        pub fn commit_weights(origin: OriginFor<T>, netuid: NetUid, commit_hash: H256) -> DispatchResult {
            let hotkey = ensure_signed(origin)?;
            Self::commit(hotkey, netuid, MechId(0), commit_hash)
        }

        /// Reveals committed weights on the main mechanism (`consensus.md` 3.3). Free.
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

        /// Destroys staked alpha, so that it can be emitted again (`economy.md` 4.5).
        #[pallet::call_index(101)]
        #[pallet::weight(weights::stake::<T>())]
        pub fn recycle_alpha(
            origin: OriginFor<T>,
            hotkey: T::AccountId,
            amount: AlphaBalance,
            netuid: NetUid,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| staking::recycle_alpha(chain, &who, &hotkey, amount, netuid))
        }

        /// Puts staked alpha out of reach for good (`economy.md` 4.5).
        #[pallet::call_index(102)]
        #[pallet::weight(weights::stake::<T>())]
        pub fn burn_alpha(
            origin: OriginFor<T>,
            hotkey: T::AccountId,
            amount: AlphaBalance,
            netuid: NetUid,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| staking::burn_alpha(chain, &who, &hotkey, amount, netuid))
        }

        /// Sells all alpha staked to a hotkey on a subnet (`economy.md` 4.3).
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

        /// Sets after how many blocks new children take effect. For root.
        #[pallet::call_index(109)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn set_pending_childkey_cooldown(origin: OriginFor<T>, cooldown: u64) -> DispatchResult {
            ensure_root(origin)?;
            PendingChildKeyCooldown::<T>::put(cooldown);
            Ok(())
        }

        /// Gives the alpha of a subnet a free symbol of the table (`economy.md` 6.3). For its owner, or root.
        #[pallet::call_index(112)]
        #[pallet::weight(weights::identity::<T>())]
        pub fn update_symbol(origin: OriginFor<T>, netuid: NetUid, symbol: Vec<u8>) -> DispatchResult {
            Self::ensure_owner_or_root(origin, netuid)?;
            Self::change_symbol(netuid, symbol)
        }

        /// Chooses the hotkey to which the pay of the signer's miners on a subnet is staked (`consensus.md` 4.9).
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

        /// Commits the hash of weights on one mechanism (`consensus.md` 3.3). Free.
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

        /// Reveals committed weights on one mechanism (`consensus.md` 3.3). Free.
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

        /// Sets the weights of the signing hotkey on one mechanism of a subnet (`consensus.md` 3.1). Free.
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

        /// Ends a subnet and pays its stakers (`economy.md` 6.5). For root.
        #[pallet::call_index(120)]
        #[pallet::weight(weights::register_network::<T>())]
        pub fn root_dissolve_network(origin: OriginFor<T>, netuid: NetUid) -> DispatchResult {
            ensure_root(origin)?;
            Self::apply(|chain| networks::dissolve(chain, netuid))
        }

        /// Claims root dividends of up to five subnets (`economy.md` 5.4).
        #[pallet::call_index(121)]
        #[pallet::weight(weights::claim_root::<T>(subnets.len()))]
        pub fn claim_root(origin: OriginFor<T>, subnets: BTreeSet<NetUid>) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| root::claim_root(chain, &who, &subnets))
        }

        /// Chooses what a claim of root dividends turns into (`economy.md` 5.4).
        #[pallet::call_index(122)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn set_root_claim_type(origin: OriginFor<T>, new_root_claim_type: RootClaimTypeEnum) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| root::set_root_claim_type(chain, &who, new_root_claim_type))
        }

        /// Sets how many coldkeys have their root dividends claimed in a block, up to 50 (`economy.md` 5.5). For root.
        #[pallet::call_index(123)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_num_root_claims(origin: OriginFor<T>, new_value: u64) -> DispatchResult {
            ensure_root(origin)?;
            ensure!(new_value <= 50, Error::<T>::InvalidNumRootClaim);
            NumRootClaim::<T>::put(new_value);
            Ok(())
        }

        /// Sets the least claim of root dividends of a subnet, up to 10,000,000 (`economy.md` 5.4). For its owner, or root.
        #[pallet::call_index(124)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_root_claim_threshold(origin: OriginFor<T>, netuid: NetUid, new_value: u64) -> DispatchResult {
            Self::ensure_owner_or_root(origin, netuid)?;
            ensure!(new_value <= 10_000_000, Error::<T>::InvalidRootClaimThreshold);
            RootClaimableThreshold::<T>::insert(netuid, I96F32::from_num(new_value));
            Ok(())
        }

        /// Buys alpha and burns it (`economy.md` 4.5).
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
            Self::apply(|chain| staking::add_stake_burn(chain, &who, &hotkey, netuid, amount, limit))
        }

        /// Buys a uid if it costs no more than `limit_price` rao (`economy.md` 7).
        #[pallet::call_index(134)]
        #[pallet::weight(weights::register::<T>())]
        pub fn register_limit(
            origin: OriginFor<T>,
            netuid: NetUid,
            hotkey: T::AccountId,
            limit_price: u64,
        ) -> DispatchResult {
            let who = ensure_signed(origin)?;
            Self::apply(|chain| neurons::register(chain, &who, &hotkey, netuid, Some(limit_price)))
        }

        /// Sets the blocks between epochs (`consensus.md` 2.4). For the owner.
        #[pallet::call_index(139)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn set_tempo(origin: OriginFor<T>, netuid: NetUid, tempo: u16) -> DispatchResult {
            let who = Self::ensure_owner(origin, netuid)?;
            Self::change_tempo(who, netuid, tempo)
        }

        /// Sets the activity window in thousandths of a tempo (`consensus.md` 2.4). For the owner, or root.
        #[pallet::call_index(140)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn set_activity_cutoff_factor(origin: OriginFor<T>, netuid: NetUid, factor_milli: u32) -> DispatchResult {
            let owner = Self::ensure_owner_or_root(origin, netuid)?;
            Self::change_activity_cutoff(owner.is_some(), netuid, factor_milli)
        }

        /// Asks for an epoch before its time (`consensus.md` 2.4). For the owner.
        #[pallet::call_index(141)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn trigger_epoch(origin: OriginFor<T>, netuid: NetUid) -> DispatchResult {
            let who = Self::ensure_owner(origin, netuid)?;
            Self::ask_for_epoch(who, netuid)
        }
    }
}
