//! The life of a subnet: what it costs, its first pool, which one goes, and what is paid out.

use serde_json::{Value, json};
use tributary_economy::{
    Alpha, Ledger, NetUid, Tao,
    fixed::{I96F32, U64F64},
    market::networks,
    registration::{self, LockCost},
};

use super::read::{decimals, int_or, number, pool, unknown, wide};
use crate::{
    Inputs, Problem,
    chain::{self, Chain, account, go_to, refused},
};

pub fn lifecycle(inputs: Inputs<'_>) -> Result<Value, Problem> {
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
    if inputs.has("claims_in_iteration_order") {
        let mut claims = inputs.ints("claims_in_iteration_order")?;
        claims.push(inputs.int("protocol_alpha_claim")?);
        let mut payouts = registration::dissolve_payouts(inputs.int("SubnetTAO")?, &claims);
        let protocol = payouts.pop();
        return Ok(json!({ "payouts": payouts, "protocol_share_recycled": protocol }));
    }
    chain::run(|chain| {
        if inputs.has("actual_lock") {
            seeding(chain, inputs)
        } else if inputs.has("legacy") {
            refund(chain, inputs)
        } else if inputs.has("immunity") {
            pruning(chain, inputs)
        } else {
            unknown()
        }
    })
}

/// The first pool of a subnet.
fn seeding(chain: &mut Chain, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let netuid = NetUid(1);
    chain.set_network_min_lock_cost(Tao(inputs.int("NetworkMinLockCost")?));
    let median = U64F64::saturating_from_num(inputs.float("median_price")?);
    networks::seed_pool(chain, netuid, Tao(inputs.int("actual_lock")?), median).map_err(refused)?;
    Ok(json!({
        "SubnetTAO": chain.subnet_tao(netuid),
        "SubnetAlphaIn": chain.subnet_alpha_in(netuid),
        "SubnetAlphaOut": chain.subnet_alpha_out(netuid),
        "RAORecycledForRegistration": chain.rao_recycled_for_registration(netuid),
    }))
}

/// What the owner gets back of the lock when the subnet is dissolved.
fn refund(chain: &mut Chain, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let netuid = NetUid(1);
    let pool = pool(inputs)?;
    let issued: u64 = int_or(inputs, "alpha_issuance", 0)?;
    chain.set_networks_added(netuid, true);
    chain.set_subnet_mechanism(netuid, 1);
    chain.set_subnet_owner(netuid, Some(account(1)));
    chain.set_subnet_locked(netuid, Tao(inputs.int("SubnetLocked")?));
    chain.set_subnet_tao(netuid, pool.tao);
    chain.set_subnet_alpha_in(netuid, pool.alpha);
    chain.set_subnet_alpha_out(netuid, Alpha(issued.saturating_sub(pool.alpha.0)));
    if inputs.has("SubnetOwnerCut") {
        chain.set_subnet_owner_cut(inputs.int("SubnetOwnerCut")?);
    }
    // Subnets from before the first registration by lock cost are refunded.
    chain.set_network_registration_start_block(10);
    chain.set_network_registered_at(netuid, if inputs.bool("legacy")? { 9 } else { 10 });
    let refund = networks::legacy_refund(chain, netuid).map_or(Tao::ZERO, |(_, refund)| refund);
    Ok(json!({ "refund": refund }))
}

/// The subnet that makes room. Blocks are given relative to an immunity period `imm`.
fn pruning(chain: &mut Chain, inputs: Inputs<'_>) -> Result<Value, Problem> {
    const IMMUNITY: u64 = 1_000;
    let block = |value: &Value| match value.as_str() {
        Some(">=1") => Ok(2),
        Some("imm") => Ok(IMMUNITY),
        Some("imm+") => Ok(IMMUNITY + 1),
        _ => number(value).map(|block| block as u64),
    };
    chain.set_network_immunity_period(IMMUNITY);
    let mut names = Vec::new();
    for (netuid, subnet) in (1..).map(NetUid).zip(inputs.list("subnets")?) {
        names.push(Inputs(subnet).text("id")?);
        chain.set_networks_added(netuid, true);
        chain.set_subnet_mechanism(netuid, 1);
        chain.set_network_registered_at(netuid, block(&subnet["registered"])?);
        chain.set_subnet_moving_price(netuid, I96F32::saturating_from_num(number(&subnet["moving_price"])?));
    }
    let choice = |chain: &Chain, now| {
        go_to(now)?;
        let Some(chosen) = networks::subnet_to_prune(chain) else {
            return Ok(None);
        };
        let like = |netuid| (chain.subnet_moving_price(netuid), chain.network_registered_at(netuid));
        let tied = (1..)
            .map(NetUid)
            .zip(&names)
            .filter(|(netuid, _)| like(*netuid) == like(chosen));
        let name = usize::from(chosen.0).checked_sub(1).and_then(|place| names.get(place));
        let many = tied.count() > 1;
        Ok(name.map(|name| match many {
            true => format!("{name} (first in key order among equal price and equal age)"),
            false => name.clone(),
        }))
    };
    let mut told = serde_json::Map::new();
    let mut tell = |key: &str, name: Option<String>| drop(told.insert(key.to_owned(), json!(name)));
    tell("block imm+10", choice(chain, IMMUNITY + 10)?);
    tell("block 0 (all immune)", choice(chain, 0)?);
    tell("block 2*imm+10", choice(chain, 2 * IMMUNITY + 10)?);
    chain.set_subnet_moving_price(NetUid(4), I96F32::from_num(25));
    tell("n4 raised to 25", choice(chain, IMMUNITY + 10)?);
    chain.set_subnet_moving_price(NetUid(3), I96F32::from_num(25));
    let third = choice(chain, IMMUNITY + 10)?;
    // The vector names it without the remark.
    tell(
        "n3 lowered to 25",
        third.map(|text| text.split(' ').next().unwrap_or_default().to_owned()),
    );
    Ok(Value::Object(told))
}
