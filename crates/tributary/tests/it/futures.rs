//! Futures that start from a chain, and those that are run in shards.

use std::{fs, path::Path};

use pallet_subtensor::{SubnetAlphaIn, SubnetAlphaOut, SubnetMovingPrice, SubnetTAO, TotalIssuance};
use serde_json::{Value, json};
use tributary_devnet::{At, Config, Devnet, Genesis};
use tributary_economy::NetUid;
use tributary_runtime::Runtime;

use crate::support::{ChainProcess, number, run, tributary};

/// The start of a chain with three more subnets, of which two have started, and stakes on them.
fn dump(folder: &Path) -> String {
    let dump = folder.join("state.dump").display().to_string();
    let chain = ChainProcess::start(&folder.join("chain"), &["--block-time", "100", "--dump", &dump]);
    let send = |arguments: &[&str]| chain.run(&[arguments, &["--json"]].concat()).json();
    for (key, hotkey, start) in [
        ("//Alice", "//A", true),
        ("//Bob", "//B", true),
        ("//Charlie", "//C", false),
    ] {
        let more: &[&str] = if start { &["--start"] } else { &[] };
        let made = send(&[&["register", "subnet", "--key", key, "--hotkey", hotkey], more].concat());
        if start {
            let netuid = made["netuid"].to_string();
            send(&[
                "register",
                "neuron",
                &netuid,
                "--key",
                "//Dave",
                "--hotkey",
                &format!("//Dave{netuid}"),
            ]);
            // Little enough for a pool that is new, whichever block comes next.
            send(&[
                "stake",
                &netuid,
                "0.5",
                "--slippage",
                "2000000%",
                "--key",
                "//Dave",
                "--hotkey",
                &format!("//Dave{netuid}"),
            ]);
            send(&[
                "stake",
                &netuid,
                "0.2",
                "--slippage",
                "2000000%",
                "--key",
                "//Eve",
                "--hotkey",
                hotkey,
            ]);
        }
    }
    chain.stop();
    dump
}

#[test]
fn futures_start_from_the_dump_of_a_chain() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let dump = dump(folder.path());
    let start = run(&["futures", "start", &dump, "--out", &at("start.json"), "--json"]).json();
    assert_eq!(start["version"], 1);

    // Issuance and pools are the chain's to the rao, and so is all alpha.
    let chain = Devnet::new(Config {
        genesis: Genesis::Dump(dump.clone().into()),
        ..Config::default()
    })
    .unwrap();
    let subnets = start["subnets"].as_array().unwrap();
    chain
        .read(At::Best, || {
            assert_eq!(number(&start, "issuance_rao"), TotalIssuance::<Runtime>::get().0);
            assert_eq!(number(&start, "root_rao"), SubnetTAO::<Runtime>::get(NetUid::ROOT).0);
            for subnet in subnets {
                let netuid = NetUid(number(subnet, "netuid") as u16);
                assert_eq!(number(subnet, "pool_tao_rao"), SubnetTAO::<Runtime>::get(netuid).0);
                assert_eq!(
                    number(subnet, "pool_alpha_rao"),
                    SubnetAlphaIn::<Runtime>::get(netuid).0
                );
                assert_eq!(
                    number(subnet, "alpha_outside_rao"),
                    SubnetAlphaOut::<Runtime>::get(netuid).0
                );
                let moving = SubnetMovingPrice::<Runtime>::get(netuid).to_bits();
                assert_eq!(i128::from(number(subnet, "moving_price_bits")), moving);
            }
        })
        .unwrap();
    assert_eq!(number(&start, "block"), u64::from(chain.head().number));
    let (started, waiting): (Vec<_>, Vec<_>) = subnets
        .iter()
        .partition(|subnet| !subnet["first_emission_block"].is_null());
    assert_eq!((started.len(), waiting.len()), (2, 1), "{start}");
    for subnet in started {
        for holder in ["owner", "stakers", "miners"] {
            assert!(
                number(subnet, &format!("{holder}_alpha_rao")) > 0,
                "{holder} in {subnet}"
            );
        }
    }

    // A short run on it, from a scenario beside it.
    fs::write(at("s.toml"), "[run]\nstart = \"start.json\"\ndays = 20\n").unwrap();
    let summary = run(&[
        "futures",
        "run",
        &at("s.toml"),
        "--runs",
        "3",
        "--out",
        &at("out"),
        "--json",
    ])
    .json();
    assert_eq!(summary["futures"], 3);
    let record: Value = serde_json::from_slice(&fs::read(at("out/run.json")).unwrap()).unwrap();
    assert_eq!(record["scenario"]["start"], start);

    // What is no dump, and a start that was changed.
    run(&["futures", "start", &at("s.toml"), "--out", &at("other.json")]).fails(1, &["s.toml"]);
    run(&["futures", "start", &dump, "--out", &at("start.txt")]).fails(2, &[".json"]);
    let mut changed = start.clone();
    changed["subnets"][0]["alpha_outside_rao"] = json!(1);
    fs::write(at("start.json"), changed.to_string()).unwrap();
    run(&["futures", "run", &at("s.toml"), "--out", &at("out2")]).fails(1, &["line 2", "start.json", "does not close"]);
    fs::remove_file(at("start.json")).unwrap();
    run(&["futures", "run", &at("s.toml"), "--out", &at("out2")]).fails(1, &["start.json", "No such file"]);
}

