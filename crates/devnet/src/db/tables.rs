//! The tables by name, and how their entries are encoded.

use codec::{Decode, DecodeAll, Encode};
use redb::TableDefinition;

use crate::{error::Error, state::StateMap};

pub const META: TableDefinition<&str, &[u8]> = TableDefinition::new("meta");
pub const BASE: TableDefinition<&[u8], &[u8]> = TableDefinition::new("base");
pub const ITEMS: TableDefinition<&[u8], &[u8]> = TableDefinition::new("items");
pub const STEPS: TableDefinition<u64, &[u8]> = TableDefinition::new("steps");
pub const DIFFS: TableDefinition<u64, &[u8]> = TableDefinition::new("diffs");
pub const MERGED: TableDefinition<(u8, u64), &[u8]> = TableDefinition::new("merged");
pub const NUMBERS: TableDefinition<u32, u64> = TableDefinition::new("numbers");
pub const HASHES: TableDefinition<&[u8; 32], u32> = TableDefinition::new("hashes");
pub const POOL: TableDefinition<u64, &[u8]> = TableDefinition::new("pool");

pub const FORMAT: u32 = 1;

/// An entry, decoded. `name` says which, in errors.
pub fn record<T: Decode>(name: &str, mut bytes: &[u8]) -> Result<T, Error> {
    T::decode_all(&mut bytes).map_err(|error| Error::Record {
        record: name.into(),
        reason: error.to_string(),
    })
}

/// The error of an entry that should be there.
pub fn missing(what: &str, step: u64) -> Error {
    Error::Record {
        record: format!("{what} {step}"),
        reason: "it is not there".into(),
    }
}

/// The pairs of a storage item, encoded.
pub fn item_bytes(state: &StateMap, item: &[u8]) -> Vec<u8> {
    state.item(item).collect::<Vec<_>>().encode()
}
