//! The pool of a subnet: TAO against alpha on a weighted constant-product curve (`docs/rules/pool.md`).
//!
//! With reserves x (alpha) and y (TAO) and weights w1 and w2 = 1 - w1, a trade keeps x^w1 * y^w2. At equal weights
//! this is the constant product. Injections of the chain change the weights so that they do not move the price.

mod fast;
pub mod pow;

use crate::{
    Alpha, Error, Tao,
    fees::{self, part},
    fixed::{SafeDiv, U64F64},
};
use pow::{Power, pow_ratio_scaled};
use primitive_types::U256;

/// One, in the weights of a pool.
pub const WEIGHT_ONE: u64 = 1_000_000_000_000_000_000;

/// The quote weight of a new pool, and of any pool at its first real swap.
pub const EQUAL_WEIGHT: u64 = WEIGHT_ONE / 2;

/// Neither weight goes below this.
pub const MINIMUM_WEIGHT: u64 = WEIGHT_ONE / 100;

/// A swap takes in at most this many times the reserve that it adds to.
pub const MAXIMUM_INPUT_RATIO: u64 = 1_000;

/// A purchase cannot be held to a limit more than so many times above the price: what must enter to get there is reckoned
/// as a power of 18 decimals in 64 bits, whose largest value is below 19 ([`Pool::input_to_reach`]).
pub const FARTHEST_LIMIT: u64 = u64::MAX / WEIGHT_ONE;
/// Smallest reserve of the asset paid out that a swap accepts on a chain (`docs/rules/pool.md#swap`).
pub const MINIMUM_RESERVE: u64 = 1_000_000;

/// Rao in one TAO, as a divisor of prices.
const RAO: u64 = crate::UNIT;

/// Bits of precision of a trade, and of the way to a limit price.
const TRADE_PRECISION: u32 = 256;
const LIMIT_PRECISION: u32 = 1024;

/// What the curve of a subnet is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pool {
    /// TAO in reserve (`SubnetTAO`).
    pub tao: Tao,
    /// Alpha in reserve (`SubnetAlphaIn`).
    pub alpha: Alpha,
    /// Weight of the TAO side, in parts of 10^18; alpha has the rest (`SwapBalancer`).
    pub quote_weight: u64,
    /// Whether a real swap has happened (`PalSwapInitialized`): the first one makes the weights equal.
    pub initialized: bool,
    /// False of root and of stable subnets: their alpha is TAO, one to one, without fee.
    pub dynamic: bool,
    /// Swap fee over 65535 (`FeeRate`).
    pub fee_rate: u16,
    /// Smallest reserve of the asset paid out that a swap accepts.
    pub minimum_reserve: u64,
}

/// What the trader does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Pays TAO, receives alpha.
    Buy,
    /// Pays alpha, receives TAO.
    Sell,
}

/// What a swap moved. In rao and the smallest unit of alpha, each in the asset of its side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swapped {
    /// Entered the pool.
    pub paid_in: u64,
    /// Left the pool.
    pub paid_out: u64,
    /// Fee beside what entered, in the same asset. The pool keeps none of it.
    pub fee: u64,
}

/// What an injection did to a pool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Injected {
    /// TAO added to the reserve.
    pub tao: Tao,
    /// Alpha added to the reserve.
    pub alpha: Alpha,
    /// The purchase with the excess TAO; none if there was no excess or the pool refused it.
    pub bought: Option<Swapped>,
}

impl Pool {
    /// Weight of the alpha side, in parts of 10^18.
    pub const fn base_weight(&self) -> u64 {
        WEIGHT_ONE.saturating_sub(self.quote_weight)
    }

    /// The pool as a swap finds it: the first one makes the weights equal.
    pub fn at_swap(&self) -> Self {
        if self.dynamic && !self.initialized {
            Self {
                quote_weight: EQUAL_WEIGHT,
                initialized: true,
                ..*self
            }
        } else {
            self.clone()
        }
    }

