//! Subnets (`docs/rules/clients.md#runtime-apis`).
#![allow(missing_docs)] // Fields are named and ordered by the reference.

use alloc::vec::Vec;

use codec::{Compact, Decode, Encode};
use pallet_subtensor::SubnetIdentityV3;
use scale_info::TypeInfo;
use sp_runtime::AccountId32;
use tributary_economy::{Alpha as AlphaBalance, MechId, NetUid, Tao as TaoBalance, fixed::I96F32};

use crate::{HyperparamEntry, Metagraph, SelectiveMetagraph, SubnetHyperparams, SubnetHyperparamsV2};

/// The economy of a subnet.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct DynamicInfo {
    pub netuid: Compact<NetUid>,
    pub owner_hotkey: AccountId32,
    pub owner_coldkey: AccountId32,
    pub subnet_name: Vec<Compact<u8>>,
    pub token_symbol: Vec<Compact<u8>>,
    pub tempo: Compact<u16>,
    pub last_step: Compact<u64>,
    pub blocks_since_last_step: Compact<u64>,
    pub emission: Compact<u64>,
    pub alpha_in: Compact<AlphaBalance>,
    pub alpha_out: Compact<AlphaBalance>,
    pub tao_in: Compact<TaoBalance>,
    pub alpha_out_emission: Compact<AlphaBalance>,
    pub alpha_in_emission: Compact<AlphaBalance>,
    pub tao_in_emission: Compact<TaoBalance>,
    pub pending_alpha_emission: Compact<AlphaBalance>,
    pub pending_root_emission: Compact<TaoBalance>,
    pub subnet_volume: Compact<u128>,
    pub network_registered_at: Compact<u64>,
    pub subnet_identity: Option<SubnetIdentityV3>,
    pub moving_price: I96F32,
}

/// Parameters of a subnet, in the form of 2024.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct SubnetInfov2 {
    pub netuid: Compact<NetUid>,
    pub rho: Compact<u16>,
    pub kappa: Compact<u16>,
    pub difficulty: Compact<u64>,
    pub immunity_period: Compact<u16>,
    pub max_allowed_validators: Compact<u16>,
    pub min_allowed_weights: Compact<u16>,
    pub max_weights_limit: Compact<u16>,
    pub scaling_law_power: Compact<u16>,
    pub subnetwork_n: Compact<u16>,
    pub max_allowed_uids: Compact<u16>,
    pub blocks_since_last_step: Compact<u64>,
    pub tempo: Compact<u16>,
    pub network_modality: Compact<u16>,
    pub network_connect: Vec<[u16; 2]>,
    pub emission_value: Compact<u64>,
    pub burn: Compact<TaoBalance>,
    pub owner: AccountId32,
    pub identity: Option<SubnetIdentityV3>,
}

/// All neurons of a subnet, by uid.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct SubnetState {
    pub netuid: Compact<NetUid>,
    pub hotkeys: Vec<AccountId32>,
    pub coldkeys: Vec<AccountId32>,
    pub active: Vec<bool>,
    pub validator_permit: Vec<bool>,
    pub pruning_score: Vec<Compact<u16>>,
    pub last_update: Vec<Compact<u64>>,
    pub emission: Vec<Compact<AlphaBalance>>,
    pub dividends: Vec<Compact<u16>>,
    pub incentives: Vec<Compact<u16>>,
    pub consensus: Vec<Compact<u16>>,
    pub trust: Vec<Compact<u16>>,
    pub rank: Vec<Compact<u16>>,
    pub block_at_registration: Vec<Compact<u64>>,
    pub alpha_stake: Vec<Compact<AlphaBalance>>,
    pub tao_stake: Vec<Compact<TaoBalance>>,
    pub total_stake: Vec<Compact<TaoBalance>>,
    pub emission_history: Vec<Vec<Compact<AlphaBalance>>>,
}

sp_api::decl_runtime_apis! {
    /// Subnets.
    pub trait SubnetInfoRuntimeApi {
        /// The economy of a subnet; none if there is no such subnet.
        fn get_dynamic_info(netuid: NetUid) -> Option<DynamicInfo>;
        /// The economy of all subnets.
        fn get_all_dynamic_info() -> Vec<Option<DynamicInfo>>;
        /// All about a subnet and its neurons.
        fn get_metagraph(netuid: NetUid) -> Option<Metagraph>;
        /// The same of all subnets.
        fn get_all_metagraphs() -> Vec<Option<Metagraph>>;
        /// All about a subnet, with incentives and updates of one mechanism.
        fn get_mechagraph(netuid: NetUid, mecid: MechId) -> Option<Metagraph>;
        /// The same of all mechanisms of all subnets.
        fn get_all_mechagraphs() -> Vec<Option<Metagraph>>;
        /// The chosen fields of a metagraph, by position.
        fn get_selective_metagraph(netuid: NetUid, metagraph_indexes: Vec<u16>) -> Option<SelectiveMetagraph>;
        /// The chosen fields of a mechanism's metagraph, by position.
        fn get_selective_mechagraph(
            netuid: NetUid,
            subid: MechId,
            metagraph_indexes: Vec<u16>,
        ) -> Option<SelectiveMetagraph>;
        /// Hyperparameters in their first form.
        fn get_subnet_hyperparams(netuid: NetUid) -> Option<SubnetHyperparams>;
        /// Hyperparameters in their second form.
        fn get_subnet_hyperparams_v2(netuid: NetUid) -> Option<SubnetHyperparamsV2>;
        /// Hyperparameters as names and values.
        fn get_subnet_hyperparams_v3(netuid: NetUid) -> Option<Vec<HyperparamEntry>>;
        /// All neurons of a subnet, by uid.
        fn get_subnet_state(netuid: NetUid) -> Option<SubnetState>;
        /// Parameters of a subnet in the form of 2024.
        fn get_subnet_info_v2(netuid: NetUid) -> Option<SubnetInfov2>;
        /// The same of all subnets.
        fn get_subnets_info_v2() -> Vec<Option<SubnetInfov2>>;
        /// Which subnet the next registration would replace, if there is no room.
        fn get_subnet_to_prune() -> Option<NetUid>;
        /// Block of the next epoch.
        fn get_next_epoch_start_block(netuid: NetUid) -> Option<u64>;
        /// The hotkey to which a coldkey has its miners' pay staked.
        fn get_coldkey_auto_stake_hotkey(coldkey: AccountId32, netuid: NetUid) -> Option<AccountId32>;
    }

    /// What a subnet costs.
    pub trait SubnetRegistrationRuntimeApi {
        /// In rao, now.
        fn get_network_registration_cost() -> TaoBalance;
    }
}
