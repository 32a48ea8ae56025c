//! Pools: swaps, weights, limits.

use primitive_types::U256;
use serde_json::{Value, json};
use tributary_economy::{
    Alpha, Tao, fees,
    fixed::U64F64,
    limits,
    pool::{
        self, HIGHEST_PRICE, LOWEST_PRICE, Pool, Side,
        pow::{Power, pow_ratio_scaled},
    },
};

use super::read::{bool_or, error, int_or, pool, unknown, wide};
use crate::{Inputs, Problem};

pub fn swap(inputs: Inputs<'_>) -> Result<Value, Problem> {
    if inputs.has("amounts") {
        let rate = inputs.int("FeeRate")?;
        let fees = inputs
            .ints("amounts")?
            .into_iter()
            .map(|amount| fees::swap_fee(amount, rate));
        return Ok(json!({ "fees": fees.collect::<Vec<_>>() }));
    }
    let mut pool = pool(inputs)?;
    if inputs.has("delta_in") {
        let delta = inputs.int("delta_in")?;
        return Ok(json!({
            "tao_out_if_sell": pool.output(Side::Sell, delta),
            "alpha_out_if_buy": pool.output(Side::Buy, delta),
        }));
    }
    let (side, any_price) = match inputs.text("side").as_deref() {
        Ok("sell") => (Side::Sell, LOWEST_PRICE),
        _ => (Side::Buy, HIGHEST_PRICE),
    };
    let limit = int_or(inputs, "limit_price_rao", any_price)?;
    Ok(
        match pool::swap(
            &mut pool,
            side,
            inputs.int("amount")?,
            limit,
            bool_or(inputs, "drop_fees", false)?,
        ) {
            Ok(swapped) => json!({
                "amount_paid_in": swapped.paid_in,
                "amount_paid_out": swapped.paid_out,
                "fee": swapped.fee,
            }),
            Err(refusal) => error(refusal),
        },
    )
}

pub fn mathematics(inputs: Inputs<'_>) -> Result<Value, Problem> {
    if inputs.has("base_num") {
        let power = pow_ratio_scaled(
            inputs.int("base_num")?,
            inputs.int("base_den")?,
            inputs.int("exp_num")?,
            inputs.int("exp_den")?,
            inputs.int("precision")?,
            inputs.int("scale")?,
        );
        return Ok(json!({ "result": match power {
            Some(Power::Value(value)) => wide(value),
            Some(other) => json!(format!("{other:?}")),
            None => Value::Null,
        }}));
    }
    if inputs.has("weight_e18") {
        let weight = inputs.int("weight_e18")?;
        let products = inputs.ints::<u64>("values")?;
        let products = products
            .into_iter()
            .map(|value| pool::weigh(weight, U256::from(value)).low_u64());
        return Ok(json!({ "products": products.collect::<Vec<_>>() }));
    }
    let mut pool = pool(inputs)?;
    if inputs.has("reserve") {
        pool.tao = Tao(inputs.int("reserve")?);
        pool.alpha = Alpha(inputs.int("reserve")?);
    }
    if inputs.has("exponent") {
        let side = match inputs.text("exponent")?.as_str() {
            "w_base/w_quote" => Side::Sell,
            "w_quote/w_base" => Side::Buy,
            _ => return unknown(),
        };
        let power = pool.remaining(side, inputs.int("delta")?);
        return Ok(json!({ "result_bits_U64F64": wide(power.to_bits()), "decimal": power.to_num::<f64>() }));
    }
    if inputs.has("target_price_bits") {
        let from = U64F64::from_bits(inputs.int("current_price_bits")?);
        let to = U64F64::from_bits(inputs.int("target_price_bits")?);
        let side = if inputs.has("SubnetTAO") { Side::Buy } else { Side::Sell };
        return Ok(json!({ "delta": pool.input_to_reach(side, from, to) }));
    }
    if inputs.has("buy") {
        let delta = |side, key| {
            let text = inputs.text(key)?;
            let (from, to) = text.split_once(" -> ").unwrap_or_default();
            match (from.parse::<f64>(), to.parse::<f64>()) {
                (Ok(from), Ok(to)) => Ok(pool.input_to_reach(side, U64F64::from_num(from), U64F64::from_num(to))),
                _ => Err(Problem::Input(format!("{text:?} is not a step of a price"))),
            }
        };
        return Ok(json!({ "buy_delta": delta(Side::Buy, "buy")?, "sell_delta": delta(Side::Sell, "sell")? }));
    }
    if inputs.has("alpha_delta") {
        let weight = pool.quote_weight_after(Tao(inputs.int("tao_delta")?), Alpha(inputs.int("alpha_delta")?));
        return Ok(json!({ "new_quote_weight_e18": weight.map(wide) }));
    }
    if inputs.has("tao_delta") || inputs.has("price") {
        return unknown();
    }
    let price = pool::price(&pool);
    Ok(json!({ "price_bits_U64F64": wide(price.to_bits()), "decimal": price.to_num::<f64>() }))
}

pub fn limits(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    if inputs.has("add limits") {
        let stable = Pool {
            dynamic: false,
            ..pool(inputs)?
        };
        let all = |key, max: fn(&Pool, u64) -> Result<u64, tributary_economy::Error>| {
            let limits = inputs.ints(key)?.into_iter();
            Ok::<_, Problem>(
                limits
                    .map(|limit| max(&stable, limit).map_or_else(error, wide))
                    .collect::<Vec<_>>(),
            )
        };
        return Ok(json!({
            "add_max": all("add limits", limits::max_buy)?,
            "remove_max": all("remove limits", limits::max_sell)?,
        }));
    }
    let limit = inputs.int("limit_price")?;
    let max = if inputs.has("origin") {
        let side = |key| pool(Inputs(inputs.value(key)?));
        limits::max_move(&side("origin")?, &side("destination")?, limit)
    } else if name.contains("TAO") {
        limits::max_buy(&pool(inputs)?, limit)
    } else {
        limits::max_sell(&pool(inputs)?, limit)
    };
    Ok(max.map_or_else(error, |max| json!({ "max": wide(max) })))
}
