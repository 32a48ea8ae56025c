//! Requests: what clients send, checked, and with nothing left open.

use std::borrow::Cow;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::excerpt;
use crate::{engine::Sampling, rules::Rules};

/// Tokens of a completion if the request does not say, as with OpenAI.
const MAX_TOKENS: usize = 16;
/// Stop sequences of one request, as with OpenAI.
const STOPS_MAX: usize = 4;
/// Longest stop sequence, in bytes.
const STOP_BYTES_MAX: usize = 256;
/// Longest id of a model, in characters; those of this market have some 30.
pub const MODEL_CHARACTERS_MAX: usize = 128;

/// A request in full: nothing is left to whoever answers it.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Which model, by id, or [`super::NEWEST`].
    pub model: String,
    /// What to continue.
    pub prompt: Vec<u8>,
    /// Tokens at most.
    pub max_tokens: usize,
    /// How tokens are chosen.
    pub sampling: Sampling,
    /// Sequences before which the completion ends.
    pub stop: Vec<Vec<u8>>,
}

/// How the answer is wanted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// As events while it grows.
    pub stream: bool,
    /// With a last event that says what was used.
    pub usage: bool,
}

/// A request that cannot be answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct BadRequest {
    /// The field.
    pub param: Option<Cow<'static, str>>,
    /// What is wrong with it.
    pub message: String,
}

fn bad<T>(param: &'static str, message: impl Into<String>) -> Result<T, BadRequest> {
    Err(BadRequest {
        param: Some(param.into()),
        message: message.into(),
    })
}

/// Reads a JSON body, `what` it should be.
///
/// # Errors
/// What is wrong with it, and with which field if that is known.
pub fn read_json<T: DeserializeOwned>(body: &[u8], what: &str) -> Result<T, BadRequest> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let refuse = |param: Option<String>, error: serde_json::Error| BadRequest {
        // Both may hold names and values of the body.
        param: param.map(|param| Cow::Owned(excerpt(&param).into_owned())),
        message: format!("the body is not a {what}: {}", excerpt(&error.to_string())),
    };
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let error = error.into_inner();
        let param = match path.as_str() {
            // What is missing has no path, but a name.
            "." => {
                let text = error.to_string();
                let missing = text.strip_prefix("missing field `");
                missing
                    .and_then(|rest| rest.split_once('`'))
                    .map(|(field, _)| field.to_owned())
            }
            path => Some(path.to_owned()),
        };
        refuse(param.filter(|_| error.is_data()), error)
    })?;
    json.end().map_err(|error| refuse(None, error))?;
    Ok(value)
}

/// The body of `POST /v1/completions`.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Body {
    model: String,
    #[serde(default)]
    prompt: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    temperature: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    top_p: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seed: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stop: Option<Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stream: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    stream_options: Option<StreamOptions>,
    // What is understood and refused unless it asks for nothing.
    #[serde(default, skip_serializing)]
    n: Option<u64>,
    #[serde(default, skip_serializing)]
    best_of: Option<u64>,
    #[serde(default, skip_serializing)]
    echo: Option<bool>,
    #[serde(default, skip_serializing)]
    suffix: Option<String>,
    #[serde(default, skip_serializing)]
    logprobs: Option<u64>,
    #[serde(default, skip_serializing)]
    logit_bias: Option<serde_json::Map<String, Value>>,
    #[serde(default, skip_serializing)]
    frequency_penalty: Option<f64>,
    #[serde(default, skip_serializing)]
    presence_penalty: Option<f64>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct StreamOptions {
    #[serde(default)]
    include_usage: bool,
}

