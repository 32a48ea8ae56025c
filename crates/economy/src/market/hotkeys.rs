//! Who owns a hotkey (`docs/rules/endpoints.md#binding-a-hotkey`).

use super::stake_pools;
use crate::{Account, Error, Ledger};

/// Binds a hotkey that nobody owns to the coldkey. If somebody owns it already, nothing happens
/// (`docs/rules/endpoints.md#binding-a-hotkey`).
///
/// # Errors
/// [`Error::CannotUseSystemAccount`] if the hotkey is the account of a subnet.
pub fn associate_hotkey<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    hotkey: &Acc,
) -> Result<(), Error> {
    if ledger.owner(hotkey).is_some() {
        return Ok(());
    }
    check_not_system(ledger, hotkey)?;
    ledger.set_owner(hotkey, Some(coldkey.clone()));
    let mut owned = ledger.owned_hotkeys(coldkey);
    if !owned.contains(hotkey) {
        owned.push(hotkey.clone());
        ledger.set_owned_hotkeys(coldkey, owned);
    }
    stake_pools::remember_hotkey(ledger, coldkey, hotkey);
    Ok(())
}

/// The account is not one that holds a subnet's TAO.
pub(super) fn check_not_system<Acc: Account, L: Ledger<Acc>>(ledger: &L, account: &Acc) -> Result<(), Error> {
    if ledger
        .networks()
        .into_iter()
        .any(|netuid| ledger.subnet_account(netuid) == *account)
    {
        return Err(Error::CannotUseSystemAccount);
    }
    Ok(())
}
