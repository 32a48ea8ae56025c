//! Leaving, being taken over, and rare shocks.

use tributary_economy::{Alpha, Error, pact::Input};

use super::{Phase, World, YEAR};
use crate::{
    chain::Holder,
    noise::uniform,
    story::{Reason, What},
};

/// Largest loss of confidence from one exit, in log points.
const CONFIDENCE_LOSS_MAX: f64 = 0.5;

/// Part of the stakers' alpha that a thief gets and sells at once.
const STOLEN: f64 = 0.3;

/// A thief sells at most this part of the pool's alpha.
const STOLEN_OF_POOL: f64 = 0.5;

/// Age in blocks from which conviction can change a subnet's owner, and the part of its alpha that one challenger
/// needs (since 14 August 2026; `exit_event_protocol_answers`, `takeover_threshold` of the moments file).
const CONTEST_AGE: u64 = 2_629_800;
const CHALLENGER: f64 = 0.18;

/// Subnets that a leaving team has, at least, and how many more at most.
const TEAM: (usize, usize) = (2, 3);

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

    /// Whether somebody takes a slot over in this month, by a number `u` in (0, 1). More do where what the last team
    /// made has been opened.
    pub(super) fn taken_over(&self, slot: usize, u: f64) -> bool {
        let p = &self.parameters;
        let opened = self.people.opened[slot].is_some();
        let rate = p.takeover_rate + if opened { p.fork_rate } else { 0.0 };
        u < 1.0 - libm::exp(-rate / 12.0)
    }

    /// Whether conviction can take a slot from an owner who works against it (`docs/rules/subnets.md#conviction`): it
    /// is a year old, and what the owner has locked does not outweigh the challenger's part.
    pub(super) fn contestable(&self, slot: usize) -> bool {
        let age = self.chain.block.saturating_sub(self.chain.registered[slot]);
        let outside = self.chain.alpha_outside(slot).0 as f64;
        age >= CONTEST_AGE && (self.people.locked[slot].0 as f64) < CHALLENGER * outside
    }

    /// Somebody else makes something of a slot (`docs/rules/subnets.md#conviction`).
    pub(super) fn take_over(&mut self, slot: usize) -> Result<(), Error> {
        self.chain.change_owner(slot);
        self.people.generation[slot] += 1;
        let enables = self.people.enables[slot];
        let opened = self.people.opened[slot].map(|lag| self.people.quality[slot] - lag);
        self.occupy(slot, 0.0);
        if let Some(opened) = opened {
            let quality = &mut self.people.quality[slot];
            *quality = quality.max(opened);
        }
        // It is the same subnet to the chain.
        self.people.enables[slot] = enables;
        // What the old owner has not sold is the stakers' now: it has no say over the slot.
        let old = self.chain.holdings.owner[slot];
        let held = &mut self.chain.holdings;
        held.owner[slot] = Alpha::ZERO;
        held.stakers[slot] = Alpha(held.stakers[slot].0 + old.0);
        self.chain.withheld[slot] = 0.0;
        self.tally.takeovers += 1;
        let quality = self.people.quality[slot];
        self.tell(slot, What::TakenOver { quality });
        self.take_pact_on(slot)
    }

    /// The rare shocks of a step.
    pub(super) fn shock(&mut self, days: f64) -> Result<(), Error> {
        self.streams.shocks.fill(self.step, &mut self.bits[..8]);
        let mut u = [0.0; 8];
        for (u, bits) in u.iter_mut().zip(&self.bits) {
            *u = uniform(*bits);
        }
        let years = days / YEAR;
        let p = &self.parameters;
        let (teams, thefts, crashes) = (p.team_exit_rate * years, p.theft_rate * years, p.crash_rate * years);
        let size = p.crash_size;
        if u[0] < teams {
            let members = TEAM.0 + (u[1] * TEAM.1 as f64) as usize;
            for place in &u[2..2 + members.min(3)] {
                if let Some(slot) = self.by_value(*place) {
                    self.leave(slot, Reason::Team)?;
                }
            }
        }
        if u[5] < thefts
            && let Some(slot) = self.by_value(u[6])
        {
            let held = self.chain.holdings.stakers[slot].0 as f64 * STOLEN;
            let most = self.chain.pools.alpha[slot].0 as f64 * STOLEN_OF_POOL;
            let stolen = Alpha(held.min(most) as u64);
            let brought = self.chain.sell(slot, stolen, Holder::Stakers)?;
            self.tally.thefts += 1;
            self.tell(slot, What::Stolen { alpha: stolen, brought });
        }
        if u[7] < crashes {
            self.tao.jump -= size;
            self.tally.crashes += 1;
            self.tell(0, What::Crashed { size });
        }
        Ok(())
    }

    /// The scenario's events of the days before now.
    pub(super) fn happen(&mut self, days: f64) -> Result<(), Error> {
        for k in 0..self.events.len() {
            let event = &self.events[k];
            let day = event.day as f64;
            let due = day <= self.day + 1e-6 && (day > self.day - days + 1e-6 || self.step == 0);
            if !due {
                continue;
            }
            self.treasury = (event.sells_tao, event.sells_tao / event.over_days);
            for place in 0..self.events[k].leave.len() {
                let slot = usize::from(self.events[k].leave[place]) - 1;
                if slot < self.chain.slots() && self.chain.emits(slot) {
                    // It may have been abandoned at the start: the event says that somebody was there.
                    self.people.phase[slot] = Phase::Building;
                    self.leave(slot, Reason::Event)?;
                }
            }
        }
        Ok(())
    }

    /// What leavers of an event sell of their TAO in a step, in TAO.
    pub(super) fn sell_treasury(&mut self, days: f64) -> f64 {
        let (left, a_day) = self.treasury;
        let sold = (a_day * days).min(left);
        self.treasury.0 = left - sold;
        sold
    }

    /// A working subnet, drawn in proportion to the value of its alpha.
    fn by_value(&self, u: f64) -> Option<usize> {
        let working = |slot: &usize| self.chain.emits(*slot) && self.people.phase[*slot] != Phase::Gone;
        let slots = 0..self.chain.slots();
        let all: f64 = slots.clone().filter(working).map(|slot| self.alpha_value(slot)).sum();
        let mut left = u * all;
        slots.filter(working).find(|slot| {
            left -= self.alpha_value(*slot);
            left <= 0.0
        })
    }
}
