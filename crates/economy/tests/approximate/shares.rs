//! Shares of the TAO.

use super::config;
use proptest::prelude::*;
use tributary_economy::{
    PerMillion,
    approximate::{self, Claims},
    emission::{self, Claimant, Gate},
    fixed::{I64F64, U64F64, U96F32},
    pact::strength,
    rule_sets::RuleSet,
};

fn claimants() -> impl Strategy<Value = Vec<Claimant>> {
    let claimant = (
        1u64 << 16..1 << 30,
        0u32..=16,
        prop::bool::weighted(0.9),
        -1_000i64..1_000_000_000,
    );
    let claimant = claimant.prop_map(|(price, burned, enabled, flow)| Claimant {
        moving_price: U64F64::from_bits(u128::from(price) << 32),
        miner_burned: U96F32::from_num(f64::from(burned) / 16.0),
        enabled,
        flow: I64F64::from_num(flow),
        root_proportion: U96F32::from_bits((1 << 31) + u128::from(price)),
    });
    prop::collection::vec(claimant, 1..140)
}

/// A bar that was stored, or one of the shares; more often than not with the public network's parameters.
fn gate() -> impl Strategy<Value = Gate> {
    let sixteenth = |part: u32| U64F64::from_num(f64::from(part) / 16.0);
    (
        prop::option::of(0.002f64..0.05),
        prop_oneof![3 => Just(32u16), 1 => Just(0u16), 1 => 1u16..150],
        prop_oneof![1 => Just(12u32), 1 => 1u32..16],
        prop_oneof![1 => Just(48u32), 1 => 4u32..48],
    )
        .prop_map(move |(bar, rank, quantile, exponent)| Gate {
            bar: bar.map(U64F64::from_num),
            rank,
            quantile: sixteenth(quantile),
            exponent: sixteenth(exponent),
        })
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn shares_are_the_rules_under_all_rule_sets(claimants in claimants(), stored in gate()) {
        let withheld: Vec<f64> = claimants.iter().map(|c| c.miner_burned.to_num()).collect();
        let enabled: Vec<bool> = claimants.iter().map(|c| c.enabled).collect();
        let mut sorted = Vec::new();
        for (_, rules) in RuleSet::DATED {
            let claims = claimants.iter().map(|c| match rules {
                RuleSet::TaoFlow | RuleSet::ChainBuys => c.flow.to_num::<f64>(),
                RuleSet::RootPrice => c.moving_price.to_num::<f64>() * c.root_proportion.to_num::<f64>(),
                _ => c.moving_price.to_num::<f64>(),
            });
            let mut found: Vec<f64> = claims.collect();
            let (mut gate, mut exact_gate) = (stored, stored);
            let of = Claims { withheld: &withheld, enabled: &enabled };
            approximate::shares(rules, &mut found, of, &mut gate, &mut sorted);
            let exact = emission::shares(rules, &claimants, &mut exact_gate);
            let (slack, least) = if rules.gated() { (2e-8, 1e-12) } else { (1e-9, 1e-15) };
            for (found, exact) in found.iter().zip(exact) {
                let exact: f64 = exact.to_num();
                prop_assert!((found - exact).abs() <= slack * exact + least, "{rules:?}: {found:e} {exact:e}");
            }
            let bars = [gate, exact_gate].map(|gate| gate.bar.map_or(0.0, |bar| bar.to_num::<f64>()));
            prop_assert!((bars[0] - bars[1]).abs() <= 1e-9 * bars[1] + 1e-15, "{rules:?}: {bars:?}");
        }
    }

    #[test]
    fn sums_are_sums(values in prop::collection::vec(0u32..1 << 20, 0..100)) {
        let floats: Vec<f64> = values.iter().map(|x| f64::from(*x)).collect();
        prop_assert_eq!(approximate::sum(&floats), values.iter().map(|x| f64::from(*x)).sum::<f64>());
    }

    #[test]
    fn strong_pacts_are_favoured_as_the_rules_do(
        rows in prop::collection::vec((1u32..1_000_000, 0u32..=1_000_000), 1..40), weight in 0u32..2_000_000,
    ) {
        let all: f64 = rows.iter().map(|(share, _)| f64::from(*share)).sum();
        let (mut exact, strengths): (Vec<U64F64>, Vec<PerMillion>) = rows
            .iter()
            .map(|(share, strength)| (U64F64::from_num(f64::from(*share) / all), PerMillion(*strength)))
            .unzip();
        let mut found: Vec<f64> = rows
            .iter()
            .map(|(share, strength)| f64::from(*share) / all * approximate::favour(weight, PerMillion(*strength)))
            .collect();
        let weighed = approximate::sum(&found);
        strength::weigh(&mut exact, &strengths, weight);
        for (found, exact) in found.iter_mut().zip(exact) {
            *found /= weighed;
            prop_assert!((*found - exact.to_num::<f64>()).abs() < 1e-14, "{found} {exact}");
        }
    }
}

/// Both ways of sharing, for subnets with the same price.
fn both(rules: RuleSet, subnets: &[(u32, f64, bool)], stored: Gate) -> (Vec<f64>, Vec<f64>) {
    let claimants: Vec<Claimant> = subnets
        .iter()
        .map(|(price, burned, enabled)| Claimant {
            moving_price: U64F64::from_num(*price),
            miner_burned: U96F32::from_num(*burned),
            enabled: *enabled,
            flow: I64F64::from_num(*price),
            root_proportion: U96F32::from_num(1),
        })
        .collect();
    let mut found: Vec<f64> = subnets.iter().map(|(price, ..)| f64::from(*price)).collect();
    let withheld: Vec<f64> = subnets.iter().map(|(_, burned, _)| *burned).collect();
    let enabled: Vec<bool> = subnets.iter().map(|(.., enabled)| *enabled).collect();
    let of = Claims {
        withheld: &withheld,
        enabled: &enabled,
    };
    let (mut gate, mut exact_gate) = (stored, stored);
    approximate::shares(rules, &mut found, of, &mut gate, &mut Vec::new());
    let exact = emission::shares(rules, &claimants, &mut exact_gate);
    assert_eq!(gate.bar.is_some(), exact_gate.bar.is_some(), "{rules:?}");
    (found, exact.iter().map(|share| share.to_num()).collect())
}

/// `docs/rules/emission.md#shares` steps 1, 3 and 5 where a sum is zero.
#[test]
fn shares_of_nothing_are_nothing_and_nobody_escapes_by_everybody_burning() {
    let with_bar = Gate {
        bar: Some(U64F64::from_num(0.5)),
        ..Gate::default()
    };
    let of_two = Gate {
        exponent: U64F64::from_num(2),
        ..with_bar
    };
    for (_, rules) in RuleSet::DATED {
        for stored in [Gate::default(), with_bar, of_two] {
            for (subnets, expected) in [
                (&[(0, 0.0, true), (0, 0.5, true)][..], &[0.0, 0.0][..]),
                (&[(1, 1.0, true), (1, 1.0, true)], &[0.5, 0.5]),
                (&[(1, 0.0, false), (1, 0.0, false)], &[0.0, 0.0]),
                (&[(1, 0.0, false), (1, 0.0, true)], &[0.0, 1.0]),
                (&[], &[]),
            ] {
                let (found, exact) = both(rules, subnets, stored);
                assert_eq!(found, expected, "{rules:?} {stored:?} {subnets:?}");
                for (found, exact) in found.iter().zip(exact) {
                    assert!((found - exact).abs() < 1e-15, "{rules:?} {stored:?} {subnets:?}");
                }
            }
        }
    }
}
