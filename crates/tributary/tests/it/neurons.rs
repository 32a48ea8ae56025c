//! Miners and validators as processes of their own, as people on other machines start them.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use crate::support::{ChainProcess, NeuronProcess, PATIENCE, number, share};
use serde_json::{Value, json};

/// A wallet folder in the standard layout, with the wallet `open` and its hotkey `worker`.
fn wallets() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../client/tests/wallets");
    folder.to_str().unwrap().to_owned()
}

/// A chain with a started subnet, an honest miner with keys of a wallet, a miner that learns a little text by heart, and
/// a validator with stake; all in processes of their own, until the honest one was paid.
fn honest_work_is_paid(commit_reveal: bool, block_time_ms: &str) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("chain");
    let chain = ChainProcess::start(&data, &["--block-time", block_time_ms]);
    let run = |arguments: &[&str]| chain.run(&[arguments, &["--json"]].concat()).json();

    let made = run(&[
        "register",
        "subnet",
        "--start",
        "--key",
        "//Alice",
        "--hotkey",
        "//AliceHot",
    ]);
    let netuid = number(&made, "netuid").to_string();
    if commit_reveal {
        turn_commit_reveal_on(&chain, &netuid);
    }
    let wallets = wallets();
    let wallet = ["--wallet", "open", "--wallet-path", &wallets, "--hotkey", "worker"];
    let coldkey = std::fs::read_to_string(Path::new(&wallets).join("open/coldkeypub.txt")).unwrap();
    let coldkey: Value = serde_json::from_str(&coldkey).unwrap();
    run(&[
        "transfer",
        coldkey["ss58Address"].as_str().unwrap(),
        "10",
        "--key",
        "//Alice",
    ]);
    let cheat = ["--key", "//Dave", "--hotkey", "//DaveMiner"];
    let judge = ["--key", "//Charlie", "--hotkey", "//CharlieValidator"];

    // A miner without a uid says what to do.
    let early = [&["miner", "--netuid", &netuid][..], &wallet].concat();
    let early = chain.run(&early);
    assert_eq!(early.code, 1);
    assert!(early.err.contains("tributary register neuron"), "{}", early.err);

    let join = |keys: &[&str]| number(&run(&[&["register", "neuron", &netuid][..], keys].concat()), "uid");
    let (honest, dishonest, validator) = (join(&wallet), join(&cheat), join(&judge));
    run(&[&["stake", &netuid, "100", "--slippage", "2000000%"][..], &judge].concat());

    // A small budget: the market must move on a busy machine. The text is one that no program brings along.
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (rules, corpus) = (file("rules.json"), file("letters"));
    let hyperparameters = json!({ "parameters_max": 20_000, "slice_bytes": 4096 });
    std::fs::write(&rules, hyperparameters.to_string()).unwrap();
    let letters = tributary_market_train::Corpus::bundled(tributary_market_train::Bundled::Testament);
    std::fs::write(&corpus, letters.training().joined()).unwrap();
    let owner = ["--key", "//Alice", "--hotkey", "//AliceHot"];
    let market = ["--corpus", &corpus, "--rules", &rules];
    let published = run(&[&["market", "publish", &netuid][..], &market, &owner].concat());
    assert_eq!(published["rules"]["parameters_max"], 20_000);
    assert_eq!(run(&["market", "show", &netuid]), published);
    // Nobody else publishes it.
    let stranger = chain.run(&[&["market", "publish", &netuid][..], &market, &cheat].concat());
    stranger.fails(1, &["only the hotkey of subnet", "--hotkey"]);

    // Whoever would work on another text or by other rules is told so, and what to do.
    let refused = |command: &str, more: &[&str], messages: &[&str]| {
        chain
            .run(&[&[command, "--netuid", &netuid][..], &cheat, more].concat())
            .fails(1, messages);
    };
    std::fs::write(file("other.json"), "{}").unwrap();
    let differs = ["parameters_max is 45000 here and 20000 there", "market show"];
    refused("miner", &["--rules", &file("other.json")], &differs);
    refused(
        "miner",
        &["--corpus", "histories"],
        &["not what subnet", "leave --corpus out"],
    );
    refused(
        "validator",
        &["--corpus", "histories"],
        &["not what subnet", "ask the subnet's owner"],
    );
    refused("validator", &[], &["ask the owner", "letters", "--corpus"]);
    refused("miner", &["--announce", "224.0.0.1:80"], &["multicast"]);
    refused("serve-miner", &[], &["a market in training models"]);

    let start = |name: &str, command: &[&str], keys: &[&str]| {
        NeuronProcess::start(
            &chain,
            folder.path(),
            name,
            &[command, keys, &["--netuid", &netuid]].concat(),
        )
    };
    let publish = ["--publish-every", "2"];
    let judging = start("validator", &["validator", "--corpus", &corpus], &judge);
    fetch_the_text(&chain, folder.path(), &netuid, &letters.training().joined());
    let mut neurons = vec![
        start("honest", &[&["miner"][..], &publish].concat(), &wallet),
        start(
            "overfit",
            &[&["miner", "--miner", "overfit"][..], &publish].concat(),
            &cheat,
        ),
        judging,
    ];

    let stake = |metagraph: &Value, uid: u64| number(&metagraph[uid as usize], "stake_alpha_rao");
    let began = Instant::now();
    let last = loop {
        std::thread::sleep(Duration::from_millis(500));
        neurons.iter_mut().for_each(NeuronProcess::check_alive);
        let metagraph = run(&["metagraph", &netuid]);
        let judged = neurons[2].status().is_some_and(|status| {
            for miner in status["miners"].as_object().unwrap().values() {
                // A score of 0 has its reason in every round.
                assert!(
                    miner["score"].as_f64().unwrap() > 0.0 || miner["verdict"].is_string(),
                    "{status:#}"
                );
            }
            let bits = |uid: u64| &status["miners"][uid.to_string()]["bits_per_byte"];
            bits(honest).is_number() && bits(dishonest).is_number()
        });
        // A model that has just begun to learn its few bytes by heart may beat byte frequencies for a round.
        let (earned, taken) = (stake(&metagraph, honest), stake(&metagraph, dishonest));
        let paid = earned > 0 && taken * 50 <= earned && share(&metagraph[dishonest as usize], "incentive") == 0.0;
        if judged && paid {
            break metagraph;
        }
        assert!(
            began.elapsed() < PATIENCE,
            "nobody was paid:\n{metagraph:#}\n{}",
            neurons.iter().map(NeuronProcess::said).collect::<String>()
        );
    };
    // All that miners get is the honest one's.
    assert_eq!(last[honest as usize]["incentive"], 1.0, "{last:#}");
    assert_eq!(last[validator as usize]["validator_permit"], true);
    assert!(share(&last[validator as usize], "dividends") > 0.0, "{last:#}");
    let status = run(&["status"]);
    assert_eq!(status["issuance_rao"], status["held_rao"]);

    // Each knows what it is paid and what the validator says.
    let told = |neuron: &NeuronProcess, holds: &dyn Fn(&Value) -> bool| {
        let began = Instant::now();
        while !neuron.status().is_some_and(|status| holds(&status)) {
            let last = neuron.status().unwrap_or_default();
            assert!(began.elapsed() < PATIENCE, "{last:#}\n{}", neuron.said());
            std::thread::sleep(Duration::from_millis(200));
        }
    };
    let word = |status: &Value| status["verdicts"][validator.to_string()].clone();
    told(&neurons[0], &|status| {
        status["incentive"].as_f64().unwrap() > 0.9
            && status["emission_rao"].as_u64().unwrap() > 0
            && word(status)["score"].as_f64().is_some_and(|score| score > 0.0)
    });
    told(&neurons[1], &|status| word(status)["verdict"].is_string());

    // The honest miner goes on from its own weights after a restart.
    let before = neurons[0].status().expect("it published");
    neurons.remove(0).stop();
    let again = start("honest", &[&["miner"][..], &publish].concat(), &wallet);
    let began = Instant::now();
    let resumed = loop {
        if let Some(status) = again.status().filter(|status| status["bits_per_byte"].is_number()) {
            break status;
        }
        assert!(began.elapsed() < PATIENCE, "{}", again.said());
        std::thread::sleep(Duration::from_millis(200));
    };
    assert!(
        resumed["bits_per_byte"].as_f64().unwrap() < before["bits_per_byte"].as_f64().unwrap() + 0.5,
        "{before} {resumed}"
    );
    again.stop();
    neurons.into_iter().for_each(NeuronProcess::stop);
    chain.stop();
}

