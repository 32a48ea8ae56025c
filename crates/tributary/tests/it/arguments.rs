//! What the program says when it cannot do what was asked: the reason and a way out on stderr, nothing on stdout, exit
//! code 2 for wrong arguments and 1 for everything else.

use std::{fs, net::TcpListener, path::Path};

use crate::support::run;

/// A file of test vectors, and a recorded block.
pub const VECTORS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors/data/economy_vectors.json");

pub const BLOCK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors/data/b8813880.json");

#[test]
fn wrong_arguments_are_explained() {
    run(&[]).fails(2, &["Usage: tributary"]);
    run(&["fly"]).fails(2, &["unrecognized subcommand 'fly'"]);
    run(&["transfer", "//Bob", "1"]).fails(2, &["--key <SECRET>", "--wallet <NAME>"]);
    run(&["balance"]).fails(2, &["<ADDRESS", "--key <SECRET>", "--wallet <NAME>"]);
    run(&["market", "publish", "1", "--key", "//A"]).fails(2, &["--corpus <PATH>"]);
    run(&["market", "publish", "1", "--kind", "serve", "--key", "//A"]).fails(2, &["--train-netuid <NETUID>"]);
    let announced = ["miner", "--netuid", "1", "--key", "//A", "--announce", "203.0.113.7"];
    run(&announced).fails(2, &["the port is missing", "203.0.113.7:8091"]);
    run(&["transfer", "//Bob", "1.0000000001", "--key", "//Alice"]).fails(2, &["more than 9 decimals"]);
    run(&["transfer", "//Bob", "-1", "--key", "//Alice"]).fails(2, &["`-1` is negative"]);
    run(&["stake", "1", "1", "--limit", "-5", "--key", "//A"]).fails(2, &["`-5` is negative"]);
    run(&["transfer", "//Bob", "1,5", "--key", "//Alice"]).fails(2, &["`1,5` is not an amount"]);
    run(&["stake", "1", "0", "--key", "//Alice"]).fails(2, &["must be more than 0"]);
    run(&["up", "--blocks", "0"]).fails(2, &["--blocks"]);
    run(&["up", "--miner", "lazy"]).fails(2, &["possible values: honest, copycat"]);
    run(&["miner", "--netuid", "1", "--key", "//A", "--strength", "2"]).fails(2, &["at most 1"]);
    run(&["up", "--json", "--no-tui"]).fails(2, &["cannot be used with"]);
}

#[test]
fn the_range_that_an_argument_would_leave_is_named() {
    let seal = ["artifact", "seal", "f", "--out", "s", "--after"];
    run(&[&seal[..], &["18446744071913520"]].concat()).fails(2, &["18446744071913520 is not in 1..=3153600000"]);
    for (line, range) in [
        (
            &[
                "channel",
                "open",
                "1",
                "--gateway",
                "http://127.0.0.1:1",
                "--key",
                "//A",
                "--expiry",
                "18446744073709551615",
            ][..],
            "1..=4294967295",
        ),
        (
            &["pact", "sign", "1", "--key", "//A", "--notice", "18446744073709551615"],
            "0..=4294967295",
        ),
        (
            &[
                "miner",
                "--netuid",
                "1",
                "--key",
                "//A",
                "--publish-every",
                "18446744073709551615",
            ],
            "1..=86400",
        ),
        (
            &[
                "serve-miner",
                "--netuid",
                "1",
                "--train-netuid",
                "1",
                "--key",
                "//A",
                "--delay",
                "18446744073709551615",
            ],
            "0..=600000",
        ),
        (
            &[
                "serve-gateway",
                "--netuid",
                "1",
                "--train-netuid",
                "1",
                "--key",
                "//A",
                "--patience",
                "99999",
            ],
            "0..=3600",
        ),
        (
            &[
                "serve-gateway",
                "--netuid",
                "1",
                "--train-netuid",
                "1",
                "--key",
                "//A",
                "--audit",
                "NaN",
            ],
            "from 0 to 1",
        ),
        (
            &["stake", "1", "1", "--key", "//A", "--slippage", "100000001%"],
            "out of range",
        ),
    ] {
        run(line).fails(2, &[range]);
    }
}

