//! Who is paid after an epoch, and that nothing is lost on the way (`docs/rules/dividends.md`).

use tributary_economy::{
    Alpha, Error, Event, Ledger, MechId, NetUid, PerMillion, RecycleOrBurn, Tao, UNIT,
    fixed::I96F32,
    market::{registration, root, staking, weights},
    pact::{Books as _, Route, Terms, release},
};

use crate::{
    pacts::{NET, advance, bound, pact_act},
    world::*,
};

const ROOT: NetUid = NetUid::ROOT;

/// The owner's hotkey has uid 0, two validators 1 and 2, a miner 3.
const MINER: (u64, u64) = (4, 5);

/// A subnet whose validators weigh these uids alike, shortly before an epoch.
fn weighed(mut ledger: Memory, uids: &[u16]) -> Memory {
    let (who, key) = (coldkey(MINER.0), hotkey(MINER.1));
    ledger.set_num_root_claim(0);
    let uid = act(&mut ledger, |l| registration::register(l, &who, &key, NET, None));
    assert_eq!(uid, Ok(3));
    // An epoch gives permits.
    advance(&mut ledger, 6);
    for key in [2, 3] {
        let values = vec![u16::MAX; uids.len()];
        let set = act(&mut ledger, |l| {
            weights::set_weights(l, &hotkey(key), NET, MechId(0), uids, &values, 0)
        });
        assert_eq!(set, Ok(()));
    }
    // Bonds need an epoch.
    epoch(&mut ledger);
    to_the_last_block(&mut ledger);
    ledger
}

fn to_the_last_block(ledger: &mut Memory) {
    while ledger.block() + 1 < ledger.last_epoch_block(NET) + u64::from(ledger.tempo(NET)) {
        next_block(ledger).unwrap();
    }
}

/// Runs until an epoch has run. Returns what miners earned in it, by uid.
fn epoch(ledger: &mut Memory) -> Vec<Alpha> {
    to_the_last_block(ledger);
    ledger.take_events();
    next_block(ledger).unwrap();
    check(ledger);
    let of_net = |event| match event {
        Event::IncentiveAlphaEmittedToMiners { netuid, emissions } if netuid == NET.index(MechId(0)) => Some(emissions),
        _ => None,
    };
    ledger
        .take_events()
        .into_iter()
        .find_map(of_net)
        .expect("an epoch has run")
}

fn stake(ledger: &Memory, who: u64, key: u64) -> u64 {
    staking::stake_of(ledger, &hotkey(key), &coldkey(who), NET).0
}

fn unowned(ledger: &Memory) -> u64 {
    let sums = check(ledger);
    sums.subnets.iter().find(|sums| sums.netuid == NET).unwrap().unowned.0
}

#[test]
fn a_miner_is_staked_what_it_earned() {
    let mut ledger = weighed(lively(), &[3]);
    let before = ledger.clone();
    let earned = epoch(&mut ledger);
    assert!(earned[3] > Alpha(UNIT) && earned[..3].iter().all(|amount| amount.is_zero()));
    let grown = stake(&ledger, MINER.0, MINER.1) - stake(&before, MINER.0, MINER.1);
    assert!(grown.abs_diff(earned[3].0) <= 1);
    assert_eq!(ledger.miner_burned(NET).to_bits(), 0);
    // Every part of the pots is somebody's, but for what is cut.
    assert!(
        unowned(&ledger) - unowned(&before) < 100,
        "{}",
        unowned(&ledger) - unowned(&before)
    );
    assert_eq!(ledger.alpha_burned(NET), before.alpha_burned(NET));
}

#[test]
fn a_miner_is_staked_elsewhere_if_its_owner_wishes() {
    let mut ledger = weighed(lively(), &[3]);
    ledger.set_auto_stake_destination(&coldkey(MINER.0), NET, Some(hotkey(7)));
    let mut plain = ledger.clone();
    plain.set_auto_stake_destination(&coldkey(MINER.0), NET, None);
    let earned = epoch(&mut plain)[3];
    to_the_last_block(&mut ledger);
    ledger.take_events();
    next_block(&mut ledger).unwrap();
    assert_eq!(stake(&ledger, MINER.0, 7), earned.0);
    assert!(ledger.staking_hotkeys(&coldkey(MINER.0)).contains(&hotkey(7)));
    let added = Event::AutoStakeAdded {
        netuid: NET,
        destination: hotkey(7),
        hotkey: hotkey(MINER.1),
        owner: coldkey(MINER.0),
        incentive: earned,
    };
    assert!(ledger.take_events().contains(&added));
}

