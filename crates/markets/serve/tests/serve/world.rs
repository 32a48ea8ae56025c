//! A train subnet with one miner, whose model is served on another subnet.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tributary_market_serve::{MinerConfig, MinerHandle, MinerKind, Rules, ValidatorConfig, ValidatorHandle};
use tributary_market_train as train;
use tributary_neuron::{
    Artifact, ArtifactCommitment, ArtifactPromise, Chain, ChainError, Commitment, Head, Identity, Metagraph,
    NeuronError, Reach, SealedWeights, SubnetParameters, memory_chain::MemoryChain,
};

pub const TRAIN: u16 = 1;
pub const SERVE: u16 = 4;

/// A chain with two subnets.
pub struct Nets {
    pub train: MemoryChain,
    pub serve: MemoryChain,
}

impl Nets {
    fn of(&self, netuid: u16) -> &MemoryChain {
        if netuid == TRAIN { &self.train } else { &self.serve }
    }
}

#[async_trait]
impl Chain for Nets {
    async fn head(&self) -> Result<Head, ChainError> {
        self.serve.head().await
    }

    async fn block_hash(&self, number: u64) -> Result<Option<[u8; 32]>, ChainError> {
        self.serve.block_hash(number).await
    }

    async fn metagraph(&self, netuid: u16) -> Result<Metagraph, ChainError> {
        self.of(netuid).metagraph(netuid).await
    }

    async fn parameters(&self, netuid: u16) -> Result<SubnetParameters, ChainError> {
        self.of(netuid).parameters(netuid).await
    }

    async fn commitments(&self, netuid: u16) -> Result<Vec<Commitment>, ChainError> {
        self.of(netuid).commitments(netuid).await
    }

    async fn set_commitment(&self, identity: &Identity, netuid: u16, digest: [u8; 32]) -> Result<u64, ChainError> {
        self.of(netuid).set_commitment(identity, netuid, digest).await
    }

    async fn set_weights(
        &self,
        identity: &Identity,
        netuid: u16,
        uids: &[u16],
        weights: &[u16],
        version_key: u64,
    ) -> Result<(), ChainError> {
        self.of(netuid)
            .set_weights(identity, netuid, uids, weights, version_key)
            .await
    }

    async fn commit_weights(&self, identity: &Identity, netuid: u16, sealed: &SealedWeights) -> Result<(), ChainError> {
        self.of(netuid).commit_weights(identity, netuid, sealed).await
    }

    async fn reveal_weights(&self, identity: &Identity, netuid: u16, sealed: &SealedWeights) -> Result<(), ChainError> {
        self.of(netuid).reveal_weights(identity, netuid, sealed).await
    }

    async fn serve_axon(&self, identity: &Identity, netuid: u16, address: SocketAddr) -> Result<(), ChainError> {
        self.of(netuid).serve_axon(identity, netuid, address).await
    }

    async fn artifact_promise(&self, netuid: u16) -> Result<Option<ArtifactPromise>, ChainError> {
        self.of(netuid).artifact_promise(netuid).await
    }

    async fn artifact(&self, netuid: u16) -> Result<Option<Artifact>, ChainError> {
        self.of(netuid).artifact(netuid).await
    }

    async fn commit_artifact(
        &self,
        identity: &Identity,
        netuid: u16,
        commitment: &ArtifactCommitment,
    ) -> Result<(), ChainError> {
        self.of(netuid).commit_artifact(identity, netuid, commitment).await
    }

    async fn confirm_artifact(&self, identity: &Identity, netuid: u16, number: u32) -> Result<(), ChainError> {
        self.of(netuid).confirm_artifact(identity, netuid, number).await
    }

    async fn market(&self, netuid: u16) -> Result<Option<String>, ChainError> {
        self.of(netuid).market(netuid).await
    }

    async fn publish_market(&self, identity: &Identity, netuid: u16, text: &str) -> Result<(), ChainError> {
        self.of(netuid).publish_market(identity, netuid, text).await
    }
}

pub fn identity(n: u8) -> Identity {
    Identity::from_seed(&[n; 32])
}

