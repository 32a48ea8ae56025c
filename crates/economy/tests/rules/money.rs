//! Fees, issuance, pools, limits, shares of stake.

use primitive_types::U256;
use tributary_economy::{
    Alpha, Error, MAX_SUPPLY, Tao, UNIT, fees,
    fixed::{U64F64, square_root},
    issuance::{alpha_issuance, block_emission, blocks_until_halving, mintable, next_halving},
    limits::{max_buy, max_move, max_sell},
    pool::{self, EQUAL_WEIGHT, HIGHEST_PRICE, LOWEST_PRICE, Pool, Side, Swapped, WEIGHT_ONE},
    safe_float::SafeFloat,
    share_pool::SharePool,
};

const R: u64 = 1_000_000_000_000;

const POOL: Pool = Pool {
    tao: Tao(R),
    alpha: Alpha(R),
    quote_weight: EQUAL_WEIGHT,
    initialized: true,
    dynamic: true,
    fee_rate: 0,
    minimum_reserve: 1_000_000,
};

const ROOT: Pool = Pool { dynamic: false, ..POOL };

/// `docs/rules/transactions.md#fees`.
#[test]
fn fees_are_by_weight_length_and_rate() {
    assert_eq!(fees::length_fee(137), Tao(137));
    assert_eq!(
        [0, 1_000, 1_001, 2_999, 3_000, 3_001].map(|time| fees::weight_fee(time).0),
        [0, 0, 1, 1, 1, 2]
    );
    assert_eq!(fees::swap_fee(65_535_000, 33), 32_999);
    assert_eq!(fees::swap_fee_upon(65_502_000, 33), 32_999);
    assert_eq!(fees::swap_fee_upon(65_502_000, 0), 0);
}

/// `docs/rules/issuance.md#block-emission`.
#[test]
fn emission_halves_when_half_of_what_was_left_has_been_issued() {
    let half = MAX_SUPPLY / 2;
    assert_eq!([half - 1, half].map(block_emission), [UNIT, UNIT / 2]);
    assert_eq!(
        [MAX_SUPPLY - 1, MAX_SUPPLY, MAX_SUPPLY + 1].map(block_emission),
        [0, 0, 0]
    );
    assert_eq!(
        [0, half - 1, half, MAX_SUPPLY].map(next_halving),
        [half, half, half + half / 2, MAX_SUPPLY]
    );
    assert_eq!(blocks_until_halving(half - 10, 3), 4);
    assert_eq!(blocks_until_halving(half - 9, 3), 3);
    assert_eq!(blocks_until_halving(0, 0), u64::MAX);
    assert_eq!(blocks_until_halving(MAX_SUPPLY, 0), u64::MAX);
    assert_eq!(blocks_until_halving(MAX_SUPPLY, UNIT), u64::MAX);
    assert_eq!(mintable(UNIT, Tao(MAX_SUPPLY - 7)), Tao(7));
    assert_eq!(mintable(UNIT, Tao(MAX_SUPPLY + 1)), Tao(0));
    assert_eq!(alpha_issuance(Alpha(3), Alpha(4)), 7);
    assert_eq!(alpha_issuance(Alpha(u64::MAX), Alpha(4)), u64::MAX);
}

/// `docs/rules/pool.md#swap` step 9.
#[test]
fn a_trade_that_pays_nothing_for_something_is_refused_and_one_of_nothing_is_not() {
    // The asset that is paid out is worth two of the other.
    let dear = |side| match side {
        Side::Buy => Pool {
            tao: Tao(2 * R),
            ..POOL
        },
        Side::Sell => Pool {
            alpha: Alpha(2 * R),
            ..POOL
        },
    };
    for (side, limit) in [(Side::Buy, HIGHEST_PRICE), (Side::Sell, LOWEST_PRICE)] {
        let trade = |amount| pool::simulate(&dear(side), side, amount, limit, false);
        assert_eq!(trade(0), Ok(Swapped::default()));
        assert_eq!(trade(1), Err(Error::ReservesTooLow));
        let paid = Swapped {
            paid_in: 3,
            paid_out: 1,
            fee: 0,
        };
        assert_eq!(trade(3), Ok(paid));
    }
}

