//! What the real network says: each moment's value, what kind of knowledge it is, and where it comes from.

use serde_json::Value;

use super::{
    moments::{self, APRIL, MONTH, Moment, YEAR},
    section::Section,
};
use crate::Error;

/// The moments and dated facts that ship (`data/PROVENANCE.md`).
const FACTS: &str = include_str!("../../data/mainnet_moments.json");

/// The stretch of time in which a moment is simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    /// 31 August to 30 September 2026.
    Month,
    /// A year from 30 September 2026.
    Year,
    /// Six weeks around 9 April 2026.
    April,
}

/// All windows.
pub const WINDOWS: [Window; 3] = [Window::Month, Window::Year, Window::April];

impl Window {
    /// The moments of the window.
    pub const fn moments(self) -> &'static [Moment] {
        match self {
            Self::Month => MONTH,
            Self::Year => YEAR,
            Self::April => APRIL,
        }
    }

    /// Its name in a sentence.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Month => "31 Aug to 30 Sep 2026",
            Self::Year => "a year from 30 Sep 2026",
            Self::April => "April 2026",
        }
    }
}

/// A value to be met.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// The window in which it is simulated.
    pub window: Window,
    /// The moment.
    pub moment: Moment,
    /// Its real value.
    pub real: f64,
    /// What kind of knowledge that is: measured, derived, reported, assumed.
    pub kind: &'static str,
    /// Where it comes from.
    pub source: &'static str,
}

/// The shipped facts.
struct Facts(Value);

impl Facts {
    fn read() -> Result<Self, Error> {
        serde_json::from_str(FACTS).map(Self).map_err(|error| Error::Facts {
            what: "mainnet_moments.json".into(),
            problem: error.to_string(),
        })
    }

    fn missing(what: &str) -> Error {
        Error::Facts {
            what: what.into(),
            problem: "it is not among the shipped facts".into(),
        }
    }

    /// The fact of this name whose date begins so.
    fn dated(&self, id: &str, date: &str) -> Result<&Value, Error> {
        let facts = self.0["facts"].as_array().into_iter().flatten();
        facts
            .filter(|fact| fact["id"] == id && fact["date"].as_str().is_some_and(|d| d.starts_with(date)))
            .map(|fact| &fact["value"])
            .next()
            .ok_or_else(|| Self::missing(id))
    }

    /// Its number, or the middle of its range.
    fn number(&self, id: &str, date: &str) -> Result<f64, Error> {
        middle(self.dated(id, date)?).ok_or_else(|| Self::missing(id))
    }

    /// A price of TAO on the way of April 2026.
    fn trajectory(&self, at: &str) -> Result<f64, Error> {
        let points = self
            .dated("exit_event_trajectory", "2026-04")?
            .as_array()
            .into_iter()
            .flatten();
        let point = points
            .filter(|point| point["t"] == at)
            .find_map(|point| middle(&point["tao_usd"]));
        point.ok_or_else(|| Self::missing(at))
    }

    /// The falls that were reported for the first days, as changes of the logarithm.
    fn falls(&self) -> Result<Vec<f64>, Error> {
        let points = self
            .dated("exit_event_trajectory", "2026-04")?
            .as_array()
            .into_iter()
            .flatten();
        Ok(points
            .filter_map(|point| point["change"].as_f64())
            .map(libm::log1p)
            .collect())
    }
}

fn middle(value: &Value) -> Option<f64> {
    match value {
        Value::Array(ends) => Some((ends.first()?.as_f64()? + ends.last()?.as_f64()?) / 2.0),
        other => other.as_f64(),
    }
}

/// Price of TAO before the exits of April 2026, in dollars, and the TAO that was sold.
///
/// # Errors
/// [`Error::Facts`] if the shipped facts lack them.
pub fn april() -> Result<(f64, f64), Error> {
    let facts = Facts::read()?;
    let sold = facts.dated("exit_event", "2026-04")?["tao_sold"].as_f64();
    Ok((
        facts.trajectory("before")?,
        sold.ok_or_else(|| Facts::missing("tao_sold"))?,
    ))
}

/// The three points of the way of April 2026.
fn april_points(facts: &Facts) -> Result<[f64; 3], Error> {
    let before = facts.trajectory("before")?;
    let falls = facts.falls()?;
    let change = |usd: f64| libm::log(usd / before);
    Ok([
        // Sources disagree about the first day: their mean.
        falls.iter().sum::<f64>() / falls.len().max(1) as f64,
        change(facts.trajectory("partial recovery")?),
        change(facts.trajectory("a month later")?),
    ])
}

