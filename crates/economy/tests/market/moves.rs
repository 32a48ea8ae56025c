//! Moving stake: what is traded, who pays the fee, and what is refused (`docs/rules/staking.md#moving-stake`).

use tributary_economy::{
    Alpha, Error, Event, Ledger, NetUid, Tao, UNIT,
    fixed::I96F32,
    limits,
    market::{DEFAULT_DELEGATE_TAKE, MIN_STAKE, hotkeys, stake_moves, staking, swaps},
    pool::{self, Side},
};

use crate::{pacts::NET, world::*};

const ROOT: NetUid = NetUid::ROOT;
const OTHER: NetUid = NetUid(2);

fn stake(ledger: &Memory, key: u64, who: Account, netuid: NetUid) -> u64 {
    staking::stake_of(ledger, &hotkey(key), &who, netuid).0
}

fn move_stake(ledger: &mut Memory, to_key: u64, from: NetUid, to: NetUid, alpha: u64) -> Result<Tao, Error> {
    act(ledger, |l| {
        stake_moves::move_stake(l, &coldkey(2), &hotkey(2), &hotkey(to_key), from, to, Alpha(alpha))
    })
}

#[test]
fn alpha_changes_hands_on_one_subnet_without_trade_or_fee() {
    let mut ledger = lively();
    let (who, receiver) = (coldkey(2), coldkey(4));
    let before = ledger.clone();
    let worth = (5.0 * UNIT as f64 * swaps::price(&ledger, NET).to_num::<f64>()) as u64;
    let value = move_stake(&mut ledger, 3, NET, NET, 5 * UNIT).unwrap();
    assert!(value.0.abs_diff(worth) <= 1 && value > MIN_STAKE);
    assert!(stake(&ledger, 2, who, NET).abs_diff(stake(&before, 2, who, NET) - 5 * UNIT) <= 1);
    assert!(stake(&ledger, 3, who, NET).abs_diff(5 * UNIT) <= 1);
    let given = act(&mut ledger, |l| {
        stake_moves::transfer_stake(l, &who, &receiver, &hotkey(2), NET, NET, Alpha(UNIT))
    });
    assert!(given.unwrap() > MIN_STAKE);
    assert!(stake(&ledger, 2, receiver, NET).abs_diff(UNIT) <= 1);
    assert_eq!(swaps::pool(&ledger, NET), swaps::pool(&before, NET));
    assert_eq!(ledger.subnet_alpha_out(NET), before.subnet_alpha_out(NET));
    assert_eq!(ledger.balance(&who), before.balance(&who));
    // Only the stake that grew has changed hands lately.
    let mark = |l: &Memory, who, key| l.last_coldkey_hotkey_stake_block(&who, &hotkey(key));
    assert_eq!(mark(&ledger, who, 3), Some(ledger.block()));
    assert_eq!(mark(&ledger, receiver, 2), Some(ledger.block()));
    assert_eq!(mark(&ledger, who, 2), mark(&before, who, 2));
    check(&ledger);
    let events = ledger.take_events();
    let count = |kind: fn(&Event<Account>) -> bool| events.iter().filter(|event| kind(event)).count();
    assert_eq!(
        count(|event| matches!(event, Event::StakeMoved(.., NET, tao) if *tao > MIN_STAKE)),
        1
    );
    assert_eq!(
        count(|event| matches!(event, Event::StakeTransferred(.., NET, NET, _))),
        1
    );
}

#[test]
fn on_one_subnet_it_must_be_worth_the_minimum_and_on_another_more() {
    let ledger = lively();
    // Root's alpha is TAO, and leaves it without fee.
    for (to_key, to, alpha, fits) in [
        (3, ROOT, MIN_STAKE.0, true),
        (3, ROOT, MIN_STAKE.0 - 1, false),
        (2, NET, MIN_STAKE.0 + 1, true),
        (2, NET, MIN_STAKE.0, false),
    ] {
        let moved = move_stake(&mut ledger.clone(), to_key, ROOT, to, alpha);
        let expected = if fits { Ok(Tao(alpha)) } else { Err(Error::AmountTooLow) };
        assert_eq!(moved, expected, "{alpha} to {to}");
    }
}

#[test]
fn a_move_is_checked_in_order() {
    let mut ledger = lively();
    assert_eq!(move_stake(&mut ledger, 2, NET, NET, UNIT), Err(Error::SameNetuid));
    assert_eq!(
        move_stake(&mut ledger, 2, NET, NetUid(9), UNIT),
        Err(Error::SubnetNotExists)
    );
    assert_eq!(
        move_stake(&mut ledger, 2, NetUid(9), NET, UNIT),
        Err(Error::SubnetNotExists)
    );
    assert_eq!(
        move_stake(&mut ledger, 7, NET, NET, UNIT),
        Err(Error::HotKeyAccountNotExists)
    );
    for closed in [NET, OTHER] {
        let mut ledger = ledger.clone();
        ledger.set_subtoken_enabled(closed, false);
        assert_eq!(
            move_stake(&mut ledger, 7, NET, OTHER, UNIT),
            Err(Error::SubtokenDisabled)
        );
    }
    assert_eq!(move_stake(&mut ledger, 2, NET, OTHER, 0), Err(Error::AmountTooLow));
}

