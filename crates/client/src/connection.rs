//! The connection: JSON-RPC over WebSocket, and what every user of it asks for (`docs/rules/clients.md#methods`).

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use backon::{ExponentialBuilder, Retryable as _};
use codec::{Decode, Encode as _};
use jsonrpsee::{
    core::{
        ClientError,
        client::{ClientT, Subscription, SubscriptionClientT},
        params::ArrayParams,
    },
    rpc_params,
    ws_client::{WsClient, WsClientBuilder},
};
use scale_info::TypeInfo;
use serde::{Deserialize, de::DeserializeOwned};
use sp_core::{Bytes, H256, crypto::AccountId32};

use crate::{
    Error, Result,
    keys::address,
    metadata::{Metadata, Version},
    visible,
};

/// Where a local chain listens.
pub const DEFAULT_ENDPOINT: &str = "ws://127.0.0.1:9944";

const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const ANSWER_BYTES_MAX: u32 = 256 << 20;
/// The description of the runtime that is asked for. The next would be 16, in which newtypes are not transparent
/// (`docs/rules/clients.md#metadata`).
const METADATA_VERSION: u32 = 15;
/// Descriptions that are kept: of the rules now, and of those before the last upgrades.
const VERSIONS_MAX: usize = 4;

/// When a broken connection is tried again: four times in about a second.
fn again() -> ExponentialBuilder {
    ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(100))
        .with_max_delay(Duration::from_millis(500))
        .with_max_times(3)
        .with_jitter()
}

/// Whose runtime this program was made for.
const SPEC_NAME: &str = "node-subtensor";

/// A connection to a chain. Cheap to clone; all clones share one socket. A connection that broke is made anew at the next
/// request.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    endpoint: String,
    session: RwLock<Arc<Session>>,
    /// One at a time makes the connection anew.
    dialling: tokio::sync::Mutex<()>,
}

/// One connection, and what was learnt through it.
struct Session {
    rpc: WsClient,
    genesis: H256,
    /// The descriptions of the runtime by `specVersion`. An upgrade adds one.
    metadata: tokio::sync::Mutex<BTreeMap<u32, Arc<Metadata>>>,
}

/// What of a block header the tools use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// Height.
    pub number: u32,
    /// Hash of the block before.
    pub parent: H256,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WireHeader {
    number: String,
    parent_hash: H256,
}

impl TryFrom<WireHeader> for Header {
    type Error = Error;

    fn try_from(header: WireHeader) -> Result<Self> {
        let number =
            u32::from_str_radix(header.number.trim_start_matches("0x"), 16).map_err(|e| Error::Undecodable {
                what: "a block number".to_owned(),
                reason: format!("`{}`: {e}", header.number),
            })?;
        Ok(Self {
            number,
            parent: header.parent_hash,
        })
    }
}

#[derive(Deserialize)]
struct WireBlock {
    header: WireHeader,
    extrinsics: Vec<Bytes>,
}

#[derive(Deserialize)]
struct SignedBlock {
    block: WireBlock,
}

impl Session {
    /// Connects and asks which chain it is.
    async fn dial(endpoint: &str) -> Result<Self> {
        let unreachable = |reason: String| Error::Unreachable {
            endpoint: endpoint.to_owned(),
            reason: first_line(&reason),
        };
        let rpc = WsClientBuilder::new()
            .request_timeout(REQUEST_TIMEOUT)
            .connection_timeout(CONNECT_TIMEOUT)
            .max_response_size(ANSWER_BYTES_MAX)
            .max_frame_size(ANSWER_BYTES_MAX)
            .max_buffer_capacity_per_subscription(4096)
            .build(endpoint)
            .await
            .map_err(|e| unreachable(root_cause(&e)))?;
        let genesis: Option<H256> = rpc
            .request("chain_getBlockHash", rpc_params![0])
            .await
            .map_err(|e| unreachable(e.to_string()))?;
        let genesis = genesis.ok_or_else(|| unreachable("it has no genesis block".to_owned()))?;
        let version: Version = rpc
            .request("state_getRuntimeVersion", rpc_params![])
            .await
            .map_err(|e| unreachable(e.to_string()))?;
        if version.spec_name != SPEC_NAME {
            return Err(Error::OtherChain {
                endpoint: endpoint.to_owned(),
                found: version.to_string(),
                wanted: SPEC_NAME.to_owned(),
            });
        }
        Ok(Self {
            rpc,
            genesis,
            metadata: tokio::sync::Mutex::default(),
        })
    }
}

