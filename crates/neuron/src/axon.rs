//! A neuron's server: takes signed requests over HTTP, answers signed.
//!
//! A request goes through these checks in this order, cheap ones first: headers, receiver, freshness of the nonce,
//! admission of the sender, a nonce above the sender's last, the signature. Only whom they have proved gets a place
//! among the concurrent requests, out of a share of its own, and only then is the body read and held against the hash
//! that was signed. The nonce is used up then, and the sender's rate; the handler sees the rest.
//!
//! What a sender sent last is remembered in memory alone, so a nonce from before the start of an axon is refused: a
//! request that an earlier run has answered cannot be played again.
//!
//! An answer is whole, signed in its headers, or a stream of server-sent events, signed in a comment at its end
//! ([`crate::envelope::TRAILER`]), which other readers of such events pass over.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Extension, Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use futures::{StreamExt as _, stream::BoxStream};
use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tributary_http::{Client, Limits};

use crate::{
    NeuronError,
    envelope::{Envelope, ID, SIGNATURE, TRAILER, now_ns, sha256},
    handler::{Answer, Call, Gate, Handler, Refusal},
    identity::{Hotkey, Identity},
    request_shares::{Share, Shares, Sharing},
    sender_records::{Senders, Turned},
    telemetry,
};

/// Senders without a place who still get one when the others have taken all: as many as a subnet can have.
const FIRST_PLACES: usize = 256;
/// Answers of public files under way at one time, in all and of one address.
const PUBLIC_MAX: usize = 32;
const PUBLIC_EACH_MAX: usize = 8;
/// Bytes of an answer that are handed to the socket at once.
const PIECE_BYTES: usize = 64 << 10;

/// Bounds of an axon.
#[derive(Clone, Debug)]
pub struct AxonLimits {
    /// Largest body of a request.
    pub body_bytes_max: usize,
    /// Requests served at one time; more are turned away with 503, but for the first one of a sender.
    pub concurrent_max: usize,
    /// Requests of one sender served at one time; more are turned away with 503.
    pub per_sender_max: usize,
    /// How old a nonce may be.
    pub nonce_age_max: Duration,
    /// How far a nonce may lie in the future, for clocks that differ.
    pub nonce_ahead_max: Duration,
    /// Requests a second of one sender in the long run.
    pub rate_per_second: f64,
    /// Requests of one sender at once.
    pub burst: f64,
    /// Senders remembered at one time.
    pub senders_max: usize,
    /// Longest time for one request, its upload included; and again as much for a streamed answer.
    pub time_max: Duration,
    /// What it bears of connections.
    pub connections: Limits,
}

impl Default for AxonLimits {
    fn default() -> Self {
        Self {
            body_bytes_max: 1 << 20,
            concurrent_max: 64,
            per_sender_max: 32,
            nonce_age_max: Duration::from_secs(10),
            nonce_ahead_max: Duration::from_secs(5),
            rate_per_second: 20.0,
            burst: 40.0,
            senders_max: 4096,
            time_max: Duration::from_secs(15),
            connections: Limits::default(),
        }
    }
}

/// A running axon. It stops when its cancellation token is cancelled.
pub struct Axon {
    /// Where it listens.
    pub address: SocketAddr,
    /// Ends after the last open request once it is cancelled.
    pub task: JoinHandle<()>,
}

struct Shared {
    identity: Identity,
    label: String,
    limits: AxonLimits,
    gate: Arc<dyn Gate>,
    handler: Arc<dyn Handler>,
    senders: Mutex<Senders>,
    /// Nonces below were not meant for this run.
    started_ns: u64,
    places: Arc<Shares<Hotkey>>,
    public_places: Arc<Shares<Client>>,
}

