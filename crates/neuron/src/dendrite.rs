//! A neuron's client: sends signed requests to axons and checks that the answers are theirs.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use futures::{StreamExt, stream::BoxStream};
use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};
use tokio::{sync::Semaphore, time::Instant};

use crate::{
    envelope::{Envelope, EnvelopeError, Nonces, TRAILER, sha256},
    http,
    identity::{Hotkey, Identity},
    reach::Reach,
};

/// Longest text of a refusal that is kept, in characters.
const REFUSAL_CHARS_MAX: usize = 200;
/// Receivers whose queue is kept while nobody waits in it.
const QUEUES_MAX: usize = 1024;

/// Bounds of a dendrite.
#[derive(Clone, Debug)]
pub struct DendriteLimits {
    /// Longest time for one request and its answer.
    pub time_max: Duration,
    /// Longest time for the connection.
    pub connect_time_max: Duration,
    /// Requests under way at one time; more wait.
    pub concurrent_max: usize,
    /// Which addresses are called.
    pub reach: Reach,
}

impl Default for DendriteLimits {
    fn default() -> Self {
        Self {
            time_max: Duration::from_secs(10),
            connect_time_max: Duration::from_secs(3),
            concurrent_max: 16,
            reach: Reach::default(),
        }
    }
}

impl DendriteLimits {
    /// The default ones, as far as `reach` goes.
    pub fn within(reach: Reach) -> Self {
        Self {
            reach,
            ..Self::default()
        }
    }
}

/// Why there is no answer that counts.
#[derive(Debug, thiserror::Error)]
pub enum DendriteError {
    /// It announces an address that is not its own to announce.
    #[error("{hotkey} announces {address}, which is {what} and is not called")]
    NotCalled {
        /// Who was to be asked.
        hotkey: Hotkey,
        /// Where.
        address: SocketAddr,
        /// What that address is.
        what: &'static str,
    },
    /// It could not be reached, or broke off.
    #[error("{hotkey} at {address} cannot be reached: {reason}")]
    Unreachable {
        /// Who was asked.
        hotkey: Hotkey,
        /// Where.
        address: SocketAddr,
        /// What happened.
        reason: String,
    },
    /// It took too long.
    #[error("{0} did not answer in time")]
    TimedOut(Hotkey),
    /// It said no.
    #[error("{hotkey} refused with {status}: {message}")]
    Refused {
        /// Who was asked.
        hotkey: Hotkey,
        /// HTTP status.
        status: u16,
        /// Its reason, cut to 200 characters.
        message: String,
    },
    /// The answer is larger than what was asked for can be.
    #[error("{hotkey} sent more than {bytes_max} bytes")]
    TooLarge {
        /// Who was asked.
        hotkey: Hotkey,
        /// The limit.
        bytes_max: usize,
    },
    /// The answer is not signed by the hotkey that was called.
    #[error("the answer is not signed by {hotkey}: {source}")]
    Forged {
        /// Who was asked.
        hotkey: Hotkey,
        /// What is wrong.
        source: EnvelopeError,
    },
}

/// A client. Cheap to share in an `Arc`.
pub struct Dendrite {
    identity: Identity,
    client: reqwest::Client,
    limits: DendriteLimits,
    nonces: Nonces,
    places: Semaphore,
    /// One request at a time to each receiver: nonces must arrive in the order they were made.
    queues: Mutex<BTreeMap<Hotkey, Arc<tokio::sync::Mutex<()>>>>,
}

impl Dendrite {
    /// A client that signs as `identity`.
    pub fn new(identity: Identity, limits: DendriteLimits) -> Self {
        let client = http::peers()
            .connect_timeout(limits.connect_time_max)
            .build()
            .expect("a client without certificates, proxy and redirects needs nothing of the system");
        let places = Semaphore::new(limits.concurrent_max);
        Self {
            identity,
            client,
            limits,
            nonces: Nonces::default(),
            places,
            queues: Mutex::default(),
        }
    }

