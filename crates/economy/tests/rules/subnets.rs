//! When epochs run, what may be set, mechanisms, registration of subnets.

use tributary_economy::{
    Alpha, Error, MechId, NetUid, NetUidStorageIndex, PerMillion, Tao, UNIT,
    bounds::{
        OutOfBounds, UidsRefused, check_alpha_values, check_max_uids, check_min_uids, check_reveal_period,
        is_activity_cutoff, is_activity_cutoff_factor, is_childkey_take, is_max_burn, is_max_epochs, is_max_mechanisms,
        is_max_validators, is_min_burn, is_root_claim_threshold, is_root_claims, may_set_bonds_moving_average,
        may_set_steepness, owner_may_set_tempo,
    },
    epoch::EpochOutput,
    fixed::{I96F32, U64F64},
    mechanisms::{aggregate, check_count, check_split, split},
    moving_price,
    presets::Preset,
    registration::{decay, decay_factor, dissolve_payouts, is_symbol, lowest_free, median_price, symbol},
    rule_sets::RuleSet,
    schedule::{LONGEST_WAIT, Schedule, TriggerRefused, Turn, activity_cutoff, staggered},
};

const SCHEDULE: Schedule = Schedule {
    tempo: 100,
    last_epoch_block: 1_000,
    pending_epoch_at: 0,
    blocks_since_last_step: 0,
};

/// `docs/rules/epochs.md#due`.
#[test]
fn an_epoch_is_due_a_tempo_after_the_last_or_at_an_extra_one_or_after_too_long_a_wait() {
    let extra = Schedule {
        pending_epoch_at: 1_050,
        ..SCHEDULE
    };
    let waited = |blocks| Schedule {
        blocks_since_last_step: blocks,
        ..SCHEDULE
    };
    let stopped = Schedule { tempo: 0, ..extra };
    for (schedule, block, due) in [
        (SCHEDULE, 1_099, false),
        (SCHEDULE, 1_100, true),
        (extra, 1_049, false),
        (extra, 1_050, true),
        (waited(LONGEST_WAIT), 1_001, false),
        (waited(LONGEST_WAIT + 1), 1_001, true),
        (stopped, 9_999, false),
    ] {
        assert_eq!(schedule.is_due(block), due, "{schedule:?} at {block}");
    }
    assert_eq!(SCHEDULE.turn(1_100, 1, 2), Turn::Run);
    assert_eq!(SCHEDULE.turn(1_100, 2, 2), Turn::Defer { until: 1_101 });
    assert_eq!(SCHEDULE.turn(1_099, 2, 2), Turn::Wait);
}

/// `docs/rules/epochs.md#due`.
#[test]
fn the_next_epoch_is_the_tempos_or_an_earlier_extra_one() {
    let with = |tempo, pending_epoch_at| Schedule {
        tempo,
        pending_epoch_at,
        ..SCHEDULE
    };
    assert_eq!(with(100, 0).next_epoch(), Some(1_100));
    assert_eq!(with(100, 1_050).next_epoch(), Some(1_050));
    assert_eq!(with(100, 1_150).next_epoch(), Some(1_100));
    assert_eq!(with(0, 1_050).next_epoch(), None);
    assert_eq!(with(100, 0).blocks_until_next(1_099), 1);
    assert_eq!(with(100, 0).blocks_until_next(1_200), 0);
    assert_eq!(with(0, 0).blocks_until_next(1_099), u64::MAX);
}

/// `docs/rules/epochs.md#calls-of-the-owner`: the automatic epoch is at least the freeze window away.
#[test]
fn an_extra_epoch_needs_a_whole_freeze_window_before_the_next() {
    assert_eq!(SCHEDULE.trigger(1_090, 10, false), Ok(1_100));
    assert_eq!(
        SCHEDULE.trigger(1_091, 10, false),
        Err(TriggerRefused::AutoEpochAlreadyImminent)
    );
    let pending = Schedule {
        pending_epoch_at: 1,
        ..SCHEDULE
    };
    assert_eq!(
        pending.trigger(1_000, 10, false),
        Err(TriggerRefused::EpochTriggerAlreadyPending)
    );
    assert_eq!(
        pending.trigger(1_000, 10, true),
        Err(TriggerRefused::DynamicTempoBlockedByCommitReveal)
    );
}

