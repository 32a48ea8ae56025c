use super::*;
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_price_stays_in_its_bounds(
        burn in any::<u64>(),
        half_life in any::<u16>(),
        multiplier in 0u128..1 << 80,
        a in any::<u64>(),
        b in any::<u64>(),
        block in any::<u64>(),
    ) {
        let (min, max) = (Tao(a.min(b)), Tao(a.max(b)));
        let burn = Tao(burn);
        let fallen = decay(burn, half_life, block, min, max);
        let raised = bump(burn, U64F64::from_bits(multiplier), min, max);
        prop_assert!((min..=max).contains(&fallen) && (min..=max).contains(&raised));
        prop_assert!(fallen <= burn || fallen == min);
        prop_assert!(raised >= burn || raised == max);
    }

    #[test]
    fn a_price_halves_in_its_half_life(half_life in 1u16..=36_100) {
        let factor = decay_factor(half_life);
        prop_assert!(power(factor, half_life) <= Q32 / 2);
        prop_assert!(power(factor + 1, half_life) > Q32 / 2);
    }

    #[test]
    fn a_median_lies_in_the_middle(bits in prop::collection::vec(prop_oneof![Just(0u128), 1u128..1 << 80, 1u128..4], 0..12)) {
        let prices: Vec<U64F64> = bits.iter().map(|bits| U64F64::from_bits(*bits)).collect();
        let mut rising: Vec<u128> = bits.into_iter().filter(|bits| *bits > 0).collect();
        rising.sort_unstable();
        let middle = rising.len() / 2;
        let expected = match rising.len() {
            0 => 1 << 64,
            n if n % 2 == 0 => (rising[middle - 1] + rising[middle]) / 2,
            _ => rising[middle],
        };
        prop_assert_eq!(median_price(&prices).to_bits(), expected);
    }

    #[test]
    fn a_dissolved_pool_is_paid_out_whole(pot in any::<u64>(), claims in prop::collection::vec(any::<u64>(), 1..40)) {
        let payouts = dissolve_payouts(pot, &claims);
        let claimed = claims.iter().any(|claim| *claim > 0);
        prop_assert_eq!(payouts.iter().map(|x| u128::from(*x)).sum::<u128>(), if claimed { pot.into() } else { 0 });
    }

    #[test]
    fn the_lock_cost_never_falls_below_its_minimum(
        last_cost in any::<u64>(), min_cost in any::<u64>(), last_block in any::<u64>(), block in any::<u64>(),
        reduction_interval in any::<u64>(), halvings in 0u32..31,
    ) {
        let (last_cost, min_cost, block_emission) = (Tao(last_cost), Tao(min_cost), UNIT >> halvings);
        let state = LockCost { last_cost, min_cost, last_block, block, reduction_interval, block_emission };
        prop_assert!(lock_cost(state) >= min_cost);
    }
}

#[test]
fn a_symbol_is_used_once() {
    let tau = symbol(NetUid(0), &[]);
    assert_eq!(tau, "\u{3a4}".as_bytes());
    assert_eq!(symbol(NetUid(19), &[]), b"t");
    assert_eq!(symbol(NetUid(438), &[]), "\u{db0}".as_bytes());
    assert_eq!(symbol(NetUid(439), &[]), tau);
    let alpha = symbol(NetUid(1), &[]);
    assert_eq!(symbol(NetUid(1), core::slice::from_ref(&alpha)), symbol(NetUid(2), &[]));
    let mut used = vec![];
    for _ in 1..=438 {
        let next = symbol(NetUid(1), &used);
        assert!(!used.contains(&next) && next != tau, "{next:?}");
        used.push(next);
    }
    assert_eq!(symbol(NetUid(1), &used), tau);
}