    /// Sends `body` to a route of a hotkey's axon and returns its answer of at most `answer_bytes_max`.
    ///
    /// # Errors
    /// If there is no answer in time, it is a refusal, too large, or not signed by that hotkey.
    pub async fn call(
        &self,
        hotkey: Hotkey,
        address: SocketAddr,
        route: &str,
        body: Bytes,
        answer_bytes_max: usize,
    ) -> Result<Bytes, DendriteError> {
        let _place = self.places.acquire().await.expect("the semaphore is never closed");
        let queue = self.queue(hotkey);
        let _turn = queue.lock().await;
        let sent = self.send(hotkey, address, route, body, answer_bytes_max);
        let answer = tokio::time::timeout(self.limits.time_max, sent)
            .await
            .unwrap_or(Err(DendriteError::TimedOut(hotkey)));
        count(answer.as_ref().err());
        answer
    }

    /// Sends `body` to a route and returns the events of its streamed answer as they come, together at most
    /// `answer_bytes_max`. The time limit is for all of it. What was read is proved by [`Events::next`] returning
    /// `None`: only then was the signature there, and right.
    ///
    /// # Errors
    /// If no answer begins in time, or it is a refusal.
    pub async fn events(
        &self,
        hotkey: Hotkey,
        address: SocketAddr,
        route: &str,
        body: Bytes,
        answer_bytes_max: usize,
    ) -> Result<Events, DendriteError> {
        let _place = self.places.acquire().await.expect("the semaphore is never closed");
        let queue = self.queue(hotkey);
        let _turn = queue.lock().await;
        let deadline = Instant::now() + self.limits.time_max;
        let began = async {
            let (envelope, response) = self.begin(hotkey, address, route, body).await?;
            let unreachable = move |error: reqwest::Error| unreachable(hotkey, address, error);
            if response.status() != 200 {
                let status = response.status().as_u16();
                let stream = response
                    .bytes_stream()
                    .map(move |chunk| chunk.map_err(unreachable))
                    .boxed();
                let text = read(hotkey, stream, 4 * REFUSAL_CHARS_MAX).await?;
                return Err(refusal(hotkey, status, &text));
            }
            Ok(Events {
                envelope,
                stream: response
                    .bytes_stream()
                    .map(move |chunk| chunk.map_err(unreachable))
                    .boxed(),
                buffer: BytesMut::new(),
                hash: Sha256::new(),
                left: answer_bytes_max,
                bytes_max: answer_bytes_max,
                deadline,
                over: false,
            })
        };
        let events = tokio::time::timeout_at(deadline, began)
            .await
            .unwrap_or(Err(DendriteError::TimedOut(hotkey)));
        count(events.as_ref().err());
        events
    }

    fn queue(&self, hotkey: Hotkey) -> Arc<tokio::sync::Mutex<()>> {
        let mut queues = self.queues.lock();
        if queues.len() >= QUEUES_MAX {
            queues.retain(|_, queue| Arc::strong_count(queue) > 1);
        }
        queues.entry(hotkey).or_default().clone()
    }

    async fn begin(
        &self,
        hotkey: Hotkey,
        address: SocketAddr,
        route: &str,
        body: Bytes,
    ) -> Result<(Envelope, reqwest::Response), DendriteError> {
        if let Some(what) = self.limits.reach.refuses(address) {
            return Err(DendriteError::NotCalled { hotkey, address, what });
        }
        let envelope = Envelope {
            sender: self.identity.hotkey(),
            receiver: hotkey,
            nonce: self.nonces.next(),
            id: rand::random(),
            body: sha256(&body),
        };
        let mut request = self.client.post(format!("http://{address}/{route}")).body(body);
        for (name, value) in envelope.headers(&self.identity, route) {
            request = request.header(name, value);
        }
        let response = request
            .send()
            .await
            .map_err(|error| unreachable(hotkey, address, error))?;
        Ok((envelope, response))
    }