impl Client {
    /// Connects to `ws://HOST:PORT` and asks which chain it is.
    ///
    /// # Errors
    /// [`Error::Unreachable`], and [`Error::OtherChain`] if a runtime of another name answers.
    pub async fn connect(endpoint: &str) -> Result<Self> {
        Ok(Self(Arc::new(Inner {
            endpoint: endpoint.to_owned(),
            session: RwLock::new(Arc::new(Session::dial(endpoint).await?)),
            dialling: tokio::sync::Mutex::default(),
        })))
    }

    /// The connection as it is, broken or not.
    fn session(&self) -> Arc<Session> {
        // A poisoned lock holds a connection that is as good as before.
        self.0.session.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The connection; if it broke, a new one.
    async fn connected(&self) -> Result<Arc<Session>> {
        if self.session().rpc.is_connected() {
            return Ok(self.session());
        }
        let _turn = self.0.dialling.lock().await;
        if self.session().rpc.is_connected() {
            return Ok(self.session());
        }
        let dial = || Session::dial(&self.0.endpoint);
        let session = dial
            .retry(again())
            .when(|e| matches!(e, Error::Unreachable { .. }))
            .await?;
        let session = Arc::new(session);
        *self.0.session.write().unwrap_or_else(PoisonError::into_inner) = session.clone();
        Ok(session)
    }

    /// What was dialled.
    pub fn endpoint(&self) -> &str {
        &self.0.endpoint
    }

    /// Hash of block 0.
    pub fn genesis(&self) -> H256 {
        self.session().genesis
    }

    /// Name and version of the chain's rules.
    ///
    /// # Errors
    /// As [`Self::request`].
    pub async fn runtime(&self) -> Result<String> {
        Ok(self.version(None).await?.to_string())
    }

    async fn version(&self, block: Option<H256>) -> Result<Version> {
        self.request("state_getRuntimeVersion", rpc_params![block]).await
    }

    /// What the chain says of itself after a block, or after the best one. Fetched once for each version of the rules.
    pub(crate) async fn metadata_at(&self, block: Option<H256>) -> Result<Arc<Metadata>> {
        let version = self.version(block).await?;
        let session = self.session();
        // Others wait here for the first who asks, instead of asking too.
        let mut known = session.metadata.lock().await;
        if let Some(metadata) = known.get(&version.spec_version) {
            return Ok(metadata.clone());
        }
        let asked = Bytes(METADATA_VERSION.encode());
        let answer: Result<Bytes> = self
            .request("state_call", rpc_params!["Metadata_metadata_at_version", asked, block])
            .await;
        let newer = match answer {
            Ok(answer) => decode::<Option<Vec<u8>>>("Metadata_metadata_at_version", &answer.0)?,
            // A runtime of before there were versions of metadata.
            Err(Error::Rpc { .. }) => None,
            Err(error) => return Err(error),
        };
        let blob = match newer {
            Some(blob) => blob,
            None => {
                let blob: Bytes = self.request("state_getMetadata", rpc_params![block]).await?;
                blob.0
            }
        };
        let metadata = Arc::new(Metadata::decode(&blob, version)?);
        known.insert(metadata.version.spec_version, metadata.clone());
        while known.len() > VERSIONS_MAX {
            known.pop_first();
        }
        Ok(metadata)
    }

    /// Any request. `params` are positional (`jsonrpsee::rpc_params!`).
    ///
    /// # Errors
    /// [`Error::Rpc`] if the node refuses, [`Error::Disconnected`] if it does not answer, [`Error::Unreachable`] if the
    /// connection broke before and cannot be made anew.
    pub async fn request<R: DeserializeOwned>(&self, method: &str, params: ArrayParams) -> Result<R> {
        let asked = self.connected().await?;
        let answer = asked.rpc.request(method, params).await;
        answer.map_err(|e| self.rpc_error(method, e))
    }

    /// Whether the chain makes blocks only when it is told to. Only a development chain says so.
    pub async fn makes_blocks_on_demand(&self) -> bool {
        let mode: Result<serde_json::Value> = self.request("dev_mining", ArrayParams::new()).await;
        mode.is_ok_and(|mode| mode == "onDemand")
    }

    /// Any subscription.
    ///
    /// # Errors
    /// As [`Self::request`].
    pub async fn subscribe<N: DeserializeOwned>(
        &self,
        method: &str,
        params: ArrayParams,
        unsubscribe: &str,
    ) -> Result<Subscription<N>> {
        let asked = self.connected().await?;
        let subscribed = asked.rpc.subscribe(method, params, unsubscribe).await;
        subscribed.map_err(|e| self.rpc_error(method, e))
    }

    pub(crate) fn disconnected(&self, reason: impl Into<String>) -> Error {
        Error::Disconnected {
            endpoint: self.0.endpoint.clone(),
            reason: reason.into(),
        }
    }

    fn rpc_error(&self, method: &str, error: ClientError) -> Error {
        match error {
            ClientError::Call(answer) => Error::Rpc {
                method: method.to_owned(),
                code: answer.code(),
                message: visible(answer.message()).into_owned(),
                data: answer.data().map(|raw| {
                    let text = raw.get();
                    let text = serde_json::from_str::<String>(text).unwrap_or_else(|_| text.to_owned());
                    visible(&text).into_owned()
                }),
            },
            ClientError::ParseError(e) => Error::Undecodable {
                what: method.to_owned(),
                reason: e.to_string(),
            },
            other => self.disconnected(first_line(&other.to_string())),
        }
    }

    /// The name the node gives its chain.
    ///
    /// # Errors
    /// As [`Self::request`].
    pub async fn chain_name(&self) -> Result<String> {
        self.request("system_chain", rpc_params![]).await
    }

    /// Hash of the best block.
    ///
    /// # Errors
    /// As [`Self::request`].
    pub async fn best(&self) -> Result<H256> {
        self.request("chain_getBlockHash", rpc_params![]).await
    }

    /// Hash of the newest block that cannot be undone.
    ///
    /// # Errors
    /// As [`Self::request`].
    pub async fn finalized(&self) -> Result<H256> {
        self.request("chain_getFinalizedHead", rpc_params![]).await
    }

    /// Hash of a block by height; `None` if it is in the future.
    ///
    /// # Errors
    /// As [`Self::request`].
    pub async fn block_hash(&self, number: u32) -> Result<Option<H256>> {
        self.request("chain_getBlockHash", rpc_params![number]).await
    }

    /// A block's header.
    ///
    /// # Errors
    /// As [`Self::request`]; [`Error::Undecodable`] if there is no such block.
    pub async fn header(&self, block: H256) -> Result<Header> {
        let header: Option<WireHeader> = self.request("chain_getHeader", rpc_params![block]).await?;
        header.ok_or_else(|| no_block(block))?.try_into()
    }

    /// A block's height and its extrinsics, each with its length prefix.
    ///
    /// # Errors
    /// As [`Self::header`].
    pub async fn block(&self, block: H256) -> Result<(u32, Vec<Vec<u8>>)> {
        let found: Option<SignedBlock> = self.request("chain_getBlock", rpc_params![block]).await?;
        let found = found.ok_or_else(|| no_block(block))?.block;
        Ok((
            Header::try_from(found.header)?.number,
            found.extrinsics.into_iter().map(|bytes| bytes.0).collect(),
        ))
    }

    /// A constant of a pallet, by the rules after the best block.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Shape`], else as [`Self::request`].
    pub async fn constant<T: Decode + TypeInfo + 'static>(&self, pallet: &str, name: &str) -> Result<T> {
        self.metadata_at(None).await?.constant(pallet, name)
    }