/// Days from 30 November 2025 to 30 September 2026.
const SINCE_NOVEMBER: f64 = 304.0;

/// Days of a year.
const YEAR_DAYS: f64 = 365.25;

/// The dated facts behind the last four moments of [`YEAR`].
fn year_facts(facts: &Facts) -> Result<[f64; 4], Error> {
    let changed = facts.number("slots_changed_hands", "2026-08-02")?;
    let root = libm::log(facts.number("root_stake", "2026-09-30")? / facts.number("root_stake", "2025-11-30")?);
    let value = facts.0["inequality"]["alpha_staked_value_at_spot_tao"]["total"]
        .as_f64()
        .ok_or_else(|| Facts::missing("alpha_staked_value_at_spot_tao"))?;
    let value = libm::log(value / facts.number("alpha_stake_value", "2025-11-30")?);
    let usd = |date: &str| facts.number("tao_usd", date);
    // Between these dates, days apart; the exits of April have a window of their own and are left out.
    let stretches = [
        (usd("2025-11-01")?, usd("2025-12")?, 44.0),
        (usd("2025-12")?, usd("2026-04-09")?, 115.0),
        (facts.trajectory("partial recovery")?, usd("2026-05-15")?, 33.0),
        (usd("2026-05-15")?, usd("2026-09-30")?, 138.0),
    ];
    let square: f64 = stretches
        .iter()
        .map(|(a, b, _)| libm::log(b / a) * libm::log(b / a))
        .sum();
    let days: f64 = stretches.iter().map(|(_, _, days)| days).sum();
    Ok([
        changed,
        root * YEAR_DAYS / SINCE_NOVEMBER,
        value * YEAR_DAYS / SINCE_NOVEMBER,
        (square / days * YEAR_DAYS).sqrt(),
    ])
}

/// Slots that changed hands between the two cross-sections.
fn changed(before: &Section) -> f64 {
    before.same.iter().filter(|same| !**same).count() as f64
}

