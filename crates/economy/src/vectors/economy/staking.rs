use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};
use serde_json::{Map, Value, json};

use super::{Inputs, Problem, bool_or, error, floor, int_or, pool, refused, wide};
use crate::{
    Alpha, Ledger, NetUid,
    dividends::{self, Child, Parent, Stake},
    fees,
    fixed::U96F32,
    limits,
    market::staking as market,
    mechanisms as split,
    memory::MemoryLedger,
    pool::{self, Side},
    safe_float::SafeFloat,
    share_pool::SharePool,
    stake_weight as weight,
};

pub(super) fn staking(inputs: Inputs<'_>) -> Result<Value, Problem> {
    if inputs.has("DefaultMinStake") {
        let min: u64 = inputs.int("DefaultMinStake")?;
        let fee = fees::swap_fee(min, inputs.int("FeeRate")?);
        return Ok(json!({ "fee_of_min_stake": fee, "minimum_amount": min.saturating_add(fee) }));
    }
    let mut pool = pool(inputs)?;
    let limit = inputs.int("limit_price")?;
    let swapped = limits::max_buy(&pool, limit).and_then(|max| {
        let amount = int_or(inputs, "amount", u64::MAX).unwrap_or(u64::MAX).min(max);
        Ok((amount, pool::swap(&mut pool, Side::Buy, amount, limit, false)?))
    });
    Ok(match swapped {
        Ok((amount, swapped)) => json!({
            "tao_withdrawn": amount,
            "alpha_received": swapped.paid_out,
            "tao_into_pool": swapped.paid_in,
            "fee": swapped.fee,
        }),
        Err(refusal) => json!({ "result": error(refusal) }),
    })
}

/// One hotkey of one coldkey, all of whose stake is what the vector says.
pub(super) fn recycle_or_burn(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let (coldkey, hotkey, netuid) = (1u64, 2u64, NetUid(1));
    let mut ledger = MemoryLedger::<u64>::genesis();
    ledger.set_networks_added(netuid, true);
    ledger.set_subnet_mechanism(netuid, 1);
    ledger.set_subtoken_enabled(netuid, true);
    ledger.set_owner(&hotkey, Some(coldkey));
    let stake: u64 = inputs.int("stake")?;
    ledger.set_total_hotkey_alpha(&hotkey, netuid, Alpha(stake));
    ledger.set_total_hotkey_shares(&hotkey, netuid, SafeFloat::from_u64(stake));
    ledger.set_stake_share(&hotkey, &coldkey, netuid, SafeFloat::from_u64(stake));
    ledger.set_subnet_alpha_out(netuid, Alpha(inputs.int("SubnetAlphaOut")?));
    ledger.set_total_alpha_issuance(netuid, Alpha(inputs.int("TotalAlphaIssuance")?));
    let amount = Alpha(inputs.int("amount")?);
    if name.starts_with("burn") {
        market::burn_alpha(&mut ledger, &coldkey, &hotkey, amount, netuid)
    } else {
        market::recycle_alpha(&mut ledger, &coldkey, &hotkey, amount, netuid)
    }
    .map_err(refused)?;
    Ok(json!({
        "stake": market::stake_of(&ledger, &hotkey, &coldkey, netuid),
        "SubnetAlphaOut": ledger.subnet_alpha_out(netuid),
        "TotalAlphaIssuance": ledger.total_alpha_issuance(netuid),
        "AlphaRecycled_delta": ledger.alpha_recycled(netuid),
        "AlphaBurned_delta": ledger.alpha_burned(netuid),
    }))
}

