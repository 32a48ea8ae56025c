//! A network that goes on where another chain stopped: an embedded one, or a network before it.
//!
//! Its specification has a first block of its own, so that nodes tell networks apart, and the state that the other chain
//! ended with. A node that starts on it with an empty database takes that state as the block after which it goes on: the
//! blocks before are not there, their numbers are.

use std::{collections::BTreeMap, sync::Arc};

use codec::{Decode, Encode};
use sc_client_api::HeaderBackend;
use sc_consensus::{BlockImport, BlockImportParams, ForkChoiceStrategy, ImportedState, StateAction, StorageChanges};
use sc_service::ChainSpec as _;
use serde::{Deserialize, Serialize};
use sp_consensus::BlockOrigin;
use sp_core::{
    H256,
    storage::{StateVersion, Storage, well_known_keys::CODE},
};
use sp_crypto_hashing::twox_128;
use sp_runtime::{
    Digest,
    traits::{Block as BlockT, HashingFor, Header as _},
};
use sp_state_machine::{KeyValueStates, KeyValueStorageLevel};
use tributary_runtime::{Header, Runtime};

use crate::{
    chain_spec::{self, ChainSpec},
    service::{Block, Client, GrandpaImport},
};

/// What a specification has beside polkadot-sdk's fields.
#[derive(Clone, Debug, Default, Deserialize, Serialize, sc_chain_spec::ChainSpecExtension)]
#[serde(rename_all = "camelCase")]
pub struct Extensions {
    /// Keys and values, in hex, of the state after which the chain goes on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_state: Option<BTreeMap<String, String>>,
}

/// The key of a value of a pallet.
fn item(pallet: &str, name: &str) -> Vec<u8> {
    [twox_128(pallet.as_bytes()), twox_128(name.as_bytes())].concat()
}

fn read<T: Decode>(storage: &Storage, key: &[u8]) -> Option<T> {
    T::decode(&mut &storage.top.get(key)?[..]).ok()
}

/// The specification of a network that starts from the state in a raw specification (`tributary chain --dump FILE.json`,
/// or `export-state`), with the validators of another chain.
///
/// # Errors
/// The file is no raw specification, or its state is of another runtime.
pub fn go_on(state: &std::path::Path, chain: &str) -> Result<String, String> {
    let state = ChainSpec::from_json_file(state.to_owned())?
        .as_storage_builder()
        .build_storage()?;
    let network = chain_spec::load(chain)?;
    let genesis = network.as_storage_builder().build_storage()?;
    let state = adopted(state, &genesis)?;
    let hex = |bytes: &[u8]| format!("0x{}", hex::encode(bytes));
    let pairs: serde_json::Map<String, serde_json::Value> = state
        .top
        .iter()
        .map(|(key, value)| (hex(key), hex(value).into()))
        .collect();
    let text = network.as_json(true)?;
    let mut spec: serde_json::Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    spec["startState"] = pairs.into();
    serde_json::to_string_pretty(&spec).map_err(|error| error.to_string())
}

/// The state as the network finds it: with its runtime, its validators and its first block, and not in the future.
fn adopted(mut state: Storage, genesis: &Storage) -> Result<Storage, String> {
    number(&state)?;
    let own = [
        CODE.to_vec(),
        item("Aura", "Authorities"),
        item("Grandpa", "Authorities"),
        item("Grandpa", "CurrentSetId"),
    ];
    for key in own {
        match genesis.top.get(&key) {
            Some(value) => state.top.insert(key, value.clone()),
            None => state.top.remove(&key),
        };
    }
    let first = sc_chain_spec::construct_genesis_block::<Block>(root(genesis), StateVersion::V1);
    state.top.insert(
        frame_system::BlockHash::<Runtime>::hashed_key_for(0),
        first.header().hash().encode(),
    );
    // An embedded chain may have run ahead of the clock; nobody could make a block before that time comes.
    let now = sp_timestamp::Timestamp::current().as_millis();
    let (time, slot) = (item("Timestamp", "Now"), item("Aura", "CurrentSlot"));
    if read::<u64>(&state, &time).is_some_and(|last| last > now) {
        let slot_ms = read::<u64>(
            &state,
            &tributary_runtime::network::SlotDuration::<Runtime>::hashed_key(),
        );
        let slot_ms = slot_ms
            .filter(|ms| *ms > 0)
            .ok_or("its state does not say how long a slot is")?;
        let last = (now / slot_ms).saturating_sub(1);
        state.top.insert(slot, last.encode());
        state.top.insert(time, (last * slot_ms).encode());
    }
    Ok(state)
}

fn number(state: &Storage) -> Result<u32, String> {
    read(state, &item("System", "Number"))
        .filter(|number| *number > 0)
        .ok_or("its state is not that of a chain after its first block".into())
}

fn root(storage: &Storage) -> H256 {
    let pairs = storage
        .top
        .iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    <HashingFor<Block> as sp_runtime::traits::Hash>::trie_root(pairs, StateVersion::V1)
}

fn of(spec: &dyn sc_service::ChainSpec) -> Option<&BTreeMap<String, String>> {
    sc_chain_spec::get_extension::<Option<BTreeMap<String, String>>>(spec.extensions())?.as_ref()
}

/// Whether the specification has a state after which its chain goes on.
pub fn is_there(spec: &dyn sc_service::ChainSpec) -> bool {
    of(spec).is_some()
}

/// Makes the state of the specification the block after which the chain goes on, if the database has no block but the
/// first.
///
/// # Errors
/// The specification's state cannot be read, or the runtime in it cannot be executed.
pub fn take(spec: &dyn sc_service::ChainSpec, client: &Arc<Client>, import: &GrandpaImport) -> Result<(), String> {
    let Some(pairs) = of(spec) else { return Ok(()) };
    if client.info().best_number > 0 {
        return Ok(());
    }
    let bytes = |text: &str| {
        hex::decode(text.trim_start_matches("0x"))
            .map_err(|error| format!("startState has {text:.80}, which is not hex: {error}"))
    };
    let mut storage = Storage::default();
    for (key, value) in pairs {
        storage.top.insert(bytes(key)?, bytes(value)?);
    }
    let parent = read(&storage, &item("System", "ParentHash")).unwrap_or_default();
    let digest: Digest = read(&storage, &item("System", "Digest")).unwrap_or_default();
    let header = Header::new(number(&storage)?, Default::default(), root(&storage), parent, digest);
    let (hash, number) = (header.hash(), *header.number());
    let state = KeyValueStates(vec![KeyValueStorageLevel {
        state_root: Vec::new(),
        parent_storage_keys: Vec::new(),
        key_values: storage.top.into_iter().collect(),
    }]);
    let mut params = BlockImportParams::<Block>::new(BlockOrigin::NetworkInitialSync, header);
    params.state_action = StateAction::ApplyChanges(StorageChanges::Import(ImportedState { block: hash, state }));
    params.finalized = true;
    params.fork_choice = Some(ForkChoiceStrategy::Custom(true));
    // Nobody has what came before.
    params.create_gap = false;
    params.body = Some(Vec::new());
    let done = futures::executor::block_on(import.import_block(params)).map_err(|error| error.to_string())?;
    log::info!("Goes on after block {number} ({hash:?}) of the state in its specification: {done:?}");
    Ok(())
}
