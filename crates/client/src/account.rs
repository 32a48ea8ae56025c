//! What an account holds.

use sp_core::crypto::AccountId32;

use crate::{Client, Result, View, items};

pub use crate::stored::{AccountInfo, Balance};

/// What an account of this chain must keep to exist, in rao.
///
/// # Errors
/// As [`View::constant`].
pub async fn existential_deposit(client: &Client) -> Result<u64> {
    client.constant("Balances", "ExistentialDeposit").await
}

/// Whether the chain knows the account: somebody has sent it something, or it is in use there.
///
/// # Errors
/// As [`View::get`].
pub async fn exists(view: &View<'_>, account: &AccountId32) -> Result<bool> {
    let info = view.get(&items::ACCOUNT, (account.clone(),)).await?;
    Ok(info.providers > 0 || info.sufficients > 0)
}

/// TAO of an account; zero if the chain does not know it.
///
/// # Errors
/// As [`View::get`].
pub async fn balance(view: &View<'_>, account: &AccountId32) -> Result<Balance> {
    Ok(view.get(&items::ACCOUNT, (account.clone(),)).await?.data)
}
