//! Staking and unstaking at their limits, to the rao (`docs/rules/staking.md`).

use tributary_economy::{
    Alpha, Error, Event, Ledger, NetUid, Tao, UNIT, limits,
    market::{DEFAULT_DELEGATE_TAKE, MIN_STAKE, hotkeys, recycling, staking, swaps},
};

use crate::{
    pacts::{NET, advance},
    world::*,
};

pub const ROOT: NetUid = NetUid::ROOT;

/// Whoever has staked nothing yet, and owns no hotkey.
pub fn rich() -> Account {
    coldkey(4)
}

pub fn stake(ledger: &Memory, key: u64, who: Account, netuid: NetUid) -> Alpha {
    staking::stake_of(ledger, &hotkey(key), &who, netuid)
}

fn add(ledger: &Memory, key: u64, netuid: NetUid, amount: u64) -> Result<Alpha, Error> {
    let mut ledger = ledger.clone();
    act(&mut ledger, |l| {
        staking::add_stake(l, &rich(), &hotkey(key), netuid, Tao(amount))
    })
}

#[test]
fn the_minimum_is_two_million_rao_and_the_fee_on_them() {
    let ledger = lively();
    assert_eq!(staking::min_amount(&ledger, NET), Tao(2_001_007));
    assert_eq!(staking::min_amount(&ledger, ROOT), MIN_STAKE);
    for (netuid, least) in [(NET, 2_001_007), (ROOT, 2_000_000)] {
        assert!(add(&ledger, 2, netuid, least).is_ok(), "{netuid}");
        assert_eq!(add(&ledger, 2, netuid, least - 1), Err(Error::AmountTooLow), "{netuid}");
    }
}

#[test]
fn a_purchase_is_checked_in_order() {
    let mut ledger = lively();
    let balance = ledger.balance(&rich()).0;
    let most = 1_000 * ledger.subnet_tao(NET).0;
    assert!(most > balance);
    assert_eq!(add(&ledger, 2, NET, most + 1), Err(Error::InsufficientLiquidity));
    assert_eq!(add(&ledger, 2, NET, most), Err(Error::NotEnoughBalanceToStake));
    // Root has no curve, and no such limit.
    let stakable = 1_000 * ledger.subnet_tao(ROOT).0 + 1;
    assert!(stakable < balance && add(&ledger, 2, ROOT, stakable).is_ok());
    assert_eq!(add(&ledger, 2, NetUid(9), UNIT), Err(Error::SubnetNotExists));
    assert_eq!(add(&ledger, 7, NET, balance + 1), Err(Error::NotEnoughBalanceToStake));
    assert_eq!(add(&ledger, 7, NET, balance), Err(Error::HotKeyAccountNotExists));
    // The whole balance: all but the existential deposit.
    act(&mut ledger, |l| {
        staking::add_stake(l, &rich(), &hotkey(2), NET, Tao(balance))
    })
    .unwrap();
    assert_eq!(ledger.balance(&rich()), Tao(500));
    let mut closed = lively();
    closed.set_subtoken_enabled(NET, false);
    assert_eq!(add(&closed, 2, NET, 1), Err(Error::SubtokenDisabled));
}

#[test]
fn a_purchase_moves_every_book_by_what_it_took() {
    for author in [Some(AUTHOR), None] {
        let mut ledger = lively();
        ledger.set_author(author);
        let before = ledger.clone();
        let paid = tao(7);
        let expected = swaps::simulate_buy(&ledger, NET, paid).unwrap();
        assert!(expected.fee > 0);
        act(&mut ledger, |l| staking::add_stake(l, &rich(), &hotkey(2), NET, paid)).unwrap();
        check(&ledger);
        let earner = author.unwrap_or(ledger.burn_account());
        assert_eq!(ledger.balance(&earner).0 - before.balance(&earner).0, expected.fee);
        assert_eq!(ledger.balance(&rich()), before.balance(&rich()).minus(paid).unwrap());
        assert_eq!(ledger.subnet_tao(NET).0 - before.subnet_tao(NET).0, expected.paid_in);
        assert_eq!(
            ledger.subnet_tao_flow(NET) - before.subnet_tao_flow(NET),
            expected.paid_in as i64
        );
        assert_eq!(ledger.total_stake().0 - before.total_stake().0, paid.0);
        assert_eq!(
            ledger.subnet_volume(NET) - before.subnet_volume(NET),
            u128::from(paid.0)
        );
        let mark = |l: &Memory| l.last_coldkey_hotkey_stake_block(&rich(), &hotkey(2));
        assert_eq!((mark(&before), mark(&ledger)), (None, Some(ledger.block())));
        assert_eq!(ledger.staking_hotkeys(&rich()), [hotkey(2)]);
        assert!(matches!(
            ledger.take_events().last(),
            Some(Event::StakeAdded(who, _, tao, alpha, NET, fee))
                if *who == rich() && *tao == paid && alpha.0 == expected.paid_out && *fee == expected.fee
        ));
    }
}

