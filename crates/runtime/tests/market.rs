//! The market through the doors that clients use: signed transactions in, runtime APIs out.

#[path = "common/blocks.rs"]
mod blocks;
mod common;
#[path = "common/transactions.rs"]
mod transactions;

use blocks::{apply, begin_block, end_block};
use codec::Encode;
use frame_support::{assert_noop, assert_ok, traits::Get};
use sp_core::{Pair, sr25519};
use sp_keyring::Sr25519Keyring as Key;
use sp_runtime::{DispatchError, traits::Dispatchable, transaction_validity::InvalidTransaction};
use transactions::{sign, validate};
use tributary_economy::{Alpha, MechId, NetUid, Tao};
use tributary_runtime::{
    AccountId, AdminUtils, Balances, Commitments, Proxy, Runtime, RuntimeCall, RuntimeEvent, RuntimeOrigin,
    SubtensorModule, Sudo, System, TAO, Utility, fees, genesis,
};
use tributary_runtime_api::{
    DelegateInfo, DynamicInfo, HyperparamEntry, Metagraph, NeuronInfo, NeuronInfoLite, SelectiveMetagraph,
    SimSwapResult, StakeInfo, SubnetHyperparamsV2, SubnetState,
};

fn account(key: Key) -> AccountId {
    key.to_account_id()
}

fn signed(key: Key) -> RuntimeOrigin {
    RuntimeOrigin::signed(account(key))
}

fn hotkey(name: u8) -> AccountId {
    AccountId::new([name; 32])
}

/// A started subnet of Alice with hotkey 1 and a neuron of Bob with hotkey 2.
fn subnet() -> NetUid {
    assert_ok!(SubtensorModule::register_network(signed(Key::Alice), hotkey(1)));
    let netuid = NetUid(pallet_subtensor::TotalNetworks::<Runtime>::get() - 1);
    assert_ok!(SubtensorModule::start_call(signed(Key::Alice), netuid));
    assert_ok!(SubtensorModule::burned_register(signed(Key::Bob), netuid, hotkey(2)));
    netuid
}

#[test]
fn a_signed_transfer_pays_the_announced_fee_to_the_author() {
    common::state(genesis::FAST).execute_with(|| {
        begin_block(1);
        let author = <fees::BlockAuthor as Get<Option<AccountId>>>::get().expect("a slot has an owner");
        let call = RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive {
            dest: account(Key::Charlie).into(),
            value: TAO,
        });
        let extrinsic = sign(&Key::Bob.pair(), 0, 7, call);
        let length = extrinsic.encode().len() as u32;
        let info: pallet_transaction_payment::RuntimeDispatchInfo<u64> =
            common::call("TransactionPaymentApi_query_info", &(&extrinsic, length).encode());
        let (bob, charlie, earned) = (
            Balances::free_balance(account(Key::Bob)),
            Balances::free_balance(account(Key::Charlie)),
            Balances::free_balance(&author),
        );
        assert_eq!(apply(&extrinsic), Ok(Ok(())));
        let paid = bob - Balances::free_balance(account(Key::Bob)) - TAO;
        assert_eq!(paid, info.partial_fee + 7);
        assert!(info.partial_fee > 54_078 + u64::from(length));
        assert_eq!(Balances::free_balance(account(Key::Charlie)), charlie + TAO);
        assert_eq!(Balances::free_balance(&author), earned + paid);
        let told = System::events().into_iter().any(|record| {
            record.event
                == pallet_transaction_payment::Event::<Runtime>::TransactionFeePaid {
                    who: account(Key::Bob),
                    actual_fee: paid,
                    tip: 7,
                }
                .into()
        });
        assert!(told, "TransactionFeePaid says what was paid");
        // The same again is stale.
        assert_eq!(apply(&extrinsic), Err(InvalidTransaction::Stale.into()));
        end_block();
    });
}

#[test]
fn priorities_are_those_of_the_class_whatever_the_tip() {
    common::state(genesis::FAST).execute_with(|| {
        begin_block(1);
        let call = RuntimeCall::System(frame_system::Call::remark { remark: vec![1] });
        let valid = validate(&sign(&Key::Bob.pair(), 0, TAO, call)).expect("valid");
        assert_eq!(valid.priority, fees::NORMAL_PRIORITY);
        let call = RuntimeCall::System(frame_system::Call::set_storage { items: vec![] });
        let valid = validate(&sign(&Key::Bob.pair(), 0, 0, call)).expect("valid");
        assert_eq!(valid.priority, fees::OPERATIONAL_PRIORITY);
        let call = RuntimeCall::Sudo(pallet_sudo::Call::sudo {
            call: Box::new(RuntimeCall::System(frame_system::Call::remark { remark: vec![] })),
        });
        assert_eq!(
            validate(&sign(&Key::Bob.pair(), 0, 0, call.clone())),
            Err(InvalidTransaction::BadSigner.into())
        );
        assert_ok!(validate(&sign(&Key::Alice.pair(), 0, 0, call)));
    });
}

