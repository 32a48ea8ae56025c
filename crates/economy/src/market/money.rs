//! Small moves of TAO and alpha that several rules share (`docs/rules/issuance.md#minting-recycling-burning`).

use crate::{Account, Alpha, Error, Existence, Ledger, NetUid, Tao};

/// Destroys TAO of an account, which stays alive, and takes it off the issuance.
///
/// # Errors
/// [`Error::InsufficientBalance`] if the account cannot part with it.
pub(super) fn recycle<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, from: &Acc, amount: Tao) -> Result<(), Error> {
    ledger.withdraw(from, amount, Existence::Preserve)?;
    ledger.set_total_issuance(ledger.total_issuance().minus(amount)?);
    Ok(())
}

/// Pays TAO out of a subnet's account. Nothing happens for an amount of 0.
///
/// # Errors
/// [`Error::InsufficientBalance`] if the account holds less, or the receiver would not come to exist with so little.
pub(super) fn pay_out<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    to: &Acc,
    amount: Tao,
) -> Result<(), Error> {
    if amount.is_zero() {
        return Ok(());
    }
    let account = ledger.subnet_account(netuid);
    ledger.transfer(&account, to, amount, Existence::Expendable)
}

/// Takes alpha that nobody holds any more off the subnet's issuance, so that it can be emitted again. The
/// AlphaAssets total stops at zero: it never knew of alpha that was there before it
/// (`docs/rules/issuance.md#minting-recycling-burning`).
///
/// # Errors
/// [`Error::Underflow`] if less is outside the pool.
pub(super) fn recycle_alpha<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    amount: Alpha,
) -> Result<(), Error> {
    ledger.set_subnet_alpha_out(netuid, ledger.subnet_alpha_out(netuid).minus(amount)?);
    ledger.set_alpha_recycled(netuid, ledger.alpha_recycled(netuid).plus(amount)?);
    ledger.set_total_alpha_issuance(netuid, ledger.total_alpha_issuance(netuid).minus_or_zero(amount));
    Ok(())
}

/// Records that alpha is out of reach. It stays in the issuance.
///
/// # Errors
/// [`Error::Overflow`].
pub(super) fn burn_alpha<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    amount: Alpha,
) -> Result<(), Error> {
    ledger.set_alpha_burned(netuid, ledger.alpha_burned(netuid).plus(amount)?);
    Ok(())
}

/// Counts TAO that the chain itself took out of a subnet's pool. The counter stops at its ends
/// (`docs/rules/emission.md#staking-flow`).
pub(super) fn sub_protocol_flow<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid, tao: Tao) {
    let tao = i64::try_from(tao.0).unwrap_or(i64::MAX);
    ledger.set_subnet_protocol_flow(netuid, ledger.subnet_protocol_flow(netuid).saturating_sub(tao));
}

/// Counts TAO that the chain itself brought to a subnet's pool. The counter stops at its ends
/// (`docs/rules/emission.md#staking-flow`).
pub(super) fn add_protocol_flow<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid, tao: Tao) {
    if !tao.is_zero() {
        let tao = i64::try_from(tao.0).unwrap_or(i64::MAX);
        ledger.set_subnet_protocol_flow(netuid, ledger.subnet_protocol_flow(netuid).saturating_add(tao));
    }
}
