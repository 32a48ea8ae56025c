//! What calls weigh: storage counted, computation is small beside it.

use frame_support::weights::Weight;
use sp_core::Get;
use tributary_economy::pact::ballot::MAX_BALLOTS;

/// A call that touches one pact, the balances of two accounts and the books of one subnet.
pub fn one_pact<T: frame_system::Config>() -> Weight {
    T::DbWeight::get().reads_writes(14, 8)
}

/// A call that counts votes, or weighs one against all: one stake each, of four entries.
pub fn count<T: frame_system::Config>() -> Weight {
    let entries = 5 * u64::try_from(MAX_BALLOTS).unwrap_or(u64::MAX);
    one_pact::<T>().saturating_add(T::DbWeight::get().reads(entries))
}

/// A call that ends a pact: four earners are paid, four deposits returned.
pub fn end<T: frame_system::Config>() -> Weight {
    one_pact::<T>().saturating_add(T::DbWeight::get().reads_writes(20, 20))
}

/// A payment.
pub fn payment<T: frame_system::Config>() -> Weight {
    T::DbWeight::get().reads_writes(6, 5)
}

/// A call that verifies a voucher, in two forms: 60 microseconds each.
pub fn voucher<T: frame_system::Config>() -> Weight {
    payment::<T>().saturating_add(Weight::from_parts(120_000_000, 0))
}

/// A confirmation: the uid of every neuron that confirmed.
pub fn confirm<T: frame_system::Config>() -> Weight {
    T::DbWeight::get().reads_writes(264, 1)
}
