//! The life of a subnet (`docs/rules/subnets.md`).

use tributary_economy::{
    Alpha, Error, Event, Existence, Ledger, NetUid, Tao, UNIT,
    fixed::{I96F32, U64F64},
    market::{audit, genesis, networks, staking, swaps, totals::Totals},
};

use crate::{pacts::NET, world::*};

const OTHER: NetUid = NetUid(2);

fn register(ledger: &Memory, who: Account, key: Account) -> Result<NetUid, Error> {
    act(&mut ledger.clone(), |l| networks::register_network(l, &who, &key))
}

#[test]
fn a_registration_is_checked_in_order() {
    let mut ledger = lively();
    let (who, key) = (coldkey(4), hotkey(7));
    assert_eq!(register(&ledger, who, hotkey(2)), Err(Error::NonAssociatedColdKey));
    let system = ledger.subnet_account(NET);
    assert_eq!(register(&ledger, who, system), Err(Error::CannotUseSystemAccount));
    let now = ledger.block();
    ledger.set_network_registration_start_block(now + 1);
    assert_eq!(register(&ledger, who, key), Err(Error::SubNetRegistrationDisabled));
    ledger.set_network_registration_start_block(now);
    assert_eq!(register(&ledger, who, key), Ok(NetUid(3)), "the lowest free number");
    // One's own hotkey may be taken again.
    assert_eq!(register(&ledger, coldkey(2), hotkey(2)), Ok(NetUid(3)));
    let since = now - ledger.network_last_registered();
    ledger.set_network_rate_limit(since + 1);
    assert_eq!(register(&ledger, who, key), Err(Error::NetworkTxRateLimitExceeded));
    ledger.set_network_rate_limit(since);
    let cost = networks::lock_cost(&ledger);
    assert!(cost > tao(100));
    let less = ledger.balance(&who).0 - cost.0;
    ledger.transfer(&who, &AUTHOR, Tao(less), Existence::Preserve).unwrap();
    assert_eq!(ledger.balance(&who), cost);
    assert_eq!(register(&ledger, who, key), Ok(NetUid(3)));
    ledger.transfer(&who, &AUTHOR, Tao(1), Existence::Preserve).unwrap();
    assert_eq!(register(&ledger, who, key), Err(Error::CannotAffordLockCost));
    ledger.set_subnet_limit(2);
    ledger.set_network_immunity_period(10_000);
    assert_eq!(register(&ledger, who, key), Err(Error::SubnetLimitReached));
}

#[test]
fn a_new_subnet_starts_as_the_chain_says() {
    let mut ledger = lively();
    let (who, key) = (coldkey(4), hotkey(7));
    ledger.set_registered_subnet_counter(NetUid(3), 4);
    let before = ledger.clone();
    let cost = networks::lock_cost(&ledger);
    let netuid = act(&mut ledger, |l| networks::register_network(l, &who, &key)).unwrap();
    let new = ledger.new_subnet();
    assert_eq!(ledger.total_networks(), before.total_networks() + 1);
    assert_eq!(ledger.network_registered_at(netuid), ledger.block());
    assert_eq!(ledger.network_last_registered(), ledger.block());
    assert_eq!(ledger.network_last_lock_cost(), cost);
    assert_eq!(ledger.subnet_locked(netuid), cost);
    assert_eq!(ledger.balance(&who), before.balance(&who).minus(cost).unwrap());
    assert_eq!(ledger.balance(&ledger.subnet_account(netuid)), cost);
    assert_eq!(
        (ledger.subnet_owner(netuid), ledger.subnet_owner_hotkey(netuid)),
        (Some(who), Some(key))
    );
    assert_eq!((ledger.owner(&key), ledger.uids(netuid, &key)), (Some(who), Some(0)));
    assert_eq!(ledger.registered_subnet_counter(netuid), 5);
    assert_eq!(ledger.tempo(netuid), new.tempo);
    assert_eq!(
        ledger.last_epoch_block(netuid),
        ledger.block() - u64::from(netuid.0 % new.tempo)
    );
    assert_eq!(ledger.subnet_emission_enabled(netuid), new.subnet_emission_enabled);
    // The median of two prices is between them.
    let prices = [NET, OTHER].map(|netuid| swaps::price(&before, netuid));
    let median = (prices[0] + prices[1]) / U64F64::from_num(2);
    let alpha = U64F64::from_num(cost.0) / median;
    assert_eq!(ledger.subnet_tao(netuid), cost);
    assert_eq!(ledger.subnet_alpha_in(netuid), Alpha(alpha.to_num()));
    assert_eq!(ledger.subnet_alpha_out(netuid), Alpha::ZERO);
    assert_eq!(ledger.total_stake(), before.total_stake().plus(cost).unwrap());
    let symbols = [NET, OTHER].map(|netuid| ledger.token_symbol(netuid));
    assert!(!symbols.contains(&ledger.token_symbol(netuid)));
    assert!(ledger.take_events().contains(&Event::NetworkAdded(netuid, 1)));
    check(&ledger);
}

