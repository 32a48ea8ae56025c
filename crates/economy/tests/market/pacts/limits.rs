//! Pacts over the books: what is paid and refused a block before, in and after each limit.

use tributary_economy::{
    Alpha, Error as Rule, Ledger, NetUid, PerMillion, Tao,
    market::pact,
    pact::{Arbiters, Books as _, Breach, Error, Event, Hold, Pact, Status, Terms},
};

use super::*;

pub const OWNER: u64 = 0;

pub fn load(ledger: &Memory) -> Pact<Account> {
    ledger.pact(NET).expect("the subnet has a pact")
}

/// The subnet gets another owner, with the hotkey that stands for it.
pub fn hand_over(ledger: &mut Memory, owner: Account) {
    let hotkey = ledger.subnet_owner_hotkey(NET).unwrap();
    ledger.set_subnet_owner(NET, Some(owner));
    ledger.set_owner(&hotkey, Some(owner));
}

pub fn broken() -> Result<pact::PactSums, Error> {
    Err(Error::Rule(Rule::BrokenSum))
}

#[test]
fn an_audit_of_pacts_adds_up_and_notices_every_rao() {
    let mut ledger = bound(Terms {
        revenue_share: PerMillion::ONE,
        ..all_terms()
    });
    advance(&mut ledger, 15);
    pact_act(&mut ledger, |l| {
        pact::pay(l, &coldkey(4), NET, &coldkey(3), tao(7), [0; 32])
    })
    .unwrap();
    pact_act(&mut ledger, |l| pact::report(l, &coldkey(3), NET, [1; 32])).unwrap();
    let expiry = ledger.block() + 100;
    pact_act(&mut ledger, |l| {
        pact::open_channel(l, &coldkey(4), NET, &coldkey(3), tao(3), expiry)
    })
    .unwrap();
    let sums = check_all(&ledger);
    assert_eq!(
        (sums.reservoirs, sums.bonds, sums.channels, sums.reports),
        (tao(7), tao(50), tao(3), Tao(UNIT))
    );
    let account = ledger.pact_account();
    assert_eq!(ledger.balance(&account), Tao(tao(7).0 + 500));

    let after = |change: &dyn Fn(&mut Memory)| {
        let mut ledger = ledger.clone();
        change(&mut ledger);
        pact::audit(&ledger)
    };
    // What somebody sent there unasked is not missed; what is gone is.
    let stray = after(&|l| l.fund(&account, Tao(9)).unwrap()).unwrap();
    assert_eq!(stray.stray, Tao(9));
    let one_less = |l: &mut Memory| {
        l.transfer(&account, &AUTHOR, Tao(1), tributary_economy::Existence::Preserve)
            .unwrap();
    };
    assert_eq!(after(&one_less), broken());
    for reason in [Hold::Bond, Hold::Report, Hold::Channel] {
        for who in [0, 3, 4]
            .map(coldkey)
            .into_iter()
            .filter(|who| ledger.held(reason, who) > Tao::ZERO)
        {
            assert_eq!(
                after(&|l| l.free(reason, &who, Tao(600)).unwrap()),
                broken(),
                "{reason:?}"
            );
            assert_eq!(
                after(&|l| l.hold(reason, &who, Tao(1)).unwrap()),
                broken(),
                "{reason:?}"
            );
        }
    }
    let change = |change: fn(&mut Pact<Account>)| {
        after(&|l| {
            let mut pact = load(l);
            change(&mut pact);
            l.set_pact(NET, Some(pact));
        })
    };
    assert_eq!(change(|pact| pact.registered_at += 1), broken());
    assert_eq!(change(|pact| pact.reservoir.tao.0 += 1), broken());
    // An ended pact has no bond and nothing that vests.
    assert_eq!(change(|pact| pact.status = Status::Left { at: 1 }), broken());
    // Votes without a pact.
    let orphan = |reports: bool| {
        after(&|l| {
            let report = l.reports(NET);
            l.set_pact(NET, None);
            l.set_reports(NET, if reports { report } else { Vec::new() });
            let ballot = tributary_economy::pact::Ballot {
                coldkey: 1,
                hotkey: 1,
                alpha: Alpha(1),
                yes: true,
            };
            l.set_objections(NET, if reports { Vec::new() } else { vec![ballot] });
        })
    };
    assert_eq!(orphan(true), broken());
    assert_eq!(orphan(false), broken());
}

