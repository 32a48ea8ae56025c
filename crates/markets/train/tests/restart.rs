//! A miner that was stopped between committing a version and hearing that the commitment is in a block.

use std::{sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;
use tributary_market_train::{
    Artefact, Bundled, Corpus, MinerConfig, MinerHandle, MinerKind, Model, Rules, Shape, TrainingPool, device,
    spawn_miner,
};
use tributary_neuron::{Chain as _, Dendrite, DendriteLimits, Identity, Reach, memory_chain::MemoryChain};
use tributary_timelock::Signer;

const NETUID: u16 = 3;

async fn start(folder: &std::path::Path, chain: &Arc<MemoryChain>, cancel: &CancellationToken) -> MinerHandle {
    let config = MinerConfig {
        reach: Reach::Private,
        netuid: NETUID,
        kind: MinerKind::Honest,
        // So little training that nothing newer is published meanwhile.
        strength: 1e-6,
        seed: 1,
        text: Corpus::bundled(Bundled::Testament).training(),
        rules: Rules::default(),
        guests: Vec::new(),
        listen: "127.0.0.1:0".parse().unwrap(),
        announce: None,
        pool: TrainingPool::new(1, 1.0).unwrap(),
        publish_every: Duration::from_secs(3_600),
        beacon: Signer::from_phrase("a test's").unwrap().beacon().clone(),
        state_folder: Some(folder.to_path_buf()),
    };
    let started = spawn_miner(config, chain.clone(), Identity::from_seed(&[1; 32]), cancel.clone());
    started.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_about_to_be_committed_is_served_once_the_chain_has_it() {
    let chain = Arc::new(MemoryChain::new(NETUID, MemoryChain::PARAMETERS));
    let (miner, validator) = (Identity::from_seed(&[1; 32]), Identity::from_seed(&[2; 32]));
    chain.register(miner.hotkey(), false, 0);
    chain.register(validator.hotkey(), true, 1_000);
    let rules = Rules::default();
    let shape = Shape {
        context: rules.context_bytes,
        embedding: rules.embedding_width,
        hidden: 8,
    };
    let version = Artefact::pack(&Model::random(shape, 7, &device()).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let name = format!("miner-{NETUID}-{}.committing.safetensors", miner.hotkey());
    std::fs::write(folder.path().join(name), version.bytes()).unwrap();
    std::fs::write(
        folder
            .path()
            .join(format!("miner-{NETUID}-{}.committing.steps", miner.hotkey())),
        "5",
    )
    .unwrap();
    let dendrite = Dendrite::new(validator, DendriteLimits::within(Reach::Private));
    let route = format!("weights/{}", hex::encode(version.digest()));
    let fetch = async |handle: &MinerHandle| {
        let asked = dendrite.call(miner.hotkey(), handle.address, &route, Default::default(), 1 << 24);
        asked.await
    };

    let cancel = CancellationToken::new();
    let handle = start(folder.path(), &chain, &cancel).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let early = fetch(&handle).await.unwrap_err().to_string();
    assert!(early.contains("no such version"), "{early}");
    chain.set_commitment(&miner, NETUID, version.digest()).await.unwrap();
    let served = async {
        loop {
            match fetch(&handle).await {
                Ok(bytes) => return bytes,
                Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
    };
    let served = tokio::time::timeout(Duration::from_secs(60), served).await;
    assert_eq!(&served.expect("it is served")[..], &version.bytes()[..]);
    cancel.cancel();
    handle.task.await.unwrap().unwrap();

    // The next start serves it at once.
    let cancel = CancellationToken::new();
    let handle = start(folder.path(), &chain, &cancel).await;
    assert_eq!(&fetch(&handle).await.unwrap()[..], &version.bytes()[..]);
    cancel.cancel();
    handle.task.await.unwrap().unwrap();
}
