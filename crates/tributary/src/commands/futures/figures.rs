//! Figures for people: the summary of a run, the comparison of two.

use anyhow::Result;
use tributary_futures::{compare::Comparison, outcome::CLASSES, summary::Summary};

use crate::output::{self, say};

/// The fewest futures of which one is a hundredth.
const HUNDRED: u64 = 100;

pub fn print(summary: &Summary, json: bool) -> Result<()> {
    if json {
        return output::json(summary);
    }
    let percent = |x: f64| format!("{:.1} %", 100.0 * x);
    let outcomes = CLASSES.iter().filter_map(|class| {
        let p = summary.outcomes.get(class.name())?;
        Some(vec![
            class.name().to_owned(),
            percent(p.value),
            percent(p.low),
            percent(p.high),
        ])
    });
    output::table(&["outcome", "probability", "from", "to (95 %)"], outcomes.collect())?;
    output::line("")?;
    let numbers = summary.numbers.iter().map(|(name, spread)| {
        let cells = [spread.p05, spread.p50, spread.p95, spread.mean.value].map(number);
        [(*name).to_owned()].into_iter().chain(cells).collect()
    });
    output::table(&["at the end", "5 %", "median", "95 %", "mean"], numbers.collect())?;
    output::line("")?;
    let hazards = summary
        .hazard
        .monthly_by_quartile
        .iter()
        .zip(["lowest", "second", "third", "highest"]);
    let hazards = hazards.map(|(h, name)| vec![name.to_owned(), percent(h.value), percent(h.low), percent(h.high)]);
    output::table(
        &["quartile of quality", "leave in a month", "from", "to (95 %)"],
        hazards.collect(),
    )?;
    output::line("")?;
    let shape = &summary.market_value;
    let tail = match shape.tail_index {
        Some(t) => format!("{:.2} ({:.2} to {:.2})", t.value, t.low, t.high),
        None => "unknown (too few futures)".to_owned(),
    };
    let best = match summary.futures {
        HUNDRED.. => format!(
            "the best 1 % of futures hold {:.0} % of the sum",
            100.0 * shape.top_percent_share.value
        ),
        few => format!("the share of the best 1 % is unknown ({few} futures; it takes {HUNDRED})"),
    };
    output::line(&format!(
        "market value: skewness {:.2}, tail index {tail}, {best}",
        shape.skewness.value
    ))?;
    for limit in &summary.limits {
        say!("note: {limit}");
    }
    Ok(())
}

pub fn print_comparison(comparison: &Comparison, json: bool) -> Result<()> {
    if json {
        return output::json(comparison);
    }
    let pairs = comparison.outcomes.iter().chain(&comparison.numbers);
    let rows = pairs.map(|(name, paired)| {
        let d = paired.difference;
        let cells = [paired.first, paired.second, d.value].map(number);
        // Where all futures differ by the same, their number says nothing about how far others would.
        let interval = match d.low == d.high {
            true => ["-".to_owned(), "-".to_owned()],
            false => [d.low, d.high].map(number),
        };
        [name.clone()].into_iter().chain(cells).chain(interval).collect()
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let same = rows.iter().any(|row| row.last().is_some_and(|cell| cell == "-"));
    output::table(&["", "A", "B", "B - A", "from", "to (95 %)"], rows)?;
    if same {
        say!(
            "-: all {} futures differ by the same amount, which gives no interval",
            comparison.futures
        );
    }
    Ok(())
}

/// A number with the digits that a reader wants.
pub fn number(x: f64) -> String {
    match x.abs() {
        a if a >= 1e5 => format!("{x:.0}"),
        a if a >= 100.0 => format!("{x:.1}"),
        a if a >= 0.01 || a == 0.0 => format!("{x:.3}"),
        _ => format!("{x:.2e}"),
    }
}
