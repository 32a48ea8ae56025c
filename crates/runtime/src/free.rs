//! Free calls, for those alone whose call does what it says: everybody else pays for it like for any other call
//! (`docs/rules/transactions.md#free-calls`).
//!
//! A call that is announced as free (`Pays::No`) is tried before it is let in, in the pool and again in the block, and
//! what it wrote is undone. If it fails, its signer pays the fee and gets the error of the call in the block, as clients
//! expect it; who cannot pay is refused with the code of the reason. So nothing that fails is ever in a block for
//! nothing, whoever signs it, and nobody who has neither TAO nor a uid leaves an account behind.

use frame_support::{
    dispatch::{DispatchInfo, GetDispatchInfo, Pays},
    storage::{TransactionOutcome, transactional::with_transaction_unchecked},
    weights::Weight,
};
use pallet_subtensor::CustomError;
use sp_runtime::{
    DispatchError,
    traits::{AsSystemOriginSigner, Dispatchable},
    transaction_validity::InvalidTransaction,
};

use crate::{AccountId, Runtime, RuntimeCall, RuntimeOrigin, SubtensorModule};

/// What trying a free call before it is let in weighs: as much as the call.
pub fn weight(call: &RuntimeCall) -> Weight {
    let info = call.get_dispatch_info();
    match info.pays_fee {
        Pays::No => info.call_weight,
        Pays::Yes => Weight::zero(),
    }
}

/// Why the signer must pay for a call that is announced as free; `None` if it is free, or no call that anybody expects
/// to be.
pub fn refusal(origin: &RuntimeOrigin, call: &RuntimeCall, info: &DispatchInfo) -> Option<InvalidTransaction> {
    let who = origin.as_system_origin_signer()?;
    if info.pays_fee == Pays::Yes {
        return None;
    }
    // Nobody pays for a refusal: what a few reads can tell is asked first.
    at_sight(who, call)
        .or_else(|| attempt(origin, call).err().map(|error| code(who, call, error)))
        .map(|code| InvalidTransaction::Custom(code as u8))
}

fn at_sight(who: &AccountId, call: &RuntimeCall) -> Option<CustomError> {
    match call {
        RuntimeCall::SubtensorModule(call) => SubtensorModule::refusal_at_sight(who, call),
        _ => None,
    }
}

/// Makes the call and undoes what it wrote.
fn attempt(origin: &RuntimeOrigin, call: &RuntimeCall) -> Result<(), DispatchError> {
    with_transaction_unchecked(|| {
        let made = call.clone().dispatch(origin.clone());
        TransactionOutcome::Rollback(made.map(drop).map_err(|failed| failed.error))
    })
}

fn code(who: &AccountId, call: &RuntimeCall, error: DispatchError) -> CustomError {
    type Commitments = pallet_commitments::Error<Runtime>;
    match call {
        RuntimeCall::SubtensorModule(call) => SubtensorModule::refusal(who, call, error),
        RuntimeCall::Commitments(pallet_commitments::Call::set_commitment { netuid, .. }) => {
            if !pallet_subtensor::NetworksAdded::<Runtime>::get(netuid) {
                CustomError::SubnetNotExists
            } else if error == Commitments::AccountNotAllowedCommit.into() {
                CustomError::HotKeyNotRegisteredInNetwork
            } else if error == Commitments::SpaceLimitExceeded.into() {
                CustomError::RateLimitExceeded
            } else {
                CustomError::BadRequest
            }
        }
        _ => CustomError::BadRequest,
    }
}
