//! Pacts: the terms under which a subnet returns value, as numbers and small state machines (`docs/rules/pacts.md`).
//!
//! Everything here is pure. [`transition`] is the whole mechanism: a [`State`] and an [`Input`] give the new state, the
//! [`Move`]s of money and the [`Event`]s. [`crate::market::pact`] books them on the chain's ledger, whose part for pacts is
//! [`Books`]; the futures book them on their rows.
//!
//! A pact is kept in one record a subnet ([`Pact`]). Value owed back waits in its [`Reservoir`] and is released
//! slowly ([`release`]) along a [`Route`] that needs no list of holders.

pub mod arrivals;
pub mod artifact;
pub mod ballot;
pub mod books;
pub mod channel;
pub mod decay;
pub mod error;
pub mod event;
pub mod exit;
pub mod input;
pub mod loosening;
pub mod moves;
pub mod parameters;
pub mod payment;
pub mod release;
pub mod report;
pub mod reservoir;
pub mod route;
pub mod state;
pub mod strength;
pub mod terms;
pub mod totals;
pub mod transition;
pub mod vesting;

pub use arrivals::Arrival;
pub use artifact::Artifact;
pub use ballot::Ballot;
pub use books::{Books, Hold, NoPacts};
pub use channel::Channel;
pub use error::Error;
pub use event::Event;
pub use exit::{Breach, Status};
pub use input::{Earning, Input, Look, Quote};
pub use loosening::Loosening;
pub use moves::{Move, Purse, Sink, Source};
pub use parameters::Parameters;
pub use payment::Revenue;
pub use report::Report;
pub use reservoir::Reservoir;
pub use route::Route;
pub use state::{Context, State};
pub use terms::{Arbiters, Terms};
pub use totals::Totals;
pub use transition::{Outcome, apply, apply_in_place};
pub use vesting::Vesting;

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode};
use scale_info::TypeInfo;

use crate::{Alpha, Tao};

/// A pact and everything that happened under it: one record a subnet, bound to the registration of its slot.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Pact<Acc> {
    /// `NetworkRegisteredAt` of the subnet: another registration of the slot has nothing to do with this pact.
    pub registered_at: u64,
    /// Block of the signature.
    pub signed_at: u64,
    /// The coldkey that owes the bond.
    pub signer: Acc,
    /// What was promised.
    pub terms: Terms,
    /// Who decides reports, if anybody.
    pub arbiters: Arbiters<Acc>,
    /// Where the pact stands.
    pub status: Status,
    /// Rao on hold of the signer's account.
    pub bond: Tao,
    /// Owner's cut that has not vested, by who earned it, at most [`vesting::MAX_EARNERS`].
    pub vesting: Vec<Vesting<Acc>>,
    /// Block up to which `vesting` has decayed.
    pub vested_at: u64,
    /// Block from which artefacts are due.
    pub artifacts_from: u64,
    /// Tribute that waits.
    pub reservoir: Reservoir,
    /// Looser terms that were announced.
    pub loosening: Option<Loosening<Acc>>,
    /// Whoever became the owner of the subnet after the signer and has yet to post a bond.
    pub successor: Option<Successor<Acc>>,
    /// Counters since the pact was first signed on this registration.
    pub totals: Totals,
}

/// An owner who took over a subnet with a pact.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct Successor<Acc> {
    /// The new owner.
    pub coldkey: Acc,
    /// Last block in which the bond may be posted.
    pub until: u64,
}

impl<Acc> Pact<Acc> {
    /// The terms, while they bind: also of a subnet that has announced to leave or has broken a promise.
    pub const fn in_force(&self) -> Option<&Terms> {
        match self.status {
            Status::Active | Status::Leaving { .. } | Status::Breached { .. } => Some(&self.terms),
            Status::Left { .. } => None,
        }
    }

    /// All owner's cut that has not vested.
    ///
    /// # Errors
    /// [`crate::Error::Overflow`].
    pub fn unvested(&self) -> Result<Alpha, crate::Error> {
        self.vesting
            .iter()
            .try_fold(Alpha::ZERO, |sum, vesting| sum.plus(vesting.alpha))
    }

    /// All alpha that the pact keeps and nobody has staked.
    ///
    /// # Errors
    /// [`crate::Error::Overflow`].
    pub fn alpha(&self) -> Result<Alpha, crate::Error> {
        self.unvested()?.plus(self.reservoir.alpha()?)
    }

    /// The strength of the terms, if the subnet stands by them and its bond is posted (`docs/rules/pacts.md#strength`).
    pub fn strength(&self) -> crate::PerMillion {
        match self.status {
            Status::Active if self.bond >= self.terms.bond && self.successor.is_none() => {
                strength::strength(&self.terms)
            }
            _ => crate::PerMillion::ZERO,
        }
    }

    /// Checks the sums of this record: I1 and I2 of `docs/rules/pacts.md#invariants`, and that lists are within their
    /// bounds.
    ///
    /// # Errors
    /// [`Error::Rule`] with [`crate::Error::BrokenSum`].
    pub fn check(&self) -> Result<(), Error> {
        let broken = Err(Error::Rule(crate::Error::BrokenSum));
        if self.vesting.len() > vesting::MAX_EARNERS || self.terms.check().is_err() || self.arbiters.check().is_err() {
            return broken;
        }
        self.totals.check(self.unvested()?, &self.reservoir)
    }
}
