//! The gateway: sells what the miners serve. It lets in what is paid for, picks a miner, passes the answer on, counts,
//! and settles on the chain.

mod admit;
mod attend;
mod books;
mod form;
mod http;
mod job;
mod lookups;
mod pace;
mod refused;
mod room;
mod routes;
mod settle;
mod store;

use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use tokio::{
    net::TcpListener,
    sync::{Notify, watch},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;
use tributary_http::{Limits, Wording};
use tributary_neuron::{Chain, Dendrite, DendriteLimits, Identity, NeuronError, Reach};

use crate::{
    library::{Librarian, Library},
    meter::{Meter, Price},
    rail::Rail,
    rules::Rules,
};
use books::Books;
pub use http::{Offer, SentVoucher};
use lookups::Lookups;
use pace::Pace;
pub use routes::RouteView;
use routes::Routes;

/// Between two looks for a newer model.
const MODEL_EVERY: Duration = Duration::from_secs(1);
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
    /// Which addresses of miners it calls.
    pub reach: Reach,
    /// What it asks.
    pub price: Price,
    /// Rao of use beyond vouchers that it grants each payer.
    pub credit: u64,
    /// Least rao from one voucher to the next, as each is written to disk. One that pays for all that is used, or that a
    /// request waits for, may be for less.
    pub voucher_step: u64,
    /// How long a request may wait for a voucher.
    pub patience: Duration,
    /// Blocks between two settlements.
    pub settle_every_blocks: u64,
    /// Rao that a settlement must bring at a regular turn, so that it is worth its fee; less waits for more, and is settled
    /// when it must be.
    pub settle_min: u64,
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
    /// Owed by accounts for the use of channels that are closed.
    #[serde(default)]
    pub debts: u64,
    /// Those accounts.
    #[serde(default)]
    pub debtors: u64,
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
    let folder = config.state_folder.as_deref();
    let meter = Meter::new(rail.genesis(), config.price, config.credit).with_voucher_step(config.voucher_step);
    let books = Books::open(folder, meter).map_err(|error| {
        fatal(&format_args!(
            "cannot keep vouchers, or read those that are kept: {error}"
        ))
    })?;
    let fail = |source| NeuronError::Listen {
        address: config.listen,
        source,
    };
    let listener = TcpListener::bind(config.listen).await.map_err(fail)?;
    let address = listener.local_addr().map_err(fail)?;
    let dendrite = || Dendrite::new(identity.clone(), DendriteLimits::within(config.reach));
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
                ..DendriteLimits::within(config.reach)
            },
        ),
        library: librarian.library(),
        books,
        pace: Mutex::new(Pace::new(rail.settlements_per_block())),
        covered: Notify::new(),
        routes: Mutex::default(),
        height: AtomicU64::new(height),
        lookups: Lookups::default(),
        config,
        chain,
        rail,
        identity,
        payee,
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
    librarian: Librarian,
    listener: TcpListener,
    cancel: CancellationToken,
) -> Result<(), NeuronError> {
    let limits = Limits {
        // A request under way may still be charged and covered.
        stop_time_max: gateway.config.rules.deadline(),
        wording: Wording::OpenAi,
        ..Limits::default()
    };
    let name = format!("the gateway on {}", gateway.config.listen);
    let router = http::router(gateway.clone());
    let mut server = tributary_http::spawn(name, vec![listener], limits, move |_| router.clone(), cancel.clone());
    // A task of its own: a round that has begun must come to its end, so that what it paid is known.
    let settling = tokio::spawn({
        let (gateway, cancel) = (gateway.clone(), cancel.child_token());
        async move { gateway.keep_settling(cancel).await }
    });
    tokio::select! {
        biased;
        () = cancel.cancelled() => {}
        ended = &mut server => {
            return Err(NeuronError::Fatal(format!("the gateway's server ended: {ended:?}")));
        }
        () = gateway.keep_looking() => {}
        () = keep_library(librarian) => {}
    }
    // Open requests first, which the server gives their time.
    let _ = server.await;
    let last = async {
        if let Err(error) = settling.await {
            tracing::error!(%error, "the settlement ended by itself");
        }
        gateway.settle_all().await;
    };
    let settled = tokio::time::timeout(LAST_SETTLEMENT, last).await;
    gateway.books.flush().await;
    match settled {
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

async fn keep_library(mut librarian: Librarian) {
    loop {
        if let Err(error) = librarian.refresh().await {
            tracing::debug!(%error, "no newer model");
        }
        tokio::time::sleep(MODEL_EVERY).await;
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
    books: Books,
    /// Told when a voucher, a settlement or freed room may be enough for a request that waits.
    covered: Notify,
    routes: Mutex<Routes>,
    height: AtomicU64,
    pace: Mutex<Pace>,
    /// Questions about unknown channels.
    lookups: Lookups,
    status: watch::Sender<GatewayStatus>,
}

impl Gateway {
    fn height(&self) -> u64 {
        self.height.load(Ordering::Relaxed)
    }

    fn unsettled(&self) -> u64 {
        self.books.meter().tabs().map(|(_, tab)| tab.unsettled()).sum()
    }
}
