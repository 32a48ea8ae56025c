//! The numbers of the report, from the files of a run.

use std::path::Path;

use serde::Serialize;

use super::{
    claims::{self, Claim},
    flows::Ledger,
    tornado::{self, Tornado},
};
use crate::{
    Error, class,
    compare::Comparison,
    files::read_json,
    outcome::{self, Outcome},
    run::Plan,
    sensitivity::Sensitivity,
    stats,
    summary::Summary,
    table::Table,
    twins::Shares,
};

/// Quantiles of one number over time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fan {
    /// Name of the chart.
    pub name: &'static str,
    /// What it is, with the unit.
    pub title: String,
    /// Whether it is drawn on a logarithmic axis.
    pub log: bool,
    /// Days of the samples.
    pub days: Vec<f64>,
    /// 5, 25, 50, 75 and 95 % over all futures, a row each.
    pub quantiles: [Vec<f64>; 5],
}

/// Everything that the report says.
#[derive(Clone, Debug, Serialize)]
pub struct Answers {
    /// What was run, for the headline.
    pub title: String,
    /// Length of a future in years.
    pub years: f64,
    /// What `summary.json` says.
    pub summary: Summary,
    /// Market values at the horizon over those of the start, rising.
    #[serde(skip)]
    pub market_values: Vec<f64>,
    /// Dilution taxes a year, rising.
    #[serde(skip)]
    pub dilution: Vec<f64>,
    /// Median over the futures of the TAO minted in a year, as a part of all TAO at the end.
    pub inflation_median: f64,
    /// Fans over time.
    pub fans: Vec<Fan>,
    /// What moves the answers.
    pub tornados: Vec<Tornado>,
    /// How much of the spread is parameters.
    pub shares: Shares,
    /// Where the money came from and where it went.
    pub ledger: Ledger,
    /// The claims and how they fared.
    pub claims: Vec<Claim>,
    /// `sensitivity.json`, if it is there.
    pub sensitivity: Option<Sensitivity>,
    /// `comparison.json`, if it is there.
    pub comparison: Option<Comparison>,
}

/// What the fans show: column of the series, chart, title, logarithmic, factor.
const FANS: [(&str, &str, &str, bool); 4] = [
    ("tao_usd", "fan-price", "price of TAO, dollars (log scale)", true),
    ("issuance_tao", "fan-issuance", "TAO that exists", false),
    (
        "coverage",
        "fan-coverage",
        "revenue on the network over emission value (log scale)",
        true,
    ),
    (
        "subnets_working",
        "fan-subnets",
        "subnets whose owner is still there",
        false,
    ),
];

impl Answers {
    /// Reads the results of a finished run of `plan` in `directory`, and runs the twins that are not there yet.
    ///
    /// # Errors
    /// [`Error::Io`], [`Error::Table`] if results are missing or of another run; [`Error::BrokenSum`] if cash flows do
    /// not close; those of [`Plan::twins`].
    pub fn read(plan: &Plan, title: &str, directory: &Path) -> Result<Self, Error> {
        let path = directory.join("futures.parquet");
        let other = |path: &Path| Error::Table {
            path: path.to_owned(),
            problem: "its columns are not those of a run".into(),
        };
        let futures = outcome::from_table(&Table::read(&path)?).ok_or_else(|| other(&path))?;
        let path = directory.join("series.parquet");
        let fans = fans(&Table::read(&path)?).ok_or_else(|| other(&path))?;
        let summary = plan.summarise(&futures);
        let years = plan.setting.scenario.days as f64 / crate::units::YEAR;
        let column = |pick: fn(&Outcome) -> f64| {
            let mut values: Vec<f64> = futures.iter().map(|f| pick(&f.outcome)).collect();
            values.sort_unstable_by(f64::total_cmp);
            values
        };
        let emission = column(|o| o.emission_year);
        let tornados = tornado::all(plan, &futures);
        let comparison: Option<Comparison> = read_json(&directory.join("comparison.json"))?;
        let sensitivity: Option<Sensitivity> = read_json(&directory.join("sensitivity.json"))?;
        let shares = plan.twins(&futures, directory)?;
        let ledger = Ledger::of(plan, &futures)?;
        let claims = claims::all(plan, &futures, &summary, &tornados, comparison.as_ref());
        Ok(Self {
            title: title.to_owned(),
            years,
            market_values: column(|o| o.market_value_ratio),
            dilution: column(|o| o.dilution_tax_year),
            inflation_median: stats::quantile(&emission, 0.5),
            fans,
            tornados,
            shares,
            ledger,
            claims,
            sensitivity,
            comparison,
            summary,
        })
    }

    /// The classes' shares as defined and with each threshold halved and doubled.
    pub fn threshold_rows(&self) -> Vec<(String, [f64; 4])> {
        let names = class::names();
        let base = names.map(|name| self.summary.outcomes.get(name).map_or(0.0, |p| p.value));
        let others = self.summary.outcomes_by_threshold.iter().map(|(name, shares)| {
            let readable = name
                .replace('_', " ")
                .replace(" x 0.5", " halved")
                .replace(" x 2", " doubled");
            (readable, names.map(|class| shares.get(class).copied().unwrap_or(0.0)))
        });
        [("as defined".to_owned(), base)].into_iter().chain(others).collect()
    }
}

fn sorted(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut values: Vec<f64> = values.collect();
    values.sort_unstable_by(f64::total_cmp);
    values
}

/// Quantiles over futures at each sampled day; none of a table that is not a series.
fn fans(series: &Table) -> Option<Vec<Fan>> {
    let (futures, days) = (series.integers("future")?, series.numbers("day")?);
    let samples = futures
        .iter()
        .take_while(|future| Some(*future) == futures.first())
        .count();
    let fan = |(column, name, title, log): &(&'static str, &'static str, &str, bool)| {
        let values = series.numbers(column)?;
        let mut quantiles: [Vec<f64>; 5] = Default::default();
        for sample in 0..samples {
            let at = sorted(values.iter().skip(sample).step_by(samples.max(1)).copied());
            for (row, p) in quantiles.iter_mut().zip([0.05, 0.25, 0.5, 0.75, 0.95]) {
                row.push(stats::quantile(&at, p));
            }
        }
        Some(Fan {
            name,
            title: (*title).to_owned(),
            log: *log,
            days: days[..samples].to_vec(),
            quantiles,
        })
    };
    FANS.iter().map(fan).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Column;

    #[test]
    fn fans_are_quantiles_over_futures_at_each_day() {
        let mut table = Table::default();
        let futures = 5;
        table.push("future", Column::Integers((0..futures).flat_map(|f| [f, f]).collect()));
        table.push("day", Column::Numbers((0..futures).flat_map(|_| [1.0, 30.0]).collect()));
        for (column, ..) in FANS {
            let values = (0..futures).flat_map(|f| [f as f64, 10.0 * f as f64]).collect();
            table.push(column, Column::Numbers(values));
        }
        let fans = fans(&table).unwrap();
        assert_eq!(fans.len(), 4);
        assert_eq!(fans[0].days, [1.0, 30.0]);
        assert_eq!(fans[0].quantiles[2], [2.0, 20.0]);
        assert_eq!(fans[0].quantiles[4], [3.8, 38.0]);
    }
}
