//! Root: registration, accrual, claims and the list of those for whom blocks claim (`docs/rules/root.md`).

use std::collections::BTreeSet;

use tributary_economy::{
    Alpha, Error, Event, Ledger, NetUid, RootClaimType, Tao, UNIT,
    fixed::I96F32,
    market::{DEFAULT_DELEGATE_TAKE, delegation, hotkeys, registration, root, staking, swaps},
};

use crate::{pacts::NET, world::*};

const ROOT: NetUid = NetUid::ROOT;
const OTHER: NetUid = NetUid(2);

/// A rate of root dividends for a hotkey, backed by alpha.
fn earn(ledger: &mut Memory, key: Account, netuid: NetUid, rate: f64) {
    let mut rates = ledger.root_claimable(&key);
    rates.insert(netuid, I96F32::from_num(rate));
    ledger.set_root_claimable(&key, rates);
    let earned = (ledger.total_hotkey_alpha(&key, ROOT).0 as f64 * rate) as u64;
    ledger.set_subnet_alpha_out(netuid, ledger.subnet_alpha_out(netuid).plus(Alpha(earned)).unwrap());
}

fn claim(ledger: &mut Memory, who: Account, netuids: &[NetUid]) -> Result<(), Error> {
    let netuids: BTreeSet<_> = netuids.iter().copied().collect();
    act(ledger, |l| root::claim_root(l, &who, &netuids))
}

#[test]
fn one_validator_a_block_and_three_an_interval_join_root() {
    let mut ledger = lively();
    let register = |l: &mut Memory, key| act(l, |l| registration::root_register(l, &coldkey(4), &hotkey(key)));
    let n = ledger.subnetwork_n(ROOT);
    ledger.set_max_registrations_per_block(ROOT, 2);
    ledger.set_registrations_this_block(ROOT, 0);
    ledger.set_registrations_this_interval(ROOT, 1);
    ledger.set_target_registrations_per_interval(ROOT, 1);
    assert_eq!(register(&mut ledger, 2), Err(Error::HotKeyAlreadyRegisteredInSubNet));
    assert_eq!(register(&mut ledger, 5), Ok(n));
    assert_eq!(ledger.delegate_take(&hotkey(5)), Some(DEFAULT_DELEGATE_TAKE));
    assert_eq!(ledger.owner(&hotkey(5)), Some(coldkey(4)));
    ledger.set_delegate_take(&hotkey(6), Some(9));
    assert_eq!(register(&mut ledger, 6), Ok(n + 1));
    assert_eq!(ledger.delegate_take(&hotkey(6)), Some(9));
    assert_eq!(register(&mut ledger, 7), Err(Error::TooManyRegistrationsThisBlock));
    ledger.set_registrations_this_block(ROOT, 0);
    assert_eq!(register(&mut ledger, 7), Err(Error::TooManyRegistrationsThisInterval));
    ledger.set_registrations_this_interval(ROOT, 2);
    assert_eq!(register(&mut ledger, 7), Ok(n + 2));
    assert_eq!(ledger.registrations_this_block(ROOT), 1);
    assert_eq!(ledger.registrations_this_interval(ROOT), 3);
    assert!(
        ledger
            .take_events()
            .contains(&Event::NeuronRegistered(ROOT, n + 2, hotkey(7)))
    );
}

#[test]
fn a_full_root_drops_whoever_has_the_least_root_stake() {
    let mut ledger = lively();
    ledger.set_registrations_this_interval(ROOT, 0);
    ledger.set_registrations_this_block(ROOT, 0);
    ledger.set_max_allowed_uids(ROOT, ledger.subnetwork_n(ROOT));
    // Both have 5 TAO: of equals the first.
    let key = hotkey(5);
    tributary_economy::market::hotkeys::associate_hotkey(&mut ledger, &coldkey(4), &key).unwrap();
    act(&mut ledger, |l| staking::add_stake(l, &coldkey(4), &key, ROOT, tao(5))).unwrap();
    let register = |l: &mut Memory| act(l, |l| registration::root_register(l, &coldkey(4), &key));
    assert_eq!(register(&mut ledger), Err(Error::StakeTooLowForRoot));
    ledger.set_total_hotkey_alpha(&key, ROOT, Alpha(5 * UNIT + 1));
    let mut second = ledger.clone();
    assert_eq!(register(&mut ledger), Ok(0));
    assert_eq!((ledger.uids(ROOT, &hotkey(2)), ledger.key(ROOT, 0)), (None, Some(key)));
    second.set_total_hotkey_alpha(&hotkey(3), ROOT, Alpha(5 * UNIT - 1));
    assert_eq!(register(&mut second), Ok(1), "the least");
}

