//! The page of a comparison: what differs, and what that does on the same noise.

use std::{fs, path::Path};

use maud::{Markup, html};
use plotters::style::text_anchor::HPos;

use super::{
    drawings::named,
    elements::{defined, document, figure, table},
    palette::{ACCENT, INK, MUTED},
    plane::{Axis, Plane},
    plot::{Chart, Problem, chart, number, percent},
};
use crate::{
    Error, class,
    compare::{Comparison, Paired},
    files::write_json,
};

/// Numbers in units of one future's spread are drawn for these.
const SHOWN: [(&str, &str); 8] = [
    ("tao_price_ratio", "price of TAO, multiple"),
    ("market_value_ratio", "market value, multiple"),
    ("coverage_mean", "coverage over the future"),
    ("revenue_usd_day", "revenue, dollars a day"),
    ("exits", "exits"),
    ("subnets_working", "subnets still there"),
    ("best_still_there", "part of the best still there"),
    ("dilution_tax_year", "dilution tax a year"),
];

/// Writes `comparison.json` and `comparison.html` into a directory. `names` are those of the two scenarios.
///
/// # Errors
/// [`Error::Chart`], [`Error::Io`].
pub fn write(comparison: &Comparison, names: [&str; 2], directory: &Path) -> Result<(), Error> {
    fs::create_dir_all(directory).map_err(Error::io(directory))?;
    let chart = named("classes", classes(comparison))?;
    let path = directory.join("comparison.html");
    fs::write(&path, page(comparison, names, &chart)).map_err(Error::io(&path))?;
    write_json(&directory.join("comparison.json"), comparison)
}

/// Differences of the classes' probabilities, with intervals.
fn classes(comparison: &Comparison) -> Result<Chart, Problem> {
    let rows: Vec<(&str, Paired)> = class::names()
        .iter()
        .filter_map(|name| comparison.outcomes.get(*name).map(|paired| (*name, *paired)))
        .collect();
    let reach = rows
        .iter()
        .flat_map(|(_, p)| [p.difference.low.abs(), p.difference.high.abs()])
        .fold(0.01, f64::max);
    let told: Vec<String> = rows
        .iter()
        .map(|(name, p)| {
            format!(
                "{name} {} ({} to {})",
                percent(p.difference.value),
                percent(p.difference.low),
                percent(p.difference.high)
            )
        })
        .collect();
    let alternative = format!(
        "Differences of the probabilities of the classes, second less first: {}.",
        told.join("; ")
    );
    chart("classes", alternative, [(760, 220), (400, 220)], &|area, narrow| {
        let points: fn(f64) -> String = |x| number((1e4 * x).round() / 100.0);
        let x = Axis::linear(
            -1.1 * reach,
            1.1 * reach,
            points,
            "difference in points of per cent, B less A",
        );
        let mut y = Axis::linear(0.0, rows.len() as f64, |_| String::new(), "");
        y.ticks = vec![-1.0];
        let plane = Plane::new(area, x, y, [if narrow { 130 } else { 170 }, 16, 6, 46])?;
        plane.line(&[(0.0, 0.0), (0.0, rows.len() as f64)], MUTED, 1)?;
        for (k, (name, p)) in rows.iter().enumerate() {
            let row = (rows.len() - k) as f64 - 0.5;
            plane.line(&[(p.difference.low, row), (p.difference.high, row)], INK, 2)?;
            plane.dot(p.difference.value, row, ACCENT)?;
            plane.words((plane.x.low, row), (-8, 0), HPos::Right, name)?;
        }
        Ok(())
    })
}

fn row(name: &str, p: &Paired, show: fn(f64) -> String) -> Vec<String> {
    let d = p.difference;
    let clear = if d.low > 0.0 || d.high < 0.0 { "yes" } else { "no" };
    vec![
        name.to_owned(),
        show(p.first),
        show(p.second),
        format!("{} ({} to {})", show(d.value), show(d.low), show(d.high)),
        clear.to_owned(),
        format!("{:.2}", p.correlation),
    ]
}

fn page(comparison: &Comparison, names: [&str; 2], chart: &Chart) -> String {
    let head = ["", "A", "B", "B less A (95 %)", "beyond noise", "correlation"];
    let classes: Vec<Vec<String>> = class::names()
        .iter()
        .filter_map(|name| comparison.outcomes.get(*name).map(|p| row(name, p, percent)))
        .collect();
    let shown: Vec<Vec<String>> = SHOWN
        .iter()
        .filter_map(|(key, words)| comparison.numbers.get(*key).map(|p| row(words, p, number)))
        .collect();
    let all: Vec<Vec<String>> = comparison
        .numbers
        .iter()
        .map(|(name, p)| row(name, p, number))
        .collect();
    let differs: Vec<Vec<String>> = comparison.differs.iter().map(|row| row.to_vec()).collect();
    let body: Markup = html! {
        header {
            p.kicker { "Tributary · futures" }
            h1 { "A and B on the same noise" }
            p.lead { "A: " (names[0]) ". B: " (names[1]) ". " (number(comparison.futures as f64)) " futures of each, seed " (comparison.seed) ": each future meets the same parameters and the same luck on both sides, so that what differs is the scenario." }
        }
        section {
            h2 { "What differs" }
            div.scroll { (table(&["field", "A", "B"], &differs)) }
        }
        section {
            h2 { "What it does" }
            (figure(Some(chart), &html! { (defined("paired", "Paired differences")) " of the probabilities of the outcome classes." }, &table(&head, &classes)))
            div.scroll { (table(&head, &shown)) }
            details { summary { "All numbers" } div.scroll { (table(&head, &all)) } }
        }
        section {
            h2 { "Definitions" }
            dl.defs { @for key in ["paired", "probability", "classes"] { @if let Some(d) = super::definitions::of(key) {
                dt id={ "def-" (key) } { (d.name) } dd { (d.formula) br; code { (d.source) } }
            } } }
            p.small { "Fingerprints " code { (comparison.fingerprints[0]) } " and " code { (comparison.fingerprints[1]) } "." }
        }
    };
    document("Two scenarios on the same noise", &body)
}
