//! The form of errors: that of the OpenAI API, for every answer that is one, whoever made it.

use std::panic::AssertUnwindSafe;

use axum::{
    Json,
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures::FutureExt as _;
use serde_json::json;

use crate::api::excerpt;

/// A plain text longer than this is not put into the form.
const TEXT_MAX: usize = 4096;

/// Whose fault it is, in the words of the OpenAI API; payment is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The request's.
    Request,
    /// The credential's.
    Authentication,
    /// Want of payment.
    Payment,
    /// Too many requests.
    RateLimit,
    /// The server's.
    Server,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Request => "invalid_request_error",
            Self::Authentication => "authentication_error",
            Self::Payment => "payment_error",
            Self::RateLimit => "rate_limit_error",
            Self::Server => "server_error",
        }
    }
}

/// The body of an error.
pub fn body(kind: Kind, code: &str, message: &str, param: Option<&str>) -> serde_json::Value {
    json!({ "error": { "message": message, "type": kind.name(), "param": param, "code": code } })
}

/// An answer that is an error.
pub fn error(status: StatusCode, kind: Kind, code: &str, message: &str, param: Option<&str>) -> Response {
    (status, Json(body(kind, code, message, param))).into_response()
}

/// What a status is called, if whoever answered with it said no more.
fn usual(status: StatusCode) -> (Kind, &'static str, &'static str) {
    match status {
        StatusCode::UNAUTHORIZED => (Kind::Authentication, "invalid_api_key", "the credential is not good"),
        StatusCode::PAYMENT_REQUIRED => (Kind::Payment, "not_covered", "the request is not paid for"),
        StatusCode::NOT_FOUND => (Kind::Request, "not_found", "there is nothing here"),
        StatusCode::METHOD_NOT_ALLOWED => (Kind::Request, "method_not_allowed", "this route has no such method"),
        StatusCode::REQUEST_TIMEOUT => (Kind::Request, "timeout", "the request did not come in time"),
        StatusCode::PAYLOAD_TOO_LARGE => (Kind::Request, "too_large", "the body is too large"),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => (Kind::Request, "not_json", "the body must be JSON"),
        StatusCode::TOO_MANY_REQUESTS => (Kind::RateLimit, "rate_limit_exceeded", "too many requests at once"),
        StatusCode::SERVICE_UNAVAILABLE => (Kind::Server, "unavailable", "the gateway has no room now"),
        status if status.is_client_error() => (Kind::Request, "invalid_request", "the request makes no sense"),
        _ => (Kind::Server, "internal_error", "the gateway failed"),
    }
}

/// Puts every error of what is inside into the form, panics included.
pub async fn in_form(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let answered = AssertUnwindSafe(next.run(request)).catch_unwind().await;
    let response = answered.unwrap_or_else(|_| {
        tracing::error!(%method, path, "a request made the gateway panic");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    });
    put(response, &method).await
}

/// Puts an answer into the form if it is an error in another one.
pub async fn put(response: Response, method: &Method) -> Response {
    let status = response.status();
    let has_form = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"));
    if !(status.is_client_error() || status.is_server_error()) || has_form {
        return response;
    }
    let (parts, content) = response.into_parts();
    let text = to_bytes(content, TEXT_MAX).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let (kind, code, usual) = usual(status);
    let message = match text.trim() {
        "" => usual,
        text => text,
    };
    // Such texts are the framework's, and tell back what was sent.
    let mut formed = error(status, kind, code, &excerpt(message), None);
    for (name, value) in &parts.headers {
        if ![header::CONTENT_TYPE, header::CONTENT_LENGTH].contains(name) {
            formed.headers_mut().append(name, value.clone());
        }
    }
    if *method == Method::HEAD {
        *formed.body_mut() = Body::empty();
        formed
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    formed
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{Router, middleware::from_fn, routing::get};
    use tower::ServiceExt as _;

    async fn answer(uri: &str) -> (StatusCode, serde_json::Value) {
        let router = Router::new()
            .route("/panic", get(async || -> &'static str { panic!("on purpose") }))
            .route("/busy", get(async || StatusCode::TOO_MANY_REQUESTS))
            .route("/plain", get(async || (StatusCode::CONFLICT, "in plain words")))
            .route(
                "/form",
                get(async || error(StatusCode::CONFLICT, Kind::Request, "mine", "kept", None)),
            )
            .layer(from_fn(in_form));
        let request = Request::builder().uri(uri).body(Body::empty()).unwrap();
        let response = router.oneshot(request).await.unwrap();
        let status = response.status();
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
        let bytes = to_bytes(response.into_body(), 10_000).await.unwrap();
        (status, serde_json::from_slice(&bytes).unwrap())
    }

    #[tokio::test]
    async fn whatever_goes_wrong_is_said_in_the_form() {
        for (uri, status, code, message) in [
            ("/panic", 500, "internal_error", "the gateway failed"),
            ("/busy", 429, "rate_limit_exceeded", "too many requests at once"),
            ("/plain", 409, "invalid_request", "in plain words"),
            ("/form", 409, "mine", "kept"),
            ("/nothing", 404, "not_found", "there is nothing here"),
        ] {
            let (got, body) = answer(uri).await;
            assert_eq!(got, status, "{uri}");
            assert_eq!(
                (&body["error"]["code"], &body["error"]["message"]),
                (&code.into(), &message.into())
            );
        }
    }
}