impl Job {
    /// Reads a request. `seed` is used if it names none.
    ///
    /// # Errors
    /// What is wrong, or asked for and not to be had.
    pub fn parse(body: &[u8], rules: &Rules, seed: u64) -> Result<(Self, Delivery), BadRequest> {
        let body: Body = read_json(body, "completion request")?;
        let refused = [
            ("n", body.n.is_some_and(|n| n != 1)),
            ("best_of", body.best_of.is_some_and(|n| n != 1)),
            ("echo", body.echo == Some(true)),
            ("suffix", body.suffix.is_some_and(|text| !text.is_empty())),
            ("logprobs", body.logprobs.is_some()),
            ("logit_bias", body.logit_bias.is_some_and(|map| !map.is_empty())),
            (
                "frequency_penalty",
                body.frequency_penalty.is_some_and(|value| value != 0.0),
            ),
            (
                "presence_penalty",
                body.presence_penalty.is_some_and(|value| value != 0.0),
            ),
        ];
        if let Some((param, _)) = refused.into_iter().find(|(_, asked)| *asked) {
            return bad(param, format!("{param} is not offered here; leave it out"));
        }
        if body.model.chars().count() > MODEL_CHARACTERS_MAX {
            return bad(
                "model",
                format!("a model's id has at most {MODEL_CHARACTERS_MAX} characters; GET /v1/models lists them"),
            );
        }
        let prompt = match &body.prompt {
            None => Vec::new(),
            Some(value) => text(value).map_or_else(
                || bad("prompt", "one prompt: a string, or a list of bytes (0 to 255)"),
                Ok,
            )?,
        };
        if prompt.len() > rules.prompt_bytes_max {
            return bad(
                "prompt",
                format!(
                    "the prompt has {} bytes, at most {} are taken",
                    prompt.len(),
                    rules.prompt_bytes_max
                ),
            );
        }
        let max_tokens = body
            .max_tokens
            .map_or(Ok(MAX_TOKENS), usize::try_from)
            .unwrap_or(usize::MAX);
        if max_tokens > rules.completion_tokens_max {
            return bad(
                "max_tokens",
                format!("at most {} tokens are made", rules.completion_tokens_max),
            );
        }
        let temperature = body.temperature.unwrap_or(1.0);
        if !(0.0..=2.0).contains(&temperature) {
            return bad("temperature", "must be 0 to 2");
        }
        let top_p = body.top_p.unwrap_or(1.0);
        if !(0.0..=1.0).contains(&top_p) {
            return bad("top_p", "must be 0 to 1");
        }
        let stop = match &body.stop {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::String(one)) => vec![one.clone().into_bytes()],
            Some(Value::Array(several)) => {
                let texts = several
                    .iter()
                    .map(|stop| stop.as_str().map(|text| text.as_bytes().to_vec()));
                texts
                    .collect::<Option<Vec<_>>>()
                    .map_or_else(|| bad("stop", "a string or a list of strings"), Ok)?
            }
            Some(_) => return bad("stop", "a string or a list of strings"),
        };
        if stop.len() > STOPS_MAX || stop.iter().any(|stop| stop.is_empty() || stop.len() > STOP_BYTES_MAX) {
            return bad(
                "stop",
                format!("at most {STOPS_MAX} sequences of 1 to {STOP_BYTES_MAX} bytes"),
            );
        }
        let job = Self {
            model: body.model,
            prompt,
            max_tokens,
            sampling: Sampling {
                temperature,
                top_p,
                // OpenAI's seeds have a sign; all 64 bits count.
                seed: body.seed.map_or(seed, i64::cast_unsigned),
            },
            stop,
        };
        let delivery = Delivery {
            stream: body.stream.unwrap_or_default(),
            usage: body.stream_options.is_some_and(|options| options.include_usage),
        };
        Ok((job, delivery))
    }

    /// The body of a request for this job, streamed.
    pub fn body(&self) -> Vec<u8> {
        let stop = self.stop.iter().map(|stop| String::from_utf8_lossy(stop).into_owned());
        let body = Body {
            model: self.model.clone(),
            prompt: Some(self.prompt.clone().into()),
            max_tokens: Some(self.max_tokens as u64),
            temperature: Some(self.sampling.temperature),
            top_p: Some(self.sampling.top_p),
            seed: Some(self.sampling.seed.cast_signed()),
            stop: (!self.stop.is_empty()).then(|| stop.collect()),
            stream: Some(true),
            stream_options: None,
            n: None,
            best_of: None,
            echo: None,
            suffix: None,
            logprobs: None,
            logit_bias: None,
            frequency_penalty: None,
            presence_penalty: None,
        };
        serde_json::to_vec(&body).unwrap_or_default()
    }
}

