//! When epochs run, and what a registration costs.

use alloc::{format, vec::Vec};
use serde_json::{Value, json};

use crate::{
    NetUid, Tao, emission,
    fixed::{U64F64, U96F32},
    ledger::Ledger,
    memory::MemoryLedger,
    new_subnet::NewSubnet,
    registration,
    schedule::{self, Schedule, Turn},
};

use super::super::{Inputs, Problem};

fn unsupported(name: &str) -> Result<Value, Problem> {
    Err(Problem::Unsupported(format!("no rules for {name:?}")))
}

/// The schedule of a subnet; what a vector does not give is that of a new one.
fn of(inputs: Inputs<'_>) -> Result<Schedule, Problem> {
    Ok(Schedule {
        tempo: inputs.optional_int("tempo")?.unwrap_or(NewSubnet::default().tempo),
        last_epoch_block: inputs.optional_int("last_epoch_block")?.unwrap_or(0),
        pending_epoch_at: inputs.optional_int("pending_epoch_at")?.unwrap_or(0),
        blocks_since_last_step: 0,
    })
}

/// Each row of a list of lists of `N` integers.
fn cases<const N: usize, R>(inputs: Inputs<'_>, key: &str, f: impl Fn([u64; N]) -> R) -> Result<Vec<R>, Problem> {
    let case = |row: Vec<u64>| {
        row.try_into()
            .map(&f)
            .map_err(|_| Problem::Input(format!("{key:?} has a short row")))
    };
    inputs.int_rows(key)?.into_iter().map(case).collect()
}

pub fn schedule(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    Ok(match name {
        _ if name.starts_with("next_epoch_") => json!({ "next": of(inputs)?.next_epoch() }),
        "freeze_window_blocks_owner" | "trigger_epoch" => {
            let (schedule, block, freeze) = (of(inputs)?, inputs.int("block")?, inputs.int("admin_freeze_window")?);
            let commit_reveal = inputs.has("commit_reveal") && inputs.bool("commit_reveal")?;
            let triggered = schedule.trigger(block, freeze, commit_reveal);
            json!({
                "remaining": schedule.blocks_until_next(block),
                "frozen": !schedule.admin_window_is_open(block, freeze),
                "pending_epoch_at": triggered.ok(),
                "trigger_epoch_error": triggered.err().map(|error| format!("{error:?}")),
            })
        }
        "activity_cutoff_blocks" => {
            let blocks = |[factor, tempo]: [u64; 2]| schedule::activity_cutoff(factor as u32, tempo as u16);
            json!({ "blocks": cases(inputs, "pairs_factor_tempo", blocks)? })
        }
        "should_run" => {
            let run = |[tempo, last_epoch_block, pending_epoch_at, blocks_since_last_step, block]: [u64; 5]| {
                let tempo = tempo as u16;
                Schedule {
                    tempo,
                    last_epoch_block,
                    pending_epoch_at,
                    blocks_since_last_step,
                }
                .is_due(block)
            };
            json!({ "run": cases(inputs, "cases_tempo_last_pending_bsls_block", run)? })
        }
        "defer_cap" => defer_cap(inputs)?,
        "first_block_of_epoch_legacy_helper" => {
            let first = |[netuid, tempo, epoch]: [u64; 3]| {
                schedule::first_block_before_2026(NetUid(netuid as u16), tempo as u16, epoch)
            };
            json!({ "block": cases(inputs, "cases_netuid_tempo_epoch", first)? })
        }
        "new_network_stagger" => {
            let (block, tempo) = (inputs.int("block")?, inputs.int("tempo")?);
            let last = |netuid| schedule::staggered(block, tempo, NetUid(netuid));
            json!({ "last_epoch_block": inputs.ints("netuids")?.into_iter().map(last).collect::<Vec<_>>() })
        }
        _ => return unsupported(name),
    })
}

