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

fn later(call: RuntimeCall) -> RuntimeCall {
    RuntimeCall::Scheduler(pallet_scheduler::Call::schedule_after {
        after: 1,
        maybe_periodic: None,
        priority: 0,
        call: Box::new(call),
    })
}

/// Calls that change balances, or the time, where nothing counts them.
fn uncounted() -> Vec<RuntimeCall> {
    let set = |new_free| {
        RuntimeCall::Balances(Money::force_set_balance {
            who: account(Key::Eve).into(),
            new_free,
        })
    };
    let as_nobody = |call: RuntimeCall| {
        RuntimeCall::Utility(pallet_utility::Call::dispatch_as {
            as_origin: Box::new(tributary_runtime::OriginCaller::system(frame_system::RawOrigin::None)),
            call: Box::new(call),
        })
    };
    vec![
        RuntimeCall::Balances(Money::force_adjust_total_issuance {
            direction: AdjustmentDirection::Increase,
            delta: 1,
        }),
        RuntimeCall::Balances(Money::force_adjust_total_issuance {
            direction: AdjustmentDirection::Decrease,
            delta: TAO,
        }),
        set(u64::MAX),
        // The total must never stop at the end of its type, whatever is set afterwards.
        batch(vec![set(u64::MAX), set(0)]),
        later(set(TAO)),
        later(RuntimeCall::Balances(Money::force_unreserve {
            who: account(Key::Eve).into(),
            amount: 1,
        })),
        later(batch(vec![set(TAO)])),
        later(as_nobody(RuntimeCall::Timestamp(pallet_timestamp::Call::set {
            now: u64::MAX / 2,
        }))),
    ]
}

