//! Reading the state after one block, by the description of the runtime that the chain ran then.

use std::{collections::BTreeMap, sync::Arc};

use codec::Decode;
use frame_decode::storage::{StorageInfo, encode_storage_key_prefix, encode_storage_key_with_info};
use jsonrpsee::rpc_params;
use scale_info::TypeInfo;
use scale_value::Value;
use sp_core::{Bytes, H256};
use tokio::sync::OnceCell;

use crate::{
    Client, Error, Result,
    call::{Argument, Call},
    event::{self, Event, Phase},
    items::{Item, Key, Keys, TypedKeys},
    metadata::{Encoded, Metadata, Typed},
};

const PAGE: u32 = 1000;

/// The state after one block. All reads through one view agree with each other.
pub struct View<'a> {
    client: &'a Client,
    block: H256,
    metadata: OnceCell<Arc<Metadata>>,
}

#[derive(serde::Deserialize)]
struct Changes {
    changes: Vec<(Bytes, Option<Bytes>)>,
}

/// What a runtime API is asked, in order.
#[derive(Clone, Debug, Default)]
pub struct Arguments(Vec<Argument>);

impl Arguments {
    /// And this.
    pub fn with<T: codec::Encode + TypeInfo + 'static>(mut self, value: T) -> Self {
        self.0.push(Argument::Value(Typed::new(&value)));
        self
    }

    /// And this call.
    pub(crate) fn with_call(mut self, call: &Call) -> Self {
        self.0.push(Argument::Call(Box::new(call.clone())));
        self
    }
}

impl Client {
    /// The state after a block.
    pub fn at(&self, block: H256) -> View<'_> {
        View::new(self, block)
    }

    /// The state after the best block.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub async fn at_best(&self) -> Result<View<'_>> {
        Ok(self.at(self.best().await?))
    }
}

impl<'a> View<'a> {
    fn new(client: &'a Client, block: H256) -> Self {
        Self {
            client,
            block,
            metadata: OnceCell::new(),
        }
    }

    /// The block.
    pub fn block(&self) -> H256 {
        self.block
    }

    /// What the chain said of itself at this block.
    pub(crate) async fn metadata(&self) -> Result<&Arc<Metadata>> {
        let read = || self.client.metadata_at(Some(self.block));
        self.metadata.get_or_try_init(read).await
    }

    async fn raw(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let found: Option<Bytes> = self
            .client
            .request("state_getStorageAt", rpc_params![Bytes(key.to_vec()), self.block])
            .await?;
        Ok(found.map(|bytes| bytes.0))
    }

