//! One flow after the other, with numbers.

use tributary_economy::{
    Alpha, Error as Rule, Ledger, NetUid, PerMillion, Tao, UNIT,
    market::{networks, pact, staking},
    pact::{Arbiters, Books as _, Breach, Error, Event, Hold, Pact, Route, Status, Terms, report::Verdict},
};

use super::*;

fn load(ledger: &Memory) -> Pact<Account> {
    ledger.pact(NET).expect("the subnet has a pact")
}

/// What must be the same with and without an empty pact: everything but the pact and the 500 rao of the account.
fn without_pacts(ledger: &Memory) -> Memory {
    let mut ledger = ledger.clone();
    for netuid in [NET, NetUid(2)] {
        ledger.set_pact(netuid, None);
    }
    ledger.take_pact_events();
    let account = ledger.pact_account();
    let held = ledger.balance(&account);
    if held > Tao::ZERO {
        ledger
            .transfer(&account, &coldkey(0), held, tributary_economy::Existence::Expendable)
            .unwrap();
    }
    ledger
}

#[test]
fn a_pact_that_promises_nothing_changes_nothing() {
    let mut free = lively();
    let mut bound = lively();
    pact_act(&mut bound, |l| {
        pact::sign(l, &coldkey(0), NET, Terms::default(), Arbiters::default())
    })
    .unwrap();
    advance(&mut free, 150);
    advance(&mut bound, 150);
    assert!(free == without_pacts(&free), "no trace of pacts where there are none");
    assert!(free == without_pacts(&bound));
    assert!(load(&bound).totals.cut > Alpha::ZERO);
    check_all(&bound);
}

#[test]
fn emission_favours_pacts_only_if_the_chain_says_so() {
    let share = |weight: u32| {
        let mut ledger = bound(all_terms());
        let parameters = Parameters {
            pact_weight: weight,
            ..short()
        };
        ledger.set_pact_parameters(parameters);
        next_block(&mut ledger).unwrap();
        let received = |netuid| ledger.subnet_tao_in_emission(netuid).0 + ledger.subnet_excess_tao(netuid).0;
        let (one, two) = (received(NET), received(NetUid(2)));
        (one as f64 / (one + two) as f64, one + two)
    };
    let strength = f64::from(load(&bound(all_terms())).strength().0) / 1e6;
    let ((off, all), (on, all_on)) = (share(0), share(2_000_000));
    assert!(all.abs_diff(all_on) < 10);
    let weighed = off * (1.0 + 2.0 * strength);
    assert!((on - weighed / (weighed + 1.0 - off)).abs() < 1e-6, "{off} {on}");
}

#[test]
fn the_cut_is_pledged_and_vests() {
    let terms = Terms {
        pledge: PerMillion(250_000),
        vesting_half_life: 5,
        route: Route::BURN,
        ..Terms::default()
    };
    let mut ledger = bound(terms);
    let (owner, key) = (coldkey(0), hotkey(0));
    let own = |l: &Memory| staking::stake_of(l, &key, &owner, NET);
    while ledger.pending_owner_cut(NET) == Alpha::ZERO || ledger.blocks_since_last_step(NET) != 0 {
        next_block(&mut ledger).unwrap();
        if load(&ledger).totals.cut > Alpha::ZERO {
            break;
        }
    }
    let first = load(&ledger);
    let cut = first.totals.cut;
    assert_eq!(first.totals.pledged, Alpha(cut.0 / 4));
    assert_eq!(first.totals.burned, first.totals.pledged);
    assert_eq!(first.unvested().unwrap(), Alpha(cut.0 - cut.0 / 4));
    let before = own(&ledger);
    // The tempo is 5 and runs for 6 blocks.
    let blocks_before = ledger.block();
    while load(&ledger).vested_at == first.vested_at {
        next_block(&mut ledger).unwrap();
    }
    let blocks = ledger.block() - blocks_before;
    let kept = tributary_economy::pact::decay::remaining(first.unvested().unwrap().0, blocks, 5);
    let vested = Alpha(first.unvested().unwrap().0 - kept);
    assert_eq!(load(&ledger).totals.vested, vested);
    assert!(own(&ledger) >= Alpha(before.0 + vested.0 - 1));
    check_all(&ledger);
}

