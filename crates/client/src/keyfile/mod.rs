//! The key files of bittensor wallets: JSON, as it is or sealed with a password (see [`sealing`]).

pub mod sealing;

use std::path::Path;

use serde::{Deserialize, Serialize};
use sp_core::{Pair as _, crypto::AccountId32};

use crate::{
    Error, Result,
    keys::{Keypair, NewKey, address},
    parse_account,
};

pub use sealing::{is_sealed, seal, unseal};

/// Read leniently, as several generations of tools wrote these files; written whole.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Contents {
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_phrase: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_seed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    private_key: Option<String>,
    /// Not written: bittensor-wallet 4.0, which btcli and the SDK use, reads nothing but texts.
    #[serde(skip_serializing)]
    crypto_type: Option<u8>,
    account_id: Option<String>,
    public_key: Option<String>,
    ss58_address: Option<String>,
}

/// sr25519, as bittensor numbers the kinds of keys.
const SR25519: u8 = 1;

impl Contents {
    fn public(account: &AccountId32) -> Self {
        let key = format!("0x{}", hex::encode(account));
        Self {
            secret_phrase: None,
            secret_seed: None,
            private_key: None,
            crypto_type: None,
            account_id: Some(key.clone()),
            public_key: Some(key),
            ss58_address: Some(address(account)),
        }
    }

    fn write(&self) -> Vec<u8> {
        // A struct of texts has no way to fail.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// A key file with the secret of a key, not sealed.
pub fn with_secret(key: &NewKey) -> Vec<u8> {
    Contents {
        secret_phrase: key.phrase.clone(),
        secret_seed: key.seed.map(|seed| format!("0x{}", hex::encode(seed))),
        private_key: Some(format!("0x{}", hex::encode(key.pair.pair().to_raw_vec()))),
        ..Contents::public(&key.pair.account())
    }
    .write()
}

/// A key file that tells an account and no secret.
pub fn without_secret(account: &AccountId32) -> Vec<u8> {
    Contents::public(account).write()
}

fn contents(path: &Path, json: &[u8]) -> Result<Contents> {
    serde_json::from_slice(json).map_err(|e| Error::KeyFile {
        path: path.to_owned(),
        reason: format!("it is not a key file ({e})"),
    })
}

/// The key pair in a (decrypted) key file. As in bittensor-wallet, a mnemonic comes before a seed and a seed before a
/// private key.
///
/// # Errors
/// [`Error::KeyFile`] if there is no secret in it, or one of another curve than sr25519.
pub fn keypair(path: &Path, json: &[u8]) -> Result<Keypair> {
    let contents = contents(path, json)?;
    let unusable = |reason: &str| Error::KeyFile {
        path: path.to_owned(),
        reason: reason.to_owned(),
    };
    if contents.crypto_type.is_some_and(|kind| kind != SR25519) {
        return Err(unusable("its key is not of the sr25519 kind"));
    }
    let bytes = |text: &str| hex::decode(text.trim_start_matches("0x")).ok();
    let pair = if let Some(phrase) = &contents.secret_phrase {
        Keypair::from_secret(phrase).ok()
    } else if let Some(secret) = contents.secret_seed.as_ref().or(contents.private_key.as_ref()) {
        bytes(secret).and_then(|secret| Keypair::from_bytes(&secret))
    } else {
        return Err(unusable("it holds a public key only, which cannot sign"));
    };
    let pair = pair.ok_or_else(|| unusable("the secret in it is malformed"))?;
    // The address is what people see, the secret is what pays.
    let named = [&contents.ss58_address, &contents.public_key, &contents.account_id];
    for text in named.into_iter().flatten() {
        if parse_account(text).ok() != Some(pair.account()) {
            return Err(unusable(&format!(
                "it says that it is the key of {}, and its secret is that of {}",
                crate::visible(text),
                pair.address()
            )));
        }
    }
    Ok(pair)
}

/// The account of a (decrypted) key file: that of its secret if it has one, else the one that it names.
///
/// # Errors
/// [`Error::KeyFile`].
pub fn account(path: &Path, json: &[u8]) -> Result<AccountId32> {
    // The first wallets kept a bare public key.
    if let Ok(text) = std::str::from_utf8(json)
        && let Ok(account) = parse_account(text)
        && !text.trim_start().starts_with("//")
    {
        return Ok(account);
    }
    let parsed = contents(path, json)?;
    if [&parsed.secret_phrase, &parsed.secret_seed, &parsed.private_key]
        .iter()
        .any(|secret| secret.is_some())
    {
        return keypair(path, json).map(|pair| pair.account());
    }
    let named = parsed.ss58_address.as_ref().or(parsed.public_key.as_ref());
    let named = named.ok_or_else(|| Error::KeyFile {
        path: path.to_owned(),
        reason: "it names no account".to_owned(),
    })?;
    parse_account(named).map_err(|e| Error::KeyFile {
        path: path.to_owned(),
        reason: e.to_string(),
    })
}
