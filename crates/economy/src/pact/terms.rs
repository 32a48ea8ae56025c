//! What a subnet promises (`docs/rules/pacts.md#terms`).

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use serde::{Deserialize, Serialize};

use super::{Error, Route};
use crate::{PerMillion, Tao};

/// The most arbiters that a pact may name.
pub const MAX_ARBITERS: usize = 9;

/// The longest span that a pact may name, in blocks: about 38 years.
pub const MAX_BLOCKS: u64 = 100_000_000;

/// The promises of a pact. Zero: not promised. Numbers only; who decides about breaches is in [`Arbiters`].
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Encode,
    Decode,
    DecodeWithMemTracking,
    MaxEncodedLen,
    TypeInfo,
    Serialize,
    Deserialize,
)]
#[serde(rename_all = "camelCase", default)]
pub struct Terms {
    /// Part of the owner's cut that is tribute at once.
    pub pledge: PerMillion,
    /// Blocks in which half of the rest of the owner's cut vests.
    pub vesting_half_life: u64,
    /// TAO on hold of the owner, in rao.
    pub bond: Tao,
    /// Blocks between announcing to leave, or looser terms, and doing so.
    pub notice: u64,
    /// Part of every payment on the rail that is tribute.
    pub revenue_share: PerMillion,
    /// Blocks after which a committed artefact can be opened by anybody.
    pub open_after: u64,
    /// Blocks in which an artefact must be committed.
    pub artifact_period: u64,
    /// Where tribute goes.
    pub route: Route,
}

impl Terms {
    /// Checks that parts are parts, spans are bounded, and that what is opened is committed too.
    ///
    /// # Errors
    /// [`Error::InvalidTerms`].
    pub fn check(&self) -> Result<(), Error> {
        let parts = self.pledge.is_part() && self.revenue_share.is_part() && self.route.is_whole();
        let spans = [
            self.vesting_half_life,
            self.notice,
            self.open_after,
            self.artifact_period,
        ];
        let opening = (self.open_after == 0) == (self.artifact_period == 0);
        if parts && opening && spans.iter().all(|span| *span <= MAX_BLOCKS) {
            Ok(())
        } else {
            Err(Error::InvalidTerms)
        }
    }

    /// Whether these terms promise at least as much as `old` in every respect. Another route is not: it moves tribute
    /// from some holders to others. Less time until an artefact opens, or between artefacts, is more.
    pub fn is_tightening(&self, old: &Self) -> bool {
        let sooner = |new: u64, old: u64| old == 0 || (new != 0 && new <= old);
        self.pledge >= old.pledge
            && self.vesting_half_life >= old.vesting_half_life
            && self.bond >= old.bond
            && self.notice >= old.notice
            && self.revenue_share >= old.revenue_share
            && sooner(self.open_after, old.open_after)
            && sooner(self.artifact_period, old.artifact_period)
            && self.route == old.route
    }
}

/// Who decides whether a promise was broken: `threshold` of `accounts`. Without accounts the holders vote.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Arbiters<Acc> {
    /// At most [`MAX_ARBITERS`], each once.
    pub accounts: Vec<Acc>,
    /// How many of them uphold a report; zero without accounts.
    pub threshold: u8,
}

impl<Acc> Default for Arbiters<Acc> {
    fn default() -> Self {
        Self {
            accounts: Vec::new(),
            threshold: 0,
        }
    }
}

impl<Acc> Arbiters<Acc> {
    /// Checks the number of arbiters and the threshold. That each is named once is for [`Self::check_distinct`].
    ///
    /// # Errors
    /// [`Error::InvalidArbiters`].
    pub fn check(&self) -> Result<(), Error> {
        let (count, threshold) = (self.accounts.len(), usize::from(self.threshold));
        let fits = count <= MAX_ARBITERS && threshold <= count && (count == 0) == (threshold == 0);
        if fits { Ok(()) } else { Err(Error::InvalidArbiters) }
    }
}

impl<Acc: Ord> Arbiters<Acc> {
    /// As [`Self::check`], and each arbiter is named once.
    ///
    /// # Errors
    /// [`Error::InvalidArbiters`].
    pub fn check_distinct(&self) -> Result<(), Error> {
        self.check()?;
        let distinct: alloc::collections::BTreeSet<&Acc> = self.accounts.iter().collect();
        if distinct.len() == self.accounts.len() {
            Ok(())
        } else {
            Err(Error::InvalidArbiters)
        }
    }
}
