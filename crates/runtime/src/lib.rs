//! The runtime: the pallets composed under the names and indices that existing clients read (`docs/rules/clients.md`).
//!
//! It has no compile-time switches: what the reference fixes per build (block time, tempo, delays) is state set at
//! genesis ([`genesis`]).
#![cfg_attr(not(feature = "std"), no_std)]
// The macro that composes the runtime writes undocumented items.
#![allow(missing_docs)]

extern crate alloc;

pub mod apis;
mod configs;
pub mod extensions;
pub mod fee_previews;
pub mod fees;
pub mod free;
pub mod genesis;
pub mod issuance;
pub mod nested;
pub mod network;
mod primitives;
pub mod proxy;

pub use primitives::*;

use alloc::{borrow::Cow, vec::Vec};

use frame_metadata::{RuntimeMetadataPrefixed, v15};
use scale_info::{IntoPortable, Registry, meta_type};
use sp_core::OpaqueMetadata;
use sp_inherents::{CheckInherentsResult, InherentData};
use sp_runtime::{generic, traits::Block as BlockT};
use sp_version::RuntimeVersion;

/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;
/// What a transaction carries beside its call, in the order that clients sign
/// (`docs/rules/clients.md#transaction-format`).
pub type TxExtension = (
    frame_system::CheckNonZeroSender<Runtime>,
    frame_system::CheckSpecVersion<Runtime>,
    frame_system::CheckTxVersion<Runtime>,
    frame_system::CheckGenesis<Runtime>,
    frame_system::CheckEra<Runtime>,
    extensions::CheckNonce,
    frame_system::CheckWeight<Runtime>,
    fees::ChargeTransactionPayment,
    extensions::SudoTransactionExtension,
    extensions::CheckShieldedTxValidity,
    extensions::SubtensorTransactionExtension,
    (
        extensions::DrandPriority,
        frame_metadata_hash_extension::CheckMetadataHash<Runtime>,
    ),
);
/// A transaction as it travels.
pub type UncheckedExtrinsic = generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;
/// What a signature signs.
pub type SignedPayload = generic::SignedPayload<RuntimeCall, TxExtension>;
/// Executes blocks.
pub type Executive =
    frame_executive::Executive<Runtime, Block, frame_system::ChainContext<Runtime>, Runtime, AllPalletsWithSystem>;

#[allow(missing_docs)] // The macro writes undocumented items.
mod session {
    use alloc::vec::Vec;

    use sp_runtime::impl_opaque_keys;

    use crate::{Aura, Grandpa};

    impl_opaque_keys! {
        /// Keys of an authority.
        pub struct SessionKeys {
            /// Makes blocks.
            pub aura: Aura,
            /// Finalises them.
            pub grandpa: Grandpa,
        }
    }
}
pub use session::SessionKeys;

/// Who this runtime is. The reference's name, because clients look for it; the version is the reference's 425 times
/// 100 plus ours, which rises whenever the metadata changes, because clients cache by it.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
    spec_name: Cow::Borrowed("node-subtensor"),
    impl_name: Cow::Borrowed("tributary"),
    authoring_version: 1,
    spec_version: 42_506,
    impl_version: 1,
    apis: apis::RUNTIME_API_VERSIONS,
    transaction_version: 1,
    system_version: 1,
};

// The macro stands in the root of the crate, because clients know the outer enums by `crate::RuntimeEvent`.

/// The inherents that the pallets make of this data.
pub fn inherents(data: &InherentData) -> Vec<UncheckedExtrinsic> {
    data.create_extrinsics()
}

/// Metadata of version 15, with the types of the pallets before those of the transaction. The SDK numbers the other
/// way round there; clients take type 0 for an account (`docs/rules/clients.md#metadata`) and use one numbering for
/// versions 14 and 15.
pub fn metadata_v15() -> OpaqueMetadata {
    let ir = Runtime::metadata_ir();
    let mut registry = Registry::new();
    let pallets: Vec<v15::PalletMetadata> = ir.pallets.into_iter().map(Into::into).collect();
    let pallets = registry.map_into_portable(pallets);
    let extrinsic = v15::ExtrinsicMetadata::from(ir.extrinsic);
    // Version 14 begins with the type of a whole transaction.
    registry.register_type(&meta_type::<UncheckedExtrinsic>());
    let extrinsic = extrinsic.into_portable(&mut registry);
    let ty = registry.register_type(&ir.ty);
    let apis: Vec<v15::RuntimeApiMetadata> = ir.apis.into_iter().map(Into::into).collect();
    let apis = registry.map_into_portable(apis);
    let outer_enums = v15::OuterEnums::from(ir.outer_enums).into_portable(&mut registry);
    let metadata = v15::RuntimeMetadataV15 {
        pallets,
        extrinsic,
        ty,
        apis,
        outer_enums,
        custom: v15::CustomMetadata {
            map: Default::default(),
        },
        types: registry.into(),
    };
    OpaqueMetadata::new(RuntimeMetadataPrefixed::from(metadata).into())
}

/// What the pallets think of a block's inherents.
pub fn check_inherents(block: &<Block as BlockT>::LazyBlock, data: &InherentData) -> CheckInherentsResult {
    data.check_extrinsics(block)
}

/// The runtime.
#[frame_support::runtime]
mod runtime {
    #[runtime::runtime]
    #[runtime::derive(
        RuntimeCall,
        RuntimeEvent,
        RuntimeError,
        RuntimeOrigin,
        RuntimeFreezeReason,
        RuntimeHoldReason,
        RuntimeSlashReason,
        RuntimeLockId,
        RuntimeTask,
        RuntimeViewFunction
    )]
    pub struct Runtime;

    #[runtime::pallet_index(0)]
    pub type System = frame_system;
    #[runtime::pallet_index(1)]
    pub type RandomnessCollectiveFlip = pallet_insecure_randomness_collective_flip;
    #[runtime::pallet_index(2)]
    pub type Timestamp = pallet_timestamp;
    #[runtime::pallet_index(3)]
    pub type Aura = pallet_aura;
    #[runtime::pallet_index(4)]
    pub type Grandpa = pallet_grandpa;
    #[runtime::pallet_index(5)]
    pub type Balances = pallet_balances;
    #[runtime::pallet_index(6)]
    pub type TransactionPayment = pallet_transaction_payment;
    #[runtime::pallet_index(7)]
    pub type SubtensorModule = pallet_subtensor;
    #[runtime::pallet_index(11)]
    pub type Utility = pallet_utility;
    #[runtime::pallet_index(12)]
    pub type Sudo = pallet_sudo;
    #[runtime::pallet_index(13)]
    pub type Multisig = pallet_multisig;
    #[runtime::pallet_index(14)]
    pub type Preimage = pallet_preimage;
    #[runtime::pallet_index(15)]
    pub type Scheduler = pallet_scheduler;
    #[runtime::pallet_index(16)]
    pub type Proxy = pallet_proxy;
    #[runtime::pallet_index(18)]
    pub type Commitments = pallet_commitments;
    #[runtime::pallet_index(19)]
    pub type AdminUtils = pallet_admin_utils;
    #[runtime::pallet_index(20)]
    pub type SafeMode = pallet_safe_mode;
    #[runtime::pallet_index(28)]
    pub type Swap = pallet_subtensor_swap;
    #[runtime::pallet_index(31)]
    pub type AlphaAssets = pallet_alpha_assets;
    #[runtime::pallet_index(200)]
    pub type Network = crate::network;
    #[runtime::pallet_index(201)]
    pub type Pact = pallet_pact;
}
