//! The tables of the page, and the file of all numbers.

use core::fmt::Write as _;

use tributary_futures::{
    outcome::{CLASSES, Finished, Thresholds},
    stats::{self, Estimate},
};

use crate::numbers::{NUMBERS, Unit, sum_of};

type Row = (&'static str, [Estimate; NUMBERS.len()]);

/// Tables by the name of their marker, and the numbers that they show.
const TABLES: [(&str, &[&str]); 5] = [
    (
        "outcomes",
        &["depreciation", "niche", "flywheel", "category_defining", "tao_price"],
    ),
    (
        "stays",
        &[
            "exits",
            "best_still_there",
            "subnets_working",
            "quality_median",
            "leave_under_pact",
        ],
    ),
    (
        "value",
        &[
            "returned_part",
            "revenue_on_network",
            "dilution_tax",
            "alpha_holders",
            "root_holders",
            "miners",
            "owners",
        ],
    ),
    (
        "signs",
        &[
            "sign_mission",
            "sign_commercial",
            "sign_mercenary",
            "sign_good",
            "months_under_pact",
            "notices",
            "breaches",
        ],
    ),
    ("away", &["stayed_away", "stayed_away_good"]),
];

fn show(e: Estimate, unit: Unit) -> String {
    let figure = |x: f64| match unit {
        Unit::Share => format!("{:.2} %", 100.0 * x),
        Unit::Points => format!("{:+.2}", 100.0 * x),
        Unit::Change => format!("{:+.1} %", 100.0 * x),
        Unit::Count => format!("{x:.1}"),
        Unit::Difference => format!("{x:+.2}"),
    };
    let compares = matches!(unit, Unit::Points | Unit::Change | Unit::Difference);
    let text = format!("{} ({} to {})", figure(e.value), figure(e.low), figure(e.high));
    if compares && e.low == 0.0 && e.high == 0.0 {
        "0".to_owned()
    } else if compares && (e.low > 0.0 || e.high < 0.0) {
        format!("**{text}**")
    } else {
        text
    }
}

fn table(rows: &[Row], names: &[&str]) -> String {
    let places: Vec<usize> = names
        .iter()
        .filter_map(|name| NUMBERS.iter().position(|number| number.name == *name))
        .collect();
    let mut text = String::from("| scenario |");
    for place in &places {
        let number = &NUMBERS[*place];
        let unit = if number.unit == Unit::Points { ", points" } else { "" };
        // Writing to a string cannot fail.
        let _ = write!(text, " {}{unit} |", number.title);
    }
    let _ = writeln!(text, "\n|---|{}", "---|".repeat(places.len()));
    for (name, estimates) in rows {
        let _ = write!(text, "| `{name}` |");
        for place in &places {
            let e = estimates[*place];
            let nobody = e.value.is_nan() || e.low.is_nan();
            let cell = if nobody {
                "none".to_owned()
            } else {
                show(e, NUMBERS[*place].unit)
            };
            let _ = write!(text, " {cell} |");
        }
        text.push('\n');
    }
    text
}

/// What futures without a pact come to.
fn base(without: &[Finished], thresholds: &Thresholds, runs: u64, seed: u64) -> String {
    let mut text = format!("{runs} futures, seed {seed}:\n\n| without a pact | |\n|---|---|\n");
    for class in CLASSES {
        let hits = without.iter().filter(|f| f.outcome.class(thresholds) == class).count();
        let e = stats::proportion(hits as u64, without.len() as u64);
        let _ = writeln!(text, "| {} | {} |", class.name(), show(e, Unit::Share));
    }
    let column = |pick: &dyn Fn(&Finished) -> f64| without.iter().map(pick).collect::<Vec<f64>>();
    let exits = stats::mean(&column(&|f| f.outcome.exits));
    let left = column(&|f| sum_of("left_", &f.outcome));
    let exposed = column(&|f| sum_of("exposed_", &f.outcome));
    let best = stats::mean(&column(&|f| f.outcome.best_still_there));
    let tax = stats::mean(&column(&|f| f.outcome.dilution_tax_year));
    let newcomers = stats::mean(&column(&|f| f.outcome.newcomers));
    for (title, e, unit) in [
        ("exits", exits, Unit::Count),
        (
            "owners who leave in a month",
            stats::ratio(&left, &exposed),
            Unit::Share,
        ),
        ("of the best tenth, still there", best, Unit::Share),
        ("dilution tax a year", tax, Unit::Share),
        ("newcomers", newcomers, Unit::Count),
    ] {
        let _ = writeln!(text, "| {title} | {} |", show(e, unit));
    }
    text
}

/// Puts the tables between their markers, `<!-- name -->` and `<!-- end -->`, into a page.
pub(crate) fn insert(
    page: &str,
    rows: &[Row],
    without: &[Finished],
    thresholds: &Thresholds,
    runs: u64,
    seed: u64,
) -> Result<String, String> {
    let mut page = page.to_owned();
    let mut put = |name: &str, table: &str| {
        let marker = format!("<!-- {name} -->\n");
        let from = page.find(&marker).ok_or(format!("the page lacks {marker}"))? + marker.len();
        let length = page[from..]
            .find("<!-- end -->")
            .ok_or(format!("{marker} has no end"))?;
        page.replace_range(from..from + length, &format!("\n{table}\n"));
        Ok::<(), String>(())
    };
    put("base", &base(without, thresholds, runs, seed))?;
    for (name, names) in TABLES {
        let shown = |row: &&Row| name != "away" || row.0.ends_with("newcomers");
        let rows: Vec<Row> = rows.iter().filter(shown).copied().collect();
        put(name, &table(&rows, names))?;
    }
    Ok(page)
}

/// Every number of every scenario, a row each: value and ends of the interval of 95 %.
pub(crate) fn csv(rows: &[Row]) -> String {
    let mut text = String::from("scenario,number,value,low,high\n");
    for (name, estimates) in rows {
        for (number, e) in NUMBERS.iter().zip(estimates) {
            let _ = writeln!(text, "{name},{},{:.6},{:.6},{:.6}", number.name, e.value, e.low, e.high);
        }
    }
    text
}
