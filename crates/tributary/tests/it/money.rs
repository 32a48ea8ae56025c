//! Prices, previews, balances: what is said before money moves, and afterwards.

use serde_json::Value;
use tributary_client::{Call, Client, Keypair, Wait, is_hidden};
use tributary_economy::NetUid;

use crate::support::{ChainProcess, Run, made_subnet, number, share};

/// Sends what no command does.
fn submit(chain: &ChainProcess, call: Call, signer: &str) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let client = Client::connect(&chain.endpoint).await.unwrap();
        client
            .submit(&call, &Keypair::dev(signer).unwrap(), Wait::InBlock)
            .await
            .unwrap();
    });
}

/// Stakes so little that the price hardly moves.
fn stake_a_little(chain: &ChainProcess, netuid: &str, key: &str) -> Value {
    let line = ["stake", netuid, "0.01", "--slippage", "10000%", "--key", key, "--json"];
    chain.run(&line).json()
}

#[test]
fn a_preview_tells_all_that_is_paid_later() {
    let folder = tempfile::tempdir().unwrap();
    let chain = ChainProcess::start(folder.path(), &["--mode", "transaction"]);
    let balance = |who: &str| number(&chain.run(&["balance", who, "--json"]).json(), "free_rao");
    let alice = |line: &[&str]| chain.run(&[line, &["--key", "//Alice", "--json"]].concat()).json();
    let subnet = ["register", "subnet", "--start", "--hotkey", "//AliceHot"];
    let preview = alice(&[&subnet[..], &["--preview"]].concat());
    let made = alice(&subnet);
    assert!(number(&preview, "lock_cost_rao") > 0, "{preview}");
    assert_eq!(number(&preview, "lock_cost_rao"), number(&made, "lock_cost_rao"));
    let netuid = number(&made, "netuid").to_string();
    for (command, paid) in [
        (
            &["register", "neuron", &netuid, "--hotkey", "//Worker"][..],
            "burned_rao",
        ),
        (&["transfer", "//Bob", "3"], "amount_rao"),
    ] {
        let before = balance("//Alice");
        let preview = alice(&[command, &["--preview"]].concat());
        assert_eq!(balance("//Alice"), before, "a preview sends nothing");
        assert_eq!(number(&preview, "balance_rao"), before);
        if command[0] == "transfer" {
            let (to, amount) = (&preview["to"], number(&preview, "amount_rao"));
            assert_eq!(
                (to.as_str().unwrap().len(), amount),
                (48, 3_000_000_000),
                "whom and how much"
            );
        }
        let done = alice(command);
        assert!(number(&done, paid) > 0, "{done}");
        // The price of a uid falls with every block.
        let fallen = match preview["burn_rao"].as_u64() {
            Some(burn) => burn - number(&done, paid),
            None => 0,
        };
        assert_eq!(
            number(&preview, "spends_rao"),
            number(&done, paid) + fallen + number(&done, "fee_rao"),
            "{preview} {done}"
        );
        let after = number(&preview, "balance_after_rao") + fallen;
        assert_eq!(after, balance("//Alice"), "to the rao");
    }
    chain.stop();
}

/// What must fail is neither promised nor sent, whichever command it is.
#[test]
fn what_would_fail_costs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let chain = ChainProcess::start(folder.path(), &["--mode", "transaction"]);
    let key = ["--key", "//Alice"];
    let alice = |line: &[&str]| chain.run(&[line, &key].concat());
    alice(&["register", "subnet", "--hotkey", "//AliceHot", "--json"]).json();
    alice(&["register", "subnet", "--start", "--hotkey", "//Other", "--json"]).json();
    // A block moves the price of so small a pool far.
    alice(&["stake", "2", "0.01", "--slippage", "1000%", "--json"]).json();
    let rest = |preview: &Value| number(preview, "balance_after_rao");
    let before = chain.run(&["balance", "//Alice", "--json"]).json();
    let height = number(&chain.run(&["status", "--json"]).json(), "block");
    for (line, error) in [
        (&["stake", "1", "1", "--slippage", "1000%"][..], "SubtokenDisabled"),
        (&["stake", "2", "0.001", "--slippage", "1000%"], "AmountTooLow"),
        (&["unstake", "2", "0.000001", "--slippage", "100%"], "AmountTooLow"),
        (
            &["register", "neuron", "1", "--hotkey", "//AliceHot"],
            "HotKeyAlreadyRegisteredInSubNet",
        ),
        (&["pay", "1", "//Alice", "1"], "PayingOneself"),
        (&["pact", "exit", "1"], "NoPact"),
        (&["channel", "close", "7"], "NoChannel"),
        (&["channel", "top-up", "7", "1"], "NoChannel"),
    ] {
        for more in [&["--preview"][..], &["--preview", "--json"], &[]] {
            alice(&[line, more].concat()).fails(1, &["would fail, so it was not sent: ", error]);
        }
    }
    for more in [&["--preview"][..], &["--preview", "--json"], &[]] {
        let limited = ["stake", "2", "0.01", "--limit", "0.000000001"];
        alice(&[&limited[..], more].concat()).fails(
            1,
            &["the price of subnet 2's alpha is", "above your limit of 0.000000001"],
        );
    }
    // The smallest amount that is named is the chain's.
    alice(&["stake", "2", "0.001", "--slippage", "1000%", "--preview"]).fails(1, &["0.002 TAO and the pool's fee"]);
    let enough = alice(&["stake", "2", "0.0021", "--slippage", "1000%", "--preview", "--json"]).json();
    assert!(rest(&enough) < number(&before, "free_rao"));
    // Where the run would refuse for want of an answer, the preview says so.
    let far = alice(&["stake", "2", "100", "--slippage", "50%", "--preview"]);
    assert_eq!(far.code, 0, "{}", far.err);
    assert!(
        far.err.contains("moves the price of subnet 2")
            && far.err.contains("it would be refused")
            && !far.err.contains("no limit"),
        "{}",
        far.err
    );
    assert_eq!(
        chain.run(&["balance", "//Alice", "--json"]).json(),
        before,
        "nothing was paid"
    );
    assert_eq!(
        number(&chain.run(&["status", "--json"]).json(), "block"),
        height,
        "nothing was sent"
    );
    chain.stop();
}

