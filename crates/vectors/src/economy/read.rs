//! What vectors of the economy write in their own way.

use serde_json::Value;
use tributary_economy::{
    Account, Alpha, Error, Ledger, NetUid, Tao,
    fixed::{U64F64, U96F32},
    pool::{EQUAL_WEIGHT, Pool},
};

use crate::{Inputs, Problem};

/// Fee rate and minimum reserve where a vector names none: those of the reference's test runtime
/// (`docs/rules/README.md#vectors`).
pub const FEE_RATE: u16 = 33;
pub const MINIMUM_RESERVE: u64 = 100;

/// The refusal of a case that no rule here computes.
pub fn unknown<T>() -> Result<T, Problem> {
    Err(Problem::unsupported("what these inputs describe"))
}

/// A wide integer, as the files have it: as a text.
pub fn wide(number: impl ToString) -> Value {
    Value::String(number.to_string())
}

pub fn error(error: Error) -> Value {
    serde_json::json!({ "error": format!("{error:?}") })
}

pub fn number(value: &Value) -> Result<f64, Problem> {
    value
        .as_f64()
        .or_else(|| value.as_str()?.parse().ok())
        .ok_or_else(|| Problem::Input(format!("{value} is not a number")))
}

/// Decimal fractions, which the files have as texts.
pub fn decimals(inputs: Inputs<'_>, key: &str) -> Result<Vec<f64>, Problem> {
    inputs.list(key)?.iter().map(number).collect()
}

pub fn int_or<T: TryFrom<i128>>(inputs: Inputs<'_>, key: &str, default: T) -> Result<T, Problem> {
    Ok(inputs.optional_int(key)?.unwrap_or(default))
}

pub fn bool_or(inputs: Inputs<'_>, key: &str, default: bool) -> Result<bool, Problem> {
    if inputs.has(key) { inputs.bool(key) } else { Ok(default) }
}

/// A price: bits, a decimal fraction or a quotient such as `1/5 (U64F64)`.
pub fn price(inputs: Inputs<'_>) -> Result<U64F64, Problem> {
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

pub fn pool(inputs: Inputs<'_>) -> Result<Pool, Problem> {
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

pub fn floor(number: U96F32) -> u64 {
    number.saturating_to_num()
}

/// Writes the reserves and weights of a pool of the chain.
pub fn write_pool<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid, pool: &Pool) {
    ledger.set_subnet_tao(netuid, pool.tao);
    ledger.set_subnet_alpha_in(netuid, pool.alpha);
    ledger.set_quote_weight(netuid, pool.quote_weight);
    ledger.set_swap_initialized(netuid, pool.initialized);
}
