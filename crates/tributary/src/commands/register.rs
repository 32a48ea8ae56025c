//! `tributary register neuron` and `register subnet`

use anyhow::{Context as _, Result};
use clap::{Args, Subcommand};
use serde::Serialize;
use tributary_client::{Arguments, address, calls::subtensor, items, receipt};
use tributary_economy::{NetUid, Tao};

use super::{
    send::{Deal, Sending},
    status::check_subnet,
};
use crate::amount::Amount;

#[derive(Debug, Subcommand)]
pub enum Register {
    /// Register a hotkey as a neuron of a subnet, at the subnet's price
    Neuron(RegisterNeuron),
    /// Create a subnet, at the network's price
    Subnet(RegisterSubnet),
}

#[derive(Debug, Args)]
pub struct RegisterNeuron {
    /// The subnet
    pub netuid: u16,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Debug, Args)]
pub struct RegisterSubnet {
    /// Start the subnet at once: emission and staking begin
    #[arg(long)]
    pub start: bool,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Serialize)]
struct NeuronEffect {
    netuid: u16,
    uid: u16,
    hotkey: String,
    burned_rao: u64,
}

#[derive(Serialize)]
struct SubnetEffect {
    netuid: u16,
    lock_cost_rao: u64,
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
        true => subtensor::root_register(hotkey.clone()),
        false => subtensor::burned_register(netuid, hotkey.clone()),
    };
    let view = client.at_best().await?;
    check_subnet(&view, netuid).await?;
    let coldkey = args.sending.keys.coldkey_account()?;
    let mut deal = Deal::default().line(
        "registers",
        format!("{} as a neuron of subnet {netuid}", address(&hotkey)),
    );
    if !netuid.is_root() {
        let burn: Tao = view.get(&items::BURN, (netuid,)).await?;
        deal = deal
            .takes("to burn", burn.0)
            .figures(&serde_json::json!({ "netuid": netuid.0, "hotkey": address(&hotkey), "burn_rao": burn.0 }));
    }
    let Some(included) = args.sending.send_deal(&client, call, deal).await? else {
        return Ok(());
    };
    let burned_rao = receipt::spent_rao(&included, &coldkey)?;
    let uid = client
        .at(included.block)
        .find(&items::UIDS, (netuid, hotkey.clone()))
        .await?
        .context("the chain took the registration, but another hotkey took the place in the same block; try again")?;
    let hotkey = address(&hotkey);
    let text = format!(
        "registered {hotkey} as uid {uid} of subnet {netuid} for {} TAO",
        Amount(burned_rao)
    );
    args.sending.report(
        &included,
        NeuronEffect {
            netuid: netuid.0,
            uid,
            hotkey,
            burned_rao,
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
    let call = subtensor::register_network(hotkey.clone());
    let cost: Tao = client
        .at_best()
        .await?
        .api(
            "SubnetRegistrationRuntimeApi",
            "get_network_registration_cost",
            Arguments::default(),
        )
        .await?;
    let coldkey = args.sending.keys.coldkey_account()?;
    let deal = Deal::default()
        .takes("lock cost", cost.0)
        .line("registers", format!("a subnet with owner hotkey {}", address(&hotkey)))
        .figures(&serde_json::json!({ "owner_hotkey": address(&hotkey), "lock_cost_rao": cost.0 }));
    let Some(included) = args.sending.send_deal(&client, call, deal).await? else {
        return Ok(());
    };
    let lock_cost_rao = receipt::spent_rao(&included, &coldkey)?;
    let netuid = receipt::registered(&included)?.context("the chain took the registration, but reported no subnet")?;
    if args.start {
        args.sending.send(&client, subtensor::start_call(netuid)).await?;
    }
    let owner_hotkey = address(&hotkey);
    let text = format!(
        "registered subnet {netuid} with owner hotkey {owner_hotkey} for {} TAO",
        Amount(lock_cost_rao)
    );
    args.sending.report(
        &included,
        SubnetEffect {
            netuid: netuid.0,
            lock_cost_rao,
            owner_hotkey,
            started: args.start,
        },
        &text,
    )
}