#[test]
fn a_payment_is_traced_to_the_rao() {
    let terms = Terms {
        revenue_share: PerMillion(150_000),
        route: Route::HOLDERS,
        ..Terms::default()
    };
    let mut ledger = bound(terms);
    let (payer, payee) = (coldkey(4), 77);
    let before = ledger.balance(&payer);
    let tribute = pact_act(&mut ledger, |l| {
        pact::pay(l, &payer, NET, &payee, Tao(1_000_000_007), [9; 32])
    })
    .unwrap();
    assert_eq!(tribute, Tao(150_000_001));
    assert_eq!(ledger.balance(&payer), Tao(before.0 - 1_000_000_007));
    assert_eq!(ledger.balance(&payee), Tao(850_000_006));
    assert_eq!(load(&ledger).reservoir.tao, tribute);
    let staked_before: u64 = ledger
        .hotkeys_with_stake(NET)
        .iter()
        .map(|h| ledger.total_hotkey_alpha(h, NET).0)
        .sum();
    assert!(staked_before > 0);
    advance(&mut ledger, 400);
    let after = load(&ledger);
    // Everything that was due and within the caps has gone to holders, and nothing else.
    assert_eq!(after.totals.spent.0 + after.reservoir.tao.0, tribute.0);
    assert_eq!(
        after.totals.bought.0,
        after.totals.to_holders.0 + after.reservoir.holders.0
    );
    assert!(after.totals.to_holders > Alpha::ZERO);
    let paid = ledger
        .take_pact_events()
        .into_iter()
        .filter(|event| matches!(event, Event::Paid { .. }))
        .count();
    assert_eq!(paid, 1);
    assert_eq!(ledger.revenue(NET).amount, Tao(1_000_000_007));
    check_all(&ledger);
}

#[test]
fn payments_without_a_pact_are_counted_and_carry_nothing() {
    let mut ledger = lively();
    let tribute = pact_act(&mut ledger, |l| {
        pact::pay(l, &coldkey(4), NetUid(2), &coldkey(3), tao(3), [0; 32])
    })
    .unwrap();
    assert_eq!(tribute, Tao::ZERO);
    assert_eq!(ledger.revenue(NetUid(2)).amount, tao(3));
    let refused = pact_act(&mut ledger, |l| {
        pact::pay(l, &coldkey(4), NetUid(9), &coldkey(3), tao(3), [0; 32])
    });
    assert_eq!(refused, Err(Error::Rule(Rule::SubnetNotExists)));
    let oneself = pact_act(&mut ledger, |l| {
        pact::pay(l, &coldkey(4), NET, &coldkey(4), tao(3), [0; 32])
    });
    assert_eq!(oneself, Err(Error::PayingOneself));
    check_all(&ledger);
}

