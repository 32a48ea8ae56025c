//! Random sequences of everything that can happen to pacts, with staking, owners that change and subnets that come and
//! go, checked after every step.

use std::{
    collections::BTreeSet,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
};

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};
use tributary_economy::{
    Ledger, NetUid, PerMillion, Tao,
    market::{coldkey_swap, networks, pact, staking},
    pact::{Arbiters, Books, Error, Pact, Route, Terms},
};

use super::*;

#[derive(Clone, Debug)]
enum Op {
    Blocks(u8),
    Sign(NetUid, Terms, bool),
    Tighten(NetUid, Terms, bool),
    Loosen(NetUid, Terms, bool),
    Object(u64, u64, NetUid),
    ApplyLoosening(NetUid),
    Announce(NetUid),
    Cancel(NetUid),
    Exit(NetUid),
    Establish(NetUid),
    Report(u64, NetUid),
    Vote(u64, u64, NetUid, u8, bool),
    Resolve(NetUid, u8),
    Commit(u64, NetUid),
    Confirm(u64, NetUid),
    PostBond(NetUid),
    Pay(u64, NetUid, u64, Tao),
    Open(u64, NetUid, u64, Tao, u8),
    TopUp(u64, u8, Tao),
    Settle(u64, u8, Tao),
    Close(u64, u8, Option<Tao>),
    Finalise(u8),
    CutEnabled(NetUid, bool),
    Owner(NetUid, u64),
    SwapColdkey(u64),
    Stake(u64, u64, NetUid, Tao),
    Unstake(u64, u64, NetUid),
    Register(u64, u64),
    Start(NetUid),
    Dissolve(NetUid),
}

fn part() -> impl Strategy<Value = PerMillion> {
    prop_oneof![15 => Just(0u32), 25 => 0u32..1_000_001, 10 => Just(1_000_000), 1 => Just(1_000_001)]
        .prop_map(PerMillion)
}

fn terms() -> impl Strategy<Value = Terms> {
    let route = (0u32..1_000_001, 0u32..1_000_001).prop_map(|(a, b)| {
        let (low, high) = (a.min(b), a.max(b));
        Route {
            burn: PerMillion(low),
            holders: PerMillion(high - low),
            root: PerMillion(1_000_000 - high),
        }
    });
    let artifacts = prop_oneof![10 => Just((0, 0)), 10 => (1u64..40, 1u64..20), 1 => Just((5, 0))];
    (part(), 0u64..30, 0u64..200, 0u64..15, part(), artifacts, route).prop_map(
        |(pledge, vesting_half_life, bond, notice, revenue_share, (open_after, artifact_period), route)| Terms {
            pledge,
            vesting_half_life,
            bond: tao(bond),
            notice,
            revenue_share,
            open_after,
            artifact_period,
            route,
        },
    )
}

fn op() -> impl Strategy<Value = Op> {
    let net = || prop_oneof![9 => (1u16..4).prop_map(NetUid), 1 => Just(NetUid(0))];
    let key = || 0u64..8;
    let id = || 0u8..12;
    let amount = || prop_oneof![1 => 0u64..1_000, 4 => 1_000u64..100_000_000_000, 1 => any::<u64>()].prop_map(Tao);
    prop_oneof![
        14 => (1u8..8).prop_map(Op::Blocks),
        6 => (net(), terms(), any::<bool>()).prop_map(|(n, t, a)| Op::Sign(n, t, a)),
        3 => (net(), terms(), any::<bool>()).prop_map(|(n, t, at_random)| Op::Tighten(n, t, at_random)),
        3 => (net(), terms(), any::<bool>()).prop_map(|(n, t, a)| Op::Loosen(n, t, a)),
        3 => (key(), key(), net()).prop_map(|(c, h, n)| Op::Object(c, h, n)),
        3 => net().prop_map(Op::ApplyLoosening),
        2 => net().prop_map(Op::Announce),
        1 => net().prop_map(Op::Cancel),
        3 => net().prop_map(Op::Exit),
        2 => net().prop_map(Op::Establish),
        3 => (key(), net()).prop_map(|(c, n)| Op::Report(c, n)),
        4 => (key(), key(), net(), id(), any::<bool>()).prop_map(|(c, h, n, i, y)| Op::Vote(c, h, n, i, y)),
        3 => (net(), id()).prop_map(|(n, i)| Op::Resolve(n, i)),
        2 => (key(), net()).prop_map(|(c, n)| Op::Commit(c, n)),
        2 => (key(), net()).prop_map(|(h, n)| Op::Confirm(h, n)),
        2 => net().prop_map(Op::PostBond),
        6 => (key(), net(), key(), amount()).prop_map(|(c, n, p, a)| Op::Pay(c, n, p, a)),
        4 => (key(), net(), key(), amount(), any::<u8>()).prop_map(|(c, n, p, a, e)| Op::Open(c, n, p, a, e)),
        2 => (key(), id(), amount()).prop_map(|(c, i, a)| Op::TopUp(c, i, a)),
        6 => (key(), id(), amount()).prop_map(|(c, i, a)| Op::Settle(c, i, a)),
        3 => (key(), id(), prop::option::of(amount())).prop_map(|(c, i, a)| Op::Close(c, i, a)),
        2 => id().prop_map(Op::Finalise),
        1 => (net(), any::<bool>()).prop_map(|(n, on)| Op::CutEnabled(n, on)),
        1 => (net(), key()).prop_map(|(n, c)| Op::Owner(n, c)),
        2 => key().prop_map(Op::SwapColdkey),
        4 => (key(), key(), net(), amount()).prop_map(|(c, h, n, a)| Op::Stake(c, h, n, a)),
        3 => (key(), key(), net()).prop_map(|(c, h, n)| Op::Unstake(c, h, n)),
        1 => (key(), key()).prop_map(|(c, h)| Op::Register(c, h)),
        1 => net().prop_map(Op::Start),
        1 => net().prop_map(Op::Dissolve),
    ]
}

