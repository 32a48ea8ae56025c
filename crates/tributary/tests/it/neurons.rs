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

const CHEAT: [&str; 4] = ["--key", "//Dave", "--hotkey", "//DaveMiner"];
const JUDGE: [&str; 4] = ["--key", "//Charlie", "--hotkey", "//CharlieValidator"];
const PUBLISH: [&str; 2] = ["--publish-every", "2"];

/// A chain with a started subnet, and who is registered there.
struct Subnet {
    folder: tempfile::TempDir,
    chain: ChainProcess,
    netuid: String,
    wallets: String,
    honest: u64,
    dishonest: u64,
    validator: u64,
}

impl Subnet {
    /// An honest miner with keys of a wallet, a dishonest one, and a validator with stake.
    fn new(commit_reveal: bool, block_time_ms: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("chain");
        let chain = ChainProcess::start(&data, &["--block-time", block_time_ms]);
        let run = |arguments: &[&str]| chain.run(&[arguments, &["--json"]].concat()).json();
        let owner = ["--key", "//Alice", "--hotkey", "//AliceHot"];
        let made = run(&[&["register", "subnet", "--start"][..], &owner].concat());
        let netuid = number(&made, "netuid").to_string();
        if commit_reveal {
            turn_commit_reveal_on(&chain, &netuid);
        }
        let wallets = wallets();
        let coldkey = std::fs::read_to_string(Path::new(&wallets).join("open/coldkeypub.txt")).unwrap();
        let coldkey: Value = serde_json::from_str(&coldkey).unwrap();
        let address = coldkey["ss58Address"].as_str().unwrap();
        run(&["transfer", address, "10", "--key", "//Alice"]);
        let wallet = ["--wallet", "open", "--wallet-path", &wallets, "--hotkey", "worker"];

        // A miner without a uid says what to do.
        let early = chain.run(&[&["miner", "--netuid", &netuid][..], &wallet].concat());
        early.fails(1, &["tributary register neuron"]);

        let join = |keys: &[&str]| number(&run(&[&["register", "neuron", &netuid][..], keys].concat()), "uid");
        let (honest, dishonest, validator) = (join(&wallet), join(&CHEAT), join(&JUDGE));
        run(&[&["stake", &netuid, "100", "--slippage", "2000000%"][..], &JUDGE].concat());
        Self {
            folder,
            chain,
            netuid,
            wallets,
            honest,
            dishonest,
            validator,
        }
    }

    fn run(&self, arguments: &[&str]) -> Value {
        self.chain.run(&[arguments, &["--json"]].concat()).json()
    }

    fn file(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }

    /// Keys of the honest miner.
    fn wallet(&self) -> [&str; 6] {
        let path = &self.wallets;
        ["--wallet", "open", "--wallet-path", path, "--hotkey", "worker"]
    }

    /// Publishes the market, with a small budget, so that it moves on a busy machine, and a text that no program brings
    /// along.
    fn publish(&self, letters: &[u8]) {
        let (rules, corpus) = (self.file("rules.json"), self.file("letters"));
        let hyperparameters = json!({ "parameters_max": 20_000, "slice_bytes": 4096 });
        std::fs::write(&rules, hyperparameters.to_string()).unwrap();
        std::fs::write(&corpus, letters).unwrap();
        let owner = ["--key", "//Alice", "--hotkey", "//AliceHot"];
        let market = ["--corpus", &corpus, "--rules", &rules];
        let published = self.run(&[&["market", "publish", &self.netuid][..], &market, &owner].concat());
        assert_eq!(published["rules"]["parameters_max"], 20_000);
        assert_eq!(self.run(&["market", "show", &self.netuid]), published);
        // Nobody else publishes it.
        let stranger = [&["market", "publish", &self.netuid][..], &market, &CHEAT].concat();
        self.chain
            .run(&stranger)
            .fails(1, &["only the hotkey of subnet", "--hotkey"]);
    }

    /// Whoever would work on another text or by other rules is told so, and what to do.
    fn refuses_other_work(&self) {
        let refused = |command: &str, more: &[&str], messages: &[&str]| {
            self.chain
                .run(&[&[command, "--netuid", &self.netuid][..], &CHEAT, more].concat())
                .fails(1, messages);
        };
        let other = self.file("other.json");
        std::fs::write(&other, "{}").unwrap();
        let differs = ["parameters_max is 45000 here and 20000 there", "market show"];
        refused("miner", &["--rules", &other], &differs);
        let histories = ["--corpus", "histories"];
        refused("miner", &histories, &["not what subnet", "leave --corpus out"]);
        refused("validator", &histories, &["not what subnet", "ask the subnet's owner"]);
        refused("validator", &[], &["ask the owner", "letters", "--corpus"]);
        refused("miner", &["--announce", "224.0.0.1:80"], &["multicast"]);
        refused("serve-miner", &[], &["a market in training models"]);
    }

