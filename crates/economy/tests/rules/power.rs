//! `POW` (`docs/rules/pool.md#pow`): against its definition, and against its steps written out.

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_traits::{One, Pow, Signed, ToPrimitive, Zero};
use proptest::prelude::*;
use tributary_economy::pool::pow::{Power, pow_ratio_scaled};

const SCALE: u64 = 1_000_000_000_000_000_000;

/// Whether v is the largest with v^ed · bd^en ≤ bn^en · scale^ed.
fn is_floor(v: u64, bn: u64, bd: u64, en: u64, ed: u64) -> bool {
    let [v, next, bn, bd, scale] = [v, v + 1, bn, bd, SCALE].map(BigUint::from);
    let all = bn.pow(en) * scale.pow(ed);
    let unit = bd.pow(en);
    v.pow(ed) * &unit <= all && next.pow(ed) * unit > all
}

/// v / 2^24, halves away from zero.
fn near(v: &BigInt) -> BigInt {
    let size: BigInt = (v.abs() + (1 << 23)) >> 24;
    if v.is_negative() { -size } else { size }
}

/// Whether a series ends with the summand `last`, that made `after` of `before`.
fn ends(last: &BigInt, before: &BigInt, after: &BigInt) -> bool {
    last.abs() < BigInt::one() << 24 || near(before) == near(after)
}

/// Step 4.
fn ln1p(z: &BigInt, i: u32) -> BigInt {
    let (mut t, mut s) = (z.clone(), z.clone());
    for n in 2..=4096.min(i + 128) {
        t = (t * z).div_floor(&(BigInt::one() << i));
        let u = t.div_floor(&BigInt::from(n));
        if t.is_zero() || u.is_zero() {
            break;
        }
        let before = s.clone();
        s = if n % 2 == 0 { s - &u } else { s + &u };
        if ends(&u, &before, &s) {
            break;
        }
    }
    s
}

/// Step 5.
fn ln(v: u64, i: u32) -> BigInt {
    let one = BigInt::one() << i;
    let mut sh = 63 - v.leading_zeros();
    let mut m = (BigInt::from(v) << i) >> sh;
    if &m * 2 >= &one * 3 {
        m >>= 1;
        sh += 1;
    }
    let half: BigInt = &one / 2;
    ln1p(&(m - &one), i) - ln1p(&-half, i) * sh
}

/// Steps 3 to 8.
fn written_out(bn: u64, bd: u64, en: u64, ed: u64, precision: u32, scale: u64) -> BigInt {
    let p = precision.max(32).max(64 - scale.leading_zeros() + 8);
    let i = p + 24;
    let e = ((ln(bn, i) - ln(bd, i)) * en).div_floor(&ed.into());
    let one = BigInt::one() << i;
    let (mut t, mut s) = (one.clone(), one.clone());
    for n in 1..=4096.min(i + 128) {
        t = (t * &e).div_floor(&(&one * n));
        if t.is_zero() {
            break;
        }
        let before = s.clone();
        s += &t;
        if ends(&t, &before, &s) {
            break;
        }
    }
    (near(&s) * scale).div_floor(&(BigInt::one() << p))
}

