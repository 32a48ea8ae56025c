//! The chain's books of pacts: what a transition needs is read from the ledger, what it moves is booked.

use alloc::vec::Vec;

use super::super::{money, stake_pools, swaps};
use crate::{
    Account, Alpha, Error as Rule, Existence, Ledger, NetUid, Tao,
    pact::{Ballot, Context, Error, Hold, Input, Move, Outcome, Purse, Sink, State, arrivals, transition},
};

/// Applies an input to a subnet's pact and books what it does.
///
/// # Errors
/// What the rules say; [`Rule::InsufficientBalance`] if an account cannot part with what it should.
pub(super) fn play<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    input: Input<Acc>,
) -> Result<(), Error> {
    let before = load(ledger, netuid, input.touches_votes());
    let outcome = apply(ledger, netuid, &before, input)?;
    book(ledger, netuid, &before, outcome)
}

/// All that is kept of a subnet's pact; objections and reports only `with_votes`.
pub(super) fn load<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid, with_votes: bool) -> State<Acc> {
    let (objections, reports) = if with_votes {
        (ledger.objections(netuid), ledger.reports(netuid))
    } else {
        (Vec::new(), Vec::new())
    };
    State {
        pact: ledger.pact(netuid),
        objections,
        reports,
    }
}

/// What the stakes of ballots weigh now in the answer to a question of this block.
pub(super) fn weights<Acc: Account, L: Ledger<Acc>>(
    ledger: &L,
    netuid: NetUid,
    ballots: &[Ballot<Acc>],
    question: u64,
) -> Result<Vec<Alpha>, Error> {
    let weight = |ballot: &Ballot<Acc>| stake_pools::weight(ledger, &ballot.hotkey, &ballot.coldkey, netuid, question);
    Ok(ballots.iter().map(weight).collect::<Result<_, _>>()?)
}

/// What an input does to a state, with nothing booked yet.
pub(super) fn apply<Acc: Account, L: Ledger<Acc>>(
    ledger: &L,
    netuid: NetUid,
    state: &State<Acc>,
    input: Input<Acc>,
) -> Result<Outcome<Acc>, Error> {
    let context = if matches!(input, Input::Pay { .. }) {
        Context::of_payment(netuid, ledger.block())
    } else {
        context(ledger, netuid)
    };
    transition::apply(state.clone(), input, &context)
}

/// The subnet in this block.
pub(super) fn context<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid) -> Context<Acc> {
    Context {
        netuid,
        now: ledger.block(),
        owner: ledger.subnet_owner(netuid),
        registered_at: ledger.network_registered_at(netuid),
        parameters: ledger.pact_parameters(),
    }
}

/// Books what an input did to the state `before`: moves, what has changed of the state, events.
///
/// # Errors
/// [`Rule::InsufficientBalance`]; [`Rule::Overflow`], [`Rule::Underflow`] and [`Rule::BrokenSum`]: corrupt state.
pub(super) fn book<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    before: &State<Acc>,
    outcome: Outcome<Acc>,
) -> Result<(), Error> {
    for step in outcome.moves {
        book_move(ledger, netuid, step)?;
    }
    keep(ledger, netuid, before, outcome.state);
    for event in outcome.events {
        ledger.tell(event);
    }
    Ok(())
}

/// Writes what has changed of a state.
pub(super) fn keep<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    before: &State<Acc>,
    after: State<Acc>,
) {
    // Inputs that leave votes alone neither ask nor answer anything.
    let open = arrivals::questions(&after);
    if open != arrivals::questions(before) {
        ledger.set_open_questions(netuid, open);
    }
    if after.pact != before.pact {
        ledger.set_pact(netuid, after.pact);
    }
    if after.objections != before.objections {
        ledger.set_objections(netuid, after.objections);
    }
    if after.reports != before.reports {
        ledger.set_reports(netuid, after.reports);
    }
}

fn book_move<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid, step: Move<Acc>) -> Result<(), Rule> {
    match step {
        Move::Tao { from, to, amount } => book_tao(ledger, netuid, from, to, amount),
        Move::Alpha { to, amount, .. } => match to {
            Sink::Staked { coldkey, hotkey } => stake_pools::increase(ledger, &hotkey, &coldkey, netuid, amount),
            Sink::Burned => money::burn_alpha(ledger, netuid, amount),
            // The pact keeps it, the epoch pays it, or it vanishes with the subnet.
            Sink::Unvested | Sink::Waiting | Sink::Holders | Sink::Root | Sink::Dissolved => Ok(()),
        },
        Move::Buy { tao, alpha } => buy(ledger, netuid, tao, alpha),
    }
}

/// The account that holds TAO of a purse, and why it is on hold there, if it is.
fn place<Acc: Account, L: Ledger<Acc>>(ledger: &L, netuid: NetUid, purse: &Purse<Acc>) -> (Acc, Option<Hold>) {
    match purse {
        Purse::Free(who) => (who.clone(), None),
        Purse::Held(reason, who) => (who.clone(), Some(*reason)),
        Purse::Reservoir => (ledger.pact_account(), None),
        Purse::Pool => (ledger.subnet_account(netuid), None),
    }
}

fn book_tao<Acc: Account, L: Ledger<Acc>>(
    ledger: &mut L,
    netuid: NetUid,
    from: Purse<Acc>,
    to: Purse<Acc>,
    amount: Tao,
) -> Result<(), Rule> {
    let ((giver, held), (taker, holds)) = (place(ledger, netuid, &from), place(ledger, netuid, &to));
    match held {
        Some(reason) if giver == taker => ledger.free(reason, &giver, amount)?,
        Some(reason) => ledger.seize(reason, &giver, &taker, amount)?,
        None if giver == taker => {}
        None => ledger.transfer(&giver, &taker, amount, Existence::Preserve)?,
    }
    if let Some(reason) = holds {
        ledger.hold(reason, &taker, amount)?;
    }
    let (leaves, joins) = (from == Purse::Pool, to == Purse::Pool);
    if joins {
        ledger.set_subnet_tao(netuid, ledger.subnet_tao(netuid).plus(amount)?);
        ledger.set_total_stake(ledger.total_stake().plus(amount)?);
    }
    if leaves {
        ledger.set_subnet_tao(netuid, ledger.subnet_tao(netuid).minus(amount)?);
        ledger.set_total_stake(ledger.total_stake().minus(amount)?);
    }
    Ok(())
}

/// Buys alpha with TAO of the reservoirs, for exactly what was quoted.
fn buy<Acc: Account, L: Ledger<Acc>>(ledger: &mut L, netuid: NetUid, tao: Tao, alpha: Alpha) -> Result<(), Rule> {
    let (from, to) = (ledger.pact_account(), ledger.subnet_account(netuid));
    ledger.transfer(&from, &to, tao, Existence::Preserve)?;
    let done = swaps::buy(ledger, netuid, tao, swaps::HIGHEST_PRICE, true)?;
    money::add_protocol_flow(ledger, netuid, tao);
    if done.paid_out == alpha.0 {
        Ok(())
    } else {
        Err(Rule::BrokenSum)
    }
}

/// What refuses in a rule of blocks, where only corrupt state can.
pub(super) fn corrupt(error: Error) -> Rule {
    match error {
        Error::Rule(rule) => rule,
        _ => Rule::BrokenSum,
    }
}
