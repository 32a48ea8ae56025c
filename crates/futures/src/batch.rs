//! Many evaluations that survive an interruption: rows of numbers, written in parts as they are done.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rayon::prelude::*;

use crate::{
    Error,
    table::{Column, Table},
};

/// Rows of a part.
const PART: usize = 64;

/// Computes `count` rows of `columns` numbers each, over all cores. With a directory, whole parts are kept in its
/// folder `points-<fingerprint>` and are not computed again; [`forget`] removes them. `fingerprint` must tell apart
/// whatever `row` depends on. `done` hears of every row.
///
/// # Errors
/// Those of `row`; [`Error::Io`], [`Error::Table`].
pub fn rows(
    directory: Option<&Path>,
    fingerprint: &str,
    count: usize,
    columns: usize,
    row: &(dyn Fn(usize) -> Result<Vec<f64>, Error> + Sync),
    done: &(dyn Fn() + Sync),
) -> Result<Vec<Vec<f64>>, Error> {
    let parts = directory.map(|directory| folder(directory, fingerprint));
    if let Some(parts) = &parts {
        fs::create_dir_all(parts).map_err(Error::io(parts))?;
    }
    let starts: Vec<usize> = (0..count).step_by(PART).collect();
    let mut all = Vec::with_capacity(count);
    for from in starts {
        let to = (from + PART).min(count);
        let path = parts
            .as_ref()
            .map(|parts| parts.join(format!("{:06}.parquet", from / PART)));
        if let Some(kept) = path.as_ref().filter(|path| path.exists()) {
            let table = Table::read(kept)?;
            let read = from_table(&table, columns).filter(|read| read.len() == to - from);
            all.extend(read.ok_or_else(|| Error::Table {
                path: kept.clone(),
                problem: "its rows are not those of this run: remove it".into(),
            })?);
            (from..to).for_each(|_| done());
            continue;
        }
        let computed: Vec<Vec<f64>> = (from..to)
            .into_par_iter()
            .map(|index| {
                let values = row(index)?;
                done();
                Ok(values)
            })
            .collect::<Result<_, Error>>()?;
        if let Some(path) = &path {
            to_table(&computed, columns).write(path)?;
        }
        all.extend(computed);
    }
    Ok(all)
}

/// Removes the parts of [`rows`].
///
/// # Errors
/// [`Error::Io`].
pub fn forget(directory: &Path, fingerprint: &str) -> Result<(), Error> {
    let parts = folder(directory, fingerprint);
    if parts.exists() {
        fs::remove_dir_all(&parts).map_err(Error::io(&parts))?;
    }
    Ok(())
}

fn folder(directory: &Path, fingerprint: &str) -> PathBuf {
    directory.join(format!("points-{fingerprint}"))
}

fn to_table(rows: &[Vec<f64>], columns: usize) -> Table {
    let mut table = Table::default();
    for k in 0..columns {
        table.push(&k.to_string(), Column::Numbers(rows.iter().map(|row| row[k]).collect()));
    }
    table
}

fn from_table(table: &Table, columns: usize) -> Option<Vec<Vec<f64>>> {
    let columns: Vec<&[f64]> = (0..columns)
        .map(|k| table.numbers(&k.to_string()))
        .collect::<Option<_>>()?;
    Some(
        (0..table.rows())
            .map(|row| columns.iter().map(|column| column[row]).collect())
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn what_was_computed_is_not_computed_again() {
        let directory = tempfile::tempdir().unwrap();
        let calls = AtomicUsize::new(0);
        let row = |limit: usize| {
            let calls = &calls;
            move |index: usize| {
                calls.fetch_add(1, Ordering::Relaxed);
                if index >= limit {
                    return Err(Error::Shard { index: 0, of: 0 });
                }
                Ok(vec![index as f64, 1.0 / (index + 1) as f64])
            }
        };
        // Interrupted in the second part.
        assert!(rows(Some(directory.path()), "x", 150, 2, &row(100), &|| {}).is_err());
        let before = calls.load(Ordering::Relaxed);
        let all = rows(Some(directory.path()), "x", 150, 2, &row(150), &|| {}).unwrap();
        assert_eq!(calls.load(Ordering::Relaxed) - before, 150 - PART);
        assert_eq!(all, rows(None, "x", 150, 2, &row(150), &|| {}).unwrap());
        forget(directory.path(), "x").unwrap();
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 0);
    }
}
