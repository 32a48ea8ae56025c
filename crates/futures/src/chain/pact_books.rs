//! The books of what pacts move. The rules are [`tributary_economy::pact::transition`], the same that the chain plays.

use tributary_economy::{
    Alpha, Error, NetUid, Tao,
    pact::{Context, Error as Refusal, Event, Hold, Input, Move, Outcome, Purse, Sink, Source, transition},
    pool::Side,
};

use super::{Chain, Who};

/// What was done; none where the rules refused it.
///
/// # Errors
/// [`Error::Overflow`], [`Error::Underflow`], [`Error::BrokenSum`]: a broken book.
pub fn unless_refused<R>(done: Result<R, Refusal>) -> Result<Option<R>, Error> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(Refusal::Rule(error @ (Error::Overflow | Error::Underflow | Error::BrokenSum))) => Err(error),
        Err(_) => Ok(None),
    }
}

impl Chain {
    /// A slot at the end of the last step, as pacts see it.
    pub fn pact_context(&self, slot: usize) -> Context<Who> {
        Context {
            netuid: NetUid(slot as u16 + 1),
            now: self.block,
            owner: Some(self.pacts.owner(slot)),
            registered_at: self.registered[slot],
            parameters: self.pacts.parameters,
        }
    }

    /// Applies an input to a slot's pact and books what it moves. Nothing changes where the rules refuse it, or where less
    /// TAO is free than it takes.
    ///
    /// # Errors
    /// Why it is refused; [`Refusal::Rule`] with [`Error::Overflow`], [`Error::Underflow`] or [`Error::BrokenSum`]: a
    /// broken book.
    pub fn play(&mut self, slot: usize, input: Input<Who>) -> Result<Vec<Event<Who>>, Refusal> {
        let context = self.pact_context(slot);
        let outcome = transition::apply(self.pacts.states[slot].clone(), input, &context)?;
        let Outcome { state, moves, events } = outcome;
        let mut needed = Tao::ZERO;
        for step in &moves {
            if let Move::Tao {
                from: Purse::Free(_),
                amount,
                ..
            } = step
            {
                needed = needed.plus(*amount)?;
            }
        }
        if needed > self.free {
            return Err(Error::InsufficientBalance.into());
        }
        for step in moves {
            self.book_move(slot, step)?;
        }
        self.pacts.any |= state.pact.is_some();
        self.pacts.states[slot] = state;
        self.count(slot, &events);
        Ok(events)
    }

    /// [`Self::play`] of what the accounting of a step cannot be refused: nothing is kept to go back to.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`], [`Error::BrokenSum`]: a broken book.
    pub(super) fn account(&mut self, slot: usize, input: Input<Who>) -> Result<(), Error> {
        let context = self.pact_context(slot);
        let (mut moves, mut events) = core::mem::take(&mut self.pacts.buffers);
        let state = &mut self.pacts.states[slot];
        transition::apply_in_place(state, input, &context, &mut moves, &mut events).map_err(
            |refusal| match refusal {
                Refusal::Rule(error) => error,
                _ => Error::BrokenSum,
            },
        )?;
        for step in moves.drain(..) {
            self.book_move(slot, step)?;
        }
        self.count(slot, &events);
        events.clear();
        self.pacts.buffers = (moves, events);
        Ok(())
    }

    /// [`Self::play`], where a refusal is no fault: none then.
    ///
    /// # Errors
    /// [`Error::Overflow`], [`Error::Underflow`], [`Error::BrokenSum`]: a broken book.
    pub fn try_play(&mut self, slot: usize, input: Input<Who>) -> Result<Option<Vec<Event<Who>>>, Error> {
        unless_refused(self.play(slot, input))
    }

    /// Reports a broken promise. Returns the number of the report.
    ///
    /// # Errors
    /// Those of [`Self::play`].
    pub fn report(&mut self, slot: usize, who: Who, evidence: [u8; 32]) -> Result<u32, Refusal> {
        let id = self.pacts.next_report;
        self.play(slot, Input::Report { who, id, evidence })?;
        self.pacts.next_report += 1;
        Ok(id)
    }

