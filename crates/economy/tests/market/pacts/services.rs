//! Reports, channels, artefacts and releases over the books, at their limits (`docs/rules/pacts.md`).

use tributary_economy::{
    Alpha, Ledger, MechId, PerMillion, Tao,
    market::{coldkey_swap, networks, pact, staking},
    pact::{Arbiters, Books as _, Error, Event, Hold, Revenue, Route, Terms, artifact, report::Verdict},
};

use super::{
    limits::{OWNER, load},
    *,
};

#[test]
fn no_report_is_taken_with_four_open_or_once_a_notice_is_over() {
    let report = |l: &mut Memory| pact_act(l, |l| pact::report(l, &coldkey(4), NET, [0; 32]));
    let mut ledger = bound(all_terms());
    let ids: Vec<_> = (0..4).map(|_| report(&mut ledger).unwrap()).collect();
    assert_eq!(ids, [0, 1, 2, 3], "each has its own number");
    assert_eq!(report(&mut ledger), Err(Error::TooManyReports));
    assert_eq!(ledger.held(Hold::Report, &coldkey(4)), tao(4));
    check_all(&ledger);
    for leaves in [true, false] {
        let mut ledger = bound(all_terms());
        let looser = Terms {
            pledge: PerMillion(0),
            ..all_terms()
        };
        pact_act(&mut ledger, |l| {
            if leaves {
                pact::announce_exit(l, &coldkey(OWNER), NET)
            } else {
                pact::loosen(l, &coldkey(OWNER), NET, looser, Arbiters::default())
            }
        })
        .unwrap();
        advance(&mut ledger, 11);
        report(&mut ledger).unwrap();
        advance(&mut ledger, 1);
        assert_eq!(report(&mut ledger), Err(Error::NoticeOver));
        // What was reported in time keeps both from happening until it is decided.
        let waits = pact_act(&mut ledger, |l| {
            if leaves {
                pact::exit(l, NET)
            } else {
                pact::apply_loosening(l, NET).map(drop)
            }
        });
        assert_eq!(waits, Err(Error::ReportOpen));
        advance(&mut ledger, 8);
        assert_eq!(pact_act(&mut ledger, |l| pact::resolve(l, NET, 0)), Ok(Verdict::Lapsed));
        pact_act(&mut ledger, |l| {
            if leaves {
                pact::exit(l, NET)
            } else {
                pact::apply_loosening(l, NET).map(drop)
            }
        })
        .unwrap();
        check_all(&ledger);
    }
}

#[test]
fn deposits_of_open_reports_go_back_with_the_pact() {
    // By dissolution, and by a newcomer who never posted the bond.
    for dissolves in [true, false] {
        let mut ledger = bound(all_terms());
        advance(&mut ledger, 5);
        let before = ledger.balance(&coldkey(4));
        pact_act(&mut ledger, |l| pact::report(l, &coldkey(4), NET, [0; 32])).unwrap();
        if dissolves {
            act(&mut ledger, |l| networks::dissolve(l, NET)).unwrap();
        } else {
            ledger.set_subnet_owner(NET, Some(coldkey(1)));
            advance(&mut ledger, 20);
            pact_act(&mut ledger, |l| pact::establish_breach(l, NET)).unwrap();
        }
        assert_eq!(ledger.held(Hold::Report, &coldkey(4)), Tao::ZERO);
        assert_eq!(ledger.balance(&coldkey(4)), before);
        assert!(ledger.reports(NET).is_empty());
        check_all(&ledger);
    }
}

#[test]
fn a_successor_s_predecessor_gets_the_bond_back_when_the_subnet_ends() {
    let mut ledger = bound(all_terms());
    advance(&mut ledger, 5);
    let mut taken = ledger.clone();
    taken.set_subnet_owner(NET, Some(coldkey(1)));
    for (ledger, back) in [(&mut ledger, 0), (&mut taken, tao(50).0)] {
        let free = ledger.balance(&coldkey(OWNER)).0;
        let staked = staking::stake_of(ledger, &hotkey(0), &coldkey(OWNER), NET);
        assert_eq!(staked, Alpha::ZERO, "the pot pays it nothing");
        act(ledger, |l| networks::dissolve(l, NET)).unwrap();
        assert_eq!(ledger.balance(&coldkey(OWNER)).0 - free, back);
        assert_eq!(ledger.held(Hold::Bond, &coldkey(OWNER)), Tao::ZERO);
        assert_eq!(ledger.revenue(NET), Default::default());
        check_all(ledger);
    }
}

#[test]
fn revenue_is_counted_anew_on_another_subnet() {
    let mut ledger = lively();
    pact_act(&mut ledger, |l| {
        pact::pay(l, &coldkey(4), NET, &coldkey(3), tao(1), [0; 32])
    })
    .unwrap();
    assert_eq!(ledger.revenue(NET).payments, 1);
    act(&mut ledger, |l| networks::dissolve(l, NET)).unwrap();
    assert_eq!(ledger.revenue(NET), Default::default());
}

