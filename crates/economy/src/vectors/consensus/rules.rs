//! Everything around the epoch: mechanisms, pruning, dividends, weights, limits.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use serde_json::{Value, json};

use crate::{
    Alpha, Error, MechId, NetUid, NetUidStorageIndex, delegation,
    dividends::{self, Child, Parent, Stake},
    epoch::{self, EpochInput, Parameters},
    fixed::{I64F64, U96F32},
    hyperparameters, mechanisms,
    pruning::{self, Candidate},
    rate_limits, serving, stake_weight, voting_power, weights,
};

use super::super::{Inputs, Problem};

fn unsupported(name: &str) -> Result<Value, Problem> {
    Err(Problem::Unsupported(format!("no rules for {name:?}")))
}

/// `"ok"` or the name of the error.
fn verdict<E: core::fmt::Debug>(result: Result<(), E>) -> String {
    result.map_or_else(|error| format!("{error:?}"), |()| "ok".to_string())
}

/// `f` of each element.
fn each<T, R>(values: impl IntoIterator<Item = T>, f: impl FnMut(T) -> R) -> Vec<R> {
    values.into_iter().map(f).collect()
}

/// Two lists of blocks, `last` and `block`, against one limit.
fn over_blocks(inputs: Inputs<'_>, passes: impl Fn(u64, u64) -> bool) -> Result<Value, Problem> {
    let (last, block) = (inputs.ints::<u64>("last")?, inputs.ints::<u64>("block")?);
    Ok(json!({ "ok": each(last.into_iter().zip(block), |(last, block)| passes(last, block)) }))
}

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

pub fn mechanism(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    Ok(match name {
        _ if name.starts_with("split_") => {
            let split = if inputs.has("split") {
                Some(inputs.ints::<u16>("split")?)
            } else {
                None
            };
            json!({ "parts": mechanisms::split(Alpha(inputs.int("emission")?), inputs.int("count")?, split.as_deref()) })
        }
        "storage_index" => {
            let index = |pair: Vec<u16>| match pair.as_slice() {
                &[netuid, mecid] => Ok(NetUid(netuid).index(MechId(mecid as u8))),
                _ => Err(Problem::Input("a pair is not one".into())),
            };
            let pairs = inputs.int_rows::<u16>("pairs_netuid_mecid")?;
            json!({ "index": pairs.into_iter().map(index).collect::<Result<Vec<_>, _>>()? })
        }
        "index_to_pair" => {
            let pairs = each(inputs.ints("index")?, |index| NetUidStorageIndex(index).split());
            json!({ "netuid": each(&pairs, |(netuid, _)| netuid), "mecid": each(&pairs, |(_, mecid)| mecid) })
        }
        "bonds_per_mechanism" => {
            let stake: Vec<u64> = inputs.ints("stake")?;
            let input = EpochInput {
                parameters: Parameters {
                    tempo: 1,
                    yuma3_on: false,
                    ..Parameters::default()
                },
                block: 2,
                stake: each(stake, I64F64::saturating_from_num),
                validator_permit: inputs.bools("permits")?,
                last_update: inputs.ints("last_update")?,
                emission: Alpha(inputs.int("emission")?),
                ..EpochInput::default()
            };
            let bonds = |key| {
                Ok(epoch::run(&EpochInput {
                    weights: inputs.sparse(key)?,
                    ..input.clone()
                })
                .bonds)
            };
            json!({ "bonds_mech0": bonds("weights_mech0")?, "bonds_mech1": bonds("weights_mech1")? })
        }
        "aggregate_u16" | "aggregate_emission_storage" => {
            let (values, emissions) = (inputs.ints::<u64>("values")?, inputs.ints::<u64>("emissions")?);
            let whole = Alpha(emissions.iter().sum());
            let parts = values.into_iter().zip(emissions).enumerate();
            let aggregate = parts.fold(0, |sum, (k, (value, part))| {
                mechanisms::add_weighted(sum, value, mechanisms::weight(Alpha(part), whole, k == 0))
            });
            json!({ "aggregate": aggregate })
        }
        _ => return unsupported(name),
    })
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
    let error = |result: Result<_, Error>| verdict(result.map(|_: Vec<(u16, u16)>| ()));
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
            let submit = |uids: Vec<u16>| error(weights::accept(&caller, &uids, &alloc::vec![1; uids.len()], 0));
            json!({ "result": each(inputs.int_rows("submissions")?, submit) })
        }
        "too_many_uids" => {
            let uids: Vec<u16> = inputs.ints("uids")?;
            let values = alloc::vec![1; uids.len()];
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
        _ => return unsupported(name),
    })
}

