//! The charts of a report, drawn from its answers.

use super::{
    charts,
    data::Answers,
    elements::output_words,
    plot::{Chart, Problem},
    sankey,
    tornado::Tornado,
};
use crate::Error;

/// Tornados that the page shows; the others only tell what the claims hang on.
pub const TORNADOS: [&str; 3] = ["tornado-market-value", "tornado-depreciation", "tornado-flywheel"];

/// The charts of a report.
#[derive(Clone, Debug)]
pub struct Charts {
    /// All of them, in the order of the page.
    pub all: Vec<Chart>,
}

impl Charts {
    /// Draws them.
    ///
    /// # Errors
    /// [`Error::Chart`].
    pub fn draw(answers: &Answers) -> Result<Self, Error> {
        let hazard = &answers.summary.hazard;
        let mut all = vec![
            named("thresholds", charts::thresholds(answers))?,
            named("market-value", charts::market_value(answers))?,
        ];
        for fan in &answers.fans {
            all.push(named(fan.name, charts::fan(fan))?);
        }
        let quality = charts::hazard("hazard-quality", "product quality", &hazard.monthly_by_quartile);
        let dependence = charts::hazard(
            "hazard-dependence",
            "the emission-paid part of the work",
            &hazard.monthly_by_dependence,
        );
        all.push(named("hazard-quality", quality)?);
        all.push(named("hazard-dependence", dependence)?);
        all.push(named("dilution-tax", charts::dilution(answers))?);
        let shown = |tornado: &&Tornado| TORNADOS.contains(&tornado.name) && !tornado.bars.is_empty();
        for tornado in answers.tornados.iter().filter(shown) {
            all.push(named(tornado.name, charts::tornado(tornado))?);
        }
        if let Some(sensitivity) = &answers.sensitivity {
            for (name, key) in SOBOL {
                if let Some(explained) = sensitivity.outputs.get(key) {
                    let words = output_words(key);
                    all.push(named(name, charts::sobol(name, &words, &explained.sobol))?);
                }
            }
        }
        all.push(sankey::chart(&answers.ledger.median_usd, answers.ledger.future));
        Ok(Self { all })
    }

    /// One of them.
    pub fn get(&self, name: &str) -> Option<&Chart> {
        self.all.iter().find(|chart| chart.name == name)
    }
}

/// Charts of Sobol indices: name, output.
pub const SOBOL: [(&str, &str); 3] = [
    ("sobol-market-value", "log:market_value_ratio"),
    ("sobol-depreciation", "class:depreciation"),
    ("sobol-coverage", "log:coverage"),
];

pub(super) fn named(name: &str, drawn: Result<Chart, Problem>) -> Result<Chart, Error> {
    drawn.map_err(|problem| Error::Chart {
        chart: name.to_owned(),
        problem: problem.to_string(),
    })
}
