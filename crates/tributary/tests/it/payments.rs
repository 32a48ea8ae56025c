//! Pacts, payments and channels by the command line, against a chain of its own.

use serde_json::Value;

use crate::support::{ChainProcess, made_subnet, number, share};

fn lines(out: &str) -> Vec<Value> {
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_pact_is_signed_paid_under_tightened_and_shown() {
    let folder = tempfile::tempdir().unwrap();
    let chain = ChainProcess::start(folder.path(), &["--block-time", "100"]);
    let run = |arguments: &[&str]| chain.run(&[arguments, &["--key", "//Alice", "--json"]].concat()).json();
    let made = run(&["register", "subnet", "--start", "--hotkey", "//AliceHot"]);
    let netuid = number(&made, "netuid").to_string();

    let none = chain.run(&["pact", "show", &netuid, "--json"]).json();
    assert!(none["pact"].is_null() && none["payments"] == 0, "{none}");
    // Without a pact a payment is seen, and all of it is the payee's.
    let plain = run(&["pay", &netuid, "//Seller", "1"]);
    assert_eq!(
        (number(&plain, "amount_rao"), number(&plain, "tribute_rao")),
        (1_000_000_000, 0)
    );

    let terms = [
        "--revenue-share",
        "20%",
        "--pledge",
        "0.1",
        "--bond",
        "5",
        "--notice",
        "50",
        "--route",
        "holders",
    ];
    let signed = run(&[&["pact", "sign", &netuid], &terms[..]].concat());
    assert_eq!(signed["pact"]["status"], "active");
    assert_eq!(share(&signed["pact"]["terms"], "revenue_share"), 0.2);
    assert_eq!(number(&signed["pact"], "bond_rao"), 5_000_000_000);

    let paid = run(&["pay", &netuid, "//Seller", "1.000000007", "--receipt", "invoice 17"]);
    assert_eq!(
        number(&paid, "tribute_rao"),
        200_000_001,
        "rounded down, the rest is the payee's"
    );
    let shown = chain.run(&["pact", "show", &netuid, "--json"]).json();
    assert_eq!(
        (number(&shown, "payments"), number(&shown, "revenue_rao")),
        (2, 2_000_000_007)
    );
    assert_eq!(number(&shown["pact"], "from_payments_rao"), 200_000_001);

    let looser = chain.run(&["pact", "tighten", &netuid, "--revenue-share", "10%", "--key", "//Alice"]);
    assert_eq!(looser.code, 1);
    assert!(looser.err.contains("NotTighter"), "{}", looser.err);
    let tighter = run(&["pact", "tighten", &netuid, "--revenue-share", "25%"]);
    assert_eq!(share(&tighter["pact"]["terms"], "revenue_share"), 0.25);
    assert_eq!(
        share(&tighter["pact"]["terms"], "pledge"),
        0.1,
        "what is not named stays"
    );

    // What is announced is told with the block from which it can be done: by the receipt, and to whoever looks.
    let shown = |more: &[&str]| chain.run(&[&["pact", "show", &netuid], more].concat());
    let loosen = ["pact", "loosen", &netuid, "--revenue-share", "20%", "--key", "//Alice"];
    let receipt = chain.run(&loosen).out;
    let pending = shown(&["--json"]).json()["pact"]["loosening"].clone();
    let due = format!("works from block {} on", number(&pending, "due"));
    assert_eq!(share(&pending["terms"], "revenue_share"), 0.2);
    for text in [&receipt, &shown(&[]).out] {
        assert!(
            text.contains("apply-loosening") && text.contains(&due),
            "{due} in {text}"
        );
    }

    let evidence = "ab".repeat(32);
    run(&["pact", "report", &netuid, "--evidence", &evidence]);
    let receipt = chain.run(&["pact", "announce-exit", &netuid, "--key", "//Alice"]).out;
    let leaving = shown(&["--json"]).json();
    assert_eq!(leaving["pact"]["status"], "leaving");
    let due = format!("works from block {} on", number(&leaving["pact"], "exit_due"));
    for text in [&receipt, &shown(&[]).out] {
        assert!(text.contains("pact exit") && text.contains(&due), "{due} in {text}");
    }

    let told = lines(&chain.run(&["tribute", "history", &netuid, "--json"]).out);
    let told: Vec<&str> = told.iter().map(|event| event["what"].as_str().unwrap()).collect();
    for what in ["Paid", "Signed", "Tightened", "Reported", "ExitAnnounced"] {
        assert!(told.contains(&what), "{what} in {told:?}");
    }
    let table = chain.run(&["tribute", "history", &netuid]).out;
    let paid = table
        .lines()
        .find(|line| line.contains("tribute 0.200000001 TAO"))
        .unwrap();
    assert!(
        paid.contains("  paid ") && paid.contains("amount 1.000000007 TAO"),
        "{paid}"
    );
    assert!(!table.contains("_rao") && !table.contains('{'), "{table}");
    let gone = chain.run(&["tribute", "history", "77"]);
    gone.fails(1, &["there is no subnet 77"]);
    assert!(!gone.err.contains("no events"), "only the error: {}", gone.err);
    // A pact that promises nothing is no pact.
    for empty in ["sign", "propose"] {
        let line = ["pact", empty, &netuid, "--route", "burn", "--key", "//Alice"];
        chain.run(&line).fails(1, &["promise nothing", "--revenue-share"]);
    }
    for arguments in [&["pact", "show", &netuid][..], &["tribute", "history", &netuid]] {
        let shown = chain.run(arguments);
        assert_eq!((shown.code, shown.err.as_str()), (0, ""));
        assert!(shown.out.lines().count() > 3, "{}", shown.out);
    }
    chain.run(&["pact", "show", "77"]).fails(1, &["there is no subnet 77"]);
    chain
        .run(&["pact", "sign", &netuid, "--pledge", "120%", "--key", "//Alice"])
        .fails(2, &["is more than 100%"]);
    chain.stop();
}

#[test]
fn a_channel_pays_the_newest_voucher_and_returns_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let chain = ChainProcess::start(folder.path(), &["--block-time", "100"]);
    let run = |arguments: &[&str]| chain.run(&[arguments, &["--json"]].concat()).json();
    let (netuid, _) = made_subnet(&chain);
    let (payer, payee) = (["--key", "//Charlie"], ["--key", "//Bob"]);
    let signed = ["--revenue-share", "10%", "--route", "burn", "--key", "//Alice"];
    run(&[&["pact", "sign", &netuid], &signed[..]].concat());

    let open = [
        "channel", "open", "10", "--netuid", &netuid, "--payee", "//Bob", "--expiry", "100000",
    ];
    let opened = run(&[&open[..], &payer].concat());
    let id = number(&opened, "channel").to_string();
    assert_eq!(number(&opened, "deposit_rao"), 10_000_000_000);
    let voucher = |amount: &str, key: &[&str]| {
        let made = run(&[&["channel", "voucher", &id, amount], key].concat());
        made["voucher"].as_str().unwrap().to_owned()
    };
    let (first, second) = (voucher("1.5", &payer), voucher("4", &payer));
    // Others cannot sign for the payer, and nobody above the deposit.
    let other = chain.run(&[&["channel", "voucher", &id, "5"], &payee[..]].concat());
    other.fails(1, &["the payer of channel"]);
    let above = chain.run(&[&["channel", "voucher", &id, "11"], &payer[..]].concat());
    above.fails(1, &["top it up"]);

    let settled = run(&[&["channel", "settle", &first], &payee[..]].concat());
    assert_eq!(
        (number(&settled, "amount_rao"), number(&settled, "tribute_rao")),
        (1_500_000_000, 150_000_000)
    );
    let replayed = chain.run(&[&["channel", "settle", &first], &payee[..]].concat());
    assert_eq!(replayed.code, 1);
    assert!(replayed.err.contains("VoucherNotNewer"), "{}", replayed.err);
    let settled = run(&[&["channel", "settle", &second], &payee[..]].concat());
    assert_eq!(number(&settled, "amount_rao"), 2_500_000_000, "only what is new");
    let forged = format!("{id}:5000000000:{}", "11".repeat(64));
    let refused = chain.run(&[&["channel", "settle", &forged], &payee[..]].concat());
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("BadSignature"), "{}", refused.err);

    run(&[&["channel", "top-up", &id, "1"], &payer[..]].concat());
    let listed = run(&["channel", "list", "--account", "//Charlie"]);
    assert_eq!(number(&listed[0], "deposit_rao"), 11_000_000_000);
    assert_eq!(number(&listed[0], "settled_rao"), 4_000_000_000);
    let token = run(&[&["channel", "token", &id], &payer[..]].concat());
    assert!(token["api_key"].as_str().unwrap().starts_with("trib-"));
    // No key outlives its channel, and that is said.
    for long in [["--valid-for", "100000d"], ["--until", "4000000000"]] {
        let line = [&["channel", "token", &id][..], &payer, &long].concat();
        let made = chain.run(&line);
        let expiry = number(&listed[0], "expiry");
        let told = format!("expires at block {expiry}, and the key with it");
        assert!(made.code == 0 && made.err.contains(&told), "{}", made.err);
        assert_eq!(number(&run(&line), "until"), expiry);
    }

    let closing = run(&[&["channel", "close", &id], &payer[..]].concat());
    assert!(
        closing["open"]["closing"].is_number(),
        "the payee may still settle: {closing}"
    );
    let early = chain.run(&[&["channel", "close", &id, "--finish"], &payer[..]].concat());
    assert_eq!(early.code, 1);
    // The payee can end it at once, with the last voucher.
    let last = voucher("6", &payer);
    let closed = run(&[&["channel", "close", &id, "--voucher", &last], &payee[..]].concat());
    assert!(closed["open"].is_null(), "{closed}");
    let told = lines(&chain.run(&["tribute", "history", &netuid, "--json"]).out);
    let paid = |key: &str| -> u64 {
        told.iter()
            .filter(|event| event["what"] == "Paid")
            .map(|event| number(event, key))
            .sum()
    };
    assert_eq!((paid("amount_rao"), paid("tribute_rao")), (6_000_000_000, 600_000_000));
    let status = run(&["status"]);
    assert_eq!(status["issuance_rao"], status["held_rao"]);
    chain.stop();
}

