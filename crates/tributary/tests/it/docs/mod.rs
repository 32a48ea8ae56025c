//! Every command that the README and the documents show is run, in a market as described there, and every citation of
//! them leads somewhere.

mod citations;
mod pages;
mod reader;
mod world;

use std::collections::BTreeMap;

use reader::{Block, Fate, blocks, documents};
use world::World;

/// Where blocks are run: by these tests, and by the suites in `tests/clients`.
const WORLDS: [(&str, &[&str]); 2] = [
    ("sh", &["up", "chain", "alone", "btcli"]),
    ("python", &["python", "sdk10", "sdk11", "openai"]),
];

fn all() -> Vec<Block> {
    documents().iter().flat_map(|document| blocks(document)).collect()
}

#[test]
fn every_block_says_where_it_runs_or_why_not() {
    let mut wrong = Vec::new();
    let mut skipped: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut run = 0;
    for block in all() {
        let Some((_, worlds)) = WORLDS.iter().find(|(language, _)| *language == block.language) else {
            continue;
        };
        let place = format!("{}:{}", block.file, block.line);
        match &block.fate {
            Some(Fate::Runs(world)) if worlds.contains(&world.as_str()) => run += 1,
            Some(Fate::Runs(world)) => wrong.push(format!("{place}: there is no world `{world}`")),
            Some(Fate::NotRun(why)) if why.len() > 10 => skipped.entry(why.clone()).or_default().push(place),
            Some(Fate::NotRun(_)) => wrong.push(format!("{place}: no reason why it is not run")),
            None => wrong.push(format!(
                "{place}: say `<!-- runs: … -->` or `<!-- not run: … -->` before it"
            )),
        }
    }
    println!(
        "{run} blocks are run, {} are not:",
        skipped.values().map(Vec::len).sum::<usize>()
    );
    for (why, places) in &skipped {
        println!("  {why}: {}", places.join(", "));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(run > 0);
}

/// Runs all shell blocks of a world, document by document.
fn run_all(name: &str, mut world: World) {
    for document in documents() {
        let blocks = blocks(&document);
        let here = blocks.iter().filter(|block| {
            block.language == "sh"
                && block
                    .fate
                    .as_ref()
                    .is_some_and(|fate| *fate == Fate::Runs(name.to_owned()))
        });
        for block in here {
            for command in reader::commands(&block.text) {
                world.run(&format!("{}:{}", block.file, block.line), &command);
            }
        }
        world.end_of_document();
    }
    world.end();
}

#[test]
fn commands_for_a_market_work_in_one() {
    run_all("up", World::market());
}

#[test]
fn commands_for_a_chain_work_on_one() {
    run_all("chain", World::chain());
}

#[test]
fn commands_that_need_no_chain_work() {
    run_all("alone", World::alone());
}

/// The README states how many of the reference's vectors the rules meet.
#[test]
fn the_stated_number_of_vectors_is_met() {
    let data = |name: &str| {
        let file = reader::root().join("crates/vectors/data").join(name);
        file.to_str().unwrap().to_owned()
    };
    let (economy, consensus) = (data("economy_vectors.json"), data("consensus_vectors.json"));
    let told = crate::support::run(&["vectors", &economy, &consensus, "--json"]).json();
    let sum = |key: &str| -> u64 {
        let reports = told.as_array().unwrap().iter();
        reports.map(|report| report["report"][key].as_u64().unwrap()).sum()
    };
    let (passed, all) = (sum("passed"), sum("passed") + sum("failed") + sum("unsupported"));
    let readme = std::fs::read_to_string(reader::root().join("README.md")).unwrap();
    let stated = format!("{passed} of {all} reference vectors");
    assert!(readme.contains(&stated), "the README does not say `{stated}`");
}
