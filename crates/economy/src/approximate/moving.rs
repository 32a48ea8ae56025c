//! The moving price over many blocks at once.

use super::floor;

/// A price of one in the steps of stored moving prices (32 fraction bits).
pub const PRICE_ONE: f64 = 4_294_967_296.0;

/// Levels of the block-by-block rise that are followed one by one; above, the rise is smooth enough.
const LEVELS: f64 = 24.0;

/// From this weight of a new price on, the cuts of single blocks count as half a step each, and an average stops where
/// they stop it. Below, they add up to more than that.
const SMOOTH: f64 = 1e-4;

/// Beyond so many times itself, nothing is left of a distance.
const MOST: f64 = 40.0;

/// The most blocks that [`Moving::advance`] takes at once with the weight `alpha` of a new price in the long run
/// (`SubnetMovingAlpha`): as many as cannot take the rise a block past more than one whole number, where that is
/// followed.
pub fn longest_run(alpha: f64) -> u64 {
    if alpha >= SMOOTH {
        return u64::MAX;
    }
    ((1.0 / (LEVELS * alpha)) as u64).max(1)
}

/// Speed of the moving prices in a run of blocks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moving {
    /// Weight of a new price in the long run.
    pub alpha: f64,
    /// Blocks until a new price has half of that weight.
    pub halving_blocks: f64,
    /// Blocks of the run, at least one and at most [`longest_run`].
    pub blocks: f64,
}

impl Moving {
    /// The moving price (`docs/rules/pool.md#moving-price`) after the run's blocks, each of which closes at the spot
    /// price `price`; `age` is that of the subnet at the last of them, one in its first emission block. Moving prices
    /// are whole numbers of steps of 2^-32 ([`PRICE_ONE`]).
    ///
    /// The per-block average is taken in closed form: with weight w, the distance to the price shrinks by (1 - w) a
    /// block, and because every block cuts to 2^-32 the average stops up to 1/w such steps short of a price above it.
    /// Where the movement a block is of few steps, the cut is followed step by step; where it is of many, it counts as
    /// half a step. The weight is the mean: the cut of single blocks may differ, by half a step a block on average at
    /// most. So the result differs from as many [`crate::moving_price::update`] by less than half a step a block
    /// (8.4e-7 TAO in 7,200) and a 500th of the movement, where a day's weights do not bend much: at 20,000 blocks to half
    /// of the weight and more. At fewer the first days of a subnet may be off by several hundredths of their movement.
    #[inline(always)]
    pub fn advance(self, steps: f64, price: f64, age: f64) -> f64 {
        if self.is_smooth() {
            self.advance_smoothly(steps, price, age)
        } else {
            self.advance_by_levels(steps, price, age)
        }
    }

    /// Which of the two ways [`Self::advance`] takes; loops over rows ask once.
    pub fn is_smooth(self) -> bool {
        self.alpha >= SMOOTH
    }

    /// Relaxes towards the target less half a step. A rise stops where a block adds less than a step, a fall at the
    /// target.
    #[inline(always)]
    pub fn advance_smoothly(self, steps: f64, price: f64, age: f64) -> f64 {
        let (weight, target) = (self.weight(age), target(price));
        let short = 1.0 / weight;
        let aim = target - 0.5 * short;
        let moved = floor(aim + (steps - aim) * shrink_long(weight, self.blocks));
        let highest = larger(floor(target - short) + 1.0, steps);
        let risen = smaller(larger(moved, steps), highest);
        let fallen = larger(smaller(moved, steps), floor(target));
        let moved = if target >= steps { risen } else { fallen };
        if weight > 0.0 { moved } else { steps }
    }

    /// Follows the movement step by step where it is of few steps a block.
    #[inline(always)]
    pub fn advance_by_levels(self, steps: f64, price: f64, age: f64) -> f64 {
        let (weight, target) = (self.weight(age), target(price));
        // Steps that the next block adds before it cuts.
        let rise = weight * (target - steps);
        // Few: each block of a level brings the rise closer to zero by weight * level. A run meets two levels at most.
        let level = floor(rise);
        let boundary = if level > 0.0 { level } else { level + 1.0 };
        let until = (rise - boundary) / (weight * level);
        let first = -floor(-until.max(1.0).min(self.blocks));
        let first = if first < self.blocks { first } else { self.blocks };
        let between = steps + level * first;
        let few = between + floor(weight * (target - between)) * (self.blocks - first);
        let few = if level == 0.0 { steps } else { few };
        // Many: relax towards the target less half a step.
        let aim = target - 0.5 / weight;
        let many = floor(aim + (steps - aim) * shrink(weight, self.blocks));
        let moved = if rise.abs() >= LEVELS { many } else { few };
        if weight > 0.0 { moved } else { steps }
    }

    /// Mean weight of the prices of the run, by Simpson's rule: a young weight bends.
    #[inline(always)]
    fn weight(self, age: f64) -> f64 {
        let reach = self.blocks - 1.0;
        let (old, middle, young) = (age.max(1.0), (age - reach / 2.0).max(1.0), (age - reach).max(1.0));
        let halving = self.halving_blocks;
        let (a, b, c) = (old + halving, middle + halving, young + halving);
        // Three quotients over one denominator.
        self.alpha * (old * b * c + 4.0 * middle * a * c + young * a * b) / (6.0 * a * b * c)
    }
}

/// The price that an average follows, in steps.
#[inline(always)]
fn target(price: f64) -> f64 {
    price.min(1.0) * PRICE_ONE
}

#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

#[inline(always)]
fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// `(1 - weight)^blocks`, to the second order of the weight, for up to a [`longest_run`]. Above 1 - 1/24: what is left
/// out of the series is below 1e-14.
#[inline(always)]
fn shrink(weight: f64, blocks: f64) -> f64 {
    series(-weight * (1.0 + 0.5 * weight) * blocks)
}

/// `(1 - weight)^blocks`, to the third order of the weight: a quarter of its fourth power is left out a block.
#[inline(always)]
fn shrink_long(weight: f64, blocks: f64) -> f64 {
    let x = weight * (1.0 + weight * (1.0 / 2.0 + weight * (1.0 / 3.0))) * blocks;
    let mut left = series(-smaller(x, MOST) * (1.0 / 64.0));
    for _ in 0..6 {
        left *= left;
    }
    left
}

/// e^x for a small x, by its first terms.
#[inline(always)]
fn series(x: f64) -> f64 {
    1.0 + x
        * (1.0
            + x * (1.0 / 2.0
                + x * (1.0 / 6.0 + x * (1.0 / 24.0 + x * (1.0 / 120.0 + x * (1.0 / 720.0 + x * (1.0 / 5_040.0)))))))
}