#[test]
fn channels_pay_the_newest_voucher_only() {
    let mut ledger = bound(Terms {
        revenue_share: PerMillion(100_000),
        ..Terms::default()
    });
    let (payer, payee) = (coldkey(4), coldkey(3));
    let expiry = ledger.block() + 100;
    let id = pact_act(&mut ledger, |l| {
        pact::open_channel(l, &payer, NET, &payee, tao(10), expiry)
    })
    .unwrap();
    assert_eq!(ledger.held(Hold::Channel, &payer), tao(10));
    let before = ledger.balance(&payee);
    assert_eq!(
        pact_act(&mut ledger, |l| pact::settle(l, &payee, id, tao(4))),
        Ok(tao(4))
    );
    assert_eq!(ledger.balance(&payee), Tao(before.0 + 3_600_000_000));
    assert_eq!(
        pact_act(&mut ledger, |l| pact::settle(l, &payee, id, tao(4))),
        Err(Error::VoucherNotNewer)
    );
    assert_eq!(
        pact_act(&mut ledger, |l| pact::settle(l, &payee, id, tao(3))),
        Err(Error::VoucherNotNewer)
    );
    assert_eq!(
        pact_act(&mut ledger, |l| pact::settle(l, &payee, id, tao(11))),
        Err(Error::VoucherExceedsDeposit)
    );
    assert_eq!(
        pact_act(&mut ledger, |l| pact::settle(l, &coldkey(1), id, tao(5))),
        Err(Error::NotParty)
    );
    // The payer asks for the rest; the payee has time to object with a newer voucher.
    pact_act(&mut ledger, |l| pact::close(l, &payer, id, None)).unwrap();
    assert_eq!(
        pact_act(&mut ledger, |l| pact::finalise_close(l, id)),
        Err(Error::ChannelChallenged)
    );
    assert_eq!(
        pact_act(&mut ledger, |l| pact::top_up(l, &payer, id, tao(1))),
        Err(Error::ChannelClosing)
    );
    assert_eq!(
        pact_act(&mut ledger, |l| pact::settle(l, &payee, id, tao(6))),
        Ok(tao(2))
    );
    advance(&mut ledger, 3);
    pact_act(&mut ledger, |l| pact::finalise_close(l, id)).unwrap();
    assert_eq!(ledger.held(Hold::Channel, &payer), Tao::ZERO);
    assert_eq!(
        pact_act(&mut ledger, |l| pact::settle(l, &payee, id, tao(7))),
        Err(Error::NoChannel)
    );
    assert_eq!(ledger.revenue(NET).amount, tao(6));
    assert_eq!(ledger.revenue(NET).tribute, Tao(600_000_000));
    check_all(&ledger);
}

#[test]
fn settlements_commute() {
    let run = |order: [usize; 3]| {
        let mut ledger = bound(Terms {
            revenue_share: PerMillion(333_333),
            ..Terms::default()
        });
        let expiry = ledger.block() + 100;
        let ids: Vec<u64> = (0..2)
            .map(|_| {
                pact_act(&mut ledger, |l| {
                    pact::open_channel(l, &coldkey(4), NET, &coldkey(3), tao(10), expiry)
                })
                .unwrap()
            })
            .collect();
        for step in order {
            let done = match step {
                0 => pact_act(&mut ledger, |l| {
                    pact::settle(l, &coldkey(3), ids[0], Tao(1_234_567_891))
                }),
                1 => pact_act(&mut ledger, |l| {
                    pact::settle(l, &coldkey(3), ids[1], Tao(3_333_333_333))
                }),
                _ => pact_act(&mut ledger, |l| {
                    pact::pay(l, &coldkey(2), NET, &coldkey(3), Tao(7_777_777_777), [0; 32])
                }),
            };
            done.unwrap();
        }
        ledger.take_pact_events();
        ledger
    };
    let first = run([0, 1, 2]);
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        assert!(first == run(order), "{order:?}");
    }
}

#[test]
fn whoever_leaves_gives_notice_and_forfeits() {
    let mut ledger = bound(all_terms());
    advance(&mut ledger, 40);
    let (owner, held) = (coldkey(0), tao(50));
    assert_eq!(ledger.held(Hold::Bond, &owner), held);
    assert_eq!(pact_act(&mut ledger, |l| pact::exit(l, NET)), Err(Error::NotLeaving));
    assert_eq!(
        pact_act(&mut ledger, |l| pact::announce_exit(l, &coldkey(1), NET)),
        Err(Error::Rule(Rule::NotSubnetOwner))
    );
    pact_act(&mut ledger, |l| pact::announce_exit(l, &owner, NET)).unwrap();
    let looser = Terms {
        pledge: PerMillion(0),
        ..all_terms()
    };
    assert_eq!(
        pact_act(&mut ledger, |l| pact::loosen(
            l,
            &owner,
            NET,
            looser,
            Arbiters::default()
        )),
        Err(Error::Leaving)
    );
    advance(&mut ledger, 11);
    assert_eq!(pact_act(&mut ledger, |l| pact::exit(l, NET)), Err(Error::NoticeRunning));
    advance(&mut ledger, 1);
    assert_eq!(
        pact_act(&mut ledger, |l| pact::cancel_exit(l, &owner, NET)),
        Err(Error::NoticeOver)
    );
    let late = pact_act(&mut ledger, |l| pact::report(l, &coldkey(4), NET, [0; 32]));
    assert_eq!(late, Err(Error::NoticeOver), "a report cannot keep the owner for ever");
    let unvested = load(&ledger).unvested().unwrap();
    assert!(unvested > Alpha::ZERO);
    let balance = ledger.balance(&owner);
    pact_act(&mut ledger, |l| pact::exit(l, NET)).unwrap();
    let after = load(&ledger);
    assert!(matches!(after.status, Status::Left { .. }));
    assert!(after.totals.forfeited > Alpha::ZERO && after.totals.forfeited <= unvested);
    assert_eq!(ledger.balance(&owner), Tao(balance.0 + held.0));
    check_all(&ledger);
    // What waits is still released; the owner's cut is free.
    let waiting = after.reservoir.holders;
    advance(&mut ledger, 100);
    assert!(load(&ledger).reservoir.holders < waiting);
    assert_eq!(load(&ledger).totals.cut, after.totals.cut);
    // A new pact goes on with the same reservoir.
    pact_act(&mut ledger, |l| {
        pact::sign(l, &owner, NET, all_terms(), Arbiters::default())
    })
    .unwrap();
    assert_eq!(load(&ledger).totals.forfeited, after.totals.forfeited);
    check_all(&ledger);
}

