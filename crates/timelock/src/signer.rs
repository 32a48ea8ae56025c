//! A beacon of one's own, for development chains.

use blst::min_sig;
use sha2::{Digest as _, Sha256};

use crate::{Beacon, Error, Pulse, pairing};

/// The key of a beacon that one person runs. Whoever has it can open everything early: for development only.
pub struct Signer {
    key: min_sig::SecretKey,
    beacon: Beacon,
}

impl Signer {
    /// With quicknet's calendar and a key made of a phrase.
    ///
    /// # Errors
    /// [`Error::PublicKey`] never happens for a phrase that was not made for it.
    pub fn from_phrase(phrase: &str) -> Result<Self, Error> {
        let material = Sha256::digest(phrase);
        let key = min_sig::SecretKey::key_gen(&material, b"tributary-beacon-1").map_err(|_| Error::PublicKey)?;
        let beacon = Beacon::with_quicknet_calendar(&key.sk_to_pk().compress(), "development")?;
        Ok(Self { key, beacon })
    }

    /// What others need to know of it.
    pub fn beacon(&self) -> &Beacon {
        &self.beacon
    }

    /// Signs a round, whether its time has come or not.
    pub fn pulse(&self, round: u64) -> Pulse {
        let signature = self.key.sign(&pairing::message(round), pairing::DOMAIN, &[]);
        Pulse {
            round,
            signature: signature.compress(),
        }
    }
}
