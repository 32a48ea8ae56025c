//! How key files are sealed with a password.
//!
//! Since version 6 of the tools a sealed file is `$NACL`, a nonce of 24 bytes and a secretbox (XSalsa20-Poly1305) of
//! the JSON; its key is Argon2i (version 1.3) of the password with a salt that is the same for everybody, 8 passes over
//! 512 MiB: libsodium's "sensitive" limits. Older files are read, not written: Ansible vaults (`$ANSIBLE_VAULT`;
//! PBKDF2-HMAC-SHA256, AES-256-CTR) and, before them, Fernet tokens (`gAAAAA…`; PBKDF2 with ten million rounds,
//! AES-128-CBC).

use std::path::Path;

use aes::cipher::{BlockModeDecrypt as _, KeyIvInit as _, StreamCipher as _, block_padding::Pkcs7};
use argon2::{Algorithm, Argon2, Params, Version};
use base64::{Engine as _, engine::general_purpose::URL_SAFE};
use crypto_secretbox::{KeyInit as _, XSalsa20Poly1305, aead::Aead as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::{Error, Result};

const MAGIC: &[u8] = b"$NACL";
const NONCE_BYTES: usize = 24;
const SALT: &[u8; 16] = b"\x13q\x83\xdf\xf1Z\t\xbc\x9c\x90\xb5Q\x879\xe9\xb1";
const PASSES: u32 = 8;
const MEMORY_KIB: u32 = 512 * 1024;

const ANSIBLE: &[u8] = b"$ANSIBLE_VAULT";
const ANSIBLE_ROUNDS: u32 = 10_000;

const FERNET: &[u8] = b"gAAAAA";
const FERNET_ROUNDS: u32 = 10_000_000;
const FERNET_SALT: &[u8] = b"Iguesscyborgslikemyselfhaveatendencytobeparanoidaboutourorigins";

/// True of the bytes of a sealed key file, of whichever generation.
pub fn is_sealed(data: &[u8]) -> bool {
    [MAGIC, ANSIBLE, FERNET].iter().any(|magic| data.starts_with(magic))
}

/// Seals a key file as bittensor's tools do. Takes a few seconds and 512 MiB, by design of the format.
///
/// # Errors
/// [`Error::KeyFile`] if there is not that much memory, or no randomness.
pub fn seal(path: &Path, json: &[u8], password: &str) -> Result<Vec<u8>> {
    let unusable = |reason: String| Error::KeyFile {
        path: path.to_owned(),
        reason,
    };
    let mut nonce = [0; NONCE_BYTES];
    getrandom::fill(&mut nonce).map_err(|e| unusable(format!("the system gives no randomness ({e})")))?;
    let key = derive(password).map_err(unusable)?;
    let sealed = XSalsa20Poly1305::new(&key.into())
        .encrypt(&nonce.into(), json)
        .map_err(|_| unusable("it cannot be sealed".to_owned()))?;
    Ok([MAGIC, &nonce, &sealed].concat())
}

/// Opens a sealed key file of any generation. Takes a few seconds, by design of the formats.
///
/// # Errors
/// [`Error::WrongPassword`], and [`Error::KeyFile`] if the file is not sealed, or damaged.
pub fn unseal(path: &Path, data: &[u8], password: &str) -> Result<Vec<u8>> {
    let opened = if let Some(sealed) = data.strip_prefix(MAGIC) {
        open_nacl(sealed, password)
    } else if data.starts_with(ANSIBLE) {
        open_ansible(data, password)
    } else if data.starts_with(FERNET) {
        open_fernet(data, password)
    } else {
        Err(Failed::Damaged("it is not sealed".to_owned()))
    };
    opened.map_err(|failed| match failed {
        Failed::Password => Error::WrongPassword { path: path.to_owned() },
        Failed::Damaged(reason) => Error::KeyFile {
            path: path.to_owned(),
            reason,
        },
    })
}

enum Failed {
    Password,
    Damaged(String),
}

impl Failed {
    fn cut_short() -> Self {
        Self::Damaged("it is cut short or damaged; restore it from a copy".to_owned())
    }
}

fn open_nacl(sealed: &[u8], password: &str) -> Result<Vec<u8>, Failed> {
    let (nonce, sealed) = sealed
        .split_first_chunk::<NONCE_BYTES>()
        .ok_or_else(Failed::cut_short)?;
    let key = derive(password).map_err(Failed::Damaged)?;
    XSalsa20Poly1305::new(&key.into())
        .decrypt(&(*nonce).into(), sealed)
        .map_err(|_| Failed::Password)
}

fn derive(password: &str) -> Result<[u8; 32], String> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, Some(32)).map_err(|e| e.to_string())?;
    let mut key = [0; 32];
    Argon2::new(Algorithm::Argon2i, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), SALT, &mut key)
        .map_err(|e| e.to_string())?;
    Ok(key)
}