#[test]
fn an_ended_pact_keeps_no_bond_and_no_unvested_cut() {
    let mut ledger = bound(Terms {
        notice: 0,
        ..all_terms()
    });
    advance(&mut ledger, 15);
    pact_act(&mut ledger, |l| pact::announce_exit(l, &coldkey(OWNER), NET)).unwrap();
    pact_act(&mut ledger, |l| pact::exit(l, NET)).unwrap();
    check_all(&ledger);
    let mut vesting = ledger.clone();
    let mut pact = load(&ledger);
    let one = tributary_economy::pact::Vesting {
        coldkey: 1,
        hotkey: 1,
        alpha: Alpha(1),
        half_life: 1,
    };
    pact.vesting.push(one);
    pact.totals.cut.0 += 1;
    vesting.set_pact(NET, Some(pact));
    assert_eq!(pact::audit(&vesting), broken());
    let mut bonded = ledger.clone();
    let mut pact = load(&ledger);
    pact.bond = Tao(600);
    bonded.hold(Hold::Bond, &coldkey(OWNER), Tao(600)).unwrap();
    bonded.set_pact(NET, Some(pact));
    assert_eq!(pact::audit(&bonded), broken());
}

#[test]
fn proposals_are_checked_and_only_told() {
    let mut ledger = lively();
    let propose = |l: &mut Memory, netuid, terms, arbiters| {
        pact_act(l, |l| pact::propose(l, &coldkey(4), netuid, terms, arbiters))
    };
    let none = Arbiters::default();
    for netuid in [NetUid::ROOT, NetUid(9)] {
        assert_eq!(
            propose(&mut ledger, netuid, all_terms(), none.clone()),
            Err(Error::Rule(Rule::SubnetNotExists))
        );
    }
    let bad = Terms {
        open_after: 0,
        ..all_terms()
    };
    assert_eq!(propose(&mut ledger, NET, bad, none.clone()), Err(Error::InvalidTerms));
    let twice = Arbiters {
        accounts: vec![1, 1],
        threshold: 1,
    };
    assert_eq!(
        propose(&mut ledger, NET, all_terms(), twice),
        Err(Error::InvalidArbiters)
    );
    propose(&mut ledger, NET, all_terms(), none).unwrap();
    assert!(ledger.pact(NET).is_none());
    assert!(matches!(
        ledger.take_pact_events()[..],
        [Event::Proposed { netuid: NET, .. }]
    ));
}

#[test]
fn the_first_signer_keeps_the_account_of_tributes_alive_and_no_other() {
    let mut ledger = lively();
    let sign = |l: &mut Memory, who, netuid| {
        let before = l.balance(&coldkey(who));
        pact_act(l, |l| {
            pact::sign(
                l,
                &coldkey(who),
                netuid,
                Terms {
                    bond: tao(1),
                    ..Terms::default()
                },
                Arbiters::default(),
            )
        })
        .unwrap();
        before.0 - l.balance(&coldkey(who)).0
    };
    assert_eq!(sign(&mut ledger, 0, NET), tao(1).0 + 500);
    assert_eq!(sign(&mut ledger, 1, NetUid(2)), tao(1).0);
    let again = pact_act(&mut ledger, |l| {
        pact::sign(l, &coldkey(0), NET, Terms::default(), Arbiters::default())
    });
    assert_eq!(again, Err(Error::PactInForce));
    assert_eq!(
        load(&ledger).reservoir.released_at,
        ledger.block(),
        "nothing is due of the time before"
    );
    check_all(&ledger);
}

