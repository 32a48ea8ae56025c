//! The later sections of the page: what the answers hang on, cash flows, claims, limits, definitions.

use maud::{Markup, html};

use super::{
    claims::Verdict,
    data::Answers,
    definitions,
    drawings::{Charts, SOBOL, TORNADOS},
    elements::{defined, figure, output_words, range, table},
    plot::{capital, number, percent},
};
use crate::{parameters::TABLE, prior::Prior, run::Plan};

/// What the answers hang on.
pub(super) fn hangs(answers: &Answers, charts: &Charts) -> Markup {
    let shares: Vec<Vec<String>> = answers
        .shares
        .parameters
        .iter()
        .map(|(key, e)| vec![output_words(key), percent(e.value), percent(e.low), percent(e.high)])
        .collect();
    let first = answers.shares.parameters.get("log:market_value_ratio");
    html! {
        section {
            h2 { "What the answers hang on" }
            @if let Some(e) = first {
                p {
                    "Of the spread of market values (in logarithms), " (defined("shares", &percent(e.value))) " (" (range(*e, percent)) ") is what we do not know about people and markets; the rest is luck, alone and in what it does with that: " (number(answers.shares.pairs as f64)) " futures were run a second time with the same parameters and other noise."
                }
            }
            div.scroll { (table(&["number", "part of the spread from parameters", "from", "to (95 %)"], &shares)) }
            @for tornado in answers.tornados.iter().filter(|t| TORNADOS.contains(&t.name)) {
                @let rows: Vec<Vec<String>> = tornado.bars.iter().map(|bar| {
                    let show = if tornado.probability { percent } else { number };
                    vec![bar.parameter.clone(), format!("{} ({})", show(bar.low.value), range(bar.low, show)), format!("{} ({})", show(bar.high.value), range(bar.high, show)), if bar.clear { "yes" } else { "no" }.to_owned(), meaning(&bar.parameter)]
                }).collect();
                (figure(charts.get(tornado.name), &html! { (defined("tornado", "Tornado")) " of the " (tornado.title) ": orange where the parameter is in its lowest fifth, blue where it is in its highest." }, &table(&["parameter", "lowest fifth", "highest fifth", "beyond noise", "what it is"], &rows)))
            }
            @if let Some(sensitivity) = &answers.sensitivity {
                h3 { "Sobol indices" }
                p { (number(sensitivity.futures as f64)) " more futures: a " (defined("sobol", "Morris screen")) " of every uncertain parameter, then " (defined("sobol", "Sobol indices")) " of the strongest." }
                @for (name, key) in SOBOL {
                    @if let Some(explained) = sensitivity.outputs.get(key) {
                        @let rows: Vec<Vec<String>> = explained.sobol.iter().map(|(factor, i)| vec![factor.clone(), format!("{:.2} ({:.2} to {:.2})", i.first.value, i.first.low, i.first.high), format!("{:.2} ({:.2} to {:.2})", i.total.value, i.total.low, i.total.high)]).collect();
                        (figure(charts.get(name), &html! { "Parts of the variance of " (output_words(key)) ": all parameters together alone " (percent(explained.parameters_alone.value)) ", noise alone " (percent(explained.noise_alone.value)) "." }, &table(&["factor", "first order", "total order"], &rows)))
                    }
                }
            } @else {
                p.small { "For Sobol indices: " code { "tributary futures sensitivity --out DIR" } " with this directory, then " code { "tributary futures report" } "." }
            }
        }
    }
}

/// What a parameter is.
fn meaning(parameter: &str) -> String {
    let info = TABLE.iter().find(|info| info.name == parameter);
    info.map_or(String::new(), |info| info.meaning.trim().to_owned())
}

/// Where the money goes.
pub(super) fn flows(answers: &Answers, charts: &Charts) -> Markup {
    let ledger = &answers.ledger;
    let rows: Vec<Vec<String>> = ledger
        .lines
        .iter()
        .map(|line| {
            vec![
                line.name.clone(),
                number(line.mean_tao),
                number(line.range_tao[0]),
                number(line.range_tao[1]),
            ]
        })
        .chain([vec![
            "sum".to_owned(),
            number((ledger.sum_tao * 1e3).round() / 1e3),
            String::new(),
            String::new(),
        ]])
        .collect();
    let dollars: Vec<Vec<String>> = ledger
        .median_usd
        .flows
        .iter()
        .map(|flow| {
            vec![
                format!("{} → {}", flow.from, flow.to),
                format!("${}", number(flow.amount)),
            ]
        })
        .collect();
    html! {
        section {
            h2 { "Where the money goes" }
            p { "The " (defined("flows", "cash flows")) " of the median future by market value (number " (ledger.future) "), in dollars at the price of each day. What comes into a place leaves it or stays there: checked in every future, after every step, to the rao." }
            (figure(charts.get("cash-flows"), &html! { "Cash flows of future " (ledger.future) ". Traders and stakers bought for $" (number(ledger.median_bought_usd)) " and sold for nearly as much; only the balance is drawn." }, &table(&["flow", "dollars"], &dollars)))
            p { "Over all " (number(ledger.checked as f64)) " futures, what entered the pools, what left them and what they gained add up to nothing:" }
            div.scroll { (table(&["TAO", "mean", "5 %", "95 %"], &rows)) }
        }
    }
}

