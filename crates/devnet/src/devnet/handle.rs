//! The handle of an embedded chain.

use std::{collections::VecDeque, path::Path, sync::Arc};

use parking_lot::{Mutex, RwLock};
use sp_core::H256;
use tokio::sync::mpsc;

use super::{dev_settings::Kept, old_states::OldStates, watcher::Watcher};
use crate::{
    Clock, Config, Database, Error, Genesis, Mining,
    chain::{Chain, Head},
    db::Db,
    genesis,
    mining::Miner,
    pool::{Pool, PoolTransaction},
};

/// Heads that a subscriber may be behind before it is dropped.
const HEADS_MAX: usize = 1 << 16;

/// An embedded chain. A cheap handle: clones share the chain, all methods take `&self` and may be called from any
/// thread, and the chain ends with its last handle. Methods block (they run the runtime or wait for the disk), so
/// asynchronous callers use a blocking thread.
#[derive(Clone)]
pub struct Devnet {
    pub(super) inner: Arc<Inner>,
}

/// What is behind the handles. Locks are taken in the order of the fields.
pub(super) struct Inner {
    /// Held by whoever changes the chain or the pool.
    pub(super) producer: Mutex<Producer>,
    pub(super) chain: RwLock<Chain>,
    pub(super) old_states: OldStates,
    pub(super) heads: Mutex<Vec<mpsc::Sender<Arc<Head>>>>,
    pub(super) watchers: Mutex<Vec<Watcher>>,
    pub(super) db: Db,
    pub(super) miner: Miner,
}

pub(super) struct Producer {
    pub(super) pool: Pool,
    /// Blocks that nobody was told of yet, because they are not known to be on the disk.
    pub(super) untold: VecDeque<Produced>,
    /// The force that is under way, with the last step before it.
    pub(super) force: Option<(u64, u64)>,
    pub(super) clock: Clock,
    /// Number of the next transaction that comes.
    pub(super) next_arrival: u64,
    pub(super) kept: Kept,
    /// Grows when blocks that are being made have to end. Why, for those who asked for them.
    pub(super) era: u64,
    pub(super) ended: &'static str,
}

/// What is to be told once the block is on the disk.
pub(super) struct Produced {
    pub(super) step: u64,
    pub(super) head: Arc<Head>,
    pub(super) included: Vec<(PoolTransaction, u32)>,
}

impl Devnet {
    /// Starts a chain: goes on where the database stands, or begins one.
    ///
    /// # Errors
    /// Those of the genesis configuration and of the database: another genesis, in use, unreadable, no room. A
    /// database that cannot be opened is left as it is.
    pub fn new(config: Config) -> Result<Self, Error> {
        let path = match &config.database {
            Database::File(path) => path,
            Database::Memory => Path::new("memory"),
        };
        let source = genesis::source(&config.genesis)?;
        let fingerprint = source.as_ref().map(|(_, fingerprint)| *fingerprint);
        let db = match (Db::open(&config.database)?, source) {
            (Some(db), _) => db,
            (None, Some((source, fingerprint))) => {
                let (base, state, shift) = genesis::build(source, fingerprint)?;
                Db::create(&config.database, &base, &state, &Kept::new(shift).metas())?
            }
            (None, None) => return Err(Error::NothingStored { path: path.into() }),
        };
        let loaded = db.settled().load()?;
        if fingerprint.is_some_and(|fingerprint| fingerprint != loaded.base.fingerprint) {
            return Err(Error::OtherGenesis { path: path.into() });
        }
        let chain = Chain::new(loaded, &db)?;
        let mut kept = Kept::read(db.settled())?;
        // Older versions wrote a revert and its note one after the other, and may have been killed between the two.
        kept.snapshots.retain(|snapshot| snapshot.step <= chain.step);
        let producer = Producer {
            pool: Pool::default(),
            untold: VecDeque::new(),
            force: None,
            clock: config.clock,
            next_arrival: 0,
            kept,
            era: 0,
            ended: "",
        };
        let inner = Arc::new(Inner {
            producer: Mutex::new(producer),
            chain: RwLock::new(chain),
            old_states: OldStates::default(),
            heads: Mutex::default(),
            watchers: Mutex::default(),
            db,
            miner: Miner::new(config.mining),
        });
        inner.restore_pool()?;
        inner.miner.start(Arc::downgrade(&inner), |inner: &Inner| {
            if let Err(error) = inner.advance(1) {
                tracing::error!(%error, "the timer's block could not be made");
                if inner.db.failure().borrow().is_some() {
                    tracing::error!("no more blocks are made: open the chain again when there is room");
                    inner.miner.set_mode(Mining::OnDemand);
                }
            }
        });
        Ok(Self { inner })
    }

    /// Whether the chain was made from this: the same configuration to the byte, or the same file.
    ///
    /// # Errors
    /// Those of the genesis configuration.
    pub fn is_made_from(&self, genesis: &Genesis) -> Result<bool, Error> {
        let source = genesis::source(genesis)?;
        let made_from = self.inner.chain.read().base.fingerprint;
        Ok(source.is_none_or(|(_, fingerprint)| fingerprint == made_from))
    }

    /// The best block, which is final too.
    pub fn head(&self) -> Arc<Head> {
        self.inner.chain.read().head.clone()
    }

    /// Hash of block 0; transactions are signed for it.
    pub fn genesis_hash(&self) -> H256 {
        self.inner.chain.read().base.genesis_hash
    }

    /// Hash of the newest state. It is the state root of the best header as long as nothing was written from outside
    /// since.
    pub fn state_hash(&self) -> H256 {
        self.inner.chain.read().commitment.root()
    }

    /// How many keys the newest state has, and their bytes with the values.
    pub fn state_size(&self) -> (usize, usize) {
        let chain = self.inner.chain.read();
        (chain.state.len(), chain.state.bytes())
    }

    /// Waits until the chain stops by itself, and says why: a write to its database failed. Nothing that was not kept
    /// is acknowledged, no more blocks are made and no transactions taken; opened again, the chain goes on from what
    /// was acknowledged last.
    pub async fn stopped(&self) -> Error {
        let mut failure = self.inner.db.failure();
        let reason = match failure.wait_for(Option::is_some).await {
            Ok(reason) => reason.as_deref().unwrap_or_default().to_owned(),
            Err(_) => "it was closed".into(),
        };
        Error::Stopped(reason)
    }

    /// Every new best block, once it is on the disk. After a revert the block that it went back to comes next. A
    /// receiver that falls 65,536 blocks behind is closed.
    pub fn subscribe_heads(&self) -> mpsc::Receiver<Arc<Head>> {
        let (sender, receiver) = mpsc::channel(HEADS_MAX);
        self.inner.heads.lock().push(sender);
        receiver
    }
}

impl Inner {
    /// Runs `change`. If the database has failed after it, the chain goes back to what is on the disk.
    pub(super) fn guard<R>(&self, change: impl FnOnce() -> Result<R, Error>) -> Result<R, Error> {
        let result = change();
        if result.is_err() && self.db.failure().borrow().is_some() {
            self.chain.write().forget_unkept();
        }
        result
    }

    pub(super) fn announce(&self, head: &Arc<Head>) {
        self.heads
            .lock()
            .retain(|subscriber| subscriber.try_send(head.clone()).is_ok());
    }
}