/// Without the payee's help: after a challenge period, or at once when the channel has expired. To the rao.
#[test]
fn a_payer_tops_up_a_channel_and_takes_back_what_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let chain = ChainProcess::start(folder.path(), &["--mode", "transaction"]);
    let run = |arguments: &[&str]| chain.run(&[arguments, &["--json"]].concat()).json();
    let (netuid, _) = made_subnet(&chain);
    let (payer, payee, other) = (["--key", "//Charlie"], ["--key", "//Bob"], ["--key", "//Dave"]);
    let free = || number(&run(&["balance", "//Charlie"]), "free_rao");
    let before = free();
    let mut fees = 0;
    let mut pay = |arguments: &[&str]| {
        let receipt = run(&[arguments, &payer].concat());
        fees += number(&receipt, "fee_rao");
        receipt
    };
    let open = [
        "channel", "open", "10", "--netuid", &netuid, "--payee", "//Bob", "--expiry",
    ];
    let id = number(&pay(&[&open[..], &["100000"]].concat()), "channel").to_string();
    let refused = |line: &[&str], keys: &[&str], why: &str| chain.run(&[line, keys].concat()).fails(1, &[why]);
    refused(&["channel", "top-up", &id, "5"], &other, "NotParty");
    let topped_up = pay(&["channel", "top-up", &id, "5"]);
    assert_eq!(number(&topped_up["open"], "deposit_rao"), 15_000_000_000);
    // A voucher may now be for more than the first deposit.
    let voucher = run(&[&["channel", "voucher", &id, "12"][..], &payer].concat());
    let settle = ["channel", "settle", voucher["voucher"].as_str().unwrap()];
    let settled = run(&[&settle[..], &payee].concat());
    assert_eq!(number(&settled, "amount_rao"), 12_000_000_000);

    let closing = pay(&["channel", "close", &id]);
    let over = number(&closing["open"], "closing").to_string();
    refused(&["channel", "close", &id], &payer, "ChannelClosing");
    let finish = ["channel", "close", &id, "--finish"];
    // As it was called before, and as one might spell that.
    for before in ["--finalise", "--finalize"] {
        refused(&["channel", "close", &id, before], &other, "ChannelChallenged");
    }
    refused(&finish, &other, "ChannelChallenged");
    chain.ask("dev_advanceTo", &format!("[{over}]"));
    // Anybody may end it now.
    let ended = run(&[&finish[..], &other].concat());
    assert!(ended["open"].is_null(), "{ended}");

    let id = number(&pay(&[&open[..], &["5"]].concat()), "channel").to_string();
    chain.ask("dev_advance", "[5]");
    let ended = pay(&["channel", "close", &id]);
    assert!(ended["open"].is_null(), "an expired one is closed at once: {ended}");
    assert_eq!(run(&["channel", "list"]), Value::Array(Vec::new()));
    assert_eq!(free(), before - 12_000_000_000 - fees);
    let status = run(&["status"]);
    assert_eq!(status["issuance_rao"], status["held_rao"]);
    chain.stop();
}
