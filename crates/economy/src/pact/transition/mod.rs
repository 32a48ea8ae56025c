//! The rules of one subnet's pact as a transition: state and input give the new state, the moves of money and what is
//! told (`docs/rules/pacts.md`).
//!
//! It is pure. The chain's ledger and the rows of the futures load a [`State`], apply an [`Input`], book the [`Move`]s and
//! keep the new state; neither has a rule of pacts of its own.

mod cut;
mod exits;
mod loosening;
mod owners;
mod payments;
mod release;
mod reports;
mod signing;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use super::{Context, Error, Event, Input, Move, Pact, Purse, Sink, Source, State};
use crate::{Alpha, Error as Rule, Tao};

/// What an input did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome<Acc> {
    /// The state after it.
    pub state: State<Acc>,
    /// Money that moved, in this order. No amount is zero.
    pub moves: Vec<Move<Acc>>,
    /// What is told, in this order.
    pub events: Vec<Event<Acc>>,
}

/// Applies an input to the pact of a subnet.
///
/// # Errors
/// Why the rules refuse it. A sum out of range is [`Error::Rule`] with [`Rule::Overflow`] or [`Rule::Underflow`]: corrupt
/// state.
pub fn apply<Acc: Clone + Ord>(
    mut state: State<Acc>,
    input: Input<Acc>,
    context: &Context<Acc>,
) -> Result<Outcome<Acc>, Error> {
    let (mut moves, mut events) = (Vec::new(), Vec::new());
    apply_in_place(&mut state, input, context, &mut moves, &mut events)?;
    Ok(Outcome { state, moves, events })
}

/// [`apply`] for whoever plays many: the state is changed where it is, moves and events are added to the lists. After an
/// error the state is spoilt.
///
/// # Errors
/// Those of [`apply`].
pub fn apply_in_place<Acc: Clone + Ord>(
    state: &mut State<Acc>,
    input: Input<Acc>,
    context: &Context<Acc>,
    moves: &mut Vec<Move<Acc>>,
    events: &mut Vec<Event<Acc>>,
) -> Result<(), Error> {
    let mut play = Play {
        state,
        context,
        moves,
        events,
    };
    match input {
        Input::Sign {
            who,
            terms,
            arbiters,
            look,
        } => play.sign(who, terms, arbiters, look)?,
        Input::Tighten { who, terms, look } => play.tighten(&who, terms, look)?,
        Input::Loosen {
            who,
            terms,
            arbiters,
            tempo,
        } => play.loosen(&who, terms, arbiters, tempo)?,
        Input::Object {
            who,
            hotkey,
            alpha,
            staked,
        } => play.object(who, hotkey, alpha, &staked)?,
        Input::ApplyLoosening { staked, holdable } => play.apply_loosening(&staked, holdable)?,
        Input::AnnounceExit { who } => play.announce_exit(&who)?,
        Input::CancelExit { who } => play.cancel_exit(&who)?,
        Input::Exit => play.exit()?,
        Input::PostBond { who } => play.post_bond(who)?,
        Input::EstablishBreach { look } => play.establish_breach(look)?,
        Input::Report { who, id, evidence } => play.report(who, id, evidence)?,
        Input::Vote {
            who,
            id,
            hotkey,
            alpha,
            staked,
            uphold,
        } => play.vote(who, id, (hotkey, alpha), &staked, uphold)?,
        Input::Resolve { id, staked, holdable } => play.resolve(id, &staked, holdable)?,
        Input::Pay {
            from,
            payer,
            payee,
            amount,
            receipt,
        } => play.pay(from, payer, payee, amount, receipt)?,
        Input::ShareCut { owner, hotkey, cut } => play.share_cut(owner, hotkey, cut)?,
        Input::Release {
            earning,
            quote,
            fee_rate,
            releases,
        } => play.release(earning, quote, fee_rate, releases)?,
        Input::Dissolve => play.dissolve()?,
        Input::Rename { old, new } => play.rename(&old, &new),
    }
    Ok(())
}

/// A transition at work. Rules take the pact out of the state and put it back changed; after an error nobody sees either.
struct Play<'a, Acc> {
    state: &'a mut State<Acc>,
    context: &'a Context<Acc>,
    moves: &'a mut Vec<Move<Acc>>,
    events: &'a mut Vec<Event<Acc>>,
}

impl<Acc: Clone + Ord> Play<'_, Acc> {
    fn now(&self) -> u64 {
        self.context.now
    }

    fn check_owner(&self, who: &Acc) -> Result<(), Error> {
        if self.context.owner.as_ref() == Some(who) {
            Ok(())
        } else {
            Err(Rule::NotSubnetOwner.into())
        }
    }

    fn take(&mut self) -> Result<Pact<Acc>, Error> {
        self.state.pact.take().ok_or(Error::NoPact)
    }

    fn take_in_force(&mut self) -> Result<Pact<Acc>, Error> {
        let pact = self.take()?;
        pact.in_force().ok_or(Error::PactEnded)?;
        Ok(pact)
    }

    fn keep(&mut self, pact: Pact<Acc>) {
        self.state.pact = Some(pact);
    }

    fn tell(&mut self, event: Event<Acc>) {
        self.events.push(event);
    }

    fn tao(&mut self, from: Purse<Acc>, to: Purse<Acc>, amount: Tao) {
        if !amount.is_zero() {
            self.moves.push(Move::Tao { from, to, amount });
        }
    }

    fn alpha(&mut self, from: Source, to: Sink<Acc>, amount: Alpha) {
        if !amount.is_zero() {
            self.moves.push(Move::Alpha { from, to, amount });
        }
    }

    /// Takes TAO into the reservoir.
    fn receive(&mut self, pact: &mut Pact<Acc>, from: Purse<Acc>, amount: Tao) -> Result<(), Error> {
        pact.reservoir.tao = pact.reservoir.tao.plus(amount)?;
        self.tao(from, Purse::Reservoir, amount);
        Ok(())
    }

    /// Sends alpha that nobody holds along the route of the terms: what is to be burned is burned, the rest waits.
    fn receive_alpha(&mut self, pact: &mut Pact<Acc>, from: Source, amount: Alpha) -> Result<(), Error> {
        let route = pact.terms.route;
        let burned = pact.reservoir.add_alpha(amount, &route)?;
        pact.totals.burned = pact.totals.burned.plus(burned)?;
        self.alpha(from, Sink::Burned, burned);
        self.alpha(from, Sink::Waiting, amount.minus(burned)?);
        Ok(())
    }
}
