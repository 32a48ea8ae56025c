//! Free calls: for those whose rule allows them, and for nobody else.

#[path = "common/blocks.rs"]
mod blocks;
mod common;
#[path = "common/transactions.rs"]
mod transactions;

use blocks::{apply, begin_block, end_block};
use codec::Encode;
use frame_support::{assert_ok, dispatch::GetDispatchInfo, pallet_prelude::Pays};
use pallet_subtensor::{Call, Error};
use sp_core::{H256, Pair, sr25519};
use sp_keyring::Sr25519Keyring as Key;
use sp_runtime::{DispatchError, transaction_validity::InvalidTransaction};
use transactions::{sign, validate};
use tributary_economy::{MechId, NetUid};
use tributary_runtime::{AccountId, Balances, Runtime, RuntimeCall, RuntimeOrigin, SubtensorModule, System, genesis};

fn account(key: Key) -> AccountId {
    key.to_account_id()
}

fn signed(key: Key) -> RuntimeOrigin {
    RuntimeOrigin::signed(account(key))
}

/// A key that holds nothing.
fn pair(name: &str) -> sr25519::Pair {
    sr25519::Pair::from_string(&format!("//{name}"), None).expect("a key")
}

fn ours(call: Call<Runtime>) -> RuntimeCall {
    RuntimeCall::SubtensorModule(call)
}

/// A started subnet of Alice with the neuron of a hotkey without TAO, which is Bob's.
fn subnet(hotkey: &sr25519::Pair) -> NetUid {
    assert_ok!(SubtensorModule::register_network(
        signed(Key::Alice),
        AccountId::new([1; 32])
    ));
    let netuid = NetUid(pallet_subtensor::TotalNetworks::<Runtime>::get() - 1);
    assert_ok!(SubtensorModule::start_call(signed(Key::Alice), netuid));
    assert_ok!(SubtensorModule::burned_register(
        signed(Key::Bob),
        netuid,
        hotkey.public().into()
    ));
    netuid
}

fn set_weights(netuid: NetUid, uids: Vec<u16>) -> RuntimeCall {
    let weights = vec![1; uids.len()];
    ours(Call::set_weights {
        netuid,
        dests: uids,
        weights,
        version_key: 0,
    })
}

/// Every call that may be free, on a subnet, as a neuron with uid 1 would make it. That these are all is checked with
/// the types of all calls.
fn free_calls(netuid: NetUid, hotkey: AccountId) -> Vec<RuntimeCall> {
    let (mecid, version_key) = (MechId(0), 0);
    let (dests, weights) = (vec![1], vec![1]);
    let (uids, values, salt) = (vec![1], vec![1], vec![7]);
    let commit_hash = H256::repeat_byte(7);
    let (version, ip, port, ip_type) = (1, 0x0808_0808, 9000, 4);
    let (protocol, placeholder1, placeholder2) = (0, 0, 0);
    vec![
        set_weights(netuid, vec![1]),
        ours(Call::set_mechanism_weights {
            netuid,
            mecid,
            dests,
            weights,
            version_key,
        }),
        ours(Call::commit_weights { netuid, commit_hash }),
        ours(Call::commit_mechanism_weights {
            netuid,
            mecid,
            commit_hash,
        }),
        ours(Call::reveal_weights {
            netuid,
            uids: uids.clone(),
            values: values.clone(),
            salt: salt.clone(),
            version_key,
        }),
        ours(Call::reveal_mechanism_weights {
            netuid,
            mecid,
            uids,
            values,
            salt,
            version_key,
        }),
        ours(Call::serve_axon {
            netuid,
            version,
            ip,
            port,
            ip_type,
            protocol,
            placeholder1,
            placeholder2,
        }),
        ours(Call::serve_axon_tls {
            netuid,
            version,
            ip,
            port,
            ip_type,
            protocol,
            placeholder1,
            placeholder2,
            certificate: vec![1, 2],
        }),
        ours(Call::serve_prometheus {
            netuid,
            version,
            ip,
            port,
            ip_type,
        }),
        ours(Call::increase_take {
            hotkey: hotkey.clone(),
            take: 7,
        }),
        ours(Call::decrease_take { hotkey, take: 6 }),
        RuntimeCall::Commitments(pallet_commitments::Call::set_commitment {
            netuid,
            info: Default::default(),
        }),
    ]
}

