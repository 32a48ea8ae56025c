//! A market of `tributary up` with people from outside in it: they are seen, and a restart costs nobody.

use std::{
    io::{BufRead as _, BufReader, Lines},
    path::{Path, PathBuf},
    process::{Child, ChildStdout, Stdio},
    time::Instant,
};

use crate::support::{PATIENCE, free_port, number, run, terminate, tributary};
use serde_json::Value;

/// A running market.
struct Market {
    child: Killed,
    frames: Lines<BufReader<ChildStdout>>,
    said: PathBuf,
    started: Instant,
}

impl Market {
    fn start(folder: &Path, port: &str) -> Self {
        let said = folder.join("said");
        let data = folder.join("market");
        let mut child = tributary(&["up", "--json", "--port", port, "--block-time", "500", "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&said).unwrap())
            .spawn()
            .unwrap();
        let frames = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            child: Killed(child),
            frames,
            said,
            started: Instant::now(),
        }
    }

    fn said(&self) -> String {
        std::fs::read_to_string(&self.said).unwrap()
    }

    fn frame(&mut self) -> Value {
        let line = self
            .frames
            .next()
            .unwrap_or_else(|| panic!("it ended:\n{}", self.said()));
        serde_json::from_str(&line.unwrap()).unwrap()
    }

    /// The first frame of which something holds.
    fn until(&mut self, what: &str, mut holds: impl FnMut(&Value) -> bool) -> Value {
        loop {
            let frame = self.frame();
            if holds(&frame) {
                return frame;
            }
            assert!(
                self.started.elapsed() < PATIENCE,
                "not seen: {what}\n{frame:#}\n{}",
                self.said()
            );
        }
    }

    /// Where its chain listens.
    fn endpoint(&self) -> String {
        let said = self.said();
        let rest = said
            .split("JSON-RPC on ")
            .nth(1)
            .unwrap_or_else(|| panic!("no endpoint in {said}"));
        rest.split_whitespace().next().unwrap().to_owned()
    }

    fn stop(mut self) {
        terminate(&self.child.0);
        assert!(self.child.0.wait().unwrap().success(), "{}", self.said());
    }
}

/// A process, killed when dropped.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The first train subnet.
fn first(frame: &Value) -> Option<&Value> {
    let mut subnets = frame["subnets"].as_array().unwrap().iter();
    subnets.find(|subnet| subnet["name"] == "histories 45k")
}

fn miners(frame: &Value) -> Vec<Value> {
    first(frame).map_or_else(Vec::new, |subnet| subnet["miners"].as_array().unwrap().clone())
}

/// Honest miners of the cast that earn now.
fn earning(frame: &Value) -> usize {
    let honest = miners(frame).into_iter().filter(|miner| miner["kind"] == "honest");
    honest
        .filter(|miner| miner["incentive"].as_f64().unwrap() > 0.0)
        .count()
}

fn guest(frame: &Value) -> Option<Value> {
    miners(frame).into_iter().find(|miner| miner["kind"] == "guest")
}

/// A miner from outside, by the first subnet's own rules.
fn start_guest(folder: &Path, netuid: &str, keys: &[&str]) -> Killed {
    let plan: Value = serde_json::from_slice(&std::fs::read(folder.join("market/market.json")).unwrap()).unwrap();
    let rules = folder.join("rules.json");
    std::fs::write(&rules, plan["subnets"][0]["rules"].to_string()).unwrap();
    let state = folder.join("guest");
    let visitor = tributary(&["miner", "--netuid", netuid, "--publish-every", "5"])
        .args(keys)
        .arg("--rules")
        .arg(&rules)
        .arg("--state")
        .arg(&state)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    Killed(visitor)
}

/// Nobody takes a market away while it runs.
fn refuses_a_second_owner(market: &Market, data: &str) {
    for more in [&[][..], &["--fresh"]] {
        let refused = run(&[&["up", "--json", "--port", "0", "--data", data], more].concat());
        let holder = format!("process {}", market.child.0.id());
        refused.fails(1, &["in use by `tributary up`", &holder]);
    }
    run(&["chain", "--port", "0", "--data", data]).fails(1, &["in use by `tributary up`"]);
}

/// Rounds of judging of the first subnet's busiest validator.
fn rounds(frame: &Value) -> u64 {
    let validators = first(frame).map_or(&Value::Null, |subnet| &subnet["validators"]);
    let rounds = validators
        .as_array()
        .into_iter()
        .flatten()
        .map(|judge| judge["rounds"].as_u64().unwrap_or(0));
    rounds.max().unwrap_or(0)
}

#[test]
fn guests_are_seen_and_a_restart_costs_nobody() {
    let folder = tempfile::tempdir().unwrap();
    // Any port will do, and it is told.
    let mut market = Market::start(folder.path(), "0");
    let frame = market.until("three honest miners that earn", |frame| earning(frame) == 3);
    let endpoint = market.endpoint();
    let netuid = first(&frame).unwrap()["netuid"].to_string();
    assert!(miners(&frame).iter().all(|miner| miner["home"] == true));
    let validators = first(&frame).unwrap()["validators"].as_array().unwrap().len();
    assert_eq!(validators, 3, "two validators and the owner");

    // A miner from outside, by the subnet's own rules, and a subnet from outside.
    let keys = ["--key", "//Eve", "--hotkey", "//EveMiner", "--endpoint", &endpoint];
    let call = |arguments: &[&str]| run(&[arguments, &keys, &["--json"]].concat()).json();
    let pay = [
        "transfer",
        "//EveMiner",
        "1",
        "--key",
        "//Eve",
        "--endpoint",
        &endpoint,
        "--json",
    ];
    run(&pay).json();
    let uid = number(&call(&["register", "neuron", &netuid]), "uid");
    let mut visitor = start_guest(folder.path(), &netuid, &keys);
    let frame = market.until("the registration", |frame| guest(frame).is_some());
    assert_eq!(guest(&frame).unwrap()["uid"], uid);
    assert_eq!(guest(&frame).unwrap()["home"], false);
    let events = frame["events"].as_array().unwrap();
    assert!(
        events
            .iter()
            .any(|event| event["what"] == "registered" && event["text"].as_str().unwrap().contains("guest")),
        "{events:?}"
    );
    let own = call(&["register", "subnet", "--start"]);
    let own = number(&own, "netuid");
    market.until("the guest's subnet", |frame| {
        let mut subnets = frame["subnets"].as_array().unwrap().iter();
        subnets.any(|subnet| subnet["netuid"] == own && subnet["home"] == false && subnet["market"] == "other")
    });
    let earns = |frame: &Value| guest(frame).is_some_and(|guest| guest["incentive"].as_f64().unwrap() > 0.0);
    market.until("a guest that earns beside three of the cast", |frame| {
        earns(frame) && earning(frame) == 3
    });

    let data = folder.path().join("market");
    refuses_a_second_owner(&market, data.to_str().unwrap());
    market.frame();

    // A restart, with the guest still at work.
    market.stop();
    let port = endpoint.rsplit(':').next().unwrap().to_owned();
    let mut market = Market::start(folder.path(), &port);
    let mut unreached = Vec::new();
    market.until("three rounds of judging", |frame| {
        for miner in miners(frame).iter().filter(|miner| miner["kind"] == "honest") {
            let verdict = miner["verdict"].as_str().unwrap_or_default();
            if verdict.contains("cannot be reached") {
                unreached.push((frame["block"].clone(), miner.clone()));
            }
        }
        // One may have been stopped between committing a version and keeping it; that one is paid again an epoch later.
        if first(frame).is_some() && earning(frame) < 2 {
            unreached.push((frame["block"].clone(), first(frame).cloned().unwrap_or_default()));
        }
        rounds(frame) >= 3
    });
    assert!(unreached.is_empty(), "{unreached:#?}");
    assert!(visitor.0.try_wait().unwrap().is_none(), "the guest ended");
    market.stop();
}

#[test]
fn a_market_that_is_set_aside_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("market");
    let data = data.to_str().unwrap();
    let port = free_port().to_string();
    let up = |data: &str, more: &[&str]| {
        run(&[
            &["up", "--json", "--port", &port, "--data", data, "--blocks", "2"],
            more,
        ]
        .concat())
    };
    let height = |out: &str| -> u64 { number(&serde_json::from_str(out.lines().last().unwrap()).unwrap(), "block") };
    let first = up(data, &["--seed", "5"]);
    let second = up(data, &["--fresh", "--seed", "6"]);
    assert!(second.err.contains("is kept in"), "{}", second.err);
    assert!(height(&second.out) <= height(&first.out));
    // The one before goes on where it is now.
    let old = format!("{data}.old");
    let again = up(&old, &["--seed", "5"]);
    assert!(
        again.code == 0 && height(&again.out) > height(&first.out),
        "{}",
        again.err
    );
}

#[test]
fn a_file_that_cannot_be_written_does_not_end_a_market() {
    let folder = tempfile::tempdir().unwrap();
    // Not even root writes a file in place of a folder.
    std::fs::create_dir_all(folder.path().join("emitted.json/inner")).unwrap();
    let data = folder.path().to_str().unwrap();
    let fixed = ["up", "--json", "--port", "0", "--block-time", "100", "--data", data];
    let ran = run(&[&fixed[..], &["--blocks", "100"]].concat());
    assert_eq!((ran.code, ran.out.lines().count()), (0, 100), "{}", ran.err);
    // Tried every 20 blocks and at the end; said once, and perhaps again after a while.
    let said = ran.err.matches("emitted.json").count();
    assert!((1..=2).contains(&said), "{}", ran.err);
}
