//! Random sequences of everything that anybody can do.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use tributary_economy::{
    Alpha, Error, Ledger, MechId, NetUid, RecycleOrBurn, RootClaimType, Tao,
    market::{delegation, networks, recycling, registration, root, stake_moves, staking, swaps, trimming, weights},
};

use crate::world::*;

/// One of the stakes that there are, or, for 0, one that there is not.
type Which = usize;

#[derive(Clone, Debug)]
enum Op {
    Blocks(u8),
    RegisterNetwork(u64, u64),
    Start(NetUid),
    Dissolve(NetUid),
    Register(u64, u64, NetUid),
    RootRegister(u64, u64),
    Trim(NetUid, u16),
    AddStake(u64, u64, NetUid, Tao),
    AddStakeLimit(u64, u64, NetUid, Tao, u8, bool),
    AddStakeBurn(u64, u64, NetUid, Tao, Option<u8>),
    RemoveStake(Which, u16),
    RemoveStakeLimit(Which, u16, u8, bool),
    RemoveFull(Which, Option<u8>),
    UnstakeAll(Which, bool),
    Move(Which, u64, NetUid, u16),
    Transfer(Which, u64, NetUid, u16),
    Swap(Which, NetUid, u16, Option<(u32, bool)>),
    GiveUp(Which, u16, bool),
    Claim(u64, NetUid),
    ClaimType(u64, u8),
    Weights(u16, NetUid, Vec<u16>, u16),
    AutoStake(u64, NetUid, u64),
    Take(u64, u16, bool),
    Author(bool),
    RecycleOrBurn(NetUid, bool),
}

fn op() -> impl Strategy<Value = Op> {
    let key = 0u64..8;
    let net = prop_oneof![1 => Just(NetUid(0)), 6 => (1u16..4).prop_map(NetUid), 1 => Just(NetUid(7))];
    let amount = prop_oneof![
        1 => 0u64..3_000_000,
        4 => 2_000_000u64..5_000_000_000,
        3 => 1_000_000_000u64..300_000_000_000,
        1 => any::<u64>(),
    ]
    .prop_map(Tao);
    let part = prop_oneof![3 => 0u16..=1000, 2 => Just(1000u16)];
    let limit = 1u8..40;
    let stake = prop_oneof![15 => 1usize..1000, 1 => Just(0usize)];
    let uids = prop::sample::subsequence(vec![0u16, 1, 2, 3, 4, 5, 5], 0..5);
    prop_oneof![
        12 => (1u8..7).prop_map(Op::Blocks),
        1 => (key.clone(), key.clone()).prop_map(|(c, h)| Op::RegisterNetwork(c, h)),
        2 => net.clone().prop_map(Op::Start),
        1 => prop_oneof![9 => Just(NetUid(7)), 1 => net.clone()].prop_map(Op::Dissolve),
        4 => (key.clone(), key.clone(), net.clone()).prop_map(|(c, h, n)| Op::Register(c, h, n)),
        2 => (key.clone(), key.clone()).prop_map(|(c, h)| Op::RootRegister(c, h)),
        1 => (net.clone(), 1u16..7).prop_map(|(n, max)| Op::Trim(n, max)),
        8 => (key.clone(), key.clone(), net.clone(), amount.clone()).prop_map(|(c, h, n, a)| Op::AddStake(c, h, n, a)),
        3 => (key.clone(), key.clone(), net.clone(), amount.clone(), limit.clone(), any::<bool>())
            .prop_map(|(c, h, n, a, l, p)| Op::AddStakeLimit(c, h, n, a, l, p)),
        1 => (key.clone(), key.clone(), net.clone(), amount, prop::option::of(limit.clone()))
            .prop_map(|(c, h, n, a, l)| Op::AddStakeBurn(c, h, n, a, l)),
        5 => (stake.clone(), part.clone()).prop_map(|(s, p)| Op::RemoveStake(s, p)),
        3 => (stake.clone(), part.clone(), limit.clone(), any::<bool>())
            .prop_map(|(s, p, l, b)| Op::RemoveStakeLimit(s, p, l, b)),
        1 => (stake.clone(), prop::option::of(limit)).prop_map(|(s, l)| Op::RemoveFull(s, l)),
        1 => (stake.clone(), any::<bool>()).prop_map(|(s, b)| Op::UnstakeAll(s, b)),
        3 => (stake.clone(), key.clone(), net.clone(), part.clone()).prop_map(|(s, h, n, p)| Op::Move(s, h, n, p)),
        3 => (stake.clone(), key.clone(), net.clone(), part.clone()).prop_map(|(s, c, n, p)| Op::Transfer(s, c, n, p)),
        3 => (stake.clone(), net.clone(), part.clone(), prop::option::of((any::<u32>(), any::<bool>())))
            .prop_map(|(s, n, p, l)| Op::Swap(s, n, p, l)),
        2 => (stake, part, any::<bool>()).prop_map(|(s, p, b)| Op::GiveUp(s, p, b)),
        2 => (key.clone(), net.clone()).prop_map(|(c, n)| Op::Claim(c, n)),
        1 => (key.clone(), 0u8..4).prop_map(|(c, k)| Op::ClaimType(c, k)),
        6 => (0u16..6, net.clone(), uids, any::<u16>()).prop_map(|(u, n, uids, w)| Op::Weights(u, n, uids, w)),
        1 => (key.clone(), net.clone(), key.clone()).prop_map(|(c, n, h)| Op::AutoStake(c, n, h)),
        1 => (key, 0u16..13_000, any::<bool>()).prop_map(|(h, t, up)| Op::Take(h, t, up)),
        1 => any::<bool>().prop_map(Op::Author),
        1 => (net, any::<bool>()).prop_map(|(n, b)| Op::RecycleOrBurn(n, b)),
    ]
}

