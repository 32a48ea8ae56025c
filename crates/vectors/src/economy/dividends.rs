//! Dividends, children and mechanisms.

use serde_json::{Value, json};
use tributary_economy::{
    Alpha, UNIT,
    dividends::{self, Child, Parent, Stake},
    fixed::U96F32,
    mechanisms as split, stake_weight as weight,
};

use super::read::{bool_or, floor, int_or, wide};
use crate::{Inputs, Problem};

pub fn dividends(inputs: Inputs<'_>) -> Result<Value, Problem> {
    if inputs.has("take") {
        let (validator, nominators) =
            dividends::split_take(U96F32::from_num(inputs.int::<u64>("dividend")?), inputs.int("take")?);
        return Ok(json!({ "validator": validator, "nominators": nominators }));
    }
    let single = inputs.has("incentive");
    let (alpha, root, earned): (Vec<u64>, Vec<u64>, Vec<u64>) = if single {
        (
            [inputs.int("alpha_stake")?].into(),
            [0].into(),
            [inputs.int("dividend")?].into(),
        )
    } else {
        (
            inputs.ints("alpha_stake")?,
            inputs.ints("root_stake")?,
            inputs.ints("dividends")?,
        )
    };
    let holders: Vec<_> = earned
        .into_iter()
        .zip(alpha.into_iter().zip(root))
        .map(|(dividend, (alpha, root))| (U96F32::from_num(dividend), Stake { alpha, root }))
        .collect();
    let parts = dividends::split_alpha_and_root(
        &holders,
        Alpha(inputs.int("pending_validator_alpha")?),
        Alpha(int_or(inputs, "pending_root_alpha", 0)?),
        U96F32::from_bits(int_or(inputs, "tao_weight_bits_U96F32", 0)?),
    );
    let alpha: Vec<_> = parts.iter().map(|part| floor(part.alpha)).collect();
    let root: Vec<_> = parts.iter().map(|part| floor(part.root)).collect();
    if single {
        let incentive: u64 = inputs.int("incentive")?;
        let sum = alpha.iter().fold(incentive, |sum, x| sum.saturating_add(*x));
        return Ok(json!({ "incentive": incentive, "alpha_dividend_floor": alpha.first(), "sum": sum }));
    }
    let sum = |values: &[U96F32]| floor(values.iter().fold(U96F32::default(), |sum, x| sum.saturating_add(*x)));
    let exact_alpha: Vec<_> = parts.iter().map(|part| part.alpha).collect();
    let exact_root: Vec<_> = parts.iter().map(|part| part.root).collect();
    Ok(json!({
        "alpha_dividends_floor": alpha,
        "root_alpha_dividends_floor": root,
        "sum_alpha_floor": sum(&exact_alpha),
        "sum_root_floor": sum(&exact_root),
    }))
}

pub fn childkeys(inputs: Inputs<'_>) -> Result<Value, Problem> {
    // Where a vector gives no stakes, parent and child hold a whole unit of alpha and of TAO each, as its name says.
    let unit = Stake {
        alpha: UNIT,
        root: UNIT,
    };
    let tao_weight = weight::proportion(int_or(inputs, "TaoWeight", 0)?);
    let (dividend, child, parent, take) = if inputs.has("parent") {
        let parent = Inputs(inputs.value("parent")?);
        (
            inputs.int("dividends")?,
            Stake {
                alpha: int_or(inputs, "self_alpha", 0)?,
                root: 0,
            },
            Parent {
                proportion: parent.int("proportion")?,
                stake: Stake {
                    alpha: parent.int("alpha")?,
                    root: parent.int("root")?,
                },
                same_owner: parent.bool("same_owner")?,
            },
            inputs.int("childkey_take")?,
        )
    } else {
        let parent = Parent {
            proportion: inputs.int("proportion")?,
            stake: unit,
            same_owner: !bool_or(inputs, "owners_differ", true)?,
        };
        (
            inputs.int("dividends_of_bob")?,
            unit,
            parent,
            inputs.int("childkey_take_bob")?,
        )
    };
    let child = Child {
        stake: child,
        lent: &[],
        take,
    };
    let family = dividends::split_with_parents(
        Alpha(dividend),
        child,
        &[parent],
        int_or(inputs, "CKBurn", 0)?,
        tao_weight,
    );
    let parent = family.parents.first();
    Ok(json!({
        "parent_gets": parent,
        "child_gets": family.child,
        "alice_gets": parent,
        "bob_gets": family.child,
        "recycled": family.recycled,
    }))
}

pub fn stake_weight(inputs: Inputs<'_>) -> Result<Value, Problem> {
    if inputs.has("parent_alpha") {
        let (parent, child, part) = (
            inputs.int("parent_alpha")?,
            inputs.int("child_alpha")?,
            inputs.int("proportion")?,
        );
        return Ok(json!({
            "normalised_proportion_bits_U96F32": wide(weight::proportion(part).to_bits()),
            "parent_inherited": weight::inherited(parent, [part], []),
            "child_inherited": weight::inherited(child, [], [(part, parent)]),
        }));
    }
    let part = inputs.int("proportion_alice_to_bob")?;
    let both = |alice: u64, bob: u64| {
        [
            weight::inherited(alice, [part], []),
            weight::inherited(bob, [], [(part, alice)]),
        ]
    };
    let alpha = both(inputs.int("alice_alpha")?, inputs.int("bob_alpha")?);
    let tao = both(inputs.int("alice_root")?, inputs.int("bob_root")?);
    let tao_weight = weight::proportion(inputs.int("TaoWeight")?);
    let total = |i: usize| weight::total(alpha[i], tao[i], tao_weight).to_num::<u64>();
    Ok(json!({ "inherited_alpha": alpha, "inherited_tao": tao, "total_weight": [total(0), total(1)] }))
}

pub fn mechanisms(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let parts = if inputs.has("MechanismEmissionSplit") {
        Some(inputs.ints("MechanismEmissionSplit")?)
    } else {
        None
    };
    let split = split::split(
        Alpha(inputs.int("alpha")?),
        inputs.int("mechanism_count")?,
        parts.as_deref(),
    );
    Ok(json!({ "split": split }))
}
