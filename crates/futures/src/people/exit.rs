//! Exit: an owner leaves, with or without notice (`docs/rules/pacts.md#leaving`).

use tributary_economy::{Error, pact::Input};

use super::{Phase, world::World};
use crate::story::{Reason, What};

/// Largest loss of confidence from one exit, in log points.
const CONFIDENCE_LOSS_MAX: f64 = 0.5;

impl World {
    /// An owner has decided to leave: at once, or, under a pact with notice, when the notice is over.
    pub(super) fn set_out(&mut self, slot: usize, gives_notice: bool) -> Result<(), Error> {
        let announced = self.chain.pacts.notice_until(slot).is_some();
        if self.chain.pacts.terms(slot).is_none() || !(gives_notice || announced) {
            return self.leave(slot, Reason::Chosen);
        }
        let who = self.chain.pacts.owner(slot);
        if !announced && self.chain.try_play(slot, Input::AnnounceExit { who })?.is_none() {
            return self.leave(slot, Reason::Chosen);
        }
        self.tally.notices += 1;
        let days = self.notice_left(slot);
        self.people.departs[slot] = self.day + days;
        if days > 0.0 {
            self.tell(slot, What::Announced { days });
        }
        Ok(())
    }

    /// An owner leaves: product, team and revenue go at once, its alpha is sold over days, confidence suffers.
    pub(super) fn leave(&mut self, slot: usize, reason: Reason) -> Result<(), Error> {
        if self.people.phase[slot] == Phase::Gone {
            return Ok(());
        }
        self.people.opened[slot] = self.opened_lag(slot);
        if self.chain.pacts.terms(slot).is_some() && reason != Reason::Announced {
            self.report(slot)?;
        }
        self.unbind(slot);
        let all: f64 = (0..self.chain.slots()).map(|slot| self.alpha_value(slot)).sum();
        let share = if all > 0.0 { self.alpha_value(slot) / all } else { 0.0 };
        let p = &self.parameters;
        let loss = (p.confidence_loss * share).min(CONFIDENCE_LOSS_MAX);
        self.tao.lose_confidence(loss, p.confidence_return);
        let people = &mut self.people;
        let what = What::Left {
            reason,
            quality: people.quality[slot],
            revenue: people.revenue[slot],
            share_of_alpha: share,
            owner_alpha: self.chain.holdings.owner[slot],
            confidence_lost: loss,
        };
        self.tally.revenue_taken += people.revenue[slot];
        self.tally.exits += 1;
        people.phase[slot] = Phase::Gone;
        people.since[slot] = self.day;
        people.revenue[slot] = 0.0;
        people.funding[slot] = 0.0;
        // Nobody validates any more, so nobody but the owner's keys is paid.
        self.chain.withheld[slot] = 1.0;
        self.tell(slot, what);
        Ok(())
    }
}
