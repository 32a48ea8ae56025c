//! What root may do to the sum of all TAO. Balances that it sets are issued or recycled like any other TAO; what would
//! leave the sum broken, or stop a block, is refused, however deep it is nested. What is left to root are the market's
//! own books, by raw writes: nonsense there (a counter at the end of its type) can still stop the block step.

use alloc::vec::Vec;
use core::cell::OnceCell;

use frame_support::{
    StorageHasher, Twox128,
    dispatch::GetDispatchInfo,
    storage::{TransactionOutcome, transactional::with_transaction_unchecked},
    traits::{PalletInfoAccess, PalletsInfoAccess},
    weights::Weight,
};
use frame_system::RawOrigin;
use sp_runtime::{
    traits::{Dispatchable, StaticLookup},
    transaction_validity::InvalidTransaction,
};
use tributary_economy::market::totals::Totals;

use crate::{
    AccountId, Address, AdminUtils, AllPalletsWithSystem, AlphaAssets, Balances, Commitments, OriginCaller, Pact,
    Runtime, RuntimeCall, RuntimeOrigin, SubtensorModule, Swap, nested,
};

/// Whether a call may set balances, so that what it makes or destroys must be counted.
///
/// # Errors
/// [`InvalidTransaction::Call`] for calls that no sum or no block would survive: an issuance without accounts
/// (`force_adjust_total_issuance`); raw writes to what blocks and sums hang on ([`guarded`]); bonds and deposits on hold
/// that `force_unreserve` would give away; balances set or unreserved by the scheduler, which no transaction counts;
/// more set at once than the total can state; anything in the name of an account of the chain itself, of which every
/// rao belongs to a pool or a pact; and the time of the block, which is its author's to set.
pub fn sets_balances(call: &RuntimeCall) -> Result<bool, InvalidTransaction> {
    let refused = Err(InvalidTransaction::Call);
    let places = OnceCell::new();
    let writes = |call: &frame_system::Call<Runtime>| writes_guarded(call, places.get_or_init(guarded));
    let mut most = None;
    for (call, later) in nested::calls(call) {
        if acts_for(call).is_some_and(|who| SubtensorModule::is_of_the_chain(&who)) {
            return refused;
        }
        match call {
            RuntimeCall::Timestamp(_)
            | RuntimeCall::Balances(pallet_balances::Call::force_adjust_total_issuance { .. }) => return refused,
            RuntimeCall::Balances(pallet_balances::Call::force_set_balance { new_free, .. }) if !later => {
                // Were the total to stop at the end of its type, it would never be right again.
                let before = most.unwrap_or_else(Balances::total_issuance);
                most = Some(before.checked_add(*new_free).ok_or(InvalidTransaction::Call)?);
            }
            RuntimeCall::Balances(pallet_balances::Call::force_set_balance { .. }) => return refused,
            RuntimeCall::Balances(pallet_balances::Call::force_unreserve { who, .. }) => {
                // What is on hold is a part of what is reserved, and this call does not tell them apart.
                let who = account(who).ok_or(InvalidTransaction::Call)?;
                if later || !pallet_balances::Holds::<Runtime>::get(&who).is_empty() {
                    return refused;
                }
            }
            RuntimeCall::System(call) if writes(call) => return refused,
            _ => {}
        }
    }
    Ok(most.is_some())
}

/// Makes a call that sets balances and undoes what it wrote, so that one that is bound to go too far never waits for a
/// block.
///
/// # Errors
/// That of [`count`].
pub fn attempt(origin: &RuntimeOrigin, call: &RuntimeCall) -> Result<(), InvalidTransaction> {
    with_transaction_unchecked(|| {
        let before = SubtensorModule::totals();
        // Failed calls change nothing.
        let _ = call.clone().dispatch(origin.clone());
        TransactionOutcome::Rollback(count(before))
    })
}

/// Issues or recycles what was set by hand since `before`.
///
/// # Errors
/// [`InvalidTransaction::Call`] if there is now more than the supply of all times. The transaction is then in no block,
/// and whoever makes the block undoes it.
pub fn count(before: Totals) -> Result<(), InvalidTransaction> {
    SubtensorModule::count_set_balances(before).map_err(|_| InvalidTransaction::Call)
}

/// What trying a call that sets balances weighs: as much as the call.
pub fn weight(call: &RuntimeCall) -> Weight {
    let sets = |call: &RuntimeCall| {
        matches!(
            call,
            RuntimeCall::Balances(pallet_balances::Call::force_set_balance { .. })
        )
    };
    if nested::calls(call).any(|(call, _)| sets(call)) {
        call.get_dispatch_info().call_weight
    } else {
        Weight::zero()
    }
}

fn account(who: &Address) -> Option<AccountId> {
    <Runtime as frame_system::Config>::Lookup::lookup(who.clone()).ok()
}

/// The account whose money a call of root moves, or in whose name it makes another call.
fn acts_for(call: &RuntimeCall) -> Option<AccountId> {
    match call {
        RuntimeCall::Balances(
            pallet_balances::Call::force_set_balance { who, .. }
            | pallet_balances::Call::force_transfer { source: who, .. }
            | pallet_balances::Call::force_unreserve { who, .. },
        )
        | RuntimeCall::Sudo(pallet_sudo::Call::sudo_as { who, .. }) => account(who),
        RuntimeCall::Utility(
            pallet_utility::Call::dispatch_as { as_origin, .. }
            | pallet_utility::Call::dispatch_as_fallible { as_origin, .. },
        ) => match &**as_origin {
            OriginCaller::system(RawOrigin::Signed(who)) => Some(who.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a call writes raw storage at one of these places.
fn writes_guarded(call: &frame_system::Call<Runtime>, places: &[Vec<u8>]) -> bool {
    let is_guarded = |key: &[u8]| places.iter().any(|place| key.starts_with(place));
    match call {
        frame_system::Call::set_storage { items } => items.iter().any(|(key, _)| is_guarded(key)),
        frame_system::Call::kill_storage { keys } => keys.iter().any(|key| is_guarded(key)),
        frame_system::Call::kill_prefix { prefix, .. } => {
            is_guarded(prefix) || places.iter().any(|place| place.starts_with(prefix))
        }
        _ => false,
    }
}

/// Beginnings of the keys that nobody may write by hand: what the host reads itself (`:code`, `:extrinsic_index`, …), the
/// whole of every pallet that is not the market's (accounts, balances, authorities, the time, calls that wait), and of
/// the market the sums that blocks are checked against. The market's own books are root's to correct.
pub fn guarded() -> Vec<Vec<u8>> {
    let market = [
        SubtensorModule::name(),
        Commitments::name(),
        AdminUtils::name(),
        Swap::name(),
        AlphaAssets::name(),
        Pact::name(),
    ];
    let mut places: Vec<Vec<u8>> = AllPalletsWithSystem::infos()
        .iter()
        .filter(|pallet| !market.contains(&pallet.name))
        .map(|pallet| Twox128::hash(pallet.name.as_bytes()).to_vec())
        .collect();
    places.push(b":".to_vec());
    places.extend(SubtensorModule::guarded_keys());
    places
}
