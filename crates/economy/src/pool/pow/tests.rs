use super::*;
use proptest::prelude::*;

const SCALE: u64 = 1_000_000_000_000_000_000;

/// The algorithm of the reference and nothing else.
fn exact(bn: u128, bd: u128, en: u64, ed: u64, precision: u32) -> Power {
    let divisor = en.gcd(&ed);
    let (en, ed) = (en / divisor, ed / divisor);
    if en <= LARGEST_EXACT_EXPONENT && ed <= LARGEST_EXACT_EXPONENT {
        root(bn, bd, en, ed, SCALE).into()
    } else {
        series(bn, bd, en, ed, precision, SCALE).into()
    }
}

/// Reserves from one rao to all there is, and round numbers among them.
fn reserve() -> impl Strategy<Value = u64> {
    prop_oneof![
        (0u32..55, any::<u64>()).prop_map(|(bits, x)| 1 + (x >> (63 - bits))),
        (0u32..16).prop_map(|zeros| 10u64.pow(zeros)),
    ]
}

fn weight() -> impl Strategy<Value = u64> {
    prop_oneof![
        SCALE / 100..=SCALE - SCALE / 100,
        SCALE / 2 - 1_000_000_000_000..=SCALE / 2 + 1_000_000_000_000,
        SCALE / 2 - 3..=SCALE / 2 + 3,
        (1u64..100).prop_map(|percent| SCALE / 100 * percent),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn trades_are_exact(reserve in reserve(), delta in reserve(), w in weight()) {
        let delta = delta.min(reserve.saturating_mul(1000));
        let (bn, bd) = (u128::from(reserve), u128::from(reserve + delta));
        // Beyond this the reference's series of the exponential does not converge, and takes long to say so.
        prop_assume!((bd / bn).ilog2() as u64 * (w / (SCALE - w)) < 60);
        prop_assert_eq!(
            pow_ratio_scaled(bn, bd, w, SCALE - w, 256, SCALE),
            Some(exact(bn, bd, w, SCALE - w, 256))
        );
    }

    #[test]
    fn equal_weights_are_a_division(bn in any::<u64>(), bd in 1..u64::MAX) {
        prop_assert_eq!(
            pow_ratio_scaled(bn.into(), bd.into(), SCALE / 2, SCALE / 2, 256, SCALE),
            Some(exact(bn.into(), bd.into(), 1, 1, 256))
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn ways_to_a_limit_are_exact(a in 1u128 << 40..1u128 << 90, b in 1u128 << 40..1u128 << 90, w in weight()) {
        prop_assert_eq!(
            pow_ratio_scaled(a, b, w, SCALE, 1024, SCALE),
            Some(exact(a, b, w, SCALE, 1024))
        );
    }
}

#[test]
fn exact_results_are_not_missed() {
    // Every one of these is an integer: the bounds cannot tell the floor, the exact algorithm must.
    for (bn, bd, en, ed, want) in [
        (1, 4, 1, 2, SCALE / 2),
        (9, 4, 1, 2, SCALE / 2 * 3),
        (1, 1000, 1, 3, SCALE / 10),
        (1, 2, 60, 20, SCALE / 8),
        (7, 7, 1, 3, SCALE),
        (7, 7, SCALE / 3, SCALE / 7, SCALE),
    ] {
        assert_eq!(
            pow_ratio_scaled(bn, bd, en, ed, 256, SCALE),
            Some(Power::Value(want)),
            "({bn}/{bd})^({en}/{ed})"
        );
    }
    assert_eq!(pow_ratio_scaled(1, 0, 1, 1, 256, SCALE), None);
    assert_eq!(pow_ratio_scaled(1, 1, 1, 0, 256, SCALE), None);
    assert_eq!(pow_ratio_scaled(0, 1, 0, 1, 256, SCALE), Some(Power::Value(0)));
    assert_eq!(pow_ratio_scaled(5, 3, 0, 1, 256, SCALE), Some(Power::Value(SCALE)));
    assert_eq!(
        pow_ratio_scaled(1 << 100, 1, 999, 1000, 256, SCALE),
        Some(Power::TooLarge)
    );
}

#[test]
fn extreme_exponents_follow_the_cut_series() {
    // e^-684 by a series that stops before it converges: meaningless, and the same everywhere.
    let (en, ed) = (SCALE / 100 * 99, SCALE / 100);
    assert_eq!(
        pow_ratio_scaled(1, 1001, en, ed, 256, SCALE),
        Some(exact(1, 1001, en, ed, 256))
    );
    let (en, ed) = (en - 1, ed + 1);
    assert_eq!(
        pow_ratio_scaled(1, 1001, en, ed, 256, SCALE),
        Some(exact(1, 1001, en, ed, 256))
    );
}
