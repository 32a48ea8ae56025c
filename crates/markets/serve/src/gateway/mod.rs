//! The gateway: sells what the miners serve. It lets in what is paid for, picks a miner, passes the answer on, counts,
//! and settles on the chain.

mod http;
mod job;
mod refused;
mod room;
mod routes;
mod store;

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::{
    net::TcpListener,
    sync::{Notify, watch},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;
use tributary_http::Limits;
use tributary_neuron::{Chain, Dendrite, DendriteLimits, Identity, NeuronError};

use crate::{
    api::Usage,
    library::{Librarian, Library},
    meter::{Meter, Price, Statement, Uncovered},
    rail::{Channel, Rail, Voucher},
    rules::Rules,
};
pub use http::{Offer, SentVoucher};
use refused::Refused;
use room::Room;
pub use routes::RouteView;
use routes::Routes;
use store::Store;

/// Between two looks at the height of the chain.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Looks between two readings of who mines and how channels stand.
const LOOKS_PER_READING: u64 = 4;
/// A channel that may be closed within so many blocks is not served any more, and settled at once.
const EXPIRY_MARGIN_BLOCKS: u64 = 30;
/// How long the last settlement may take.
const LAST_SETTLEMENT: Duration = Duration::from_secs(30);

/// What a gateway is started with.
#[derive(Clone, Debug)]
pub struct GatewayConfig {
    /// The serve subnet.
    pub netuid: u16,
    /// The market's hyperparameters.
    pub rules: Rules,
    /// Where customers reach it.
    pub listen: SocketAddr,
    /// What it asks.
    pub price: Price,
    /// Rao of use beyond vouchers that it grants each payer.
    pub credit: u64,
    /// How long a request may wait for a voucher.
    pub patience: Duration,
    /// Blocks between two settlements.
    pub settle_every_blocks: u64,
    /// Part of the answers that it checks by running the model itself, 0 to 1.
    pub audit_share: f64,
    /// Where vouchers and counts are kept, and models. Without it they are gone with the process.
    pub state_folder: Option<PathBuf>,
}

/// What a gateway shows. Amounts in rao.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GatewayStatus {
    /// The model that it sells.
    pub model: Option<String>,
    /// Requests answered.
    pub requests: u64,
    /// Requests that no miner answered.
    pub failed: u64,
    /// Times that another miner had to take over.
    pub retries: u64,
    /// Requests that were not let in for want of a voucher.
    pub uncovered: u64,
    /// Tokens read.
    pub prompt_tokens: u64,
    /// Tokens made.
    pub completion_tokens: u64,
    /// Charged since it started.
    pub charged: u64,
    /// Signed for and not settled.
    pub unsettled: u64,
    /// Settled since it started, tribute included.
    pub settled: u64,
    /// The part of that which went into the subnet's reservoir.
    pub tribute: u64,
    /// The miners.
    pub routes: Vec<RouteView>,
}

/// A running gateway. Dropping the handle does not stop it; its cancellation token does.
pub struct GatewayHandle {
    /// Its figures as they change.
    pub status: watch::Receiver<GatewayStatus>,
    /// Where it listens.
    pub address: SocketAddr,
    /// Ends when cancelled, after open requests were answered and everything was settled.
    pub task: JoinHandle<Result<(), NeuronError>>,
}

