//! The pacts of all slots: what they keep, and the books of what they move. The rules are
//! [`tributary_economy::pact::transition`], the same that the chain plays.

use tributary_economy::{
    Alpha, Error, NetUid, PerMillion, Tao, approximate,
    pact::{
        Context, Error as Refusal, Event, Hold, Input, Move, Outcome, Pact, Parameters, Purse, Sink, Source, State,
        Status, Terms, transition,
    },
    pool::Side,
};

use super::{Chain, tribute::Tribute};

/// Accounts that pacts know. What they hold is in rows: alpha of the present owner of a slot is the owner's, that of
/// everybody else the stakers'; free TAO is everybody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// The owner of the slot with this number: the first is 0.
    Owner(u32),
    /// Somebody else.
    Other(u32),
}

/// The pacts of all slots; vectors have an entry a slot.
#[derive(Clone, Debug, Default)]
pub struct Pacts {
    /// What is kept of each.
    pub states: Vec<State<Who>>,
    /// Number of the present owner.
    pub owner: Vec<u32>,
    /// What tribute moved since the beginning.
    pub moved: Tribute,
    /// Parameters of all pacts.
    pub parameters: Parameters,
    /// Number of the next report.
    next_report: u32,
    /// TAO in reservoirs, as it was moved there and away.
    reservoir: Vec<Tao>,
    /// TAO on hold, likewise.
    held: Vec<Tao>,
    /// Alpha that has not vested or waits, likewise.
    kept: Vec<Alpha>,
    /// Whether any slot has ever had a pact: else there is nothing to do.
    any: bool,
    /// Lists that [`Chain::account`] uses again.
    buffers: (Vec<Move<Who>>, Vec<Event<Who>>),
}

impl Pacts {
    pub(super) fn reset(&mut self, slots: usize) {
        fn fill<T: Clone>(row: &mut Vec<T>, slots: usize, value: T) {
            row.clear();
            row.resize(slots, value);
        }
        fill(&mut self.states, slots, State::default());
        fill(&mut self.owner, slots, 0);
        fill(&mut self.reservoir, slots, Tao::ZERO);
        fill(&mut self.held, slots, Tao::ZERO);
        fill(&mut self.kept, slots, Alpha::ZERO);
        self.moved = Tribute::default();
        self.parameters = Parameters::default();
        (self.next_report, self.any) = (0, false);
    }

    /// The pact of a slot.
    pub fn pact(&self, slot: usize) -> Option<&Pact<Who>> {
        self.states[slot].pact.as_ref()
    }

    /// The terms that bind a slot: also one that leaves or has broken a promise.
    pub fn terms(&self, slot: usize) -> Option<&Terms> {
        self.states[slot].terms()
    }

    /// The present owner of a slot.
    pub fn owner(&self, slot: usize) -> Who {
        Who::Owner(self.owner[slot])
    }

    /// The terms that bind a slot, with the bond that the present owner has posted.
    pub fn posted(&self, slot: usize) -> Option<Terms> {
        let pact = self.pact(slot)?;
        let bond = if pact.signer == self.owner(slot) {
            pact.bond
        } else {
            Tao::ZERO
        };
        pact.in_force().map(|terms| Terms { bond, ..*terms })
    }

    /// Whether the owner stands by the pact: signed, and neither ended nor broken.
    pub fn stands(&self, slot: usize) -> bool {
        self.pact(slot)
            .is_some_and(|pact| matches!(pact.status, Status::Active | Status::Leaving { .. }))
    }

    /// The block in which an announced notice is over.
    pub fn notice_until(&self, slot: usize) -> Option<u64> {
        match self.pact(slot)? {
            Pact {
                status: Status::Leaving { since },
                terms,
                ..
            } => Some(since.saturating_add(terms.notice)),
            _ => None,
        }
    }

    /// Cut of a slot's present owner that has not vested.
    pub fn unvested(&self, slot: usize) -> Alpha {
        let owner = self.owner(slot);
        let entry = |pact: &Pact<Who>| pact.vesting.iter().find(|vesting| vesting.coldkey == owner).cloned();
        self.pact(slot)
            .and_then(entry)
            .map_or(Alpha::ZERO, |vesting| vesting.alpha)
    }

    /// TAO that pacts keep, in rao.
    pub(super) fn tao(&self) -> u128 {
        if !self.any {
            return 0;
        }
        let all = self.held.iter().chain(&self.reservoir);
        all.map(|tao| u128::from(tao.0)).sum()
    }

    /// Alpha of a slot that the pact keeps.
    pub(super) fn alpha(&self, slot: usize) -> u128 {
        self.kept[slot].0.into()
    }

    /// Compares what was moved with what the pact of a slot says that it keeps. Returns the first sum that differs: what
    /// it is, what was moved, what is kept.
    pub(super) fn check(&self, slot: usize) -> Result<(), (String, u128, u128)> {
        let state = &self.states[slot];
        let deposits: u128 = state.reports.iter().map(|report| u128::from(report.deposit.0)).sum();
        let (reservoir, bond, alpha) = state.pact.as_ref().map_or((0, 0, 0), |pact| {
            let unvested = pact.vesting.iter().map(|vesting| u128::from(vesting.alpha.0));
            let waiting = u128::from(pact.reservoir.holders.0) + u128::from(pact.reservoir.root.0);
            let alpha = unvested.sum::<u128>() + waiting;
            (u128::from(pact.reservoir.tao.0), u128::from(pact.bond.0), alpha)
        });
        for (name, moved, kept) in [
            ("TAO in the reservoir", self.reservoir[slot].0, reservoir),
            ("TAO on hold for the pact", self.held[slot].0, bond + deposits),
            ("alpha that the pact keeps", self.kept[slot].0, alpha),
        ] {
            if u128::from(moved) != kept {
                return Err((format!("{name} of slot {}", slot + 1), moved.into(), kept));
            }
        }
        Ok(())
    }

    /// Whether any slot has ever had a pact.
    pub(crate) fn any(&self) -> bool {
        self.any
    }

    /// Whether emission favours pacts, and there is one.
    pub(super) fn weighs(&self) -> bool {
        self.any && self.parameters.pact_weight > 0
    }

    /// How strong the pact of a slot is.
    pub(super) fn strength(&self, slot: usize) -> PerMillion {
        self.pact(slot).map_or(PerMillion::ZERO, Pact::strength)
    }

    /// What a slot's share is multiplied by, before all are brought back to their sum.
    pub(super) fn factor(&self, slot: usize) -> f64 {
        approximate::favour(self.parameters.pact_weight, self.strength(slot))
    }
}

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
