//! What root may do to the sum of all TAO. Balances that it sets are issued or recycled like any other TAO; what would
//! leave the sum broken is refused, however deep it is nested.

use alloc::vec::Vec;

use frame_support::{StorageHasher, Twox128, storage::storage_prefix};
use sp_runtime::{traits::StaticLookup, transaction_validity::InvalidTransaction};
use tributary_economy::{MAX_SUPPLY, Tao};

use crate::{Balances, Runtime, RuntimeCall, nested};

/// By how much a call can raise what accounts hold, by balances that it sets.
///
/// # Errors
/// [`InvalidTransaction::Call`] for calls that no sum would survive: an issuance without accounts
/// (`force_adjust_total_issuance`), raw writes to balances or to the issuance, balances beyond the supply of all times,
/// bonds and deposits on hold that `force_unreserve` would give away, and balances set or unreserved by the scheduler, of
/// which nobody knows beforehand what they will be.
pub fn most_issued(call: &RuntimeCall) -> Result<Tao, InvalidTransaction> {
    let mut most = Tao::ZERO;
    for (call, later) in nested::calls(call) {
        match call {
            RuntimeCall::Balances(pallet_balances::Call::force_adjust_total_issuance { .. }) => {
                return Err(InvalidTransaction::Call);
            }
            RuntimeCall::Balances(pallet_balances::Call::force_set_balance { who, new_free }) => {
                let who = <Runtime as frame_system::Config>::Lookup::lookup(who.clone())
                    .map_err(|_| InvalidTransaction::Call)?;
                let more = Tao(*new_free).minus_or_zero(Tao(Balances::free_balance(&who)));
                most = most.plus(more).map_err(|_| InvalidTransaction::Call)?;
                if later {
                    return Err(InvalidTransaction::Call);
                }
            }
            RuntimeCall::Balances(pallet_balances::Call::force_unreserve { who, .. }) => {
                // What is on hold is a part of what is reserved, and this call does not tell them apart.
                let who = <Runtime as frame_system::Config>::Lookup::lookup(who.clone())
                    .map_err(|_| InvalidTransaction::Call)?;
                if later || !pallet_balances::Holds::<Runtime>::get(&who).is_empty() {
                    return Err(InvalidTransaction::Call);
                }
            }
            RuntimeCall::System(call) if writes_money(call) => return Err(InvalidTransaction::Call),
            _ => {}
        }
    }
    let after = most.plus(Tao(Balances::total_issuance()));
    match after {
        _ if most.is_zero() => Ok(most),
        Ok(after) if after.0 <= MAX_SUPPLY => Ok(most),
        _ => Err(InvalidTransaction::Call),
    }
}

/// Whether a call writes raw storage where balances or the issuance are.
fn writes_money(call: &frame_system::Call<Runtime>) -> bool {
    match call {
        frame_system::Call::set_storage { items } => items.iter().any(|(key, _)| is_money(key)),
        frame_system::Call::kill_storage { keys } => keys.iter().any(|key| is_money(key)),
        frame_system::Call::kill_prefix { prefix, .. } => {
            is_money(prefix) || money().iter().any(|place| place.starts_with(prefix))
        }
        _ => false,
    }
}

fn is_money(key: &[u8]) -> bool {
    money().iter().any(|place| key.starts_with(place))
}

fn money() -> [Vec<u8>; 3] {
    [
        storage_prefix(b"System", b"Account").to_vec(),
        Twox128::hash(b"Balances").to_vec(),
        storage_prefix(b"SubtensorModule", b"TotalIssuance").to_vec(),
    ]
}
