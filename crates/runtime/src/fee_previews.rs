//! What a transaction will cost, asked before it is sent (`docs/rules/transactions.md#fees`).

use frame_support::{
    dispatch::{DispatchInfo, GetDispatchInfo, Pays},
    storage::{TransactionOutcome, transactional::with_transaction_unchecked},
};
use pallet_transaction_payment::{FeeDetails, RuntimeDispatchInfo};
use sp_runtime::{generic::Preamble, traits::StaticLookup};

use crate::{Balance, Runtime, RuntimeOrigin, System, TransactionPayment, UncheckedExtrinsic, free};

/// What a transaction is and what its signer will pay for it in the next block, without its tip. That a free call would
/// fail there, so that it is paid for, is known by trying it; a call without a signer (`query_call_info`) cannot be tried,
/// and counts as free.
pub fn query_info(transaction: UncheckedExtrinsic, len: u32) -> RuntimeDispatchInfo<Balance> {
    let paid = paid_although_free(&transaction);
    let mut told = TransactionPayment::query_info(transaction, len);
    if let Some(info) = paid {
        told.partial_fee = TransactionPayment::compute_fee(len, &info, 0);
    }
    told
}

/// The parts of what [`query_info`] tells.
pub fn query_fee_details(transaction: &UncheckedExtrinsic, len: u32) -> FeeDetails<Balance> {
    match paid_although_free(transaction) {
        Some(info) => TransactionPayment::compute_fee_details(len, &info, 0),
        None => TransactionPayment::query_fee_details(transaction.clone(), len),
    }
}

/// What the signer of a call that is announced as free pays for, if it would not be free in the next block.
fn paid_although_free(transaction: &UncheckedExtrinsic) -> Option<DispatchInfo> {
    let info = transaction.get_dispatch_info();
    let Preamble::Signed(signer, ..) = &transaction.preamble else {
        return None;
    };
    let who = <Runtime as frame_system::Config>::Lookup::lookup(signer.clone()).ok()?;
    let refused = with_transaction_unchecked(|| {
        // As the pool does, for rate limits count blocks.
        let (next, parent) = (System::block_number().saturating_add(1), System::parent_hash());
        System::initialize(&next, &parent, &Default::default());
        let origin = RuntimeOrigin::signed(who);
        TransactionOutcome::Rollback(free::refusal(&origin, &transaction.function, &info))
    });
    refused.map(|_| DispatchInfo {
        pays_fee: Pays::Yes,
        ..info
    })
}