/// `docs/rules/epochs.md#freeze-window`.
#[test]
fn parameters_are_frozen_within_the_window_and_while_an_extra_epoch_is_ahead() {
    let with = |tempo, pending_epoch_at| Schedule {
        tempo,
        pending_epoch_at,
        ..SCHEDULE
    };
    for (schedule, block, freeze, open) in [
        (with(100, 0), 1_090, 10, true),
        (with(100, 0), 1_091, 10, false),
        (with(100, 0), 1_500, 0, true),
        (with(100, 1_050), 1_049, 10, false),
        (with(100, 1_050), 1_050, 10, true),
        (with(100, 1_050), 1_095, 10, false),
        (with(0, 0), 1_091, 10, true),
        (with(0, 9_999), 1_091, 10, true),
    ] {
        assert_eq!(
            schedule.admin_window_is_open(block, freeze),
            open,
            "{schedule:?} at {block}"
        );
    }
}

/// `docs/rules/hyperparameters.md#setters`.
#[test]
fn bounds_of_hyperparameters_are_where_the_table_has_them() {
    use OutOfBounds::*;
    for (low, high, expected) in [
        (1_638, 1_638, Ok(())),
        (1_637, 1_638, Err(AlphaLowOutOfRange)),
        (1_638, 1_637, Err(AlphaHighTooLow)),
        (1_700, 1_700, Ok(())),
        (1_701, 1_700, Err(AlphaLowOutOfRange)),
        (1_638, u16::MAX, Ok(())),
    ] {
        assert_eq!(check_alpha_values(low, high), expected, "{low} {high}");
    }
    let period = [0, 1, 100, 101].map(check_reveal_period);
    assert_eq!(
        period,
        [Err(RevealPeriodTooSmall), Ok(()), Ok(()), Err(RevealPeriodTooLarge)]
    );
    assert_eq!(
        [359, 360, 50_400, 50_401].map(owner_may_set_tempo),
        [false, true, true, false]
    );
    assert_eq!(
        [999, 1_000, 50_000, 50_001].map(is_activity_cutoff_factor),
        [false, true, true, false]
    );
    assert_eq!(
        [975_000, 975_001].map(|value| may_set_bonds_moving_average(value, false)),
        [true, false]
    );
    assert!(may_set_bonds_moving_average(u64::MAX, true));
    assert_eq!(
        [0, -1].map(|steepness| may_set_steepness(steepness, false)),
        [true, false]
    );
    assert!(may_set_steepness(-1, true));
}

/// `docs/rules/hyperparameters.md#setters`: below 1 TAO, above 0.1 TAO, and the one below the other.
#[test]
fn burns_stay_on_their_side_of_a_limit_and_of_each_other() {
    let tao = |tenths: u64| Tao(tenths * UNIT / 10);
    assert!(is_min_burn(Tao(UNIT - 1), tao(20)));
    assert!(!is_min_burn(Tao(UNIT), tao(20)));
    assert!(is_min_burn(tao(4), Tao(tao(4).0 + 1)));
    assert!(!is_min_burn(tao(4), tao(4)));
    assert!(is_max_burn(Tao(tao(1).0 + 1), Tao::ZERO));
    assert!(!is_max_burn(tao(1), Tao::ZERO));
    assert!(is_max_burn(Tao(tao(4).0 + 1), tao(4)));
    assert!(!is_max_burn(tao(4), tao(4)));
}

/// `docs/rules/yuma.md#mechanisms`.
#[test]
fn mechanisms_are_one_to_the_most_and_share_256_uids() {
    for (count, most, uids, expected) in [
        (0, 2, 1, Err(Error::InvalidValue)),
        (1, 2, 256, Ok(())),
        (1, 2, 257, Err(Error::TooManyUIDsPerMechanism)),
        (2, 2, 128, Ok(())),
        (2, 2, 129, Err(Error::TooManyUIDsPerMechanism)),
        (3, 2, 1, Err(Error::InvalidValue)),
        (16, 255, 16, Ok(())),
        (17, 255, 1, Err(Error::InvalidValue)),
    ] {
        assert_eq!(
            check_count(count, most, uids),
            expected,
            "{count} of {most}, {uids} uids"
        );
    }
}

