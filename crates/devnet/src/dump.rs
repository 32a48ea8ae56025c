//! The whole state in one file.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use codec::{Decode, DecodeAll, Encode};
use sp_core::H256;
use tributary_private::durable;

use crate::{
    Error, Header,
    clock::Shift,
    db::Base,
    dump_spec,
    error::is_no_room,
    state::{Commitment, StateMap},
};

const MAGIC: &[u8; 16] = b"tributary dump 2";
/// Of files without the clock.
const MAGIC_1: &[u8; 16] = b"tributary dump 1";

/// A state with the block that it belongs to, and the clock. In a file: 16 bytes of magic, the SCALE encoding,
/// blake2-256 of all that. A chain that is started from it goes on after that block under the same genesis hash. No
/// account is impersonated in it: reading somebody's file gives nobody powers.
#[derive(Clone, Debug, Encode, Decode)]
pub struct Dump {
    genesis_hash: H256,
    header: Header,
    pairs: Vec<(Vec<u8>, Vec<u8>)>,
    shift: Shift,
}

impl Dump {
    /// Takes down a state.
    pub fn new(genesis_hash: H256, header: Header, state: &StateMap, shift: Shift) -> Self {
        let pairs = state.iter().map(|(key, value)| (key, value.to_vec())).collect();
        Self {
            genesis_hash,
            header,
            pairs,
            shift,
        }
    }

    /// Writes the file whole or not at all: as a raw chain specification, which has no clock, if its name ends with
    /// `.json`.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let bytes = if path.extension().is_some_and(|extension| extension == "json") {
            dump_spec::write(&self.pairs).to_string().into_bytes()
        } else {
            let mut bytes = MAGIC.to_vec();
            self.encode_to(&mut bytes);
            bytes.extend(sp_crypto_hashing::blake2_256(&bytes));
            bytes
        };
        let unfinished = unfinished(path);
        let written = fs::File::create(&unfinished)
            .and_then(|mut file| file.write_all(&bytes))
            .and_then(|()| durable::rename(&unfinished, path));
        written.map_err(|source| {
            // What was begun is of no use to anybody; that it is gone is not worth another error.
            let _ = fs::remove_file(&unfinished);
            failed(path, source)
        })
    }

    /// Whether such a file could be written, as far as can be known before.
    pub fn probe(path: &Path) -> Result<(), Error> {
        if path.is_dir() {
            return Err(failed(path, std::io::ErrorKind::IsADirectory.into()));
        }
        let unfinished = unfinished(path);
        fs::File::create(&unfinished)
            .and_then(|_| fs::remove_file(&unfinished))
            .map_err(|source| failed(path, source))
    }

    /// Reads the file.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let bytes = tributary_private::read_file(path).map_err(|source| Error::File {
            action: "read",
            path: path.into(),
            source,
        })?;
        Self::from_bytes(path, &bytes)
    }

    /// Reads the bytes of the file.
    pub fn from_bytes(path: &Path, bytes: &[u8]) -> Result<Self, Error> {
        let bad = |reason: &str| Error::BadDump {
            path: path.into(),
            reason: reason.into(),
        };
        if bytes.first() == Some(&b'{') {
            let dump_spec::Read {
                genesis_hash,
                header,
                pairs,
            } = dump_spec::read(bytes).map_err(|reason| bad(&reason))?;
            return Ok(Self {
                genesis_hash,
                header,
                pairs,
                shift: Shift::default(),
            });
        }
        let (with_clock, body) = match (bytes.strip_prefix(MAGIC), bytes.strip_prefix(MAGIC_1)) {
            (Some(body), _) => (true, body),
            (None, Some(body)) => (false, body),
            (None, None) => return Err(bad("it does not begin like one")),
        };
        let (body, hash) = body.split_last_chunk::<32>().ok_or_else(|| bad("it is cut short"))?;
        if sp_crypto_hashing::blake2_256(&bytes[..bytes.len() - 32]) != *hash {
            return Err(bad("it is cut short, or was changed"));
        }
        let dump = if with_clock {
            Self::decode_all(&mut &body[..])
        } else {
            DecodeAll::decode_all(&mut &body[..]).map(|(genesis_hash, header, pairs)| Self {
                genesis_hash,
                header,
                pairs,
                shift: Shift::default(),
            })
        };
        dump.map_err(|error| bad(&error.to_string()))
    }

    /// The beginning of a chain.
    pub fn into_base(self, fingerprint: H256) -> (Base, StateMap, Shift) {
        let (mut state, mut commitment) = (StateMap::default(), Commitment::default());
        for (key, value) in &self.pairs {
            commitment.insert(key, value);
            state.set(key, Some(value));
        }
        let base = Base {
            fingerprint,
            genesis_hash: self.genesis_hash,
            number: self.header.number,
            hash: self.header.hash(),
            header: self.header,
            commitment,
        };
        (base, state, self.shift)
    }
}

/// The name of the file until it is whole.
fn unfinished(path: &Path) -> PathBuf {
    path.with_extension(format!("{}.unfinished", std::process::id()))
}

fn failed(path: &Path, source: std::io::Error) -> Error {
    if is_no_room(&source) {
        return Error::DiskFull;
    }
    Error::File {
        action: "write",
        path: path.into(),
        source,
    }
}
