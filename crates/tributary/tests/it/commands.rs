//! Commands against a running chain.

use std::process::Command;

use crate::support::{ChainProcess, free_port, made_subnet, number, run};
use serde_json::Value;

/// Issued equals held, to the rao.
fn balanced(chain: &ChainProcess) -> Value {
    let status = chain.run(&["status", "--json"]).json();
    assert_eq!(status["issuance_rao"], status["held_rao"], "{status}");
    status
}

#[test]
fn money_moves_as_asked() {
    let folder = tempfile::tempdir().unwrap();
    let chain = ChainProcess::start(folder.path(), &["--block-time", "100"]);
    let first = balanced(&chain);

    // A preview sends nothing and tells the fee that is charged later.
    let preview = chain
        .run(&[
            "transfer",
            "//Nobody",
            "12.000000001",
            "--key",
            "//Alice",
            "--preview",
            "--json",
        ])
        .json();
    assert_eq!(preview["call"], "Balances.transfer_keep_alive");
    assert_eq!(number(&balanced(&chain), "accounts"), number(&first, "accounts"));
    let sent = chain
        .run(&["transfer", "//Nobody", "12.000000001", "--key", "//Alice", "--json"])
        .json();
    assert_eq!(number(&sent, "amount_rao"), 12_000_000_001);
    assert_eq!(number(&balanced(&chain), "accounts"), number(&first, "accounts") + 1);
    assert_eq!(number(&sent, "fee_rao"), number(&preview, "fee_rao"), "to the rao");

    // More than there is never runs or fails, and says so.
    let refused = chain.run(&["transfer", "//Bob", "13", "--key", "//Nobody"]);
    assert_eq!((refused.code, refused.out.as_str()), (1, ""));
    assert!(refused.err.contains("error:"), "{}", refused.err);
    chain
        .run(&["transfer", "//Bob", "0.1", "--key", "//Penniless"])
        .fails(1, &["has 0.000000000 TAO to spend", "TAO is missing", "tributary fund"]);
    let refused = chain.run(&["transfer", "//Bob", "13", "--key", "//Nobody"]);
    refused.fails(1, &["has 12.000000001 TAO to spend", "13.000000000 to send", " fee"]);
    balanced(&chain);
    chain.stop();
}

#[test]
fn a_subnet_is_made_joined_staked_on_and_left() {
    let folder = tempfile::tempdir().unwrap();
    let chain = ChainProcess::start(folder.path(), &["--mode", "transaction"]);
    let keys = ["--key", "//Alice"];
    let run = |arguments: &[&str]| chain.run(&[arguments, &keys, &["--json"]].concat()).json();

    let made = run(&["register", "subnet", "--start", "--hotkey", "//AliceHot"]);
    let netuid = number(&made, "netuid").to_string();
    let listed = chain.run(&["subnets", "--json"]).json();
    let subnet = listed
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["netuid"] == made["netuid"])
        .expect("it is listed")
        .clone();
    assert_eq!(subnet["started"], true);

    let joined = run(&["register", "neuron", &netuid, "--hotkey", "//Worker"]);
    assert_eq!(joined["uid"], 1);
    let metagraph = chain.run(&["metagraph", &netuid, "--json"]).json();
    assert_eq!(metagraph[1]["hotkey"], joined["hotkey"]);

    let staked = run(&["stake", &netuid, "10", "--hotkey", "//Worker", "--slippage", "2000000%"]);
    assert!(number(&staked, "alpha_rao") > 0, "{staked}");
    let metagraph = chain.run(&["metagraph", &netuid, "--json"]).json();
    assert_eq!(number(&metagraph[1], "stake_alpha_rao"), number(&staked, "alpha_rao"));
    let sold = run(&["unstake", &netuid, "all", "--hotkey", "//Worker", "--slippage", "100%"]);
    // All of it, with the fee of the pool, which is paid in alpha.
    assert_eq!(number(&sold, "alpha_rao"), number(&staked, "alpha_rao"), "{sold}");
    assert!(number(&sold, "pool_fee_rao") > 0, "{sold}");
    let metagraph = chain.run(&["metagraph", &netuid, "--json"]).json();
    assert_eq!(number(&metagraph[1], "stake_alpha_rao"), 0);
    balanced(&chain);

    // Tables are for people, on stdout.
    for arguments in [&["subnets"][..], &["metagraph", &netuid], &["status"]] {
        let shown = chain.run(arguments);
        assert_eq!((shown.code, shown.err.as_str()), (0, ""));
        assert!(shown.out.lines().count() > 1, "{}", shown.out);
    }
    chain.stop();
}

