//! The miners and validators of the market, each a task of this process that talks to the others over HTTP.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use serde::Serialize;
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tributary_client::Client;
use tributary_economy::NetUid;
use tributary_market_train::{
    Corpus, MinerConfig, TrainingPool, ValidatorConfig, ValidatorStatus, spawn_miner, spawn_validator,
};
use tributary_neuron::{BeaconPrint, Chain, Description, Identity, Reach};
use tributary_timelock::Beacon;

use super::{
    cast::Cast,
    frame::Known,
    keeper::{Keeper, Shown, work},
    plan::{Member, Plan, SubnetPlan, VALIDATORS},
    service::Service,
    shelf::Shelf,
};
use crate::{
    folder::{self, Lock},
    market::{self, Notices},
    neurons::RpcChain,
};

/// Part of the processors' time that training and measuring may take; the chain and the screen need the rest.
const BUSY: f64 = 0.8;
/// Blocks between two versions of a miner.
const PUBLISH_EVERY_BLOCKS: u64 = 10;

/// Where the market works.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its folder.
    pub folder: PathBuf,
    /// Port of the gateway, if a certain one is wanted.
    pub gateway_port: Option<u16>,
}

/// What everybody who works is given.
pub struct Tools<'a> {
    /// The chain's client.
    pub client: &'a Client,
    /// The chain, as neurons see it.
    pub chain: Arc<dyn Chain>,
    /// Who takes part.
    pub plan: &'a Plan,
    /// The subnets, in the order of the plan.
    pub netuids: &'a [NetUid],
    /// Where they work.
    pub place: &'a Place,
    /// Ends everybody.
    pub cancel: CancellationToken,
    /// Keeps everybody at work.
    pub keeper: Keeper,
    /// The folders that are taken.
    pub locks: Vec<Lock>,
}

impl Tools<'_> {
    /// The folder of a neuron, which is its own from now on.
    ///
    /// # Errors
    /// If another process works there, or it cannot be made.
    pub fn folder(&mut self, name: &str) -> Result<PathBuf> {
        let folder = self.place.folder.join("neurons").join(name);
        self.locks.push(folder::take(&folder, "up")?);
        Ok(folder)
    }

    /// Publishes what a subnet competes in, as its owner, unless that is what is published.
    ///
    /// # Errors
    /// If the chain refuses.
    pub async fn publish(&self, index: usize, netuid: NetUid, description: &Description) -> Result<()> {
        let text = description.to_text()?;
        if self.chain.market(netuid.0).await?.as_deref() == Some(&text) {
            return Ok(());
        }
        let owner = Identity::from(Member::owner(index)?.hotkey.pair().clone());
        let published = self.chain.publish_market(&owner, netuid.0, &text).await;
        published.with_context(|| format!("what subnet {netuid} competes in cannot be published"))
    }

    /// Keeps a validator at work; what it shows. `spawn` starts it once: its status and its task.
    ///
    /// # Errors
    /// If the first start fails.
    pub async fn validate<T, E, S>(&mut self, name: String, spawn: S) -> Result<Shown<T>>
    where
        T: Clone + Default + Send + Sync + 'static,
        E: std::error::Error + Send + Sync + 'static,
        S: Fn() -> Result<(watch::Receiver<T>, JoinHandle<Result<(), E>>)> + Send + 'static,
    {
        let shown = Shown::default();
        let kept = shown.clone();
        let start = move || {
            let (started, shown) = (spawn(), kept.clone());
            Box::pin(async move {
                let (status, task) = started?;
                shown.set(status);
                Ok(work(task))
            }) as _
        };
        self.keeper.start(name, start).await?;
        Ok(shown)
    }

    /// Hangs out the board of a validator.
    ///
    /// # Errors
    /// If it cannot listen.
    pub async fn hang_out<T>(&mut self, index: usize, number: usize, notices: Notices, shown: &Shown<T>) -> Result<()>
    where
        T: Clone + Default + Serialize + Send + Sync + 'static,
    {
        let identity = Identity::from(Member::validator(index, number)?.hotkey.pair().clone());
        let (chain, cancel, shown) = (self.chain.clone(), self.cancel.clone(), shown.clone());
        let name = format!("board of validator {} of subnet {}", number + 1, notices.netuid);
        let start = move || {
            let shown = shown.clone();
            let hung = market::hang_out(
                notices.clone(),
                move || shown.now(),
                chain.clone(),
                identity.clone(),
                cancel.clone(),
            );
            Box::pin(async move { Ok(work(hung.await?.1)) }) as _
        };
        self.keeper.start(name, start).await
    }
}

/// The name of a member's folder.
pub fn folder_of(role: &str, index: usize, number: usize) -> String {
    format!("{role}-{}-{}", index + 1, number + 1)
}

/// Where neurons of this machine listen: on any port that is free.
pub fn anywhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

/// Everybody at work.
pub struct Workers {
    opinions: BTreeMap<u16, Vec<Shown<ValidatorStatus>>>,
    service: Service,
    shelf: Shelf,
    keeper: Keeper,
    _locks: Vec<Lock>,
}

/// What the neurons of the train subnets share.
struct Trade {
    pool: Arc<TrainingPool>,
    beacon: Beacon,
    publish_every: Duration,
    /// Subnets whose neurons fetch what these make.
    guests: Vec<u16>,
}