/// `docs/rules/yuma.md#mechanisms`.
#[test]
fn a_split_has_a_part_for_at_most_each_mechanism_and_adds_up_to_all() {
    let refused = Err(Error::InvalidValue);
    assert_eq!(check_split(&[65_535], 1), Ok(()));
    assert_eq!(check_split(&[65_535], 2), Ok(()));
    assert_eq!(check_split(&[30_000, 35_535], 2), Ok(()));
    assert_eq!(check_split(&[30_000, 35_535], 1), refused);
    assert_eq!(check_split(&[30_000, 35_534], 2), refused);
    assert_eq!(check_split(&[65_535, 1], 2), refused);
    assert_eq!(check_split(&[], 2), refused);
    // 10 · 30000 / 65535 = 4.57…, 10 · 35535 / 65535 = 5.42…: one is left for the first.
    assert_eq!(split(Alpha(10), 2, Some(&[30_000, 35_535])), [Alpha(5), Alpha(5)]);
    assert_eq!(split(Alpha(11), 2, None), [Alpha(6), Alpha(5)]);
}

/// `docs/rules/yuma.md#mechanisms`: means are weighted by parts of the emission; without any the first counts alone.
#[test]
fn mechanisms_are_weighed_by_their_emission_and_without_any_the_first_counts_alone() {
    let output = |dividends| EpochOutput {
        active: vec![true],
        validator_permit: vec![true],
        stake_weight: vec![dividends],
        consensus: vec![dividends],
        dividends: vec![dividends],
        validator_trust: vec![dividends],
        emission: vec![Alpha(dividends.into())],
        server_emission: vec![Alpha(1)],
        validator_emission: vec![Alpha(2)],
        stake: vec![3],
        ..EpochOutput::default()
    };
    let all = aggregate(&[(Alpha(1), output(100)), (Alpha(3), output(20))], Alpha(4));
    // 100 / 4 + 20 · 3 / 4.
    assert_eq!((all.dividends, all.emission), (vec![40], vec![Alpha(40)]));
    let none = aggregate(&[(Alpha(0), output(100)), (Alpha(0), output(20))], Alpha(0));
    assert_eq!(
        (none.dividends, none.stake_weight, none.consensus),
        (vec![100], vec![100], vec![100])
    );
    assert_eq!((none.validator_trust, none.emission), (vec![100], vec![Alpha(100)]));
    assert_eq!(
        (none.server_emission, none.validator_emission, none.stake),
        (vec![Alpha(2)], vec![Alpha(4)], vec![6])
    );
}

/// `docs/rules/block.md#coinbase`.
#[test]
fn the_moving_price_is_one_on_root_and_on_stable_subnets() {
    let stored = I96F32::from_num(0.25);
    let (one, quarter) = (U64F64::from_num(1), U64F64::from_num(0.25));
    assert_eq!(moving_price::effective(NetUid(1), 1, stored), quarter);
    assert_eq!(moving_price::effective(NetUid(1), 0, stored), one);
    assert_eq!(moving_price::effective(NetUid::ROOT, 1, stored), one);
    assert_eq!(moving_price::effective(NetUid::ROOT, 0, stored), one);
}

/// `docs/rules/neurons.md#price`: each block after the first.
#[test]
fn the_price_of_a_neuron_falls_in_each_block_after_the_first() {
    let (min, max) = (Tao(500_000), Tao(100 * UNIT));
    let fallen = Tao(((u128::from(UNIT) * 4_286_705_684) >> 32) as u64);
    assert_eq!(decay(Tao(UNIT), 360, 1, min, max), Tao(UNIT));
    assert_eq!(decay(Tao(UNIT), 360, 2, min, max), fallen);
    assert_eq!(decay(Tao(1), 360, 1, min, max), min);
    assert_eq!(decay(Tao(u64::MAX), 360, 1, min, max), max);
    assert_eq!([0, 360].map(decay_factor), [1 << 32, 4_286_705_684]);
}

