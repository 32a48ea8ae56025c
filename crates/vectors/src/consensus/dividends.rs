//! Dividends and what waits for them.

use serde_json::{Value, json};
use tributary_economy::{
    Alpha,
    dividends::{self, Child, Parent, Stake},
    emission,
    fixed::U96F32,
};

use super::cases::each;
use crate::{Inputs, Problem};

fn stake_of(inputs: Inputs<'_>) -> Result<Stake, Problem> {
    Ok(Stake {
        alpha: inputs.int("alpha_stake")?,
        root: inputs.int("root_stake")?,
    })
}

pub fn dividend(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let tao_weight = || Ok(U96F32::from_bits(inputs.int("tao_weight_bits")?));
    Ok(match name {
        _ if name.starts_with("parent_child_") => {
            let own = Inputs(inputs.value("self")?);
            let lent: Vec<u64> = own.ints("children_proportions")?;
            let parent = |value| {
                let parent = Inputs(value);
                Ok(Parent {
                    proportion: parent.int("proportion")?,
                    stake: stake_of(parent)?,
                    same_owner: parent.bool("same_coldkey")?,
                })
            };
            let parents = inputs
                .list("parents")?
                .iter()
                .map(parent)
                .collect::<Result<Vec<_>, Problem>>()?;
            let child = Child {
                stake: stake_of(own)?,
                lent: &lent,
                take: inputs.int("childkey_take")?,
            };
            let dividend = Alpha(inputs.int("dividend")?);
            let family =
                dividends::split_with_parents(dividend, child, &parents, inputs.int("ckburn_u64")?, tao_weight()?);
            let mut all = family.parents;
            all.push(family.child);
            json!({ "parents_then_self": all, "recycled": family.recycled })
        }
        "alpha_root_split" => split_alpha_and_root(inputs, tao_weight()?)?,
        "validator_take" => {
            let take = inputs.int("take")?;
            let split = |dividend: u64| dividends::split_take(U96F32::from_num(dividend), take);
            let parts = each(inputs.ints("dividend")?, split);
            json!({ "take": each(&parts, |(take, _)| take), "nominators": each(&parts, |(_, rest)| rest) })
        }
        _ => return Err(Problem::unsupported("this")),
    })
}

fn split_alpha_and_root(inputs: Inputs<'_>, tao_weight: U96F32) -> Result<Value, Problem> {
    let holder = |(stake, dividend): (Vec<u64>, u64)| match stake.as_slice() {
        &[alpha, root] => Ok((U96F32::from_num(dividend), Stake { alpha, root })),
        _ => Err(Problem::Input("a pair of stakes is not one".into())),
    };
    let stakes = inputs
        .int_rows("stake_alpha_root")?
        .into_iter()
        .zip(inputs.ints("dividends")?);
    let holders = stakes.map(holder).collect::<Result<Vec<_>, _>>()?;
    let pots = (
        inputs.int::<u64>("pending_validator_alpha")?,
        inputs.int::<u64>("pending_root_alpha")?,
    );
    let earned = dividends::split_alpha_and_root(&holders, Alpha(pots.0), Alpha(pots.1), tao_weight);
    let floor = |amount: &U96F32| amount.saturating_to_num::<u64>();
    let (alpha, root) = (each(&earned, |one| one.alpha), each(&earned, |one| one.root));
    let near = |pot: u64, paid: &[U96F32]| pot.abs_diff(paid.iter().map(floor).sum()) <= 1000;
    Ok(json!({
        "alpha_dividends_u96f32_bits": each(&alpha, |one| one.to_bits().to_string()),
        "root_dividends_u96f32_bits": each(&root, |one| one.to_bits().to_string()),
        "alpha_floor": each(&alpha, floor),
        "root_floor": each(&root, floor),
        "totals_within_1000_of_inputs": near(pots.0, &alpha) && near(pots.1, &root),
    }))
}

/// What a block's alpha becomes.
pub fn pending(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let split = emission::split(
        U96F32::from_num(inputs.int::<u64>("alpha_out_per_block")?),
        emission::Division::with_cut(inputs.int("owner_cut_u16")?),
        U96F32::from_bits(inputs.int("root_proportion_bits")?),
    );
    Ok(json!({
        "owner": split.owner,
        "server": split.server,
        "root": split.root,
        "validator": split.validator,
    }))
}
