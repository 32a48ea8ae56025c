//! Signing a pact and tightening it.

use alloc::vec::Vec;

use super::Play;
use crate::pact::{Arbiters, Error, Event, Hold, Look, Pact, Purse, Reservoir, Status, Terms, Totals};

impl<Acc: Clone + Ord> Play<'_, Acc> {
    /// The bond goes on hold. Where an earlier pact of this registration has ended, what waits in its reservoir and its
    /// counters go on.
    pub(super) fn sign(&mut self, who: Acc, terms: Terms, arbiters: Arbiters<Acc>, look: Look) -> Result<(), Error> {
        self.check_owner(&who)?;
        terms.check()?;
        arbiters.check_distinct()?;
        let now = self.now();
        let earlier = self.state.pact.take();
        if earlier.as_ref().is_some_and(|pact| pact.in_force().is_some()) {
            return Err(Error::PactInForce);
        }
        // TAO takes the route when it is released: the consent of holders to another one is asked by `loosen`.
        let bound = |pact: &Pact<Acc>| !pact.reservoir.tao.is_zero() && pact.terms.route != terms.route;
        if earlier.as_ref().is_some_and(bound) {
            return Err(Error::RouteBound);
        }
        let fresh = Reservoir {
            released_at: now,
            ..Default::default()
        };
        let (reservoir, totals) = earlier.map_or((fresh, Totals::default()), |pact| (pact.reservoir, pact.totals));
        self.tao(
            Purse::Free(who.clone()),
            Purse::Held(Hold::Bond, who.clone()),
            terms.bond,
        );
        let pact = Pact {
            registered_at: self.context.registered_at,
            signed_at: now,
            signer: who.clone(),
            terms,
            arbiters,
            status: Status::Active,
            bond: terms.bond,
            vesting: Vec::new(),
            vested_at: now,
            artifacts_from: now,
            reservoir,
            loosening: None,
            successor: None,
            totals,
        };
        self.check_unbroken(&pact, look)?;
        self.keep(pact);
        self.tell(Event::Signed {
            netuid: self.context.netuid,
            signer: who,
            terms,
        });
        Ok(())
    }

    /// A larger bond is held at once.
    pub(super) fn tighten(&mut self, who: &Acc, terms: Terms, look: Look) -> Result<(), Error> {
        self.check_owner(who)?;
        let mut pact = self.take_in_force()?;
        if matches!(pact.status, Status::Leaving { .. }) {
            return Err(Error::Leaving);
        }
        terms.check()?;
        if !terms.is_tightening(&pact.terms) {
            return Err(Error::NotTighter);
        }
        self.watch(&mut pact);
        // A successor, or whoever lost a bond to a breach, posts it as a whole.
        if pact.signer == *who && matches!(pact.status, Status::Active) {
            let more = terms.bond.minus_or_zero(pact.bond);
            self.hold_bond(&mut pact, more)?;
        }
        self.replace_terms(&mut pact, terms)?;
        self.check_unbroken(&pact, look)?;
        self.keep(pact);
        self.tell(Event::Tightened {
            netuid: self.context.netuid,
            terms,
        });
        Ok(())
    }

    /// Adds to the bond of the signer.
    pub(super) fn hold_bond(&mut self, pact: &mut Pact<Acc>, more: crate::Tao) -> Result<(), Error> {
        let signer = pact.signer.clone();
        self.tao(Purse::Free(signer.clone()), Purse::Held(Hold::Bond, signer), more);
        pact.bond = pact.bond.plus(more)?;
        Ok(())
    }

    /// Returns a part of the bond to the signer.
    pub(super) fn return_bond(&mut self, pact: &mut Pact<Acc>, less: crate::Tao) -> Result<(), Error> {
        let signer = pact.signer.clone();
        self.tao(Purse::Held(Hold::Bond, signer.clone()), Purse::Free(signer), less);
        pact.bond = pact.bond.minus(less)?;
        Ok(())
    }

    /// Puts other terms into force: what vests until now vests by the old ones, what has been promised of artefacts counts
    /// from now if it is new.
    pub(super) fn replace_terms(&mut self, pact: &mut Pact<Acc>, terms: Terms) -> Result<(), Error> {
        self.settle_vesting(pact)?;
        if pact.terms.artifact_period == 0 {
            pact.artifacts_from = self.now();
        }
        pact.terms = terms;
        if let Some(owner) = &self.context.owner {
            for vesting in pact.vesting.iter_mut().filter(|vesting| vesting.coldkey == *owner) {
                vesting.half_life = terms.vesting_half_life;
            }
        }
        Ok(())
    }
}
