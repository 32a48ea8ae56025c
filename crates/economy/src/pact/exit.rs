//! Where a pact stands: in force, leaving, ended, broken (`docs/rules/pacts.md#leaving` and
//! `docs/rules/pacts.md#breach`).

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;

use super::Error;

/// Where a pact stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Status {
    /// The owner stands by it.
    Active,
    /// The owner has announced to leave.
    Leaving {
        /// Block of the announcement.
        since: u64,
    },
    /// The terms bind no more. What waits in the reservoir is still released.
    Left {
        /// Block of the end.
        at: u64,
    },
    /// A promise was broken: the bond is lost. The terms still bind.
    Breached {
        /// Block of the finding.
        at: u64,
    },
}

/// What can happen to a pact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// The owner announces to leave.
    Announce,
    /// The owner takes that back.
    Cancel,
    /// The notice is over and somebody says so.
    Leave,
    /// A broken promise was established.
    Break,
    /// The owner has posted the bond anew.
    Repair,
    /// The new owner did not post a bond in time: the pact ends without a notice.
    Abandon,
}

/// What the caller does to the books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing.
    None,
    /// Unvested cut is forfeited, the bond returned.
    ForfeitAndReturnBond,
    /// Unvested cut is forfeited, the bond slashed.
    ForfeitAndSlashBond,
}

/// The state machine. `notice` is that of the terms, `now` the block.
///
/// # Errors
/// [`Error::PactEnded`], [`Error::Leaving`], [`Error::NotLeaving`], [`Error::NoticeRunning`], [`Error::NoticeOver`],
/// [`Error::BondPosted`].
pub fn apply(status: Status, input: Input, now: u64, notice: u64) -> Result<(Status, Effect), Error> {
    match (status, input) {
        (Status::Left { .. }, _) => Err(Error::PactEnded),
        (Status::Active | Status::Breached { .. }, Input::Announce) => {
            Ok((Status::Leaving { since: now }, Effect::None))
        }
        (Status::Leaving { .. }, Input::Announce) => Err(Error::Leaving),
        // Whoever has announced cannot keep the door open: after the notice anybody closes it.
        (Status::Leaving { since }, Input::Cancel) if now >= since.saturating_add(notice) => Err(Error::NoticeOver),
        (Status::Leaving { .. }, Input::Cancel) => Ok((Status::Active, Effect::None)),
        (Status::Leaving { since }, Input::Leave) if now >= since.saturating_add(notice) => {
            Ok((Status::Left { at: now }, Effect::ForfeitAndReturnBond))
        }
        (Status::Leaving { .. }, Input::Leave) => Err(Error::NoticeRunning),
        (Status::Active | Status::Breached { .. }, Input::Cancel | Input::Leave) => Err(Error::NotLeaving),
        // A breach does not stop a running notice: else it would be a way to be kept.
        (Status::Leaving { since }, Input::Break) => Ok((Status::Leaving { since }, Effect::ForfeitAndSlashBond)),
        (Status::Active | Status::Breached { .. }, Input::Break) => {
            Ok((Status::Breached { at: now }, Effect::ForfeitAndSlashBond))
        }
        (Status::Breached { .. } | Status::Active, Input::Repair) => Ok((Status::Active, Effect::None)),
        (Status::Leaving { .. }, Input::Repair) => Err(Error::Leaving),
        (_, Input::Abandon) => Ok((Status::Left { at: now }, Effect::ForfeitAndReturnBond)),
    }
}

/// A broken promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo)]
pub enum Breach {
    /// The owner's cut is switched off, although some of it is pledged or vests.
    CutOff,
    /// The owner's hotkey has no uid, or is somebody else's, and nobody announced to leave.
    OwnerGone,
    /// Two periods have passed without an artefact.
    ArtifactMissed,
    /// A report was upheld.
    Reported {
        /// Its number.
        report: u32,
    },
}

/// What the chain itself sees of a subnet with a pact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// `OwnerCutEnabled`.
    pub cut_enabled: bool,
    /// Whether the owner's hotkey has a uid and belongs to the owner.
    pub owner_registered: bool,
    /// Whether it announced to leave.
    pub leaving: bool,
    /// Block of the last artefact, or from which they are due.
    pub last_artifact: u64,
    /// This block.
    pub now: u64,
}

/// The broken promise that the chain sees by itself, if any.
pub fn visible(terms: &super::Terms, sight: Sight) -> Option<Breach> {
    let cut = terms.pledge != crate::PerMillion::ZERO || terms.vesting_half_life > 0;
    let missed = terms.artifact_period > 0
        && sight.now
            > sight
                .last_artifact
                .saturating_add(terms.artifact_period.saturating_mul(2));
    if cut && !sight.cut_enabled {
        Some(Breach::CutOff)
    } else if !sight.owner_registered && !sight.leaving {
        Some(Breach::OwnerGone)
    } else if missed {
        Some(Breach::ArtifactMissed)
    } else {
        None
    }
}