#[test]
fn a_larger_bond_is_held_at_once_of_a_signer_who_stands_by_the_pact() {
    let tighter = Terms {
        bond: tao(60),
        ..all_terms()
    };
    let tighten = |l: &mut Memory| {
        pact_act(l, |l| {
            pact::tighten(l, &coldkey(l.subnet_owner(NET).unwrap() - 1), NET, tighter)
        })
    };
    let mut ledger = bound(all_terms());
    tighten(&mut ledger).unwrap();
    assert_eq!(
        (load(&ledger).bond, ledger.held(Hold::Bond, &coldkey(OWNER))),
        (tao(60), tao(60))
    );
    check_all(&ledger);
    // Whoever lost it to a breach posts it as a whole.
    let mut lost = bound(all_terms());
    lost.set_owner_cut_enabled(NET, false);
    pact_act(&mut lost, |l| pact::establish_breach(l, NET)).unwrap();
    assert_eq!(tighten(&mut lost), Err(Error::BreachVisible));
    lost.set_owner_cut_enabled(NET, true);
    tighten(&mut lost).unwrap();
    assert_eq!((load(&lost).bond, load(&lost).terms), (Tao::ZERO, tighter));
    pact_act(&mut lost, |l| pact::post_bond(l, &coldkey(OWNER), NET)).unwrap();
    assert_eq!((load(&lost).bond, load(&lost).status), (tao(60), Status::Active));
    check_all(&lost);
    let again = pact_act(&mut lost, |l| pact::post_bond(l, &coldkey(OWNER), NET));
    assert_eq!(again, Err(Error::BondPosted));
    // A successor owes the bond of the terms that it tightened, and the predecessor's is not touched.
    let mut taken = bound(all_terms());
    hand_over(&mut taken, coldkey(1));
    tighten(&mut taken).unwrap();
    assert_eq!(
        (load(&taken).bond, taken.held(Hold::Bond, &coldkey(1))),
        (tao(50), Tao::ZERO)
    );
    pact_act(&mut taken, |l| pact::post_bond(l, &coldkey(1), NET)).unwrap();
    assert_eq!(taken.held(Hold::Bond, &coldkey(1)), tao(60));
    assert_eq!(taken.held(Hold::Bond, &coldkey(OWNER)), Tao::ZERO);
    check_all(&taken);
    // Not while leaving.
    pact_act(&mut ledger, |l| pact::announce_exit(l, &coldkey(OWNER), NET)).unwrap();
    assert_eq!(tighten(&mut ledger), Err(Error::Leaving));
}

#[test]
fn artefacts_count_from_when_they_were_first_promised() {
    let without = Terms {
        open_after: 0,
        artifact_period: 0,
        ..all_terms()
    };
    let mut ledger = bound(without);
    let signed = ledger.block();
    advance(&mut ledger, 7);
    pact_act(&mut ledger, |l| pact::tighten(l, &coldkey(OWNER), NET, all_terms())).unwrap();
    assert_eq!(load(&ledger).artifacts_from, signed + 7);
    advance(&mut ledger, 5);
    let sooner = Terms {
        artifact_period: 9,
        ..all_terms()
    };
    pact_act(&mut ledger, |l| pact::tighten(l, &coldkey(OWNER), NET, sooner)).unwrap();
    assert_eq!(load(&ledger).artifacts_from, signed + 7);
    // Two periods of nine blocks from then.
    while ledger.block() < signed + 25 {
        next_block(&mut ledger).unwrap();
    }
    assert_eq!(
        pact_act(&mut ledger, |l| pact::establish_breach(l, NET)),
        Err(Error::NoBreach)
    );
    next_block(&mut ledger).unwrap();
    pact_act(&mut ledger, |l| pact::establish_breach(l, NET)).unwrap();
    let missed = |event: &Event<Account>| {
        matches!(
            event,
            Event::Breached {
                breach: Breach::ArtifactMissed,
                ..
            }
        )
    };
    assert!(ledger.take_pact_events().iter().any(missed));
}