/// Starts a gateway and returns when it listens. `identity` is a hotkey of the subnet, by which miners know it;
/// `payee` is paid, and signs settlements.
///
/// # Errors
/// If the configuration makes no sense, the address is taken, or what an earlier run kept cannot be read.
pub async fn spawn_gateway(
    config: GatewayConfig,
    chain: Arc<dyn Chain>,
    rail: Arc<dyn Rail>,
    identity: Identity,
    payee: Identity,
    cancel: CancellationToken,
) -> Result<GatewayHandle, NeuronError> {
    let fatal = |error: &dyn std::fmt::Display| NeuronError::Fatal(error.to_string());
    config.rules.validate().map_err(|error| fatal(&error))?;
    if !(0.0..=1.0).contains(&config.audit_share) || config.settle_every_blocks == 0 {
        return Err(NeuronError::Fatal(
            "a gateway checks a part of 0 to 1 of the answers and settles every 1 or more blocks".to_owned(),
        ));
    }
    let store = Store::open(config.state_folder.as_deref());
    let store = store.map_err(|error| fatal(&format_args!("cannot keep vouchers: {error}")))?;
    let mut meter = Meter::new(rail.genesis(), config.price, config.credit);
    let kept = store.read();
    for (id, tab) in kept.map_err(|error| fatal(&format_args!("cannot read the kept vouchers: {error}")))? {
        meter.put(id, tab);
    }
    let fail = |source| NeuronError::Listen {
        address: config.listen,
        source,
    };
    let listener = TcpListener::bind(config.listen).await.map_err(fail)?;
    let address = listener.local_addr().map_err(fail)?;
    let dendrite = || Dendrite::new(identity.clone(), DendriteLimits::default());
    let librarian = Librarian::new(
        chain.clone(),
        dendrite(),
        config.rules.clone(),
        config.state_folder.clone(),
    );
    let (status, watch) = watch::channel(GatewayStatus::default());
    let height = rail.height().await?;
    let gateway = Arc::new(Gateway {
        dendrite: Dendrite::new(
            identity.clone(),
            DendriteLimits {
                time_max: config.rules.deadline() * 4,
                concurrent_max: 64,
                ..DendriteLimits::default()
            },
        ),
        library: librarian.library(),
        meter: Mutex::new(meter),
        covered: Notify::new(),
        routes: Mutex::default(),
        height: AtomicU64::new(height),
        asking_chain: tokio::sync::Mutex::new(()),
        config,
        chain,
        rail,
        identity,
        payee,
        store,
        status,
    });
    let task = tokio::spawn(run(gateway, librarian, listener, cancel));
    Ok(GatewayHandle {
        status: watch,
        address,
        task,
    })
}