#[test]
fn a_claim_names_one_to_five_subnets() {
    let mut ledger = lively();
    let nets: Vec<NetUid> = (1..7).map(NetUid).collect();
    assert_eq!(claim(&mut ledger, coldkey(2), &[]), Err(Error::InvalidSubnetNumber));
    assert_eq!(claim(&mut ledger, coldkey(2), &nets), Err(Error::InvalidSubnetNumber));
    assert_eq!(claim(&mut ledger, coldkey(2), &nets[..5]), Ok(()));
    // Whoever claims joins the list, with stake or without.
    let listed = ledger.num_staking_coldkeys();
    assert_eq!(ledger.staking_coldkeys(&coldkey(4)), None);
    claim(&mut ledger, coldkey(4), &nets[..1]).unwrap();
    assert_eq!(ledger.staking_coldkeys(&coldkey(4)), Some(listed));
    assert_eq!(ledger.staking_coldkeys_by_index(listed), Some(coldkey(4)));
    assert!(
        ledger
            .take_events()
            .contains(&Event::RootClaimed { coldkey: coldkey(4) })
    );
}

#[test]
fn what_is_owed_is_the_rate_times_the_stake_less_the_watermark() {
    let mut ledger = lively();
    let (key, who) = (hotkey(2), coldkey(2));
    earn(&mut ledger, key, NET, 0.25);
    let stake = staking::stake_of(&ledger, &key, &who, ROOT).0;
    let owed = |l: &Memory| root::owed(l, &key, &who, NET).0;
    assert_eq!(owed(&ledger), stake / 4);
    ledger.set_root_claimed(NET, &key, &who, 1_000);
    assert_eq!(owed(&ledger), stake / 4 - 1_000);
    ledger.set_root_claimed(NET, &key, &who, u128::from(stake));
    assert_eq!(owed(&ledger), 0);
    assert_eq!(root::owed(&ledger, &key, &who, OTHER), Alpha::ZERO);
}

#[test]
fn a_claim_below_the_threshold_stays() {
    let mut ledger = lively();
    let (key, who) = (hotkey(2), coldkey(2));
    earn(&mut ledger, key, NET, 0.25);
    ledger.set_root_claim_type(&who, RootClaimType::Keep);
    let owed = root::owed(&ledger, &key, &who, NET).0;
    let before = staking::stake_of(&ledger, &key, &who, NET).0;
    ledger.set_root_claimable_threshold(NET, I96F32::from_num(owed + 1));
    claim(&mut ledger, who, &[NET]).unwrap();
    assert_eq!(root::owed(&ledger, &key, &who, NET).0, owed);
    ledger.set_root_claimable_threshold(NET, I96F32::from_num(owed));
    claim(&mut ledger, who, &[OTHER]).unwrap();
    assert_eq!(
        root::owed(&ledger, &key, &who, NET).0,
        owed,
        "of the subnets named only"
    );
    claim(&mut ledger, who, &[NET]).unwrap();
    assert_eq!(root::owed(&ledger, &key, &who, NET).0, 0);
    assert_eq!(ledger.root_claimed(NET, &key, &who), u128::from(owed));
    let after = staking::stake_of(&ledger, &key, &who, NET).0;
    assert!((after - before).abs_diff(owed) <= 1);
    check(&ledger);
}

