//! What the rules read and write. The rules of this crate that touch more than a handful of numbers
//! are functions over a [`Ledger`]; the chain keeps one in its storage, tests and simulations keep one
//! in memory ([`crate::memory::MemoryLedger`]). Both come from the same table, `for_each_ledger_item!`,
//! so neither can have an item that the other lacks.

use alloc::{collections::BTreeMap, vec::Vec};

use crate::{
    Alpha, Error, Event, MechId, NetUid, NetUidStorageIndex, RootClaimType, Tao,
    fixed::{I64F64, I96F32, U64F64, U96F32},
    pact::Books,
    rule_sets::RuleSet,
    safe_float::SafeFloat,
};

/// Calls `$callback!` with the table of storage items that the rules use:
///
/// `getter, setter, StorageName, (keys), value, default;`
///
/// The storage name is the one on chain, the default what an absent key reads as (`docs/rules/storage.md`). `Acc`
/// stands for the account type of the ledger.
#[macro_export]
macro_rules! for_each_ledger_item {
    ($callback:ident) => {
        $callback! {
            // Totals and global parameters.
            total_issuance, set_total_issuance, TotalIssuance, (), Tao, Tao(0);
            total_stake, set_total_stake, TotalStake, (), Tao, Tao(0);
            block_emission, set_block_emission, BlockEmission, (), u64, 1_000_000_000;
            subnet_moving_alpha, set_subnet_moving_alpha, SubnetMovingAlpha, (), I96F32, I96F32::from_bits($crate::presets::LOCAL.moving_alpha as i128);
            tao_weight, set_tao_weight, TaoWeight, (), u64, $crate::presets::LOCAL.tao_weight;
            ck_burn, set_ck_burn, CKBurn, (), u64, 0;
            subnet_owner_cut, set_subnet_owner_cut, SubnetOwnerCut, (), u16, $crate::presets::LOCAL.owner_cut;
            emission_gate_bar, set_emission_gate_bar, EmissionGateBar, (), Option<U64F64>, None;
            emission_bar_rank, set_emission_bar_rank, EmissionBarRank, (), u16, $crate::emission::Gate::default().rank;
            emission_bar_quantile, set_emission_bar_quantile, EmissionBarQuantile, (), U64F64, $crate::emission::Gate::default().quantile;
            emission_gate_exponent, set_emission_gate_exponent, EmissionGateExponent, (), U64F64, $crate::emission::Gate::default().exponent;
            max_epochs_per_block, set_max_epochs_per_block, MaxEpochsPerBlock, (), u8, 2;
            admin_freeze_window, set_admin_freeze_window, AdminFreezeWindow, (), u16, 10;
            stake_threshold, set_stake_threshold, StakeThreshold, (), u64, 0;
            nominator_min_required_stake, set_nominator_min_required_stake, NominatorMinRequiredStake, (), u64, $crate::presets::LOCAL.nominator_min_required_stake;
            min_delegate_take, set_min_delegate_take, MinDelegateTake, (), u16, 0;
            max_delegate_take, set_max_delegate_take, MaxDelegateTake, (), u16, $crate::presets::LOCAL.delegate_take;
            min_childkey_take, set_min_childkey_take, MinChildkeyTake, (), u16, 0;
            max_childkey_take, set_max_childkey_take, MaxChildkeyTake, (), u16, $crate::presets::LOCAL.childkey_take;
            tx_delegate_take_rate_limit, set_tx_delegate_take_rate_limit, TxDelegateTakeRateLimit, (), u64, 216_000;
            total_networks, set_total_networks, TotalNetworks, (), u16, 0;
            subnet_limit, set_subnet_limit, SubnetLimit, (), u16, $crate::presets::LOCAL.subnet_limit;
            network_immunity_period, set_network_immunity_period, NetworkImmunityPeriod, (), u64, $crate::presets::LOCAL.network_immunity_period;
            start_call_delay, set_start_call_delay, StartCallDelay, (), u64, 0;
            network_registration_start_block, set_network_registration_start_block, NetworkRegistrationStartBlock, (), u64, 0;
            tao_in_refund_deployment_block, set_tao_in_refund_deployment_block, TaoInRefundDeploymentBlock, (), u64, 0;
            network_min_lock_cost, set_network_min_lock_cost, NetworkMinLockCost, (), Tao, Tao($crate::presets::LOCAL.network_min_lock_cost);
            network_last_lock_cost, set_network_last_lock_cost, NetworkLastLockCost, (), Tao, Tao($crate::presets::LOCAL.network_min_lock_cost);
            network_lock_reduction_interval, set_network_lock_reduction_interval, NetworkLockReductionInterval, (), u64, $crate::presets::LOCAL.network_lock_reduction_interval;
            network_rate_limit, set_network_rate_limit, NetworkRateLimit, (), u64, $crate::presets::LOCAL.network_rate_limit;
            num_root_claim, set_num_root_claim, NumRootClaim, (), u64, 5;
            num_staking_coldkeys, set_num_staking_coldkeys, NumStakingColdkeys, (), u64, 0;
            new_subnet, set_new_subnet, NewSubnetDefaults, (), $crate::NewSubnet, $crate::NewSubnet::default();

            // Pools and emission of a subnet.
            subnet_tao, set_subnet_tao, SubnetTAO, (netuid: NetUid), Tao, Tao(0);
            subnet_alpha_in, set_subnet_alpha_in, SubnetAlphaIn, (netuid: NetUid), Alpha, Alpha(0);
            subnet_alpha_out, set_subnet_alpha_out, SubnetAlphaOut, (netuid: NetUid), Alpha, Alpha(0);
            subnet_protocol_alpha, set_subnet_protocol_alpha, SubnetProtocolAlpha, (netuid: NetUid), Alpha, Alpha(0);
            subnet_volume, set_subnet_volume, SubnetVolume, (netuid: NetUid), u128, 0;
            subnet_locked, set_subnet_locked, SubnetLocked, (netuid: NetUid), Tao, Tao(0);
            subnet_tao_in_emission, set_subnet_tao_in_emission, SubnetTaoInEmission, (netuid: NetUid), Tao, Tao(0);
            subnet_alpha_in_emission, set_subnet_alpha_in_emission, SubnetAlphaInEmission, (netuid: NetUid), Alpha, Alpha(0);
            subnet_alpha_out_emission, set_subnet_alpha_out_emission, SubnetAlphaOutEmission, (netuid: NetUid), Alpha, Alpha(0);
            subnet_excess_tao, set_subnet_excess_tao, SubnetExcessTao, (netuid: NetUid), Tao, Tao(0);
            subnet_root_sell_tao, set_subnet_root_sell_tao, SubnetRootSellTao, (netuid: NetUid), Tao, Tao(0);
            subnet_moving_price, set_subnet_moving_price, SubnetMovingPrice, (netuid: NetUid), I96F32, I96F32::from_bits(0);
            ema_price_halving_blocks, set_ema_price_halving_blocks, EMAPriceHalvingBlocks, (netuid: NetUid), u64, $crate::presets::LOCAL.halving_blocks;
            subnet_emission_enabled, set_subnet_emission_enabled, SubnetEmissionEnabled, (netuid: NetUid), bool, true;
            root_prop, set_root_prop, RootProp, (netuid: NetUid), U96F32, U96F32::from_bits(0);
            miner_burned, set_miner_burned, MinerBurned, (netuid: NetUid), U96F32, U96F32::from_bits(0);
            subnet_tao_flow, set_subnet_tao_flow, SubnetTaoFlow, (netuid: NetUid), i64, 0;
            subnet_ema_tao_flow, set_subnet_ema_tao_flow, SubnetEmaTaoFlow, (netuid: NetUid), Option<(u64, I64F64)>, None;
            subnet_protocol_flow, set_subnet_protocol_flow, SubnetProtocolFlow, (netuid: NetUid), i64, 0;
            pending_server_emission, set_pending_server_emission, PendingServerEmission, (netuid: NetUid), Alpha, Alpha(0);
            pending_validator_emission, set_pending_validator_emission, PendingValidatorEmission, (netuid: NetUid), Alpha, Alpha(0);
            pending_root_alpha_divs, set_pending_root_alpha_divs, PendingRootAlphaDivs, (netuid: NetUid), Alpha, Alpha(0);
            pending_owner_cut, set_pending_owner_cut, PendingOwnerCut, (netuid: NetUid), Alpha, Alpha(0);
            owner_cut_enabled, set_owner_cut_enabled, OwnerCutEnabled, (netuid: NetUid), bool, true;
            recycle_or_burn, set_recycle_or_burn, RecycleOrBurn, (netuid: NetUid), $crate::RecycleOrBurn, $crate::RecycleOrBurn::Burn;
            emission, set_emission, Emission, (netuid: NetUid), Vec<Alpha>, Vec::new();
            mechanism_count_current, set_mechanism_count_current, MechanismCountCurrent, (netuid: NetUid), MechId, MechId(1);
            mechanism_emission_split, set_mechanism_emission_split, MechanismEmissionSplit, (netuid: NetUid), Option<Vec<u16>>, None;
            root_claimable_threshold, set_root_claimable_threshold, RootClaimableThreshold, (netuid: NetUid), I96F32, I96F32::from_bits(500_000 << 32);

            // Schedule.
            tempo, set_tempo, Tempo, (netuid: NetUid), u16, $crate::new_subnet::DEFAULT_TEMPO;
            last_epoch_block, set_last_epoch_block, LastEpochBlock, (netuid: NetUid), u64, 0;
            pending_epoch_at, set_pending_epoch_at, PendingEpochAt, (netuid: NetUid), u64, 0;
            subnet_epoch_index, set_subnet_epoch_index, SubnetEpochIndex, (netuid: NetUid), u64, 0;
            blocks_since_last_step, set_blocks_since_last_step, BlocksSinceLastStep, (netuid: NetUid), u64, 0;
            last_mechanism_step_block, set_last_mechanism_step_block, LastMechansimStepBlock, (netuid: NetUid), u64, 0;
            first_emission_block_number, set_first_emission_block_number, FirstEmissionBlockNumber, (netuid: NetUid), Option<u64>, None;
            subtoken_enabled, set_subtoken_enabled, SubtokenEnabled, (netuid: NetUid), bool, false;
            activity_cutoff_factor_milli, set_activity_cutoff_factor_milli, ActivityCutoffFactorMilli, (netuid: NetUid), u32, 13_889;

            // Life of a subnet and registration on it.
            networks_added, set_networks_added, NetworksAdded, (netuid: NetUid), bool, false;
            subnet_mechanism, set_subnet_mechanism, SubnetMechanism, (netuid: NetUid), u16, 0;
            network_registered_at, set_network_registered_at, NetworkRegisteredAt, (netuid: NetUid), u64, 0;
            registered_subnet_counter, set_registered_subnet_counter, RegisteredSubnetCounter, (netuid: NetUid), u64, 0;
            token_symbol, set_token_symbol, TokenSymbol, (netuid: NetUid), Vec<u8>, Vec::from([0xf0, 0x9d, 0x9c, 0x8f]);
            network_registration_allowed, set_network_registration_allowed, NetworkRegistrationAllowed, (netuid: NetUid), bool, true;
            burn, set_burn, Burn, (netuid: NetUid), Tao, Tao(100_000_000);
            min_burn, set_min_burn, MinBurn, (netuid: NetUid), Tao, Tao(500_000);
            max_burn, set_max_burn, MaxBurn, (netuid: NetUid), Tao, Tao(100_000_000_000);
            burn_half_life, set_burn_half_life, BurnHalfLife, (netuid: NetUid), u16, 360;
            burn_increase_mult, set_burn_increase_mult, BurnIncreaseMult, (netuid: NetUid), U64F64, U64F64::from_bits(23_242_897_532_874_035_200);
            rao_recycled_for_registration, set_rao_recycled_for_registration, RAORecycledForRegistration, (netuid: NetUid), Tao, Tao(0);
            registrations_this_block, set_registrations_this_block, RegistrationsThisBlock, (netuid: NetUid), u16, 0;
            registrations_this_interval, set_registrations_this_interval, RegistrationsThisInterval, (netuid: NetUid), u16, 0;
            max_registrations_per_block, set_max_registrations_per_block, MaxRegistrationsPerBlock, (netuid: NetUid), u16, 1;
            target_registrations_per_interval, set_target_registrations_per_interval, TargetRegistrationsPerInterval, (netuid: NetUid), u16, 2;

            // Neurons and consensus parameters.
            subnetwork_n, set_subnetwork_n, SubnetworkN, (netuid: NetUid), u16, 0;
            max_allowed_uids, set_max_allowed_uids, MaxAllowedUids, (netuid: NetUid), u16, 256;
            min_allowed_uids, set_min_allowed_uids, MinAllowedUids, (netuid: NetUid), u16, 64;
            max_allowed_validators, set_max_allowed_validators, MaxAllowedValidators, (netuid: NetUid), u16, 128;
            min_allowed_weights, set_min_allowed_weights, MinAllowedWeights, (netuid: NetUid), u16, 1024;
            immunity_period, set_immunity_period, ImmunityPeriod, (netuid: NetUid), u16, 4096;
            min_non_immune_uids, set_min_non_immune_uids, MinNonImmuneUids, (netuid: NetUid), u16, 10;
            immune_owner_uids_limit, set_immune_owner_uids_limit, ImmuneOwnerUidsLimit, (netuid: NetUid), u16, 1;
            kappa, set_kappa, Kappa, (netuid: NetUid), u16, 32_767;
            bonds_penalty, set_bonds_penalty, BondsPenalty, (netuid: NetUid), u16, u16::MAX;
            bonds_moving_average, set_bonds_moving_average, BondsMovingAverage, (netuid: NetUid), u64, 900_000;
            yuma3_on, set_yuma3_on, Yuma3On, (netuid: NetUid), bool, false;
            liquid_alpha_on, set_liquid_alpha_on, LiquidAlphaOn, (netuid: NetUid), bool, false;
            alpha_values, set_alpha_values, AlphaValues, (netuid: NetUid), (u16, u16), (45_875, 58_982);
            alpha_sigmoid_steepness, set_alpha_sigmoid_steepness, AlphaSigmoidSteepness, (netuid: NetUid), i16, 1000;
            commit_reveal_weights_enabled, set_commit_reveal_weights_enabled, CommitRevealWeightsEnabled, (netuid: NetUid), bool, true;
            weights_set_rate_limit, set_weights_set_rate_limit, WeightsSetRateLimit, (netuid: NetUid), u64, 100;
            weights_version_key, set_weights_version_key, WeightsVersionKey, (netuid: NetUid), u64, 0;
            transfer_toggle, set_transfer_toggle, TransferToggle, (netuid: NetUid), bool, true;
            min_childkey_take_per_subnet, set_min_childkey_take_per_subnet, MinChildkeyTakePerSubnet, (netuid: NetUid), u16, 0;
            active, set_active, Active, (netuid: NetUid), Vec<bool>, Vec::new();
            consensus, set_consensus, Consensus, (netuid: NetUid), Vec<u16>, Vec::new();
            dividends, set_dividends, Dividends, (netuid: NetUid), Vec<u16>, Vec::new();
            validator_trust, set_validator_trust, ValidatorTrust, (netuid: NetUid), Vec<u16>, Vec::new();
            validator_permit, set_validator_permit, ValidatorPermit, (netuid: NetUid), Vec<bool>, Vec::new();
            stake_weight, set_stake_weight, StakeWeight, (netuid: NetUid), Vec<u16>, Vec::new();
            incentive, set_incentive, Incentive, (index: NetUidStorageIndex), Vec<u16>, Vec::new();
            last_update, set_last_update, LastUpdate, (index: NetUidStorageIndex), Vec<u64>, Vec::new();
            weights, set_weights, Weights, (index: NetUidStorageIndex, uid: u16), Vec<(u16, u16)>, Vec::new();
            bonds, set_bonds, Bonds, (index: NetUidStorageIndex, uid: u16), Vec<(u16, u16)>, Vec::new();
            block_at_registration, set_block_at_registration, BlockAtRegistration, (netuid: NetUid, uid: u16), u64, 0;
            uids, set_uids, Uids, (netuid: NetUid, hotkey: &Acc), Option<u16>, None;

            // Keys and stake.
            owned_hotkeys, set_owned_hotkeys, OwnedHotkeys, (coldkey: &Acc), Vec<Acc>, Vec::new();
            staking_hotkeys, set_staking_hotkeys, StakingHotkeys, (coldkey: &Acc), Vec<Acc>, Vec::new();
            childkey_take, set_childkey_take, ChildkeyTake, (hotkey: &Acc, netuid: NetUid), u16, 0;
            child_keys, set_child_keys, ChildKeys, (hotkey: &Acc, netuid: NetUid), Vec<(u64, Acc)>, Vec::new();
            parent_keys, set_parent_keys, ParentKeys, (hotkey: &Acc, netuid: NetUid), Vec<(u64, Acc)>, Vec::new();
            total_hotkey_alpha, set_total_hotkey_alpha, TotalHotkeyAlpha, (hotkey: &Acc, netuid: NetUid), Alpha, Alpha(0);
            total_hotkey_alpha_last_epoch, set_total_hotkey_alpha_last_epoch, TotalHotkeyAlphaLastEpoch, (hotkey: &Acc, netuid: NetUid), Alpha, Alpha(0);
            total_hotkey_shares, set_total_hotkey_shares, TotalHotkeySharesV2, (hotkey: &Acc, netuid: NetUid), SafeFloat, SafeFloat::ZERO;
            is_network_member, set_is_network_member, IsNetworkMember, (hotkey: &Acc, netuid: NetUid), bool, false;
            alpha_dividends_per_subnet, set_alpha_dividends_per_subnet, AlphaDividendsPerSubnet, (netuid: NetUid, hotkey: &Acc), Alpha, Alpha(0);
            root_alpha_dividends_per_subnet, set_root_alpha_dividends_per_subnet, RootAlphaDividendsPerSubnet, (netuid: NetUid, hotkey: &Acc), Alpha, Alpha(0);
            auto_stake_destination, set_auto_stake_destination, AutoStakeDestination, (coldkey: &Acc, netuid: NetUid), Option<Acc>, None;
            last_coldkey_hotkey_stake_block, set_last_coldkey_hotkey_stake_block, LastColdkeyHotkeyStakeBlock, (coldkey: &Acc, hotkey: &Acc), Option<u64>, None;
            root_claimable, set_root_claimable, RootClaimable, (hotkey: &Acc), BTreeMap<NetUid, I96F32>, BTreeMap::new();
            root_claim_type, set_root_claim_type, RootClaimType, (coldkey: &Acc), RootClaimType, RootClaimType::Swap;
            staking_coldkeys_by_index, set_staking_coldkeys_by_index, StakingColdkeysByIndex, (index: u64), Option<Acc>, None;
            staking_coldkeys, set_staking_coldkeys, StakingColdkeys, (coldkey: &Acc), Option<u64>, None;
            root_claim_cursor, set_root_claim_cursor, RootClaimCursor, (coldkey: &Acc), u64, 0;
            auto_parent_delegation_enabled, set_auto_parent_delegation_enabled, AutoParentDelegationEnabled, (hotkey: &Acc), bool, true;
        }
    };
}

