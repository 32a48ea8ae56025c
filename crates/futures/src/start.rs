//! Where a future starts: the real cross-section, a made-up one, or a running chain.

mod taken;

use std::path::Path;

use serde::{Deserialize, Serialize};

pub(crate) use taken::KNOWN;
pub use taken::{Settings, Subnet, Taken, VERSION};

use crate::{
    Error,
    chain::Chain,
    noise::{Class, Stream, normal, uniform},
    parameters::Parameters,
};

/// The main network at block 9,184,186, 30 September 2026 (`data/PROVENANCE.md`).
const MAINNET: &str = include_str!("../data/mainnet_2026-09-30.csv");

/// The main network at block 8,968,186, 31 August 2026.
const AUGUST: &str = include_str!("../data/mainnet_2026-08-31.csv");

/// Blocks of those cross-sections.
const MAINNET_BLOCK: u64 = 9_184_186;
const AUGUST_BLOCK: u64 = 8_968_186;

/// Part of the month to 30 September with TAO from which a subnet had its emission on at the start of it: on 9
/// September it was switched on for almost all others.
const ON_BEFORE: f64 = 0.76;

/// Day after 31 August on which that was.
const SWITCHED_ON: f64 = 9.0;

/// A month without miner pay: withheld to within rounding.
const ALL_WITHHELD: f64 = 0.999;

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

/// One subnet at the start. Amounts in TAO and alpha.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Its name, if it has one.
    pub name: String,
    /// Block of registration.
    pub registered: u64,
    /// Block from which it emits, unless it has not started.
    pub first_block: Option<u64>,
    /// TAO in the pool.
    pub pool_tao: f64,
    /// Alpha in the pool.
    pub pool_alpha: f64,
    /// Alpha outside the pool: of the owner.
    pub owner: f64,
    /// Of the protocol.
    pub protocol: f64,
    /// Burned.
    pub burned: f64,
    /// Of everybody else.
    pub stakers: f64,
    /// Part of miner pay withheld, at the block itself: with it the rules give the emission that was seen.
    pub withheld: f64,
    /// Whether it may receive TAO.
    pub enabled: bool,
    /// Alpha of the owner under a lock that does not decay.
    pub owner_locked: f64,
    /// Day from the start of the start call, if that is known and not yet made.
    pub starts: Option<f64>,
    /// Day from the start on which it may receive TAO, if that is known and not yet so.
    pub enables: Option<f64>,
    /// Whether nobody works there any more: no miner was paid for a month, and its identity is blank or parked.
    pub abandoned: bool,
    /// Its share of emission, where known.
    pub emission_share: Option<f64>,
}

impl Row {
    /// TAO for one alpha. It also stands in for the moving price, which the cross-section does not have: with it the
    /// rules give the emission that was seen to 0.2 %, with the mean price of 30 days they miss by 40 %.
    pub fn price(&self) -> f64 {
        if self.pool_alpha > 0.0 {
            self.pool_tao / self.pool_alpha
        } else {
            0.0
        }
    }

    /// The logarithm of the price, of which there is a least one.
    pub(crate) fn log_price(&self) -> f64 {
        libm::log(self.price().max(1e-9))
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
                block: MAINNET_BLOCK,
                rows: read(MAINNET)?,
                taken: None,
            }),
            Source::August => Ok(Self {
                block: AUGUST_BLOCK,
                rows: read_august()?,
                taken: None,
            }),
            Source::Synthetic => Ok(synthetic(seed)),
            Source::Chain(taken) => Ok(taken.start()),
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

/// A table of comma-separated cells without quotes.
pub(crate) struct Sheet<'a> {
    header: Vec<&'a str>,
    lines: Vec<Vec<&'a str>>,
}

impl<'a> Sheet<'a> {
    /// Reads a text whose first line names the columns.
    pub(crate) fn read(text: &'a str) -> Self {
        let mut lines = text.lines().map(|line| line.split(',').collect());
        Self {
            header: lines.next().unwrap_or_default(),
            lines: lines.collect(),
        }
    }