#[test]
fn a_limited_purchase_takes_the_most_that_the_limit_allows() {
    let mut ledger = lively();
    act(&mut ledger, |l| hotkeys::associate_hotkey(l, &coldkey(1), &hotkey(5))).unwrap();
    let limit = Tao((swaps::price(&ledger, NET).to_num::<f64>() * 1.05e9) as u64);
    let most = limits::max_buy(&swaps::pool(&ledger, NET), limit.0).unwrap();
    let buy = |ledger: &Memory, amount: u64, partial| {
        let mut ledger = ledger.clone();
        let bought = act(&mut ledger, |l| {
            staking::add_stake_limit(l, &rich(), &hotkey(5), NET, Tao(amount), limit, partial)
        });
        bought.map(|alpha| (alpha, ledger.balance(&rich()), ledger.delegate_take(&hotkey(5))))
    };
    let all = buy(&ledger, most, false).unwrap();
    assert_eq!(all.1, ledger.balance(&rich()).minus(Tao(most)).unwrap());
    assert_eq!(
        all.2,
        Some(DEFAULT_DELEGATE_TAKE),
        "a hotkey of somebody else becomes a delegate"
    );
    assert_eq!(buy(&ledger, most + 1, false), Err(Error::SlippageTooHigh));
    assert_eq!(buy(&ledger, most + 1, true), Ok(all));
    assert_eq!(buy(&ledger, 2_001_006, true), Err(Error::AmountTooLow));
    let too_large = 1_000 * ledger.subnet_tao(NET).0 + 1;
    assert_eq!(buy(&ledger, too_large, true), Err(Error::InsufficientLiquidity));
    // A delegate keeps its take, and one's own hotkey is none yet.
    ledger.set_delegate_take(&hotkey(5), Some(77));
    assert_eq!(buy(&ledger, most, false).unwrap().2, Some(77));
    ledger.set_delegate_take(&hotkey(5), None);
    ledger.set_owner(&hotkey(5), Some(rich()));
    assert_eq!(buy(&ledger, most, false).unwrap().2, None);
}

#[test]
fn alpha_that_is_given_up_is_recycled_or_burned() {
    let ledger = lively();
    let who = coldkey(2);
    type Give = fn(&mut Memory, &Account, &Account, Alpha, NetUid) -> Result<Alpha, Error>;
    for (recycles, give) in [
        (true, recycling::recycle_alpha as Give),
        (false, recycling::burn_alpha as Give),
    ] {
        let give =
            |l: &mut Memory, key, alpha: u64, netuid| act(l, |l| give(l, &who, &hotkey(key), Alpha(alpha), netuid));
        let mut l = ledger.clone();
        assert_eq!(give(&mut l, 2, 1, NetUid(9)), Err(Error::SubnetNotExists));
        assert_eq!(give(&mut l, 2, 1, ROOT), Err(Error::CannotBurnOrRecycleOnRootSubnet));
        assert_eq!(give(&mut l, 7, 1, NET), Err(Error::HotKeyAccountNotExists));
        l.set_subtoken_enabled(NET, false);
        assert_eq!(give(&mut l, 2, 1, NET), Err(Error::SubtokenDisabled));
        l.set_subtoken_enabled(NET, true);

        assert_eq!(give(&mut l, 2, 1_000, NET), Ok(Alpha(1_000)));
        assert_eq!(l.balance(&who), ledger.balance(&who));
        let (out, recycled, burned) = if recycles { (1_000, 1_000, 0) } else { (0, 0, 1_000) };
        assert_eq!(ledger.subnet_alpha_out(NET).0 - l.subnet_alpha_out(NET).0, out);
        assert_eq!(l.alpha_recycled(NET).0 - ledger.alpha_recycled(NET).0, recycled);
        assert_eq!(l.alpha_burned(NET).0 - ledger.alpha_burned(NET).0, burned);
        assert_eq!(
            ledger.total_alpha_issuance(NET).0 - l.total_alpha_issuance(NET).0,
            out,
            "burned alpha stays in the issuance"
        );
        let rest = stake(&l, 2, who, NET);
        // The amount is capped to the stake, which must be outside the pool.
        l.set_subnet_alpha_out(NET, Alpha(rest.0 - 1));
        assert_eq!(give(&mut l, 2, u64::MAX, NET), Err(Error::InsufficientLiquidity));
        l.set_subnet_alpha_out(NET, rest);
        assert_eq!(give(&mut l, 2, u64::MAX, NET), Ok(rest));
        assert_eq!(stake(&l, 2, who, NET), Alpha::ZERO);
    }
}

