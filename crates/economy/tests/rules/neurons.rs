//! Who stays, what may be published, takes, rate limits.

use tributary_economy::{
    Alpha, Error, UNIT,
    delegation::{
        ChildkeyTake, ChildkeyTakeRefused, MAX_PARENTS, NoRoom, check_decrease, check_increase, check_take,
        children_apply, daily, displaced, effective_childkey_take, lent, may_have_children, may_lend, return_per_1000,
    },
    pruning::{Candidate, choose, is_immune, may_trim, trim},
    rate_limits,
    serving::{CHAIN_IDENTITY, SUBNET_IDENTITY, identity_fits, is_address, parse_certificate},
};

/// `docs/rules/neurons.md#pruning` step 2.
#[test]
fn a_neuron_is_immune_until_its_period_has_passed() {
    assert!(is_immune(109, 100, 10));
    assert!(!is_immune(110, 100, 10));
    assert!(!is_immune(100, 100, 0));
    assert!(is_immune(99, 100, 1));
}

fn neuron(uid: u16, emission: u64, immune: bool) -> Candidate {
    Candidate {
        uid,
        emission: Alpha(emission),
        registered_at: 0,
        immune,
        immortal: false,
    }
}

/// `docs/rules/neurons.md#pruning` steps 3 and 4.
#[test]
fn the_worst_mortal_neuron_goes_or_else_the_worst_immune_one() {
    let old = Candidate {
        registered_at: 1,
        ..neuron(3, 2, false)
    };
    let all = [
        neuron(0, 1, true),
        Candidate {
            registered_at: 2,
            ..neuron(1, 2, false)
        },
        old,
        neuron(2, 9, false),
    ];
    assert_eq!(choose(&all, 2), Some(3));
    assert_eq!(choose(&all, 3), Some(0));
    assert_eq!(choose(&all[1..], 3), None);
    let immortal = all.map(|one| Candidate { immortal: true, ..one });
    assert_eq!(choose(&immortal, 0), None);
}

/// `docs/rules/neurons.md#trimming`.
#[test]
fn a_subnet_is_trimmed_if_fewer_than_80_percent_stay_anyway() {
    assert!(may_trim(79, 100) && !may_trim(80, 100));
    assert!(may_trim(799, 1_000) && !may_trim(800, 1_000));
    assert!(!may_trim(0, 0));
    let immune = [neuron(0, 0, true), neuron(1, 0, true)];
    assert_eq!(trim(&immune, 1), Err(Error::TrimmingWouldExceedMaxImmunePercentage));
    // Where nobody has to go nothing is asked.
    assert_eq!(trim(&immune, 2), Ok(vec![0, 1]));
    assert_eq!(trim(&immune, 3), Ok(vec![0, 1]));
}

/// `docs/rules/endpoints.md#axon`.
#[test]
fn addresses_are_neither_loopback_nor_broadcast_and_zero_only_where_allowed() {
    let v4 = u128::from(u32::MAX);
    for (kind, ip, allow_zero, valid) in [
        (4, v4 - 1, false, true),
        (4, v4, false, false),
        (4, v4 + 1, false, false),
        (4, 0x7f00_0001, true, false),
        (4, 0x7f00_0002, false, true),
        (4, 0x0a00_0001, false, true),
        (6, v4, false, true),
        (6, 1, true, false),
        (6, 2, false, true),
        (6, u128::MAX, false, false),
        (6, u128::MAX - 1, false, true),
        (5, 2, true, false),
        (4, 0, true, true),
        (4, 0, false, false),
        (6, 0, true, true),
        (6, 0, false, false),
        (5, 0, true, false),
    ] {
        assert_eq!(is_address(kind, ip, allow_zero), valid, "{kind} {ip:x} {allow_zero}");
    }
    let bytes = [7; 66];
    assert_eq!(parse_certificate(&bytes[..65]), Some((7, &bytes[..64])));
    assert_eq!(parse_certificate(&bytes), None);
    assert_eq!(parse_certificate(&[7]), Some((7, &[][..])));
    assert_eq!(parse_certificate(&[]), None);
}

/// `docs/rules/endpoints.md#identity-of-a-coldkey` and `docs/rules/endpoints.md#identity-of-a-subnet`.
#[test]
fn an_identity_fits_if_each_of_its_fields_does() {
    let coldkey = [256, 256, 256, 1_024, 256, 1_024, 1_024];
    let subnet = [256, 1_024, 1_024, 1_024, 256, 1_024, 1_024, 1_024];
    for (table, largest) in [(&CHAIN_IDENTITY[..], &coldkey[..]), (&SUBNET_IDENTITY[..], &subnet[..])] {
        assert!(identity_fits(table, largest));
        assert!(identity_fits(table, &vec![0; largest.len()]));
        for field in 0..largest.len() {
            let mut longer = largest.to_vec();
            longer[field] += 1;
            assert!(!identity_fits(table, &longer), "{}", table[field].0);
        }
        assert!(!identity_fits(table, &largest[1..]));
        assert!(!identity_fits(table, &[largest, &[0]].concat()));
    }
}

