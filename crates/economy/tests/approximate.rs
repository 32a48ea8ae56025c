//! Formulas in floating point against the exact ones, within the bounds that their docstrings state.

use proptest::prelude::*;
use tributary_economy::{
    Alpha, Tao, UNIT,
    approximate::{self, Claims, Moving, PRICE_ONE, Reserves, Terms},
    emission::{self, Claimant, Division, Gate},
    fees,
    fixed::{I64F64, I96F32, U64F64, U96F32},
    issuance,
    moving_price::{self, Speed},
    pool::{self, EQUAL_WEIGHT, HIGHEST_PRICE, LOWEST_PRICE, Pool, Side},
    presets::{FAST, LOCAL, MAINNET},
    rule_sets::RuleSet,
};

const MINIMUM_RESERVE: u64 = 1_000_000;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

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

fn claimants() -> impl Strategy<Value = Vec<Claimant>> {
    let claimant = (
        1u64 << 16..1 << 30,
        0u32..=16,
        prop::bool::weighted(0.9),
        -1_000i64..1_000_000_000,
    );
    let claimant = claimant.prop_map(|(price, burned, enabled, flow)| Claimant {
        moving_price: U64F64::from_bits(u128::from(price) << 32),
        miner_burned: U96F32::from_num(f64::from(burned) / 16.0),
        enabled,
        flow: I64F64::from_num(flow),
        root_proportion: U96F32::from_bits((1 << 31) + u128::from(price)),
    });
    prop::collection::vec(claimant, 1..140)
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn shares_are_the_rules_under_all_rule_sets(claimants in claimants(), bar in prop::option::of(0.002f64..0.05)) {
        let withheld: Vec<f64> = claimants.iter().map(|c| c.miner_burned.to_num()).collect();
        let enabled: Vec<bool> = claimants.iter().map(|c| c.enabled).collect();
        let mut sorted = Vec::new();
        for (_, rules) in RuleSet::DATED {
            let claims = claimants.iter().map(|c| match rules {
                RuleSet::TaoFlow | RuleSet::ChainBuys => c.flow.to_num::<f64>(),
                RuleSet::RootPrice => c.moving_price.to_num::<f64>() * c.root_proportion.to_num::<f64>(),
                _ => c.moving_price.to_num::<f64>(),
            });
            let mut found: Vec<f64> = claims.collect();
            // A bar that was stored, or one of these shares.
            let stored = Gate { bar: bar.map(U64F64::from_num), ..Gate::default() };
            let (mut gate, mut exact_gate) = (stored, stored);
            let of = Claims { withheld: &withheld, enabled: &enabled };
            approximate::shares(rules, &mut found, of, &mut gate, &mut sorted);
            let exact = emission::shares(rules, &claimants, &mut exact_gate);
            let (slack, least) = if rules.gated() { (2e-8, 1e-12) } else { (1e-9, 1e-15) };
            for (found, exact) in found.iter().zip(exact) {
                let exact: f64 = exact.to_num();
                prop_assert!((found - exact).abs() <= slack * exact + least, "{rules:?}: {found:e} {exact:e}");
            }
            let bars = [gate, exact_gate].map(|gate| gate.bar.map_or(0.0, |bar| bar.to_num::<f64>()));
            prop_assert!((bars[0] - bars[1]).abs() <= 1e-9 * bars[1] + 1e-15, "{rules:?}: {bars:?}");
        }
    }

    #[test]
    fn sums_are_sums(values in prop::collection::vec(0u32..1 << 20, 0..100)) {
        let floats: Vec<f64> = values.iter().map(|x| f64::from(*x)).collect();
        prop_assert_eq!(approximate::sum(&floats), values.iter().map(|x| f64::from(*x)).sum::<f64>());
    }

    #[test]
    fn days_are_within_half_a_step_a_block_of_their_blocks(
        start in 0u64..(1 << 30), target in 0u64..(1 << 30), near in -100_000i64..100_000, close: bool,
        age in 0u64..3_000_000, days in 1u64..4,
    ) {
        let target = if close { start.saturating_add_signed(near) } else { target };
        let price = U64F64::from_bits(u128::from(target) << 32);
        let last = 5 + age + 7_200 * days;
        let before = I96F32::from_bits(start.into());
        for alpha in [LOCAL, MAINNET, FAST].map(|preset| preset.moving_alpha) {
            let speed = Speed { alpha: I96F32::from_bits(alpha.into()), ..SPEED };
            let exact = by_blocks(before, price, speed, last, 7_200 * days).to_bits();
            let closed = by_runs(start as f64, price.to_num(), speed, last, 7_200 * days) as i128;
            let slack = (exact - i128::from(start)).abs() / 500;
            let most = i128::from(7_200 * days) / 2 + slack;
            prop_assert!((exact - closed).abs() <= most, "{alpha}: {exact} {closed} from {start} to {target}");
        }
    }

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

const SPEED: Speed = Speed {
    alpha: I96F32::from_bits(LOCAL.moving_alpha as i128),
    halving_blocks: LOCAL.halving_blocks,
    first_emission_block: 5,
};

fn by_blocks(mut value: I96F32, price: U64F64, speed: Speed, last: u64, blocks: u64) -> I96F32 {
    for block in last + 1 - blocks..=last {
        value = moving_price::update(value, price, speed, block);
    }
    value
}

fn by_runs(mut steps: f64, price: f64, speed: Speed, last: u64, blocks: u64) -> f64 {
    let alpha: f64 = speed.alpha.to_num();
    let (mut left, mut block) = (blocks, last - blocks);
    while left > 0 {
        let run = left.min(approximate::longest_run(alpha));
        (left, block) = (left - run, block + run);
        let moving = Moving {
            alpha,
            halving_blocks: speed.halving_blocks as f64,
            blocks: run as f64,
        };
        steps = moving.advance(steps, price, (block - (speed.first_emission_block - 1)) as f64);
    }
    steps
}

#[test]
fn what_is_no_amount_has_no_whole_part() {
    assert_eq!(
        [0.0, -0.0, 0.999, f64::NAN, f64::NEG_INFINITY].map(approximate::whole),
        [0; 5]
    );
    assert_eq!(approximate::whole(f64::INFINITY), 1 << 63);
}

/// As a moving price of the public network does: quickly, a step's 3,333rd short of a price above it, and at one below.
#[test]
fn the_networks_moving_price_reaches_a_price_within_days() {
    let speed = Speed {
        alpha: I96F32::from_bits(MAINNET.moving_alpha.into()),
        halving_blocks: 0,
        first_emission_block: 1,
    };
    for start in [0.002, 0.05] {
        let price = U64F64::from_num(0.01);
        let mut blocks = I96F32::from_num(start);
        let mut closed = blocks.to_bits() as f64;
        for day in 1..=20u64 {
            closed = by_runs(closed, price.to_num(), speed, day * 7_200, 7_200);
            blocks = by_blocks(blocks, price, speed, day * 7_200, 7_200);
            let apart = (closed - blocks.to_bits() as f64).abs();
            assert!(apart < 1_700.0, "{start}, day {day}: {apart} steps");
        }
        let gap = 0.01 * PRICE_ONE - blocks.to_bits() as f64;
        assert!(gap.abs() < 3_334.0, "{gap}");
        assert!(
            (closed - blocks.to_bits() as f64).abs() < 2.0,
            "{start}: {closed} {blocks}"
        );
    }
}

#[test]
fn a_moving_price_stops_short_of_a_price_above_as_blocks_do() {
    let speed = Speed {
        halving_blocks: 0,
        first_emission_block: 1,
        ..SPEED
    };
    let price = U64F64::from_num(0.01);
    let mut blocks = I96F32::from_num(0.0098);
    let mut closed = blocks.to_bits() as f64;
    for day in 1..=200u64 {
        closed = by_runs(closed, price.to_num(), speed, day * 7_200, 7_200);
        blocks = by_blocks(blocks, price, speed, day * 7_200, 7_200);
    }
    let gap = 0.01 - blocks.to_num::<f64>();
    assert!((6.0e-5..8.0e-5).contains(&gap), "{gap}");
    assert!((closed / PRICE_ONE - blocks.to_num::<f64>()).abs() < 1e-7);
}
