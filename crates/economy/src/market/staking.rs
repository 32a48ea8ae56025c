//! Staking: TAO into alpha and back (`docs/rules/staking.md`).

use super::{MIN_STAKE, money, root, stake_pools, swaps};
use crate::{
    Account, Alpha, Error, Event, Existence, Ledger, NetUid, Tao, fees,
    fixed::{SafeDiv, U64F64},
    limits,
    pool::Swapped,
};

pub use stake_pools::{stake_of, total_value};

/// A purchase or sale may be at most this many times the reserve that it meets (`docs/rules/staking.md#adding-stake`).
const MAX_TIMES_RESERVE: u64 = 1_000;

/// The smallest amount that [`add_stake`] takes: [`MIN_STAKE`] and the fee on it (`docs/rules/staking.md#minimum`).
pub fn min_amount<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> Tao {
    let fee = match swaps::simulate_buy(ledger, netuid, MIN_STAKE) {
        Ok(Swapped { fee, .. }) => fee,
        Err(_) => fees::swap_fee(MIN_STAKE.0, ledger.fee_rate(netuid)),
    };
    Tao(MIN_STAKE.0.saturating_add(fee))
}

/// Stakes TAO of the coldkey to the hotkey on a subnet, at any price. The account keeps its existential deposit, so
/// whoever asks for the whole balance stakes a little less. Returns the alpha received.
///
/// # Errors
/// In this order: [`Error::InsufficientLiquidity`] (more than a thousand times the reserve),
/// [`Error::SubnetNotExists`], [`Error::SubtokenDisabled`], [`Error::AmountTooLow`],
/// [`Error::NotEnoughBalanceToStake`], [`Error::HotKeyAccountNotExists`], [`Error::InsufficientLiquidity`],
/// [`Error::AmountTooLow`] (what would be bought), and those of the swap.
pub fn add_stake<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    hotkey: &Acc,
    netuid: NetUid,
    amount: Tao,
) -> Result<Alpha, Error> {
    check_size(ledger, netuid, amount.0, ledger.subnet_tao(netuid).0)?;
    check_stakable(ledger, netuid, amount)?;
    check_purchase(ledger, coldkey, hotkey, netuid, amount)?;
    stake_into(ledger, hotkey, coldkey, netuid, amount, swaps::HIGHEST_PRICE, false)
}

/// As [`add_stake`], but not beyond `limit_price` rao for one alpha: what would go beyond is not executed, or fails
/// the whole order unless `allow_partial`. A foreign hotkey becomes a delegate.
///
/// # Errors
/// As [`add_stake`]; [`Error::PriceLimitExceeded`] if the price is beyond the limit already and
/// [`Error::SlippageTooHigh`] if it would go beyond and the order is not partial.
pub fn add_stake_limit<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    hotkey: &Acc,
    netuid: NetUid,
    amount: Tao,
    limit_price: Tao,
    allow_partial: bool,
) -> Result<Alpha, Error> {
    check_size(ledger, netuid, amount.0, ledger.subnet_tao(netuid).0)?;
    let max = Tao(limits::max_buy(&swaps::pool(ledger, netuid), limit_price.0)?);
    check_stakable(ledger, netuid, amount)?;
    if !allow_partial && amount > max {
        return Err(Error::SlippageTooHigh);
    }
    let amount = amount.min(max);
    check_purchase(ledger, coldkey, hotkey, netuid, amount)?;
    make_delegate(ledger, coldkey, hotkey);
    stake_into(ledger, hotkey, coldkey, netuid, amount, limit_price, false)
}

/// Makes somebody else's hotkey a delegate with the default take, if it is none yet.
pub(super) fn make_delegate<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, coldkey: &Acc, hotkey: &Acc) {
    if ledger.owner(hotkey).as_ref() != Some(coldkey) && ledger.delegate_take(hotkey).is_none() {
        ledger.set_delegate_take(hotkey, Some(super::DEFAULT_DELEGATE_TAKE));
    }
}