pub fn prune(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let (block, period) = (inputs.int("block")?, inputs.int("immunity_period")?);
    let registered: Vec<u64> = inputs.ints("block_at_registration")?;
    let immortal: Vec<u16> = inputs.ints("immortal_uids")?;
    let candidate = |(uid, (emission, registered_at))| Candidate {
        uid,
        emission: Alpha(emission),
        registered_at,
        immune: pruning::is_immune(block, registered_at, period),
        immortal: immortal.contains(&uid),
    };
    let candidates: Vec<Candidate> = (0..)
        .zip(inputs.ints("emission")?.into_iter().zip(registered))
        .map(candidate)
        .collect();
    Ok(json!({ "uid": pruning::choose(&candidates, inputs.int("min_non_immune_uids")?) }))
}

pub fn trimming(inputs: Inputs<'_>) -> Result<Value, Problem> {
    if inputs.int::<u64>("limit_percent")? != pruning::MAX_IMMUNE_PERCENT {
        return unsupported("another limit");
    }
    let (immune, max_n) = (inputs.ints("immune")?, inputs.ints("max_n")?);
    Ok(json!({ "ok": each(immune.into_iter().zip(max_n), |(immune, max_n)| pruning::may_trim(immune, max_n)) }))
}

pub fn delegate(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let lend = |stake: u64, part: u64| stake_weight::inherited(0, [], [(part, stake)]);
    Ok(match name {
        "inherited_three_quarters" | "inherited_thirds" => {
            let key = if inputs.has("proportions") {
                "proportions"
            } else {
                "child_proportions_u64"
            };
            let (stake, parts) = (inputs.int("stake")?, inputs.ints::<u64>(key)?);
            let children = each(parts.iter(), |&part| lend(stake, part));
            let alike = children.windows(2).all(|pair| pair[0] == pair[1]);
            let parent = stake_weight::inherited(stake, parts, []);
            json!({ "parent": parent, "each_child": children.first().filter(|_| alike) })
        }
        "inherited_full" | "inherited_half" => {
            let (stake, part) = (inputs.int("stake")?, inputs.int("proportion")?);
            let own = inputs.optional_int("own_stake_child")?.unwrap_or(0);
            json!({
                "parent": stake_weight::inherited(stake, [part], []),
                "child": stake_weight::inherited(own, [], [(part, stake)]),
            })
        }
        "proportion_bits" => {
            json!({ "u96f32_bits": each(inputs.ints("u64")?, |part| stake_weight::proportion(part).to_bits() as u64) })
        }
        "delegate_take_checks" => {
            let (min, max, current) = (inputs.int("min")?, inputs.int("max")?, inputs.int("current")?);
            let increase = |take| verdict(delegation::check_increase(Some(current), take, max, 0, 0, 0));
            let decrease = |take| verdict(delegation::check_decrease(Some(current), take, min));
            json!({
                "increase": each(inputs.ints("increase_to")?, increase),
                "decrease": each(inputs.ints("decrease_to")?, decrease),
            })
        }
        "delegate_take_rate_limit" => {
            let limit = inputs.int("limit")?;
            over_blocks(inputs, |last, block| {
                delegation::check_increase(None, 0, 0, last, block, limit).is_ok()
            })?
        }
        "childkey_take_rate_limit" => {
            let limit = inputs.int("limit")?;
            over_blocks(inputs, |last, block| rate_limits::passes(last, block, limit))?
        }
        "children_cooldown" => {
            let cooldown_block = inputs.int::<u64>("set_at")?.saturating_add(inputs.int("cooldown")?);
            let applied = |block| delegation::children_apply(cooldown_block, block, true);
            json!({ "applied": each(inputs.ints("epoch_blocks")?, applied) })
        }
        _ => return unsupported(name),
    })
}