#[test]
fn alpha_can_be_bought_and_burned_at_once() {
    let mut ledger = lively();
    let before = ledger.clone();
    let expected = swaps::simulate_buy(&ledger, NET, tao(3)).unwrap().paid_out;
    let burned = act(&mut ledger, |l| {
        recycling::add_stake_burn(l, &rich(), &hotkey(2), NET, tao(3), None)
    });
    assert_eq!(burned, Ok(Alpha(expected)));
    assert_eq!(stake(&ledger, 2, rich(), NET), Alpha::ZERO);
    assert_eq!(ledger.alpha_burned(NET).0 - before.alpha_burned(NET).0, expected);
    check(&ledger);
    let low = Some(Tao(1));
    let beyond = act(&mut ledger, |l| {
        recycling::add_stake_burn(l, &rich(), &hotkey(2), NET, tao(3), low)
    });
    assert_eq!(beyond, Err(Error::PriceLimitExceeded));
}

#[test]
fn miner_pay_goes_to_a_registered_hotkey_that_was_not_chosen_before() {
    let mut ledger = lively();
    let set = |l: &mut Memory, netuid, key| staking::set_auto_stake_hotkey(l, &rich(), netuid, &hotkey(key));
    assert_eq!(set(&mut ledger, NetUid(9), 2), Err(Error::SubnetNotExists));
    assert_eq!(set(&mut ledger, NET, 7), Err(Error::HotKeyNotRegisteredInSubNet));
    set(&mut ledger, NET, 2).unwrap();
    assert_eq!(set(&mut ledger, NET, 2), Err(Error::SameAutoStakeHotkeyAlreadySet));
    set(&mut ledger, NET, 3).unwrap();
    assert_eq!(ledger.auto_stake_destination(&rich(), NET), Some(hotkey(3)));
}

#[test]
fn a_hotkey_is_worth_all_its_alpha_at_the_price_of_each_subnet() {
    let mut ledger = lively();
    advance(&mut ledger, 20);
    let key = hotkey(2);
    let worth = |netuid: NetUid| {
        let price = swaps::price(&ledger, netuid).to_num::<f64>();
        ledger.total_hotkey_alpha(&key, netuid).0 as f64 * price
    };
    let expected: f64 = ledger.networks().into_iter().map(worth).sum();
    let total = staking::total_value(&ledger, &key).0 as f64;
    assert!(
        (total / expected - 1.0).abs() < 1e-9 && total > 10e9,
        "{total} {expected}"
    );
    assert_eq!(staking::total_value(&ledger, &hotkey(7)), Tao::ZERO);
}

#[test]
fn flows_stop_at_their_ends() {
    let mut ledger = lively();
    ledger.set_subnet_tao_flow(NET, i64::MAX - 5);
    act(&mut ledger, |l| staking::add_stake(l, &rich(), &hotkey(2), NET, tao(1))).unwrap();
    assert_eq!(ledger.subnet_tao_flow(NET), i64::MAX);
    ledger.set_subnet_tao_flow(NET, i64::MIN + 5);
    act(&mut ledger, |l| {
        staking::remove_stake(l, &coldkey(2), &hotkey(2), NET, Alpha(UNIT))
    })
    .unwrap();
    assert_eq!(ledger.subnet_tao_flow(NET), i64::MIN);
}

