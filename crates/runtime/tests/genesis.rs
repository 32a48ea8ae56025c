//! The presets build, and what they build is the local network that clients expect
//! (`docs/rules/clients.md#local-network`).

mod common;

use codec::Encode;
use sp_core::{Pair, crypto::Ss58Codec};
use sp_runtime::traits::Header as _;
use tributary_economy::{
    NetUid,
    emission::Gate,
    presets::{Preset, TABLE},
};
use tributary_runtime::{AccountId, Balances, Header, Runtime, RuntimeCall, System, TAO, genesis};

#[test]
fn development_keys_are_those_of_their_names() {
    let three = sp_core::sr25519::Pair::from_string("//Three", None).unwrap().public().0;
    assert_eq!(genesis::THREE_SR25519, three);
    let three = sp_core::ed25519::Pair::from_string("//Three", None).unwrap().public().0;
    assert_eq!(genesis::THREE_ED25519, three);
    let hotkey = sp_core::sr25519::Pair::from_string("//Alice_hk", None)
        .unwrap()
        .public()
        .0;
    assert_eq!(genesis::ALICE_HOTKEY, hotkey);
    let holders: Vec<String> = genesis::development_balances()
        .iter()
        .map(|(who, _)| who.to_ss58check_with_version(42u16.into()))
        .collect();
    assert_eq!(holders.len(), 11);
    for expected in [
        "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
        "5Fghzk1AJt88PeFEzuRfXzbPchiBbsVGTTXcdx599VdZzkTA",
        "5GeqNhKWj1KG78VHzbmo3ZjZgUTrCuWeamdgiA114XHGdaEr",
    ] {
        assert!(
            holders.iter().any(|holder| holder == expected),
            "{expected} holds nothing"
        );
    }
}

#[test]
fn presets_are_listed_and_build() {
    common::state(genesis::LOCAL).execute_with(|| {
        let names: Vec<String> = common::call("GenesisBuilder_preset_names", &[]);
        assert_eq!(names, genesis::PRESETS);
        assert_eq!(common::call::<u64>("AuraApi_slot_duration", &[]), 12_000);
        let (alice, holds) = genesis::development_balances().swap_remove(0);
        assert_eq!(holds, 1_000_000 * TAO);
        assert_eq!(Balances::free_balance(&alice), holds);
        assert_eq!(pallet_sudo::Key::<Runtime>::get(), Some(alice));
        assert_eq!(pallet_subtensor::TotalNetworks::<Runtime>::get(), 2);
        assert_eq!(
            pallet_subtensor::TotalIssuance::<Runtime>::get().get(),
            Balances::total_issuance()
        );
    });
    common::state(genesis::FAST).execute_with(|| assert_eq!(common::call::<u64>("AuraApi_slot_duration", &[]), 250));
}

/// Each preset has the constants of its column, and the same state as if nothing were stored where it says so.
#[test]
fn presets_have_the_constants_of_their_table() {
    use pallet_subtensor as market;
    for preset in Preset::ALL {
        let expected = preset.constants();
        common::state(preset.name()).execute_with(|| {
            assert_eq!(market::EmissionRules::<Runtime>::get(), expected.rules);
            let new_subnet = market::NewSubnetDefaults::<Runtime>::get();
            let found = [
                market::SubnetOwnerCut::<Runtime>::get().into(),
                market::MaxDelegateTake::<Runtime>::get().into(),
                market::MaxChildkeyTake::<Runtime>::get().into(),
                market::TaoWeight::<Runtime>::get(),
                u64::try_from(market::SubnetMovingAlpha::<Runtime>::get().to_bits()).unwrap(),
                new_subnet.ema_price_halving_blocks,
                market::NetworkImmunityPeriod::<Runtime>::get(),
                market::NetworkRateLimit::<Runtime>::get(),
                market::NetworkLockReductionInterval::<Runtime>::get(),
                market::NetworkMinLockCost::<Runtime>::get().get(),
                market::SubnetLimit::<Runtime>::get().into(),
                market::NominatorMinRequiredStake::<Runtime>::get(),
                pallet_subtensor_swap::FeeRate::<Runtime>::get(NetUid(7)).into(),
            ];
            for ((row, found), expected) in TABLE.iter().zip(found).zip(expected.values()) {
                assert_eq!(found, expected, "{} of {}", row.storage, preset.name());
            }
            assert_eq!(TABLE.len(), found.len());
            // The gate of the network: nothing of it is stored at first.
            let network = Gate::default();
            assert_eq!(market::EmissionGateBar::<Runtime>::get(), None);
            assert_eq!(market::EmissionBarRank::<Runtime>::get(), network.rank);
            assert_eq!(market::EmissionBarQuantile::<Runtime>::get(), network.quantile);
            assert_eq!(market::EmissionGateExponent::<Runtime>::get(), network.exponent);
        });
    }
}

#[test]
fn a_block_runs_and_its_author_is_the_owner_of_its_slot() {
    common::state(genesis::FAST).execute_with(|| {
        let slot = sp_consensus_aura::Slot::from(4_000_001u64);
        let digest = sp_runtime::generic::Digest {
            logs: vec![sp_runtime::generic::DigestItem::PreRuntime(
                sp_consensus_aura::AURA_ENGINE_ID,
                slot.encode(),
            )],
        };
        let header = Header::new(1, Default::default(), Default::default(), Default::default(), digest);
        let _: sp_runtime::ExtrinsicInclusionMode = common::call("Core_initialize_block", &header.encode());
        let authorities = pallet_aura::Authorities::<Runtime>::get();
        let turn = usize::try_from(*slot).unwrap() % authorities.len();
        let author = <tributary_runtime::fees::BlockAuthor as frame_support::traits::Get<Option<AccountId>>>::get();
        let key: &sp_core::sr25519::Public = authorities[turn].as_ref();
        assert_eq!(author, Some(AccountId::new(key.0)));

        let now = *slot * 250;
        let set = RuntimeCall::Timestamp(pallet_timestamp::Call::set { now });
        let inherent = tributary_runtime::UncheckedExtrinsic::new_bare(set);
        let applied: sp_runtime::ApplyExtrinsicResult =
            common::call("BlockBuilder_apply_extrinsic", &inherent.encode());
        assert_eq!(applied, Ok(Ok(())));
        let sealed: Header = common::call("BlockBuilder_finalize_block", &[]);
        assert_eq!(sealed.number, 1);
        assert_eq!(pallet_timestamp::Now::<Runtime>::get(), now);
        assert_eq!(System::block_number(), 1);
    });
}

#[test]
fn the_fee_is_that_of_the_rules() {
    common::state(genesis::LOCAL).execute_with(|| {
        // `docs/rules/transactions.md#fees`: the framework's base extrinsic weight costs 54,078 rao, a byte one.
        let weight = frame_support::weights::Weight::from_parts(108_157_000, 0);
        assert_eq!(
            common::call::<u64>("TransactionPaymentApi_query_weight_to_fee", &weight.encode()),
            54_078
        );
        assert_eq!(
            common::call::<u64>("TransactionPaymentApi_query_length_to_fee", &145u32.encode()),
            145
        );
    });
}
