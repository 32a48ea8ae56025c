//! Readers of old and new states, beside a chain that goes on.

use std::{
    collections::BTreeMap,
    sync::{
        atomic::{AtomicBool, AtomicU32, Ordering},
        mpsc,
    },
    time::Duration,
};

use tributary_devnet::{At, Error};

use crate::common::*;

/// Longer than any machine takes for what is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

/// A reader that stands still in the middle of a walk holds nothing that a block needs: not of the newest state, not
/// of an old one.
#[test]
fn a_block_is_made_while_a_reader_stands_still() {
    let chain = chain();
    chain.advance(600).unwrap();
    for at in [At::Best, At::Number(3), At::Number(599)] {
        let before = chain.head().number;
        let walk = || {
            let mut seen = 0;
            for _ in frame_system::Account::<tributary_runtime::Runtime>::iter_keys() {
                seen += 1;
                if seen != 2 {
                    continue;
                }
                let (done, wait) = mpsc::channel();
                let chain = chain.clone();
                std::thread::spawn(move || {
                    let head = chain.advance(5).unwrap();
                    // Another reader of the past gets its answer, too.
                    let number = chain
                        .read(2, frame_system::Pallet::<tributary_runtime::Runtime>::block_number)
                        .unwrap();
                    let _ = done.send((head.number, number));
                });
                assert_eq!(wait.recv_timeout(PATIENCE), Ok((before + 5, 2)));
            }
            (seen, frame_system::Pallet::<tributary_runtime::Runtime>::block_number())
        };
        let (seen, number) = chain.read(at, walk).unwrap();
        assert!(seen >= 8);
        let expected = match at {
            At::Number(number) => number,
            _ => before,
        };
        assert_eq!(number, expected, "the reader saw one state all along");
    }
}

/// Old states, read in any order, with writes, reverts and blocks between: keys and values are those that were written.
#[test]
fn the_past_is_what_it_was() {
    let mut random = Random::from_environment();
    let chain = chain();
    let prefix = [9; 33];
    let mut now = BTreeMap::<Vec<u8>, Vec<u8>>::new();
    // By block number; what is written after a block is state of it.
    let mut then = vec![now.clone()];
    let mut snapshots = Vec::new();
    for _ in 0..1_500 {
        match random.below(12) {
            0..8 => {
                let writes: Vec<_> = (0..1 + random.below(6))
                    .map(|_| {
                        let key = [&prefix[..], &[random.below(50) as u8, random.below(4) as u8]].concat();
                        let value = (random.below(3) > 0).then(|| random.below(1_000).to_le_bytes().to_vec());
                        (key, value)
                    })
                    .collect();
                for (key, value) in &writes {
                    match value {
                        Some(value) => drop(now.insert(key.clone(), value.clone())),
                        None => drop(now.remove(key)),
                    }
                }
                chain.set_storage(writes).unwrap();
                *then.last_mut().unwrap() = now.clone();
                chain.advance(1).unwrap();
                then.push(now.clone());
            }
            8 => snapshots.push((chain.snapshot().unwrap(), then.len(), now.clone())),
            // Mostly a little back.
            9 if snapshots.len() > 3 && random.below(6) == 0 => {
                let at = snapshots.len() - 1 - random.below(3) as usize;
                snapshots.truncate(at + 1);
                let (id, length, state) = snapshots[at].clone();
                chain.revert(id).unwrap();
                then.truncate(length);
                now = state;
                *then.last_mut().unwrap() = now.clone();
            }
            _ => {
                let number = random.below(then.len() as u64) as usize;
                let expected = &then[number];
                let start = [&prefix[..], &[random.below(50) as u8]].concat();
                let page = chain.keys(&prefix, Some(&start), 7, number as u32).unwrap();
                assert!(
                    page.iter().eq(expected.keys().filter(|key| **key > start).take(7)),
                    "block {number} of {}",
                    then.len()
                );
                let keys: Vec<_> = expected.keys().cloned().collect();
                let values = chain.query_all(&keys, number as u32).unwrap();
                assert!(values.iter().map(Option::as_ref).eq(expected.values().map(Some)));
            }
        }
    }
    assert!(then.len() > 300, "{} blocks", then.len());
    assert_eq!(chain.verify().unwrap(), chain.state_hash());
}

/// What a reader gets belongs to one chain, although steps are taken back under its hands: a value of the block that
/// it asked for by hash, or that there is no such block.
#[test]
fn readers_and_reverts_do_not_mix() {
    let chain = chain();
    chain.advance(3).unwrap();
    let snapshot = chain.snapshot().unwrap();
    let key = vec![5; 40];
    let (stop, read) = (AtomicBool::new(false), AtomicU32::new(0));
    let wanted = parking_lot::Mutex::new(None);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    let Some((hash, value)) = *wanted.lock() else { continue };
                    match chain.query(&key, At::Hash(hash)) {
                        Ok(found) => {
                            assert_eq!(found, Some(vec![value]));
                            read.fetch_add(1, Ordering::Relaxed);
                        }
                        Err(Error::UnknownBlock(_)) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            });
        }
        // A panic of this thread must not leave the others running.
        let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            for round in 0..60u8 {
                chain.revert(snapshot).unwrap();
                chain.set_storage(vec![(key.clone(), Some(vec![round]))]).unwrap();
                let asked = chain.advance(1).unwrap();
                chain
                    .set_storage(vec![(key.clone(), Some(vec![round ^ 0x80]))])
                    .unwrap();
                *wanted.lock() = None;
                chain.advance(1).unwrap();
                // What was written after the block is its state.
                *wanted.lock() = Some((asked.hash, round ^ 0x80));
                chain.advance(u32::from(round) % 7 * 40).unwrap();
            }
        }));
        stop.store(true, Ordering::Relaxed);
        result.unwrap();
    });
    assert!(read.into_inner() > 0);
}