#[test]
fn a_purchase_that_brings_nothing_is_refused() {
    let mut ledger = lively();
    ledger.set_minimum_reserve(0);
    // A thousand units of alpha against hundreds of TAO: two million rao are worth none of them.
    ledger.set_subnet_alpha_in(NET, Alpha(1_000));
    assert_eq!(add(&ledger, 2, NET, 2_100_000), Err(Error::InsufficientLiquidity));
}

#[test]
fn a_stake_that_its_pool_cannot_represent_is_refused() {
    let mut ledger = lively();
    // Shares of nothing.
    ledger.set_total_hotkey_alpha(&hotkey(2), NET, Alpha::ZERO);
    let refused = Err(Error::InsufficientLiquidity);
    assert_eq!(add(&ledger, 2, NET, 5 * UNIT), refused);
    ledger.set_owner(&hotkey(7), Some(coldkey(3)));
    let moved = act(&mut ledger, |l| {
        tributary_economy::market::stake_moves::move_stake(
            l,
            &coldkey(3),
            &hotkey(3),
            &hotkey(2),
            NET,
            NET,
            Alpha(UNIT),
        )
    });
    assert_eq!(moved, Err(Error::InsufficientLiquidity));
}

#[test]
fn a_purchase_writes_all_that_it_does_to_the_pool() {
    for started in [false, true] {
        let mut ledger = lively();
        ledger.set_swap_initialized(NET, started);
        let mut pool = swaps::pool(&ledger, NET);
        let (side, limit) = (
            tributary_economy::pool::Side::Buy,
            tributary_economy::pool::HIGHEST_PRICE,
        );
        tributary_economy::pool::swap(&mut pool, side, 5 * UNIT, limit, false).unwrap();
        act(&mut ledger, |l| staking::add_stake(l, &rich(), &hotkey(2), NET, tao(5))).unwrap();
        assert_eq!(swaps::pool(&ledger, NET), pool);
        assert!(pool.initialized);
    }
}

/// `docs/rules/pool.md#swap`: a sale at any price stops at 1,000 rao an alpha, and what is not sold stays staked.
#[test]
fn what_a_sale_leaves_unsold_at_the_lowest_price_stays_staked() {
    let mut ledger = lively();
    let sparse = Alpha(ledger.subnet_tao(NET).0 * 1_000_000);
    ledger.set_subnet_alpha_in(NET, sparse);
    let bought = act(&mut ledger, |l| {
        staking::add_stake(l, &rich(), &hotkey(2), NET, tao(100))
    })
    .unwrap();
    // Twice what was bought would bring the price below the limit that it had before.
    act(&mut ledger, |l| {
        staking::add_stake(l, &coldkey(3), &hotkey(3), NET, tao(100))?;
        staking::remove_stake(l, &coldkey(3), &hotkey(3), NET, Alpha(u64::MAX))
    })
    .unwrap();
    let (before, outside) = (stake(&ledger, 2, rich(), NET), ledger.subnet_alpha_out(NET));
    let (reserve, rate) = (ledger.subnet_alpha_in(NET), ledger.fee_rate(NET));
    ledger.set_subnet_alpha_in(NET, Alpha(reserve.0 + bought.0 / 2));
    let reserve = ledger.subnet_alpha_in(NET);
    ledger.set_author(None);
    act(&mut ledger, |l| {
        staking::remove_stake(l, &rich(), &hotkey(2), NET, before)
    })
    .unwrap();
    let sold = ledger.subnet_alpha_in(NET).0 - reserve.0;
    let fee = tributary_economy::fees::swap_fee_upon(sold, rate);
    let left = stake(&ledger, 2, rich(), NET);
    assert!(
        sold > before.0 / 3 && left.0 > before.0 / 10,
        "{sold} {left:?} of {before:?}"
    );
    // A stake is a share of its pool: the last unit may be lost to rounding.
    assert!(
        before.0 - sold - fee - left.0 <= 1,
        "{before:?} - {sold} - {fee} is not {left:?}"
    );
    assert_eq!(ledger.subnet_alpha_out(NET).0, outside.0 - sold);
    let price = swaps::price(&ledger, NET).to_num::<f64>();
    assert!((price / 1e-6 - 1.0).abs() < 1e-6, "{price}");
}
