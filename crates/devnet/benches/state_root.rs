//! Hash of a state of 200,000 keys after 2,000 of them changed: the commitment that the embedded chain keeps, and the
//! Merkle trie of a Substrate node in its fastest form, all nodes in memory.

use criterion::{Criterion, criterion_group, criterion_main};
use sp_core::{Blake2Hasher, storage::StateVersion};
use sp_state_machine::{Backend, InMemoryBackend};
use tributary_devnet::state::{Commitment, StateMap, StateView};

const KEYS: u32 = 200_000;
const CHANGES: u32 = 2_000;

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

fn roots(c: &mut Criterion) {
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
    let view = StateView::live(&state, commitment);
    c.bench_function("commitment", |b| {
        b.iter(|| view.storage_root(delta(), StateVersion::V1).0)
    });

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
    c.bench_function("trie", |b| b.iter(|| trie.storage_root(delta(), StateVersion::V1).0));
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20);
    targets = roots
}
criterion_main!(benches);
