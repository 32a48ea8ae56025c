use alloc::{collections::BTreeMap, format, string::ToString, vec::Vec};
use serde_json::{Value, json};

use super::{Inputs, Problem, bool_or, decimals, int_or, number, pool, price, unknown, wide};
use crate::{
    Alpha, NetUid, Tao, fees,
    fixed::U64F64,
    pool::price as price_of,
    registration::{self, LockCost, Prunable},
};

pub(super) fn fees(inputs: Inputs<'_>) -> Result<Value, Problem> {
    if inputs.has("ref_time") {
        let fees = inputs.ints("ref_time")?.into_iter().map(fees::weight_fee);
        return Ok(json!({ "fee_rao": fees.collect::<Vec<_>>() }));
    }
    let fee = fees::in_alpha(
        Tao(inputs.int("fee_tao")?),
        price(inputs)?,
        Alpha(inputs.int("alpha_balance")?),
    );
    Ok(json!({ "alpha_fee": fee }))
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

pub(super) fn burn(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
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

pub(super) fn lifecycle(inputs: Inputs<'_>) -> Result<Value, Problem> {
    if inputs.has("NetworkLastLockCost") {
        let cost = registration::lock_cost(LockCost {
            last_cost: Tao(inputs.int("NetworkLastLockCost")?),
            min_cost: Tao(inputs.int("NetworkMinLockCost")?),
            last_block: inputs.int("last_registration_block")?,
            block: inputs.int("block")?,
            reduction_interval: inputs.int("NetworkLockReductionInterval")?,
            block_emission: inputs.int("block_emission")?,
        });
        return Ok(json!({ "lock_cost": cost }));
    }
    if inputs.has("prices") {
        let prices: Vec<_> = decimals(inputs, "prices")?
            .into_iter()
            .map(U64F64::saturating_from_num)
            .collect();
        let median = registration::median_price(&prices);
        return Ok(json!({ "median_bits_U64F64": wide(median.to_bits()), "decimal": median.to_num::<f64>() }));
    }
    if inputs.has("actual_lock") {
        let actual = Tao(inputs.int("actual_lock")?);
        let tao = actual.max(Tao(inputs.int("NetworkMinLockCost")?));
        let median = U64F64::saturating_from_num(inputs.float("median_price")?);
        return Ok(json!({
            "SubnetTAO": tao,
            "SubnetAlphaIn": registration::seed_alpha(tao, median),
            "SubnetAlphaOut": 0,
            "RAORecycledForRegistration": actual.minus_or_zero(tao),
        }));
    }
    if inputs.has("claims_in_iteration_order") {
        let mut claims = inputs.ints("claims_in_iteration_order")?;
        claims.push(inputs.int("protocol_alpha_claim")?);
        let mut payouts = registration::dissolve_payouts(inputs.int("SubnetTAO")?, &claims);
        let protocol = payouts.pop();
        return Ok(json!({ "payouts": payouts, "protocol_share_recycled": protocol }));
    }
    if inputs.has("legacy") {
        let legacy = bool_or(inputs, "legacy", false)?;
        let refund = registration::owner_refund(
            Tao(inputs.int("SubnetLocked")?),
            int_or(inputs, "alpha_issuance", 0)?,
            int_or(inputs, "SubnetOwnerCut", crate::presets::LOCAL.owner_cut)?,
            price_of(&pool(inputs)?),
        );
        return Ok(json!({ "refund": if legacy { refund } else { Tao::ZERO } }));
    }
    if inputs.has("immunity") {
        pruning(inputs)
    } else {
        unknown()
    }
}

/// The pruning choice, whose blocks are given relative to an immunity period `imm`.
fn pruning(inputs: Inputs<'_>) -> Result<Value, Problem> {
    const IMMUNITY: u64 = 1_000;
    let block = |value: &Value| match value.as_str() {
        Some(">=1") => Ok(2),
        Some("imm") => Ok(IMMUNITY),
        Some("imm+") => Ok(IMMUNITY + 1),
        _ => number(value).map(|block| block as u64),
    };
    let mut names = Vec::new();
    let mut subnets = Vec::new();
    for (netuid, subnet) in (1..).zip(inputs.list("subnets")?) {
        names.push(Inputs(subnet).text("id")?);
        subnets.push(Prunable {
            netuid: NetUid(netuid),
            registered_at: block(&subnet["registered"])?,
            moving_price: U64F64::saturating_from_num(number(&subnet["moving_price"])?),
        });
    }
    let choice = |subnets: &[Prunable], now| {
        let chosen = registration::subnet_to_prune(subnets, now, IMMUNITY)?;
        let index = usize::from(chosen.0).checked_sub(1)?;
        let (name, chosen) = (names.get(index)?, subnets.get(index)?);
        let equal = |other: &&Prunable| {
            (other.moving_price, other.registered_at) == (chosen.moving_price, chosen.registered_at)
        };
        let tied = subnets.iter().filter(equal).count() > 1;
        Some(if tied {
            format!("{name} (first in key order among equal price and equal age)")
        } else {
            name.clone()
        })
    };
    let raise = |subnets: &[Prunable], index: usize| {
        let mut subnets = subnets.to_vec();
        if let Some(subnet) = subnets.get_mut(index) {
            subnet.moving_price = U64F64::from_num(25);
        }
        subnets
    };
    let fourth = raise(&subnets, 3);
    let third = raise(&fourth, 2);
    Ok(json!({
        "block imm+10": choice(&subnets, IMMUNITY + 10),
        "n4 raised to 25": choice(&fourth, IMMUNITY + 10),
        "n3 lowered to 25": choice(&third, IMMUNITY + 10).map(|text| text.split(' ').next().unwrap_or_default().to_string()),
        "block 0 (all immune)": choice(&subnets, 0),
        "block 2*imm+10": choice(&subnets, 2 * IMMUNITY + 10),
    }))
}