#[test]
fn whoever_pays_the_last_rao_keeps_the_existential_deposit() {
    let mut ledger = lively();
    let who = coldkey(4);
    let cost = networks::lock_cost(&ledger);
    ledger.set_network_min_lock_cost(cost);
    let rest = ledger.balance(&who).0 - cost.0;
    ledger.transfer(&who, &AUTHOR, Tao(rest), Existence::Preserve).unwrap();
    let netuid = act(&mut ledger, |l| networks::register_network(l, &who, &hotkey(7))).unwrap();
    assert_eq!(ledger.balance(&who), Tao(500));
    assert_eq!(ledger.subnet_locked(netuid), Tao(cost.0 - 500));
    assert_eq!(ledger.network_last_lock_cost(), Tao(cost.0 - 500));
    assert_eq!(ledger.subnet_tao(netuid), cost, "the books show the minimum");
    check(&ledger);
}

#[test]
fn root_validators_adopt_a_new_subnet_unless_they_do_not_want_to() {
    let mut ledger = lively();
    // Two validators are on root. One does not want to, or has too little stake.
    let parents = |ledger: &Memory, key| {
        let mut ledger = ledger.clone();
        let netuid = act(&mut ledger, |l| networks::register_network(l, &coldkey(3), &key)).unwrap();
        let parents = ledger.parent_keys(&key, netuid);
        for (part, parent) in &parents {
            assert_eq!(*part, u64::MAX);
            assert_eq!(ledger.child_keys(parent, netuid), [(u64::MAX, key)]);
        }
        parents.into_iter().map(|(_, parent)| parent).collect::<Vec<_>>()
    };
    assert_eq!(parents(&ledger, hotkey(7)), [hotkey(2), hotkey(3)]);
    assert_eq!(parents(&ledger, hotkey(3)), [hotkey(2)], "not of itself");
    ledger.set_auto_parent_delegation_enabled(&hotkey(2), false);
    assert_eq!(parents(&ledger, hotkey(7)), [hotkey(3)]);
    ledger.set_auto_parent_delegation_enabled(&hotkey(2), true);
    let [two, three] = [2, 3].map(|key| staking::total_value(&ledger, &hotkey(key)).0);
    assert!(three < two);
    ledger.set_stake_threshold(three);
    assert_eq!(parents(&ledger, hotkey(7)), [hotkey(2), hotkey(3)]);
    ledger.set_stake_threshold(three + 1);
    assert_eq!(parents(&ledger, hotkey(7)), [hotkey(2)]);
}

#[test]
fn a_start_call_is_for_the_owner_once_after_the_delay() {
    let mut ledger = lively();
    ledger.set_start_call_delay(3);
    let netuid = act(&mut ledger, |l| networks::register_network(l, &coldkey(4), &hotkey(7))).unwrap();
    let start = |l: &mut Memory, who, netuid| act(l, |l| networks::start_call(l, &who, netuid));
    assert_eq!(start(&mut ledger, coldkey(4), NetUid(9)), Err(Error::SubnetNotExists));
    assert_eq!(start(&mut ledger, coldkey(3), netuid), Err(Error::NotSubnetOwner));
    assert_eq!(
        start(&mut ledger, coldkey(0), NET),
        Err(Error::FirstEmissionBlockNumberAlreadySet)
    );
    for _ in 0..3 {
        let early = start(&mut ledger, coldkey(4), netuid);
        assert_eq!(early, Err(Error::NeedWaitingMoreBlocksToStarCall));
        next_block(&mut ledger).unwrap();
    }
    start(&mut ledger, coldkey(4), netuid).unwrap();
    assert_eq!(ledger.first_emission_block_number(netuid), Some(ledger.block() + 1));
    assert!(ledger.subtoken_enabled(netuid));
}

