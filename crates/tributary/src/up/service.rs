//! The serve subnet of the market: its miners and validators, the gateway, and the customer.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use tributary_economy::NetUid;
use tributary_market_serve::{
    GatewayConfig, GatewayHandle, GatewayStatus, MinerConfig, Rules, ValidatorConfig, ValidatorStatus, spawn_gateway,
    spawn_miner, spawn_validator,
};
use tributary_market_train::Corpus;
use tributary_neuron::{Description, Identity, NeuronError, Reach};

use super::{
    customer::Customer,
    neuron::{Starter, anywhere, folder_of},
    plan::{Member, VALIDATORS},
    supervisor::{Shown, Work, work},
};
use crate::{
    market::{self, Notices},
    rail::RpcRail,
};

/// Where gateways listen by habit; another port is taken if this one is not free and none was named.
const PORT: u16 = 8402;
/// Blocks between settlements.
const SETTLE_EVERY_BLOCKS: u64 = 20;
/// What a settlement must bring at least: ten times its fee.
const SETTLE_MIN_RAO: u64 = 4_000_000;
/// Between two vouchers at least.
const VOUCHER_STEP_RAO: u64 = 10_000;

/// What is shown of the gateway.
#[derive(Clone, Debug, Default)]
pub struct Gateway {
    /// Where it is.
    pub url: String,
    /// Its figures.
    pub status: GatewayStatus,
}

/// The running serve subnet.
pub struct Service {
    opinions: Vec<Shown<ValidatorStatus>>,
    gateway: Shown<GatewayStatus>,
    url: String,
}

impl Service {
    /// Starts everybody. The last subnet of the plan is this one.
    ///
    /// # Errors
    /// If one cannot start.
    pub async fn start(starter: &mut Starter<'_>, prompts: Arc<Corpus>) -> Result<Self> {
        let index = starter.plan.subnets.len();
        let netuid = *starter.netuids.get(index).context("the serve subnet is missing")?;
        let rules = Rules {
            train_netuid: starter.netuids[0].0,
            ..starter.plan.service.rules.clone()
        };
        let description = Description {
            kind: market::SERVE.to_owned(),
            rules: serde_json::to_value(&rules)?,
            corpus: None,
            beacon: None,
        };
        starter.publish(index, netuid, &description).await?;
        miners(starter, index, netuid, &rules).await?;
        let opinions = validators(starter, index, netuid, &rules, prompts).await?;
        for (number, shown) in opinions.iter().enumerate() {
            let notices = Notices {
                netuid: netuid.0,
                listen: anywhere(),
                announce: None,
                description: Some(description.clone()),
                text: None,
            };
            starter.hang_out(index, number, notices, shown).await?;
        }
        let gateway = Shown::default();
        let url = sell(starter, index, netuid, rules, &gateway).await?;
        buy(starter, index, netuid, &url, &gateway).await?;
        Ok(Self { opinions, gateway, url })
    }

    /// Where the gateway is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What the validators show now.
    pub fn opinions(&self) -> Vec<ValidatorStatus> {
        self.opinions.iter().map(Shown::now).collect()
    }

    /// What the gateway shows now.
    pub fn gateway(&self) -> Gateway {
        Gateway {
            url: self.url.clone(),
            status: self.gateway.now(),
        }
    }
}

fn identity(pair: &tributary_client::Keypair) -> Identity {
    Identity::from(pair.pair().clone())
}

async fn miners(starter: &mut Starter<'_>, index: usize, netuid: NetUid, rules: &Rules) -> Result<()> {
    for (number, server) in starter.plan.service.miners.iter().enumerate() {
        let config = MinerConfig {
            netuid: netuid.0,
            kind: server.kind,
            rules: rules.clone(),
            listen: anywhere(),
            announce: None,
            reach: Reach::Private,
            delay: Duration::from_millis(server.delay_ms),
            state_folder: Some(starter.folder(&folder_of("miner", index, number))?),
        };
        let hotkey = identity(&Member::miner(index, number)?.hotkey);
        let (chain, cancel) = (starter.chain.clone(), starter.cancel.clone());
        let name = format!("{} serve miner {} of subnet {netuid}", server.kind, number + 1);
        let start = move || {
            let started = spawn_miner(config.clone(), chain.clone(), hotkey.clone(), cancel.clone());
            Box::pin(async move { Ok(work(started.await?.task)) }) as _
        };
        starter.supervisor.start(name, start).await?;
    }
    Ok(())
}

