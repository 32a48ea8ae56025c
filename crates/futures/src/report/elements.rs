//! What pages are made of: figures, tables, numbers that link to their definitions, the frame around them.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    definitions::{self, Definition},
    palette::page_theme,
    plot::Chart,
};
use crate::{class::Class, sensitivity::Output, stats::Estimate};

/// A number that links to its definition.
pub fn defined(key: &str, words: &str) -> Markup {
    match definitions::of(key) {
        Some(Definition { name, formula, .. }) => html! {
            a.n href={ "#def-" (key) } title={ (name) ": " (formula) } { (words) }
        },
        None => html! { (words) },
    }
}

pub(super) fn range(e: Estimate, show: fn(f64) -> String) -> String {
    format!("{} to {}", show(e.low), show(e.high))
}

/// A chart in both widths, with what it shows and the numbers behind it.
pub fn figure(chart: Option<&Chart>, caption: &Markup, table: &Markup) -> Markup {
    let Some(chart) = chart else {
        return html! {};
    };
    html! {
        figure id=(chart.name) {
            div.wide { (PreEscaped(&chart.wide)) }
            div.narrow { (PreEscaped(&chart.narrow)) }
            figcaption { (caption) }
            details { summary { "The numbers" } div.scroll { (table) } }
        }
    }
}

/// A table. Cells after the first are numbers.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> Markup {
    html! {
        table {
            thead { tr { @for cell in head { th scope="col" { (cell) } } } }
            tbody { @for row in rows { tr { @for (k, cell) in row.iter().enumerate() {
                @if k == 0 { th scope="row" { (cell) } } @else { td { (cell) } }
            } } } }
        }
    }
}

/// An output of the sensitivities in words.
pub fn output_words(key: &str) -> String {
    let words = |name: &str| match name {
        "tao_price_ratio" => "the price of TAO".to_owned(),
        "market_value_ratio" => "market value".to_owned(),
        "exits" => "owners who left".to_owned(),
        "dilution_tax_year" => "the dilution tax".to_owned(),
        name => name.replace('_', " "),
    };
    match Output::parse(key) {
        Ok(Output::Class(Class::Depreciation)) => "whether TAO loses more than half".into(),
        Ok(Output::Class(class)) => format!("whether it is a {} or better", class.name()),
        Ok(Output::Log(_)) => format!("{} (in logarithms)", words(key.trim_start_matches("log:"))),
        _ => words(key),
    }
}

const STYLE: &str = include_str!("page.css");

/// The page around a body.
pub fn document(title: &str, body: &Markup) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(page_theme())) (PreEscaped(STYLE)) }
            }
            body { main { (body) } }
        }
    }
    .into_string()
}