/// `docs/rules/subnets.md#a-new-subnet` step 1.
#[test]
fn a_new_subnet_starts_at_the_median_of_the_prices_above_zero() {
    let median =
        |prices: &[u64]| median_price(&prices.iter().map(|price| U64F64::from_num(*price)).collect::<Vec<_>>());
    assert_eq!(median(&[]), 1);
    assert_eq!(median(&[0, 0]), 1);
    assert_eq!(median(&[0, 8]), 8);
    assert_eq!(median(&[0, 0, 8, 2]), 5);
    assert_eq!(median(&[9, 2, 0, 8]), 8);
}

/// `docs/rules/subnets.md#a-new-subnet` step 4.
#[test]
fn a_subnet_has_its_own_symbol_or_the_first_free_one() {
    let all: Vec<Vec<u8>> = (0..439).map(|netuid| symbol(NetUid(netuid), &[])).collect();
    assert!(
        all.iter()
            .all(|one| is_symbol(one) && std::str::from_utf8(one).is_ok_and(|one| one.chars().count() == 1))
    );
    let distinct: std::collections::BTreeSet<_> = all.iter().collect();
    assert_eq!(distinct.len(), 439);
    assert_eq!(
        (all[0].as_slice(), all[1].as_slice(), all[2].as_slice()),
        ("Τ".as_bytes(), "α".as_bytes(), "β".as_bytes())
    );
    assert!(!is_symbol(b"") && !is_symbol(b"A"));
    // Beyond the table the entry of root is looked at first.
    assert_eq!(symbol(NetUid(439), &[]), all[0]);
    assert_eq!(symbol(NetUid(439), &all[..1]), all[1]);
    assert_eq!(symbol(NetUid(5), &[all[5].clone(), all[1].clone()]), all[2]);
    assert_eq!(symbol(NetUid(5), &all[..438]), all[438]);
    assert_eq!(symbol(NetUid(5), &all), all[0]);
    assert_eq!(lowest_free(|netuid| netuid.0 < 7), NetUid(7));
}

/// `docs/rules/emission.md#rule-sets`.
#[test]
fn each_rule_set_does_what_its_line_of_the_table_says() {
    for (rules, flow, burn, gate, buys) in [
        (RuleSet::Dtao, false, false, false, false),
        (RuleSet::TaoFlow, true, false, false, false),
        (RuleSet::ChainBuys, true, false, false, true),
        (RuleSet::RootPrice, false, true, false, true),
        (RuleSet::PriceBurn, false, true, false, true),
        (RuleSet::Gate, false, true, true, true),
        (RuleSet::Gate32, false, true, true, true),
    ] {
        let found = (
            rules.follows_flow(),
            rules.counts_burn(),
            rules.gated(),
            rules.buys_with_excess(),
        );
        assert_eq!(found, (flow, burn, gate, buys), "{rules:?}");
    }
    for pair in RuleSet::DATED.windows(2) {
        assert_eq!(RuleSet::at(pair[1].0 - 1), pair[0].1);
        assert_eq!(RuleSet::at(pair[1].0), pair[1].1);
    }
}

#[test]
fn a_part_is_at_most_one() {
    assert!(PerMillion(1_000_000).is_part() && !PerMillion(1_000_001).is_part());
    assert_eq!(PerMillion::new(1_000_000), Some(PerMillion::ONE));
    assert_eq!(PerMillion::new(1_000_001), None);
    assert_eq!(PerMillion(500_000).of(7), 3);
    assert_eq!(PerMillion(2_000_000).of(7), 7);
}

/// `docs/rules/subnets.md#dissolving`: floors, and what they leave to the largest remainders.
#[test]
fn a_dissolved_pool_is_paid_out_to_the_last_rao() {
    for (pot, claims, payouts) in [
        (100, vec![1, 1, 2], vec![25, 25, 50]),
        // 3.33 each: the first of equals gets the one.
        (10, vec![1, 1, 1], vec![4, 3, 3]),
        // 1.4, 2.8 and 2.8: two are left, and the larger remainders get them.
        (7, vec![1, 2, 2], vec![1, 3, 3]),
        (u64::MAX, vec![u64::MAX, u64::MAX], vec![1 << 63, (1 << 63) - 1]),
        (5, vec![0, 3], vec![0, 5]),
        (5, vec![0, 0], vec![0, 0]),
        (5, vec![], vec![]),
    ] {
        assert_eq!(dissolve_payouts(pot, &claims), payouts, "{pot} to {claims:?}");
    }
}

