//! The whole market over real HTTP on this machine, against a chain in memory: who earns, and who does not.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tributary_market_train::{
    Artefact, Bundled, Corpus, MinerConfig, MinerHandle, MinerKind, Rules, TrainingPool, ValidatorConfig,
    ValidatorHandle, ValidatorStatus, device, spawn_miner, spawn_validator,
};
use tributary_neuron::{ArtifactPromise, Chain as _, Identity, Reach, memory_chain::MemoryChain};
use tributary_timelock::{Pulse, Sealed, Signer};

const NETUID: u16 = 3;
const SEED: u64 = 20;

/// What each does, and how strong it is; the honest first, the strongest of them first.
const CAST: [(MinerKind, f64); 7] = [
    (MinerKind::Honest, 1.0),
    (MinerKind::Honest, 0.45),
    (MinerKind::Honest, 0.15),
    (MinerKind::Copycat, 1.0),
    (MinerKind::Random, 1.0),
    (MinerKind::Overfit, 0.5),
    (MinerKind::Offline, 1.0),
];
/// Number of the first miner's identity.
const FIRST: u8 = 10;

fn identity(n: u8) -> Identity {
    Identity::from_seed(&[n; 32])
}

/// A miner at work.
struct Mining {
    kind: MinerKind,
    strength: f64,
    handle: MinerHandle,
}

/// A chain in memory, and everybody at work on it.
struct Stage {
    chain: Arc<MemoryChain>,
    signer: Signer,
    cancel: CancellationToken,
    folder: tempfile::TempDir,
    blocks: JoinHandle<()>,
    miners: BTreeMap<u16, Mining>,
    judges: Vec<(u16, ValidatorHandle)>,
}

impl Stage {
    async fn start() -> Self {
        let chain = Arc::new(MemoryChain::new(NETUID, MemoryChain::PARAMETERS));
        let corpus = Arc::new(Corpus::bundled(Bundled::Testament));
        let pool = TrainingPool::new(1, 1.0).unwrap();
        let signer = Signer::from_phrase("a test's").unwrap();
        let cancel = CancellationToken::new();
        let folder = tempfile::tempdir().unwrap();
        let state_folder = || Some(folder.path().to_path_buf());
        let blocks = {
            let (chain, cancel) = (chain.clone(), cancel.clone());
            tokio::spawn(async move {
                while !cancel.is_cancelled() {
                    tokio::time::sleep(Duration::from_millis(300)).await;
                    chain.advance();
                }
            })
        };
        let validators = [1, 2].map(|n| (chain.register(identity(n).hotkey(), true, 1_000), identity(n)));
        let mut miners = BTreeMap::new();
        for (n, (kind, strength)) in (FIRST..).zip(CAST) {
            let uid = chain.register(identity(n).hotkey(), false, 0);
            let config = MinerConfig {
                reach: Reach::Private,
                netuid: NETUID,
                kind,
                strength,
                seed: SEED + u64::from(n),
                text: corpus.training(),
                rules: Rules::default(),
                guests: Vec::new(),
                listen: "127.0.0.1:0".parse().unwrap(),
                announce: None,
                pool: pool.clone(),
                publish_every: Duration::from_secs(2),
                beacon: signer.beacon().clone(),
                state_folder: state_folder(),
            };
            let started = spawn_miner(config, chain.clone(), identity(n), cancel.clone());
            let handle = started.await.unwrap();
            let mining = Mining { kind, strength, handle };
            miners.insert(uid, mining);
        }
        let mut judges = Vec::new();
        for (uid, identity) in validators {
            let config = ValidatorConfig {
                reach: Reach::Private,
                netuid: NETUID,
                corpus: corpus.clone(),
                rules: Rules::default(),
                pool: pool.clone(),
                beacon: signer.beacon().clone(),
                state_folder: state_folder(),
            };
            let judge = spawn_validator(config, chain.clone(), identity, cancel.clone()).unwrap();
            judges.push((uid, judge));
        }
        Self {
            chain,
            signer,
            cancel,
            folder,
            blocks,
            miners,
            judges,
        }
    }

    /// Whether both validators have scored every honest miner and measured the copycat.
    fn all_are_judged(&self) -> bool {
        self.judges.iter().all(|(_, judge)| {
            let status = judge.status.borrow();
            self.miners.iter().all(|(uid, miner)| match miner.kind {
                MinerKind::Honest => status.miners.get(uid).is_some_and(|view| view.score > 0.0),
                MinerKind::Copycat => status.miners.get(uid).is_some_and(|view| view.bits_per_byte.is_some()),
                _ => true,
            })
        })
    }

    /// Waits until everybody has been judged in some rounds after the weakest honest miner and the copycat showed up.
    async fn until_settled(&self) {
        let started = Instant::now();
        let settled = async {
            let mut since = None;
            loop {
                tokio::time::sleep(Duration::from_millis(200)).await;
                let rounds = self.judges.iter().map(|(_, judge)| judge.status.borrow().rounds);
                let rounds = rounds.min().unwrap();
                if since.is_none() && self.all_are_judged() {
                    println!("all judged after {:.1} s", started.elapsed().as_secs_f64());
                    since = Some(rounds);
                }
                if since.is_some_and(|since| rounds >= since + 5) {
                    return;
                }
            }
        };
        let judged = tokio::time::timeout(Duration::from_secs(240), settled).await;
        judged.expect("everybody is judged in time");
        for (uid, miner) in &self.miners {
            let (kind, strength, status) = (miner.kind, miner.strength, miner.handle.status.borrow());
            println!("uid {uid} {kind} {strength}: {:?}", *status);
        }
    }