/// All targets, window after window.
///
/// # Errors
/// [`Error::Start`], [`Error::Facts`] if what ships is broken.
pub fn real() -> Result<Vec<Target>, Error> {
    let (before, after) = (Section::august()?, Section::september()?);
    let facts = Facts::read()?;
    let mut targets = Vec::new();
    for (moment, real) in MONTH.iter().zip(moments::month(&before, &after, changed(&before))) {
        let derived = moment.family.starts_with("emission") || moment.family == "chain buys";
        targets.push(Target {
            window: Window::Month,
            moment: *moment,
            real,
            kind: if derived { "derived" } else { "measured" },
            source: "the two cross-sections",
        });
    }
    let shape =
        moments::shape(&after).map(|real| (real, "assumed", "the cross-section of 30 Sep 2026 keeps its shape"));
    let [hands, root, value, noise] = year_facts(&facts)?;
    let dated = [
        (hands, "measured", "2 Aug to 30 Sep 2026"),
        (
            root,
            "reported",
            "5.70 million TAO on 30 Nov 2025, 5.49 million (measured) on 30 Sep 2026",
        ),
        (
            value,
            "reported",
            "1.9 million TAO on 30 Nov 2025, 2.53 million (measured) on 30 Sep 2026",
        ),
        (
            noise,
            "reported",
            "prices of TAO on six dates from Nov 2025 to Sep 2026",
        ),
    ];
    for (moment, (real, kind, source)) in YEAR.iter().zip(shape.into_iter().chain(dated)) {
        targets.push(Target {
            window: Window::Year,
            moment: *moment,
            real,
            kind,
            source,
        });
    }
    let sources = ["four reports, 18 to 25 %", "273 USD on 12 Apr", "272 USD on 15 May"];
    for ((moment, real), source) in APRIL.iter().zip(april_points(&facts)?).zip(sources) {
        targets.push(Target {
            window: Window::April,
            moment: *moment,
            real,
            kind: "reported",
            source,
        });
    }
    Ok(targets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::start::Sheet;
    use crate::stats;

    fn close(found: f64, wanted: &Value, what: &str) {
        let wanted = wanted.as_f64().unwrap();
        assert!(
            (found - wanted).abs() <= 2e-6 * wanted.abs().max(1e-6) + 1e-12,
            "{what}: {found} is not {wanted}"
        );
    }

    fn summary(values: &mut [f64], wanted: &Value, what: &str) {
        assert_eq!(values.len() as u64, wanted["n"].as_u64().unwrap(), "{what}");
        values.sort_unstable_by(f64::total_cmp);
        for (key, p) in [
            ("min", 0.0),
            ("p05", 0.05),
            ("p25", 0.25),
            ("p50", 0.5),
            ("p75", 0.75),
            ("p95", 0.95),
            ("max", 1.0),
        ] {
            close(stats::quantile(values, p), &wanted[key], &format!("{what} {key}"));
        }
        close(values.iter().sum::<f64>() / values.len() as f64, &wanted["mean"], what);
        close(stats::deviation(values), &wanted["sd"], what);
        if wanted["skew"].is_number() {
            close(stats::skewness(values), &wanted["skew"], what);
        }
    }

    #[test]
    fn our_moments_are_the_published_ones() {
        let facts = Facts::read().unwrap().0;
        let sheet = Sheet::september();
        let columns = facts["columns"].as_object().unwrap();
        let mut compared = 0;
        for (name, wanted) in columns {
            let values: Result<Vec<Option<f64>>, _> = (0..sheet.rows()).map(|row| sheet.number(row, name)).collect();
            let mut values: Vec<f64> = values.unwrap().into_iter().flatten().collect();
            summary(&mut values, wanted, name);
            compared += 1;
        }
        assert!(compared >= 45, "{compared}");
        for (name, wanted) in facts["log_columns"].as_object().unwrap() {
            let column = name.trim_start_matches("ln_");
            let mut values: Vec<f64> = (0..sheet.rows())
                .filter_map(|row| sheet.number(row, column).unwrap())
                .filter(|value| *value > 0.0)
                .map(libm::log)
                .collect();
            summary(&mut values, wanted, name);
        }
    }

    #[test]
    fn our_moments_of_the_month_are_the_published_changes() {
        let facts = Facts::read().unwrap().0;
        let targets = real().unwrap();
        let of = |family: &str, name: &str| {
            let found = targets
                .iter()
                .find(|t| t.moment.family == family && t.moment.name == name);
            found.unwrap_or_else(|| panic!("no {family}, {name}")).real
        };
        let changes = &facts["changes"]["30d"];
        for (family, column) in [
            ("log return", "ln_alpha_price_change"),
            ("growth of TAO in the pool", "ln_tao_in_pool_change"),
            ("growth of alpha in the pool", "ln_alpha_in_pool_change"),
            ("alpha issued", "alpha_issued_per_block"),
            ("alpha bought by the protocol", "alpha_protocol_owned_gain_alpha"),
            ("alpha burned", "alpha_burned_gain_alpha"),
            ("growth of staked alpha", "alpha_staked_gain_alpha"),
            ("growth of owners' alpha", "owner_alpha_gain_alpha"),
        ] {
            let mut compared = 0;
            for (name, key) in [
                ("5 %", "p05"),
                ("25 %", "p25"),
                ("median", "p50"),
                ("75 %", "p75"),
                ("95 %", "p95"),
                ("mean", "mean"),
                ("sd", "sd"),
                ("skewness", "skew"),
            ] {
                if MONTH.iter().any(|m| m.family == family && m.name == name) {
                    close(of(family, name), &changes[column][key], &format!("{column} {key}"));
                    compared += 1;
                }
            }
            assert!(compared > 0, "{family}");
        }
        let pools = &facts["inequality"]["tao_in_pool_2026-09-30"];
        close(of("TAO in all pools", "total, all slots"), &pools["total"], "pools");
        close(of("TAO in all pools", "Gini, all slots"), &pools["gini"], "pools");
        close(
            of("TAO in all pools", "share of the 10 largest"),
            &pools["top10_share"],
            "pools",
        );
        let emission =
            &facts["inequality"]["emission_total_per_block_2026-09-30 (injection measured + chain buys replayed)"];
        close(
            of("emission at the end", "Gini, all slots"),
            &emission["gini"],
            "emission",
        );
        close(
            of("emission at the end", "share of the 32 largest"),
            &emission["top32_share"],
            "emission",
        );
        assert_eq!(of("churn", "slots that changed hands"), 4.0);
        assert_eq!(of("dated facts", "slots that changed hands, 60 days"), 8.0);
        let first = of("April 2026", "one day after");
        assert!((-0.29..-0.19).contains(&first), "{first}");
        let noise = of("dated facts", "yearly volatility of TAO price");
        assert!((0.6..0.85).contains(&noise), "{noise}");
    }
}
