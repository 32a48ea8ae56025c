//! The answers as a page: `report.html`, one file that needs nothing else.

pub mod charts;
pub mod claims;
pub mod data;
pub mod definitions;
pub mod drawings;
pub mod elements;
pub mod flows;
pub mod markdown;
pub mod page;
pub mod paired;
pub mod palette;
pub mod plane;
pub mod plot;
pub mod sankey;
mod sections;
pub mod tornado;

use std::{fs, path::Path};

pub use data::Answers;
pub use drawings::Charts;

use crate::{Error, files::write_json, run::Plan};

/// Writes `report.html`, and `report.json` with the numbers in it, beside the results of a finished run. `title` is
/// what was run.
///
/// # Errors
/// Those of [`Answers::read`] and [`Charts::draw`]; [`Error::Io`].
pub fn write(plan: &Plan, title: &str, directory: &Path) -> Result<Answers, Error> {
    let answers = Answers::read(plan, title, directory)?;
    let charts = Charts::draw(&answers)?;
    let path = directory.join("report.html");
    fs::write(&path, page::html(plan, &answers, &charts)).map_err(Error::io(&path))?;
    write_json(&directory.join("report.json"), &answers)?;
    Ok(answers)
}