pub(super) fn share_pool(inputs: Inputs<'_>) -> Result<Value, Problem> {
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

pub(super) fn dividends(inputs: Inputs<'_>) -> Result<Value, Problem> {
    if inputs.has("take") {
        let (validator, nominators) =
            dividends::split_take(U96F32::from_num(inputs.int::<u64>("dividend")?), inputs.int("take")?);
        return Ok(json!({ "validator": validator, "nominators": nominators }));
    }
    let single = inputs.has("incentive");
    let (alpha, root, earned): (Vec<u64>, Vec<u64>, Vec<u64>) = if single {
        (
            [inputs.int("alpha_stake")?].into(),
            [0].into(),
            [inputs.int("dividend")?].into(),
        )
    } else {
        (
            inputs.ints("alpha_stake")?,
            inputs.ints("root_stake")?,
            inputs.ints("dividends")?,
        )
    };
    let holders: Vec<_> = earned
        .into_iter()
        .zip(alpha.into_iter().zip(root))
        .map(|(dividend, (alpha, root))| (U96F32::from_num(dividend), Stake { alpha, root }))
        .collect();
    let parts = dividends::split_alpha_and_root(
        &holders,
        Alpha(inputs.int("pending_validator_alpha")?),
        Alpha(int_or(inputs, "pending_root_alpha", 0)?),
        U96F32::from_bits(int_or(inputs, "tao_weight_bits_U96F32", 0)?),
    );
    let alpha: Vec<_> = parts.iter().map(|part| floor(part.alpha)).collect();
    let root: Vec<_> = parts.iter().map(|part| floor(part.root)).collect();
    if single {
        let incentive: u64 = inputs.int("incentive")?;
        let sum = alpha.iter().fold(incentive, |sum, x| sum.saturating_add(*x));
        return Ok(json!({ "incentive": incentive, "alpha_dividend_floor": alpha.first(), "sum": sum }));
    }
    let sum = |values: &[U96F32]| floor(values.iter().fold(U96F32::default(), |sum, x| sum.saturating_add(*x)));
    let exact_alpha: Vec<_> = parts.iter().map(|part| part.alpha).collect();
    let exact_root: Vec<_> = parts.iter().map(|part| part.root).collect();
    Ok(json!({
        "alpha_dividends_floor": alpha,
        "root_alpha_dividends_floor": root,
        "sum_alpha_floor": sum(&exact_alpha),
        "sum_root_floor": sum(&exact_root),
    }))
}

pub(super) fn childkeys(inputs: Inputs<'_>) -> Result<Value, Problem> {
    // Where a vector gives no stakes, parent and child hold a whole unit of alpha and of TAO each, as its name says.
    let unit = Stake {
        alpha: crate::UNIT,
        root: crate::UNIT,
    };
    let tao_weight = weight::proportion(int_or(inputs, "TaoWeight", 0)?);
    let (dividend, child, parent, take) = if inputs.has("parent") {
        let parent = Inputs(inputs.value("parent")?);
        (
            inputs.int("dividends")?,
            Stake {
                alpha: int_or(inputs, "self_alpha", 0)?,
                root: 0,
            },
            Parent {
                proportion: parent.int("proportion")?,
                stake: Stake {
                    alpha: parent.int("alpha")?,
                    root: parent.int("root")?,
                },
                same_owner: parent.bool("same_owner")?,
            },
            inputs.int("childkey_take")?,
        )
    } else {
        let parent = Parent {
            proportion: inputs.int("proportion")?,
            stake: unit,
            same_owner: !bool_or(inputs, "owners_differ", true)?,
        };
        (
            inputs.int("dividends_of_bob")?,
            unit,
            parent,
            inputs.int("childkey_take_bob")?,
        )
    };
    let child = Child {
        stake: child,
        lent: &[],
        take,
    };
    let family = dividends::split_with_parents(
        Alpha(dividend),
        child,
        &[parent],
        int_or(inputs, "CKBurn", 0)?,
        tao_weight,
    );
    let parent = family.parents.first();
    Ok(json!({
        "parent_gets": parent,
        "child_gets": family.child,
        "alice_gets": parent,
        "bob_gets": family.child,
        "recycled": family.recycled,
    }))
}

pub(super) fn stake_weight(inputs: Inputs<'_>) -> Result<Value, Problem> {
    if inputs.has("parent_alpha") {
        let (parent, child, part) = (
            inputs.int("parent_alpha")?,
            inputs.int("child_alpha")?,
            inputs.int("proportion")?,
        );
        return Ok(json!({
            "normalised_proportion_bits_U96F32": wide(weight::proportion(part).to_bits()),
            "parent_inherited": weight::inherited(parent, [part], []),
            "child_inherited": weight::inherited(child, [], [(part, parent)]),
        }));
    }
    let part = inputs.int("proportion_alice_to_bob")?;
    let both = |alice: u64, bob: u64| {
        [
            weight::inherited(alice, [part], []),
            weight::inherited(bob, [], [(part, alice)]),
        ]
    };
    let alpha = both(inputs.int("alice_alpha")?, inputs.int("bob_alpha")?);
    let tao = both(inputs.int("alice_root")?, inputs.int("bob_root")?);
    let tao_weight = weight::proportion(inputs.int("TaoWeight")?);
    let total = |i: usize| weight::total(alpha[i], tao[i], tao_weight).to_num::<u64>();
    Ok(json!({ "inherited_alpha": alpha, "inherited_tao": tao, "total_weight": [total(0), total(1)] }))
}

pub(super) fn mechanisms(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let parts = if inputs.has("MechanismEmissionSplit") {
        Some(inputs.ints("MechanismEmissionSplit")?)
    } else {
        None
    };
    let split = split::split(
        Alpha(inputs.int("alpha")?),
        inputs.int("mechanism_count")?,
        parts.as_deref(),
    );
    Ok(json!({ "split": split }))
}
