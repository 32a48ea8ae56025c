//! What single mechanisms promise.

use proptest::prelude::*;
use tributary_economy::{
    Alpha, Error, Ledger, NetUid, Tao, UNIT,
    market::{registration, staking, swaps, totals},
};

use crate::world::*;

const NETS: [NetUid; 2] = [NetUid(1), NetUid(2)];

/// What the rule of `docs/rules/emission.md#shares` gives each subnet, by integers: prices over their sum, cut to
/// 2^-64, over the sum of those, times the emission, cut to whole rao.
fn by_hand(ledger: &Memory, emission: u64) -> Vec<u64> {
    let prices = NETS.map(|netuid| (ledger.subnet_moving_price(netuid).to_bits() as u128) << 32);
    let divide = |values: [u128; 2]| {
        let sum: u128 = values.iter().sum();
        // Both have 64 fraction bits and are at most one, but for the sum: split the shift to stay in u128.
        values.map(|value| {
            let (high, rest) = ((value << 63) / sum, (value << 63) % sum);
            (high << 1) | u128::from(rest * 2 >= sum)
        })
    };
    divide(divide(prices))
        .iter()
        .map(|share| ((u128::from(emission) * share) >> 64) as u64)
        .collect()
}

/// TAO that the last block brought to a subnet.
fn received(ledger: &Memory, netuid: NetUid) -> u64 {
    ledger.subnet_tao_in_emission(netuid).0 + ledger.subnet_excess_tao(netuid).0
}

#[test]
fn emission_follows_price_to_the_rao() {
    let mut quiet = lively();
    for netuid in NETS {
        // No epochs, and prices below one, where the moving price stops.
        quiet.set_tempo(netuid, 0);
        let alpha = quiet.subnet_alpha_in(netuid);
        quiet.set_subnet_alpha_in(netuid, Alpha(alpha.0 * 50));
    }
    let mut pushed = quiet.clone();
    act(&mut pushed, |l| {
        staking::add_stake(l, &coldkey(3), &hotkey(3), NETS[0], tao(60))
    })
    .unwrap();
    for ledger in [&mut quiet, &mut pushed] {
        for _ in 0..100 {
            let expected = by_hand(ledger, UNIT);
            next_block(ledger).unwrap();
            for (netuid, expected) in NETS.into_iter().zip(expected) {
                // The two parts, pool and purchase, are cut separately.
                let received = received(ledger, netuid);
                assert!(
                    received == expected || received + 1 == expected,
                    "{netuid}: {received}, not {expected}"
                );
            }
            check(ledger);
        }
    }
    let share = |ledger: &Memory| received(ledger, NETS[0]) as f64 / UNIT as f64;
    assert!(
        share(&pushed) > share(&quiet) + 0.1,
        "{} after {}",
        share(&pushed),
        share(&quiet)
    );
}

#[test]
fn a_block_that_makes_tao_is_refused() {
    let mut ledger = lively();
    let before = totals::Totals::read(&ledger);
    ledger.fund(&coldkey(0), Tao(1)).unwrap();
    let minted = totals::Minted::default();
    assert_eq!(
        totals::check(before, totals::Totals::read(&ledger), minted),
        Err(Error::BrokenSum)
    );
    assert_eq!(totals::check(before, before, minted), Ok(()));
}

#[test]
fn a_failed_registration_costs_nothing() {
    let mut ledger = lively();
    let before = ledger.clone();
    let price = ledger.burn(NETS[0]).0;
    let result = act(&mut ledger, |l| {
        registration::register(l, &coldkey(4), &hotkey(6), NETS[0], Some(price - 1))
    });
    assert_eq!(result, Err(Error::RegistrationPriceLimitExceeded));
    assert!(ledger == before);
}

#[test]
fn registrations_raise_the_price_and_blocks_lower_it() {
    let mut ledger = lively();
    let before = ledger.burn(NETS[0]);
    let alpha_out = ledger.subnet_alpha_out(NETS[0]);
    act(&mut ledger, |l| {
        registration::register(l, &coldkey(4), &hotkey(6), NETS[0], None)
    })
    .unwrap();
    let after = ledger.burn(NETS[0]);
    assert_eq!(after.0, (before.0 as f64 * 1.26) as u64);
    // What the price bought is gone.
    assert_eq!(ledger.subnet_alpha_out(NETS[0]), alpha_out);
    next_block(&mut ledger).unwrap();
    assert_eq!(
        ledger.burn(NETS[0]).0,
        ((u128::from(after.0) * 4_286_705_684) >> 32) as u64
    );
}

proptest! {
    #[test]
    fn no_round_trip_earns(
        amount in 2_100_000u64..5_000_000_000_000,
        others in prop::collection::vec(2_100_000u64..100_000_000_000, 0..4),
        blocks in 0u64..12,
        author in any::<bool>(),
    ) {
        let mut ledger = lively();
        ledger.set_author(author.then_some(AUTHOR));
        for (i, amount) in others.into_iter().enumerate() {
            let _ = act(&mut ledger, |l| staking::add_stake(l, &coldkey(1), &hotkey(2 + i as u64 % 2), NETS[0], Tao(amount)));
        }
        for _ in 0..blocks {
            next_block(&mut ledger).unwrap();
        }
        let me = coldkey(4);
        let before = ledger.balance(&me);
        act(&mut ledger, |l| staking::add_stake(l, &me, &hotkey(2), NETS[0], Tao(amount))).unwrap();
        let all = staking::stake_of(&ledger, &hotkey(2), &me, NETS[0]);
        act(&mut ledger, |l| staking::remove_stake(l, &me, &hotkey(2), NETS[0], all)).unwrap();
        prop_assert!(ledger.balance(&me) < before, "{} rao from {amount}", ledger.balance(&me).0 - before.0);
        check(&ledger);
    }

    #[test]
    fn a_purchase_pays_what_it_promised(amount in 2_100_000u64..1_000_000_000_000) {
        let mut ledger = lively();
        let expected = swaps::simulate_buy(&ledger, NETS[1], Tao(amount)).unwrap();
        let bought = act(&mut ledger, |l| staking::add_stake(l, &coldkey(4), &hotkey(3), NETS[1], Tao(amount))).unwrap();
        prop_assert_eq!(bought, Alpha(expected.paid_out));
        prop_assert_eq!(expected.paid_in + expected.fee, amount);
    }
}
