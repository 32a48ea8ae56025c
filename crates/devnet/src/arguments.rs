//! Bytes of strangers, before the runtime reads them.
//!
//! The generated code of a runtime API decodes its arguments with no limit, because in a node it runs in WebAssembly,
//! where a stack that ends is an error of that one call; only then the executive decodes again, with its limit.
//! Natively a stack that ends is the end of the process. So whatever holds a call is read here first, with the
//! executive's limit.

use codec::{Compact, Decode, DecodeLimit, Encode};
use frame_support::MAX_EXTRINSIC_DEPTH;
use sp_runtime::{OpaqueExtrinsic, transaction_validity::TransactionSource};
use tributary_runtime::{AccountId, RuntimeCall, UncheckedExtrinsic};

use crate::Header;

/// How deep calls may be nested, as in the executive. What a call lists counts as one level, too.
pub const DEPTH_MAX: u32 = MAX_EXTRINSIC_DEPTH;

/// Where a runtime API takes calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Nothing,
    Extrinsic,
    /// An extrinsic after its source.
    Sourced,
    Call,
    /// A call after its signer.
    Signed,
    Block,
}

fn holds(method: &str) -> Holds {
    match method {
        "BlockBuilder_apply_extrinsic"
        | "TransactionPaymentApi_query_info"
        | "TransactionPaymentApi_query_fee_details" => Holds::Extrinsic,
        "TaggedTransactionQueue_validate_transaction" => Holds::Sourced,
        "TransactionPaymentCallApi_query_call_info" | "TransactionPaymentCallApi_query_call_fee_details" => Holds::Call,
        "DryRunRuntimeApi_dry_run_call" => Holds::Signed,
        "Core_execute_block" | "BlockBuilder_check_inherents" => Holds::Block,
        _ => Holds::Nothing,
    }
}

/// Whether a method takes calls, which may be as long as a block.
pub fn takes_calls(method: &str) -> bool {
    holds(method) != Holds::Nothing
}

/// Whether the runtime may read the arguments of this method. What is after the calls in them is not looked at.
///
/// # Errors
/// What is wrong with the extrinsic, the call or the block: not readable, or too deep.
pub fn check(method: &str, mut arguments: &[u8]) -> Result<(), codec::Error> {
    let input = &mut arguments;
    match holds(method) {
        Holds::Nothing => Ok(()),
        Holds::Extrinsic => next_extrinsic(input).map(drop),
        Holds::Sourced => {
            TransactionSource::decode(input)?;
            next_extrinsic(input).map(drop)
        }
        Holds::Call => RuntimeCall::decode_with_depth_limit(DEPTH_MAX, input).map(drop),
        Holds::Signed => {
            AccountId::decode(input)?;
            RuntimeCall::decode_with_depth_limit(DEPTH_MAX, input).map(drop)
        }
        Holds::Block => {
            Header::decode(input)?;
            let extrinsics = Vec::<OpaqueExtrinsic>::decode(input)?;
            extrinsics
                .iter()
                .try_for_each(|bytes| extrinsic(&bytes.encode()).map(drop))
        }
    }
}

/// What is wrong, without the path to it: the decoder says for every level where it was.
pub fn reason(error: &codec::Error) -> String {
    let text = error.to_string();
    let innermost = text
        .lines()
        .rev()
        .find(|line| !line.trim().is_empty())
        .unwrap_or_default();
    innermost.trim().trim_end_matches(':').into()
}

/// Reads an extrinsic (SCALE, with its length prefix) and nothing after it.
///
/// # Errors
/// It is not readable, or too deep.
pub fn extrinsic(mut bytes: &[u8]) -> Result<UncheckedExtrinsic, codec::Error> {
    let extrinsic = next_extrinsic(&mut bytes)?;
    if bytes.is_empty() {
        Ok(extrinsic)
    } else {
        Err("Input buffer has still data left after decoding!".into())
    }
}

fn next_extrinsic(input: &mut &[u8]) -> Result<UncheckedExtrinsic, codec::Error> {
    // The decoder asks for as much memory as the prefix says.
    let mut rest = *input;
    let length = Compact::<u32>::decode(&mut rest)?.0 as usize;
    if length > rest.len() {
        return Err("the length prefix says more than there is".into());
    }
    UncheckedExtrinsic::decode_with_depth_limit(DEPTH_MAX, input)
}