#[test]
fn breaches_that_the_chain_sees() {
    let terms = Terms {
        open_after: 0,
        artifact_period: 0,
        ..all_terms()
    };
    let mut ledger = bound(terms);
    advance(&mut ledger, 20);
    assert_eq!(
        pact_act(&mut ledger, |l| pact::establish_breach(l, NET)),
        Err(Error::NoBreach)
    );
    ledger.set_owner_cut_enabled(NET, false);
    pact_act(&mut ledger, |l| pact::establish_breach(l, NET)).unwrap();
    let broken = load(&ledger);
    assert!(matches!(broken.status, Status::Breached { .. }));
    assert_eq!(broken.reservoir.tao, tao(50));
    assert_eq!(
        (broken.bond, ledger.held(Hold::Bond, &coldkey(0))),
        (Tao::ZERO, Tao::ZERO)
    );
    assert_eq!(
        pact_act(&mut ledger, |l| pact::establish_breach(l, NET)),
        Err(Error::NoBreach)
    );
    // The terms bind on: whoever breaks a promise is not free of it.
    assert!(broken.in_force().is_some());
    ledger.set_owner_cut_enabled(NET, true);
    pact_act(&mut ledger, |l| pact::post_bond(l, &coldkey(0), NET)).unwrap();
    assert_eq!(load(&ledger).status, Status::Active);
    check_all(&ledger);

    let mut missed = bound(all_terms());
    advance(&mut missed, 20);
    assert_eq!(
        pact_act(&mut missed, |l| pact::establish_breach(l, NET)),
        Err(Error::NoBreach)
    );
    let commit = |l: &mut Memory| pact::commit_artifact(l, &coldkey(0), NET, [1; 32], [2; 32], 0, b"there".to_vec());
    assert_eq!(pact_act(&mut missed, commit), Ok(0));
    advance(&mut missed, 20);
    assert_eq!(
        pact_act(&mut missed, |l| pact::establish_breach(l, NET)),
        Err(Error::NoBreach)
    );
    advance(&mut missed, 1);
    pact_act(&mut missed, |l| pact::establish_breach(l, NET)).unwrap();
    let last = missed.take_pact_events().pop();
    assert!(
        matches!(
            last,
            Some(Event::Breached {
                breach: Breach::ArtifactMissed,
                bond: Tao(50_000_000_000),
                ..
            })
        ),
        "{last:?}"
    );
    check_all(&missed);
}