#[test]
fn a_transfer_needs_both_subnets_to_allow_it_and_no_other_move_does() {
    for closed in [NET, OTHER] {
        let mut ledger = lively();
        ledger.set_transfer_toggle(closed, false);
        let given = act(&mut ledger, |l| {
            stake_moves::transfer_stake(l, &coldkey(2), &coldkey(4), &hotkey(2), NET, OTHER, Alpha(UNIT))
        });
        assert_eq!(given, Err(Error::TransferDisallowed));
        assert!(move_stake(&mut ledger, 2, NET, OTHER, UNIT).is_ok());
    }
}

/// What is bought without fee.
fn without_fee(ledger: &Memory, netuid: NetUid, tao: Tao) -> u64 {
    let pool = swaps::pool(ledger, netuid);
    pool::simulate(&pool, Side::Buy, tao.0, pool::HIGHEST_PRICE, true)
        .unwrap()
        .paid_out
}

#[test]
fn one_of_the_two_trades_pays_the_fee() {
    // Between subnets the sale.
    let mut ledger = lively();
    let before = ledger.clone();
    let sale = swaps::simulate_sell(&ledger, NET, Alpha(5 * UNIT)).unwrap();
    assert!(sale.fee > 0);
    let bought = without_fee(&ledger, OTHER, Tao(sale.paid_out));
    let had = stake(&ledger, 2, coldkey(2), OTHER);
    assert_eq!(move_stake(&mut ledger, 2, NET, OTHER, 5 * UNIT), Ok(Tao(sale.paid_out)));
    assert!(stake(&ledger, 2, coldkey(2), OTHER).abs_diff(had + bought) <= 1);
    assert_eq!(ledger.balance(&coldkey(2)), before.balance(&coldkey(2)));
    check(&ledger);

    // From root, where there is none, the purchase.
    let mut ledger = before.clone();
    let purchase = swaps::simulate_buy(&ledger, NET, tao(2)).unwrap();
    let (had, earned) = (stake(&ledger, 2, coldkey(2), NET), ledger.balance(&AUTHOR).0);
    assert_eq!(move_stake(&mut ledger, 2, ROOT, NET, 2 * UNIT), Ok(tao(2)));
    assert!(stake(&ledger, 2, coldkey(2), NET).abs_diff(had + purchase.paid_out) <= 1);
    assert_eq!(ledger.balance(&AUTHOR).0 - earned, purchase.fee);
    check(&ledger);
}

#[test]
fn a_transfer_to_another_subnet_is_paid_by_the_giver_only() {
    let mut ledger = lively();
    let (giver, receiver) = (coldkey(2), coldkey(4));
    let before = ledger.clone();
    let tao = act(&mut ledger, |l| {
        stake_moves::transfer_stake(l, &giver, &receiver, &hotkey(2), NET, OTHER, Alpha(5 * UNIT))
    })
    .unwrap();
    assert_eq!(ledger.balance(&giver), before.balance(&giver));
    assert_eq!(ledger.balance(&receiver), before.balance(&receiver));
    assert!(stake(&ledger, 2, receiver, OTHER).abs_diff(without_fee(&before, OTHER, tao)) <= 1);
    assert_eq!(stake(&ledger, 2, giver, OTHER), stake(&before, 2, giver, OTHER));
    check(&ledger);
}

#[test]
fn a_swap_goes_as_far_as_its_limit() {
    let ledger = lively();
    let who = coldkey(2);
    let price = |netuid| swaps::price(&ledger, netuid).to_num::<f64>();
    let limit = Tao((price(NET) / price(OTHER) * 0.97e9) as u64);
    let (origin, destination) = (swaps::pool(&ledger, NET), swaps::pool(&ledger, OTHER));
    let most = limits::max_move(&origin, &destination, limit.0).unwrap();
    assert!(most > UNIT / 10 && most + 1 < stake(&ledger, 2, who, NET), "{most}");
    let swap = |alpha: u64, partial| {
        let mut ledger = ledger.clone();
        act(&mut ledger, |l| {
            stake_moves::swap_stake_limit(l, &who, &hotkey(2), NET, OTHER, Alpha(alpha), limit, partial)
        })
        .map(|tao| (tao, stake(&ledger, 2, who, NET)))
    };
    let all = swap(most, false).unwrap();
    assert!(all.1.abs_diff(stake(&ledger, 2, who, NET) - most) <= 1);
    assert_eq!(swap(most + 1, false), Err(Error::SlippageTooHigh));
    assert_eq!(swap(most + 1, true), Ok(all));
    // Without a limit there is none.
    let mut free = ledger.clone();
    let tao = act(&mut free, |l| {
        stake_moves::swap_stake(l, &who, &hotkey(2), NET, OTHER, Alpha(most + 1))
    });
    assert!(tao.unwrap() >= all.0);
    assert!(
        free.take_events()
            .iter()
            .any(|event| matches!(event, Event::StakeSwapped(.., NET, OTHER, _)))
    );
}

