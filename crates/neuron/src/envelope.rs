//! Signed messages between neurons.
//!
//! A request names sender, receiver, a nonce (nanoseconds since 1970, growing), an id, its route and the SHA-256 of
//! its body; the sender signs all of them. An answer is signed by the receiver over the request's id and nonce, the
//! requester, the status and the SHA-256 of the answer, so that no answer fits another request.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{SystemTime, UNIX_EPOCH},
};

use axum::http::HeaderMap;
use sha2::{Digest, Sha256};

use crate::identity::{Hotkey, Identity};

/// Hotkey of the sender, SS58.
pub const SENDER: &str = "x-tributary-sender";
/// Hotkey of the receiver, SS58.
pub const RECEIVER: &str = "x-tributary-receiver";
/// Nanoseconds since 1970, decimal.
pub const NONCE: &str = "x-tributary-nonce";
/// Id of the request, 32 hexadecimal digits.
pub const ID: &str = "x-tributary-id";
/// SHA-256 of the body, 64 hexadecimal digits.
pub const BODY: &str = "x-tributary-body-sha256";
/// Signature, 128 hexadecimal digits.
pub const SIGNATURE: &str = "x-tributary-signature";

/// Start of the comment that ends a stream of server-sent events; 128 hexadecimal digits of signature follow. It is
/// over the same text as a whole answer's, with the SHA-256 of everything before the comment.
pub const TRAILER: &str = ": tributary-signature ";

const REQUEST_DOMAIN: &str = "tributary/request/1";
const RESPONSE_DOMAIN: &str = "tributary/response/1";

/// What the sender of a request signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Who asks.
    pub sender: Hotkey,
    /// Who is asked.
    pub receiver: Hotkey,
    /// Nanoseconds since 1970; grows from request to request of one sender.
    pub nonce: u64,
    /// Random.
    pub id: [u8; 16],
    /// SHA-256 of the body.
    pub body: [u8; 32],
}

/// Why an envelope is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvelopeError {
    /// A header is missing or not of its form.
    #[error("header {0} is missing or malformed")]
    Header(&'static str),
    /// The body is not the signed one.
    #[error("the body is not the one that was signed")]
    Body,
    /// The signature does not fit.
    #[error("the signature does not fit")]
    Signature,
}

impl Envelope {
    /// The text that is signed for a route.
    pub fn request_text(&self, route: &str) -> String {
        let Self {
            sender,
            receiver,
            nonce,
            id,
            body,
        } = self;
        let (id, body) = (hex::encode(id), hex::encode(body));
        format!("{REQUEST_DOMAIN}\n{sender}\n{receiver}\n{nonce}\n{id}\n{route}\n{body}")
    }

    /// The text that the receiver signs for its answer.
    pub fn response_text(&self, status: u16, answer: &[u8; 32]) -> String {
        let Self {
            sender,
            receiver,
            nonce,
            id,
            ..
        } = self;
        let (id, answer) = (hex::encode(id), hex::encode(answer));
        format!("{RESPONSE_DOMAIN}\n{receiver}\n{sender}\n{nonce}\n{id}\n{status}\n{answer}")
    }

