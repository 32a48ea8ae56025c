//! What the chain answers from outside: the runtime APIs of the SDK and those of the market
//! (`docs/rules/clients.md#runtime-apis`).
#![allow(missing_docs)] // The macro writes undocumented items; the traits are documented where they are declared.

use alloc::vec::Vec;

use frame_support::genesis_builder_helper::{build_state, get_preset};
use pallet_transaction_payment::{FeeDetails, RuntimeDispatchInfo};
use sp_api::impl_runtime_apis;
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_consensus_grandpa::AuthorityId as GrandpaId;
use sp_core::OpaqueMetadata;
use sp_inherents::{CheckInherentsResult, InherentData};
use sp_runtime::{
    ApplyExtrinsicResult, ExtrinsicInclusionMode,
    traits::{Block as BlockT, NumberFor},
    transaction_validity::{TransactionSource, TransactionValidity},
};
use sp_session::OpaqueGeneratedSessionKeys;
use sp_version::RuntimeVersion;

use tributary_economy::{Alpha as AlphaBalance, MechId, NetUid, Tao as TaoBalance, market::networks};
use tributary_runtime_api::{
    DelegateInfo, Delegated, DynamicInfo, HyperparamEntry, Metagraph, NeuronInfo, NeuronInfoLite, SelectiveMetagraph,
    SimSwapResult, StakeInfo, SubnetHyperparams, SubnetHyperparamsV2, SubnetInfov2, SubnetPrice, SubnetState,
};

use crate::*;

mod dry_run;
mod hyperparameters;
mod neurons;
mod stakes;
mod state;
mod subnets;
mod swap;

