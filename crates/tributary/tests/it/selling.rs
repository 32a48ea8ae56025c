//! A market that trains, serves and sells, every part a process of its own.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{ChainProcess, NeuronProcess, PATIENCE, free_port, number};

/// Prices of the test, in TAO per 1000 tokens and in rao.
const PRICE_PROMPT: (&str, u64) = ("0.01", 10_000_000);
const PRICE_COMPLETION: (&str, u64) = ("0.05", 50_000_000);

/// The part of payments that the pact takes, in per cent.
const REVENUE_SHARE: u64 = 15;

/// Waits until `holds` gives something; all processes must live meanwhile.
fn until<T>(
    what: &str,
    processes: &mut [&mut NeuronProcess],
    mut holds: impl FnMut(&[&mut NeuronProcess]) -> Option<T>,
) -> T {
    let began = Instant::now();
    loop {
        processes.iter_mut().for_each(|process| process.check_alive());
        if let Some(found) = holds(processes) {
            return found;
        }
        let said = || processes.iter().map(|process| process.said()).collect::<String>();
        assert!(began.elapsed() < PATIENCE, "{what} did not come to be:\n{}", said());
        std::thread::sleep(Duration::from_millis(300));
    }
}

/// Asks the gateway for a completion; gives status and answer.
fn complete(gateway: &str, api_key: &str, body: &Value) -> (u16, Value) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let request = tributary_neuron::http::peers()
            .build()
            .unwrap()
            .post(format!("{gateway}/v1/completions"))
            .header("Authorization", format!("Bearer {api_key}"))
            .json(body);
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, response.json().await.unwrap())
    })
}

const TRAINER: [&str; 4] = ["--key", "//Charlie", "--hotkey", "//CharlieTrains"];
const JUDGE: [&str; 4] = ["--key", "//Charlie", "--hotkey", "//CharlieJudges"];
const HONEST: [&str; 4] = ["--key", "//Dave", "--hotkey", "//DaveServes"];
const RANDOM: [&str; 4] = ["--key", "//Eve", "--hotkey", "//EveServes"];
const CHECKER: [&str; 4] = ["--key", "//Ferdie", "--hotkey", "//FerdieChecks"];
const CUSTOMER: [&str; 2] = ["--key", "//Alice"];

/// A train subnet and a serve subnet with a pact, and who works there.
struct Markets {
    folder: tempfile::TempDir,
    chain: ChainProcess,
    train: String,
    serve: String,
    honest: usize,
    random: usize,
    train_rules: String,
    serve_rules: String,
}

impl Markets {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let chain = ChainProcess::start(&folder.path().join("chain"), &["--block-time", "250"]);
        let run = |arguments: &[&str]| chain.run(&[arguments, &["--json"]].concat()).json();
        let subnet = |owner: &str| {
            let hotkey = format!("{owner}Own");
            let made = run(&["register", "subnet", "--start", "--key", owner, "--hotkey", &hotkey]);
            number(&made, "netuid").to_string()
        };
        let (train, serve) = (subnet("//Alice"), subnet("//Bob"));
        let share = format!("{REVENUE_SHARE}%");
        let terms = ["--revenue-share", &share, "--route", "holders", "--key", "//Bob"];
        run(&[&["pact", "sign", &serve][..], &terms].concat());
        let join = |netuid: &str, keys: &[&str]| {
            number(&run(&[&["register", "neuron", netuid][..], keys].concat()), "uid") as usize
        };
        join(&train, &TRAINER);
        join(&train, &JUDGE);
        let (honest, random) = (join(&serve, &HONEST), join(&serve, &RANDOM));
        join(&serve, &CHECKER);
        for (netuid, keys) in [(&train, JUDGE), (&serve, CHECKER)] {
            run(&[&["stake", netuid, "100", "--slippage", "2000000%"][..], &keys].concat());
        }
        // Small budgets: the market must move on a busy machine.
        let budget = json!({ "parameters_max": 20_000, "slice_bytes": 4096 });
        let rules = |name: &str, rules: Value| {
            let path = folder.path().join(name);
            std::fs::write(&path, rules.to_string()).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let train_rules = rules("train.json", budget.clone());
        let served = json!({ "train": budget, "release_blocks": 10, "probes": 1 });
        let serve_rules = rules("serve.json", served);
        Self {
            folder,
            chain,
            train,
            serve,
            honest,
            random,
            train_rules,
            serve_rules,
        }
    }

    fn run(&self, arguments: &[&str]) -> Value {
        self.chain.run(&[arguments, &["--json"]].concat()).json()
    }

    fn start(&self, name: &str, command: &[&str], keys: &[&str]) -> NeuronProcess {
        NeuronProcess::start(&self.chain, self.folder.path(), name, &[command, keys].concat())
    }

    fn serving(&self) -> [&str; 6] {
        let (serve, train, rules) = (&self.serve, &self.train, &self.serve_rules);
        ["--netuid", serve, "--train-netuid", train, "--rules", rules]
    }

    /// Miners and validators of both subnets.
    fn start_neurons(&self) -> Vec<NeuronProcess> {
        let (train, rules) = (&self.train, &self.train_rules);
        let training = ["--netuid", train, "--rules", rules, "--corpus", "testament"];
        let serving = self.serving();
        let trains = ["miner", "--publish-every", "2", "--guest", &self.serve];
        let guesses = ["serve-miner", "--miner", "random"];
        let checks = ["serve-validator", "--prompts", "testament"];
        vec![
            self.start("trains", &[&trains[..], &training].concat(), &TRAINER),
            self.start("judges", &[&["validator"][..], &training].concat(), &JUDGE),
            self.start("serves", &[&["serve-miner"][..], &serving].concat(), &HONEST),
            self.start("guesses", &[&guesses[..], &serving].concat(), &RANDOM),
            self.start("checks", &[&checks[..], &serving].concat(), &CHECKER),
        ]
    }

