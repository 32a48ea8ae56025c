//! Where a future starts: the real cross-section, a made-up one, or a running chain.

mod cross_section;
mod row;
mod sheet;
mod synthetic;
mod taken;

use std::path::Path;

use serde::{Deserialize, Serialize};

pub use row::Row;
pub(crate) use sheet::Sheet;
pub(crate) use taken::KNOWN;
pub use taken::{Settings, Subnet, Taken, VERSION};

use crate::{Error, chain::Chain, parameters::Parameters};

/// Which subnets there are at the start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The main network of 30 September 2026.
    #[default]
    #[serde(rename = "mainnet-2026-09-30")]
    Mainnet,
    /// The main network of 31 August 2026. What the data lack at that date is that of 30 September: names, locks, and
    /// miner pay withheld as the mean of the 30 days between. The four slots that changed hands in these days start
    /// as the least of the others.
    #[serde(rename = "mainnet-2026-08-31")]
    August,
    /// 128 subnets with lognormal prices and pools of the main network's spread.
    Synthetic,
    /// A chain at one block, from a file. The whole file is part of the scenario: results say what they started from.
    #[serde(untagged)]
    Chain(Box<Taken>),
}

impl Source {
    /// The source that a scenario names: one of those that ship, or a file beside the scenario in `folder`.
    ///
    /// # Errors
    /// [`Error::StartFile`].
    pub(crate) fn named(name: &str, folder: &Path) -> Result<Self, Error> {
        Ok(match name {
            "mainnet-2026-09-30" => Self::Mainnet,
            "mainnet-2026-08-31" => Self::August,
            "synthetic" => Self::Synthetic,
            path if path.ends_with(".json") => Self::Chain(Box::new(Taken::read(&folder.join(path))?)),
            _ => {
                return Err(Error::StartFile {
                    path: name.into(),
                    problem: "no such start (allowed: mainnet-2026-09-30, mainnet-2026-08-31, synthetic, or the \
                              path of a .json file that `tributary futures start` wrote)"
                        .into(),
                });
            }
        })
    }
}

impl core::fmt::Display for Source {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Mainnet => f.write_str("mainnet-2026-09-30"),
            Self::August => f.write_str("mainnet-2026-08-31"),
            Self::Synthetic => f.write_str("synthetic"),
            Self::Chain(taken) => write!(f, "block {} of the chain {}", taken.block, taken.genesis),
        }
    }
}

/// A start: its block and its subnets.
#[derive(Clone, Debug, PartialEq)]
pub struct Start {
    /// Block.
    pub block: u64,
    /// A row a slot; one without alpha in its pool stands for a slot that is free.
    pub rows: Vec<Row>,
    /// What was taken from a chain, if it comes from one.
    pub taken: Option<Taken>,
}

impl Start {
    /// Reads or makes the start. A synthetic one depends on `seed`.
    ///
    /// # Errors
    /// [`Error::Start`] with the row and column.
    pub fn load(source: &Source, seed: u64) -> Result<Self, Error> {
        match source {
            Source::Mainnet => Ok(Self {
                block: cross_section::SEPTEMBER_BLOCK,
                rows: cross_section::september()?,
                taken: None,
            }),
            Source::August => Ok(Self {
                block: cross_section::AUGUST_BLOCK,
                rows: cross_section::august()?,
                taken: None,
            }),
            Source::Synthetic => Ok(Self {
                block: synthetic::BLOCK,
                rows: synthetic::subnets(seed),
                taken: None,
            }),
            Source::Chain(taken) => Ok(Self {
                block: taken.block,
                rows: taken.rows(),
                taken: Some(Taken::clone(taken)),
            }),
        }
    }

    /// Whether it says what a parameter is, whatever is believed of it.
    pub(crate) fn knows(&self, parameter: &str) -> bool {
        self.taken.is_some() && KNOWN.contains(&parameter)
    }

    /// Gives a future's parameters the values that are known.
    pub(crate) fn inform(&self, parameters: &mut Parameters) {
        if let Some(taken) = &self.taken {
            taken.inform(parameters);
        }
    }

    /// Puts what was taken from a chain into a future's, to the rao.
    ///
    /// # Errors
    /// [`tributary_economy::Error::Overflow`], [`tributary_economy::Error::Underflow`]: a broken book.
    pub(crate) fn settle(&self, chain: &mut Chain) -> Result<(), tributary_economy::Error> {
        self.taken.as_ref().map_or(Ok(()), |taken| taken.settle(chain))
    }

    /// Mean and standard deviation of the log prices of the slots that are taken.
    pub(crate) fn spread(&self) -> (f64, f64) {
        let logs = self.rows.iter().filter(|row| row.pool_alpha > 0.0).map(Row::log_price);
        let count = logs.clone().count().max(1) as f64;
        let mean = logs.clone().sum::<f64>() / count;
        let square = logs.map(|log| (log - mean) * (log - mean)).sum::<f64>();
        (mean, (square / count).sqrt().max(1e-6))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cross_section_closes() {
        let start = Start::load(&Source::Mainnet, 0).unwrap();
        assert_eq!(start.rows.len(), 128);
        let pooled: f64 = start.rows.iter().map(|row| row.pool_tao).sum();
        assert!((pooled - 1_973_986.3).abs() < 1.0, "{pooled}");
        let shares: f64 = start.rows.iter().filter_map(|row| row.emission_share).sum();
        assert!((shares - 1.0).abs() < 1e-6, "{shares}");
        assert!(start.rows.iter().all(|row| row.pool_alpha > 0.0 && row.stakers >= 0.0));
    }

    #[test]
    fn the_month_before_closes_too() {
        let start = Start::load(&Source::August, 0).unwrap();
        assert_eq!(start.rows.len(), 128);
        let pooled: f64 = start.rows.iter().map(|row| row.pool_tao).sum();
        assert!((pooled - 2_013_788.9).abs() < 4_000.0, "{pooled}");
        let on = start.rows.iter().filter(|row| row.enabled).count();
        assert!((70..100).contains(&on), "{on}");
        let abandoned = start.rows.iter().filter(|row| row.abandoned && !row.name.is_empty());
        assert!(abandoned.count() >= 1);
        assert!(start.rows.iter().all(|row| row.pool_alpha > 0.0 && row.price() < 0.1));
    }
}
