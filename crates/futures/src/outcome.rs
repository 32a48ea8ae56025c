//! The result of one future: what it came to, and which class that is.

use serde::{Deserialize, Serialize};

use crate::{
    metrics::gini,
    people::{Phase, World},
    table::{Column, Table},
};

/// Thresholds of the classes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// Depreciation: price of TAO below this part of where it started.
    pub depreciation: f64,
    /// Flywheel: coverage at least this.
    pub coverage: f64,
    /// Flywheel: market value at least this many times that of the start.
    pub flywheel_value: f64,
    /// Category-defining: market value at least this many times.
    pub category_value: f64,
    /// Category-defining: at least this many subnets at the frontier.
    pub frontier_subnets: f64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            depreciation: 0.5,
            coverage: 1.0,
            flywheel_value: 2.0,
            category_value: 20.0,
            frontier_subnets: 3.0,
        }
    }
}

/// What a future came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// TAO lost more than half of its price.
    Depreciation,
    /// None of the others.
    Niche,
    /// Revenue covers emission and the market value has doubled.
    Flywheel,
    /// A flywheel, twenty times the value, with subnets at the frontier.
    CategoryDefining,
}

/// All classes, from the worst.
pub const CLASSES: [Class; 4] = [
    Class::Depreciation,
    Class::Niche,
    Class::Flywheel,
    Class::CategoryDefining,
];

impl Class {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Depreciation => "depreciation",
            Self::Niche => "niche",
            Self::Flywheel => "flywheel",
            Self::CategoryDefining => "category-defining",
        }
    }
}

