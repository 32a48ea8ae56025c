//! Emission, swaps, logarithms.

use super::config;
use proptest::prelude::*;
use tributary_economy::{
    Alpha, Tao, UNIT,
    approximate::{self, Reserves, Terms, Traded},
    emission::{self, Division},
    fees,
    fixed::{I64F64, U96F32},
    issuance,
    pool::{self, EQUAL_WEIGHT, HIGHEST_PRICE, LOWEST_PRICE, Pool, Side},
    presets::MAINNET,
    rule_sets::RuleSet,
};

const MINIMUM_RESERVE: u64 = 1_000_000;

fn pool(tao: u64, alpha: u64, fee_rate: u16) -> Pool {
    Pool {
        tao: Tao(tao),
        alpha: Alpha(alpha),
        quote_weight: EQUAL_WEIGHT,
        initialized: true,
        dynamic: true,
        fee_rate,
        minimum_reserve: MINIMUM_RESERVE,
    }
}

/// Amounts of all sizes, from `2^low` up to below `2^high` units.
fn amount(low: u32, high: u32) -> impl Strategy<Value = u64> {
    (low..high, any::<u64>()).prop_map(|(bit, bits)| (1 << bit) | (bits & ((1 << bit) - 1)))
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn prices_and_fees_are_the_pools(tao in amount(10, 54), alpha in amount(10, 54), paid in amount(0, 52), rate: u16) {
        let exact: f64 = pool::price(&pool(tao, alpha, 0)).to_num();
        let found = approximate::price(Reserves { tao, alpha });
        prop_assert!((found - exact).abs() <= exact * 2f64.powi(-51) + 2f64.powi(-64), "{found} {exact}");
        let rate = rate.min(u16::MAX - 1);
        let fee = approximate::fee(paid, f64::from(rate) / 65_535.0);
        prop_assert!(fee.abs_diff(fees::swap_fee(paid, rate)) <= 1);
    }

    #[test]
    fn whole_parts_are_those_of_the_language(size in -40i32..63, mantissa in 1.0f64..2.0) {
        let x = mantissa * 2f64.powi(size);
        prop_assert_eq!(approximate::whole(x), x as u64);
        prop_assert_eq!(approximate::whole(x.floor()), x as u64);
        prop_assert_eq!(approximate::whole(-x), 0);
    }

    #[test]
    fn root_gets_its_proportion(root in amount(20, 54), weight: u64, supply in amount(20, 54)) {
        let tao_weight = emission::tao_weight(weight);
        let weighted = root as f64 * tao_weight.to_num::<f64>();
        let exact: f64 = emission::root_proportion(Tao(root), tao_weight, supply).to_num();
        let found = approximate::root_proportion(weighted, supply as f64);
        prop_assert!((found - exact).abs() <= 2f64.powi(-31), "{found} {exact}");
    }

    #[test]
    fn swaps_are_the_pools(
        alpha in amount(24, 46), price in -11.0f64..5.0, part in -30.0f64..1.5, rate in 0u16..1_000, sells: bool,
    ) {
        let tao = (alpha as f64 * price.exp()) as u64;
        let paid = (if sells { alpha } else { tao } as f64 * part.exp()) as u64;
        let side = if sells { Side::Sell } else { Side::Buy };
        let limit = if sells { LOWEST_PRICE } else { HIGHEST_PRICE };
        let mut exact = pool(tao, alpha, rate);
        let (input, output) = if sells { (alpha, tao) } else { (tao, alpha) };
        let found = approximate::swap(input, output, paid, f64::from(rate) / 65_535.0, MINIMUM_RESERVE);
        let swapped = pool::swap(&mut exact, side, paid, limit, false);
        // Domain: prices between the limits, after too.
        let growth = 1.0 + paid as f64 / input as f64;
        let moved = if sells { growth.powi(-2) } else { growth.powi(2) };
        prop_assume!((2e-6..5e5).contains(&(tao as f64 / alpha as f64 * moved)));
        let (paid_in, paid_out) = swapped.map_or((0, 0), |swapped| (swapped.paid_in, swapped.paid_out));
        let slack = 2.0 + paid_out as f64 * 2f64.powi(-50) + output as f64 * 2f64.powi(-59);
        prop_assert!(found.paid_out.abs_diff(paid_out) as f64 <= slack, "{found:?} {swapped:?}");
        // One unit of output decides whether the pool refuses.
        if paid_out > 2 {
            prop_assert!(found.paid_in.abs_diff(paid_in) <= 1, "{found:?} {swapped:?}");
        }
        // No tolerance here: nothing leaves that the curve does not give.
        prop_assert!(found.paid_in <= paid && found.paid_out < output);
    }

    #[test]
    fn emission_is_the_rules(
        tao_in_pool in 100 * UNIT..500_000 * UNIT, alpha_in_pool in 10_000 * UNIT..5_000_000 * UNIT,
        outside in 0..10_000_000 * UNIT, tao in 0..200 * UNIT, blocks in 1u64..7_200,
        root in 100_000 * UNIT..8_000_000 * UNIT, buys: bool,
    ) {
        let (tao_weight, owner_cut) = (emission::tao_weight(MAINNET.tao_weight), MAINNET.owner_cut);
        let supply = alpha_in_pool + outside;
        let alpha = issuance::block_emission(supply) * blocks;
        // As the block does it, with the emission of all blocks at once.
        let mut own = pool(tao_in_pool, alpha_in_pool, 33);
        let proportion = emission::root_proportion(Tao(root), tao_weight, supply);
        let rules = if buys { RuleSet::Gate32 } else { RuleSet::Dtao };
        let terms = emission::terms(rules, U96F32::from_num(tao), alpha, pool::price(&own), proportion);
        let excess: u64 = terms.excess.saturating_to_num();
        let joins = (Tao(terms.tao_in.saturating_to_num()), Alpha(terms.alpha_in.saturating_to_num()));
        let injected = pool::inject(&mut own, joins.0, joins.1, Tao(excess)).unwrap();
        let bought = injected.bought.unwrap_or_default();
        let after = emission::root_proportion(Tao(root), tao_weight, supply + injected.alpha.0 + alpha);
        let split = emission::split(terms.alpha_out, Division::with_cut(owner_cut), after);

        let found = approximate::emission(
            Reserves { tao: tao_in_pool, alpha: alpha_in_pool },
            supply,
            tao as f64,
            alpha,
            Terms {
                root_weighted: root as f64 * tao_weight.to_num::<f64>(),
                owner: Division::with_cut(owner_cut).owner.to_num(),
                miners: 0.5,
                buys,
                minimum_reserve: MINIMUM_RESERVE,
            },
        );
        let near = |found: u64, exact: u64, slack: f64| found.abs_diff(exact) as f64 <= 2.0 + 1e-8 * exact as f64 + slack;
        let price = tao_in_pool as f64 / alpha_in_pool as f64;
        // Cuts to 2^-32: of root's proportion, and of the price.
        let cut = alpha as f64 * 2f64.powi(-31);
        let of_price = 2f64.powi(-32) / price;
        let alpha_slack = cut + of_price * injected.alpha.0 as f64;
        let tao_slack = cut * price + of_price * injected.tao.0 as f64;
        prop_assert!(near(found.tao_in, injected.tao.0, tao_slack), "{found:?} {injected:?}");
        prop_assert!(near(found.alpha_in, injected.alpha.0, alpha_slack), "{found:?} {injected:?}");
        prop_assert!(near(found.spent, bought.paid_in, tao_slack), "{found:?} {injected:?}");
        prop_assert!(near(found.bought, bought.paid_out, 3.0 * tao_slack / price), "{found:?} {injected:?}");
        prop_assert!(near(found.idle, excess - bought.paid_in, tao_slack), "{found:?} {excess}");
        prop_assert!(near(found.owner, split.owner.0, 0.0), "{found:?} {split:?}");
        prop_assert!(near(found.server, split.server.0, 0.0), "{found:?} {split:?}");
        prop_assert!(near(found.root, split.root.0, cut), "{found:?} {split:?}");
        // No tolerance here: nothing is minted beside the emission, nothing paid beside the alpha.
        prop_assert!(found.tao_in + found.spent + found.idle <= tao + 1);
        prop_assert!(found.owner + found.server + found.root <= alpha);
    }
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn flows_are_smoothed_as_block_by_block(before in 0i64..1 << 40, flow in -(1i64 << 40)..1 << 40, blocks in 1u64..400) {
        let mut exact = I64F64::from_num(before);
        let even = I64F64::from_num(flow) / I64F64::from_num(blocks);
        // The exact rule takes whole rao a block: it is given the even flow in steps of 2^-10 of them.
        let scaled = (even.to_num::<f64>() * 1024.0) as i64;
        let mut of_flow = I64F64::from_num(0);
        for _ in 0..blocks {
            exact = emission::smooth_flow(exact, 0, emission::FLOW_SMOOTHING);
            of_flow = emission::smooth_flow(of_flow, scaled, emission::FLOW_SMOOTHING);
        }
        let exact = exact.to_num::<f64>() + of_flow.to_num::<f64>() / 1024.0;
        let found: f64 = approximate::smooth_flow(I64F64::from_num(before), flow, blocks).to_num();
        let largest = (before as f64).max((flow as f64 / blocks as f64).abs());
        prop_assert!((found - exact).abs() <= 1e-9 * largest + 2f64.powi(-10), "{found} {exact}");
    }
}