impl_runtime_apis! {
    impl sp_api::Core<Block> for Runtime {
        fn version() -> RuntimeVersion {
            VERSION
        }
        fn execute_block(block: <Block as BlockT>::LazyBlock) {
            Executive::execute_block(block)
        }
        fn initialize_block(header: &<Block as BlockT>::Header) -> ExtrinsicInclusionMode {
            Executive::initialize_block(header)
        }
    }

    impl sp_api::Metadata<Block> for Runtime {
        fn metadata() -> OpaqueMetadata {
            OpaqueMetadata::new(Runtime::metadata().into())
        }
        fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
            if version == 15 { Some(metadata_v15()) } else { Runtime::metadata_at_version(version) }
        }
        fn metadata_versions() -> Vec<u32> {
            Runtime::metadata_versions()
        }
    }

    impl sp_block_builder::BlockBuilder<Block> for Runtime {
        fn apply_extrinsic(extrinsic: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
            Executive::apply_extrinsic(extrinsic)
        }
        fn finalize_block() -> <Block as BlockT>::Header {
            Executive::finalize_block()
        }
        fn inherent_extrinsics(data: InherentData) -> Vec<<Block as BlockT>::Extrinsic> {
            inherents(&data)
        }
        fn check_inherents(block: <Block as BlockT>::LazyBlock, data: InherentData) -> CheckInherentsResult {
            check_inherents(&block, &data)
        }
    }

    impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
        fn validate_transaction(
            source: TransactionSource,
            tx: <Block as BlockT>::Extrinsic,
            block_hash: <Block as BlockT>::Hash,
        ) -> TransactionValidity {
            Executive::validate_transaction(source, tx, block_hash)
        }
    }

    impl sp_offchain::OffchainWorkerApi<Block> for Runtime {
        fn offchain_worker(header: &<Block as BlockT>::Header) {
            Executive::offchain_worker(header)
        }
    }

    impl sp_session::SessionKeys<Block> for Runtime {
        fn generate_session_keys(owner: Vec<u8>, seed: Option<Vec<u8>>) -> OpaqueGeneratedSessionKeys {
            SessionKeys::generate(&owner, seed).into()
        }
        fn decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, sp_core::crypto::KeyTypeId)>> {
            SessionKeys::decode_into_raw_public_keys(&encoded)
        }
    }

    impl sp_consensus_aura::AuraApi<Block, AuraId> for Runtime {
        fn slot_duration() -> sp_consensus_aura::SlotDuration {
            sp_consensus_aura::SlotDuration::from_millis(Aura::slot_duration())
        }
        fn authorities() -> Vec<AuraId> {
            pallet_aura::Authorities::<Runtime>::get().into_inner()
        }
    }

    impl sp_consensus_grandpa::GrandpaApi<Block> for Runtime {
        fn grandpa_authorities() -> sp_consensus_grandpa::AuthorityList {
            Grandpa::grandpa_authorities()
        }
        fn current_set_id() -> sp_consensus_grandpa::SetId {
            Grandpa::current_set_id()
        }
        fn submit_report_equivocation_unsigned_extrinsic(
            _equivocation_proof: sp_consensus_grandpa::EquivocationProof<<Block as BlockT>::Hash, NumberFor<Block>>,
            _key_owner_proof: sp_consensus_grandpa::OpaqueKeyOwnershipProof,
        ) -> Option<()> {
            None
        }
        fn generate_key_ownership_proof(
            _set_id: sp_consensus_grandpa::SetId,
            _authority_id: GrandpaId,
        ) -> Option<sp_consensus_grandpa::OpaqueKeyOwnershipProof> {
            None
        }
    }

    impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
        fn account_nonce(account: AccountId) -> Nonce {
            System::account_nonce(account)
        }
    }

    impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentApi<Block, Balance> for Runtime {
        fn query_info(uxt: <Block as BlockT>::Extrinsic, len: u32) -> RuntimeDispatchInfo<Balance> {
            fee_previews::query_info(uxt, len)
        }
        fn query_fee_details(uxt: <Block as BlockT>::Extrinsic, len: u32) -> FeeDetails<Balance> {
            fee_previews::query_fee_details(&uxt, len)
        }
        fn query_weight_to_fee(weight: frame_support::weights::Weight) -> Balance {
            TransactionPayment::weight_to_fee(weight)
        }
        fn query_length_to_fee(length: u32) -> Balance {
            TransactionPayment::length_to_fee(length)
        }
    }

    impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentCallApi<Block, Balance, RuntimeCall> for Runtime {
        fn query_call_info(call: RuntimeCall, len: u32) -> RuntimeDispatchInfo<Balance> {
            TransactionPayment::query_call_info(call, len)
        }
        fn query_call_fee_details(call: RuntimeCall, len: u32) -> FeeDetails<Balance> {
            TransactionPayment::query_call_fee_details(call, len)
        }
        fn query_weight_to_fee(weight: frame_support::weights::Weight) -> Balance {
            TransactionPayment::weight_to_fee(weight)
        }
        fn query_length_to_fee(length: u32) -> Balance {
            TransactionPayment::length_to_fee(length)
        }
    }

    impl tributary_runtime_api::dry_run::DryRunRuntimeApi<Block, RuntimeCall> for Runtime {
        fn dry_run_call(signer: AccountId, call: RuntimeCall) -> ApplyExtrinsicResult {
            dry_run::call(signer, call)
        }
    }

    impl tributary_runtime_api::neurons::NeuronInfoRuntimeApi<Block> for Runtime {
        fn get_neurons(netuid: NetUid) -> Vec<NeuronInfo> {
            neurons::all(netuid, neurons::full)
        }
        fn get_neuron(netuid: NetUid, uid: u16) -> Option<NeuronInfo> {
            neurons::full(netuid, uid)
        }
        fn get_neurons_lite(netuid: NetUid) -> Vec<NeuronInfoLite> {
            neurons::all(netuid, neurons::lite)
        }
        fn get_neuron_lite(netuid: NetUid, uid: u16) -> Option<NeuronInfoLite> {
            neurons::lite(netuid, uid)
        }
    }

    impl tributary_runtime_api::stakes::StakeInfoRuntimeApi<Block> for Runtime {
        fn get_stake_info_for_coldkey(coldkey_account: AccountId) -> Vec<StakeInfo> {
            stakes::of_coldkey(&coldkey_account)
        }
        fn get_stake_info_for_coldkeys(coldkey_accounts: Vec<AccountId>) -> Vec<(AccountId, Vec<StakeInfo>)> {
            stakes::of_coldkeys(coldkey_accounts)
        }
        fn get_stake_info_for_hotkey_coldkey_netuid(
            hotkey_account: AccountId,
            coldkey_account: AccountId,
            netuid: NetUid,
        ) -> Option<StakeInfo> {
            Some(stakes::one(hotkey_account, coldkey_account, netuid))
        }
    }

    impl tributary_runtime_api::stakes::DelegateInfoRuntimeApi<Block> for Runtime {
        fn get_delegates() -> Vec<DelegateInfo> {
            stakes::delegates()
        }
        fn get_delegate(delegate_account: AccountId) -> Option<DelegateInfo> {
            stakes::delegate(delegate_account)
        }
        fn get_delegated(
            delegatee_account: AccountId,
        ) -> Vec<Delegated> {
            stakes::delegated(&delegatee_account)
        }
    }

    impl tributary_runtime_api::subnets::SubnetInfoRuntimeApi<Block> for Runtime {
        fn get_dynamic_info(netuid: NetUid) -> Option<DynamicInfo> {
            subnets::dynamic(netuid)
        }
        fn get_all_dynamic_info() -> Vec<Option<DynamicInfo>> {
            subnets::networks().into_iter().map(subnets::dynamic).collect()
        }
        fn get_metagraph(netuid: NetUid) -> Option<Metagraph> {
            subnets::metagraph(netuid, MechId(0))
        }
        fn get_all_metagraphs() -> Vec<Option<Metagraph>> {
            subnets::networks().into_iter().map(|netuid| subnets::metagraph(netuid, MechId(0))).collect()
        }
        fn get_mechagraph(netuid: NetUid, mecid: MechId) -> Option<Metagraph> {
            subnets::metagraph(netuid, mecid)
        }
        fn get_all_mechagraphs() -> Vec<Option<Metagraph>> {
            subnets::mechagraphs()
        }
        fn get_selective_metagraph(netuid: NetUid, metagraph_indexes: Vec<u16>) -> Option<SelectiveMetagraph> {
            subnets::selection(netuid, MechId(0), &metagraph_indexes)
        }
        fn get_selective_mechagraph(
            netuid: NetUid,
            subid: MechId,
            metagraph_indexes: Vec<u16>,
        ) -> Option<SelectiveMetagraph> {
            subnets::selection(netuid, subid, &metagraph_indexes)
        }
        fn get_subnet_hyperparams(netuid: NetUid) -> Option<SubnetHyperparams> {
            hyperparameters::v1(netuid)
        }
        fn get_subnet_hyperparams_v2(netuid: NetUid) -> Option<SubnetHyperparamsV2> {
            hyperparameters::v2(netuid)
        }
        fn get_subnet_hyperparams_v3(netuid: NetUid) -> Option<Vec<HyperparamEntry>> {
            hyperparameters::v3(netuid)
        }
        fn get_subnet_state(netuid: NetUid) -> Option<SubnetState> {
            subnets::state(netuid, MechId(0))
        }
        fn get_subnet_info_v2(netuid: NetUid) -> Option<SubnetInfov2> {
            subnets::info_v2(netuid)
        }
        fn get_subnets_info_v2() -> Vec<Option<SubnetInfov2>> {
            subnets::networks().into_iter().map(subnets::info_v2).collect()
        }
        fn get_subnet_to_prune() -> Option<NetUid> {
            networks::subnet_to_prune(&state::ledger())
        }
        fn get_next_epoch_start_block(netuid: NetUid) -> Option<u64> {
            pallet_subtensor::NetworksAdded::<Runtime>::get(netuid)
                .then(|| SubtensorModule::schedule(netuid).next_epoch())
                .flatten()
        }
        fn get_coldkey_auto_stake_hotkey(coldkey: AccountId, netuid: NetUid) -> Option<AccountId> {
            pallet_subtensor::AutoStakeDestination::<Runtime>::get(coldkey, netuid)
        }
    }

    impl tributary_runtime_api::subnets::SubnetRegistrationRuntimeApi<Block> for Runtime {
        fn get_network_registration_cost() -> TaoBalance {
            networks::lock_cost(&state::ledger())
        }
    }

    impl tributary_runtime_api::swap::SwapRuntimeApi<Block> for Runtime {
        fn current_alpha_price(netuid: NetUid) -> u64 {
            swap::price(netuid)
        }
        fn current_alpha_price_all() -> Vec<SubnetPrice> {
            swap::prices()
        }
        fn sim_swap_tao_for_alpha(netuid: NetUid, tao: TaoBalance) -> SimSwapResult {
            swap::buy(netuid, tao)
        }
        fn sim_swap_alpha_for_tao(netuid: NetUid, alpha: AlphaBalance) -> SimSwapResult {
            swap::sell(netuid, alpha)
        }
    }

    impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
        fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result {
            build_state::<RuntimeGenesisConfig>(config)
        }
        fn get_preset(id: &Option<sp_genesis_builder::PresetId>) -> Option<Vec<u8>> {
            get_preset::<RuntimeGenesisConfig>(id, |name| genesis::preset(name))
        }
        fn preset_names() -> Vec<sp_genesis_builder::PresetId> {
            genesis::PRESETS.map(Into::into).to_vec()
        }
    }
}
