//! Whoever buys before and sells after (`docs/rules/pacts.md#invariants`, I4).

use proptest::prelude::*;
use tributary_economy::{
    Alpha, Ledger, Tao,
    market::{pact, registration, staking},
    pact::{Books as _, release},
    pool::{self, EQUAL_WEIGHT, Pool, Side, WEIGHT_ONE},
};

use super::*;

/// Buys with `tao`, lets one release happen, sells everything with its dividend. Returns the TAO that comes out.
fn around_a_release(pool: &mut Pool, tao: u64, staked: u64) -> Option<u64> {
    let bought = pool::swap(pool, Side::Buy, tao, pool::HIGHEST_PRICE, false)
        .ok()?
        .paid_out;
    // The largest release there can be, all by purchase and all by dividend at once: an upper bound of any route.
    let spent = release::largest_purchase(pool);
    pool::swap(pool, Side::Buy, spent.0, pool::HIGHEST_PRICE, true).ok()?;
    let earning = staked.checked_add(bought)?;
    let dividend = release::largest_dividend(Alpha(earning), pool.fee_rate);
    // All stake earns alike; the attacker's part is rounded up against us.
    let earned = (u128::from(dividend.0) * u128::from(bought)).div_ceil(earning.into()) as u64;
    Some(
        pool::swap(pool, Side::Sell, bought + earned, pool::LOWEST_PRICE, false)
            .ok()?
            .paid_out,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    /// For every pool (its depth, its weights, its fee), every stake beside, every size of the attack and whatever
    /// waits in the reservoir: a loss, and of at least an eighth of the fees.
    #[test]
    fn standing_around_a_release_is_a_loss(
        tao in 1_000_000_000u64..10_000_000_000_000_000,
        alpha in 1_000_000_000u64..10_000_000_000_000_000,
        weight in WEIGHT_ONE / 5..WEIGHT_ONE / 5 * 4,
        fee_rate in 1u16..3_000,
        part in 1u64..3_000_000,
        staked in 0u64..10_000_000_000_000_000,
    ) {
        let pool = Pool {
            tao: Tao(tao), alpha: Alpha(alpha), quote_weight: weight, initialized: true, dynamic: true, fee_rate, minimum_reserve: 0,
        };
        // Thousandths of the reserve, from a millionth to three times.
        let attack = ((u128::from(tao) * u128::from(part)) / 1_000_000) as u64;
        prop_assume!(attack > 1_000_000);
        let out = around_a_release(&mut pool.clone(), attack, staked);
        let Some(out) = out else { return Ok(()); };
        let fees = u128::from(attack) * u128::from(fee_rate) / 65_535;
        // A few units of alpha are cut, each worth the price.
        let unit = tao / alpha + 1;
        let gained_back = u128::from(out) + fees / 4;
        prop_assert!(gained_back <= u128::from(attack) + 8 * u128::from(unit) + 8, "{out} of {attack}, fee {fees}");
    }
}

/// The attacker's TAO after buying `amount` before an event and selling all after it.
fn buy_and_sell(ledger: &mut Memory, amount: Tao, event: impl FnOnce(&mut Memory)) -> (u64, u64) {
    let (me, key) = (coldkey(4), hotkey(2));
    let before = ledger.balance(&me);
    act(ledger, |l| staking::add_stake(l, &me, &key, NET, amount)).unwrap();
    let paid = before.0 - ledger.balance(&me).0;
    event(ledger);
    let all = staking::stake_of(ledger, &key, &me, NET);
    let before = ledger.balance(&me);
    act(ledger, |l| staking::remove_stake(l, &me, &key, NET, all)).unwrap();
    (paid, ledger.balance(&me).0 - before.0)
}

/// A subnet with a pact, weights, and a full reservoir or an empty one.
fn with_reservoir(route: Route, filled: bool) -> Memory {
    let terms = Terms {
        revenue_share: PerMillion::ONE,
        route,
        ..Terms::default()
    };
    let mut ledger = bound(terms);
    for uid in 0..ledger.subnetwork_n(NET) {
        ledger.set_weights(NET.index(tributary_economy::MechId(0)), uid, vec![(0, u16::MAX)]);
    }
    advance(&mut ledger, 12);
    if filled {
        pact_act(&mut ledger, |l| {
            pact::pay(l, &coldkey(1), NET, &coldkey(3), tao(5_000), [0; 32])
        })
        .unwrap();
    }
    ledger
}

fn route() -> impl Strategy<Value = Route> {
    prop_oneof![
        Just(Route::BURN),
        Just(Route::HOLDERS),
        (0u32..1_000_001).prop_map(|burn| Route {
            burn: PerMillion(burn),
            holders: PerMillion(1_000_000 - burn),
            root: PerMillion::ZERO,
        }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// In the whole market, against the same trade without a reservoir: what a release gives back of a round trip is
    /// less than the fees that the trip pays, whatever the size, the route and the number of releases up to one.
    #[test]
    fn what_a_release_gives_is_less_than_the_fees(amount in 10_000_000u64..2_000_000_000_000, route in route()) {
        let trade = |filled: bool| {
            let mut ledger = with_reservoir(route, filled);
            // To the block before the next epoch, then over it.
            while ledger.blocks_since_last_step(NET) + 1 < u64::from(ledger.tempo(NET)) {
                next_block(&mut ledger).unwrap();
            }
            let epochs = ledger.subnet_epoch_index(NET);
            let result = buy_and_sell(&mut ledger, Tao(amount), |l| {
                while l.subnet_epoch_index(NET) == epochs {
                    next_block(l).unwrap();
                }
            });
            check_all(&ledger);
            result
        };
        let ((paid, with), (_, without)) = (trade(true), trade(false));
        let fee_rate = 33u64;
        let fees = (u128::from(paid) + u128::from(with)) * u128::from(fee_rate) / 65_535;
        prop_assert!(u128::from(with.saturating_sub(without)) < fees, "{paid} paid, {with} with, {without} without, fees {fees}");
    }

    /// A hotkey to which others lend earns much of the dividends with little alpha of its own. Of tribute it gets what its
    /// own alpha is due: at most f/2 of that, whatever is lent and taken.
    #[test]
    fn lent_stake_draws_no_tribute(own in 10_000_000u64..50_000_000_000, lent in 1u64.., take in 0u16..11_797) {
        let trade = |filled: bool| {
            let mut ledger = with_reservoir(Route::HOLDERS, filled);
            let (me, parent, child) = (coldkey(4), hotkey(3), hotkey(5));
            act(&mut ledger, |l| registration::register(l, &me, &child, NET, None)).unwrap();
            let uid = ledger.uids(NET, &child).unwrap();
            ledger.set_weights(NET.index(tributary_economy::MechId(0)), uid, vec![(0, u16::MAX)]);
            act(&mut ledger, |l| staking::add_stake(l, &me, &child, NET, Tao(own))).unwrap();
            ledger.set_child_keys(&parent, NET, vec![(lent, child)]);
            ledger.set_parent_keys(&child, NET, vec![(lent, parent)]);
            ledger.set_childkey_take(&child, NET, take);
            // To the block before the second epoch, in which the permit of the first counts, then over it.
            let epochs = ledger.subnet_epoch_index(NET);
            while ledger.subnet_epoch_index(NET) < epochs + 1 || ledger.blocks_since_last_step(NET) + 1 < u64::from(ledger.tempo(NET)) {
                next_block(&mut ledger).unwrap();
            }
            let before = (ledger.total_hotkey_alpha(&child, NET), ledger.pact(NET).unwrap().totals.to_holders);
            while ledger.subnet_epoch_index(NET) < epochs + 2 {
                next_block(&mut ledger).unwrap();
            }
            check_all(&ledger);
            let after = (ledger.total_hotkey_alpha(&child, NET), ledger.pact(NET).unwrap().totals.to_holders);
            (before.0.0, after.0.0 - before.0.0, after.1.0 - before.1.0)
        };
        let ((alpha, with, released), (_, without, _)) = (trade(true), trade(false));
        prop_assert!(released > 0);
        let cap = (u128::from(alpha) * 33).div_ceil(2 * 65_535);
        prop_assert!(u128::from(with.saturating_sub(without)) <= cap + 2, "{with} with, {without} without, {cap} of {alpha}");
    }

    /// A payment, an announced exit, an exit and a breach do not move the price by themselves.
    #[test]
    fn nothing_else_moves_the_price(amount in 10_000_000u64..2_000_000_000_000, which in 0u8..4) {
        let prepare = || {
            let mut ledger = bound(Terms { notice: 0, ..all_terms() });
            advance(&mut ledger, 21);
            if which == 2 {
                pact_act(&mut ledger, |l| pact::announce_exit(l, &coldkey(0), NET)).unwrap();
            }
            ledger
        };
        let quiet = buy_and_sell(&mut prepare(), Tao(amount), |_| ());
        let loud = buy_and_sell(&mut prepare(), Tao(amount), |l| {
            match which {
                0 => drop(pact_act(l, |l| pact::pay(l, &coldkey(1), NET, &coldkey(3), tao(1_000), [0; 32])).unwrap()),
                1 => pact_act(l, |l| pact::announce_exit(l, &coldkey(0), NET)).unwrap(),
                2 => pact_act(l, |l| pact::exit(l, NET)).unwrap(),
                _ => pact_act(l, |l| pact::establish_breach(l, NET)).unwrap(),
            };
        });
        prop_assert_eq!(quiet, loud);
        prop_assert!(loud.1 < loud.0);
    }
}

#[test]
fn dividends_of_root_can_be_timed_within_their_bound() {
    // Root has no fees: whoever stakes there for one release gets its share of what is due, and no more.
    let trade = |filled: bool| {
        let mut ledger = with_reservoir(Route::ROOT, filled);
        ledger.set_tao_weight(u64::MAX);
        advance(&mut ledger, 6);
        let me = coldkey(4);
        act(&mut ledger, |l| {
            staking::add_stake(l, &me, &hotkey(2), tributary_economy::NetUid::ROOT, tao(100))
        })
        .unwrap();
        let epochs = ledger.subnet_epoch_index(NET);
        let before = ledger.pact(NET).unwrap();
        while ledger.subnet_epoch_index(NET) == epochs {
            next_block(&mut ledger).unwrap();
        }
        let after = ledger.pact(NET).unwrap();
        let owed = tributary_economy::market::root::owed(&ledger, &hotkey(2), &me, NET);
        (owed.0, after.totals.to_root.0 - before.totals.to_root.0)
    };
    let ((with, released), (without, nothing)) = (trade(true), trade(false));
    assert_eq!(nothing, 0);
    assert!(released > 0);
    assert!(with - without <= released, "{with} {without} {released}");
    assert_eq!(EQUAL_WEIGHT, WEIGHT_ONE / 2);
}