/// The claims.
pub(super) fn claims(answers: &Answers) -> Markup {
    html! {
        section {
            h2 { "The claims" }
            @for claim in &answers.claims {
                article.claim id=(claim.id) {
                    h3 { span.id { (claim.id) } " " (claim.says) }
                    p.verdict.{ "v-" (match claim.verdict { Verdict::Holds => "holds", Verdict::Fails => "fails", Verdict::Open => "open", Verdict::NotTested => "none" }) } { (claim.verdict.words()) }
                    p { (claim.found) " " @for key in claim.definitions { (defined(key, "↓")) " " } }
                    dl {
                        dt { "Decided by" } dd { (claim.line) "." }
                        dt { "Hangs on" } dd { (claim.hangs_on_words()) "." }
                        dt { "Would be refuted by" } dd { (claim.refuted_by) }
                    }
                }
            }
        }
    }
}

/// What no number of futures can tell.
const UNKNOWN: [&str; 6] = [
    "Whether revenue exists: what subnets earn is claimed by third parties, from 5 % of emission value to parity; the prior spans the claims.",
    "Talent, loyalty, switching costs and venture money: they are assumed, and the hazards of leaving follow from them.",
    "Anticipation: owners look ahead with today's numbers; nobody foresees another's exit or a halving.",
    "Rules to come: the real network changed its rules 21 times in 59 days; a scenario holds those that it names.",
    "Anything that never happened yet: a ban, a fork, a broken consensus, a rival that copies everything.",
    "Whether this model is right. Intervals cover how many futures were run and what was believed, not that.",
];

/// What the model cannot know.
pub(super) fn limits(answers: &Answers) -> Markup {
    html! {
        section {
            h2 { "What the model cannot know" }
            ul { @for words in UNKNOWN { li { (words) } } }
            p { "And what a reader must know before believing any of it:" }
            ul { @for words in &answers.summary.limits { li { (capital(words)) "." } } }
        }
    }
}

/// Definitions, and what was run.
pub(super) fn appendix(plan: &Plan, answers: &Answers) -> Markup {
    let scenario = &plan.setting.scenario;
    let rows: Vec<Vec<String>> = TABLE
        .iter()
        .zip(&scenario.beliefs)
        .map(|(info, belief)| {
            let changed = if *belief == info.prior {
                info.source
            } else {
                "the scenario"
            };
            let kind = if matches!(belief, Prior::Fixed(_)) {
                "fixed"
            } else {
                "drawn"
            };
            vec![
                info.name.to_owned(),
                info.meaning.trim().to_owned(),
                belief.to_string(),
                info.unit.to_owned(),
                kind.to_owned(),
                changed.to_owned(),
            ]
        })
        .collect();
    html! {
        section {
            h2 { "Definitions" }
            p { "Every underlined number is one of these." }
            dl.defs { @for d in definitions::ALL {
                dt id={ "def-" (d.key) } { (d.name) }
                dd { (d.formula) br; code { (d.source) } }
            } }
        }
        section {
            h2 { "The run" }
            dl.defs {
                dt { "Scenario" } dd { (answers.title) "; start " (scenario.start.to_string()) ", " (scenario.days) " days, " (scenario.step_blocks) " blocks a step; rules: "
                    @for (day, rules) in &scenario.rules { "from day " (day) " " (serde_json::to_value(rules).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()) ". " } }
                dt { "Fingerprint" } dd { code { (answers.summary.fingerprint) } ", seed " (answers.summary.seed) ", " (answers.summary.futures) " futures, tributary " (env!("CARGO_PKG_VERSION")) }
                dt { "Files" } dd { code { "futures.parquet" } " (a row a future), " code { "series.parquet" } " (samples), " code { "summary.json" } ", " code { "report.json" } " (the numbers of this page)" }
                dt { "The model" } dd { "docs/futures.md says what people do, with which numbers, and where those come from." }
            }
            details { summary { "All parameters and what is believed of them" } div.scroll.words { (table(&["parameter", "meaning", "belief", "unit", "", "source"], &rows)) } }
        }
    }
}
