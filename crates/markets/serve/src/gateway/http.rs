//! What customers see: the OpenAI API, and beside it what their wallets ask.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, Extension, FromRequest as _, Path, Request, State, rejection::BytesRejection},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    middleware::from_fn,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tributary_http::Peer;

use super::{
    dispatch::{Out, Work},
    error_form::{self, Kind, error, in_form},
    refused::Refused,
    state::Gateway,
};
use crate::{
    api::{Answering, BadRequest, DONE, Delivery, Finish, Job, NEWEST, Usage, event, excerpt, read_json},
    credential::Token,
    generation::TextDecoder,
    meter::{Price, Statement, Uncovered},
    rail::Account,
    served_models::{Released, SETTLING},
};

/// Largest body that holds a voucher.
const VOUCHER_BYTES_MAX: usize = 1024;
/// Pieces of an answer that may wait for a slow reader.
const BACKLOG: usize = 16;

/// What a gateway says about itself to wallets. Amounts in rao.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The subnet that it sells for.
    pub netuid: u16,
    /// Whom channels must pay.
    pub payee: Account,
    /// Hash of the chain's first block, in hexadecimal.
    pub genesis: String,
    /// What it asks.
    pub price: Price,
    /// Use beyond vouchers that it grants.
    pub credit: u64,
}

/// A voucher, as a wallet sends it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SentVoucher {
    /// `CHANNEL:RAO:SIGNATURE`.
    pub voucher: String,
}

/// The routes.
pub fn router(gateway: Arc<Gateway>) -> Router {
    let body_bytes_max = 8 * gateway.config.rules.prompt_bytes_max + 16 * 1024;
    Router::new()
        .route("/v1/completions", post(completions))
        .route("/v1/models", get(models))
        .route("/v1/models/{id}", get(model))
        .route("/v1/tributary/offer", get(offer))
        .route("/v1/tributary/status", get(status))
        .route("/v1/tributary/channels/{id}", get(statement))
        .route(
            "/v1/tributary/vouchers",
            post(voucher).layer(DefaultBodyLimit::max(VOUCHER_BYTES_MAX)),
        )
        .method_not_allowed_fallback(other_method)
        .fallback(nothing)
        .layer(DefaultBodyLimit::max(body_bytes_max))
        .layer(from_fn(in_form))
        .with_state(gateway)
}

async fn nothing() -> Response {
    let message = "the routes are /v1/completions and /v1/models";
    error(StatusCode::NOT_FOUND, Kind::Request, "not_found", message, None)
}

async fn other_method(method: Method, uri: Uri) -> Response {
    let message = format!("{} has no {}", excerpt(uri.path()), excerpt(method.as_str()));
    error(
        StatusCode::METHOD_NOT_ALLOWED,
        Kind::Request,
        "method_not_allowed",
        &message,
        None,
    )
}

async fn models(State(gateway): State<Arc<Gateway>>) -> Response {
    Json(gateway.library.list(SETTLING)).into_response()
}

async fn model(State(gateway): State<Arc<Gateway>>, Path(id): Path<String>) -> Result<Response, Refused> {
    let released = gateway.model(&id).ok_or(Refused::Model(id))?;
    Ok(Json(released.card()).into_response())
}

async fn offer(State(gateway): State<Arc<Gateway>>) -> Response {
    Json(Offer {
        netuid: gateway.config.netuid,
        payee: gateway.payee.hotkey(),
        genesis: hex::encode(gateway.rail.genesis()),
        price: gateway.config.price,
        credit: gateway.config.credit,
    })
    .into_response()
}

async fn status(State(gateway): State<Arc<Gateway>>) -> Response {
    Json(gateway.status.borrow().clone()).into_response()
}

