//! What a registration costs.

use pallet_subtensor::{BurnHalfLife, BurnIncreaseMult};
use serde_json::{Value, json};
use tributary_economy::{NetUid, NewSubnet, Tao, fixed::U64F64, registration};
use tributary_runtime::Runtime;

use crate::{Inputs, Problem, chain};

/// Price of a neuron, with the bounds of a new network where a vector gives none.
pub fn registration(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let new = NewSubnet::default();
    // Vectors of tiny prices give no bounds and mean none.
    let min = inputs.optional_int("min")?.map_or(Tao::ZERO, Tao);
    let max = inputs.optional_int("max")?.map_or(Tao(u64::MAX), Tao);
    let burn = inputs.optional_int("burn")?.map_or(new.burn, Tao);
    let (default_half_life, default_multiplier) = chain::run(|_| {
        let netuid = NetUid(1);
        (
            BurnHalfLife::<Runtime>::get(netuid),
            BurnIncreaseMult::<Runtime>::get(netuid),
        )
    });
    let half_life = if name == "decay_factor_q32" {
        0
    } else {
        inputs.optional_int("half_life")?.unwrap_or(default_half_life)
    };
    let decayed = |burn| registration::decay(burn, half_life, 2, min, max);
    let multiplier = match inputs.0.get("mult") {
        Some(Value::String(text)) if text.starts_with("1.26 ") => default_multiplier,
        Some(_) => U64F64::saturating_from_num(inputs.float("mult")?),
        None => default_multiplier,
    };
    let bumped = |burn| registration::bump(burn, multiplier, min, max);
    Ok(match name {
        "decay_factor_q32" => {
            json!({ "factor": inputs.ints("half_life")?.into_iter().map(registration::decay_factor).collect::<Vec<_>>() })
        }
        "bump_then_decay" => json!({ "after_registration": bumped(burn), "next_block": decayed(bumped(burn)) }),
        "halving" => json!({ "burn_per_block": repeat(burn, inputs.int("blocks")?, decayed) }),
        "clamps" => {
            let step = |burn: &mut Tao, action: &Value| {
                *burn = if action == "register" {
                    bumped(*burn)
                } else {
                    decayed(*burn)
                };
                Some(*burn)
            };
            json!({ "burn": inputs.list("actions")?.iter().scan(burn, step).collect::<Vec<_>>() })
        }
        "default_bumps" => {
            let mut prices = Vec::from([burn]);
            prices.extend(repeat(burn, inputs.int("registrations")?, bumped));
            json!({ "burn": prices })
        }
        "default_decay" => {
            let after = |blocks| repeat(burn, blocks, decayed).last().copied().unwrap_or(burn);
            json!({ "burn": inputs.ints("after_blocks")?.into_iter().map(after).collect::<Vec<_>>() })
        }
        "new_network_defaults" => json!({
            "burn": new.burn,
            "burn_half_life": default_half_life,
            "burn_increase_mult": default_multiplier.to_num::<f64>(),
        }),
        _ => return Err(Problem::unsupported("this")),
    })
}

/// The prices after each of some steps.
fn repeat(start: Tao, times: u64, step: impl Fn(Tao) -> Tao) -> Vec<Tao> {
    core::iter::successors(Some(step(start)), |price| Some(step(*price)))
        .take(times as usize)
        .collect()
}
