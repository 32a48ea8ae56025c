//! The page itself, and its first sections.

use maud::{Markup, html};

use super::{
    data::Answers,
    drawings::Charts,
    elements::{defined, document, figure, range, table},
    plot::{capital, number, percent},
    sections::{appendix, claims, flows, hangs, limits},
};
use crate::{
    class::{self, CLASSES},
    run::Plan,
    stats::Estimate,
};

/// The report.
pub fn html(plan: &Plan, answers: &Answers, charts: &Charts) -> String {
    let summary = &answers.summary;
    let title = format!(
        "{} futures of the market: {}",
        number(summary.futures as f64),
        answers.title
    );
    let body = html! {
        header {
            p.kicker { "Tributary · futures" }
            h1 { (number(summary.futures as f64)) " futures" }
            p.lead { (answers.title) ", " (number((answers.years * 100.0).round() / 100.0)) " years, the rules of the chain with people in them." }
        }
        (outcomes(answers, charts))
        (money(answers, charts))
        (exits(answers, charts))
        (tax(answers, charts))
        (hangs(answers, charts))
        (flows(answers, charts))
        (claims(answers))
        (limits(answers))
        (appendix(plan, answers))
    };
    document(&title, &body)
}

fn outcomes(answers: &Answers, charts: &Charts) -> Markup {
    let summary = &answers.summary;
    let thresholds = &summary.thresholds;
    let rules = [
        format!("TAO below {} of its price", percent(thresholds.depreciation)),
        "none of the others".to_owned(),
        format!(
            "revenue on the network at least {} of emission value, market value at least {}×",
            percent(thresholds.coverage),
            number(thresholds.flywheel_value)
        ),
        format!(
            "a flywheel with at least {}× the market value and {} subnets at the frontier",
            number(thresholds.category_value),
            number(thresholds.frontier_subnets)
        ),
    ];
    let rows: Vec<Vec<String>> = answers
        .threshold_rows()
        .into_iter()
        .map(|(name, shares)| [name].into_iter().chain(shares.map(percent)).collect())
        .collect();
    let names = class::names();
    let head: Vec<&str> = ["threshold"].into_iter().chain(names).collect();
    let spread = &summary.numbers["market_value_ratio"];
    let shape = &summary.market_value;
    let quantiles = vec![
        vec!["5 %".to_owned(), number(spread.p05)],
        vec!["25 %".to_owned(), number(spread.p25)],
        vec!["median".to_owned(), number(spread.p50)],
        vec!["75 %".to_owned(), number(spread.p75)],
        vec!["95 %".to_owned(), number(spread.p95)],
        vec![
            "mean".to_owned(),
            format!("{} ({})", number(spread.mean.value), range(spread.mean, number)),
        ],
    ];
    html! {
        section {
            h2 { "What comes of it" }
            div.bar role="img" aria-label="The outcome classes as parts of all futures; the numbers follow." {
                @for (k, class) in CLASSES.iter().enumerate() {
                    @let p = summary.outcomes.get(class.name()).map_or(0.0, |p| p.value);
                    @if p > 0.0 { span style=(format!("flex-grow:{p:.5};background:var(--class-{k})")) {} }
                }
            }
            div.tiles {
                @for (k, class) in CLASSES.iter().enumerate() {
                    @if let Some(p) = summary.outcomes.get(class.name()) {
                        div.tile style=(format!("border-color:var(--class-{k})")) {
                            p.big { (defined("probability", &percent(p.value))) }
                            p.name { (class.name()) }
                            p.small { (range(*p, percent)) " (95 %)" }
                            p.small { (defined("classes", &rules[k])) }
                        }
                    }
                }
            }
            p.warn { "These are consequences of assumptions, not forecasts. " (capital(summary.limits[0])) "." }
            (figure(charts.get("thresholds"),
                &html! { "How the " (defined("classes", "classes")) " hang on where their thresholds are put." },
                &table(&head, &rows)))
            p {
                "The market value of all TAO has a skewness of "
                (defined("skewness", &number(shape.skewness.value))) " (" (range(shape.skewness, number)) "); "
                @if let Some(tail) = shape.tail_index {
                    "its upper tail has an index of " (defined("tail", &number(tail.value))) " (" (range(tail, number)) "); "
                }
                "the best 1 % of futures hold " (defined("top-share", &percent(shape.top_percent_share.value)))
                " (" (range(shape.top_percent_share, percent)) ") of the sum."
            }
            (figure(charts.get("market-value"),
                &html! { (defined("market-value", "Market value")) " at the horizon, every future counted once." },
                &table(&["quantile", "multiple of the start"], &quantiles)))
        }
    }
}