    /// The sheet of 30 September 2026.
    pub(crate) fn september() -> Sheet<'static> {
        Sheet::read(MAINNET)
    }

    /// The sheet of 31 August 2026.
    pub(crate) fn august() -> Sheet<'static> {
        Sheet::read(AUGUST)
    }

    /// Number of rows.
    pub(crate) fn rows(&self) -> usize {
        self.lines.len()
    }

    fn cell(&self, row: usize, column: &str) -> Result<&'a str, Error> {
        let place = self.header.iter().position(|name| *name == column);
        place
            .and_then(|place| self.lines.get(row)?.get(place).copied())
            .ok_or_else(|| Error::Start {
                row: row + 1,
                column: column.into(),
                problem: "the column is missing".into(),
            })
    }

    /// A number, or none of an empty cell.
    ///
    /// # Errors
    /// [`Error::Start`] if the column is missing or the cell holds something else.
    pub(crate) fn number(&self, row: usize, column: &str) -> Result<Option<f64>, Error> {
        let text = self.cell(row, column)?;
        if text.is_empty() {
            return Ok(None);
        }
        match text.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(Some(value)),
            _ => Err(Error::Start {
                row: row + 1,
                column: column.into(),
                problem: format!("`{text}` is not a number"),
            }),
        }
    }

    /// A number of at least zero, or `default` of an empty cell.
    fn amount(&self, row: usize, column: &str, default: f64) -> Result<f64, Error> {
        match self.number(row, column)?.unwrap_or(default) {
            value if value >= 0.0 => Ok(value),
            value => Err(Error::Start {
                row: row + 1,
                column: column.into(),
                problem: format!("{value} is below zero"),
            }),
        }
    }
}

/// What stakers hold of an alpha: the rest.
fn stakers(issued: f64, [pool, protocol, burned, owner]: [f64; 4]) -> f64 {
    (issued - pool - protocol - burned - owner).max(0.0)
}

/// The cross-section of 31 August, with the columns that it lacks from that of 30 September.
fn read_august() -> Result<Vec<Row>, Error> {
    let (before, after) = (Sheet::august(), Sheet::september());
    let mut rows = read(MAINNET)?;
    let least = |column: &str| -> Result<f64, Error> {
        let mut least = f64::INFINITY;
        for row in 0..before.rows() {
            least = before.number(row, column)?.map_or(least, |value| value.min(least));
        }
        Ok(least)
    };
    let (price, tao) = (least("alpha_price_tao")?, least("tao_in_pool_tao_derived")?);
    for (k, row) in rows.iter_mut().enumerate() {
        row.emission_share = None;
        if before.amount(k, "same_registration_flag", 0.0)? < 1.0 {
            *row = Row {
                registered: AUGUST_BLOCK - 2_592_000,
                first_block: Some(AUGUST_BLOCK - 2_540_000),
                pool_tao: tao,
                pool_alpha: tao / price,
                withheld: 1.0,
                abandoned: true,
                ..Row::default()
            };
            continue;
        }
        let at = |column: &str| before.amount(k, column, 0.0);
        let owner = at("owner_alpha")?;
        (row.pool_tao, row.pool_alpha) = (at("tao_in_pool_tao_derived")?, at("alpha_in_pool_alpha")?);
        (row.protocol, row.burned) = (at("alpha_protocol_owned_alpha")?, at("alpha_burned_alpha")?);
        let elsewhere = [row.pool_alpha, row.protocol, row.burned, owner];
        row.stakers = stakers(at("alpha_issued_alpha")?, elsewhere);
        row.owner = owner;
        row.owner_locked = row.owner_locked.min(owner);
        row.withheld = after.amount(k, "miner_burn_share_30d", 0.0)?.min(1.0);
        row.enabled = after.amount(k, "tao_emission_on_share_30d", 0.0)? > ON_BEFORE;
        row.enables = Some(SWITCHED_ON).filter(|_| !row.enabled);
        // Those that have not started a month later do not start in it.
        row.starts = Some(37.0).filter(|_| row.first_block.is_none());
    }
    Ok(rows)
}

