//! What people do, from registration to pay.

use frame_support::{assert_noop, assert_ok};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::AccountId32;
use tributary_economy::{
    Alpha, MechId, NetUid, NetUidStorageIndex, NewSubnet, RootClaimType, Tao, UNIT, market::staking::stake_of,
};

use super::mock::*;
use crate::*;

type Calls = Pallet<Test>;

const ROOT: NetUid = NetUid(0);
const ONE: NetUid = NetUid(1);
const MAIN: NetUidStorageIndex = NetUidStorageIndex(1);

fn signed(number: u8) -> RuntimeOrigin {
    RuntimeOrigin::signed(account(number))
}

fn stake(hotkey: u8, coldkey: u8, netuid: NetUid) -> Alpha {
    stake_of(&Chain::<Test>::default(), &account(hotkey), &account(coldkey), netuid)
}

fn happened(event: Event<Test>) -> bool {
    System::events()
        .iter()
        .any(|record| record.event == RuntimeEvent::SubtensorModule(event.clone()))
}

/// Coldkey 1 owns subnet 1 with hotkey 101 and has started it.
fn start_subnet() {
    assert_ok!(Calls::register_network(signed(1), account(101)));
    assert!(happened(Event::NetworkAdded(ONE, 1)));
    assert_ok!(Calls::start_call(signed(1), ONE));
}

/// As before, with a validator (coldkey 2, hotkey 102) with stake and two miners (3/103, 4/104).
fn populate_subnet() {
    start_subnet();
    for number in 2..5 {
        assert_ok!(Calls::burned_register(signed(number), ONE, account(100 + number)));
    }
    assert_ok!(Calls::add_stake(signed(2), account(102), ONE, Tao(500 * UNIT)));
}

#[test]
fn genesis_is_the_reference_s() {
    run(Genesis::default(), || {
        assert_eq!(TotalNetworks::<Test>::get(), 2);
        assert_eq!(TotalIssuance::<Test>::get().0, 90_000 * UNIT);
        let nobody = AccountId32::new([0; 32]);
        assert_eq!(SubnetTAO::<Test>::get(ONE), Tao(10 * UNIT));
        assert_eq!(SubnetAlphaIn::<Test>::get(ONE), Alpha(10 * UNIT));
        assert_eq!(TotalHotkeyAlpha::<Test>::get(&nobody, ONE), Alpha(UNIT));
        assert_eq!(stake_of(&Chain::<Test>::default(), &nobody, &nobody, ONE), Alpha(UNIT));
        assert_eq!(Uids::<Test>::get(ONE, &nobody), Some(0));
        assert_eq!(TokenSymbol::<Test>::get(ROOT), "Τ".as_bytes());
        assert_eq!(TokenSymbol::<Test>::get(ONE), "α".as_bytes());
        assert_eq!(Tempo::<Test>::get(ROOT), 100);
        assert_eq!(pallet_subtensor_swap::AlphaSqrtPrice::<Test>::get(ONE), 1);
        // Nothing emits, so nothing is issued.
        next_blocks(5);
        assert_eq!(TotalIssuance::<Test>::get().0, 90_000 * UNIT);
    });
}

#[test]
fn a_subnet_is_bought_started_and_paid() {
    run(fast(), || {
        let before = spendable(&account(1));
        start_subnet();
        assert_eq!(before - spendable(&account(1)), 100 * UNIT);
        assert_eq!(SubnetTAO::<Test>::get(ONE), Tao(100 * UNIT));
        assert_eq!(SubnetOwnerHotkey::<Test>::get(ONE), account(101));
        assert_eq!(Uids::<Test>::get(ONE, account(101)), Some(0));
        assert_noop!(
            Calls::start_call(signed(1), ONE),
            Error::<Test>::FirstEmissionBlockNumberAlreadySet
        );
        // The moving price starts at zero, and with it the share of the emission.
        next_blocks(1);
        let issued = TotalIssuance::<Test>::get();
        next_blocks(1);
        assert_eq!(TotalIssuance::<Test>::get(), issued.plus(Tao(UNIT)).unwrap());
        assert!(SubnetTAO::<Test>::get(ONE).0 > 100 * UNIT);
    });
}

