//! Files that are there whole or not at all, also after the power was cut.
//!
//! A rename alone does not do it. Without `fsync` of the file the new name may lead to an empty file, and without
//! `fsync` of the folder the old one may be back. So both are forced to the disk, in this order.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

/// The name under which a file is written before it gets its own.
pub fn half(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".part");
    name.into()
}

/// Writes a file: whoever reads it finds what was there before, or all that is new. When this returns, the new content
/// is on the disk. Others may read it, as far as the user's mask lets them; [`crate::replace`] is for what they may not.
///
/// # Errors
/// If the file or its folder cannot be written. What was there before stays.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let half = half(path);
    let written = File::create(&half).and_then(|mut file| file.write_all(bytes));
    if let Err(error) = written.and_then(|()| rename(&half, path)) {
        // Half a file is of no use to anybody, and would take room.
        let _ = fs::remove_file(&half);
        return Err(error);
    }
    Ok(())
}

/// Gives a file that was written to its end the name by which it is found, in the same folder. When this returns, name
/// and content are on the disk.
///
/// # Errors
/// If it cannot be forced to the disk or renamed.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    // Windows forces to the disk only what may be written.
    OpenOptions::new().write(true).open(from)?.sync_all()?;
    fs::rename(from, to)?;
    sync_folder(folder_of(to))
}

/// The folder that a file is in.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Forces the names in a folder to the disk.
///
/// # Errors
/// If it cannot be opened or forced.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Forces the names in a folder to the disk. Here the system offers no such call, and its file systems keep a journal of
/// names.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_is_left_beside_it() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("a.json");
        fs::write(half(&file), b"an earlier try that was longer than this").unwrap();
        for text in ["one", "another"] {
            write(&file, text.as_bytes()).unwrap();
            assert_eq!(fs::read_to_string(&file).unwrap(), text);
        }
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_written_leaves_what_was_there() {
        let root = tempfile::tempdir().unwrap();
        // A folder in the file's place: the rename fails, after the half was written.
        let file = root.path().join("taken");
        fs::create_dir_all(file.join("inner")).unwrap();
        assert!(write(&file, b"new").is_err());
        assert!(file.join("inner").is_dir());
        assert!(!half(&file).exists());
        assert!(write(&root.path().join("no/such/folder"), b"new").is_err());
        assert!(rename(&root.path().join("nothing"), &file).is_err());
    }

    #[test]
    fn the_folder_of_a_bare_name_is_this_one() {
        assert_eq!(folder_of(Path::new("name")), Path::new("."));
        assert_eq!(folder_of(Path::new("a/name")), Path::new("a"));
    }
}
