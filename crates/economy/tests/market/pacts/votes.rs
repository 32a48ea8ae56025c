//! Who has a say in reports and looser terms, and how much (`docs/rules/pacts.md#votes`).

use tributary_economy::{
    Alpha, Ledger,
    market::{coldkey_swap, networks, pact, stake_moves, staking},
    pact::{Arrival, Books as _, Error, report::Verdict},
};

use super::*;

/// The subnet after some emission, with a report against it or looser terms announced.
fn asked(report: bool) -> Memory {
    let mut ledger = bound(Terms {
        notice: 30,
        ..all_terms()
    });
    advance(&mut ledger, 10);
    if report {
        pact_act(&mut ledger, |l| pact::report(l, &coldkey(4), NET, [5; 32])).unwrap();
    } else {
        announce(&mut ledger);
    }
    ledger
}

fn announce(ledger: &mut Memory) {
    let looser = Terms {
        bond: Tao::ZERO,
        ..all_terms()
    };
    pact_act(ledger, |l| {
        pact::loosen(l, &coldkey(0), NET, looser, Arbiters::default())
    })
    .unwrap();
}

fn give(ledger: &mut Memory, from: (Account, Account), to: Account, alpha: Alpha) {
    act(ledger, |l| {
        stake_moves::transfer_stake(l, &from.0, &to, &from.1, NET, NET, alpha)
    })
    .unwrap();
}

/// Moves stake of an account from one hotkey to another.
fn wander(ledger: &mut Memory, who: Account, from: Account, to: Account, alpha: Alpha) {
    act(ledger, |l| {
        stake_moves::move_stake(l, &who, &from, &to, NET, NET, alpha)
    })
    .unwrap();
}

fn stake(ledger: &Memory, who: Account, key: Account) -> Alpha {
    staking::stake_of(ledger, &key, &who, NET)
}

fn vote(ledger: &mut Memory, id: u32, who: Account, key: Account, uphold: bool) -> Result<(), Error> {
    pact_act(ledger, |l| pact::vote(l, &who, NET, id, &key, uphold))
}

fn object(ledger: &mut Memory, who: Account, key: Account) -> Result<(), Error> {
    pact_act(ledger, |l| pact::object(l, &who, NET, &key))
}

#[test]
fn nobody_is_silenced_by_a_gift() {
    let mut ledger = asked(true);
    let (honest, key, enemy) = (coldkey(3), hotkey(3), coldkey(4));
    act(&mut ledger, |l| staking::add_stake(l, &enemy, &key, NET, tao(1))).unwrap();
    let before = stake(&ledger, honest, key);
    let dust = Alpha(stake(&ledger, enemy, key).0 / 100);
    give(&mut ledger, (enemy, key), honest, dust);
    vote(&mut ledger, 0, honest, key, true).unwrap();
    let cast = ledger.reports(NET)[0].ballots[0].alpha;
    // Shares of a pool round by a unit.
    assert!(cast.0.abs_diff(before.0) <= 1, "{cast:?} of {before:?}");
    // Nor after the vote, nor on another subnet.
    give(&mut ledger, (enemy, key), honest, dust);
    let other = NetUid(2);
    act(&mut ledger, |l| staking::add_stake(l, &honest, &key, other, tao(1))).unwrap();
    vote(&mut ledger, 0, coldkey(2), hotkey(2), true).unwrap();
    advance(&mut ledger, 9);
    assert_eq!(pact_act(&mut ledger, |l| pact::resolve(l, NET, 0)), Ok(Verdict::Upheld));
    check_all(&ledger);
}