/// Nothing dynamic is traded for more than a thousand times the reserve.
fn check_size<Acc: Account, L: Ledger<Acc>>(
    ledger: &L,
    netuid: NetUid,
    amount: u64,
    reserve: u64,
) -> Result<(), Error> {
    if swaps::is_dynamic(ledger, netuid) && amount > reserve.saturating_mul(MAX_TIMES_RESERVE) {
        return Err(Error::InsufficientLiquidity);
    }
    Ok(())
}

fn check_stakable<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid, amount: Tao) -> Result<(), Error> {
    check_open(ledger, netuid)?;
    if amount < min_amount(ledger, netuid) {
        return Err(Error::AmountTooLow);
    }
    Ok(())
}

/// The subnet exists and its alpha may be traded.
pub(super) fn check_open<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> Result<(), Error> {
    if !ledger.networks_added(netuid) {
        return Err(Error::SubnetNotExists);
    }
    if !ledger.subtoken_enabled(netuid) {
        return Err(Error::SubtokenDisabled);
    }
    Ok(())
}

fn check_purchase<Acc: Account, L: Ledger<Acc>>(
    ledger: &L,
    coldkey: &Acc,
    hotkey: &Acc,
    netuid: NetUid,
    amount: Tao,
) -> Result<(), Error> {
    if amount > ledger.balance(coldkey) {
        return Err(Error::NotEnoughBalanceToStake);
    }
    if ledger.owner(hotkey).is_none() {
        return Err(Error::HotKeyAccountNotExists);
    }
    let expected = swaps::simulate_buy(ledger, netuid, amount).map_err(|_| Error::InsufficientLiquidity)?;
    if expected.paid_in < MIN_STAKE.0 {
        return Err(Error::AmountTooLow);
    }
    if !stake_pools::can_add(ledger, hotkey, netuid, Alpha(expected.paid_out)) {
        return Err(Error::InsufficientLiquidity);
    }
    Ok(())
}

/// Stakes `tao`, or what the coldkey can part with and stay alive if that is less
/// (`docs/rules/staking.md#buying-into-a-stake`). Returns the alpha.
///
/// # Errors
/// [`Error::InsufficientBalance`], [`Error::AmountTooLow`] if nothing is bought, [`Error::InsufficientLiquidity`] if the
/// stake pool cannot represent the amount, and those of the swap.
pub(super) fn stake_into<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    hotkey: &Acc,
    coldkey: &Acc,
    netuid: NetUid,
    tao: Tao,
    limit: Tao,
    drop_fees: bool,
) -> Result<Alpha, Error> {
    let paid = tao.min(ledger.spendable(coldkey));
    if paid.is_zero() && !tao.is_zero() {
        return Err(Error::InsufficientBalance);
    }
    let account = ledger.subnet_account(netuid);
    ledger.transfer(coldkey, &account, paid, Existence::Preserve)?;
    let done = swaps::buy(ledger, netuid, paid, limit, drop_fees)?;
    let bought = Alpha(done.paid_out);
    if bought.is_zero() {
        return Err(Error::AmountTooLow);
    }
    if !stake_pools::can_add(ledger, hotkey, netuid, bought) {
        return Err(Error::InsufficientLiquidity);
    }
    stake_pools::increase(ledger, hotkey, coldkey, netuid, bought)?;
    stake_pools::remember_hotkey(ledger, coldkey, hotkey);
    let earner = ledger.author().unwrap_or_else(|| ledger.burn_account());
    money::pay_out(ledger, netuid, &earner, Tao(done.fee))?;
    stake_pools::add_user_flow(ledger, netuid, Tao(done.paid_in));
    ledger.set_last_coldkey_hotkey_stake_block(coldkey, hotkey, Some(ledger.block()));
    if netuid.is_root() {
        root::stake_added(ledger, hotkey, coldkey, bought)?;
        root::enlist(ledger, coldkey)?;
    }
    ledger.emit(Event::StakeAdded(
        coldkey.clone(),
        hotkey.clone(),
        paid,
        bought,
        netuid,
        done.fee,
    ));
    Ok(bought)
}

