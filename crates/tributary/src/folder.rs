//! Folders that belong to one process at a time.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read as _, Seek as _, Write as _},
    path::Path,
};

use anyhow::{Context as _, Result, bail};

use crate::output::say;

/// Name of the file that is locked; it names who holds the lock.
const FILE: &str = "lock";

/// A folder of this process, until it is dropped. The system lets go of it when the process dies.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Makes the folder if it is missing and takes it for this process, which works there as `what`.
///
/// # Errors
/// If another process has it, which is named, or if the folder cannot be made or written to.
pub fn take(folder: &Path, what: &str) -> Result<Lock> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let path = folder.join(FILE);
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&path)
        .with_context(|| format!("cannot write to the folder {}", folder.display()))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let _ = file.read_to_string(&mut holder);
            let holder = match holder.trim() {
                "" => "another process",
                named => named,
            };
            bail!(
                "{} is in use by {holder}: stop that one first, or use another folder",
                folder.display()
            );
        }
        // Some network file systems know no locks.
        Err(TryLockError::Error(e)) => {
            say!(
                "warning: {} cannot be locked ({e}); see that no other process works there",
                folder.display()
            );
        }
    }
    // Who holds it helps people; the lock holds without.
    let _ = file
        .set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| writeln!(file, "`tributary {what}`, process {}", std::process::id()));
    Ok(Lock { _file: file })
}

/// Writes a file whole or not at all, and to the disk.
///
/// # Errors
/// If it cannot be written.
pub fn write_whole(file: &Path, bytes: &[u8]) -> Result<()> {
    tributary_private::durable::write(file, bytes).with_context(|| format!("cannot write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_belongs_to_one() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        let lock = take(&inner, "chain").unwrap();
        let refused = take(&inner, "up").unwrap_err().to_string();
        let holder = format!("in use by `tributary chain`, process {}", std::process::id());
        assert!(refused.contains(&holder), "{refused}");
        drop(lock);
        take(&inner, "up").unwrap();
    }
}
