//! Errors with the codes and texts that clients look for (`docs/rules/clients.md#transport` and
//! `docs/rules/clients.md#errors-at-submission`). `data` is a string or absent.

use jsonrpsee::types::{ErrorObjectOwned, error::ErrorObject};
use sp_runtime::transaction_validity::{InvalidTransaction, UnknownTransaction};

use super::limits::short;
use crate::{Error, PoolError, pool::error::reason};

const BAD_PARAMS: i32 = -32602;
const INTERNAL: i32 = -32603;
/// Code of a node's own client errors.
const CLIENT: i32 = 4003;
/// Code of what only the embedded chain can refuse.
const DEV: i32 = -32000;

pub fn bad_params(message: impl Into<String>) -> ErrorObjectOwned {
    object(BAD_PARAMS, &message.into(), None)
}

pub fn internal(message: impl ToString) -> ErrorObjectOwned {
    object(INTERNAL, &message.to_string(), None)
}

/// What the library says of a parameter.
pub fn of_library(error: ErrorObjectOwned) -> ErrorObjectOwned {
    object(error.code(), error.message(), error.data().map(|data| data.get()))
}

/// The only place where errors are made: none is long, whatever is in it.
fn object(code: i32, message: &str, data: Option<&str>) -> ErrorObjectOwned {
    ErrorObject::owned(code, short(message), data.map(short))
}

/// Anything that a chain can fail with.
pub fn from_chain(error: Error) -> ErrorObjectOwned {
    let client = |text: String| object(CLIENT, &format!("Client error: {text}"), None);
    match error {
        Error::Pool(error) => from_pool(error),
        // async-substrate-interface looks for these texts.
        Error::Discarded(_) => client(format!("Api called for an unknown Block: {error}")),
        Error::UnknownBlock(block) => client(format!(
            "Api called for an unknown Block: Header was not found in the database: {block}"
        )),
        Error::UnknownMethod(_) => client(format!("Execution failed: Other: {error}")),
        Error::Arguments { .. } | Error::Execution { .. } | Error::BadAnswer { .. } => {
            client(format!("Execution failed: {error}"))
        }
        other => object(DEV, &other.to_string(), None),
    }
}

fn from_pool(error: PoolError) -> ErrorObjectOwned {
    let (code, message, data): (i32, String, Option<String>) = match error {
        PoolError::BadFormat(reason) => (1001, format!("Extrinsic has invalid format: {reason}"), None),
        PoolError::Verification(reason) => (
            1002,
            format!("Verification Error: Runtime error: {reason}"),
            Some(format!("RuntimeApi(\"{reason}\")")),
        ),
        PoolError::Invalid(InvalidTransaction::Custom(code)) => (
            1010,
            "Invalid Transaction".into(),
            Some(format!("Custom error: {code}")),
        ),
        PoolError::Invalid(invalid) => (1010, "Invalid Transaction".into(), Some(reason(&invalid))),
        PoolError::Unknown(unknown) => {
            let text = match unknown {
                UnknownTransaction::Custom(code) => format!("Custom error: {code}"),
                other => <&'static str>::from(other).into(),
            };
            (1011, "Unknown Transaction Validity".into(), Some(text))
        }
        PoolError::TemporarilyBanned => (1012, "Transaction is temporarily banned".into(), None),
        PoolError::AlreadyImported(hash) => (1013, "Transaction Already Imported".into(), Some(format!("{hash:?}"))),
        PoolError::TooLowPriority { old, new } => (
            1014,
            format!("Priority is too low: ({old} vs {new})"),
            Some("The transaction has too low priority to replace another transaction already in the pool.".into()),
        ),
        PoolError::CycleDetected => (1015, "Cycle Detected".into(), None),
        PoolError::ImmediatelyDropped => (
            1016,
            "Immediately Dropped".into(),
            Some("The transaction couldn't enter the pool because of the limit".into()),
        ),
        PoolError::NoTagsProvided => (
            1019,
            "No tags provided".into(),
            Some("Transaction does not provide any tags, so the pool can't identify it".into()),
        ),
    };
    object(code, &message, data.as_deref())
}
