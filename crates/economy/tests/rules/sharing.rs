//! What joins a pool.

use tributary_economy::{
    emission,
    fixed::{U64F64, U96F32},
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
