//! All calls of all pallets, made at random by all kinds of accounts over blocks, with the sums of all pallets after each.
//!
//! `RUNTIME_FUZZ_CALLS` says how many calls (default 12,000), `RUNTIME_FUZZ_SEED` with which seed (default 1). The same
//! seed makes the same calls. `RUNTIME_FUZZ_WITHOUT` names calls to leave out, as `Pallet.call,Pallet.call`, to look for
//! what else there is while one failure is being mended. A failure prints the seed, the number of the call and the call.

#[path = "../common/blocks.rs"]
mod blocks;
#[path = "../common/mod.rs"]
mod common;
mod known;
mod meant;
mod proxied;
#[path = "../common/transactions.rs"]
mod transactions;
mod types;
mod world;

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
};

use frame_support::{
    dispatch::GetDispatchInfo,
    pallet_prelude::{DispatchError, Pays},
    storage::with_storage_layer,
    traits::fungible::Mutate as _,
};
use rand::RngExt;
use sp_keyring::Sr25519Keyring as Key;
use tributary_runtime::{AccountId, Balances, Runtime, RuntimeCall, SubtensorModule, TAO, nested};

use known::Expected;
use meant::Meant;
use types::{Calls, Cast, Name};
use world::{People, Went, check, include, world};

/// Calls of a run of the usual length.
const USUAL: u64 = 12_000;

/// Calls after which a fresh market begins, so that no run stays in one corner.
const CALLS_A_WORLD: u64 = 2_000;

/// One in so many transactions is compared by the whole state, which is slow.
const THOROUGH: u32 = 24;

fn calls(seed: u64) -> Calls {
    let cast = Cast {
        accounts: People::new().accounts(),
        hotkeys: People::hotkeys(),
    };
    Calls::new(seed, cast)
}

fn setting(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(value) => value.parse().unwrap_or_else(|_| panic!("{name} must be a number")),
        Err(_) => default,
    }
}

/// Whom to sign a call by: often the owner of the subnet that it speaks of.
fn signer(calls: &mut Calls, people: &People) -> AccountId {
    let owner = pallet_subtensor::SubnetOwner::<Runtime>::try_get(calls.netuid).ok();
    match owner {
        Some(owner) if calls.chance(2) && people.pair(&owner).is_some() => owner,
        _ if !calls.chance(4) => {
            let rich = People::rich();
            calls.pick(&rich)
        }
        _ => {
            let all = calls.cast.accounts.clone();
            calls.pick(&all)
        }
    }
}

/// As it is, or in a form that lends it another origin.
fn dress(calls: &mut Calls, call: RuntimeCall, for_root: bool) -> (RuntimeCall, Option<AccountId>) {
    let alice = Some(Key::Alice.to_account_id());
    let boxed = Box::new(call.clone());
    match calls.random.random_range(0..if for_root { 3 } else { 8 }) {
        0 | 1 => (RuntimeCall::Sudo(pallet_sudo::Call::sudo { call: boxed }), alice),
        2 if !for_root => {
            let who = calls.account("who").into();
            (
                RuntimeCall::Sudo(pallet_sudo::Call::sudo_as { who, call: boxed }),
                alice,
            )
        }
        3 => (
            RuntimeCall::Utility(pallet_utility::Call::batch_all { calls: vec![call] }),
            None,
        ),
        _ => (call, None),
    }
}

fn forget_swap(who: &AccountId) {
    pallet_subtensor::ColdkeySwapAnnouncements::<Runtime>::remove(who);
    pallet_subtensor::ColdkeySwapDisputes::<Runtime>::remove(who);
}

#[derive(Default)]
struct Count {
    well: u64,
    failed: u64,
    refused: u64,
}

struct Run {
    calls: Calls,
    people: People,
    names: Vec<Name>,
    meant: Meant,
    counts: BTreeMap<Name, Count>,
    done: u64,
}

impl Run {
    /// Undoes what would end the run: nobody is root, nothing but a few calls runs, everybody waits for a new coldkey, or
    /// nobody has TAO.
    fn go_on(&self) {
        pallet_sudo::Key::<Runtime>::put(Key::Alice.to_account_id());
        pallet_safe_mode::EnteredUntil::<Runtime>::kill();
        for who in self.people.accounts() {
            if who != People::swapping() {
                forget_swap(&who);
            }
        }
        for who in People::rich() {
            if Balances::free_balance(&who) < 1_000 * TAO {
                let before = SubtensorModule::totals();
                // Refused where there is as much TAO as there may ever be.
                let _ = with_storage_layer(|| {
                    Balances::mint_into(&who, 1_000 * TAO)?;
                    SubtensorModule::count_set_balances(before).map_err(|_| DispatchError::Exhausted)
                });
            }
        }
    }