/// `docs/rules/pool.md#swap` steps 3, 4 and 6.
#[test]
fn a_swap_takes_at_most_a_thousand_reserves_of_a_pool_that_is_not_too_small_below_its_limit() {
    let buy = |pool: &Pool, amount, limit| pool::simulate(pool, Side::Buy, amount, limit, true).map(|_| ());
    assert_eq!(buy(&POOL, 1_000 * R, HIGHEST_PRICE), Ok(()));
    assert_eq!(buy(&POOL, 1_000 * R + 1, HIGHEST_PRICE), Err(Error::SwapInputTooLarge));
    let small = |alpha| Pool {
        tao: Tao(UNIT),
        alpha: Alpha(alpha),
        ..POOL
    };
    assert_eq!(buy(&small(1_000_000), UNIT, HIGHEST_PRICE), Ok(()));
    assert_eq!(buy(&small(999_999), UNIT, HIGHEST_PRICE), Err(Error::ReservesTooLow));
    // The price is one.
    assert_eq!(buy(&POOL, UNIT, UNIT), Err(Error::PriceLimitExceeded));
    assert_eq!(buy(&POOL, UNIT, UNIT - 1), Err(Error::PriceLimitExceeded));
    assert_eq!(buy(&POOL, UNIT, 2 * UNIT), Ok(()));
    let sell = |limit| pool::simulate(&POOL, Side::Sell, UNIT, limit, true).map(|_| ());
    assert_eq!(sell(UNIT), Err(Error::PriceLimitExceeded));
    assert_eq!(sell(UNIT + 1), Err(Error::PriceLimitExceeded));
    assert_eq!(sell(UNIT / 2), Ok(()));
}

/// `docs/rules/pool.md#injection`: with equal weights and reserves R, R · (1 + d) of TAO weigh (1 + d) / (2 + d).
#[test]
fn an_injection_keeps_both_weights_at_a_hundredth_or_more() {
    let hundredth = WEIGHT_ONE / 100;
    assert_eq!(POOL.quote_weight_after(Tao(R), Alpha(R)), Some(EQUAL_WEIGHT));
    assert_eq!(POOL.quote_weight_after(Tao(98 * R), Alpha(0)), Some(99 * hundredth));
    assert_eq!(POOL.quote_weight_after(Tao(98 * R + R / 10), Alpha(0)), None);
    assert_eq!(POOL.quote_weight_after(Tao(0), Alpha(98 * R)), Some(hundredth));
    assert_eq!(POOL.quote_weight_after(Tao(0), Alpha(98 * R + R / 10)), None);
    let empty = Pool {
        tao: Tao(0),
        alpha: Alpha(0),
        ..POOL
    };
    assert_eq!(empty.quote_weight_after(Tao(0), Alpha(0)), Some(EQUAL_WEIGHT));
}

/// Without a curve: everything on one side of 1 TAO, nothing on the other.
#[test]
fn where_alpha_is_tao_a_limit_lets_all_or_nothing_through() {
    assert_eq!(
        [UNIT - 1, UNIT, UNIT + 1].map(|limit| max_buy(&ROOT, limit)),
        [Ok(0), Ok(u64::MAX), Ok(u64::MAX)]
    );
    assert_eq!(
        [UNIT - 1, UNIT, UNIT + 1].map(|limit| max_sell(&ROOT, limit)),
        [Ok(u64::MAX), Ok(u64::MAX), Ok(0)]
    );
    let moves = [UNIT - 1, UNIT, UNIT + 1].map(|limit| max_move(&ROOT, &ROOT, limit));
    assert_eq!(moves, [Ok(u64::MAX), Ok(u64::MAX), Ok(0)]);
}

/// `docs/rules/staking.md#limits`.
#[test]
fn moves_over_one_curve_stop_at_its_limit() {
    assert_eq!(max_move(&ROOT, &POOL, 0), Ok(u64::MAX));
    // A limit of one half buys up to a price of two: R · (√2 − 1).
    let bought = max_move(&ROOT, &POOL, UNIT / 2).unwrap();
    assert!(bought.abs_diff(414_213_562_373) <= 1, "{bought}");
    assert_eq!(max_move(&ROOT, &POOL, UNIT), Err(Error::PriceLimitExceeded));
    // Sells down to a price of a quarter: R · (2 − 1).
    let sold = max_move(&POOL, &ROOT, UNIT / 4).unwrap();
    assert!(sold.abs_diff(R) <= 1, "{sold}");
    assert_eq!(max_move(&POOL, &ROOT, UNIT), Err(Error::PriceLimitExceeded));
}

/// `docs/rules/staking.md#limits`: the formula for two pools, which reads no weights, and its exceptions, which do.
#[test]
fn moves_between_two_pools_follow_their_formula() {
    // A price of a quarter, by its weights alone.
    let cheap = Pool {
        quote_weight: WEIGHT_ONE / 10 * 8,
        ..POOL
    };
    for (origin, destination, limit, expected) in [
        (&POOL, &POOL, 0, u64::MAX),
        // R/2 / (1/4) − R/2.
        (&POOL, &POOL, UNIT / 4, R / 2 * 3),
        (&cheap, &POOL, UNIT / 4, R / 2 * 3),
        (&cheap, &POOL, UNIT / 4 + 1, 0),
        (&cheap, &POOL, UNIT / 2, 0),
        (&POOL, &POOL, UNIT + 1, 0),
        (&Pool { tao: Tao(0), ..POOL }, &POOL, 0, 0),
        (
            &POOL,
            &Pool {
                alpha: Alpha(0),
                ..POOL
            },
            0,
            0,
        ),
    ] {
        assert_eq!(max_move(origin, destination, limit), Ok(expected), "{origin:?} {limit}");
    }
}