async fn statement(
    State(gateway): State<Arc<Gateway>>,
    Extension(peer): Extension<Peer>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Statement>, Refused> {
    let token = gateway.admit(peer.client, &headers).await?;
    let id: u64 = id.parse().map_err(|_| BadRequest {
        param: Some("id".into()),
        message: format!("{:?} is not the number of a channel", excerpt(&id)),
    })?;
    if token.channel != id {
        return Err(Refused::Credential("the credential is for another channel".to_owned()));
    }
    let statement = gateway.books.meter().statement(id);
    statement.map(Json).ok_or(Refused::Uncovered(Uncovered::Unknown(id)))
}

async fn voucher(
    State(gateway): State<Arc<Gateway>>,
    Extension(peer): Extension<Peer>,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Statement>, Response> {
    let body = body.map_err(|error| error.into_response())?;
    let taken = async {
        let sent: SentVoucher = read_json(&body, "voucher")?;
        gateway.take(peer.client, sent.voucher.parse()?).await
    };
    taken.await.map(Json).map_err(|refused| refused.into_response())
}

async fn completions(
    State(gateway): State<Arc<Gateway>>,
    Extension(peer): Extension<Peer>,
    request: Request,
) -> Result<Response, Response> {
    let refuse = |refused: Refused| refused.into_response();
    // Of whoever shows no good credential nothing more is read.
    let token = gateway.admit(peer.client, request.headers()).await.map_err(refuse)?;
    gateway.check_lasting(token.channel).map_err(refuse)?;
    let headers = request.headers().clone();
    // The rejection says why the body could not be read: too large, or broken off.
    let body = Bytes::from_request(request, &()).await;
    let body = body.map_err(|rejection| rejection.into_response())?;
    complete(gateway, peer, token, headers, body).await.map_err(refuse)
}

async fn complete(
    gateway: Arc<Gateway>,
    peer: Peer,
    token: Token,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refused> {
    gateway.take_header(peer.client, &headers).await?;
    let (mut job, delivery) = Job::parse(&body, &gateway.config.rules, rand::random())?;
    let released = gateway
        .model(&job.model)
        .ok_or_else(|| Refused::Model(job.model.clone()))?;
    job.model.clone_from(&released.id);
    let at_most = Usage::new(job.prompt.len(), job.max_tokens);
    let room = gateway.room(token.channel, at_most).await?;
    let answering = Answering::new(job.model.clone(), job.sampling.seed);
    let (out, received) = mpsc::channel(BACKLOG);
    let work = Work {
        job,
        released,
        stream: delivery.stream,
        out,
    };
    // A task of its own: a customer who leaves must not leave the count open.
    tokio::spawn(work.run(gateway, room));
    match delivery.stream {
        true => streamed(answering, delivery, received).await,
        false => whole(answering, received).await,
    }
}

async fn whole(answering: Answering, mut received: mpsc::Receiver<Out>) -> Result<Response, Refused> {
    let mut bytes = Vec::new();
    loop {
        match received.recv().await {
            Some(Out::Bytes(more)) => bytes.extend(more),
            Some(Out::End(finish, usage)) => {
                return Ok(Json(answering.whole(&bytes, finish, usage)).into_response());
            }
            Some(Out::Failed(reason)) => return Err(Refused::Miners(reason)),
            None => return Err(Refused::Unwell("the request was dropped".to_owned())),
        }
    }
}

async fn streamed(
    answering: Answering,
    delivery: Delivery,
    mut received: mpsc::Receiver<Out>,
) -> Result<Response, Refused> {
    // Before anything is sent the status can still say that it failed.
    let first = match received.recv().await {
        Some(Out::Failed(reason)) => return Err(Refused::Miners(reason)),
        None => return Err(Refused::Unwell("the request was dropped".to_owned())),
        Some(out) => out,
    };
    let mut stream = Stream {
        answering,
        delivery,
        text: TextDecoder::default(),
        over: false,
    };
    let first = stream.events(first);
    let start = (Some(first), stream, received);
    let events = futures::stream::unfold(start, |(first, mut stream, mut received)| async move {
        if let Some(first) = first {
            return Some((Ok::<_, std::convert::Infallible>(first), (None, stream, received)));
        }
        if stream.over {
            return None;
        }
        let out = received
            .recv()
            .await
            .unwrap_or(Out::Failed("the request was dropped".to_owned()));
        let events = stream.events(out);
        Some((Ok(events), (None, stream, received)))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    Ok((headers, Body::from_stream(events)).into_response())
}

struct Stream {
    answering: Answering,
    delivery: Delivery,
    text: TextDecoder,
    over: bool,
}

impl Stream {
    fn events(&mut self, out: Out) -> Bytes {
        match out {
            Out::Bytes(bytes) => {
                let text = self.text.push(&bytes);
                event(&self.answering.piece(&bytes, text, None))
            }
            Out::End(finish, usage) => self.end(finish, usage),
            Out::Failed(reason) => {
                self.over = true;
                let message = Refused::Miners(reason).to_string();
                event(&error_form::body(Kind::Server, "unavailable", &message, None))
            }
        }
    }

    fn end(&mut self, finish: Finish, usage: Usage) -> Bytes {
        self.over = true;
        let rest = self.text.end();
        let mut events = event(&self.answering.piece(&[], rest, Some(finish))).to_vec();
        if self.delivery.usage {
            events.extend(event(&self.answering.used(usage)));
        }
        events.extend(DONE);
        events.into()
    }
}

impl Gateway {
    /// A model by id. The newest is one that miners have had time to take up.
    fn model(&self, id: &str) -> Option<Arc<Released>> {
        match id {
            NEWEST => self.library.settled(SETTLING),
            _ => self.library.get(id),
        }
    }
}
