//! How a hotkey gets a uid, what it costs, and who loses one (`docs/rules/neurons.md`).

use tributary_economy::{
    Alpha, Error, Event, Existence, Ledger, MechId, NetUid, Tao, UNIT,
    market::{registration, swaps, trimming},
};

use crate::{
    pacts::{NET, advance},
    world::*,
};

fn register(ledger: &mut Memory, who: u64, key: Account, netuid: NetUid) -> Result<u16, Error> {
    act(ledger, |l| registration::register(l, &coldkey(who), &key, netuid, None))
}

#[test]
fn a_registration_is_checked_in_order() {
    let ledger = lively();
    let price = ledger.burn(NET);
    let try_with = |change: &dyn Fn(&mut Memory), key, limit| {
        let mut ledger = ledger.clone();
        change(&mut ledger);
        act(&mut ledger, |l| {
            registration::register(l, &coldkey(4), &key, NET, limit)
        })
    };
    let new = hotkey(5);
    assert_eq!(
        register(&mut ledger.clone(), 4, new, NetUid::ROOT),
        Err(Error::RegistrationNotPermittedOnRootSubnet)
    );
    assert_eq!(
        register(&mut ledger.clone(), 4, new, NetUid(9)),
        Err(Error::SubnetNotExists)
    );
    assert_eq!(
        try_with(&|_| (), new, Some(price.0 - 1)),
        Err(Error::RegistrationPriceLimitExceeded)
    );
    assert_eq!(try_with(&|_| (), new, Some(price.0)), Ok(3));
    let closed = |l: &mut Memory| l.set_network_registration_allowed(NET, false);
    assert_eq!(try_with(&closed, new, None), Err(Error::SubNetRegistrationDisabled));
    assert_eq!(
        try_with(&|_| (), hotkey(2), None),
        Err(Error::HotKeyAlreadyRegisteredInSubNet)
    );
    let leave = |rest: u64| {
        move |l: &mut Memory| {
            let more = l.balance(&coldkey(4)).0 - rest;
            l.transfer(&coldkey(4), &AUTHOR, Tao(more), Existence::Preserve)
                .unwrap();
        }
    };
    assert_eq!(
        try_with(&leave(price.0 - 1), new, None),
        Err(Error::NotEnoughBalanceToStake)
    );
    assert_eq!(try_with(&leave(price.0), new, None), Ok(3));
    let system = ledger.subnet_account(NetUid(2));
    assert_eq!(try_with(&|_| (), system, None), Err(Error::CannotUseSystemAccount));
    assert_eq!(try_with(&|_| (), hotkey(1), None), Err(Error::NonAssociatedColdKey));
    let none = |l: &mut Memory| l.set_max_allowed_uids(NET, 0);
    assert_eq!(try_with(&none, new, None), Err(Error::NoNeuronIdAvailable));
}

#[test]
fn a_registration_buys_alpha_that_is_destroyed() {
    let mut ledger = lively();
    let before = ledger.clone();
    let price = ledger.burn(NET);
    let expected = swaps::simulate_buy(&ledger, NET, price).unwrap();
    assert_eq!(register(&mut ledger, 4, hotkey(5), NET), Ok(3));
    check(&ledger);
    assert_eq!(
        ledger.balance(&coldkey(4)),
        before.balance(&coldkey(4)).minus(price).unwrap()
    );
    assert_eq!(
        ledger.subnet_alpha_in(NET).0,
        before.subnet_alpha_in(NET).0 - expected.paid_out
    );
    assert_eq!(ledger.subnet_alpha_out(NET), before.subnet_alpha_out(NET));
    assert_eq!(ledger.subnet_tao(NET).0 - before.subnet_tao(NET).0, expected.paid_in);
    let account = ledger.subnet_account(NET);
    assert_eq!(
        ledger.balance(&account).0 - before.balance(&account).0,
        price.0,
        "the fee stays, uncounted"
    );
    assert_eq!(
        ledger.subnet_tao_flow(NET) - before.subnet_tao_flow(NET),
        price.0 as i64
    );
    assert_eq!(
        ledger.registrations_this_block(NET),
        before.registrations_this_block(NET) + 1
    );
    let recycled = before.rao_recycled_for_registration(NET).plus(price).unwrap();
    assert_eq!(ledger.rao_recycled_for_registration(NET), recycled);
    assert!(
        ledger
            .take_events()
            .contains(&Event::NeuronRegistered(NET, 3, hotkey(5)))
    );
    assert_eq!(
        (ledger.key(NET, 3), ledger.uids(NET, &hotkey(5))),
        (Some(hotkey(5)), Some(3))
    );
    assert_eq!(
        (ledger.subnetwork_n(NET), ledger.block_at_registration(NET, 3)),
        (4, ledger.block())
    );
    assert!(ledger.is_network_member(&hotkey(5), NET) && ledger.active(NET)[3]);
    assert_eq!(ledger.last_update(NET.index(MechId(0)))[3], ledger.block());
    for length in [
        ledger.active(NET).len(),
        ledger.emission(NET).len(),
        ledger.consensus(NET).len(),
        ledger.dividends(NET).len(),
        ledger.validator_trust(NET).len(),
        ledger.validator_permit(NET).len(),
        ledger.incentive(NET.index(MechId(0))).len(),
    ] {
        assert_eq!(length, 4);
    }
}