fn power(value: BigInt) -> Power {
    match value.to_u64() {
        _ if value.is_negative() => Power::Negative,
        Some(value) => Power::Value(value),
        None => Power::TooLarge,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    /// Ratios of all sizes.
    #[test]
    fn a_power_is_the_largest_number_that_is_not_above_it(
        bn in any::<u64>(), bd in any::<u64>(), shifts in (0u32..64, 0u32..64), en in 1u64..600, ed in 1u64..600,
    ) {
        let (bn, bd) = ((bn >> shifts.0).max(1), (bd >> shifts.1).max(1));
        match pow_ratio_scaled(bn.into(), bd.into(), en, ed, 256, SCALE) {
            Some(Power::Value(v)) => prop_assert!(is_floor(v, bn, bd, en, ed), "{v}"),
            Some(Power::TooLarge) => {
                // Above 18: then its logarithm is above that of 18.
                let logarithm = (bn as f64 / bd as f64).ln() * en as f64 / ed as f64;
                prop_assert!(logarithm > 18f64.ln());
            }
            other => prop_assert!(false, "{other:?}"),
        }
    }

    /// Exponents beyond exact roots, of a ratio near one as trades have it.
    #[test]
    fn powers_with_long_exponents_are_too(
        bd in 1u64 << 30..1 << 40, part in 500u64..1_500, en in 1_025u64..1_200, ed in 1_025u64..1_200,
        precision in prop_oneof![Just(128u32), Just(255), Just(256)],
    ) {
        prop_assume!(en.gcd(&ed) == 1);
        let bn = bd / 1_000 * part;
        let found = pow_ratio_scaled(bn.into(), bd.into(), en, ed, precision, SCALE);
        let Some(Power::Value(v)) = found else { panic!("{found:?}") };
        prop_assert!(is_floor(v, bn, bd, en, ed), "{v}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, max_global_rejects: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    /// At a low precision the cuts of the steps are seen.
    #[test]
    fn series_are_cut_as_their_steps_say(
        bn in 1u64.., bd in 1u64.., shift in 0u32..63, near_one: bool,
exponents in prop_oneof![
            ((1_025u64..1 << 40), (1_025u64..1 << 40)),
            ((1u64..1_000), (1_025u64..1 << 40)),
            ((1_025u64..20_000), (1u64..1_000)),
        ],
        precision in 0u32..100, scale in prop_oneof![Just(SCALE), 1u64..1 << 30],
    ) {
        let (en, ed) = exponents;
        let divisor = en.gcd(&ed);
        let (en, ed) = (en / divisor, ed / divisor);
        prop_assume!((en > 1_024 || ed > 1_024) && en != ed);
        let (bn, bd) = ((bn >> shift).max(1), if near_one { (bn >> shift).max(1) + (bd >> 60) + 1 } else { (bd >> shift).max(1) });
        // A series of a huge number takes long. Those of the smallest have not converged, and may be below zero.
        prop_assume!((bn as f64 / bd as f64).ln().abs() * en as f64 / (ed as f64) < 90.0 && bn != bd);
        let found = pow_ratio_scaled(bn.into(), bd.into(), en, ed, precision, scale);
        prop_assert_eq!(found, Some(power(written_out(bn, bd, en, ed, precision, scale))));
    }
}

/// Steps 1 and 2.
#[test]
fn powers_without_a_series() {
    let at = |bn, bd, en, ed| pow_ratio_scaled(bn, bd, en, ed, 256, SCALE);
    assert_eq!((at(1, 0, 1, 1), at(1, 1, 1, 0)), (None, None));
    assert_eq!(
        (at(0, 1, 1, 2), at(5, 7, 0, 3)),
        (Some(Power::Value(0)), Some(Power::Value(SCALE)))
    );
    assert_eq!(at(1, 4, 1_000, 2_000), Some(Power::Value(SCALE / 2)));
    assert_eq!(at(u128::MAX, u128::MAX / 2, 3, 3), Some(Power::Value(SCALE * 2)));
    assert_eq!(at(37, 2, 9, 9), Some(Power::TooLarge));
    assert_eq!(at(36, 2, 9, 9), Some(Power::Value(18 * SCALE)));
    // A floor of just the largest number is no more than that.
    let most = pow_ratio_scaled((1 << 100) + 1, 1 << 100, 1, 2, 256, u64::MAX);
    assert_eq!(most, Some(Power::Value(u64::MAX)));
}

/// Whole results are neither missed by one nor rounded.
#[test]
fn roots_that_are_whole_are_found() {
    for q in [2u64, 4, 5, 8, 10, 16, 20, 25, 32, 40, 50] {
        for p in 1..q {
            for root in 2..6u64 {
                let [above, below] = [p, q].map(|x| u128::from(x).pow(root as u32));
                for k in 1..3u32 {
                    let whole = SCALE / q.pow(k) * p.pow(k);
                    let found = pow_ratio_scaled(above, below, k.into(), root, 256, SCALE);
                    assert_eq!(found, Some(Power::Value(whole)), "({p}/{q})^{k}");
                }
            }
        }
    }
}
