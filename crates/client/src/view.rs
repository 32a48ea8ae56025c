//! Reading the state after one block, with the runtime's own storage types: key, hasher, value and default all come
//! from the pallet, nothing is named twice.

use std::collections::BTreeMap;

use codec::{Decode, Encode, EncodeLike, FullCodec, FullEncode};
use frame_support::{
    ReversibleStorageHasher,
    storage::generator::{StorageDoubleMap, StorageMap, StorageValue},
};
use jsonrpsee::rpc_params;
use sp_core::{Bytes, H256};
use tributary_runtime::RuntimeEvent;

use crate::{Client, Error, Result, connection::decode};

const PAGE: u32 = 1000;

/// The state after one block. All reads through one view agree with each other.
#[derive(Clone, Copy)]
pub struct View<'a> {
    client: &'a Client,
    block: H256,
}

#[derive(serde::Deserialize)]
struct Changes {
    changes: Vec<(Bytes, Option<Bytes>)>,
}

impl<'a> View<'a> {
    pub(crate) fn new(client: &'a Client, block: H256) -> Self {
        Self { client, block }
    }

    /// The block.
    pub fn block(&self) -> H256 {
        self.block
    }

    /// The bytes at a key.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub async fn raw(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let found: Option<Bytes> = self
            .client
            .request("state_getStorageAt", rpc_params![Bytes(key.to_vec()), self.block])
            .await?;
        Ok(found.map(|bytes| bytes.0))
    }

    /// A storage value: `view.value::<pallet::TotalIssuance<Runtime>, _>()`.
    ///
    /// # Errors
    /// As [`Client::request`], and [`crate::Error::Undecodable`].
    pub async fn value<S, V>(&self) -> Result<S::Query>
    where
        S: StorageValue<V>,
        V: FullCodec,
    {
        let found = self.raw(&S::storage_value_final_key()).await?;
        Ok(S::from_optional_value_to_query(opened(S::storage_prefix(), found)?))
    }

    /// An entry of a storage map: `view.map::<pallet::Tempo<Runtime>, _, _>(netuid)`.
    ///
    /// # Errors
    /// As [`Self::value`].
    pub async fn map<S, K, V>(&self, key: impl EncodeLike<K>) -> Result<S::Query>
    where
        S: StorageMap<K, V>,
        K: FullEncode,
        V: FullCodec,
    {
        let found = self.raw(&S::storage_map_final_key(key)).await?;
        Ok(S::from_optional_value_to_query(opened(S::storage_prefix(), found)?))
    }

    /// Entries of a storage map, in the order of the keys; nothing where there is none.
    ///
    /// # Errors
    /// As [`Self::value`].
    pub async fn maps<S, K, V>(&self, keys: &[K]) -> Result<Vec<Option<V>>>
    where
        S: StorageMap<K, V>,
        K: FullCodec,
        V: FullCodec,
    {
        let item = String::from_utf8_lossy(S::storage_prefix()).into_owned();
        let mut values = Vec::with_capacity(keys.len());
        for page in keys.chunks(PAGE as usize) {
            let page: Vec<Bytes> = page.iter().map(|key| Bytes(S::storage_map_final_key(key))).collect();
            let sets: Vec<Changes> = self
                .client
                .request("state_queryStorageAt", rpc_params![&page, self.block])
                .await?;
            let found: BTreeMap<Vec<u8>, Option<Bytes>> = sets
                .into_iter()
                .flat_map(|set| set.changes)
                .map(|(key, value)| (key.0, value))
                .collect();
            for key in page {
                let value = found.get(&key.0).and_then(Option::as_ref);
                values.push(value.map(|bytes| decode(&item, &bytes.0)).transpose()?);
            }
        }
        Ok(values)
    }

    /// An entry of a storage double map: `view.double::<pallet::Uids<Runtime>, _, _, _>(netuid, hotkey)`.
    ///
    /// # Errors
    /// As [`Self::value`].
    pub async fn double<S, K1, K2, V>(
        &self,
        first: impl EncodeLike<K1>,
        second: impl EncodeLike<K2>,
    ) -> Result<S::Query>
    where
        S: StorageDoubleMap<K1, K2, V>,
        K1: FullEncode,
        K2: FullEncode,
        V: FullCodec,
    {
        let found = self.raw(&S::storage_double_map_final_key(first, second)).await?;
        Ok(S::from_optional_value_to_query(opened(S::storage_prefix(), found)?))
    }

    /// All entries of a storage map, in the order of their keys' bytes.
    ///
    /// # Errors
    /// As [`Self::value`].
    pub async fn entries<S, K, V>(&self) -> Result<Vec<(K, V)>>
    where
        S: StorageMap<K, V>,
        S::Hasher: ReversibleStorageHasher,
        K: FullCodec,
        V: FullCodec,
    {
        let item = String::from_utf8_lossy(S::storage_prefix()).into_owned();
        let prefix = S::prefix_hash();
        let mut entries = Vec::new();
        for (key, value) in self.pairs(&prefix).await? {
            let hashed = key.get(prefix.len()..).unwrap_or_default();
            entries.push((decode(&item, S::Hasher::reverse(hashed))?, decode(&item, &value)?));
        }
        Ok(entries)
    }

    /// All entries of a storage double map under one first key, in the order of their keys' bytes.
    ///
    /// # Errors
    /// As [`Self::value`].
    pub async fn double_entries<S, K1, K2, V>(&self, first: impl EncodeLike<K1>) -> Result<Vec<(K2, V)>>
    where
        S: StorageDoubleMap<K1, K2, V>,
        S::Hasher2: ReversibleStorageHasher,
        K1: FullEncode,
        K2: FullCodec,
        V: FullCodec,
    {
        let item = String::from_utf8_lossy(S::storage_prefix()).into_owned();
        let prefix = S::storage_double_map_final_key1(first);
        let mut entries = Vec::new();
        for (key, value) in self.pairs(&prefix).await? {
            let hashed = key.get(prefix.len()..).unwrap_or_default();
            entries.push((decode(&item, S::Hasher2::reverse(hashed))?, decode(&item, &value)?));
        }
        Ok(entries)
    }

    /// All entries of a storage double map, in the order of their keys' bytes.
    ///
    /// # Errors
    /// As [`Self::value`].
    pub async fn all_double_entries<S, K1, K2, V>(&self) -> Result<Vec<(K1, K2, V)>>
    where
        S: StorageDoubleMap<K1, K2, V>,
        S::Hasher1: ReversibleStorageHasher,
        S::Hasher2: ReversibleStorageHasher,
        K1: FullCodec,
        K2: FullCodec,
        V: FullCodec,
    {
        let item = String::from_utf8_lossy(S::storage_prefix()).into_owned();
        let prefix = S::prefix_hash();
        let mut entries = Vec::new();
        for (key, value) in self.pairs(&prefix).await? {
            let hashed = key.get(prefix.len()..).unwrap_or_default();
            let mut rest = S::Hasher1::reverse(hashed);
            let first = K1::decode(&mut rest).map_err(|e| Error::Undecodable {
                what: item.clone(),
                reason: e.to_string(),
            })?;
            let second = decode(&item, S::Hasher2::reverse(rest))?;
            entries.push((first, second, decode(&item, &value)?));
        }
        Ok(entries)
    }

    /// All keys under a prefix with their bytes, in the order of the keys.
    ///
    /// # Errors
    /// As [`Client::request`].
    pub async fn pairs(&self, prefix: &[u8]) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
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
            let sets: Vec<Changes> = self
                .client
                .request("state_queryStorageAt", rpc_params![keys, self.block])
                .await?;
            let mut page: Vec<(Vec<u8>, Vec<u8>)> = sets
                .into_iter()
                .flat_map(|set| set.changes)
                .filter_map(|(key, value)| Some((key.0, value?.0)))
                .collect();
            page.sort();
            pairs.append(&mut page);
            if !full {
                return Ok(pairs);
            }
            start = Some(last);
        }
    }

    /// What happened in the block, in order.
    ///
    /// # Errors
    /// As [`Self::value`].
    pub async fn events(&self) -> Result<Vec<frame_system::EventRecord<RuntimeEvent, H256>>> {
        // The pallet keeps the type of this item to itself.
        let key = frame_support::storage::storage_prefix(b"System", b"Events");
        let records = self.raw(&key).await?.unwrap_or_default();
        decode("System.Events", &records)
    }

    /// A runtime API: `view.call::<Option<Neuron>>("NeuronInfoRuntimeApi_get_neuron", (netuid, uid))`.
    ///
    /// # Errors
    /// As [`Self::value`].
    pub async fn call<R: Decode>(&self, method: &str, arguments: impl Encode) -> Result<R> {
        let answer: Bytes = self
            .client
            .request("state_call", rpc_params![method, Bytes(arguments.encode()), self.block])
            .await?;
        decode(method, &answer.0)
    }
}

fn opened<V: Decode>(item: &[u8], found: Option<Vec<u8>>) -> Result<Option<V>> {
    found
        .map(|bytes| decode(&String::from_utf8_lossy(item), &bytes))
        .transpose()
}