/// Unstakes `alpha`, which the coldkey must have, and pays the TAO to the beneficiary
/// (`docs/rules/staking.md#selling-a-stake`). What a limit leaves unsold stays staked. The fee goes to the block's
/// author, sold for TAO; without author it is burned. Returns the TAO paid.
///
/// # Errors
/// [`Error::NotEnoughStakeToWithdraw`], and those of the two sales and payments.
#[allow(clippy::too_many_arguments)]
pub(super) fn unstake_from<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    hotkey: &Acc,
    coldkey: &Acc,
    beneficiary: &Acc,
    netuid: NetUid,
    alpha: Alpha,
    limit: Tao,
    drop_fees: bool,
) -> Result<Tao, Error> {
    if stake_of(ledger, hotkey, coldkey, netuid) < alpha {
        return Err(Error::NotEnoughStakeToWithdraw);
    }
    stake_pools::decrease(ledger, hotkey, coldkey, netuid, alpha)?;
    let done = swaps::sell(ledger, netuid, alpha, limit, drop_fees)?;
    let (sold, out) = (Alpha(done.paid_in), Tao(done.paid_out));
    let unsold = alpha.minus(sold)?.minus(Alpha(done.fee))?;
    if !unsold.is_zero() {
        stake_pools::increase(ledger, hotkey, coldkey, netuid, unsold)?;
    }
    money::pay_out(ledger, netuid, beneficiary, out)?;
    let mut outflow = out;
    match ledger.author() {
        Some(author) => {
            let earned = Tao(swaps::sell(ledger, netuid, Alpha(done.fee), swaps::LOWEST_PRICE, true)?.paid_out);
            money::pay_out(ledger, netuid, &author, earned)?;
            outflow = outflow.plus(earned)?;
        }
        None if done.fee > 0 => money::burn_alpha(ledger, netuid, Alpha(done.fee))?,
        None => {}
    }
    if netuid.is_root() {
        root::stake_removed(ledger, hotkey, coldkey, alpha);
        root::delist_if_empty(ledger, coldkey)?;
    }
    stake_pools::sub_user_flow(ledger, netuid, outflow);
    ledger.set_last_coldkey_hotkey_stake_block(coldkey, hotkey, Some(ledger.block()));
    ledger.emit(Event::StakeRemoved(
        coldkey.clone(),
        hotkey.clone(),
        out,
        sold,
        netuid,
        done.fee,
    ));
    Ok(out)
}

/// Unstakes alpha, all of the stake if it is less, and pays the TAO to the coldkey. Returns it.
///
/// # Errors
/// In this order: [`Error::SubtokenDisabled`], [`Error::InsufficientLiquidity`] (more than a thousand times the
/// reserve), [`Error::SubnetNotExists`], [`Error::AmountTooLow`] (nothing), [`Error::InsufficientLiquidity`],
/// [`Error::AmountTooLow`] (too little TAO, unless nothing stays), [`Error::HotKeyAccountNotExists`], and those of the
/// sale.
pub fn remove_stake<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    hotkey: &Acc,
    netuid: NetUid,
    alpha: Alpha,
) -> Result<Tao, Error> {
    if !ledger.subtoken_enabled(netuid) {
        return Err(Error::SubtokenDisabled);
    }
    let alpha = alpha.min(stake_of(ledger, hotkey, coldkey, netuid));
    check_size(ledger, netuid, alpha.0, ledger.subnet_alpha_in(netuid).0)?;
    check_sale(ledger, coldkey, hotkey, netuid, alpha)?;
    cash_in(ledger, coldkey, hotkey, netuid, alpha, swaps::LOWEST_PRICE)
}

