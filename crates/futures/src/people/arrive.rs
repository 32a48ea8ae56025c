//! Newcomers: more of them the more a slot is worth against what it costs.

use tributary_economy::Error;

use super::world::{START_DAYS, World};
use crate::{
    noise::{normal, uniform},
    story::What,
    units::{RAO, YEAR},
};

/// Part of two years of a median subnet's owner's cut that a newcomer expects: most fail.
const HOPE: f64 = 0.2;

/// Most newcomers a day, whatever a slot is worth.
const RATE_MAX: f64 = 0.9;

impl World {
    /// A newcomer may register in this step.
    pub(super) fn arrive(&mut self, days: f64) -> Result<(), Error> {
        let u = uniform(self.streams.newcomers.at(self.step, 0));
        // The draw comes first: most days nobody looks, whatever the price.
        if u >= RATE_MAX * days {
            return Ok(());
        }
        let cost = self.chain.lock_cost().0 as f64 / RAO;
        let value = HOPE * 2.0 * YEAR * self.chain.owner_cut_of(0, 1.0) * self.median_price();
        let p = &self.parameters;
        let eager = libm::pow((value / cost.max(1e-9)).max(1e-6), p.newcomer_elasticity);
        let chance = (p.newcomer_rate / YEAR * eager).min(RATE_MAX) * days;
        if u >= chance {
            return Ok(());
        }
        let Some(next) = self.chain.next_slot() else {
            return Ok(());
        };
        // A talent from the pool of outsiders, who nobody has priced yet.
        let rank = normal(self.streams.newcomers.at(self.step, 1));
        let team = self.team(next, self.people.generation[next] + 1, rank);
        if !self.comes(&team) {
            return Ok(());
        }
        let going = (self.people.quality[next], self.chain.pools.tao[next]);
        let Some(registered) = self.chain.register_in(next)? else {
            return Ok(());
        };
        let slot = registered.slot;
        if registered.replaced {
            let (quality, pool) = going;
            self.tell(slot, What::Deregistered { quality, pool });
        }
        self.people.generation[slot] += 1;
        self.occupy(slot, rank);
        self.people.starts[slot] = self.day + START_DAYS;
        self.people.enables[slot] = self.day + START_DAYS + self.parameters.enable_days;
        self.tally.newcomers += 1;
        self.tally.deregistered += u32::from(registered.replaced);
        self.tell(
            slot,
            What::Registered {
                cost: registered.cost,
                quality: self.people.quality[slot],
            },
        );
        self.sign_newcomer(slot)
    }
}
