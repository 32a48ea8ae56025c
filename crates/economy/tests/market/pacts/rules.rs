//! The numbers and the small state machines of pacts, at their limits (`docs/rules/pacts.md`).

use tributary_economy::{
    Alpha,
    fixed::U64F64,
    pact::{
        Ballot, Breach, Report, Status,
        ballot::{MAX_BALLOTS, cast, count, count_in_order},
        exit::{self, Input, Sight, visible},
        report::Verdict,
        strength::{strength, weigh},
        terms::{MAX_ARBITERS, MAX_BLOCKS},
    },
};

use super::*;

#[test]
fn terms_are_parts_and_bounded_spans_and_open_what_is_committed() {
    let fits = |change: fn(&mut Terms)| {
        let mut terms = all_terms();
        change(&mut terms);
        terms.check()
    };
    let over = Err(Error::InvalidTerms);
    assert_eq!(fits(|_| ()), Ok(()));
    assert_eq!(fits(|terms| terms.pledge = PerMillion::ONE), Ok(()));
    assert_eq!(fits(|terms| terms.pledge.0 = 1_000_001), over);
    assert_eq!(fits(|terms| terms.revenue_share = PerMillion::ONE), Ok(()));
    assert_eq!(fits(|terms| terms.revenue_share.0 = 1_000_001), over);
    assert_eq!(fits(|terms| terms.route.burn.0 += 1), over);
    assert_eq!(fits(|terms| terms.route.root.0 -= 1), over);
    let spans: [fn(&mut Terms) -> &mut u64; 4] = [
        |terms| &mut terms.vesting_half_life,
        |terms| &mut terms.notice,
        |terms| &mut terms.open_after,
        |terms| &mut terms.artifact_period,
    ];
    for span in spans {
        let mut terms = all_terms();
        *span(&mut terms) = MAX_BLOCKS;
        assert_eq!(terms.check(), Ok(()));
        *span(&mut terms) = MAX_BLOCKS + 1;
        assert_eq!(terms.check(), over);
    }
    assert_eq!(fits(|terms| terms.open_after = 0), over);
    assert_eq!(fits(|terms| terms.artifact_period = 0), over);
    let none = |terms: &mut Terms| (terms.open_after, terms.artifact_period) = (0, 0);
    assert_eq!(fits(none), Ok(()));
}

#[test]
fn terms_are_tighter_if_every_one_of_them_is_at_least_as_tight() {
    let old = all_terms();
    assert!(old.is_tightening(&old));
    type Change = fn(&mut Terms);
    let changes: [(Change, bool); 16] = [
        (|terms| terms.pledge.0 += 1, true),
        (|terms| terms.pledge.0 -= 1, false),
        (|terms| terms.vesting_half_life += 1, true),
        (|terms| terms.vesting_half_life -= 1, false),
        (|terms| terms.bond.0 += 1, true),
        (|terms| terms.bond.0 -= 1, false),
        (|terms| terms.notice += 1, true),
        (|terms| terms.notice -= 1, false),
        (|terms| terms.revenue_share.0 += 1, true),
        (|terms| terms.revenue_share.0 -= 1, false),
        (|terms| terms.open_after -= 1, true),
        (|terms| terms.open_after += 1, false),
        (|terms| terms.artifact_period -= 1, true),
        (|terms| terms.artifact_period += 1, false),
        (|terms| (terms.open_after, terms.artifact_period) = (0, 0), false),
        (|terms| terms.route = Route::HOLDERS, false),
    ];
    for (place, (change, tighter)) in changes.into_iter().enumerate() {
        let mut terms = old;
        change(&mut terms);
        assert_eq!(terms.is_tightening(&old), tighter, "change {place}");
    }
    // Artefacts are more than none.
    let without = Terms {
        open_after: 0,
        artifact_period: 0,
        ..old
    };
    assert!(old.is_tightening(&without) && without.is_tightening(&without));
}

#[test]
fn arbiters_are_at_most_nine_each_once_with_a_threshold_in_reach() {
    for (count, threshold, fits) in [
        (0, 0, true),
        (0, 1, false),
        (1, 0, false),
        (1, 1, true),
        (1, 2, false),
        (MAX_ARBITERS, 1, true),
        (MAX_ARBITERS, 9, true),
        (MAX_ARBITERS, 10, false),
        (MAX_ARBITERS + 1, 1, false),
    ] {
        let arbiters = Arbiters {
            accounts: (0..count as u64).collect(),
            threshold,
        };
        let expected = if fits { Ok(()) } else { Err(Error::InvalidArbiters) };
        assert_eq!(arbiters.check(), expected, "{threshold} of {count}");
        assert_eq!(arbiters.check_distinct(), expected);
    }
    let twice = Arbiters {
        accounts: vec![1, 2, 1],
        threshold: 2,
    };
    assert_eq!(twice.check(), Ok(()));
    assert_eq!(twice.check_distinct(), Err(Error::InvalidArbiters));
}