    /// Headers of new best blocks as they come.
    ///
    /// # Errors
    /// As [`Self::request`].
    pub async fn follow(&self) -> Result<Heads> {
        let heads = self
            .subscribe("chain_subscribeNewHeads", rpc_params![], "chain_unsubscribeNewHeads")
            .await?;
        Ok(Heads {
            client: self.clone(),
            heads,
        })
    }

    /// The nonce for an account's next transaction, what waits in the pool counted.
    ///
    /// # Errors
    /// As [`Self::request`].
    pub async fn next_nonce(&self, account: &AccountId32) -> Result<u32> {
        self.request("account_nextIndex", rpc_params![address(account)]).await
    }
}

/// A stream of headers.
pub struct Heads {
    client: Client,
    heads: Subscription<WireHeader>,
}

impl Heads {
    /// The next header. Never returns before there is one.
    ///
    /// # Errors
    /// [`Error::Disconnected`] once the connection is gone.
    pub async fn next(&mut self) -> Result<Header> {
        match self.heads.next().await {
            Some(Ok(header)) => header.try_into(),
            Some(Err(e)) => Err(Error::Undecodable {
                what: "a new head".to_owned(),
                reason: e.to_string(),
            }),
            None => Err(self.client.disconnected("the chain ended the subscription")),
        }
    }
}

fn no_block(block: H256) -> Error {
    Error::Undecodable {
        what: format!("block {block:?}"),
        reason: "the chain has no such block".to_owned(),
    }
}

/// Decodes an answer to the last byte it needs.
pub(crate) fn decode<T: Decode>(what: &str, mut bytes: &[u8]) -> Result<T> {
    T::decode(&mut bytes).map_err(|e| Error::Undecodable {
        what: what.to_owned(),
        reason: e.to_string(),
    })
}

fn first_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    visible(line.trim_end_matches(['.', ':'])).into_owned()
}

/// The innermost reason: "connection refused" says more than "transport error".
fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    first_line(&cause.to_string())
}
