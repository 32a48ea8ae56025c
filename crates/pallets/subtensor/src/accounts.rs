//! Accounts of the chain itself (`docs/rules/issuance.md#accounts-of-the-chain`).

use frame_support::PalletId;
use sp_runtime::traits::AccountIdConversion;
use tributary_economy::NetUid;

use crate::{Config, Pallet};

/// Each subnet's TAO is on the sub-account of this with its netuid.
pub const SUBNETS: PalletId = PalletId(*b"subtensr");

/// Tribute of pacts waits here.
pub const TRIBUTES: PalletId = PalletId(*b"tributes");

/// What is burned stays here.
pub const BURNED: PalletId = PalletId(*b"burntnsr");

impl<T: Config> Pallet<T> {
    /// Whether an account is of the chain itself, so that nobody has its key: what it holds backs pools and pacts, or is
    /// burned.
    pub fn is_of_the_chain(who: &T::AccountId) -> bool {
        // The account without a number is the one of number zero.
        PalletId::try_from_sub_account::<NetUid>(who)
            .is_some_and(|(pallet, _)| [SUBNETS, TRIBUTES, BURNED].contains(&pallet))
    }
}
