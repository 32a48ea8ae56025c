//! What a block does: the price of neurons, the coinbase, moving prices (`docs/rules/block.md`).

use tributary_economy::{
    Alpha, Ledger, NetUid, Tao, UNIT, emission,
    fixed::{I96F32, U64F64, U96F32},
    market::{staking, swaps, weights},
    rule_sets::RuleSet,
};

use crate::{pacts::NET, world::*};

const OTHER: NetUid = NetUid(2);
const NETS: [NetUid; 2] = [NET, OTHER];

/// Two subnets that emit, without epochs and without automatic claims.
fn quiet() -> Memory {
    let mut ledger = lively();
    ledger.set_num_root_claim(0);
    for netuid in NETS {
        ledger.set_tempo(netuid, 0);
    }
    ledger
}

#[test]
fn registrations_are_counted_anew() {
    let mut ledger = quiet();
    for netuid in [NetUid::ROOT, NET] {
        ledger.set_registrations_this_block(netuid, 3);
        ledger.set_registrations_this_interval(netuid, 3);
    }
    // The interval is root's, and ends when root would be due for an epoch.
    ledger.set_last_epoch_block(NetUid::ROOT, ledger.block());
    ledger.set_tempo(NetUid::ROOT, 2);
    next_block(&mut ledger).unwrap();
    let block = |netuid| ledger.registrations_this_block(netuid);
    assert_eq!((block(NetUid::ROOT), block(NET)), (0, 0));
    let interval = |l: &Memory, netuid| l.registrations_this_interval(netuid);
    assert_eq!((interval(&ledger, NetUid::ROOT), interval(&ledger, NET)), (3, 3));
    next_block(&mut ledger).unwrap();
    assert_eq!((interval(&ledger, NetUid::ROOT), interval(&ledger, NET)), (0, 3));
}

#[test]
fn what_root_sold_is_forgotten_with_the_next_block() {
    let mut ledger = quiet();
    ledger.set_subnet_root_sell_tao(NET, Tao(5));
    next_block(&mut ledger).unwrap();
    assert_eq!(ledger.subnet_root_sell_tao(NET), Tao::ZERO);
}

#[test]
fn a_block_s_books_grow_by_what_the_pools_took() {
    let mut ledger = quiet();
    for _ in 0..3 {
        let before = ledger.clone();
        next_block(&mut ledger).unwrap();
        let mut pooled = 0;
        for netuid in NETS {
            let injected = ledger.subnet_tao_in_emission(netuid).0;
            let bought = ledger.subnet_excess_tao(netuid).0;
            assert_eq!(
                ledger.subnet_tao(netuid).0 - before.subnet_tao(netuid).0,
                injected + bought
            );
            let volume = ledger.subnet_volume(netuid) - before.subnet_volume(netuid);
            assert_eq!(volume, u128::from(bought), "a purchase is a trade, an injection is not");
            let flow = ledger.subnet_protocol_flow(netuid) - before.subnet_protocol_flow(netuid);
            assert_eq!(flow, (injected + bought) as i64);
            let protocol = ledger.subnet_protocol_alpha(netuid).0 - before.subnet_protocol_alpha(netuid).0;
            assert_eq!(protocol > 0, bought > 0);
            let created = ledger.subnet_alpha_out_emission(netuid).0;
            assert_eq!(created, UNIT);
            let issued = ledger.total_alpha_issuance(netuid).0 - before.total_alpha_issuance(netuid).0;
            let recycled = ledger.alpha_recycled(netuid).0 - before.alpha_recycled(netuid).0;
            assert_eq!(issued + recycled, created + ledger.subnet_alpha_in_emission(netuid).0);
            pooled += injected + bought;
        }
        assert!(pooled > UNIT - 10 && pooled <= UNIT);
        assert_eq!(ledger.total_issuance().0 - before.total_issuance().0, pooled);
        assert_eq!(ledger.total_stake().0 - before.total_stake().0, pooled);
        check(&ledger);
    }
}

#[test]
fn the_last_subnet_s_emission_is_the_one_that_stays() {
    let mut ledger = quiet();
    next_block(&mut ledger).unwrap();
    assert_eq!(ledger.block_emission(), UNIT);
    // Half of all alpha of the last subnet is issued: its emission has halved.
    let last = ledger.networks().into_iter().rfind(|netuid| !netuid.is_root()).unwrap();
    ledger.set_subnet_alpha_in(last, Alpha(11_000_000 * UNIT));
    next_block(&mut ledger).unwrap();
    assert_eq!(ledger.subnet_alpha_out_emission(last), Alpha(UNIT / 2));
    assert_eq!(ledger.block_emission(), UNIT / 2);
}