#[test]
fn free_calls_that_must_fail_stay_out_of_the_pool() {
    common::state(genesis::FAST).execute_with(|| {
        begin_block(1);
        let netuid = subnet();
        let serve = |port| {
            RuntimeCall::SubtensorModule(pallet_subtensor::Call::serve_axon {
                netuid,
                version: 1,
                ip: 0x0808_0808,
                port,
                ip_type: 4,
                protocol: 0,
                placeholder1: 0,
                placeholder2: 0,
            })
        };
        let pair = sr25519::Pair::from_string("//Miner", None).expect("a key");
        let refused = |call| validate(&sign(&pair, 0, 0, call)).expect_err("refused");
        assert_eq!(refused(serve(9000)), InvalidTransaction::Custom(10).into());
        assert_ok!(SubtensorModule::burned_register(
            signed(Key::Bob),
            netuid,
            pair.public().into()
        ));
        assert_eq!(refused(serve(0)), InvalidTransaction::Custom(13).into());
        // The hotkey holds nothing: the call is free.
        assert_ok!(validate(&sign(&pair, 0, 0, serve(9000))));
        assert_eq!(apply(&sign(&pair, 0, 0, serve(9000))), Ok(Ok(())));
        let unknown = RuntimeCall::SubtensorModule(pallet_subtensor::Call::reveal_weights {
            netuid,
            uids: vec![0],
            values: vec![1],
            salt: vec![],
            version_key: 0,
        });
        assert_eq!(
            validate(&sign(&pair, 1, 0, unknown)),
            Err(InvalidTransaction::Custom(16).into())
        );
        let commitment = RuntimeCall::Commitments(pallet_commitments::Call::set_commitment {
            netuid,
            info: Default::default(),
        });
        // Clients look for the name of this error, which only the block can tell.
        let stranger = sign(&Key::Ferdie.pair(), 0, 0, commitment);
        assert_ok!(validate(&stranger));
        assert_eq!(
            apply(&stranger),
            Ok(Err(pallet_commitments::Error::<Runtime>::AccountNotAllowedCommit.into()))
        );
    });
}

#[test]
fn an_announced_coldkey_swap_blocks_every_other_transaction() {
    common::state(genesis::FAST).execute_with(|| {
        begin_block(1);
        let pair = Key::Ferdie.pair();
        let new = hotkey(99);
        let transfer = RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive {
            dest: account(Key::Bob).into(),
            value: 1_000_000,
        });
        assert_ok!(validate(&sign(&pair, 0, 0, transfer.clone())));
        let announce = RuntimeCall::SubtensorModule(pallet_subtensor::Call::announce_coldkey_swap {
            new_coldkey_hash: sp_core::H256(sp_io::hashing::blake2_256(new.as_ref())),
        });
        assert_eq!(apply(&sign(&pair, 0, 0, announce)), Ok(Ok(())));
        let batch = RuntimeCall::Utility(pallet_utility::Call::batch {
            calls: vec![transfer.clone()],
        });
        for call in [transfer, batch] {
            assert_eq!(
                validate(&sign(&pair, 1, 0, call)),
                Err(InvalidTransaction::Custom(0).into())
            );
        }
        let dispute = RuntimeCall::SubtensorModule(pallet_subtensor::Call::dispute_coldkey_swap {});
        assert_eq!(apply(&sign(&pair, 1, 0, dispute.clone())), Ok(Ok(())));
        assert_eq!(
            validate(&sign(&pair, 2, 0, dispute)),
            Err(InvalidTransaction::Custom(21).into())
        );
        let reset = SubtensorModule::reset_coldkey_swap(RuntimeOrigin::root(), account(Key::Ferdie));
        assert_ok!(reset);
    });
}

type Call = pallet_subtensor::Call<Runtime>;
type Error = pallet_subtensor::Error<Runtime>;