#[test]
fn arbiters_decide_reports() {
    let arbiters = Arbiters {
        accounts: vec![31, 32, 33],
        threshold: 2,
    };
    let signed = || {
        let mut ledger = lively();
        ledger.set_pact_parameters(short());
        pact_act(&mut ledger, |l| {
            pact::sign(l, &coldkey(0), NET, all_terms(), arbiters.clone())
        })
        .unwrap();
        ledger
    };
    let reporter = coldkey(4);
    let vote = |l: &mut Memory, who: Account, id, uphold| pact_act(l, |l| pact::vote(l, &who, NET, id, &0, uphold));
    let mut ledger = signed();
    let before = ledger.balance(&reporter);
    let id = pact_act(&mut ledger, |l| pact::report(l, &reporter, NET, [5; 32])).unwrap();
    assert_eq!(ledger.balance(&reporter), Tao(before.0 - UNIT));
    assert_eq!(vote(&mut ledger, 34, id, true), Err(Error::NotArbiter));
    vote(&mut ledger, 31, id, true).unwrap();
    assert_eq!(vote(&mut ledger, 31, id, true), Err(Error::AlreadyVoted));
    assert_eq!(
        pact_act(&mut ledger, |l| pact::resolve(l, NET, id)),
        Err(Error::ReportUndecided)
    );
    vote(&mut ledger, 33, id, true).unwrap();
    assert_eq!(
        pact_act(&mut ledger, |l| pact::resolve(l, NET, id)),
        Ok(Verdict::Upheld)
    );
    assert_eq!(ledger.balance(&reporter), Tao(before.0 + tao(5).0));
    assert_eq!(load(&ledger).totals.from_bonds, tao(45));
    check_all(&ledger);

    let mut refused = signed();
    let id = pact_act(&mut refused, |l| pact::report(l, &reporter, NET, [5; 32])).unwrap();
    vote(&mut refused, 31, id, false).unwrap();
    vote(&mut refused, 32, id, false).unwrap();
    assert_eq!(
        pact_act(&mut refused, |l| pact::resolve(l, NET, id)),
        Ok(Verdict::Refused)
    );
    assert_eq!(load(&refused).totals.from_deposits, tao(1));
    assert_eq!(load(&refused).bond, tao(50));
    check_all(&refused);

    let mut lapsed = signed();
    let id = pact_act(&mut lapsed, |l| pact::report(l, &reporter, NET, [5; 32])).unwrap();
    advance(&mut lapsed, 9);
    assert_eq!(vote(&mut lapsed, 31, id, true), Err(Error::ReportClosed));
    assert_eq!(
        pact_act(&mut lapsed, |l| pact::resolve(l, NET, id)),
        Ok(Verdict::Lapsed)
    );
    assert_eq!(lapsed.held(Hold::Report, &reporter), Tao::ZERO);
    check_all(&lapsed);
}

#[test]
fn holders_vote_with_what_they_held_before() {
    let mut ledger = bound(all_terms());
    advance(&mut ledger, 10);
    let report = |l: &mut Memory| {
        let id = pact_act(l, |l| pact::report(l, &coldkey(4), NET, [5; 32])).unwrap();
        next_block(l).unwrap();
        id
    };
    let vote = |l: &mut Memory, id, c, h, uphold| pact_act(l, |l| pact::vote(l, &c, NET, id, &h, uphold));
    let resolve = |l: &mut Memory, id| {
        assert_eq!(pact_act(l, |l| pact::resolve(l, NET, id)), Err(Error::ReportUndecided));
        advance(l, 8);
        pact_act(l, |l| pact::resolve(l, NET, id))
    };
    // Nobody cares.
    let id = report(&mut ledger);
    assert_eq!(resolve(&mut ledger, id), Ok(Verdict::Lapsed));

    // Somebody buys a majority once the question is asked, to no avail.
    let id = report(&mut ledger);
    act(&mut ledger, |l| {
        staking::add_stake(l, &coldkey(4), &hotkey(2), NET, tao(5_000))
    })
    .unwrap();
    assert_eq!(vote(&mut ledger, id, coldkey(4), hotkey(2), true), Err(Error::NoStake));
    vote(&mut ledger, id, coldkey(2), hotkey(2), false).unwrap();
    vote(&mut ledger, id, coldkey(3), hotkey(3), false).unwrap();
    // Whoever sells meanwhile does not count.
    let all = staking::stake_of(&ledger, &hotkey(3), &coldkey(3), NET);
    act(&mut ledger, |l| {
        staking::remove_stake(l, &coldkey(3), &hotkey(3), NET, all)
    })
    .unwrap();
    assert_eq!(resolve(&mut ledger, id), Ok(Verdict::Refused));
    check_all(&ledger);

    // By the next question that stake is old enough.
    let id = report(&mut ledger);
    vote(&mut ledger, id, coldkey(4), hotkey(2), true).unwrap();
    assert_eq!(resolve(&mut ledger, id), Ok(Verdict::Upheld));
    assert_eq!(load(&ledger).bond, Tao::ZERO);
    check_all(&ledger);
}

