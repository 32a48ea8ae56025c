//! A notice board: files that a neuron shows to everybody by its axon, such as a validator's verdicts.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use parking_lot::RwLock;
use tokio_util::sync::CancellationToken;

use crate::{
    Chain, Identity, NeuronError,
    handler::{Answer, Call, Handler, Refusal},
    miner::{MinerOptions, Worker, run_miner},
};

/// Where a validator's verdicts are, at `/public/` of its axon; and signed, on request.
pub const VERDICTS: &str = "verdicts.json";

/// The files, by path.
#[derive(Default)]
pub struct Board(RwLock<BTreeMap<String, Bytes>>);

impl Board {
    /// Shows a file, instead of an earlier one at that path.
    pub fn put(&self, path: impl Into<String>, file: impl Into<Bytes>) {
        self.0.write().insert(path.into(), file.into());
    }

    fn get(&self, path: &str) -> Option<Bytes> {
        self.0.read().get(path).cloned()
    }
}

#[async_trait]
impl Handler for Board {
    async fn handle(&self, call: Call) -> Result<Answer, Refusal> {
        let file = self.get(&call.route);
        file.map(Answer::Whole)
            .ok_or_else(|| Refusal::not_found("there is no such file on this board"))
    }

    fn public(&self, path: &str) -> Option<Bytes> {
        self.get(path)
    }
}

/// Hangs a board out on an axon, announces it, and keeps it up until cancelled. Returns where it is, and the work.
///
/// # Errors
/// Those of [`run_miner`].
pub async fn run_board(
    board: Arc<Board>,
    options: MinerOptions,
    chain: Arc<dyn Chain>,
    identity: Identity,
    cancel: CancellationToken,
) -> Result<(SocketAddr, impl Future<Output = Result<(), NeuronError>> + Send), NeuronError> {
    run_miner(Keeper(board), options, chain, identity, cancel).await
}

struct Keeper(Arc<Board>);

#[async_trait]
impl Worker for Keeper {
    fn handler(&self) -> Arc<dyn Handler> {
        self.0.clone()
    }

    async fn step(&mut self) -> Result<Duration, NeuronError> {
        Ok(Duration::from_secs(3600))
    }
}
