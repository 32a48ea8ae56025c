//! Parameters as clients write them: hex with and without `0x`, trailing ones missing or `null`.

use jsonrpsee::types::{ErrorObjectOwned, Params, ParamsSequence};
use serde::de::DeserializeOwned;
use serde_json::Value;
use sp_core::H256;
use sp_runtime::AccountId32;
use tokio_util::sync::CancellationToken;

use super::{error, limits::ADDRESS_MAX};
use crate::At;

/// Reads one parameter after the other.
pub struct Reader<'a> {
    rest: ParamsSequence<'a>,
    /// Cancelled when nobody waits for the answer any more.
    pub gone: CancellationToken,
}

impl<'a> Reader<'a> {
    pub fn new(params: &'a Params<'_>) -> Self {
        Self {
            rest: params.sequence(),
            gone: CancellationToken::new(),
        }
    }

    /// With what says that nobody waits for the answer any more.
    pub fn waited_for(params: &'a Params<'_>, gone: CancellationToken) -> Self {
        Self {
            rest: params.sequence(),
            gone,
        }
    }

    /// A parameter that has to be there.
    pub fn required<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, ErrorObjectOwned> {
        self.optional(name)?
            .ok_or_else(|| error::bad_params(format!("{name} is missing")))
    }

    /// A parameter that may be missing or null.
    pub fn optional<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, ErrorObjectOwned> {
        let value: Option<Value> = self.rest.optional_next().map_err(error::of_library)?;
        value
            .filter(|value| !value.is_null())
            .map(|value| serde_json::from_value(value).map_err(|reason| error::bad_params(format!("{name}: {reason}"))))
            .transpose()
    }

    /// Bytes as hex.
    pub fn bytes(&mut self, name: &str) -> Result<Vec<u8>, ErrorObjectOwned> {
        let text: String = self.required(name)?;
        bytes(name, &text)
    }

    /// Bytes as hex that may be missing.
    pub fn optional_bytes(&mut self, name: &str) -> Result<Option<Vec<u8>>, ErrorObjectOwned> {
        self.optional::<String>(name)?
            .map(|text| bytes(name, &text))
            .transpose()
    }

    /// Several byte strings as hex.
    pub fn many_bytes(&mut self, name: &str) -> Result<Vec<Vec<u8>>, ErrorObjectOwned> {
        let texts: Vec<String> = self.required(name)?;
        texts.iter().map(|text| bytes(name, text)).collect()
    }

    /// A block hash; missing or null means the best block.
    pub fn at(&mut self) -> Result<At, ErrorObjectOwned> {
        let hash = self.optional_bytes("block hash")?;
        hash.map(|bytes| hash_of(&bytes)).transpose().map(At::from)
    }

    /// An account: SS58 or 32 bytes as hex.
    pub fn account(&mut self) -> Result<AccountId32, ErrorObjectOwned> {
        let text: String = self.required("account")?;
        if text.len() > ADDRESS_MAX {
            return Err(error::bad_params(format!(
                "account: {} characters are not an address",
                text.len()
            )));
        }
        text.parse()
            .map_err(|reason| error::bad_params(format!("account: {reason}")))
    }
}

/// Hex with or without `0x`.
pub fn bytes(name: &str, text: &str) -> Result<Vec<u8>, ErrorObjectOwned> {
    hex::decode(text.strip_prefix("0x").unwrap_or(text))
        .map_err(|reason| error::bad_params(format!("{name} is not hex: {reason}")))
}

/// A block hash from its bytes.
pub fn hash_of(bytes: &[u8]) -> Result<H256, ErrorObjectOwned> {
    <[u8; 32]>::try_from(bytes)
        .map(H256)
        .map_err(|_| error::bad_params(format!("a block hash has 32 bytes, not {}", bytes.len())))
}

/// Bytes as clients read them.
pub fn hex(bytes: impl AsRef<[u8]>) -> Value {
    Value::String(format!("0x{}", ::hex::encode(bytes)))
}
