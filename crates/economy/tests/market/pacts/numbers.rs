//! The amounts and the spans of pacts, at their limits (`docs/rules/pacts.md`).

use tributary_economy::{
    Alpha, Error as Rule,
    pact::{
        Books as _, Channel, Loosening, Pact, Reservoir, State, Status, Totals, Vesting,
        artifact::{DRAND_GENESIS_MS, check_round, is_confirmed, round_time},
        channel::voucher_bytes,
        loosening, payment, release,
        strength::strength,
        vesting,
    },
    pool::{EQUAL_WEIGHT, Pool},
};

use super::{rules::report, *};

#[test]
fn looser_terms_wait_for_the_longest_of_notice_tempo_and_a_block() {
    for (notice, tempo, due) in [
        (0, 0, 101),
        (5, 3, 105),
        (3, 5, 105),
        (1, 1, 101),
        (u64::MAX, 1, u64::MAX),
    ] {
        assert_eq!(loosening::due(100, notice, tempo), due);
    }
    let announced = Loosening {
        terms: all_terms(),
        arbiters: Arbiters::<u64>::default(),
        announced_at: 5,
        due: 9,
    };
    assert_eq!(loosening::check_due(&announced, 8), Err(Error::NoticeRunning));
    assert_eq!(loosening::check_due(&announced, 9), Ok(()));
    // More than a third.
    assert!(!loosening::stopped(Alpha(33), Alpha(99)));
    assert!(loosening::stopped(Alpha(34), Alpha(99)));
    assert!(!loosening::stopped(Alpha(0), Alpha(0)));
}

#[test]
fn a_round_is_out_in_time_with_one_round_of_grace() {
    assert_eq!(round_time(1), DRAND_GENESIS_MS);
    assert_eq!(round_time(0), DRAND_GENESIS_MS);
    assert_eq!(round_time(11), DRAND_GENESIS_MS + 30_000);
    // Two blocks of twelve seconds from round 11 are eight rounds, and one.
    let now = round_time(11);
    assert_eq!(check_round(20, now, 2, 12_000), Ok(()));
    assert_eq!(check_round(21, now, 2, 12_000), Err(Error::RoundTooLate));
    assert_eq!(check_round(20, now - 1, 2, 12_000), Err(Error::RoundTooLate));
    for (confirming, all, enough) in [
        (0, 0, false),
        (1, 0, true),
        (2, 4, false),
        (3, 4, true),
        (74, 100, false),
        (75, 100, true),
    ] {
        assert_eq!(is_confirmed(confirming, all), enough, "{confirming} of {all}");
    }
}

fn channel() -> Channel<u64> {
    Channel {
        netuid: NET,
        registered_at: 1,
        payer: 1,
        payee: 2,
        deposit: Tao(100),
        settled: Tao(30),
        expiry: 50,
        closing: None,
    }
}

#[test]
fn a_channel_ends_at_its_expiry_or_after_the_challenge() {
    assert_eq!(channel().left(), Ok(Tao(70)));
    let closing = Channel {
        closing: Some(40),
        ..channel()
    };
    for (now, over, over_closing) in [
        (39, false, false),
        (40, false, true),
        (49, false, true),
        (50, true, true),
    ] {
        assert_eq!(
            (channel().is_over(now), closing.is_over(now)),
            (over, over_closing),
            "{now}"
        );
    }
    let ask = |channel: &Channel<u64>, now, period| {
        let mut channel = channel.clone();
        channel
            .ask_to_close(now, period)
            .map(|at_once| (at_once, channel.closing))
    };
    assert_eq!(ask(&channel(), 49, 7), Ok((false, Some(56))));
    assert_eq!(ask(&channel(), 49, 0), Ok((true, Some(49))));
    assert_eq!(ask(&channel(), 50, 7), Ok((true, None)));
    assert_eq!(ask(&closing, 45, 7), Err(Error::ChannelClosing));
    assert_eq!(ask(&closing, 50, 7), Ok((true, Some(40))));
    let top_up = |channel: &Channel<u64>, amount, now| {
        let mut channel = channel.clone();
        channel.top_up(Tao(amount), now).map(|()| channel.deposit)
    };
    assert_eq!(top_up(&channel(), 5, 49), Ok(Tao(105)));
    assert_eq!(top_up(&channel(), 5, 50), Err(Error::ChannelClosing));
    assert_eq!(top_up(&closing, 5, 10), Err(Error::ChannelClosing));
    assert_eq!(top_up(&channel(), 0, 10), Err(Error::NothingToPay));
}