#[test]
fn looser_terms_need_time_and_consent() {
    let looser = Terms {
        pledge: PerMillion(0),
        bond: tao(10),
        ..all_terms()
    };
    let announce = |l: &mut Memory| {
        assert_eq!(
            pact_act(l, |l| pact::tighten(l, &coldkey(0), NET, looser)),
            Err(Error::NotTighter)
        );
        pact_act(l, |l| pact::loosen(l, &coldkey(0), NET, looser, Arbiters::default())).unwrap();
        assert_eq!(
            pact_act(l, |l| pact::apply_loosening(l, NET)),
            Err(Error::NoticeRunning)
        );
        assert_eq!(load(l).terms, all_terms());
    };
    let mut quiet = bound(all_terms());
    announce(&mut quiet);
    advance(&mut quiet, 12);
    assert_eq!(pact_act(&mut quiet, |l| pact::apply_loosening(l, NET)), Ok(true));
    assert_eq!(load(&quiet).terms, looser);
    assert_eq!(quiet.held(Hold::Bond, &coldkey(0)), tao(10));
    check_all(&quiet);

    let mut stopped = bound(all_terms());
    announce(&mut stopped);
    for j in 2..4 {
        pact_act(&mut stopped, |l| pact::object(l, &coldkey(j), NET, &hotkey(j))).unwrap();
    }
    assert_eq!(
        pact_act(&mut stopped, |l| pact::object(l, &coldkey(4), NET, &hotkey(2))),
        Err(Error::NoStake)
    );
    advance(&mut stopped, 12);
    assert_eq!(pact_act(&mut stopped, |l| pact::apply_loosening(l, NET)), Ok(false));
    assert_eq!(load(&stopped).terms, all_terms());

    // Whoever sells before the count does not count.
    announce(&mut stopped);
    for j in 2..4 {
        pact_act(&mut stopped, |l| pact::object(l, &coldkey(j), NET, &hotkey(j))).unwrap();
        let all = staking::stake_of(&stopped, &hotkey(j), &coldkey(j), NET);
        act(&mut stopped, |l| {
            staking::remove_stake(l, &coldkey(j), &hotkey(j), NET, all)
        })
        .unwrap();
    }
    advance(&mut stopped, 12);
    assert_eq!(pact_act(&mut stopped, |l| pact::apply_loosening(l, NET)), Ok(true));
    check_all(&stopped);
}

#[test]
fn a_new_owner_takes_the_pact_over() {
    let mut ledger = bound(all_terms());
    advance(&mut ledger, 30);
    let (old, new) = (coldkey(0), coldkey(1));
    let earned = load(&ledger).unvested().unwrap();
    ledger.set_subnet_owner(NET, Some(new));
    advance(&mut ledger, 6);
    let during = load(&ledger);
    assert_eq!(during.successor.as_ref().map(|successor| successor.coldkey), Some(new));
    assert_eq!(
        during.vesting.iter().map(|vesting| vesting.coldkey).collect::<Vec<_>>(),
        [old, new]
    );
    assert!(during.vesting[0].alpha < earned);
    check_all(&ledger);

    let mut posted = ledger.clone();
    pact_act(&mut posted, |l| pact::post_bond(l, &new, NET)).unwrap();
    assert_eq!(
        (posted.held(Hold::Bond, &old), posted.held(Hold::Bond, &new)),
        (Tao::ZERO, tao(50))
    );
    assert_eq!(load(&posted).signer, new);
    check_all(&posted);

    // Without a bond the newcomer has left; the one before gets bond and cut.
    let before = ledger.balance(&old);
    advance(&mut ledger, 12);
    pact_act(&mut ledger, |l| pact::establish_breach(l, NET)).unwrap();
    let after = load(&ledger);
    assert!(matches!(after.status, Status::Left { .. }));
    assert!(after.totals.forfeited > Alpha::ZERO);
    assert_eq!(ledger.balance(&old), Tao(before.0 + tao(50).0));
    check_all(&ledger);
}