/// Calls that fail of a hotkey, why, and with which code the pool refuses them.
fn guarded(netuid: NetUid, dave: &AccountId) -> [(Call, Error, Option<u8>); 8] {
    let weights = (vec![0], vec![1]);
    [
        (
            Call::set_weights {
                netuid,
                dests: weights.0.clone(),
                weights: weights.1.clone(),
                version_key: 0,
            },
            Error::NotEnoughStakeToSetWeights,
            Some(1),
        ),
        (
            Call::set_mechanism_weights {
                netuid,
                mecid: MechId(0),
                dests: weights.0.clone(),
                weights: weights.1.clone(),
                version_key: 0,
            },
            Error::NotEnoughStakeToSetWeights,
            Some(1),
        ),
        (
            Call::commit_weights {
                netuid,
                commit_hash: Default::default(),
            },
            Error::NotEnoughStakeToSetWeights,
            Some(1),
        ),
        (
            Call::reveal_weights {
                netuid,
                uids: weights.0,
                values: weights.1,
                salt: vec![],
                version_key: 0,
            },
            Error::NotEnoughStakeToSetWeights,
            Some(1),
        ),
        (
            Call::register_network { hotkey: hotkey(9) },
            Error::NetworkTxRateLimitExceeded,
            Some(6),
        ),
        (
            Call::register_network_with_identity {
                hotkey: hotkey(9),
                identity: None,
            },
            Error::NetworkTxRateLimitExceeded,
            Some(6),
        ),
        (
            Call::serve_prometheus {
                netuid,
                version: 1,
                ip: 0x0808_0808,
                port: 0,
                ip_type: 4,
            },
            Error::InvalidPort,
            Some(13),
        ),
        // Published clients expect these from the block.
        (
            Call::decrease_take {
                hotkey: dave.clone(),
                take: u16::MAX,
            },
            Error::DelegateTakeTooHigh,
            None,
        ),
    ]
}

#[test]
fn nothing_passes_nested_that_would_not_pass_alone() {
    common::state(genesis::FAST).execute_with(|| {
        begin_block(1);
        let netuid = subnet();
        // Dave is a hotkey here, and Eve is his proxy.
        let (dave, eve) = (account(Key::Dave), account(Key::Eve));
        assert_ok!(SubtensorModule::burned_register(signed(Key::Bob), netuid, dave.clone()));
        let any = tributary_runtime::proxy::ProxyType::Any;
        assert_ok!(Proxy::add_proxy(signed(Key::Dave), eve.into(), any, 0));
        pallet_subtensor::StakeThreshold::<Runtime>::put(u64::MAX);
        pallet_subtensor::NetworkRateLimit::<Runtime>::put(100);
        pallet_subtensor::ServingRateLimit::<Runtime>::insert(netuid, 0);

        for (call, error, code) in guarded(netuid, &dave) {
            let call = RuntimeCall::SubtensorModule(call);
            let error = DispatchError::from(error);
            let alone = validate(&sign(&Key::Dave.pair(), 0, 0, call.clone()));
            match code {
                Some(code) => assert_eq!(alone, Err(InvalidTransaction::Custom(code).into()), "{call:?}"),
                None => {
                    assert_ok!(alone);
                }
            }
            assert_noop!(call.clone().dispatch(signed(Key::Dave)).map_err(|e| e.error), error);
            let batch = Utility::batch_all(signed(Key::Dave), vec![call.clone()]);
            assert_eq!(batch.map_err(|e| e.error), Err(error), "{call:?}");

            System::reset_events();
            assert_ok!(Proxy::proxy(
                signed(Key::Eve),
                dave.clone().into(),
                None,
                Box::new(call.clone())
            ));
            assert_ok!(Sudo::sudo_as(
                signed(Key::Alice),
                dave.clone().into(),
                Box::new(call.clone())
            ));
            let refused = [
                RuntimeEvent::from(pallet_proxy::Event::ProxyExecuted { result: Err(error) }),
                pallet_sudo::Event::SudoAsDone {
                    sudo_result: Err(error),
                }
                .into(),
            ];
            for event in refused {
                let told = System::events().into_iter().any(|record| record.event == event);
                assert!(told, "{call:?}: {:?}", System::events());
            }
        }
        end_block();
    });
}