#[test]
fn a_full_count_of_revenue_refuses_no_payment() {
    let mut ledger = lively();
    let full = Revenue {
        payments: u64::MAX,
        amount: Tao(u64::MAX - 1),
        tribute: Tao(u64::MAX),
    };
    ledger.set_revenue(NET, full);
    let before = ledger.balance(&coldkey(3));
    pact_act(&mut ledger, |l| {
        pact::pay(l, &coldkey(4), NET, &coldkey(3), tao(7), [0; 32])
    })
    .unwrap();
    assert_eq!(ledger.balance(&coldkey(3)), before.plus(tao(7)).unwrap());
    let end = Revenue {
        amount: Tao(u64::MAX),
        ..full
    };
    assert_eq!(ledger.revenue(NET), end);
    check_all(&ledger);
}

#[test]
fn a_channel_s_tribute_is_that_of_the_registration_it_was_opened_on() {
    let terms = Terms {
        revenue_share: PerMillion(500_000),
        ..Terms::default()
    };
    let mut ledger = bound(terms);
    let (payer, payee) = (coldkey(4), coldkey(3));
    let expiry = ledger.block() + 100;
    let id = pact_act(&mut ledger, |l| {
        pact::open_channel(l, &payer, NET, &payee, tao(10), expiry)
    })
    .unwrap();
    let settle = |l: &mut Memory, amount| pact_act(l, |l| pact::settle(l, &payer, id, tao(amount)));
    assert_eq!(settle(&mut ledger, 2), Ok(tao(2)), "either may redeem");
    assert_eq!(load(&ledger).reservoir.tao, tao(1));
    act(&mut ledger, |l| networks::dissolve(l, NET)).unwrap();
    next_block(&mut ledger).unwrap();
    let netuid = act(&mut ledger, |l| {
        networks::register_network(l, &coldkey(OWNER), &hotkey(0))
    })
    .unwrap();
    assert_eq!(netuid, NET);
    pact_act(&mut ledger, |l| {
        pact::sign(l, &coldkey(OWNER), NET, terms, Arbiters::default())
    })
    .unwrap();
    let before = ledger.balance(&payee);
    assert_eq!(settle(&mut ledger, 6), Ok(tao(4)));
    assert_eq!(ledger.balance(&payee).0 - before.0, tao(4).0);
    assert_eq!(
        (load(&ledger).reservoir.tao, ledger.revenue(NET).payments),
        (Tao::ZERO, 0)
    );
    check_all(&ledger);
}

#[test]
fn a_channel_is_closed_by_its_parties_and_finished_by_anybody() {
    let mut ledger = lively();
    ledger.set_pact_parameters(short());
    let (payer, payee) = (coldkey(4), coldkey(3));
    let open = |l: &mut Memory, deposit, expiry| {
        pact_act(l, |l| pact::open_channel(l, &payer, NET, &payee, Tao(deposit), expiry))
    };
    let now = ledger.block();
    assert_eq!(open(&mut ledger, UNIT, now), Err(Error::ExpiryPassed));
    assert_eq!(open(&mut ledger, 0, now + 1), Err(Error::NothingToPay));
    let oneself = pact_act(&mut ledger, |l| {
        pact::open_channel(l, &payer, NET, &payer, tao(1), now + 9)
    });
    assert_eq!(oneself, Err(Error::PayingOneself));
    let short_lived = open(&mut ledger, UNIT, now + 1).unwrap();
    let long = open(&mut ledger, UNIT, now + 100).unwrap();
    assert_eq!(long, short_lived + 1);
    let close = |l: &mut Memory, who: Account, id, voucher| pact_act(l, |l| pact::close(l, &who, id, voucher));
    assert_eq!(close(&mut ledger, coldkey(2), long, None), Err(Error::NotParty));
    let top_up = pact_act(&mut ledger, |l| pact::top_up(l, &payee, long, tao(1)));
    assert_eq!(top_up, Err(Error::NotParty));
    assert_eq!(
        pact_act(&mut ledger, |l| pact::finalise_close(l, short_lived)),
        Err(Error::ChannelChallenged)
    );
    next_block(&mut ledger).unwrap();
    pact_act(&mut ledger, |l| pact::finalise_close(l, short_lived)).unwrap();
    // The payee closes at once, with what is owed.
    let before = [payer, payee].map(|who| ledger.balance(&who).0);
    close(&mut ledger, payee, long, Some(Tao(UNIT / 4))).unwrap();
    let after = [payer, payee].map(|who| ledger.balance(&who).0);
    assert_eq!([after[0] - before[0], after[1] - before[1]], [UNIT / 4 * 3, UNIT / 4]);
    assert_eq!(ledger.channel(long), None);
    check_all(&ledger);
}