    fn step(&mut self) {
        self.go_on();
        let name = self.calls.pick(&self.names);
        let (call, who) = match self.meant.make(&mut self.calls, &name) {
            Some((call, who)) => (call, Some(who)),
            None => {
                let call = self.calls.make(&name);
                let for_root = known::is_for_root(&name);
                dress(&mut self.calls, call, for_root)
            }
        };
        let who = who.unwrap_or_else(|| signer(&mut self.calls, &self.people));
        let Some(pair) = self.people.pair(&who).cloned() else {
            return;
        };
        let thorough = self.calls.chance(THOROUGH);
        let (seed_of_panic, told) = (self.done, call.clone());
        let went = catch_unwind(AssertUnwindSafe(|| include(&pair, call, thorough))).unwrap_or_else(|panic| {
            eprintln!("call {seed_of_panic}, signed by {who}: {told:?}");
            resume_unwind(panic)
        });
        self.meant.learn(&name, &told, &who, went);
        let count = self.counts.entry(name).or_default();
        match went {
            Went::Well => count.well += 1,
            Went::Failed => count.failed += 1,
            Went::Refused => count.refused += 1,
        }
        self.done += 1;
    }

    fn block(&mut self, number: u32) {
        blocks::begin_block(number);
        for _ in 0..self.calls.random.random_range(1..40) {
            self.step();
        }
        if self.calls.chance(3) {
            forget_swap(&People::swapping());
        }
        blocks::end_block();
        check();
    }
}

#[test]
fn sums_hold_after_any_calls_of_any_pallet() {
    let (most, seed) = (setting("RUNTIME_FUZZ_CALLS", USUAL), setting("RUNTIME_FUZZ_SEED", 1));
    println!("RUNTIME_FUZZ_SEED={seed} RUNTIME_FUZZ_CALLS={most}");
    let without = std::env::var("RUNTIME_FUZZ_WITHOUT").unwrap_or_default();
    let without: Vec<&str> = without.split(',').collect();
    let calls = calls(seed);
    let mut names = calls.names();
    names.retain(|name| calls.is_possible(name) && !without.contains(&format!("{}.{}", name.0, name.1).as_str()));
    let mut run = Run {
        calls,
        people: People::new(),
        names,
        meant: Meant::default(),
        counts: BTreeMap::new(),
        done: 0,
    };
    while run.done < most {
        let mut state = world();
        let (until, mut number) = ((run.done + CALLS_A_WORLD).min(most), 2);
        run.meant = Meant::default();
        while run.done < until {
            let block = catch_unwind(AssertUnwindSafe(|| state.execute_with(|| run.block(number))));
            if let Err(panic) = block {
                eprintln!("RUNTIME_FUZZ_SEED={seed}, block {number}, before call {}", run.done);
                resume_unwind(panic);
            }
            state.commit_all().expect("no transaction is open");
            number += 1;
        }
    }
    for ((pallet, call), count) in &run.counts {
        println!(
            "{:>50} {:>6} well {:>6} failed {:>6} refused",
            format!("{pallet}.{call}"),
            count.well,
            count.failed,
            count.refused
        );
    }
    let (all, well) = (
        run.names.len(),
        run.counts.values().filter(|count| count.well > 0).count(),
    );
    println!("{well} of {all} calls that can be made went well");
    // Rare paths need their time.
    if most >= USUAL && without == [""] {
        for (name, (expected, _)) in known::known() {
            let well = run.counts.get(&name).map_or(0, |count| count.well);
            assert!(well > 0 || expected != Expected::Works, "{name:?} never went well");
            assert!(well == 0 || expected != Expected::Never, "{name:?} went well");
        }
    }
}

#[test]
fn every_call_is_known() {
    let calls = calls(1);
    let known = known::known();
    let there: BTreeSet<Name> = calls.names().into_iter().collect();
    let listed: BTreeSet<Name> = known.keys().cloned().collect();
    let new: Vec<_> = there.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&there).collect();
    assert!(
        new.is_empty() && gone.is_empty(),
        "`expected.txt` must say what to expect of {new:?}, and nothing of {gone:?}"
    );
    for (name, (expected, _)) in &known {
        assert_eq!(calls.is_possible(name), *expected != Expected::Impossible, "{name:?}");
    }
}

#[test]
fn every_call_inside_a_call_is_seen() {
    world().execute_with(|| {
        let mut calls = calls(2);
        for name in calls.names() {
            if calls.is_possible(&name) {
                // A list of calls may be empty.
                let most = (0..20).map(|_| nested::calls(&calls.make(&name)).count()).max();
                assert_eq!(most > Some(1), calls.nests(&name), "{name:?}");
            }
        }
    });
}

#[test]
fn the_free_calls_are_those_that_are_known_to_be() {
    world().execute_with(|| {
        let mut calls = calls(3);
        for (name, (expected, free)) in known::known() {
            if expected != Expected::Impossible {
                // Each must be among those of `free.rs`, which tries them all.
                let pays = calls.make(&name).get_dispatch_info().pays_fee;
                assert_eq!(pays == Pays::No, free, "{name:?}");
            }
        }
    });
}