#[test]
fn what_the_owner_s_miners_earn_is_withheld() {
    for kind in [RecycleOrBurn::Burn, RecycleOrBurn::Recycle] {
        let mut ledger = weighed(lively(), &[0, 3]);
        ledger.set_recycle_or_burn(NET, kind);
        let before = ledger.clone();
        let earned = epoch(&mut ledger);
        let withheld = earned[0].0;
        assert!(withheld > UNIT / 10 && earned[3].0 > UNIT / 10);
        let burned = ledger.alpha_burned(NET).0 - before.alpha_burned(NET).0;
        let recycled = ledger.alpha_recycled(NET).0 - before.alpha_recycled(NET).0;
        match kind {
            RecycleOrBurn::Burn => assert_eq!(burned, withheld),
            RecycleOrBurn::Recycle => assert!(burned == 0 && recycled >= withheld),
        }
        let share = withheld as f64 / (withheld + earned[3].0) as f64;
        assert!((ledger.miner_burned(NET).to_num::<f64>() - share).abs() < 1e-9);
        assert!((stake(&ledger, MINER.0, MINER.1) - stake(&before, MINER.0, MINER.1)).abs_diff(earned[3].0) <= 1);
    }
}

#[test]
fn what_another_hotkey_of_the_owner_or_of_nobody_earns_is_withheld_too() {
    let ledger = weighed(lively(), &[3]);
    let withheld = |change: fn(&mut Memory)| {
        let mut ledger = ledger.clone();
        change(&mut ledger);
        let before = ledger.alpha_burned(NET);
        let earned = epoch(&mut ledger)[3];
        assert!(earned > Alpha::ZERO);
        (ledger.alpha_burned(NET).0 - before.0) as f64 / earned.0 as f64
    };
    assert_eq!(withheld(|_| ()), 0.0);
    assert_eq!(withheld(|l| l.set_owner(&hotkey(5), None)), 1.0);
    assert_eq!(withheld(|l| l.set_subnet_owner_hotkey(NET, Some(hotkey(5)))), 1.0);
    assert_eq!(
        withheld(|l| {
            let owner = l.subnet_owner(NET);
            l.set_owner(&hotkey(5), owner);
        }),
        1.0
    );
    // Who owns a hotkey is asked of the hotkey: the list, which its coldkey can make long, is not read.
    assert_eq!(
        withheld(|l| {
            let mut owned = l.owned_hotkeys(&coldkey(0));
            owned.push(hotkey(5));
            l.set_owned_hotkeys(&coldkey(0), owned);
        }),
        0.0
    );
}

#[test]
fn validators_get_the_miners_part_while_nobody_mines() {
    let mut ledger = weighed(lively(), &[3]);
    for uid in 0..4 {
        ledger.set_weights(NET.index(MechId(0)), uid, Vec::new());
    }
    let before = ledger.clone();
    let earned = epoch(&mut ledger);
    assert!(earned.iter().all(|amount| amount.is_zero()));
    let paid = |key| ledger.total_hotkey_alpha(&hotkey(key), NET).0 - before.total_hotkey_alpha(&hotkey(key), NET).0;
    // More than the validators' half of four fifths of five alpha, and nothing is lost.
    assert!(paid(2) + paid(3) > 3 * UNIT, "{} {}", paid(2), paid(3));
    assert!(unowned(&ledger) - unowned(&before) < 100);
}