/// A limit of `tenths` tenths of the current price.
fn limit(ledger: &Memory, netuid: NetUid, tenths: u8) -> Tao {
    let price: f64 = swaps::price(ledger, netuid).to_num();
    Tao((price * f64::from(tenths) * 1e8) as u64)
}

/// Thousandths of a stake.
fn part(ledger: &Memory, hotkey: &Account, coldkey: &Account, netuid: NetUid, thousandths: u16) -> Alpha {
    let stake = staking::stake_of(ledger, hotkey, coldkey, netuid);
    Alpha((u128::from(stake.0) * u128::from(thousandths) / 1000) as u64)
}

/// Hotkey, subnet and coldkey of a stake.
fn pick(ledger: &Memory, which: Which) -> (Account, NetUid, Account) {
    let count = ledger.stakes().count();
    match which {
        0 => (hotkey(7), NetUid(2), coldkey(4)),
        _ => *ledger
            .stakes()
            .nth(which % count.max(1))
            .unwrap_or(&(hotkey(0), NetUid(1), coldkey(0))),
    }
}

/// Does one operation that is not a block.
fn call(l: &mut Memory, op: &Op) -> Result<(), Error> {
    match *op {
        Op::RegisterNetwork(c, h) => networks::register_network(l, &coldkey(c), &hotkey(h)).map(drop),
        Op::Start(n) => networks::start_call(l, &l.subnet_owner(n).unwrap_or_default(), n),
        Op::Dissolve(n) => networks::dissolve(l, n),
        Op::Register(c, h, n) => registration::register(l, &coldkey(c), &hotkey(h), n, None).map(drop),
        Op::RootRegister(c, h) => registration::root_register(l, &coldkey(c), &hotkey(h)).map(drop),
        Op::Trim(n, max) => trimming::trim(l, n, max),
        Op::Claim(c, n) => root::claim_root(l, &coldkey(c), &BTreeSet::from([n, NetUid(1)])),
        Op::ClaimType(c, kind) => {
            let kind = match kind {
                0 => RootClaimType::Swap,
                1 => RootClaimType::Keep,
                2 => RootClaimType::KeepSubnets {
                    subnets: BTreeSet::from([NetUid(1)]),
                },
                _ => RootClaimType::KeepSubnets {
                    subnets: BTreeSet::new(),
                },
            };
            root::set_root_claim_type(l, &coldkey(c), kind)
        }
        Op::Weights(uid, n, ref uids, first) => {
            let hotkey = l.key(n, uid).unwrap_or_default();
            let values: Vec<u16> = uids.iter().map(|uid| first.rotate_left((*uid).into())).collect();
            weights::set_weights(l, &hotkey, n, MechId(0), uids, &values, 0)
        }
        Op::AutoStake(c, n, h) => staking::set_auto_stake_hotkey(l, &coldkey(c), n, &hotkey(h)),
        Op::Take(h, take, up) => {
            let owner = l.owner(&hotkey(h)).unwrap_or_default();
            let change = if up {
                delegation::increase_take
            } else {
                delegation::decrease_take
            };
            change(l, &owner, &hotkey(h), take)
        }
        Op::Author(some) => {
            l.set_author(some.then_some(AUTHOR));
            Ok(())
        }
        Op::RecycleOrBurn(n, burn) => {
            l.set_recycle_or_burn(
                n,
                if burn {
                    RecycleOrBurn::Burn
                } else {
                    RecycleOrBurn::Recycle
                },
            );
            Ok(())
        }
        Op::Blocks(_) => unreachable!("not a call"),
        _ => trade(l, op),
    }
}