/// A prompt: a string, a list of bytes, or a list of one such.
fn text(value: &Value) -> Option<Vec<u8>> {
    match value {
        Value::Null => Some(Vec::new()),
        Value::String(text) => Some(text.clone().into_bytes()),
        Value::Array(items) => match &items[..] {
            [only @ (Value::String(_) | Value::Array(_))] => text(only),
            bytes => bytes.iter().map(|byte| u8::try_from(byte.as_u64()?).ok()).collect(),
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(body: &str) -> Result<(Job, Delivery), BadRequest> {
        Job::parse(body.as_bytes(), &Rules::default(), 99)
    }

    #[test]
    fn reads_what_clients_send() {
        let (job, delivery) = parse(r#"{"model":"m","prompt":"In the beginning"}"#).unwrap();
        assert_eq!((job.prompt.as_slice(), job.max_tokens), (&b"In the beginning"[..], 16));
        assert_eq!((job.sampling.temperature, job.sampling.seed), (1.0, 99));
        assert_eq!(delivery, Delivery::default());
        let (job, delivery) = parse(
            r#"{"model":"m","prompt":[[65,255]],"max_tokens":3,"temperature":0,"seed":-1,"stop":["a","b"],"n":1,
                "stream":true,"stream_options":{"include_usage":true},"user":"whoever","logprobs":null,"echo":false}"#,
        )
        .unwrap();
        assert_eq!((job.prompt.as_slice(), job.stop.len()), (&[65, 255][..], 2));
        assert_eq!((job.sampling.temperature, job.sampling.seed), (0.0, u64::MAX));
        assert_eq!(
            delivery,
            Delivery {
                stream: true,
                usage: true
            }
        );
        assert_eq!(Job::parse(&job.body(), &Rules::default(), 0).unwrap().0, job);
    }

    #[test]
    fn little_is_sent_back_of_what_is_wrong() {
        let long = "ü".repeat(5_000);
        let ok = format!(r#"{{"model":"{}"}}"#, "ü".repeat(MODEL_CHARACTERS_MAX));
        assert!(parse(&ok).is_ok());
        for body in [
            format!(r#"{{"model":"{long}"}}"#),
            format!(r#"{{"model":"m","max_tokens":"{long}"}}"#),
            format!(r#"{{"model":"m","stream_options":"{long}"}}"#),
            format!(r#"{{"model":"m","logit_bias":{{"{long}":1e999}}}}"#),
        ] {
            let refused = parse(&body).unwrap_err();
            let length = refused.message.chars().count() + refused.param.as_deref().unwrap_or_default().chars().count();
            assert!(length < 500, "{length} characters: {refused}");
        }
    }

    #[test]
    fn refuses_what_it_cannot_do_by_name() {
        for (body, param) in [
            (r#"{"model":"m","prompt":["a","b"]}"#, "prompt"),
            (r#"{"model":"m","prompt":[256]}"#, "prompt"),
            (r#"{"model":"m","prompt":7}"#, "prompt"),
            (r#"{"model":"m","max_tokens":1000000}"#, "max_tokens"),
            (r#"{"model":"m","temperature":2.1}"#, "temperature"),
            (r#"{"model":"m","temperature":-0.1}"#, "temperature"),
            (r#"{"model":"m","top_p":1.5}"#, "top_p"),
            (r#"{"model":"m","stop":""}"#, "stop"),
            (r#"{"model":"m","stop":["a","b","c","d","e"]}"#, "stop"),
            (r#"{"model":"m","n":2}"#, "n"),
            (r#"{"model":"m","logprobs":5}"#, "logprobs"),
            (r#"{"model":"m","echo":true}"#, "echo"),
        ] {
            assert_eq!(parse(body).unwrap_err().param.as_deref(), Some(param), "{body}");
        }
        for (body, param) in [
            ("", None),
            ("[]", None),
            ("{\"model\":", None),
            (r#"{"model":"m"} more"#, None),
            ("{}", Some("model")),
            (r#"{"model":1}"#, Some("model")),
            (r#"{"model":"m","max_tokens":-1}"#, Some("max_tokens")),
            (r#"{"model":"m","stream":"yes"}"#, Some("stream")),
            (
                r#"{"model":"m","stream_options":{"include_usage":1}}"#,
                Some("stream_options.include_usage"),
            ),
        ] {
            let refused = parse(body).unwrap_err();
            assert_eq!(refused.param.as_deref(), param, "{body}: {refused}");
        }
    }
}
