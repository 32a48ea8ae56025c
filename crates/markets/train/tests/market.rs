//! The whole market over real HTTP on this machine, against a chain in memory: who earns, and who does not.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio_util::sync::CancellationToken;
use tributary_market_train::{
    Artefact, Bundled, Corpus, MinerConfig, MinerKind, Rules, TrainingPool, ValidatorConfig, device, spawn_miner,
    spawn_validator,
};
use tributary_neuron::{ArtifactPromise, Chain as _, Identity, Reach, memory::MemoryChain};
use tributary_timelock::{Pulse, Sealed, Signer};

const NETUID: u16 = 3;
const SEED: u64 = 20;

#[tokio::test(flavor = "multi_thread")]
async fn honest_miners_earn_by_quality_and_the_others_nothing() {
    println!("seed {SEED}");
    let chain = Arc::new(MemoryChain::new(NETUID, MemoryChain::PARAMETERS));
    let corpus = Arc::new(Corpus::bundled(Bundled::Testament));
    let pool = TrainingPool::new(1, 1.0).unwrap();
    let signer = Signer::from_phrase("a test's").unwrap();
    let cancel = CancellationToken::new();
    let folder = tempfile::tempdir().unwrap();
    let blocks = {
        let (chain, cancel) = (chain.clone(), cancel.clone());
        tokio::spawn(async move {
            while !cancel.is_cancelled() {
                tokio::time::sleep(Duration::from_millis(300)).await;
                chain.advance();
            }
        })
    };
    let identity = |n: u8| Identity::from_seed(&[n; 32]);
    let validators = [1, 2].map(|n| (chain.register(identity(n).hotkey(), true, 1_000), identity(n)));
    let cast = [
        (MinerKind::Honest, 1.0),
        (MinerKind::Honest, 0.45),
        (MinerKind::Honest, 0.15),
        (MinerKind::Copycat, 1.0),
        (MinerKind::Random, 1.0),
        (MinerKind::Overfit, 0.5),
        (MinerKind::Offline, 1.0),
    ];
    let mut miners = BTreeMap::new();
    for (n, (kind, strength)) in (10..).zip(cast) {
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
            state_folder: Some(folder.path().to_path_buf()),
        };
        let handle = spawn_miner(config, chain.clone(), identity(n), cancel.clone())
            .await
            .unwrap();
        miners.insert(uid, (kind, strength, handle));
    }
    let started = Instant::now();
    let mut judges = Vec::new();
    for (uid, identity) in validators {
        let config = ValidatorConfig {
            reach: Reach::Private,
            netuid: NETUID,
            corpus: corpus.clone(),
            rules: Rules::default(),
            pool: pool.clone(),
            beacon: signer.beacon().clone(),
            state_folder: Some(folder.path().to_path_buf()),
        };
        judges.push((
            uid,
            spawn_validator(config, chain.clone(), identity, cancel.clone()).unwrap(),
        ));
    }

    // Until everybody has been judged in some rounds after the weakest honest miner and the copycat showed up.
    let settled = async {
        let mut since = None;
        loop {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let ready = judges.iter().all(|(_, judge)| {
                let status = judge.status.borrow();
                miners.iter().all(|(uid, (kind, ..))| match kind {
                    MinerKind::Honest => status.miners.get(uid).is_some_and(|view| view.score > 0.0),
                    MinerKind::Copycat => status.miners.get(uid).is_some_and(|view| view.bits_per_byte.is_some()),
                    _ => true,
                })
            });
            let rounds = judges
                .iter()
                .map(|(_, judge)| judge.status.borrow().rounds)
                .min()
                .unwrap();
            if ready && since.is_none() {
                println!("all judged after {:.1} s", started.elapsed().as_secs_f64());
                since = Some(rounds);
            }
            if since.is_some_and(|since| rounds >= since + 5) {
                return;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(240), settled)
        .await
        .expect("everybody is judged in time");
    for (uid, (kind, strength, handle)) in &miners {
        println!("uid {uid} {kind} {strength}: {:?}", *handle.status.borrow());
    }
    let weights = chain.weights();
    for (judge, handle) in &judges {
        let status = handle.status.borrow().clone();
        for (uid, view) in &status.miners {
            println!("validator {judge} on {uid}: {view:?}");
        }
        let set: BTreeMap<u16, u16> = weights[judge].iter().copied().collect();
        println!("validator {judge} weights {set:?}");
        let total: u64 = set.values().map(|weight| u64::from(*weight)).sum();
        let dishonest = miners.iter().filter(|(_, (kind, ..))| *kind != MinerKind::Honest);
        let taken: u64 = dishonest
            .map(|(uid, _)| u64::from(set.get(uid).copied().unwrap_or(0)))
            .sum();
        assert!(taken * 100 < total * 2, "dishonest miners take {taken} of {total}");
        let honest: Vec<u16> = miners
            .iter()
            .filter(|(_, (kind, ..))| *kind == MinerKind::Honest)
            .map(|(uid, _)| *uid)
            .collect();
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
    // The best miner keeps the subnet's promise: the others can open what it made, and only when its time has come.
    let beacon = signer.beacon().clone();
    let started_ms = 1_800_000_000_000;
    let promise = ArtifactPromise {
        period_blocks: 1_000,
        open_after_blocks: 20,
        block_ms: 12_000,
        now_ms: started_ms,
        block: 0,
    };
    let best = *miners.iter().next().unwrap().0;
    chain.set_incentive(best, 60_000);
    chain.promise_artifacts(promise);
    let all_confirm = async {
        for (_, judge) in &mut judges {
            judge
                .status
                .wait_for(|status| status.artifacts_confirmed == 1)
                .await
                .unwrap();
        }
    };
    tokio::time::timeout(Duration::from_secs(60), all_confirm)
        .await
        .unwrap();
    let artifact = chain.artifact(NETUID).await.unwrap().unwrap();
    assert_eq!(
        (artifact.number, artifact.committer, artifact.confirmed),
        (0, identity(10).hotkey(), true)
    );
    let url = artifact.commitment.location.clone();
    let sealed = Sealed::from_bytes(
        &tributary_neuron::artifact::fetch(&url, Reach::Private, 1 << 24)
            .await
            .unwrap(),
    )
    .unwrap();
    let opens_ms = beacon.round_time_ms(sealed.round);
    let committed_ms = started_ms + artifact.block * 12_000;
    assert!(opens_ms > committed_ms && opens_ms <= committed_ms + 20 * 12_000);
    let early = Pulse {
        round: sealed.round,
        ..signer.pulse(sealed.round - 1)
    };
    assert!(sealed.open(&early).is_err());
    let content = sealed.open(&signer.pulse(sealed.round)).unwrap();
    let model = Artefact::new(content.into());
    assert_eq!(model.digest(), artifact.commitment.plaintext);
    model.open(&Rules::default(), &device()).unwrap();

    // A restarted validator knows again who was first.
    cancel.cancel();
    for (_, (.., handle)) in miners {
        handle.task.await.unwrap().unwrap();
    }
    for (_, judge) in judges {
        judge.task.await.unwrap().unwrap();
    }
    blocks.await.unwrap();
    let kept = std::fs::read_dir(
        folder
            .path()
            .join(format!("validator-{NETUID}-{}", identity(1).hotkey())),
    )
    .unwrap();
    let names: Vec<String> = kept
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let copycat = identity(13).hotkey().to_string();
    assert!(
        names
            .iter()
            .any(|name| name.contains(&copycat) && name.ends_with(".derived")),
        "{names:?}"
    );
}
