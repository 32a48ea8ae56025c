//! The whole market: `tributary up` runs with real miners, pays them, keeps its sums, stops and goes on.

use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

use crate::support::{free_port, run, terminate, tributary};
use serde_json::Value;
use tributary_economy::{
    Tao, UNIT,
    emission::{self, Claimant, Gate},
    fixed::{I64F64, U64F64, U96F32},
    rule_sets::RuleSet,
};

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
        for key in [
            "netuid",
            "price_tao",
            "tao_in_pool_rao",
            "revenue_rao",
            "tribute_rao",
            "returned_over_emitted",
        ] {
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

/// The TAO of a block is shared by the moving prices that the block before left, to the rao.
fn check_emission(before: &Value, after: &Value) {
    let claims: Vec<Claimant> = subnets(before)
        .map(|subnet| Claimant {
            // Of 32 fraction bits, which a float of JSON holds exactly.
            moving_price: U64F64::from_num(subnet["moving_price_tao"].as_f64().unwrap()),
            miner_burned: U96F32::from_num(0),
            enabled: true,
            flow: I64F64::from_num(0),
            root_proportion: U96F32::from_num(0),
        })
        .collect();
    if claims.iter().all(|claim| claim.moving_price == 0) {
        return;
    }
    for (share, subnet) in emission::shares(RuleSet::default(), &claims, &mut Gate::default())
        .into_iter()
        .zip(subnets(after))
    {
        let due: u64 = emission::tao_emission(Tao(UNIT), share).to_num();
        // Two parts, each cut to whole rao: what enters the pool and what buys alpha.
        let paid = subnet["emission_rao"].as_u64().unwrap();
        assert!(due - paid <= 1, "block {}: due {due}, paid {paid}", after["block"]);
    }
}

fn subnets(frame: &Value) -> impl Iterator<Item = &Value> {
    frame["subnets"].as_array().unwrap().iter()
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
    let complete: Vec<&Value> = shown.iter().filter(|frame| subnets(frame).count() == 4).collect();
    complete.windows(2).for_each(|pair| check_emission(pair[0], pair[1]));
    let last = shown.last().unwrap();
    let subnets = last["subnets"].as_array().unwrap();
    assert_eq!(subnets.len(), 4);
    assert!(
        subnets[3]["market"] == "serve" && subnets[3]["pact"] == "active",
        "{}",
        subnets[3]
    );
    for subnet in &subnets[..3] {
        assert_eq!(subnet["market"], "train");
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
        .stderr(std::fs::File::create(folder.path().join("err")).unwrap())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || -> Value {
        let frame = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        check(&frame);
        frame
    };
    let mut resumed = next();
    let (stopped, went_on) = (last["block"].as_u64().unwrap(), resumed["block"].as_u64().unwrap());
    assert!(
        (stopped + 1..stopped + 10).contains(&went_on),
        "stopped at {stopped}, went on at {went_on}"
    );

    while resumed["subnets"].as_array().map_or(0, Vec::len) < 4 {
        resumed = next();
    }
    // Whoever buys alpha of a subnet raises its price, and with it the subnet's share of emission, by the rule.
    let pushed = &resumed["subnets"][2];
    let (netuid, hotkey) = (
        pushed["netuid"].to_string(),
        pushed["miners"][0]["hotkey"].as_str().unwrap(),
    );
    let endpoint = format!("ws://127.0.0.1:{port}");
    let staker = ["--key", "//Bob", "--hotkey", hotkey, "--endpoint", &endpoint, "--json"];
    run(&[&["stake", &netuid, "10", "--slippage", "2000000%"], staker.as_slice()].concat()).json();
    let mut before = resumed.clone();
    for line in lines.by_ref().take(8) {
        let after: Value = serde_json::from_str(&line.unwrap()).unwrap();
        check(&after);
        check_emission(&before, &after);
        before = after;
    }
    let share = |frame: &Value| frame["subnets"][2]["emission_share"].as_f64().unwrap();
    assert!(
        share(&before) > share(&resumed) * 1.02,
        "{} to {}",
        share(&resumed),
        share(&before)
    );

    terminate(&child);
    let sold = |frame: &Value| frame["subnets"][3]["gateway"]["requests"].as_u64();
    for line in lines {
        let frame = serde_json::from_str(&line.unwrap()).unwrap();
        check(&frame);
        assert!(
            sold(&frame).is_none_or(|now| now >= sold(last).unwrap_or_default()),
            "{frame}"
        );
    }
    assert!(child.wait().unwrap().success());
    let said = std::fs::read_to_string(folder.path().join("err")).unwrap();
    for done in [
        "funding the participants",
        "registering the subnets",
        "signing the pacts",
    ] {
        assert!(first.err.contains(done) && !said.contains(done), "{done} in {said}");
    }
}