/// `docs/rules/stake-pools.md`.
#[test]
fn a_pool_of_shares_without_value_takes_nothing() {
    let pool = |value, shares| SharePool {
        value: Alpha(value),
        denominator: SafeFloat::from_u64(shares),
    };
    assert!(pool(0, 0).accepts(Alpha(1)));
    assert!(pool(10, 5).accepts(Alpha(1)));
    assert!(!pool(0, 5).accepts(Alpha(1)));
    assert_eq!(pool(0, 5).value_of(SafeFloat::from_u64(5)), Alpha(0));
    assert_eq!(pool(10, 5).value_of(SafeFloat::from_u64(2)), Alpha(4));
    assert_eq!(pool(10, 0).value_of(SafeFloat::from_u64(2)), Alpha(0));
}

/// `docs/rules/stake-pools.md`: 21 digits, cut toward zero.
#[test]
fn floats_have_twenty_one_digits() {
    let number = |mantissa, exponent| SafeFloat::new(mantissa, exponent).unwrap();
    let top = 10u128.pow(21);
    assert_eq!((number(top, 0).mantissa(), number(top, 0).exponent()), (top, 0));
    // Cut to 10^20, which is below the range, and brought back.
    assert_eq!(number(top + 9, 0), number(top, 0));
    assert_eq!(
        (number(top + 19, 0).mantissa(), number(top + 19, 0).exponent()),
        (top / 10 + 1, 1)
    );
    assert_eq!((number(1, 0).mantissa(), number(1, 0).exponent()), (top, -21));
    assert_eq!((number(0, 9).mantissa(), number(0, 9).exponent()), (0, 0));
    for amount in [0, 1, 9, 10, 999, UNIT, u64::MAX] {
        assert_eq!(SafeFloat::from_u64(amount).to_u64(), amount);
    }
    assert_eq!(number(15, -1).to_u64(), 1);
    assert_eq!(number(15, -2).to_u64(), 0);
    assert_eq!(number(2, 19).to_u64(), u64::MAX);
    assert_eq!(number(1, 19).to_u64(), 10u64.pow(19));
    assert_eq!(number(1, i64::MAX).to_u64(), u64::MAX);
    assert_eq!(SafeFloat::new(top + 1, i64::MAX), Err(Error::Overflow));
    assert_eq!(SafeFloat::new(1, i64::MIN), Err(Error::Overflow));
    let (one, three) = (SafeFloat::from_u64(1), SafeFloat::from_u64(3));
    assert_eq!(three.minus(one).unwrap().to_u64(), 2);
    assert_eq!(one.minus(three), Ok(SafeFloat::ZERO));
    assert_eq!(SafeFloat::ZERO.minus(one), Err(Error::Underflow));
    assert_eq!(SafeFloat::ZERO.minus(SafeFloat::ZERO), Ok(SafeFloat::ZERO));
    assert_eq!(one.plus(number(1, -22)), Ok(one));
    assert_eq!(one.mul_div(one, three).unwrap().mantissa(), 333_333_333_333_333_333_333);
    assert_eq!(one.mul_div(one, SafeFloat::ZERO), Err(Error::Overflow));
}

/// `docs/rules/pool.md#injection`: halves up.
#[test]
fn a_weight_stands_for_its_part_of_a_product_to_the_nearest() {
    let weigh = |weight, product: u64| pool::weigh(weight, product.into());
    assert_eq!(
        [0, 1, 2, 3].map(|product| weigh(EQUAL_WEIGHT, product).as_u64()),
        [0, 1, 1, 2]
    );
    assert_eq!(weigh(EQUAL_WEIGHT - 1, 1).as_u64(), 0);
    assert_eq!(weigh(WEIGHT_ONE, u64::MAX).as_u64(), u64::MAX);
    assert_eq!(weigh(0, u64::MAX).as_u64(), 0);
}

/// To the last bit, below one and above it.
#[test]
fn the_root_of_a_price_is_the_largest_whose_square_is_not_above_it() {
    let mut bits = 3u128;
    for shift in 0..4_000u32 {
        bits = bits
            .wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645)
            .wrapping_add(shift.into());
        let price = bits >> (shift % 128);
        let root = U256::from(square_root(U64F64::from_bits(price)).to_bits());
        let whole = U256::from(price) << 64;
        assert!(root * root <= whole && (root + 1) * (root + 1) > whole, "{price}");
    }
    for (price, root) in [(0.0, 0.0), (0.25, 0.5), (1.0, 1.0), (4.0, 2.0), (1e12, 1e6)] {
        assert_eq!(square_root(U64F64::from_num(price)), U64F64::from_num(root));
    }
}