#[test]
fn strength_is_the_sum_of_what_the_terms_are_worth() {
    const DAY: u64 = 7_200;
    let none = Terms::default();
    for (terms, worth) in [
        (none, 0),
        (
            Terms {
                pledge: PerMillion(250_000),
                ..none
            },
            100_000,
        ),
        (
            Terms {
                pledge: PerMillion(500_000),
                ..none
            },
            200_000,
        ),
        (
            Terms {
                pledge: PerMillion::ONE,
                ..none
            },
            200_000,
        ),
        (
            Terms {
                revenue_share: PerMillion(125_000),
                ..none
            },
            50_000,
        ),
        (
            Terms {
                revenue_share: PerMillion(600_000),
                ..none
            },
            200_000,
        ),
        (
            Terms {
                vesting_half_life: 90 * DAY,
                ..none
            },
            100_000,
        ),
        (
            Terms {
                vesting_half_life: 30 * DAY,
                ..none
            },
            50_000,
        ),
        (
            Terms {
                bond: tao(1_000),
                ..none
            },
            100_000,
        ),
        (
            Terms {
                bond: tao(3_000),
                ..none
            },
            150_000,
        ),
        (
            Terms {
                notice: 30 * DAY,
                ..none
            },
            50_000,
        ),
        (
            Terms {
                notice: 90 * DAY,
                ..none
            },
            75_000,
        ),
        (
            Terms {
                open_after: 90 * DAY,
                artifact_period: 1,
                ..none
            },
            50_000,
        ),
        (
            Terms {
                open_after: 30 * DAY,
                artifact_period: 1,
                ..none
            },
            75_000,
        ),
        (
            Terms {
                open_after: 1,
                artifact_period: 30 * DAY,
                ..none
            },
            75_000,
        ),
    ] {
        assert_eq!(strength(&terms), PerMillion(worth), "{terms:?}");
    }
}

#[test]
fn shares_are_weighed_by_strength_and_keep_their_sum() {
    let shares = |parts: [f64; 3]| parts.map(U64F64::from_num);
    let before = shares([0.25, 0.25, 0.25]);
    let mut after = before;
    // At weight two: 1 + 2 * 0.5, 1 + 0, 1 + 2 * 1: two, one and three of six.
    weigh(
        &mut after,
        &[PerMillion(500_000), PerMillion::ZERO, PerMillion::ONE],
        2_000_000,
    );
    for (share, expected) in after.iter().zip([0.25, 0.125, 0.375]) {
        assert!((share.to_num::<f64>() - expected).abs() < 1e-12, "{share}");
    }
    let mut same = before;
    weigh(&mut same, &[PerMillion(500_000), PerMillion::ZERO, PerMillion::ONE], 0);
    assert_eq!(same, before);
    let odd = shares([0.1, 0.2, 0.3]);
    let mut same = odd;
    weigh(&mut same, &[PerMillion::ZERO; 3], 2_000_000);
    assert_eq!(same, odd, "no bit changes where nobody has a strength");
}

#[test]
fn a_pact_goes_from_state_to_state_by_the_rules() {
    let (active, leaving) = (Status::Active, Status::Leaving { since: 10 });
    let (left, breached) = (Status::Left { at: 3 }, Status::Breached { at: 3 });
    let ended = Err(Error::PactEnded);
    for (status, input, now, expected) in [
        (active, Input::Announce, 20, Ok(Status::Leaving { since: 20 })),
        (breached, Input::Announce, 20, Ok(Status::Leaving { since: 20 })),
        (leaving, Input::Announce, 20, Err(Error::Leaving)),
        (leaving, Input::Cancel, 14, Ok(active)),
        (leaving, Input::Cancel, 15, Err(Error::NoticeOver)),
        (leaving, Input::Leave, 14, Err(Error::NoticeRunning)),
        (leaving, Input::Leave, 15, Ok(Status::Left { at: 15 })),
        (active, Input::Leave, 20, Err(Error::NotLeaving)),
        (breached, Input::Cancel, 20, Err(Error::NotLeaving)),
        (active, Input::Break, 20, Ok(Status::Breached { at: 20 })),
        (breached, Input::Break, 20, Ok(Status::Breached { at: 20 })),
        (leaving, Input::Break, 20, Ok(leaving)),
        (breached, Input::Repair, 20, Ok(active)),
        (active, Input::Abandon, 20, Ok(Status::Left { at: 20 })),
        (leaving, Input::Abandon, 20, Ok(Status::Left { at: 20 })),
        (left, Input::Announce, 20, ended),
        (left, Input::Break, 20, ended),
        (left, Input::Abandon, 20, ended),
        (left, Input::Repair, 20, ended),
    ] {
        let done = exit::apply(status, input, now, 5).map(|(status, _)| status);
        assert_eq!(done, expected, "{status:?} {input:?} in {now}");
    }
}