/// A header line, then hexadecimal digits in lines; they stand for three lines of hexadecimal digits again: salt, HMAC
/// of the ciphertext, ciphertext.
fn open_ansible(data: &[u8], password: &str) -> Result<Vec<u8>, Failed> {
    let text = std::str::from_utf8(data).map_err(|_| Failed::cut_short())?;
    let (header, body) = text.split_once('\n').ok_or_else(Failed::cut_short)?;
    if header.trim_end().rsplit(';').next() != Some("AES256") && !header.contains(";AES256;") {
        return Err(Failed::Damaged(format!(
            "it is an Ansible vault of an unknown kind ({}); open it with `ansible-vault decrypt`",
            crate::visible(header)
        )));
    }
    let digits: String = body.split_whitespace().collect();
    let inner = hex::decode(digits).map_err(|_| Failed::cut_short())?;
    let parts: Vec<Vec<u8>> = inner
        .split(|byte| *byte == b'\n')
        .map(|line| hex::decode(line.trim_ascii()).map_err(|_| Failed::cut_short()))
        .collect::<Result<_, _>>()?;
    let [salt, tag, sealed] = parts.as_slice() else {
        return Err(Failed::cut_short());
    };
    let mut keys = [0; 80];
    pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), salt, ANSIBLE_ROUNDS, &mut keys);
    let (cipher_key, rest) = keys.split_at(32);
    let (mac_key, counter) = rest.split_at(32);
    authentic(mac_key, sealed, tag)?;
    let mut plain = sealed.clone();
    ctr::Ctr128BE::<aes::Aes256>::new_from_slices(cipher_key, counter)
        .map_err(|_| Failed::cut_short())?
        .apply_keystream(&mut plain);
    // Padded to whole blocks all the same, each padding byte being their number.
    let padding = usize::from(plain.last().copied().unwrap_or_default());
    let length = plain.len().checked_sub(padding).ok_or_else(Failed::cut_short)?;
    plain.truncate(length);
    Ok(plain)
}

/// Base64 of a version byte, a time of 8 bytes, the initialisation vector, the ciphertext, and the HMAC of all that.
fn open_fernet(data: &[u8], password: &str) -> Result<Vec<u8>, Failed> {
    let token = URL_SAFE.decode(data.trim_ascii()).map_err(|_| Failed::cut_short())?;
    let (signed, tag) = token.split_last_chunk::<32>().ok_or_else(Failed::cut_short)?;
    let (head, sealed) = signed.split_at_checked(25).ok_or_else(Failed::cut_short)?;
    let mut keys = [0; 32];
    pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), FERNET_SALT, FERNET_ROUNDS, &mut keys);
    let (mac_key, cipher_key) = keys.split_at(16);
    authentic(mac_key, signed, tag)?;
    cbc::Decryptor::<aes::Aes128>::new_from_slices(cipher_key, &head[9..])
        .map_err(|_| Failed::cut_short())?
        .decrypt_padded_vec::<Pkcs7>(sealed)
        .map_err(|_| Failed::cut_short())
}

/// A wrong password gives a wrong key, and so does another file: both formats tell them apart no more than this.
fn authentic(key: &[u8], message: &[u8], tag: &[u8]) -> Result<(), Failed> {
    let mut mac = <Hmac<Sha256>>::new_from_slice(key).map_err(|_| Failed::cut_short())?;
    mac.update(message);
    mac.verify_slice(tag).map_err(|_| Failed::Password)
}
