//! Transactions of impersonated accounts.
//!
//! The runtime's rules are not touched: it is the node that takes such a transaction as signed. It runs through the
//! same executive as every other one (nonce, fee, weight, all transaction extensions) with one difference, the check
//! of the signature.

use codec::{Decode, DecodeWithMemTracking, Encode};
use frame_executive::Executive;
use frame_support::traits::IsInherent;
use frame_system::ChainContext;
use sp_core::H256;
use sp_runtime::{
    AccountId32, ApplyExtrinsicResult, OpaqueExtrinsic,
    generic::{self, CheckedExtrinsic, ExtrinsicFormat, Preamble},
    traits::{Checkable, ExtrinsicCall, ExtrinsicLike, LazyExtrinsic, StaticLookup},
    transaction_validity::{
        InvalidTransaction, TransactionSource, TransactionValidity, TransactionValidityError,
    },
};
use tributary_runtime::{AllPalletsWithSystem, Runtime, RuntimeCall, TxExtension, UncheckedExtrinsic};

use crate::Header;

type Context = ChainContext<Runtime>;
type TrustedBlock = generic::Block<Header, Trusted>;
type TrustedExecutive = Executive<Runtime, TrustedBlock, Context, Runtime, AllPalletsWithSystem>;

/// An extrinsic whose signature is not asked for. It encodes as what it wraps.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking)]
struct Trusted(UncheckedExtrinsic);

impl ExtrinsicLike for Trusted {
    fn is_bare(&self) -> bool {
        ExtrinsicLike::is_bare(&self.0)
    }
}

impl ExtrinsicCall for Trusted {
    type Call = RuntimeCall;

    fn call(&self) -> &RuntimeCall {
        &self.0.function
    }

    fn into_call(self) -> RuntimeCall {
        self.0.function
    }
}

impl LazyExtrinsic for Trusted {
    fn decode_unprefixed(data: &[u8]) -> Result<Self, codec::Error> {
        UncheckedExtrinsic::decode_unprefixed(data).map(Self)
    }
}

impl From<Trusted> for OpaqueExtrinsic {
    fn from(trusted: Trusted) -> Self {
        trusted.0.into()
    }
}

impl Checkable<Context> for Trusted {
    type Checked = CheckedExtrinsic<AccountId32, RuntimeCall, TxExtension>;

    fn check(self, lookup: &Context) -> Result<Self::Checked, TransactionValidityError> {
        match self.0.preamble {
            Preamble::Signed(address, _, extensions) => {
                let _ = lookup;
                let account = <Runtime as frame_system::Config>::Lookup::lookup(address)
                    .map_err(|_| InvalidTransaction::BadSigner)?;
                Ok(CheckedExtrinsic {
                    format: ExtrinsicFormat::Signed(account, extensions),
                    function: self.0.function,
                })
            }
            // Only a signed one names an account that could be impersonated.
            _ => Err(InvalidTransaction::BadProof.into()),
        }
    }
}

impl IsInherent<Trusted> for Runtime {
    fn is_inherent(extrinsic: &Trusted) -> bool {
        <Runtime as IsInherent<UncheckedExtrinsic>>::is_inherent(&extrinsic.0)
    }
}

/// The account that a signed extrinsic says it is from, if it says so.
pub fn signer(extrinsic: &UncheckedExtrinsic) -> Option<AccountId32> {
    match &extrinsic.preamble {
        Preamble::Signed(sp_runtime::MultiAddress::Id(account), ..) => Some(account.clone()),
        _ => None,
    }
}

/// `TaggedTransactionQueue_validate_transaction` without the check of the signature. To be run inside a state.
pub fn validate(source: TransactionSource, extrinsic: UncheckedExtrinsic, block: H256) -> TransactionValidity {
    TrustedExecutive::validate_transaction(source, Trusted(extrinsic), block)
}

/// `BlockBuilder_apply_extrinsic` without the check of the signature. To be run inside a state.
pub fn apply(extrinsic: UncheckedExtrinsic) -> ApplyExtrinsicResult {
    TrustedExecutive::apply_extrinsic(Trusted(extrinsic))
}
