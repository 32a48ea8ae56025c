//! Vectors of the economy (`docs/rules/README.md#vectors`).

mod emission;
mod pools;
mod registration;
mod root;
mod staking;

use alloc::{format, string::ToString, vec::Vec};
use serde_json::Value;

use super::{Inputs, Problem, Vector};
use crate::{
    Alpha, Error, Tao,
    fixed::{U64F64, U96F32},
    pool::{EQUAL_WEIGHT, Pool},
};

/// Fee rate and minimum reserve where a vector names none: those of the reference's test runtime
/// (`docs/rules/README.md#vectors`).
const FEE_RATE: u16 = 33;
const MINIMUM_RESERVE: u64 = 100;

/// The outputs of one vector, under the keys of its `expected`.
///
/// # Errors
/// [`Problem::Unsupported`] of an area that these rules do not cover, [`Problem::Input`] of malformed inputs.
pub fn compute(vector: &Vector) -> Result<Value, Problem> {
    let inputs = Inputs(&vector.inputs);
    let name = vector.name.as_str();
    match vector.area.as_str() {
        "issuance" => emission::issuance(inputs),
        "emission_shares" => emission::shares(inputs),
        "emission_shares_dormant_flow" => emission::flow(inputs),
        "coinbase" => emission::coinbase(inputs),
        "moving_price" => emission::moving(inputs),
        "scheduler" => emission::scheduler(inputs),
        "dividends" => staking::dividends(inputs),
        "childkeys" => staking::childkeys(inputs),
        "stake_weight" => staking::stake_weight(inputs),
        "mechanisms" => staking::mechanisms(inputs),
        "staking" => staking::staking(inputs),
        "recycle_burn" => staking::recycle_or_burn(name, inputs),
        "root_claim" => root::claims(inputs),
        "share_pool" => staking::share_pool(inputs),
        "swap" => pools::swap(inputs),
        "swap_math" => pools::mathematics(inputs),
        "limits" => pools::limits(name, inputs),
        "lifecycle" => registration::lifecycle(inputs),
        "registration_burn" => registration::burn(name, inputs),
        "fees" => registration::fees(inputs),
        area => Err(Problem::Unsupported(format!("no rules for area {area:?}"))),
    }
}

/// The refusal of a case that no rule here computes.
fn unknown<T>() -> Result<T, Problem> {
    Err(Problem::Unsupported("no rule for these inputs".to_string()))
}

/// A wide integer, as the files have it: as a text.
fn wide(number: impl ToString) -> Value {
    Value::String(number.to_string())
}

/// Inputs that the rules refuse although the vector expects numbers.
fn refused(error: Error) -> Problem {
    Problem::Input(format!("{error:?}"))
}

fn error(error: Error) -> Value {
    serde_json::json!({ "error": format!("{error:?}") })
}

fn number(value: &Value) -> Result<f64, Problem> {
    value
        .as_f64()
        .or_else(|| value.as_str()?.parse().ok())
        .ok_or_else(|| Problem::Input(format!("{value} is not a number")))
}

/// Decimal fractions, which the files have as texts.
fn decimals(inputs: Inputs<'_>, key: &str) -> Result<Vec<f64>, Problem> {
    inputs.list(key)?.iter().map(number).collect()
}

fn int_or<T: TryFrom<i128>>(inputs: Inputs<'_>, key: &str, default: T) -> Result<T, Problem> {
    Ok(inputs.optional_int(key)?.unwrap_or(default))
}

fn bool_or(inputs: Inputs<'_>, key: &str, default: bool) -> Result<bool, Problem> {
    if inputs.has(key) { inputs.bool(key) } else { Ok(default) }
}

/// A price: bits, a decimal fraction or a quotient such as `1/5 (U64F64)`.
fn price(inputs: Inputs<'_>) -> Result<U64F64, Problem> {
    if inputs.has("price_bits_U64F64") {
        return Ok(U64F64::from_bits(inputs.int("price_bits_U64F64")?));
    }
    let text = inputs.text("price")?;
    let whole = |text: &str| text.trim().parse::<u64>().ok().map(U64F64::from_num);
    let quotient = text
        .split_whitespace()
        .next()
        .and_then(|first| first.split_once('/'))
        .and_then(|(a, b)| whole(a)?.checked_div(whole(b)?));
    match quotient {
        Some(price) => Ok(price),
        None => inputs.float("price").map(U64F64::saturating_from_num),
    }
}

fn pool(inputs: Inputs<'_>) -> Result<Pool, Problem> {
    Ok(Pool {
        tao: Tao(int_or(inputs, "SubnetTAO", 0)?),
        alpha: Alpha(int_or(inputs, "SubnetAlphaIn", 0)?),
        quote_weight: int_or(inputs, "quote_weight_e18", EQUAL_WEIGHT)?,
        initialized: bool_or(inputs, "PalSwapInitialized", true)?,
        dynamic: true,
        fee_rate: int_or(inputs, "FeeRate", FEE_RATE)?,
        minimum_reserve: int_or(inputs, "MinimumReserve", MINIMUM_RESERVE)?,
    })
}

fn floor(number: U96F32) -> u64 {
    number.saturating_to_num()
}
