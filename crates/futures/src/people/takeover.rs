//! Slots that others take over, from owners who have left or work against their subnet.

use tributary_economy::{Alpha, Error};

use super::world::World;
use crate::{
    chain::{CHALLENGER, CONTEST_AGE},
    story::What,
};

impl World {
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
}
