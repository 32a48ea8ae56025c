//! Selling stake at its limits, to the rao (`docs/rules/staking.md#selling-a-stake`).

use tributary_economy::{
    Alpha, Error, Event, Ledger, NetUid, Tao, UNIT, limits,
    market::{MIN_STAKE, staking, swaps},
};

use crate::{
    pacts::NET,
    stakes::{ROOT, rich, stake},
    world::*,
};

#[test]
fn a_sale_pays_the_staker_and_the_author_and_burns_the_fee_of_nobody() {
    for author in [Some(AUTHOR), None] {
        let mut ledger = lively();
        ledger.set_author(author);
        let before = ledger.clone();
        let (who, sold) = (coldkey(2), Alpha(5 * UNIT));
        let expected = swaps::simulate_sell(&ledger, NET, sold).unwrap();
        let out = act(&mut ledger, |l| staking::remove_stake(l, &who, &hotkey(2), NET, sold)).unwrap();
        check(&ledger);
        assert_eq!(out, Tao(expected.paid_out));
        assert_eq!(ledger.balance(&who), before.balance(&who).plus(out).unwrap());
        let stakes = (stake(&before, 2, who, NET).0, stake(&ledger, 2, who, NET).0);
        assert!((stakes.0 - stakes.1).abs_diff(sold.0) <= 1);
        let earned = ledger.balance(&AUTHOR).0 - before.balance(&AUTHOR).0;
        let burned = ledger.alpha_burned(NET).0 - before.alpha_burned(NET).0;
        if author.is_some() {
            // The fee is sold without fee after the sale.
            assert!(earned > 0);
            assert_eq!(burned, 0);
            assert_eq!(before.subnet_alpha_out(NET).0 - ledger.subnet_alpha_out(NET).0, sold.0);
        } else {
            assert_eq!((earned, burned), (0, expected.fee));
            assert!(burned > 0);
        }
        let flow = before.subnet_tao_flow(NET) - ledger.subnet_tao_flow(NET);
        assert_eq!(flow as u64, out.0 + earned);
        assert_eq!(before.subnet_tao(NET).0 - ledger.subnet_tao(NET).0, out.0 + earned);
        assert_eq!(
            ledger.last_coldkey_hotkey_stake_block(&who, &hotkey(2)),
            Some(ledger.block())
        );
    }
}

#[test]
fn a_sale_is_checked_in_order() {
    let ledger = lively();
    let who = coldkey(2);
    let remove = |ledger: &Memory, key, netuid, alpha: u64| {
        let mut ledger = ledger.clone();
        act(&mut ledger, |l| {
            staking::remove_stake(l, &who, &hotkey(key), netuid, Alpha(alpha))
        })
    };
    assert_eq!(remove(&ledger, 2, NetUid(9), 1), Err(Error::SubtokenDisabled));
    assert_eq!(remove(&ledger, 2, NET, 0), Err(Error::AmountTooLow));
    assert_eq!(
        remove(&ledger, 7, NET, 5),
        Err(Error::AmountTooLow),
        "nothing is staked there"
    );
    // Something stays: at least the minimum must come out. Everything may always go.
    assert_eq!(remove(&ledger, 2, ROOT, MIN_STAKE.0 - 1), Err(Error::AmountTooLow));
    assert_eq!(remove(&ledger, 2, ROOT, MIN_STAKE.0), Ok(MIN_STAKE));
    let mut little = ledger.clone();
    let all = stake(&ledger, 2, who, ROOT);
    act(&mut little, |l| {
        staking::remove_stake(l, &who, &hotkey(2), ROOT, Alpha(all.0 - 5))
    })
    .unwrap();
    assert_eq!(remove(&little, 2, ROOT, 4), Err(Error::AmountTooLow));
    assert_eq!(remove(&little, 2, ROOT, 5), Ok(Tao(5)));
    assert_eq!(
        remove(&ledger, 2, ROOT, u64::MAX),
        Ok(Tao(all.0)),
        "capped to the stake"
    );
    let mut ownerless = ledger.clone();
    ownerless.set_owner(&hotkey(2), None);
    assert_eq!(
        remove(&ownerless, 2, ROOT, MIN_STAKE.0),
        Err(Error::HotKeyAccountNotExists)
    );
    // At most a thousand times the reserve, where there is a curve.
    let mut shallow = ledger.clone();
    let staked = stake(&ledger, 2, who, NET).0;
    shallow.set_subnet_alpha_in(NET, Alpha(staked / 1_000));
    assert_eq!(
        remove(&shallow, 2, NET, staked / 1_000 * 1_000 + 1),
        Err(Error::InsufficientLiquidity)
    );
    assert_ne!(
        remove(&shallow, 2, NET, staked / 1_000 * 1_000),
        Err(Error::InsufficientLiquidity)
    );
}