    /// An entry, or the item's default: `view.get(&items::TEMPO, (netuid,))`.
    ///
    /// # Errors
    /// [`Error::Missing`] if the chain has no such item, [`Error::Shape`] if its keys or values are others or it has no
    /// default; else as [`Client::request`], and [`Error::Undecodable`].
    pub async fn get<K: Keys, V: Decode + TypeInfo + 'static>(&self, item: &Item<K, V>, keys: K) -> Result<V> {
        let found = self.find(item, keys).await?;
        match found {
            Some(value) => Ok(value),
            None => {
                let reason = "an entry may be absent there, and has a default here";
                Err(self.metadata().await?.misshapen(item.what(), reason))
            }
        }
    }

    /// An entry, or the item's default if it has one: `view.find(&items::UIDS, (netuid, hotkey))`.
    ///
    /// # Errors
    /// As [`Self::get`], but for items without default.
    pub async fn find<K: Keys, V: Decode + TypeInfo + 'static>(&self, item: &Item<K, V>, keys: K) -> Result<Option<V>> {
        let metadata = self.metadata().await?;
        let info = metadata.storage(item.pallet, item.name)?;
        let key = full_key(metadata, item, &info, &keys)?;
        let found = self.raw(&key).await?;
        let bytes = match (&found, &info.default_value) {
            (Some(bytes), _) => &bytes[..],
            (None, Some(default)) => &**default,
            (None, None) => return Ok(None),
        };
        metadata.read(&item.what(), info.value_id, &mut &*bytes).map(Some)
    }

    /// Entries of an item, in the order of the keys; nothing where there is none.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub async fn find_all<K: Keys, V: Decode + TypeInfo + 'static>(
        &self,
        item: &Item<K, V>,
        keys: impl IntoIterator<Item = K>,
    ) -> Result<Vec<Option<V>>> {
        let metadata = self.metadata().await?;
        let info = metadata.storage(item.pallet, item.name)?;
        let keys: Vec<Bytes> = keys
            .into_iter()
            .map(|keys| full_key(metadata, item, &info, &keys).map(Bytes))
            .collect::<Result<_>>()?;
        let mut values = Vec::with_capacity(keys.len());
        for page in keys.chunks(PAGE as usize) {
            let found: BTreeMap<Vec<u8>, Option<Bytes>> = self.changes(page).await?.into_iter().collect();
            for key in page {
                let value = found.get(&key.0).and_then(Option::as_ref);
                let read = |bytes: &Bytes| metadata.read(&item.what(), info.value_id, &mut &*bytes.0);
                values.push(value.map(read).transpose()?);
            }
        }
        Ok(values)
    }

    /// All entries of an item with one key, in the order of their keys' bytes.
    ///
    /// # Errors
    /// As [`Self::find`]; [`Error::Shape`] also if the chain keeps only hashes of the keys.
    pub async fn entries<K: Key, V: Decode + TypeInfo + 'static>(&self, item: &Item<(K,), V>) -> Result<Vec<(K, V)>> {
        self.walk(item, TypedKeys(Vec::new()), |keys: &mut Hashed<'_>| keys.next(), typed)
            .await
    }

    /// All entries of an item with two keys under one first key, in the order of their keys' bytes.
    ///
    /// # Errors
    /// As [`Self::entries`].
    pub async fn entries_under<A: Key, B: Key, V: Decode + TypeInfo + 'static>(
        &self,
        item: &Item<(A, B), V>,
        first: A,
    ) -> Result<Vec<(B, V)>> {
        self.walk(item, (first,).typed(), |keys: &mut Hashed<'_>| keys.next(), typed)
            .await
    }

    /// All entries of an item with two keys, in the order of their keys' bytes.
    ///
    /// # Errors
    /// As [`Self::entries`].
    pub async fn entries_of_two<A: Key, B: Key, V: Decode + TypeInfo + 'static>(
        &self,
        item: &Item<(A, B), V>,
    ) -> Result<Vec<((A, B), V)>> {
        let both = |keys: &mut Hashed<'_>| Ok((keys.next()?, keys.next()?));
        self.walk(item, TypedKeys(Vec::new()), both, typed).await
    }

    /// All entries under the first keys; `rest` reads the other keys, `value` the values.
    async fn walk<K, V, R, W>(
        &self,
        item: &Item<K, V>,
        first: TypedKeys,
        rest: impl Fn(&mut Hashed<'_>) -> Result<R>,
        value: impl Fn(&Metadata, &str, u32, &[u8]) -> Result<W>,
    ) -> Result<Vec<(R, W)>> {
        let metadata = self.metadata().await?;
        let info = metadata.storage(item.pallet, item.name)?;
        let what = item.what();
        let known = first.0.len();
        let prefix = key(metadata, item, &info, first)?;
        let mut entries = Vec::new();
        for (key, bytes) in self.pairs(&prefix).await? {
            let mut keys = Hashed {
                metadata,
                what: &what,
                bytes: key.get(prefix.len()..).unwrap_or_default(),
                left: info.keys.get(known..).unwrap_or_default().iter(),
            };
            let key = rest(&mut keys)?;
            entries.push((key, value(metadata, &what, info.value_id, &bytes)?));
        }
        Ok(entries)
    }

    /// The entry of an item as the chain describes it, for what has no type here.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub(crate) async fn value<K: Keys>(&self, item: &Item<K, Value<u32>>, keys: K) -> Result<Option<Value<u32>>> {
        let metadata = self.metadata().await?;
        let info = metadata.storage(item.pallet, item.name)?;
        let key = full_key(metadata, item, &info, &keys)?;
        let found = self.raw(&key).await?;
        let read = |bytes: Vec<u8>| metadata.value(&item.what(), info.value_id, &mut &*bytes);
        found.map(read).transpose()
    }

    /// As [`Self::entries_under`], of what has no type here.
    ///
    /// # Errors
    /// As [`Self::entries`].
    pub(crate) async fn values_under<A: Key, B: Key>(
        &self,
        item: &Item<(A, B), Value<u32>>,
        first: A,
    ) -> Result<Vec<(B, Value<u32>)>> {
        let value = |metadata: &Metadata, what: &str, id, mut bytes: &[u8]| metadata.value(what, id, &mut bytes);
        self.walk(item, (first,).typed(), |keys: &mut Hashed<'_>| keys.next(), value)
            .await
    }

    /// All keys under a prefix with their bytes, in the order of the keys.
    async fn pairs(&self, prefix: &[u8]) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
        let mut pairs = Vec::new();
        let mut start: Option<Bytes> = None;
        loop {
            let keys: Vec<Bytes> = self
                .client
                .request(
                    "state_getKeysPaged",
                    rpc_params![Bytes(prefix.to_vec()), PAGE, &start, self.block],
                )
                .await?;
            let Some(last) = keys.last().cloned() else {
                return Ok(pairs);
            };
            let full = keys.len() == PAGE as usize;
            let found = self.changes(&keys).await?.into_iter();
            let mut page: Vec<(Vec<u8>, Vec<u8>)> = found.filter_map(|(key, value)| Some((key, value?.0))).collect();
            page.sort();
            pairs.append(&mut page);
            if !full {
                return Ok(pairs);
            }
            start = Some(last);
        }
    }

    /// The values at some keys.
    async fn changes(&self, keys: &[Bytes]) -> Result<Vec<(Vec<u8>, Option<Bytes>)>> {
        let sets: Vec<Changes> = self
            .client
            .request("state_queryStorageAt", rpc_params![keys, self.block])
            .await?;
        let changes = sets.into_iter().flat_map(|set| set.changes);
        Ok(changes.map(|(key, value)| (key.0, value)).collect())
    }

    /// What happened in the block, in order, with when.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub async fn events(&self) -> Result<Vec<(Phase, Event)>> {
        let metadata = self.metadata().await?;
        let found = self.raw(&encode_storage_key_prefix("System", "Events")).await?;
        // No events are an empty list.
        event::decode(metadata, &found.unwrap_or_else(|| vec![0]))
    }

    /// A constant of a pallet.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub async fn constant<T: Decode + TypeInfo + 'static>(&self, pallet: &str, name: &str) -> Result<T> {
        self.metadata().await?.constant(pallet, name)
    }

    /// A runtime API: `view.api("SwapRuntimeApi", "current_alpha_price", Arguments::default().with(netuid))`.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub async fn api<R: Decode + TypeInfo + 'static>(
        &self,
        api: &str,
        method: &str,
        arguments: Arguments,
    ) -> Result<R> {
        let (id, answer) = self.ask(api, method, &arguments).await?;
        let what = format!("runtime API {api}.{method}");
        self.metadata().await?.read(&what, id, &mut &*answer)
    }

    /// Asks a runtime API: the chain's type of the answer, and the answer.
    pub(crate) async fn ask(&self, api: &str, method: &str, arguments: &Arguments) -> Result<(u32, Vec<u8>)> {
        let metadata = self.metadata().await?;
        let info = metadata.api(api, method)?;
        let what = format!("runtime API {api}.{method}");
        if info.inputs.len() != arguments.0.len() {
            let reason = format!("it takes {} arguments, not {}", info.inputs.len(), arguments.0.len());
            return Err(metadata.misshapen(what, reason));
        }
        let mut bytes = Vec::new();
        for (input, argument) in info.inputs.iter().zip(&arguments.0) {
            let what = format!("{} of {what}", input.name);
            argument.write(metadata, &what, input.id, 0, &mut bytes)?;
        }
        Ok((
            info.output_id,
            self.state_call(&format!("{api}_{method}"), bytes).await?,
        ))
    }

    /// A runtime API by bytes.
    pub(crate) async fn state_call(&self, method: &str, arguments: Vec<u8>) -> Result<Vec<u8>> {
        let answer: Bytes = self
            .client
            .request("state_call", rpc_params![method, Bytes(arguments), self.block])
            .await?;
        Ok(answer.0)
    }
}

