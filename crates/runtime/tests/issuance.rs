//! Calls that make or destroy TAO beside the rules: the issuance is what accounts hold, in every block.

#[path = "common/blocks.rs"]
mod blocks;
mod common;
#[path = "common/transactions.rs"]
mod transactions;

use blocks::{apply, begin_block, end_block};
use frame_support::{assert_ok, traits::OnUnbalanced};
use pallet_balances::AdjustmentDirection;
use sp_keyring::Sr25519Keyring as Key;
use sp_runtime::transaction_validity::InvalidTransaction;
use transactions::{sign, validate};
use tributary_economy::MAX_SUPPLY;
use tributary_runtime::{AccountId, Balances, Runtime, RuntimeCall, RuntimeOrigin, TAO, fees, genesis};

type Money = pallet_balances::Call<Runtime>;

fn account(key: Key) -> AccountId {
    key.to_account_id()
}

fn issued() -> u64 {
    pallet_subtensor::TotalIssuance::<Runtime>::get().get()
}

/// What accounts hold, added up, which must be what both counters say.
fn held() -> u64 {
    let held: u128 = frame_system::Account::<Runtime>::iter_values()
        .map(|info| u128::from(info.data.free) + u128::from(info.data.reserved))
        .sum();
    assert_eq!(held, u128::from(Balances::total_issuance()));
    assert_eq!(held, u128::from(issued()));
    u64::try_from(held).expect("less than the supply")
}

fn sudo(call: RuntimeCall) -> RuntimeCall {
    RuntimeCall::Sudo(pallet_sudo::Call::sudo { call: Box::new(call) })
}

fn batch(calls: Vec<RuntimeCall>) -> RuntimeCall {
    RuntimeCall::Utility(pallet_utility::Call::batch_all { calls })
}

/// Runs blocks with one transaction each, signed by `key`, and returns by how much the issuance changed but for what
/// was minted.
fn change(key: Key, call: RuntimeCall) -> i128 {
    common::state(genesis::FAST).execute_with(|| {
        begin_block(1);
        end_block();
        let before = held();
        begin_block(2);
        assert_eq!(apply(&sign(&key.pair(), 0, 0, call)), Ok(Ok(())));
        end_block();
        let after = held();
        // The next block starts from sums that agree.
        begin_block(3);
        end_block();
        held();
        i128::from(after) - i128::from(before)
    })
}

#[test]
fn burned_balances_leave_the_issuance_in_the_same_block() {
    let burn = |value, keep_alive| RuntimeCall::Balances(Money::burn { value, keep_alive });
    assert_eq!(change(Key::Bob, burn(7 * TAO, true)), -i128::from(7 * TAO));
    assert_eq!(
        change(Key::Bob, batch(vec![burn(TAO, true), burn(2 * TAO, false)])),
        -i128::from(3 * TAO)
    );
    // As somebody else, by root, whom no filter stops.
    let as_bob = RuntimeCall::Sudo(pallet_sudo::Call::sudo_as {
        who: account(Key::Bob).into(),
        call: Box::new(burn(TAO, true)),
    });
    assert_eq!(change(Key::Alice, as_bob), -i128::from(TAO));
    let bob = tributary_runtime::OriginCaller::system(frame_system::RawOrigin::Signed(account(Key::Bob)));
    let later = RuntimeCall::Scheduler(pallet_scheduler::Call::schedule {
        when: 3,
        maybe_periodic: None,
        priority: 0,
        call: Box::new(RuntimeCall::Utility(pallet_utility::Call::dispatch_as {
            as_origin: Box::new(bob),
            call: Box::new(burn(TAO, true)),
        })),
    });
    // It happens in the block after the one that is measured, whose sums are compared too.
    assert_eq!(change(Key::Alice, sudo(later)), 0);
}

#[test]
fn balances_that_root_sets_are_issued_and_recycled() {
    let set = |who, new_free| {
        RuntimeCall::Balances(Money::force_set_balance {
            who: account(who).into(),
            new_free,
        })
    };
    assert_eq!(
        change(Key::Alice, sudo(set(Key::Bob, 1_000_009 * TAO))),
        i128::from(9 * TAO)
    );
    assert_eq!(
        change(Key::Alice, sudo(set(Key::Bob, 400))),
        -i128::from(1_000_000 * TAO)
    );
    let both = batch(vec![
        set(Key::Bob, 0),
        set(Key::Ferdie, 2_001 * TAO),
        set(Key::AliceStash, 5 * TAO),
    ]);
    assert_eq!(
        change(Key::Alice, sudo(both)),
        i128::from(6 * TAO) - i128::from(1_000_000 * TAO)
    );
    // A call that fails issues nothing.
    assert_eq!(
        change(
            Key::Alice,
            RuntimeCall::Utility(pallet_utility::Call::batch {
                calls: vec![set(Key::Bob, 1_000_009 * TAO)],
            })
        ),
        0
    );
}