/// As [`remove_stake`], but not below `limit_price` rao for one alpha and not capped to the stake; what would go below
/// is not sold, or fails the whole order unless `allow_partial`. It works before the start call too.
///
/// # Errors
/// As [`remove_stake`]; [`Error::NotEnoughStakeToWithdraw`], [`Error::PriceLimitExceeded`],
/// [`Error::SlippageTooHigh`].
pub fn remove_stake_limit<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    hotkey: &Acc,
    netuid: NetUid,
    alpha: Alpha,
    limit_price: Tao,
    allow_partial: bool,
) -> Result<Tao, Error> {
    check_size(ledger, netuid, alpha.0, ledger.subnet_alpha_in(netuid).0)?;
    let max = Alpha(limits::max_sell(&swaps::pool(ledger, netuid), limit_price.0)?);
    check_sale_amount(ledger, coldkey, hotkey, netuid, alpha)?;
    if !allow_partial && alpha > max {
        return Err(Error::SlippageTooHigh);
    }
    check_hotkey(ledger, hotkey)?;
    cash_in(ledger, coldkey, hotkey, netuid, alpha.min(max), limit_price)
}

/// Unstakes everything, with a limit (all or nothing) or without. Returns the TAO paid.
///
/// # Errors
/// Those of [`remove_stake_limit`] or [`remove_stake`].
pub fn remove_stake_full_limit<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    hotkey: &Acc,
    netuid: NetUid,
    limit_price: Option<Tao>,
) -> Result<Tao, Error> {
    let all = stake_of(ledger, hotkey, coldkey, netuid);
    match limit_price {
        Some(limit) => remove_stake_limit(ledger, coldkey, hotkey, netuid, all, limit, false),
        None => remove_stake(ledger, coldkey, hotkey, netuid, all),
    }
}

/// Unstakes everything that the coldkey has on the hotkey, on every subnet where that is possible. Returns the TAO.
///
/// # Errors
/// [`Error::HotKeyAccountNotExists`], and those of a sale that looked possible.
pub fn unstake_all<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, coldkey: &Acc, hotkey: &Acc) -> Result<Tao, Error> {
    unstake_from_all(ledger, coldkey, hotkey, true)
}

/// As [`unstake_all`] without root, where the TAO is staked to the same hotkey at once.
///
/// # Errors
/// As [`unstake_all`]; [`Error::AmountTooLow`] if nothing was unstaked.
pub fn unstake_all_alpha<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    hotkey: &Acc,
) -> Result<Tao, Error> {
    let tao = unstake_from_all(ledger, coldkey, hotkey, false)?;
    stake_into(ledger, hotkey, coldkey, NetUid::ROOT, tao, swaps::HIGHEST_PRICE, false)?;
    Ok(tao)
}

fn unstake_from_all<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    hotkey: &Acc,
    from_root: bool,
) -> Result<Tao, Error> {
    check_hotkey(ledger, hotkey)?;
    let mut total = Tao::ZERO;
    for netuid in ledger.networks() {
        if (netuid.is_root() && !from_root) || !ledger.subtoken_enabled(netuid) {
            continue;
        }
        let alpha = stake_of(ledger, hotkey, coldkey, netuid);
        if check_sale(ledger, coldkey, hotkey, netuid, alpha).is_err() {
            continue;
        }
        total = total.plus(cash_in(ledger, coldkey, hotkey, netuid, alpha, swaps::LOWEST_PRICE)?)?;
    }
    Ok(total)
}

/// Unstakes for the coldkey itself, and with it what is left if that is too small to stay. Returns the TAO paid for
/// what was asked for.
fn cash_in<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    hotkey: &Acc,
    netuid: NetUid,
    alpha: Alpha,
    limit: Tao,
) -> Result<Tao, Error> {
    let out = unstake_from(ledger, hotkey, coldkey, coldkey, netuid, alpha, limit, false)?;
    sweep_small_nomination(ledger, hotkey, coldkey, netuid)?;
    Ok(out)
}