#[test]
fn a_chain_that_is_not_there_is_named() {
    let nowhere = format!("ws://127.0.0.1:{}", crate::support::free_port());
    let hint = "start one with `tributary up`";
    run(&["status", "--endpoint", &nowhere]).fails(1, &["no chain answers at", &nowhere, hint]);
    run(&["subnets", "--json", "--endpoint", &nowhere]).fails(1, &[hint]);
    run(&["transfer", "//Bob", "1", "--key", "//Alice", "--endpoint", &nowhere]).fails(1, &[hint]);
    // The same port answers both, and `chain` names it by http.
    let http = nowhere.replace("ws://", "http://");
    run(&["status", "--endpoint", &http]).fails(1, &["no chain answers at", &nowhere, hint]);
    for no_url in ["localhost", "127.0.0.1:9944", "ftp://example.org"] {
        run(&["status", "--endpoint", no_url]).fails(2, &[no_url, "such as ws://127.0.0.1:9944"]);
    }
}

#[test]
fn keys_that_cannot_be_used_are_named() {
    let wallets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../client/tests/wallets");
    let wallets = wallets.to_str().unwrap();
    run(&["transfer", "Bob", "1", "--key", "//Alice"]).fails(2, &["`Bob` is not an address"]);
    run(&["balance", "Alice"]).fails(2, &["`Alice` is not an address"]);
    run(&["transfer", "//Bob", "1", "--key", "Alice"]).fails(2, &["`Alice` is not a key"]);
    let mistyped = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQZ";
    run(&["balance", mistyped]).fails(2, &[mistyped, "checksum is wrong"]);
    let open = ["channel", "open", "1", "--key", "//A", "--gateway", "foo"];
    run(&open).fails(2, &["'foo'", "write a URL"]);
    run(&["metagraph", "x"]).fails(2, &["'x'", "write a whole number"]);
    run(&["futures", "explain", "5000"]).fails(2, &["future 5000 does not exist"]);
    let chosen = [
        "--wallet",
        "opne",
        "--wallet-path",
        wallets,
        "--endpoint",
        "ws://127.0.0.1:1",
    ];
    run(&[&["stake", "1", "1"], chosen.as_slice()].concat()).fails(1, &["no key at", "fernet, open, sealed"]);
}

#[test]
fn up_refuses_what_it_cannot_use_and_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("market");
    let data = data.to_str().unwrap();
    let missing = folder.path().join("missing.txt");
    let missing = missing.to_str().unwrap();
    let failed = run(&["up", "--blocks", "1", "--data", data, "--corpus", missing]);
    failed.fails(1, &[missing, "cannot read the corpus"]);
    assert_eq!(failed.err.matches("No such file").count(), 1, "{}", failed.err);
    let short = folder.path().join("short.txt");
    fs::write(&short, "too short to learn from").unwrap();
    let short = short.to_str().unwrap();
    run(&["up", "--blocks", "1", "--data", data, "--corpus", short]).fails(1, &["at least", "short.txt"]);
    let file = folder.path().join("file");
    fs::write(&file, "in the way").unwrap();
    run(&["up", "--blocks", "1", "--data", file.to_str().unwrap()]).fails(1, &["cannot make the folder"]);
    let left = fs::read_dir(data)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().file_name());
    let left: Vec<_> = left.collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_taken_port_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let holder = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = holder.local_addr().unwrap().port().to_string();
    run(&["chain", "--port", &port]).fails(1, &[&port, "choose another port"]);
    run(&["up", "--blocks", "1", "--port", &port, "--data", data]).fails(1, &[&port, "choose another port"]);
}