#[test]
fn shards_are_merged_to_what_one_process_gives() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let scenario = at("short.toml");
    fs::write(&scenario, "[run]\ndays = 20\n").unwrap();
    let futures = |more: &[&str]| run(&[&["futures"], more].concat());
    let what = [scenario.as_str(), "--runs", "20", "--seed", "3"];
    futures(&[&["run", "--json", "--out", &at("whole")], &what[..]].concat()).json();
    for index in ["0", "1"] {
        let shard = ["shard", "--index", index, "--of", "2", "--out", &at(index)];
        assert_eq!(futures(&[&shard[..], &what[..]].concat()).code, 0);
    }
    // The shards know what they are of.
    futures(&["merge", &at("0"), &at("1"), "--json", "--out", &at("merged")]).json();
    for file in ["futures.parquet", "series.parquet"] {
        let bytes = |directory: &str| fs::read(folder.path().join(directory).join(file)).unwrap();
        assert!(bytes("whole") == bytes("merged"), "{file}");
    }
    futures(&["merge", &at("nothing"), "--out", &at("none")]).fails(1, &["there is no run here"]);
}

/// Ctrl-C is answered with what becomes of the work.
#[test]
fn who_interrupts_a_run_hears_that_it_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("run");
    let out = out.to_str().unwrap();
    let mut child = tributary(&["futures", "run", "--runs", "1000000", "--out", out])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // The run's own record is written once it is at work.
    while !Path::new(out).join("run.json").exists() {
        assert!(child.try_wait().unwrap().is_none(), "it ended");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let id = child.id().to_string();
    let sent = std::process::Command::new("kill").args(["-INT", &id]).status().unwrap();
    assert!(sent.success());
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(130), "{said}");
    assert!(
        said.contains(out) && said.contains("the same command continues"),
        "{said}"
    );
}

/// Few futures say less, and no figure pretends otherwise.
#[test]
fn few_futures_show_what_they_cannot_say() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    fs::write(at("a.toml"), "[run]\ndays = 30\n").unwrap();
    let shown = run(&["futures", "run", &at("a.toml"), "--runs", "4", "--out", &at("run")]);
    assert!(
        shown.out.contains("the best 1 % is unknown (4 futures; it takes 100)"),
        "{}",
        shown.out
    );
    let same = run(&["futures", "compare", &at("a.toml"), &at("a.toml"), "--runs", "4"]);
    assert!(same.err.contains("which gives no interval"), "{}", same.err);
    let row = same.out.lines().nth(1).unwrap();
    assert!(row.ends_with(" -"), "{row}");
}
