//! The report as text with pictures, for a repository.

use core::fmt::Write as _;
use std::{fs, path::Path};

use super::{
    data::Answers,
    drawings::{Charts, SOBOL},
    elements::output_words,
    plot::{capital, number, percent, standalone},
};
use crate::{
    Error,
    class::{self, CLASSES},
    run::Plan,
    stats::Estimate,
};

/// Pictures that the text shows, in its order, with what is said under each.
const PICTURES: [(&str, &str); 9] = [
    ("market-value", "Market value of all TAO at the horizon."),
    ("fan-price", "Price of TAO: the middle half, nine tenths, median."),
    ("fan-coverage", "Revenue on the network over emission value."),
    ("fan-subnets", "Subnets whose owner is still there."),
    (
        "hazard-quality",
        "Chance that an owner leaves in a month, by product quality.",
    ),
    (
        "hazard-dependence",
        "The same by the part of the work that emission pays.",
    ),
    ("dilution-tax", "Dilution tax."),
    ("tornado-market-value", "What the typical market value hangs on."),
    ("cash-flows", "Cash flows of the median future."),
];

fn interval(e: Estimate, show: fn(f64) -> String) -> String {
    format!("{} ({} to {})", show(e.value), show(e.low), show(e.high))
}

/// The text. Pictures are `img/futures-<name>.svg` beside it. `command` is what makes it again.
pub fn text(plan: &Plan, answers: &Answers, charts: &Charts, command: &str) -> String {
    let mut out = String::new();
    introduction(&mut out, plan, answers, command);
    outcomes(&mut out, answers);
    pictures(&mut out, charts);
    luck(&mut out, answers);
    sobol(&mut out, answers);
    claims(&mut out, answers);
    pools(&mut out, answers);
    out
}

// Writing to a string cannot fail: that is why none of these looks at what it gives back.

/// What was run, and what it is not.
fn introduction(out: &mut String, plan: &Plan, answers: &Answers, command: &str) {
    let (summary, scenario) = (&answers.summary, &plan.setting.scenario);
    let _ = writeln!(
        out,
        "# {} futures: {}\n\nMade by `{command}`; do not edit. {} days of {} blocks a step, seed {}, fingerprint `{}`. What \
         people do in the model, with which numbers and why, is in [futures.md](futures.md); what each number is, in the \
         appendix of `report.html`, which every run writes.\n\n**These are consequences of assumptions, not forecasts.** {}.\n",
        number(summary.futures as f64),
        answers.title,
        scenario.days,
        scenario.step_blocks,
        summary.seed,
        summary.fingerprint,
        capital(summary.limits[0])
    );
}

/// Classes, thresholds, numbers at the end.
fn outcomes(out: &mut String, answers: &Answers) {
    let summary = &answers.summary;
    let _ = writeln!(
        out,
        "## What comes of it\n\n| outcome | probability | 95 % |\n|---|---|---|"
    );
    for class in CLASSES {
        if let Some(p) = summary.outcomes.get(class.name()) {
            let _ = writeln!(
                out,
                "| {} | {} | {} to {} |",
                class.name(),
                percent(p.value),
                percent(p.low),
                percent(p.high)
            );
        }
    }
    let names = class::names().join(" | ");
    let _ = writeln!(
        out,
        "\nWith each threshold halved and doubled:\n\n| threshold | {names} |\n|---|---|---|---|---|"
    );
    for (name, shares) in answers.threshold_rows() {
        let _ = writeln!(out, "| {name} | {} |", shares.map(percent).join(" | "));
    }
    let _ = writeln!(
        out,
        "\n| at the end | 5 % | median | 95 % | mean |\n|---|---|---|---|---|"
    );
    for (name, words) in NUMBERS {
        if let Some(s) = summary.numbers.get(name) {
            let cells = [s.p05, s.p50, s.p95, s.mean.value].map(number).join(" | ");
            let _ = writeln!(out, "| {words} | {cells} |");
        }
    }
}

/// The pictures, each with what it shows.
fn pictures(out: &mut String, charts: &Charts) {
    out.push('\n');
    for (name, words) in PICTURES {
        if let Some(chart) = charts.get(name) {
            let _ = writeln!(
                out,
                "![{}](img/futures-{name}.svg)\n*{words}*\n",
                chart.alternative.replace(['[', ']'], "")
            );
        }
    }
}

