//! Setting a market aside for a new one.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};

use super::{artifacts, chain::DATABASE, emitted, plan};
use crate::{folder, output::say};

/// What a market consists of, in its folder. Nothing else there is touched.
const PARTS: [&str; 5] = [plan::FILE, emitted::FILE, DATABASE, "neurons", artifacts::FOLDER];

fn parts(folder: &Path) -> Vec<PathBuf> {
    let paths = PARTS.iter().map(|part| folder.join(part));
    paths.filter(|path| path.symlink_metadata().is_ok()).collect()
}

/// Moves the market in `folder` to `FOLDER.old`, of which only the last is kept. The caller holds the folder's lock, so
/// that nobody is at work there.
///
/// # Errors
/// If somebody works in `FOLDER.old`, or something cannot be moved; what was moved until then is named.
pub fn set_aside(folder: &Path) -> Result<()> {
    let market = parts(folder);
    if market.is_empty() {
        return Ok(());
    }
    let old = old(folder)?;
    let _lock = folder::take(&old, "up --fresh")?;
    let older = parts(&old);
    if !older.is_empty() {
        say!("deleting the market before the last one, in {}", old.display());
        older.iter().try_for_each(|path| remove(path))?;
    }
    for path in market {
        let target = old.join(path.file_name().unwrap_or_default());
        fs::rename(&path, &target)
            .with_context(|| format!("cannot move {} to {}", path.display(), target.display()))?;
    }
    say!(
        "the market that was in {} is kept in {old}; `tributary up --data {old}` continues it",
        folder.display(),
        old = old.display()
    );
    Ok(())
}

/// The folder beside, with `.old` at the end of its name.
fn old(folder: &Path) -> Result<PathBuf> {
    let whole = folder
        .canonicalize()
        .with_context(|| format!("cannot find the folder {}", folder.display()))?;
    let name = whole.file_name();
    let mut name: OsString = name
        .with_context(|| format!("{} has no name to keep a market beside it under", whole.display()))?
        .to_owned();
    name.push(".old");
    Ok(whole.with_file_name(name))
}

fn remove(path: &Path) -> Result<()> {
    let removed = match path.is_dir() && !path.is_symlink() {
        true => fs::remove_dir_all(path),
        false => fs::remove_file(path),
    };
    match removed {
        Err(e) if e.kind() != io::ErrorKind::NotFound => {
            Err(e).with_context(|| format!("cannot delete {}", path.display()))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_last_market_and_nothing_of_others() {
        let outer = tempfile::tempdir().unwrap();
        let (folder, old) = (outer.path().join("up"), outer.path().join("up.old"));
        let write = |path: PathBuf, text: &str| {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(folder.join("holiday.txt"), "mine");
        set_aside(&folder).unwrap();
        assert!(!old.exists(), "there was no market");
        for round in ["first", "second"] {
            write(folder.join(plan::FILE), round);
            write(folder.join("neurons/miner-1-1/newest"), round);
            write(old.join("notes.txt"), "mine too");
            set_aside(&folder).unwrap();
            assert_eq!(fs::read_to_string(old.join(plan::FILE)).unwrap(), round);
            assert_eq!(fs::read_to_string(old.join("neurons/miner-1-1/newest")).unwrap(), round);
            assert!(!folder.join(plan::FILE).exists() && !folder.join("neurons").exists());
        }
        assert!(folder.join("holiday.txt").exists() && old.join("notes.txt").exists());
        // Nobody's market is moved over one that is at work.
        write(folder.join(plan::FILE), "third");
        let _lock = folder::take(&old, "up").unwrap();
        let refused = set_aside(&folder).unwrap_err().to_string();
        assert!(refused.contains("in use by `tributary up`"), "{refused}");
        assert!(folder.join(plan::FILE).exists());
        assert_eq!(fs::read_to_string(old.join(plan::FILE)).unwrap(), "second");
    }
}