#[test]
fn what_is_no_amount_has_no_whole_part() {
    assert_eq!(
        [0.0, -0.0, 0.999, f64::NAN, f64::NEG_INFINITY].map(approximate::whole),
        [0; 5]
    );
    assert_eq!(approximate::whole(f64::INFINITY), 1 << 63);
}

#[test]
fn what_has_no_quotient_is_zero() {
    assert_eq!(approximate::price(Reserves { tao: 5, alpha: 0 }), 0.0);
    assert_eq!(approximate::root_proportion(0.0, 0.0), 0.0);
    // At a price of zero the TAO joins alone.
    let terms = Terms {
        root_weighted: 1e15,
        owner: 0.18,
        miners: 0.5,
        buys: true,
        minimum_reserve: MINIMUM_RESERVE,
    };
    let reserves = Reserves { tao: 0, alpha: UNIT };
    let found = approximate::emission(reserves, UNIT, 1e9, UNIT, terms);
    assert_eq!((found.tao_in, found.alpha_in, found.spent, found.idle), (UNIT, 0, 0, 0));
}

/// As [`pool::simulate`] refuses.
#[test]
fn refused_trades_move_nothing() {
    let (r, none) = (1_000_000_000, Traded::default());
    // A trade that pays nothing, at two of the asset paid in for one of the other.
    assert_eq!(approximate::exchange(2 * r, r, 1, MINIMUM_RESERVE), none);
    assert_eq!(
        approximate::exchange(2 * r, r, 3, MINIMUM_RESERVE),
        Traded {
            paid_in: 3,
            paid_out: 1
        }
    );
    // A thousand times the reserve, and a unit more.
    assert_eq!(
        approximate::exchange(r, r, 1_000 * r, MINIMUM_RESERVE).paid_in,
        1_000 * r
    );
    assert_eq!(approximate::exchange(r, r, 1_000 * r + 1, MINIMUM_RESERVE), none);
    // The least reserve, and a unit less.
    assert_eq!(approximate::exchange(r, MINIMUM_RESERVE, r, MINIMUM_RESERVE).paid_in, r);
    assert_eq!(approximate::exchange(r, MINIMUM_RESERVE - 1, r, MINIMUM_RESERVE), none);
    assert_eq!(approximate::exchange(0, r, 0, MINIMUM_RESERVE), none);
}

#[test]
fn powers_stop_where_numbers_do() {
    let (least, most) = (approximate::exp(-708.0), approximate::exp(709.0));
    assert!((least / (-708f64).exp() - 1.0).abs() < 1e-15 && (most / 709f64.exp() - 1.0).abs() < 1e-15);
    for beyond in [708.5, 709.0, 1e3, 1e300, f64::INFINITY] {
        assert_eq!(approximate::exp(-beyond), least, "-{beyond}");
    }
    for beyond in [709.5, 1e3, 1e300, f64::INFINITY] {
        assert_eq!(approximate::exp(beyond), most, "{beyond}");
    }
    for x in [-700.0, -1.0, 0.0, 1e-9, 0.5, 1.0, 700.0] {
        assert!((approximate::exp(x) / f64::exp(x) - 1.0).abs() < 1e-15, "{x}");
    }
    for x in [1e-300, 0.1, 0.5, 0.999, 1.0, 1.5, 3.0, 1e300] {
        assert!(
            (approximate::ln(x) - f64::ln(x)).abs() <= f64::ln(x).abs() * 3e-16,
            "{x}"
        );
    }
}