#[test]
fn longer_vesting_binds_the_present_owner_s_cut_only() {
    let mut ledger = bound(Terms {
        open_after: 0,
        artifact_period: 0,
        ..all_terms()
    });
    advance(&mut ledger, 15);
    hand_over(&mut ledger, coldkey(1));
    advance(&mut ledger, 10);
    let longer = Terms {
        vesting_half_life: 40,
        ..all_terms()
    };
    pact_act(&mut ledger, |l| pact::tighten(l, &coldkey(1), NET, longer)).unwrap();
    let spans: Vec<_> = load(&ledger)
        .vesting
        .iter()
        .map(|entry| (entry.coldkey, entry.half_life))
        .collect();
    assert_eq!(spans, [(coldkey(OWNER), 20), (coldkey(1), 40)]);
}

#[test]
fn newcomers_in_turn_have_one_time_to_post_the_bond() {
    let mut ledger = bound(Terms {
        open_after: 0,
        artifact_period: 0,
        ..all_terms()
    });
    advance(&mut ledger, 12);
    let breach = |l: &mut Memory| pact_act(l, |l| pact::establish_breach(l, NET));
    let until = |l: &Memory| load(l).successor.map(|successor| (successor.coldkey, successor.until));
    hand_over(&mut ledger, coldkey(1));
    pact_act(&mut ledger, |l| pact::tighten(l, &coldkey(1), NET, load(l).terms)).unwrap();
    let last = ledger.block() + 10;
    assert_eq!(until(&ledger), Some((coldkey(1), last)));
    advance(&mut ledger, 4);
    hand_over(&mut ledger, coldkey(2));
    advance(&mut ledger, 6);
    assert_eq!(until(&ledger), Some((coldkey(2), last)));
    assert_eq!(ledger.block(), last);
    // In the last block the bond may still be posted, and nobody has left.
    assert_eq!(breach(&mut ledger.clone()), Err(Error::NoBreach));
    let mut posted = ledger.clone();
    pact_act(&mut posted, |l| pact::post_bond(l, &coldkey(2), NET)).unwrap();
    assert_eq!((load(&posted).signer, until(&posted)), (coldkey(2), None));
    check_all(&posted);
    let mut back = ledger.clone();
    hand_over(&mut back, coldkey(OWNER));
    advance(&mut back, 6);
    assert_eq!(until(&back), None, "the signer is the owner again");
    next_block(&mut ledger).unwrap();
    breach(&mut ledger).unwrap();
    assert!(matches!(load(&ledger).status, Status::Left { .. }));
    check_all(&ledger);
}

#[test]
fn whoever_has_nothing_left_to_lose_breaks_nothing() {
    let mut ledger = bound(Terms {
        open_after: 0,
        artifact_period: 0,
        ..all_terms()
    });
    advance(&mut ledger, 13);
    ledger.set_owner_cut_enabled(NET, false);
    let breach = |l: &mut Memory| pact_act(l, |l| pact::establish_breach(l, NET));
    breach(&mut ledger).unwrap();
    assert_eq!(breach(&mut ledger), Err(Error::NoBreach));
    // Cut that vests can be lost again, with the promise still broken; so can a bond.
    let mut vesting = ledger.clone();
    let mut pact = load(&ledger);
    let one = tributary_economy::pact::Vesting {
        coldkey: coldkey(OWNER),
        hotkey: hotkey(0),
        alpha: Alpha(9),
        half_life: 20,
    };
    pact.vesting.push(one);
    pact.totals.cut.0 += 9;
    vesting.set_pact(NET, Some(pact));
    vesting.set_subnet_alpha_out(NET, vesting.subnet_alpha_out(NET).plus(Alpha(9)).unwrap());
    breach(&mut vesting).unwrap();
    assert!(load(&vesting).vesting.is_empty());
    check_all(&vesting);
    let mut bonded = ledger.clone();
    pact_act(&mut bonded, |l| pact::post_bond(l, &coldkey(OWNER), NET)).unwrap();
    breach(&mut bonded).unwrap();
    assert_eq!(load(&bonded).bond, Tao::ZERO);
    // Without terms that bind there is nothing to break; an Active pact without bond can be broken.
    let promise = Terms {
        pledge: PerMillion(1),
        ..Terms::default()
    };
    let mut poor = bound(promise);
    poor.set_owner_cut_enabled(NET, false);
    breach(&mut poor).unwrap();
    assert!(matches!(load(&poor).status, Status::Breached { .. }));
    assert_eq!(breach(&mut poor), Err(Error::NoBreach));
}