#[test]
fn a_voucher_pays_what_is_above_the_settled_and_within_the_deposit() {
    for (amount, expected) in [
        (29, Err(Error::VoucherNotNewer)),
        (30, Err(Error::VoucherNotNewer)),
        (31, Ok(Tao(1))),
        (100, Ok(Tao(70))),
        (101, Err(Error::VoucherExceedsDeposit)),
    ] {
        let mut channel = channel();
        assert_eq!(channel.redeem(Tao(amount)), expected, "{amount}");
        assert_eq!(channel.settled, if expected.is_ok() { Tao(amount) } else { Tao(30) });
    }
    let bytes = voucher_bytes(&[9; 32], 0x0102, Tao(0x0304));
    let mut expected = b"tributary-voucher-1".to_vec();
    expected.extend([9; 32]);
    expected.extend([2, 1, 0, 0, 0, 0, 0, 0, 4, 3, 0, 0, 0, 0, 0, 0]);
    assert_eq!(bytes.to_vec(), expected);
}

#[test]
fn the_record_of_a_pact_balances_to_the_rao() {
    let waiting = Reservoir {
        tao: Tao(4),
        holders: Alpha(5),
        root: Alpha(6),
        released_at: 0,
    };
    let totals = Totals {
        from_payments: Tao(10),
        from_bonds: Tao(20),
        from_deposits: Tao(30),
        spent: Tao(56),
        cut: Alpha(1_000),
        pledged: Alpha(100),
        vested: Alpha(700),
        forfeited: Alpha(50),
        bought: Alpha(40),
        burned: Alpha(79),
        to_holders: Alpha(60),
        to_root: Alpha(40),
    };
    let unvested = Alpha(150);
    totals.check(unvested, &waiting).unwrap();
    let fields: [fn(&mut Totals) -> &mut u64; 12] = [
        |totals| &mut totals.from_payments.0,
        |totals| &mut totals.from_bonds.0,
        |totals| &mut totals.from_deposits.0,
        |totals| &mut totals.spent.0,
        |totals| &mut totals.cut.0,
        |totals| &mut totals.pledged.0,
        |totals| &mut totals.vested.0,
        |totals| &mut totals.forfeited.0,
        |totals| &mut totals.bought.0,
        |totals| &mut totals.burned.0,
        |totals| &mut totals.to_holders.0,
        |totals| &mut totals.to_root.0,
    ];
    let broken = Err(Error::Rule(Rule::BrokenSum));
    for (place, field) in fields.into_iter().enumerate() {
        let mut totals = totals;
        *field(&mut totals) += 1;
        assert_eq!(totals.check(unvested, &waiting), broken, "field {place}");
    }
    assert_eq!(totals.check(Alpha(151), &waiting), broken);
    for waiting in [
        Reservoir { tao: Tao(5), ..waiting },
        Reservoir {
            holders: Alpha(6),
            ..waiting
        },
        Reservoir {
            root: Alpha(7),
            ..waiting
        },
    ] {
        assert_eq!(totals.check(unvested, &waiting), broken);
    }
}

fn earned(coldkey: u64, alpha: u64) -> Vesting<u64> {
    Vesting {
        coldkey,
        hotkey: 10 + coldkey,
        alpha: Alpha(alpha),
        half_life: 8,
    }
}

#[test]
fn cut_vests_by_halves_and_its_first_earner_makes_room() {
    for (unvested, blocks, half_life, kept) in [(101, 8, 8, 50), (101, 0, 8, 101), (101, 8, 0, 0), (101, 16, 8, 25)] {
        let vested = vesting::step(Alpha(unvested), blocks, half_life);
        assert_eq!((vested.kept, vested.paid), (Alpha(kept), Alpha(unvested - kept)));
    }
    assert_eq!(vesting::split_cut(Alpha(7), PerMillion(500_000)), (Alpha(3), Alpha(4)));

    let mut entries = Vec::new();
    assert_eq!(vesting::add(&mut entries, earned(1, 0)), Ok(None));
    assert!(entries.is_empty());
    for who in 1..=4 {
        assert_eq!(vesting::add(&mut entries, earned(who, who)), Ok(None));
    }
    let moved = Vesting {
        hotkey: 99,
        half_life: 3,
        ..earned(2, 5)
    };
    assert_eq!(vesting::add(&mut entries, moved), Ok(None));
    assert_eq!(
        (entries[1].alpha, entries[1].hotkey, entries[1].half_life),
        (Alpha(7), 99, 3)
    );
    assert_eq!(vesting::add(&mut entries, earned(5, 1)), Ok(Some(earned(1, 1))));
    assert_eq!(
        entries.iter().map(|entry| entry.coldkey).collect::<Vec<_>>(),
        [2, 3, 4, 5]
    );
    assert_eq!(vesting::forfeit(&mut entries, &3), Alpha(3));
    assert_eq!(vesting::forfeit(&mut entries, &3), Alpha::ZERO);
    assert_eq!(entries.iter().map(|entry| entry.coldkey).collect::<Vec<_>>(), [2, 4, 5]);
}