#[test]
fn what_is_too_little_to_stake_stays_as_free_balance() {
    let mut ledger = lively();
    let who = coldkey(2);
    // A limit that leaves the order less than the minimum.
    let (origin, destination) = (swaps::pool(&ledger, NET), swaps::pool(&ledger, OTHER));
    let most = |limit: u64| limits::max_move(&origin, &destination, limit).unwrap_or_default();
    let limit = (1..u64::MAX.ilog2()).rev().fold(0u64, |low, bit| {
        if most(low | 1 << bit) >= 300_000 {
            low | 1 << bit
        } else {
            low
        }
    });
    let alpha = most(limit);
    let out = swaps::simulate_sell(&ledger, NET, Alpha(alpha)).unwrap().paid_out;
    assert!(out > 0 && out < MIN_STAKE.0, "{alpha} for {out}");
    let (balance, had) = (ledger.balance(&who), stake(&ledger, 2, who, OTHER));
    let tao = act(&mut ledger, |l| {
        stake_moves::swap_stake_limit(l, &who, &hotkey(2), NET, OTHER, Alpha(UNIT), Tao(limit), true)
    });
    assert_eq!(tao, Ok(Tao(out)));
    assert_eq!(ledger.balance(&who), balance.plus(Tao(out)).unwrap());
    assert_eq!(stake(&ledger, 2, who, OTHER), had);
    check(&ledger);
}

#[test]
fn a_hotkey_of_somebody_else_becomes_a_delegate_by_a_move_between_subnets() {
    let mut ledger = lively();
    for (owner, key) in [(4, 5), (2, 6), (4, 7)] {
        act(&mut ledger, |l| {
            hotkeys::associate_hotkey(l, &coldkey(owner), &hotkey(key))
        })
        .unwrap();
    }
    ledger.set_delegate_take(&hotkey(7), Some(5));
    for (key, take) in [(5, Some(DEFAULT_DELEGATE_TAKE)), (6, None), (7, Some(5))] {
        move_stake(&mut ledger, key, NET, OTHER, UNIT).unwrap();
        assert_eq!(ledger.delegate_take(&hotkey(key)), take, "hotkey {key}");
    }
}

#[test]
fn moved_root_stake_leaves_what_it_earned_and_has_earned_nothing_where_it_comes() {
    let mut ledger = lively();
    let (giver, receiver) = (coldkey(2), coldkey(4));
    let rate = |times: f64| [(NET, I96F32::from_num(times))].into();
    ledger.set_root_claimable(&hotkey(2), rate(0.25));
    ledger.set_root_claimed(NET, &hotkey(2), &giver, 1_000_000_000);
    ledger.set_subnet_alpha_out(NET, ledger.subnet_alpha_out(NET).plus(Alpha(5 * UNIT)).unwrap());
    let listed = ledger.num_staking_coldkeys();
    let give = |l: &mut Memory, alpha: u64| {
        act(l, |l| {
            stake_moves::transfer_stake(l, &giver, &receiver, &hotkey(2), ROOT, ROOT, Alpha(alpha))
        })
        .unwrap()
    };
    let claimed = |l: &Memory, who| l.root_claimed(NET, &hotkey(2), &who);
    assert_eq!(give(&mut ledger, 2_000_002), Tao(2_000_002));
    // A quarter of 2,000,002, floored both ways.
    assert_eq!(
        (claimed(&ledger, giver), claimed(&ledger, receiver)),
        (999_500_000, 500_000)
    );
    assert_eq!(ledger.num_staking_coldkeys(), listed + 1);
    assert_eq!(ledger.staking_coldkeys(&receiver), Some(listed));
    give(&mut ledger, 2_000_003);
    assert_eq!(
        (claimed(&ledger, giver), claimed(&ledger, receiver)),
        (999_000_000, 1_000_000)
    );
    // The watermark stops at zero.
    ledger.set_root_claimed(NET, &hotkey(2), &giver, 7);
    give(&mut ledger, 3_000_000);
    assert_eq!((claimed(&ledger, giver), claimed(&ledger, receiver)), (0, 1_750_000));
    check(&ledger);
}
