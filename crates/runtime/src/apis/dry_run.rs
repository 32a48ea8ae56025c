//! Trying a call before it is signed.

use codec::Encode;
use frame_support::dispatch::GetDispatchInfo;
use sp_runtime::{
    ApplyExtrinsicResult,
    generic::{CheckedExtrinsic, Era, ExtrinsicFormat},
    traits::Applyable,
};

use crate::{AccountId, BlockNumber, Executive, Header, Runtime, RuntimeCall, System, TxExtension, extensions, fees};

/// Bytes of a signed transaction beside its call and its extensions: length, version, address and signature.
const ENVELOPE_BYTES: usize = 4 + 1 + 33 + 65;

/// Opens the next block and applies a transaction of this account there. The caller throws the state away, as callers
/// of runtime APIs do.
pub fn call(signer: AccountId, call: RuntimeCall) -> ApplyExtrinsicResult {
    let next: BlockNumber = System::block_number().saturating_add(1);
    let parent = System::parent_hash();
    Executive::initialize_block(&Header {
        parent_hash: parent,
        number: next,
        state_root: Default::default(),
        extrinsics_root: Default::default(),
        digest: Default::default(),
    });
    let extension: TxExtension = (
        frame_system::CheckNonZeroSender::new(),
        frame_system::CheckSpecVersion::new(),
        frame_system::CheckTxVersion::new(),
        frame_system::CheckGenesis::new(),
        frame_system::CheckEra::from(Era::Immortal),
        extensions::CheckNonce(System::account_nonce(&signer)),
        frame_system::CheckWeight::new(),
        fees::ChargeTransactionPayment::from(0),
        extensions::SudoTransactionExtension,
        extensions::CheckShieldedTxValidity,
        extensions::SubtensorTransactionExtension,
        (
            extensions::DrandPriority,
            frame_metadata_hash_extension::CheckMetadataHash::new(false),
        ),
    );
    let length = (&call, &extension).encoded_size().saturating_add(ENVELOPE_BYTES);
    let transaction: CheckedExtrinsic<AccountId, RuntimeCall, TxExtension> = CheckedExtrinsic {
        format: ExtrinsicFormat::Signed(signer, extension),
        function: call,
    };
    let info = transaction.get_dispatch_info();
    let applied = transaction.apply::<Runtime>(&info, length)?;
    Ok(applied.map(drop).map_err(|failed| failed.error))
}
