//! Starting a gateway, and what it does until it is told to stop.

use std::{
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use parking_lot::Mutex;
use tokio::{
    net::TcpListener,
    sync::{Notify, watch},
};
use tokio_util::sync::CancellationToken;
use tributary_http::{Limits, Wording};
use tributary_neuron::{Chain, Dendrite, DendriteLimits, Identity, NeuronError};

use super::{
    books::Books,
    channel_lookups::Lookups,
    config::{GatewayConfig, GatewayHandle, GatewayStatus},
    http,
    settlement_pace::Pace,
    state::Gateway,
};
use crate::{meter::Meter, rail::Rail, served_models::Librarian};

/// Between two looks for a newer model.
const MODEL_EVERY: Duration = Duration::from_secs(1);
/// How long the last settlement may take.
const LAST_SETTLEMENT: Duration = Duration::from_secs(30);

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
            "the share of answers that a gateway checks must be from 0 to 1, and it must settle every 1 or more blocks"
                .to_owned(),
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
