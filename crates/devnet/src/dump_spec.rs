//! A state as the raw chain specification that nodes read, and write with `export-state`: JSON, every key and value in
//! hex. What a block needs besides, its number and its parent, is in the state.

use codec::{Compact, Decode};
use frame_support::storage::storage_prefix;
use serde_json::{Map, Value, json};
use sp_core::H256;
use sp_runtime::{Digest, traits::Header as _};
use tributary_runtime::{Runtime, VERSION};

use crate::Header;

/// Names of the runtime in a state: the embedded chain brings its own.
const CODE: [&[u8]; 2] = [b":code", b":heappages"];

/// What was read.
pub struct Read {
    /// Hash of the chain's first block.
    pub genesis_hash: H256,
    /// The block that the state is of; its roots are not known.
    pub header: Header,
    /// The state, without the runtime.
    pub pairs: Vec<(Vec<u8>, Vec<u8>)>,
}

/// The specification of a state.
pub fn write(pairs: &[(Vec<u8>, Vec<u8>)]) -> Value {
    let hex = |bytes: &[u8]| format!("0x{}", hex::encode(bytes));
    let top: Map<String, Value> = pairs.iter().map(|(key, value)| (hex(key), hex(value).into())).collect();
    json!({
        "name": "Tributary",
        "id": "tributary",
        "chainType": "Local",
        "bootNodes": [],
        "telemetryEndpoints": null,
        "protocolId": "trib",
        "properties": { "ss58Format": 42, "tokenDecimals": 9, "tokenSymbol": "TAO" },
        "codeSubstitutes": {},
        "genesis": { "raw": { "top": top, "childrenDefault": {} } },
    })
}

/// Reads the state of a specification.
///
/// # Errors
/// It is no raw specification; the state is not of this runtime, or not of its version.
pub fn read(bytes: &[u8]) -> Result<Read, String> {
    let spec: Value = serde_json::from_slice(bytes).map_err(|error| format!("it is not JSON: {error}"))?;
    let raw = &spec["genesis"]["raw"];
    let top = raw["top"]
        .as_object()
        .ok_or("it is not a raw chain specification: genesis.raw.top is missing")?;
    if raw["childrenDefault"]
        .as_object()
        .is_some_and(|children| !children.is_empty())
    {
        return Err("it has child tries, which this chain does not use".into());
    }
    let mut pairs = Vec::with_capacity(top.len());
    for (key, value) in top {
        let bytes = |text: &str| {
            let digits = text.strip_prefix("0x").unwrap_or(text);
            hex::decode(digits).map_err(|error| format!("genesis.raw.top has {text:.80}, which is not hex: {error}"))
        };
        let value = value.as_str().ok_or(format!("the value of {key} is not a text"))?;
        let key = bytes(key)?;
        if !CODE.contains(&key.as_slice()) {
            pairs.push((key, bytes(value)?));
        }
    }
    pairs.sort();
    let (genesis_hash, header) = block(&pairs)?;
    Ok(Read {
        genesis_hash,
        header,
        pairs,
    })
}

/// The block that a state is of, and the hash of the first one.
fn block(pairs: &[(Vec<u8>, Vec<u8>)]) -> Result<(H256, Header), String> {
    let find = |key: &[u8]| {
        let found = pairs.binary_search_by(|(at, _)| at.as_slice().cmp(key));
        found.ok().map(|index| &pairs[index].1[..])
    };
    let item = |name: &str| find(&storage_prefix(b"System", name.as_bytes()));
    let missing = |name: &str| format!("its state has no readable System.{name}");
    let mut upgrade = item("LastRuntimeUpgrade").ok_or_else(|| missing("LastRuntimeUpgrade"))?;
    let version = <Compact<u32>>::decode(&mut upgrade).map_err(|_| missing("LastRuntimeUpgrade"))?;
    if version.0 != VERSION.spec_version {
        return Err(format!(
            "its runtime is version {}, and this program has version {}",
            version.0, VERSION.spec_version
        ));
    }
    let number = item("Number").and_then(|mut value| Decode::decode(&mut value).ok());
    let parent = item("ParentHash").and_then(|mut value| H256::decode(&mut value).ok());
    let digest = item("Digest").and_then(|mut value| Digest::decode(&mut value).ok());
    let genesis = find(&frame_system::BlockHash::<Runtime>::hashed_key_for(0))
        .and_then(|mut value| H256::decode(&mut value).ok());
    let header = Header::new(
        number.ok_or_else(|| missing("Number"))?,
        H256::zero(),
        H256::zero(),
        parent.ok_or_else(|| missing("ParentHash"))?,
        digest.unwrap_or_default(),
    );
    Ok((genesis.ok_or_else(|| missing("BlockHash of block 0"))?, header))
}