#[test]
fn what_no_sum_would_survive_is_refused_wherever_it_is_nested() {
    let balances = sp_io::hashing::twox_128(b"Balances");
    let set = |new_free| {
        RuntimeCall::Balances(Money::force_set_balance {
            who: account(Key::Eve).into(),
            new_free,
        })
    };
    let later = |call: RuntimeCall| {
        RuntimeCall::Scheduler(pallet_scheduler::Call::schedule_after {
            after: 1,
            maybe_periodic: None,
            priority: 0,
            call: Box::new(call),
        })
    };
    let raw = RuntimeCall::System;
    let refused = [
        RuntimeCall::Balances(Money::force_adjust_total_issuance {
            direction: AdjustmentDirection::Increase,
            delta: 1,
        }),
        RuntimeCall::Balances(Money::force_adjust_total_issuance {
            direction: AdjustmentDirection::Decrease,
            delta: TAO,
        }),
        set(MAX_SUPPLY),
        set(u64::MAX),
        batch(vec![set(MAX_SUPPLY / 2), set(MAX_SUPPLY / 2)]),
        later(set(TAO)),
        later(RuntimeCall::Balances(Money::force_unreserve {
            who: account(Key::Eve).into(),
            amount: 1,
        })),
        later(batch(vec![set(TAO)])),
        raw(frame_system::Call::set_storage {
            items: vec![(vec![1], vec![]), ([&balances[..], &[7]].concat(), vec![])],
        }),
        raw(frame_system::Call::kill_storage {
            keys: vec![frame_system::Account::<Runtime>::hashed_key_for(account(Key::Bob))],
        }),
        raw(frame_system::Call::kill_storage {
            keys: vec![pallet_subtensor::TotalIssuance::<Runtime>::hashed_key().to_vec()],
        }),
        raw(frame_system::Call::kill_prefix {
            prefix: vec![],
            subkeys: 1,
        }),
        raw(frame_system::Call::kill_prefix {
            prefix: balances[..3].to_vec(),
            subkeys: 1,
        }),
    ];
    common::state(genesis::FAST).execute_with(|| {
        begin_block(1);
        for call in refused {
            for nested in [
                sudo(call.clone()),
                batch(vec![batch(vec![sudo(call.clone())])]),
                sudo(RuntimeCall::Utility(pallet_utility::Call::if_else {
                    main: Box::new(RuntimeCall::System(frame_system::Call::remark { remark: vec![] })),
                    fallback: Box::new(call.clone()),
                })),
                sudo(later(call.clone())),
            ] {
                let transaction = sign(&Key::Alice.pair(), 0, 0, nested);
                assert_eq!(validate(&transaction), Err(InvalidTransaction::Call.into()), "{call:?}");
                assert_eq!(apply(&transaction), Err(InvalidTransaction::Call.into()), "{call:?}");
            }
        }
        // Other raw writes are root's to make.
        let harmless = sudo(raw(frame_system::Call::set_storage {
            items: vec![(b"a key of its own".to_vec(), vec![1])],
        }));
        assert_eq!(apply(&sign(&Key::Alice.pair(), 0, 0, harmless)), Ok(Ok(())));
        end_block();
        held();
    });
}

#[test]
fn fees_that_nobody_earns_are_recycled() {
    common::state(genesis::FAST).execute_with(|| {
        begin_block(1);
        // A block without a slot has no author.
        frame_support::storage::unhashed::kill(&frame_support::storage::storage_prefix(b"System", b"Digest"));
        let before = held();
        let fee = <Balances as frame_support::traits::fungible::Balanced<AccountId>>::withdraw(
            &account(Key::Bob),
            123,
            frame_support::traits::tokens::Precision::Exact,
            frame_support::traits::tokens::Preservation::Preserve,
            frame_support::traits::tokens::Fortitude::Polite,
        );
        fees::FeesToAuthor::on_unbalanced(fee.expect("Bob is rich"));
        assert_eq!(held(), before - 123);
        // Nor does dust have an owner.
        assert_ok!(Balances::transfer_allow_death(
            RuntimeOrigin::signed(account(Key::Dave)),
            account(Key::Bob).into(),
            Balances::free_balance(account(Key::Dave)) - 7
        ));
        assert_eq!(held(), before - 130);
    });
}
