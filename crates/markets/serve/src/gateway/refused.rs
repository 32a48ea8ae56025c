//! Why a customer is not served, and how the answer says it.

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use tributary_neuron::ChainError;

use super::error_form::{Kind, error};
use crate::{
    api::{BadRequest, excerpt},
    credential::{NoToken, NoVoucher},
    meter::{BadVoucher, Uncovered},
};

/// Why a customer is not served.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There is no credential, or it is not good.
    #[error("{0}")]
    Credential(String),
    /// The channel cannot be used here.
    #[error("{0}")]
    Channel(String),
    /// The request is not paid for.
    #[error(transparent)]
    Uncovered(#[from] Uncovered),
    /// The voucher does not count.
    #[error("the voucher is refused: {0}")]
    Voucher(#[from] BadVoucher),
    /// The request makes no sense.
    #[error(transparent)]
    Request(#[from] BadRequest),
    /// There is no such model.
    #[error("there is no model {:?} here; GET /v1/models lists them", excerpt(.0))]
    Model(String),
    /// No miner did it.
    #[error("no miner could answer: {0}")]
    Miners(String),
    /// The gateway itself cannot.
    #[error("the gateway cannot serve now: {0}")]
    Unwell(String),
}

impl From<ChainError> for Refused {
    fn from(error: ChainError) -> Self {
        Self::Unwell(error.to_string())
    }
}

impl From<NoToken> for Refused {
    fn from(error: NoToken) -> Self {
        Self::Credential(error.to_string())
    }
}

impl From<NoVoucher> for Refused {
    fn from(error: NoVoucher) -> Self {
        Self::Request(BadRequest {
            param: Some("voucher".into()),
            message: error.to_string(),
        })
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, kind, code) = match &self {
            Self::Credential(_) => (StatusCode::UNAUTHORIZED, Kind::Authentication, "invalid_api_key"),
            Self::Channel(_) | Self::Uncovered(Uncovered::Unknown(_)) => {
                (StatusCode::PAYMENT_REQUIRED, Kind::Payment, "channel")
            }
            Self::Uncovered(Uncovered::Backlog(_)) => (StatusCode::SERVICE_UNAVAILABLE, Kind::Server, "backlog"),
            Self::Uncovered(Uncovered::NoAmount(_)) => (StatusCode::BAD_REQUEST, Kind::Request, "invalid_request"),
            Self::Uncovered(_) => (StatusCode::PAYMENT_REQUIRED, Kind::Payment, "not_covered"),
            Self::Voucher(_) => (StatusCode::PAYMENT_REQUIRED, Kind::Payment, "voucher"),
            Self::Request(_) => (StatusCode::BAD_REQUEST, Kind::Request, "invalid_request"),
            Self::Model(_) => (StatusCode::NOT_FOUND, Kind::Request, "model_not_found"),
            Self::Miners(_) | Self::Unwell(_) => (StatusCode::SERVICE_UNAVAILABLE, Kind::Server, "unavailable"),
        };
        let param = match &self {
            Self::Request(bad) => bad.param.as_deref(),
            Self::Model(_) => Some("model"),
            _ => None,
        };
        error(status, kind, code, &self.to_string(), param)
    }
}