#[test]
fn a_subnet_that_root_has_not_enabled_gets_no_tao() {
    let mut market = fast();
    market.new_subnet.subnet_emission_enabled = false;
    run(market, || {
        start_subnet();
        next_blocks(3);
        assert_eq!(SubnetTAO::<Test>::get(ONE), Tao(100 * UNIT));
        assert!(SubnetAlphaOut::<Test>::get(ONE).0 > 0);
    });
}

#[test]
fn weights_decide_who_is_paid() {
    run(fast(), || {
        populate_subnet();
        assert_eq!(SubnetworkN::<Test>::get(ONE), 4);
        // The first epoch gives the permit, the next ones follow the weights.
        next_blocks(10);
        assert!(ValidatorPermit::<Test>::get(ONE)[1]);
        assert_ok!(Calls::set_weights(signed(102), ONE, vec![2, 3], vec![3, 1], 0));
        assert!(happened(Event::WeightsSet(MAIN, 1)));
        assert_eq!(Weights::<Test>::get(MAIN, 1), vec![(2, u16::MAX), (3, 21_845)]);
        next_blocks(20);
        let incentive = Incentive::<Test>::get(MAIN);
        assert!(incentive[2] > 2 * incentive[3] && incentive[3] > 0, "{incentive:?}");
        let (first, second) = (stake(103, 3, ONE), stake(104, 4, ONE));
        assert!(first.0 > 2 * second.0 && second.0 > 0, "{first} {second}");
        assert!(SubnetEpochIndex::<Test>::get(ONE) >= 3);
    });
}

#[test]
fn weights_take_a_permit_and_a_uid() {
    run(fast(), || {
        populate_subnet();
        assert_noop!(
            Calls::set_weights(signed(109), ONE, vec![0], vec![1], 0),
            Error::<Test>::HotKeyNotRegisteredInSubNet
        );
        assert_noop!(
            Calls::set_weights(signed(103), ONE, vec![0], vec![1], 0),
            Error::<Test>::NeuronNoValidatorPermit
        );
        assert_noop!(
            Calls::set_mechanism_weights(signed(102), ONE, MechId(1), vec![0], vec![1], 0),
            // The guard's error, as in the reference.
            Error::<Test>::SettingWeightsTooFast
        );
    });
}

#[test]
fn staking_and_back_loses_only_fees() {
    run(fast(), || {
        populate_subnet();
        let before = spendable(&account(5));
        assert_ok!(Calls::add_stake(signed(5), account(102), ONE, Tao(10 * UNIT)));
        assert_eq!(before - spendable(&account(5)), 10 * UNIT);
        assert_eq!(StakingHotkeys::<Test>::get(account(5)), vec![account(102)]);
        let held = stake(102, 5, ONE);
        assert_ok!(Calls::remove_stake(signed(5), account(102), ONE, held));
        let loss = before - spendable(&account(5));
        assert!(loss > 0 && loss < UNIT / 50, "{loss}");
        assert_eq!(stake(102, 5, ONE), Alpha(0));
        assert_noop!(
            Calls::remove_stake_limit(signed(5), account(102), ONE, Alpha(UNIT), Tao(1), false),
            Error::<Test>::NotEnoughStakeToWithdraw
        );
        assert_noop!(
            Calls::add_stake(signed(5), account(200), ONE, Tao(UNIT)),
            Error::<Test>::HotKeyAccountNotExists
        );
        assert_noop!(
            Calls::add_stake(signed(5), account(102), ONE, Tao(20_000 * UNIT)),
            Error::<Test>::NotEnoughBalanceToStake
        );
    });
}

#[test]
fn a_limit_holds_the_price() {
    run(fast(), || {
        populate_subnet();
        assert_noop!(
            Calls::add_stake_limit(signed(5), account(102), ONE, Tao(1_000 * UNIT), Tao(50 * UNIT), false),
            Error::<Test>::SlippageTooHigh
        );
    });
}