macro_rules! outcome {
    ($($(#[doc = $doc:literal])+ $name:ident,)*) => {
        /// The numbers of one future at its end.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct Outcome {
            $($(#[doc = $doc])+ pub $name: f64,)*
        }

        impl Outcome {
            /// Names of the numbers, in the order of columns.
            pub const NAMES: &[&str] = &[$(stringify!($name),)*];

            /// The numbers, parallel to [`Self::NAMES`].
            pub fn values(&self) -> Vec<f64> {
                vec![$(self.$name,)*]
            }

            /// From numbers parallel to [`Self::NAMES`].
            pub fn from_values(values: &[f64]) -> Option<Self> {
                let mut values = values.iter().copied();
                let outcome = Self { $($name: values.next()?,)* };
                values.next().is_none().then_some(outcome)
            }
        }
    };
}

outcome! {
    /// Price of TAO over that of the start.
    tao_price_ratio,
    /// TAO that exists.
    issuance_tao,
    /// Market value over that of the start.
    market_value_ratio,
    /// Part of a holding at the start that its holder still owns of all TAO.
    held_part,
    /// Revenue on the network over the value of emission, at the end.
    coverage,
    /// The same over the whole future.
    coverage_mean,
    /// Revenue on and off the network at the end, in dollars a day.
    revenue_usd_day,
    /// TAO in all pools.
    pooled_tao,
    /// Subnets with a working owner.
    subnets_working,
    /// Subnets at the frontier or beyond.
    subnets_at_frontier,
    /// Median quality of the working.
    quality_median,
    /// Owners who left.
    exits,
    /// Abandoned slots that got a new team.
    takeovers,
    /// Slots that the rules took away.
    deregistered,
    /// Registrations.
    newcomers,
    /// Thefts.
    thefts,
    /// Crashes.
    crashes,
    /// Revenue that went with leavers, in dollars a day, summed.
    revenue_taken_usd_day,
    /// Part of the best tenth at the start that is still there.
    best_still_there,
    /// Emission that bought no quality and no revenue, as a part of all TAO, a year.
    dilution_tax_year,
    /// Gini index of the last step's emission.
    emission_gini,
    /// Part of it of the ten largest.
    emission_top10,
    /// Gini index of revenue.
    revenue_gini,
    /// Months of decision in the lowest quartile of quality.
    exposed_q1,
    /// In the second.
    exposed_q2,
    /// In the third.
    exposed_q3,
    /// In the highest.
    exposed_q4,
    /// Decisions to leave in the lowest quartile of quality.
    left_q1,
    /// In the second.
    left_q2,
    /// In the third.
    left_q3,
    /// In the highest.
    left_q4,
}

impl Outcome {
    /// Reads the numbers off a future that has come to its end.
    pub fn of(world: &World) -> Self {
        let (chain, people, tally) = (&world.chain, &world.people, &world.tally);
        let years = (world.day / crate::people::YEAR).max(1e-9);
        let working: Vec<usize> = (0..chain.slots())
            .filter(|slot| chain.emits(*slot) && people.phase[*slot] != Phase::Gone)
            .collect();
        let mut qualities: Vec<f64> = working.iter().map(|slot| people.quality[*slot]).collect();
        qualities.sort_unstable_by(f64::total_cmp);
        let at_frontier = qualities.iter().filter(|quality| **quality >= 0.0).count();
        let mut shares = chain.paid.share.clone();
        let emission_gini = gini(&mut shares);
        let top10: f64 = shares.iter().rev().take(10).sum();
        let usd = world.tao.usd / world.tao.usd_start;
        let start = world.parameters.issuance_start;
        let issued = chain.issued.0 as f64 / 1e9;
        let counted = |counts: [u32; 4]| counts.map(f64::from);
        let [exposed_q1, exposed_q2, exposed_q3, exposed_q4] = counted(tally.exposed);
        let [left_q1, left_q2, left_q3, left_q4] = counted(tally.left);
        Self {
            tao_price_ratio: usd,
            issuance_tao: issued,
            market_value_ratio: usd * issued / start,
            held_part: start / issued,
            coverage: tally.coverage,
            coverage_mean: tally.returned_usd / tally.emitted_usd.max(1e-9),
            revenue_usd_day: tally.revenue,
            pooled_tao: chain.pools.iter().map(|pool| pool.tao.0 as f64 / 1e9).sum(),
            subnets_working: working.len() as f64,
            subnets_at_frontier: at_frontier as f64,
            quality_median: qualities.get(qualities.len() / 2).copied().unwrap_or(f64::NAN),
            exits: tally.exits.into(),
            takeovers: tally.takeovers.into(),
            deregistered: tally.deregistered.into(),
            newcomers: tally.newcomers.into(),
            thefts: tally.thefts.into(),
            crashes: tally.crashes.into(),
            revenue_taken_usd_day: tally.revenue_taken,
            best_still_there: world.best_still_there(),
            dilution_tax_year: tally.wasted / years,
            emission_gini,
            emission_top10: top10,
            revenue_gini: gini(&mut people.revenue.clone()),
            exposed_q1,
            exposed_q2,
            exposed_q3,
            exposed_q4,
            left_q1,
            left_q2,
            left_q3,
            left_q4,
        }
    }

    /// Which class it is under these thresholds.
    pub fn class(&self, thresholds: &Thresholds) -> Class {
        if self.tao_price_ratio < thresholds.depreciation {
            return Class::Depreciation;
        }
        let flywheel = self.coverage >= thresholds.coverage && self.market_value_ratio >= thresholds.flywheel_value;
        let category = self.market_value_ratio >= thresholds.category_value
            && self.subnets_at_frontier >= thresholds.frontier_subnets;
        match (flywheel, category) {
            (true, true) => Class::CategoryDefining,
            (true, false) => Class::Flywheel,
            (false, _) => Class::Niche,
        }
    }
}

/// A future that was run: its number, its parameters and what it came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Finished {
    /// Number.
    pub future: u64,
    /// Parameters, parallel to [`crate::parameters::TABLE`].
    pub parameters: Vec<f64>,
    /// What it came to.
    pub outcome: Outcome,
}

/// A table of futures, one row each: `future`, the outcome, `class`, and the parameters as `p_<name>`.
pub fn table_of(futures: &[Finished], thresholds: &Thresholds) -> Table {
    let mut table = Table::default();
    table.push(
        "future",
        Column::Integers(futures.iter().map(|f| f.future as i64).collect()),
    );
    let classes = futures.iter().map(|f| f.outcome.class(thresholds) as i64).collect();
    table.push("class", Column::Integers(classes));
    let rows: Vec<Vec<f64>> = futures.iter().map(|f| f.outcome.values()).collect();
    for (k, name) in Outcome::NAMES.iter().enumerate() {
        table.push(name, Column::Numbers(rows.iter().map(|row| row[k]).collect()));
    }
    for (k, info) in crate::parameters::TABLE.iter().enumerate() {
        let values = futures.iter().map(|f| f.parameters[k]).collect();
        table.push(&format!("p_{}", info.name), Column::Numbers(values));
    }
    table
}

/// The futures of a table made by [`table_of`]; none if it is another table.
pub fn from_table(table: &Table) -> Option<Vec<Finished>> {
    let numbers: Vec<&[f64]> = Outcome::NAMES
        .iter()
        .map(|name| table.numbers(name))
        .collect::<Option<_>>()?;
    let parameters: Vec<&[f64]> = crate::parameters::TABLE
        .iter()
        .map(|info| table.numbers(&format!("p_{}", info.name)))
        .collect::<Option<_>>()?;
    table
        .integers("future")?
        .iter()
        .enumerate()
        .map(|(row, future)| {
            let values: Vec<f64> = numbers.iter().map(|column| column[row]).collect();
            Some(Finished {
                future: u64::try_from(*future).ok()?,
                parameters: parameters.iter().map(|column| column[row]).collect(),
                outcome: Outcome::from_values(&values)?,
            })
        })
        .collect()
}
