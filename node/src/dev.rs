//! A chain of one node that makes blocks without consensus: for each transaction, when asked to, or by the clock.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures::{
    SinkExt, StreamExt,
    channel::{mpsc, oneshot},
};
use jsonrpsee::{Extensions, core::RpcResult, proc_macros::rpc, types::ErrorObjectOwned};
use sc_consensus_aura::SlotDuration;
use sc_consensus_manual_seal::{EngineCommand, ManualSealParams, consensus::aura::AuraConsensusDataProvider};
use sc_rpc_api::check_if_safe;
use sc_service::{TaskManager, error::Error as ServiceError};
use sp_runtime::traits::Block as BlockT;
use substrate_prometheus_endpoint::Registry;

use crate::{
    cli::Seal,
    service::{Block, Client, Pool, SelectChain},
};

type Hash = <Block as BlockT>::Hash;
type Commands = (mpsc::Sender<EngineCommand<Hash>>, mpsc::Receiver<EngineCommand<Hash>>);

/// Blocks that may be asked for at once.
const MOST_BLOCKS: u32 = 100_000;

/// What makes blocks.
pub struct Sealing {
    /// The client.
    pub client: Arc<Client>,
    /// The transaction pool.
    pub pool: Arc<Pool>,
    /// Which fork is followed.
    pub select_chain: SelectChain,
    /// Where it counts.
    pub registry: Option<Registry>,
}

impl Sealing {
    /// Makes blocks as `seal` says.
    ///
    /// # Errors
    /// The runtime does not say how long a slot is.
    pub fn start(self, seal: Seal, (sink, stream): Commands, tasks: &TaskManager) -> Result<(), ServiceError> {
        let env = sc_basic_authorship::ProposerFactory::new(
            tasks.spawn_handle(),
            self.client.clone(),
            self.pool.clone(),
            self.registry.as_ref(),
            None,
        );
        let slot_duration = sc_consensus_aura::slot_duration(&*self.client)?;
        let consensus_data_provider: Option<Box<dyn sc_consensus_manual_seal::ConsensusDataProvider<Block>>> = Some(
            Box::new(AuraConsensusDataProvider::new_with_slot_duration(slot_duration)),
        );
        let clock = Clock::new(slot_duration);
        let create_inherent_data_providers = move |_, ()| {
            let time = clock.next();
            async move { Ok(sp_timestamp::InherentDataProvider::new(time.into())) }
        };
        // Also with instant seal, for those who ask for blocks besides.
        let imported = self.pool.clone();
        let commands: Box<dyn futures::Stream<Item = EngineCommand<Hash>> + Send + Unpin> = match seal {
            Seal::Instant => {
                use sc_transaction_pool_api::TransactionPool;
                let each = imported.import_notification_stream().map(|_| new_block(false, None));
                Box::new(futures::stream::select(each, stream))
            }
            Seal::Manual => Box::new(stream),
            Seal::Timed(ms) => {
                let mut sink = sink;
                tasks.spawn_essential_handle().spawn("timed-seal", None, async move {
                    let mut ticks = tokio::time::interval(Duration::from_millis(ms));
                    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
                    loop {
                        ticks.tick().await;
                        if sink.send(new_block(true, None)).await.is_err() {
                            break;
                        }
                    }
                });
                Box::new(stream)
            }
        };
        let sealing = sc_consensus_manual_seal::run_manual_seal(ManualSealParams {
            block_import: self.client.clone(),
            env,
            client: self.client,
            pool: self.pool,
            commands_stream: commands,
            select_chain: self.select_chain,
            consensus_data_provider,
            create_inherent_data_providers,
        });
        tasks
            .spawn_essential_handle()
            .spawn_blocking("seal", Some("block-authoring"), sealing);
        Ok(())
    }
}

/// A final block, now.
fn new_block(
    create_empty: bool,
    sender: sc_consensus_manual_seal::rpc::Sender<sc_consensus_manual_seal::rpc::CreatedBlock<Hash>>,
) -> EngineCommand<Hash> {
    EngineCommand::SealNewBlock {
        create_empty,
        finalize: true,
        parent_hash: None,
        sender,
    }
}

/// Gives each block a slot of its own: the present one, or the next that no block has had.
struct Clock {
    slot_ms: u64,
    last: AtomicU64,
}

impl Clock {
    fn new(slot: SlotDuration) -> Self {
        Self {
            slot_ms: slot.as_millis(),
            last: AtomicU64::new(0),
        }
    }

    fn next(&self) -> u64 {
        let now = sp_timestamp::Timestamp::current().as_millis();
        let later = |last: u64| Some(now.max(last.saturating_add(self.slot_ms)));
        let last = self.last.fetch_update(Ordering::SeqCst, Ordering::SeqCst, later);
        last.map_or(now, |last| now.max(last.saturating_add(self.slot_ms)))
    }
}

/// Methods of development chains.
#[rpc(server)]
pub trait DevApi {
    /// Makes so many blocks and returns the hash of the last.
    #[method(name = "dev_advance", with_extensions)]
    async fn advance(&self, blocks: u32) -> RpcResult<Hash>;
}

/// The methods of [`DevApi`].
pub struct Dev {
    seal: mpsc::Sender<EngineCommand<Hash>>,
}

impl Dev {
    /// Asks for blocks there.
    pub fn new(seal: mpsc::Sender<EngineCommand<Hash>>) -> Self {
        Self { seal }
    }
}

#[jsonrpsee::core::async_trait]
impl DevApiServer for Dev {
    async fn advance(&self, extensions: &Extensions, blocks: u32) -> RpcResult<Hash> {
        check_if_safe(extensions)?;
        if blocks == 0 || blocks > MOST_BLOCKS {
            return Err(failed(format!("ask for 1 to {MOST_BLOCKS} blocks")));
        }
        let mut seal = self.seal.clone();
        let mut last = None;
        for _ in 0..blocks {
            let (sender, made) = oneshot::channel();
            seal.send(new_block(true, Some(sender)))
                .await
                .map_err(|_| failed("no more blocks are made"))?;
            let made = made.await.map_err(|_| failed("no more blocks are made"))?;
            last = Some(made.map_err(|error| failed(error.to_string()))?.hash);
        }
        last.ok_or_else(|| failed("no block was made"))
    }
}

fn failed(message: impl Into<String>) -> ErrorObjectOwned {
    ErrorObjectOwned::owned(1, message, None::<()>)
}