#[test]
fn a_trade_is_quoted_and_held_to_its_slippage() {
    let folder = tempfile::tempdir().unwrap();
    let chain = ChainProcess::start(folder.path(), &["--mode", "transaction"]);
    let (netuid, _) = made_subnet(&chain);
    let stake = |more: &[&str]| chain.run(&[&["stake", &netuid, "2", "--key", "//Bob"][..], more].concat());
    let preview = stake(&["--preview", "--json"]).json();
    assert!(
        share(&preview, "price_impact") > 0.005,
        "a fresh pool is small: {preview}"
    );
    for key in ["price_rao", "average_price_rao", "price_after_rao"] {
        assert!(share(&preview, key) > 0.0, "{key} in {preview}");
    }
    // Nobody is there to be asked.
    let refused = stake(&[]);
    refused.fails(1, &["moves the price of subnet", "Nothing was sent", "--slippage"]);
    let hint = refused.err.split("--slippage ").nth(1).unwrap().trim().to_owned();
    let staked = stake(&["--slippage", &hint, "--json"]).json();
    let (quoted, got) = (number(&preview, "received_rao"), number(&staked, "alpha_rao"));
    // The block itself puts something into the pool, which makes it deeper.
    assert!(got >= quoted / 10 * 9, "{preview} {staked}");
    assert_eq!(number(&staked, "tao_rao"), 2_000_000_000);

    // A small trade moves less than the blocks do.
    let small = stake_a_little(&chain, &netuid, "//Bob");
    assert!(number(&small, "alpha_rao") > 0);
    // The chain holds to a limit that has been passed.
    let limited = chain.run(&["stake", &netuid, "2", "--limit", "0.000000001", "--key", "//Bob"]);
    assert_eq!(limited.code, 1, "{}", limited.out);
    assert!(limited.err.contains("limit"), "{}", limited.err);
    let back = chain.run(&["unstake", &netuid, "all", "--key", "//Bob"]);
    back.fails(1, &["moves the price of subnet", "--slippage"]);

    let prices = chain.run(&["price", &netuid, "--json"]).json();
    let impacts: Vec<f64> = prices
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| !line["buy"].is_null())
        .map(|line| share(&line["buy"], "price_impact"))
        .collect();
    assert!(
        impacts.len() >= 3 && impacts.windows(2).all(|pair| pair[0] < pair[1]),
        "{impacts:?}"
    );
    assert_eq!(chain.run(&["price"]).code, 0);

    let held = chain.run(&["balance", "//Bob", "--json"]).json();
    // With what stake earns in an epoch.
    assert!(
        number(&held["stakes"][0], "alpha_rao") >= got + number(&small, "alpha_rao") - 2,
        "{held}"
    );
    assert_eq!(
        number(&held, "total_rao"),
        number(&held, "free_rao") + number(&held, "reserved_rao") + number(&held, "staked_worth_rao")
    );
    chain.stop();
}

