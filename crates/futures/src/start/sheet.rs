//! The cross-sections that ship (`data/PROVENANCE.md`), as tables of cells.

use crate::Error;

/// The main network at block 9,184,186, 30 September 2026.
pub(super) const MAINNET: &str = include_str!("../../data/mainnet_2026-09-30.csv");

/// The main network at block 8,968,186, 31 August 2026.
const AUGUST: &str = include_str!("../../data/mainnet_2026-08-31.csv");

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

    pub(super) fn cell(&self, row: usize, column: &str) -> Result<&'a str, Error> {
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
    pub(super) fn amount(&self, row: usize, column: &str, default: f64) -> Result<f64, Error> {
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
