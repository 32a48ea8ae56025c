//! The take of delegates (`docs/rules/delegation.md#delegate-take`).

use crate::{Account, Error, Event, Ledger, delegation};

/// Raises a delegate's take, over 65535.
///
/// # Errors
/// Those of [`delegation::check_take`], [`Error::HotKeyAccountNotExists`], [`Error::NonAssociatedColdKey`], and those of
/// [`delegation::check_increase`].
pub fn increase_take<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    hotkey: &Acc,
    take: u16,
) -> Result<(), Error> {
    check(ledger, coldkey, hotkey, take)?;
    delegation::check_increase(
        ledger.delegate_take(hotkey),
        take,
        ledger.last_delegate_take_block(hotkey),
        ledger.block(),
        ledger.tx_delegate_take_rate_limit(),
    )?;
    write(ledger, hotkey, take);
    ledger.emit(Event::TakeIncreased(coldkey.clone(), hotkey.clone(), take));
    Ok(())
}

/// Lowers a delegate's take, over 65535. That too counts as a change for the rate limit of increases.
///
/// # Errors
/// Those of [`delegation::check_take`], [`Error::HotKeyAccountNotExists`], [`Error::NonAssociatedColdKey`], and those of
/// [`delegation::check_decrease`].
pub fn decrease_take<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    hotkey: &Acc,
    take: u16,
) -> Result<(), Error> {
    check(ledger, coldkey, hotkey, take)?;
    delegation::check_decrease(ledger.delegate_take(hotkey), take)?;
    write(ledger, hotkey, take);
    ledger.emit(Event::TakeDecreased(coldkey.clone(), hotkey.clone(), take));
    Ok(())
}

fn check<Acc: Account, L: Ledger<Acc>>(ledger: &L, coldkey: &Acc, hotkey: &Acc, take: u16) -> Result<(), Error> {
    delegation::check_take(take, ledger.min_delegate_take(), ledger.max_delegate_take())?;
    match ledger.owner(hotkey) {
        None => Err(Error::HotKeyAccountNotExists),
        Some(owner) if owner != *coldkey => Err(Error::NonAssociatedColdKey),
        Some(_) => Ok(()),
    }
}

fn write<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, hotkey: &Acc, take: u16) {
    ledger.set_delegate_take(hotkey, Some(take));
    ledger.set_last_delegate_take_block(hotkey, ledger.block());
}
