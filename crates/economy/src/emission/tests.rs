use super::*;
use alloc::vec;
use proptest::prelude::*;

/// The shares under a gate that has no bar yet.
fn shares(rules: RuleSet, claimants: &[Claimant]) -> Vec<U64F64> {
    super::shares(rules, claimants, &mut Gate::default())
}

fn claimant(price: f64) -> Claimant {
    Claimant {
        moving_price: U64F64::from_num(price),
        miner_burned: U96F32::from_num(0),
        enabled: true,
        flow: I64F64::from_num(price),
        root_proportion: U96F32::from_num(0.5),
    }
}

fn any_claimant() -> impl Strategy<Value = Claimant> {
    let price = prop_oneof![Just(0u64), 0u64..1 << 32, 0u64..1 << 20];
    let burned = prop_oneof![Just(0u64), 0u64..=1 << 32];
    (
        price,
        burned,
        prop::bool::weighted(0.8),
        -1_000_000_000_000i64..1_000_000_000_000,
    )
        .prop_map(|(price, burned, enabled, flow)| Claimant {
            moving_price: U64F64::from_bits(u128::from(price) << 32),
            miner_burned: U96F32::from_bits(burned.into()),
            enabled,
            flow: I64F64::from_num(flow),
            root_proportion: U96F32::from_bits(u128::from(burned) / 2),
        })
}

proptest! {
    #[test]
    fn shares_add_up_to_at_most_one(claimants in prop::collection::vec(any_claimant(), 0..130)) {
        for (_, rules) in RuleSet::DATED {
            let shares = shares(rules, &claimants);
            prop_assert_eq!(shares.len(), claimants.len());
            let sum = sum(&shares);
            prop_assert!(sum <= U64F64::from_num(1), "{rules:?} gives {sum}");
            // Truncation loses a little of each share, no more.
            let any = shares.iter().any(|s| *s > U64F64::from_num(0));
            prop_assert!(!any || sum > U64F64::from_num(0.999_999), "{rules:?} gives {sum} only");
            for (share, claimant) in shares.iter().zip(&claimants) {
                prop_assert!(claimant.enabled || *share == U64F64::from_num(0));
            }
            let paid: u64 = shares.iter().map(|s| tao_emission(Tao(1_000_000_000), *s).to_num::<u64>()).sum();
            prop_assert!(paid <= 1_000_000_000);
        }
    }

    #[test]
    fn a_split_pays_no_more_than_is_created(
        emission in 0u64..=1_000_000_000,
        cut in any::<u16>(),
        root in 0u64..=1 << 32,
    ) {
        let split = split(U96F32::from_num(emission), Division::with_cut(cut), U96F32::from_bits(root.into()));
        let parts = split.owner.0 + split.server.0 + split.validator.0 + split.root.0;
        prop_assert!(parts <= split.created.0 && split.created.0 <= parts + 4, "{split:?}");
    }

    #[test]
    fn terms_spend_the_emission_and_keep_the_cap(
        tao in 0u64..=1_000_000_000,
        alpha in 0u64..=1_000_000_000,
        price in 0u128..1 << 68,
        root in 0u64..=1 << 32,
    ) {
        let (tao, root) = (U96F32::from_num(tao), U96F32::from_bits(root.into()));
        for (_, rules) in RuleSet::DATED {
            let terms = terms(rules, tao, alpha, U64F64::from_bits(price), root);
            let spent = terms.tao_in.saturating_add(terms.excess);
            let cap = if rules.buys_with_excess() {
                prop_assert_eq!(spent, tao);
                root.saturating_mul(terms.alpha_out)
            } else {
                prop_assert!(spent <= tao && terms.excess == 0);
                terms.alpha_out
            };
            prop_assert!(terms.alpha_in <= cap);
        }
    }
}

#[test]
fn the_gate_spares_the_large_and_thins_the_small() {
    // Four of 20 % reach 75 % with the fourth: the bar is 0.2, and a fifth at the bar keeps half.
    let claimants: Vec<_> = [2.0, 2.0, 2.0, 2.0, 1.0, 1.0].map(claimant).to_vec();
    let plain = shares(RuleSet::PriceBurn, &claimants);
    let gated = shares(RuleSet::Gate, &claimants);
    assert!(gated[0] > plain[0] && gated[4] < plain[4]);
    // w / (1 + 1) against (w / 2) / (1 + 8).
    let ratio = gated[0].to_num::<f64>() / gated[4].to_num::<f64>();
    // The network's logarithm has 23 bits of log2 e.
    assert!((ratio - 9.0).abs() < 1e-6, "{ratio}");
}

