//! Owners decide: once a month, each on a day of its own, they weigh staying, extracting and exit.

use tributary_economy::Error;

use super::{Choice, Phase, Weighed, World};
use crate::{noise::uniform, story::What, units::MONTH};

/// Part of miner pay that an extracting owner withholds.
const WITHHELD: f64 = 0.9;

impl World {
    /// The decisions that are due, and takeovers of slots whose owner has left.
    pub(super) fn decide(&mut self) -> Result<(), Error> {
        for slot in 0..self.chain.slots() {
            if self.day >= self.people.decides[slot] {
                self.people.decides[slot] += MONTH;
                if self.chain.emits(slot) {
                    self.decide_for(slot)?;
                }
            }
        }
        Ok(())
    }

    /// A slot's decision of this month, or its takeover if the owner has left or works against it.
    fn decide_for(&mut self, slot: usize) -> Result<(), Error> {
        let draw = |k| uniform(self.streams.owners.at(2 * self.step + k, slot as u64));
        let (first, second) = (draw(0), draw(1));
        if self.people.phase[slot] == Phase::Gone {
            if self.taken_over(slot, first) {
                self.take_over(slot)?;
            }
            return Ok(());
        }
        if self.people.phase[slot] == Phase::Extracting && self.contestable(slot) && self.taken_over(slot, second) {
            return self.take_over(slot);
        }
        if self.people.departs[slot].is_finite() {
            return Ok(());
        }
        self.look_at_offer(slot)?;
        let terms = self.chain.pacts.posted(slot);
        let weighed = self.situation(slot).weigh(&self.parameters, terms.as_ref(), 0.0);
        let choice = if first < weighed.chance_leave {
            Choice::Leave
        } else if second < weighed.chance_extract || self.people.phase[slot] == Phase::Extracting {
            Choice::Extract
        } else {
            Choice::Stay
        };
        if self.story.is_some() {
            self.tell_decision(slot, choice, weighed);
        }
        self.tally_decision(slot, choice);
        match choice {
            Choice::Leave => self.set_out(slot, weighed.notice),
            Choice::Extract if self.people.phase[slot] == Phase::Building => {
                self.people.phase[slot] = Phase::Extracting;
                self.people.since[slot] = self.day;
                self.chain.withheld[slot] = self.chain.withheld[slot].max(WITHHELD);
                Ok(())
            }
            Choice::Extract | Choice::Stay => Ok(()),
        }
    }

    fn tell_decision(&mut self, slot: usize, choice: Choice, weighed: Weighed) {
        let phase = self.people.phase[slot];
        if choice == Choice::Leave || (choice == Choice::Extract && phase == Phase::Building) {
            let what = What::Decided {
                choice,
                kind: self.people.kind[slot],
                quality: self.people.quality[slot],
                weighed,
            };
            self.tell(slot, what);
        }
    }
}
