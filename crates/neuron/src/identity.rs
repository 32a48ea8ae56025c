//! Who a neuron is: an sr25519 hotkey, and where its secret may come from.

use std::{fmt, path::Path, str::FromStr};

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
    /// Neither a mnemonic, nor a seed, nor a derivation of one.
    #[error(
        "the secret is neither a mnemonic, nor a seed of 32 bytes in hexadecimal, nor a derivation such as //Alice"
    )]
    Secret,
    /// The wallet file cannot be read.
    #[error("cannot read the hotkey file {path}: {source}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The wallet file is of another form.
    #[error("{path} is not a hotkey file of a bittensor wallet: {reason}")]
    File {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
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

/// The fields of a bittensor wallet's hotkey file that matter here. Written unencrypted by btcli.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HotkeyFile {
    secret_seed: Option<String>,
    secret_phrase: Option<String>,
    private_key: Option<String>,
    ss58_address: Option<String>,
}

impl Identity {
    /// From a seed of 32 bytes.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self {
            pair: sr25519::Pair::from_seed(seed),
        }
    }

    /// From a secret URI: a mnemonic, `0x` and 64 hexadecimal digits, or either with a derivation path
    /// (`//Alice`, `word word … word//hotkey/1///password`).
    ///
    /// # Errors
    /// [`IdentityError::Secret`] if it is none of these.
    pub fn from_uri(uri: &str) -> Result<Self, IdentityError> {
        sr25519::Pair::from_string(uri, None)
            .map(|pair| Self { pair })
            .map_err(|_| IdentityError::Secret)
    }

    /// From the hotkey file of a bittensor wallet (`~/.bittensor/wallets/NAME/hotkeys/NAME`, JSON).
    ///
    /// # Errors
    /// If the file cannot be read, holds no secret, or its address is not that of its secret.
    pub fn from_hotkey_file(path: &Path) -> Result<Self, IdentityError> {
        let shown = path.display().to_string();
        let fail = |reason: &str| IdentityError::File {
            path: shown.clone(),
            reason: reason.into(),
        };
        let text = tributary_private::read(path).map_err(|source| IdentityError::Read {
            path: shown.clone(),
            source,
        })?;
        // serde_json's own message may quote the file, and the file holds a secret.
        let file: HotkeyFile =
            serde_json::from_slice(&text).map_err(|_| fail("it is not the JSON that btcli writes"))?;
        let pair = if let Some(seed) = &file.secret_seed {
            Self::pair_from_hex(seed)
        } else if let Some(phrase) = &file.secret_phrase {
            sr25519::Pair::from_phrase(phrase, None).ok().map(|(pair, _)| pair)
        } else if let Some(key) = &file.private_key {
            Self::pair_from_hex(key)
        } else {
            return Err(fail("it has none of secretSeed, secretPhrase and privateKey"));
        };
        let identity = Self {
            pair: pair.ok_or_else(|| fail("its secret is malformed"))?,
        };
        match file.ss58_address {
            Some(address) if address != identity.hotkey().to_string() => {
                Err(fail("its ss58Address is not that of its secret"))
            }
            _ => Ok(identity),
        }
    }

    fn pair_from_hex(text: &str) -> Option<sr25519::Pair> {
        let bytes = hex::decode(text.strip_prefix("0x").unwrap_or(text)).ok()?;
        sr25519::Pair::from_seed_slice(&bytes).ok()
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
        let alice = Identity::from_uri("//Alice").unwrap();
        assert_eq!(alice.hotkey().to_string(), ALICE);
        assert_eq!(ALICE.parse::<Hotkey>().unwrap(), alice.hotkey());
        let signature = alice.sign(b"x");
        assert!(alice.hotkey().verifies(b"x", &signature));
        assert!(!alice.hotkey().verifies(b"y", &signature));
        assert!("5Grwva".parse::<Hotkey>().is_err());
        assert!(Identity::from_uri("not a mnemonic").is_err());
    }

    #[test]
    fn reads_hotkey_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("default");
        // The well-known development seed of //Alice.
        let seed = "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";
        std::fs::write(
            &path,
            format!(r#"{{"accountId":"0x00","secretSeed":"{seed}","ss58Address":"{ALICE}"}}"#),
        )
        .unwrap();
        assert_eq!(Identity::from_hotkey_file(&path).unwrap().hotkey().to_string(), ALICE);

        let phrase = "bottom drive obey lake curtain smoke basket hold race lonely fit walk";
        std::fs::write(
            &path,
            format!(r#"{{"secretPhrase":"{phrase}","ss58Address":"{ALICE}"}}"#),
        )
        .unwrap();
        let error = Identity::from_hotkey_file(&path).unwrap_err().to_string();
        assert!(error.contains("ss58Address") && !error.contains("bottom"), "{error}");

        std::fs::write(&path, r#"{"ss58Address":"x"}"#).unwrap();
        assert!(
            Identity::from_hotkey_file(&path)
                .unwrap_err()
                .to_string()
                .contains("secretSeed")
        );
        assert!(matches!(
            Identity::from_hotkey_file(&folder.path().join("none")),
            Err(IdentityError::Read { .. })
        ));
    }
}
