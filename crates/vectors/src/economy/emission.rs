//! Issuance, shares of the emission and moving prices.

use serde_json::{Value, json};
use tributary_economy::{
    Alpha, NetUid, Tao,
    emission::{self, Claimant, Gate},
    fixed::{I64F64, I96F32, U64F64, U96F32},
    issuance,
    moving_price::{self, Speed},
    presets::LOCAL,
    rule_sets::RuleSet,
};

use super::read::{decimals, floor, int_or, price, wide};
use crate::{Inputs, Problem};

/// Defaults of the chain that vectors leave out (`docs/rules/storage.md#totals-and-parameters`).
const HALVING_BLOCKS: u64 = LOCAL.halving_blocks;
const MOVING_ALPHA: I96F32 = I96F32::from_bits(LOCAL.moving_alpha as i128);

pub fn issuance(inputs: Inputs<'_>) -> Result<Value, Problem> {
    if inputs.has("issuance") {
        return Ok(json!({ "block_emission": issuance::block_emission(inputs.int("issuance")?) }));
    }
    if inputs.has("requested") {
        let minted = issuance::mintable(inputs.int("requested")?, Tao(inputs.int("balances_total_issuance")?));
        return Ok(json!({ "minted": minted }));
    }
    let issued = issuance::alpha_issuance(
        Alpha(inputs.int("SubnetAlphaIn")?),
        Alpha(inputs.int("SubnetAlphaOut")?),
    );
    Ok(json!({ "alpha_emission": issuance::block_emission(issued) }))
}

pub fn claimant(stored: I96F32) -> Claimant {
    Claimant {
        moving_price: moving_price::effective(NetUid(1), 1, stored),
        miner_burned: U96F32::from_num(0),
        enabled: true,
        flow: I64F64::from_num(0),
        root_proportion: U96F32::from_num(0),
    }
}

pub fn shares(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let mut claimants: Vec<_> = if inputs.has("moving_prices") {
        let prices = decimals(inputs, "moving_prices")?;
        prices
            .into_iter()
            .map(I96F32::saturating_from_num)
            .map(claimant)
            .collect()
    } else {
        let bits = inputs.ints("moving_price_bits_I96F32")?;
        bits.into_iter().map(I96F32::from_bits).map(claimant).collect()
    };
    if inputs.has("enabled") {
        for (claimant, enabled) in claimants.iter_mut().zip(inputs.bools("enabled")?) {
            claimant.enabled = enabled;
        }
    }
    if inputs.has("MinerBurned") {
        for (claimant, burned) in claimants.iter_mut().zip(decimals(inputs, "MinerBurned")?) {
            claimant.miner_burned = U96F32::saturating_from_num(burned);
        }
    }
    let shares = emission::shares(RuleSet::PriceBurn, &claimants, &mut Gate::default());
    let block = Tao(int_or(inputs, "block_emission", 0)?);
    Ok(json!({
        "share_bits_U64F64": shares.iter().map(|share| wide(share.to_bits())).collect::<Vec<_>>(),
        "share_decimal": shares.iter().map(|share| share.to_num::<f64>()).collect::<Vec<_>>(),
        "emissions_rao_floor": shares.iter().map(|share| floor(emission::tao_emission(block, *share))).collect::<Vec<_>>(),
    }))
}

pub fn flow(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let flows: Vec<_> = inputs.ints::<i64>("flows")?.into_iter().map(I64F64::from_num).collect();
    let exponent = I64F64::saturating_from_num(inputs.float("p")?);
    let shares = emission::flow_shares(&flows, I64F64::from_num(0), exponent);
    Ok(json!({ "shares": shares.iter().map(|share| share.to_num::<f64>()).collect::<Vec<_>>() }))
}

pub fn moving(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let mut speed = Speed {
        alpha: MOVING_ALPHA,
        halving_blocks: int_or(inputs, "EMAPriceHalvingBlocks", HALVING_BLOCKS)?,
        first_emission_block: int_or(inputs, "FirstEmissionBlockNumber", 1)?,
    };
    if inputs.has("prices") {
        let first_move = |price: f64| {
            let price = U64F64::saturating_from_num(price);
            (1..100_000u64).find(|block| moving_price::update(I96F32::from_num(0), price, speed, *block) > 0)
        };
        let blocks: Vec<_> = decimals(inputs, "prices")?.into_iter().map(first_move).collect();
        return Ok(json!({ "blocks_since_start": blocks }));
    }
    if inputs.has("SubnetMovingAlpha") {
        speed.alpha = I96F32::saturating_from_num(inputs.float("SubnetMovingAlpha")?);
    }
    let price = price(inputs)?;
    let old = if inputs.has("old_bits_I96F32") {
        I96F32::from_bits(inputs.int("old_bits_I96F32")?)
    } else {
        I96F32::saturating_from_num(inputs.float("old")?)
    };
    let block = inputs.int("block")?;
    let average = |price| {
        (0..int_or(inputs, "updates", 1).unwrap_or(1u32))
            .fold(old, |average, _| moving_price::update(average, price, speed, block))
    };
    let new = average(price);
    Ok(json!({
        "new_bits_I96F32": wide(new.to_bits()),
        "decimal": new.to_num::<f64>(),
        "same_as_price_1": wide(average(U64F64::from_num(1)).to_bits()),
        "unchanged": new == old,
    }))
}