    /// The pool once a swap has moved its reserves.
    ///
    /// # Errors
    /// [`Error::InsufficientLiquidity`] if it pays more than it has; [`Error::Overflow`] if a reserve would leave u64,
    /// [`Error::Underflow`] if root's TAO is less than what it pays.
    pub fn after(&self, side: Side, moved: Swapped) -> Result<Self, Error> {
        let short = |error| {
            if self.dynamic {
                Error::InsufficientLiquidity
            } else {
                error
            }
        };
        let (tao, alpha) = match side {
            Side::Buy => {
                let (paid, out) = (Tao(moved.paid_in), Alpha(moved.paid_out));
                // On root the alpha reserve is a mere counter.
                let alpha = if self.dynamic {
                    self.alpha.minus(out).map_err(short)?
                } else {
                    self.alpha.minus_or_zero(out)
                };
                (self.tao.plus(paid)?, alpha)
            }
            Side::Sell => {
                let (paid, out) = (Alpha(moved.paid_in), Tao(moved.paid_out));
                (self.tao.minus(out).map_err(short)?, self.alpha.plus(paid)?)
            }
        };
        Ok(Self {
            tao,
            alpha,
            ..self.at_swap()
        })
    }

    /// Reserve that the side pays into.
    fn input_reserve(&self, side: Side) -> u64 {
        match side {
            Side::Buy => self.tao.0,
            Side::Sell => self.alpha.0,
        }
    }

    /// Reserve that the side is paid from.
    fn output_reserve(&self, side: Side) -> u64 {
        match side {
            Side::Buy => self.alpha.0,
            Side::Sell => self.tao.0,
        }
    }

    /// What is left of the output reserve, as a part of one, once the input reserve has grown by `delta`
    /// (`docs/rules/pool.md#trade`).
    pub fn remaining(&self, side: Side, delta: u64) -> U64F64 {
        let reserve = self.input_reserve(side);
        let (own, other) = match side {
            Side::Buy => (self.quote_weight, self.base_weight()),
            Side::Sell => (self.base_weight(), self.quote_weight),
        };
        let grown = reserve.saturating_add(delta);
        if grown == 0 {
            return U64F64::from_bits(0);
        }
        match pow_ratio_scaled(reserve.into(), grown.into(), own, other, TRADE_PRECISION, WEIGHT_ONE) {
            Some(Power::Value(scaled)) => from_scaled(scaled).min(U64F64::from_num(1)),
            Some(Power::Negative | Power::TooLarge) | None => U64F64::from_bits(0),
        }
    }

    /// What the pool pays for `delta` that enters it, by floor (`docs/rules/pool.md#trade`).
    pub fn output(&self, side: Side, delta: u64) -> u64 {
        let paid = U64F64::from_num(1).saturating_sub(self.remaining(side, delta));
        part(self.output_reserve(side), paid)
    }

    /// What must enter the pool to bring its price from `price` to `target`, by floor; zero if that is the wrong
    /// direction (`docs/rules/pool.md#amount-to-a-limit-price`). Never more than 17.4467 times the reserve, the largest
    /// factor that a u64 of 18 decimals can state.
    pub fn input_to_reach(&self, side: Side, price: U64F64, target: U64F64) -> u64 {
        let (from, to, weight) = match side {
            Side::Buy => (target, price, self.base_weight()),
            Side::Sell => (price, target, self.quote_weight),
        };
        let power = pow_ratio_scaled(
            from.to_bits(),
            to.to_bits(),
            weight,
            WEIGHT_ONE,
            LIMIT_PRECISION,
            WEIGHT_ONE,
        );
        let scaled = match power {
            Some(Power::Value(scaled)) => scaled,
            Some(Power::TooLarge) => u64::MAX,
            Some(Power::Negative) | None => return 0,
        };
        let growth = from_scaled(scaled).saturating_sub(U64F64::from_num(1));
        part(self.input_reserve(side), growth)
    }

