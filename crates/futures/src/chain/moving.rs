//! The moving price over many blocks at once.

use tributary_economy::{
    fixed::{I96F32, U64F64},
    moving_price::{self, Speed},
};

/// Steps of the stored price in one (32 fraction bits).
pub(super) const STEPS: f64 = 4_294_967_296.0;

/// Levels of the block-by-block rise that are followed one by one; above, the rise is smooth enough.
const LEVELS_MAX: f64 = 24.0;

/// The moving price after `blocks` blocks that end at `last` and each close at the spot price `price`
/// (`economy.md` 3.9).
///
/// All moving prices here are whole numbers of steps of 2^-32. The per-block average is taken in closed form: with weight
/// w, the distance to the price shrinks by (1 - w) a block, and because every block cuts to 2^-32 the average stops
/// up to 1/w such steps short of a price above it. Where the movement a block is of few steps, the cut is followed
/// step by step; where it is of many, it counts as half a step. The weight is the mean: the cut of
/// single blocks may differ, by half a step a block on average at most. So the result differs from block-by-block
/// stepping by less than half a step a block (8.4e-7 TAO a day) and a 500th of the movement (tested).
pub fn advance(before: f64, price: f64, speed: Speed, last: u64, blocks: u64) -> f64 {
    let weight = weight(
        speed.alpha.to_num(),
        speed.halving_blocks,
        speed.first_emission_block,
        last,
        blocks,
    );
    advance_steps(before, price, weight, blocks)
}

/// The moving price after one block, by the rule itself.
pub fn block(before: f64, price: U64F64, speed: Speed, block: u64) -> f64 {
    moving_price::update(I96F32::from_bits(before as i128), price, speed, block).to_bits() as f64
}

/// A price in steps of 2^-32, at most one.
pub fn steps(price: f64) -> f64 {
    (price.clamp(0.0, 1.0) * STEPS).trunc()
}

/// Age in blocks from which the weight of the middle block of a step is its mean.
const GROWN: f64 = 216_000.0;

/// Mean weight of the prices of the `blocks` blocks that end at `last`.
pub fn weight(alpha: f64, halving_blocks: u64, first_block: u64, last: u64, blocks: u64) -> f64 {
    let halving = halving_blocks as f64;
    let at = |age: f64| alpha * age / (age + halving);
    let oldest = last.saturating_sub(first_block.saturating_sub(1)) as f64;
    let reach = (blocks - 1) as f64;
    let middle = (oldest - reach / 2.0).max(1.0);
    if middle >= GROWN {
        return at(middle);
    }
    // By Simpson's rule: a young weight bends.
    (at((oldest - reach).max(1.0)) + 4.0 * at(middle) + at(oldest.max(1.0))) / 6.0
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
            let distance = steps - aim;
            let after = distance * shrink(weight, left);
            if after.abs() * weight >= LEVELS_MAX - 1.0 {
                steps = aim + after;
                break;
            }
            let until = libm::log(distance.abs() * weight / (LEVELS_MAX - 1.0)) / weight;
            let run = (-floor(-until.clamp(1.0, left))).min(left);
            steps = aim + distance * shrink(weight, run);
            left -= run;
            continue;
        }
        let level = floor(rise);
        if level == 0.0 {
            break;
        }
        // Each block of this level brings the rise closer to zero by weight * level.
        let boundary = if level > 0.0 { level } else { level + 1.0 };
        if left * weight * level.abs() <= (rise - boundary).abs() {
            steps += level * left;
            break;
        }
        let run = (-floor((boundary - rise) / (weight * level))).clamp(1.0, left);
        steps += level * run;
        left -= run;
    }
    floor(steps)
}

/// `(1 - weight)^blocks`, to the second order of the weight.
fn shrink(weight: f64, blocks: f64) -> f64 {
    let x = -weight * (1.0 + 0.5 * weight) * blocks;
    if x < -0.1 {
        return libm::exp(x);
    }
    // The series: what is left out is below 2e-11.
    1.0 + x * (1.0 + x / 2.0 * (1.0 + x / 3.0 * (1.0 + x / 4.0 * (1.0 + x / 5.0 * (1.0 + x / 6.0)))))
}

/// The floor of a number that an i64 holds. Without SSE 4.1 `f64::floor` is a call.
fn floor(x: f64) -> f64 {
    let whole = x as i64 as f64;
    if whole > x { whole - 1.0 } else { whole }
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
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn days_are_within_half_a_step_a_block_of_their_blocks(
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
            let closed = advance(start as f64, price.to_num(), speed, last, blocks) as i128;
            let slack = (exact - i128::from(start)).abs() / 500;
            prop_assert!((exact - closed).abs() <= i128::from(blocks) / 2 + slack, "{exact} {closed} from {start} to {target}");
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
        let (mut closed, mut blocks) = (steps(0.0098), I96F32::from_num(0.0098));
        for day in 1..=200u64 {
            closed = advance(closed, price.to_num(), speed, day * 7_200, 7_200);
            blocks = by_blocks(blocks, price, speed, day * 7_200, 7_200);
        }
        let gap = 0.01 - blocks.to_num::<f64>();
        assert!((6.0e-5..8.0e-5).contains(&gap), "{gap}");
        assert!((closed / STEPS - blocks.to_num::<f64>()).abs() < 1e-7);
    }
}