#[test]
fn a_limited_sale_is_not_capped_to_the_stake_and_sells_the_most_that_the_limit_allows() {
    let mut ledger = lively();
    let who = coldkey(2);
    let limit = Tao((swaps::price(&ledger, NET).to_num::<f64>() * 0.97e9) as u64);
    let most = limits::max_sell(&swaps::pool(&ledger, NET), limit.0).unwrap();
    let all = stake(&ledger, 2, who, NET).0;
    assert!(most + 1 < all);
    let sell = |ledger: &Memory, alpha: u64, partial| {
        let mut ledger = ledger.clone();
        act(&mut ledger, |l| {
            staking::remove_stake_limit(l, &who, &hotkey(2), NET, Alpha(alpha), limit, partial)
        })
        .map(|out| (out, stake(&ledger, 2, who, NET)))
    };
    let sold = sell(&ledger, most, false).unwrap();
    assert!(sold.1.0.abs_diff(all - most) <= 2);
    assert_eq!(sell(&ledger, most + 1, false), Err(Error::SlippageTooHigh));
    assert_eq!(sell(&ledger, most + 1, true), Ok(sold));
    assert_eq!(sell(&ledger, all + 1, true), Err(Error::NotEnoughStakeToWithdraw));
    assert_eq!(sell(&ledger, all, true), Ok(sold));
    let full = |l: &mut Memory, limit| staking::remove_stake_full_limit(l, &who, &hotkey(2), NET, limit);
    assert_eq!(
        act(&mut ledger.clone(), |l| full(l, Some(limit))),
        Err(Error::SlippageTooHigh)
    );
    let expected = swaps::simulate_sell(&ledger, NET, Alpha(all)).unwrap();
    assert_eq!(act(&mut ledger.clone(), |l| full(l, None)), Ok(Tao(expected.paid_out)));
    assert_eq!(
        act(&mut ledger.clone(), |l| full(l, Some(Tao(0)))),
        Ok(Tao(expected.paid_out))
    );
    // It works before the start call too.
    ledger.set_subtoken_enabled(NET, false);
    assert_eq!(sell(&ledger, most, false), Ok(sold));
}

#[test]
fn a_nomination_that_is_too_small_to_keep_goes_with_the_rest() {
    // 10,000,000 millionths of the minimum: 20,000,000 rao. Root's price is one.
    const KEPT: u64 = 20_000_000;
    let mut ledger = lively();
    let who = coldkey(2);
    for key in [2, 3] {
        let all = stake(&ledger, key, who, ROOT).0;
        for (rest, stays) in [(KEPT, KEPT), (KEPT - 1, if key == 2 { KEPT - 1 } else { 0 })] {
            let mut ledger = ledger.clone();
            let before = ledger.balance(&who);
            let out = act(&mut ledger, |l| {
                staking::remove_stake(l, &who, &hotkey(key), ROOT, Alpha(all - rest))
            });
            assert_eq!(out, Ok(Tao(all - rest)), "the rest is not part of the answer");
            assert_eq!(stake(&ledger, key, who, ROOT), Alpha(stays), "hotkey {key}, {rest}");
            assert_eq!(ledger.balance(&who).0 - before.0, all - stays);
            check(&ledger);
        }
    }
    ledger.set_nominator_min_required_stake(0);
    let all = stake(&ledger, 3, who, ROOT).0;
    act(&mut ledger, |l| {
        staking::remove_stake(l, &who, &hotkey(3), ROOT, Alpha(all - 1))
    })
    .unwrap();
    assert_eq!(stake(&ledger, 3, who, ROOT), Alpha(1), "no minimum, no sweep");
}