/// A full subnet of six whose neurons are past their immunity, with two mechanisms.
fn full() -> Memory {
    let mut ledger = lively();
    for (who, key) in [(0, 4), (4, 5), (4, 6)] {
        register(&mut ledger, who, hotkey(key), NET).unwrap();
    }
    ledger.set_min_non_immune_uids(NET, 0);
    ledger.set_mechanism_count_current(NET, MechId(2));
    advance(&mut ledger, 5);
    ledger.set_tempo(NET, 0);
    ledger
}

#[test]
fn the_least_paid_neuron_makes_room_and_nothing_of_it_stays() {
    let mut ledger = full();
    let emission = [0, 9, 9, 0, 3, 4].map(Alpha);
    ledger.set_emission(NET, emission.to_vec());
    // The owner's are uid 0, which nobody replaces, and uid 3, which is only its second.
    let mut second = ledger.clone();
    second.set_immune_owner_uids_limit(NET, 2);
    assert_eq!(register(&mut second, 4, hotkey(7), NET), Ok(4));
    let mut hotkeyless = ledger.clone();
    // The hotkey of the owner is first among its own.
    hotkeyless.set_subnet_owner_hotkey(NET, Some(hotkey(4)));
    assert_eq!(register(&mut hotkeyless, 4, hotkey(7), NET), Ok(0));

    for index in [0, 1].map(|mecid| NET.index(MechId(mecid))) {
        for uid in 0..6 {
            ledger.set_weights(index, uid, vec![(1, 5), (3, 7)]);
            ledger.set_bonds(index, uid, vec![(3, 7)]);
        }
        ledger.set_incentive(index, vec![1; 6]);
        ledger.set_last_update(index, vec![1; 6]);
    }
    ledger.set_dividends(NET, vec![1; 6]);
    ledger.set_consensus(NET, vec![1; 6]);
    ledger.set_stake_weight(NET, vec![1; 6]);
    ledger.set_validator_trust(NET, vec![1; 6]);
    ledger.set_validator_permit(NET, vec![true; 6]);
    ledger.set_active(NET, vec![false; 6]);
    assert_eq!(register(&mut ledger, 4, hotkey(7), NET), Ok(3));
    assert_eq!(
        (ledger.uids(NET, &hotkey(4)), ledger.is_network_member(&hotkey(4), NET)),
        (None, false)
    );
    assert_eq!((ledger.key(NET, 3), ledger.subnetwork_n(NET)), (Some(hotkey(7)), 6));
    let blank = |list: Vec<u16>| assert_eq!(list, [1, 1, 1, 0, 1, 1]);
    blank(ledger.dividends(NET));
    blank(ledger.consensus(NET));
    blank(ledger.stake_weight(NET));
    blank(ledger.validator_trust(NET));
    assert_eq!(ledger.validator_permit(NET), [true, true, true, false, true, true]);
    assert_eq!(ledger.active(NET), [false, false, false, true, false, false]);
    for index in [0, 1].map(|mecid| NET.index(MechId(mecid))) {
        blank(ledger.incentive(index));
        assert_eq!(ledger.last_update(index), [1, 1, 1, ledger.block(), 1, 1]);
        for uid in [0, 1, 2, 4, 5] {
            assert_eq!(ledger.weights(index, uid), [(1, 5), (3, 0)], "the entry stays");
            assert_eq!(ledger.bonds(index, uid), [(3, 7)]);
        }
        assert!(ledger.weights(index, 3).is_empty() && ledger.bonds(index, 3).is_empty());
    }
}