#[test]
fn stake_moves_between_hotkeys_coldkeys_and_subnets() {
    run(fast(), || {
        populate_subnet();
        assert_ok!(Calls::register_network(signed(6), account(106)));
        assert_ok!(Calls::start_call(signed(6), NetUid(2)));
        assert_ok!(Calls::move_stake(
            signed(2),
            account(102),
            account(103),
            ONE,
            ONE,
            Alpha(10 * UNIT)
        ));
        assert_eq!(stake(103, 2, ONE), Alpha(10 * UNIT));
        assert_ok!(Calls::transfer_stake(
            signed(2),
            account(7),
            account(103),
            ONE,
            ONE,
            Alpha(4 * UNIT)
        ));
        assert_eq!(stake(103, 7, ONE), Alpha(4 * UNIT));
        assert_ok!(Calls::swap_stake(
            signed(7),
            account(103),
            ONE,
            NetUid(2),
            Alpha(4 * UNIT)
        ));
        assert_eq!(stake(103, 7, ONE), Alpha(0));
        assert!(stake(103, 7, NetUid(2)).0 > 0);
    });
}

#[test]
fn root_validators_earn_and_claim() {
    run(fast(), || {
        populate_subnet();
        assert_ok!(Calls::root_register(signed(2), account(102)));
        assert_ok!(Calls::add_stake(signed(2), account(102), ROOT, Tao(5_000 * UNIT)));
        assert_eq!(stake(102, 2, ROOT), Alpha(5_000 * UNIT));
        assert_ok!(Calls::set_root_claim_type(signed(2), RootClaimType::Keep));
        next_blocks(40);
        assert!(stake(102, 2, ONE).0 > 0);
        assert_ok!(Calls::claim_root(signed(2), [ONE].into()));
        assert!(happened(Event::RootClaimed { coldkey: account(2) }));
        assert_noop!(
            Calls::claim_root(signed(2), [].into()),
            Error::<Test>::InvalidSubnetNumber
        );
    });
}

#[test]
fn commits_are_revealed_in_the_next_epoch_only() {
    let market = fast();
    let new_subnet = NewSubnet {
        commit_reveal_weights_enabled: true,
        ..market.new_subnet
    };
    run(Genesis { new_subnet, ..market }, || {
        populate_subnet();
        next_blocks(10);
        let (uids, values, salt) = (vec![2u16, 3], vec![1u16, 1], vec![7u16]);
        let bytes = tributary_economy::commits::preimage(&account(102), MAIN, &uids, &values, &salt, 0);
        let hash = H256(blake2_256(&bytes));
        let reveal =
            |values: &Vec<u16>| Calls::reveal_weights(signed(102), ONE, uids.clone(), values.clone(), salt.clone(), 0);
        assert_noop!(
            Calls::set_weights(signed(102), ONE, uids.clone(), values.clone(), 0),
            Error::<Test>::CommitRevealEnabled
        );
        assert_ok!(Calls::commit_weights(signed(102), ONE, hash));
        assert_noop!(reveal(&values), Error::<Test>::RevealTooEarly);
        next_blocks(10);
        assert_noop!(reveal(&vec![2, 1]), Error::<Test>::NoWeightsCommitFound);
        assert_ok!(reveal(&values));
        assert_eq!(Weights::<Test>::get(MAIN, 1), vec![(2, u16::MAX), (3, u16::MAX)]);
        assert_noop!(reveal(&values), Error::<Test>::NoWeightsCommitFound);
        assert_ok!(Calls::commit_weights(signed(102), ONE, hash));
        next_blocks(20);
        assert_noop!(reveal(&values), Error::<Test>::RevealTooEarly);
        StakeThreshold::<Test>::put(u64::MAX);
        assert_noop!(
            Calls::commit_weights(signed(102), ONE, hash),
            Error::<Test>::NotEnoughStakeToSetWeights
        );
        assert_noop!(reveal(&values), Error::<Test>::NotEnoughStakeToSetWeights);
    });
}

#[test]
fn a_child_takes_effect_after_its_cooldown() {
    run(fast(), || {
        populate_subnet();
        assert_ok!(Calls::set_pending_childkey_cooldown(RuntimeOrigin::root(), 5));
        let children = vec![(u64::MAX / 2, account(103))];
        assert_noop!(
            Calls::set_children(signed(3), account(102), ONE, children.clone()),
            Error::<Test>::NonAssociatedColdKey
        );
        assert_noop!(
            Calls::set_children(signed(2), account(102), ONE, vec![(1, account(102))]),
            Error::<Test>::InvalidChild
        );
        assert_ok!(Calls::set_children(signed(2), account(102), ONE, children.clone()));
        assert_eq!(ChildKeys::<Test>::get(account(102), ONE), vec![]);
        next_blocks(20);
        assert_eq!(ChildKeys::<Test>::get(account(102), ONE), children);
        assert_eq!(
            ParentKeys::<Test>::get(account(103), ONE),
            vec![(u64::MAX / 2, account(102))]
        );
    });
}