impl Workers {
    /// Starts all neurons of the plan.
    ///
    /// # Errors
    /// If one cannot start.
    pub async fn start(
        client: &Client,
        plan: &Plan,
        netuids: &[NetUid],
        corpora: &[Arc<Corpus>],
        place: &Place,
        cancel: CancellationToken,
    ) -> Result<Self> {
        let threads = std::thread::available_parallelism().map(usize::from).unwrap_or(1);
        let mut tools = Tools {
            client,
            chain: Arc::new(RpcChain::new(client.clone())),
            plan,
            netuids,
            place,
            cancel: cancel.clone(),
            keeper: Keeper::new(cancel),
            locks: Vec::new(),
        };
        let shelf = Shelf::start(&mut tools).await?;
        let prompts = corpora.first().context("there is no corpus")?.clone();
        let service = Service::start(&mut tools, prompts).await?;
        let trade = Trade {
            pool: TrainingPool::new(threads, BUSY)?,
            beacon: shelf.beacon().clone(),
            publish_every: Duration::from_millis(plan.block_time_ms * PUBLISH_EVERY_BLOCKS),
            guests: netuids
                .get(plan.subnets.len())
                .map(|netuid| netuid.0)
                .into_iter()
                .collect(),
        };
        let mut opinions = BTreeMap::new();
        for (index, ((subnet, netuid), corpus)) in plan.subnets.iter().zip(netuids).zip(corpora).enumerate() {
            let opens = subnet.terms.is_some_and(|terms| terms.artifact_period > 0);
            let description = Description {
                kind: market::TRAIN.to_owned(),
                rules: serde_json::to_value(&subnet.rules)?,
                corpus: Some(corpus.print()),
                beacon: opens.then(|| BeaconPrint {
                    chain: hex::encode(trade.beacon.hash()),
                    relay: Some(shelf.url().to_owned()),
                }),
            };
            tools.publish(index, *netuid, &description).await?;
            miners(&mut tools, &trade, index, subnet, *netuid, corpus).await?;
            let shown = validators(&mut tools, &trade, index, subnet, *netuid, corpus).await?;
            let text = Bytes::from(corpus.training().joined());
            for (number, shown) in shown.iter().enumerate() {
                let notices = Notices {
                    netuid: netuid.0,
                    listen: anywhere(),
                    announce: None,
                    description: Some(description.clone()),
                    text: Some(text.clone()),
                };
                tools.hang_out(index, number, notices, shown).await?;
            }
            opinions.insert(netuid.0, shown);
        }
        Ok(Self {
            opinions,
            service,
            shelf,
            keeper: tools.keeper,
            _locks: tools.locks,
        })
    }

    /// Where the gateway is.
    pub fn gateway_url(&self) -> &str {
        self.service.url()
    }

    /// Where the market's beacon is.
    pub fn beacon(&self) -> &str {
        self.shelf.url()
    }

    /// What the neurons show now.
    pub fn known<'a>(&self, cast: &'a Cast) -> Known<'a> {
        let opinions = self.opinions.iter().map(|(netuid, shown)| {
            let shown = shown.iter().map(Shown::now);
            (*netuid, shown.collect())
        });
        Known {
            cast,
            opinions: opinions.collect(),
            serve_opinions: self.service.opinions(),
            opened: self.shelf.opened(),
            gateway: Some(self.service.gateway()),
        }
    }

    /// Waits until all have ended.
    pub async fn finish(self) {
        self.keeper.finish().await;
    }
}

async fn miners(
    tools: &mut Tools<'_>,
    trade: &Trade,
    index: usize,
    subnet: &SubnetPlan,
    netuid: NetUid,
    corpus: &Arc<Corpus>,
) -> Result<()> {
    for (number, miner) in subnet.miners.iter().enumerate() {
        let config = MinerConfig {
            netuid: netuid.0,
            kind: miner.kind,
            strength: miner.strength,
            seed: tools
                .plan
                .seed
                .wrapping_mul(1000)
                .wrapping_add((index * 10 + number) as u64),
            text: corpus.training(),
            rules: subnet.rules.clone(),
            guests: trade.guests.clone(),
            listen: anywhere(),
            announce: None,
            reach: Reach::Private,
            pool: trade.pool.clone(),
            publish_every: trade.publish_every,
            beacon: trade.beacon.clone(),
            state_folder: Some(tools.folder(&folder_of("miner", index, number))?),
        };
        let identity = Identity::from(Member::miner(index, number)?.hotkey.pair().clone());
        let (chain, cancel) = (tools.chain.clone(), tools.cancel.clone());
        let name = format!("{} miner {} of subnet {netuid}", miner.kind, number + 1);
        let start = move || {
            let started = spawn_miner(config.clone(), chain.clone(), identity.clone(), cancel.clone());
            Box::pin(async move { Ok(work(started.await?.task)) }) as _
        };
        tools.keeper.start(name, start).await?;
    }
    Ok(())
}

async fn validators(
    tools: &mut Tools<'_>,
    trade: &Trade,
    index: usize,
    subnet: &SubnetPlan,
    netuid: NetUid,
    corpus: &Arc<Corpus>,
) -> Result<Vec<Shown<ValidatorStatus>>> {
    let mut all = Vec::new();
    for number in 0..VALIDATORS {
        let config = ValidatorConfig {
            netuid: netuid.0,
            corpus: corpus.clone(),
            rules: subnet.rules.clone(),
            reach: Reach::Private,
            pool: trade.pool.clone(),
            beacon: trade.beacon.clone(),
            state_folder: Some(tools.folder(&folder_of("validator", index, number))?),
        };
        let identity = Identity::from(Member::validator(index, number)?.hotkey.pair().clone());
        let (chain, cancel) = (tools.chain.clone(), tools.cancel.clone());
        let spawn = move || {
            let validator = spawn_validator(config.clone(), chain.clone(), identity.clone(), cancel.clone())?;
            Ok((validator.status, validator.task))
        };
        let name = format!("validator {} of subnet {netuid}", number + 1);
        all.push(tools.validate(name, spawn).await?);
    }
    Ok(all)
}