    /// The headers of the request, signed.
    pub fn headers(&self, identity: &Identity, route: &str) -> [(&'static str, String); 6] {
        [
            (SENDER, self.sender.to_string()),
            (RECEIVER, self.receiver.to_string()),
            (NONCE, self.nonce.to_string()),
            (ID, hex::encode(self.id)),
            (BODY, hex::encode(self.body)),
            (
                SIGNATURE,
                hex::encode(identity.sign(self.request_text(route).as_bytes())),
            ),
        ]
    }

    /// Reads the headers of a request, and the signature, which is not yet checked.
    ///
    /// # Errors
    /// [`EnvelopeError::Header`].
    pub fn from_headers(headers: &HeaderMap) -> Result<(Self, [u8; 64]), EnvelopeError> {
        let hotkey = |name: &'static str| text(headers, name)?.parse().map_err(|_| EnvelopeError::Header(name));
        let envelope = Self {
            sender: hotkey(SENDER)?,
            receiver: hotkey(RECEIVER)?,
            nonce: text(headers, NONCE)?
                .parse()
                .map_err(|_| EnvelopeError::Header(NONCE))?,
            id: bytes(headers, ID)?,
            body: bytes(headers, BODY)?,
        };
        Ok((envelope, bytes(headers, SIGNATURE)?))
    }

    /// Checks body and signature of a request.
    ///
    /// # Errors
    /// [`EnvelopeError::Body`] or [`EnvelopeError::Signature`].
    pub fn verify(&self, route: &str, body: &[u8], signature: &[u8; 64]) -> Result<(), EnvelopeError> {
        self.verify_body(body)?;
        self.verify_signature_of_request(route, signature)
    }

    /// Checks the body of a request against the hash that its sender signed.
    ///
    /// # Errors
    /// [`EnvelopeError::Body`].
    pub fn verify_body(&self, body: &[u8]) -> Result<(), EnvelopeError> {
        if sha256(body) == self.body {
            Ok(())
        } else {
            Err(EnvelopeError::Body)
        }
    }

    /// Checks the signature of a request, which covers the hash of the body: the body itself is not needed for it.
    ///
    /// # Errors
    /// [`EnvelopeError::Signature`].
    pub fn verify_signature_of_request(&self, route: &str, signature: &[u8; 64]) -> Result<(), EnvelopeError> {
        if self.sender.verifies(self.request_text(route).as_bytes(), signature) {
            Ok(())
        } else {
            Err(EnvelopeError::Signature)
        }
    }

    /// Checks an answer to this request.
    ///
    /// # Errors
    /// If its headers are missing or were not signed by the receiver.
    pub fn verify_response(&self, status: u16, headers: &HeaderMap, answer: &[u8]) -> Result<(), EnvelopeError> {
        self.verify_signature(status, &sha256(answer), &bytes(headers, SIGNATURE)?)
    }

    /// Checks the trailer of a streamed answer (status 200) against the SHA-256 of the events before it.
    ///
    /// # Errors
    /// If it is malformed or was not signed by the receiver.
    pub fn verify_trailer(&self, trailer: &[u8], events: &[u8; 32]) -> Result<(), EnvelopeError> {
        let digits = trailer.strip_prefix(TRAILER.as_bytes()).map(<[u8]>::trim_ascii_end);
        let mut signature = [0; 64];
        hex::decode_to_slice(digits.unwrap_or_default(), &mut signature)
            .map_err(|_| EnvelopeError::Header(SIGNATURE))?;
        self.verify_signature(200, events, &signature)
    }

    fn verify_signature(&self, status: u16, answer: &[u8; 32], signature: &[u8; 64]) -> Result<(), EnvelopeError> {
        let text = self.response_text(status, answer);
        if self.receiver.verifies(text.as_bytes(), signature) {
            Ok(())
        } else {
            Err(EnvelopeError::Signature)
        }
    }
}

/// SHA-256.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// Nanoseconds since 1970. Fits u64 until the year 2554.
pub fn now_ns() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |age| u64::try_from(age.as_nanos()).unwrap_or(u64::MAX))
}

/// Source of nonces that grow even if the clock stands or steps back.
#[derive(Debug, Default)]
pub struct Nonces(AtomicU64);

impl Nonces {
    /// The next one.
    pub fn next(&self) -> u64 {
        let now = now_ns();
        let grow = |last: u64| now.max(last + 1);
        let last = self
            .0
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |last| Some(grow(last)));
        grow(last.unwrap_or_default())
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a str, EnvelopeError> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .ok_or(EnvelopeError::Header(name))
}

fn bytes<const N: usize>(headers: &HeaderMap, name: &'static str) -> Result<[u8; N], EnvelopeError> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text(headers, name)?, &mut bytes).map_err(|_| EnvelopeError::Header(name))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_change_breaks_the_signature(
            nonce: u64, id: [u8; 16], body: Vec<u8>, route in "[a-z/]{1,20}", place in 0usize..6,
        ) {
            let sender = Identity::from_seed(&[1; 32]);
            let receiver = Identity::from_seed(&[2; 32]).hotkey();
            let envelope = Envelope { sender: sender.hotkey(), receiver, nonce, id, body: sha256(&body) };
            let signature = sender.sign(envelope.request_text(&route).as_bytes());
            prop_assert_eq!(envelope.verify(&route, &body, &signature), Ok(()));
            let (mut other, mut other_route, mut other_body) = (envelope.clone(), route, body);
            match place {
                0 => other.sender = receiver,
                1 => other.receiver = sender.hotkey(),
                2 => other.nonce ^= 1,
                3 => other.id[3] ^= 1,
                4 => other_route.push('x'),
                _ => other_body.push(0),
            }
            prop_assert!(other.verify(&other_route, &other_body, &signature).is_err());
        }
    }

    #[test]
    fn nonces_grow() {
        let nonces = Nonces::default();
        let mut last = 0;
        for _ in 0..10_000 {
            let next = nonces.next();
            assert!(next > last);
            last = next;
        }
    }
}
