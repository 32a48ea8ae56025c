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

#[test]
fn what_is_trained_is_served_and_sold_and_survives_a_gateway_that_dies() {
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
    let trainer = ["--key", "//Charlie", "--hotkey", "//CharlieTrains"];
    let judge = ["--key", "//Charlie", "--hotkey", "//CharlieJudges"];
    let honest = ["--key", "//Dave", "--hotkey", "//DaveServes"];
    let random = ["--key", "//Eve", "--hotkey", "//EveServes"];
    let checker = ["--key", "//Ferdie", "--hotkey", "//FerdieChecks"];
    join(&train, &trainer);
    join(&train, &judge);
    let (honest_uid, random_uid) = (join(&serve, &honest), join(&serve, &random));
    join(&serve, &checker);
    run(&[&["stake", &train, "100", "--slippage", "2000000%"][..], &judge].concat());
    run(&[&["stake", &serve, "100", "--slippage", "2000000%"][..], &checker].concat());

    // Small budgets: the market must move on a busy machine.
    let budget = json!({ "parameters_max": 20_000, "slice_bytes": 4096 });
    let rules = |name: &str, rules: Value| {
        let path = folder.path().join(name);
        std::fs::write(&path, rules.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let train_rules = rules("train.json", budget.clone());
    let serve_rules = rules(
        "serve.json",
        json!({ "train": budget, "release_blocks": 10, "probes": 1 }),
    );
    let start = |name: &str, command: &[&str], keys: &[&str]| {
        NeuronProcess::start(&chain, folder.path(), name, &[command, keys].concat())
    };
    let training = ["--netuid", &train, "--rules", &train_rules, "--corpus", "testament"];
    let serving = ["--netuid", &serve, "--train-netuid", &train, "--rules", &serve_rules];
    let mut trains = start(
        "trains",
        &[&["miner", "--publish-every", "2", "--guest", &serve][..], &training].concat(),
        &trainer,
    );
    let mut judges = start("judges", &[&["validator"][..], &training].concat(), &judge);
    let mut serves = start("serves", &[&["serve-miner"][..], &serving].concat(), &honest);
    let mut guesses = start(
        "guesses",
        &[&["serve-miner", "--miner", "random"][..], &serving].concat(),
        &random,
    );
    let mut checks = start(
        "checks",
        &[&["serve-validator", "--prompts", "testament"][..], &serving].concat(),
        &checker,
    );
    let port = free_port();
    let (listen, gateway) = (format!("127.0.0.1:{port}"), format!("http://127.0.0.1:{port}"));
    let prices = [
        "--price-prompt",
        PRICE_PROMPT.0,
        "--price-completion",
        PRICE_COMPLETION.0,
    ];
    // Nothing is settled before the test is ready for it.
    let selling = [
        "serve-gateway",
        "--listen",
        &listen,
        "--credit",
        "0.1",
        "--settle-every",
        "1000000",
    ];
    let sell = || start("sells", &[&selling[..], &prices, &serving].concat(), &checker);
    let mut sells = sell();

    let all = &mut [
        &mut trains,
        &mut judges,
        &mut serves,
        &mut guesses,
        &mut checks,
        &mut sells,
    ];
    let last = until("pay for right answers", all, |_| {
        let metagraph = run(&["metagraph", &serve]);
        let incentive = |uid: usize| crate::support::share(&metagraph[uid], "incentive");
        (incentive(honest_uid) > 0.0 && incentive(random_uid) == 0.0).then_some(metagraph)
    });
    assert_eq!(last[honest_uid]["incentive"], 1.0, "{last:#}");

    let customer = ["--key", "//Alice"];
    let opened = run(&[&["channel", "open", "2", "--gateway", &gateway][..], &customer].concat());
    assert_eq!(number(&opened, "netuid").to_string(), serve);
    let channel = number(&opened, "channel").to_string();
    let token = run(&[&["channel", "token", &channel][..], &customer].concat());
    let api_key = token["api_key"].as_str().unwrap();
    let records = folder.path().join("records");
    let wallet = ["channel", "wallet", &channel, "--gateway", &gateway, "--state"];
    let wallet = [&wallet[..], &[records.to_str().unwrap()]].concat();
    let mut signs = NeuronProcess::stateless(&chain, folder.path(), "signs", &[&wallet[..], &customer].concat());
    let ask =
        json!({ "model": "tributary", "prompt": "In the beginning", "max_tokens": 24, "temperature": 0, "seed": 1 });
    let mut owed = 0;
    let mut answers = Vec::new();
    for _ in 0..3 {
        // A gateway that has just heard of no miner says so.
        let answer = until("an answer", &mut [&mut sells, &mut signs], |_| {
            let (status, answer) = complete(&gateway, api_key, &ask);
            assert!(status == 200 || status == 503, "{status} {answer}");
            (status == 200).then_some(answer)
        });
        let (read, made) = (
            number(&answer["usage"], "prompt_tokens"),
            number(&answer["usage"], "completion_tokens"),
        );
        assert_eq!((read, made), (16, 24), "{answer}");
        owed += (read * PRICE_PROMPT.1 + made * PRICE_COMPLETION.1).div_ceil(1_000);
        answers.push(answer["choices"][0]["text"].clone());
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    until("the signature", &mut [&mut signs, &mut sells], |all| {
        let signed = |process: &NeuronProcess| process.status().map(|status| number(&status, "signed"));
        (signed(all[0]) == Some(owed)).then_some(())
    });

    // The gateway dies, and its successor settles what the customer signed for.
    let settled = || {
        let channels = run(&["channel", "list", "--account", "//Alice"]);
        number(&channels[0], "settled_rao")
    };
    assert_eq!(settled(), 0);
    drop(sells);
    let mut sells = sell();
    until("the gateway", &mut [&mut sells], |all| {
        all[0].said().contains("selling on").then_some(())
    });
    sells.stop();
    assert_eq!(settled(), owed);
    let history = chain.run(&["tribute", "history", &serve, "--json"]).out;
    let paid: Vec<Value> = history
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|event| event["what"] == "Paid")
        .collect();
    assert_eq!(paid.iter().map(|event| number(event, "amount_rao")).sum::<u64>(), owed);
    for event in &paid {
        assert_eq!(
            number(event, "tribute_rao"),
            number(event, "amount_rao") * REVENUE_SHARE / 100
        );
    }
    let status = run(&["status"]);
    assert_eq!(status["issuance_rao"], status["held_rao"]);
    for process in [signs, trains, judges, serves, guesses, checks] {
        process.stop();
    }
    chain.stop();
}