async fn validators(
    starter: &mut Starter<'_>,
    index: usize,
    netuid: NetUid,
    rules: &Rules,
    prompts: Arc<Corpus>,
) -> Result<Vec<Shown<ValidatorStatus>>> {
    let mut all = Vec::new();
    for number in 0..VALIDATORS {
        let config = ValidatorConfig {
            netuid: netuid.0,
            rules: rules.clone(),
            reach: Reach::Private,
            prompts: prompts.clone(),
            state_folder: Some(starter.folder(&folder_of("validator", index, number))?),
        };
        let hotkey = identity(&Member::validator(index, number)?.hotkey);
        let (chain, cancel) = (starter.chain.clone(), starter.cancel.clone());
        let spawn = move || {
            let validator = spawn_validator(config.clone(), chain.clone(), hotkey.clone(), cancel.clone())?;
            Ok((validator.status, validator.task))
        };
        let name = format!("serve validator {} of subnet {netuid}", number + 1);
        all.push(starter.validate(name, spawn).await?);
    }
    Ok(all)
}

/// Starts the gateway; where it is. A restart listens there again.
async fn sell(
    starter: &mut Starter<'_>,
    index: usize,
    netuid: NetUid,
    rules: Rules,
    shown: &Shown<GatewayStatus>,
) -> Result<String> {
    let owner = Member::owner(index)?;
    let port = starter.place.gateway_port;
    let config = GatewayConfig {
        netuid: netuid.0,
        rules,
        listen: SocketAddr::from(([127, 0, 0, 1], port.unwrap_or(PORT))),
        reach: Reach::Private,
        price: starter.plan.service.price,
        credit: starter.plan.service.credit,
        patience: Duration::from_secs(10),
        settle_every_blocks: SETTLE_EVERY_BLOCKS,
        settle_min: SETTLE_MIN_RAO,
        voucher_step: VOUCHER_STEP_RAO,
        audit_share: 0.1,
        state_folder: Some(starter.folder("gateway")?),
    };
    let rail = Arc::new(RpcRail::new(starter.client.clone()).await?);
    let (chain, cancel) = (starter.chain.clone(), starter.cancel.clone());
    let open = move |config: GatewayConfig| {
        let (hotkey, coldkey) = (identity(&owner.hotkey), identity(&owner.coldkey));
        spawn_gateway(config, chain.clone(), rail.clone(), hotkey, coldkey, cancel.clone())
    };
    let first = match open(config.clone()).await {
        Err(NeuronError::Listen { .. }) if port.is_none() => {
            let config = GatewayConfig {
                listen: anywhere(),
                ..config.clone()
            };
            open(config).await
        }
        opened => opened,
    };
    let first = first.context("the gateway does not start")?;
    let url = format!("http://{}", first.address);
    let config = GatewayConfig {
        listen: first.address,
        ..config
    };
    let shown = shown.clone();
    let run = move |gateway: GatewayHandle| -> Work {
        shown.set(gateway.status);
        work(gateway.task)
    };
    let first = run(first);
    let again = move || {
        let (opened, run) = (open(config.clone()), run.clone());
        Box::pin(async move { Ok(run(opened.await?)) }) as _
    };
    starter.supervisor.keep("gateway".to_owned(), first, again);
    Ok(url)
}

/// Starts the customer.
async fn buy(
    starter: &mut Starter<'_>,
    index: usize,
    netuid: NetUid,
    url: &str,
    shown: &Shown<GatewayStatus>,
) -> Result<()> {
    let customer = Customer {
        client: starter.client.clone(),
        netuid,
        payee: Member::owner(index)?.coldkey,
        gateway: url.to_owned(),
        status: shown.clone(),
        price: starter.plan.service.price,
        every: Customer::pace(starter.plan.block_time_ms),
        records: starter.folder("customer")?,
    };
    let cancel = starter.cancel.clone();
    let start = move || {
        let running = tokio::spawn(customer.clone().run(cancel.clone()));
        Box::pin(async move {
            let work: Work = Box::pin(async move { running.await? });
            Ok(work)
        }) as _
    };
    starter.supervisor.start("customer".to_owned(), start).await
}