fn arbiters(some: bool) -> Arbiters<Account> {
    if some {
        Arbiters {
            accounts: (0..3).map(coldkey).collect(),
            threshold: 2,
        }
    } else {
        Arbiters::default()
    }
}

fn owner(l: &Memory, netuid: NetUid) -> Account {
    l.subnet_owner(netuid).unwrap_or(coldkey(0))
}

fn call(l: &mut Memory, op: &Op) -> Result<(), Error> {
    match *op {
        Op::Sign(n, t, a) => pact::sign(l, &owner(l, n), n, t, arbiters(a)),
        Op::Tighten(n, t, at_random) => {
            // Random terms are seldom tighter.
            let terms = match l.pact(n).filter(|_| !at_random) {
                Some(pact) => Terms {
                    bond: Tao(pact.terms.bond.0 + t.bond.0 / 50),
                    notice: pact.terms.notice + t.notice / 10,
                    ..pact.terms
                },
                None => t,
            };
            pact::tighten(l, &owner(l, n), n, terms)
        }
        Op::Loosen(n, t, a) => pact::loosen(l, &owner(l, n), n, t, arbiters(a)),
        Op::Object(c, h, n) => pact::object(l, &coldkey(c), n, &hotkey(h)),
        Op::ApplyLoosening(n) => pact::apply_loosening(l, n).map(drop),
        Op::Announce(n) => pact::announce_exit(l, &owner(l, n), n),
        Op::Cancel(n) => pact::cancel_exit(l, &owner(l, n), n),
        Op::Exit(n) => pact::exit(l, n),
        Op::Establish(n) => pact::establish_breach(l, n),
        Op::Report(c, n) => pact::report(l, &coldkey(c), n, [7; 32]).map(drop),
        Op::Vote(c, h, n, i, y) => pact::vote(l, &coldkey(c), n, i.into(), &hotkey(h), y),
        Op::Resolve(n, i) => pact::resolve(l, n, i.into()).map(drop),
        Op::Commit(c, n) => pact::commit_artifact(l, &coldkey(c), n, [1; 32], [2; 32], 0, vec![]).map(drop),
        Op::Confirm(h, n) => {
            let number = l.artifact(n).map_or(0, |artifact| artifact.number);
            pact::confirm_artifact(l, &hotkey(h), n, number).map(drop)
        }
        Op::PostBond(n) => pact::post_bond(l, &owner(l, n), n),
        Op::Pay(c, n, p, a) => pact::pay(l, &coldkey(c), n, &coldkey(p), a, [3; 32]).map(drop),
        Op::Open(c, n, p, a, e) => {
            pact::open_channel(l, &coldkey(c), n, &coldkey(p), a, l.block() + u64::from(e) / 4).map(drop)
        }
        Op::TopUp(c, i, a) => {
            let payer = l.channel(i.into()).map_or(coldkey(c), |channel| channel.payer);
            pact::top_up(l, &payer, i.into(), a)
        }
        Op::Settle(c, i, a) => pact::settle(l, &coldkey(c), i.into(), a).map(drop),
        Op::Close(c, i, a) => pact::close(l, &coldkey(c), i.into(), a),
        Op::Finalise(i) => pact::finalise_close(l, i.into()),
        Op::CutEnabled(n, on) => {
            l.set_owner_cut_enabled(n, on);
            Ok(())
        }
        Op::Owner(n, c) => {
            if l.networks_added(n) && !n.is_root() {
                l.set_subnet_owner(n, Some(coldkey(c)));
            }
            Ok(())
        }
        // To a spare key, or back from it.
        Op::SwapColdkey(c) => {
            let (here, spare) = (coldkey(c), 50 + coldkey(c));
            let back = l.staking_hotkeys(&here).is_empty();
            let (old, new) = if back { (spare, here) } else { (here, spare) };
            Ok(coldkey_swap::swap_coldkey(l, &old, &new)?)
        }
        Op::Stake(c, h, n, a) => Ok(staking::add_stake(l, &coldkey(c), &hotkey(h), n, a).map(drop)?),
        Op::Unstake(c, h, n) => {
            let all = staking::stake_of(l, &hotkey(h), &coldkey(c), n);
            Ok(staking::remove_stake(l, &coldkey(c), &hotkey(h), n, all).map(drop)?)
        }
        Op::Register(c, h) => Ok(networks::register_network(l, &coldkey(c), &hotkey(h)).map(drop)?),
        Op::Start(n) => Ok(networks::start_call(l, &owner(l, n), n)?),
        Op::Dissolve(n) => Ok(networks::dissolve(l, n)?),
        Op::Blocks(_) => unreachable!("blocks are no call"),
    }
}