#[test]
fn a_claim_is_kept_as_alpha_or_becomes_root_stake() {
    let only = |netuid| RootClaimType::KeepSubnets {
        subnets: BTreeSet::from([netuid]),
    };
    for (kind, keeps) in [
        (RootClaimType::Keep, true),
        (RootClaimType::Swap, false),
        (only(NET), true),
        (only(OTHER), false),
    ] {
        let mut ledger = lively();
        let (key, who) = (hotkey(2), coldkey(2));
        earn(&mut ledger, key, NET, 0.25);
        act(&mut ledger, |l| root::set_root_claim_type(l, &who, kind.clone())).unwrap();
        let before = ledger.clone();
        let owed = root::owed(&ledger, &key, &who, NET).0;
        let pool = swaps::pool(&ledger, NET);
        let sold = tributary_economy::pool::simulate(
            &pool,
            tributary_economy::pool::Side::Sell,
            owed,
            tributary_economy::pool::LOWEST_PRICE,
            true,
        )
        .unwrap();
        claim(&mut ledger, who, &[NET]).unwrap();
        let out = if keeps { 0 } else { sold.paid_out };
        let grown = |read: fn(&Memory) -> u64| read(&ledger).wrapping_sub(read(&before));
        assert_eq!(grown(|l| l.subnet_tao(ROOT).0), out, "{kind:?}");
        assert_eq!(grown(|l| l.subnet_alpha_out(ROOT).0), out);
        assert_eq!(grown(|l| staking::stake_of(l, &hotkey(2), &coldkey(2), ROOT).0), out);
        assert_eq!(grown(|l| l.balance(&l.subnet_account(ROOT)).0), out);
        assert_eq!(before.subnet_tao(NET).0 - ledger.subnet_tao(NET).0, out);
        assert_eq!(ledger.subnet_root_sell_tao(NET), Tao(out));
        assert_eq!(
            before.subnet_protocol_flow(NET) - ledger.subnet_protocol_flow(NET),
            out as i64
        );
        let alpha = staking::stake_of(&ledger, &key, &who, NET).0 - staking::stake_of(&before, &key, &who, NET).0;
        assert!(alpha.abs_diff(if keeps { owed } else { 0 }) <= 1);
        // The new root stake has earned nothing yet: the watermark rises for it.
        let watermark = u128::from(owed) + u128::from(out / 4);
        assert_eq!(ledger.root_claimed(NET, &key, &who), watermark);
        assert!(root::owed(&ledger, &key, &who, NET).0 <= 1);
        check(&ledger);
    }
    let nothing = RootClaimType::KeepSubnets {
        subnets: BTreeSet::new(),
    };
    let refused = act(&mut lively(), |l| root::set_root_claim_type(l, &coldkey(2), nothing));
    assert_eq!(refused, Err(Error::InvalidRootClaimType));
}

#[test]
fn choosing_what_claims_become_joins_the_list() {
    let mut ledger = lively();
    let who = coldkey(4);
    act(&mut ledger, |l| root::set_root_claim_type(l, &who, RootClaimType::Keep)).unwrap();
    assert_eq!(ledger.root_claim_type(&who), RootClaimType::Keep);
    assert_eq!(ledger.staking_coldkeys(&who), Some(ledger.num_staking_coldkeys() - 1));
    let kind = RootClaimType::Keep;
    assert!(
        ledger
            .take_events()
            .contains(&Event::RootClaimTypeSet { coldkey: who, kind })
    );
}

#[test]
fn claims_of_a_coldkey_see_the_root_stake_that_earlier_ones_made() {
    let mut ledger = lively();
    let (key, who) = (hotkey(2), coldkey(2));
    earn(&mut ledger, key, NET, 0.5);
    earn(&mut ledger, key, OTHER, 0.5);
    let owed = [NET, OTHER].map(|netuid| root::owed(&ledger, &key, &who, netuid).0);
    claim(&mut ledger, who, &[NET, OTHER]).unwrap();
    // The watermark of the second rose when the first became root stake, so all of it could be claimed and no more.
    for (netuid, owed) in [NET, OTHER].into_iter().zip(owed) {
        assert!(ledger.root_claimed(netuid, &key, &who) >= u128::from(owed));
        assert!(root::owed(&ledger, &key, &who, netuid).0 <= 2);
    }
    check(&ledger);
}