fn fan_table(answers: &Answers, name: &str) -> Markup {
    let Some(fan) = answers.fans.iter().find(|fan| fan.name == name) else {
        return html! {};
    };
    let every = (fan.days.len() / 8).max(1);
    let last = fan.days.len().saturating_sub(1);
    let rows: Vec<Vec<String>> = (0..fan.days.len())
        .filter(|k| k % every == 0 || *k == last)
        .map(|k| {
            let quantiles = fan.quantiles.iter().map(|row| number(row[k]));
            [number(fan.days[k])].into_iter().chain(quantiles).collect()
        })
        .collect();
    table(&["day", "5 %", "25 %", "median", "75 %", "95 %"], &rows)
}

fn money(answers: &Answers, charts: &Charts) -> Markup {
    let captions = [
        ("fan-price", "Price of TAO in dollars."),
        ("fan-issuance", "TAO that exists."),
        (
            "fan-coverage",
            "Coverage: revenue on the network over the value of emission. At 100 % the network earns what it mints.",
        ),
        ("fan-subnets", "Subnets whose owner is still there."),
    ];
    html! {
        section {
            h2 { "The years between" }
            p { (defined("fan", "Bands")) " hold the middle half and nine tenths of the futures; the line is the median of each day." }
            div.two { @for (name, caption) in captions {
                (figure(charts.get(name), &html! { (caption) }, &fan_table(answers, name)))
            } }
        }
    }
}

fn hazard_rows(hazards: &[Estimate; 4]) -> Vec<Vec<String>> {
    ["lowest", "second", "third", "highest"]
        .iter()
        .zip(hazards)
        .map(|(name, h)| vec![(*name).to_owned(), percent(h.value), percent(h.low), percent(h.high)])
        .collect()
}

fn exits(answers: &Answers, charts: &Charts) -> Markup {
    let hazard = &answers.summary.hazard;
    let (best, alike, held) = (
        hazard.highest_over_lowest,
        hazard.highest_over_lowest_alike,
        hazard.dependent_over_free_alike,
    );
    let exits = &answers.summary.numbers["exits"];
    let still = &answers.summary.numbers["best_still_there"];
    let head = ["quartile", "leave in a month", "from", "to (95 %)"];
    html! {
        section {
            h2 { "Does success fly away?" }
            p {
                "In the median future " strong { (number(exits.p50)) } " owners leave (5 to 95 %: " (number(exits.p05)) " to "
                (number(exits.p95)) "). Owners of the best quarter of products leave "
                (defined("hazard", &number(best.value))) " times as often as those of the worst (" (range(best, number)) "); among subnets alike in how much of
                their work emission pays, " (defined("alike", &number(alike.value))) " times (" (range(alike, number)) "). Those who depend on emission most
                leave " (defined("dependence", &number(held.value))) " times as often as those who depend on it least, quality alike (" (range(held, number)) ").
                Of the best tenth at the start, " (percent(still.mean.value)) " are still there at the end on average."
            }
            div.two {
                (figure(charts.get("hazard-quality"), &html! { "Chance of leaving in a month by " (defined("hazard", "quality")) "." }, &table(&head, &hazard_rows(&hazard.monthly_by_quartile))))
                (figure(charts.get("hazard-dependence"), &html! { "The same by the " (defined("dependence", "part of the work that emission pays")) "." }, &table(&head, &hazard_rows(&hazard.monthly_by_dependence))))
            }
        }
    }
}

fn tax(answers: &Answers, charts: &Charts) -> Markup {
    let tax = &answers.summary.dilution_tax_year;
    let held = &answers.summary.numbers["held_part"];
    let rows = vec![
        vec!["5 %".to_owned(), percent(tax.p05)],
        vec!["25 %".to_owned(), percent(tax.p25)],
        vec!["median".to_owned(), percent(tax.p50)],
        vec!["75 %".to_owned(), percent(tax.p75)],
        vec!["95 %".to_owned(), percent(tax.p95)],
    ];
    html! {
        section {
            h2 { "The dilution tax" }
            p {
                "Emission mints " (defined("inflation", &percent(answers.inflation_median))) " of all TAO in a year of the median future. What of it was paid to owners and miners and bought neither
                quality nor revenue costs every holder " (defined("dilution", &percent(tax.p50))) " a year (5 to 95 %: " (percent(tax.p05)) " to " (percent(tax.p95)) "). Who held a part of all TAO at the start
                and did nothing still has " (defined("held", &percent(held.p50))) " of that part at the end."
            }
            (figure(charts.get("dilution-tax"), &html! { (defined("dilution", "Dilution tax")) " over all futures." }, &table(&["quantile", "a year"], &rows)))
        }
    }
}