#[test]
fn root_s_part_is_kept_only_while_prices_add_up_to_more_than_one() {
    let half = I96F32::from_num(0.5);
    for (second, sells) in [(half, false), (half + I96F32::from_bits(1), true)] {
        let mut ledger = quiet();
        ledger.set_subnet_moving_price(NET, half);
        ledger.set_subnet_moving_price(OTHER, second);
        let before = ledger.clone();
        next_block(&mut ledger).unwrap();
        for netuid in NETS {
            let kept = ledger.pending_root_alpha_divs(netuid).0 - before.pending_root_alpha_divs(netuid).0;
            let recycled = ledger.alpha_recycled(netuid).0 - before.alpha_recycled(netuid).0;
            let part = kept + recycled;
            assert!(part > 0);
            assert_eq!((kept, recycled), if sells { (part, 0) } else { (0, part) });
        }
        check(&ledger);
    }
}

#[test]
fn what_waits_for_the_epoch_is_the_split_of_the_alpha() {
    for cut_enabled in [true, false] {
        let mut ledger = quiet();
        ledger.set_owner_cut_enabled(NET, cut_enabled);
        // Root sells.
        for netuid in NETS {
            ledger.set_subnet_moving_price(netuid, I96F32::from_num(1));
        }
        let before = ledger.clone();
        next_block(&mut ledger).unwrap();
        let grown = |pending: fn(&Memory, NetUid) -> Alpha| pending(&ledger, NET).0 - pending(&before, NET).0;
        let owner = grown(|l, netuid| l.pending_owner_cut(netuid));
        let server = grown(|l, netuid| l.pending_server_emission(netuid));
        let validator = grown(|l, netuid| l.pending_validator_emission(netuid));
        let root = grown(|l, netuid| l.pending_root_alpha_divs(netuid));
        // 11,796 of 65,535, in steps of 2^-32.
        let cut = if cut_enabled { UNIT * 11_796 / 65_535 } else { 0 };
        assert!(owner.abs_diff(cut) <= 1, "{owner}");
        assert!(server.abs_diff((UNIT - owner) / 2) <= 1);
        let all = owner + server + validator + root;
        assert!(all <= UNIT && all + 3 >= UNIT, "{all}");
        // Of the validators' half, root's part by its weight against the alpha that there is after the block.
        let weight = ledger.subnet_tao(NetUid::ROOT).0 as f64 * 226_245_882.0 / 2f64.powi(32);
        let alpha = (alpha(&ledger, NET)) as f64;
        let expected = (UNIT - owner) as f64 / 2.0 * weight / (weight + alpha);
        assert!((root as f64 - expected).abs() < 2.0, "{root} {expected}");
    }
}

#[test]
fn only_subnets_that_are_started_and_open_emit() {
    for (change, emits) in [
        ((|l| l.set_subtoken_enabled(NET, false)) as fn(&mut Memory), false),
        (|l| l.set_network_registration_allowed(NET, false), false),
        (|l| l.set_first_emission_block_number(NET, None), false),
        // The number itself is not compared.
        (|l| l.set_first_emission_block_number(NET, Some(u64::MAX)), true),
    ] {
        let mut ledger = quiet();
        change(&mut ledger);
        let before = ledger.subnet_alpha_out(NET);
        next_block(&mut ledger).unwrap();
        assert_eq!(ledger.subnet_alpha_out(NET) > before, emits);
    }
}

#[test]
fn the_shown_root_proportion_is_that_after_the_block() {
    for epochs in [false, true] {
        let mut ledger = lively();
        if !epochs {
            ledger = quiet();
        }
        for _ in 0..12 {
            next_block(&mut ledger).unwrap();
            for netuid in NETS {
                let issued = ledger.subnet_alpha_in(netuid).0 + ledger.subnet_alpha_out(netuid).0;
                let root = ledger.subnet_tao(NetUid::ROOT);
                // Claims come after; they are off or change only what the next block reads.
                if !epochs {
                    let expected = emission::root_proportion(root, weights::tao_weight(&ledger), issued);
                    assert_eq!(ledger.root_prop(netuid), expected);
                }
                assert!(ledger.root_prop(netuid) > U96F32::from_bits(0));
            }
        }
    }
}

