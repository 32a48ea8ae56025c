//! Timelock encryption: bytes that nobody can read before a round of a drand beacon is out, and anybody can after.
//!
//! The scheme and the format are those of the public network's clients (`docs/rules/timelock.md`): Boneh and Franklin's
//! identity-based encryption in the Fujisaki-Okamoto variant on BLS12-381, keys of an unchained beacon with signatures in
//! G1, the content under AES-256-GCM. A [`Sealed`] file has the shape that `bittensor-drand` reads and writes.
//!
//! Here sealing is a function: the same content, round and [`Secret`] give the same bytes. So whoever is shown content and
//! secret before the time can check by sealing again that the published bytes hold that content
//! (`docs/rules/pacts.md#artefacts`).
//!
//! Nobody is kept from opening early who has the beacon's key: for drand's quicknet that is a threshold of its members, for
//! a [`Signer`] on a development chain whoever runs it.

#![deny(clippy::print_stdout, clippy::print_stderr)]

mod beacon;
mod pairing;
mod sealed;
mod signer;

pub use beacon::{Beacon, Info, Metadata, Pulse, PulseJson, QUICKNET_RELAY, SCHEME};
pub use sealed::{Sealed, Secret};
pub use signer::Signer;

/// What can be wrong with a beacon, a pulse or sealed bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The public key is no point of the group, or the neutral one.
    #[error("the beacon's public key is not valid")]
    PublicKey,
    /// The chain hash does not follow from the rest of the description.
    #[error("the beacon's hash does not fit its description")]
    Hash,
    /// Only unchained beacons with signatures in G1 can open anything here.
    #[error("the beacon's scheme is not {SCHEME}")]
    Scheme,
    /// The beacon's time or period is out of range.
    #[error("the beacon's period is not a number of whole seconds above 0")]
    Period,
    /// A number in hexadecimal has another length or other digits.
    #[error("{0} is not {1} bytes in hexadecimal")]
    Hexadecimal(&'static str, usize),
    /// The signature is not the beacon's for that round.
    #[error("the pulse is not of this beacon")]
    Pulse,
    /// The pulse is of another round than the one that opens.
    #[error("sealed until round {sealed}, but the pulse is of round {pulse}")]
    Round {
        /// The round that opens.
        sealed: u64,
        /// The round of the pulse.
        pulse: u64,
    },
    /// The bytes do not have the format.
    #[error("this is no sealed file: {0}")]
    Format(&'static str),
    /// The system gives no randomness.
    #[error("the system's random number generator failed")]
    Randomness,
    /// The content was not sealed for this round and beacon, or was changed since.
    #[error("the pulse does not open these bytes: they were sealed for another beacon, or changed since")]
    Closed,
}