#[test]
fn whoever_has_no_root_stake_left_makes_room_for_the_last_of_the_list() {
    let mut ledger = lively();
    for who in [0, 1, 3] {
        act(&mut ledger, |l| {
            staking::add_stake(l, &coldkey(who), &hotkey(2), ROOT, tao(1))
        })
        .unwrap();
    }
    let list = |l: &Memory| -> Vec<Account> {
        let list: Vec<_> = (0..l.num_staking_coldkeys())
            .map(|i| l.staking_coldkeys_by_index(i).unwrap())
            .collect();
        for (place, who) in list.iter().enumerate() {
            assert_eq!(l.staking_coldkeys(who), Some(place as u64));
        }
        assert_eq!(l.staking_coldkeys_by_index(l.num_staking_coldkeys()), None);
        list
    };
    assert_eq!(list(&ledger), [coldkey(2), coldkey(0), coldkey(1), coldkey(3)]);
    let leave = |l: &mut Memory, who: u64, alpha| {
        act(l, |l| {
            staking::remove_stake(l, &coldkey(who), &hotkey(2), ROOT, Alpha(alpha))
        })
        .unwrap();
    };
    leave(&mut ledger, 0, UNIT / 2);
    assert_eq!(list(&ledger).len(), 4, "something is left");
    leave(&mut ledger, 0, UNIT);
    assert_eq!(list(&ledger), [coldkey(2), coldkey(3), coldkey(1)]);
    assert_eq!(ledger.staking_coldkeys(&coldkey(0)), None);
    leave(&mut ledger, 1, UNIT);
    assert_eq!(list(&ledger), [coldkey(2), coldkey(3)], "the last one leaves no gap");
    // Root stake on another hotkey keeps the place.
    leave(&mut ledger, 2, u64::MAX);
    assert_eq!(list(&ledger), [coldkey(2), coldkey(3)]);
}

#[test]
fn blocks_claim_for_those_whom_the_hash_of_the_parent_chooses() {
    // Words 1, 2, 3 and the largest: the sum saturates.
    let mut hash = [0; 32];
    for (word, chunk) in [1u64, 2, 3, u64::MAX].into_iter().zip(hash.chunks_mut(8)) {
        chunk.copy_from_slice(&word.to_be_bytes());
    }
    // last = 1; then (1 + 1) % 7 = 2, (2 + 2) % 7 = 4, (4 + 3) % 7 = 0, 2^64 - 1 = 1 (mod 7), (1 + 1) % 7 = 2.
    assert_eq!(root::chosen_indices(&hash, 1, 7), [2]);
    assert_eq!(root::chosen_indices(&hash, 3, 7), [0, 2, 4]);
    assert_eq!(u64::MAX % 7, 1);
    assert_eq!(root::chosen_indices(&hash, 5, 7), [0, 1, 2, 4]);
    assert_eq!(root::chosen_indices(&hash, 3, 0), [0]);

    for count in [0, 1] {
        let mut ledger = lively();
        let (key, who) = (hotkey(2), coldkey(2));
        earn(&mut ledger, key, NET, 0.25);
        for netuid in [NET, OTHER] {
            ledger.set_tempo(netuid, 0);
        }
        ledger.set_num_root_claim(count);
        assert_eq!(ledger.num_staking_coldkeys(), 1);
        next_block(&mut ledger).unwrap();
        assert_eq!(root::owed(&ledger, &key, &who, NET).0 <= 1, count > 0);
    }
}

#[test]
fn a_take_rises_slowly_and_falls_at_once() {
    let mut ledger = lively();
    let (owner, key) = (coldkey(2), hotkey(2));
    ledger.set_delegate_take(&key, Some(1_000));
    ledger.set_min_delegate_take(10);
    ledger.set_tx_delegate_take_rate_limit(4);
    type Change = fn(&mut Memory, &Account, &Account, u16) -> Result<(), Error>;
    let (up, down): (Change, Change) = (delegation::increase_take, delegation::decrease_take);
    for change in [up, down] {
        assert_eq!(
            change(&mut ledger, &owner, &hotkey(7), 900),
            Err(Error::HotKeyAccountNotExists)
        );
        assert_eq!(
            change(&mut ledger, &coldkey(3), &key, 900),
            Err(Error::NonAssociatedColdKey)
        );
        assert_eq!(change(&mut ledger, &owner, &key, 1_000), Err(Error::DelegateTakeTooLow));
    }
    assert_eq!(down(&mut ledger, &owner, &key, 9), Err(Error::DelegateTakeTooLow));
    down(&mut ledger, &owner, &key, 10).unwrap();
    assert_eq!(ledger.delegate_take(&key), Some(10));
    assert_eq!(ledger.last_delegate_take_block(&key), ledger.block());
    assert!(ledger.take_events().contains(&Event::TakeDecreased(owner, key, 10)));
    for _ in 0..4 {
        next_block(&mut ledger).unwrap();
        assert_eq!(
            up(&mut ledger, &owner, &key, 11),
            Err(Error::DelegateTxRateLimitExceeded)
        );
    }
    next_block(&mut ledger).unwrap();
    assert_eq!(up(&mut ledger, &owner, &key, 11_797), Err(Error::DelegateTakeTooHigh));
    up(&mut ledger, &owner, &key, 11_796).unwrap();
    assert_eq!(ledger.delegate_take(&key), Some(11_796));
    assert_eq!(ledger.last_delegate_take_block(&key), ledger.block());
    assert!(ledger.take_events().contains(&Event::TakeIncreased(owner, key, 11_796)));
}

