//! What customers see: the OpenAI API, and beside it what their wallets ask.

use std::sync::Arc;

use axum::{
    Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::{
    Gateway,
    job::{Out, Work},
    refused::Refused,
};
use crate::{
    api::{Answering, DONE, Delivery, Finish, Job, NEWEST, Usage, event},
    credential::{Token, VOUCHER_HEADER},
    generation::TextDecoder,
    library::{Released, SETTLING},
    meter::{Price, Statement, Uncovered},
    rail::{Account, Voucher},
};

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
        .route("/v1/tributary/vouchers", post(voucher))
        .fallback(nothing)
        .layer(DefaultBodyLimit::max(body_bytes_max))
        .with_state(gateway)
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, kind, code) = match &self {
            Self::Credential(_) => (StatusCode::UNAUTHORIZED, "authentication_error", "invalid_api_key"),
            Self::Channel(_) => (StatusCode::PAYMENT_REQUIRED, "payment_error", "channel"),
            Self::Uncovered(Uncovered::Unknown(_)) => (StatusCode::PAYMENT_REQUIRED, "payment_error", "channel"),
            Self::Uncovered(_) => (StatusCode::PAYMENT_REQUIRED, "payment_error", "not_covered"),
            Self::Voucher(_) => (StatusCode::PAYMENT_REQUIRED, "payment_error", "voucher"),
            Self::Request(_) => (StatusCode::BAD_REQUEST, "invalid_request_error", "invalid_request"),
            Self::Model(_) => (StatusCode::NOT_FOUND, "invalid_request_error", "model_not_found"),
            Self::Miners(_) | Self::Unwell(_) => (StatusCode::SERVICE_UNAVAILABLE, "server_error", "unavailable"),
        };
        let param = match &self {
            Self::Request(bad) => bad.param,
            _ => None,
        };
        let error = serde_json::json!({
            "error": { "message": self.to_string(), "type": kind, "param": param, "code": code }
        });
        (status, Json(error)).into_response()
    }
}

async fn nothing() -> Response {
    let message = "the routes are /v1/completions and /v1/models";
    let error =
        serde_json::json!({ "error": { "message": message, "type": "invalid_request_error", "code": "not_found" } });
    (StatusCode::NOT_FOUND, Json(error)).into_response()
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
    Path(id): Path<u64>,
    headers: HeaderMap,
) -> Result<Json<Statement>, Refused> {
    let token = gateway.admit(&headers).await?;
    if token.channel != id {
        return Err(Refused::Credential("the credential is for another channel".to_owned()));
    }
    let statement = gateway.meter.lock().statement(id);
    statement.map(Json).ok_or(Refused::Uncovered(Uncovered::Unknown(id)))
}

async fn voucher(
    State(gateway): State<Arc<Gateway>>,
    Json(sent): Json<SentVoucher>,
) -> Result<Json<Statement>, Refused> {
    let voucher: Voucher = sent
        .voucher
        .parse()
        .map_err(|error: crate::credential::NoVoucher| Refused::Credential(error.to_string()))?;
    gateway.known(voucher.channel).await?;
    gateway.take(voucher).map(Json)
}

async fn completions(
    State(gateway): State<Arc<Gateway>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Refused> {
    let token = gateway.admit(&headers).await?;
    if let Some(voucher) = headers.get(VOUCHER_HEADER) {
        let voucher: Voucher = voucher
            .to_str()
            .map_err(|error| error.to_string())
            .and_then(|text| {
                text.parse()
                    .map_err(|error: crate::credential::NoVoucher| error.to_string())
            })
            .map_err(Refused::Credential)?;
        gateway.take(voucher)?;
    }
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
                let error = serde_json::json!({
                    "error": { "message": Refused::Miners(reason).to_string(), "type": "server_error", "code": "unavailable" }
                });
                event(&error)
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

    /// Makes sure that a channel is known and pays this gateway.
    async fn known(&self, id: u64) -> Result<(), Refused> {
        if self.meter.lock().tab(id).is_some() {
            return Ok(());
        }
        let _turn = self.asking_chain.lock().await;
        let channel = self.rail.channel(id).await?;
        let channel = channel.ok_or(Refused::Uncovered(Uncovered::Unknown(id)))?;
        if channel.payee != self.payee.hotkey() || channel.netuid != self.config.netuid {
            let (payee, netuid) = (self.payee.hotkey(), self.config.netuid);
            return Err(Refused::Channel(format!(
                "channel {id} does not pay this gateway: open one to {payee} on subnet {netuid}"
            )));
        }
        self.meter.lock().sync(id, Some(channel));
        Ok(())
    }

    /// Checks a customer's credential.
    async fn admit(&self, headers: &HeaderMap) -> Result<Token, Refused> {
        let shown = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let shown = shown.and_then(|text| text.strip_prefix("Bearer ")).unwrap_or_default();
        let token: Token = shown
            .parse()
            .map_err(|error: crate::credential::NoToken| Refused::Credential(error.to_string()))?;
        self.known(token.channel).await?;
        let channel = self.meter.lock().tab(token.channel).map(|tab| tab.channel);
        let channel = channel.ok_or(Refused::Uncovered(Uncovered::Unknown(token.channel)))?;
        if !token.is_signed_by(&channel.payer, &self.rail.genesis()) {
            return Err(Refused::Credential(
                "the credential is not signed by the channel's payer".to_owned(),
            ));
        }
        if token.until < self.height() {
            return Err(Refused::Credential(format!(
                "the credential was good until block {}",
                token.until
            )));
        }
        if !self.is_lasting(&channel) {
            return Err(Refused::Channel(format!(
                "channel {} is about to close: open a new one",
                token.channel
            )));
        }
        Ok(token)
    }
}
