//! The same histories of a pact on the chain's ledger and on the rows of a future, compared to the rao after every act.
//!
//! `PACT_HISTORIES` says how many (default 1,000), `PACT_HISTORIES_SEED` with which seed (default 1).

mod acts;
mod both;
mod keys;
mod play;

use std::collections::BTreeMap;

use acts::act;
use both::Both;
use keys::{NET, SLOT};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use tributary_economy::{Ledger, Tao, UNIT, market::networks, pact::Event};

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap())
}

#[test]
fn a_thousand_histories_are_the_ledgers_to_the_rao() {
    let (histories, seed) = (setting("PACT_HISTORIES", 1_000), setting("PACT_HISTORIES_SEED", 1));
    println!("seed {seed}, {histories} histories");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    let pool = (1_000 * UNIT..200_000 * UNIT, 10_000 * UNIT..5_000_000 * UNIT);
    let input = (pool, prop::collection::vec(act(), 60..90));
    let mut done: BTreeMap<&str, u64> = BTreeMap::new();
    for number in 0..histories {
        let (pool, acts) = input.new_tree(&mut runner).unwrap().current();
        let mut both = Both::new(pool);
        for (place, act) in acts.iter().enumerate() {
            let played = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                let name = both.play(act);
                both.compare();
                name
            }));
            let name = played.unwrap_or_else(|panic| {
                eprintln!("seed {seed}, history {number}, act {place} of {:?}", &acts[..=place]);
                std::panic::resume_unwind(panic)
            });
            if let Some(name) = name {
                *done.entry(name).or_default() += 1;
            }
        }
        // The end of the subnet: what pacts give to its pool, and nothing of them stays.
        both.ledger.take_pact_events();
        both.ledger.transaction(|l| networks::dissolve(l, NET)).unwrap();
        let told = both.ledger.take_pact_events();
        let joined = both.chain.flows.tribute;
        both.chain.dissolve(SLOT).unwrap();
        let joined = Tao(both.chain.flows.tribute.0 - joined.0);
        let says: Vec<Tao> = told
            .iter()
            .filter_map(|event| match event {
                Event::Dissolved { tao, .. } => Some(*tao),
                _ => None,
            })
            .collect();
        assert_eq!(
            says.iter().map(|tao| tao.0).sum::<u64>(),
            joined.0,
            "seed {seed}, history {number}"
        );
        assert_eq!(both.ledger.holds().count(), 0, "seed {seed}, history {number}");
        both.chain
            .check()
            .unwrap_or_else(|broken| panic!("seed {seed}, history {number}: {broken:?}"));
    }
    println!("{done:?}");
    let kinds = 18;
    assert!(
        histories < 1_000 || (done.len() == kinds && done.values().all(|count| *count > 20)),
        "{done:?}"
    );
}