/// `docs/rules/epochs.md#activity`.
#[test]
fn the_activity_cutoff_is_thousandths_of_the_tempo_and_one_block_at_least() {
    for (factor, tempo, blocks) in [
        (13_888, 360, 4_999),
        (1_000, 360, 360),
        (1_500, 3, 4),
        (999, 1, 1),
        (0, 360, 1),
        (u32::MAX, u16::MAX, 281_470_681_677),
    ] {
        assert_eq!(activity_cutoff(factor, tempo), blocks, "{factor} of {tempo}");
    }
}

/// `docs/rules/subnets.md#a-new-subnet` step 2.
#[test]
fn epochs_of_subnets_of_one_tempo_fall_into_different_blocks() {
    for (block, tempo, netuid, last) in [
        (1_000, 360, 0, 1_000),
        (1_000, 360, 7, 993),
        (1_000, 360, 361, 999),
        (1_000, 0, 7, 1_000),
        (3, 360, 7, 0),
    ] {
        assert_eq!(staggered(block, tempo, NetUid(netuid)), last, "{netuid} at {block}");
    }
}

/// `docs/rules/yuma.md#mechanisms`.
#[test]
fn a_key_of_a_mechanism_says_whose_it_is() {
    for (netuid, mecid, key) in [
        (0, 0, 0),
        (12, 0, 12),
        (12, 1, 4_108),
        (4_095, 15, 65_535),
        (12, 16, 65_535),
    ] {
        assert_eq!(NetUid(netuid).index(MechId(mecid)), NetUidStorageIndex(key));
        if key != 65_535 {
            assert_eq!(NetUidStorageIndex(key).split(), (NetUid(netuid), MechId(mecid)));
        }
    }
    assert_eq!(NetUidStorageIndex(65_535).split(), (NetUid(4_095), MechId(15)));
}

#[test]
fn presets_are_called_as_commands_and_genesis_files_call_them() {
    assert_eq!(Preset::ALL.map(Preset::name), ["mainnet", "local", "fast"]);
}

/// `docs/rules/hyperparameters.md`.
#[test]
fn a_number_of_neurons_fits_the_other_bound_those_there_are_and_the_mechanisms() {
    use UidsRefused::{AcrossTheOther, AcrossThePresent, TooMany, TooManyPerMechanism};
    for (uids, mechanisms, expected) in [
        (63, 1, Err(AcrossTheOther)),
        (64, 1, Err(AcrossThePresent)),
        (70, 1, Ok(())),
        (256, 1, Ok(())),
        (257, 1, Err(TooMany)),
        (128, 2, Ok(())),
        (129, 2, Err(TooManyPerMechanism)),
    ] {
        assert_eq!(
            check_max_uids(uids, 64, 70, mechanisms),
            expected,
            "{uids} {mechanisms}"
        );
    }
    for (uids, expected) in [
        (69, Ok(())),
        (70, Err(AcrossThePresent)),
        (99, Err(AcrossThePresent)),
        (100, Err(AcrossTheOther)),
    ] {
        assert_eq!(check_min_uids(uids, 100, 70), expected, "{uids}");
    }
}

/// `docs/rules/hyperparameters.md`, `docs/rules/root.md`.
#[test]
fn bounds_belong_to_what_they_bound() {
    assert!(is_root_claims(50) && !is_root_claims(51));
    assert!(is_root_claim_threshold(10_000_000) && !is_root_claim_threshold(10_000_001));
    assert!(is_max_validators(64, 64) && !is_max_validators(65, 64));
    assert!(is_activity_cutoff(360, 360) && !is_activity_cutoff(359, 360));
    assert!(is_childkey_take(5, 5, 9) && is_childkey_take(9, 5, 9));
    assert!(!is_childkey_take(4, 5, 9) && !is_childkey_take(10, 5, 9));
    assert!(is_max_mechanisms(1) && is_max_mechanisms(16) && !is_max_mechanisms(0) && !is_max_mechanisms(17));
    assert!(is_max_epochs(1) && !is_max_epochs(0));
}
