//! A step of a future: the order in which chain and people act.

use tributary_economy::{Error, rule_sets::RuleSet};

use super::world::World;
use crate::{
    chain::BLOCKS_PER_DAY,
    units::{MONTH, WEEK},
};

impl World {
    /// Advances by a step of `blocks` under `rules`.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`]: a broken book.
    pub fn step(&mut self, blocks: u64, rules: RuleSet) -> Result<(), Error> {
        let days = blocks as f64 / BLOCKS_PER_DAY as f64;
        self.chain.rules = rules;
        self.open_slots();
        let issued_before = self.chain.issued;
        self.chain.emit(blocks)?;
        self.chain.step_pacts(blocks)?;
        let minted = self.chain.issued.minus_or_zero(issued_before);
        if self.step == 0 {
            self.begin_coverage(days, minted);
        }
        self.day += days;
        self.week += days;
        self.month += days;
        // A day is not a whole number in binary steps.
        if self.week >= WEEK - 1e-6 || self.step == 0 {
            self.work(days);
            self.week = 0.0;
        }
        self.trade(days)?;
        self.tally.tribute_now = self.pay_tribute(days)?;
        self.move_tao(days);
        if self.month >= MONTH - 1e-6 {
            self.tally_quality();
            self.month = 0.0;
        }
        self.decide()?;
        self.enforce_pacts()?;
        self.arrive(days)?;
        self.shock(days)?;
        self.happen(days)?;
        self.measure(days, minted);
        self.step += 1;
        Ok(())
    }

    /// The start calls and switches that are due.
    fn open_slots(&mut self) {
        for slot in 0..self.chain.slots() {
            if self.day >= self.people.starts[slot] {
                self.people.starts[slot] = f64::INFINITY;
                self.chain.start(slot);
            }
            if self.day >= self.people.enables[slot] {
                self.people.enables[slot] = f64::INFINITY;
                self.chain.enabled[slot] = true;
            }
        }
    }
}
