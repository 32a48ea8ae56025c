//! Sealing, opening, and checking a seal by sealing again.

use aes_gcm::{Aes256Gcm, KeyInit as _, aead::Aead as _};
use blst::min_sig;
use codec::{Decode, Encode};
use sha2::{Digest as _, Sha256};

use crate::{Beacon, Error, Pulse, pairing};

const SUITE: &[u8; 8] = b"AES_GCM_";
const POINT: usize = 96;
const NONCE: usize = 12;

/// What only the sealer knows. Content and secret together prove what sealed bytes hold; the secret alone opens nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub [u8; 32]);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    /// [`Error::Randomness`].
    pub fn random() -> Result<Self, Error> {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(|_| Error::Randomness)?;
        Ok(Self(secret))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Sealed bytes and the round that opens them. Its SCALE encoding is the file, as `bittensor-drand` writes it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Sealed {
    /// The ciphertext (`docs/rules/timelock.md#format`).
    pub ciphertext: Vec<u8>,
    /// The round.
    pub round: u64,
}

impl Sealed {
    /// Seals content until a round. The same arguments give the same bytes.
    ///
    /// # Errors
    /// [`Error::Closed`] never happens for a secret that was chosen at random.
    pub fn seal(beacon: &Beacon, round: u64, content: &[u8], secret: &Secret) -> Result<Self, Error> {
        // One secret may seal many things: everything derived from it depends on what is sealed.
        let digest = Sha256::digest(content);
        let derive = |label: &str| -> [u8; 32] {
            let hash = Sha256::new()
                .chain_update(b"tributary-seal-1")
                .chain_update(label)
                .chain_update(secret.0)
                .chain_update(round.to_be_bytes())
                .chain_update(digest);
            hash.finalize().into()
        };
        let key = derive("key");
        let mask: [u8; 32] = Sha256::digest(derive("mask")).into();
        let scalar = pairing::scalar(&mask, &key)?;
        let point = scalar.sk_to_pk().compress();
        // The pairing of r·Q with the public key is that of Q with r times the public key.
        let raised = scalar.sign(&pairing::message(round), pairing::DOMAIN, &[]);
        let hidden_mask = xor(&mask, &pairing::shared(&raised, beacon.key()));
        let hidden_key = xor(&key, &Sha256::digest(mask).into());
        let mut nonce = [0; NONCE];
        nonce.copy_from_slice(&derive("nonce")[..NONCE]);
        let cipher = Aes256Gcm::new(&key.into());
        let body = cipher
            .encrypt(&nonce.into(), content)
            .map_err(|_| Error::Format("the content is too long"))?;

        let mut ciphertext = Vec::with_capacity(POINT + 2 * 40 + body.len() + 64);
        ciphertext.extend(point);
        put(&mut ciphertext, &hidden_mask);
        put(&mut ciphertext, &hidden_key);
        let mut boxed = Vec::with_capacity(body.len() + 36);
        put(&mut boxed, &body);
        put(&mut boxed, &nonce);
        put(&mut ciphertext, &boxed);
        put(&mut ciphertext, SUITE);
        Ok(Self { ciphertext, round })
    }

    /// The content. That the pulse is the beacon's is checked by opening: no other opens.
    ///
    /// # Errors
    /// [`Error::Round`], [`Error::Pulse`], [`Error::Format`], [`Error::Closed`].
    pub fn open(&self, pulse: &Pulse) -> Result<Vec<u8>, Error> {
        if pulse.round != self.round {
            return Err(Error::Round {
                sealed: self.round,
                pulse: pulse.round,
            });
        }
        let signature = min_sig::Signature::sig_validate(&pulse.signature, true).map_err(|_| Error::Pulse)?;
        let rest = &mut self.ciphertext.as_slice();
        let point = cut(rest, POINT).ok_or(Error::Format("they end within the point"))?;
        let point = min_sig::PublicKey::key_validate(point).map_err(|_| Error::Format("the point is not valid"))?;
        let hidden_mask = take32(rest, "the mask is not 32 bytes long")?;
        let hidden_key = take32(rest, "the key is not 32 bytes long")?;
        let boxed = &mut take(rest).ok_or(Error::Format("they end within the content"))?;
        let body = take(boxed).ok_or(Error::Format("they end within the content"))?;
        let nonce = take(boxed).ok_or(Error::Format("they end within the nonce"))?;
        let nonce: [u8; NONCE] = nonce
            .try_into()
            .map_err(|_| Error::Format("the nonce is not 12 bytes long"))?;

        let mask = xor(&hidden_mask, &pairing::shared(&signature, &point));
        let key = xor(&hidden_key, &Sha256::digest(mask).into());
        let scalar = pairing::scalar(&mask, &key)?;
        if scalar.sk_to_pk() != point {
            return Err(Error::Closed);
        }
        Aes256Gcm::new(&key.into())
            .decrypt(&nonce.into(), body)
            .map_err(|_| Error::Closed)
    }

    /// Whether these bytes are this content sealed with this secret for the round they name.
    pub fn holds(&self, beacon: &Beacon, content: &[u8], secret: &Secret) -> bool {
        Self::seal(beacon, self.round, content, secret).is_ok_and(|again| again == *self)
    }

    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.encode()
    }

    /// From the file.
    ///
    /// # Errors
    /// [`Error::Format`].
    pub fn from_bytes(mut bytes: &[u8]) -> Result<Self, Error> {
        let sealed = Self::decode(&mut bytes)
            .map_err(|_| Error::Format("it does not hold sealed content and the round that opens it"))?;
        if bytes.is_empty() {
            Ok(sealed)
        } else {
            Err(Error::Format("something follows the round that opens it"))
        }
    }
}

fn xor(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    std::array::from_fn(|place| left[place] ^ right[place])
}

/// Appends a length in 8 bytes, little-endian, and the bytes.
fn put(to: &mut Vec<u8>, bytes: &[u8]) {
    to.extend((bytes.len() as u64).to_le_bytes());
    to.extend(bytes);
}

fn cut<'a>(from: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (head, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some(head)
}

/// Takes what [`put`] appended.
fn take<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = cut(from, 8)?.try_into().ok().map(u64::from_le_bytes)?;
    cut(from, usize::try_from(length).ok()?)
}

/// # Errors
/// [`Error::Format`] if it has another length.
fn take32(from: &mut &[u8], wrong: &'static str) -> Result<[u8; 32], Error> {
    take(from)
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(Error::Format(wrong))
}