#[test]
fn the_gate_of_rank_32_takes_the_last_of_fewer() {
    let mut few = vec![claimant(0.1); 30];
    few.push(claimant(0.05));
    let mut many = vec![claimant(0.1); 32];
    many.push(claimant(0.05));
    // The bar is the small share among 31, a large one among 33: b / (1 + 1) against b / (1 + 1/8), then / (1 + 8).
    for (claimants, ratio) in [(few, 2.0 * 16.0 / 9.0), (many, 9.0)] {
        let gated = shares(RuleSet::Gate32, &claimants);
        let last = claimants.len() - 1;
        let found = gated[0].to_num::<f64>() / gated[last].to_num::<f64>();
        assert!((found - ratio).abs() < 1e-6, "{found} {ratio}");
    }
}

#[test]
fn without_rank_the_bar_is_the_quantiles() {
    let claimants: Vec<_> = (1..60).map(|i| claimant(f64::from(i))).collect();
    let mut gate = Gate {
        rank: 0,
        ..Gate::default()
    };
    assert_eq!(
        super::shares(RuleSet::Gate32, &claimants, &mut gate),
        shares(RuleSet::Gate, &claimants)
    );
}

#[test]
fn switched_off_subnets_keep_their_rank() {
    let mut claimants: Vec<_> = (1..=40).map(|i| claimant(f64::from(i))).collect();
    let (mut all, mut some) = (Gate::default(), Gate::default());
    let on = super::shares(RuleSet::Gate32, &claimants, &mut all);
    claimants[39].enabled = false;
    let off = super::shares(RuleSet::Gate32, &claimants, &mut some);
    assert_eq!(all.bar, some.bar);
    assert_eq!(off[39], 0);
    // The others share what the gate gave it: their ratios stay.
    let ratio = |shares: &[U64F64]| shares[38].to_num::<f64>() / shares[0].to_num::<f64>();
    assert!((ratio(&on) / ratio(&off) - 1.0).abs() < 1e-12);
}

#[test]
fn a_stored_bar_is_used_and_stays() {
    let claimants: Vec<_> = (1..=40).map(|i| claimant(f64::from(i))).collect();
    let bar = U64F64::from_num(0.01);
    let mut gate = Gate {
        bar: Some(bar),
        ..Gate::default()
    };
    let stored = super::shares(RuleSet::Gate32, &claimants, &mut gate);
    assert_eq!(gate.bar, Some(bar));
    assert_ne!(stored, shares(RuleSet::Gate32, &claimants));
    // Nothing is gated, and no bar is made, where nobody has a share.
    let mut gate = Gate::default();
    let none = super::shares(RuleSet::Gate32, &[claimant(0.0)], &mut gate);
    assert!(none[0] == 0 && gate.bar.is_none());
}

#[test]
fn a_gate_that_nobody_passes_leaves_the_shares() {
    let claimants = vec![claimant(1.0); 3];
    let mut gate = Gate {
        bar: Some(U64F64::max_value()),
        ..Gate::default()
    };
    let gated = super::shares(RuleSet::Gate32, &claimants, &mut gate);
    assert_eq!(gated, shares(RuleSet::PriceBurn, &claimants));
}

#[test]
fn root_price_weighs_prices_by_roots_part() {
    let mut claimants = [1.0, 1.0, 1.0].map(claimant);
    claimants[1].root_proportion = U96F32::from_num(0.25);
    claimants[2].miner_burned = U96F32::from_num(0.5);
    let shares = shares(RuleSet::RootPrice, &claimants);
    for (share, expected) in shares.iter().zip([0.5, 0.25, 0.25]) {
        assert!((share.to_num::<f64>() - expected).abs() < 1e-12, "{shares:?}");
    }
}

#[test]
fn a_division_is_taken_as_it_is() {
    // A quarter for the owner, three quarters of the rest for the miners.
    let division = Division {
        owner: U96F32::from_num(0.25),
        miners: U96F32::from_num(0.75),
    };
    let split = split(U96F32::from_num(1_000), division, U96F32::from_num(0.5));
    let parts = [split.owner, split.server, split.validator, split.root].map(|part| part.0);
    assert_eq!(parts, [250, 562, 93, 93]);
}

#[test]
fn flow_counts_only_what_flows_in() {
    let claimants = [3.0, -5.0, 1.0].map(claimant_flow);
    let shares = shares(RuleSet::TaoFlow, &claimants);
    assert_eq!(shares[1], U64F64::from_num(0));
    assert!((shares[0].to_num::<f64>() - 0.75).abs() < 1e-12);
}

fn claimant_flow(flow: f64) -> Claimant {
    Claimant {
        flow: I64F64::from_num(flow),
        ..claimant(1.0)
    }
}

#[test]
fn a_flow_is_half_forgotten_after_thirty_days() {
    let mut flow = I64F64::from_num(1_000_000);
    for _ in 0..216_000 {
        flow = smooth_flow(flow, 0, FLOW_SMOOTHING);
    }
    assert!((flow.to_num::<f64>() - 500_000.0).abs() < 100.0, "{flow}");
}