#[test]
fn what_rounding_leaves_of_a_route_goes_to_its_first_part() {
    let route = |burn, holders, root| Route {
        burn: PerMillion(burn),
        holders: PerMillion(holders),
        root: PerMillion(root),
    };
    for (route, parts) in [
        (route(333_333, 333_333, 333_334), [4, 3, 3]),
        (route(0, 333_333, 666_667), [0, 4, 6]),
        (route(0, 0, 1_000_000), [0, 0, 10]),
        (route(1_000_000, 0, 0), [10, 0, 0]),
    ] {
        assert!(route.is_whole());
        let split = route.split(10);
        assert_eq!([split.burn, split.holders, split.root], parts);
        let mut reservoir = Reservoir::default();
        assert_eq!(reservoir.add_alpha(Alpha(10), &route), Ok(Alpha(parts[0])));
        assert_eq!((reservoir.holders, reservoir.root), (Alpha(parts[1]), Alpha(parts[2])));
        assert_eq!(reservoir.alpha(), Ok(Alpha(parts[1] + parts[2])));
    }
    let empty = Reservoir::default();
    assert!(empty.is_empty());
    assert!(!Reservoir { tao: Tao(1), ..empty }.is_empty());
    assert!(
        !Reservoir {
            holders: Alpha(1),
            ..empty
        }
        .is_empty()
    );
    assert!(
        !Reservoir {
            root: Alpha(1),
            ..empty
        }
        .is_empty()
    );
}

#[test]
fn releases_are_limited_by_fee_weight_and_root_s_stake() {
    let pool = |quote_weight, initialized, fee_rate| Pool {
        tao: Tao(65_535_000),
        alpha: Alpha(1_000_000),
        quote_weight,
        initialized,
        dynamic: true,
        fee_rate,
        minimum_reserve: 0,
    };
    let most =
        |quote_weight, initialized, fee_rate| release::largest_purchase(&pool(quote_weight, initialized, fee_rate)).0;
    assert_eq!(most(EQUAL_WEIGHT, true, 10), 5_000);
    assert_eq!(most(EQUAL_WEIGHT / 2, true, 10), 7_500, "the base weight is the rest");
    assert_eq!(
        most(EQUAL_WEIGHT / 2, false, 10),
        5_000,
        "one half before the first swap"
    );
    assert_eq!(most(EQUAL_WEIGHT, true, 0), 500, "no fee counts as the smallest");
    assert_eq!(release::largest_dividend(Alpha(131_070), 3), Alpha(3));
    assert_eq!(release::largest_dividend(Alpha(131_070), 0), Alpha(1));
    assert_eq!(release::largest_root_dividend(Tao(79)), Alpha(9));
    assert_eq!(release::due(101, 7, 7), 51, "rounded up");
    assert_eq!(payment::split(Tao(19), PerMillion(100_000)), (Tao(1), Tao(18)));
}

#[test]
fn parameters_have_a_half_life_a_reward_that_is_a_part_and_a_deposit() {
    let fits = short();
    assert_eq!(fits.check(), Ok(()));
    assert_eq!(
        Parameters {
            reward: PerMillion::ONE,
            ..fits
        }
        .check(),
        Ok(())
    );
    for refused in [
        Parameters {
            release_half_life: 0,
            ..fits
        },
        Parameters {
            reward: PerMillion(1_000_001),
            ..fits
        },
        Parameters {
            report_deposit: Tao::ZERO,
            ..fits
        },
    ] {
        assert_eq!(refused.check(), Err(Error::InvalidTerms));
    }
}

fn pact() -> Pact<Account> {
    let mut ledger = bound(all_terms());
    advance(&mut ledger, 20);
    ledger.pact(NET).unwrap()
}

#[test]
fn a_pact_is_strong_while_its_signer_stands_by_it_with_the_bond() {
    let pact = pact();
    let full = strength(&all_terms());
    assert!(full > PerMillion::ZERO);
    assert_eq!(pact.strength(), full);
    let weak = |change: fn(&mut Pact<Account>)| {
        let mut pact = pact.clone();
        change(&mut pact);
        pact.strength()
    };
    assert_eq!(weak(|pact| pact.bond.0 += 1), full);
    assert_eq!(weak(|pact| pact.bond.0 -= 1), PerMillion::ZERO);
    let newcomer = |pact: &mut Pact<Account>| {
        pact.successor = Some(tributary_economy::pact::Successor { coldkey: 9, until: 9 });
    };
    assert_eq!(weak(newcomer), PerMillion::ZERO);
    assert_eq!(
        weak(|pact| pact.status = Status::Leaving { since: 1 }),
        PerMillion::ZERO
    );
    assert_eq!(weak(|pact| pact.status = Status::Breached { at: 1 }), PerMillion::ZERO);
    assert_eq!(weak(|pact| pact.status = Status::Left { at: 1 }), PerMillion::ZERO);
}

