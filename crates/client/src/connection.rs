//! The connection: JSON-RPC over WebSocket, and what every user of it asks for (`docs/rules/clients.md#methods`).

use std::{sync::Arc, time::Duration};

use codec::Decode;
use jsonrpsee::{
    core::{
        ClientError,
        client::{ClientT, Subscription, SubscriptionClientT},
        params::ArrayParams,
    },
    rpc_params,
    ws_client::{WsClient, WsClientBuilder},
};
use serde::{Deserialize, de::DeserializeOwned};
use sp_core::{Bytes, H256, crypto::AccountId32};
use tokio::sync::OnceCell;

use crate::{Error, Result, View, dispatch::ErrorNames, keys::address, visible};

/// Where a local chain listens.
pub const DEFAULT_ENDPOINT: &str = "ws://127.0.0.1:9944";

const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const ANSWER_BYTES_MAX: u32 = 256 << 20;

/// A connection to a chain. Cheap to clone; all clones share one socket.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    rpc: WsClient,
    endpoint: String,
    genesis: H256,
    spec_name: String,
    spec_version: u32,
    transaction_version: u32,
    error_names: OnceCell<ErrorNames>,
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

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    spec_name: String,
    spec_version: u32,
    transaction_version: u32,
}

impl Client {
    /// Connects to `ws://HOST:PORT` and asks which chain it is.
    ///
    /// # Errors
    /// [`Error::Unreachable`], and [`Error::OtherChain`] if another runtime than this crate's answers.
    pub async fn connect(endpoint: &str) -> Result<Self> {
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
        let ours = tributary_runtime::VERSION;
        if version.spec_name != *ours.spec_name {
            return Err(Error::OtherChain {
                endpoint: endpoint.to_owned(),
                found: format!("{} {}", visible(&version.spec_name), version.spec_version),
                wanted: format!("{} {}", ours.spec_name, ours.spec_version),
            });
        }
        Ok(Self(Arc::new(Inner {
            rpc,
            endpoint: endpoint.to_owned(),
            genesis,
            spec_name: version.spec_name,
            spec_version: version.spec_version,
            transaction_version: version.transaction_version,
            error_names: OnceCell::new(),
        })))
    }

    /// Whether the connection still stands. A broken one does not heal: connect again.
    pub fn is_connected(&self) -> bool {
        self.0.rpc.is_connected()
    }

    /// What was dialled.
    pub fn endpoint(&self) -> &str {
        &self.0.endpoint
    }

    /// Hash of block 0.
    pub fn genesis(&self) -> H256 {
        self.0.genesis
    }

    /// Name of the chain's runtime.
    pub fn spec_name(&self) -> &str {
        &self.0.spec_name
    }

    /// Version of the chain's rules.
    pub fn spec_version(&self) -> u32 {
        self.0.spec_version
    }

    /// Version of the transaction format.
    pub fn transaction_version(&self) -> u32 {
        self.0.transaction_version
    }

    /// Any request. `params` are positional (`jsonrpsee::rpc_params!`).
    ///
    /// # Errors
    /// [`Error::Rpc`] if the node refuses, [`Error::Disconnected`] if it does not answer.
    pub async fn request<R: DeserializeOwned>(&self, method: &str, params: ArrayParams) -> Result<R> {
        self.0
            .rpc
            .request(method, params)
            .await
            .map_err(|e| self.rpc_error(method, e))
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
        self.0
            .rpc
            .subscribe(method, params, unsubscribe)
            .await
            .map_err(|e| self.rpc_error(method, e))
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

    /// The state after a block.
    pub fn at(&self, block: H256) -> View<'_> {
        View::new(self, block)
    }

    /// The state after the best block.
    ///
    /// # Errors
    /// As [`Self::request`].
    pub async fn at_best(&self) -> Result<View<'_>> {
        Ok(self.at(self.best().await?))
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

    /// The names of the chain's errors, from its metadata; fetched once.
    pub(crate) async fn error_names(&self) -> Result<&ErrorNames> {
        self.0
            .error_names
            .get_or_try_init(|| async {
                let metadata: Bytes = self.request("state_getMetadata", rpc_params![]).await?;
                ErrorNames::decode(&metadata.0)
            })
            .await
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
