//! The whole market: `tributary up` runs with real miners, pays them, keeps its sums, stops and goes on.

use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

use crate::support::{free_port, run, terminate, tributary};
use serde_json::Value;

fn frames(out: &str) -> Vec<Value> {
    out.lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e} in {line}")))
        .collect()
}

/// What holds of every block.
fn check(frame: &Value) {
    assert_eq!(frame["issuance_rao"], frame["held_rao"], "block {}", frame["block"]);
    let subnets = frame["subnets"].as_array().unwrap();
    let share: f64 = subnets
        .iter()
        .map(|subnet| subnet["emission_share"].as_f64().unwrap())
        .sum();
    assert!(share <= 1.0 + 1e-9, "block {}: shares sum to {share}", frame["block"]);
    for subnet in subnets {
        for key in ["netuid", "price_tao", "tao_in_pool_rao"] {
            assert!(subnet[key].is_number(), "{key} in {subnet}");
        }
        assert!(subnet["best_bits_per_byte"].is_number() || subnet["best_bits_per_byte"].is_null());
        for miner in subnet["miners"].as_array().unwrap() {
            for key in ["uid", "incentive", "earned_rao"] {
                assert!(miner[key].is_number(), "{key} in {miner}");
            }
            assert!(miner["kind"].is_string());
            assert!(miner["bits_per_byte"].is_number() || miner["bits_per_byte"].is_null());
        }
    }
}

#[test]
fn a_market_works_pays_stops_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let port = free_port().to_string();
    let fixed = ["up", "--json", "--port", &port, "--data", data];
    let first = run(&[&fixed[..], &["--blocks", "60", "--corpus", "testament"]].concat());
    assert_eq!(first.code, 0, "{}", first.err);
    let shown = frames(&first.out);
    assert_eq!(shown.len(), 60);
    for (before, after) in shown.iter().zip(&shown[1..]) {
        assert_eq!(after["block"].as_u64(), before["block"].as_u64().map(|block| block + 1));
    }
    shown.iter().for_each(check);
    let last = shown.last().unwrap();
    let subnets = last["subnets"].as_array().unwrap();
    assert_eq!(subnets.len(), 3);
    for subnet in subnets {
        let miners = subnet["miners"].as_array().unwrap();
        assert_eq!(miners.len(), 4);
        let paid = |honest: bool| -> u64 {
            let of_kind = miners.iter().filter(|miner| (miner["kind"] == "honest") == honest);
            of_kind.map(|miner| miner["earned_rao"].as_u64().unwrap()).sum()
        };
        assert!(paid(true) > 0, "nobody was paid for honest work: {subnet}");
        assert!(
            paid(false) * 50 < paid(true) + paid(false),
            "dishonest work paid: {subnet}"
        );
    }

    // Arguments that contradict the market that is there are refused.
    run(&[&fixed[..], &["--blocks", "1", "--seed", "9"]].concat()).fails(1, &["--seed", "--fresh"]);

    // A second start goes on; SIGTERM ends it cleanly.
    let mut child = tributary(&fixed)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let resumed: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    check(&resumed);
    let (stopped, went_on) = (last["block"].as_u64().unwrap(), resumed["block"].as_u64().unwrap());
    assert!(
        (stopped + 1..stopped + 10).contains(&went_on),
        "stopped at {stopped}, went on at {went_on}"
    );
    terminate(&child);
    for line in lines {
        check(&serde_json::from_str(&line.unwrap()).unwrap());
    }
    assert!(child.wait().unwrap().success());
}