#[test]
fn endpoints_are_checked_and_limited() {
    run(fast(), || {
        populate_subnet();
        let serve = |ip: u128, port: u16| Calls::serve_axon(signed(103), ONE, 1, ip, port, 4, 0, 0, 0);
        assert_noop!(serve(0x7f00_0001, 80), Error::<Test>::InvalidIpAddress);
        assert_noop!(serve(0x0a00_0001, 0), Error::<Test>::InvalidPort);
        assert_ok!(serve(0x0a00_0001, 80));
        assert_eq!(Axons::<Test>::get(ONE, account(103)).map(|axon| axon.block), Some(1));
        assert_noop!(serve(0x0a00_0002, 80), Error::<Test>::ServingRateLimitExceeded);
        next_blocks(50);
        assert_ok!(serve(0x0a00_0002, 80));
        assert_noop!(
            Calls::serve_axon(signed(109), ONE, 1, 1, 80, 4, 0, 0, 0),
            Error::<Test>::HotKeyNotRegisteredInNetwork
        );
    });
}

#[test]
fn owners_change_the_tempo_within_bounds() {
    run(fast(), || {
        start_subnet();
        assert_noop!(
            Calls::set_tempo(signed(2), ONE, 400),
            sp_runtime::DispatchError::BadOrigin
        );
        assert_noop!(Calls::set_tempo(signed(1), ONE, 100), Error::<Test>::TempoOutOfBounds);
        // A tempo of 10 is a freeze window of 10.
        assert_noop!(
            Calls::set_tempo(signed(1), ONE, 400),
            Error::<Test>::AdminActionProhibitedDuringWeightsWindow
        );
        AdminFreezeWindow::<Test>::put(3);
        assert_ok!(Calls::set_tempo(signed(1), ONE, 400));
        assert_noop!(
            Calls::set_tempo(signed(1), ONE, 500),
            Error::<Test>::TxRateLimitExceeded
        );
        assert_ok!(Calls::trigger_epoch(signed(1), ONE));
        let epochs = SubnetEpochIndex::<Test>::get(ONE);
        next_blocks(3);
        assert_eq!(SubnetEpochIndex::<Test>::get(ONE), epochs + 1);
    });
}

#[test]
fn identities_and_symbols() {
    run(fast(), || {
        let identity = SubnetIdentityV3 {
            subnet_name: b"speech".to_vec(),
            ..Default::default()
        };
        assert_ok!(Calls::register_network_with_identity(
            signed(1),
            account(101),
            Some(identity.clone())
        ));
        assert_eq!(SubnetIdentitiesV3::<Test>::get(ONE), Some(identity));
        let set = |name: Vec<u8>, by: u8| {
            Calls::set_identity(signed(by), name, vec![], vec![], vec![], vec![], vec![], vec![])
        };
        assert_ok!(set(b"one".to_vec(), 1));
        assert_noop!(set(vec![0; 257], 1), Error::<Test>::InvalidIdentity);
        assert_noop!(set(b"two".to_vec(), 2), Error::<Test>::HotKeyNotRegisteredInNetwork);
        assert_ok!(Calls::update_symbol(signed(1), ONE, "β".as_bytes().to_vec()));
        assert_noop!(
            Calls::update_symbol(signed(1), ONE, "β".as_bytes().to_vec()),
            Error::<Test>::SymbolAlreadyInUse
        );
        assert_noop!(
            Calls::update_symbol(signed(1), ONE, b"??".to_vec()),
            Error::<Test>::SymbolDoesNotExist
        );
    });
}

