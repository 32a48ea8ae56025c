//! The report, the sensitivities and the comparison of real runs.

use std::{collections::BTreeSet, fs, path::Path};

use tributary_futures::{
    Plan, Scenario,
    compare::compare,
    error::Error,
    report,
    sensitivity::{Effort, NOISE, OTHERS, Output, Study},
};

const SHORT: &str = "[run]\ndays = 200\n";

fn plan(text: &str, runs: u64) -> Plan {
    Plan::new(Scenario::parse("test.toml", text).unwrap(), 11, runs).unwrap()
}

fn outputs(names: &[&str]) -> Vec<Output> {
    names.iter().map(|name| Output::parse(name).unwrap()).collect()
}

fn small() -> Effort {
    Effort {
        trajectories: 2,
        replicates: 1,
        rows: 16,
        factors: 3,
    }
}

/// Values of an attribute in a page.
fn attributes<'a>(page: &'a str, start: &str) -> BTreeSet<&'a str> {
    page.split(start)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

/// What every page must keep to.
fn check_page(path: &Path) -> String {
    let page = fs::read_to_string(path).unwrap();
    // Self-contained: the only address is the name of SVG.
    let addresses = page.replace("http://www.w3.org/2000/svg", "");
    for outside in ["http:", "https:", "<script", "<link", "@import", "url("] {
        assert!(!addresses.contains(outside), "{} has {outside}", path.display());
    }
    let ids = attributes(&page, " id=\"");
    for link in attributes(&page, "href=\"#") {
        assert!(ids.contains(link), "{}: nothing is called {link}", path.display());
    }
    assert!(!page.contains("NaN"), "{}", path.display());
    let charts = page.matches("<svg").count();
    assert_eq!(
        page.matches("role=\"img\" aria-label=\"").count(),
        charts + page.matches("class=\"bar\"").count()
    );
    // The numbers behind every chart, which is there in two widths.
    assert_eq!(2 * page.matches("<summary>The numbers").count(), charts);
    page
}

#[test]
fn the_report_answers_everything_and_needs_nothing() {
    let plan = plan(SHORT, 60);
    let directory = tempfile::tempdir().unwrap();
    let at = |name: &str| directory.path().join(name);
    plan.run(directory.path(), &|| {}).unwrap();
    let answers = report::write(&plan, "a test", directory.path()).unwrap();
    let page = check_page(&at("report.html"));
    for id in ["H1", "H2", "H3", "H4", "H5", "H6", "H7"] {
        assert!(page.contains(&format!("id=\"{id}\"")), "{id}");
    }
    for name in [
        "thresholds",
        "market-value",
        "fan-price",
        "fan-coverage",
        "hazard-quality",
        "dilution-tax",
        "cash-flows",
    ] {
        assert!(page.contains(&format!("<figure id=\"{name}\"")), "{name}");
    }
    assert_eq!(answers.ledger.checked, 60);
    assert!(answers.ledger.sum_tao.abs() < 1e-3);
    // The directory says by itself what was run, and the same page comes out of it.
    let again = Plan::of(directory.path()).unwrap();
    assert_eq!(again.fingerprint(), plan.fingerprint());
    report::write(&again, "a test", directory.path()).unwrap();
    assert_eq!(fs::read_to_string(at("report.html")).unwrap(), page);
    let docs = tempfile::tempdir().unwrap();
    let charts = report::Charts::draw(&answers).unwrap();
    report::markdown::write(&plan, &answers, &charts, "make it", docs.path()).unwrap();
    let text = fs::read_to_string(docs.path().join("futures-report.md")).unwrap();
    for picture in text.split("](img/").skip(1).filter_map(|rest| rest.split(')').next()) {
        let svg = fs::read_to_string(docs.path().join("img").join(picture)).unwrap();
        assert!(
            svg.contains("prefers-color-scheme") && svg.trim_end().ends_with("</svg>"),
            "{picture}"
        );
    }
    // A future that lost money on the way is not reported.
    let table = tributary_futures::table::Table::read(&at("futures.parquet")).unwrap();
    let mut futures = tributary_futures::outcome::from_table(&table).unwrap();
    futures[7].outcome.usd_bought += 1e3;
    futures[7].outcome.tao_bought += 1.0;
    tributary_futures::outcome::table_of(&futures, &plan.setting.scenario.thresholds)
        .write(&at("futures.parquet"))
        .unwrap();
    let broken = report::write(&plan, "a test", directory.path());
    assert!(matches!(broken, Err(Error::BrokenSum { future: 7, .. })));
}

#[test]
fn sensitivities_do_not_depend_on_threads_and_join_the_report() {
    let plan = plan("[run]\ndays = 60\n", 20);
    let names = ["log:market_value_ratio", "class:depreciation", "exits"];
    let directory = tempfile::tempdir().unwrap();
    let study = |directory: Option<&Path>, threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let study = Study::new(&plan, outputs(&names), small()).unwrap();
            let done = std::sync::atomic::AtomicU64::new(0);
            let found = study.run(directory, &|| {
                done.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            });
            assert_eq!(done.into_inner(), study.futures());
            found.unwrap()
        })
    };
    let found = study(Some(directory.path()), 3);
    assert_eq!(found, study(None, 1));
    let value = &found.outputs["log:market_value_ratio"];
    let factors: BTreeSet<&str> = value.sobol.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(factors.len(), 5);
    assert!(factors.contains(NOISE) && factors.contains(OTHERS));
    // Two months of noise move the price; nothing else can explain that.
    let noise = &value.sobol.iter().find(|(name, _)| name == NOISE).unwrap().1;
    assert!(noise.total.value > 0.2, "{noise:?}");
    plan.run(directory.path(), &|| {}).unwrap();
    report::write(&plan, "a test", directory.path()).unwrap();
    let page = check_page(&directory.path().join("report.html"));
    assert!(page.contains("<figure id=\"sobol-market-value\""));
    let left: Vec<_> = fs::read_dir(directory.path())
        .unwrap()
        .flatten()
        .map(|e| e.file_name())
        .collect();
    assert!(
        left.iter().all(|name| !name.to_string_lossy().starts_with("points-")),
        "{left:?}"
    );
}

#[test]
fn a_study_of_nothing_or_of_what_is_not_there_is_refused() {
    assert!(matches!(Output::parse("log:loyalty"), Err(Error::Output { .. })));
    let plan = plan(SHORT, 1);
    let effort = Effort {
        rows: 1 << 20,
        ..small()
    };
    let error = Study::new(&plan, outputs(&["exits"]), effort)
        .err()
        .unwrap()
        .to_string();
    assert!(error.contains("65536"), "{error}");
}

#[test]
fn a_comparison_pairs_futures_and_has_a_page() {
    let first = plan(SHORT, 40);
    let second = plan("[run]\ndays = 200\n[parameters]\nloyalty = 1\n", 40);
    let compared = compare([&first, &second], &|| {}).unwrap();
    assert_eq!(compared.differs.len(), 1);
    assert_eq!(compared.differs[0][0], "loyalty");
    let exits = &compared.numbers["exits"];
    assert!(exits.difference.low > 0.0, "less loyal owners leave more: {exits:?}");
    // Common noise: futures go together on both sides, so the interval of the difference is narrower than two
    // independent runs could make it.
    let price = &compared.numbers["tao_price_ratio"];
    assert!(price.correlation > 0.1, "{price:?}");
    let directory = tempfile::tempdir().unwrap();
    report::paired::write(&compared, ["loyal", "less loyal"], directory.path()).unwrap();
    let page = check_page(&directory.path().join("comparison.html"));
    assert!(page.contains("loyalty"));
}
