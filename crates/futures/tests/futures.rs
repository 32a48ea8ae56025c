//! Whole runs: the same bytes however they are cut, closed sums, resumption, and what a story holds.

use std::{
    fs::File,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use proptest::prelude::*;
use tributary_economy::rule_sets::RuleSet;
use tributary_futures::{Plan, Scenario, Shard, error::Error};

const SHORT: &str = "[run]\ndays = 120\n";

fn plan(text: &str, runs: u64) -> Plan {
    Plan::new(Scenario::parse("test.toml", text).unwrap(), 11, runs).unwrap()
}

fn bytes(directory: &Path) -> Vec<Vec<u8>> {
    ["futures.parquet", "series.parquet", "summary.json", "run.json"]
        .iter()
        .map(|name| std::fs::read(directory.join(name)).unwrap())
        .collect()
}

fn with_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(work)
}

#[test]
fn results_do_not_depend_on_threads_or_shards() {
    let plan = plan(SHORT, 70);
    let whole = tempfile::tempdir().unwrap();
    with_threads(1, || plan.run(whole.path(), &|| {})).unwrap();
    let wanted = bytes(whole.path());
    for threads in [2, 7] {
        let directory = tempfile::tempdir().unwrap();
        with_threads(threads, || plan.run(directory.path(), &|| {})).unwrap();
        assert_eq!(bytes(directory.path()), wanted, "{threads} threads");
    }
    for of in [2, 3] {
        let shards: Vec<_> = (0..of).map(|_| tempfile::tempdir().unwrap()).collect();
        for (index, shard) in shards.iter().enumerate() {
            let shard_of = Shard::new(index as u64, of).unwrap();
            plan.run_shard(shard.path(), shard_of, &|| {}).unwrap();
        }
        let merged = tempfile::tempdir().unwrap();
        let from: Vec<_> = shards.iter().map(|shard| shard.path().to_owned()).collect();
        let missing = plan.merge(&from[1..], merged.path());
        assert!(matches!(missing, Err(Error::Missing { first: 0, .. })), "{missing:?}");
        plan.merge(&from, merged.path()).unwrap();
        assert_eq!(bytes(merged.path()), wanted, "{of} shards");
    }
    assert!(matches!(Shard::new(3, 3), Err(Error::Shard { .. })));
}

#[test]
fn an_interrupted_run_goes_on_and_another_run_is_refused() {
    let plan = plan(SHORT, 48);
    let whole = tempfile::tempdir().unwrap();
    plan.run(whole.path(), &|| {}).unwrap();
    let directory = tempfile::tempdir().unwrap();
    plan.run_shard(directory.path(), Shard::new(1, 3).unwrap(), &|| {})
        .unwrap();
    let kept = directory.path().join("parts/futures-000001.parquet");
    // A part that is written again is of now.
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    File::options()
        .write(true)
        .open(&kept)
        .unwrap()
        .set_modified(long_ago)
        .unwrap();
    let done = AtomicU64::new(0);
    let count = || {
        done.fetch_add(1, Ordering::Relaxed);
    };
    plan.run_shard(directory.path(), Shard::WHOLE, &count).unwrap();
    assert_eq!(std::fs::metadata(&kept).unwrap().modified().unwrap(), long_ago);
    assert_eq!(done.load(Ordering::Relaxed), 48);
    plan.run(directory.path(), &|| {}).unwrap();
    assert_eq!(bytes(directory.path()), bytes(whole.path()));
    // A finished run is not run again.
    let again = plan.run(directory.path(), &|| {}).unwrap();
    assert_eq!(again.futures, 48);
    let other = Plan::new(Scenario::default(), 12, 48).unwrap();
    assert!(matches!(
        other.run(directory.path(), &|| {}),
        Err(Error::OtherRun { .. })
    ));
}