#[test]
fn the_best_miner_commits_artefacts_and_three_quarters_of_weight_confirm_them() {
    let mut ledger = bound(all_terms());
    advance(&mut ledger, 6);
    let commit = |l: &mut Memory, who, location: usize| {
        pact_act(l, |l| {
            pact::commit_artifact(l, &who, NET, [1; 32], [2; 32], 0, vec![b'x'; location])
        })
    };
    ledger.set_incentive(NET.index(MechId(0)), vec![0, 7, 7]);
    assert_eq!(
        commit(&mut ledger, hotkey(3), 1),
        Err(Error::NotCommitter),
        "of equals the lower uid"
    );
    assert_eq!(
        commit(&mut ledger, hotkey(2), artifact::MAX_LOCATION + 1),
        Err(Error::LocationTooLong)
    );
    assert_eq!(commit(&mut ledger, hotkey(2), artifact::MAX_LOCATION), Ok(0));
    ledger.set_incentive(NET.index(MechId(0)), vec![0, 7, 8]);
    // The first is confirmed in peace: for half a period nobody else takes its place but the owner.
    let at = ledger.block();
    ledger.set_block(at + 4, [7; 32]);
    assert_eq!(commit(&mut ledger, hotkey(3), 0), Err(Error::ArtifactWaits));
    let mut confirmed = ledger.clone();
    let done = confirmed.artifact(NET).map(|artifact| artifact::Artifact {
        confirmed: true,
        ..artifact
    });
    confirmed.set_artifact(NET, done);
    assert_eq!(commit(&mut confirmed, hotkey(3), 0), Ok(1));
    let mut own = ledger.clone();
    own.set_incentive(NET.index(MechId(0)), vec![0, 8, 7]);
    assert_eq!(commit(&mut own, hotkey(2), 0), Ok(1), "its own");
    assert_eq!(commit(&mut ledger.clone(), coldkey(OWNER), 0), Ok(1));
    ledger.set_block(at + 5, [7; 32]);
    assert_eq!(commit(&mut ledger, hotkey(3), 0), Ok(1));
    ledger.set_incentive(NET.index(MechId(0)), vec![0, 0, 0]);
    for key in [2, 3] {
        assert_eq!(
            commit(&mut ledger, hotkey(key), 0),
            Err(Error::NotCommitter),
            "nobody has earned anything"
        );
    }
    let mut without = ledger.clone();
    without.set_subnet_owner_hotkey(NET, None);
    assert_eq!(
        commit(&mut without, hotkey(0), 0),
        Err(Error::NotCommitter),
        "nor the first"
    );
    assert_eq!(commit(&mut ledger, coldkey(OWNER), 0), Ok(2));
    // Three quarters of the weight of those with a permit.
    let confirm = |l: &mut Memory, key| pact_act(l, |l| pact::confirm_artifact(l, &hotkey(key), NET, 2));
    ledger.set_validator_permit(NET, vec![true, true, false]);
    ledger.set_stake_weight(NET, vec![1_000, 3_000, 60_000]);
    assert_eq!(confirm(&mut ledger, 3), Err(Error::NoPermit));
    let mut one = ledger.clone();
    ledger.take_pact_events();
    assert_eq!(confirm(&mut ledger, 2), Ok(true));
    let told = |l: &mut Memory| {
        l.take_pact_events()
            .iter()
            .filter(|event| matches!(event, Event::ArtifactConfirmed { .. }))
            .count()
    };
    assert_eq!(told(&mut ledger), 1);
    assert_eq!(confirm(&mut ledger, 0), Ok(true));
    assert_eq!(told(&mut ledger), 0, "once");
    one.set_stake_weight(NET, vec![1_001, 3_000, 60_000]);
    one.take_pact_events();
    assert_eq!(confirm(&mut one, 2), Ok(false));
    assert_eq!(told(&mut one), 0);
}