#[test]
fn vectors_are_reported() {
    let report = run(&["vectors", VECTORS, "--json"]).json();
    assert!(report[0]["report"]["passed"].as_u64().unwrap() > 100, "{report}");
    let shown = run(&["vectors", VECTORS]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(shown.out.contains("passed, 0 failed"), "{}", shown.out);
    run(&["vectors", "/missing.json"]).fails(1, &["cannot read /missing.json"]);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wrong.json");
    let vectors: serde_json::Value = serde_json::from_str(&fs::read_to_string(VECTORS).unwrap()).unwrap();
    let mut wrong = vectors
        .as_array()
        .unwrap()
        .iter()
        .find(|v| v["area"] == "issuance")
        .unwrap()
        .clone();
    wrong["expected"]["block_emission"] = 1.into();
    fs::write(&file, serde_json::json!([wrong]).to_string()).unwrap();
    let shown = run(&["vectors", file.to_str().unwrap()]);
    assert_eq!(shown.code, 1);
    assert!(
        shown.out.contains("1 failed") && shown.out.contains("expected.block_emission"),
        "{}",
        shown.out
    );
    fs::write(&file, "{}").unwrap();
    let told = ["is not a file of test vectors", "does not begin with `[`"];
    run(&["vectors", file.to_str().unwrap()]).fails(1, &told);
}

/// Exit code 0 says that something was compared and agreed.
#[test]
fn nothing_to_check_is_no_success() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file.json");
    let name = file.to_str().unwrap();
    let all: serde_json::Value = serde_json::from_str(&fs::read_to_string(VECTORS).unwrap()).unwrap();
    let mut unknown = all[0].clone();
    unknown["area"] = "weather".into();
    let mut blind = all[0].clone();
    blind["inputs"] = serde_json::json!({});
    for (content, why) in [
        (serde_json::json!([]), "holds no vectors"),
        (serde_json::json!([unknown]), "no rule for any of the 1 vectors"),
    ] {
        fs::write(&file, content.to_string()).unwrap();
        for more in [&[][..], &["--json"], &["--not-built"]] {
            let shown = run(&[&["vectors", name][..], more].concat());
            assert_eq!(shown.code, 1, "{content}: {}", shown.out);
            assert!(
                shown.err.contains("nothing was checked") && shown.err.contains(why),
                "{}",
                shown.err
            );
        }
    }
    let listed = run(&["vectors", name, "--not-built"]);
    assert!(listed.out.contains("no area is called `weather`"), "{}", listed.out);
    assert!(
        !run(&["vectors", name]).out.contains("weather:"),
        "listed only if asked for"
    );
    fs::write(&file, serde_json::json!([blind]).to_string()).unwrap();
    let shown = run(&["vectors", name]);
    let failed = shown.out.lines().find(|line| line.starts_with("FAILED")).unwrap();
    assert!(
        failed.contains("is missing or is not") && !failed.contains('"'),
        "{failed}"
    );

    let mut block: serde_json::Value = serde_json::from_str(&fs::read_to_string(BLOCK).unwrap()).unwrap();
    block["netuids"] = serde_json::json!([]);
    for part in ["before", "after"] {
        for row in block[part].as_object_mut().unwrap().values_mut() {
            *row = serde_json::json!([]);
        }
    }
    fs::write(&file, block.to_string()).unwrap();
    run(&["replay", name]).fails(1, &["it records no subnet"]);
    fs::write(&file, "[]").unwrap();
    run(&["replay", name]).fails(1, &["that is a JSON object"]);
}

#[test]
fn recorded_blocks_are_replayed() {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/../vectors/data/");
    let blocks = ["b8813880.json", "b9221720.json"].map(|name| format!("{data}{name}"));
    let told = run(&["replay", &blocks[0], &blocks[1], "--json"]).json();
    for replay in told.as_array().unwrap() {
        assert_eq!(
            (&replay["agrees"], &replay["replay"]["rules"]),
            (&true.into(), &"2026-08-gate32".into())
        );
    }
    let shown = run(&["replay", &blocks[1]]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(
        shown
            .out
            .contains("block 9221720 (spec 473), rules 2026-08-gate32, 128 subnets")
            && shown.out.contains("quote_weight_1e18"),
        "{}",
        shown.out
    );

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("wrong.json");
    let mut wrong: serde_json::Value = serde_json::from_str(&fs::read_to_string(&blocks[1]).unwrap()).unwrap();
    wrong["after"]["subnet_tao"][4] = 1.into();
    fs::write(&file, wrong.to_string()).unwrap();
    let shown = run(&["replay", &blocks[0], file.to_str().unwrap()]);
    assert_eq!(shown.code, 1);
    assert!(shown.err.contains("1 of 2 blocks differ"), "{}", shown.err);
    let line = shown
        .out
        .lines()
        .find(|line| line.trim_start().starts_with("subnet_tao"))
        .unwrap();
    assert_eq!(line.split_whitespace().nth(2), Some("126"));
    assert_eq!(line.split_whitespace().last(), Some("5"));
    run(&["replay", "/missing.json"]).fails(1, &["cannot read /missing.json"]);
    run(&["replay", VECTORS]).fails(1, &["cannot replay", "it is not a recorded block"]);
}

#[test]
fn version_and_help_are_data() {
    let shown = run(&["--version"]);
    assert_eq!(
        (shown.code, shown.out.as_str()),
        (0, concat!("tributary ", env!("CARGO_PKG_VERSION"), "\n"))
    );
    let help = run(&["up", "--help"]);
    assert!(
        help.out.contains("staker") || help.out.contains("Stakers"),
        "{}",
        help.out
    );
}