/// `docs/rules/delegation.md#delegate-take`.
#[test]
fn takes_move_within_their_bounds_and_not_too_often() {
    let low = Err(Error::DelegateTakeTooLow);
    let high = Err(Error::DelegateTakeTooHigh);
    for (take, expected) in [(49, low), (50, Ok(())), (200, Ok(())), (201, high)] {
        assert_eq!(check_take(take, 50, 200), expected, "{take}");
    }
    for (current, take, expected) in [
        (Some(100), 99, Ok(())),
        (Some(100), 100, low),
        (Some(100), 101, low),
        (None, 49, Ok(())),
    ] {
        assert_eq!(check_decrease(current, take), expected, "{current:?} {take}");
    }
    let too_fast = Err(Error::DelegateTxRateLimitExceeded);
    for (current, take, last, block, expected) in [
        (Some(100), 100, 0, 1, low),
        (Some(100), 101, 0, 1, Ok(())),
        (None, 0, 0, 1, Ok(())),
        (Some(100), 200, 0, 1, Ok(())),
        (Some(100), 101, 5, 15, too_fast),
        (Some(100), 101, 5, 16, Ok(())),
    ] {
        assert_eq!(
            check_increase(current, take, last, block, 10),
            expected,
            "{current:?} {take} {last} {block}"
        );
    }
}

/// `docs/rules/delegation.md#childkey-take`.
#[test]
fn a_childkey_take_moves_within_its_range_and_rises_rarely() {
    let present = ChildkeyTake {
        stored: 30,
        least: 10,
        least_here: 20,
        most: 100,
        last_change: 5,
        block: 14,
        limit: 10,
    };
    let (range, soon) = (Err(ChildkeyTakeRefused::OutOfRange), Err(ChildkeyTakeRefused::TooSoon));
    for (take, expected) in [
        (19, range),
        (20, Ok(())),
        (30, Ok(())),
        (31, soon),
        (100, soon),
        (101, range),
    ] {
        assert_eq!(present.check(take), expected, "{take}");
    }
    let later = ChildkeyTake { block: 15, ..present };
    assert_eq!(later.check(100), Ok(()));
    // What counts is the effective take: up to the minimum it does not rise.
    assert_eq!(ChildkeyTake { stored: 0, ..present }.check(20), Ok(()));
    assert_eq!(ChildkeyTake { stored: 0, ..present }.check(21), soon);
}

/// `docs/rules/delegation.md#children` check 11.
#[test]
fn children_need_stake_but_those_of_the_owner_and_none() {
    for (any, of_owner, value, expected) in [
        (true, false, 9, false),
        (true, false, 10, true),
        (true, true, 0, true),
        (false, false, 0, true),
    ] {
        assert_eq!(may_have_children(any, of_owner, value, 10), expected);
    }
}

/// `docs/rules/delegation.md#childkey-take`.
#[test]
fn a_childkey_keeps_the_largest_of_its_take_and_the_two_minima() {
    for (stored, minimum, of_subnet, expected) in [(9, 2, 3, 9), (1, 8, 3, 8), (1, 2, 7, 7), (0, 0, 0, 0)] {
        assert_eq!(effective_childkey_take(stored, minimum, of_subnet), expected);
    }
}

/// `docs/rules/delegation.md#children`.
#[test]
fn children_apply_after_their_block_and_lend_no_more_than_there_is() {
    assert!(!children_apply(10, 10, true) && children_apply(10, 11, true) && children_apply(10, 9, false));
    assert!(may_lend([u64::MAX - 1, 1].into_iter()) && !may_lend([u64::MAX, 1].into_iter()));
    // Half of both stakes, each by floor.
    assert_eq!(lent(u64::MAX / 2 + 1, 4, 8), 6);
    let full = vec![9; MAX_PARENTS];
    assert_eq!(displaced(full[1..].iter().copied(), 0), Ok(None));
    assert_eq!(displaced(full.iter().copied(), 9), Err(NoRoom));
    assert_eq!(displaced(full.iter().copied(), 10), Ok(Some(0)));
}

#[test]
fn previews_of_a_days_return_follow_tempo_take_and_stake() {
    // Twenty epochs a day; without tempo none.
    assert_eq!(daily(7, 360), 140);
    assert_eq!(daily(7, 0), 0);
    assert_eq!(daily(u64::MAX, 360), u64::MAX);
    // 2 TAO a day on 4,000 TAO are half a TAO on 1,000.
    assert_eq!(return_per_1000(2 * UNIT, 0, 4_000 * UNIT), UNIT / 2);
    assert_eq!(return_per_1000(2 * UNIT, u16::MAX, 4_000 * UNIT), 0);
    assert_eq!(return_per_1000(65_535, 13_107, 1_000 * UNIT), 52_428);
    assert_eq!(return_per_1000(1, 0, 0), 0);
}

/// `docs/rules/hyperparameters.md#rate-limits`.
#[test]
fn rate_limits_pass_at_their_distance_and_the_strict_ones_after_it() {
    for (last, block, limit, common, strict) in [
        (0, 1, 10, true, true),
        (5, 14, 10, false, false),
        (5, 15, 10, true, false),
        (5, 16, 10, true, true),
        (5, 5, 0, true, true),
    ] {
        assert_eq!(
            rate_limits::passes(last, block, limit),
            common,
            "{last} {block} {limit}"
        );
        assert_eq!(
            rate_limits::passes_strictly(last, block, limit),
            strict,
            "{last} {block} {limit}"
        );
    }
    assert_eq!(rate_limits::of_owner(u16::MAX, u16::MAX), 65_535 * 65_535);
    assert_eq!(rate_limits::of_version_key(360, 5), 1_800);
    assert_eq!(rate_limits::of_version_key(2, u64::MAX), u64::MAX);
    assert_eq!(rate_limits::coldkey_swap_from(10, 5), 15);
    assert_eq!(rate_limits::coldkey_swap_open_from(15, 7), 22);
}
