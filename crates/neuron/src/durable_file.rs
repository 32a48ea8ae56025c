//! Writing files from tasks, which must not wait for the disk.

use std::{io, path::PathBuf};

use bytes::Bytes;
use tributary_private::durable;

/// Writes a file whole or not at all, and to the disk.
///
/// # Errors
/// If it cannot be written; what was there before stays.
pub async fn write(file: PathBuf, bytes: impl Into<Bytes>) -> io::Result<()> {
    let bytes = bytes.into();
    let written = tokio::task::spawn_blocking(move || durable::write(&file, &bytes));
    written.await.map_err(io::Error::other)?
}
