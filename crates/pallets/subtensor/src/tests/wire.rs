//! The names that clients read: storage with its hashers, calls with indices and arguments, errors with indices, all
//! as in `wire.json`, an extract of the description of the reference's clients.

use std::collections::BTreeMap;

use frame_support::__private::metadata_ir::StorageEntryTypeIR;
use scale_info::{TypeDef, TypeInfo};
use sp_runtime::AccountId32;
use tributary_economy::NetUid;

use super::mock::Test;
use crate::*;

/// What clients of a wider surface read and this pallet does not have yet.
const NO_STORAGE: [&str; 1] = ["SubnetLeases"];

/// Calls of that wider surface.
const NO_CALLS: [&str; 9] = [
    "associate_evm_key",
    "commit_timelocked_mechanism_weights",
    "lock_stake",
    "move_lock",
    "register_leased_network",
    "set_perpetual_lock",
    "set_reject_locked_alpha",
    "swap_hotkey",
    "terminate_lease",
];

fn wire() -> serde_json::Value {
    serde_json::from_str(include_str!("wire.json")).expect("it is JSON")
}

fn variants<T: TypeInfo>() -> Vec<scale_info::Variant> {
    match T::type_info().type_def {
        TypeDef::Variant(variants) => variants.variants,
        other => panic!("not an enum: {other:?}"),
    }
}

#[test]
fn storage_has_the_hashers_that_clients_hash_with() {
    let entries: BTreeMap<String, Vec<String>> = Pallet::<Test>::storage_metadata()
        .entries
        .iter()
        .map(|entry| {
            let hashers = match &entry.ty {
                StorageEntryTypeIR::Plain(_) => Vec::new(),
                StorageEntryTypeIR::Map { hashers, .. } => hashers.iter().map(|hasher| format!("{hasher:?}")).collect(),
            };
            (entry.name.to_string(), hashers)
        })
        .collect();
    let expected: BTreeMap<String, Vec<String>> = serde_json::from_value(wire()["storage"].clone()).expect("a table");
    for (name, hashers) in expected {
        match entries.get(&name) {
            Some(ours) => assert_eq!(*ours, hashers, "{name}"),
            None => assert!(NO_STORAGE.contains(&name.as_str()), "{name} is missing"),
        }
    }
}

#[test]
fn calls_have_the_indices_and_arguments_that_clients_send() {
    let ours: BTreeMap<&str, scale_info::Variant> = variants::<Call<Test>>()
        .into_iter()
        .map(|call| (call.name, call))
        .collect();
    let wire = wire();
    for (name, call) in wire["calls"].as_object().expect("a table") {
        let Some(variant) = ours.get(name.as_str()) else {
            assert!(NO_CALLS.contains(&name.as_str()), "{name} is missing");
            continue;
        };
        assert_eq!(u64::from(variant.index), call["index"], "{name}");
        let arguments: Vec<(String, String)> = variant
            .fields
            .iter()
            .map(|field| {
                let ty = field
                    .type_name
                    .expect("it has a type")
                    .replace("T::AccountId", "AccountId32");
                (field.name.expect("it has a name").to_string(), ty)
            })
            .collect();
        let expected: Vec<(String, String)> = serde_json::from_value(call["args"].clone()).expect("pairs");
        assert_eq!(arguments, expected, "{name}");
    }
}

#[test]
fn errors_have_the_indices_of_the_reference_and_a_line_of_documentation() {
    let ours = variants::<Error<Test>>();
    for (name, index) in wire()["errors"].as_object().expect("a table") {
        let variant = ours
            .iter()
            .find(|variant| variant.name == name)
            .unwrap_or_else(|| panic!("no {name}"));
        assert_eq!(u64::from(variant.index), *index, "{name}");
    }
    for variant in ours {
        assert!(!variant.docs.is_empty(), "{} has no documentation", variant.name);
    }
}

#[test]
fn keys_are_those_that_clients_write_raw() {
    sp_io::TestExternalities::default().execute_with(|| {
        let hex = |key: Vec<u8>| hex::encode(key);
        assert_eq!(
            hex(SubnetOwner::<Test>::hashed_key_for(NetUid(0))),
            "658faa385070e074c85bf6b568cf055536e3e82152c8758267395fe524fbbd160000"
        );
        assert_eq!(
            hex(SubnetMovingPrice::<Test>::hashed_key_for(NetUid(2))),
            "658faa385070e074c85bf6b568cf05551abf1b0f4fd14f7b72ee50f9d91d59150200"
        );
    });
}

#[test]
fn newtypes_describe_themselves_as_plain_numbers() {
    let netuid = variants::<Call<Test>>()
        .into_iter()
        .find(|call| call.name == "add_stake")
        .map(|call| call.fields[1].ty.type_info().type_def);
    assert!(matches!(
        netuid,
        Some(TypeDef::Primitive(scale_info::TypeDefPrimitive::U16))
    ));
}

#[test]
fn keys_made_of_constants_are_those_of_the_storage() {
    let (netuid, uid) = (NetUid(513), 7u16);
    let (hotkey, coldkey) = (&AccountId32::new([1; 32]), &AccountId32::new([2; 32]));
    assert_eq!(
        entries::key::<Tempo<Test>, _, _>(netuid),
        Tempo::<Test>::hashed_key_for(netuid)
    );
    assert_eq!(
        entries::key::<MechanismCountCurrent<Test>, _, _>(netuid),
        MechanismCountCurrent::<Test>::hashed_key_for(netuid)
    );
    assert_eq!(
        entries::key::<Owner<Test>, _, _>(hotkey),
        Owner::<Test>::hashed_key_for(hotkey)
    );
    assert_eq!(
        entries::double_key::<Keys<Test>, _, _, _>(netuid, uid),
        Keys::<Test>::hashed_key_for(netuid, uid)
    );
    assert_eq!(
        entries::double_key::<TotalHotkeyAlpha<Test>, _, _, _>(hotkey, netuid),
        TotalHotkeyAlpha::<Test>::hashed_key_for(hotkey, netuid)
    );
    assert_eq!(
        entries::many_key::<AlphaV2<Test>, _, _, _>((hotkey, coldkey, netuid)),
        AlphaV2::<Test>::hashed_key_for((hotkey, coldkey, netuid))
    );
    assert_eq!(
        entries::key::<pallet_subtensor_swap::FeeRate<Test>, _, _>(netuid),
        pallet_subtensor_swap::FeeRate::<Test>::hashed_key_for(netuid)
    );
}
