//! What joins a pool, shares by flow, dividends of families.

use tributary_economy::{
    Alpha,
    dividends::{Child, Family, Parent, Stake, split_with_parents},
    emission,
    fixed::{I64F64, U64F64, U96F32},
    rule_sets::RuleSet,
};

/// `docs/rules/emission.md#terms`: TAO that asks for just the cap joins, to its last bit; beyond it the cap's worth does.
#[test]
fn tao_joins_whole_as_long_as_its_alpha_is_within_the_cap() {
    let price = U64F64::from_num(3);
    let half = U96F32::from_num(0.5);
    // Half of 20 alpha at 3 TAO each, and two bits, of which the quotient by 3 sees nothing.
    let bits = |tao: u64, bits: u128| U96F32::from_bits((u128::from(tao) << 32) + bits);
    let zero = U96F32::from_num(0);
    for (tao, tao_in, alpha_in, excess) in [
        (bits(29, 0), bits(29, 0), bits(29, 0) / U96F32::from_num(3), zero),
        (bits(30, 2), bits(30, 2), bits(10, 0), zero),
        (bits(30, 3), bits(30, 0), bits(10, 0), bits(0, 3)),
    ] {
        let terms = emission::terms(RuleSet::Gate32, tao, 20, price, half);
        assert_eq!(
            (terms.tao_in, terms.alpha_in, terms.excess),
            (tao_in, alpha_in, excess),
            "{tao}"
        );
        assert_eq!(terms.alpha_out, 20);
    }
    // Before purchases the cap is all of the alpha, and TAO beyond it is not issued.
    let terms = emission::terms(RuleSet::TaoFlow, bits(61, 0), 20, price, half);
    assert_eq!(
        (terms.tao_in, terms.alpha_in, terms.excess),
        (bits(60, 0), bits(20, 0), zero)
    );
    // Nothing is asked for at a price of zero.
    let terms = emission::terms(RuleSet::Gate32, bits(5, 0), 20, U64F64::from_num(0), half);
    assert_eq!((terms.tao_in, terms.alpha_in, terms.excess), (bits(5, 0), zero, zero));
}

/// `docs/rules/emission.md#staking-flow`: here 3, 1 and 0 above the smallest, which is below zero.
#[test]
fn flows_above_the_smallest_share_by_a_power() {
    let flows = [2, 0, -1].map(I64F64::from_num);
    let shares = |cutoff: i64, exponent: f64| -> Vec<f64> {
        let shares = emission::flow_shares(&flows, I64F64::from_num(cutoff), I64F64::from_num(exponent));
        shares.iter().map(|share| share.to_num()).collect()
    };
    let near = |found: Vec<f64>, expected: [f64; 3]| {
        found
            .iter()
            .zip(expected)
            .all(|(found, expected)| (found - expected).abs() < 1e-6)
    };
    assert!(near(shares(-5, 1.0), [0.75, 0.25, 0.0]));
    // The cut-off of zero: only what flows in counts.
    assert!(near(shares(0, 1.0), [1.0, 0.0, 0.0]));
    assert!(near(shares(-5, 2.0), [0.9, 0.1, 0.0]), "{:?}", shares(-5, 2.0));
    assert!(near(shares(9, 2.0), [0.0, 0.0, 0.0]));
}

/// `docs/rules/dividends.md#parents-and-children`.
#[test]
fn parents_are_paid_for_what_they_lend_less_take_and_burn() {
    let half = u64::MAX / 2 + 1;
    let stake = |alpha, root| Stake { alpha, root };
    let child = Child {
        stake: stake(200, 0),
        lent: &[half],
        take: u16::MAX / 5,
    };
    let parent = |proportion, stake, same_owner| Parent {
        proportion,
        stake,
        same_owner,
    };
    // The child has half of 200 left; the parents lend half of 400, and all of 100 alpha and of 400 root at a quarter.
    let parents = [
        parent(half, stake(400, 0), false),
        parent(u64::MAX, stake(100, 400), true),
    ];
    let family = split_with_parents(Alpha(5_000), child, &parents, half, U96F32::from_num(0.25));
    // 1,000, 2,000 and 2,000 of 5,000; half of the first parent's is burnt and a fifth taken.
    let near = |found: Alpha, expected: u64| found.0.abs_diff(expected) <= 1;
    assert!(
        near(family.parents[0], 600) && near(family.parents[1], 2_000),
        "{family:?}"
    );
    assert!(near(family.child, 1_400) && near(family.recycled, 1_000), "{family:?}");
    let alone = split_with_parents(Alpha(5_000), child, &[], half, U96F32::from_num(0.25));
    assert_eq!(
        alone,
        Family {
            child: Alpha(5_000),
            ..Family::default()
        }
    );
}