#[test]
fn dividends_are_shown_and_paid_after_the_take() {
    let mut ledger = weighed(lively(), &[3]);
    ledger.set_alpha_dividends_per_subnet(NET, &hotkey(7), Alpha(5));
    for (key, take) in [(2, 0), (3, 6_553)] {
        ledger.set_delegate_take(&hotkey(key), Some(take));
    }
    // Somebody else has staked to both, so the take is not just what the owner gets anyway.
    for key in [2, 3] {
        act(&mut ledger, |l| {
            staking::add_stake(l, &coldkey(1), &hotkey(key), NET, tao(50))
        })
        .unwrap();
    }
    epoch(&mut ledger);
    to_the_last_block(&mut ledger);
    let before = ledger.clone();
    epoch(&mut ledger);
    assert_eq!(
        ledger.alpha_dividends_per_subnet(NET, &hotkey(7)),
        Alpha::ZERO,
        "those of the last epoch only"
    );
    for (key, part) in [(2, 0.0), (3, 6_553.0 / 65_535.0)] {
        let shown = ledger.alpha_dividends_per_subnet(NET, &hotkey(key)).0;
        assert!(shown > 0);
        let grown = ledger.total_hotkey_alpha(&hotkey(key), NET).0 - before.total_hotkey_alpha(&hotkey(key), NET).0;
        // Takes of root dividends are staked too.
        let from_root = ledger.root_alpha_dividends_per_subnet(NET, &hotkey(key)).0 as f64 * part / (1.0 - part);
        let taken = shown as f64 * part / (1.0 - part);
        let expected = shown as f64 + taken + from_root;
        assert!((grown as f64 - expected).abs() < 4.0, "{key}: {grown} {expected}");
    }
    for key in [0, 2, 3, 5] {
        let total = ledger.total_hotkey_alpha(&hotkey(key), NET);
        assert!(ledger.total_hotkey_alpha_last_epoch(&hotkey(key), NET) <= total);
        assert!(total.is_zero() || !ledger.total_hotkey_alpha_last_epoch(&hotkey(key), NET).is_zero());
    }
    // Whoever earns nothing for root stakers has no rate.
    assert!(ledger.root_claimable(&hotkey(0)).is_empty() && ledger.root_claimable(&hotkey(MINER.1)).is_empty());
}

/// A market in which one hotkey earns for root, which has all of its stake there from one coldkey.
fn one_on_root(pending: u64) -> Memory {
    let mut ledger = weighed(lively(), &[3]);
    act(&mut ledger, |l| {
        staking::remove_stake(l, &coldkey(2), &hotkey(3), ROOT, Alpha(u64::MAX))
    })
    .unwrap();
    ledger.set_delegate_take(&hotkey(2), Some(0));
    // Nothing but what is pending.
    ledger.set_network_registration_allowed(NET, false);
    ledger.set_pending_root_alpha_divs(NET, Alpha(pending));
    ledger.set_subnet_alpha_out(NET, ledger.subnet_alpha_out(NET).plus(Alpha(2 * pending)).unwrap());
    ledger
}

#[test]
fn root_dividends_accrue_up_to_the_root_stake_and_beyond_are_the_owner_s() {
    let staked = 5 * UNIT;
    for (pending, accrues) in [(staked / 2, true), (staked, true), (staked + 1, false)] {
        let mut ledger = one_on_root(pending);
        assert_eq!(ledger.total_hotkey_alpha(&hotkey(2), ROOT), Alpha(staked));
        let before = ledger.clone();
        epoch(&mut ledger);
        let rate = |l: &Memory| l.root_claimable(&hotkey(2)).get(&NET).copied().unwrap_or_default();
        let risen = rate(&ledger) - rate(&before);
        let shown = ledger.root_alpha_dividends_per_subnet(NET, &hotkey(2));
        assert_eq!(shown, Alpha(pending));
        if accrues {
            assert_eq!(risen, I96F32::from_num(pending) / I96F32::from_num(staked));
            let owed = root::owed(&ledger, &hotkey(2), &coldkey(2), NET).0;
            assert!(owed >= pending - 1);
        } else {
            assert_eq!(risen, I96F32::from_bits(0));
            let grown = ledger.total_hotkey_alpha(&hotkey(2), NET).0 - before.total_hotkey_alpha(&hotkey(2), NET).0;
            assert!(grown >= pending);
        }
    }
}

