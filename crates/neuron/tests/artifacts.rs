//! Artifacts from sealing to opening, over real HTTP on this machine and a chain in memory: the promise kept, and every way
//! to break it seen.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use tokio_util::sync::CancellationToken;
use tributary_neuron::{
    Answer, Archive, Archived, Artifact, ArtifactCommitment, ArtifactPromise, Axon, AxonLimits, Call, Chain, Confirmer,
    Copies, Dendrite, DendriteLimits, Handler, Identity, Reach, Refusal, Relay, RelayError, Sealer, beacon::Clock,
    envelope::sha256, http, memory_chain::MemoryChain, serve_beacon,
};
use tributary_timelock::{Sealed, Secret, Signer};

const NETUID: u16 = 4;
const START_MS: u64 = 1_800_000_000_000;
const PROMISE: ArtifactPromise = ArtifactPromise {
    period_blocks: 10,
    open_after_blocks: 5,
    block_ms: 12_000,
    now_ms: START_MS,
    block: 0,
};
static CONTENT: Bytes = Bytes::from_static(b"what the emission paid for");

struct Shown(Copies);

#[async_trait]
impl Handler for Shown {
    async fn handle(&self, call: Call) -> Result<Answer, Refusal> {
        self.0.answer(&call.route).ok_or_else(|| Refusal::not_found("nothing"))
    }

    fn public(&self, path: &str) -> Option<Bytes> {
        self.0.public(path)
    }
}