#[test]
fn the_cheapest_subnet_that_is_no_longer_immune_makes_room() {
    let mut ledger = lively();
    ledger.set_subnet_limit(2);
    let price = |ledger: &mut Memory, one: f64, two: f64| {
        ledger.set_subnet_moving_price(NET, I96F32::from_num(one));
        ledger.set_subnet_moving_price(OTHER, I96F32::from_num(two));
    };
    let registered = ledger.network_registered_at(NET);
    assert!(registered < ledger.network_registered_at(OTHER));
    ledger.set_network_immunity_period(ledger.block() - registered);
    price(&mut ledger, 0.5, 0.25);
    assert_eq!(networks::subnet_to_prune(&ledger), Some(NET), "the other is immune");
    ledger.set_network_immunity_period(ledger.block() - registered + 1);
    assert_eq!(networks::subnet_to_prune(&ledger), None);
    ledger.set_network_immunity_period(0);
    assert_eq!(networks::subnet_to_prune(&ledger), Some(OTHER));
    price(&mut ledger, 0.5, 0.5);
    assert_eq!(networks::subnet_to_prune(&ledger), Some(NET), "of equals the oldest");
    // A stable subnet counts with a price of one.
    ledger.set_subnet_mechanism(NET, 0);
    assert_eq!(networks::subnet_to_prune(&ledger), Some(OTHER));
    let netuid = act(&mut ledger, |l| networks::register_network(l, &coldkey(4), &hotkey(7)));
    assert_eq!(netuid, Ok(OTHER));
    assert_eq!(ledger.subnet_owner(OTHER), Some(coldkey(4)));
}

/// What an account gets of a subnet that ends.
fn paid(before: &Memory, after: &Memory, who: Account) -> u64 {
    after.balance(&who).0 - before.balance(&who).0
}

#[test]
fn the_pot_of_a_dissolved_subnet_is_shared_by_stakes_and_the_chain() {
    // Registered after the refund was introduced, the pool's alpha is the chain's too.
    for pool_claims in [false, true] {
        let mut ledger = lively();
        let registered = ledger.network_registered_at(NET);
        ledger.set_tao_in_refund_deployment_block(if pool_claims { registered - 1 } else { registered });
        ledger.set_subnet_protocol_alpha(NET, Alpha(UNIT));
        let before = ledger.clone();
        let totals = Totals::read(&ledger);
        act(&mut ledger, |l| networks::dissolve(l, NET)).unwrap();
        let keys = [0, 1, 2, 3, 4];
        let stakes = keys.map(|who| {
            let all = keys.iter().chain(&[5, 6, 7]);
            all.map(|key| staking::stake_of(&before, &hotkey(*key), &coldkey(who), NET).0)
                .sum::<u64>()
        });
        let chain = UNIT + if pool_claims { before.subnet_alpha_in(NET).0 } else { 0 };
        let all = u128::from(stakes.iter().sum::<u64>()) + u128::from(chain);
        let pot = before.subnet_tao(NET).0;
        let mut out = 0;
        for (who, stake) in keys.into_iter().zip(stakes) {
            let share = (u128::from(pot) * u128::from(stake) / all) as u64;
            let paid = paid(&before, &ledger, coldkey(who));
            assert!(
                paid == share || (paid == share + 1 && stake > 0),
                "{who}: {paid} of {share}"
            );
            out += paid;
        }
        assert!(out > 0 && out < pot);
        // All else on the account is recycled but for what keeps it alive.
        let account = ledger.subnet_account(NET);
        assert_eq!(ledger.balance(&account), Tao(500));
        let recycled = before.balance(&account).0 - out - 500;
        assert_eq!(totals.issued.0 - ledger.total_issuance().0, recycled);
        assert_eq!(totals.held.0 - ledger.balances_issuance().0, recycled);
        assert_eq!(before.total_stake().0 - ledger.total_stake().0, pot);
        assert_eq!(ledger.total_networks(), before.total_networks() - 1);
        check(&ledger);
    }
}