#[test]
fn an_empty_account_of_tributes_is_right_only_while_nothing_waits() {
    let mut ledger = lively();
    assert_eq!(pact::audit(&ledger), Ok(pact::PactSums::default()));
    let account = ledger.pact_account();
    ledger.fund(&account, Tao(509)).unwrap();
    assert_eq!(
        pact::audit(&ledger).map(|sums| sums.stray),
        Ok(Tao(9)),
        "beyond what keeps it alive"
    );
    let mut empty = bound(Terms {
        revenue_share: PerMillion::ONE,
        ..Terms::default()
    });
    pact_act(&mut empty, |l| {
        pact::pay(l, &coldkey(4), NET, &coldkey(3), tao(7), [0; 32])
    })
    .unwrap();
    let all = empty.balance(&account);
    empty
        .transfer(&account, &AUTHOR, all, tributary_economy::Existence::Expendable)
        .unwrap();
    assert_eq!(pact::audit(&empty), broken());
}

#[test]
fn a_newcomer_is_told_of_once_and_only_while_the_pact_binds() {
    let mut ledger = bound(Terms {
        bond: Tao::ZERO,
        notice: 0,
        ..all_terms()
    });
    advance(&mut ledger, 8);
    let mut ended = ledger.clone();
    ledger.set_subnet_owner(NET, Some(coldkey(1)));
    ledger.take_pact_events();
    advance(&mut ledger, 20);
    let told = |l: &mut Memory| {
        let events = l.take_pact_events();
        events
            .iter()
            .filter(|event| matches!(event, Event::OwnerChanged { .. }))
            .count()
    };
    assert_eq!(told(&mut ledger), 1);
    pact_act(&mut ended, |l| pact::announce_exit(l, &coldkey(OWNER), NET)).unwrap();
    pact_act(&mut ended, |l| pact::exit(l, NET)).unwrap();
    ended.set_subnet_owner(NET, Some(coldkey(1)));
    advance(&mut ended, 20);
    assert_eq!((told(&mut ended), load(&ended).successor), (0, None));
    check_all(&ended);
}

#[test]
fn a_bond_that_is_missing_can_be_posted_and_a_breach_without_one_repaired() {
    let post = |l: &mut Memory| pact_act(l, |l| pact::post_bond(l, &coldkey(OWNER), NET));
    // Lost to a breach, then announced to leave, then stayed: Active, and the bond is still owed.
    let mut ledger = bound(all_terms());
    ledger.set_owner_cut_enabled(NET, false);
    pact_act(&mut ledger, |l| pact::establish_breach(l, NET)).unwrap();
    pact_act(&mut ledger, |l| pact::announce_exit(l, &coldkey(OWNER), NET)).unwrap();
    pact_act(&mut ledger, |l| pact::cancel_exit(l, &coldkey(OWNER), NET)).unwrap();
    assert_eq!((load(&ledger).status, load(&ledger).bond), (Status::Active, Tao::ZERO));
    post(&mut ledger).unwrap();
    assert_eq!(ledger.held(Hold::Bond, &coldkey(OWNER)), tao(50));
    check_all(&ledger);
    let mut bondless = bound(Terms {
        bond: Tao::ZERO,
        ..all_terms()
    });
    bondless.set_owner_cut_enabled(NET, false);
    pact_act(&mut bondless, |l| pact::establish_breach(l, NET)).unwrap();
    post(&mut bondless).unwrap();
    assert_eq!(load(&bondless).status, Status::Active);
    assert_eq!(post(&mut bondless), Err(Error::BondPosted));
}
