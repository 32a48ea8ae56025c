//! Keys that sign: development names, mnemonics, seeds.

use sp_core::{
    Pair as _,
    crypto::{AccountId32, PublicError, Ss58Codec},
    sr25519,
};

use crate::{Error, Result};

/// An sr25519 key pair: a coldkey or a hotkey.
#[derive(Clone)]
pub struct Keypair(sr25519::Pair);

impl Keypair {
    /// Reads a secret: a development name (`//Alice`), a mnemonic of 12 to 24 words with or without a derivation
    /// path, or a seed of 32 bytes (or an expanded secret of 64) in hex.
    ///
    /// # Errors
    /// [`Error::BadSecret`].
    pub fn from_secret(text: &str) -> Result<Self> {
        let text = text.trim();
        let bad = || Error::BadSecret {
            text: match text.char_indices().nth(6) {
                Some((end, _)) => format!("{}…", &text[..end]),
                None => text.to_owned(),
            },
        };
        if let Some(bytes) = text.strip_prefix("0x").and_then(|digits| hex::decode(digits).ok()) {
            return Self::from_bytes(&bytes).ok_or_else(bad);
        }
        // An empty phrase means the development phrase to the library: only a derivation may ask for it.
        if text.is_empty() || text.starts_with("///") {
            return Err(bad());
        }
        sr25519::Pair::from_string(text, None).map(Self).map_err(|_| bad())
    }

    /// The development key `//name`.
    ///
    /// # Errors
    /// [`Error::BadSecret`] if the name cannot be part of a derivation path.
    pub fn dev(name: &str) -> Result<Self> {
        Self::from_secret(&format!("//{name}"))
    }

    /// From a mini-secret (32 bytes) or an expanded secret (64 bytes); `None` for any other length or value.
    pub fn from_bytes(secret: &[u8]) -> Option<Self> {
        sr25519::Pair::from_seed_slice(secret).ok().map(Self)
    }

    /// The account that this key controls.
    pub fn account(&self) -> AccountId32 {
        self.0.public().into()
    }

    /// The account in SS58, prefix 42.
    pub fn address(&self) -> String {
        address(&self.account())
    }

    /// Signs a message.
    pub fn sign(&self, message: &[u8]) -> sr25519::Signature {
        self.0.sign(message)
    }

    /// The pair itself, for libraries that want one.
    pub fn pair(&self) -> &sr25519::Pair {
        &self.0
    }
}

impl From<sr25519::Pair> for Keypair {
    fn from(pair: sr25519::Pair) -> Self {
        Self(pair)
    }
}

impl std::fmt::Debug for Keypair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keypair({})", self.address())
    }
}

/// A key with all that a key file keeps of it.
pub struct NewKey {
    /// The key.
    pub pair: Keypair,
    /// The words that it is made of, if they alone are enough.
    pub phrase: Option<String>,
    /// The seed, where there is one.
    pub seed: Option<[u8; 32]>,
}

impl NewKey {
    /// A new key of twelve random words.
    pub fn random() -> Self {
        let (pair, phrase, seed) = sr25519::Pair::generate_with_phrase(None);
        Self {
            pair: Keypair(pair),
            phrase: Some(phrase),
            seed: Some(seed),
        }
    }

    /// From a secret as [`Keypair::from_secret`] reads it.
    ///
    /// # Errors
    /// [`Error::BadSecret`].
    pub fn from_secret(text: &str) -> Result<Self> {
        let text = text.trim();
        let pair = Keypair::from_secret(text)?;
        // Derived keys and expanded secrets cannot be made again of words alone.
        let words = !text.contains('/') && !text.starts_with("0x");
        let seed = sr25519::Pair::from_string_with_seed(text, None)
            .ok()
            .filter(|(again, _)| again.public().0 == *<AccountId32 as AsRef<[u8; 32]>>::as_ref(&pair.account()))
            .and_then(|(_, seed)| seed);
        Ok(Self {
            pair,
            phrase: words.then(|| text.split_whitespace().collect::<Vec<_>>().join(" ")),
            seed,
        })
    }
}

/// An account in SS58 with the prefix of these chains, 42.
pub fn address(account: &AccountId32) -> String {
    account.to_ss58check_with_version(42u16.into())
}

/// Reads an account: SS58 of any network, 0x and 64 hex digits, or a development name (`//Bob`).
///
/// # Errors
/// [`Error::BadAddress`], [`Error::MistypedAddress`].
pub fn parse_account(text: &str) -> Result<AccountId32> {
    let text = text.trim();
    let bad = || Error::BadAddress { text: text.to_owned() };
    if text.starts_with("//") {
        return Keypair::from_secret(text).map(|pair| pair.account()).map_err(|_| bad());
    }
    if let Some(digits) = text.strip_prefix("0x") {
        let bytes: [u8; 32] = hex::decode(digits)
            .ok()
            .and_then(|b| b.try_into().ok())
            .ok_or_else(bad)?;
        return Ok(bytes.into());
    }
    AccountId32::from_ss58check_with_version(text)
        .map(|(account, _)| account)
        .map_err(|why| match why {
            PublicError::InvalidChecksum => Error::MistypedAddress { text: text.to_owned() },
            _ => bad(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

    #[test]
    fn reads_every_kind_of_secret() {
        assert_eq!(Keypair::dev("Alice").unwrap().address(), ALICE);
        let seed = "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a";
        assert_eq!(Keypair::from_secret(seed).unwrap().address(), ALICE);
        let phrase = "bottom drive obey lake curtain smoke basket hold race lonely fit walk//Alice";
        assert_eq!(Keypair::from_secret(phrase).unwrap().address(), ALICE);
    }

    #[test]
    fn refuses_what_is_no_secret_and_does_not_repeat_it() {
        for text in [
            "",
            "Alice",
            "0x12",
            "bottom drive obey lake curtain smoke basket hold race lonely fit run",
        ] {
            let error = Keypair::from_secret(text).unwrap_err().to_string();
            assert!(error.contains("is not a key"), "{error}");
            assert!(text.len() < 7 || !error.contains(text), "{error}");
        }
    }

    #[test]
    fn reads_every_kind_of_address() {
        let account = Keypair::dev("Alice").unwrap().account();
        for text in [ALICE, "//Alice", &format!("0x{}", hex::encode(&account)), " //Alice "] {
            assert_eq!(parse_account(text).unwrap(), account);
        }
        let mistyped = ALICE.replace("utQY", "utQX");
        assert!(matches!(parse_account(&mistyped), Err(Error::MistypedAddress { .. })));
        for text in ["0xabcd", "", "Alice"] {
            assert!(matches!(parse_account(text), Err(Error::BadAddress { .. })), "{text}");
        }
    }
}