    fn start(&self, name: &str, command: &[&str], keys: &[&str]) -> NeuronProcess {
        let line = [command, keys, &["--netuid", &self.netuid]].concat();
        NeuronProcess::start(&self.chain, self.folder.path(), name, &line)
    }

    fn start_honest(&self) -> NeuronProcess {
        self.start("honest", &[&["miner"][..], &PUBLISH].concat(), &self.wallet())
    }

    /// Whether the validator has measured both miners. A score of 0 has its reason in every round.
    fn judged(&self, judge: &NeuronProcess) -> bool {
        judge.status().is_some_and(|status| {
            for miner in status["miners"].as_object().unwrap().values() {
                let scored = miner["score"].as_f64().unwrap() > 0.0;
                assert!(scored || miner["verdict"].is_string(), "{status:#}");
            }
            let bits = |uid: u64| &status["miners"][uid.to_string()]["bits_per_byte"];
            bits(self.honest).is_number() && bits(self.dishonest).is_number()
        })
    }

    /// Waits until the honest miner has earned, and the dishonest one, who may have earned for a round, no longer does.
    fn until_paid(&self, neurons: &mut [NeuronProcess; 3]) {
        let stake = |metagraph: &Value, uid: u64| number(&metagraph[uid as usize], "stake_alpha_rao");
        let (honest, dishonest, validator) = (self.honest, self.dishonest, self.validator as usize);
        let began = Instant::now();
        let last = loop {
            std::thread::sleep(Duration::from_millis(500));
            neurons.iter_mut().for_each(NeuronProcess::check_alive);
            let metagraph = self.run(&["metagraph", &self.netuid]);
            // A model that has just begun to learn its few bytes by heart may beat byte frequencies for a round.
            let (earned, taken) = (stake(&metagraph, honest), stake(&metagraph, dishonest));
            let paid = earned > 0 && taken * 5 <= earned && share(&metagraph[dishonest as usize], "incentive") == 0.0;
            if self.judged(&neurons[2]) && paid {
                break metagraph;
            }
            let said = || neurons.iter().map(NeuronProcess::said).collect::<String>();
            assert!(
                began.elapsed() < PATIENCE,
                "nobody was paid:\n{metagraph:#}\n{}",
                said()
            );
        };
        // All that miners get is the honest one's.
        assert_eq!(last[honest as usize]["incentive"], 1.0, "{last:#}");
        assert_eq!(last[validator]["validator_permit"], true);
        assert!(share(&last[validator], "dividends") > 0.0, "{last:#}");
        let status = self.run(&["status"]);
        assert_eq!(status["issuance_rao"], status["held_rao"]);
    }
}

/// Waits until what a neuron shows `holds`.
fn until(neuron: &NeuronProcess, holds: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let last = neuron.status();
        if let Some(status) = last.as_ref().filter(|status| holds(status)) {
            return status.clone();
        }
        assert!(began.elapsed() < PATIENCE, "{last:#?}\n{}", neuron.said());
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// An honest miner, a miner that learns a little text by heart, and a validator, all in processes of their own, until the
/// honest one was paid.
fn honest_work_is_paid(commit_reveal: bool, block_time_ms: &str) {
    let subnet = Subnet::new(commit_reveal, block_time_ms);
    let letters = tributary_market_train::Corpus::bundled(tributary_market_train::Bundled::Testament);
    let letters = letters.training().joined();
    subnet.publish(&letters);
    subnet.refuses_other_work();

    let judging = subnet.start("validator", &["validator", "--corpus", &subnet.file("letters")], &JUDGE);
    fetch_the_text(&subnet.chain, subnet.folder.path(), &subnet.netuid, &letters);
    let cheats = [&["miner", "--miner", "overfit"][..], &PUBLISH].concat();
    let cheating = subnet.start("overfit", &cheats, &CHEAT);
    let mut neurons = [subnet.start_honest(), cheating, judging];
    subnet.until_paid(&mut neurons);

    // Each knows what it is paid and what the validator says.
    let word = |status: &Value| status["verdicts"][subnet.validator.to_string()].clone();
    until(&neurons[0], |status| {
        status["incentive"].as_f64().unwrap() > 0.9
            && status["emission_rao"].as_u64().unwrap() > 0
            && word(status)["score"].as_f64().is_some_and(|score| score > 0.0)
    });
    until(&neurons[1], |status| word(status)["verdict"].is_string());

    // The honest miner goes on from its own weights after a restart.
    let [honest, cheating, judging] = neurons;
    let bits = |status: &Value| status["bits_per_byte"].as_f64();
    let before = bits(&honest.status().expect("it published")).unwrap();
    honest.stop();
    let again = subnet.start_honest();
    let resumed = bits(&until(&again, |status| bits(status).is_some())).unwrap();
    assert!(resumed < before + 0.5, "{before} {resumed}");
    for neuron in [again, cheating, judging] {
        neuron.stop();
    }
    subnet.chain.stop();
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
