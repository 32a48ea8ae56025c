//! What anybody may say to the chain about a pact, said as soon as it is true: that a notice is over, that a report is
//! decided, that a promise is broken (`docs/rules/pacts.md#leaving`,
//! `docs/rules/pacts.md#breach`, `docs/rules/pacts.md#another-owner`).

use tributary_economy::{
    Alpha, Error,
    pact::{Event, Input, Look, Status},
};

use super::{
    Phase,
    world::{HOLDERS, REPORTER, World},
};
use crate::{
    chain::{BLOCKS_PER_DAY, Who, unless_refused},
    story::{Reason, What},
};

impl World {
    /// Says to the chain what has become true of pacts in this step.
    pub(super) fn enforce_pacts(&mut self) -> Result<(), Error> {
        if !self.chain.pacts.any() {
            return Ok(());
        }
        for slot in 0..self.chain.slots() {
            if self.chain.pacts.terms(slot).is_some() {
                self.resolve(slot)?;
                self.end_notice(slot)?;
                self.point_at_breach(slot)?;
            }
        }
        Ok(())
    }

    /// Ends a pact whose notice is over. Its owner leaves, if that is what the notice was for.
    fn end_notice(&mut self, slot: usize) -> Result<(), Error> {
        if self
            .chain
            .pacts
            .notice_until(slot)
            .is_none_or(|until| self.chain.block < until)
        {
            return Ok(());
        }
        let leaves = self.people.departs[slot].is_finite();
        if leaves {
            self.people.departs[slot] = f64::INFINITY;
            self.leave(slot, Reason::Announced)?;
        }
        if let Some(events) = self.chain.try_play(slot, Input::Exit)? {
            self.heed(slot, &events);
        }
        Ok(())
    }

    /// The chain sees by itself that a newcomer has not posted the bond in time, and that nobody commits artifacts any
    /// more.
    fn point_at_breach(&mut self, slot: usize) -> Result<(), Error> {
        let gone = self.people.phase[slot] == Phase::Gone;
        let Some(pact) = self.chain.pacts.pact(slot) else {
            return Ok(());
        };
        // Nobody bothers twice.
        let broken = matches!(pact.status, Status::Breached { .. });
        if pact.successor.is_none() && (broken || !gone) {
            return Ok(());
        }
        let days = if gone { self.day - self.people.since[slot] } else { 0.0 };
        let look = Look {
            // Who has left still takes the cut, and its keys stay registered.
            cut_enabled: true,
            owner_registered: true,
            last_artifact: Some(self.chain.block.saturating_sub((days * BLOCKS_PER_DAY as f64) as u64)),
        };
        if let Some(events) = self.chain.try_play(slot, Input::EstablishBreach { look })? {
            self.heed(slot, &events);
        }
        Ok(())
    }

    /// Somebody reports an owner who leaves without notice, and those who stake alpha vote for it. The owner, who sells, has
    /// no vote: only stakes that do not change count.
    pub(super) fn report(&mut self, slot: usize) -> Result<(), Error> {
        if self.chain.pacts.notice_until(slot).is_some() {
            return Ok(());
        }
        self.tally.breaches += 1;
        let Some(id) = unless_refused(self.chain.report(slot, REPORTER, [0; 32]))? else {
            return Ok(());
        };
        let vote = Input::Vote {
            who: HOLDERS,
            id,
            hotkey: HOLDERS,
            alpha: self.chain.holdings.stakers[slot],
            staked: Vec::new(),
            uphold: true,
        };
        self.chain.try_play(slot, vote)?;
        self.tell(slot, What::Reported);
        Ok(())
    }

    /// Closes reports whose time is over.
    fn resolve(&mut self, slot: usize) -> Result<(), Error> {
        let reports = &self.chain.pacts.states[slot].reports;
        let due: Vec<u32> = reports
            .iter()
            .filter(|report| report.deadline < self.chain.block)
            .map(|report| report.id)
            .collect();
        for id in due {
            let stake = |who: Who| {
                if who == HOLDERS {
                    self.chain.holdings.stakers[slot]
                } else {
                    Alpha::ZERO
                }
            };
            let ballots = self.chain.pacts.states[slot]
                .report(id)
                .map_or(&[][..], |report| &report.ballots);
            let input = Input::Resolve {
                id,
                staked: ballots.iter().map(|ballot| stake(ballot.coldkey)).collect(),
                holdable: self.chain.holdable(slot),
            };
            if let Some(events) = self.chain.try_play(slot, input)? {
                self.heed(slot, &events);
            }
        }
        Ok(())
    }

    /// What the end of a pact, or a breach, does to people.
    fn heed(&mut self, slot: usize, events: &[Event<Who>]) {
        for event in events {
            match *event {
                Event::Left { bond, forfeited, .. } => {
                    self.unbind(slot);
                    let unvested = forfeited;
                    self.tell(slot, What::PactEnded { unvested, bond });
                }
                Event::Breached { bond, forfeited, .. } => {
                    let unvested = forfeited;
                    self.tell(slot, What::PactBroken { unvested, bond });
                }
                _ => {}
            }
        }
    }
}