#[test]
fn every_rule_set_start_and_step_closes_its_sums() {
    for set in [
        "2025-02-dtao",
        "2025-11-taoflow",
        "2026-06-price-burn",
        "2026-07-gate",
        "2026-08-gate32",
    ] {
        for start in ["mainnet-2026-09-30", "synthetic"] {
            let text = format!("[run]\ndays = 400\nstart = \"{start}\"\n[[rules]]\nday = 0\nset = \"{set}\"\n");
            let futures = plan(&text, 2).futures(&|| {}).unwrap();
            assert!(
                futures.iter().all(|f| f.outcome.values().iter().all(|x| x.is_finite())),
                "{set} {start}"
            );
        }
    }
    let steps = "[run]\ndays = 20\nstep_blocks = 360\narithmetic = \"exact\"\n";
    plan(steps, 1).futures(&|| {}).unwrap();
}

#[test]
fn a_rule_set_can_change_on_a_day() {
    let both = "[run]\ndays = 60\nsample_days = 1\n[[rules]]\nday = 0\nset = \"2026-06-price-burn\"\n";
    let switched = format!("{both}[[rules]]\nday = 30\nset = \"2026-08-gate32\"\n");
    let (_, _, before) = plan(both, 1).setting.replay(0).unwrap();
    let (_, _, after) = plan(&switched, 1).setting.replay(0).unwrap();
    let first = before.price_sum.iter().zip(&after.price_sum).position(|(a, b)| a != b);
    assert_eq!(first, Some(30));
}

#[test]
fn a_story_tells_the_exits_that_are_counted() {
    let plan = plan("[run]\ndays = 730\n", 8);
    let futures = plan.futures(&|| {}).unwrap();
    for finished in futures {
        let explained = plan.explain(finished.future).unwrap();
        assert_eq!(explained.finished, finished);
        let text = explained.text();
        let left = text.lines().filter(|line| line.contains(" left")).count();
        assert_eq!(left as f64, finished.outcome.exits, "{text}");
        let deregistered = text.lines().filter(|line| line.contains("was deregistered")).count();
        assert_eq!(deregistered as f64, finished.outcome.deregistered);
    }
    assert!(matches!(plan.explain(8), Err(Error::NoSuchFuture { last: 7, .. })));
}

#[test]
fn the_same_scenario_differs_from_itself_by_nothing() {
    let plan = plan(SHORT, 20);
    let same = tributary_futures::compare::compare([&plan, &plan], &|| {}).unwrap();
    for (name, paired) in &same.numbers {
        assert_eq!((paired.difference.low, paired.difference.high), (0.0, 0.0), "{name}");
    }
}

#[test]
fn the_documents_table_of_parameters_is_the_codes() {
    let document = include_str!("../../../docs/futures.md");
    for info in tributary_futures::parameters::TABLE {
        let row = format!(
            "| `{}` | {} | {} | {} to {} | {} | {} |",
            info.name,
            info.meaning.trim().trim_end_matches('.'),
            info.unit,
            info.limits.0,
            info.limits.1,
            info.prior,
            info.source
        );
        assert!(document.contains(&row), "docs/futures.md lacks this row:\n{row}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    /// Whoever is idle, whatever alpha is worth, and where emission is not all issued: what it wasted is a part of it.
    #[test]
    fn the_dilution_tax_is_a_part_of_all_emission(
        seed in any::<u64>(), set in 0..RuleSet::DATED.len(), mercenary in 0.0f64..1.0, frontier in 0.0f64..3.0,
        start in prop_oneof![Just("mainnet-2026-09-30"), Just("synthetic")], pledge in 0.0f64..1.0,
    ) {
        let set = serde_json::to_value(RuleSet::DATED[set].1).unwrap();
        let text = format!(
            "[run]\ndays = 200\nstart = \"{start}\"\n[[rules]]\nday = 0\nset = {set}\n[parameters]\nmercenary_share = {mercenary}\n\
             mission_share = 0\nfrontier_speed = {frontier}\nloyalty = 0\n[pact]\npledge = {pledge}\nweight = 1\n"
        );
        let plan = Plan::new(Scenario::parse("test.toml", &text).unwrap(), seed >> 12, 2).unwrap();
        for finished in plan.futures(&|| {}).unwrap() {
            let (tax, all) = (finished.outcome.dilution_tax_year, finished.outcome.emission_year);
            prop_assert!((0.0..=all).contains(&tax), "{tax} of {all}");
            // The participants of dead subnets are not the only ones: their stakers are holders.
            prop_assert!(all < 0.15, "{all}");
        }
    }
}
