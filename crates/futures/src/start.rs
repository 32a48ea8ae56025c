//! Where a future starts: the real cross-section, or a made-up one.

use serde::{Deserialize, Serialize};

use crate::{
    Error,
    noise::{Class, Stream, normal, uniform},
};

/// The main network at block 9,184,186, 30 September 2026 (`data/PROVENANCE.md`).
const MAINNET: &str = include_str!("../data/mainnet_2026-09-30.csv");

/// Block of that cross-section.
const MAINNET_BLOCK: u64 = 9_184_186;

/// Which subnets there are at the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// The main network of 30 September 2026.
    #[default]
    #[serde(rename = "mainnet-2026-09-30")]
    Mainnet,
    /// 128 subnets with lognormal prices and pools of the main network's spread.
    Synthetic,
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
}

/// A start: its block and its subnets.
#[derive(Clone, Debug, PartialEq)]
pub struct Start {
    /// Block.
    pub block: u64,
    /// A row a slot.
    pub rows: Vec<Row>,
}

impl Start {
    /// Reads or makes the start. A synthetic one depends on `seed`.
    ///
    /// # Errors
    /// [`Error::Start`] with the row and column.
    pub fn load(source: Source, seed: u64) -> Result<Self, Error> {
        match source {
            Source::Mainnet => Ok(Self {
                block: MAINNET_BLOCK,
                rows: read(MAINNET)?,
            }),
            Source::Synthetic => Ok(synthetic(seed)),
        }
    }
}

/// Reads rows with the columns of the shipped cross-section.
fn read(text: &str) -> Result<Vec<Row>, Error> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let mut rows = Vec::new();
    for (number, line) in lines.enumerate() {
        let cells: Vec<&str> = line.split(',').collect();
        let cell = |column: &str| {
            let place = header.iter().position(|name| *name == column);
            place
                .and_then(|place| cells.get(place).copied())
                .ok_or_else(|| Error::Start {
                    row: number + 1,
                    column: column.into(),
                    problem: "the column is missing".into(),
                })
        };
        let number_or = |column: &str, default: f64| {
            let text = cell(column)?;
            if text.is_empty() {
                return Ok(default);
            }
            text.parse::<f64>()
                .ok()
                .filter(|value| value.is_finite() && *value >= 0.0)
                .ok_or_else(|| Error::Start {
                    row: number + 1,
                    column: column.into(),
                    problem: format!("`{text}` is not a number of at least zero"),
                })
        };
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
        let first = cell("first_emission_block")?;
        let first_block = if first.is_empty() {
            None
        } else {
            Some(number_or("first_emission_block", 0.0)? as u64)
        };
        rows.push(Row {
            name: cell("subnet_name")?.to_owned(),
            registered: number_or("registered_block", 0.0)? as u64,
            first_block,
            pool_tao,
            pool_alpha,
            owner,
            protocol,
            burned,
            stakers: (issued - pool_alpha - protocol - burned - owner).max(0.0),
            withheld: number_or("miner_burn_share", 0.0)?.min(1.0),
            enabled: number_or("emission_enabled_flag", 0.0)? > 0.0,
            owner_locked: if number_or("owner_lock_perpetual_flag", 0.0)? > 0.0 {
                number_or("owner_locked_alpha", 0.0)?.min(owner)
            } else {
                0.0
            },
            emission_share: Some(number_or("emission_share_derived", 0.0)?),
        });
    }
    Ok(rows)
}

/// 128 subnets whose prices and pools are lognormal with the spreads of the cross-section.
fn synthetic(seed: u64) -> Start {
    let mut stream = Stream::new(seed, u64::MAX, Class::Start);
    let rows = (0..128)
        .map(|slot| {
            let mut z = |step| normal(stream.at(step, slot));
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
                emission_share: None,
            }
        })
        .collect();
    Start { block: 9_000_000, rows }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cross_section_closes() {
        let start = Start::load(Source::Mainnet, 0).unwrap();
        assert_eq!(start.rows.len(), 128);
        let pooled: f64 = start.rows.iter().map(|row| row.pool_tao).sum();
        assert!((pooled - 1_973_986.3).abs() < 1.0, "{pooled}");
        let shares: f64 = start.rows.iter().filter_map(|row| row.emission_share).sum();
        assert!((shares - 1.0).abs() < 1e-6, "{shares}");
        assert!(start.rows.iter().all(|row| row.pool_alpha > 0.0 && row.stakers >= 0.0));
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