fn stake_of(inputs: Inputs<'_>) -> Result<Stake, Problem> {
    Ok(Stake {
        alpha: inputs.int("alpha_stake")?,
        root: inputs.int("root_stake")?,
    })
}

pub fn dividend(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let tao_weight = || Ok(U96F32::from_bits(inputs.int("tao_weight_bits")?));
    Ok(match name {
        _ if name.starts_with("parent_child_") => {
            let own = Inputs(inputs.value("self")?);
            let lent: Vec<u64> = own.ints("children_proportions")?;
            let parent = |value| {
                let parent = Inputs(value);
                Ok(Parent {
                    proportion: parent.int("proportion")?,
                    stake: stake_of(parent)?,
                    same_owner: parent.bool("same_coldkey")?,
                })
            };
            let parents = inputs
                .list("parents")?
                .iter()
                .map(parent)
                .collect::<Result<Vec<_>, Problem>>()?;
            let child = Child {
                stake: stake_of(own)?,
                lent: &lent,
                take: inputs.int("childkey_take")?,
            };
            let dividend = Alpha(inputs.int("dividend")?);
            let family =
                dividends::split_with_parents(dividend, child, &parents, inputs.int("ckburn_u64")?, tao_weight()?);
            let mut all = family.parents;
            all.push(family.child);
            json!({ "parents_then_self": all, "recycled": family.recycled })
        }
        "alpha_root_split" => split_alpha_and_root(inputs, tao_weight()?)?,
        "validator_take" => {
            let take = inputs.int("take")?;
            let split = |dividend: u64| dividends::split_take(U96F32::from_num(dividend), take);
            let parts = each(inputs.ints("dividend")?, split);
            json!({ "take": each(&parts, |(take, _)| take), "nominators": each(&parts, |(_, rest)| rest) })
        }
        _ => return unsupported(name),
    })
}

fn split_alpha_and_root(inputs: Inputs<'_>, tao_weight: U96F32) -> Result<Value, Problem> {
    let holder = |(stake, dividend): (Vec<u64>, u64)| match stake.as_slice() {
        &[alpha, root] => Ok((U96F32::from_num(dividend), Stake { alpha, root })),
        _ => Err(Problem::Input("a pair of stakes is not one".into())),
    };
    let stakes = inputs
        .int_rows("stake_alpha_root")?
        .into_iter()
        .zip(inputs.ints("dividends")?);
    let holders = stakes.map(holder).collect::<Result<Vec<_>, _>>()?;
    let pots = (
        inputs.int::<u64>("pending_validator_alpha")?,
        inputs.int::<u64>("pending_root_alpha")?,
    );
    let earned = dividends::split_alpha_and_root(&holders, Alpha(pots.0), Alpha(pots.1), tao_weight);
    let floor = |amount: &U96F32| amount.saturating_to_num::<u64>();
    let (alpha, root) = (each(&earned, |one| one.alpha), each(&earned, |one| one.root));
    let near = |pot: u64, paid: &[U96F32]| pot.abs_diff(paid.iter().map(floor).sum()) <= 1000;
    Ok(json!({
        "alpha_dividends_u96f32_bits": each(&alpha, |one| one.to_bits().to_string()),
        "root_dividends_u96f32_bits": each(&root, |one| one.to_bits().to_string()),
        "alpha_floor": each(&alpha, floor),
        "root_floor": each(&root, floor),
        "totals_within_1000_of_inputs": near(pots.0, &alpha) && near(pots.1, &root),
    }))
}