    /// The weights that leave the price where it is when `tao` and `alpha` are added to the reserves; none if a
    /// weight would leave its range (`docs/rules/pool.md#injection`).
    pub fn quote_weight_after(&self, tao: Tao, alpha: Alpha) -> Option<u64> {
        let side = |weight: u64, reserve: u64, other: u64, added: u64| {
            // 65 and 64 bits: the product of three needs 189.
            let grown = U256::from(u128::from(other) + u128::from(added)) * U256::from(reserve);
            weigh(weight, grown)
        };
        let base = side(self.base_weight(), self.tao.0, self.alpha.0, alpha.0);
        let quote = side(self.quote_weight, self.alpha.0, self.tao.0, tao.0);
        let sum = base + quote;
        let weight = if sum.is_zero() {
            EQUAL_WEIGHT
        } else {
            (quote * U256::from(WEIGHT_ONE) / sum).low_u64()
        };
        (MINIMUM_WEIGHT..=WEIGHT_ONE - MINIMUM_WEIGHT)
            .contains(&weight)
            .then_some(weight)
    }
}

/// Whether alpha has a price of its own under a pricing mechanism (`SubnetMechanism`); root's and a stable subnet's is
/// worth one TAO.
pub const fn is_dynamic(mechanism: u16) -> bool {
    mechanism == 1
}

/// The part of a product that a weight stands for, halves up (`docs/rules/pool.md#injection`).
pub fn weigh(weight: u64, product: U256) -> U256 {
    (product * U256::from(weight) + U256::from(WEIGHT_ONE / 2)) / U256::from(WEIGHT_ONE)
}

/// A number of 18 decimals, cut to 2^-64.
fn from_scaled(scaled: u64) -> U64F64 {
    U64F64::from_num(scaled).safe_div(U64F64::from_num(WEIGHT_ONE))
}

/// A price given in rao an alpha.
pub fn price_from_rao(rao: u64) -> U64F64 {
    U64F64::from_num(rao).safe_div(U64F64::from_num(RAO))
}

/// TAO for one alpha (`docs/rules/pool.md#price`): `(w1 / w2) * (y / x)`, cut three times; zero of a pool without
/// alpha, one where alpha is TAO.
pub fn price(pool: &Pool) -> U64F64 {
    if !pool.dynamic {
        return U64F64::from_num(1);
    }
    if pool.alpha.is_zero() {
        return U64F64::from_bits(0);
    }
    let weights = if pool.quote_weight == EQUAL_WEIGHT {
        U64F64::from_num(1)
    } else {
        ratio(pool.base_weight(), pool.quote_weight)
    };
    weights.saturating_mul(ratio(pool.tao.0, pool.alpha.0))
}

/// A quotient of integers, cut to 2^-64; zero if there is none.
fn ratio(numerator: u64, denominator: u64) -> U64F64 {
    U64F64::from_bits(
        (u128::from(numerator) << 64)
            .checked_div(denominator.into())
            .unwrap_or(0),
    )
}

/// Trades `amount` (fee included) of the side's input asset, and stops where the price reaches `limit` rao an alpha
/// (`docs/rules/pool.md#swap`). What the limit leaves over (`amount - paid_in - fee`) has not moved.
///
/// # Errors
/// [`Error::SwapInputTooLarge`], [`Error::ReservesTooLow`], [`Error::PriceLimitExceeded`],
/// [`Error::InsufficientLiquidity`]; [`Error::Overflow`] if a reserve would leave u64, [`Error::Underflow`] if root's
/// TAO is less than its stake. The pool is unchanged then.
pub fn swap(pool: &mut Pool, side: Side, amount: u64, limit: u64, drop_fees: bool) -> Result<Swapped, Error> {
    let swapped = simulate(pool, side, amount, limit, drop_fees)?;
    *pool = pool.after(side, swapped)?;
    Ok(swapped)
}