/// Moves stake.
fn trade(l: &mut Memory, op: &Op) -> Result<(), Error> {
    match *op {
        Op::AddStake(c, h, n, a) => staking::add_stake(l, &coldkey(c), &hotkey(h), n, a).map(drop),
        Op::AddStakeLimit(c, h, n, a, t, p) => {
            let limit = limit(l, n, t);
            staking::add_stake_limit(l, &coldkey(c), &hotkey(h), n, a, limit, p).map(drop)
        }
        Op::AddStakeBurn(c, h, n, a, t) => {
            let limit = t.map(|t| limit(l, n, t));
            recycling::add_stake_burn(l, &coldkey(c), &hotkey(h), n, a, limit).map(drop)
        }
        Op::RemoveStake(s, p) => {
            let (h, n, c) = pick(l, s);
            staking::remove_stake(l, &c, &h, n, part(l, &h, &c, n, p)).map(drop)
        }
        Op::RemoveStakeLimit(s, p, t, b) => {
            let (h, n, c) = pick(l, s);
            let (alpha, limit) = (part(l, &h, &c, n, p), limit(l, n, t));
            staking::remove_stake_limit(l, &c, &h, n, alpha, limit, b).map(drop)
        }
        Op::RemoveFull(s, t) => {
            let (h, n, c) = pick(l, s);
            let limit = t.map(|t| limit(l, n, t));
            staking::remove_stake_full_limit(l, &c, &h, n, limit).map(drop)
        }
        Op::UnstakeAll(s, alpha_only) => {
            let (h, _, c) = pick(l, s);
            let unstake = if alpha_only {
                staking::unstake_all_alpha
            } else {
                staking::unstake_all
            };
            unstake(l, &c, &h).map(drop)
        }
        Op::Move(s, i, m, p) => {
            let (h, n, c) = pick(l, s);
            stake_moves::move_stake(l, &c, &h, &hotkey(i), n, m, part(l, &h, &c, n, p)).map(drop)
        }
        Op::Transfer(s, d, m, p) => {
            let (h, n, c) = pick(l, s);
            stake_moves::transfer_stake(l, &c, &coldkey(d), &h, n, m, part(l, &h, &c, n, p)).map(drop)
        }
        Op::Swap(s, m, p, limit) => {
            let (h, n, c) = pick(l, s);
            let alpha = part(l, &h, &c, n, p);
            match limit {
                None => stake_moves::swap_stake(l, &c, &h, n, m, alpha),
                Some((limit, partial)) => {
                    stake_moves::swap_stake_limit(l, &c, &h, n, m, alpha, Tao(limit.into()), partial)
                }
            }
            .map(drop)
        }
        Op::GiveUp(s, p, burn) => {
            let (h, n, c) = pick(l, s);
            let give = if burn {
                recycling::burn_alpha
            } else {
                recycling::recycle_alpha
            };
            give(l, &c, &h, part(l, &h, &c, n, p), n).map(drop)
        }
        _ => unreachable!("not a trade"),
    }
}

