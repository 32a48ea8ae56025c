//! How blocks and calls reach the rules.

use frame_support::pallet_prelude::{DispatchError, DispatchResult, Weight};
use tributary_economy::{
    Error as RuleError,
    market::{
        audit::{BrokenSum, Sums, audit},
        block,
    },
};

use crate::{Chain, Config, Error, Pallet, TotalNetworks, weights};

impl<T: Config> Pallet<T> {
    /// Calls a rule.
    ///
    /// # Errors
    /// What the rule says, as an error of this pallet; [`Error::BrokenSum`] if it lost or made TAO.
    pub fn rule<R>(change: impl FnOnce(&mut Chain<T>) -> Result<R, RuleError>) -> Result<R, DispatchError> {
        Self::balanced(|chain| change(chain).map_err(|error| Error::<T>::from(error).into()))
    }

    /// Calls a rule for what it does.
    pub(crate) fn apply<R>(change: impl FnOnce(&mut Chain<T>) -> Result<R, RuleError>) -> DispatchResult {
        Self::rule(change).map(|_| ())
    }

    /// Adds up the books and checks that they balance: what `try_state` checks. It walks all stakes.
    ///
    /// # Errors
    /// The first sum that does not hold.
    pub fn check_books() -> Result<Sums, BrokenSum> {
        audit(&Chain::<T>::default())
    }

    /// Begins a block (`docs/rules/block.md#order`). Returns what that weighs.
    ///
    /// # Panics
    /// If a rule finds the books broken: no block is better than one that loses money silently.
    pub(crate) fn open_block() -> Weight {
        if let Err(error) = block::on_initialize(&mut Chain::<T>::default()) {
            panic!("the block step failed: {error} ({error:?})");
        }
        Self::note_totals();
        weights::block_step::<T>(u64::from(TotalNetworks::<T>::get())).saturating_add(weights::sums::<T>())
    }

    /// Ends the block that [`Pallet::open_block`] opened (`docs/rules/issuance.md#the-two-totals`).
    ///
    /// # Panics
    /// If accounts hold more than was issued to them, or if it was never opened: nobody knows what it had.
    pub(crate) fn close_block() {
        let ended = Self::noted_totals()
            .ok_or(RuleError::BrokenSum)
            .and_then(|before| block::on_finalize(&mut Chain::<T>::default(), before));
        if let Err(error) = ended {
            panic!("accounts hold more TAO than was issued: {error} ({error:?})");
        }
    }

    /// What `try_state` says of the books.
    #[cfg(feature = "try-runtime")]
    pub(crate) fn try_books() -> Result<(), sp_runtime::TryRuntimeError> {
        Self::check_books().map(|_| ()).map_err(|broken| {
            sp_runtime::TryRuntimeError::Other(match broken {
                BrokenSum::Issuance { .. } => "accounts hold more than was issued",
                BrokenSum::Collateral { .. } => "a subnet's account holds less than its pool",
                BrokenSum::AlphaOut { .. } => "more alpha has an owner than is outside the pool",
                BrokenSum::Shares { .. } => "stakers own more than their hotkey has",
                BrokenSum::Root { .. } => "root's TAO, alpha and stakes differ",
                BrokenSum::Overflow => "a sum leaves its type",
            })
        })
    }
}