#[test]
fn what_comes_after_the_question_has_no_say_and_what_was_there_keeps_its() {
    for report in [true, false] {
        let mut ledger = asked(report);
        let say = |l: &mut Memory, who, key| match report {
            true => vote(l, 0, who, key, true).map(|()| l.reports(NET)[0].ballots.last().unwrap().alpha),
            false => object(l, who, key).map(|()| l.objections(NET).last().unwrap().alpha),
        };
        let (holder, key) = (coldkey(2), hotkey(2));
        let before = stake(&ledger, holder, key);
        act(&mut ledger, |l| staking::add_stake(l, &holder, &key, NET, tao(50))).unwrap();
        let weight = say(&mut ledger, holder, key).unwrap();
        assert!(weight.0.abs_diff(before.0) <= 1, "{weight:?} of {before:?}");
        // What goes is of what came last.
        let came = Alpha(stake(&ledger, holder, key).0 - before.0);
        act(&mut ledger, |l| staking::remove_stake(l, &holder, &key, NET, came)).unwrap();
        let weight = say(&mut ledger, holder, key).unwrap();
        assert!(weight.0.abs_diff(before.0) <= 2, "{weight:?} of {before:?}");
        let (newcomer, nothing) = (coldkey(4), Err(Error::NoStake));
        act(&mut ledger, |l| staking::add_stake(l, &newcomer, &key, NET, tao(500))).unwrap();
        assert_eq!(say(&mut ledger, newcomer, key), nothing);
        // The next question is another one.
        announce_or_report(&mut ledger, report);
        assert!(
            match report {
                true => object(&mut ledger, newcomer, key),
                false => vote(&mut ledger, 0, newcomer, key, true),
            }
            .is_ok()
        );
        check_all(&ledger);
    }
}

/// Asks the question that is not open.
fn announce_or_report(ledger: &mut Memory, open: bool) {
    next_block(ledger).unwrap();
    if open {
        announce(ledger);
    } else {
        pact_act(ledger, |l| pact::report(l, &coldkey(4), NET, [6; 32])).unwrap();
    }
}

#[test]
fn alpha_that_wanders_objects_once() {
    let mut ledger = asked(false);
    let (holder, first) = (coldkey(2), hotkey(2));
    object(&mut ledger, holder, first).unwrap();
    let all = stake(&ledger, holder, first);
    for (from, to) in [(first, hotkey(3)), (hotkey(3), hotkey(0)), (hotkey(0), first)] {
        let alpha = all.min(stake(&ledger, holder, from));
        wander(&mut ledger, holder, from, to, alpha);
        assert_eq!(object(&mut ledger, holder, to), Err(Error::NoStake));
    }
    advance(&mut ledger, 30);
    assert_eq!(pact_act(&mut ledger, |l| pact::apply_loosening(l, NET)), Ok(true));
    check_all(&ledger);
}

#[test]
fn a_new_key_has_the_say_of_the_old_one_and_no_more() {
    let mut ledger = asked(true);
    let (holder, key, new) = (coldkey(2), hotkey(2), 77);
    let before = stake(&ledger, holder, key);
    act(&mut ledger, |l| staking::add_stake(l, &holder, &key, NET, tao(50))).unwrap();
    act(&mut ledger, |l| coldkey_swap::swap_coldkey(l, &holder, &new)).unwrap();
    assert!(ledger.arrivals(NET, &key, &holder).is_empty());
    vote(&mut ledger, 0, new, key, true).unwrap();
    let weight = ledger.reports(NET)[0].ballots[0].alpha;
    assert!(weight.0.abs_diff(before.0) <= 1, "{weight:?} of {before:?}");
}

#[test]
fn nothing_is_noted_while_nothing_is_asked_nor_kept_beyond_the_subnet() {
    let buy = |l: &mut Memory| act(l, |l| staking::add_stake(l, &coldkey(4), &hotkey(2), NET, tao(5))).unwrap();
    let noted = |l: &Memory| l.arrivals(NET, &hotkey(2), &coldkey(4));
    let mut ledger = bound(all_terms());
    buy(&mut ledger);
    assert!(noted(&ledger).is_empty() && ledger.open_questions(NET).is_empty());
    pact_act(&mut ledger, |l| pact::report(l, &coldkey(4), NET, [5; 32])).unwrap();
    let question = ledger.block();
    assert_eq!(ledger.open_questions(NET), [question]);
    buy(&mut ledger);
    assert!(matches!(noted(&ledger)[..], [Arrival { question: at, .. }] if at == question));
    let mut gone = ledger.clone();
    act(&mut gone, |l| networks::dissolve(l, NET)).unwrap();
    assert!(noted(&gone).is_empty() && gone.open_questions(NET).is_empty());
    let mut broken = ledger.clone();
    broken.set_open_questions(NET, vec![question, question + 1]);
    assert!(pact::audit(&broken).is_err());
    advance(&mut ledger, 9);
    pact_act(&mut ledger, |l| pact::resolve(l, NET, 0)).unwrap();
    assert!(ledger.open_questions(NET).is_empty());
    let before = noted(&ledger);
    buy(&mut ledger);
    assert_eq!(noted(&ledger), before);
    check_all(&ledger);
}