#[test]
fn tribute_is_limited_by_the_stake_that_earns() {
    let terms = Terms {
        revenue_share: PerMillion::ONE,
        route: Route {
            burn: PerMillion::ZERO,
            holders: PerMillion(500_000),
            root: PerMillion(500_000),
        },
        ..Terms::default()
    };
    for tao_weight in [true, false] {
        let mut ledger = weighed(bound(terms), &[3]);
        if !tao_weight {
            ledger.set_tao_weight(0);
        }
        // Much more waits than may be released.
        let mut pact = ledger.pact(NET).unwrap();
        let waiting = Alpha(1_000_000 * UNIT);
        (pact.reservoir.holders, pact.reservoir.root) = (waiting, waiting);
        pact.totals.pledged = Alpha(2 * waiting.0);
        pact.totals.cut = pact.totals.pledged.plus(pact.totals.vested).unwrap();
        ledger.set_subnet_alpha_out(NET, ledger.subnet_alpha_out(NET).plus(Alpha(2 * waiting.0)).unwrap());
        ledger.set_pact(NET, Some(pact));
        for key in [2, 3] {
            ledger.set_delegate_take(&hotkey(key), Some(0));
        }
        let before = ledger.clone();
        epoch(&mut ledger);
        let earners: Vec<u64> = (0..HOTKEYS)
            .filter(|key| !ledger.alpha_dividends_per_subnet(NET, &hotkey(*key)).is_zero())
            .collect();
        assert_eq!(earners, [2, 3]);
        assert!(
            before.total_hotkey_alpha(&hotkey(0), NET) > Alpha::ZERO,
            "the owner has alpha that earns nothing"
        );
        let sum = |netuid| -> u64 {
            earners
                .iter()
                .map(|key| before.total_hotkey_alpha(&hotkey(*key), netuid).0)
                .sum()
        };
        let (old, new) = (before.pact(NET).unwrap().totals, ledger.pact(NET).unwrap().totals);
        let most = release::largest_dividend(Alpha(sum(NET)), ledger.fee_rate(NET));
        assert_eq!(new.to_holders.0 - old.to_holders.0, most.0);
        let most = if tao_weight {
            release::largest_root_dividend(Tao(sum(ROOT)))
        } else {
            Alpha::ZERO
        };
        assert_eq!(new.to_root.0 - old.to_root.0, most.0);
        let shown: u64 = earners
            .iter()
            .map(|key| ledger.root_alpha_dividends_per_subnet(NET, &hotkey(*key)).0)
            .sum();
        assert!(shown + 10 >= most.0, "what is released to root is paid");
        pact_act(&mut ledger, |l| {
            tributary_economy::market::pact::audit(l)?;
            Ok(())
        })
        .unwrap();
    }
}

#[test]
fn an_epoch_reads_the_subnet_s_own_parameters() {
    let mut ledger = weighed(lively(), &[3]);
    epoch(&mut ledger);
    let permits = |l: &Memory| l.validator_permit(NET).iter().filter(|permit| **permit).count();
    assert_eq!(permits(&ledger), 4);
    ledger.set_max_allowed_validators(NET, 1);
    epoch(&mut ledger);
    // That of the largest stake, and the owner's.
    assert_eq!(permits(&ledger), 2);
    assert!(ledger.validator_permit(NET)[0]);
    // Nobody has set weights for more than a tempo.
    assert_eq!(ledger.active(NET), [true; 4]);
    ledger.set_activity_cutoff_factor_milli(NET, 1_000);
    epoch(&mut ledger);
    assert_eq!(ledger.active(NET), [false; 4]);
    assert!(!ledger.incentive(NET.index(MechId(0))).is_empty());
}

