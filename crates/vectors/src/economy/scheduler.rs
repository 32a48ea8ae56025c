//! When epochs run and what they take, on the chain.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tributary_economy::{Alpha, Ledger, NetUid, market::block, schedule::Schedule};

use super::read::{unknown, wide};
use crate::{
    Inputs, Problem,
    chain::{self, Chain, go_to, refused},
};

pub fn scheduler(inputs: Inputs<'_>) -> Result<Value, Problem> {
    if inputs.has("due_subnets") {
        return chain::run(|chain| capped(chain, inputs));
    }
    if inputs.has("PendingServerEmission") {
        return chain::run(|chain| drained(chain, inputs));
    }
    if !inputs.has("tempo") {
        return unknown();
    }
    let schedule = Schedule {
        tempo: inputs.int("tempo")?,
        last_epoch_block: inputs.int("LastEpochBlock")?,
        pending_epoch_at: 0,
        blocks_since_last_step: 0,
    };
    Ok(json!({ "blocks": wide(schedule.blocks_until_next(inputs.int("block")?)) }))
}

/// A subnet without neurons.
fn add_subnet(chain: &mut Chain, netuid: NetUid, tempo: u16) {
    chain.set_networks_added(netuid, true);
    chain.set_tempo(netuid, tempo);
}

/// More epochs are due than a block runs.
fn capped(chain: &mut Chain, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let netuids: Vec<NetUid> = inputs.ints("due_subnets")?.into_iter().map(NetUid).collect();
    chain.set_max_epochs_per_block(inputs.int("MaxEpochsPerBlock")?);
    netuids.iter().for_each(|netuid| add_subnet(chain, *netuid, 1));
    let block = inputs.int("block")?;
    go_to(block)?;
    block::on_initialize(chain).map_err(refused)?;
    let ran: Vec<_> = netuids
        .iter()
        .filter(|netuid| chain.last_epoch_block(**netuid) == block)
        .collect();
    let deferred: BTreeMap<String, u64> = netuids
        .iter()
        .map(|netuid| (netuid.to_string(), chain.pending_epoch_at(*netuid)))
        .filter(|(_, until)| *until != 0)
        .collect();
    Ok(json!({ "run": ran, "deferred_PendingEpochAt": deferred }))
}

/// An epoch takes what waits for it.
fn drained(chain: &mut Chain, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let netuid = NetUid(1);
    add_subnet(chain, netuid, inputs.int("tempo")?);
    chain.set_last_epoch_block(netuid, inputs.int("LastEpochBlock")?);
    chain.set_pending_server_emission(netuid, Alpha(inputs.int("PendingServerEmission")?));
    chain.set_pending_validator_emission(netuid, Alpha(inputs.int("PendingValidatorEmission")?));
    chain.set_pending_root_alpha_divs(netuid, Alpha(inputs.int("PendingRootAlphaDivs")?));
    chain.set_pending_owner_cut(netuid, Alpha(inputs.int("PendingOwnerCut")?));
    let pending = |chain: &Chain| {
        [
            chain.pending_server_emission(netuid),
            chain.pending_validator_emission(netuid),
            chain.pending_root_alpha_divs(netuid),
            chain.pending_owner_cut(netuid),
        ]
    };
    let before = pending(chain);
    let all = before
        .iter()
        .fold(Alpha::ZERO, |sum, part| sum.plus(*part).unwrap_or(sum));
    chain.set_subnet_alpha_out(netuid, all);
    go_to(inputs.int("block")?)?;
    block::on_initialize(chain).map_err(refused)?;
    let after = pending(chain);
    let taken: Vec<Alpha> = before
        .into_iter()
        .zip(after)
        .map(|(before, after)| before.minus_or_zero(after))
        .collect();
    Ok(json!({
        "drained": taken,
        "pending_after": after,
        "BlocksSinceLastStep": chain.blocks_since_last_step(netuid),
        "LastEpochBlock": chain.last_epoch_block(netuid),
    }))
}
