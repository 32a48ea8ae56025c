//! Stakes: bought with a limit, recycled and burned on the chain, and the pools that they share.

use std::collections::BTreeMap;

use pallet_subtensor::Call;
use serde_json::{Map, Value, json};
use tributary_economy::{
    Alpha, Ledger, Tao,
    market::{MIN_STAKE, staking as market},
    safe_float::SafeFloat,
    share_pool::SharePool,
};
use tributary_runtime::{Runtime, RuntimeCall};

use super::read::{int_or, pool, unknown, wide, write_pool};
use crate::{
    Inputs, Problem,
    chain::{self, Chain, Subnet, refused, sign},
};

pub fn staking(inputs: Inputs<'_>) -> Result<Value, Problem> {
    chain::run(|chain| {
        if inputs.has("DefaultMinStake") {
            least(chain, inputs)
        } else {
            bought(chain, inputs)
        }
    })
}

/// The least that can be staked.
fn least(chain: &mut Chain, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let netuid = Subnet::found(chain)?.netuid;
    if MIN_STAKE != Tao(inputs.int("DefaultMinStake")?) || chain.fee_rate(netuid) != inputs.int::<u16>("FeeRate")? {
        return unknown();
    }
    let amount = market::min_amount(chain, netuid);
    Ok(json!({ "fee_of_min_stake": amount.minus_or_zero(MIN_STAKE), "minimum_amount": amount }))
}

/// An order with a limit, of all that its owner has if the vector names no amount.
fn bought(chain: &mut Chain, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let Subnet { netuid, owner, hotkey } = Subnet::found(chain)?;
    write_pool(chain, netuid, &pool(inputs)?);
    let (balance, reserve) = (chain.balance(&owner), chain.subnet_tao(netuid));
    let order = Call::add_stake_limit {
        hotkey: hotkey.clone(),
        netuid,
        amount_staked: Tao(int_or(inputs, "amount", balance.0)?),
        limit_price: Tao(inputs.int("limit_price")?),
        allow_partial: true,
    };
    if let Err(name) = sign(&owner, order) {
        return Ok(json!({ "result": { "error": name } }));
    }
    let withdrawn = balance.minus_or_zero(chain.balance(&owner));
    let into_pool = chain.subnet_tao(netuid).minus_or_zero(reserve);
    Ok(json!({
        "tao_withdrawn": withdrawn,
        "alpha_received": market::stake_of(chain, &hotkey, &owner, netuid),
        "tao_into_pool": into_pool,
        "fee": withdrawn.minus_or_zero(into_pool),
    }))
}

/// One hotkey of one coldkey, all of whose stake is what the vector says.
pub fn recycle_or_burn(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    chain::run(|chain| {
        let Subnet { netuid, owner, hotkey } = Subnet::found(chain)?;
        let stake: u64 = inputs.int("stake")?;
        chain.set_total_hotkey_alpha(&hotkey, netuid, Alpha(stake));
        chain.set_total_hotkey_shares(&hotkey, netuid, SafeFloat::from_u64(stake));
        chain.set_stake_share(&hotkey, &owner, netuid, SafeFloat::from_u64(stake));
        chain.set_subnet_alpha_out(netuid, Alpha(inputs.int("SubnetAlphaOut")?));
        chain.set_total_alpha_issuance(netuid, Alpha(inputs.int("TotalAlphaIssuance")?));
        let (amount, at) = (Alpha(inputs.int("amount")?), hotkey.clone());
        let call: Call<Runtime> = if name.starts_with("burn") {
            Call::burn_alpha {
                hotkey: at,
                amount,
                netuid,
            }
        } else {
            Call::recycle_alpha {
                hotkey: at,
                amount,
                netuid,
            }
        };
        sign(&owner, RuntimeCall::from(call)).map_err(Problem::Input)?;
        Ok(json!({
            "stake": market::stake_of(chain, &hotkey, &owner, netuid),
            "SubnetAlphaOut": chain.subnet_alpha_out(netuid),
            "TotalAlphaIssuance": chain.total_alpha_issuance(netuid),
            "AlphaRecycled_delta": chain.alpha_recycled(netuid),
            "AlphaBurned_delta": chain.alpha_burned(netuid),
        }))
    })
}

pub fn share_pool(inputs: Inputs<'_>) -> Result<Value, Problem> {
    if inputs.has("mantissa") {
        let number = SafeFloat::new(inputs.int("mantissa")?, inputs.int("exponent")?).map_err(refused)?;
        return Ok(json!({ "mantissa": wide(number.mantissa()), "exponent": number.exponent() }));
    }
    if inputs.has("shares") {
        let pool = SharePool {
            value: Alpha(inputs.int("shared_value")?),
            denominator: SafeFloat::from_u64(inputs.int("denominator")?),
        };
        let shares = inputs.ints("shares")?.into_iter();
        let values: Vec<_> = shares
            .map(|share| pool.value_of(SafeFloat::from_u64(share)).0)
            .collect();
        return Ok(json!({ "values": values }));
    }
    let mut pool = SharePool::default();
    let mut shares: BTreeMap<String, SafeFloat> = BTreeMap::new();
    for op in inputs.list("ops")? {
        let (Some(key), Some(change)) = (op[0].as_str(), op[1].as_i64()) else {
            return Err(Problem::Input(format!("{op} is not a key and a change")));
        };
        let amount = Alpha(change.unsigned_abs());
        if key == "all" {
            pool.add_to_all(amount)
        } else if change < 0 {
            pool.remove(shares.entry(key.to_string()).or_default(), amount)
        } else {
            pool.add(shares.entry(key.to_string()).or_default(), amount)
        }
        .map_err(refused)?;
    }
    let digits = |number: SafeFloat| json!(format!("{}e{}", number.mantissa(), number.exponent()));
    let mut outputs = Map::new();
    let values: Vec<_> = shares.values().map(|share| pool.value_of(*share).0).collect();
    for ((key, share), value) in shares.iter().zip(&values) {
        outputs.insert(key.clone(), json!(value));
        outputs.insert(format!("share_{key}"), digits(*share));
    }
    outputs.insert("values".to_string(), json!(values));
    outputs.insert("shared_value".to_string(), json!(pool.value));
    outputs.insert("total".to_string(), json!(pool.value));
    outputs.insert("denominator".to_string(), digits(pool.denominator));
    Ok(Value::Object(outputs))
}