/// A subnet on which Bob has staked, and what that was said to give.
fn staked() -> (NetUid, SimSwapResult) {
    begin_block(1);
    let cost: Tao = common::call("SubnetRegistrationRuntimeApi_get_network_registration_cost", &[]);
    assert_eq!(cost, Tao(TAO));
    let netuid = subnet();
    let stake = Tao(10 * TAO);
    let preview: SimSwapResult = common::call("SwapRuntimeApi_sim_swap_tao_for_alpha", &(netuid, stake).encode());
    assert_ok!(SubtensorModule::add_stake(signed(Key::Bob), hotkey(2), netuid, stake));
    assert_eq!(preview.tao_amount.get() + preview.tao_fee.get(), stake.get());
    (netuid, preview)
}

#[test]
fn apis_show_stakes() {
    common::state(genesis::FAST).execute_with(|| {
        let (netuid, preview) = staked();
        let at = (hotkey(2), account(Key::Bob), netuid).encode();
        let info: Option<StakeInfo> = common::call("StakeInfoRuntimeApi_get_stake_info_for_hotkey_coldkey_netuid", &at);
        let info = info.expect("an answer");
        assert_eq!(info.stake.0, preview.alpha_amount);
        assert!(info.is_registered);

        let nobody = AccountId::new([9; 32]);
        let asked = vec![account(Key::Bob), nobody.clone()];
        let stakes: Vec<(AccountId, Vec<StakeInfo>)> =
            common::call("StakeInfoRuntimeApi_get_stake_info_for_coldkeys", &asked.encode());
        assert_eq!(stakes.iter().map(|(who, _)| who.clone()).collect::<Vec<_>>(), asked);
        assert_eq!(stakes[0].1, [info]);
        assert!(stakes[1].1.is_empty());
        let none: Option<StakeInfo> = common::call(
            "StakeInfoRuntimeApi_get_stake_info_for_hotkey_coldkey_netuid",
            &(hotkey(2), nobody, netuid).encode(),
        );
        assert_eq!(
            none.map(|info| info.stake.0),
            Some(Alpha(0)),
            "a stake of zero is an answer"
        );

        // Who has chosen a take is a delegate.
        assert_ok!(SubtensorModule::decrease_take(signed(Key::Bob), hotkey(2), 1_000));
        let delegates: Vec<DelegateInfo> = common::call("DelegateInfoRuntimeApi_get_delegates", &[]);
        let delegate = delegates
            .iter()
            .find(|delegate| delegate.delegate_ss58 == hotkey(2))
            .expect("a delegate");
        assert_eq!(delegate.owner_ss58, account(Key::Bob));
        assert_eq!((delegate.nominators.len(), delegate.take.0), (1, 1_000));
    });
}

#[test]
fn apis_show_neurons_and_prices() {
    common::state(genesis::FAST).execute_with(|| {
        let (netuid, _) = staked();
        let neurons: Vec<NeuronInfoLite> = common::call("NeuronInfoRuntimeApi_get_neurons_lite", &netuid.encode());
        assert_eq!(
            neurons.iter().map(|neuron| neuron.hotkey.clone()).collect::<Vec<_>>(),
            [hotkey(1), hotkey(2)]
        );
        assert_eq!(neurons[1].coldkey, account(Key::Bob));
        assert_eq!(
            (neurons[1].rank.0, neurons[1].trust.0, neurons[1].pruning_score.0),
            (0, 0, u16::MAX)
        );
        let neuron: Option<NeuronInfo> = common::call("NeuronInfoRuntimeApi_get_neuron", &(netuid, 5u16).encode());
        assert_eq!(neuron, None);

        let dynamic: Vec<Option<DynamicInfo>> = common::call("SubnetInfoRuntimeApi_get_all_dynamic_info", &[]);
        assert_eq!(dynamic.len(), 2);
        let dynamic = dynamic[1].clone().expect("it exists");
        assert_eq!(dynamic.owner_coldkey, account(Key::Alice));
        assert_eq!(dynamic.tempo.0, 10);
        let price: u64 = common::call("SwapRuntimeApi_current_alpha_price", &netuid.encode());
        // Both weights are one half: the price is the ratio of the reserves.
        let ratio = u128::from(dynamic.tao_in.0.get()) * u128::from(TAO) / u128::from(dynamic.alpha_in.0.get());
        assert!(u128::from(price).abs_diff(ratio) <= 1, "{price} {ratio}");
        // Wallets square this for the price.
        let root = pallet_subtensor_swap::AlphaSqrtPrice::<Runtime>::get(netuid).to_num::<f64>();
        assert!((root * root * 1e9 - price as f64).abs() < 2.0, "{root} {price}");
        let missing: Option<DynamicInfo> = common::call("SubnetInfoRuntimeApi_get_dynamic_info", &NetUid(77).encode());
        assert_eq!(missing, None);
        let missing: Option<Metagraph> =
            common::call("SubnetInfoRuntimeApi_get_mechagraph", &(netuid, MechId(1)).encode());
        assert_eq!(missing, None);
    });
}

