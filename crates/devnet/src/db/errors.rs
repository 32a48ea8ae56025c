//! What can go wrong with the file of a database.

use std::{io::ErrorKind, path::Path};

use crate::{
    error::{Error, is_no_room},
    panics,
};

pub(super) fn corrupt(path: &Path, reason: impl ToString) -> Error {
    Error::DatabaseCorrupt {
        path: path.into(),
        reason: reason.to_string(),
    }
}

/// Whether the bytes of the file are to blame and not the system: pages say where others lie, so a turned bit may
/// point behind the end.
fn is_damage(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::InvalidData | ErrorKind::UnexpectedEof)
}

/// Whether what redb found in the file is not what this program writes.
fn shows_damage(error: &redb::Error) -> bool {
    use redb::Error::*;
    match error {
        Io(io) => is_damage(io),
        Corrupted(_)
        | UpgradeRequired(_)
        | RepairAborted
        | TableTypeMismatch { .. }
        | TableIsMultimap(_)
        | TableIsNotMultimap(_)
        | TypeDefinitionChanged { .. }
        | TableDoesNotExist(_) => true,
        _ => false,
    }
}

pub(super) fn open_error(path: &Path, error: redb::DatabaseError) -> Error {
    match error {
        redb::DatabaseError::DatabaseAlreadyOpen => Error::DatabaseInUse { path: path.into() },
        redb::DatabaseError::Storage(redb::StorageError::Io(io)) if is_no_room(&io) => Error::DiskFull,
        redb::DatabaseError::Storage(redb::StorageError::Io(io)) if !is_damage(&io) => match io.kind() {
            ErrorKind::WouldBlock => Error::DatabaseInUse { path: path.into() },
            _ => Error::File {
                action: "open the database",
                path: path.into(),
                source: io,
            },
        },
        other => corrupt(path, other),
    }
}

pub(super) fn file(action: &'static str, path: &Path, source: std::io::Error) -> Error {
    if is_no_room(&source) {
        return Error::DiskFull;
    }
    Error::File {
        action,
        path: path.into(),
        source,
    }
}

/// What redb asserted does not hold.
pub(super) fn contradiction(path: &Path, panic: &str) -> Error {
    let first = panic.lines().next().unwrap_or_default();
    corrupt(path, format!("a page of it contradicts the others: {first}"))
}

/// redb asserts some properties of its file instead of returning an error. A broken file must not take the process
/// down, so a panic on the way in counts as one.
pub(super) fn catch<R>(path: &Path, action: impl FnOnce() -> Result<R, Error>) -> Result<R, Error> {
    panics::catch(action)
        .unwrap_or_else(|panic| Err(contradiction(path, &panic)))
        .map_err(|error| match error {
            Error::Record { record, reason } => corrupt(path, format!("{record}: {reason}")),
            Error::Database(inner) if shows_damage(&inner) => corrupt(path, inner),
            other => other,
        })
}
