//! The key files of bittensor wallets: JSON, as it is or encrypted with a password.
//!
//! An encrypted file is `$NACL`, a nonce of 24 bytes and a secretbox (XSalsa20-Poly1305) of the JSON. Its key is
//! Argon2i (version 1.3) of the password with a salt that is the same for everybody, 8 passes over 512 MiB: libsodium's
//! "sensitive" limits.

use std::path::Path;

use argon2::{Algorithm, Argon2, Params, Version};
use crypto_secretbox::{KeyInit, XSalsa20Poly1305, aead::Aead};
use serde::Deserialize;
use sp_core::crypto::AccountId32;

use crate::{Error, Result, keys::Keypair, parse_account};

const MAGIC: &[u8] = b"$NACL";
const NONCE_BYTES: usize = 24;
const SALT: &[u8; 16] = b"\x13q\x83\xdf\xf1Z\t\xbc\x9c\x90\xb5Q\x879\xe9\xb1";
const PASSES: u32 = 8;
const MEMORY_KIB: u32 = 512 * 1024;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Contents {
    crypto_type: Option<u8>,
    secret_phrase: Option<String>,
    secret_seed: Option<String>,
    private_key: Option<String>,
    ss58_address: Option<String>,
    public_key: Option<String>,
}

/// True of the bytes of an encrypted key file.
pub fn is_encrypted(data: &[u8]) -> bool {
    data.starts_with(MAGIC)
}

/// Opens an encrypted key file. Takes a few seconds and 512 MiB, by design of the format.
///
/// # Errors
/// [`Error::WrongPassword`], and [`Error::KeyFile`] if the file is cut short.
pub fn decrypt(path: &Path, data: &[u8], password: &str) -> Result<Vec<u8>> {
    let unusable = |reason: &str| Error::KeyFile {
        path: path.to_owned(),
        reason: reason.to_owned(),
    };
    let sealed = data
        .strip_prefix(MAGIC)
        .ok_or_else(|| unusable("it is not encrypted"))?;
    let (nonce, sealed) = sealed
        .split_first_chunk::<NONCE_BYTES>()
        .ok_or_else(|| unusable("it is cut short; restore it from a copy"))?;
    let key = derive(password).map_err(|reason| unusable(&reason))?;
    XSalsa20Poly1305::new(&key.into())
        .decrypt(&(*nonce).into(), sealed)
        .map_err(|_| Error::WrongPassword { path: path.to_owned() })
}

fn derive(password: &str) -> Result<[u8; 32], String> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(32)).map_err(|e| e.to_string())?;
    let mut key = [0; 32];
    Argon2::new(Algorithm::Argon2i, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), SALT, &mut key)
        .map_err(|e| e.to_string())?;
    Ok(key)
}

fn contents(path: &Path, json: &[u8]) -> Result<Contents> {
    serde_json::from_slice(json).map_err(|e| Error::KeyFile {
        path: path.to_owned(),
        reason: format!("it is no key file ({e})"),
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
    if contents.crypto_type.is_some_and(|kind| kind != 1) {
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
    pair.ok_or_else(|| unusable("the secret in it is malformed"))
}

/// The account that a (decrypted) key file names; no secret is needed for that.
///
/// # Errors
/// [`Error::KeyFile`].
pub fn account(path: &Path, json: &[u8]) -> Result<AccountId32> {
    let parsed = contents(path, json)?;
    match parsed.ss58_address.as_ref().or(parsed.public_key.as_ref()) {
        Some(text) => parse_account(text).map_err(|e| Error::KeyFile {
            path: path.to_owned(),
            reason: e.to_string(),
        }),
        None => keypair(path, json).map(|pair| pair.account()),
    }
}
