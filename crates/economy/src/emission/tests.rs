use super::*;
use alloc::vec;
use proptest::prelude::*;

const ALL: [RuleSet; 5] = [
    RuleSet::Dtao,
    RuleSet::TaoFlow,
    RuleSet::PriceBurn,
    RuleSet::Gate,
    RuleSet::Gate32,
];

fn claimant(price: f64) -> Claimant {
    Claimant {
        moving_price: U64F64::from_num(price),
        miner_burned: U96F32::from_num(0),
        enabled: true,
        flow: I64F64::from_num(price),
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
        })
}

proptest! {
    #[test]
    fn shares_add_up_to_at_most_one(claimants in prop::collection::vec(any_claimant(), 0..130)) {
        for rules in ALL {
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
        let split = split(U96F32::from_num(emission), cut, U96F32::from_bits(root.into()));
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
        let terms = terms(tao, alpha, U64F64::from_bits(price), root);
        prop_assert_eq!(terms.tao_in.saturating_add(terms.excess), tao);
        prop_assert!(terms.alpha_in <= root.saturating_mul(terms.alpha_out));
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
    assert!((ratio - 9.0).abs() < 1e-9, "{ratio}");
}

#[test]
fn the_gate_of_rank_32_needs_32() {
    let few = vec![claimant(0.1); 31];
    assert_eq!(shares(RuleSet::Gate32, &few), shares(RuleSet::PriceBurn, &few));
    let mut many = vec![claimant(0.1); 32];
    many.push(claimant(0.05));
    let gated = shares(RuleSet::Gate32, &many);
    let ratio = gated[0].to_num::<f64>() / gated[32].to_num::<f64>();
    assert!((ratio - 9.0).abs() < 1e-9, "{ratio}");
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