/// Raw writes to what blocks and sums hang on.
fn raw_writes() -> Vec<RuntimeCall> {
    let balances = sp_io::hashing::twox_128(b"Balances");
    let raw = RuntimeCall::System;
    vec![
        raw(frame_system::Call::set_storage {
            items: vec![(vec![1], vec![]), ([&balances[..], &[7]].concat(), vec![])],
        }),
        raw(frame_system::Call::kill_storage {
            keys: vec![frame_support::storage::storage_prefix(b"SubtensorModule", b"AfterBlockStep").to_vec()],
        }),
        raw(frame_system::Call::kill_prefix {
            prefix: sp_io::hashing::twox_128(b"SubtensorModule").to_vec(),
            subkeys: 1,
        }),
        // Calls that wait, whose arguments nobody has looked at.
        raw(frame_system::Call::set_storage {
            items: vec![(pallet_scheduler::Agenda::<Runtime>::hashed_key_for(3), vec![])],
        }),
        raw(frame_system::Call::set_storage {
            items: vec![(sp_io::hashing::twox_128(b"Preimage").to_vec(), vec![])],
        }),
        // The time, without which no block ends, or which the next block cannot reach.
        raw(frame_system::Call::kill_storage {
            keys: vec![frame_support::storage::storage_prefix(b"Timestamp", b"DidUpdate").to_vec()],
        }),
        raw(frame_system::Call::set_storage {
            items: vec![(pallet_timestamp::Now::<Runtime>::hashed_key().to_vec(), vec![255; 8])],
        }),
        raw(frame_system::Call::set_storage {
            items: vec![(pallet_aura::CurrentSlot::<Runtime>::hashed_key().to_vec(), vec![255; 8])],
        }),
        // Who makes blocks, how long a slot is, and what the host reads itself.
        raw(frame_system::Call::set_storage {
            items: vec![(
                frame_support::storage::storage_prefix(b"Aura", b"Authorities").to_vec(),
                vec![0],
            )],
        }),
        raw(frame_system::Call::set_storage {
            items: vec![(
                frame_support::storage::storage_prefix(b"Network", b"SlotDuration").to_vec(),
                vec![255; 8],
            )],
        }),
        raw(frame_system::Call::kill_storage {
            keys: vec![frame_support::storage::storage_prefix(b"Grandpa", b"Authorities").to_vec()],
        }),
        raw(frame_system::Call::set_storage {
            items: vec![(b":extrinsic_index".to_vec(), 30_000_000u32.to_le_bytes().to_vec())],
        }),
        raw(frame_system::Call::set_storage {
            items: vec![(b":transaction_level:".to_vec(), vec![255; 8])],
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
    ]
}

#[test]
fn what_no_sum_would_survive_is_refused_wherever_it_is_nested() {
    let raw = RuntimeCall::System;
    let refused = uncounted().into_iter().chain(raw_writes());
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
            items: vec![
                (b"a key of its own".to_vec(), vec![1]),
                (
                    pallet_subtensor::Tempo::<Runtime>::hashed_key_for(tributary_economy::NetUid(1)),
                    vec![10, 0],
                ),
            ],
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

fn set(who: Key, new_free: u64) -> RuntimeCall {
    RuntimeCall::Balances(Money::force_set_balance {
        who: account(who).into(),
        new_free,
    })
}

fn move_all(from: Key, to: Key, value: u64) -> RuntimeCall {
    RuntimeCall::Balances(Money::force_transfer {
        source: account(from).into(),
        dest: account(to).into(),
        value,
    })
}

#[test]
fn what_was_set_is_counted_by_what_happened() {
    let bob = 1_000_000 * TAO;
    // Back to what it was before the batch: only an earlier call of the batch makes a difference.
    let refilled = batch(vec![move_all(Key::Bob, Key::Charlie, 7 * TAO), set(Key::Bob, bob)]);
    assert_eq!(change(Key::Alice, sudo(refilled)), i128::from(7 * TAO));
    let emptied = batch(vec![
        move_all(Key::Bob, Key::Charlie, 7 * TAO),
        set(Key::Charlie, bob),
        RuntimeCall::Balances(Money::force_set_balance {
            who: account(Key::Bob).into(),
            new_free: bob - 7 * TAO,
        }),
    ]);
    assert_eq!(change(Key::Alice, sudo(emptied)), -i128::from(7 * TAO));
    // And back and forth.
    let nobody = Key::AliceStash;
    let twice = batch(vec![set(nobody, 9 * TAO), set(nobody, 0), set(nobody, 2 * TAO)]);
    assert_eq!(change(Key::Alice, sudo(twice)), i128::from(2 * TAO));
}

#[test]
fn who_pays_the_fee_can_be_set_to_what_it_held() {
    common::state(genesis::FAST).execute_with(|| {
        begin_block(1);
        let (before, mine) = (held(), Balances::free_balance(account(Key::Alice)));
        assert_eq!(
            apply(&sign(&Key::Alice.pair(), 0, 0, sudo(set(Key::Alice, mine)))),
            Ok(Ok(()))
        );
        // The fee was paid and made anew; Alice, who is the author of the block, has it back.
        let fee = Balances::free_balance(account(Key::Alice)) - mine;
        assert!(fee > 0);
        assert_eq!(held() - before, fee);
        end_block();
        held();
        begin_block(2);
        end_block();
    });
}

#[test]
fn no_more_is_set_than_there_may_ever_be() {
    common::state(genesis::FAST).execute_with(|| {
        begin_block(1);
        let (before, bob) = (held(), Balances::free_balance(account(Key::Bob)));
        let room = MAX_SUPPLY - before;
        let sign = |nonce, call| sign(&Key::Alice.pair(), nonce, 0, sudo(call));
        let stash = Key::AliceStash;
        for beyond in [
            set(Key::Bob, bob + room + 1),
            set(Key::Bob, MAX_SUPPLY + 1),
            batch(vec![set(stash, room), set(Key::BobStash, 500)]),
            batch(vec![
                move_all(Key::Bob, Key::Charlie, bob / 2),
                set(Key::Bob, bob / 2 + room + 1),
            ]),
        ] {
            assert_eq!(validate(&sign(0, beyond.clone())), Err(InvalidTransaction::Call.into()));
            let made = frame_support::storage::with_storage_layer(|| {
                apply(&sign(0, beyond)).map_err(|_| sp_runtime::DispatchError::Other("refused"))
            });
            assert!(made.is_err());
            assert_eq!(held(), before);
        }
        // What was counted twice by its arguments is there once.
        let within = batch(vec![set(stash, room), set(stash, 0), set(Key::Bob, bob + room)]);
        assert_eq!(apply(&sign(0, within)), Ok(Ok(())));
        assert_eq!(held(), MAX_SUPPLY);
        end_block();
        held();
    });
}

#[test]
fn nobody_touches_what_backs_pools_and_pacts() {
    use frame_support::PalletId;
    use pallet_subtensor::accounts::{BURNED, SUBNETS, TRIBUTES};
    use sp_runtime::traits::AccountIdConversion as _;
    let accounts: [AccountId; 4] = [
        SUBNETS.into_sub_account_truncating(0u16),
        SUBNETS.into_sub_account_truncating(7u16),
        TRIBUTES.into_account_truncating(),
        BURNED.into_account_truncating(),
    ];
    common::state(genesis::FAST).execute_with(|| {
        begin_block(1);
        for who in accounts {
            let all = RuntimeCall::Balances(Money::transfer_all {
                dest: account(Key::Bob).into(),
                keep_alive: false,
            });
            let as_who = tributary_runtime::OriginCaller::system(frame_system::RawOrigin::Signed(who.clone()));
            for call in [
                RuntimeCall::Balances(Money::force_set_balance {
                    who: who.clone().into(),
                    new_free: 0,
                }),
                RuntimeCall::Balances(Money::force_transfer {
                    source: who.clone().into(),
                    dest: account(Key::Bob).into(),
                    value: 1,
                }),
                RuntimeCall::Sudo(pallet_sudo::Call::sudo_as {
                    who: who.clone().into(),
                    call: Box::new(all.clone()),
                }),
                RuntimeCall::Utility(pallet_utility::Call::dispatch_as {
                    as_origin: Box::new(as_who.clone()),
                    call: Box::new(all.clone()),
                }),
                RuntimeCall::Utility(pallet_utility::Call::dispatch_as_fallible {
                    as_origin: Box::new(as_who.clone()),
                    call: Box::new(all.clone()),
                }),
            ] {
                for nested in [sudo(call.clone()), batch(vec![sudo(batch(vec![call.clone()]))])] {
                    let refused = validate(&sign(&Key::Alice.pair(), 0, 0, nested));
                    assert_eq!(refused, Err(InvalidTransaction::Call.into()), "{call:?}");
                }
            }
        }
        // Accounts of other pallets' ids are like any other.
        let other: AccountId = PalletId(*b"whatever").into_account_truncating();
        let call = RuntimeCall::Balances(Money::force_set_balance {
            who: other.into(),
            new_free: TAO,
        });
        assert_eq!(apply(&sign(&Key::Alice.pair(), 0, 0, sudo(call))), Ok(Ok(())));
        end_block();
        held();
    });
}

#[test]
fn a_block_that_nobody_opened_does_not_end() {
    common::state(genesis::FAST).execute_with(|| {
        begin_block(1);
        frame_support::storage::unhashed::kill(&frame_support::storage::storage_prefix(
            b"SubtensorModule",
            b"AfterBlockStep",
        ));
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(end_block));
        let told = ended.expect_err("its sums cannot be compared");
        let told = told.downcast_ref::<String>().expect("a text");
        assert!(told.contains("BrokenSum"), "{told}");
    });
}