#[test]
fn moving_prices_follow_prices_from_below() {
    let mut ledger = quiet();
    ledger.set_subnet_moving_price(NET, I96F32::from_num(0.25));
    let stored = ledger.subnet_moving_price(NET);
    next_block(&mut ledger).unwrap();
    let price = swaps::price(&ledger, NET);
    assert!(price > U64F64::from_num(1));
    // Prices above one count as one. 0.2 of the way, slowed by the age of the subnet.
    let age = (ledger.block() + 1 - ledger.first_emission_block_number(NET).unwrap()) as f64;
    let speed = 0.2 * age / (age + 1.0);
    let expected = 0.25 + speed * 0.75;
    let moved: f64 = ledger.subnet_moving_price(NET).to_num();
    assert!((moved - expected).abs() < 1e-6, "{moved} {expected}");
    assert!(ledger.subnet_moving_price(NET) > stored);
}

#[test]
fn shares_follow_the_flow_where_the_rules_say_so() {
    let mut ledger = quiet();
    ledger.set_rule_set(RuleSet::ChainBuys);
    for netuid in NETS {
        ledger.set_subnet_tao_flow(netuid, 0);
    }
    act(&mut ledger, |l| {
        staking::add_stake(l, &coldkey(4), &hotkey(2), OTHER, tao(9))
    })
    .unwrap();
    let flow = ledger.subnet_tao_flow(OTHER);
    assert!(flow > 8_900_000_000);
    next_block(&mut ledger).unwrap();
    // Only the second had any; the flow of the block starts again at zero and its average is kept with the block.
    assert_eq!(ledger.subnet_tao_flow(OTHER), 0);
    let (block, average) = ledger.subnet_ema_tao_flow(OTHER).unwrap();
    let a = 29_597_889_189_277.0 / 2f64.powi(63);
    assert_eq!(block, ledger.block());
    assert!(
        (average.to_num::<f64>() / (a * flow as f64) - 1.0).abs() < 1e-6,
        "{average}"
    );
    let received = |netuid| ledger.subnet_tao_in_emission(netuid).0 + ledger.subnet_excess_tao(netuid).0;
    assert_eq!(received(NET), 0);
    assert!(received(OTHER) >= UNIT - 2);
    // The average goes on from what it was.
    next_block(&mut ledger).unwrap();
    let (_, later) = ledger.subnet_ema_tao_flow(OTHER).unwrap();
    assert!((later.to_num::<f64>() / ((1.0 - a) * average.to_num::<f64>()) - 1.0).abs() < 1e-6);
    check(&ledger);
}

#[test]
fn root_s_proportion_counts_where_the_rules_say_so() {
    let mut ledger = quiet();
    ledger.set_rule_set(RuleSet::RootPrice);
    for (netuid, proportion) in [(NET, 0.125), (OTHER, 0.375)] {
        ledger.set_subnet_moving_price(netuid, I96F32::from_num(0.5));
        ledger.set_root_prop(netuid, U96F32::from_num(proportion));
        ledger.set_miner_burned(netuid, U96F32::from_bits(0));
    }
    let mut plain = ledger.clone();
    plain.set_rule_set(RuleSet::PriceBurn);
    for (ledger, parts) in [(&mut ledger, [1, 3]), (&mut plain, [2, 2])] {
        next_block(ledger).unwrap();
        for (netuid, part) in NETS.into_iter().zip(parts) {
            let received = ledger.subnet_tao_in_emission(netuid).0 + ledger.subnet_excess_tao(netuid).0;
            assert!(received.abs_diff(UNIT / 4 * part) <= 2, "{netuid} {received}");
        }
    }
}

#[test]
fn the_bar_of_the_gate_is_stored_when_it_is_computed() {
    let mut ledger = quiet();
    ledger.set_rule_set(RuleSet::Gate32);
    for netuid in NETS {
        ledger.set_miner_burned(netuid, U96F32::from_bits(0));
    }
    ledger.set_subnet_moving_price(NET, I96F32::from_num(0.25));
    ledger.set_subnet_moving_price(OTHER, I96F32::from_num(0.75));
    next_block(&mut ledger).unwrap();
    // Fewer than 32 subnets: the smallest share is the bar, and is halved by it.
    let bar = ledger.emission_gate_bar().expect("there was none");
    assert!((bar.to_num::<f64>() - 0.25).abs() < 1e-9, "{bar}");
    let received = |l: &Memory, netuid| l.subnet_tao_in_emission(netuid).0 + l.subnet_excess_tao(netuid).0;
    // 0.25 / (1 + 1) against 0.75 / (1 + (1/3)^3).
    let (small, large) = (0.125, 0.75 / (1.0 + 1.0 / 27.0));
    let expected = small / (small + large) * 1e9;
    assert!(
        (received(&ledger, NET) as f64 - expected).abs() < 100.0,
        "{}",
        received(&ledger, NET)
    );
    // In other blocks the stored one is used, whatever the shares are.
    next_block(&mut ledger).unwrap();
    assert!(!ledger.block().is_multiple_of(360));
    assert_eq!(ledger.emission_gate_bar(), Some(bar));
    // Without a gate nothing is stored.
    let mut open = quiet();
    next_block(&mut open).unwrap();
    assert_eq!(open.emission_gate_bar(), None);
}