/// How much parameters explain.
fn luck(out: &mut String, answers: &Answers) {
    let _ = writeln!(
        out,
        "## How much is parameters and how much is luck\n\nOver {} futures run again with the same parameters and other \
         noise. The rest is luck, alone and together with the parameters:\n\n| number | part of the variance from parameters | 95 % |\n|---|---|---|",
        answers.shares.pairs
    );
    for (key, e) in &answers.shares.parameters {
        let words = output_words(key);
        let _ = writeln!(
            out,
            "| {words} | {} | {} to {} |",
            percent(e.value),
            percent(e.low),
            percent(e.high)
        );
    }
}

/// What the strongest parameters explain, if that was studied.
fn sobol(out: &mut String, answers: &Answers) {
    if let Some(sensitivity) = &answers.sensitivity {
        let _ = writeln!(
            out,
            "\n## Sobol indices\n\n{} futures: a Morris screen of every uncertain parameter, then Sobol indices of the \
             strongest, with all others as one factor and all noise as another. First order: what would vanish from the \
             variance if the factor were known; total order: what would remain if all others were.\n",
            number(sensitivity.futures as f64)
        );
        for (_, key) in SOBOL {
            if let Some(explained) = sensitivity.outputs.get(key) {
                let _ = writeln!(
                    out,
                    "| {} | first order | total order |\n|---|---|---|",
                    output_words(key)
                );
                let two = |x: f64| format!("{x:.2}");
                for (factor, i) in explained.sobol.iter().take(8) {
                    let _ = writeln!(
                        out,
                        "| {factor} | {} | {} |",
                        interval(i.first, two),
                        interval(i.total, two)
                    );
                }
                out.push('\n');
            }
        }
    }
}

/// The claims and how they fared.
fn claims(out: &mut String, answers: &Answers) {
    let _ = writeln!(out, "\n## The claims\n");
    for claim in &answers.claims {
        let hangs = claim.hangs_on_words();
        let _ = writeln!(
            out,
            "**{} {}** *{}.* {}\nDecided by: {}. Hangs on: {hangs}. Would be refuted by: {}\n",
            claim.id,
            claim.says,
            claim.verdict.words(),
            claim.found,
            claim.line,
            claim.refuted_by
        );
    }
}

/// TAO into and out of the pools.
fn pools(out: &mut String, answers: &Answers) {
    let _ = writeln!(
        out,
        "## TAO through the pools\n\n| mean over all futures | TAO | 5 % | 95 % |\n|---|---|---|---|"
    );
    for line in &answers.ledger.lines {
        let cells = [line.mean_tao, line.range_tao[0], line.range_tao[1]]
            .map(number)
            .join(" | ");
        let _ = writeln!(out, "| {} | {cells} |", line.name);
    }
    let _ = writeln!(
        out,
        "| sum | {} | | |",
        number((answers.ledger.sum_tao * 1e3).round() / 1e3)
    );
}

/// Numbers of the table: column, words.
const NUMBERS: [(&str, &str); 10] = [
    ("tao_price_ratio", "price of TAO, multiple of the start"),
    ("market_value_ratio", "market value, multiple of the start"),
    ("issuance_tao", "TAO that exists"),
    ("held_part", "part of a holding that is left"),
    ("coverage_mean", "coverage over the whole future"),
    ("revenue_usd_day", "revenue on and off the network, dollars a day"),
    ("exits", "owners who left"),
    ("best_still_there", "part of the best tenth still there"),
    ("subnets_at_frontier", "subnets at the frontier"),
    ("dilution_tax_year", "dilution tax, part of all TAO a year"),
];

/// Writes the text as `futures-report.md` and its pictures into `docs`.
///
/// # Errors
/// [`Error::Io`].
pub fn write(plan: &Plan, answers: &Answers, charts: &Charts, command: &str, docs: &Path) -> Result<(), Error> {
    let pictures = docs.join("img");
    fs::create_dir_all(&pictures).map_err(Error::io(&pictures))?;
    for (name, _) in PICTURES {
        if let Some(chart) = charts.get(name) {
            let path = pictures.join(format!("futures-{name}.svg"));
            fs::write(&path, standalone(chart)).map_err(Error::io(&path))?;
        }
    }
    let path = docs.join("futures-report.md");
    fs::write(&path, text(plan, answers, charts, command)).map_err(Error::io(&path))
}
