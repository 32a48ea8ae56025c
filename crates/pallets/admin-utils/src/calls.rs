//! The setters. Names, indices and arguments are those of the reference (`docs/rules/hyperparameters.md#setters`). How
//! the table is read stands at the macro that makes the calls from it.

use crate::table::setters;

setters! {
    root {
        /// Sets the highest take of a delegate, over 65535. Root only.
        1 sudo_set_default_take(default_take: u16) => MaxDelegateTake [MaxDelegateTakeSet];
        /// Sets the blocks between key swaps of a coldkey. Root only.
        2 sudo_set_tx_rate_limit(tx_rate_limit: u64) => TxRateLimit [TxRateLimitSet];
        /// Sets the owners' share of alpha, over 65535. Root only.
        28 sudo_set_subnet_owner_cut(subnet_owner_cut: u16) => SubnetOwnerCut [SubnetOwnerCutSet];
        /// Sets the blocks between registrations of subnets. Root only.
        29 sudo_set_network_rate_limit(rate_limit: u64) => NetworkRateLimit [NetworkRateLimitSet];
        /// Sets the blocks for which a new subnet is not pruned. Root only.
        35 sudo_set_network_immunity_period(immunity_period: u64) => NetworkImmunityPeriod [NetworkImmunityPeriodSet];
        /// Sets the least price of a subnet. Root only.
        36 sudo_set_network_min_lock_cost(lock_cost: TaoBalance) => NetworkMinLockCost [NetworkMinLockCostSet];
        /// Sets how many subnets there may be beside root. Root only.
        37 sudo_set_subnet_limit(max_subnets: u16) => SubnetLimit [SubnetLimitSet];
        /// Sets the blocks in which the price of a subnet falls by its last value. Root only.
        38 sudo_set_lock_reduction_interval(interval: u64) => NetworkLockReductionInterval [NetworkLockCostReductionIntervalSet];
        /// Sets the stake weight that setting weights takes. Root only.
        42 sudo_set_stake_threshold(min_stake: u64) => StakeThreshold [StakeThresholdSet];
        /// Sets the least stake of a nominator, in rao. Root only.
        43 sudo_set_nominator_min_required_stake(min_stake: u64) => NominatorMinRequiredStake;
        /// Sets the blocks between increases of a delegate's take. Root only.
        45 sudo_set_tx_delegate_take_rate_limit(tx_rate_limit: u64) => TxDelegateTakeRateLimit [TxDelegateTakeRateLimitSet];
        /// Sets the lowest take of a delegate, over 65535. Root only.
        46 sudo_set_min_delegate_take(take: u16) => MinDelegateTake [MinDelegateTakeSet];
        /// Sets how fast the moving price follows the price. Root only.
        63 sudo_set_subnet_moving_alpha(alpha: I96F32) => SubnetMovingAlpha;
        /// Sets the version of commits that clients must make. Root only.
        71 sudo_set_commit_reveal_version(version: u16) => CommitRevealWeightsVersion [CommitRevealVersionSet];
        /// Sets the part of child dividends that is burned, over 2^64 - 1. Root only.
        73 sudo_set_ck_burn(burn: u64) => CKBurn;
        /// Sets the blocks before an epoch in which hyperparameters are fixed. Root only.
        74 sudo_set_admin_freeze_window(window: u16) => AdminFreezeWindow [AdminFreezeWindowSet];
        /// Sets the tempos between changes of a hyperparameter by an owner. Root only.
        75 sudo_set_owner_hparam_rate_limit(epochs: u16) => OwnerHyperparamRateLimit [OwnerHyperparamRateLimitSet];
        /// Sets the blocks between registration of a subnet and its start call. Root only.
        85 sudo_set_start_call_delay(delay: u64) => StartCallDelay [StartCallDelaySet];
        /// Sets the blocks between announcement and swap of a coldkey. Root only.
        86 sudo_set_coldkey_swap_announcement_delay(duration: u32) => ColdkeySwapAnnouncementDelay [ColdkeySwapAnnouncementDelaySet];
        /// Sets the blocks between announcements of a coldkey swap. Root only.
        87 sudo_set_coldkey_swap_reannouncement_delay(duration: u32) => ColdkeySwapReannouncementDelay [ColdkeySwapReannouncementDelaySet];
        /// Sets how many consensus mechanisms a subnet may have. Root only.
        88 sudo_set_max_mechanism_count(max_mechanism_count: u8) => MaxMechanismCount if check_mechanisms_max;
        /// Sets how many epochs one block may run. Root only.
        96 sudo_set_max_epochs_per_block(max_epochs_per_block: u8) => MaxEpochsPerBlock [MaxEpochsPerBlockSet] if check_epochs_max;
    }

    subnet {
        /// Sets the blocks between announcements of an endpoint.
        3 sudo_set_serving_rate_limit(netuid, serving_rate_limit: u64) => ServingRateLimit [ServingRateLimitSet];
        /// Sets the least difficulty of the former proof of work. Nothing reads it.
        4 sudo_set_min_difficulty(netuid, min_difficulty: u64) => MinDifficulty [MinDifficultySet];
        /// Sets the highest difficulty of the former proof of work. Nothing reads it.
        5 sudo_set_max_difficulty(netuid, max_difficulty: u64) => MaxDifficulty [MaxDifficultySet];
        /// Sets the version that weights must be made for.
        6 sudo_set_weights_version_key(netuid, weights_version_key: u64) => WeightsVersionKey [WeightsVersionKeySet];
        /// Sets the blocks between weights of a validator.
        7 sudo_set_weights_set_rate_limit(netuid, weights_set_rate_limit: u64) => WeightsSetRateLimit [WeightsSetRateLimitSet];
        /// Sets the former interval of price adjustments. Nothing reads it.
        8 sudo_set_adjustment_interval(netuid, adjustment_interval: u16) => AdjustmentInterval [AdjustmentIntervalSet];
        /// Sets the former inertia of price adjustments. Nothing reads it.
        9 sudo_set_adjustment_alpha(netuid, adjustment_alpha: u64) => AdjustmentAlpha [AdjustmentAlphaSet];
        /// Sets the blocks for which a new neuron is not replaced.
        13 sudo_set_immunity_period(netuid, immunity_period: u16) => ImmunityPeriod [ImmunityPeriodSet];
        /// Sets how many weights a validator sets at least.
        14 sudo_set_min_allowed_weights(netuid, min_allowed_weights: u16) => MinAllowedWeights [MinAllowedWeightSet];
        /// Sets how many neurons the subnet may have.
        15 sudo_set_max_allowed_uids(netuid, max_allowed_uids: u16) => MaxAllowedUids [MaxAllowedUidsSet] if check_max_uids;
        /// Sets the share of stake that makes a consensus, over 65535.
        16 sudo_set_kappa(netuid, kappa: u16) => Kappa [KappaSet];
        /// Sets the former steepness of trust. Nothing reads it.
        17 sudo_set_rho(netuid, rho: u16) => Rho;
        /// Sets the former activity window in blocks. The epoch reads `ActivityCutoffFactorMilli`.
        18 sudo_set_activity_cutoff(netuid, activity_cutoff: u16) => ActivityCutoff [ActivityCutoffSet] if check_activity_cutoff;
        /// Opens or closes registration of neurons. A closed subnet gets no emission either.
        19 sudo_set_network_registration_allowed(netuid, registration_allowed: bool) => NetworkRegistrationAllowed [RegistrationAllowed];
        /// Sets how many may register on root in an interval: three times this.
        21 sudo_set_target_registrations_per_interval(netuid, target_registrations_per_interval: u16) => TargetRegistrationsPerInterval [RegistrationPerIntervalSet];
        /// Sets the least price of a neuron.
        22 sudo_set_min_burn(netuid, min_burn: TaoBalance) => MinBurn [MinBurnSet] if check_min_burn;
        /// Sets the highest price of a neuron.
        23 sudo_set_max_burn(netuid, max_burn: TaoBalance) => MaxBurn [MaxBurnSet] if check_max_burn;
        /// Sets the difficulty of the former proof of work. Nothing reads it.
        24 sudo_set_difficulty(netuid, difficulty: u64) => Difficulty [DifficultySet];
        /// Sets how many validators the subnet may have.
        25 sudo_set_max_allowed_validators(netuid, max_allowed_validators: u16) => MaxAllowedValidators [MaxAllowedValidatorsSet] if check_max_validators;
        /// Sets how many may register on root in a block.
        27 sudo_set_max_registrations_per_block(netuid, max_registrations_per_block: u16) => MaxRegistrationsPerBlock [MaxRegistrationsPerBlockSet];
        /// Lets validators hide their weights until they count, or not.
        49 sudo_set_commit_reveal_weights_enabled(netuid, enabled: bool) => CommitRevealWeightsEnabled [CommitRevealEnabled];
        /// Lets the inertia of bonds depend on agreement, or not.
        50 sudo_set_liquid_alpha_enabled(netuid, enabled: bool) => LiquidAlphaOn;
        /// Sets after how many epochs committed weights are revealed.
        57 sudo_set_commit_reveal_weights_interval(netuid, interval: u64) => RevealPeriodEpochs [CommitRevealPeriodsSet] if check_reveal_period;
        /// Sets how much of the weight above consensus bonds lose, over 65535.
        60 sudo_set_bonds_penalty(netuid, bonds_penalty: u16) => BondsPenalty [BondsPenaltySet];
        /// Allows transfers of stake between coldkeys, or not.
        61 sudo_set_toggle_transfer(netuid, toggle: bool) => TransferToggle [TransferToggle];
        /// Lets the alpha of a subnet be traded, or not. Root only; owners have `start_call`.
        66 sudo_set_subtoken_enabled(netuid, subtoken_enabled: bool) => SubtokenEnabled;
        /// Uses the third form of bonds, or the first.
        69 sudo_set_yuma3_enabled(netuid, enabled: bool) => Yuma3On {Yuma3EnableToggled};
        /// Lets neurons have the bonds towards them forgotten, or not.
        70 sudo_set_bonds_reset_enabled(netuid, enabled: bool) => BondsResetOn [BondsResetOnSet] {BondsResetToggled};
        /// Sets how many of the owner's neurons are never replaced.
        72 sudo_set_owner_immune_neuron_limit(netuid, immune_neurons: u16) => ImmuneOwnerUidsLimit if check_immune_owner_uids;
        /// Sets to how many neurons the subnet may be trimmed.
        79 sudo_set_min_allowed_uids(netuid, min_allowed_uids: u16) => MinAllowedUids [MinAllowedUidsSet] if check_min_uids;
        /// Decides what becomes of the miner pay of the owner's own neurons.
        80 sudo_set_recycle_or_burn(netuid, recycle_or_burn: RecycleOrBurnEnum) => RecycleOrBurn;
        /// Sets how many neurons must be replaceable.
        84 sudo_set_min_non_immune_uids(netuid, min: u16) => MinNonImmuneUids [MinNonImmuneUidsSet];
        /// Sets the blocks in which the price of a neuron halves.
        89 sudo_set_burn_half_life(netuid, burn_half_life: u16) => BurnHalfLife {BurnHalfLifeSet} if check_burn_half_life;
        /// Sets by what a registration multiplies the price of a neuron.
        90 sudo_set_burn_increase_mult(netuid, burn_increase_mult: U64F64) => BurnIncreaseMult {BurnIncreaseMultSet} if check_burn_increase;
        /// Gives the owner its cut, or not.
        92 sudo_set_owner_cut_enabled(netuid, enabled: bool) => OwnerCutEnabled if check_not_root;
        /// Sets the lowest take of child hotkeys on a subnet, over 65535.
        93 sudo_set_min_childkey_take_per_subnet(netuid, take: u16) => MinChildkeyTakePerSubnet [MinChildKeyTakePerSubnetSet] if check_childkey_take;
        /// Lets TAO flow into the pool of a subnet, or not. Root only.
        94 sudo_set_subnet_emission_enabled(netuid, enabled: bool) => SubnetEmissionEnabled {SubnetEmissionEnabledSet} if check_not_root;
        /// Locks the owner's cut as it comes, or not.
        95 sudo_set_owner_cut_auto_lock_enabled(netuid, enabled: bool) => OwnerCutAutoLockEnabled if check_not_root;
    }

    other {
        /// Sets who makes blocks, from the next one on. Root only.
        #[pallet::call_index(0)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn swap_authorities(
            origin: OriginFor<T>,
            new_authorities: BoundedVec<T::AuthorityId, T::MaxAuthorities>,
        ) -> DispatchResult {
            ensure_root(origin)?;
            ensure!(!new_authorities.is_empty(), Error::<T>::NoAuthorities);
            T::Aura::change(new_authorities);
            Ok(())
        }

        /// Sets who finalizes blocks, `in_blocks` after this one. With `forced`, the number of the last final block, it
        /// works while nothing is being finalized. Root only (`docs/rules/hyperparameters.md#authorities`).
        #[pallet::call_index(59)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn schedule_grandpa_change(
            origin: OriginFor<T>,
            next_authorities: AuthorityList,
            in_blocks: BlockNumberFor<T>,
            forced: Option<BlockNumberFor<T>>,
        ) -> DispatchResult {
            ensure_root(origin)?;
            let votes = next_authorities.iter().any(|(_, weight)| *weight > 0);
            ensure!(votes, Error::<T>::NoAuthorities);
            // The pallet of finality adds and doubles it.
            ensure!(in_blocks <= LONGEST_DELAY.into(), Error::<T>::ValueNotInBounds);
            T::Grandpa::schedule(next_authorities, in_blocks, forced)?;
            let at = frame_system::Pallet::<T>::block_number().saturating_add(in_blocks);
            VotersChangeAt::<T>::put(at);
            Ok(())
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

        /// Sets the blocks between epochs and begins a new tempo. Root only; owners have `set_tempo`.
        #[pallet::call_index(30)]
        #[pallet::weight(weights::simple::<T>())]
        pub fn sudo_set_tempo(origin: OriginFor<T>, netuid: NetUid, tempo: u16) -> DispatchResult {
            Self::set(origin, 30, netuid, |_| {
                pallet_subtensor::Pallet::<T>::restart_with_tempo(netuid, tempo);
                Ok(())
            })
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

        /// Sets the hotkey of the subnet's owner, once in 50,400 blocks (`docs/rules/subnets.md#owner`). For the owner
        /// and root.
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
                ensure!(
                    may_set_steepness(steepness, by_root),
                    Error::<T>::NegativeSigmoidSteepness
                );
                pallet_subtensor::AlphaSigmoidSteepness::<T>::insert(netuid, steepness);
                Ok(())
            })
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

        /// Removes the least paid neurons until `max_n` are left (`docs/rules/neurons.md#trimming`).
        #[pallet::call_index(78)]
        #[pallet::weight(weights::register_network::<T>())]
        pub fn sudo_trim_to_max_allowed_uids(origin: OriginFor<T>, netuid: NetUid, max_n: u16) -> DispatchResult {
            Self::set(origin, 78, netuid, |_| {
                pallet_subtensor::Pallet::<T>::rule(|chain| trimming::trim(chain, netuid, max_n))?;
                Ok(())
            })
        }
    }
}
