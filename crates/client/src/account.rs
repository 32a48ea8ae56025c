//! What an account holds.

use sp_core::crypto::AccountId32;
use tributary_runtime::Runtime;

use crate::{Result, View};

/// TAO of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Balance {
    /// Its own, in rao.
    pub free: u64,
    /// Put on hold: bonds, deposits.
    pub reserved: u64,
    /// Part of the free that it may not send now.
    pub frozen: u64,
}

impl Balance {
    /// What it can part with, its existence aside.
    pub fn spendable(&self) -> u64 {
        self.free.saturating_sub(self.frozen)
    }
}

/// What an account must keep to exist, in rao.
pub fn existential_deposit() -> u64 {
    <<Runtime as pallet_balances::Config>::ExistentialDeposit as frame_support::traits::Get<u64>>::get()
}

/// Whether the chain knows the account: somebody has sent it something, or it is in use there.
///
/// # Errors
/// As [`View::value`].
pub async fn exists(view: &View<'_>, account: &AccountId32) -> Result<bool> {
    let info = view.map::<frame_system::Account<Runtime>, _, _>(account).await?;
    Ok(info.providers > 0 || info.sufficients > 0)
}

/// TAO of an account; zero if the chain does not know it.
///
/// # Errors
/// As [`View::value`].
pub async fn balance(view: &View<'_>, account: &AccountId32) -> Result<Balance> {
    let info = view.map::<frame_system::Account<Runtime>, _, _>(account).await?;
    Ok(Balance {
        free: info.data.free,
        reserved: info.data.reserved,
        frozen: info.data.frozen,
    })
}
