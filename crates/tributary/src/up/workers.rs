//! The miners and validators of the market, each a task of this process that talks to the others over HTTP.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use tokio_util::sync::CancellationToken;
use tributary_client::Client;
use tributary_economy::NetUid;
use tributary_market_train::{
    Corpus, MinerConfig, TrainingPool, ValidatorConfig, ValidatorStatus, spawn_miner, spawn_validator,
};
use tributary_neuron::{BeaconPrint, Description, Identity, Reach};
use tributary_timelock::Beacon;

use super::{
    artifacts::Artifacts,
    cast::Cast,
    frame_reader::Known,
    neuron::{Place, Starter, anywhere, folder_of},
    plan::{Member, Plan, SubnetPlan, VALIDATORS},
    service::Service,
    supervisor::{Shown, Supervisor, work},
};
use crate::{
    folder::Lock,
    market::{self, Notices},
    rpc_chain::RpcChain,
};

/// Part of the processors' time that training and measuring may take; the chain and the screen need the rest.
const BUSY: f64 = 0.8;
/// Blocks between two versions of a miner.
const PUBLISH_EVERY_BLOCKS: u64 = 10;

/// Everybody at work.
pub struct Workers {
    opinions: BTreeMap<u16, Vec<Shown<ValidatorStatus>>>,
    service: Service,
    artifacts: Artifacts,
    supervisor: Supervisor,
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
        let mut starter = Starter {
            client,
            chain: Arc::new(RpcChain::new(client.clone())),
            plan,
            netuids,
            place,
            cancel: cancel.clone(),
            supervisor: Supervisor::new(cancel),
            locks: Vec::new(),
        };
        let artifacts = Artifacts::start(&mut starter).await?;
        let prompts = corpora.first().context("the market has no corpus")?.clone();
        let service = Service::start(&mut starter, prompts).await?;
        let trade = Trade {
            pool: TrainingPool::new(threads, BUSY)?,
            beacon: artifacts.beacon().clone(),
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
                    relay: Some(artifacts.url().to_owned()),
                }),
            };
            starter.publish(index, *netuid, &description).await?;
            miners(&mut starter, &trade, index, subnet, *netuid, corpus).await?;
            let shown = validators(&mut starter, &trade, index, subnet, *netuid, corpus).await?;
            let text = Bytes::from(corpus.training().joined());
            for (number, shown) in shown.iter().enumerate() {
                let notices = Notices {
                    netuid: netuid.0,
                    listen: anywhere(),
                    announce: None,
                    description: Some(description.clone()),
                    text: Some(text.clone()),
                };
                starter.hang_out(index, number, notices, shown).await?;
            }
            opinions.insert(netuid.0, shown);
        }
        Ok(Self {
            opinions,
            service,
            artifacts,
            supervisor: starter.supervisor,
            _locks: starter.locks,
        })
    }

    /// Where the gateway is.
    pub fn gateway_url(&self) -> &str {
        self.service.url()
    }

    /// Where the market's beacon is.
    pub fn beacon(&self) -> &str {
        self.artifacts.url()
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
            opened: self.artifacts.opened(),
            gateway: Some(self.service.gateway()),
        }
    }

    /// Waits until all have ended.
    pub async fn finish(self) {
        self.supervisor.finish().await;
    }
}

async fn miners(
    starter: &mut Starter<'_>,
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
            seed: starter
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
            state_folder: Some(starter.folder(&folder_of("miner", index, number))?),
        };
        let identity = Identity::from(Member::miner(index, number)?.hotkey.pair().clone());
        let (chain, cancel) = (starter.chain.clone(), starter.cancel.clone());
        let name = format!("{} miner {} of subnet {netuid}", miner.kind, number + 1);
        let start = move || {
            let started = spawn_miner(config.clone(), chain.clone(), identity.clone(), cancel.clone());
            Box::pin(async move { Ok(work(started.await?.task)) }) as _
        };
        starter.supervisor.start(name, start).await?;
    }
    Ok(())
}

async fn validators(
    starter: &mut Starter<'_>,
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
            state_folder: Some(starter.folder(&folder_of("validator", index, number))?),
        };
        let identity = Identity::from(Member::validator(index, number)?.hotkey.pair().clone());
        let (chain, cancel) = (starter.chain.clone(), starter.cancel.clone());
        let spawn = move || {
            let validator = spawn_validator(config.clone(), chain.clone(), identity.clone(), cancel.clone())?;
            Ok((validator.status, validator.task))
        };
        let name = format!("validator {} of subnet {netuid}", number + 1);
        all.push(starter.validate(name, spawn).await?);
    }
    Ok(all)
}