/// Reads rows with the columns of the shipped cross-section.
fn read(text: &str) -> Result<Vec<Row>, Error> {
    let sheet = Sheet::read(text);
    let mut rows = Vec::new();
    for row in 0..sheet.rows() {
        let number_or = |column: &str, default: f64| sheet.amount(row, column, default);
        let owner = number_or("owner_alpha", 0.0)?;
        let (pool_tao, pool_alpha) = (
            number_or("tao_in_pool_tao", 0.0)?,
            number_or("alpha_in_pool_alpha", 0.0)?,
        );
        let issued = number_or("alpha_issued_alpha", 0.0)?;
        let (protocol, burned) = (
            number_or("alpha_protocol_owned_alpha", 0.0)?,
            number_or("alpha_burned_alpha", 0.0)?,
        );
        let first_block = sheet.number(row, "first_emission_block")?.map(|block| block as u64);
        let all_withheld = number_or("miner_burn_share_30d", 0.0)? >= ALL_WITHHELD;
        rows.push(Row {
            name: sheet.cell(row, "subnet_name")?.to_owned(),
            registered: number_or("registered_block", 0.0)? as u64,
            first_block,
            pool_tao,
            pool_alpha,
            owner,
            protocol,
            burned,
            stakers: stakers(issued, [pool_alpha, protocol, burned, owner]),
            withheld: number_or("miner_burn_share", 0.0)?.min(1.0),
            enabled: number_or("emission_enabled_flag", 0.0)? > 0.0,
            owner_locked: if number_or("owner_lock_perpetual_flag", 0.0)? > 0.0 {
                number_or("owner_locked_alpha", 0.0)?.min(owner)
            } else {
                0.0
            },
            starts: None,
            enables: None,
            abandoned: all_withheld && number_or("identity_placeholder_flag", 0.0)? > 0.0,
            emission_share: Some(number_or("emission_share_derived", 0.0)?),
        });
    }
    Ok(rows)
}

/// 128 subnets whose prices and pools are lognormal with the spreads of the cross-section.
fn synthetic(seed: u64) -> Start {
    let stream = Stream::new(seed, u64::MAX, Class::Start);
    let rows = (0..128)
        .map(|slot| {
            let z = |step| normal(stream.at(step, slot));
            let size = z(0);
            let price = 0.006 * libm::exp(0.92 * size);
            let pool_tao = 9_000.0 * libm::exp(0.8 * (0.8 * size + 0.6 * z(1)));
            let pool_alpha = pool_tao / price;
            let outside = 3_000_000.0 * libm::exp(0.2 * z(2));
            let withheld = uniform(stream.at(3, slot));
            let withheld = if withheld < 0.15 {
                1.0
            } else {
                (0.6 - withheld).max(0.0)
            };
            Row {
                name: format!("synthetic {}", slot + 1),
                registered: 1_000_000,
                first_block: Some(1_050_400),
                pool_tao,
                pool_alpha,
                owner: 0.15 * outside,
                protocol: 0.02 * outside,
                burned: 0.1 * outside,
                stakers: 0.73 * outside,
                withheld,
                enabled: true,
                owner_locked: if slot % 3 == 0 { 0.1 * outside } else { 0.0 },
                ..Row::default()
            }
        })
        .collect();
    Start {
        block: 9_000_000,
        rows,
        taken: None,
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

    #[test]
    fn a_broken_cell_is_named() {
        let broken = MAINNET.replacen("23114.360590191", "many", 1);
        let error = read(&broken).unwrap_err().to_string();
        assert!(
            error.contains("row 1") && error.contains("tao_in_pool_tao") && error.contains("many"),
            "{error}"
        );
    }
}
