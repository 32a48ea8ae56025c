//! `tributary register neuron` and `register subnet`

use anyhow::{Context as _, Result};
use pallet_subtensor::{Call, Event, Uids};
use serde::Serialize;
use tributary_client::address;
use tributary_economy::NetUid;
use tributary_runtime::{Runtime, RuntimeCall, RuntimeEvent};

use crate::args::{RegisterNeuron, RegisterSubnet};

#[derive(Serialize)]
struct NeuronEffect {
    netuid: u16,
    uid: u16,
    hotkey: String,
}

#[derive(Serialize)]
struct SubnetEffect {
    netuid: u16,
    owner_hotkey: String,
    started: bool,
}

/// Buys a place on a subnet.
///
/// # Errors
/// If a key is wrong, or the chain refuses.
pub async fn neuron(args: &RegisterNeuron) -> Result<()> {
    let netuid = NetUid(args.netuid);
    let hotkey = args.sending.keys.hotkey_account()?;
    let client = args.sending.client().await?;
    let call = match netuid.is_root() {
        true => Call::<Runtime>::root_register { hotkey: hotkey.clone() },
        false => Call::<Runtime>::burned_register {
            netuid,
            hotkey: hotkey.clone(),
        },
    };
    let Some(included) = args.sending.send(&client, RuntimeCall::SubtensorModule(call)).await? else {
        return Ok(());
    };
    let uid = client
        .at(included.block)
        .double::<Uids<Runtime>, _, _, _>(netuid, &hotkey)
        .await?
        .context("the chain took the registration, but another one took the place in the same block; try again")?;
    let hotkey = address(&hotkey);
    let text = format!("registered {hotkey} as uid {uid} of subnet {netuid}");
    args.sending.report(
        &included,
        NeuronEffect {
            netuid: netuid.0,
            uid,
            hotkey,
        },
        &text,
    )
}

/// Buys a subnet.
///
/// # Errors
/// If a key is wrong, or the chain refuses.
pub async fn subnet(args: &RegisterSubnet) -> Result<()> {
    let hotkey = args.sending.keys.hotkey_account()?;
    let client = args.sending.client().await?;
    let call = Call::<Runtime>::register_network { hotkey: hotkey.clone() };
    let Some(included) = args.sending.send(&client, RuntimeCall::SubtensorModule(call)).await? else {
        return Ok(());
    };
    let netuid = included
        .events
        .iter()
        .find_map(|event| match event {
            RuntimeEvent::SubtensorModule(Event::NetworkAdded(netuid, _)) => Some(*netuid),
            _ => None,
        })
        .context("the chain took the registration, but names no subnet")?;
    if args.start {
        let start = RuntimeCall::SubtensorModule(Call::<Runtime>::start_call { netuid });
        args.sending.send(&client, start).await?;
    }
    let owner_hotkey = address(&hotkey);
    let text = format!("registered subnet {netuid} with owner hotkey {owner_hotkey}");
    args.sending.report(
        &included,
        SubnetEffect {
            netuid: netuid.0,
            owner_hotkey,
            started: args.start,
        },
        &text,
    )
}
