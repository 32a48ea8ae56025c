//! The OpenAI completions API, as far as byte-level models have an answer to it. A token is a byte.
//!
//! Two fields are added to what OpenAI sends: `bytes` of a choice, the exact bytes in hexadecimal, because `text` cannot
//! hold bytes that are no UTF-8; and `seed` of an answer, so that whoever did not choose one can ask again. Client
//! libraries pass over what they do not know.

mod request;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use request::{BadRequest, Delivery, Job, read_json};

/// The model that stands for the newest.
pub const NEWEST: &str = "tributary";

/// Why a completion ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Finish {
    /// At a stop sequence, which is not part of the text.
    Stop,
    /// It has as many tokens as were asked for.
    Length,
}

/// Of what a client sent, at most so many characters are sent back.
const EXCERPT_CHARACTERS: usize = 200;

/// The beginning of a text that a client made up, to be told back to it.
pub fn excerpt(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(EXCERPT_CHARACTERS) {
        None => text.into(),
        Some((end, _)) => format!("{}…", &text[..end]).into(),
    }
}

/// Tokens used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Tokens read.
    pub prompt_tokens: u64,
    /// Tokens made.
    pub completion_tokens: u64,
    /// Both.
    pub total_tokens: u64,
}

impl Usage {
    /// Of a prompt and a completion.
    pub fn new(prompt: usize, completion: usize) -> Self {
        Self {
            prompt_tokens: prompt as u64,
            completion_tokens: completion as u64,
            total_tokens: (prompt + completion) as u64,
        }
    }
}

/// The one choice of an answer, or a piece of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Always 0.
    pub index: u32,
    /// The text.
    pub text: String,
    /// Never given.
    pub logprobs: Option<Value>,
    /// Why it ended; absent before the end.
    pub finish_reason: Option<Finish>,
    /// The exact bytes, in hexadecimal.
    #[serde(default)]
    pub bytes: String,
}

/// An answer, or an event of a streamed one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Completion {
    /// Its name.
    pub id: String,
    /// `text_completion`.
    pub object: String,
    /// Seconds since 1970.
    pub created: u64,
    /// The model's id.
    pub model: String,
    /// One, or none beside the usage of a stream.
    pub choices: Vec<Choice>,
    /// What was used.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// The seed that gives this answer again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<i64>,
}

/// Makes the answers to one request.
#[derive(Clone, Debug)]
pub struct Answering {
    id: String,
    created: u64,
    model: String,
    seed: u64,
}

impl Answering {
    /// For a job, by the model that does it.
    pub fn new(model: String, seed: u64) -> Self {
        Self {
            id: format!("cmpl-{:032x}", rand::random::<u128>()),
            created: tributary_neuron::envelope::now_ns() / 1_000_000_000,
            model,
            seed,
        }
    }

    /// The request's name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// An answer with a piece of text.
    pub fn piece(&self, bytes: &[u8], text: String, finish_reason: Option<Finish>) -> Completion {
        let choice = Choice {
            index: 0,
            text,
            logprobs: None,
            finish_reason,
            bytes: hex::encode(bytes),
        };
        self.of(vec![choice], None)
    }

    /// The whole answer.
    pub fn whole(&self, bytes: &[u8], finish: Finish, usage: Usage) -> Completion {
        let text = String::from_utf8_lossy(bytes).into_owned();
        Completion {
            usage: Some(usage),
            ..self.piece(bytes, text, Some(finish))
        }
    }

    /// The last event of a stream, which says what was used.
    pub fn used(&self, usage: Usage) -> Completion {
        self.of(Vec::new(), Some(usage))
    }

    fn of(&self, choices: Vec<Choice>, usage: Option<Usage>) -> Completion {
        Completion {
            id: self.id.clone(),
            object: "text_completion".to_owned(),
            created: self.created,
            model: self.model.clone(),
            choices,
            usage,
            seed: Some(self.seed.cast_signed()),
        }
    }
}

/// A server-sent event that holds a value as JSON.
pub fn event(value: &impl Serialize) -> bytes::Bytes {
    let json = serde_json::to_string(value).unwrap_or_default();
    format!("data: {json}\n\n").into()
}

/// The event that ends a stream.
pub const DONE: &[u8] = b"data: [DONE]\n\n";

/// What `GET /v1/models` says of one model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelCard {
    /// Its id.
    pub id: String,
    /// `model`.
    pub object: String,
    /// Seconds since 1970 at which this server took it up.
    pub created: u64,
    /// The hotkey that trained it.
    pub owned_by: String,
    /// SHA-256 of its weights, as committed on the chain.
    #[serde(default)]
    pub sha256: String,
}

/// What `GET /v1/models` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ModelList {
    /// `list`.
    pub object: String,
    /// The models, newest first.
    pub data: Vec<ModelCard>,
}
