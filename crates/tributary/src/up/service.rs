//! The serve subnet of the market: its miners and validators, the gateway, and the customer.

use std::{net::SocketAddr, path::Path, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use futures::{FutureExt as _, future::BoxFuture};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tributary_client::{AccountId32, Client};
use tributary_economy::NetUid;
use tributary_market_serve::{
    GatewayConfig, GatewayStatus, MinerConfig, MinerKind, Rules, ValidatorConfig, ValidatorStatus, spawn_gateway,
    spawn_miner, spawn_validator,
};
use tributary_market_train::Corpus;
use tributary_neuron::{Chain, Identity};

use super::{
    customer::Customer,
    plan::{Member, Plan, VALIDATORS},
};
use crate::rail::RpcRail;

/// Where gateways listen by habit; another port is taken if this one is not free and none was named.
const PORT: u16 = 8402;
/// Blocks between two settlements.
const SETTLE_EVERY_BLOCKS: u64 = 20;

/// A serve miner whose figures are shown.
#[derive(Clone, Debug)]
pub struct Server {
    /// Its hotkey.
    pub hotkey: AccountId32,
    /// How it behaves.
    pub kind: MinerKind,
    /// Milliseconds that its answers wait.
    pub delay_ms: u64,
}

/// What is shown of the serve subnet.
#[derive(Clone, Debug)]
pub struct Counter {
    /// Its number.
    pub netuid: NetUid,
    /// Its name.
    pub name: String,
    /// Its miners.
    pub servers: Vec<Server>,
    /// What its validators show.
    pub opinions: Vec<ValidatorStatus>,
    /// What its gateway shows.
    pub gateway: GatewayStatus,
    /// Where its gateway is.
    pub url: String,
}

/// The running serve subnet.
pub struct Service {
    netuid: NetUid,
    name: String,
    servers: Vec<Server>,
    opinions: Vec<watch::Receiver<ValidatorStatus>>,
    gateway: watch::Receiver<GatewayStatus>,
    url: String,
}

/// Where the serve subnet works.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The market's folder.
    pub folder: &'a Path,
    /// Port of the gateway, if a certain one is wanted.
    pub port: Option<u16>,
}

/// A task of the market and its name.
pub type Task = BoxFuture<'static, (String, Result<()>)>;

impl Service {
    /// Starts everybody. `netuids` are those of the plan's subnets; the last one is this one's.
    ///
    /// # Errors
    /// If one cannot start.
    pub async fn start(
        client: &Client,
        chain: Arc<dyn Chain>,
        plan: &Plan,
        netuids: &[NetUid],
        prompts: Arc<Corpus>,
        place: Place<'_>,
        cancel: &CancellationToken,
    ) -> Result<(Self, Vec<Task>)> {
        let Place { folder, port } = place;
        let index = plan.subnets.len();
        let netuid = *netuids.get(index).context("the serve subnet is missing")?;
        let service = &plan.service;
        let rules = Rules {
            train_netuid: netuids[0].0,
            ..service.rules.clone()
        };
        let state = |name: String| -> Result<std::path::PathBuf> {
            let folder = folder.join("neurons").join(name);
            std::fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
            Ok(folder)
        };
        let identity = |pair: &tributary_client::Keypair| Identity::from(pair.pair().clone());
        let mut tasks: Vec<Task> = Vec::new();
        let mut servers = Vec::new();
        for (number, server) in service.miners.iter().enumerate() {
            let member = Member::miner(index, number)?;
            let name = format!("{} serve miner {} of subnet {netuid}", server.kind, number + 1);
            let config = MinerConfig {
                netuid: netuid.0,
                kind: server.kind,
                rules: rules.clone(),
                listen: SocketAddr::from(([127, 0, 0, 1], 0)),
                announce: None,
                delay: Duration::from_millis(server.delay_ms),
                state_folder: Some(state(format!("miner-{}-{}", index + 1, number + 1))?),
            };
            let handle = spawn_miner(config, chain.clone(), identity(&member.hotkey), cancel.clone())
                .await
                .with_context(|| format!("the {name} does not start"))?;
            tasks.push(
                handle
                    .task
                    .map(move |ended| (name, super::workers::ended_well(ended)))
                    .boxed(),
            );
            servers.push(Server {
                hotkey: member.hotkey.account(),
                kind: server.kind,
                delay_ms: server.delay_ms,
            });
        }
        let mut opinions = Vec::new();
        for number in 0..VALIDATORS {
            let member = Member::validator(index, number)?;
            let name = format!("serve validator {} of subnet {netuid}", number + 1);
            let config = ValidatorConfig {
                netuid: netuid.0,
                rules: rules.clone(),
                prompts: prompts.clone(),
                state_folder: Some(state(format!("validator-{}-{}", index + 1, number + 1))?),
            };
            let handle = spawn_validator(config, chain.clone(), identity(&member.hotkey), cancel.clone())
                .with_context(|| format!("the {name} does not start"))?;
            opinions.push(handle.status);
            tasks.push(
                handle
                    .task
                    .map(move |ended| (name, super::workers::ended_well(ended)))
                    .boxed(),
            );
        }
        let owner = Member::owner(index)?;
        let config = GatewayConfig {
            netuid: netuid.0,
            rules,
            listen: SocketAddr::from(([127, 0, 0, 1], port.unwrap_or(PORT))),
            price: service.price,
            credit: service.credit,
            patience: Duration::from_secs(10),
            settle_every_blocks: SETTLE_EVERY_BLOCKS,
            audit_share: 0.1,
            state_folder: Some(state("gateway".to_owned())?),
        };
        let start = |config| {
            let rail = Arc::new(RpcRail::new(client.clone()));
            spawn_gateway(
                config,
                chain.clone(),
                rail,
                identity(&owner.hotkey),
                identity(&owner.coldkey),
                cancel.clone(),
            )
        };
        let gateway = match start(config.clone()).await {
            Err(tributary_neuron::NeuronError::Listen { .. }) if port.is_none() => {
                let any = SocketAddr::from(([127, 0, 0, 1], 0));
                start(GatewayConfig { listen: any, ..config }).await
            }
            started => started,
        };
        let gateway = gateway.context("the gateway does not start")?;
        let url = format!("http://{}", gateway.address);
        let customer = Customer {
            client: client.clone(),
            netuid,
            payee: owner.coldkey.clone(),
            gateway: url.clone(),
            status: gateway.status.clone(),
            price: service.price,
            every: Customer::pace(plan.block_time_ms),
        };
        let customer = tokio::spawn(customer.run(cancel.clone()));
        tasks.push(
            customer
                .map(|ended| ("customer".to_owned(), ended.unwrap_or_else(|e| Err(e.into()))))
                .boxed(),
        );
        let ended = gateway
            .task
            .map(|ended| ("gateway".to_owned(), super::workers::ended_well(ended)));
        tasks.push(ended.boxed());
        let service = Self {
            netuid,
            name: service.name.clone(),
            servers,
            opinions,
            gateway: gateway.status,
            url,
        };
        Ok((service, tasks))
    }

    /// What is shown now.
    pub fn counter(&self) -> Counter {
        Counter {
            netuid: self.netuid,
            name: self.name.clone(),
            servers: self.servers.clone(),
            opinions: self.opinions.iter().map(|status| status.borrow().clone()).collect(),
            gateway: self.gateway.borrow().clone(),
            url: self.url.clone(),
        }
    }
}