fn accounts() -> usize {
    frame_system::Account::<Runtime>::iter_keys().count()
}

#[test]
fn strangers_put_nothing_into_blocks_and_leave_no_account() {
    common::state(genesis::FAST).execute_with(|| {
        begin_block(1);
        let netuid = subnet(&pair("neuron"));
        let neuron: AccountId = pair("neuron").public().into();
        end_block();
        begin_block(2);
        let (before, room, extrinsics) = (accounts(), System::block_weight(), System::extrinsic_index());
        let mut tried = 0;
        for commit_reveal in [true, false] {
            pallet_subtensor::CommitRevealWeightsEnabled::<Runtime>::insert(netuid, commit_reveal);
            for there in [netuid, NetUid::ROOT, NetUid(1_000)] {
                for call in free_calls(there, neuron.clone()) {
                    assert_eq!(call.get_dispatch_info().pays_fee, Pays::No, "{call:?}");
                    for nonce in 0..2 {
                        let stranger = pair(&format!("stranger{tried}"));
                        let transaction = sign(&stranger, nonce, 0, call.clone());
                        let refused = validate(&transaction);
                        assert!(refused.is_err(), "{call:?} waits in the pool");
                        assert!(apply(&transaction).is_err(), "{call:?} is in a block");
                        tried += 1;
                    }
                    let nested = RuntimeCall::Utility(pallet_utility::Call::batch { calls: vec![call] });
                    let transaction = sign(&pair(&format!("stranger{tried}")), 0, 0, nested);
                    assert_eq!(validate(&transaction), Err(InvalidTransaction::Payment.into()));
                    assert_eq!(apply(&transaction), Err(InvalidTransaction::Payment.into()));
                }
            }
        }
        assert_eq!(tried, 2 * 3 * 12 * 2);
        assert_eq!(accounts(), before);
        assert_eq!(System::block_weight(), room);
        assert_eq!(System::extrinsic_index(), extrinsics);
        end_block();
        assert_eq!(accounts(), before);
    });
}

#[test]
fn strangers_are_told_why() {
    common::state(genesis::FAST).execute_with(|| {
        begin_block(1);
        let netuid = subnet(&pair("neuron"));
        let neuron: AccountId = pair("neuron").public().into();
        let stranger = pair("stranger");
        let code = |call| match validate(&sign(&stranger, 0, 0, call)) {
            Err(error) => error,
            Ok(_) => panic!("it waits in the pool"),
        };
        let codes = |netuid| {
            free_calls(netuid, neuron.clone())
                .into_iter()
                .map(code)
                .collect::<Vec<_>>()
        };
        let expected = |codes: [u8; 12]| codes.map(|code| InvalidTransaction::Custom(code).into()).to_vec();
        // No uid, no uid, …, and a hotkey of another coldkey.
        assert_eq!(
            codes(netuid),
            expected([10, 10, 10, 10, 10, 10, 10, 10, 10, 25, 25, 10])
        );
        // No such subnet.
        assert_eq!(
            codes(NetUid(1_000)),
            expected([3, 3, 3, 3, 3, 3, 10, 10, 10, 25, 25, 3])
        );
        // Nobody has this hotkey.
        let nobodys = ours(Call::decrease_take {
            hotkey: AccountId::new([77; 32]),
            take: 1,
        });
        assert_eq!(code(nobodys), InvalidTransaction::Custom(4).into());
    });
}

