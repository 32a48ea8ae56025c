use super::*;
use proptest::prelude::*;

fn pool(tao: u64, alpha: u64, quote_weight: u64, fee_rate: u16) -> Pool {
    Pool {
        tao: Tao(tao),
        alpha: Alpha(alpha),
        quote_weight,
        initialized: true,
        dynamic: true,
        fee_rate,
        minimum_reserve: 1_000_000,
    }
}

fn any_pool() -> impl Strategy<Value = Pool> {
    let reserve = 1_000_000u64..20_000_000_000_000_000;
    let small = 1_000_000u64..100_000_000_000;
    let weight = prop_oneof![
        Just(EQUAL_WEIGHT),
        EQUAL_WEIGHT - 10_000_000_000_000..EQUAL_WEIGHT + 10_000_000_000_000,
        WEIGHT_ONE / 5..WEIGHT_ONE / 5 * 4,
    ];
    let reserve = prop_oneof![reserve, small];
    (
        reserve.clone(),
        reserve,
        weight,
        prop_oneof![Just(0u16), Just(33), 0u16..10_000],
    )
        .prop_map(|(tao, alpha, weight, fee)| pool(tao, alpha, weight, fee))
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Buy), Just(Side::Sell)]
}

fn any_price(side: Side) -> u64 {
    match side {
        Side::Buy => HIGHEST_PRICE,
        Side::Sell => LOWEST_PRICE,
    }
}

proptest! {
    #[test]
    fn no_round_trip_earns(start in any_pool(), first in side(), amount in 1u64..10_000_000_000_000_000) {
        let mut pool = start.clone();
        let Ok(there) = swap(&mut pool, first, amount, any_price(first), false) else { return Ok(()) };
        let back = if first == Side::Buy { Side::Sell } else { Side::Buy };
        let Ok(home) = swap(&mut pool, back, there.paid_out, any_price(back), false) else { return Ok(()) };
        // The factor of a trade is cut to 18 decimals, so each way may pay 10^-18 of a reserve too much
        // (`docs/rules/pool.md#trade`): less than one rao of any reserve that can exist.
        prop_assert!(
            home.paid_out <= there.paid_in + there.fee + 1,
            "{there:?}, then {home:?} from {start:?}"
        );
    }

    #[test]
    fn no_series_of_trades_earns(
        start in any_pool(),
        first in side(),
        parts in prop::collection::vec(1u64..1_000_000_000_000, 1..8),
    ) {
        let mut pool = start.clone();
        let back = if first == Side::Buy { Side::Sell } else { Side::Buy };
        let (mut spent, mut held) = (0u128, 0u64);
        let trades = parts.len() as u128 + 1;
        for part in parts {
            if let Ok(swapped) = swap(&mut pool, first, part, any_price(first), false) {
                spent += u128::from(swapped.paid_in + swapped.fee);
                held += swapped.paid_out;
            }
        }
        if let Ok(home) = swap(&mut pool, back, held, any_price(back), false) {
            prop_assert!(u128::from(home.paid_out) <= spent + trades, "{home:?} for {spent} from {start:?}");
        }
    }

    #[test]
    fn a_swap_moves_what_it_says_and_the_price_its_way(
        start in any_pool(),
        side in side(),
        amount in 0u64..10_000_000_000_000_000,
        limit in prop_oneof![Just(None), (LOWEST_PRICE..100_000_000_000).prop_map(Some)],
    ) {
        let limit = limit.unwrap_or(any_price(side));
        let mut after = start.clone();
        let Ok(swapped) = swap(&mut after, side, amount, limit, false) else {
            prop_assert_eq!(after, start);
            return Ok(());
        };
        prop_assert_eq!(simulate(&start, side, amount, limit, false), Ok(swapped));
        prop_assert!(u128::from(swapped.paid_in) + u128::from(swapped.fee) <= u128::from(amount));
        let (old, new) = (price(&start), price(&after));
        match side {
            Side::Buy => {
                prop_assert_eq!(after.tao.0, start.tao.0 + swapped.paid_in);
                prop_assert_eq!(after.alpha.0, start.alpha.0 - swapped.paid_out);
                prop_assert!(new >= old);
            }
            Side::Sell => {
                prop_assert_eq!(after.alpha.0, start.alpha.0 + swapped.paid_in);
                prop_assert_eq!(after.tao.0, start.tao.0 - swapped.paid_out);
                prop_assert!(new <= old);
            }
        }
    }

    #[test]
    fn an_injection_moves_reserves_not_the_price(
        start in any_pool(),
        tao in 0u64..1_000_000_000,
        alpha in 0u64..1_000_000_000,
    ) {
        let mut after = start.clone();
        let injected = inject(&mut after, Tao(tao), Alpha(alpha), Tao(0)).unwrap();
        prop_assert_eq!(after.tao.0, start.tao.0 + injected.tao.0);
        prop_assert_eq!(after.alpha.0, start.alpha.0 + injected.alpha.0);
        let (old, new) = (price(&start).to_num::<f64>(), price(&after).to_num::<f64>());
        // Weights have 18 decimals, prices 2^-64.
        prop_assert!((old - new).abs() <= old * 1e-9 + 1e-18, "{old} became {new}");
    }
}