    async fn send(
        &self,
        hotkey: Hotkey,
        address: SocketAddr,
        route: &str,
        body: Bytes,
        answer_bytes_max: usize,
    ) -> Result<Bytes, DendriteError> {
        let (envelope, response) = self.begin(hotkey, address, route, body).await?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let stream = response
            .bytes_stream()
            .map(move |chunk| chunk.map_err(|error| unreachable(hotkey, address, error)));
        let bytes = read(hotkey, stream.boxed(), answer_bytes_max.max(4 * REFUSAL_CHARS_MAX)).await?;
        if status != 200 {
            return Err(refusal(hotkey, status, &bytes));
        }
        envelope
            .verify_response(status, &headers, &bytes)
            .map_err(|source| DendriteError::Forged { hotkey, source })?;
        Ok(bytes)
    }
}

/// A streamed answer.
pub struct Events {
    envelope: Envelope,
    stream: BoxStream<'static, Result<Bytes, DendriteError>>,
    buffer: BytesMut,
    hash: Sha256,
    left: usize,
    bytes_max: usize,
    deadline: Instant,
    over: bool,
}

impl Events {
    /// The next event, with the empty line that ends it; `None` once the answer is complete and signed by whom it
    /// should be. After an error there is nothing more.
    pub async fn next(&mut self) -> Option<Result<Bytes, DendriteError>> {
        if self.over {
            return None;
        }
        let next = self.advance().await;
        if !matches!(next, Ok(Some(_))) {
            self.over = true;
        }
        next.transpose()
    }

    async fn advance(&mut self) -> Result<Option<Bytes>, DendriteError> {
        let hotkey = self.envelope.receiver;
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\n\n") {
                let event = self.buffer.split_to(end + 2).freeze();
                if event.starts_with(TRAILER.as_bytes()) {
                    let digest = self.hash.finalize_reset().into();
                    let forged = |source| DendriteError::Forged { hotkey, source };
                    return self
                        .envelope
                        .verify_trailer(&event, &digest)
                        .map(|()| None)
                        .map_err(forged);
                }
                self.hash.update(&event);
                return Ok(Some(event));
            }
            let chunk = tokio::time::timeout_at(self.deadline, self.stream.next())
                .await
                .map_err(|_| DendriteError::TimedOut(hotkey))?;
            let Some(chunk) = chunk.transpose()? else {
                let source = EnvelopeError::Header(crate::envelope::SIGNATURE);
                return Err(DendriteError::Forged { hotkey, source });
            };
            self.left = self.left.checked_sub(chunk.len()).ok_or(DendriteError::TooLarge {
                hotkey,
                bytes_max: self.bytes_max,
            })?;
            self.buffer.extend_from_slice(&chunk);
        }
    }
}

fn unreachable(hotkey: Hotkey, address: SocketAddr, error: reqwest::Error) -> DendriteError {
    DendriteError::Unreachable {
        hotkey,
        address,
        reason: error.without_url().to_string(),
    }
}

fn refusal(hotkey: Hotkey, status: u16, text: &[u8]) -> DendriteError {
    let message = String::from_utf8_lossy(text)
        .chars()
        .filter(|c| !c.is_control())
        .take(REFUSAL_CHARS_MAX)
        .collect();
    DendriteError::Refused {
        hotkey,
        status,
        message,
    }
}

async fn read(
    hotkey: Hotkey,
    mut stream: BoxStream<'static, Result<Bytes, DendriteError>>,
    bytes_max: usize,
) -> Result<Bytes, DendriteError> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = stream.next().await {
        bytes.extend_from_slice(&chunk?);
        if bytes.len() > bytes_max {
            return Err(DendriteError::TooLarge { hotkey, bytes_max });
        }
    }
    Ok(bytes.freeze())
}

fn count(error: Option<&DendriteError>) {
    let outcome = match error {
        None => "answered",
        Some(DendriteError::NotCalled { .. }) => "not called",
        Some(DendriteError::Unreachable { .. }) => "unreachable",
        Some(DendriteError::TimedOut(_)) => "timeout",
        Some(DendriteError::Refused { .. }) => "refused",
        Some(DendriteError::TooLarge { .. }) => "oversize",
        Some(DendriteError::Forged { .. }) => "forged",
    };
    metrics::counter!("tributary_dendrite_calls_total", "outcome" => outcome).increment(1);
}
