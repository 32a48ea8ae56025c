//! Prices of registration and fees.

use std::collections::BTreeMap;

use frame_support::weights::{Weight, WeightToFee};
use serde_json::{Value, json};
use tributary_economy::{Tao, fixed::U64F64, registration};
use tributary_runtime::fees::WeightFee;

use super::read::{int_or, unknown};
use crate::{Inputs, Problem};

pub fn fees(inputs: Inputs<'_>) -> Result<Value, Problem> {
    if inputs.has("ref_time") {
        let fee = |ref_time| WeightFee::weight_to_fee(&Weight::from_parts(ref_time, 0));
        let fees = inputs.ints("ref_time")?.into_iter().map(fee);
        return Ok(json!({ "fee_rao": fees.collect::<Vec<_>>() }));
    }
    unknown()
}

/// Bounds of a price; none where a vector names none.
fn bounds(inputs: Inputs<'_>) -> Result<(Tao, Tao), Problem> {
    Ok((
        Tao(int_or(inputs, "MinBurn", 0)?),
        Tao(int_or(inputs, "MaxBurn", u64::MAX)?),
    ))
}

fn multiplier(inputs: Inputs<'_>) -> Result<U64F64, Problem> {
    if inputs.has("BurnIncreaseMult_bits_U64F64") {
        return inputs.int("BurnIncreaseMult_bits_U64F64").map(U64F64::from_bits);
    }
    let key = if inputs.has("mult") { "mult" } else { "BurnIncreaseMult" };
    inputs.int::<u64>(key).map(U64F64::from_num)
}

/// The price after each of `blocks` blocks, none of them the first of the chain.
fn decayed(inputs: Inputs<'_>, key: &str, blocks: u64) -> Result<Vec<Tao>, Problem> {
    let (min, max) = bounds(inputs)?;
    let half_life = inputs.int(key)?;
    let mut burn = Tao(inputs.int("Burn")?);
    let block = |_| {
        burn = registration::decay(burn, half_life, 2, min, max);
        burn
    };
    Ok((0..blocks).map(block).collect())
}

pub fn burn(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    if inputs.has("half_lives") {
        let factors = inputs.ints("half_lives")?.into_iter().map(registration::decay_factor);
        return Ok(json!({ "factors": factors.collect::<Vec<_>>() }));
    }
    if inputs.has("cases") {
        return cases(inputs);
    }
    let (min, max) = bounds(inputs)?;
    let raise = |burn, by| registration::bump(burn, by, min, max);
    let fall = |burn, half_life| registration::decay(burn, half_life, 2, min, max);
    let start = Tao(inputs.int("Burn")?);
    if name.starts_with("clamps") {
        let half_life = inputs.int("BurnHalfLife")?;
        let first = fall(start, half_life);
        let raised = raise(first, multiplier(inputs)?);
        return Ok(json!({
            "after_block": first,
            "after_registration": raised,
            "after_next_block": fall(raised, half_life),
        }));
    }
    match (inputs.optional_int("BurnHalfLife")?, multiplier(inputs)) {
        (Some(half_life), Ok(by)) => {
            let raised = raise(start, by);
            Ok(json!({ "after_registration": raised, "after_block": fall(raised, half_life) }))
        }
        (Some(_), Err(_)) => {
            // As long as the longest series of the file, if it does not say.
            let each = decayed(inputs, "BurnHalfLife", int_or(inputs, "blocks", 720)?)?;
            let by_block: BTreeMap<_, _> = (1..)
                .zip(&each)
                .map(|(block, burn): (u32, _)| (block.to_string(), burn))
                .collect();
            Ok(json!({ "after_each_block": each, "Burn_after_blocks": by_block }))
        }
        (None, Ok(by)) => {
            let mut burn = start;
            let each: Vec<_> = (0..5)
                .map(|_| {
                    burn = raise(burn, by);
                    burn
                })
                .collect();
            Ok(json!({ "Burn": each.first(), "Burn_after_each": each }))
        }
        (None, Err(problem)) => Err(problem),
    }
}

fn cases(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let cases = inputs.list("cases")?.iter().map(Inputs);
    if inputs.has("blocks") {
        let blocks = inputs.int("blocks")?;
        let last = |case| Ok(decayed(case, "half_life", blocks)?.pop());
        let burns: Vec<_> = cases.map(last).collect::<Result<_, Problem>>()?;
        return Ok(json!({ "Burn": burns }));
    }
    let result = |case: Inputs<'_>| {
        let ((min, max), by) = (bounds(case)?, multiplier(case)?);
        let (mut burn, mut recycled) = (Tao(case.int("Burn")?), 0u64);
        for _ in 0..case.int::<u32>("registrations")? {
            recycled = recycled.saturating_add(burn.0);
            burn = registration::bump(burn, by, min, max);
        }
        Ok(json!({ "Burn": burn, "recycled": recycled }))
    };
    let results: Vec<_> = cases.map(result).collect::<Result<_, Problem>>()?;
    Ok(json!({ "results": results }))
}
