//! The rules of a step of many blocks in floating point, for the simulator.
//!
//! A step of a day is wrong against its blocks by what happens inside the day; there is no point in spending 256-bit
//! numbers on it. These are the formulas of [`crate::emission`], [`crate::pool`] and [`crate::moving_price`] in f64.
//! The chain never calls them: its pallets and [`crate::market`] count money in integers and fixed-point numbers
//! only. Each docstring says how far a formula may be from the exact one, and `tests/approximate` holds it to that.
//!
//! Amounts are cut to whole rao, so books that are kept with them close exactly. Nothing here branches on its numbers
//! more than it must: in a loop over rows of subnets a compiler works on several at once. Only operations with one
//! correct result are used, so results are the same on every machine.

mod coinbase;
mod logarithm;
mod moving;
mod shares;

pub use coinbase::{
    Emission, Parts, Reserves, Terms, Traded, emission, exchange, fee, price, root_proportion, smooth_flow, swap,
};
pub use logarithm::{exp, ln};
pub use moving::{Moving, PRICE_ONE, longest_run};
pub use shares::{Claims, favour, shares, sum};

/// 1.5 * 2^52: adding it and taking it off again rounds a number below 2^51 to the nearest whole one.
const ROUNDS: f64 = 6_755_399_441_055_744.0;

/// 2^52: added to a number from zero to itself, it leaves the nearest whole number in the last 52 bits.
const WHOLE: f64 = 4_503_599_627_370_496.0;

/// A fee rate over 65535 as a part of one.
pub fn fee_part(rate: u16) -> f64 {
    f64::from(rate) / 65_535.0
}

/// The whole part of a number, up to 2^63; zero below one and of what is not a number. The cast of the language is the
/// same, but compilers make it one number after another.
#[inline(always)]
pub fn whole(x: f64) -> u64 {
    const MOST: f64 = 9_223_372_036_854_775_807.0;
    const TWO_32: f64 = 4_294_967_296.0;
    let x = if x > 0.0 { x } else { 0.0 };
    let x = if x < MOST { x } else { MOST };
    // Halves of 32 bits, each cut.
    let above = x * (1.0 / TWO_32);
    let near = (above + WHOLE) - WHOLE;
    let high = near - if near > above { 1.0 } else { 0.0 };
    let rest = x - high * TWO_32;
    let near = (rest + WHOLE) - WHOLE;
    let low = near - if near > rest { 1.0 } else { 0.0 };
    ((high + WHOLE).to_bits() << 32).wrapping_add((low + WHOLE).to_bits().wrapping_sub(WHOLE.to_bits()))
}

/// The floor of a number whose size is below 2^51.
#[inline(always)]
pub(crate) fn floor(x: f64) -> f64 {
    let near = (x + ROUNDS) - ROUNDS;
    near - if near > x { 1.0 } else { 0.0 }
}