    /// A slot gets another owner; its pact will notice.
    pub fn change_owner(&mut self, slot: usize) {
        self.pacts.owner[slot] += 1;
    }

    fn purse(&mut self, slot: usize, purse: &Purse<Who>) -> Result<&mut Tao, Error> {
        match purse {
            Purse::Free(_) => Ok(&mut self.free),
            Purse::Held(Hold::Bond | Hold::Report, _) => Ok(&mut self.pacts.held[slot]),
            // There are no channels here.
            Purse::Held(Hold::Channel, _) => Err(Error::BrokenSum),
            Purse::Reservoir => Ok(&mut self.pacts.reservoir[slot]),
            Purse::Pool => Ok(&mut self.pools.tao[slot]),
        }
    }

    fn book_move(&mut self, slot: usize, step: Move<Who>) -> Result<(), Error> {
        match step {
            Move::Tao { from, to, amount } => {
                if to == Purse::Pool {
                    self.flows.tribute = self.flows.tribute.plus(amount)?;
                }
                let place = self.purse(slot, &from)?;
                *place = place.minus(amount)?;
                let place = self.purse(slot, &to)?;
                *place = place.plus(amount)?;
                Ok(())
            }
            Move::Alpha { from, to, amount } => self.book_alpha(slot, from, to, amount),
            Move::Buy { tao, alpha } => {
                let waiting = &mut self.pacts.reservoir[slot];
                *waiting = waiting.minus(tao)?;
                self.flows.tribute = self.flows.tribute.plus(tao)?;
                match self.trade(slot, Side::Buy, tao.0, false)? {
                    Some(traded) if traded == (tao.0, alpha.0) => Ok(()),
                    _ => Err(Error::BrokenSum),
                }
            }
        }
    }

    fn book_alpha(&mut self, slot: usize, from: Source, to: Sink<Who>, amount: Alpha) -> Result<(), Error> {
        let kept = &mut self.pacts.kept[slot];
        match from {
            Source::Unvested | Source::Waiting => *kept = kept.minus(amount)?,
            // Taken from the pool by the purchase, and from the owner by the step.
            Source::Bought | Source::Cut => {}
        }
        let held = &mut self.holdings;
        let value = amount.0 as f64;
        match to {
            Sink::Unvested | Sink::Waiting => *kept = kept.plus(amount)?,
            Sink::Staked { coldkey, .. } if coldkey == Who::Owner(self.pacts.owner[slot]) => {
                held.owner[slot] = held.owner[slot].plus(amount)?;
            }
            Sink::Staked { .. } => held.stakers[slot] = held.stakers[slot].plus(amount)?,
            Sink::Burned => {
                held.burned[slot] = held.burned[slot].plus(amount)?;
                self.pacts.moved.burned += value * self.price(slot);
            }
            Sink::Holders => {
                held.stakers[slot] = held.stakers[slot].plus(amount)?;
                self.paid.stakers[slot] = self.paid.stakers[slot].plus(amount)?;
                self.pacts.moved.to_holders += value * self.price(slot);
            }
            Sink::Root => {
                held.stakers[slot] = held.stakers[slot].plus(amount)?;
                self.paid.root[slot] = self.paid.root[slot].plus(amount)?;
                self.pacts.moved.to_root += value * self.price(slot);
            }
            Sink::Dissolved => {}
        }
        Ok(())
    }

    /// Adds what events say to what tribute moved.
    fn count(&mut self, slot: usize, events: &[Event<Who>]) {
        for event in events {
            let price = self.price(slot);
            let moved = &mut self.pacts.moved;
            match event {
                Event::CutShared { pledged, .. } => moved.pledged += pledged.0 as f64 * price,
                Event::Paid { tribute, .. } => moved.paid += tribute.0 as f64,
                Event::Left { forfeited, .. } => moved.forfeited += forfeited.0 as f64 * price,
                Event::Breached { bond, forfeited, .. } => {
                    moved.slashed += bond.0 as f64;
                    moved.forfeited += forfeited.0 as f64 * price;
                }
                _ => {}
            }
        }
    }
}
