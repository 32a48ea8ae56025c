//! The handle of an embedded chain.

mod dev;
mod produce;
mod read;
mod submit;

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use parking_lot::{Mutex, RwLock};
use sp_core::H256;
use sp_runtime::AccountId32;
use tokio::sync::mpsc;

use produce::Produced;
pub use read::{At, Block};

use crate::{
    Config, Database, Error, Mining,
    chain::{Chain, Head},
    clock::BlockClock,
    db::Db,
    genesis,
    mining::Miner,
    pool::Pool,
    state::Past,
};

/// Heads that a subscriber may be behind before it is dropped.
const HEADS_MAX: usize = 1 << 16;

/// An embedded chain. A cheap handle: clones share the chain, all methods take `&self` and may be called from any
/// thread, and the chain ends with its last handle. Methods block (they run the runtime or wait for the disk), so
/// asynchronous callers use a blocking thread.
#[derive(Clone)]
pub struct Devnet {
    inner: Arc<Inner>,
}

/// What is behind the handles. Locks are taken in the order of the fields.
struct Inner {
    /// Held by whoever changes the chain or the pool.
    producer: Mutex<Producer>,
    chain: RwLock<Chain>,
    /// Old states that were read lately, by step, the latest last.
    past: Mutex<VecDeque<(u64, Arc<Mutex<Past>>)>>,
    heads: Mutex<Vec<mpsc::Sender<Arc<Head>>>>,
    db: Db,
    miner: Miner,
}

struct Producer {
    pool: Pool,
    /// Blocks that nobody was told of yet, because they are not known to be on the disk.
    untold: VecDeque<Produced>,
    /// The force that is under way, with the last step before it.
    force: Option<(u64, u64)>,
    clock: BlockClock,
    /// Number of the next transaction that comes.
    next_arrival: u64,
    impersonated: BTreeSet<AccountId32>,
    snapshots: Vec<Snapshot>,
    next_snapshot: u64,
}

/// A point to go back to.
#[derive(Clone, Copy, Debug, codec::Encode, codec::Decode)]
struct Snapshot {
    id: u64,
    step: u64,
}

impl Devnet {
    /// Starts a chain: goes on where the database stands, or begins one.
    ///
    /// # Errors
    /// Those of the genesis configuration and of the database: another genesis, in use, unreadable, no room. A
    /// database that cannot be opened is left as it is.
    pub fn new(config: Config) -> Result<Self, Error> {
        let (source, fingerprint) = genesis::source(&config.genesis)?;
        let db = match Db::open(&config.database)? {
            Some(db) => db,
            None => {
                let (base, state) = genesis::build(source, fingerprint)?;
                Db::create(&config.database, &base, &state)?
            }
        };
        let loaded = db.settled().load()?;
        if let Database::File(path) = &config.database
            && loaded.base.fingerprint != fingerprint
        {
            return Err(Error::OtherGenesis { path: path.clone() });
        }
        let chain = Chain::new(loaded, &db)?;
        let mut snapshots: Vec<Snapshot> = db.settled().meta("snapshots")?.unwrap_or_default();
        // A crash between a revert and its note leaves snapshots of steps that are gone.
        snapshots.retain(|snapshot| snapshot.step <= chain.step);
        db.settled().set_meta("snapshots", &snapshots)?;
        let producer = Producer {
            pool: Pool::default(),
            untold: VecDeque::new(),
            force: None,
            clock: BlockClock::new(config.clock),
            next_arrival: 0,
            impersonated: db
                .settled()
                .meta::<Vec<AccountId32>>("impersonated")?
                .unwrap_or_default()
                .into_iter()
                .collect(),
            next_snapshot: db.settled().meta("next snapshot")?.unwrap_or(1),
            snapshots,
        };
        let inner = Arc::new(Inner {
            producer: Mutex::new(producer),
            chain: RwLock::new(chain),
            past: Mutex::default(),
            heads: Mutex::default(),
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
    fn guard<R>(&self, change: impl FnOnce() -> Result<R, Error>) -> Result<R, Error> {
        let result = change();
        if result.is_err() && self.db.failure().borrow().is_some() {
            self.chain.write().forget_unkept();
            self.past.lock().clear();
        }
        result
    }

    fn announce(&self, head: &Arc<Head>) {
        self.heads
            .lock()
            .retain(|subscriber| subscriber.try_send(head.clone()).is_ok());
    }
}