#[test]
fn the_chain_sees_three_broken_promises_in_this_order() {
    let kept = Sight {
        cut_enabled: true,
        owner_registered: true,
        leaving: false,
        last_artifact: 100,
        now: 120,
    };
    let terms = all_terms();
    assert_eq!(visible(&terms, kept), None);
    // Two periods of ten blocks have passed.
    let late = Sight { now: 121, ..kept };
    assert_eq!(visible(&terms, late), Some(Breach::ArtifactMissed));
    let none = Terms {
        artifact_period: 0,
        open_after: 0,
        ..terms
    };
    assert_eq!(visible(&none, Sight { now: u64::MAX, ..kept }), None);
    let gone = Sight {
        owner_registered: false,
        ..late
    };
    assert_eq!(visible(&terms, gone), Some(Breach::OwnerGone));
    assert_eq!(
        visible(&terms, Sight { leaving: true, ..gone }),
        Some(Breach::ArtifactMissed)
    );
    let off = Sight {
        cut_enabled: false,
        ..gone
    };
    assert_eq!(visible(&terms, off), Some(Breach::CutOff));
    let only_vests = Terms {
        pledge: PerMillion::ZERO,
        ..terms
    };
    let only_pledged = Terms {
        vesting_half_life: 0,
        ..terms
    };
    let neither = Terms {
        pledge: PerMillion::ZERO,
        vesting_half_life: 0,
        ..terms
    };
    let switched = Sight {
        cut_enabled: false,
        ..kept
    };
    assert_eq!(visible(&only_vests, switched), Some(Breach::CutOff));
    assert_eq!(visible(&only_pledged, switched), Some(Breach::CutOff));
    assert_eq!(visible(&neither, switched), None);
}

pub fn report(decisions: Vec<(u64, bool)>) -> Report<u64> {
    Report {
        id: 0,
        reporter: 1,
        deposit: Tao(1),
        evidence: [0; 32],
        at: 5,
        deadline: 20,
        decisions,
        ballots: Vec::new(),
    }
}

#[test]
fn arbiters_uphold_at_the_threshold_and_refuse_once_it_is_out_of_reach() {
    let arbiters = Arbiters {
        accounts: vec![1, 2, 3],
        threshold: 2,
    };
    let open = Err(Error::ReportUndecided);
    for (said, now, expected) in [
        (vec![], 20, open),
        (vec![], 21, Ok(Verdict::Lapsed)),
        (vec![(1, true)], 20, open),
        (vec![(1, true), (2, true)], 20, Ok(Verdict::Upheld)),
        (vec![(1, true), (2, true)], 21, Ok(Verdict::Upheld)),
        (vec![(1, false)], 20, open),
        (vec![(1, false)], 21, Ok(Verdict::Lapsed)),
        (vec![(1, false), (2, true)], 20, open),
        (vec![(1, false), (2, false)], 20, Ok(Verdict::Refused)),
    ] {
        assert_eq!(
            report(said.clone()).by_arbiters(&arbiters, now),
            expected,
            "{said:?} in {now}"
        );
    }
    for (threshold, refusals, expected) in [(3, 1, Ok(Verdict::Refused)), (1, 2, open), (1, 3, Ok(Verdict::Refused))] {
        let arbiters = Arbiters {
            threshold,
            ..arbiters.clone()
        };
        let said = (1..=refusals).map(|who| (who, false)).collect();
        assert_eq!(
            report(said).by_arbiters(&arbiters, 20),
            expected,
            "{threshold}: {refusals}"
        );
    }
    let mut report = report(vec![]);
    assert_eq!(report.decide(&arbiters, 4, true, 20), Err(Error::NotArbiter));
    assert_eq!(report.decide(&arbiters, 1, true, 21), Err(Error::ReportClosed));
    report.decide(&arbiters, 1, true, 20).unwrap();
    assert_eq!(report.decide(&arbiters, 1, false, 20), Err(Error::AlreadyVoted));
    assert_eq!(report.decisions, [(1, true)]);
}

