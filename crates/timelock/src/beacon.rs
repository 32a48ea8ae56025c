//! Beacons, their descriptions and their pulses, as drand's HTTP relays give them.

use blst::{BLST_ERROR, min_sig};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tributary_economy::pact::artifact::{DRAND_GENESIS_MS, DRAND_PERIOD_MS};

use crate::{Error, pairing};

/// The only scheme that is taken: unchained, signatures in G1, hashed to the curve by RFC 9380.
pub const SCHEME: &str = "bls-unchained-g1-rfc9380";
/// Where drand's quicknet can be asked.
pub const QUICKNET_RELAY: &str =
    "https://api.drand.sh/52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971";

const QUICKNET_KEY: &str = "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a";
const QUICKNET_SEED: &str = "f477d5c89f21a17c863a7f937c6a6d15859414d2be09cd448d4279af331c5d3e";
// By the calendar that the chain checks rounds by.
const QUICKNET_GENESIS: u64 = DRAND_GENESIS_MS / 1000;
const QUICKNET_PERIOD: u64 = DRAND_PERIOD_MS / 1000;
const QUICKNET_ID: &str = "quicknet";

/// A source of public randomness that signs each of its rounds when its time has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beacon {
    key: min_sig::PublicKey,
    seed: [u8; 32],
    genesis_s: u64,
    period_s: u64,
    id: String,
}

/// The description of a beacon, as drand's relays answer to `/info`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Info {
    /// Public key in hexadecimal, a point of G2 in 96 bytes.
    pub public_key: String,
    /// Seconds between rounds.
    pub period: u64,
    /// Time of round 1, in seconds since 1970.
    pub genesis_time: u64,
    /// SHA-256 that names the beacon, in hexadecimal.
    pub hash: String,
    /// Seed of its first round, in hexadecimal.
    #[serde(rename = "groupHash")]
    pub group_hash: String,
    /// [`SCHEME`].
    #[serde(rename = "schemeID")]
    pub scheme: String,
    /// Its name.
    pub metadata: Metadata,
}

/// The name of a beacon in its description.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Its name among the beacons of the same members.
    #[serde(rename = "beaconID")]
    pub beacon_id: String,
}

/// A signed round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pulse {
    /// Which one, from 1.
    pub round: u64,
    /// The beacon's signature, a point of G1.
    pub signature: [u8; 48],
}

/// A signed round, as drand's relays answer to `/public/ROUND`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PulseJson {
    /// Which one.
    pub round: u64,
    /// SHA-256 of the signature, in hexadecimal.
    pub randomness: String,
    /// The signature in hexadecimal.
    pub signature: String,
}

impl From<&Pulse> for PulseJson {
    fn from(pulse: &Pulse) -> Self {
        Self {
            round: pulse.round,
            randomness: hex::encode(Sha256::digest(pulse.signature)),
            signature: hex::encode(pulse.signature),
        }
    }
}

impl Pulse {
    /// A round and its signature in hexadecimal.
    ///
    /// # Errors
    /// [`Error::Hexadecimal`].
    pub fn from_hexadecimal(round: u64, signature: &str) -> Result<Self, Error> {
        let signature = bytes("the signature", signature)?;
        Ok(Self { round, signature })
    }
}

impl TryFrom<&PulseJson> for Pulse {
    type Error = Error;

    fn try_from(json: &PulseJson) -> Result<Self, Error> {
        Self::from_hexadecimal(json.round, &json.signature)
    }
}

/// # Errors
/// [`Error::Hexadecimal`].
fn bytes<const N: usize>(what: &'static str, text: &str) -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    hex::decode_to_slice(text.strip_prefix("0x").unwrap_or(text), &mut bytes)
        .map_err(|_| Error::Hexadecimal(what, N))?;
    Ok(bytes)
}

