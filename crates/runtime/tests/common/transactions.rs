//! Signed transactions.

use codec::Encode;
use frame_support::storage::{TransactionOutcome, transactional::with_transaction_unchecked};
use sp_core::{Pair, sr25519};
use sp_runtime::{
    generic::Era,
    transaction_validity::{TransactionSource, TransactionValidity},
};
use tributary_runtime::{AccountId, Runtime, RuntimeCall, System, UncheckedExtrinsic, VERSION, extensions, fees};

/// What the pool says of a transaction. Nothing of it stays.
#[allow(dead_code)] // Not every test asks the pool.
pub fn validate(extrinsic: &UncheckedExtrinsic) -> TransactionValidity {
    let hash = System::block_hash(0);
    let arguments = (TransactionSource::External, extrinsic, hash).encode();
    with_transaction_unchecked(|| {
        TransactionOutcome::Rollback(crate::common::call(
            "TaggedTransactionQueue_validate_transaction",
            &arguments,
        ))
    })
}

/// A signed transaction as clients make it.
pub fn sign(pair: &sr25519::Pair, nonce: u32, tip: u64, call: RuntimeCall) -> UncheckedExtrinsic {
    let extension = (
        frame_system::CheckNonZeroSender::<Runtime>::new(),
        frame_system::CheckSpecVersion::<Runtime>::new(),
        frame_system::CheckTxVersion::<Runtime>::new(),
        frame_system::CheckGenesis::<Runtime>::new(),
        frame_system::CheckEra::<Runtime>::from(Era::immortal()),
        extensions::CheckNonce(nonce),
        frame_system::CheckWeight::<Runtime>::new(),
        fees::ChargeTransactionPayment::from(tip),
        extensions::SudoTransactionExtension,
        extensions::CheckShieldedTxValidity,
        extensions::SubtensorTransactionExtension,
        (
            extensions::DrandPriority,
            frame_metadata_hash_extension::CheckMetadataHash::<Runtime>::new(false),
        ),
    );
    let genesis = System::block_hash(0);
    let signed_only = (
        VERSION.spec_version,
        VERSION.transaction_version,
        genesis,
        genesis,
        None::<[u8; 32]>,
    );
    let payload = (&call, &extension, signed_only).encode();
    let signature = if payload.len() > 256 {
        pair.sign(&sp_io::hashing::blake2_256(&payload))
    } else {
        pair.sign(&payload)
    };
    let account = AccountId::from(pair.public());
    UncheckedExtrinsic::new_signed(call, account.into(), signature.into(), extension)
}