#[test]
fn nothing_of_a_dissolved_subnet_stays() {
    let mut ledger = lively();
    ledger.set_root_claimable(
        &hotkey(2),
        [(NET, I96F32::from_num(2)), (OTHER, I96F32::from_num(1))].into(),
    );
    ledger.set_root_claimed(NET, &hotkey(2), &coldkey(2), 7);
    ledger.set_root_claimed(OTHER, &hotkey(2), &coldkey(2), 8);
    act(&mut ledger, |l| networks::dissolve(l, NET)).unwrap();
    assert!(!ledger.networks_added(NET) && !ledger.networks().contains(&NET));
    assert_eq!(ledger.subnet_tao(NET), Tao::ZERO);
    assert_eq!(
        (ledger.subnet_alpha_in(NET), ledger.subnet_alpha_out(NET)),
        (Alpha::ZERO, Alpha::ZERO)
    );
    assert_eq!(
        (ledger.subnet_protocol_alpha(NET), ledger.subnet_locked(NET)),
        (Alpha::ZERO, Tao::ZERO)
    );
    assert_eq!(
        (ledger.subnet_owner(NET), ledger.subnet_owner_hotkey(NET)),
        (None, None)
    );
    assert!(ledger.hotkeys_with_stake(NET).is_empty());
    assert!(ledger.stakes().all(|(_, netuid, _)| *netuid != NET));
    assert_eq!(ledger.key(NET, 0), None);
    // Claims on it end, others do not.
    assert_eq!(ledger.root_claimable(&hotkey(2)), [(OTHER, I96F32::from_num(1))].into());
    let claimed = [NET, OTHER].map(|netuid| ledger.root_claimed(netuid, &hotkey(2), &coldkey(2)));
    assert_eq!(claimed, [0, 8]);
    assert!(ledger.take_events().contains(&Event::NetworkRemoved(NET)));
    for gone in [NET, NetUid::ROOT, NetUid(9)] {
        assert_eq!(
            act(&mut ledger, |l| networks::dissolve(l, gone)),
            Err(Error::SubnetNotExists)
        );
    }
}

#[test]
fn a_payment_that_cannot_be_made_is_recycled() {
    let mut ledger = lively();
    // A staker without account, whose part would be too little for one.
    let stranger = 88;
    act(&mut ledger, |l| {
        staking::add_stake(l, &coldkey(4), &hotkey(2), NET, Tao(2_100_000))
    })
    .unwrap();
    let share = ledger.stake_share(&hotkey(2), &coldkey(4), NET);
    let tiny = tributary_economy::safe_float::SafeFloat::new(share.mantissa(), share.exponent() - 5).unwrap();
    ledger.set_stake_share(&hotkey(2), &coldkey(4), NET, Default::default());
    ledger.set_stake_share(&hotkey(2), &stranger, NET, tiny);
    let owed = staking::stake_of(&ledger, &hotkey(2), &stranger, NET);
    assert!(owed > Alpha::ZERO && owed < Alpha(100));
    act(&mut ledger, |l| networks::dissolve(l, NET)).unwrap();
    assert_eq!(ledger.balance(&stranger), Tao::ZERO);
    assert_eq!(ledger.balance(&ledger.subnet_account(NET)), Tao(500));
    check(&ledger);
}