/// A value in a type of ours.
fn typed<V: Decode + TypeInfo + 'static>(metadata: &Metadata, what: &str, id: u32, mut bytes: &[u8]) -> Result<V> {
    metadata.read(what, id, &mut bytes)
}

/// The key of one entry.
fn full_key<K: Keys, V>(
    metadata: &Metadata,
    item: &Item<K, V>,
    info: &StorageInfo<'_, u32>,
    keys: &K,
) -> Result<Vec<u8>> {
    let keys = keys.typed();
    if keys.0.len() != info.keys.len() {
        let reason = format!("it has {} keys there and {} here", info.keys.len(), keys.0.len());
        return Err(metadata.misshapen(item.what(), reason));
    }
    key(metadata, item, info, keys)
}

/// The key of one entry, or the start of the keys of several.
fn key<K, V>(metadata: &Metadata, item: &Item<K, V>, info: &StorageInfo<'_, u32>, keys: TypedKeys) -> Result<Vec<u8>> {
    let what = item.what();
    let mut parts = Vec::new();
    for (place, (typed, key)) in keys.0.iter().zip(&*info.keys).enumerate() {
        let mut bytes = Vec::new();
        metadata.write(&format!("key {place} of {what}"), key.key_id, typed, &mut bytes)?;
        parts.push(Encoded(bytes));
    }
    encode_storage_key_with_info(item.pallet, item.name, parts, info, metadata.types())
        .map_err(|e| metadata.misshapen(what, e.to_string()))
}

/// The keys within a storage key, each behind its hash.
struct Hashed<'a> {
    metadata: &'a Metadata,
    what: &'a str,
    bytes: &'a [u8],
    left: std::slice::Iter<'a, frame_decode::storage::StorageKeyInfo<u32>>,
}

impl Hashed<'_> {
    fn next<T: Key>(&mut self) -> Result<T> {
        let misshapen = |reason: &str| self.metadata.misshapen(self.what, reason);
        let key = self
            .left
            .next()
            .ok_or_else(|| misshapen("it has fewer keys there than here"))?;
        if !key.hasher.ends_with_key() {
            return Err(misshapen("the chain keeps only hashes of its keys"));
        }
        self.bytes = self.bytes.get(key.hasher.len_excluding_key()..).unwrap_or_default();
        let what = format!("a key of {}", self.what);
        self.metadata.read(&what, key.key_id, &mut self.bytes)
    }
}

/// Whether an error says that the chain has no such runtime API.
pub(crate) fn is_unknown_api(error: &Error) -> bool {
    match error {
        Error::Missing { .. } => true,
        // How nodes of all kinds answer for a runtime without it.
        Error::Rpc { message, data, .. } => {
            format!("{message} {}", data.as_deref().unwrap_or_default()).contains("is not found")
        }
        _ => false,
    }
}