#[test]
fn a_registered_hotkey_without_tao_calls_for_nothing() {
    common::state(genesis::FAST).execute_with(|| {
        begin_block(1);
        let neuron = pair("neuron");
        let netuid = subnet(&neuron);
        let who: AccountId = neuron.public().into();
        end_block();
        let mut block = 2;
        let mut nonce = 0;
        let include = |block: &mut u32, nonce: &mut u32, call: RuntimeCall| {
            begin_block(*block);
            let transaction = sign(&neuron, *nonce, 0, call.clone());
            assert_ok!(validate(&transaction));
            assert_eq!(apply(&transaction), Ok(Ok(())), "{call:?}");
            end_block();
            (*block, *nonce) = (*block + 1, *nonce + 1);
        };
        for call in free_calls(netuid, who.clone()) {
            let free_for_the_hotkey = !matches!(
                call,
                RuntimeCall::SubtensorModule(
                    Call::commit_weights { .. }
                        | Call::commit_mechanism_weights { .. }
                        | Call::reveal_weights { .. }
                        | Call::reveal_mechanism_weights { .. }
                        | Call::increase_take { .. }
                        | Call::decrease_take { .. }
                )
            );
            if free_for_the_hotkey {
                pallet_subtensor::ServingRateLimit::<Runtime>::insert(netuid, 0);
                include(&mut block, &mut nonce, call);
            }
        }
        // With weights that are committed first.
        pallet_subtensor::CommitRevealWeightsEnabled::<Runtime>::insert(netuid, true);
        let preimage = tributary_economy::commits::preimage(&who, netuid.index(MechId(0)), &[1], &[1], &[7], 0);
        let commit_hash = H256(sp_io::hashing::blake2_256(&preimage));
        include(
            &mut block,
            &mut nonce,
            ours(Call::commit_weights { netuid, commit_hash }),
        );
        let reveal = ours(Call::reveal_weights {
            netuid,
            uids: vec![1],
            values: vec![1],
            salt: vec![7],
            version_key: 0,
        });
        // In the epoch after, wherever in its tempo this one is.
        let revealed = (0..30).any(|_| {
            begin_block(block);
            let revealed = apply(&sign(&neuron, nonce, 0, reveal.clone())) == Ok(Ok(()));
            end_block();
            block += 1;
            revealed
        });
        assert!(revealed);
        assert_eq!(Balances::free_balance(&who), 0);
        // Takes are the coldkey's.
        begin_block(block);
        let (bob, before) = (Key::Bob.pair(), Balances::free_balance(account(Key::Bob)));
        let nonce = System::account_nonce(account(Key::Bob));
        let take = ours(Call::decrease_take { hotkey: who, take: 9 });
        assert_eq!(apply(&sign(&bob, nonce, 0, take)), Ok(Ok(())));
        assert_eq!(Balances::free_balance(account(Key::Bob)), before);
        end_block();
    });
}

#[test]
fn a_free_call_that_fails_is_paid_for() {
    common::state(genesis::FAST).execute_with(|| {
        begin_block(1);
        let neuron = pair("neuron");
        let netuid = subnet(&neuron);
        end_block();
        begin_block(2);
        // Ferdie has TAO and no uid.
        let (ferdie, before) = (account(Key::Ferdie), Balances::free_balance(account(Key::Ferdie)));
        let call = set_weights(netuid, vec![1]);
        let (info, length) = (call.get_dispatch_info(), 150);
        let transaction = sign(&Key::Ferdie.pair(), 0, 0, call);
        assert_ok!(validate(&transaction));
        let error = DispatchError::from(Error::<Runtime>::HotKeyNotRegisteredInSubNet);
        assert_eq!(apply(&transaction), Ok(Err(error)));
        let fee = before - Balances::free_balance(&ferdie);
        let like_any_other = frame_support::dispatch::DispatchInfo {
            pays_fee: Pays::Yes,
            ..info
        };
        let least = tributary_runtime::TransactionPayment::compute_fee(length, &like_any_other, 0);
        assert!(fee >= least, "{fee} {least}");
        let told = System::events().into_iter().any(|record| {
            record.event
                == pallet_transaction_payment::Event::<Runtime>::TransactionFeePaid {
                    who: ferdie.clone(),
                    actual_fee: fee,
                    tip: 0,
                }
                .into()
        });
        assert!(told, "the event says what was paid");
        // The neuron has a uid and no TAO: what fails does not get in, as often as it tries.
        for nonce in 0..3 {
            let transaction = sign(&neuron, nonce, 0, set_weights(netuid, vec![77]));
            let refused = InvalidTransaction::Custom(100);
            assert_eq!(
                validate(&transaction),
                Err(refused.into()),
                "it weighs another and has no permit"
            );
            assert!(apply(&transaction).is_err());
        }
        end_block();
    });
}