/// The training part comes from the validator once its board is announced, and is what it should be.
fn fetch_the_text(chain: &ChainProcess, folder: &Path, netuid: &str, whole: &[u8]) {
    let out = folder.join("fetched");
    let began = Instant::now();
    loop {
        let fetched = chain.run(&["market", "fetch", netuid, "--out", out.to_str().unwrap()]);
        if fetched.code == 0 {
            break;
        }
        assert!(fetched.err.contains("no validator of subnet"), "{}", fetched.err);
        assert!(began.elapsed() < PATIENCE, "{}", fetched.err);
        std::thread::sleep(Duration::from_millis(500));
    }
    let training = std::fs::read(out.join("training.bin")).unwrap();
    assert!(training.len() < whole.len() && training.len() > whole.len() / 2);
    let rules: Value = serde_json::from_slice(&std::fs::read(out.join("rules.json")).unwrap()).unwrap();
    assert_eq!(rules["parameters_max"], 20_000);
}

/// As the owner of the subnet does it.
fn turn_commit_reveal_on(chain: &ChainProcess, netuid: &str) {
    use tributary_client::{Client, Keypair, Wait, calls::admin};
    use tributary_economy::NetUid;
    let call = admin::sudo_set_commit_reveal_weights_enabled(NetUid(netuid.parse().unwrap()), true);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let client = Client::connect(&chain.endpoint).await.unwrap();
        let owner = Keypair::dev("Alice").unwrap();
        client.submit(&call, &owner, Wait::InBlock).await.unwrap();
    });
}

#[test]
fn honest_work_is_paid_with_direct_weights() {
    honest_work_is_paid(false, "250");
}

/// With a second a block an epoch is long enough for a reveal on a busy machine.
#[test]
fn honest_work_is_paid_with_committed_weights() {
    honest_work_is_paid(true, "1000");
}
