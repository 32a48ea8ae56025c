//! Asking a miner: what validators and gateways share.

use std::{net::SocketAddr, time::Duration};

use tokio::time::Instant;
use tributary_neuron::{Dendrite, Events, Hotkey, NeuronError};

use crate::api::{Completion, DONE, Finish, Job};

/// Bytes that one event may need around its text, and each token of text.
const EVENT_BYTES: usize = 600;

/// A piece of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Why they are the last, if they are.
    pub finish: Option<Finish>,
}

/// A miner's answer as it comes.
pub struct Asking {
    events: Events,
    hotkey: Hotkey,
    received: usize,
    tokens_max: usize,
    finish: Option<Finish>,
}

impl Asking {
    /// Sends a job to a miner and returns when its answer begins.
    ///
    /// # Errors
    /// If it does not answer or refuses.
    pub async fn begin(
        dendrite: &Dendrite,
        hotkey: Hotkey,
        address: SocketAddr,
        job: &Job,
    ) -> Result<Self, NeuronError> {
        let bytes_max = EVENT_BYTES * (job.max_tokens + 4);
        let body = job.body().into();
        let events = dendrite
            .events(hotkey, address, "v1/completions", body, bytes_max)
            .await?;
        Ok(Self {
            events,
            hotkey,
            received: 0,
            tokens_max: job.max_tokens,
            finish: None,
        })
    }

    /// The next piece; nothing once the answer is complete and signed.
    ///
    /// # Errors
    /// If the answer breaks off, is no answer, longer than asked for, or not signed.
    pub async fn next(&mut self) -> Result<Option<Piece>, NeuronError> {
        let nonsense = |what: &str| NeuronError::Market(format!("{} {what}", self.hotkey));
        loop {
            let Some(event) = self.events.next().await.transpose()? else {
                return match self.finish {
                    Some(_) => Ok(None),
                    None => Err(nonsense("ended its answer without an end")),
                };
            };
            if event == DONE {
                continue;
            }
            let json = event
                .strip_prefix(b"data: ")
                .ok_or_else(|| nonsense("sent what is not an event"))?;
            let completion: Completion =
                serde_json::from_slice(json).map_err(|_| nonsense("sent an event that is not a completion"))?;
            let Some(choice) = completion.choices.into_iter().next() else {
                continue;
            };
            let bytes = hex::decode(&choice.bytes).map_err(|_| nonsense("sent bytes that are not hexadecimal"))?;
            self.received += bytes.len();
            if self.finish.is_some() || self.received > self.tokens_max {
                return Err(nonsense("sent more than was asked for"));
            }
            self.finish = choice.finish_reason;
            return Ok(Some(Piece {
                bytes,
                finish: choice.finish_reason,
            }));
        }
    }
}

/// A whole answer and how long it took.
#[derive(Clone, Debug, PartialEq)]
pub struct Timed {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Why they end.
    pub finish: Option<Finish>,
    /// Until the first piece.
    pub first: Duration,
    /// Until the signature.
    pub total: Duration,
}

/// Asks for all of a job's answer.
///
/// # Errors
/// As [`Asking`], and if it takes longer than `deadline`.
pub async fn ask(
    dendrite: &Dendrite,
    hotkey: Hotkey,
    address: SocketAddr,
    job: &Job,
    deadline: Duration,
) -> Result<Timed, NeuronError> {
    let started = Instant::now();
    let work = async {
        let mut asking = Asking::begin(dendrite, hotkey, address, job).await?;
        let (mut bytes, mut finish, mut first) = (Vec::new(), None, None);
        while let Some(piece) = asking.next().await? {
            first.get_or_insert_with(|| started.elapsed());
            bytes.extend(piece.bytes);
            finish = piece.finish.or(finish);
        }
        let total = started.elapsed();
        Ok(Timed {
            bytes,
            finish,
            first: first.unwrap_or(total),
            total,
        })
    };
    tokio::time::timeout(deadline, work).await.unwrap_or_else(|_| {
        Err(NeuronError::Market(format!(
            "{hotkey} did not answer within {} ms",
            deadline.as_millis()
        )))
    })
}