#[test]
fn holders_need_a_quarter_of_the_alpha_and_a_majority() {
    let by = |yes, no, now| report(vec![]).by_holders(Alpha(yes), Alpha(no), Alpha(100), now);
    assert_eq!(by(100, 0, 20), Err(Error::ReportUndecided));
    for (yes, no, verdict) in [
        (24, 0, Verdict::Lapsed),
        (25, 0, Verdict::Upheld),
        (13, 12, Verdict::Upheld),
        (13, 13, Verdict::Refused),
        (12, 13, Verdict::Refused),
        (0, 24, Verdict::Lapsed),
        (0, 25, Verdict::Refused),
    ] {
        assert_eq!(by(yes, no, 21), Ok(verdict), "{yes} : {no}");
    }
    // Nobody's vote decides nothing, however little alpha there is.
    let nothing = report(vec![]).by_holders(Alpha(0), Alpha(0), Alpha(0), 21);
    assert_eq!(nothing, Ok(Verdict::Lapsed));
}

fn ballot(coldkey: u64, hotkey: u64, alpha: u64, yes: bool) -> Ballot<u64> {
    Ballot {
        coldkey,
        hotkey,
        alpha: Alpha(alpha),
        yes,
    }
}

#[test]
fn a_larger_stake_displaces_the_smallest_of_sixty_four() {
    let mut ballots = Vec::new();
    let cast = |ballots: &mut Vec<Ballot<u64>>, ballot| {
        let now: Vec<Alpha> = ballots.iter().map(|ballot| ballot.alpha).collect();
        cast(ballots, ballot, &now)
    };
    for who in 0..MAX_BALLOTS as u64 {
        cast(&mut ballots, ballot(who, 0, 10 + who, true)).unwrap();
    }
    assert_eq!(cast(&mut ballots, ballot(100, 0, 10, true)), Err(Error::TooSmall));
    assert_eq!(cast(&mut ballots, ballot(100, 0, 0, true)), Err(Error::NoStake));
    cast(&mut ballots, ballot(100, 0, 11, false)).unwrap();
    assert_eq!(ballots.len(), MAX_BALLOTS);
    assert!(ballots.iter().all(|ballot| ballot.coldkey != 0));
    // A stake is a coldkey with a hotkey.
    cast(&mut ballots, ballot(7, 0, 1, false)).unwrap();
    assert_eq!(ballots.iter().filter(|ballot| ballot.coldkey == 7).count(), 1);
    cast(&mut ballots, ballot(7, 1, 500, false)).unwrap();
    assert_eq!(
        ballots.iter().filter(|ballot| ballot.coldkey == 7).count(),
        1,
        "the smallest was its other"
    );
}

#[test]
fn places_are_given_by_what_ballots_weigh_now() {
    let full: Vec<_> = (0..MAX_BALLOTS as u64).map(|who| ballot(who, 0, 1_000, true)).collect();
    let mut now = vec![Alpha(2_000); MAX_BALLOTS];
    now[9] = Alpha(5);
    let mut ballots = full.clone();
    assert_eq!(cast(&mut ballots, ballot(100, 0, 5, true), &now), Err(Error::TooSmall));
    cast(&mut ballots, ballot(100, 0, 6, true), &now).unwrap();
    assert_eq!(ballots[9], ballot(100, 0, 6, true), "the one whose stake is gone");
    // Nobody weighs more than when the vote was cast, nor anything that is not known.
    let mut ballots = full.clone();
    now[9] = Alpha(2_000);
    assert_eq!(
        cast(&mut ballots, ballot(100, 0, 1_000, true), &now),
        Err(Error::TooSmall)
    );
    cast(&mut ballots, ballot(100, 0, 1_001, true), &now).unwrap();
    assert_eq!(ballots[0], ballot(100, 0, 1_001, true));
    let mut ballots = full;
    cast(&mut ballots, ballot(100, 0, 1, true), &now[1..]).unwrap();
    assert_eq!(ballots[63], ballot(100, 0, 1, true));
}

#[test]
fn a_vote_counts_the_lesser_of_then_and_now() {
    let ballots = [ballot(1, 0, 10, true), ballot(2, 0, 20, false), ballot(3, 0, 30, true)];
    let all = count(&ballots, |_| Alpha(u64::MAX));
    assert_eq!(all, Ok((Alpha(40), Alpha(20))));
    assert_eq!(
        count_in_order(&ballots, &[Alpha(4), Alpha(50)]),
        Ok((Alpha(4), Alpha(20)))
    );
}
