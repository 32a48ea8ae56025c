//! The first state.

use std::path::Path;

use codec::Encode;
use serde_json::Value as Json;
use sp_core::H256;
use sp_runtime::{
    Digest,
    traits::{BlakeTwo256, Hash, Header as _},
};

use crate::{
    Error, Genesis, Header,
    clock::Shift,
    db::Base,
    dump,
    execution::Session,
    state::{Commitment, StateMap, StateView},
};

/// What a chain is made from, before any of it is executed.
pub enum Source {
    /// A genesis configuration of the runtime.
    Json(Vec<u8>),
    /// A state dump.
    Dump(dump::Dump),
}

/// Reads what `genesis` names, and the fingerprint by which a database knows it again; nothing for what is in the
/// database only.
pub fn source(genesis: &Genesis) -> Result<Option<(Source, H256)>, Error> {
    let json = match genesis {
        Genesis::Stored => return Ok(None),
        Genesis::Preset(name) => preset(name)?,
        Genesis::Patched { preset: name, patch } => {
            let mut json = preset(name)?;
            merge(&mut json, patch.clone());
            json
        }
        Genesis::Json(json) => json.clone(),
        Genesis::Dump(path) => {
            let bytes = read(path)?;
            let fingerprint = H256(sp_crypto_hashing::blake2_256(&bytes));
            return Ok(Some((Source::Dump(dump::Dump::from_bytes(path, &bytes)?), fingerprint)));
        }
    };
    // serde_json keeps objects sorted, so equal configurations have equal bytes.
    let bytes = json.to_string().into_bytes();
    let fingerprint = H256(sp_crypto_hashing::blake2_256(&bytes));
    Ok(Some((Source::Json(bytes), fingerprint)))
}

/// Makes the first state.
pub fn build(source: Source, fingerprint: H256) -> Result<(Base, StateMap, Shift), Error> {
    let json = match source {
        Source::Dump(dump) => return Ok(dump.into_base(fingerprint)),
        Source::Json(json) => json,
    };
    let empty = StateMap::default();
    let mut session = Session::new(StateView::new(&empty, Commitment::default()));
    session
        .call_as::<Result<(), String>>("GenesisBuilder_build_state", &json.encode())
        .map_err(|error| Error::Genesis(error.to_string()))?
        .map_err(Error::Genesis)?;
    let written = session.into_written()?;
    let mut state = StateMap::default();
    for change in &written.changes {
        state.set(&change.key, change.new.as_deref());
    }
    let header = Header::new(
        0,
        BlakeTwo256::ordered_trie_root(Vec::new(), sp_core::storage::StateVersion::V0),
        written.commitment.root(),
        H256::zero(),
        Digest::default(),
    );
    let hash = header.hash();
    let base = Base {
        fingerprint,
        genesis_hash: hash,
        number: 0,
        hash,
        header,
        commitment: written.commitment,
    };
    Ok((base, state, Shift::default()))
}

/// The names of the runtime's presets.
pub fn preset_names() -> Result<Vec<String>, Error> {
    let empty = StateMap::default();
    let mut session = Session::new(StateView::new(&empty, Commitment::default()));
    session.call_as("GenesisBuilder_preset_names", &[])
}

/// A preset laid over the runtime's defaults.
fn preset(name: &str) -> Result<Json, Error> {
    let get = |name: Option<&str>| -> Result<Option<Json>, Error> {
        let empty = StateMap::default();
        let mut session = Session::new(StateView::new(&empty, Commitment::default()));
        let bytes: Option<Vec<u8>> = session.call_as("GenesisBuilder_get_preset", &name.encode())?;
        bytes
            .map(|bytes| serde_json::from_slice(&bytes).map_err(|error| Error::Genesis(error.to_string())))
            .transpose()
    };
    let mut json = get(None)?.unwrap_or_default();
    let Some(patch) = get(Some(name))? else {
        return Err(Error::UnknownPreset {
            name: name.into(),
            known: preset_names()?.join(", "),
        });
    };
    merge(&mut json, patch);
    Ok(json)
}

/// Lays `patch` over `json`: objects are merged, everything else is replaced, `null` removes.
fn merge(json: &mut Json, patch: Json) {
    match (json, patch) {
        (Json::Object(fields), Json::Object(patch)) => {
            for (name, value) in patch {
                if value.is_null() {
                    fields.remove(&name);
                } else {
                    merge(fields.entry(name).or_insert(Json::Null), value);
                }
            }
        }
        (slot, patch) => *slot = patch,
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    tributary_private::read_file(path).map_err(|source| Error::File {
        action: "read",
        path: path.into(),
        source,
    })
}
