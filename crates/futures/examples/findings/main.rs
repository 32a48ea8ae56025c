//! Makes the tables of `docs/findings.md` and `docs/findings.csv` again: every scenario of `scenarios/pacts` against the
//! one without a pact, on the same noise.
//!
//! `cargo run --release -p tributary-futures --example findings -- [RUNS] [SEED] [ROOT]`

mod numbers;
mod tables;

use std::{fs, path::PathBuf, time::Instant};

use numbers::{NUMBERS, Sides};
use tributary_futures::{Plan, Scenario};

/// The scenarios, without ending, in the order of the tables.
const SCENARIOS: [&str; 29] = [
    "pledge-low",
    "pledge-middle",
    "pledge-high",
    "vesting-low",
    "vesting-middle",
    "vesting-high",
    "bond-low",
    "bond-middle",
    "bond-high",
    "notice-low",
    "notice-middle",
    "notice-high",
    "revenue-share-low",
    "revenue-share-middle",
    "revenue-share-high",
    "open-after-low",
    "open-after-middle",
    "open-after-high",
    "route-burn",
    "route-holders",
    "route-root",
    "bundle-light",
    "bundle-middle",
    "bundle-strict",
    "middle-weight-0.5",
    "middle-weight-1",
    "middle-weight-3",
    "middle-newcomers",
    "strict-newcomers",
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let runs = arguments.next().map_or(Ok(1_000), |text| text.parse())?;
    let seed = arguments.next().map_or(Ok(1), |text| text.parse())?;
    let root = arguments.next().map_or_else(|| PathBuf::from("."), PathBuf::from);
    let plan = |name: &str| -> Result<Plan, Box<dyn std::error::Error>> {
        let path = root.join("scenarios/pacts").join(format!("{name}.toml"));
        let text = fs::read_to_string(&path).map_err(|problem| format!("{}: {problem}", path.display()))?;
        Ok(Plan::new(
            Scenario::parse(&path.display().to_string(), &text)?,
            seed,
            runs,
        )?)
    };
    let clock = Instant::now();
    let none = plan("none")?;
    let without = none.futures(&|| {})?;
    eprintln!("none: {:.1} s", clock.elapsed().as_secs_f64());
    let thresholds = &none.setting.scenario.thresholds;
    let mut rows = Vec::new();
    for name in SCENARIOS {
        let with = plan(name)?.futures(&|| {})?;
        let sides = Sides {
            without: &without,
            with: &with,
            thresholds,
        };
        rows.push((name, NUMBERS.map(|number| (number.measure)(&sides))));
        eprintln!("{name}: {:.1} s", clock.elapsed().as_secs_f64());
    }
    let path = root.join("docs/findings.md");
    let text = tables::insert(&fs::read_to_string(&path)?, &rows, &without, thresholds, runs, seed)?;
    fs::write(path, text)?;
    fs::write(root.join("docs/findings.csv"), tables::csv(&rows))?;
    Ok(())
}