#[test]
fn a_dissolved_subnet_pays_and_leaves_nothing() {
    run(fast(), || {
        populate_subnet();
        assert_ok!(Calls::set_weights(signed(101), ONE, vec![2], vec![1], 0));
        next_blocks(25);
        let before = spendable(&account(2));
        assert_ok!(Calls::root_dissolve_network(RuntimeOrigin::root(), ONE));
        assert!(spendable(&account(2)) > before);
        assert_eq!(TotalNetworks::<Test>::get(), 1);
        assert!(!NetworksAdded::<Test>::get(ONE));
        assert_eq!(Keys::<Test>::iter_prefix(ONE).count(), 0);
        assert_eq!(Weights::<Test>::iter_prefix(MAIN).count(), 0);
        assert_eq!(TotalHotkeyAlpha::<Test>::iter().count(), 0);
        assert_eq!(AlphaV2::<Test>::iter().count(), 0);
        assert_eq!(Tempo::<Test>::get(ONE), 360);
        assert_ok!(Calls::register_network(signed(1), account(101)));
        assert_eq!(Tempo::<Test>::get(ONE), 10);
    });
}

#[test]
fn the_pool_refuses_what_is_free_and_would_fail() {
    let mut market = fast();
    market.new_subnet.weights_set_rate_limit = 5;
    run(market, || {
        populate_subnet();
        let weights = Call::set_weights {
            netuid: ONE,
            dests: vec![2],
            weights: vec![1],
            version_key: 0,
        };
        assert_eq!(
            Calls::validate_call(&account(102), &weights),
            Err(CustomError::RateLimitExceeded)
        );
        next_blocks(5);
        assert_eq!(Calls::validate_call(&account(102), &weights), Ok(()));
        StakeThreshold::<Test>::put(u64::MAX);
        assert_eq!(
            Calls::validate_call(&account(102), &weights),
            Err(CustomError::StakeAmountTooLow)
        );
        assert_eq!(Calls::validate_call(&account(101), &weights), Ok(()));
        let serve = Call::serve_prometheus {
            netuid: ONE,
            version: 1,
            ip: 1,
            port: 0,
            ip_type: 4,
        };
        assert_eq!(
            Calls::validate_call(&account(102), &serve),
            Err(CustomError::InvalidPort)
        );
        let reveal = Call::reveal_weights {
            netuid: ONE,
            uids: vec![],
            values: vec![],
            salt: vec![],
            version_key: 0,
        };
        assert_eq!(
            Calls::validate_call(&account(101), &reveal),
            Err(CustomError::CommitNotFound)
        );
    });
}

#[test]
fn dust_leaves_the_issuance() {
    run(fast(), || {
        let issued = TotalIssuance::<Test>::get();
        let all = spendable(&account(9)) + 500;
        assert_ok!(Balances::transfer_allow_death(signed(9), account(8), all - 100));
        assert_eq!(TotalIssuance::<Test>::get(), Tao(issued.0 - 100));
        assert_eq!(Balances::total_issuance(), issued.0 - 100);
    });
}

#[test]
#[should_panic(expected = "the block step failed")]
fn a_broken_sum_stops_the_block() {
    run(fast(), || {
        start_subnet();
        PendingServerEmission::<Test>::insert(ONE, Alpha(u64::MAX));
        next_blocks(2);
    });
}

