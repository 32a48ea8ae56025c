//! Reports of broken promises that the chain cannot see by itself (`docs/rules/pacts.md#reports`).

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;

use super::{Arbiters, Ballot, Error};
use crate::{Alpha, Tao};

/// The most open reports of one subnet.
pub const MAX_REPORTS: usize = 4;

/// An open report.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Report<Acc> {
    /// Its number on the subnet.
    pub id: u32,
    /// Who reports.
    pub reporter: Acc,
    /// Rao on hold of the reporter.
    pub deposit: Tao,
    /// Hash of the evidence.
    pub evidence: [u8; 32],
    /// Block of the report.
    pub at: u64,
    /// Last block in which votes are taken.
    pub deadline: u64,
    /// What arbiters said.
    pub decisions: Vec<(Acc, bool)>,
    /// What holders said, where the pact names no arbiters.
    pub ballots: Vec<Ballot<Acc>>,
}

/// What becomes of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum Verdict {
    /// The promise was broken.
    Upheld,
    /// It was not: the deposit is lost.
    Refused,
    /// Nobody decided in time: the deposit goes back.
    Lapsed,
}

impl<Acc: PartialEq> Report<Acc> {
    /// Notes what an arbiter says.
    ///
    /// # Errors
    /// [`Error::ReportClosed`], [`Error::NotArbiter`], [`Error::AlreadyVoted`].
    pub fn decide(&mut self, arbiters: &Arbiters<Acc>, who: Acc, uphold: bool, now: u64) -> Result<(), Error> {
        self.check_open(now)?;
        if !arbiters.accounts.contains(&who) {
            return Err(Error::NotArbiter);
        }
        if self.decisions.iter().any(|(arbiter, _)| *arbiter == who) {
            return Err(Error::AlreadyVoted);
        }
        self.decisions.push((who, uphold));
        Ok(())
    }

    /// Checks that votes are still taken.
    ///
    /// # Errors
    /// [`Error::ReportClosed`].
    pub fn check_open(&self, now: u64) -> Result<(), Error> {
        if now > self.deadline {
            Err(Error::ReportClosed)
        } else {
            Ok(())
        }
    }

    /// The verdict of arbiters: upheld by the threshold, refused once the threshold is out of reach, lapsed past the
    /// deadline.
    ///
    /// # Errors
    /// [`Error::ReportUndecided`].
    pub fn by_arbiters(&self, arbiters: &Arbiters<Acc>, now: u64) -> Result<Verdict, Error> {
        let said = |what: bool| self.decisions.iter().filter(|(_, uphold)| *uphold == what).count();
        let threshold = usize::from(arbiters.threshold);
        if said(true) >= threshold {
            Ok(Verdict::Upheld)
        } else if said(false) + threshold > arbiters.accounts.len() {
            Ok(Verdict::Refused)
        } else if now > self.deadline {
            Ok(Verdict::Lapsed)
        } else {
            Err(Error::ReportUndecided)
        }
    }

    /// The verdict of holders, past the deadline: a majority, if at least a quarter of the alpha voted.
    ///
    /// # Errors
    /// [`Error::ReportUndecided`] before the deadline.
    pub fn by_holders(&self, yes: Alpha, no: Alpha, holdable: Alpha, now: u64) -> Result<Verdict, Error> {
        if now <= self.deadline {
            return Err(Error::ReportUndecided);
        }
        let voted = u128::from(yes.0) + u128::from(no.0);
        Ok(if 4 * voted < u128::from(holdable.0) || voted == 0 {
            Verdict::Lapsed
        } else if yes > no {
            Verdict::Upheld
        } else {
            Verdict::Refused
        })
    }
}