/// I3 and I5: what may move a bond, and what may loosen terms.
fn compare(op: &Op, before: &Pact<Account>, after: &Pact<Account>, now: u64) {
    let (loose, tight) = (before.in_force(), after.in_force());
    if let (Some(old), Some(new)) = (loose, tight) {
        let announced = before
            .loosening
            .as_ref()
            .filter(|loosening| loosening.due <= now)
            .map(|loosening| loosening.terms);
        let allowed = new.is_tightening(old) || (matches!(op, Op::ApplyLoosening(_)) && announced == Some(*new));
        assert!(allowed, "{op:?} loosened {old:?} to {new:?}");
    }
    let moves_bond = matches!(
        op,
        Op::Sign(..)
            | Op::Tighten(..)
            | Op::ApplyLoosening(_)
            | Op::Exit(_)
            | Op::Establish(_)
            | Op::Resolve(..)
            | Op::PostBond(_)
    );
    assert!(moves_bond || before.bond == after.bond, "{op:?} moved the bond");
}

/// Runs a sequence and notes which sorts of calls succeeded.
fn run(ops: &[Op], succeeded: &mut BTreeSet<String>) {
    let mut ledger = lively();
    ledger.set_now_ms(1_700_000_000_000);
    ledger.set_pact_parameters(Parameters {
        pact_weight: 500_000,
        ..short()
    });
    for n in [1, 2].map(NetUid) {
        for uid in 0..ledger.subnetwork_n(n) {
            ledger.set_weights(n.index(tributary_economy::MechId(0)), uid, vec![(0, u16::MAX)]);
        }
        // Owners with too little to bond are part of it: not every signature succeeds.
        let _ = pact_act(&mut ledger, |l| {
            pact::sign(l, &owner(l, n), n, all_terms(), arbiters(n.0 == 2))
        });
    }
    for op in ops {
        if let Op::Blocks(count) = op {
            for _ in 0..*count {
                next_block(&mut ledger).unwrap();
                check_all(&ledger);
            }
            continue;
        }
        let before = ledger.clone();
        let result = pact_act(&mut ledger, |l| call(l, op));
        match result {
            Ok(()) => {
                let name = format!("{op:?}");
                succeeded.insert(name.split('(').next().unwrap_or_default().into());
            }
            Err(error) => {
                let corrupt = [
                    tributary_economy::Error::Overflow,
                    tributary_economy::Error::Underflow,
                    tributary_economy::Error::BrokenSum,
                ];
                assert!(
                    !matches!(error, Error::Rule(rule) if corrupt.contains(&rule)),
                    "{op:?}: {error}"
                );
                assert!(before == ledger, "{op:?} failed with {error} and changed something");
            }
        }
        check_all(&ledger);
        for n in (1..4).map(NetUid) {
            if let (Some(old), Some(new)) = (before.pact(n), ledger.pact(n))
                && old.registered_at == new.registered_at
            {
                compare(op, &old, &new, ledger.block());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn sums_hold_after_any_sequence(ops in prop::collection::vec(op(), 1..120)) {
        run(&ops, &mut BTreeSet::new());
    }
}

fn setting(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(value) => value.parse().unwrap_or_else(|_| panic!("{name} must be a number")),
        Err(_) => default,
    }
}

/// `PACT_FUZZ_CALLS` says how many calls (default 20,000), `PACT_FUZZ_SEED` with which seed (default 1).
#[test]
fn every_sort_of_call_succeeds_and_sums_hold() {
    let (calls, seed) = (setting("PACT_FUZZ_CALLS", 20_000), setting("PACT_FUZZ_SEED", 1));
    println!("seed {seed}, {calls} calls");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), random);
    let sequences = prop::collection::vec(op(), 100..101);
    let (mut succeeded, mut done) = (BTreeSet::new(), 0u64);
    while done < calls {
        let ops = sequences.new_tree(&mut runner).unwrap().current();
        done += ops.iter().filter(|op| !matches!(op, Op::Blocks(_))).count() as u64;
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| run(&ops, &mut succeeded))) {
            eprintln!("seed {seed}, before call {done}: {ops:?}");
            resume_unwind(panic);
        }
    }
    // All 30 but the blocks, which are no call.
    assert!(calls < 20_000 || succeeded.len() == 29, "{succeeded:?}");
}
