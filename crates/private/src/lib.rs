//! Files for their owner alone: keys, secrets, and what money hangs on.
//!
//! They are made with mode 0600 in folders of mode 0700, from the first moment on: a file that is made first and
//! closed to others afterwards can be opened in between. What is read is looked at: others may not have been able to
//! change it, and if they were able to read it the owner is told. Where there are no such modes (Windows) neither is
//! done; a user's folders are closed to others there.
//!
//! [`durable`] writes any file so that it outlives a crash.

pub mod durable;

use std::{
    collections::BTreeSet,
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::Path,
};

/// Makes a file that must be new, and writes it to the end.
///
/// # Errors
/// If the file exists already (or something in its place), or cannot be written.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = create_new(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    if written.is_err() {
        // Half of a secret is of no use to anybody, and would be in the way of the next try.
        let _ = fs::remove_file(path);
    }
    written
}

/// Writes a file whole or not at all: whoever reads it finds what was there before, or all that is new. When this returns,
/// the new content is on the disk.
///
/// # Errors
/// If the file or its folder cannot be written.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    swap(path, bytes)?;
    durable::sync_folder(durable::folder_of(path))
}

/// As [`replace`] for many files, with the same promise for each, and less work for the disk: a folder is forced to it once,
/// not once a file. The results are in the order of the files.
pub fn replace_many<'a>(files: impl IntoIterator<Item = (&'a Path, &'a [u8])>) -> Vec<io::Result<()>> {
    let files: Vec<_> = files.into_iter().collect();
    let mut results: Vec<_> = files.iter().map(|(path, bytes)| swap(path, bytes)).collect();
    let folders: BTreeSet<&Path> = files.iter().map(|(path, _)| durable::folder_of(path)).collect();
    for folder in folders {
        let Err(error) = durable::sync_folder(folder) else {
            continue;
        };
        for ((path, _), result) in files.iter().zip(&mut results) {
            if durable::folder_of(path) == folder && result.is_ok() {
                *result = Err(io::Error::new(error.kind(), error.to_string()));
            }
        }
    }
    results
}

/// The content is on the disk after this, and the name as soon as the folder is.
fn swap(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let half = durable::half(path);
    match fs::remove_file(&half) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    write_new(&half, bytes)?;
    fs::rename(&half, path).inspect_err(|_| {
        let _ = fs::remove_file(&half);
    })
}

/// Makes a folder, and those above it that are missing. What is there already stays as it is.
///
/// # Errors
/// If one of them cannot be made.
pub fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Opens a file to read it, or what a link to one leads to. What is no file is not opened: a named pipe that nobody
/// writes to, or a device, would be waited for, or read, for ever.
///
/// # Errors
/// As [`File::open`]; of the kind `InvalidInput` if it is no regular file.
pub fn open(path: &Path) -> io::Result<File> {
    let check = |kind: fs::FileType| match (kind.is_file(), kind.is_dir()) {
        (true, _) => Ok(()),
        (_, true) => Err(io::ErrorKind::IsADirectory.into()),
        _ => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is not a regular file but a device, a named pipe or a socket",
        )),
    };
    // Opening a pipe waits already; and what is opened may be another thing than what was looked at.
    check(fs::metadata(path)?.file_type())?;
    let file = File::open(path)?;
    check(file.metadata()?.file_type())?;
    Ok(file)
}

/// Reads a file that [`open`] opens.
///
/// # Errors
/// As [`open`] and [`fs::read`].
pub fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a file of text that [`open`] opens.
///
/// # Errors
/// As [`open`] and [`fs::read_to_string`].
pub fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    open(path)?.read_to_string(&mut text)?;
    Ok(text)
}

/// Reads a secret. Tells its owner, once for each read, if others can read it too.
///
/// # Errors
/// As [`read_file`]; of the kind `PermissionDenied` if everybody may write the file: whoever did may be its author.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut file = open(path)?;
    look_at(path, &file)?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(unix)]
