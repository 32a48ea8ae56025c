//! Trying a call before it is signed. The reference has no such API; its clients do not miss it.

use codec::Codec;
use sp_runtime::{AccountId32, ApplyExtrinsicResult};

sp_api::decl_runtime_apis! {
    /// Trying calls.
    pub trait DryRunRuntimeApi<Call>
    where
        Call: Codec,
    {
        /// What a transaction of this account with this call would come to in the next block, if it were the first
        /// there: the refusal of the pool, the error of the call, or success. Needs no signature, and changes nothing.
        fn dry_run_call(signer: AccountId32, call: Call) -> ApplyExtrinsicResult;
    }
}
