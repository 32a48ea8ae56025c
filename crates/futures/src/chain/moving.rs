//! The moving price over many blocks at once.

use tributary_economy::{
    fixed::{I96F32, U64F64},
    moving_price::{self, Speed},
};

/// Steps of the stored price in one (32 fraction bits).
const STEPS: f64 = 4_294_967_296.0;

/// Levels of the block-by-block rise that are followed one by one; above, the rise is smooth enough.
const LEVELS_MAX: f64 = 24.0;

/// The moving price after `blocks` blocks that end at `last` and each close at the spot price `price`
/// (`economy.md` 3.9).
///
/// One block is [`moving_price::update`] itself. For more, the per-block average is taken in closed form: with weight
/// w, the distance to the price shrinks by (1 - w) a block, and because every block cuts to 2^-32 the average stops
/// up to 1/w such steps short of a price above it. Where the movement a block is of few steps, the cut is followed
/// step by step; where it is of many, it counts as half a step. The weight is that of the middle block. The result
/// differs from block-by-block stepping over a day by less than 30 steps, 7e-9 TAO (tested).
pub fn advance(before: I96F32, price: U64F64, speed: Speed, last: u64, blocks: u64) -> I96F32 {
    if blocks == 1 {
        return moving_price::update(before, price, speed, last);
    }
    let weight = weight(
        speed.alpha.to_num(),
        speed.halving_blocks,
        speed.first_emission_block,
        last,
        blocks,
    );
    let steps = advance_steps(before.to_bits() as f64, price.to_num::<f64>(), weight, blocks);
    I96F32::from_bits(steps as i128)
}

/// Weight of a block's price in the middle of the `blocks` blocks that end at `last`.
pub fn weight(alpha: f64, halving_blocks: u64, first_block: u64, last: u64, blocks: u64) -> f64 {
    let age = last.saturating_sub(first_block.saturating_sub(1)) as f64 - (blocks - 1) as f64 / 2.0;
    let age = age.max(1.0);
    alpha * age / (age + halving_blocks as f64)
}

/// As [`advance`], in steps of 2^-32.
pub fn advance_steps(mut steps: f64, price: f64, weight: f64, blocks: u64) -> f64 {
    let target = price.min(1.0) * STEPS;
    let mut left = blocks as f64;
    while left > 0.0 && weight > 0.0 {
        // Steps that the next block adds before it cuts.
        let rise = weight * (target - steps);
        if rise.abs() >= LEVELS_MAX {
            // Smooth: relax towards the target less half a step, until the level loop takes over or time is up.
            let aim = target - 0.5 / weight;
            let until = libm::log((steps - aim).abs() * weight / (LEVELS_MAX - 1.0).max(1.0)) / weight;
            let run = until.clamp(1.0, left).ceil().min(left);
            // (1 - w)^n, to the second order of w.
            steps = aim + (steps - aim) * libm::exp(-weight * (1.0 + 0.5 * weight) * run);
            left -= run;
            continue;
        }
        let level = rise.floor();
        if level == 0.0 {
            break;
        }
        // Each block of this level brings the rise closer to zero by weight * level.
        let boundary = if level > 0.0 { level } else { level + 1.0 };
        let run = ((rise - boundary) / (weight * level)).ceil().clamp(1.0, left);
        steps += level * run;
        left -= run;
    }
    steps.floor()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn by_blocks(mut value: I96F32, price: U64F64, speed: Speed, last: u64, blocks: u64) -> I96F32 {
        for block in last + 1 - blocks..=last {
            value = moving_price::update(value, price, speed, block);
        }
        value
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn a_day_is_within_thirty_steps_of_its_blocks(
            start in 0u64..(1 << 30), target in 0u64..(1 << 30), near in -100_000i64..100_000, close: bool,
            age in 0u64..3_000_000, days in 1u64..4,
        ) {
            let target = if close { start.saturating_add_signed(near) } else { target };
            let speed = Speed { alpha: I96F32::from_bits(12_885), halving_blocks: 201_600, first_emission_block: 5 };
            let blocks = 7_200 * days;
            let last = 5 + age + blocks;
            let price = U64F64::from_bits(u128::from(target) << 32);
            let before = I96F32::from_bits(start.into());
            let exact = by_blocks(before, price, speed, last, blocks).to_bits();
            let closed = advance(before, price, speed, last, blocks).to_bits();
            // Young averages change their weight within the day; the middle block stands for all.
            let slack = (exact - i128::from(start)).unsigned_abs() as i128 / if age < 7_200 { 3 } else { 500 };
            prop_assert!((exact - closed).abs() <= 30 * i128::from(days) + slack, "{exact} {closed} from {start} to {target}");
        }
    }

    #[test]
    fn it_stops_short_of_a_price_above_as_blocks_do() {
        let speed = Speed {
            alpha: I96F32::from_bits(12_885),
            halving_blocks: 0,
            first_emission_block: 1,
        };
        let price = U64F64::from_num(0.01);
        let (mut closed, mut blocks) = (I96F32::from_num(0.0098), I96F32::from_num(0.0098));
        for day in 1..=200u64 {
            closed = advance(closed, price, speed, day * 7_200, 7_200);
            blocks = by_blocks(blocks, price, speed, day * 7_200, 7_200);
        }
        let gap = 0.01 - blocks.to_num::<f64>();
        assert!((6.0e-5..8.0e-5).contains(&gap), "{gap}");
        assert!((closed.to_num::<f64>() - blocks.to_num::<f64>()).abs() < 1e-7);
    }
}
