//! Where pulses come from: drand's HTTP relays, and a relay of one's own for development chains.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use serde::de::DeserializeOwned;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tributary_http::Limits;
use tributary_timelock::{Beacon, Info, Pulse, PulseJson, QUICKNET_RELAY, Signer};

use crate::{NeuronError, RelayError, http};

/// Longest time for one question.
const TIME_MAX: Duration = Duration::from_secs(10);
/// Longest answer, in bytes: descriptions and pulses are some hundred.
const ANSWER_BYTES_MAX: usize = 1 << 16;

/// A relay of a beacon's pulses. What it says is checked; it can only keep silent.
#[derive(Clone, Debug)]
pub struct Relay {
    url: String,
    beacon: Beacon,
    client: reqwest::Client,
}

impl Relay {
    /// The relay of drand's quicknet. Nothing is asked yet: the beacon is known.
    pub fn quicknet() -> Self {
        Self::of(QUICKNET_RELAY, Beacon::quicknet())
    }

    /// A relay of a known beacon, at a URL below which `/public/ROUND` is.
    pub fn of(url: &str, beacon: Beacon) -> Self {
        Self {
            url: url.trim_end_matches('/').to_owned(),
            beacon,
            client: client(url),
        }
    }

    /// Asks a relay which beacon's it is. Whoever seals for that beacon trusts that answer.
    ///
    /// # Errors
    /// If it does not answer, or describes no beacon that can open anything.
    pub async fn connect(url: &str) -> Result<Self, RelayError> {
        let url = url.trim_end_matches('/');
        let client = client(url);
        let info: Option<Info> = ask(&client, url, "info").await?;
        let info = info.ok_or_else(|| RelayError::Unreachable {
            url: url.to_owned(),
            reason: "it has no description of a beacon".to_owned(),
        })?;
        let beacon = Beacon::try_from(&info).map_err(|source| RelayError::Untrue {
            url: url.to_owned(),
            source,
        })?;
        Ok(Self {
            url: url.to_owned(),
            beacon,
            client,
        })
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The beacon.
    pub fn beacon(&self) -> &Beacon {
        &self.beacon
    }

    /// The pulse of a round, if it is out.
    ///
    /// # Errors
    /// If the relay does not answer, or with a pulse that is not the beacon's.
    pub async fn pulse(&self, round: u64) -> Result<Option<Pulse>, RelayError> {
        let Some(json) = ask::<PulseJson>(&self.client, &self.url, &format!("public/{round}")).await? else {
            return Ok(None);
        };
        let checked = Pulse::try_from(&json).and_then(|pulse| self.beacon.verify(&pulse).map(|()| pulse));
        match checked {
            Ok(pulse) if pulse.round == round => Ok(Some(pulse)),
            Ok(_) => Err(RelayError::Unreachable {
                url: self.url.clone(),
                reason: format!("asked for round {round}, it gives another"),
            }),
            Err(source) => Err(RelayError::Untrue {
                url: self.url.clone(),
                source,
            }),
        }
    }
}

fn client(url: &str) -> reqwest::Client {
    http::at(url)
        .timeout(TIME_MAX)
        .build()
        .expect("a client with a time limit needs nothing of the system")
}

/// `None` if there is no such thing, or not yet.
async fn ask<T: DeserializeOwned>(client: &reqwest::Client, url: &str, path: &str) -> Result<Option<T>, RelayError> {
    let fail = |reason: String| RelayError::Unreachable {
        url: url.to_owned(),
        reason,
    };
    let sent = client.get(format!("{url}/{path}")).send().await;
    let answer = sent.map_err(|error| fail(http::reason(error)))?;
    match answer.status() {
        StatusCode::NOT_FOUND | StatusCode::TOO_EARLY => return Ok(None),
        status if !status.is_success() => return Err(fail(format!("it answers {status}"))),
        _ => {}
    }
    let bytes = http::body(answer, ANSWER_BYTES_MAX).await.map_err(fail)?;
    let read = serde_json::from_slice(&bytes).map_err(|error| fail(format!("its answer is none: {error}")))?;
    Ok(Some(read))
}

/// The time that a beacon of one's own goes by, in milliseconds since 1970, which somebody else sets. Its copies go alike.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<AtomicU64>);

impl Clock {
    /// What it shows.
    pub fn now_ms(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Sets it.
    pub fn set_ms(&self, now_ms: u64) {
        self.0.store(now_ms, Ordering::Relaxed);
    }
}

struct Served {
    signer: Signer,
    clock: Clock,
}

/// Serves a beacon of one's own over drand's HTTP interface: `/info`, `/public/ROUND`, `/public/latest`, the same below the
/// beacon's hash, and `/chains`. Rounds are given out when the clock has reached them. Returns where it listens, and the
/// task, which ends when it is cancelled.
///
/// # Errors
/// [`NeuronError::Listen`].
pub async fn serve_beacon(
    signer: Signer,
    clock: Clock,
    listen: SocketAddr,
    cancel: CancellationToken,
) -> Result<(SocketAddr, JoinHandle<()>), NeuronError> {
    let fail = |source| NeuronError::Listen {
        address: listen,
        source,
    };
    let listener = TcpListener::bind(listen).await.map_err(fail)?;
    let address = listener.local_addr().map_err(fail)?;
    let hash = hex::encode(signer.beacon().hash());
    let beacon = Router::new()
        .route("/info", get(info))
        .route("/public/{round}", get(round));
    let router = Router::new()
        .merge(beacon.clone())
        .nest(&format!("/{hash}"), beacon)
        .route("/chains", get(chains))
        .with_state(Arc::new(Served { signer, clock }));
    let name = format!("the beacon on {address}");
    let task = tributary_http::spawn(name, vec![listener], Limits::default(), move |_| router.clone(), cancel);
    Ok((address, task))
}

async fn info(State(served): State<Arc<Served>>) -> Json<Info> {
    Json(served.signer.beacon().info())
}

async fn chains(State(served): State<Arc<Served>>) -> Json<[String; 1]> {
    Json([hex::encode(served.signer.beacon().hash())])
}

async fn round(State(served): State<Arc<Served>>, Path(wanted): Path<String>) -> Response {
    let latest = served.signer.beacon().round_at_ms(served.clock.now_ms());
    let round = match wanted.as_str() {
        "latest" => latest,
        digits => match digits.parse() {
            Ok(round) => round,
            Err(_) => return (StatusCode::BAD_REQUEST, "a round is a number, or latest").into_response(),
        },
    };
    if round == 0 {
        return (StatusCode::NOT_FOUND, "rounds begin with 1").into_response();
    }
    if round > latest {
        return (StatusCode::TOO_EARLY, "that round is not out yet").into_response();
    }
    Json(PulseJson::from(&served.signer.pulse(round))).into_response()
}