/// How a transfer of TAO treats the sender's account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existence {
    /// The sender keeps the existential deposit.
    Preserve,
    /// The sender may be emptied; dust below the existential deposit is destroyed.
    Expendable,
}

macro_rules! declare_ledger {
    ($($get:ident, $set:ident, $storage:ident, ($($key:ident : $key_ty:ty),*), $value:ty, $default:expr;)*) => {
        /// The state that the rules work on, and the few powers that they need over it.
        ///
        /// Setters of `Option` values remove the entry on `None`. A rule that fails may have written part of
        /// its changes: the caller runs it in a transaction and drops what a failed rule wrote.
        pub trait Ledger<Acc: Account>: Books<Acc> {
            $(
                #[doc = concat!("Reads `", stringify!($storage), "`.")]
                fn $get(&self, $($key: $key_ty),*) -> $value;
                #[doc = concat!("Writes `", stringify!($storage), "`.")]
                fn $set(&mut self, $($key: $key_ty,)* value: $value);
            )*

            // ---- the block

            /// Number of the block being executed.
            fn block(&self) -> u64;
            /// Hash of the parent block: the only randomness that rules use.
            fn parent_hash(&self) -> [u8; 32];
            /// Who made this block and earns its fees, if anybody (`docs/rules/transactions.md#fees`).
            fn author(&self) -> Option<Acc>;
            /// The dated rules in force (`docs/rules/emission.md#rule-sets`).
            fn rule_set(&self) -> RuleSet;
            /// Smallest reserve that a pool must hold to be traded against (`docs/rules/pool.md#swap`), in its own
            /// units.
            fn minimum_reserve(&self) -> u64 {
                crate::pool::MINIMUM_RESERVE
            }
            /// Tells the world.
            fn emit(&mut self, event: Event<Acc>);
            /// Runs `change` so that all of its writes vanish if it fails.
            ///
            /// # Errors
            /// What `change` returns.
            fn transaction<R>(&mut self, change: impl FnOnce(&mut Self) -> Result<R, Error>) -> Result<R, Error>
            where
                Self: Sized;

            // ---- TAO in accounts

            /// Everything that the account holds and may dispose of, the existential deposit included.
            fn balance(&self, who: &Acc) -> Tao;
            /// What the account can part with and still exist.
            fn spendable(&self, who: &Acc) -> Tao;
            /// All TAO in accounts: what the balances pallet calls total issuance.
            fn balances_issuance(&self) -> Tao;
            /// Moves TAO between accounts. Dust destroyed with an emptied account lowers `TotalIssuance` too.
            ///
            /// # Errors
            /// [`Error::InsufficientBalance`] if `from` cannot part with `amount`.
            fn transfer(&mut self, from: &Acc, to: &Acc, amount: Tao, existence: Existence) -> Result<(), Error>;
            /// Creates TAO in an account: the spending of a block's freshly minted credit.
            ///
            /// # Errors
            /// [`Error::InsufficientBalance`] if the account does not exist and `amount` is below the existential deposit.
            fn deposit(&mut self, to: &Acc, amount: Tao) -> Result<(), Error>;
            /// Destroys TAO of an account. `TotalIssuance` is the caller's to lower.
            ///
            /// # Errors
            /// [`Error::InsufficientBalance`] if the account cannot part with `amount`.
            fn withdraw(&mut self, from: &Acc, amount: Tao, existence: Existence) -> Result<(), Error>;
            /// The account that holds the TAO of a subnet's pool (`docs/rules/issuance.md#accounts-of-the-chain`).
            fn subnet_account(&self, netuid: NetUid) -> Acc;
            /// The account whose TAO nobody can move (`docs/rules/issuance.md#accounts-of-the-chain`).
            fn burn_account(&self) -> Acc;
            /// The account that holds the TAO of all reservoirs of pacts, and one existential deposit that the first
            /// signer paid (`docs/rules/pacts.md`).
            fn pact_account(&self) -> Acc;

            // ---- items that are not plain reads of one key

            /// All networks, root included, in the order of `docs/rules/numbers.md#order-of-walks`: by the
            /// little-endian bytes of the netuid.
            fn networks(&self) -> Vec<NetUid>;
            /// At most `most` of `StakingHotkeys` of the coldkey, from the place `from` on, and how many there are in
            /// all. The chain reads no more of a long list than that.
            fn staking_hotkeys_from(&self, coldkey: &Acc, from: u64, most: usize) -> (Vec<Acc>, u64) {
                let all = self.staking_hotkeys(coldkey);
                let len = all.len() as u64;
                let from = usize::try_from(from).unwrap_or(usize::MAX);
                (all.into_iter().skip(from).take(most).collect(), len)
            }
            /// The coldkey that owns a hotkey; none if the hotkey does not exist.
            fn owner(&self, hotkey: &Acc) -> Option<Acc>;
            /// Writes `Owner`.
            fn set_owner(&mut self, hotkey: &Acc, coldkey: Option<Acc>);
            /// The take of a delegate over 65535; none if the hotkey is no delegate.
            fn delegate_take(&self, hotkey: &Acc) -> Option<u16>;
            /// Writes `Delegates`.
            fn set_delegate_take(&mut self, hotkey: &Acc, take: Option<u16>);
            /// Owner of a subnet, if stored.
            fn subnet_owner(&self, netuid: NetUid) -> Option<Acc>;
            /// Writes `SubnetOwner`.
            fn set_subnet_owner(&mut self, netuid: NetUid, coldkey: Option<Acc>);
            /// Hotkey of a subnet's owner, if stored.
            fn subnet_owner_hotkey(&self, netuid: NetUid) -> Option<Acc>;
            /// Writes `SubnetOwnerHotkey`.
            fn set_subnet_owner_hotkey(&mut self, netuid: NetUid, hotkey: Option<Acc>);
            /// The hotkey at a uid.
            fn key(&self, netuid: NetUid, uid: u16) -> Option<Acc>;
            /// Writes `Keys`.
            fn set_key(&mut self, netuid: NetUid, uid: u16, hotkey: Option<Acc>);
            /// Share of a coldkey in the stake pool of a hotkey on a subnet (`AlphaV2`), zero if none.
            fn stake_share(&self, hotkey: &Acc, coldkey: &Acc, netuid: NetUid) -> SafeFloat;
            /// Writes `AlphaV2`; zero removes the entry.
            fn set_stake_share(&mut self, hotkey: &Acc, coldkey: &Acc, netuid: NetUid, share: SafeFloat);
            /// `RootClaimed`: what the coldkey has claimed of, or never earned from, root dividends.
            fn root_claimed(&self, netuid: NetUid, hotkey: &Acc, coldkey: &Acc) -> u128;
            /// Writes `RootClaimed`; zero removes the entry.
            fn set_root_claimed(&mut self, netuid: NetUid, hotkey: &Acc, coldkey: &Acc, amount: u128);
            /// Block of the last registration of a network (`LastRateLimitedBlock[NetworkLastRegistered]`), 0 if none.
            fn network_last_registered(&self) -> u64;
            /// Writes that mark.
            fn set_network_last_registered(&mut self, block: u64);
            /// Block of the last change of a delegate's take (`LastRateLimitedBlock[LastTxBlockDelegateTake]`), 0 if none.
            fn last_delegate_take_block(&self, hotkey: &Acc) -> u64;
            /// Writes that mark.
            fn set_last_delegate_take_block(&mut self, hotkey: &Acc, block: u64);
            /// Earliest block at which the hotkey committed weights that are neither revealed nor expired on this
            /// index; none without commits (`docs/rules/yuma.md#weights-that-count` step 5).
            fn earliest_weight_commit(&self, index: NetUidStorageIndex, hotkey: &Acc) -> Option<u64>;

            /// Swap fee over 65535 (`Swap.FeeRate`).
            fn fee_rate(&self, netuid: NetUid) -> u16;
            /// Quote weight of the pool, parts of 10^18 (`Swap.SwapBalancer`).
            fn quote_weight(&self, netuid: NetUid) -> u64;
            /// Writes `Swap.SwapBalancer`.
            fn set_quote_weight(&mut self, netuid: NetUid, parts: u64);
            /// Whether the pool's weights were initialised (`Swap.PalSwapInitialized`).
            fn swap_initialized(&self, netuid: NetUid) -> bool;
            /// Writes `Swap.PalSwapInitialized`.
            fn set_swap_initialized(&mut self, netuid: NetUid, yes: bool);
            /// Called after every change of a pool with the price that it has now ([`crate::market::swaps::price`]), so
            /// that derived items that clients read (`Swap.AlphaSqrtPrice`, `docs/rules/clients.md#version-skew`) can
            /// follow.
            fn pool_changed(&mut self, netuid: NetUid, price: U64F64);
            /// `AlphaAssets.TotalAlphaIssuance`: alpha minted less recycled.
            fn total_alpha_issuance(&self, netuid: NetUid) -> Alpha;
            /// Writes it.
            fn set_total_alpha_issuance(&mut self, netuid: NetUid, amount: Alpha);
            /// `AlphaAssets.AlphaBurned`.
            fn alpha_burned(&self, netuid: NetUid) -> Alpha;
            /// Writes it.
            fn set_alpha_burned(&mut self, netuid: NetUid, amount: Alpha);
            /// `AlphaAssets.AlphaRecycled`.
            fn alpha_recycled(&self, netuid: NetUid) -> Alpha;
            /// Writes it.
            fn set_alpha_recycled(&mut self, netuid: NetUid, amount: Alpha);

            // ---- walks, used only where the rules themselves walk (root tables, dissolving a subnet)

            /// Hotkeys with `TotalHotkeyAlpha` on the subnet, in the order of that map.
            fn hotkeys_with_stake(&self, netuid: NetUid) -> Vec<Acc>;
            /// Coldkeys with a share in the hotkey's pool on the subnet, in key order.
            fn stakers(&self, hotkey: &Acc, netuid: NetUid) -> Vec<Acc>;
            /// Removes `AlphaDividendsPerSubnet` of the subnet.
            fn clear_alpha_dividends(&mut self, netuid: NetUid);
            /// Removes `RootAlphaDividendsPerSubnet` of the subnet.
            fn clear_root_alpha_dividends(&mut self, netuid: NetUid);
            /// Removes the subnet from every `RootClaimable` and all of its `RootClaimed`
            /// (`docs/rules/subnets.md#dissolving` step 1).
            fn clear_root_claims(&mut self, netuid: NetUid);
            /// Removes what a replaced neuron leaves behind outside the rules: axon, prometheus, certificate,
            /// associated EVM address (`docs/rules/neurons.md#replacement`).
            fn clear_neuron_endpoints(&mut self, netuid: NetUid, uid: u16, hotkey: &Acc);
            /// Moves what [`Ledger::clear_neuron_endpoints`] knows by uid (associated EVM addresses) to the new uids of a
            /// trimmed subnet: the uid at place i of `stay` becomes i.
            fn move_neuron_endpoints(&mut self, netuid: NetUid, stay: &[u16]);
            /// Removes all that is stored for a dissolved subnet and is not written by the rules themselves
            /// (`docs/rules/subnets.md#dissolving` steps 9 and 10): hyperparameters, neurons, weights, endpoints,
            /// commitments, swap state.
            fn clear_network(&mut self, netuid: NetUid);
            /// Applies children scheduled for this hotkey table whose time has come (`docs/rules/block.md#order` step
            /// 7).
            fn apply_pending_children(&mut self, netuid: NetUid);
        }
    };
}

for_each_ledger_item!(declare_ledger);

/// What an account must be: a key with an order, that of its bytes.
pub trait Account: Clone + Ord + core::fmt::Debug {}
impl<A: Clone + Ord + core::fmt::Debug> Account for A {}