#[test]
fn a_renamed_account_is_an_arbiter_in_its_old_place_and_named_once() {
    let arbiters = Arbiters {
        accounts: vec![coldkey(4), 77],
        threshold: 2,
    };
    let mut ledger = bound(all_terms());
    pact_act(&mut ledger, |l| {
        pact::loosen(l, &coldkey(OWNER), NET, all_terms(), arbiters.clone())
    })
    .unwrap();
    let swap = |l: &mut Memory, old, new| act(l, |l| coldkey_swap::swap_coldkey(l, &old, &new)).unwrap();
    let announced = |l: &Memory| load(l).loosening.unwrap().arbiters.accounts;
    let mut twice = ledger.clone();
    swap(&mut twice, coldkey(4), 77);
    assert_eq!(announced(&twice), [coldkey(4), 77]);
    swap(&mut ledger, coldkey(4), 78);
    assert_eq!(announced(&ledger), [78, 77]);
    advance(&mut ledger, 12);
    pact_act(&mut ledger, |l| pact::apply_loosening(l, NET)).unwrap();
    let id = pact_act(&mut ledger, |l| pact::report(l, &coldkey(3), NET, [0; 32])).unwrap();
    let vote = |l: &mut Memory, who, yes| pact_act(l, |l| pact::vote(l, &who, NET, id, &hotkey(2), yes));
    vote(&mut ledger, 78, true).unwrap();
    swap(&mut ledger, 78, 79);
    assert_eq!(load(&ledger).arbiters.accounts, [79, 77]);
    assert_eq!(ledger.reports(NET)[0].decisions, [(79, true)]);
    assert_eq!(
        vote(&mut ledger, 79, false),
        Err(Error::AlreadyVoted),
        "one account, one vote"
    );
    assert_eq!(vote(&mut ledger, 78, true), Err(Error::NotArbiter));
    vote(&mut ledger, 77, true).unwrap();
    assert_eq!(
        pact_act(&mut ledger, |l| pact::resolve(l, NET, id)),
        Ok(Verdict::Upheld)
    );
    check_all(&ledger);
}

#[test]
fn tao_of_the_reservoir_buys_what_was_quoted_for_the_pots_of_the_epoch() {
    let terms = Terms {
        revenue_share: PerMillion::ONE,
        route: Route {
            burn: PerMillion(200_000),
            holders: PerMillion(800_000),
            root: PerMillion::ZERO,
        },
        ..Terms::default()
    };
    let mut ledger = bound(terms);
    for uid in 0..ledger.subnetwork_n(NET) {
        ledger.set_weights(NET.index(MechId(0)), uid, vec![(0, u16::MAX)]);
    }
    advance(&mut ledger, 14);
    pact_act(&mut ledger, |l| {
        pact::pay(l, &coldkey(1), NET, &coldkey(3), tao(500), [0; 32])
    })
    .unwrap();
    while ledger.block() + 1 < ledger.last_epoch_block(NET) + u64::from(ledger.tempo(NET)) {
        next_block(&mut ledger).unwrap();
    }
    let before = ledger.clone();
    ledger.take_pact_events();
    // Nothing is bought before the start call.
    let mut closed = ledger.clone();
    closed.set_subtoken_enabled(NET, false);
    next_block(&mut closed).unwrap();
    assert_eq!(load(&closed).reservoir.tao, load(&before).reservoir.tao);
    check_all(&closed);
    next_block(&mut ledger).unwrap();
    check_all(&ledger);
    let (old, new) = (load(&before).totals, load(&ledger).totals);
    let spent = new.spent.0 - old.spent.0;
    // The pool's fee of 33 / 65535, half of its weight.
    let most = ledger.subnet_tao(NET).0 * 33 / 65_535 / 2;
    assert!(spent > most / 100 * 99 && spent <= most, "{spent} {most}");
    let bought = new.bought.0 - old.bought.0;
    assert_eq!(
        new.burned.0 - old.burned.0,
        (bought - bought / 5 * 4).min(bought / 5 + 1).max(bought / 5)
    );
    assert!(ledger.subnet_protocol_flow(NET) - before.subnet_protocol_flow(NET) >= spent as i64);
    let told: Vec<_> = ledger
        .take_pact_events()
        .into_iter()
        .filter_map(|event| match event {
            Event::Released {
                tao, bought, holders, ..
            } => Some((tao.0, bought.0, holders.0)),
            _ => None,
        })
        .collect();
    assert_eq!(told, [(spent, bought, new.to_holders.0 - old.to_holders.0)]);
    assert!(told[0].2 > 0);
    // Alpha that is released is staked: nobody loses it.
    let unowned = |l: &Memory| {
        check(l)
            .subnets
            .into_iter()
            .find(|sums| sums.netuid == NET)
            .unwrap()
            .unowned
            .0
    };
    let lost = unowned(&ledger) - unowned(&before);
    let burned = ledger.alpha_burned(NET).0 - before.alpha_burned(NET).0;
    assert!(lost - burned < 100, "{lost} {burned}");
}

#[test]
fn a_release_of_alpha_alone_is_told() {
    let mut ledger = bound(Terms {
        pledge: PerMillion(500_000),
        route: Route::HOLDERS,
        ..Terms::default()
    });
    advance(&mut ledger, 30);
    let released = ledger.take_pact_events().into_iter().find_map(|event| match event {
        Event::Released { tao, holders, root, .. } => Some((tao, holders > Alpha::ZERO, root)),
        _ => None,
    });
    assert_eq!(released, Some((Tao::ZERO, true, Alpha::ZERO)));
}