fn look_at(path: &Path, file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = file.metadata()?.permissions().mode() & 0o777;
    let path = path.display();
    if mode & 0o002 != 0 {
        return Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!(
                "everybody on this machine may change it (mode {mode:04o}), so that it may not be yours any more; \
                 check it, then `chmod 600 '{path}'`"
            ),
        ));
    }
    if mode & 0o077 != 0 {
        tracing::warn!("{path} can be read by others (mode {mode:04o}): `chmod 600 '{path}'`");
    }
    Ok(())
}

#[cfg(not(unix))]
fn look_at(_path: &Path, _file: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;
    use durable::half;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_written_is_for_its_owner_alone() {
        let root = tempfile::tempdir().unwrap();
        let folder = root.path().join("a/b");
        create_folder(&folder).unwrap();
        assert_eq!((mode(&folder), mode(&root.path().join("a"))), (0o700, 0o700));
        let file = folder.join("secret");
        write_new(&file, b"one").unwrap();
        assert_eq!(mode(&file), 0o600);
        assert_eq!(
            write_new(&file, b"two").unwrap_err().kind(),
            io::ErrorKind::AlreadyExists,
            "never over another secret"
        );
        // A file that was open to all is not when it is written again, nor is a half of an earlier try.
        fs::set_permissions(&file, fs::Permissions::from_mode(0o666)).unwrap();
        fs::write(half(&file), b"an earlier try").unwrap();
        replace(&file, b"three").unwrap();
        assert_eq!((mode(&file), read(&file).unwrap()), (0o600, b"three".to_vec()));
        assert!(!half(&file).exists());
    }

    #[test]
    fn of_many_files_each_is_written_or_says_why_not() {
        let root = tempfile::tempdir().unwrap();
        let [first, taken, last] = ["first", "taken", "last"].map(|name| root.path().join(name));
        fs::create_dir_all(taken.join("inner")).unwrap();
        let files = [&first, &taken, &last].map(|path| (path.as_path(), b"new".as_slice()));
        let written: Vec<bool> = replace_many(files).iter().map(Result::is_ok).collect();
        assert_eq!(written, [true, false, true]);
        assert_eq!((mode(&first), read(&last).unwrap()), (0o600, b"new".to_vec()));
        assert!(!half(&taken).exists(), "no half is left");
    }

    #[test]
    fn a_link_in_the_place_of_a_new_file_is_not_followed() {
        let root = tempfile::tempdir().unwrap();
        let (link, target) = (root.path().join("link"), root.path().join("target"));
        std::os::unix::fs::symlink(&target, &link).unwrap();
        assert!(write_new(&link, b"secret").is_err());
        assert!(!target.exists());
    }

    #[test]
    fn only_files_are_opened() {
        let root = tempfile::tempdir().unwrap();
        let [file, pipe, link, device] = ["file", "pipe", "link", "device"].map(|name| root.path().join(name));
        write_new(&file, b"text").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &device).unwrap();
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        assert_eq!(read_text(&link).unwrap(), "text", "a link to a file is one");
        for (path, kind) in [
            (&pipe, io::ErrorKind::InvalidInput),
            (&device, io::ErrorKind::InvalidInput),
            (&root.path().to_owned(), io::ErrorKind::IsADirectory),
            (&root.path().join("none"), io::ErrorKind::NotFound),
        ] {
            assert_eq!(read_file(path).unwrap_err().kind(), kind, "{}", path.display());
            assert_eq!(read(path).unwrap_err().kind(), kind, "{}", path.display());
        }
    }

    #[test]
    fn what_everybody_may_write_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("coldkey");
        write_new(&file, b"key").unwrap();
        for (bits, readable) in [
            (0o600, true),
            (0o400, true),
            (0o644, true),
            (0o660, true),
            (0o666, false),
            (0o602, false),
        ] {
            fs::set_permissions(&file, fs::Permissions::from_mode(bits)).unwrap();
            match read(&file) {
                Ok(bytes) => assert!(readable && bytes == b"key", "{bits:o}"),
                Err(e) => {
                    assert!(!readable, "{bits:o}: {e}");
                    assert!(e.to_string().contains("chmod 600"), "{e}");
                }
            }
        }
    }
}