pub fn serve(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    Ok(match name {
        "ipv4" | "ipv6" => {
            let ip_type = inputs.int("ip_type")?;
            let address = |value: &Value| match value.as_str().and_then(|text| text.strip_prefix("0x")) {
                Some(hex) => u128::from_str_radix(hex, 16).ok(),
                None => value.as_u64().map(u128::from),
            };
            let addresses = inputs.list("ip")?.iter().map(address).collect::<Option<Vec<_>>>();
            let addresses = addresses.ok_or_else(|| Problem::Input("an address is not a number".into()))?;
            let allowed = addresses.into_iter().zip(inputs.bools("allow_zero")?);
            json!({ "ok": each(allowed, |(ip, allow_zero)| serving::is_address(ip_type, ip, allow_zero)) })
        }
        "ip_type" => json!({ "ok": each(inputs.ints("ip_type")?, serving::is_ip_type) }),
        "certificate_lengths" => {
            let parses = |length: usize| serving::parse_certificate(&alloc::vec![1; length]).is_some();
            json!({ "ok": each(inputs.ints("bytes")?, parses) })
        }
        _ => return unsupported(name),
    })
}

pub fn identity(name: &str) -> Result<Value, Problem> {
    match name {
        "chain_identity_max_bytes" => Ok(serving::CHAIN_IDENTITY
            .into_iter()
            .map(|(field, limit)| (field.to_string(), json!(limit)))
            .collect()),
        _ => unsupported(name),
    }
}

pub fn hyperparameter(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    Ok(match name {
        "alpha_values" => {
            let check = |pair: Vec<u16>| match pair.as_slice() {
                &[low, high] => Ok(verdict(hyperparameters::check_alpha_values(low, high))),
                _ => Err(Problem::Input("a pair is not one".into())),
            };
            json!({ "result": inputs.int_rows("pairs")?.into_iter().map(check).collect::<Result<Vec<_>, _>>()? })
        }
        "tempo_bounds_owner" => json!({ "ok": each(inputs.ints("tempo")?, hyperparameters::owner_may_set_tempo) }),
        "activity_factor_bounds" => {
            json!({ "ok": each(inputs.ints("factor_milli")?, hyperparameters::is_activity_cutoff_factor) })
        }
        "reveal_period_bounds" => {
            let check = |epochs| verdict(hyperparameters::check_reveal_period(epochs));
            json!({ "result": each(inputs.ints("epochs")?, check) })
        }
        "bonds_moving_average_owner" => {
            let values: Vec<u64> = inputs.ints("value")?;
            let by = |root| {
                each(&values, |&value| {
                    hyperparameters::may_set_bonds_moving_average(value, root)
                })
            };
            json!({ "owner_ok": by(false), "root_ok": by(true) })
        }
        _ => return unsupported(name),
    })
}

pub fn rate_limit(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    match name {
        "generic" => {
            let limit = inputs.int("limit")?;
            over_blocks(inputs, |last, block| rate_limits::passes(last, block, limit))
        }
        "tx_rate_limit" => {
            let limit = inputs.int("limit")?;
            over_blocks(inputs, |last, block| rate_limits::passes_strictly(last, block, limit))
        }
        "hotkey_swap_interval" | "hotkey_swap_interval_one_subnet" => {
            let (interval, all) = (inputs.int("interval")?, inputs.text("path")? == "all subnets");
            over_blocks(inputs, |last, block| {
                rate_limits::swap_interval_passed(last, block, interval, all)
            })
        }
        "coldkey_swap" => {
            let (execute, again) = rate_limits::coldkey_swap_blocks(
                inputs.int("announced_at")?,
                inputs.int("delay")?,
                inputs.int("reannounce_delay")?,
            );
            Ok(json!({ "execute_from": execute, "reannounce_or_clear_from": again }))
        }
        _ => unsupported(name),
    }
}

pub fn voting(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let (alpha, stake) = (inputs.int("alpha")?, inputs.int("stake")?);
    Ok(match name {
        "ema_from_zero" => {
            let mut values = Vec::from([0]);
            for epoch in 0..inputs.int("epochs")? {
                values.push(voting_power::average(alpha, stake, values[epoch]));
            }
            json!({ "values": values })
        }
        "removal_threshold" => {
            let previous = inputs.int("previous")?;
            let stored = voting_power::update(alpha, stake, previous, inputs.int("stake_threshold")?);
            json!({ "new": voting_power::average(alpha, stake, previous), "removed": stored.is_none() })
        }
        _ => return unsupported(name),
    })
}
