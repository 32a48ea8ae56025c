//! Hash of a state of 200,000 keys after 2,000 of them changed: the commitment that the embedded chain keeps, and the
//! Merkle trie of a Substrate node in its fastest form, all nodes in memory. Medians, in milliseconds.
//!
//! `cargo run --release -p tributary-devnet --example state_root`

use std::time::Instant;

use sp_core::{Blake2Hasher, storage::StateVersion};
use sp_state_machine::{Backend, InMemoryBackend};
use tributary_devnet::state::{Commitment, StateMap};

const KEYS: u32 = 200_000;
const CHANGES: u32 = 2_000;
const RUNS: usize = 20;

/// A key as pallets have them: an item out of 64, then what tells its entries apart.
fn key(number: u32) -> Vec<u8> {
    let item = sp_crypto_hashing::blake2_256(&(number % 64).to_le_bytes());
    [
        &item[..],
        &sp_crypto_hashing::blake2_128(&number.to_le_bytes()),
        &number.to_le_bytes(),
    ]
    .concat()
}

/// Median of [`RUNS`] runs in milliseconds.
fn median_ms<R>(mut action: impl FnMut() -> R) -> f64 {
    let mut times: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            std::hint::black_box(action());
            start.elapsed().as_secs_f64() * 1e3
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[RUNS / 2]
}

fn main() {
    let pairs: Vec<(Vec<u8>, Vec<u8>)> = (0..KEYS).map(|number| (key(number), vec![1; 16])).collect();
    let changes: Vec<(Vec<u8>, Vec<u8>)> = (0..CHANGES)
        .map(|number| (key(number * (KEYS / CHANGES)), vec![2; 16]))
        .collect();
    let delta = || changes.iter().map(|(key, value)| (&key[..], Some(&value[..])));

    let (mut state, mut commitment) = (StateMap::default(), Commitment::default());
    for (key, value) in &pairs {
        commitment.insert(key, value);
        state.set(key, Some(value));
    }
    println!(
        "{:8.3}  commitment",
        median_ms(|| {
            let mut commitment = commitment;
            for (key, value) in delta() {
                commitment.replace(key, state.get(key), value);
            }
            commitment.root()
        })
    );

    let mut trie = InMemoryBackend::<Blake2Hasher>::default();
    trie.insert(
        [(
            None,
            pairs
                .iter()
                .map(|(key, value)| (key.clone(), Some(value.clone())))
                .collect(),
        )],
        StateVersion::V1,
    );
    println!(
        "{:8.3}  trie",
        median_ms(|| trie.storage_root(delta(), StateVersion::V1).0)
    );
}
