//! Who owns a hotkey (`docs/rules/endpoints.md#binding-a-hotkey`).

use super::stake_pools;
use crate::{Account, Error, Ledger};

/// How many hotkeys a coldkey may own. Binding costs little, and each is an entry of lists that are read whole.
pub const MAX_OWNED_HOTKEYS: usize = 4_096;

/// Binds a hotkey that nobody owns to the coldkey. If somebody owns it already, nothing happens
/// (`docs/rules/endpoints.md#binding-a-hotkey`).
///
/// # Errors
/// [`Error::CannotUseSystemAccount`] if the hotkey is the account of a subnet, [`Error::TooManyHotkeys`] if the coldkey
/// has as many as it may have.
pub fn associate_hotkey<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    hotkey: &Acc,
) -> Result<(), Error> {
    if ledger.owner(hotkey).is_some() {
        return Ok(());
    }
    check_not_system(ledger, hotkey)?;
    let mut owned = ledger.owned_hotkeys(coldkey);
    if owned.len() >= MAX_OWNED_HOTKEYS {
        return Err(Error::TooManyHotkeys);
    }
    ledger.set_owner(hotkey, Some(coldkey.clone()));
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