/// What [`swap`] would do.
///
/// # Errors
/// [`Error::SwapInputTooLarge`], [`Error::ReservesTooLow`], [`Error::PriceLimitExceeded`].
pub fn simulate(pool: &Pool, side: Side, amount: u64, limit: u64, drop_fees: bool) -> Result<Swapped, Error> {
    if !pool.dynamic {
        return Ok(Swapped {
            paid_in: amount,
            paid_out: amount,
            fee: 0,
        });
    }
    let fee = if drop_fees {
        0
    } else {
        fees::swap_fee(amount, pool.fee_rate)
    };
    let net = amount.checked_sub(fee).ok_or(Error::Underflow)?;
    if net > pool.input_reserve(side).saturating_mul(MAXIMUM_INPUT_RATIO) {
        return Err(Error::SwapInputTooLarge);
    }
    if pool.output_reserve(side) < pool.minimum_reserve {
        return Err(Error::ReservesTooLow);
    }
    let pool = pool.at_swap();
    let limit = price_from_rao(limit);
    let current = price(&pool);
    let within = |price: U64F64| match side {
        Side::Buy => price <= limit,
        Side::Sell => price >= limit,
    };
    if !within(current) || current == limit {
        return Err(Error::PriceLimitExceeded);
    }
    let whole = pool.output(side, net);
    let mut after = pool.clone();
    match side {
        Side::Buy => {
            after.tao = Tao(pool.tao.0.saturating_add(net));
            after.alpha = pool.alpha.minus_or_zero(Alpha(whole));
        }
        Side::Sell => {
            after.tao = pool.tao.minus_or_zero(Tao(whole));
            after.alpha = Alpha(pool.alpha.0.saturating_add(net));
        }
    }
    let swapped = if within(price(&after)) {
        Swapped {
            paid_in: net,
            paid_out: whole,
            fee,
        }
    } else {
        let paid_in = pool.input_to_reach(side, current, limit);
        Swapped {
            paid_in,
            paid_out: pool.output(side, paid_in),
            fee: if drop_fees {
                0
            } else {
                fees::swap_fee_upon(paid_in, pool.fee_rate)
            },
        }
    };
    if swapped.paid_in > 0 && swapped.paid_out == 0 {
        return Err(Error::ReservesTooLow);
    }
    Ok(swapped)
}

/// The chain's own side of a block (`docs/rules/emission.md#injection-and-chain-buy`): first `excess` TAO buys alpha at
/// any price and without fee, then the weights are set for the injection into the reserves that the purchase left, then
/// `tao` and `alpha` join them. If the weights would leave their range nothing is injected, but the purchase stands.
///
/// # Errors
/// [`Error::Overflow`] if a reserve would leave u64. The pool is unchanged then.
pub fn inject(pool: &mut Pool, tao: Tao, alpha: Alpha, excess: Tao) -> Result<Injected, Error> {
    let mut after = pool.clone();
    let bought = if excess.is_zero() {
        None
    } else {
        swap(&mut after, Side::Buy, excess.0, HIGHEST_PRICE, true).ok()
    };
    let (tao, alpha) = match after.quote_weight_after(tao, alpha) {
        Some(weight) => {
            after.quote_weight = weight;
            (tao, alpha)
        }
        None => (Tao::ZERO, Alpha::ZERO),
    };
    after.tao = after.tao.plus(tao)?;
    after.alpha = after.alpha.plus(alpha)?;
    *pool = after;
    Ok(Injected { tao, alpha, bought })
}

/// Limit of a purchase at any price, in rao an alpha (`docs/rules/pool.md#swap`).
pub const HIGHEST_PRICE: u64 = 1_000_000_000_000_000;

/// Limit of a sale at any price, in rao an alpha (`docs/rules/pool.md#swap`).
pub const LOWEST_PRICE: u64 = 1_000;

#[cfg(test)]
mod tests;