#[test]
fn mistakes_are_named_by_the_chains_own_names() {
    let folder = tempfile::tempdir().unwrap();
    let chain = ChainProcess::start(folder.path(), &["--block-time", "100"]);
    let (netuid, _) = made_subnet(&chain);
    let joining = [
        "register", "neuron", &netuid, "--key", "//Alice", "--hotkey", "//Worker",
    ];
    chain.run(&[&joining[..], &["--json"]].concat()).json();
    chain.run(&joining).fails(1, &["HotKeyAlreadyRegisteredInSubNet"]);
    chain.run(&["metagraph", "77"]).fails(1, &["there is no subnet 77"]);
    for line in [
        &["stake", "77", "1", "--key", "//Alice"][..],
        &["miner", "--netuid", "77", "--key", "//Alice"],
        &["market", "show", "77"],
        &["artifact", "show", "77"],
    ] {
        chain
            .run(line)
            .fails(1, &["there is no subnet 77; the only subnet of this chain is"]);
    }
    chain.stop();
}

/// Without a hotkey: the owner's while nobody validates, and one's own where it is registered.
#[test]
fn a_hotkey_is_chosen_where_none_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let chain = ChainProcess::start(folder.path(), &["--block-time", "100"]);
    let (netuid, made) = made_subnet(&chain);
    // On root it is whoever has most there.
    chain
        .run(&["stake", "0", "1", "--key", "//Charlie"])
        .fails(1, &["no hotkey has stake on root", "--hotkey"]);
    let first = [
        "stake",
        "0",
        "1",
        "--key",
        "//Alice",
        "--hotkey",
        "//AliceHot",
        "--json",
    ];
    chain.run(&first).json();
    let root = chain.run(&["stake", "0", "1", "--key", "//Charlie", "--json"]);
    assert_eq!(root.json()["hotkey"], made["owner_hotkey"], "{}", root.err);
    let bobs = |arguments: &[&str]| chain.run(&[arguments, &["--key", "//Bob", "--json"]].concat());
    let first = bobs(&["stake", &netuid, "1", "--slippage", "2000000%"]);
    assert_eq!(first.json()["hotkey"], made["owner_hotkey"]);
    assert!(first.err.contains("nobody validates there yet"), "{}", first.err);
    let bob = bobs(&["register", "neuron", &netuid]).json();
    let second = bobs(&["stake", &netuid, "1", "--slippage", "2000000%"]);
    assert_eq!(second.json()["hotkey"], bob["hotkey"], "{}", second.err);
    let several = chain.run(&["unstake", &netuid, "all", "--key", "//Bob"]);
    several.fails(1, &["with several hotkeys", bob["hotkey"].as_str().unwrap()]);
    let back = bobs(&["unstake", &netuid, "all", "--slippage", "100%", "--hotkey", "//Bob"]);
    assert_eq!(number(&back.json(), "alpha_rao"), number(&second.json(), "alpha_rao"));
    let rest = bobs(&["unstake", &netuid, "all", "--slippage", "100%"]);
    // An epoch may have paid dividends in between.
    assert!(
        number(&rest.json(), "alpha_rao") >= number(&first.json(), "alpha_rao"),
        "{}",
        rest.err
    );
    chain.stop();
}

#[test]
fn a_stopped_chain_goes_on_and_a_dumped_one_moves() {
    let folder = tempfile::tempdir().unwrap();
    let dump = folder.path().join("state.dump");
    let dump = dump.to_str().unwrap();
    let data = folder.path().join("first");
    let chain = ChainProcess::start(&data, &["--block-time", "100", "--dump", dump]);
    chain
        .run(&["transfer", "//Nobody", "1", "--key", "//Alice", "--json"])
        .json();
    let before = balanced(&chain);
    chain.stop();

    let chain = ChainProcess::start(&data, &["--block-time", "100"]);
    let after = balanced(&chain);
    assert!(number(&after, "block") >= number(&before, "block"));
    assert_eq!(after["genesis"], before["genesis"]);
    assert_eq!(after["accounts"], before["accounts"]);
    // The data of a running chain is not to be had twice.
    run(&["chain", "--port", "0", "--data", data.to_str().unwrap()]).fails(1, &["is in use by `tributary chain`"]);
    chain.stop();
}

#[test]
fn a_chain_without_room_ends_and_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_tributary");
    let data = folder.path().to_str().unwrap();
    let (port, limit) = (free_port(), 6_000);
    // A file that may not grow beyond the limit is a full disk to whoever writes it.
    let script = format!(
        "trap '' XFSZ; ulimit -f {limit}; exec {program} chain --preset fast --port {port} --data {data} --block-time 2"
    );
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("no space left"), "{said}");
    assert!(said.contains("start again"), "{said}");

    // With room it goes on.
    let chain = ChainProcess::start(folder.path(), &["--block-time", "2"]);
    assert!(number(&balanced(&chain), "block") > 1);
    chain.stop();
}
