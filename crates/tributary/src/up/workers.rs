//! The miners and validators of the market, each a task of this process that talks to the others over HTTP.

use std::{collections::BTreeMap, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, anyhow};
use futures::{FutureExt as _, StreamExt as _, stream::FuturesUnordered};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tributary_client::Client;
use tributary_economy::NetUid;
use tributary_market_train::{
    Corpus, MinerConfig, TrainingPool, ValidatorConfig, ValidatorStatus, spawn_miner, spawn_validator,
};
use tributary_neuron::{Chain, Identity};

use super::{
    frame::{Arena, Entrant},
    plan::{Member, Plan, VALIDATORS},
    service::{Counter, Place, Service, Task},
    shelf::{Opened, Shelf},
};
use crate::neurons::RpcChain;

/// Part of the processors' time that training and measuring may take; the chain and the screen need the rest.
const BUSY: f64 = 0.8;
/// Blocks between two versions of a miner.
const PUBLISH_EVERY_BLOCKS: u64 = 10;

/// Everybody at work.
pub struct Workers {
    arenas: Vec<Arena>,
    opinions: BTreeMap<NetUid, Vec<watch::Receiver<ValidatorStatus>>>,
    service: Service,
    shelf: Shelf,
    tasks: FuturesUnordered<Task>,
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
        folder: &Path,
        gateway_port: Option<u16>,
        cancel: CancellationToken,
    ) -> Result<Self> {
        let threads = std::thread::available_parallelism().map(usize::from).unwrap_or(1);
        let pool = TrainingPool::new(threads, BUSY)?;
        let chain: Arc<dyn Chain> = Arc::new(RpcChain::new(client.clone()));
        let publish_every = Duration::from_millis(plan.block_time_ms * PUBLISH_EVERY_BLOCKS);
        let (shelf, beacon, shelf_tasks) = Shelf::start(client, chain.clone(), plan, netuids, folder, &cancel).await?;
        let prompts = corpora.first().context("there is no corpus")?.clone();
        let (service, tasks) = Service::start(
            client,
            chain.clone(),
            plan,
            netuids,
            prompts,
            Place {
                folder,
                port: gateway_port,
            },
            &cancel,
        )
        .await?;
        let mut workers = Self {
            arenas: Vec::new(),
            opinions: BTreeMap::new(),
            service,
            shelf,
            tasks: tasks.into_iter().chain(shelf_tasks).collect(),
        };
        // The neurons of the subnet after the train subnets fetch what these make.
        let guests: Vec<u16> = netuids
            .get(plan.subnets.len())
            .map(|netuid| netuid.0)
            .into_iter()
            .collect();
        for (index, ((subnet, netuid), corpus)) in plan.subnets.iter().zip(netuids).zip(corpora).enumerate() {
            let mut arena = Arena {
                netuid: *netuid,
                name: subnet.name.clone(),
                entrants: Vec::new(),
            };
            for (number, miner) in subnet.miners.iter().enumerate() {
                let member = Member::miner(index, number)?;
                let name = format!("{} miner {} of subnet {netuid}", miner.kind, number + 1);
                let state_folder = folder
                    .join("neurons")
                    .join(format!("miner-{}-{}", index + 1, number + 1));
                std::fs::create_dir_all(&state_folder)
                    .with_context(|| format!("cannot make the folder {}", state_folder.display()))?;
                let config = MinerConfig {
                    netuid: netuid.0,
                    kind: miner.kind,
                    strength: miner.strength,
                    seed: plan.seed.wrapping_mul(1000).wrapping_add((index * 10 + number) as u64),
                    text: corpus.training(),
                    rules: subnet.rules.clone(),
                    guests: guests.clone(),
                    listen: SocketAddr::from(([127, 0, 0, 1], 0)),
                    announce: None,
                    pool: pool.clone(),
                    publish_every,
                    beacon: beacon.clone(),
                    state_folder: Some(state_folder),
                };
                let identity = Identity::from(member.hotkey.pair().clone());
                let handle = spawn_miner(config, chain.clone(), identity, cancel.clone())
                    .await
                    .with_context(|| format!("the {name} does not start"))?;
                workers
                    .tasks
                    .push(handle.task.map(move |ended| (name, ended_well(ended))).boxed());
                arena.entrants.push(Entrant {
                    hotkey: member.hotkey.account(),
                    kind: miner.kind,
                    strength: miner.strength,
                });
            }
            for number in 0..VALIDATORS {
                let member = Member::validator(index, number)?;
                let name = format!("validator {} of subnet {netuid}", number + 1);
                let state_folder = folder
                    .join("neurons")
                    .join(format!("validator-{}-{}", index + 1, number + 1));
                std::fs::create_dir_all(&state_folder)
                    .with_context(|| format!("cannot make the folder {}", state_folder.display()))?;
                let config = ValidatorConfig {
                    netuid: netuid.0,
                    corpus: corpus.clone(),
                    rules: subnet.rules.clone(),
                    pool: pool.clone(),
                    beacon: beacon.clone(),
                    state_folder: Some(state_folder),
                };
                let identity = Identity::from(member.hotkey.pair().clone());
                let handle = spawn_validator(config, chain.clone(), identity, cancel.clone())
                    .with_context(|| format!("{name} does not start"))?;
                workers.opinions.entry(*netuid).or_default().push(handle.status);
                workers
                    .tasks
                    .push(handle.task.map(move |ended| (name, ended_well(ended))).boxed());
            }
            workers.arenas.push(arena);
        }
        Ok(workers)
    }

    /// What the serve subnet shows now.
    pub fn counter(&self) -> Counter {
        self.service.counter()
    }

    /// Where the market's beacon is.
    pub fn beacon(&self) -> &str {
        self.shelf.url()
    }

    /// What was opened so far of what the subnets made.
    pub fn opened(&self) -> Opened {
        self.shelf.opened()
    }

    /// The train subnets, and what their validators show now.
    pub fn opinions(&self) -> (Vec<Arena>, BTreeMap<NetUid, Vec<ValidatorStatus>>) {
        let opinions = self
            .opinions
            .iter()
            .map(|(netuid, statuses)| (*netuid, statuses.iter().map(|status| status.borrow().clone()).collect()));
        (self.arenas.clone(), opinions.collect())
    }

    /// Waits until a neuron ends that should not.
    pub async fn failed(&mut self) -> anyhow::Error {
        match self.tasks.next().await {
            Some((name, Err(e))) => e.context(format!("the {name} failed")),
            Some((name, Ok(()))) => anyhow!("the {name} ended by itself"),
            None => std::future::pending().await,
        }
    }

    /// Waits until all have ended.
    pub async fn finish(mut self) {
        while self.tasks.next().await.is_some() {}
    }
}

/// The error of a task, if it ended with one or died.
pub fn ended_well<E: std::error::Error + Send + Sync + 'static>(
    ended: Result<Result<(), E>, tokio::task::JoinError>,
) -> Result<()> {
    Ok(ended??)
}
