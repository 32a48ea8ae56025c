//! Folders that belong to one process at a time.

use std::{
    fs::{File, OpenOptions, TryLockError},
    io::{Read as _, Seek as _, Write as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

use crate::output::say;

/// Name of the file that is locked; it names who holds the lock.
const FILE: &str = "lock";

/// A folder of this process, until it is dropped, which removes the lock's file. The system lets go of the lock when the
/// process dies.
#[derive(Debug)]
pub struct Lock {
    file: File,
    path: PathBuf,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Still locked: whoever opened the same file and locks it next finds that it is gone.
        if is_at(&self.file, &self.path) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Whether the file is the one at the path, and not one that was there before.
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(open), Ok(there)) => (open.dev(), open.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

/// Makes the folder if it is missing and takes it for this process, which works there as `what`.
///
/// # Errors
/// If another process has it, which is named, or if the folder cannot be made or written to.
pub fn take(folder: &Path, what: &str) -> Result<Lock> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let path = folder.join(FILE);
    let mut file = loop {
        let file = open(folder, &path)?;
        if lock(folder, &file)? == Locked::No || is_at(&file, &path) {
            break file;
        }
        // Its holder let go of it, and removed it, between the two steps.
    };
    // Who holds it helps people; the lock holds without.
    let _ = file
        .set_len(0)
        .and_then(|()| file.rewind())
        .and_then(|()| writeln!(file, "`tributary {what}`, process {}", std::process::id()));
    Ok(Lock { file, path })
}

fn open(folder: &Path, path: &Path) -> Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
        .with_context(|| format!("cannot write to the folder {}", folder.display()))
}

/// Whether a file could be locked at all.
#[derive(PartialEq, Eq)]
enum Locked {
    Yes,
    No,
}

fn lock(folder: &Path, mut file: &File) -> Result<Locked> {
    match file.try_lock() {
        Ok(()) => Ok(Locked::Yes),
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
                "warning: {} cannot be locked ({e}); make sure that no other process uses it",
                folder.display()
            );
            Ok(Locked::No)
        }
    }
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
        assert_eq!(
            std::fs::read_dir(&inner).unwrap().count(),
            0,
            "the lock goes with its holder"
        );
        take(&inner, "up").unwrap();
    }

    #[test]
    fn a_removed_lock_is_not_taken_for_the_folders() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let stale = open(folder.path(), &path).unwrap();
        let lock = take(folder.path(), "chain").unwrap();
        assert!(is_at(&stale, &path));
        drop(lock);
        let next = take(folder.path(), "up").unwrap();
        assert!(!is_at(&stale, &path));
        assert!(is_at(&next.file, &path));
    }
}