#[test]
fn weights_are_set_by_whoever_may() {
    let mut ledger = weighed(lively(), &[3]);
    let index = NET.index(MechId(0));
    let set = |l: &mut Memory, key, netuid, mecid, uids: &[u16], values: &[u16]| {
        act(l, |l| {
            weights::set_weights(l, &hotkey(key), netuid, MechId(mecid), uids, values, 0)
        })
    };
    next_block(&mut ledger).unwrap();
    set(&mut ledger, 2, NET, 0, &[0, 3], &[1, 2]).unwrap();
    assert_eq!(ledger.weights(index, 1), [(0, 32_768), (3, 65_535)]);
    assert_eq!(ledger.last_update(index)[1], ledger.block());
    assert!(ledger.take_events().contains(&Event::WeightsSet(index, 1)));
    for netuid in [ROOT, NetUid(9)] {
        ledger.set_commit_reveal_weights_enabled(netuid, false);
    }
    assert_eq!(
        set(&mut ledger, 2, ROOT, 0, &[0], &[1]),
        Err(Error::CanNotSetRootNetworkWeights)
    );
    assert_eq!(
        set(&mut ledger, 2, NET, 1, &[0], &[1]),
        Err(Error::MechanismDoesNotExist)
    );
    assert_eq!(
        set(&mut ledger, 2, NetUid(9), 0, &[0], &[1]),
        Err(Error::MechanismDoesNotExist)
    );
    assert_eq!(
        set(&mut ledger, 7, NET, 0, &[0], &[1]),
        Err(Error::HotKeyNotRegisteredInSubNet)
    );
    // A rate limit counts from the last update.
    ledger.set_weights_set_rate_limit(NET, 3);
    advance(&mut ledger, 2);
    assert_eq!(
        set(&mut ledger, 2, NET, 0, &[0], &[1]),
        Err(Error::SettingWeightsTooFast)
    );
    advance(&mut ledger, 1);
    set(&mut ledger, 2, NET, 0, &[0], &[1]).unwrap();
    ledger.set_weights_set_rate_limit(NET, 0);
    // Stake that is enough to the last unit.
    let weight: u64 = weights::stake_weight(&ledger, &hotkey(2), NET).to_num();
    let weighed = ledger.total_hotkey_alpha(&hotkey(2), ROOT).0 as f64 * 226_245_882.0 / 2f64.powi(32);
    let expected = ledger.total_hotkey_alpha(&hotkey(2), NET).0 as f64 + weighed;
    assert!((weight as f64 - expected).abs() < 10.0, "{weight} {expected}");
    ledger.set_stake_threshold(weight);
    assert!(weights::has_stake(&ledger, &hotkey(2), NET));
    ledger.set_stake_threshold(weight + 1);
    assert!(!weights::has_stake(&ledger, &hotkey(2), NET));
    assert_eq!(
        set(&mut ledger, 2, NET, 0, &[3], &[1]),
        Err(Error::NotEnoughStakeToSetWeights)
    );
    ledger.set_stake_threshold(0);
    assert!(weights::has_stake(&ledger, &hotkey(7), NET));
    // Committed first: the reveal stores what setting refuses, without a mark or a limit.
    ledger.set_commit_reveal_weights_enabled(NET, true);
    assert_eq!(set(&mut ledger, 2, NET, 0, &[3], &[1]), Err(Error::CommitRevealEnabled));
    let marked = ledger.last_update(index)[1];
    advance(&mut ledger, 1);
    ledger.set_weights_set_rate_limit(NET, 1_000);
    act(&mut ledger, |l| {
        weights::store_weights(l, &hotkey(2), NET, MechId(0), &[3], &[1], 0)
    })
    .unwrap();
    assert_eq!(ledger.weights(index, 1), [(3, 65_535)]);
    assert_eq!(ledger.last_update(index)[1], marked);
}

#[test]
fn weights_of_whoever_had_no_permit_do_not_count() {
    let mut ledger = weighed(lively(), &[3]);
    assert!(!ledger.bonds(NET.index(MechId(0)), 1).is_empty(), "bonds are kept");
    assert!(epoch(&mut ledger.clone())[3] > Alpha::ZERO);
    ledger.set_validator_permit(NET, vec![true, false, false, false]);
    assert!(epoch(&mut ledger)[3].is_zero());
}

#[test]
fn what_the_child_key_burn_takes_of_another_owner_s_dividends_is_recycled() {
    let recycled = |parent_owner: u64| {
        let mut ledger = weighed(lively(), &[3]);
        let parent = hotkey(6);
        ledger.set_owner(&parent, Some(coldkey(parent_owner)));
        act(&mut ledger, |l| {
            staking::add_stake(l, &coldkey(parent_owner), &parent, NET, tao(30))
        })
        .unwrap();
        let half = u64::MAX / 2;
        ledger.set_parent_keys(&hotkey(2), NET, vec![(half, parent)]);
        ledger.set_child_keys(&parent, NET, vec![(half, hotkey(2))]);
        ledger.set_ck_burn(u64::MAX / 10);
        let before = ledger.clone();
        to_the_last_block(&mut ledger);
        next_block(&mut ledger).unwrap();
        check(&ledger);
        assert!(
            ledger.alpha_dividends_per_subnet(NET, &parent) > Alpha::ZERO,
            "the parent has its part"
        );
        ledger.alpha_recycled(NET).0 - before.alpha_recycled(NET).0
    };
    let (same, other) = (recycled(2), recycled(4));
    assert!(other > same + UNIT / 1_000, "{same} {other}");
}

#[test]
fn bonds_toward_a_miner_survive_unless_it_came_after_the_last_epoch() {
    let ledger = weighed(lively(), &[3]);
    let index = NET.index(MechId(0));
    let last = ledger.last_mechanism_step_block(NET);
    assert!(last > 0 && !ledger.bonds(index, 1).is_empty());
    let bonds = |registered: u64| {
        let mut ledger = ledger.clone();
        ledger.set_block_at_registration(NET, 3, registered);
        epoch(&mut ledger);
        ledger.bonds(index, 1)
    };
    assert_eq!(bonds(last), bonds(last - 1));
    assert_ne!(bonds(last + 1), bonds(last));
}
