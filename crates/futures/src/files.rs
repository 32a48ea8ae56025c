//! Files of results: JSON, and names.

use std::path::Path;

use serde::Serialize;
use tributary_private::durable;

use crate::Error;

/// The first eight bytes of a hash, for names.
pub(crate) fn hex(hash: &[u8]) -> String {
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Reads what [`write_json`] wrote; none if there is no such file.
pub(crate) fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<Option<T>, Error> {
    if !path.exists() {
        return Ok(None);
    }
    let text = tributary_private::read_file(path).map_err(Error::io(path))?;
    serde_json::from_slice(&text).map(Some).map_err(|error| Error::Table {
        path: path.to_owned(),
        problem: error.to_string(),
    })
}

/// Writes a value as JSON, whole or not at all.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), Error> {
    let mut text = serde_json::to_string_pretty(value).map_err(|error| Error::Table {
        path: path.to_owned(),
        problem: error.to_string(),
    })?;
    text.push('\n');
    durable::write(path, text.as_bytes()).map_err(Error::io(path))
}
