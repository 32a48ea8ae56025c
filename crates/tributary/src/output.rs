//! stdout is data: a table for people or JSON for programs. stderr is talk.

use std::io::{self, Write as _};

use anyhow::Result;
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;

/// Prints one line. Whoever reads may have left (`| head`): that ends the program quietly.
///
/// # Errors
/// If stdout cannot be written to.
pub fn line(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        done => Ok(done?),
    }
}

/// Prints a value as one line of JSON.
///
/// # Errors
/// If stdout cannot be written to.
pub fn json(value: &impl Serialize) -> Result<()> {
    line(&serde_json::to_string(value)?)
}

/// Prints a table: the first column to the left, figures to the right.
///
/// # Errors
/// If stdout cannot be written to.
pub fn table(head: &[&str], rows: Vec<Vec<String>>) -> Result<()> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(head)
        .add_rows(rows);
    for (index, column) in table.column_iter_mut().enumerate() {
        let side = if index == 0 {
            CellAlignment::Left
        } else {
            CellAlignment::Right
        };
        column.set_cell_alignment(side);
    }
    line(&table.trim_fmt())
}

/// Says something on stderr.
macro_rules! say {
    ($($text:tt)*) => { eprintln!($($text)*) };
}
pub(crate) use say;