    /// Weights follow measured quality, and what is dishonest gets next to nothing.
    fn check_weights(&self, judge: u16, status: &ValidatorStatus) {
        for (uid, view) in &status.miners {
            println!("validator {judge} on {uid}: {view:?}");
        }
        let set: BTreeMap<u16, u16> = self.chain.weights()[&judge].iter().copied().collect();
        println!("validator {judge} weights {set:?}");
        let total: u64 = set.values().map(|weight| u64::from(*weight)).sum();
        let (honest, dishonest): (Vec<u16>, Vec<u16>) =
            (self.miners.keys().copied()).partition(|uid| self.miners[uid].kind == MinerKind::Honest);
        let taken = dishonest.iter().filter_map(|uid| set.get(uid).copied()).map(u64::from);
        let taken: u64 = taken.sum();
        assert!(taken * 100 < total * 2, "dishonest miners take {taken} of {total}");
        let order = |key: &dyn Fn(u16) -> f64| {
            let mut order = honest.clone();
            order.sort_by(|a, b| key(*a).total_cmp(&key(*b)));
            order
        };
        let by_bits = order(&|uid| status.miners[&uid].bits_per_byte.unwrap());
        let by_weight = order(&|uid| -f64::from(set[&uid]));
        assert_eq!(by_bits, by_weight, "weights follow measured quality");
        assert_eq!(by_bits, honest, "the stronger miner is the better one");
    }

    /// The best miner keeps the subnet's promise: the others can open what it made, and only when its time has come.
    async fn check_artifacts(&mut self) {
        let beacon = self.signer.beacon().clone();
        let started_ms = 1_800_000_000_000;
        let best = *self.miners.keys().next().unwrap();
        self.chain.set_incentive(best, 60_000);
        self.chain.promise_artifacts(ArtifactPromise {
            period_blocks: 1_000,
            open_after_blocks: 20,
            block_ms: 12_000,
            now_ms: started_ms,
            block: 0,
        });
        let all_confirm = async {
            for (_, judge) in &mut self.judges {
                let confirmed = judge.status.wait_for(|status| status.artifacts_confirmed == 1);
                confirmed.await.unwrap();
            }
        };
        let confirmed = tokio::time::timeout(Duration::from_secs(60), all_confirm).await;
        confirmed.expect("all confirm in time");
        let artifact = self.chain.artifact(NETUID).await.unwrap().unwrap();
        assert_eq!(
            (artifact.number, artifact.committer, artifact.confirmed),
            (0, identity(FIRST).hotkey(), true)
        );
        let url = artifact.commitment.location.clone();
        let fetched = tributary_neuron::artifact::fetch(&url, Reach::Private, 1 << 24).await;
        let sealed = Sealed::from_bytes(&fetched.unwrap()).unwrap();
        let opens_ms = beacon.round_time_ms(sealed.round);
        let committed_ms = started_ms + artifact.block * 12_000;
        assert!(opens_ms > committed_ms && opens_ms <= committed_ms + 20 * 12_000);
        let early = Pulse {
            round: sealed.round,
            ..self.signer.pulse(sealed.round - 1)
        };
        assert!(sealed.open(&early).is_err());
        let content = sealed.open(&self.signer.pulse(sealed.round)).unwrap();
        let model = Artefact::new(content.into());
        assert_eq!(model.digest(), artifact.commitment.plaintext);
        model.open(&Rules::default(), &device()).unwrap();
    }

    /// Ends everybody; names of the files that the first validator has kept.
    async fn end(self) -> Vec<String> {
        self.cancel.cancel();
        for miner in self.miners.into_values() {
            miner.handle.task.await.unwrap().unwrap();
        }
        for (_, judge) in self.judges {
            judge.task.await.unwrap().unwrap();
        }
        self.blocks.await.unwrap();
        let archive = format!("validator-{NETUID}-{}", identity(1).hotkey());
        let kept = std::fs::read_dir(self.folder.path().join(archive)).unwrap();
        kept.map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn honest_miners_earn_by_quality_and_the_others_nothing() {
    println!("seed {SEED}");
    let mut stage = Stage::start().await;
    stage.until_settled().await;
    for (judge, handle) in &stage.judges {
        let status = handle.status.borrow().clone();
        stage.check_weights(*judge, &status);
    }
    stage.check_artifacts().await;

    // A restarted validator knows again who was first.
    let copycat = CAST.iter().position(|(kind, _)| *kind == MinerKind::Copycat).unwrap();
    let copycat = identity(FIRST + copycat as u8).hotkey().to_string();
    let names = stage.end().await;
    let derived = |name: &String| name.contains(&copycat) && name.ends_with(".derived");
    assert!(names.iter().any(derived), "{names:?}");
}