#[test]
fn apis_show_graphs_and_parameters() {
    common::state(genesis::FAST).execute_with(|| {
        let (netuid, preview) = staked();
        let graph: Option<Metagraph> = common::call("SubnetInfoRuntimeApi_get_metagraph", &netuid.encode());
        let graph = graph.expect("it exists");
        assert_eq!(graph.num_uids.0, 2);
        assert_eq!(graph.alpha_stake[1].0, preview.alpha_amount);
        let state: Option<SubnetState> = common::call("SubnetInfoRuntimeApi_get_subnet_state", &netuid.encode());
        let state = state.expect("it exists");
        assert_eq!(state.total_stake, graph.total_stake);
        // A row for each network, as clients index it, and an entry for each neuron.
        let rows: Vec<usize> = state.emission_history.iter().map(Vec::len).collect();
        assert_eq!(
            rows,
            vec![2; usize::from(pallet_subtensor::TotalNetworks::<Runtime>::get())]
        );
        let chosen: Option<SelectiveMetagraph> = common::call(
            "SubnetInfoRuntimeApi_get_selective_metagraph",
            &(netuid, vec![0u16, 8, 52, 71, 72, 73]).encode(),
        );
        let chosen = chosen.expect("it exists");
        assert_eq!(chosen.tempo, Some(graph.tempo));
        assert_eq!(chosen.hotkeys, Some(graph.hotkeys));
        assert_eq!(
            chosen.alpha_dividends_per_hotkey,
            Some(graph.alpha_dividends_per_hotkey)
        );
        assert_eq!((chosen.name, chosen.coldkeys), (None, None));
        assert_eq!(
            chosen.validators.map(|uids| uids.len()),
            Some(graph.validator_permit.iter().filter(|p| **p).count())
        );
        assert_eq!(chosen.commitments, Some(vec![]));

        let parameters: Option<SubnetHyperparamsV2> =
            common::call("SubnetInfoRuntimeApi_get_subnet_hyperparams_v2", &netuid.encode());
        let parameters = parameters.expect("it exists");
        assert_eq!(parameters.yuma_version.0, 3);
        assert!(parameters.subnet_is_active);
        let named: Option<Vec<HyperparamEntry>> =
            common::call("SubnetInfoRuntimeApi_get_subnet_hyperparams_v3", &netuid.encode());
        assert_eq!(named.map(|entries| entries.len()), Some(33));
    });
}

#[test]
fn blocks_run_epochs_and_keep_the_books() {
    common::state(genesis::FAST).execute_with(|| {
        begin_block(1);
        let netuid = subnet();
        assert_ok!(SubtensorModule::add_stake(
            signed(Key::Bob),
            hotkey(2),
            netuid,
            Tao(10 * TAO)
        ));
        end_block();
        for block in 2..60 {
            begin_block(block);
            end_block();
        }
        assert!(pallet_subtensor::SubnetEpochIndex::<Runtime>::get(netuid) >= 4);
        let sums = SubtensorModule::check_books();
        assert!(sums.is_ok(), "{sums:?}");
        assert!(Balances::total_issuance() <= pallet_subtensor::TotalIssuance::<Runtime>::get().get());
    });
}