/// A coldkey that has associated many hotkeys, with root stake on the first and on one at `place`.
fn long_list(ledger: &mut Memory, who: Account, place: usize) -> Account {
    let mut keys = ledger.staking_hotkeys(&who);
    let far = hotkey(3);
    keys.retain(|key| *key != far);
    let fill = (0..place - keys.len()).map(|number| 1_000_000 + number as Account);
    keys.extend(fill.collect::<Vec<_>>());
    act(ledger, |l| staking::add_stake(l, &who, &far, ROOT, tao(5))).unwrap();
    keys.push(far);
    ledger.set_staking_hotkeys(&who, keys);
    far
}

#[test]
fn a_claim_goes_along_a_long_list_a_part_at_a_time() {
    let mut ledger = lively();
    let who = coldkey(2);
    // Nothing is dear enough to look at more than the number of hotkeys.
    let far = long_list(&mut ledger, who, root::MAX_CLAIM_STEPS);
    earn(&mut ledger, far, NET, 0.25);
    let owed = root::owed(&ledger, &far, &who, NET);
    assert!(owed > Alpha::ZERO);
    claim(&mut ledger, who, &[NET]).unwrap();
    assert_eq!(root::owed(&ledger, &far, &who, NET), owed, "beyond the first part");
    assert_eq!(ledger.root_claim_cursor(&who), root::MAX_CLAIM_STEPS as u64);
    claim(&mut ledger, who, &[NET]).unwrap();
    assert!(root::owed(&ledger, &far, &who, NET) < owed);
    assert_eq!(ledger.root_claim_cursor(&who), 0, "the next claim begins in front");
}

#[test]
fn each_rate_of_a_hotkey_with_root_stake_is_a_step() {
    let mut ledger = lively();
    let who = coldkey(2);
    let last = root::MAX_CLAIM_STEPS - 1;
    let far = long_list(&mut ledger, who, last);
    earn(&mut ledger, far, NET, 0.25);
    let before = root::owed(&ledger, &far, &who, NET);
    earn(&mut ledger, hotkey(2), OTHER, 1e-9);
    claim(&mut ledger, who, &[OTHER]).unwrap();
    assert_eq!(ledger.root_claim_cursor(&who), last as u64);
    claim(&mut ledger, who, &[NET]).unwrap();
    assert!(root::owed(&ledger, &far, &who, NET) < before);
}

#[test]
fn whoever_has_a_long_list_stays_on_that_of_claims() {
    let mut ledger = lively();
    let who = coldkey(2);
    let far = long_list(&mut ledger, who, root::MAX_CLAIM_STEPS);
    for key in [hotkey(2), far] {
        let stake = staking::stake_of(&ledger, &key, &who, ROOT);
        act(&mut ledger, |l| staking::remove_stake(l, &who, &key, ROOT, stake)).unwrap();
    }
    assert!(ledger.staking_coldkeys(&who).is_some());
    let short = ledger.staking_hotkeys(&who)[..root::MAX_CLAIM_STEPS].to_vec();
    ledger.set_staking_hotkeys(&who, short);
    act(&mut ledger, |l| staking::add_stake(l, &who, &hotkey(2), ROOT, tao(5))).unwrap();
    let stake = staking::stake_of(&ledger, &hotkey(2), &who, ROOT);
    act(&mut ledger, |l| staking::remove_stake(l, &who, &hotkey(2), ROOT, stake)).unwrap();
    assert_eq!(ledger.staking_coldkeys(&who), None);
}

#[test]
fn a_coldkey_owns_a_bounded_number_of_hotkeys() {
    let mut ledger = lively();
    let owned = vec![200; hotkeys::MAX_OWNED_HOTKEYS - 1];
    ledger.set_owned_hotkeys(&coldkey(4), owned);
    let bind = |l: &mut Memory, key| act(l, |l| hotkeys::associate_hotkey(l, &coldkey(4), &key));
    assert_eq!(bind(&mut ledger, 90), Ok(()));
    assert_eq!(bind(&mut ledger, 91), Err(Error::TooManyHotkeys));
    assert_eq!(ledger.owner(&91), None);
}
