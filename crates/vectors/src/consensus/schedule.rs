//! When epochs run.

use pallet_subtensor::{AdminFreezeWindow, Call, PendingEpochAt};
use serde_json::{Value, json};
use tributary_economy::{
    Ledger, NetUid, NewSubnet,
    market::block,
    schedule::{self, Schedule},
};
use tributary_runtime::Runtime;

use crate::{
    Inputs, Problem,
    chain::{self, Chain, Subnet, go_to, refused, sign},
};

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
        "freeze_window_blocks_owner" | "trigger_epoch" => chain::run(|chain| trigger(chain, inputs))?,
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
        "defer_cap" => chain::run(|chain| defer_cap(chain, inputs))?,
        "new_network_stagger" => {
            let (block, tempo) = (inputs.int("block")?, inputs.int("tempo")?);
            let last = |netuid| schedule::staggered(block, tempo, NetUid(netuid));
            json!({ "last_epoch_block": inputs.ints("netuids")?.into_iter().map(last).collect::<Vec<_>>() })
        }
        _ => return Err(Problem::unsupported("this")),
    })
}

/// The owner of a subnet asks for an epoch.
fn trigger(chain: &mut Chain, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let subnet = Subnet::found(chain)?;
    let (
        netuid,
        Schedule {
            tempo,
            last_epoch_block,
            pending_epoch_at,
            ..
        },
    ) = (subnet.netuid, of(inputs)?);
    chain.set_tempo(netuid, tempo);
    chain.set_last_epoch_block(netuid, last_epoch_block);
    chain.set_pending_epoch_at(netuid, pending_epoch_at);
    chain.set_commit_reveal_weights_enabled(netuid, inputs.has("commit_reveal") && inputs.bool("commit_reveal")?);
    AdminFreezeWindow::<Runtime>::put(inputs.int::<u16>("admin_freeze_window")?);
    let block = inputs.int("block")?;
    go_to(block)?;
    let (remaining, frozen) = (subnet.schedule().blocks_until_next(block), subnet.is_frozen());
    let triggered = sign(&subnet.owner, Call::trigger_epoch { netuid });
    Ok(json!({
        "remaining": remaining,
        "frozen": frozen,
        "pending_epoch_at": triggered.is_ok().then(|| PendingEpochAt::<Runtime>::get(netuid)),
        "trigger_epoch_error": triggered.err(),
    }))
}

/// How many of the due subnets wait, and for how long.
fn defer_cap(chain: &mut Chain, inputs: Inputs<'_>) -> Result<Value, Problem> {
    const BLOCK: u64 = 10;
    let netuids: Vec<NetUid> = (1..=inputs.int("due_subnets")?).map(NetUid).collect();
    chain.set_max_epochs_per_block(inputs.int("max_epochs_per_block")?);
    for &netuid in &netuids {
        chain.set_networks_added(netuid, true);
        chain.set_tempo(netuid, 1);
    }
    go_to(BLOCK)?;
    block::on_initialize(chain).map_err(refused)?;
    let waits: Vec<u64> = netuids
        .iter()
        .map(|netuid| chain.pending_epoch_at(*netuid))
        .filter(|until| *until != 0)
        .collect();
    let wait = waits.first().filter(|first| waits.iter().all(|wait| wait == *first));
    Ok(json!({
        "deferred": waits.len(),
        "pending_epoch_at": wait.map(|until| format!("block+{}", until.saturating_sub(BLOCK))),
    }))
}