#[test]
fn the_first_swap_makes_the_weights_equal() {
    let mut fresh = pool(10_000_000_000, 5_000_000_000, WEIGHT_ONE / 3, 33);
    fresh.initialized = false;
    let mut equal = pool(10_000_000_000, 5_000_000_000, EQUAL_WEIGHT, 33);
    let swapped = swap(&mut fresh, Side::Buy, 1_000_000_000, HIGHEST_PRICE, false);
    assert_eq!(
        swapped,
        swap(&mut equal, Side::Buy, 1_000_000_000, HIGHEST_PRICE, false)
    );
    assert_eq!(fresh, equal);
}

#[test]
fn on_root_alpha_is_tao() {
    let mut root = pool(5_000, 0, EQUAL_WEIGHT, 33);
    root.dynamic = false;
    let swapped = swap(&mut root, Side::Buy, 700, HIGHEST_PRICE, false).unwrap();
    assert_eq!((swapped.paid_in, swapped.paid_out, swapped.fee), (700, 700, 0));
    assert_eq!((root.tao, root.alpha), (Tao(5_700), Alpha(0)));
    swap(&mut root, Side::Sell, 5_700, LOWEST_PRICE, false).unwrap();
    assert_eq!((root.tao, root.alpha), (Tao(0), Alpha(5_700)));
    assert_eq!(
        swap(&mut root, Side::Sell, 1, LOWEST_PRICE, false),
        Err(Error::Underflow)
    );
}

#[test]
fn the_farthest_limit_is_reached_whatever_the_weights() {
    let reached = |quote_weight, factor: u64| {
        let before = pool(1_000_000_000_000_000, 1_000_000_000_000_000, quote_weight, 0);
        let start = price(&before);
        let target = start.saturating_mul(U64F64::from_num(factor));
        let paid_in = before.input_to_reach(Side::Buy, start, target);
        let paid_out = before.output(Side::Buy, paid_in);
        let moved = Swapped {
            paid_in,
            paid_out,
            fee: 0,
        };
        let after = before.after(Side::Buy, moved).unwrap();
        price(&after).to_num::<f64>() / start.to_num::<f64>()
    };
    // All the weight that there can be on the alpha side is the hardest case.
    for quote_weight in [MINIMUM_WEIGHT, EQUAL_WEIGHT, WEIGHT_ONE - MINIMUM_WEIGHT] {
        let factor = reached(quote_weight, FARTHEST_LIMIT);
        assert!(
            (factor / FARTHEST_LIMIT as f64 - 1.0).abs() < 1e-6,
            "{quote_weight}: {factor}"
        );
    }
    let beyond = reached(MINIMUM_WEIGHT, FARTHEST_LIMIT + 1);
    assert!(beyond < FARTHEST_LIMIT as f64 + 0.999, "{beyond}");
}

#[test]
fn a_swap_moves_the_pool_as_it_says() {
    let mut fresh = pool(5_000_000_000, 7_000_000_000, WEIGHT_ONE / 5, 33);
    fresh.initialized = false;
    for side in [Side::Buy, Side::Sell] {
        let mut swapped = fresh.clone();
        let moved = swap(&mut swapped, side, 1_000_000, any_price(side), false).unwrap();
        assert_eq!(fresh.after(side, moved).unwrap(), swapped);
        assert_eq!(swapped.quote_weight, EQUAL_WEIGHT);
        let too_much = Swapped {
            paid_out: u64::MAX,
            ..moved
        };
        assert_eq!(fresh.after(side, too_much), Err(Error::InsufficientLiquidity));
    }
    assert!(is_dynamic(1) && !is_dynamic(0) && !is_dynamic(2));
}

/// Where a power is a whole number of steps its floor hangs on the last bit, so the bounds must lie on both sides.
#[test]
fn bounds_of_a_power_that_is_exact_lie_on_both_sides_of_it() {
    for base in 2..40_u128 {
        for root in 1..8_u64 {
            for (numerator, denominator, whole) in [
                // ((1 / base)^root)^(1 / root) * base = 1
                (1, base.pow(root as u32), base as u64),
                // (base^root)^(1 / root) = base
                (base.pow(root as u32), 1, 1),
            ] {
                let expected = if numerator == 1 { 1 } else { base as u64 };
                let (low, high) = fast::bounds(numerator, denominator, 1, root, whole).unwrap();
                assert_eq!(
                    (low.as_u64(), high.as_u64()),
                    (expected - 1, expected),
                    "({numerator} / {denominator})^(1 / {root}) * {whole}"
                );
            }
        }
    }
}
