//! Why a transaction was refused.

use sp_core::H256;
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError, UnknownTransaction};

/// Why the pool refused a transaction (`docs/rules/clients.md#errors-at-submission`).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PoolError {
    /// The bytes are no extrinsic.
    #[error("extrinsic has invalid format: {0}")]
    BadFormat(String),
    /// The runtime could not say.
    #[error("the runtime failed to validate the transaction: {0}")]
    Verification(String),
    /// The runtime refuses it.
    #[error("invalid transaction: {}", reason(.0))]
    Invalid(InvalidTransaction),
    /// The runtime cannot tell.
    #[error("unknown transaction validity: {0:?}")]
    Unknown(UnknownTransaction),
    /// It was found invalid a short while ago.
    #[error("transaction is temporarily banned; change it, or send it again in half an hour")]
    TemporarilyBanned,
    /// It is in the pool.
    #[error("transaction {0:?} is in the pool already")]
    AlreadyImported(H256),
    /// Another one with the same nonce is at least as urgent.
    #[error("priority is too low: ({old} vs {new})")]
    TooLowPriority {
        /// Priority of what is in the pool.
        old: u64,
        /// Priority of this one.
        new: u64,
    },
    /// It requires what it provides.
    #[error("transaction requires what only itself provides")]
    CycleDetected,
    /// It provides nothing that it could be told from others by.
    #[error("transaction does not provide any tags")]
    NoTagsProvided,
    /// The pool is full of more urgent ones.
    #[error("the pool is full of transactions of at least this priority")]
    ImmediatelyDropped,
}

/// The text that clients look for.
pub fn reason(invalid: &InvalidTransaction) -> String {
    match invalid {
        InvalidTransaction::Custom(code) => format!("Custom error: {code}"),
        other => <&'static str>::from(*other).into(),
    }
}

impl From<TransactionValidityError> for PoolError {
    fn from(error: TransactionValidityError) -> Self {
        match error {
            TransactionValidityError::Invalid(invalid) => Self::Invalid(invalid),
            TransactionValidityError::Unknown(unknown) => Self::Unknown(unknown),
        }
    }
}
