//! Why a customer is not served.

use tributary_neuron::ChainError;

use crate::{
    api::BadRequest,
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
    #[error("there is no model {0:?} here; GET /v1/models lists them")]
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
