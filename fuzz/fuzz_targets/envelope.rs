//! Headers of requests to an axon, one a line, and the end of a streamed answer: nothing unsigned passes.
#![no_main]

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use libfuzzer_sys::fuzz_target;
use tributary_neuron::envelope::{BODY, Envelope, ID, NONCE, RECEIVER, SENDER, SIGNATURE};

fuzz_target!(|bytes: &[u8]| {
    let mut headers = HeaderMap::new();
    let mut lines = bytes.split(|byte| *byte == b'\n');
    for name in [SENDER, RECEIVER, NONCE, ID, BODY, SIGNATURE] {
        if let Ok(value) = HeaderValue::from_bytes(lines.next().unwrap_or_default()) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    let Ok((envelope, signature)) = Envelope::from_headers(&headers) else {
        return;
    };
    let body = lines.next().unwrap_or_default();
    if envelope.verify("route", body, &signature).is_ok() {
        assert!(envelope.verify("another", body, &signature).is_err());
        let mut other = envelope.clone();
        other.nonce ^= 1;
        assert!(other.verify("route", body, &signature).is_err());
    }
    // Whoever cannot sign for the receiver ends no stream.
    assert!(envelope.verify_trailer(bytes, &[0; 32]).is_err());
});