#[test]
fn a_second_free_call_in_a_block_is_not_free() {
    common::state(genesis::FAST).execute_with(|| {
        begin_block(1);
        let neuron = pair("neuron");
        let netuid = subnet(&neuron);
        let who: AccountId = neuron.public().into();
        end_block();
        begin_block(2);
        // No rate limit but this one.
        pallet_subtensor::ServingRateLimit::<Runtime>::insert(netuid, 0);
        pallet_subtensor::WeightsSetRateLimit::<Runtime>::insert(netuid, 0);
        let calls = free_calls(netuid, who.clone());
        let mut nonce = 0;
        for (place, code) in [(0, 6), (6, 12), (8, 12)] {
            assert_eq!(apply(&sign(&neuron, nonce, 0, calls[place].clone())), Ok(Ok(())));
            nonce += 1;
            let again = apply(&sign(&neuron, nonce, 0, calls[place].clone()));
            assert_eq!(
                again,
                Err(InvalidTransaction::Custom(code).into()),
                "{:?}",
                calls[place]
            );
        }
        let lower = |take| {
            ours(Call::decrease_take {
                hotkey: who.clone(),
                take,
            })
        };
        let mut nonce = System::account_nonce(account(Key::Bob));
        let mut paid = |take| {
            let before = Balances::free_balance(account(Key::Bob));
            assert_eq!(apply(&sign(&Key::Bob.pair(), nonce, 0, lower(take))), Ok(Ok(())));
            nonce += 1;
            before - Balances::free_balance(account(Key::Bob))
        };
        assert_eq!(paid(9), 0);
        assert!(paid(8) > 0);
        end_block();
        begin_block(3);
        assert_eq!(paid(7), 0);
        end_block();
    });
}

#[test]
fn the_fee_of_a_free_call_is_announced_as_nothing() {
    common::state(genesis::FAST).execute_with(|| {
        begin_block(1);
        let neuron = pair("neuron");
        let netuid = subnet(&neuron);
        let transaction = sign(&neuron, 0, 0, set_weights(netuid, vec![1]));
        let length = transaction.encode().len() as u32;
        let info: pallet_transaction_payment::RuntimeDispatchInfo<u64> =
            common::call("TransactionPaymentApi_query_info", &(&transaction, length).encode());
        assert_eq!(info.partial_fee, 0);
        // It counts in the block, tried and made: twice what it weighs.
        let call = set_weights(netuid, vec![1]).get_dispatch_info();
        assert!(info.weight.ref_time() >= 2 * call.call_weight.ref_time());
        assert_eq!(info.class, frame_support::dispatch::DispatchClass::Normal);
    });
}

#[test]
fn the_fee_of_a_call_that_will_fail_is_announced_as_what_it_costs() {
    common::state(genesis::FAST).execute_with(|| {
        begin_block(1);
        let neuron = pair("neuron");
        let netuid = subnet(&neuron);
        let told = |transaction: &tributary_runtime::UncheckedExtrinsic| {
            let arguments = (transaction, transaction.encode().len() as u32).encode();
            let info: pallet_transaction_payment::RuntimeDispatchInfo<u64> =
                common::call("TransactionPaymentApi_query_info", &arguments);
            let details: pallet_transaction_payment::FeeDetails<u64> =
                common::call("TransactionPaymentApi_query_fee_details", &arguments);
            assert_eq!(info.partial_fee, details.final_fee());
            info.partial_fee
        };
        // Bob is no neuron there.
        let transaction = sign(&Key::Bob.pair(), 0, 0, set_weights(netuid, vec![1]));
        let (fee, before) = (told(&transaction), Balances::free_balance(account(Key::Bob)));
        assert!(fee > 0);
        assert!(matches!(apply(&transaction), Ok(Err(_))));
        assert_eq!(before - Balances::free_balance(account(Key::Bob)), fee);
        end_block();
        begin_block(2);
        // A second announcement in this block is paid for; one in the next block, of which the question is, is not.
        assert_eq!(apply(&sign(&neuron, 0, 0, set_weights(netuid, vec![1]))), Ok(Ok(())));
        assert_eq!(told(&sign(&neuron, 1, 0, set_weights(netuid, vec![1]))), 0);
        end_block();
    });
}
