//! The moving price.

use super::config;
use proptest::prelude::*;
use tributary_economy::{
    approximate::{self, Moving, PRICE_ONE},
    fixed::{I96F32, U64F64},
    moving_price::{self, Speed},
    presets::{FAST, LOCAL, MAINNET},
};

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

proptest! {
    #![proptest_config(config(500))]

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

/// An old subnet: each block has the weight `alpha`.
fn run_of(alpha: f64, blocks: u64) -> Moving {
    Moving {
        alpha,
        halving_blocks: 0.0,
        blocks: blocks as f64,
    }
}

/// As the chain moves an average block by block, at the weight `alpha / 2^32`: all numbers are whole steps, so the only
/// cut is the last.
fn by_steps(mut steps: i64, target: i64, alpha: i64, blocks: u64) -> i64 {
    for _ in 0..blocks {
        steps += ((i128::from(alpha) * i128::from(target - steps)) >> 32) as i64;
    }
    steps
}

#[test]
fn runs_are_as_long_as_a_rise_loses_at_most_one_step_of_24() {
    let alpha = |alpha: u32| f64::from(alpha) / PRICE_ONE;
    // 2^32 / (24 · 12,885) = 13888.8
    assert_eq!(approximate::longest_run(alpha(LOCAL.moving_alpha)), 13_888);
    assert_eq!(approximate::longest_run(0.5e-4), 833);
    assert_eq!(approximate::longest_run(1e-4), u64::MAX);
    assert_eq!(approximate::longest_run(alpha(MAINNET.moving_alpha)), u64::MAX);
    let smooth = [0.99e-4, 1e-4, 3e-4].map(|alpha| run_of(alpha, 1).is_smooth());
    assert_eq!(smooth, [false, true, true]);
}

proptest! {
    #![proptest_config(config(4_000))]

    #[test]
    fn steps_of_the_test_are_those_of_the_chain(
        start in 0i64..1 << 32, target in 0i64..1 << 32, alpha in 1i64..1 << 32, blocks in 1u64..5,
    ) {
        let speed = Speed {
            alpha: I96F32::from_bits(alpha.into()),
            halving_blocks: 0,
            first_emission_block: 1,
        };
        let price = U64F64::from_bits((target as u128) << 32);
        let exact = by_blocks(I96F32::from_bits(start.into()), price, speed, 100, blocks).to_bits();
        prop_assert_eq!(i128::from(by_steps(start, target, alpha, blocks)), exact);
    }

    /// Within a step of the closed form of the docstring, and of no step more than the series leaves out of it: the fourth
    /// order of the weight.
    #[test]
    fn smooth_runs_relax_towards_the_price_less_half_a_step(
        start in 0u32.., target in 0u32.., alpha in 1e-4f64..4e-4, halvings in 0.0f64..16.0,
    ) {
        let blocks = ((halvings / alpha) as u64).max(1);
        let (steps, goal) = (f64::from(start), f64::from(target));
        let found = run_of(alpha, blocks).advance_smoothly(steps, goal / PRICE_ONE, 1e9);
        let left = (blocks as f64 * (-alpha).ln_1p()).exp();
        let aim = goal - 0.5 / alpha;
        let apart = (steps - aim).abs() * left * (alpha.powi(4) * blocks as f64 / 2.0 + 1e-13) + 1e-5;
        let stops = |moved: f64| if goal >= steps {
            moved.floor().min((goal - 1.0 / alpha).floor() + 1.0).max(steps)
        } else {
            moved.floor().max(goal).min(steps)
        };
        let moved = aim + (steps - aim) * left;
        let possible = [moved - apart, moved + apart].map(stops);
        prop_assert!(possible.contains(&found), "{found} {moved}");
    }

    /// Block by block, to the step.
    #[test]
    fn slow_averages_are_followed_step_by_step(
        start in 1u32 << 30..3 << 30, rise in -23.99f64..23.99, alpha in 3_000u32..429_000, part in 0.0f64..1.0,
    ) {
        let weight = f64::from(alpha) / PRICE_ONE;
        let blocks = ((part * approximate::longest_run(weight) as f64) as u64).max(1);
        let target = (f64::from(start) + rise / weight).round();
        prop_assume!((0.0..=PRICE_ONE).contains(&target));
        // Where a rise meets a whole number just at a block the last bit of a float decides.
        let rise = weight * (target - f64::from(start));
        let level = rise.floor();
        let meets = (rise - if level > 0.0 { level } else { level + 1.0 }) / (weight * level);
        let whole = |x: f64| (x - x.round()).abs() < 1e-6;
        prop_assume!(level == 0.0 || !(whole(rise) || whole(meets)));
        let found = run_of(weight, blocks).advance_by_levels(f64::from(start), target / PRICE_ONE, 1e9);
        let exact = by_steps(start.into(), target as i64, alpha.into(), blocks);
        prop_assert_eq!(found, exact as f64);
    }

    /// To the second order of the weight.
    #[test]
    fn fast_movements_of_slow_averages_relax_towards_the_price_less_half_a_step(
        start in 0u32.., target in 0u32.., alpha in 1e-6f64..1e-4, part in 0.0f64..1.0,
    ) {
        let blocks = ((part * approximate::longest_run(alpha) as f64) as u64).max(1);
        let (steps, goal) = (f64::from(start), f64::from(target));
        prop_assume!(alpha * (goal - steps).abs() > 24.0);
        let found = run_of(alpha, blocks).advance_by_levels(steps, goal / PRICE_ONE, 1e9);
        let left = (blocks as f64 * (-alpha).ln_1p()).exp();
        let aim = goal - 0.5 / alpha;
        let apart = (steps - aim).abs() * (alpha.powi(3) * blocks as f64 + 1e-14) + 1e-5;
        let moved = aim + (steps - aim) * left;
        let possible = [moved - apart, moved + apart].map(f64::floor);
        prop_assert!(possible[0] <= found && found <= possible[1], "{found} {moved}");
    }

    /// A young subnet's weight grows from block to block: the movement is that of all of them.
    #[test]
    fn young_weights_count_by_their_mean(halving in 20_000u64..300_000, age in 2u64..8_000, part in 0.1f64..1.0) {
        let alpha = 3e-4;
        let blocks = ((part * age as f64) as u64).max(1);
        let goal = PRICE_ONE / 4.0;
        let moving = Moving { alpha, halving_blocks: halving as f64, blocks: blocks as f64 };
        let found = moving.advance_smoothly(0.0, 0.25, age as f64);
        let weight = |age: u64| alpha * age as f64 / (age + halving) as f64;
        let left: f64 = (age - blocks + 1..=age).map(|age| 1.0 - weight(age)).product();
        let exact = goal * (1.0 - left);
        // Half a step a block is cut.
        prop_assert!((found - exact).abs() <= exact / 500.0 + blocks as f64 / 2.0 + 1.0, "{found} {exact}");
    }
}

/// A fall is at least a step a block, and ends at the price; a rise ends where a block adds less than a step.
#[test]
fn averages_end_where_blocks_leave_them() {
    let target = 1i64 << 25;
    for (alpha, start) in [
        (MAINNET.moving_alpha, 1i64 << 28),
        (MAINNET.moving_alpha, 1 << 20),
        (FAST.moving_alpha, 1 << 28),
        (FAST.moving_alpha, 1 << 20),
    ] {
        let ends = by_steps(start, target, alpha.into(), 400_000);
        let weight = f64::from(alpha) / PRICE_ONE;
        assert!(if start > target {
            ends == target
        } else {
            weight * ((target - ends) as f64) < 1.0
        });
        let found = run_of(weight, 400_000).advance(start as f64, target as f64 / PRICE_ONE, 1e9);
        assert_eq!(found, ends as f64, "{alpha} from {start}");
    }
}
