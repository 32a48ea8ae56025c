//! The setters. Names, indices and arguments are those of the reference (`wire.md` 7, `consensus.md` 6).

use frame_support::pallet_macros::*;

#[pallet_section]
mod calls {
    #[pallet::call]
    impl<T: Config> Pallet<T> {
        /// Sets the highest take of a delegate, over 65535. Root only.
        #[pallet::call_index(1)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_default_take(origin: OriginFor<T>, default_take: u16) -> DispatchResult {
            ensure_root(origin)?;
            pallet_subtensor::MaxDelegateTake::<T>::put(default_take);
            Self::tell(Told::MaxDelegateTakeSet(default_take));
            Ok(())
        }

        /// Sets the blocks between key swaps of a coldkey. Root only.
        #[pallet::call_index(2)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_tx_rate_limit(origin: OriginFor<T>, tx_rate_limit: u64) -> DispatchResult {
            ensure_root(origin)?;
            pallet_subtensor::TxRateLimit::<T>::put(tx_rate_limit);
            Self::tell(Told::TxRateLimitSet(tx_rate_limit));
            Ok(())
        }

        /// Sets the blocks between announcements of an endpoint.
        #[pallet::call_index(3)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_serving_rate_limit(
            origin: OriginFor<T>,
            netuid: NetUid,
            serving_rate_limit: u64,
        ) -> DispatchResult {
            Self::set(origin, 3, netuid, |_| {
                pallet_subtensor::ServingRateLimit::<T>::insert(netuid, serving_rate_limit);
                Self::tell(Told::ServingRateLimitSet(netuid, serving_rate_limit));
                Ok(())
            })
        }

        /// Sets the least difficulty of the former proof of work. Nothing reads it.
        #[pallet::call_index(4)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_min_difficulty(origin: OriginFor<T>, netuid: NetUid, min_difficulty: u64) -> DispatchResult {
            Self::set(origin, 4, netuid, |_| {
                pallet_subtensor::MinDifficulty::<T>::insert(netuid, min_difficulty);
                Self::tell(Told::MinDifficultySet(netuid, min_difficulty));
                Ok(())
            })
        }

        /// Sets the highest difficulty of the former proof of work. Nothing reads it.
        #[pallet::call_index(5)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_max_difficulty(origin: OriginFor<T>, netuid: NetUid, max_difficulty: u64) -> DispatchResult {
            Self::set(origin, 5, netuid, |_| {
                pallet_subtensor::MaxDifficulty::<T>::insert(netuid, max_difficulty);
                Self::tell(Told::MaxDifficultySet(netuid, max_difficulty));
                Ok(())
            })
        }

        /// Sets the version that weights must be made for.
        #[pallet::call_index(6)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_weights_version_key(
            origin: OriginFor<T>,
            netuid: NetUid,
            weights_version_key: u64,
        ) -> DispatchResult {
            Self::set(origin, 6, netuid, |_| {
                pallet_subtensor::WeightsVersionKey::<T>::insert(netuid, weights_version_key);
                Self::tell(Told::WeightsVersionKeySet(netuid, weights_version_key));
                Ok(())
            })
        }

        /// Sets the blocks between weights of a validator.
        #[pallet::call_index(7)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_weights_set_rate_limit(
            origin: OriginFor<T>,
            netuid: NetUid,
            weights_set_rate_limit: u64,
        ) -> DispatchResult {
            Self::set(origin, 7, netuid, |_| {
                pallet_subtensor::WeightsSetRateLimit::<T>::insert(netuid, weights_set_rate_limit);
                Self::tell(Told::WeightsSetRateLimitSet(netuid, weights_set_rate_limit));
                Ok(())
            })
        }

        /// Sets the former interval of price adjustments. Nothing reads it.
        #[pallet::call_index(8)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_adjustment_interval(
            origin: OriginFor<T>,
            netuid: NetUid,
            adjustment_interval: u16,
        ) -> DispatchResult {
            Self::set(origin, 8, netuid, |_| {
                pallet_subtensor::AdjustmentInterval::<T>::insert(netuid, adjustment_interval);
                Self::tell(Told::AdjustmentIntervalSet(netuid, adjustment_interval));
                Ok(())
            })
        }

        /// Sets the former inertia of price adjustments. Nothing reads it.
        #[pallet::call_index(9)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_adjustment_alpha(
            origin: OriginFor<T>,
            netuid: NetUid,
            adjustment_alpha: u64,
        ) -> DispatchResult {
            Self::set(origin, 9, netuid, |_| {
                pallet_subtensor::AdjustmentAlpha::<T>::insert(netuid, adjustment_alpha);
                Self::tell(Told::AdjustmentAlphaSet(netuid, adjustment_alpha));
                Ok(())
            })
        }

        /// Sets the blocks for which a new neuron is not replaced.
        #[pallet::call_index(13)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_immunity_period(origin: OriginFor<T>, netuid: NetUid, immunity_period: u16) -> DispatchResult {
            Self::set(origin, 13, netuid, |_| {
                pallet_subtensor::ImmunityPeriod::<T>::insert(netuid, immunity_period);
                Self::tell(Told::ImmunityPeriodSet(netuid, immunity_period));
                Ok(())
            })
        }

        /// Sets how many weights a validator sets at least.
        #[pallet::call_index(14)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_min_allowed_weights(
            origin: OriginFor<T>,
            netuid: NetUid,
            min_allowed_weights: u16,
        ) -> DispatchResult {
            Self::set(origin, 14, netuid, |_| {
                pallet_subtensor::MinAllowedWeights::<T>::insert(netuid, min_allowed_weights);
                Self::tell(Told::MinAllowedWeightSet(netuid, min_allowed_weights));
                Ok(())
            })
        }

        /// Sets how many neurons the subnet may have.
        #[pallet::call_index(15)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_max_allowed_uids(
            origin: OriginFor<T>,
            netuid: NetUid,
            max_allowed_uids: u16,
        ) -> DispatchResult {
            Self::set(origin, 15, netuid, |_| {
                ensure!(
                    max_allowed_uids >= pallet_subtensor::MinAllowedUids::<T>::get(netuid),
                    Error::<T>::MaxAllowedUidsLessThanMinAllowedUids
                );
                ensure!(
                    max_allowed_uids >= pallet_subtensor::SubnetworkN::<T>::get(netuid),
                    Error::<T>::MaxAllowedUIdsLessThanCurrentUIds
                );
                ensure!(
                    max_allowed_uids <= MAX_UIDS_TIMES_MECHANISMS,
                    Error::<T>::MaxAllowedUidsGreaterThanDefaultMaxAllowedUids
                );
                let mechanisms = u32::from(pallet_subtensor::MechanismCountCurrent::<T>::get(netuid).get());
                ensure!(
                    u32::from(max_allowed_uids) * mechanisms <= u32::from(MAX_UIDS_TIMES_MECHANISMS),
                    pallet_subtensor::Error::<T>::TooManyUIDsPerMechanism
                );
                pallet_subtensor::MaxAllowedUids::<T>::insert(netuid, max_allowed_uids);
                Self::tell(Told::MaxAllowedUidsSet(netuid, max_allowed_uids));
                Ok(())
            })
        }

        /// Sets the share of stake that makes a consensus, over 65535.
        #[pallet::call_index(16)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_kappa(origin: OriginFor<T>, netuid: NetUid, kappa: u16) -> DispatchResult {
            Self::set(origin, 16, netuid, |_| {
                pallet_subtensor::Kappa::<T>::insert(netuid, kappa);
                Self::tell(Told::KappaSet(netuid, kappa));
                Ok(())
            })
        }

        /// Sets the former steepness of trust. Nothing reads it.
        #[pallet::call_index(17)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_rho(origin: OriginFor<T>, netuid: NetUid, rho: u16) -> DispatchResult {
            Self::set(origin, 17, netuid, |_| {
                pallet_subtensor::Rho::<T>::insert(netuid, rho);
                Ok(())
            })
        }

        /// Sets the former activity window in blocks. The epoch reads `ActivityCutoffFactorMilli`.
        #[pallet::call_index(18)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_activity_cutoff(origin: OriginFor<T>, netuid: NetUid, activity_cutoff: u16) -> DispatchResult {
            Self::set(origin, 18, netuid, |_| {
                ensure!(
                    activity_cutoff >= pallet_subtensor::MinActivityCutoff::<T>::get(),
                    pallet_subtensor::Error::<T>::ActivityCutoffTooLow
                );
                pallet_subtensor::ActivityCutoff::<T>::insert(netuid, activity_cutoff);
                Self::tell(Told::ActivityCutoffSet(netuid, activity_cutoff));
                Ok(())
            })
        }

        /// Opens or closes registration of neurons. A closed subnet gets no emission either.
        #[pallet::call_index(19)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_network_registration_allowed(
            origin: OriginFor<T>,
            netuid: NetUid,
            registration_allowed: bool,
        ) -> DispatchResult {
            Self::set(origin, 19, netuid, |_| {
                pallet_subtensor::NetworkRegistrationAllowed::<T>::insert(netuid, registration_allowed);
                Self::tell(Told::RegistrationAllowed(netuid, registration_allowed));
                Ok(())
            })
        }

        /// Fails: proof of work is gone.
        #[pallet::call_index(20)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_network_pow_registration_allowed(
            _origin: OriginFor<T>,
            _netuid: NetUid,
            _registration_allowed: bool,
        ) -> DispatchResult {
            Err(Error::<T>::POWRegistrationDisabled.into())
        }

        /// Sets how many may register on root in an interval: three times this.
        #[pallet::call_index(21)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_target_registrations_per_interval(
            origin: OriginFor<T>,
            netuid: NetUid,
            target_registrations_per_interval: u16,
        ) -> DispatchResult {
            Self::set(origin, 21, netuid, |_| {
                pallet_subtensor::TargetRegistrationsPerInterval::<T>::insert(
                    netuid,
                    target_registrations_per_interval,
                );
                Self::tell(Told::RegistrationPerIntervalSet(
                    netuid,
                    target_registrations_per_interval,
                ));
                Ok(())
            })
        }

        /// Sets the least price of a neuron.
        #[pallet::call_index(22)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_min_burn(origin: OriginFor<T>, netuid: NetUid, min_burn: TaoBalance) -> DispatchResult {
            Self::set(origin, 22, netuid, |_| {
                ensure!(
                    min_burn < MIN_BURN_LIMIT && min_burn < pallet_subtensor::MaxBurn::<T>::get(netuid),
                    Error::<T>::ValueNotInBounds
                );
                pallet_subtensor::MinBurn::<T>::insert(netuid, min_burn);
                Self::tell(Told::MinBurnSet(netuid, min_burn));
                Ok(())
            })
        }

        /// Sets the highest price of a neuron.
        #[pallet::call_index(23)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_max_burn(origin: OriginFor<T>, netuid: NetUid, max_burn: TaoBalance) -> DispatchResult {
            Self::set(origin, 23, netuid, |_| {
                ensure!(
                    max_burn > MAX_BURN_LIMIT && max_burn > pallet_subtensor::MinBurn::<T>::get(netuid),
                    Error::<T>::ValueNotInBounds
                );
                pallet_subtensor::MaxBurn::<T>::insert(netuid, max_burn);
                Self::tell(Told::MaxBurnSet(netuid, max_burn));
                Ok(())
            })
        }

        /// Sets the difficulty of the former proof of work. Nothing reads it.
        #[pallet::call_index(24)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_difficulty(origin: OriginFor<T>, netuid: NetUid, difficulty: u64) -> DispatchResult {
            Self::set(origin, 24, netuid, |_| {
                pallet_subtensor::Difficulty::<T>::insert(netuid, difficulty);
                Self::tell(Told::DifficultySet(netuid, difficulty));
                Ok(())
            })
        }

        /// Sets how many validators the subnet may have.
        #[pallet::call_index(25)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_max_allowed_validators(
            origin: OriginFor<T>,
            netuid: NetUid,
            max_allowed_validators: u16,
        ) -> DispatchResult {
            Self::set(origin, 25, netuid, |_| {
                ensure!(
                    max_allowed_validators <= pallet_subtensor::MaxAllowedUids::<T>::get(netuid),
                    Error::<T>::MaxValidatorsLargerThanMaxUIds
                );
                pallet_subtensor::MaxAllowedValidators::<T>::insert(netuid, max_allowed_validators);
                Self::tell(Told::MaxAllowedValidatorsSet(netuid, max_allowed_validators));
                Ok(())
            })
        }

        /// Sets the weight of old bonds against new ones, in 1e-6.
        #[pallet::call_index(26)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_bonds_moving_average(
            origin: OriginFor<T>,
            netuid: NetUid,
            bonds_moving_average: u64,
        ) -> DispatchResult {
            Self::set(origin, 26, netuid, |by_root| {
                ensure!(
                    may_set_bonds_moving_average(bonds_moving_average, by_root),
                    Error::<T>::BondsMovingAverageMaxReached
                );
                pallet_subtensor::BondsMovingAverage::<T>::insert(netuid, bonds_moving_average);
                Self::tell(Told::BondsMovingAverageSet(netuid, bonds_moving_average));
                Ok(())
            })
        }

        /// Sets how many may register on root in a block.
        #[pallet::call_index(27)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_max_registrations_per_block(
            origin: OriginFor<T>,
            netuid: NetUid,
            max_registrations_per_block: u16,
        ) -> DispatchResult {
            Self::set(origin, 27, netuid, |_| {
                pallet_subtensor::MaxRegistrationsPerBlock::<T>::insert(netuid, max_registrations_per_block);
                Self::tell(Told::MaxRegistrationsPerBlockSet(netuid, max_registrations_per_block));
                Ok(())
            })
        }

        /// Sets the owners' share of alpha, over 65535. Root only.
        #[pallet::call_index(28)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_subnet_owner_cut(origin: OriginFor<T>, subnet_owner_cut: u16) -> DispatchResult {
            ensure_root(origin)?;
            pallet_subtensor::SubnetOwnerCut::<T>::put(subnet_owner_cut);
            Self::tell(Told::SubnetOwnerCutSet(subnet_owner_cut));
            Ok(())
        }

        /// Sets the blocks between registrations of subnets. Root only.
        #[pallet::call_index(29)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_network_rate_limit(origin: OriginFor<T>, rate_limit: u64) -> DispatchResult {
            ensure_root(origin)?;
            pallet_subtensor::NetworkRateLimit::<T>::put(rate_limit);
            Self::tell(Told::NetworkRateLimitSet(rate_limit));
            Ok(())
        }

        /// Sets the blocks between epochs and begins a new tempo. Root only; owners have `set_tempo`.
        #[pallet::call_index(30)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_tempo(origin: OriginFor<T>, netuid: NetUid, tempo: u16) -> DispatchResult {
            Self::set(origin, 30, netuid, |_| {
                pallet_subtensor::Pallet::<T>::restart_with_tempo(netuid, tempo);
                Ok(())
            })
        }

        /// Sets the blocks for which a new subnet is not pruned. Root only.
        #[pallet::call_index(35)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_network_immunity_period(origin: OriginFor<T>, immunity_period: u64) -> DispatchResult {
            ensure_root(origin)?;
            pallet_subtensor::NetworkImmunityPeriod::<T>::put(immunity_period);
            Self::tell(Told::NetworkImmunityPeriodSet(immunity_period));
            Ok(())
        }

        /// Sets the least price of a subnet. Root only.
        #[pallet::call_index(36)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_network_min_lock_cost(origin: OriginFor<T>, lock_cost: TaoBalance) -> DispatchResult {
            ensure_root(origin)?;
            pallet_subtensor::NetworkMinLockCost::<T>::put(lock_cost);
            Self::tell(Told::NetworkMinLockCostSet(lock_cost));
            Ok(())
        }

        /// Sets how many subnets there may be beside root. Root only.
        #[pallet::call_index(37)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_subnet_limit(origin: OriginFor<T>, max_subnets: u16) -> DispatchResult {
            ensure_root(origin)?;
            pallet_subtensor::SubnetLimit::<T>::put(max_subnets);
            Self::tell(Told::SubnetLimitSet(max_subnets));
            Ok(())
        }

        /// Sets the blocks in which the price of a subnet falls by its last value. Root only.
        #[pallet::call_index(38)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_lock_reduction_interval(origin: OriginFor<T>, interval: u64) -> DispatchResult {
            ensure_root(origin)?;
            pallet_subtensor::NetworkLockReductionInterval::<T>::put(interval);
            Self::tell(Told::NetworkLockCostReductionIntervalSet(interval));
            Ok(())
        }

        /// Sets what registrations on a subnet are said to have cost in sum. Root only.
        #[pallet::call_index(39)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_rao_recycled(origin: OriginFor<T>, netuid: NetUid, rao_recycled: TaoBalance) -> DispatchResult {
            ensure_root(origin)?;
            Self::ensure_exists(netuid)?;
            pallet_subtensor::RAORecycledForRegistration::<T>::insert(netuid, rao_recycled);
            Self::tell(Told::RAORecycledForRegistrationSet(netuid, rao_recycled));
            Ok(())
        }

        /// Sets the stake weight that setting weights takes. Root only.
        #[pallet::call_index(42)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_stake_threshold(origin: OriginFor<T>, min_stake: u64) -> DispatchResult {
            ensure_root(origin)?;
            pallet_subtensor::StakeThreshold::<T>::put(min_stake);
            Self::tell(Told::StakeThresholdSet(min_stake));
            Ok(())
        }

        /// Sets the least stake of a nominator, in rao. Root only.
        #[pallet::call_index(43)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_nominator_min_required_stake(origin: OriginFor<T>, min_stake: u64) -> DispatchResult {
            ensure_root(origin)?;
            pallet_subtensor::NominatorMinRequiredStake::<T>::put(min_stake);
            Ok(())
        }

        /// Sets the blocks between increases of a delegate's take. Root only.
        #[pallet::call_index(45)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_tx_delegate_take_rate_limit(origin: OriginFor<T>, tx_rate_limit: u64) -> DispatchResult {
            ensure_root(origin)?;
            pallet_subtensor::TxDelegateTakeRateLimit::<T>::put(tx_rate_limit);
            Self::tell(Told::TxDelegateTakeRateLimitSet(tx_rate_limit));
            Ok(())
        }

        /// Sets the lowest take of a delegate, over 65535. Root only.
        #[pallet::call_index(46)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_min_delegate_take(origin: OriginFor<T>, take: u16) -> DispatchResult {
            ensure_root(origin)?;
            pallet_subtensor::MinDelegateTake::<T>::put(take);
            Self::tell(Told::MinDelegateTakeSet(take));
            Ok(())
        }

        /// Lets validators hide their weights until they count, or not.
        #[pallet::call_index(49)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_commit_reveal_weights_enabled(
            origin: OriginFor<T>,
            netuid: NetUid,
            enabled: bool,
        ) -> DispatchResult {
            Self::set(origin, 49, netuid, |_| {
                pallet_subtensor::CommitRevealWeightsEnabled::<T>::insert(netuid, enabled);
                Self::tell(Told::CommitRevealEnabled(netuid, enabled));
                Ok(())
            })
        }

        /// Lets the inertia of bonds depend on agreement, or not.
        #[pallet::call_index(50)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_liquid_alpha_enabled(origin: OriginFor<T>, netuid: NetUid, enabled: bool) -> DispatchResult {
            Self::set(origin, 50, netuid, |_| {
                pallet_subtensor::LiquidAlphaOn::<T>::insert(netuid, enabled);
                Ok(())
            })
        }

        /// Sets the bounds of liquid alpha, over 65535.
        #[pallet::call_index(51)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_alpha_values(
            origin: OriginFor<T>,
            netuid: NetUid,
            alpha_low: u16,
            alpha_high: u16,
        ) -> DispatchResult {
            Self::set(origin, 51, netuid, |_| {
                ensure!(
                    pallet_subtensor::LiquidAlphaOn::<T>::get(netuid),
                    pallet_subtensor::Error::<T>::LiquidAlphaDisabled
                );
                check_alpha_values(alpha_low, alpha_high).map_err(Self::out_of_bounds)?;
                pallet_subtensor::AlphaValues::<T>::insert(netuid, (alpha_low, alpha_high));
                Ok(())
            })
        }

        /// Sets after how many epochs committed weights are revealed.
        #[pallet::call_index(57)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_commit_reveal_weights_interval(
            origin: OriginFor<T>,
            netuid: NetUid,
            interval: u64,
        ) -> DispatchResult {
            Self::set(origin, 57, netuid, |_| {
                check_reveal_period(interval).map_err(Self::out_of_bounds)?;
                pallet_subtensor::RevealPeriodEpochs::<T>::insert(netuid, interval);
                Self::tell(Told::CommitRevealPeriodsSet(netuid, interval));
                Ok(())
            })
        }

        /// Sets how much of the weight above consensus bonds lose, over 65535.
        #[pallet::call_index(60)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_bonds_penalty(origin: OriginFor<T>, netuid: NetUid, bonds_penalty: u16) -> DispatchResult {
            Self::set(origin, 60, netuid, |_| {
                pallet_subtensor::BondsPenalty::<T>::insert(netuid, bonds_penalty);
                Self::tell(Told::BondsPenaltySet(netuid, bonds_penalty));
                Ok(())
            })
        }

        /// Allows transfers of stake between coldkeys, or not.
        #[pallet::call_index(61)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_toggle_transfer(origin: OriginFor<T>, netuid: NetUid, toggle: bool) -> DispatchResult {
            Self::set(origin, 61, netuid, |_| {
                pallet_subtensor::TransferToggle::<T>::insert(netuid, toggle);
                Self::tell(Told::TransferToggle(netuid, toggle));
                Ok(())
            })
        }

        /// Sets how fast the moving price follows the price. Root only.
        #[pallet::call_index(63)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_subnet_moving_alpha(origin: OriginFor<T>, alpha: I96F32) -> DispatchResult {
            ensure_root(origin)?;
            pallet_subtensor::SubnetMovingAlpha::<T>::put(alpha);
            Ok(())
        }

        /// Sets the hotkey of the subnet's owner. The same as `sudo_set_sn_owner_hotkey`.
        #[pallet::call_index(64)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_subnet_owner_hotkey(
            origin: OriginFor<T>,
            netuid: NetUid,
            hotkey: T::AccountId,
        ) -> DispatchResult {
            Self::change_owner_hotkey(origin, netuid, hotkey)
        }

        /// Sets the blocks in which the moving price of a new subnet comes half way. Root only.
        #[pallet::call_index(65)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_ema_price_halving_period(
            origin: OriginFor<T>,
            netuid: NetUid,
            ema_halving: u64,
        ) -> DispatchResult {
            ensure_root(origin)?;
            Self::ensure_exists(netuid)?;
            pallet_subtensor::EMAPriceHalvingBlocks::<T>::insert(netuid, ema_halving);
            Ok(())
        }

        /// Lets the alpha of a subnet be traded, or not. Root only; owners have `start_call`.
        #[pallet::call_index(66)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_subtoken_enabled(
            origin: OriginFor<T>,
            netuid: NetUid,
            subtoken_enabled: bool,
        ) -> DispatchResult {
            Self::set(origin, 66, netuid, |_| {
                pallet_subtensor::SubtokenEnabled::<T>::insert(netuid, subtoken_enabled);
                Ok(())
            })
        }

        /// Sets the hotkey of the subnet's owner, once in 50,400 blocks (`economy.md` 6.6). For the owner and root.
        #[pallet::call_index(67)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_sn_owner_hotkey(origin: OriginFor<T>, netuid: NetUid, hotkey: T::AccountId) -> DispatchResult {
            Self::change_owner_hotkey(origin, netuid, hotkey)
        }

        /// Sets how sharply liquid alpha turns.
        #[pallet::call_index(68)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_alpha_sigmoid_steepness(
            origin: OriginFor<T>,
            netuid: NetUid,
            steepness: i16,
        ) -> DispatchResult {
            Self::set(origin, 68, netuid, |by_root| {
                ensure!(by_root || steepness >= 0, Error::<T>::NegativeSigmoidSteepness);
                pallet_subtensor::AlphaSigmoidSteepness::<T>::insert(netuid, steepness);
                Ok(())
            })
        }

        /// Uses the third form of bonds, or the first.
        #[pallet::call_index(69)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_yuma3_enabled(origin: OriginFor<T>, netuid: NetUid, enabled: bool) -> DispatchResult {
            Self::set(origin, 69, netuid, |_| {
                pallet_subtensor::Yuma3On::<T>::insert(netuid, enabled);
                Self::deposit_event(Event::Yuma3EnableToggled { netuid, enabled });
                Ok(())
            })
        }

        /// Lets neurons have the bonds towards them forgotten, or not.
        #[pallet::call_index(70)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_bonds_reset_enabled(origin: OriginFor<T>, netuid: NetUid, enabled: bool) -> DispatchResult {
            Self::set(origin, 70, netuid, |_| {
                pallet_subtensor::BondsResetOn::<T>::insert(netuid, enabled);
                Self::tell(Told::BondsResetOnSet(netuid, enabled));
                Self::deposit_event(Event::BondsResetToggled { netuid, enabled });
                Ok(())
            })
        }

        /// Sets the version of commits that clients must make. Root only.
        #[pallet::call_index(71)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_commit_reveal_version(origin: OriginFor<T>, version: u16) -> DispatchResult {
            ensure_root(origin)?;
            pallet_subtensor::CommitRevealWeightsVersion::<T>::put(version);
            Self::tell(Told::CommitRevealVersionSet(version));
            Ok(())
        }

        /// Sets how many of the owner's neurons are never replaced.
        #[pallet::call_index(72)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_owner_immune_neuron_limit(
            origin: OriginFor<T>,
            netuid: NetUid,
            immune_neurons: u16,
        ) -> DispatchResult {
            Self::set(origin, 72, netuid, |_| {
                ensure!(
                    (1..=10).contains(&immune_neurons),
                    pallet_subtensor::Error::<T>::InvalidValue
                );
                pallet_subtensor::ImmuneOwnerUidsLimit::<T>::insert(netuid, immune_neurons);
                Ok(())
            })
        }

        /// Sets the part of child dividends that is burned, over 2^64 - 1. Root only.
        #[pallet::call_index(73)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_ck_burn(origin: OriginFor<T>, burn: u64) -> DispatchResult {
            ensure_root(origin)?;
            pallet_subtensor::CKBurn::<T>::put(burn);
            Ok(())
        }

        /// Sets the blocks before an epoch in which hyperparameters are fixed. Root only.
        #[pallet::call_index(74)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_admin_freeze_window(origin: OriginFor<T>, window: u16) -> DispatchResult {
            ensure_root(origin)?;
            pallet_subtensor::AdminFreezeWindow::<T>::put(window);
            Self::tell(Told::AdminFreezeWindowSet(window));
            Ok(())
        }

        /// Sets the tempos between changes of a hyperparameter by an owner. Root only.
        #[pallet::call_index(75)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_owner_hparam_rate_limit(origin: OriginFor<T>, epochs: u16) -> DispatchResult {
            ensure_root(origin)?;
            pallet_subtensor::OwnerHyperparamRateLimit::<T>::put(epochs);
            Self::tell(Told::OwnerHyperparamRateLimitSet(epochs));
            Ok(())
        }

        /// Sets how many consensus mechanisms the subnet has.
        #[pallet::call_index(76)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_mechanism_count(
            origin: OriginFor<T>,
            netuid: NetUid,
            mechanism_count: MechId,
        ) -> DispatchResult {
            Self::set(origin, 76, netuid, |_| {
                Self::change_mechanism_count(netuid, mechanism_count)?;
                Ok(())
            })
        }

        /// Sets how the emission is split between the mechanisms, in parts that sum to 65535; equally without a split.
        #[pallet::call_index(77)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_mechanism_emission_split(
            origin: OriginFor<T>,
            netuid: NetUid,
            maybe_split: Option<Vec<u16>>,
        ) -> DispatchResult {
            Self::set(origin, 77, netuid, |_| {
                if let Some(split) = &maybe_split {
                    let count = pallet_subtensor::MechanismCountCurrent::<T>::get(netuid);
                    check_split(split, count.get()).map_err(pallet_subtensor::Error::<T>::from)?;
                }
                pallet_subtensor::MechanismEmissionSplit::<T>::set(netuid, maybe_split);
                Ok(())
            })
        }

        /// Removes the least paid neurons until `max_n` are left (`consensus.md` 4.5).
        #[pallet::call_index(78)]
        #[pallet::weight(weights::register_network::<T>())]
        pub fn sudo_trim_to_max_allowed_uids(origin: OriginFor<T>, netuid: NetUid, max_n: u16) -> DispatchResult {
            Self::set(origin, 78, netuid, |_| {
                pallet_subtensor::Pallet::<T>::rule(|chain| neurons::trim(chain, netuid, max_n))?;
                Ok(())
            })
        }

        /// Sets to how many neurons the subnet may be trimmed.
        #[pallet::call_index(79)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_min_allowed_uids(
            origin: OriginFor<T>,
            netuid: NetUid,
            min_allowed_uids: u16,
        ) -> DispatchResult {
            Self::set(origin, 79, netuid, |_| {
                ensure!(
                    min_allowed_uids < pallet_subtensor::MaxAllowedUids::<T>::get(netuid),
                    Error::<T>::MinAllowedUidsGreaterThanMaxAllowedUids
                );
                ensure!(
                    min_allowed_uids < pallet_subtensor::SubnetworkN::<T>::get(netuid),
                    Error::<T>::MinAllowedUidsGreaterThanCurrentUids
                );
                pallet_subtensor::MinAllowedUids::<T>::insert(netuid, min_allowed_uids);
                Self::tell(Told::MinAllowedUidsSet(netuid, min_allowed_uids));
                Ok(())
            })
        }

        /// Decides what becomes of the miner pay of the owner's own neurons.
        #[pallet::call_index(80)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_recycle_or_burn(
            origin: OriginFor<T>,
            netuid: NetUid,
            recycle_or_burn: RecycleOrBurnEnum,
        ) -> DispatchResult {
            Self::set(origin, 80, netuid, |_| {
                pallet_subtensor::RecycleOrBurn::<T>::insert(netuid, recycle_or_burn);
                Ok(())
            })
        }

        /// Sets how many neurons must be replaceable.
        #[pallet::call_index(84)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_min_non_immune_uids(origin: OriginFor<T>, netuid: NetUid, min: u16) -> DispatchResult {
            Self::set(origin, 84, netuid, |_| {
                pallet_subtensor::MinNonImmuneUids::<T>::insert(netuid, min);
                Self::tell(Told::MinNonImmuneUidsSet(netuid, min));
                Ok(())
            })
        }

        /// Sets the blocks between registration of a subnet and its start call. Root only.
        #[pallet::call_index(85)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_start_call_delay(origin: OriginFor<T>, delay: u64) -> DispatchResult {
            ensure_root(origin)?;
            pallet_subtensor::StartCallDelay::<T>::put(delay);
            Self::tell(Told::StartCallDelaySet(delay));
            Ok(())
        }

        /// Sets the blocks between announcement and swap of a coldkey. Root only.
        #[pallet::call_index(86)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_coldkey_swap_announcement_delay(origin: OriginFor<T>, duration: u32) -> DispatchResult {
            ensure_root(origin)?;
            pallet_subtensor::ColdkeySwapAnnouncementDelay::<T>::put(duration);
            Self::tell(Told::ColdkeySwapAnnouncementDelaySet(duration));
            Ok(())
        }

        /// Sets the blocks between announcements of a coldkey swap. Root only.
        #[pallet::call_index(87)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_coldkey_swap_reannouncement_delay(origin: OriginFor<T>, duration: u32) -> DispatchResult {
            ensure_root(origin)?;
            pallet_subtensor::ColdkeySwapReannouncementDelay::<T>::put(duration);
            Self::tell(Told::ColdkeySwapReannouncementDelaySet(duration));
            Ok(())
        }

        /// Sets how many consensus mechanisms a subnet may have. Root only.
        #[pallet::call_index(88)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_max_mechanism_count(origin: OriginFor<T>, max_mechanism_count: u8) -> DispatchResult {
            ensure_root(origin)?;
            ensure!(
                (1..=MAX_MECHANISMS).contains(&max_mechanism_count),
                pallet_subtensor::Error::<T>::InvalidValue
            );
            pallet_subtensor::MaxMechanismCount::<T>::put(max_mechanism_count);
            Ok(())
        }

        /// Sets the blocks in which the price of a neuron halves.
        #[pallet::call_index(89)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_burn_half_life(origin: OriginFor<T>, netuid: NetUid, burn_half_life: u16) -> DispatchResult {
            Self::set(origin, 89, netuid, |_| {
                ensure!(!netuid.is_root(), Error::<T>::NotPermittedOnRootSubnet);
                ensure!((1..=36_100).contains(&burn_half_life), Error::<T>::InvalidValue);
                pallet_subtensor::BurnHalfLife::<T>::insert(netuid, burn_half_life);
                Self::deposit_event(Event::BurnHalfLifeSet { netuid, burn_half_life });
                Ok(())
            })
        }

        /// Sets by what a registration multiplies the price of a neuron.
        #[pallet::call_index(90)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_burn_increase_mult(
            origin: OriginFor<T>,
            netuid: NetUid,
            burn_increase_mult: U64F64,
        ) -> DispatchResult {
            Self::set(origin, 90, netuid, |_| {
                ensure!(!netuid.is_root(), Error::<T>::NotPermittedOnRootSubnet);
                let bounds = U64F64::from_num(1)..=U64F64::from_num(3);
                ensure!(bounds.contains(&burn_increase_mult), Error::<T>::InvalidValue);
                pallet_subtensor::BurnIncreaseMult::<T>::insert(netuid, burn_increase_mult);
                Self::deposit_event(Event::BurnIncreaseMultSet {
                    netuid,
                    burn_increase_mult,
                });
                Ok(())
            })
        }

        /// Gives the owner its cut, or not.
        #[pallet::call_index(92)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_owner_cut_enabled(origin: OriginFor<T>, netuid: NetUid, enabled: bool) -> DispatchResult {
            Self::set(origin, 92, netuid, |_| {
                ensure!(!netuid.is_root(), Error::<T>::NotPermittedOnRootSubnet);
                pallet_subtensor::OwnerCutEnabled::<T>::insert(netuid, enabled);
                Ok(())
            })
        }

        /// Sets the lowest take of child hotkeys on a subnet, over 65535.
        #[pallet::call_index(93)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_min_childkey_take_per_subnet(
            origin: OriginFor<T>,
            netuid: NetUid,
            take: u16,
        ) -> DispatchResult {
            Self::set(origin, 93, netuid, |_| {
                let bounds =
                    pallet_subtensor::MinChildkeyTake::<T>::get()..=pallet_subtensor::MaxChildkeyTake::<T>::get();
                ensure!(bounds.contains(&take), Error::<T>::InvalidValue);
                pallet_subtensor::MinChildkeyTakePerSubnet::<T>::insert(netuid, take);
                Self::tell(Told::MinChildKeyTakePerSubnetSet(netuid, take));
                Ok(())
            })
        }

        /// Lets TAO flow into the pool of a subnet, or not. Root only.
        #[pallet::call_index(94)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_subnet_emission_enabled(origin: OriginFor<T>, netuid: NetUid, enabled: bool) -> DispatchResult {
            Self::set(origin, 94, netuid, |_| {
                ensure!(!netuid.is_root(), Error::<T>::NotPermittedOnRootSubnet);
                pallet_subtensor::SubnetEmissionEnabled::<T>::insert(netuid, enabled);
                Self::deposit_event(Event::SubnetEmissionEnabledSet { netuid, enabled });
                Ok(())
            })
        }

        /// Locks the owner's cut as it comes, or not.
        #[pallet::call_index(95)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_owner_cut_auto_lock_enabled(
            origin: OriginFor<T>,
            netuid: NetUid,
            enabled: bool,
        ) -> DispatchResult {
            Self::set(origin, 95, netuid, |_| {
                ensure!(!netuid.is_root(), Error::<T>::NotPermittedOnRootSubnet);
                pallet_subtensor::OwnerCutAutoLockEnabled::<T>::insert(netuid, enabled);
                Ok(())
            })
        }

        /// Sets how many epochs one block may run. Root only.
        #[pallet::call_index(96)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_max_epochs_per_block(origin: OriginFor<T>, max_epochs_per_block: u8) -> DispatchResult {
            ensure_root(origin)?;
            ensure!(max_epochs_per_block >= 1, Error::<T>::ValueNotInBounds);
            pallet_subtensor::MaxEpochsPerBlock::<T>::put(max_epochs_per_block);
            Self::tell(Told::MaxEpochsPerBlockSet(max_epochs_per_block));
            Ok(())
        }
    }
}