#[test]
fn tao_that_no_account_can_take_is_not_issued() {
    // An empty account, and a share below the existential deposit.
    let mut ledger = quiet();
    let account = ledger.subnet_account(NET);
    let all = ledger.balance(&account);
    ledger
        .transfer(&account, &AUTHOR, all, tributary_economy::Existence::Expendable)
        .unwrap();
    ledger.set_subnet_moving_price(NET, I96F32::from_bits(800));
    ledger.set_subnet_moving_price(OTHER, I96F32::from_num(1));
    let before = ledger.clone();
    next_block(&mut ledger).unwrap();
    assert_eq!(ledger.balance(&account), Tao::ZERO);
    assert_eq!(ledger.subnet_tao(NET), before.subnet_tao(NET));
    assert_eq!(ledger.subnet_tao_in_emission(NET), Tao::ZERO);
    assert_eq!(ledger.subnet_excess_tao(NET), Tao::ZERO);
    let other = ledger.subnet_tao_in_emission(OTHER).0 + ledger.subnet_excess_tao(OTHER).0;
    assert_eq!(ledger.total_issuance().0 - before.total_issuance().0, other);
    // Its alpha is created all the same.
    assert_eq!(ledger.subnet_alpha_out_emission(NET), Alpha(UNIT));
}

#[test]
fn a_block_writes_all_that_it_does_to_a_pool() {
    for started in [false, true] {
        let mut ledger = quiet();
        ledger.set_swap_initialized(NET, started);
        let mut pool = swaps::pool(&ledger, NET);
        next_block(&mut ledger).unwrap();
        let (tao, alpha) = (ledger.subnet_tao_in_emission(NET), ledger.subnet_alpha_in_emission(NET));
        let excess = ledger.subnet_excess_tao(NET);
        assert!(tao > Tao::ZERO && excess > Tao::ZERO);
        tributary_economy::pool::inject(&mut pool, tao, alpha, excess).unwrap();
        assert_eq!(swaps::pool(&ledger, NET), pool);
        assert!(pool.initialized);
    }
}

#[test]
fn tao_of_a_purchase_that_the_pool_refuses_stays_on_the_account() {
    let mut ledger = quiet();
    ledger.set_minimum_reserve(u64::MAX);
    let before = ledger.clone();
    next_block(&mut ledger).unwrap();
    let account = ledger.subnet_account(NET);
    let deposited = ledger.balance(&account).0 - before.balance(&account).0;
    let pooled = ledger.subnet_tao(NET).0 - before.subnet_tao(NET).0;
    assert_eq!(ledger.subnet_excess_tao(NET), Tao::ZERO);
    assert_eq!(pooled, ledger.subnet_tao_in_emission(NET).0);
    assert!(deposited > pooled, "{deposited} {pooled}");
    assert_eq!(ledger.subnet_volume(NET), before.subnet_volume(NET));
    check(&ledger);
}

#[test]
fn the_parts_of_the_alpha_may_add_up_to_all_of_it() {
    let mut ledger = quiet();
    ledger.set_tao_weight(0);
    ledger.set_owner_cut_enabled(NET, false);
    let before = ledger.clone();
    next_block(&mut ledger).unwrap();
    let grown = |pending: fn(&Memory, NetUid) -> Alpha| pending(&ledger, NET).0 - pending(&before, NET).0;
    let server = grown(|l, netuid| l.pending_server_emission(netuid));
    let validator = grown(|l, netuid| l.pending_validator_emission(netuid));
    assert_eq!((server, validator), (UNIT / 2, UNIT / 2));
}

#[test]
fn a_subnet_whose_alpha_is_all_issued_emits_none() {
    let mut ledger = quiet();
    let last = ledger.networks().into_iter().rfind(|netuid| !netuid.is_root()).unwrap();
    let issued = ledger.subnet_alpha_out(last).0;
    ledger.set_subnet_alpha_in(last, Alpha(tributary_economy::MAX_SUPPLY - issued));
    next_block(&mut ledger).unwrap();
    assert_eq!(ledger.subnet_alpha_out_emission(last), Alpha::ZERO);
    assert_eq!(ledger.block_emission(), UNIT, "that of the subnet before it stays");
}