#[test]
fn a_coldkey_swap_is_announced_waits_and_moves_everything() {
    let market = Genesis {
        coldkey_swap_announcement_delay: 20,
        coldkey_swap_reannouncement_delay: 5,
        ..fast()
    };
    run(market, || {
        populate_subnet();
        let hash = |number: u8| H256(blake2_256(account(number).as_ref()));
        let guard = |call: Option<&Call<Test>>| Calls::validate_while_swapping(&account(2), call);
        let stake_more = Call::add_stake {
            hotkey: account(102),
            netuid: ONE,
            amount_staked: Tao(UNIT),
        };
        let swap = Call::swap_coldkey_announced {
            new_coldkey: account(50),
        };
        assert_eq!(guard(Some(&stake_more)), Ok(()));
        assert_noop!(
            Calls::swap_coldkey_announced(signed(2), account(50)),
            Error::<Test>::ColdkeySwapAnnouncementNotFound
        );

        let issued = TotalIssuance::<Test>::get();
        assert_ok!(Calls::announce_coldkey_swap(signed(2), hash(50)));
        assert_eq!(
            issued.0 - TotalIssuance::<Test>::get().0,
            UNIT / 10,
            "the price is recycled"
        );
        let announced = System::block_number();
        assert_eq!(
            ColdkeySwapAnnouncements::<Test>::get(account(2)),
            Some((announced + 20, hash(50)))
        );
        // From now on nothing else: not even calls of other pallets.
        assert_eq!(guard(Some(&stake_more)), Err(CustomError::ColdkeySwapAnnounced));
        assert_eq!(guard(None), Err(CustomError::ColdkeySwapAnnounced));
        assert_eq!(guard(Some(&swap)), Ok(()));
        assert_noop!(
            Calls::announce_coldkey_swap(signed(2), hash(51)),
            Error::<Test>::ColdkeySwapReannouncedTooEarly
        );
        assert_noop!(
            Calls::swap_coldkey_announced(signed(2), account(51)),
            Error::<Test>::AnnouncedColdkeyHashDoesNotMatch
        );
        assert_noop!(
            Calls::swap_coldkey_announced(signed(2), account(50)),
            Error::<Test>::ColdkeySwapTooEarly
        );
        next_blocks(20);
        assert_noop!(
            Calls::clear_coldkey_swap_announcement(signed(2)),
            Error::<Test>::ColdkeySwapClearTooEarly
        );
        IdentitiesV2::<Test>::insert(account(2), ChainIdentityV2::default());
        let staked = stake(102, 2, ONE);
        assert_ok!(Calls::swap_coldkey_announced(signed(2), account(50)));
        assert!(happened(Event::ColdkeySwapped {
            old_coldkey: account(2),
            new_coldkey: account(50)
        }));
        assert_eq!((stake(102, 50, ONE), stake(102, 2, ONE)), (staked, Alpha(0)));
        assert_eq!(Owner::<Test>::get(account(102)), account(50));
        assert!(IdentitiesV2::<Test>::contains_key(account(50)) && !IdentitiesV2::<Test>::contains_key(account(2)));
        assert_eq!(guard(Some(&stake_more)), Ok(()), "the announcement is gone");
        assert!(!System::account_exists(&account(2)));
        next_blocks(20);
    });
}

#[test]
fn a_disputed_coldkey_swap_waits_for_root() {
    let market = Genesis {
        coldkey_swap_announcement_delay: 2,
        coldkey_swap_reannouncement_delay: 3,
        ..fast()
    };
    run(market, || {
        let hash = H256(blake2_256(account(50).as_ref()));
        assert_noop!(
            Calls::dispute_coldkey_swap(signed(2)),
            Error::<Test>::ColdkeySwapAnnouncementNotFound
        );
        assert_ok!(Calls::announce_coldkey_swap(signed(2), hash));
        assert_ok!(Calls::dispute_coldkey_swap(signed(2)));
        assert_noop!(
            Calls::dispute_coldkey_swap(signed(2)),
            Error::<Test>::ColdkeySwapAlreadyDisputed
        );
        let swap = Call::swap_coldkey_announced {
            new_coldkey: account(50),
        };
        assert_eq!(
            Calls::validate_while_swapping(&account(2), Some(&swap)),
            Err(CustomError::ColdkeySwapDisputed)
        );
        next_blocks(2);
        assert_noop!(
            Calls::swap_coldkey_announced(signed(2), account(50)),
            Error::<Test>::ColdkeySwapDisputed
        );
        // Root lets it go, or makes the swap.
        assert_noop!(
            Calls::reset_coldkey_swap(signed(2), account(2)),
            sp_runtime::DispatchError::BadOrigin
        );
        assert_ok!(Calls::reset_coldkey_swap(RuntimeOrigin::root(), account(2)));
        assert_eq!(Calls::validate_while_swapping(&account(2), None), Ok(()));
        let cost = Tao(UNIT);
        assert_ok!(Calls::swap_coldkey(
            RuntimeOrigin::root(),
            account(2),
            account(50),
            cost
        ));
        assert_eq!(spendable(&account(50)) + 500, 10_000 * UNIT - UNIT - UNIT / 10);
        // An announcement can be taken back a while after its time.
        assert_ok!(Calls::announce_coldkey_swap(signed(3), hash));
        next_blocks(5);
        assert_ok!(Calls::clear_coldkey_swap_announcement(signed(3)));
        assert!(!ColdkeySwapAnnouncements::<Test>::contains_key(account(3)));
    });
}
