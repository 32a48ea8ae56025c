//! Rare shocks, and the events of a scenario.

use tributary_economy::{Alpha, Error};

use super::{Phase, world::World};
use crate::{
    chain::Holder,
    noise::uniform,
    story::{Reason, What},
    units::YEAR,
};

/// Part of the stakers' alpha that a thief gets and sells at once.
const STOLEN: f64 = 0.3;

/// A thief sells at most this part of the pool's alpha.
const STOLEN_OF_POOL: f64 = 0.5;

/// Subnets that a leaving team has, at least, and how many more at most.
const TEAM: (usize, usize) = (2, 3);

impl World {
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
