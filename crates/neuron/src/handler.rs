//! What stands behind an axon: who may call, and what is answered.

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;

use crate::identity::Hotkey;

/// A request that passed every check.
#[derive(Clone, Debug)]
pub struct Call {
    /// Who asks.
    pub sender: Hotkey,
    /// The path, without its leading slash.
    pub route: String,
    /// The body.
    pub body: Bytes,
}

/// Why a handler does not answer a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status, 400 to 599.
    pub status: u16,
    /// For the caller to read.
    pub message: String,
}

impl Refusal {
    /// There is no such thing here.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self {
            status: 404,
            message: message.into(),
        }
    }

    /// The request makes no sense.
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self {
            status: 400,
            message: message.into(),
        }
    }
}

/// What a handler answers.
pub enum Answer {
    /// All of it at once.
    Whole(Bytes),
    /// Server-sent events as they come, each with the empty line that ends it. An error breaks the answer off, unsigned.
    Events(BoxStream<'static, Result<Bytes, Refusal>>),
}

impl From<Bytes> for Answer {
    fn from(bytes: Bytes) -> Self {
        Self::Whole(bytes)
    }
}

/// What an axon does with calls.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// Answers one.
    ///
    /// # Errors
    /// A refusal, which is signed and sent back.
    async fn handle(&self, call: Call) -> Result<Answer, Refusal>;

    /// A file for everybody, unsigned, at `/public/PATH`. What it is can be proved by its hash on the chain.
    fn public(&self, _path: &str) -> Option<Bytes> {
        None
    }
}

/// Who may call.
pub trait Gate: Send + Sync + 'static {
    /// Whether this hotkey may.
    fn admits(&self, sender: &Hotkey) -> bool;
}

impl<F: Fn(&Hotkey) -> bool + Send + Sync + 'static> Gate for F {
    fn admits(&self, sender: &Hotkey) -> bool {
        self(sender)
    }
}