/// Everything that a test needs to run.
pub struct World {
    pub nets: Arc<Nets>,
    pub cancel: CancellationToken,
    pub rules: Rules,
    blocks: JoinHandle<()>,
    tasks: Vec<JoinHandle<Result<(), NeuronError>>>,
}

impl World {
    /// With a trained model committed and paid for on the train subnet.
    pub async fn new() -> Self {
        let nets = Arc::new(Nets {
            train: MemoryChain::new(TRAIN, MemoryChain::PARAMETERS),
            serve: MemoryChain::new(SERVE, MemoryChain::PARAMETERS),
        });
        let cancel = CancellationToken::new();
        let blocks = {
            let (nets, cancel) = (nets.clone(), cancel.clone());
            tokio::spawn(async move {
                while !cancel.is_cancelled() {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    nets.train.advance();
                    nets.serve.advance();
                }
            })
        };
        let mut world = Self {
            nets,
            cancel,
            rules: Rules {
                train_netuid: TRAIN,
                release_blocks: 5,
                deadline_ms: 30_000,
                ..Rules::default()
            },
            blocks,
            tasks: Vec::new(),
        };
        world.train(200).await;
        world
    }

    /// A train miner with random weights takes the lead: everybody shall serve its model. Which one it is depends on `n`.
    pub async fn train(&mut self, n: u8) {
        let uid = self.nets.train.register(identity(n).hotkey(), false, 0);
        let config = train::MinerConfig {
            reach: Reach::Private,
            netuid: TRAIN,
            kind: train::MinerKind::Random,
            strength: 0.3,
            seed: u64::from(n),
            text: train::Corpus::bundled(train::Bundled::Testament).training(),
            rules: train::Rules::default(),
            guests: vec![SERVE],
            listen: ([127, 0, 0, 1], 0).into(),
            announce: None,
            pool: train::TrainingPool::new(1, 1.0).unwrap(),
            publish_every: Duration::from_secs(60),
            beacon: tributary_timelock::Beacon::quicknet(),
            state_folder: None,
        };
        let miner = train::spawn_miner(config, self.nets.clone(), identity(n), self.cancel.clone())
            .await
            .unwrap();
        let mut status = miner.status;
        status.wait_for(|status| status.version > 0).await.unwrap();
        self.tasks.push(miner.task);
        for other in 0..uid {
            self.nets.train.set_incentive(other, 1_000);
        }
        self.nets.train.set_incentive(uid, 60_000);
    }

    /// A serve miner.
    pub async fn miner(&mut self, n: u8, kind: MinerKind, delay_ms: u64) -> (u16, MinerHandle) {
        let uid = self.nets.serve.register(identity(n).hotkey(), false, 0);
        let config = MinerConfig {
            reach: Reach::Private,
            netuid: SERVE,
            kind,
            rules: self.rules.clone(),
            listen: ([127, 0, 0, 1], 0).into(),
            announce: None,
            delay: Duration::from_millis(delay_ms),
            state_folder: None,
        };
        let miner = tributary_market_serve::spawn_miner(config, self.nets.clone(), identity(n), self.cancel.clone())
            .await
            .unwrap();
        (uid, miner)
    }

    /// A serve validator.
    pub fn validator(&mut self, n: u8) -> (u16, ValidatorHandle) {
        let uid = self.nets.serve.register(identity(n).hotkey(), true, 1_000);
        let config = ValidatorConfig {
            reach: Reach::Private,
            netuid: SERVE,
            rules: self.rules.clone(),
            prompts: Arc::new(train::Corpus::bundled(train::Bundled::Prophets)),
            state_folder: None,
        };
        let chain = self.nets.clone();
        let validator =
            tributary_market_serve::spawn_validator(config, chain, identity(n), self.cancel.clone()).unwrap();
        (uid, validator)
    }

    /// Waits until something holds.
    pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
        let waiting = async {
            while !holds().await {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let patience = Duration::from_secs(120);
        tokio::time::timeout(patience, waiting)
            .await
            .unwrap_or_else(|_| panic!("{what} did not come to be"));
    }

    /// Stops everybody.
    pub async fn stop(self) {
        self.cancel.cancel();
        for task in self.tasks {
            task.await.unwrap().unwrap();
        }
        self.blocks.await.unwrap();
    }
}