impl Beacon {
    /// A beacon with this public key (a point of G2), whose first round is out at `genesis_s` seconds since 1970 and
    /// each next one `period_s` seconds later.
    ///
    /// # Errors
    /// [`Error::PublicKey`], [`Error::Period`].
    pub fn new(key: &[u8; 96], seed: [u8; 32], genesis_s: u64, period_s: u64, id: &str) -> Result<Self, Error> {
        if period_s == 0 || u32::try_from(period_s).is_err() {
            return Err(Error::Period);
        }
        Ok(Self {
            key: min_sig::PublicKey::key_validate(key).map_err(|_| Error::PublicKey)?,
            seed,
            genesis_s,
            period_s,
            id: id.to_owned(),
        })
    }

    /// The public one that clients of the network use.
    pub fn quicknet() -> Self {
        let known = || {
            let (key, seed) = (bytes("the key", QUICKNET_KEY)?, bytes("the seed", QUICKNET_SEED)?);
            Self::new(&key, seed, QUICKNET_GENESIS, QUICKNET_PERIOD, QUICKNET_ID)
        };
        known().expect("the constants are those of a beacon")
    }

    /// A beacon of one's own with quicknet's calendar, which chains check rounds by, under another key.
    ///
    /// # Errors
    /// [`Error::PublicKey`].
    pub fn with_quicknet_calendar(key: &[u8; 96], id: &str) -> Result<Self, Error> {
        let seed = Sha256::digest(key).into();
        Self::new(key, seed, QUICKNET_GENESIS, QUICKNET_PERIOD, id)
    }

    /// SHA-256 that names it.
    pub fn hash(&self) -> [u8; 32] {
        let period = u32::try_from(self.period_s).unwrap_or(u32::MAX);
        let mut hash = Sha256::new();
        hash.update(period.to_be_bytes());
        hash.update(self.genesis_s.to_be_bytes());
        hash.update(self.key.compress());
        hash.update(self.seed);
        if self.id != "default" {
            hash.update(self.id.as_bytes());
        }
        hash.finalize().into()
    }

    /// When a round is out, in milliseconds since 1970.
    pub fn round_time_ms(&self, round: u64) -> u64 {
        let seconds = round.saturating_sub(1).saturating_mul(self.period_s);
        self.genesis_s.saturating_add(seconds).saturating_mul(1000)
    }

    /// The last round that is out at this time; 0 before the first.
    pub fn round_at_ms(&self, time_ms: u64) -> u64 {
        match (time_ms / 1000).checked_sub(self.genesis_s) {
            Some(seconds) => (seconds / self.period_s).saturating_add(1),
            None => 0,
        }
    }

    /// Whether a pulse is this beacon's.
    ///
    /// # Errors
    /// [`Error::Pulse`].
    pub fn verify(&self, pulse: &Pulse) -> Result<(), Error> {
        let signature = min_sig::Signature::from_bytes(&pulse.signature).map_err(|_| Error::Pulse)?;
        match signature.verify(
            true,
            &pairing::message(pulse.round),
            pairing::DOMAIN,
            &[],
            &self.key,
            false,
        ) {
            BLST_ERROR::BLST_SUCCESS => Ok(()),
            _ => Err(Error::Pulse),
        }
    }

    /// Its description for others.
    pub fn info(&self) -> Info {
        Info {
            public_key: hex::encode(self.key.compress()),
            period: self.period_s,
            genesis_time: self.genesis_s,
            hash: hex::encode(self.hash()),
            group_hash: hex::encode(self.seed),
            scheme: SCHEME.to_owned(),
            metadata: Metadata {
                beacon_id: self.id.clone(),
            },
        }
    }

    pub(crate) fn key(&self) -> &min_sig::PublicKey {
        &self.key
    }
}

impl TryFrom<&Info> for Beacon {
    type Error = Error;

    fn try_from(info: &Info) -> Result<Self, Error> {
        if info.scheme != SCHEME {
            return Err(Error::Scheme);
        }
        let key = bytes("the public key", &info.public_key)?;
        let seed = bytes("the group hash", &info.group_hash)?;
        let beacon = Self::new(&key, seed, info.genesis_time, info.period, &info.metadata.beacon_id)?;
        if beacon.hash() != bytes::<32>("the hash", &info.hash)? {
            return Err(Error::Hash);
        }
        Ok(beacon)
    }
}