fn check_sale<Acc: Account, L: Ledger<Acc>>(
    ledger: &L,
    coldkey: &Acc,
    hotkey: &Acc,
    netuid: NetUid,
    alpha: Alpha,
) -> Result<(), Error> {
    check_sale_amount(ledger, coldkey, hotkey, netuid, alpha)?;
    check_hotkey(ledger, hotkey)
}

fn check_sale_amount<Acc: Account, L: Ledger<Acc>>(
    ledger: &L,
    coldkey: &Acc,
    hotkey: &Acc,
    netuid: NetUid,
    alpha: Alpha,
) -> Result<(), Error> {
    if !ledger.networks_added(netuid) {
        return Err(Error::SubnetNotExists);
    }
    if alpha.is_zero() {
        return Err(Error::AmountTooLow);
    }
    let stake = stake_of(ledger, hotkey, coldkey, netuid);
    if alpha > stake {
        return Err(Error::NotEnoughStakeToWithdraw);
    }
    let expected = swaps::simulate_sell(ledger, netuid, alpha).map_err(|_| Error::InsufficientLiquidity)?;
    if alpha < stake && expected.paid_out < MIN_STAKE.0 {
        return Err(Error::AmountTooLow);
    }
    Ok(())
}

/// The hotkey belongs to somebody.
pub(super) fn check_hotkey<Acc: Account, L: Ledger<Acc>>(ledger: &L, hotkey: &Acc) -> Result<(), Error> {
    ledger.owner(hotkey).map(drop).ok_or(Error::HotKeyAccountNotExists)
}

/// Unstakes what is left of a nomination if it is too small to keep (`docs/rules/staking.md#small-nominations`). If
/// that fails, the alpha that is still staked is taken from the coldkey and belongs to nobody from then on, as the
/// reference has it.
fn sweep_small_nomination<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    hotkey: &Acc,
    coldkey: &Acc,
    netuid: NetUid,
) -> Result<(), Error> {
    let factor = u128::from(ledger.nominator_min_required_stake());
    if factor == 0 || ledger.owner(hotkey).as_ref() == Some(coldkey) {
        return Ok(());
    }
    let stake = stake_of(ledger, hotkey, coldkey, netuid);
    let minimum = u64::try_from(factor * u128::from(MIN_STAKE.0) / 1_000_000).unwrap_or(u64::MAX);
    let minimum = U64F64::saturating_from_num(minimum).safe_div(swaps::price(ledger, netuid));
    if stake.is_zero() || stake >= Alpha(minimum.saturating_to_num()) {
        return Ok(());
    }
    if unstake_from(
        ledger,
        hotkey,
        coldkey,
        coldkey,
        netuid,
        stake,
        swaps::LOWEST_PRICE,
        false,
    )
    .is_err()
        && stake_of(ledger, hotkey, coldkey, netuid) >= stake
    {
        stake_pools::decrease(ledger, hotkey, coldkey, netuid, stake)?;
    }
    Ok(())
}

/// Chooses the hotkey that the coldkey's miner pay on a subnet is staked to
/// (`docs/rules/endpoints.md#destination-of-miner-pay`). The reverse list is the caller's.
///
/// # Errors
/// [`Error::SubnetNotExists`], [`Error::HotKeyNotRegisteredInSubNet`], [`Error::SameAutoStakeHotkeyAlreadySet`].
pub fn set_auto_stake_hotkey<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    coldkey: &Acc,
    netuid: NetUid,
    hotkey: &Acc,
) -> Result<(), Error> {
    if !ledger.networks_added(netuid) {
        return Err(Error::SubnetNotExists);
    }
    if ledger.uids(netuid, hotkey).is_none() {
        return Err(Error::HotKeyNotRegisteredInSubNet);
    }
    if ledger.auto_stake_destination(coldkey, netuid).as_ref() == Some(hotkey) {
        return Err(Error::SameAutoStakeHotkeyAlreadySet);
    }
    ledger.set_auto_stake_destination(coldkey, netuid, Some(hotkey.clone()));
    Ok(())
}
