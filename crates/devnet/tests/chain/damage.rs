//! A damaged database: noticed at the start, or by the check of the whole, or it did no harm. Never a panic.

use std::path::Path;

use tributary_devnet::{Config, Database, Devnet, Error};

use crate::common::*;

const ROUNDS: usize = 150;
const PAGE: usize = 4096;

fn open(file: &Path) -> Result<Devnet, Error> {
    Devnet::new(Config {
        database: Database::File(file.into()),
        ..Config::default()
    })
}

/// Damages a copy, and says how.
fn damage(bytes: &mut Vec<u8>, random: &mut Random) -> String {
    let length = bytes.len() as u64;
    match random.below(5) {
        0 => {
            let page = random.below(length / PAGE as u64) as usize;
            bytes[page * PAGE..][..PAGE].fill(0);
            format!("page {page} zeroed")
        }
        1 => {
            let left = random.below(length);
            bytes.truncate(left as usize);
            format!("cut to {left} bytes")
        }
        2 => {
            let (from, to) = (random.below(length / PAGE as u64), random.below(length / PAGE as u64));
            let page = bytes[from as usize * PAGE..][..PAGE].to_vec();
            bytes[to as usize * PAGE..][..PAGE].copy_from_slice(&page);
            format!("page {from} written over page {to}")
        }
        kind => {
            let count = if kind == 3 { 1 } else { 1 + random.below(200) };
            for _ in 0..count {
                bytes[random.below(length) as usize] ^= 1 << random.below(8);
            }
            format!("{count} bits turned")
        }
    }
}

#[test]
fn damage_is_an_error_or_harmless() {
    let mut random = Random::from_environment();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("chain.redb");
    let chain = open(&file).unwrap();
    for round in 0..30u8 {
        chain
            .set_storage(vec![(vec![7; 40], Some(vec![round; 3_000]))])
            .unwrap();
        chain.advance(10).unwrap();
    }
    let hash = chain.state_hash();
    drop(chain);
    let whole = std::fs::read(&file).unwrap();
    let (mut at_start, mut by_check, mut harmless) = (0, 0, 0);
    for round in 0..ROUNDS {
        let mut bytes = whole.clone();
        let how = damage(&mut bytes, &mut random);
        std::fs::write(&file, &bytes).unwrap();
        let chain = match open(&file) {
            Ok(chain) => chain,
            Err(error) => {
                assert!(
                    matches!(error, Error::DatabaseCorrupt { .. } | Error::File { .. }),
                    "round {round}, {how}: {error:?}"
                );
                let text = error.to_string();
                assert!(
                    text.contains("chain.redb") && text.len() < 1_000,
                    "round {round}, {how}: {text}"
                );
                at_start += 1;
                continue;
            }
        };
        // Blocks of any age can be asked for; what cannot be read is an error of that question.
        for number in [1, 100, 255, 256, 257, 299] {
            let _ = chain.block(number);
            let _ = chain.query(&[7; 40], number);
        }
        match chain.verify() {
            Ok(found) => {
                assert_eq!(found, hash, "round {round}, {how}: another state counts as whole");
                harmless += 1;
            }
            Err(error) => {
                assert!(
                    !error.to_string().is_empty() && error.to_string().len() < 1_000,
                    "round {round}, {how}: {error}"
                );
                by_check += 1;
            }
        }
        // Going on works, or is refused for a reason.
        let _ = chain.advance(3);
    }
    println!("noticed at the start: {at_start}, by the check: {by_check}; harmless: {harmless}");
    assert!(at_start > 0 && by_check > 0 && at_start + by_check + harmless == ROUNDS);
}