#[test]
fn an_unstake_tells_of_the_sweep_that_it_causes() {
    let folder = tempfile::tempdir().unwrap();
    let chain = ChainProcess::start(folder.path(), &["--mode", "transaction"]);
    let (netuid, made) = made_subnet(&chain);
    let bob = |line: &[&str]| {
        chain
            .run(&[line, &["--slippage", "2000000%", "--key", "//Bob", "--json"]].concat())
            .json()
    };
    let staked = number(&bob(&["stake", &netuid, "5"]), "alpha_rao");
    // From now on a nomination below 0.01 alpha is swept.
    let least = Call::new("AdminUtils", "sudo_set_nominator_min_required_stake").with("min_stake", 10_000_000u64);
    submit(&chain, Call::sudo(least), "Alice");
    let most = staked - 3_000_000;
    let most = format!("{}.{:09}", most / 1_000_000_000, most % 1_000_000_000);
    let before = number(&chain.run(&["balance", "//Bob", "--json"]).json(), "free_rao");
    let sold = bob(&["unstake", &netuid, &most]);
    let after = chain.run(&["balance", "//Bob", "--json"]).json();
    assert_eq!(after["stakes"], Value::Array(vec![]), "all is gone: {sold}");
    assert!(number(&sold, "alpha_rao") >= staked - 2, "with what was swept: {sold}");
    assert_eq!(
        number(&after, "free_rao") + number(&sold, "fee_rao"),
        before + number(&sold, "tao_rao"),
        "to the rao: {sold}"
    );
    assert_eq!(sold["hotkey"], made["owner_hotkey"]);
    chain.stop();
}

#[test]
fn development_accounts_give_and_tell() {
    let folder = tempfile::tempdir().unwrap();
    let chain = ChainProcess::start(folder.path(), &["--mode", "transaction"]);
    let given = chain.run(&["fund", "//Nobody", "1000", "--json"]).json();
    assert_eq!(number(&given, "balance_rao"), 1_000_000_000_000);
    let held = chain.run(&["balance", "//Nobody", "--json"]).json();
    assert_eq!(number(&held, "free_rao"), 1_000_000_000_000);
    assert_eq!(held["address"], given["to"]);
    chain.run(&["fund", "//Nobody", "20999999"]).fails(
        1,
        &["no development account of this chain has 20999999", "has the most"],
    );
    let shown = chain.run(&["balance", "//Nobody"]);
    assert_eq!(shown.err, "");
    assert_eq!(chain.run(&["balance", "--key", "//Nobody"]).out, shown.out);
    let typo = chain.run(&["balance", "//Nobdy"]);
    assert!(
        typo.code == 0 && typo.err.contains("does not know the account"),
        "{}",
        typo.err
    );
    assert_eq!(chain.run(&["balance", "//Nobdy", "--json"]).json()["exists"], false);
    assert!(shown.out.contains("free      1000.000000000 TAO"), "{}", shown.out);
    chain.stop();
}

/// What a terminal would obey, or a reader not see.
fn check_visible(shown: &Run) {
    for text in [&shown.out, &shown.err] {
        let hidden: Vec<char> = text.chars().filter(|c| *c != '\n' && is_hidden(*c)).collect();
        assert!(hidden.is_empty(), "{hidden:?} in {text:?}");
    }
}

#[test]
fn what_strangers_wrote_is_shown_and_never_obeyed() {
    const NAME: &str = "\u{1b}[31mRED\u{1b}[0m\n 9  fake\r\u{9b}2J\u{202e}\u{200b}";
    let folder = tempfile::tempdir().unwrap();
    let chain = ChainProcess::start(folder.path(), &["--mode", "transaction"]);
    let (netuid, _) = made_subnet(&chain);
    let texts = [
        "github_repo",
        "subnet_contact",
        "subnet_url",
        "discord",
        "logo_url",
        "additional",
    ];
    let identity = Call::new("SubtensorModule", "set_subnet_identity")
        .with("netuid", NetUid(netuid.parse().unwrap()))
        .with("subnet_name", NAME.as_bytes().to_vec())
        .with("description", NAME.as_bytes().to_vec());
    let identity = texts
        .into_iter()
        .fold(identity, |call, text| call.with(text, Vec::<u8>::new()));
    submit(&chain, identity, "Alice");
    stake_a_little(&chain, &netuid, "//Alice");
    let subnets = chain.run(&["subnets", "--json"]).json();
    let named = subnets.as_array().unwrap().iter().find(|subnet| subnet["name"] == NAME);
    assert!(named.is_some(), "JSON keeps it as it is: {subnets}");
    for line in [
        &["subnets"][..],
        &["subnets", "--json"],
        &["metagraph", &netuid],
        &["price"],
        &["price", &netuid, "--json"],
        &["balance", "//Alice"],
        &["balance", "//Alice", "--json"],
        &["pact", "show", &netuid],
        &["artifact", "show", &netuid],
        &["tribute", "history", &netuid],
        &["status"],
        &["transfer", NAME, "1", "--key", "//Alice"],
        &["stake", &netuid, "1", "--hotkey", NAME, "--key", "//Alice"],
        &["balance", "--wallet", NAME],
    ] {
        let shown = chain.run(line);
        check_visible(&shown);
        let rows = shown.out.lines().filter(|row| row.starts_with(" 9  fake")).count();
        assert_eq!(rows, 0, "a forged row in {}", shown.out);
    }
    chain.stop();
}