/// A chain with a miner whose axon shows what its sealer sealed, two validators, a beacon and an archive.
struct World {
    chain: MemoryChain,
    miner: Identity,
    validators: [Identity; 2],
    signer: Signer,
    clock: Clock,
    relay: Relay,
    sealer: Sealer,
    cancel: CancellationToken,
    folder: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let chain = MemoryChain::new(NETUID, MemoryChain::PARAMETERS);
        let [miner, first, second] = [1, 2, 3].map(|n| Identity::from_seed(&[n; 32]));
        let uid = chain.register(miner.hotkey(), false, 0);
        chain.set_incentive(uid, 65_535);
        chain.register(first.hotkey(), true, 700);
        chain.register(second.hotkey(), true, 300);
        chain.promise_artifacts(PROMISE);
        let signer = Signer::from_phrase("a test's").unwrap();
        let cancel = CancellationToken::new();
        let clock = Clock::default();
        clock.set_ms(START_MS);
        let any = "127.0.0.1:0".parse().unwrap();
        let served = Signer::from_phrase("a test's").unwrap();
        let (address, _) = serve_beacon(served, clock.clone(), any, cancel.clone()).await.unwrap();
        let relay = Relay::connect(&format!("http://{address}/")).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let sealer = Sealer::new(signer.beacon().clone(), Some(folder.path().join("sealed"))).unwrap();
        let world = Self {
            chain,
            miner,
            validators: [first, second],
            signer,
            clock,
            relay,
            sealer,
            cancel,
            folder,
        };
        world.show(world.sealer.copies()).await;
        world
    }

    /// Starts an axon of the miner and announces it.
    async fn show(&self, copies: Copies) {
        let axon = Axon::spawn(
            self.miner.clone(),
            "127.0.0.1:0".parse().unwrap(),
            Arc::new(Shown(copies)),
            Arc::new(|_: &_| true),
            AxonLimits::default(),
            self.cancel.clone(),
        );
        let address = axon.await.unwrap().address;
        self.chain.serve_axon(&self.miner, NETUID, address).await.unwrap();
    }

    fn archive(&self, name: &str) -> Archive {
        let folder = self.folder.path().join(name);
        Archive::new(folder, self.relay.clone(), Reach::Private, 1 << 20, Some(1)).unwrap()
    }

    fn pass(&self, blocks: u64) {
        for _ in 0..blocks {
            self.chain.advance();
        }
        self.clock.set_ms(self.now() + blocks * PROMISE.block_ms);
    }

    fn now(&self) -> u64 {
        self.clock.now_ms()
    }

    async fn seal(&mut self) -> Option<ArtifactCommitment> {
        let step = self.sealer.step(&self.chain, &self.miner, NETUID, &CONTENT);
        step.await.unwrap()
    }

    async fn artifact(&self) -> Artifact {
        self.chain.artifact(NETUID).await.unwrap().unwrap()
    }

    async fn confirm(&self, validator: usize, content: Option<Bytes>) -> bool {
        let identity = &self.validators[validator];
        let dendrite = Dendrite::new(identity.clone(), DendriteLimits::within(Reach::Private));
        let mut confirmer = Confirmer::new(self.signer.beacon().clone());
        let known = |digest: &[u8; 32]| content.clone().filter(|content| sha256(content) == *digest);
        let step = confirmer.step(&self.chain, &dendrite, identity, NETUID, known);
        step.await.unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_promise_is_kept_confirmed_and_opened() {
    let mut world = World::new().await;
    world.pass(1);
    let committed = world.seal().await.unwrap();
    assert_eq!(world.seal().await, None, "one look a block");
    let opens = world.signer.beacon().round_time_ms(committed.round);
    assert!(opens > world.now() && opens <= world.now() + 5 * 12_000);

    // Nobody confirms what it has not seen.
    assert!(!world.confirm(0, None).await);
    assert!(world.confirm(0, Some(CONTENT.clone())).await);
    assert!(!world.artifact().await.confirmed, "seven tenths are not three quarters");
    assert!(world.confirm(1, Some(CONTENT.clone())).await);
    assert!(world.artifact().await.confirmed);
    assert!(!world.confirm(1, Some(CONTENT.clone())).await, "once");

    // Anybody fetches it, and opens it after the window, not before.
    let mut archive = world.archive("opened");
    let kept = archive.step(&world.chain, &[NETUID], world.now()).await.unwrap();
    assert!(
        matches!(kept.as_slice(), [Archived::Kept { number: 0, .. }]),
        "{kept:?}"
    );
    assert_eq!(world.relay.pulse(committed.round).await.unwrap(), None);
    assert_eq!(archive.step(&world.chain, &[NETUID], world.now()).await.unwrap(), []);
    world.pass(5);
    let opened = archive.step(&world.chain, &[NETUID], world.now()).await.unwrap();
    let [Archived::Opened { file: first, .. }] = opened.as_slice() else {
        panic!("{opened:?}")
    };
    assert_eq!(std::fs::read(first).unwrap(), CONTENT);
    assert_eq!(archive.waiting(), 0);

    // The next is due in the second half of the period.
    assert_eq!(world.seal().await, None);
    world.pass(1);
    world.seal().await.unwrap();
    assert_eq!(world.artifact().await.number, 1);
    archive.step(&world.chain, &[NETUID], world.now()).await.unwrap();
    // A restarted archive opens what the one before kept, and fetches nothing twice.
    let mut archive = world.archive("opened");
    assert_eq!(archive.waiting(), 1);
    assert_eq!(archive.step(&world.chain, &[NETUID], world.now()).await.unwrap(), []);
    world.pass(5);
    let opened = archive.step(&world.chain, &[NETUID], world.now()).await.unwrap();
    let [
        Archived::Opened {
            number: 1,
            file: second,
            ..
        },
    ] = opened.as_slice()
    else {
        panic!("{opened:?}")
    };
    assert!(second.exists() && !first.exists(), "only the last is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_sealer_serves_what_it_sealed_and_another_miner_commits_nothing() {
    let mut world = World::new().await;
    world.pass(1);
    world.seal().await.unwrap();
    let folder = world.folder.path().join("sealed");
    std::fs::write(folder.join("00.sealed"), b"damaged").unwrap();
    world.sealer = Sealer::new(world.signer.beacon().clone(), Some(folder)).unwrap();
    world.show(world.sealer.copies()).await;
    assert!(world.confirm(0, Some(CONTENT.clone())).await);

    let other = Identity::from_seed(&[9; 32]);
    world.chain.register(other.hotkey(), false, 0);
    world.pass(20);
    let mut sealer = Sealer::new(world.signer.beacon().clone(), None).unwrap();
    assert_eq!(sealer.step(&world.chain, &other, NETUID, &CONTENT).await.unwrap(), None);
    assert_eq!(world.artifact().await.number, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_promise_is_seen() {
    let mut world = World::new().await;
    world.pass(1);
    let honest = world.seal().await.unwrap();
    let commit = async |commitment: ArtifactCommitment| {
        world
            .chain
            .commit_artifact(&world.miner, NETUID, &commitment)
            .await
            .unwrap();
    };
    // Another content than is said: validators who have seen the content do not confirm.
    let said = ArtifactCommitment {
        plaintext: sha256(b"something better"),
        ..honest.clone()
    };
    commit(said).await;
    let better = Some(Bytes::from_static(b"something better"));
    assert!(!world.confirm(0, better).await);
    // Nobody else finds out before the round; after it everybody does.
    let mut archive = world.archive("lies");
    archive.step(&world.chain, &[NETUID], world.now()).await.unwrap();
    world.pass(5);
    let broken = archive.step(&world.chain, &[NETUID], world.now()).await.unwrap();
    assert!(matches!(broken.as_slice(), [Archived::Broken { number: 1, why, .. }] if why.contains("something else")));

    // A file that is not the committed one.
    let other = ArtifactCommitment {
        ciphertext: [7; 32],
        ..honest.clone()
    };
    commit(other).await;
    let broken = archive.step(&world.chain, &[NETUID], world.now()).await.unwrap();
    assert!(
        matches!(broken.as_slice(), [Archived::Broken { number: 2, why, .. }] if why.contains("not the committed"))
    );

    // A file that is not there: given up after some tries, without keeping anything up.
    let nowhere = ArtifactCommitment {
        location: "http://127.0.0.1:1/nothing".to_owned(),
        ..honest
    };
    commit(nowhere).await;
    let mut tries = 0;
    let broken = loop {
        let done = archive.step(&world.chain, &[NETUID], world.now()).await.unwrap();
        tries += 1;
        if !done.is_empty() {
            break done;
        }
    };
    assert_eq!(tries, 5);
    assert!(matches!(broken.as_slice(), [Archived::Broken { number: 3, why, .. }] if why.contains("cannot be had")));

    // Sealed for a beacon that nobody has: the hashes are right, and the public pulse does not open it.
    let foreign = Signer::from_phrase("somebody's own").unwrap();
    let round = world.signer.beacon().round_at_ms(world.now());
    let sealed = Sealed::seal(foreign.beacon(), round, &CONTENT, &Secret([1; 32]))
        .unwrap()
        .to_bytes();
    let place = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let location = format!("http://{}/file", place.local_addr().unwrap());
    let file = sealed.clone();
    let router = axum::Router::new().route("/file", axum::routing::get(move || async move { file }));
    tokio::spawn(async move { axum::serve(place, router).await });
    commit(ArtifactCommitment {
        plaintext: sha256(&CONTENT),
        ciphertext: sha256(&sealed),
        round,
        location,
    })
    .await;
    let done = archive.step(&world.chain, &[NETUID], world.now()).await.unwrap();
    assert!(
        matches!(
            done.as_slice(),
            [Archived::Kept { .. }, Archived::Broken { number: 4, .. }]
        ),
        "{done:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_relay_speaks_like_drands() {
    let world = World::new().await;
    let client = http::peers().timeout(Duration::from_secs(5)).build().unwrap();
    let hash = hex::encode(world.signer.beacon().hash());
    let url = |path: &str| format!("{}/{path}", world.relay.url());
    let get = async |path: &str| client.get(url(path)).send().await.unwrap();
    assert_eq!(get("chains").await.json::<Vec<String>>().await.unwrap().join(","), hash);
    let latest: serde_json::Value = get("public/latest").await.json().await.unwrap();
    let round = latest["round"].as_u64().unwrap();
    assert_eq!(round, world.signer.beacon().round_at_ms(world.now()));
    let same: serde_json::Value = get(&format!("{hash}/public/{round}")).await.json().await.unwrap();
    assert_eq!(same, latest);
    assert_eq!(get(&format!("public/{}", round + 1)).await.status(), 425);
    assert_eq!(get("public/0").await.status(), 404);
    assert_eq!(get("public/tomorrow").await.status(), 400);
    assert!(world.relay.pulse(round).await.unwrap().is_some());

    // A relay that gives the pulses of another beacon is found out.
    let liar = Relay::of(
        world.relay.url(),
        Signer::from_phrase("other").unwrap().beacon().clone(),
    );
    assert!(matches!(liar.pulse(round).await, Err(RelayError::Untrue { .. })));
    assert!(matches!(
        Relay::connect("http://127.0.0.1:1").await,
        Err(RelayError::Unreachable { .. })
    ));
}

impl World {
    /// A place on this machine that gives out these files, by number.
    async fn place(&self, files: Vec<Vec<u8>>) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let files = Arc::new(files);
        let get = axum::routing::get(move |axum::extract::Path(number): axum::extract::Path<usize>| {
            let files = files.clone();
            async move { files[number].clone() }
        });
        let router = axum::Router::new().route("/{number}", get);
        tokio::spawn(async move { axum::serve(listener, router).await });
        format!("http://{address}")
    }

    async fn commit(&self, plaintext: [u8; 32], sealed: &[u8], round: u64, location: String) {
        let commitment = ArtifactCommitment {
            plaintext,
            ciphertext: sha256(sealed),
            round,
            location,
        };
        let committed = self.chain.commit_artifact(&self.miner, NETUID, &commitment);
        committed.await.unwrap();
    }

    /// A file that opens in so many rounds, different for each secret.
    fn sealed(&self, rounds: u64, secret: u8) -> (u64, Vec<u8>) {
        let beacon = self.signer.beacon();
        let round = beacon.round_at_ms(self.now()) + rounds;
        let sealed = Sealed::seal(beacon, round, &CONTENT, &Secret([secret; 32])).unwrap();
        (round, sealed.to_bytes())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_hangs_holds_up_nothing_else() {
    let mut world = World::new().await;
    // Whoever connects waits for ever.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let location = format!("http://{}/file", silent.local_addr().unwrap());
    let (round, file) = world.sealed(1, 1);
    world.commit(sha256(&CONTENT), &file, round, location).await;
    let mut archive = world.archive("beside");
    let step = archive.step(&world.chain, &[NETUID], world.now());
    let done = tokio::time::timeout(Duration::from_secs(60), step).await;
    assert_eq!(done.expect("a step does not wait for it").unwrap(), []);
    world.pass(6);
    world.seal().await.unwrap();
    let done = archive.step(&world.chain, &[NETUID], world.now()).await.unwrap();
    assert!(
        matches!(done.as_slice(), [Archived::Kept { number: 1, .. }]),
        "{done:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_that_cannot_be_had_holds_up_no_other() {
    let world = World::new().await;
    let files: Vec<_> = (0..3).map(|n| world.sealed(1 + u64::from(n), n)).collect();
    let place = world.place(files.iter().map(|(_, file)| file.clone()).collect()).await;
    // A relay that fails at the first of these rounds.
    let (bad, url) = (files[0].0, world.relay.url().to_owned());
    let client = http::peers().build().unwrap();
    let proxy = axum::Router::new().fallback(move |uri: axum::http::Uri| {
        let (client, url) = (client.clone(), format!("{url}{}", uri.path()));
        async move {
            if url.ends_with(&format!("/{bad}")) {
                return (axum::http::StatusCode::INTERNAL_SERVER_ERROR, Bytes::new());
            }
            let answer = client.get(url).send().await.unwrap();
            (answer.status(), answer.bytes().await.unwrap())
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let relay = Relay::of(
        &format!("http://{}", listener.local_addr().unwrap()),
        world.signer.beacon().clone(),
    );
    tokio::spawn(async move { axum::serve(listener, proxy).await });
    let folder = world.folder.path().join("rounds");
    let mut archive = Archive::new(folder, relay, Reach::Private, 1 << 20, None).unwrap();
    for (number, (round, file)) in files.iter().enumerate() {
        world
            .commit(sha256(&CONTENT), file, *round, format!("{place}/{number}"))
            .await;
        archive.step(&world.chain, &[NETUID], world.now()).await.unwrap();
    }
    assert_eq!(archive.waiting(), 3);
    world.pass(5);
    let done = archive.step(&world.chain, &[NETUID], world.now()).await.unwrap();
    assert!(
        matches!(
            done.as_slice(),
            [Archived::Opened { number: 1, .. }, Archived::Opened { number: 2, .. }]
        ),
        "{done:?}"
    );
    assert_eq!(archive.waiting(), 1);
    let error = archive.step(&world.chain, &[NETUID], world.now()).await.unwrap_err();
    assert!(error.is_passing(), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_cannot_fill_an_archive() {
    const FILES: u8 = 40;
    let world = World::new().await;
    let files: Vec<_> = (0..FILES).map(|n| world.sealed(2, n)).collect();
    let place = world.place(files.iter().map(|(_, file)| file.clone()).collect()).await;
    let mut archive = world.archive("full");
    let mut refused = 0;
    for (number, (round, file)) in files.iter().enumerate() {
        // None of them holds what is said.
        world.commit([7; 32], file, *round, format!("{place}/{number}")).await;
        let done = archive.step(&world.chain, &[NETUID], world.now()).await.unwrap();
        refused += match done.as_slice() {
            [Archived::Kept { .. }] => 0,
            [Archived::Broken { why, .. }] if why.contains("too many") => 1,
            _ => panic!("{done:?}"),
        };
        assert!(archive.waiting() <= 16);
    }
    assert_eq!((archive.waiting(), refused), (16, usize::from(FILES) - 16));
    // Neither can it by what turns out to be something else, nor is that looked at again after a restart.
    for number in 1..=3 {
        world.pass(5);
        let done = archive.step(&world.chain, &[NETUID], world.now()).await.unwrap();
        assert_eq!(done.len(), 16, "{done:?}");
        archive = world.archive("full");
        assert_eq!(archive.waiting(), 0);
        let files = std::fs::read_dir(world.folder.path().join("full")).unwrap().count();
        assert_eq!(files, 16 * 3, "each with what was committed and what is wrong");
        let files: Vec<_> = (0..16).map(|n| world.sealed(2, 50 * number + n)).collect();
        let place = world.place(files.iter().map(|(_, file)| file.clone()).collect()).await;
        for (number, (round, file)) in files.iter().enumerate() {
            world.commit([7; 32], file, *round, format!("{place}/{number}")).await;
            archive.step(&world.chain, &[NETUID], world.now()).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_failed_before_does_not_count_against_the_next() {
    let world = World::new().await;
    let mut archive = world.archive("counts");
    let mut tries = Vec::new();
    for n in 0..2 {
        let (round, file) = world.sealed(1, n);
        world
            .commit(sha256(&CONTENT), &file, round, "http://127.0.0.1:1/nothing".to_owned())
            .await;
        // The first is replaced before it is given up.
        for tried in 1..=(if n == 0 { 3 } else { 9 }) {
            let done = archive.step(&world.chain, &[NETUID], world.now()).await.unwrap();
            if !done.is_empty() {
                tries.push(tried);
                break;
            }
        }
    }
    assert_eq!(tries, [5]);
}
