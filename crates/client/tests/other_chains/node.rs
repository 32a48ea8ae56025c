//! A node that knows only what a test tells it, and metadata for tests to change.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use codec::{Decode as _, Encode as _};
use frame_metadata::{
    RuntimeMetadata, RuntimeMetadataPrefixed,
    v15::{RuntimeMetadataV15, StorageEntryType},
};
use jsonrpsee::{
    RpcModule,
    server::{Server, ServerHandle},
};
use scale_info::{TypeDef, TypeDefPrimitive, Variant, form::PortableForm};
use serde_json::{Value, json};
use tributary_client::{Client, H256};
use tributary_economy::NetUid;

pub const GENESIS: H256 = H256([7; 32]);
pub const NETUID: NetUid = NetUid(2);

/// The metadata of the runtime of this repository, for tests to change.
pub fn described() -> RuntimeMetadataV15 {
    let answer = sp_io::TestExternalities::default()
        .execute_with(|| tributary_runtime::apis::api::dispatch("Metadata_metadata_at_version", &15u32.encode()));
    let opaque = Option::<Vec<u8>>::decode(&mut &*answer.unwrap()).unwrap().unwrap();
    match RuntimeMetadataPrefixed::decode(&mut &*opaque).unwrap().1 {
        RuntimeMetadata::V15(metadata) => metadata,
        _ => panic!("it is of version 15"),
    }
}

pub fn variants(metadata: &mut RuntimeMetadataV15, id: u32) -> &mut Vec<Variant<PortableForm>> {
    match &mut metadata.types.types[id as usize].ty.type_def {
        TypeDef::Variant(variants) => &mut variants.variants,
        other => panic!("{other:?}"),
    }
}

pub fn variant<'a>(metadata: &'a mut RuntimeMetadataV15, id: u32, name: &str) -> &'a mut Variant<PortableForm> {
    let mut variants = variants(metadata, id).iter_mut();
    variants.find(|variant| variant.name == name).expect(name)
}

pub fn call_type(metadata: &RuntimeMetadataV15, pallet: &str) -> u32 {
    let mut pallets = metadata.pallets.iter();
    let pallet = pallets.find(|other| other.name == pallet).unwrap();
    pallet.calls.as_ref().unwrap().ty.id
}

/// Gives a pallet another number, everywhere.
pub fn renumber(metadata: &mut RuntimeMetadataV15, pallet: &str, index: u8) {
    let mut pallets = metadata.pallets.iter_mut();
    pallets.find(|other| other.name == pallet).unwrap().index = index;
    let outer = [
        metadata.outer_enums.call_enum_ty.id,
        metadata.outer_enums.event_enum_ty.id,
        metadata.outer_enums.error_enum_ty.id,
    ];
    for id in outer {
        if let Some(variant) = variants(metadata, id).iter_mut().find(|variant| variant.name == pallet) {
            variant.index = index;
        }
    }
}

/// Gives a storage item another type of values.
pub fn retype(metadata: &mut RuntimeMetadataV15, pallet: &str, item: &str, to: u32) {
    let mut pallets = metadata.pallets.iter_mut();
    let storage = pallets
        .find(|other| other.name == pallet)
        .unwrap()
        .storage
        .as_mut()
        .unwrap();
    let entry = storage.entries.iter_mut().find(|entry| entry.name == item).unwrap();
    match &mut entry.ty {
        StorageEntryType::Plain(ty) => ty.id = to,
        StorageEntryType::Map { value, .. } => value.id = to,
    }
}

pub fn primitive(metadata: &RuntimeMetadataV15, wanted: &TypeDefPrimitive) -> u32 {
    let mut types = metadata.types.types.iter();
    let found = types.find(|ty| matches!(&ty.ty.type_def, TypeDef::Primitive(found) if found == wanted));
    found.unwrap().id
}

pub struct State {
    pub version: u32,
    pub metadata: Vec<u8>,
    pub storage: BTreeMap<Vec<u8>, Vec<u8>>,
    /// How often the metadata was asked for.
    pub asked: usize,
}

/// A node that knows only this.
pub struct Node {
    pub state: Arc<Mutex<State>>,
    pub address: SocketAddr,
    pub server: ServerHandle,
}

pub fn hex(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

pub fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap().trim_start_matches("0x")).unwrap()
}

impl Node {
    pub async fn start(metadata: RuntimeMetadataV15) -> Self {
        let state = State {
            version: 50_000,
            metadata: RuntimeMetadataPrefixed::from(metadata).encode(),
            storage: BTreeMap::new(),
            asked: 0,
        };
        Self::serve(Arc::new(Mutex::new(state)), "127.0.0.1:0".parse().unwrap()).await
    }

    pub async fn serve(state: Arc<Mutex<State>>, address: SocketAddr) -> Self {
        let server = Server::builder().build(address).await.unwrap();
        let address = server.local_addr().unwrap();
        let mut module = RpcModule::new(state.clone());
        type Answer = fn(&mut State, Vec<Value>) -> Value;
        let methods: [(&'static str, Answer); 9] = [
            ("chain_getBlockHash", |_, _| json!(GENESIS)),
            ("chain_getFinalizedHead", |_, _| json!(GENESIS)),
            (
                "chain_getHeader",
                |_, _| json!({ "number": "0x9", "parentHash": GENESIS }),
            ),
            ("account_nextIndex", |_, _| json!(3)),
            (
                "state_getRuntimeVersion",
                |state, _| json!({ "specName": "node-subtensor", "specVersion": state.version, "transactionVersion": 1 }),
            ),
            ("state_call", |state, params| match params[0].as_str() {
                Some("Metadata_metadata_at_version") => {
                    state.asked += 1;
                    json!(hex(&Some(&state.metadata).encode()))
                }
                other => panic!("{other:?}"),
            }),
            ("state_getStorageAt", |state, params| {
                json!(state.storage.get(&bytes(&params[0])).map(|value| hex(value)))
            }),
            ("state_getKeysPaged", |state, params| {
                let prefix = bytes(&params[0]);
                let keys = state.storage.keys().filter(|key| key.starts_with(&prefix));
                json!(keys.map(|key| hex(key)).collect::<Vec<_>>())
            }),
            ("state_queryStorageAt", |state, params| {
                let keys = params[0].as_array().unwrap().iter();
                let changes = keys.map(|key| json!([key, state.storage.get(&bytes(key)).map(|value| hex(value))]));
                json!([{ "changes": changes.collect::<Vec<_>>() }])
            }),
        ];
        for (name, answer) in methods {
            let register = module.register_method(name, move |params, state, _| {
                let params: Vec<Value> = params.parse().unwrap_or_default();
                answer(&mut state.lock().unwrap(), params)
            });
            register.unwrap();
        }
        Self {
            state,
            address,
            server: server.start(module),
        }
    }

    pub async fn client(&self) -> Client {
        Client::connect(&format!("ws://{}", self.address)).await.unwrap()
    }

    pub fn put(&self, key: Vec<u8>, value: impl codec::Encode) {
        self.state.lock().unwrap().storage.insert(key, value.encode());
    }
}

/// The key of an item in the chain's own hashing.
pub fn key(pallet: &str, item: &str, parts: &[Vec<u8>]) -> Vec<u8> {
    let twox = sp_crypto_hashing::twox_128;
    let mut key = [twox(pallet.as_bytes()), twox(item.as_bytes())].concat();
    key.extend(parts.concat());
    key
}

pub fn blake2_concat(bytes: &[u8]) -> Vec<u8> {
    [&sp_crypto_hashing::blake2_128(bytes)[..], bytes].concat()
}
