//! Artefacts that open after a while (`docs/rules/pacts.md#artefacts`).
//!
//! The chain keeps hashes, a drand round and a place. It does not verify drand pulses and does not decrypt: validators,
//! who see the plaintext when they evaluate, check off chain that the ciphertext holds it, and confirm.

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;

use super::Error;

/// Longest location of an artefact, in bytes.
pub const MAX_LOCATION: usize = 256;

/// Time of round 1 of drand's quicknet, in milliseconds since 1970.
pub const DRAND_GENESIS_MS: u64 = 1_692_803_367_000;

/// Milliseconds between its rounds.
pub const DRAND_PERIOD_MS: u64 = 3_000;

/// The last artefact of a subnet.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Artifact<Acc> {
    /// How many were committed before.
    pub number: u32,
    /// Who committed it.
    pub committer: Acc,
    /// Hash of the plaintext.
    pub plaintext: [u8; 32],
    /// Hash of the ciphertext.
    pub ciphertext: [u8; 32],
    /// Round of drand's quicknet with which anybody can decrypt it.
    pub round: u64,
    /// Where the ciphertext is, at most [`MAX_LOCATION`] bytes.
    pub location: Vec<u8>,
    /// Block of the commitment.
    pub at: u64,
    /// Hotkeys that confirmed, at most one a validator.
    pub confirmed_by: Vec<Acc>,
    /// Whether three quarters of validator weight have confirmed.
    pub confirmed: bool,
}

impl<Acc: PartialEq> Artifact<Acc> {
    /// Whether the artefact may be confirmed in peace: until it is, or half a period has passed, only who committed it
    /// commits another. The subnet's owner need not wait, whose bond hangs on it.
    pub fn waits(&self, who: &Acc, now: u64, period: u64) -> bool {
        !self.confirmed && self.committer != *who && now < self.at.saturating_add(period.div_ceil(2))
    }
}

/// When a round is out, in milliseconds since 1970.
pub fn round_time(round: u64) -> u64 {
    DRAND_GENESIS_MS.saturating_add(round.saturating_sub(1).saturating_mul(DRAND_PERIOD_MS))
}

/// Checks that a round is out at most `open_after` blocks from now.
///
/// # Errors
/// [`Error::RoundTooLate`].
pub fn check_round(round: u64, now_ms: u64, open_after: u64, block_ms: u64) -> Result<(), Error> {
    let latest = now_ms.saturating_add(open_after.saturating_mul(block_ms));
    // One round of grace: rounds are not aligned with blocks.
    if round_time(round) <= latest.saturating_add(DRAND_PERIOD_MS) {
        Ok(())
    } else {
        Err(Error::RoundTooLate)
    }
}

/// Whether validators with this much weight are enough: three quarters of all.
pub fn is_confirmed(confirming: u64, all: u64) -> bool {
    confirming > 0 && 4 * u128::from(confirming) >= 3 * u128::from(all)
}