#[test]
fn dissolution_pays_reservoir_and_bond_to_holders() {
    let terms = Terms {
        revenue_share: PerMillion::ONE,
        ..all_terms()
    };
    let mut ledger = bound(terms);
    advance(&mut ledger, 20);
    pact_act(&mut ledger, |l| {
        pact::pay(l, &coldkey(4), NET, &coldkey(3), tao(1_000), [0; 32])
    })
    .unwrap();
    let expiry = ledger.block() + 50;
    let id = pact_act(&mut ledger, |l| {
        pact::open_channel(l, &coldkey(4), NET, &coldkey(3), tao(10), expiry)
    })
    .unwrap();
    let waiting = load(&ledger).reservoir.tao;
    let (plain, mut bare) = (ledger.clone(), ledger.clone());
    // The same subnet without pact: its holders get so much less.
    let account = bare.pact_account();
    bare.set_pact(NET, None);
    bare.transfer(&account, &55, waiting, tributary_economy::Existence::Preserve)
        .unwrap();
    let payout = |mut l: Memory| {
        let before: u64 = [2, 3].map(|j| l.balance(&coldkey(j)).0).iter().sum();
        act(&mut l, |l| networks::dissolve(l, NET)).unwrap();
        [2, 3].map(|j| l.balance(&coldkey(j)).0).iter().sum::<u64>() - before
    };
    let pot = plain.subnet_tao(NET).0;
    let (with, without) = (payout(plain), payout(bare));
    // Payouts are proportional to the pot, each rounded down.
    let expected = (u128::from(without) * u128::from(pot + waiting.0 + tao(50).0) / u128::from(pot)) as u64;
    assert!(with.abs_diff(expected) <= 4, "{with} {expected}");
    act(&mut ledger, |l| networks::dissolve(l, NET)).unwrap();
    assert!(ledger.pact(NET).is_none());
    assert_eq!(ledger.held(Hold::Bond, &coldkey(0)), Tao::ZERO);
    check_all(&ledger);
    // The channel lives on, without tribute.
    assert_eq!(
        pact_act(&mut ledger, |l| pact::settle(l, &coldkey(3), id, tao(4))),
        Ok(tao(4))
    );
    check_all(&ledger);
}

#[test]
fn validators_confirm_artefacts() {
    let mut ledger = bound(all_terms());
    advance(&mut ledger, 10);
    let late = pact_act(&mut ledger, |l| {
        pact::commit_artifact(l, &coldkey(0), NET, [1; 32], [2; 32], 1 << 30, vec![])
    });
    assert_eq!(late, Err(Error::RoundTooLate));
    let stranger = pact_act(&mut ledger, |l| {
        pact::commit_artifact(l, &coldkey(4), NET, [1; 32], [2; 32], 0, vec![])
    });
    assert_eq!(stranger, Err(Error::NotCommitter));
    pact_act(&mut ledger, |l| {
        pact::commit_artifact(l, &hotkey(0), NET, [1; 32], [2; 32], 0, vec![])
    })
    .unwrap();
    assert_eq!(
        pact_act(&mut ledger, |l| pact::confirm_artifact(l, &hotkey(7), NET, 0)),
        Err(Error::NoPermit)
    );
    assert_eq!(
        pact_act(&mut ledger, |l| pact::confirm_artifact(l, &hotkey(2), NET, 1)),
        Err(Error::NoArtifact)
    );
    let permits = ledger.validator_permit(NET);
    let mut confirmed = false;
    for uid in (0..ledger.subnetwork_n(NET)).filter(|uid| permits[usize::from(*uid)]) {
        let key = ledger.key(NET, uid).unwrap();
        confirmed = pact_act(&mut ledger, |l| pact::confirm_artifact(l, &key, NET, 0)).unwrap();
        assert_eq!(
            pact_act(&mut ledger, |l| pact::confirm_artifact(l, &key, NET, 0)),
            Err(Error::AlreadyVoted)
        );
    }
    assert!(confirmed && ledger.artifact(NET).unwrap().confirmed);
}