#[test]
fn owners_and_root_set_hyperparameters_within_bounds() {
    type Known = pallet_admin_utils::Error<Runtime>;
    type Market = pallet_subtensor::Error<Runtime>;
    common::state(genesis::FAST).execute_with(|| {
        begin_block(1);
        let netuid = subnet();
        let owner = || signed(Key::Alice);
        assert_noop!(
            AdminUtils::sudo_set_immunity_period(signed(Key::Bob), netuid, 7),
            DispatchError::BadOrigin
        );
        assert_noop!(AdminUtils::sudo_set_kappa(owner(), netuid, 7), DispatchError::BadOrigin);
        assert_ok!(AdminUtils::sudo_set_immunity_period(owner(), netuid, 7));
        assert_eq!(pallet_subtensor::ImmunityPeriod::<Runtime>::get(netuid), 7);
        assert_noop!(
            AdminUtils::sudo_set_immunity_period(owner(), netuid, 8),
            Market::TxRateLimitExceeded
        );
        assert_ok!(AdminUtils::sudo_set_immunity_period(RuntimeOrigin::root(), netuid, 9));
        assert_ok!(AdminUtils::sudo_set_serving_rate_limit(owner(), netuid, 9));
        assert_noop!(
            AdminUtils::sudo_set_min_burn(owner(), netuid, Tao(TAO)),
            Known::ValueNotInBounds
        );
        assert_noop!(
            AdminUtils::sudo_set_max_burn(owner(), netuid, Tao(TAO / 10)),
            Known::ValueNotInBounds
        );
        assert_noop!(
            AdminUtils::sudo_set_bonds_moving_average(owner(), netuid, 975_001),
            Known::BondsMovingAverageMaxReached
        );
        assert_ok!(AdminUtils::sudo_set_bonds_moving_average(
            RuntimeOrigin::root(),
            netuid,
            975_001
        ));
        assert_noop!(
            AdminUtils::sudo_set_alpha_values(owner(), netuid, 10, 20),
            Market::LiquidAlphaDisabled
        );
        assert_ok!(AdminUtils::sudo_set_liquid_alpha_enabled(owner(), netuid, true));
        assert_noop!(
            AdminUtils::sudo_set_alpha_values(owner(), netuid, 10, 20),
            Market::AlphaHighTooLow
        );
        assert_noop!(
            AdminUtils::sudo_set_alpha_values(owner(), netuid, 10, 2_000),
            Market::AlphaLowOutOfRange
        );
        assert_ok!(AdminUtils::sudo_set_alpha_values(owner(), netuid, 1_638, 2_000));
        assert_noop!(
            AdminUtils::sudo_set_mechanism_count(owner(), netuid, MechId(2)),
            Market::TooManyUIDsPerMechanism
        );
        assert_noop!(
            AdminUtils::sudo_set_network_pow_registration_allowed(owner(), netuid, true),
            Known::POWRegistrationDisabled
        );
        assert_noop!(
            AdminUtils::sudo_set_kappa(RuntimeOrigin::root(), NetUid(77), 7),
            Known::SubnetDoesNotExist
        );
        assert_ok!(AdminUtils::sudo_set_admin_freeze_window(RuntimeOrigin::root(), 20));
        assert_noop!(
            AdminUtils::sudo_set_rho(RuntimeOrigin::root(), netuid, 7),
            Market::AdminActionProhibitedDuringWeightsWindow
        );
        assert_ok!(AdminUtils::sudo_set_kappa(RuntimeOrigin::root(), netuid, 7));
    });
}

#[test]
fn neurons_commit_within_their_space() {
    type Known = pallet_commitments::Error<Runtime>;
    common::state(genesis::FAST).execute_with(|| {
        begin_block(1);
        let netuid = subnet();
        let info = || {
            Box::new(pallet_commitments::CommitmentInfo {
                fields: vec![pallet_commitments::Data::BigRaw(
                    vec![7; 512].try_into().expect("512 fit"),
                )]
                .try_into()
                .expect("one field"),
            })
        };
        let miner = || RuntimeOrigin::signed(hotkey(2));
        assert_noop!(
            Commitments::set_commitment(signed(Key::Bob), netuid, info()),
            Known::AccountNotAllowedCommit
        );
        for _ in 0..6 {
            assert_ok!(Commitments::set_commitment(miner(), netuid, info()));
        }
        assert_noop!(
            Commitments::set_commitment(miner(), netuid, info()),
            Known::SpaceLimitExceeded
        );
        let kept = pallet_commitments::CommitmentOf::<Runtime>::get(netuid, hotkey(2)).expect("a commitment");
        assert_eq!((kept.deposit, kept.block, kept.info), (0, 1, *info()));
        pallet_subtensor::SubnetEpochIndex::<Runtime>::mutate(netuid, |index| *index += 1);
        assert_ok!(Commitments::set_commitment(miner(), netuid, info()));
        assert_noop!(
            Commitments::set_max_space(signed(Key::Bob), 10),
            DispatchError::BadOrigin
        );
        assert_ok!(Commitments::set_max_space(RuntimeOrigin::root(), 10));
        assert_noop!(
            Commitments::set_commitment(miner(), netuid, info()),
            Known::SpaceLimitExceeded
        );
    });
}
