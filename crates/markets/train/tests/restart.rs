//! A miner that is stopped around a commitment, as by a crash: what the chain says that it has can be had of it.

use std::{convert::Infallible, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tributary_market_train::{Bundled, Corpus, MinerConfig, MinerHandle, MinerKind, Rules, TrainingPool, spawn_miner};
use tributary_neuron::{
    Artifact, ArtifactCommitment, ArtifactPromise, Chain, ChainError, Commitment, Dendrite, DendriteLimits, Head,
    Identity, Metagraph, Reach, SealedWeights, SubnetParameters, envelope::sha256, memory::MemoryChain,
};
use tributary_timelock::Beacon;

const NETUID: u16 = 3;
const SEED: u64 = 7;
const BYTES_MAX: usize = 1 << 20;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stops {
    BeforeCommit,
    AfterCommit,
}

/// A chain at which a miner is stopped.
struct Stopping {
    chain: Arc<MemoryChain>,
    stops: Stops,
    /// What was to be committed when it was.
    stopped: watch::Sender<Option<[u8; 32]>>,
}

impl Stopping {
    async fn stop(&self, digest: [u8; 32]) -> Result<u64, ChainError> {
        self.stopped.send_replace(Some(digest));
        let never: Infallible = std::future::pending().await;
        match never {}
    }
}

#[async_trait]
impl Chain for Stopping {
    async fn head(&self) -> Result<Head, ChainError> {
        self.chain.head().await
    }

    async fn block_hash(&self, number: u64) -> Result<Option<[u8; 32]>, ChainError> {
        self.chain.block_hash(number).await
    }

    async fn metagraph(&self, netuid: u16) -> Result<Metagraph, ChainError> {
        self.chain.metagraph(netuid).await
    }

    async fn parameters(&self, netuid: u16) -> Result<SubnetParameters, ChainError> {
        self.chain.parameters(netuid).await
    }

    async fn commitments(&self, netuid: u16) -> Result<Vec<Commitment>, ChainError> {
        self.chain.commitments(netuid).await
    }

    async fn set_commitment(&self, identity: &Identity, netuid: u16, digest: [u8; 32]) -> Result<u64, ChainError> {
        if self.stops == Stops::BeforeCommit {
            return self.stop(digest).await;
        }
        self.chain.set_commitment(identity, netuid, digest).await?;
        self.stop(digest).await
    }

    async fn set_weights(
        &self,
        identity: &Identity,
        netuid: u16,
        uids: &[u16],
        weights: &[u16],
        version_key: u64,
    ) -> Result<(), ChainError> {
        self.chain
            .set_weights(identity, netuid, uids, weights, version_key)
            .await
    }

    async fn commit_weights(&self, identity: &Identity, netuid: u16, sealed: &SealedWeights) -> Result<(), ChainError> {
        self.chain.commit_weights(identity, netuid, sealed).await
    }

    async fn reveal_weights(&self, identity: &Identity, netuid: u16, sealed: &SealedWeights) -> Result<(), ChainError> {
        self.chain.reveal_weights(identity, netuid, sealed).await
    }

    async fn serve_axon(&self, identity: &Identity, netuid: u16, address: SocketAddr) -> Result<(), ChainError> {
        self.chain.serve_axon(identity, netuid, address).await
    }

    async fn artifact_promise(&self, netuid: u16) -> Result<Option<ArtifactPromise>, ChainError> {
        self.chain.artifact_promise(netuid).await
    }

    async fn artifact(&self, netuid: u16) -> Result<Option<Artifact>, ChainError> {
        self.chain.artifact(netuid).await
    }

    async fn commit_artifact(
        &self,
        identity: &Identity,
        netuid: u16,
        commitment: &ArtifactCommitment,
    ) -> Result<(), ChainError> {
        self.chain.commit_artifact(identity, netuid, commitment).await
    }

    async fn confirm_artifact(&self, identity: &Identity, netuid: u16, number: u32) -> Result<(), ChainError> {
        self.chain.confirm_artifact(identity, netuid, number).await
    }

    async fn market(&self, netuid: u16) -> Result<Option<String>, ChainError> {
        self.chain.market(netuid).await
    }

    async fn publish_market(&self, identity: &Identity, netuid: u16, text: &str) -> Result<(), ChainError> {
        self.chain.publish_market(identity, netuid, text).await
    }
}

fn identity(n: u8) -> Identity {
    Identity::from_seed(&[n; 32])
}

async fn start(chain: Arc<dyn Chain>, folder: &Path, cancel: &CancellationToken) -> MinerHandle {
    let config = MinerConfig {
        reach: Reach::Private,
        netuid: NETUID,
        kind: MinerKind::Honest,
        strength: 1.0,
        seed: SEED,
        text: Corpus::bundled(Bundled::Testament).training(),
        rules: Rules::default(),
        guests: Vec::new(),
        listen: ([127, 0, 0, 1], 0).into(),
        announce: None,
        pool: TrainingPool::new(1, 1.0).unwrap(),
        publish_every: Duration::ZERO,
        beacon: Beacon::quicknet(),
        state_folder: Some(folder.to_path_buf()),
    };
    spawn_miner(config, chain, identity(1), cancel.clone()).await.unwrap()
}

/// Runs a miner until it is stopped at a commitment; what it was of.
async fn run_until_stopped(chain: &Arc<MemoryChain>, folder: &Path, stops: Stops) -> [u8; 32] {
    let cancel = CancellationToken::new();
    let (stopped, mut watch) = watch::channel(None);
    let chain = Stopping {
        chain: chain.clone(),
        stops,
        stopped,
    };
    let miner = start(Arc::new(chain), folder, &cancel).await;
    let stopped = tokio::time::timeout(Duration::from_secs(300), watch.wait_for(Option::is_some));
    let digest = stopped.await.expect("it learns something").unwrap().unwrap();
    cancel.cancel();
    miner.task.await.unwrap().unwrap();
    digest
}

async fn get(address: SocketAddr, digest: &[u8; 32]) -> Option<Bytes> {
    let dendrite = Dendrite::new(identity(2), DendriteLimits::within(Reach::Private));
    let route = format!("weights/{}", hex::encode(digest));
    let called = dendrite.call(identity(1).hotkey(), address, &route, Bytes::new(), BYTES_MAX);
    called.await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_miner_that_was_stopped_at_a_commitment_has_what_it_committed() {
    println!("seed {SEED}");
    let folder = tempfile::tempdir().unwrap();
    let chain = Arc::new(MemoryChain::new(NETUID, MemoryChain::PARAMETERS));
    chain.register(identity(1).hotkey(), false, 0);
    chain.register(identity(2).hotkey(), true, 1_000);

    let first = run_until_stopped(&chain, folder.path(), Stops::AfterCommit).await;
    let committed = async || chain.commitments(NETUID).await.unwrap()[0].digest;
    assert_eq!(committed().await, first);
    // It goes on from there, and is stopped before it has committed the next.
    let second = run_until_stopped(&chain, folder.path(), Stops::BeforeCommit).await;
    assert_ne!(first, second);
    assert_eq!(committed().await, first);

    let cancel = CancellationToken::new();
    let chain: Arc<dyn Chain> = Arc::new(Stopping {
        chain: chain.clone(),
        stops: Stops::BeforeCommit,
        stopped: watch::Sender::new(None),
    });
    let miner = start(chain, folder.path(), &cancel).await;
    let had = get(miner.address, &first).await.expect("what it has committed");
    assert_eq!(sha256(&had), first);
    assert_eq!(
        get(miner.address, &second).await,
        None,
        "nobody sees it before it is committed"
    );
    cancel.cancel();
    miner.task.await.unwrap().unwrap();
}
