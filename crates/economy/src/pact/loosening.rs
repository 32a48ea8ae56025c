//! Terms that become looser (`docs/rules/pacts.md#changing-terms`): announced, after a while in force, unless holders
//! object.

use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;

use super::{Arbiters, Error, Terms};
use crate::Alpha;

/// Looser terms that were announced.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Loosening<Acc> {
    /// What shall hold.
    pub terms: Terms,
    /// Who shall decide reports.
    pub arbiters: Arbiters<Acc>,
    /// Block of the announcement.
    pub announced_at: u64,
    /// First block in which it can come into force.
    pub due: u64,
}

/// First block in which terms announced now can come into force: after the notice, and never before a tempo has passed,
/// so that there is time to object.
pub fn due(now: u64, notice: u64, tempo: u16) -> u64 {
    now.saturating_add(notice.max(u64::from(tempo)).max(1))
}

/// Whether objectors with so much alpha stop it: more than a third of what may be held.
pub fn stopped(objecting: Alpha, holdable: Alpha) -> bool {
    3 * u128::from(objecting.0) > u128::from(holdable.0)
}

/// Checks that it is time.
///
/// # Errors
/// [`Error::NoticeRunning`].
pub fn check_due<Acc>(loosening: &Loosening<Acc>, now: u64) -> Result<(), Error> {
    if now < loosening.due {
        Err(Error::NoticeRunning)
    } else {
        Ok(())
    }
}