#[test]
fn a_neuron_is_immune_for_as_many_blocks_as_the_subnet_says() {
    let mut ledger = full();
    ledger.set_emission(NET, [9, 9, 9, 9, 9, 0].map(Alpha).to_vec());
    let now = ledger.block();
    ledger.set_block_at_registration(NET, 5, now - 3);
    assert_eq!(ledger.immunity_period(NET), 4);
    assert_ne!(register(&mut ledger.clone(), 4, hotkey(7), NET), Ok(5));
    next_block(&mut ledger).unwrap();
    assert_eq!(register(&mut ledger, 4, hotkey(7), NET), Ok(5));
}

#[test]
fn a_trimmed_subnet_keeps_the_best_in_their_order() {
    let mut ledger = full();
    let index = NET.index(MechId(1));
    advance(&mut ledger, 6);
    ledger.set_emission(NET, [0, 9, 1, 8, 2, 7].map(Alpha).to_vec());
    for uid in 0..6u16 {
        ledger.set_weights(index, uid, vec![(uid, 5), (2, 6), (3, 7)]);
        ledger.set_bonds(index, uid, vec![(5, uid + 1)]);
        ledger.set_block_at_registration(NET, uid, u64::from(uid) + 1);
    }
    ledger.set_stake_weight(NET, (0..6).collect());
    let trim = |l: &mut Memory, netuid, n| act(l, |l| trimming::trim(l, netuid, n));
    assert_eq!(trim(&mut ledger, NetUid(9), 4), Err(Error::SubnetNotExists));
    ledger.set_min_allowed_uids(NET, 4);
    assert_eq!(trim(&mut ledger, NET, 3), Err(Error::InvalidValue));
    assert_eq!(trim(&mut ledger, NET, 7), Err(Error::InvalidValue));
    let before = ledger.clone();
    trim(&mut ledger, NET, 6).unwrap();
    assert!(ledger == before, "as many as there are");
    trim(&mut ledger, NET, 4).unwrap();
    // Uid 0 is the owner's; 2 and 4 earned least.
    let keys: Vec<_> = (0..6).map(|uid| ledger.key(NET, uid)).collect();
    assert_eq!(
        keys,
        [
            Some(hotkey(0)),
            Some(hotkey(2)),
            Some(hotkey(4)),
            Some(hotkey(6)),
            None,
            None
        ]
    );
    assert_eq!((ledger.subnetwork_n(NET), ledger.max_allowed_uids(NET)), (4, 4));
    for (key, uid) in [
        (0, Some(0)),
        (2, Some(1)),
        (3, None),
        (4, Some(2)),
        (5, None),
        (6, Some(3)),
    ] {
        assert_eq!(ledger.uids(NET, &hotkey(key)), uid);
        assert_eq!(ledger.is_network_member(&hotkey(key), NET), uid.is_some());
    }
    assert_eq!(ledger.emission(NET), [0, 9, 8, 7].map(Alpha));
    assert_eq!(ledger.stake_weight(NET), [0, 1, 3, 5]);
    for (new, old) in [(0, 0), (1, 1), (2, 3), (3, 5)] {
        assert_eq!(ledger.block_at_registration(NET, new), u64::from(old) + 1);
        assert_eq!(
            ledger.weights(index, new),
            [(new, 5), (2, 7)],
            "those who left are dropped"
        );
        assert_eq!(ledger.bonds(index, new), [(3, old + 1)]);
    }
    assert!(ledger.weights(index, 4).is_empty() && ledger.bonds(index, 5).is_empty());
    assert!(ledger.burn(NET) > Tao(UNIT / 100));
}