#[test]
fn an_owner_from_before_the_lock_went_into_the_pool_gets_the_rest_of_it_back() {
    let mut ledger = lively();
    let registered = ledger.network_registered_at(NET);
    let refund = |l: &Memory| networks::legacy_refund(l, NET);
    ledger.set_network_registration_start_block(registered);
    assert_eq!(refund(&ledger), None, "it is not from before");
    ledger.set_network_registration_start_block(registered + 1);
    ledger.set_subnet_locked(NET, Tao::ZERO);
    assert_eq!(refund(&ledger), None, "nothing is locked");
    ledger.set_subnet_locked(NET, tao(1_000));
    let issued = (ledger.subnet_alpha_in(NET).0 + ledger.subnet_alpha_out(NET).0) as f64;
    let worth = issued * 11_796.0 / 65_535.0 * swaps::price(&ledger, NET).to_num::<f64>();
    let (owner, back) = refund(&ledger).unwrap();
    assert_eq!(owner, coldkey(0));
    assert!((back.0 as f64 - (1e12 - worth)).abs() < 100.0, "{back:?} {worth}");
    // It is paid, at most what the account holds beyond the chain's part.
    let before = ledger.clone();
    ledger.set_subnet_protocol_alpha(NET, Alpha(UNIT));
    ledger.set_tao_in_refund_deployment_block(u64::MAX);
    let mut rich = ledger.clone();
    act(&mut ledger, |l| networks::dissolve(l, NET)).unwrap();
    let account = ledger.subnet_account(NET);
    let chain = before.total_issuance().0 - ledger.total_issuance().0;
    let stakers: u64 = [2, 3].map(|who| paid(&before, &ledger, coldkey(who))).iter().sum();
    let got = paid(&before, &ledger, owner);
    assert!(got > 0 && got < back.0);
    assert_eq!(
        before.balance(&account).0,
        stakers + got + chain + ledger.balance(&account).0
    );
    let claims = u128::from(UNIT) * u128::from(before.subnet_tao(NET).0);
    let all: u64 = before
        .hotkeys_with_stake(NET)
        .iter()
        .map(|key| before.total_hotkey_alpha(key, NET).0)
        .sum();
    let part = (claims / u128::from(all + UNIT)) as u64;
    assert!((chain + 500).abs_diff(part) <= 501, "{chain} {part}");
    rich.fund(&account, tao(5_000)).unwrap();
    let before = rich.clone();
    act(&mut rich, |l| networks::dissolve(l, NET)).unwrap();
    assert_eq!(paid(&before, &rich, owner), back.0);
    check(&rich);
}

#[test]
fn the_genesis_subnet_shows_ten_tao_that_nobody_holds() {
    let mut ledger = Memory::genesis();
    let nobody = 55;
    genesis::apex(&mut ledger, &nobody).unwrap();
    assert_eq!(ledger.total_networks(), 2);
    assert_eq!(
        (ledger.subnet_tao(NET), ledger.subnet_alpha_in(NET)),
        (tao(10), Alpha(10 * UNIT))
    );
    assert_eq!(
        (ledger.subnet_alpha_out(NET), ledger.subnet_locked(NET)),
        (Alpha(UNIT), Tao(1))
    );
    assert_eq!(staking::stake_of(&ledger, &nobody, &nobody, NET), Alpha(UNIT));
    assert_eq!(
        (ledger.subnet_owner(NET), ledger.subnet_owner_hotkey(NET)),
        (Some(nobody), None)
    );
    assert_eq!((ledger.uids(NET, &nobody), ledger.subnet_mechanism(NET)), (Some(0), 1));
    assert_eq!((ledger.tempo(NET), ledger.max_allowed_uids(NET)), (100, 256));
    assert_eq!(ledger.balances_issuance(), Tao::ZERO);
    let sums = audit::audit(&ledger).unwrap();
    assert_eq!(
        (sums.subnets[0].pooled, sums.subnets[0].unowned),
        (tao(10), Alpha::ZERO)
    );

    let root = NetUid::ROOT;
    assert_eq!(
        (
            ledger.tempo(root),
            ledger.max_allowed_uids(root),
            ledger.max_allowed_validators(root)
        ),
        (100, 64, 64)
    );
    assert_eq!(
        (
            ledger.min_allowed_weights(root),
            ledger.target_registrations_per_interval(root)
        ),
        (0, 1)
    );
    assert!(ledger.subtoken_enabled(root) && ledger.networks_added(root));
    let mut owned = Memory::default();
    genesis::root(&mut owned, Some(&(5, 6)), false);
    assert_eq!(
        (owned.subnet_owner(root), owned.subnet_owner_hotkey(root)),
        (Some(5), Some(6))
    );
    assert!(!owned.subtoken_enabled(root));
}