async fn run(
    gateway: Arc<Gateway>,
    mut librarian: Librarian,
    listener: TcpListener,
    cancel: CancellationToken,
) -> Result<(), NeuronError> {
    let limits = Limits {
        // A request under way may still be charged and covered.
        stop_time_max: gateway.config.rules.deadline(),
        ..Limits::default()
    };
    let name = format!("the gateway on {}", gateway.config.listen);
    let router = http::router(gateway.clone());
    let mut server = tributary_http::spawn(name, vec![listener], limits, move |_| router.clone(), cancel.clone());
    let mut looks = 0u64;
    let mut settled_at = gateway.height();
    loop {
        tokio::select! {
            biased;
            () = cancel.cancelled() => break,
            ended = &mut server => {
                return Err(NeuronError::Fatal(format!("the gateway's server ended: {ended:?}")));
            }
            () = gateway.attend(&mut librarian, looks, &mut settled_at) => {}
        }
        looks += 1;
        tokio::select! {
            () = cancel.cancelled() => break,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
    // Open requests first, which the server gives their time.
    let _ = server.await;
    match tokio::time::timeout(LAST_SETTLEMENT, gateway.settle(|_| true)).await {
        Ok(()) if gateway.unsettled() == 0 => Ok(()),
        _ if gateway.config.state_folder.is_some() => {
            tracing::warn!("{} rao are not settled yet; the vouchers are kept", gateway.unsettled());
            Ok(())
        }
        _ => Err(NeuronError::Fatal(format!(
            "{} rao could not be settled, and there is no state folder to keep the vouchers in",
            gateway.unsettled()
        ))),
    }
}

/// Everything that requests share.
struct Gateway {
    config: GatewayConfig,
    chain: Arc<dyn Chain>,
    rail: Arc<dyn Rail>,
    identity: Identity,
    payee: Identity,
    dendrite: Dendrite,
    library: Arc<Library>,
    meter: Mutex<Meter>,
    /// Told at every voucher.
    covered: Notify,
    routes: Mutex<Routes>,
    height: AtomicU64,
    /// One question about an unknown channel at a time: strangers can make them up.
    asking_chain: tokio::sync::Mutex<()>,
    store: Store,
    status: watch::Sender<GatewayStatus>,
}

impl Gateway {
    fn height(&self) -> u64 {
        self.height.load(Ordering::Relaxed)
    }

    fn unsettled(&self) -> u64 {
        self.meter.lock().tabs().map(|(_, tab)| tab.unsettled()).sum()
    }

    /// One look at the chain, and what follows from it.
    async fn attend(&self, librarian: &mut Librarian, look: u64, settled_at: &mut u64) {
        match self.rail.height().await {
            Ok(height) => self.height.store(height, Ordering::Relaxed),
            Err(error) => return tracing::warn!(%error, "the gateway does not see the chain"),
        }
        if look.is_multiple_of(LOOKS_PER_READING) {
            match self.chain.metagraph(self.config.netuid).await {
                Ok(metagraph) => self.routes.lock().take(&metagraph, &self.identity.hotkey()),
                Err(error) => tracing::warn!(%error, "the gateway does not see the miners"),
            }
            let ids: Vec<u64> = self.meter.lock().tabs().map(|(id, _)| id).collect();
            for id in ids {
                self.sync(id).await;
            }
        }
        if let Err(error) = librarian.refresh().await {
            tracing::debug!(%error, "no newer model");
        }
        let height = self.height();
        if height >= settled_at.saturating_add(self.config.settle_every_blocks) {
            *settled_at = height;
            self.settle(|_| true).await;
        } else {
            self.settle(|channel| !self.is_lasting(channel)).await;
        }
        let (model, routes) = (self.library.newest(), self.routes.lock().views(Instant::now()));
        let unsettled = self.unsettled();
        self.status.send_if_modified(|status| {
            let before = status.clone();
            status.model = model.map(|released| released.id.clone());
            status.routes = routes;
            status.unsettled = unsettled;
            *status != before
        });
    }

    /// Whether a channel stays open long enough to serve by it.
    fn is_lasting(&self, channel: &Channel) -> bool {
        channel.closing.is_none() && channel.expiry > self.height().saturating_add(EXPIRY_MARGIN_BLOCKS)
    }

    /// Looks how a channel stands.
    async fn sync(&self, id: u64) {
        match self.rail.channel(id).await {
            Ok(channel) => {
                self.meter.lock().sync(id, channel);
                if channel.is_none() {
                    self.store.forget(id);
                }
                self.covered.notify_waiters();
            }
            Err(error) => tracing::warn!(%error, id, "the gateway cannot look at a channel"),
        }
    }

    /// Settles the channels that are `due` and have something to settle.
    async fn settle(&self, due: impl Fn(&Channel) -> bool) {
        let vouchers: Vec<Voucher> = {
            let meter = self.meter.lock();
            let owing = meter.tabs().filter(|(_, tab)| tab.unsettled() > 0 && due(&tab.channel));
            owing.filter_map(|(_, tab)| tab.voucher).collect()
        };
        for voucher in vouchers {
            let id = voucher.channel;
            match self.rail.settle(&self.payee, &voucher).await {
                Ok(settled) => {
                    tracing::info!(channel = id, rao = settled.amount, tribute = settled.tribute, "settled");
                    self.status.send_modify(|status| {
                        status.settled += settled.amount;
                        status.tribute += settled.tribute;
                    });
                }
                Err(error) => tracing::warn!(%error, channel = id, "a voucher could not be settled"),
            }
            self.sync(id).await;
        }
    }

    /// Takes a voucher: on disk first, then it counts.
    fn take(&self, voucher: Voucher) -> Result<Statement, Refused> {
        let id = voucher.channel;
        let mut meter = self.meter.lock();
        meter.take(voucher)?;
        if let Some(tab) = meter.tab(id) {
            self.store.write(id, tab, true).map_err(|error| {
                tracing::error!(%error, "a voucher could not be kept");
                Refused::Unwell("the voucher could not be written to disk".to_owned())
            })?;
        }
        self.covered.notify_waiters();
        meter.statement(id).ok_or(Refused::Uncovered(Uncovered::Unknown(id)))
    }

    /// Room for a request, for which a voucher is waited for if need be.
    async fn room(self: &Arc<Self>, id: u64, at_most: Usage) -> Result<Room, Refused> {
        let deadline = tokio::time::Instant::now() + self.config.patience;
        loop {
            let covered = self.covered.notified();
            tokio::pin!(covered);
            // From here on a voucher is noticed, even if it comes before the wait begins.
            covered.as_mut().enable();
            let reserved = self.meter.lock().reserve(id, at_most);
            let uncovered = match reserved {
                Ok(reservation) => {
                    return Ok(Room {
                        gateway: self.clone(),
                        reservation: Some(reservation),
                        id,
                    });
                }
                Err(uncovered) => uncovered,
            };
            let waits = matches!(uncovered, Uncovered::Voucher { .. });
            if !waits || tokio::time::timeout_at(deadline, covered).await.is_err() {
                self.status.send_modify(|status| status.uncovered += 1);
                return Err(uncovered.into());
            }
        }
    }
}
