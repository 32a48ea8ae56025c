//! A neuron's client: sends signed requests to axons and checks that the answers are theirs.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc, time::Duration};

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use parking_lot::Mutex;
use tokio::sync::Semaphore;

use crate::{
    envelope::{Envelope, EnvelopeError, Nonces, sha256},
    identity::{Hotkey, Identity},
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
}

impl Default for DendriteLimits {
    fn default() -> Self {
        Self {
            time_max: Duration::from_secs(10),
            connect_time_max: Duration::from_secs(3),
            concurrent_max: 16,
        }
    }
}

/// Why there is no answer that counts.
#[derive(Debug, thiserror::Error)]
pub enum DendriteError {
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
    /// The answer is not from whom it should be.
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
        let client = reqwest::Client::builder()
            .connect_timeout(limits.connect_time_max)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .expect("a client without TLS, proxy and redirects needs nothing of the system");
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
        let outcome = match &answer {
            Ok(_) => "answered",
            Err(DendriteError::Unreachable { .. }) => "unreachable",
            Err(DendriteError::TimedOut(_)) => "timeout",
            Err(DendriteError::Refused { .. }) => "refused",
            Err(DendriteError::TooLarge { .. }) => "oversize",
            Err(DendriteError::Forged { .. }) => "forged",
        };
        metrics::counter!("tributary_dendrite_calls_total", "outcome" => outcome).increment(1);
        answer
    }

    fn queue(&self, hotkey: Hotkey) -> Arc<tokio::sync::Mutex<()>> {
        let mut queues = self.queues.lock();
        if queues.len() >= QUEUES_MAX {
            queues.retain(|_, queue| Arc::strong_count(queue) > 1);
        }
        queues.entry(hotkey).or_default().clone()
    }

    async fn send(
        &self,
        hotkey: Hotkey,
        address: SocketAddr,
        route: &str,
        body: Bytes,
        answer_bytes_max: usize,
    ) -> Result<Bytes, DendriteError> {
        let unreachable = |error: reqwest::Error| {
            let reason = error.without_url().to_string();
            DendriteError::Unreachable {
                hotkey,
                address,
                reason,
            }
        };
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
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let mut bytes = BytesMut::new();
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            bytes.extend_from_slice(&chunk.map_err(unreachable)?);
            if bytes.len() > answer_bytes_max.max(4 * REFUSAL_CHARS_MAX) {
                return Err(DendriteError::TooLarge {
                    hotkey,
                    bytes_max: answer_bytes_max,
                });
            }
        }
        if status != 200 {
            let text = String::from_utf8_lossy(&bytes);
            let message = text
                .chars()
                .filter(|c| !c.is_control())
                .take(REFUSAL_CHARS_MAX)
                .collect();
            return Err(DendriteError::Refused {
                hotkey,
                status,
                message,
            });
        }
        envelope
            .verify_response(status, &headers, &bytes)
            .map_err(|source| DendriteError::Forged { hotkey, source })?;
        Ok(bytes.freeze())
    }
}
