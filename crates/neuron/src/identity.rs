//! Who a neuron is: an sr25519 hotkey.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use sp_core::{
    Pair as _,
    crypto::{Ss58AddressFormat, Ss58Codec},
    sr25519,
};

/// SS58 prefix of the network's addresses (`docs/rules/clients.md#transport`).
const SS58_PREFIX: u16 = 42;

/// A hotkey: the 32 bytes of an sr25519 public key, written as an SS58 address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hotkey(pub [u8; 32]);

impl Hotkey {
    /// Whether `signature` over `message` was made by this key.
    pub fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        sr25519::Pair::verify(
            &sr25519::Signature::from_raw(*signature),
            message,
            &sr25519::Public::from_raw(self.0),
        )
    }
}

impl fmt::Display for Hotkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            &sr25519::Public::from_raw(self.0).to_ss58check_with_version(Ss58AddressFormat::custom(SS58_PREFIX)),
        )
    }
}

impl fmt::Debug for Hotkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hotkey {
    type Err = IdentityError;

    fn from_str(address: &str) -> Result<Self, IdentityError> {
        sr25519::Public::from_ss58check_with_version(address)
            .ok()
            .filter(|(_, format)| *format == Ss58AddressFormat::custom(SS58_PREFIX))
            .map(|(public, _)| Self(public.0))
            .ok_or_else(|| IdentityError::Address(address.chars().take(64).collect()))
    }
}

impl Serialize for Hotkey {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hotkey {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// Why there is no identity. No message holds any part of a secret.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// Not an address of this network.
    #[error("{0:?} is not an SS58 address of this network (sr25519, prefix 42)")]
    Address(String),
}

/// A hotkey with its secret.
#[derive(Clone)]
pub struct Identity {
    pair: sr25519::Pair,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.hotkey())
    }
}

impl From<sr25519::Pair> for Identity {
    fn from(pair: sr25519::Pair) -> Self {
        Self { pair }
    }
}

impl Identity {
    /// From a seed of 32 bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self {
            pair: sr25519::Pair::from_seed(seed),
        }
    }

    /// The public half.
    pub fn hotkey(&self) -> Hotkey {
        Hotkey(self.pair.public().0)
    }

    /// The key pair, for those who sign extrinsics with it.
    pub fn pair(&self) -> &sr25519::Pair {
        &self.pair
    }

    /// A signature over `message`.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.pair.sign(message).0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

    #[test]
    fn names_the_dev_account() {
        let alice = sr25519::Pair::from_string("//Alice", None).unwrap();
        let alice = Identity::from(alice);
        assert_eq!(alice.hotkey().to_string(), ALICE);
        assert_eq!(ALICE.parse::<Hotkey>().unwrap(), alice.hotkey());
        let signature = alice.sign(b"x");
        assert!(alice.hotkey().verifies(b"x", &signature));
        assert!(!alice.hotkey().verifies(b"y", &signature));
        assert!("5Grwva".parse::<Hotkey>().is_err());
    }
}