#[test]
fn the_record_of_a_pact_is_checked_as_a_whole() {
    let pact = pact();
    assert_eq!(pact.check(), Ok(()));
    let unvested: u64 = pact.vesting.iter().map(|vesting| vesting.alpha.0).sum();
    assert!(unvested > 0 && pact.reservoir.root.0 > 0);
    let kept = unvested + pact.reservoir.holders.0 + pact.reservoir.root.0;
    assert_eq!((pact.unvested(), pact.alpha()), (Ok(Alpha(unvested)), Ok(Alpha(kept))));
    let broken = Err(Error::Rule(Rule::BrokenSum));
    let changes: [fn(&mut Pact<Account>); 5] = [
        |pact| pact.vesting[0].alpha.0 += 1,
        |pact| pact.reservoir.tao.0 += 1,
        |pact| pact.terms.pledge.0 = 1_000_001,
        |pact| pact.arbiters.threshold = 1,
        |pact| {
            let none = Vesting {
                coldkey: 5,
                hotkey: 5,
                alpha: Alpha::ZERO,
                half_life: 1,
            };
            pact.vesting.resize(vesting::MAX_EARNERS + 1, none);
        },
    ];
    for (place, change) in changes.into_iter().enumerate() {
        let mut pact = pact.clone();
        change(&mut pact);
        assert_eq!(pact.check(), broken, "change {place}");
    }
    let mut four = pact.clone();
    let none = Vesting {
        coldkey: 5,
        hotkey: 5,
        alpha: Alpha::ZERO,
        half_life: 1,
    };
    four.vesting.resize(vesting::MAX_EARNERS, none);
    assert_eq!(four.check(), Ok(()));
}

#[test]
fn the_next_purchase_is_what_is_due_within_the_limit() {
    let mut pact = pact();
    pact.reservoir.tao = Tao(1_001);
    pact.reservoir.released_at = 100;
    let state = State {
        pact: Some(pact),
        objections: Vec::new(),
        reports: vec![report(vec![])],
    };
    let context = tributary_economy::pact::Context {
        parameters: short(),
        ..tributary_economy::pact::Context::<Account>::of_payment(NET, 115)
    };
    // After one half-life of 15 blocks: half, rounded up.
    assert_eq!(state.purchase(&context, Tao(1_000), 1), Tao(501));
    assert_eq!(state.purchase(&context, Tao(100), 1), Tao(100));
    assert_eq!(state.purchase(&context, Tao(100), 3), Tao(300));
    assert_eq!(State::<Account>::default().purchase(&context, Tao(100), 1), Tao::ZERO);
    assert!(state.report(0).is_some() && state.report(1).is_none());
    assert_eq!(state.terms(), Some(&all_terms()));
    let mut left = state;
    left.pact.as_mut().unwrap().status = Status::Left { at: 3 };
    assert_eq!(left.terms(), None);
}

#[test]
fn a_chain_without_pacts_keeps_and_holds_nothing() {
    use tributary_economy::pact::{Books, Hold, NoPacts};
    let mut none = NoPacts;
    let books: &mut dyn Books<u64> = &mut none;
    assert!(books.pact(NET).is_none() && books.objections(NET).is_empty() && books.reports(NET).is_empty());
    assert!(books.open_questions(NET).is_empty() && books.arrivals(NET, &1, &2).is_empty());
    assert!(books.artifact(NET).is_none() && books.channel(0).is_none() && books.channels().is_empty());
    assert_eq!(
        (
            books.next_report(),
            books.next_channel(),
            books.now_ms(),
            books.block_ms()
        ),
        (0, 0, 0, 0)
    );
    assert_eq!(
        (books.held(Hold::Bond, &1), books.existential_deposit()),
        (Tao::ZERO, Tao::ZERO)
    );
    let refused = Err(Rule::InsufficientBalance);
    assert_eq!(books.hold(Hold::Bond, &1, Tao(1)), refused);
    assert_eq!(books.free(Hold::Bond, &1, Tao(1)), refused);
    assert_eq!(books.seize(Hold::Bond, &1, &2, Tao(1)), refused);
}
