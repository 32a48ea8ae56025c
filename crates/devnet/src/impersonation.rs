//! Transactions of impersonated accounts.
//!
//! The runtime's rules are not touched: it is the node that takes such a transaction as signed. What follows is what
//! the executive does with every transaction (nonce, fee, weight, all transaction extensions), with one step left
//! out, the check of the signature.

use codec::Encode;
use frame_support::dispatch::{DispatchClass, GetDispatchInfo};
use sp_core::H256;
use sp_runtime::{
    AccountId32, ApplyExtrinsicResult,
    generic::{CheckedExtrinsic, ExtrinsicFormat, Preamble},
    traits::{Applyable, StaticLookup},
    transaction_validity::{InvalidTransaction, TransactionSource, TransactionValidity, TransactionValidityError},
};
use tributary_runtime::{Executive, Runtime, RuntimeCall, System, TxExtension, UncheckedExtrinsic};

type Checked = CheckedExtrinsic<AccountId32, RuntimeCall, TxExtension>;

/// The account that a signed extrinsic says it is from, if it says so.
pub fn signer(extrinsic: &UncheckedExtrinsic) -> Option<AccountId32> {
    match &extrinsic.preamble {
        Preamble::Signed(sp_runtime::MultiAddress::Id(account), ..) => Some(account.clone()),
        _ => None,
    }
}

/// Takes an extrinsic's word for who it is from.
fn trust(extrinsic: UncheckedExtrinsic) -> Result<Checked, TransactionValidityError> {
    match extrinsic.preamble {
        Preamble::Signed(address, _, extensions) => {
            let account = <Runtime as frame_system::Config>::Lookup::lookup(address)
                .map_err(|_| InvalidTransaction::BadSigner)?;
            Ok(Checked {
                format: ExtrinsicFormat::Signed(account, extensions),
                function: extrinsic.function,
            })
        }
        // Only a signed one names an account that could be impersonated.
        _ => Err(InvalidTransaction::BadProof.into()),
    }
}

/// `TaggedTransactionQueue_validate_transaction` without the check of the signature. To be run inside a state.
pub fn validate(source: TransactionSource, extrinsic: UncheckedExtrinsic, block: H256) -> TransactionValidity {
    System::initialize(&(System::block_number() + 1), &block, &Default::default());
    let length = extrinsic.encoded_size();
    let checked = trust(extrinsic)?;
    let info = checked.get_dispatch_info();
    if info.class == DispatchClass::Mandatory {
        return Err(InvalidTransaction::MandatoryValidation.into());
    }
    checked.validate::<Runtime>(source, &info, length)
}

/// `BlockBuilder_apply_extrinsic` without the check of the signature. To be run inside a state.
pub fn apply(extrinsic: UncheckedExtrinsic) -> ApplyExtrinsicResult {
    let encoded = extrinsic.encode();
    let length = encoded.len();
    let checked = trust(extrinsic)?;
    let info = checked.get_dispatch_info();
    if info.class == DispatchClass::Mandatory {
        return Err(InvalidTransaction::MandatoryValidation.into());
    }
    if !System::inherents_applied() {
        Executive::inherents_applied();
    }
    System::note_extrinsic(encoded);
    let result = Applyable::apply::<Runtime>(checked, &info, length)?;
    System::note_applied_extrinsic(&result, info);
    Ok(result.map(|_| ()).map_err(|error| error.error))
}
