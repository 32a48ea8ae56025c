//! All TAO: what was issued is what accounts hold, after every rule and at the end of every block
//! (`docs/rules/issuance.md#the-two-totals`).
//!
//! Two counters say how much there is. The rules move both alike; what other pallets destroy (burned balances, dust,
//! fees that nobody earns) is taken off the issuance here, and nothing but root can make more.

use alloc::vec::Vec;

use frame_support::{
    pallet_prelude::DispatchError,
    storage_alias,
    traits::{Imbalance, OnUnbalanced, fungible::Credit},
};
use tributary_economy::{
    Error as RuleError, Tao,
    market::totals::{self, Totals},
};

use crate::{Chain, Config, Error, Pallet, TotalIssuance};

/// The totals that the block step left, while a block is made.
#[storage_alias]
type AfterBlockStep<T: Config> = StorageValue<Pallet<T>, Totals>;

impl<T: Config> Pallet<T> {
    /// How much TAO there is now.
    pub fn totals() -> Totals {
        Totals::read(&Chain::<T>::default())
    }

    /// Runs what the rules do on behalf of a call, and checks that no TAO was lost or made by it.
    ///
    /// # Errors
    /// That of `change`; [`Error::BrokenSum`].
    pub fn balanced<R>(change: impl FnOnce(&mut Chain<T>) -> Result<R, DispatchError>) -> Result<R, DispatchError> {
        let before = Self::totals();
        let done = change(&mut Chain::default())?;
        totals::check_rule(before, Self::totals()).map_err(Error::<T>::from)?;
        Ok(done)
    }

    /// Counts balances that root set since `before`.
    ///
    /// # Errors
    /// [`RuleError::Overflow`] if there is now more than the supply of all times.
    pub fn count_set_balances(before: Totals) -> Result<(), RuleError> {
        totals::count_set_balances(&mut Chain::<T>::default(), before)
    }

    /// Keys by which the end of a block knows whether TAO was lost or made. Whoever writes them by hand breaks the sum
    /// or switches its check off.
    pub fn guarded_keys() -> [Vec<u8>; 2] {
        [
            TotalIssuance::<T>::hashed_key().to_vec(),
            AfterBlockStep::<T>::hashed_key().to_vec(),
        ]
    }

    pub(crate) fn note_totals() {
        AfterBlockStep::<T>::put(Self::totals());
    }

    /// The totals that were noted, once.
    pub(crate) fn noted_totals() -> Option<Totals> {
        AfterBlockStep::<T>::take()
    }
}

/// Where the dust of emptied accounts goes, and other TAO that nobody gets: nowhere, and the issuance falls with it
/// (`docs/rules/issuance.md#minting-recycling-burning`).
pub struct RecycleDust<T>(core::marker::PhantomData<T>);

impl<T: Config> OnUnbalanced<Credit<T::AccountId, T::Currency>> for RecycleDust<T> {
    fn on_nonzero_unbalanced(dust: Credit<T::AccountId, T::Currency>) {
        // More dust than was ever issued cannot be: the subtraction cannot stop at zero.
        TotalIssuance::<T>::mutate(|issuance| *issuance = issuance.minus_or_zero(Tao(dust.peek())));
        drop(dust);
    }
}