#[test]
fn a_small_nomination_that_cannot_be_sold_belongs_to_nobody() {
    let mut ledger = lively();
    ledger.set_author(None);
    let who = coldkey(2);
    act(&mut ledger, |l| staking::add_stake(l, &who, &hotkey(3), NET, tao(1))).unwrap();
    let all = stake(&ledger, 3, who, NET);
    let sold = Alpha(all.0 - 1_000_000);
    // The sale takes the reserve below what a pool must hold to be traded against.
    let out = swaps::simulate_sell(&ledger, NET, sold).unwrap().paid_out;
    ledger.set_minimum_reserve(ledger.subnet_tao(NET).0 - out + 1);
    let before = audit_of(&ledger);
    let balance = ledger.balance(&who);
    let others = stake(&ledger, 3, coldkey(3), NET);
    act(&mut ledger, |l| staking::remove_stake(l, &who, &hotkey(3), NET, sold)).unwrap();
    assert!(
        stake(&ledger, 3, coldkey(3), NET).0.abs_diff(others.0) <= 1,
        "nobody else loses by it"
    );
    assert_eq!(stake(&ledger, 3, who, NET), Alpha::ZERO);
    assert_eq!(
        ledger.balance(&who),
        balance.plus(Tao(out)).unwrap(),
        "only the first sale is paid"
    );
    let after = audit_of(&ledger);
    assert!(after.unowned.0 - before.unowned.0 >= 999_999, "{before:?} {after:?}");
}

fn audit_of(ledger: &Memory) -> tributary_economy::market::audit::SubnetSums {
    check(ledger)
        .subnets
        .into_iter()
        .find(|sums| sums.netuid == NET)
        .unwrap()
}

#[test]
fn all_of_a_hotkey_s_stake_is_sold_where_it_can_be() {
    let who = coldkey(2);
    let all = |ledger: &Memory| [ROOT, NET, NetUid(2)].map(|netuid| stake(ledger, 2, who, netuid).0);
    let mut ledger = lively();
    assert!(all(&ledger).iter().all(|alpha| *alpha > 0));
    let expected: Vec<u64> = [NET, NetUid(2)]
        .map(|netuid| {
            swaps::simulate_sell(&ledger, netuid, stake(&ledger, 2, who, netuid))
                .unwrap()
                .paid_out
        })
        .to_vec();
    let root = all(&ledger)[0];
    let mut free = ledger.clone();
    let before = free.balance(&who);
    let out = act(&mut free, |l| staking::unstake_all(l, &who, &hotkey(2))).unwrap();
    assert_eq!(out.0, root + expected.iter().sum::<u64>());
    assert_eq!(free.balance(&who), before.plus(out).unwrap());
    assert_eq!(all(&free), [0; 3]);
    check(&free);
    // Without root: the TAO is staked there.
    let mut onto_root = ledger.clone();
    let out = act(&mut onto_root, |l| staking::unstake_all_alpha(l, &who, &hotkey(2))).unwrap();
    assert_eq!(out.0, expected.iter().sum::<u64>());
    assert_eq!(onto_root.balance(&who), before);
    assert_eq!(all(&onto_root), [root + out.0, 0, 0]);
    check(&onto_root);
    // What has not started is passed over.
    ledger.set_subtoken_enabled(NET, false);
    let staked = all(&ledger)[1];
    let out = act(&mut ledger, |l| staking::unstake_all(l, &who, &hotkey(2))).unwrap();
    assert_eq!(out.0, root + expected[1]);
    assert_eq!(all(&ledger), [0, staked, 0]);
    let nobody = act(&mut ledger, |l| staking::unstake_all(l, &who, &hotkey(7)));
    assert_eq!(nobody, Err(Error::HotKeyAccountNotExists));
}

#[test]
fn what_a_limit_leaves_unsold_is_staked_again() {
    let ledger = lively();
    let who = coldkey(2);
    let price = swaps::price(&ledger, NET).to_num::<f64>();
    for part in 0..60 {
        let limit = Tao((price * 1e9 * (0.9 + 0.0015 * f64::from(part))) as u64);
        let mut ledger = ledger.clone();
        let before = stake(&ledger, 2, who, NET).0;
        act(&mut ledger, |l| {
            staking::remove_stake_limit(l, &who, &hotkey(2), NET, Alpha(before), limit, true)
        })
        .unwrap();
        let removed = ledger.take_events().into_iter().find_map(|event| match event {
            Event::StakeRemoved(_, _, _, sold, NET, fee) => Some(sold.0 + fee),
            _ => None,
        });
        let gone = before - stake(&ledger, 2, who, NET).0;
        assert!(gone.abs_diff(removed.unwrap()) <= 1, "{gone} {removed:?}");
        check(&ledger);
    }
}

#[test]
fn nothing_unstaked_is_too_little_for_root() {
    let mut ledger = lively();
    let nothing = act(&mut ledger, |l| staking::unstake_all_alpha(l, &rich(), &hotkey(2)));
    assert_eq!(nothing, Err(Error::AmountTooLow));
}