    /// A gateway, which settles nothing before the test is ready for it.
    fn sell(&self, listen: &str) -> NeuronProcess {
        let selling = [
            "serve-gateway",
            "--listen",
            listen,
            "--credit",
            "0.1",
            "--settle-every",
            "1000000",
        ];
        let (prompt, completion) = (PRICE_PROMPT.0, PRICE_COMPLETION.0);
        let prices = ["--price-prompt", prompt, "--price-completion", completion];
        self.start("sells", &[&selling[..], &prices, &self.serving()].concat(), &CHECKER)
    }

    /// Opens a channel; its number, an API key for it, and the wallet that signs for what is used.
    fn open_channel(&self, gateway: &str) -> (String, NeuronProcess) {
        let opened = self.run(&[&["channel", "open", "2", "--gateway", gateway][..], &CUSTOMER].concat());
        assert_eq!(number(&opened, "netuid").to_string(), self.serve);
        let channel = number(&opened, "channel").to_string();
        let token = self.run(&[&["channel", "token", &channel][..], &CUSTOMER].concat());
        let records = self.folder.path().join("records");
        let wallet = ["channel", "wallet", &channel, "--gateway", gateway, "--state"];
        let wallet = [&wallet[..], &[records.to_str().unwrap()], &CUSTOMER].concat();
        let signs = NeuronProcess::stateless(&self.chain, self.folder.path(), "signs", &wallet);
        (token["api_key"].as_str().unwrap().to_owned(), signs)
    }

    /// What the customer's channel has paid, in rao.
    fn settled(&self) -> u64 {
        number(
            &self.run(&["channel", "list", "--account", "//Alice"])[0],
            "settled_rao",
        )
    }

    /// The history of the pact tells the payments, and the part of each that was tribute.
    fn check_history(&self, paid: u64) {
        let history = self.chain.run(&["tribute", "history", &self.serve, "--json"]).out;
        let payments: Vec<Value> = history
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .filter(|event| event["what"] == "Paid")
            .collect();
        let amounts = payments.iter().map(|event| number(event, "amount_rao"));
        assert_eq!(amounts.sum::<u64>(), paid);
        for event in &payments {
            let share = number(event, "amount_rao") * REVENUE_SHARE / 100;
            assert_eq!(number(event, "tribute_rao"), share);
        }
    }
}

/// Buys three completions, which are the same; what they cost, in rao.
fn buy(gateway: &str, api_key: &str, sells: &mut NeuronProcess, signs: &mut NeuronProcess) -> u64 {
    let ask =
        json!({ "model": "tributary", "prompt": "In the beginning", "max_tokens": 24, "temperature": 0, "seed": 1 });
    let (mut owed, mut answers) = (0, Vec::new());
    for _ in 0..3 {
        // A gateway that has just heard of no miner says so.
        let answer = until("an answer", &mut [&mut *sells, &mut *signs], |_| {
            let (status, answer) = complete(gateway, api_key, &ask);
            assert!(status == 200 || status == 503, "{status} {answer}");
            (status == 200).then_some(answer)
        });
        let count = |what: &str| number(&answer["usage"], what);
        let (read, made) = (count("prompt_tokens"), count("completion_tokens"));
        assert_eq!((read, made), (16, 24), "{answer}");
        owed += (read * PRICE_PROMPT.1 + made * PRICE_COMPLETION.1).div_ceil(1_000);
        answers.push(answer["choices"][0]["text"].clone());
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    owed
}

#[test]
fn what_is_trained_is_served_and_sold_and_survives_a_gateway_that_dies() {
    let markets = Markets::new();
    let mut neurons = markets.start_neurons();
    let port = free_port();
    let (listen, gateway) = (format!("127.0.0.1:{port}"), format!("http://127.0.0.1:{port}"));
    let mut sells = markets.sell(&listen);
    let mut all: Vec<&mut NeuronProcess> = neurons.iter_mut().chain([&mut sells]).collect();
    let last = until("pay for right answers", &mut all, |_| {
        let metagraph = markets.run(&["metagraph", &markets.serve]);
        let incentive = |uid: usize| crate::support::share(&metagraph[uid], "incentive");
        (incentive(markets.honest) > 0.0 && incentive(markets.random) == 0.0).then_some(metagraph)
    });
    assert_eq!(last[markets.honest]["incentive"], 1.0, "{last:#}");

    let (api_key, mut signs) = markets.open_channel(&gateway);
    let owed = buy(&gateway, &api_key, &mut sells, &mut signs);
    until("the signature", &mut [&mut signs, &mut sells], |all| {
        let signed = |process: &NeuronProcess| process.status().map(|status| number(&status, "signed"));
        (signed(all[0]) == Some(owed)).then_some(())
    });

    // The gateway dies, and its successor settles what the customer signed for.
    assert_eq!(markets.settled(), 0);
    drop(sells);
    let mut sells = markets.sell(&listen);
    until("the gateway", &mut [&mut sells], |all| {
        all[0].said().contains("selling on").then_some(())
    });
    sells.stop();
    assert_eq!(markets.settled(), owed);
    markets.check_history(owed);
    let status = markets.run(&["status"]);
    assert_eq!(status["issuance_rao"], status["held_rao"]);
    for process in neurons.into_iter().chain([signs]) {
        process.stop();
    }
    markets.chain.stop();
}