/// How many of the due subnets wait, and for how long.
fn defer_cap(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let most = inputs.int("max_epochs_per_block")?;
    let due = Schedule {
        tempo: 1,
        last_epoch_block: 0,
        pending_epoch_at: 0,
        blocks_since_last_step: 0,
    };
    let block = 10;
    let (mut ran, mut waits) = (0, Vec::new());
    for _ in 0..inputs.int::<u8>("due_subnets")? {
        match due.turn(block, ran, most) {
            Turn::Run => ran += 1,
            Turn::Defer { until } => waits.push(until - block),
            Turn::Wait => {}
        }
    }
    let wait = waits.first().filter(|first| waits.iter().all(|wait| wait == *first));
    Ok(json!({ "deferred": waits.len(), "pending_epoch_at": wait.map(|wait| format!("block+{wait}")) }))
}

/// Price of a neuron, with the bounds of a new network where a vector gives none.
pub fn registration(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let new = NewSubnet::default();
    // Vectors of tiny prices give no bounds and mean none.
    let min = inputs.optional_int("min")?.map_or(Tao::ZERO, Tao);
    let max = inputs.optional_int("max")?.map_or(Tao(u64::MAX), Tao);
    let burn = inputs.optional_int("burn")?.map_or(new.burn, Tao);
    // An empty ledger reads as the storage defaults.
    let ledger = MemoryLedger::<u64>::default();
    let default_half_life = ledger.burn_half_life(NetUid(1));
    let default_multiplier = ledger.burn_increase_mult(NetUid(1));
    let half_life = if name == "decay_factor_q32" {
        0
    } else {
        inputs.optional_int("half_life")?.unwrap_or(default_half_life)
    };
    let decayed = |burn| registration::decay(burn, half_life, 2, min, max);
    let multiplier = match inputs.0.get("mult") {
        Some(Value::String(text)) if text.starts_with("1.26 ") => default_multiplier,
        Some(_) => U64F64::saturating_from_num(inputs.float("mult")?),
        None => default_multiplier,
    };
    let bumped = |burn| registration::bump(burn, multiplier, min, max);
    Ok(match name {
        "decay_factor_q32" => {
            json!({ "factor": inputs.ints("half_life")?.into_iter().map(registration::decay_factor).collect::<Vec<_>>() })
        }
        "bump_then_decay" => json!({ "after_registration": bumped(burn), "next_block": decayed(bumped(burn)) }),
        "halving" => json!({ "burn_per_block": repeat(burn, inputs.int("blocks")?, decayed) }),
        "clamps" => {
            let step = |burn: &mut Tao, action: &Value| {
                *burn = if action == "register" {
                    bumped(*burn)
                } else {
                    decayed(*burn)
                };
                Some(*burn)
            };
            json!({ "burn": inputs.list("actions")?.iter().scan(burn, step).collect::<Vec<_>>() })
        }
        "default_bumps" => {
            let mut prices = Vec::from([burn]);
            prices.extend(repeat(burn, inputs.int("registrations")?, bumped));
            json!({ "burn": prices })
        }
        "default_decay" => {
            let after = |blocks| repeat(burn, blocks, decayed).last().copied().unwrap_or(burn);
            json!({ "burn": inputs.ints("after_blocks")?.into_iter().map(after).collect::<Vec<_>>() })
        }
        "new_network_defaults" => json!({
            "burn": new.burn,
            "burn_half_life": default_half_life,
            "burn_increase_mult": default_multiplier.to_num::<f64>(),
        }),
        _ => return unsupported(name),
    })
}

/// The prices after each of some steps.
fn repeat(start: Tao, times: u64, step: impl Fn(Tao) -> Tao) -> Vec<Tao> {
    core::iter::successors(Some(step(start)), |price| Some(step(*price)))
        .take(times as usize)
        .collect()
}

/// What a block's alpha becomes.
pub fn pending(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let split = emission::split(
        U96F32::from_num(inputs.int::<u64>("alpha_out_per_block")?),
        emission::Division::with_cut(inputs.int("owner_cut_u16")?),
        U96F32::from_bits(inputs.int("root_proportion_bits")?),
    );
    Ok(json!({
        "owner": split.owner,
        "server": split.server,
        "root": split.root,
        "validator": split.validator,
    }))
}