const SUBNETS: [NetUid; 4] = [NetUid(1), NetUid(2), NetUid(3), NetUid(4)];

/// One block; the alpha of each subnet grows by what the block says, less what it recycled.
fn block(ledger: &mut Memory) {
    let before = ledger.clone();
    next_block(ledger).unwrap();
    for netuid in SUBNETS
        .into_iter()
        .filter(|netuid| ledger.first_emission_block_number(*netuid).is_some())
    {
        let created = u128::from(ledger.subnet_alpha_in_emission(netuid).0)
            + u128::from(ledger.subnet_alpha_out_emission(netuid).0);
        let recycled = ledger.alpha_recycled(netuid).0 - before.alpha_recycled(netuid).0;
        let emits = ledger.network_registration_allowed(netuid);
        let expected = alpha(&before, netuid) + if emits { created } else { 0 };
        assert_eq!(
            alpha(ledger, netuid),
            expected - u128::from(recycled),
            "alpha of {netuid}"
        );
    }
    check(ledger);
}

/// Runs the operations and returns the names of those that succeeded.
fn run(ops: &[Op]) -> Vec<String> {
    let mut succeeded = Vec::new();
    let mut ledger = lively();
    check(&ledger);
    for op in ops {
        if let Op::Blocks(count) = op {
            (0..*count).for_each(|_| block(&mut ledger));
            continue;
        }
        let before = ledger.clone();
        match act(&mut ledger, |ledger| call(ledger, op)) {
            Err(error) => {
                assert!(
                    !matches!(error, Error::Overflow | Error::Underflow | Error::BrokenSum),
                    "{op:?} gives {error:?}"
                );
                assert!(ledger == before, "{op:?} failed ({error:?}) and changed something");
            }
            Ok(()) => {
                succeeded.push(format!("{op:?}").split('(').next().unwrap_or_default().to_owned());
                // A pool may lose TAO to nobody: what is destroyed is dust, or goes with a subnet.
                let ends = matches!(op, Op::Dissolve(_) | Op::RegisterNetwork(..));
                let destroyed = before.balances_issuance().0 - ledger.balances_issuance().0;
                assert!(ends || destroyed < 500, "{op:?} destroys {destroyed} rao");
                for netuid in SUBNETS.into_iter().filter(|_| !ends) {
                    let recycled = ledger.alpha_recycled(netuid).0 - before.alpha_recycled(netuid).0;
                    let gone = alpha(&before, netuid) - alpha(&ledger, netuid);
                    match op {
                        Op::Register(_, _, n) if *n == netuid => assert!(recycled == 0 && gone > 0),
                        _ => assert_eq!(gone, u128::from(recycled), "{op:?} on {netuid}"),
                    }
                }
            }
        }
        check(&ledger);
    }
    succeeded
}

proptest! {
    #[test]
    fn books_balance_whatever_happens(ops in prop::collection::vec(op(), 1..60)) {
        run(&ops);
    }
}

/// The random sequences are worth something only if each kind of operation succeeds in them.
#[test]
fn every_operation_succeeds_sometimes() {
    let mut runner = TestRunner::deterministic();
    let mut counts = BTreeMap::<String, usize>::new();
    for _ in 0..300 {
        let ops = prop::collection::vec(op(), 30..60)
            .new_tree(&mut runner)
            .unwrap()
            .current();
        for name in run(&ops) {
            *counts.entry(name).or_default() += 1;
        }
    }
    println!("{counts:?}");
    assert_eq!(counts.len(), 24, "{counts:?}");
    assert!(counts.values().all(|count| *count >= 10), "{counts:?}");
}
