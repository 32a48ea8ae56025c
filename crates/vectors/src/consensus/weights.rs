//! Weights that validators set, and how much their stake counts.

use serde_json::{Value, json};
use tributary_economy::{Error, stake_weight, weights};

use super::cases::each;
use crate::{Inputs, Problem};

pub fn stake(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let tao_weight = stake_weight::proportion(inputs.int("tao_weight_u64")?);
    let (alpha, tao) = (inputs.ints("alpha_inherited")?, inputs.ints("tao_inherited")?);
    let totals = each(alpha.into_iter().zip(tao), |(alpha, tao)| {
        stake_weight::total(alpha, tao, tao_weight)
    });
    Ok(json!({
        "tao_weight_u96f32_bits": tao_weight.to_bits() as u64,
        "total_bits": each(&totals, |total| total.to_bits().to_string()),
        "total_floor": each(&totals, |total| total.saturating_to_num::<u64>()),
    }))
}

pub fn weight(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let caller = |n, min_allowed_weights, uid| weights::Caller {
        n,
        mechanism_exists: true,
        uid: Some(uid),
        is_owner: false,
        has_stake: true,
        has_permit: true,
        least_version: 0,
        rate: None,
        min_allowed_weights,
    };
    let error = |result: Result<Vec<(u16, u16)>, Error>| match result {
        Ok(_) => "ok".to_owned(),
        Err(error) => format!("{error:?}"),
    };
    Ok(match name {
        "version_key" => {
            let (least, given) = (inputs.ints("network_key")?, inputs.ints("given")?);
            json!({ "ok": each(least.into_iter().zip(given), |(least, given)| weights::accepts_version(least, given)) })
        }
        "min_length" => {
            let caller = caller(
                inputs.int("n")?,
                inputs.int("min_allowed_weights")?,
                inputs.int("caller_uid")?,
            );
            let submit = |uids: Vec<u16>| error(weights::accept(&caller, &uids, &vec![1; uids.len()], 0));
            json!({ "result": each(inputs.int_rows("submissions")?, submit) })
        }
        "too_many_uids" => {
            let uids: Vec<u16> = inputs.ints("uids")?;
            let values = vec![1; uids.len()];
            json!({ "error": error(weights::accept(&caller(inputs.int("n")?, 0, 0), &uids, &values, 0)) })
        }
        "both_max" => json!({ "stored": weights::upscale(&inputs.ints::<u16>("submitted")?) }),
        "rate_limit" => {
            let limit = inputs.int("weights_set_rate_limit")?;
            let (last, block) = (inputs.ints("last_update")?, inputs.ints("block")?);
            let passes = |(last_update, block)| {
                weights::Rate {
                    last_update,
                    block,
                    limit,
                }
                .passes()
            };
            json!({ "ok": each(last.into_iter().zip(block), passes) })
        }
        _ => return Err(Problem::unsupported("this")),
    })
}
