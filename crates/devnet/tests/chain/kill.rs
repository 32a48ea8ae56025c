//! `kill -9` at any moment loses nothing that was acknowledged.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    time::Duration,
};

use crate::common::*;
use sp_core::H256;
use sp_keyring::Sr25519Keyring::{Alice, Bob};
use tributary_devnet::{Config, Database, Devnet};

const KILLS: usize = 100;
const FILE: &str = "TRIBUTARY_KILL_TEST_FILE";
const CHILD_SEED: &str = "TRIBUTARY_KILL_TEST_SEED";

fn open(file: &str) -> Devnet {
    Devnet::new(Config {
        database: Database::File(file.into()),
        ..Config::default()
    })
    .expect("the database opens")
}

#[expect(
    clippy::disallowed_methods,
    reason = "past the test harness, which holds back what tests print"
)]
fn say(line: String) {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "\n@{line}")
        .and_then(|()| stdout.flush())
        .expect("the parent listens");
}

/// The process that is killed: it works on the chain and says what was acknowledged. Does nothing by itself.
#[test]
fn child() {
    let Ok(file) = std::env::var(FILE) else { return };
    let mut random = Random(
        std::env::var(CHILD_SEED)
            .expect("the parent sets it")
            .parse()
            .expect("a number"),
    );
    let chain = open(&file);
    loop {
        match random.below(10) {
            0..6 => {
                let head = chain.advance(1 + random.below(4) as u32).unwrap();
                say(format!("head {} {:?}", head.number, head.hash));
            }
            6..9 => {
                let nonce = chain.next_nonce(&account(Alice)).unwrap();
                let rao = TAO + random.below(TAO);
                let call = transfer(&account(Bob), rao);
                chain
                    .submit(&sign(&chain, Alice, &call, Extra { nonce, tip: 0 }))
                    .unwrap();
                say(format!("nonce {nonce}"));
            }
            _ => {
                let key = vec![random.below(4) as u8; 40];
                let value = random.below(u64::MAX).to_le_bytes().to_vec();
                say("writing".into());
                chain.set_storage(vec![(key.clone(), Some(value.clone()))]).unwrap();
                say(format!("wrote {} {}", hex::encode(key), hex::encode(value)));
            }
        }
    }
}

#[test]
fn nothing_acknowledged_is_lost() {
    let mut random = Random::from_environment();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("chain.redb").to_str().unwrap().to_owned();
    let mut killed_at_work = 0;
    for kill in 0..KILLS {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "kill::child", "--nocapture", "--test-threads=1"])
            .env(FILE, &file)
            .env(CHILD_SEED, random.below(u64::MAX).to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = process.stdout.take().unwrap();
        let (at_work, works) = std::sync::mpsc::channel();
        let reader = std::thread::spawn(move || {
            // The last line may be cut short by the kill; it was said all the same only if it is whole.
            let mut lines = Vec::new();
            let mut reader = BufReader::new(stdout);
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|read| read > 0) {
                if let Some(said) = line.strip_prefix('@').and_then(|line| line.strip_suffix('\n')) {
                    lines.push(said.to_owned());
                    let _ = at_work.send(());
                }
                line.clear();
            }
            lines
        });
        // Every other one is killed at work, however long it takes to begin; the others wherever they are.
        if kill % 2 == 0 {
            works.recv().expect("the process begins to work");
        }
        std::thread::sleep(Duration::from_micros(random.below(200_000)));
        process.kill().unwrap();
        process.wait().unwrap();
        let said = reader.join().unwrap();
        killed_at_work += usize::from(!said.is_empty());

        let chain = open(&file);
        let mut values = std::collections::BTreeMap::new();
        for line in &said {
            let words: Vec<&str> = line.split(' ').collect();
            match words[..] {
                ["head", number, hash] => {
                    let number: u32 = number.parse().unwrap();
                    assert!(chain.head().number >= number, "kill {kill}: block {number} is gone");
                    let hash: H256 = hash.parse().unwrap();
                    assert_eq!(
                        chain.block_hash(number).unwrap(),
                        Some(hash),
                        "kill {kill}: another block {number}"
                    );
                }
                ["nonce", nonce] => {
                    let nonce: u32 = nonce.parse().unwrap();
                    assert!(
                        chain.next_nonce(&account(Alice)).unwrap() > nonce,
                        "kill {kill}: nonce {nonce} is gone"
                    );
                }
                ["wrote", key, value] => {
                    values.insert(hex::decode(key).unwrap(), hex::decode(value).unwrap());
                }
                _ => {}
            }
        }
        // A write that was not acknowledged may be there or not.
        if said.last().map(String::as_str) != Some("writing") {
            for (key, value) in values {
                assert_eq!(
                    chain.query(&key, tributary_devnet::At::Best).unwrap(),
                    Some(value),
                    "kill {kill}"
                );
            }
        }
    }
    let chain = open(&file);
    assert_eq!(chain.verify().unwrap(), chain.state_hash());
    println!(
        "{killed_at_work} of {KILLS} kills came while it worked; {} blocks",
        chain.head().number
    );
    assert!(killed_at_work >= KILLS / 2);
}