/// A refusal before the request was known to be genuine; not signed.
struct Unsigned(StatusCode, &'static str, String);

impl Axon {
    /// Starts to listen. `GET /metrics` shows the metrics of the process, `GET /public/PATH` the handler's public files;
    /// every other path is for `POST`.
    ///
    /// # Errors
    /// [`NeuronError::Listen`] if the address is taken or not ours.
    pub async fn spawn(
        identity: Identity,
        listen: SocketAddr,
        handler: Arc<dyn Handler>,
        gate: Arc<dyn Gate>,
        limits: AxonLimits,
        cancel: CancellationToken,
    ) -> Result<Self, NeuronError> {
        telemetry::install();
        let fail = |source| NeuronError::Listen {
            address: listen,
            source,
        };
        let listener = TcpListener::bind(listen).await.map_err(fail)?;
        let address = listener.local_addr().map_err(fail)?;
        let AxonLimits {
            senders_max,
            rate_per_second,
            burst,
            nonce_age_max,
            ..
        } = limits;
        // A nonce is refused as stale only after it lay ahead and then aged.
        let remembered = nonce_age_max + limits.nonce_ahead_max;
        let connections = limits.connections.clone();
        let shared = Arc::new(Shared {
            label: identity.hotkey().to_string(),
            senders: Mutex::new(Senders::new(senders_max, rate_per_second, burst, remembered)),
            started_ns: now_ns(),
            places: Shares::new(Sharing {
                all_max: limits.concurrent_max,
                each_max: limits.per_sender_max,
                first_max: FIRST_PLACES,
            }),
            public_places: Shares::new(Sharing {
                all_max: PUBLIC_MAX,
                each_max: PUBLIC_EACH_MAX,
                first_max: PUBLIC_MAX,
            }),
            identity,
            limits,
            gate,
            handler,
        });
        let router = Router::new()
            .route("/metrics", get(metrics_text))
            .route("/public/{*path}", get(public_file))
            .route("/{*route}", post(answer))
            .with_state(shared);
        tracing::debug!(%address, "axon listens");
        let name = format!("the axon on {address}");
        let task = tributary_http::spawn(name, vec![listener], connections, move |_| router.clone(), cancel);
        Ok(Self { address, task })
    }
}

async fn metrics_text() -> Response {
    match telemetry::render() {
        Some(text) => ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response(),
        None => (
            StatusCode::NOT_FOUND,
            "metrics are recorded by the host of this process",
        )
            .into_response(),
    }
}

async fn public_file(
    State(shared): State<Arc<Shared>>,
    Extension(peer): Extension<tributary_http::Peer>,
    Path(path): Path<String>,
) -> Response {
    let Some(place) = shared.public_places.take(peer.client) else {
        return (StatusCode::SERVICE_UNAVAILABLE, "too many requests at once; try again").into_response();
    };
    let Some(bytes) = shared.handler.public(&path) else {
        return (StatusCode::NOT_FOUND, "no such file here").into_response();
    };
    let headers = [(header::CONTENT_TYPE, "application/octet-stream")];
    (headers, in_place(bytes, place)).into_response()
}

/// An answer that keeps a place until its last byte is handed to the socket, as it is in memory until then. How long a
/// slow reader may take for that, the server's limits say.
fn in_place(bytes: Bytes, place: impl Send + 'static) -> Response {
    let length = bytes.len();
    let pieces = futures::stream::unfold((bytes, place), |(mut bytes, place)| async move {
        let piece = bytes.split_to(bytes.len().min(PIECE_BYTES));
        (!piece.is_empty()).then_some((Ok::<_, std::convert::Infallible>(piece), (bytes, place)))
    });
    let mut response = Body::from_stream(pieces).into_response();
    response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    response
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let started = Instant::now();
    let (response, outcome) = match tokio::time::timeout(shared.limits.time_max, shared.admit(request)).await {
        Ok(Ok((response, outcome))) => (response, outcome),
        Ok(Err(Unsigned(status, outcome, message))) => ((status, message).into_response(), outcome),
        Err(_) => (
            (StatusCode::REQUEST_TIMEOUT, "the request took too long").into_response(),
            "timeout",
        ),
    };
    let label = shared.label.clone();
    metrics::counter!("tributary_axon_requests_total", "axon" => label.clone(), "outcome" => outcome).increment(1);
    metrics::histogram!("tributary_axon_request_seconds", "axon" => label).record(started.elapsed().as_secs_f64());
    if outcome != "answered" {
        tracing::debug!(outcome, "axon did not answer");
    }
    response
}

fn refuse(status: StatusCode, outcome: &'static str, message: &str) -> Unsigned {
    Unsigned(status, outcome, message.to_owned())
}

fn turned_away(turned: Turned) -> Unsigned {
    match turned {
        Turned::Replayed => refuse(StatusCode::CONFLICT, "replayed", "the nonce is not above the last one"),
        Turned::TooFast => refuse(
            StatusCode::TOO_MANY_REQUESTS,
            "too fast",
            "too many requests; slow down",
        ),
        Turned::Full => refuse(StatusCode::SERVICE_UNAVAILABLE, "full", "too many callers; try again"),
    }
}

impl Shared {
    async fn admit(&self, request: Request) -> Result<(Response, &'static str), Unsigned> {
        let (parts, body) = request.into_parts();
        let route = parts.uri.path().trim_start_matches('/');
        let envelope = self.prove(route, &parts.headers)?;
        let place = self.places.take(envelope.sender).ok_or_else(|| {
            refuse(
                StatusCode::SERVICE_UNAVAILABLE,
                "busy",
                "too many requests at once; try again",
            )
        })?;
        let body: Body = body;
        let body = to_bytes(body, self.limits.body_bytes_max).await.map_err(|_| {
            let message = format!("the body is cut short or above {} bytes", self.limits.body_bytes_max);
            Unsigned(StatusCode::PAYLOAD_TOO_LARGE, "oversize", message)
        })?;
        envelope
            .verify_body(&body)
            .map_err(|error| Unsigned(StatusCode::UNAUTHORIZED, "forged", error.to_string()))?;
        self.senders
            .lock()
            .admit(envelope.sender, envelope.nonce, now_ns(), Instant::now())
            .map_err(turned_away)?;
        let call = Call {
            sender: envelope.sender,
            route: route.to_owned(),
            body,
        };
        Ok(match self.handler.handle(call).await {
            Ok(Answer::Whole(bytes)) => (self.signed(&envelope, StatusCode::OK, bytes, Some(place)), "answered"),
            Ok(Answer::Events(events)) => (self.signed_at_the_end(envelope, events, place), "answered"),
            Err(refusal) => {
                let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                (self.signed(&envelope, status, refusal.message.into(), None), "refused")
            }
        })
    }

    /// Who asks, proved by the headers alone.
    fn prove(&self, route: &str, headers: &HeaderMap) -> Result<Envelope, Unsigned> {
        let (envelope, signature) = Envelope::from_headers(headers)
            .map_err(|error| Unsigned(StatusCode::BAD_REQUEST, "malformed", error.to_string()))?;
        if envelope.receiver != self.identity.hotkey() {
            return Err(refuse(
                StatusCode::MISDIRECTED_REQUEST,
                "misdirected",
                "this axon is another hotkey's",
            ));
        }
        let now = now_ns();
        let behind = Duration::from_nanos(now.saturating_sub(envelope.nonce));
        let ahead = Duration::from_nanos(envelope.nonce.saturating_sub(now));
        let stale = if behind > self.limits.nonce_age_max || ahead > self.limits.nonce_ahead_max {
            Some("the nonce is not of this time; check the clocks")
        } else if envelope.nonce < self.started_ns {
            Some("the nonce is from before this axon's start; sign the request again")
        } else {
            None
        };
        if let Some(message) = stale {
            return Err(refuse(StatusCode::UNAUTHORIZED, "stale", message));
        }
        if !self.gate.admits(&envelope.sender) {
            return Err(refuse(
                StatusCode::FORBIDDEN,
                "not admitted",
                "this axon does not serve this hotkey",
            ));
        }
        if self.senders.lock().is_used(&envelope.sender, envelope.nonce) {
            return Err(turned_away(Turned::Replayed));
        }
        envelope
            .verify_signature_of_request(route, &signature)
            .map_err(|error| Unsigned(StatusCode::UNAUTHORIZED, "forged", error.to_string()))?;
        Ok(envelope)
    }

    /// A whole answer, which keeps its place until it is sent.
    fn signed(&self, envelope: &Envelope, status: StatusCode, bytes: Bytes, place: Option<Share<Hotkey>>) -> Response {
        let text = envelope.response_text(status.as_u16(), &sha256(&bytes));
        let signature = hex::encode(self.identity.sign(text.as_bytes()));
        let headers = [(ID, hex::encode(envelope.id)), (SIGNATURE, signature)];
        (status, headers, in_place(bytes, place)).into_response()
    }

    /// A streamed answer: its place stays taken until its end, where the signature follows.
    fn signed_at_the_end(
        &self,
        envelope: Envelope,
        events: BoxStream<'static, Result<Bytes, Refusal>>,
        place: Share<Hotkey>,
    ) -> Response {
        struct Streaming {
            events: Option<BoxStream<'static, Result<Bytes, Refusal>>>,
            hash: Sha256,
            _place: Share<Hotkey>,
        }
        let id = hex::encode(envelope.id);
        let identity = self.identity.clone();
        let deadline = tokio::time::Instant::now() + self.limits.time_max;
        let start = Streaming {
            events: Some(events),
            hash: Sha256::new(),
            _place: place,
        };
        let body = futures::stream::unfold(
            (start, envelope, identity),
            move |(mut now, envelope, identity)| async move {
                let broken = |message: String| Err(std::io::Error::other(message));
                let item = match tokio::time::timeout_at(deadline, now.events.as_mut()?.next()).await {
                    Ok(Some(Ok(bytes))) => {
                        now.hash.update(&bytes);
                        Ok(bytes)
                    }
                    Ok(None) => {
                        now.events = None;
                        let text = envelope.response_text(StatusCode::OK.as_u16(), &now.hash.finalize_reset().into());
                        let signature = hex::encode(identity.sign(text.as_bytes()));
                        Ok(Bytes::from(format!("{TRAILER}{signature}\n\n")))
                    }
                    Ok(Some(Err(refusal))) => {
                        now.events = None;
                        broken(refusal.message)
                    }
                    Err(_) => {
                        now.events = None;
                        broken("the answer took too long".to_owned())
                    }
                };
                Some((item, (now, envelope, identity)))
            },
        );
        let headers = [(ID, id), ("content-type", "text/event-stream".to_owned())];
        (StatusCode::OK, headers, Body::from_stream(body)).into_response()
    }
}
