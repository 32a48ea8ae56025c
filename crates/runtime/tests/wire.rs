//! The metadata holds what the clients' own test suites reach up to tier 3
//! (`docs/rules/clients.md#tiers-of-the-suites`), item by item, as `data/wire.json` lists it.

mod common;

use std::collections::BTreeMap;

use codec::{Decode, Encode};
use frame_metadata::{
    RuntimeMetadata, RuntimeMetadataPrefixed,
    v14::{PalletMetadata, RuntimeMetadataV14, StorageEntryModifier, StorageEntryType, StorageHasher},
    v15::RuntimeMetadataV15,
};
use scale_info::{PortableRegistry, TypeDef, form::PortableForm};
use serde_json::Value;
use tributary_runtime::genesis;

/// Items of tiers 1 to 3 that the chain does not have yet, with the reason. The list can only shrink: an item that
/// appears must leave it.
const MISSING: [&str; 1] = [
    // Needs pulses of the drand beacon.
    "call SubtensorModule.commit_timelocked_mechanism_weights",
];

fn wire() -> Value {
    serde_json::from_str(include_str!("data/wire.json")).expect("the list is JSON")
}

/// The lowest tier that reaches an item; none for those that no suite reaches.
fn tier(item: &Value) -> Option<u64> {
    match &item["e2e_tier"] {
        Value::Number(tier) => tier.as_u64(),
        Value::Object(tiers) => tiers.values().filter_map(Value::as_u64).min(),
        _ => None,
    }
}

fn within(item: &Value) -> bool {
    tier(item).is_some_and(|tier| tier <= 3)
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn v14() -> RuntimeMetadataV14 {
    let opaque: Vec<u8> = common::call("Metadata_metadata", &[]);
    match RuntimeMetadataPrefixed::decode(&mut &opaque[..]).expect("metadata").1 {
        RuntimeMetadata::V14(metadata) => metadata,
        other => panic!("Metadata_metadata answers version {}", other.version()),
    }
}

fn v15() -> RuntimeMetadataV15 {
    let opaque: Option<Vec<u8>> = common::call("Metadata_metadata_at_version", &15u32.encode());
    match RuntimeMetadataPrefixed::decode(&mut &opaque.expect("version 15")[..])
        .expect("metadata")
        .1
    {
        RuntimeMetadata::V15(metadata) => metadata,
        other => panic!("version 15 is version {}", other.version()),
    }
}

fn metadata() -> (RuntimeMetadataV14, RuntimeMetadataV15) {
    common::state(genesis::FAST).execute_with(|| (v14(), v15()))
}

/// How a client prints a type: the name, with what is inside where it matters.
fn type_name(types: &PortableRegistry, id: u32) -> String {
    let ty = types.resolve(id).expect("every id resolves");
    let inner = |id: u32| type_name(types, id);
    match &ty.type_def {
        TypeDef::Primitive(primitive) => format!("{primitive:?}").to_lowercase(),
        TypeDef::Compact(compact) => format!("Compact<{}>", inner(compact.type_param.id)),
        TypeDef::Sequence(items) => format!("Vec<{}>", inner(items.type_param.id)),
        TypeDef::Array(array) => format!("[{};{}]", inner(array.type_param.id), array.len),
        TypeDef::Tuple(parts) => {
            format!(
                "({})",
                parts
                    .fields
                    .iter()
                    .map(|part| inner(part.id))
                    .collect::<Vec<_>>()
                    .join(",")
            )
        }
        _ => {
            let name = ty.path.segments.last().cloned().unwrap_or_default();
            let parameters: Vec<String> = ty
                .type_params
                .iter()
                .filter_map(|parameter| parameter.ty)
                .map(|ty| inner(ty.id))
                .collect();
            match name.as_str() {
                "Option" | "BTreeMap" | "BTreeSet" => format!("{name}<{}>", parameters.join(",")),
                // One number, on the wire and in the list.
                "ExtraFlags" => "u128".into(),
                // A deque is a sequence on the wire.
                "VecDeque" => format!("Vec<{}>", parameters[0]),
                _ => name,
            }
        }
    }
}

/// What the list calls a type, with the aliases resolved as the registry resolves them.
fn expected_name(name: &str) -> String {
    // Notes in parentheses after a type, and the bounds of lists, are for people.
    let mut name = name.split(" (").next().unwrap_or(name).replace(' ', "");
    for open in ["BoundedVec<", "EventRecord<"] {
        if let Some(start) = name.find(open) {
            let inside = start + open.len();
            let mut depth = 1;
            let end = name[inside..].find(|letter| {
                depth += i32::from(letter == '<') - i32::from(letter == '>');
                depth == 0
            });
            let end = inside + end.expect("every bracket closes");
            name.replace_range(inside - 1..=end, "");
        }
    }
    for (alias, plain) in [
        ("NetUidStorageIndex", "u16"),
        ("NetUid", "u16"),
        ("MechId", "u8"),
        ("TaoBalance", "u64"),
        ("AlphaBalance", "u64"),
        ("RecycleOrBurnEnum", "RecycleOrBurn"),
        ("RootClaimTypeEnum", "RootClaimType"),
        ("VecDeque", "Vec"),
        ("MultiAddress<AccountId32,()>", "MultiAddress"),
    ] {
        name = name.replace(alias, plain);
    }
    for (fixed, underlying) in [
        ("U64F64", "FixedU128"),
        ("I64F64", "FixedI128"),
        ("I96F32", "FixedI128"),
        ("I32F32", "FixedI64"),
    ] {
        name = name.replace(fixed, underlying);
    }
    name
}

fn hasher(hasher: &StorageHasher) -> String {
    match hasher {
        StorageHasher::Blake2_128Concat => "Blake2_128Concat",
        StorageHasher::Twox64Concat => "Twox64Concat",
        StorageHasher::Identity => "Identity",
        other => return format!("{other:?}"),
    }
    .into()
}

fn variants(types: &PortableRegistry, id: u32) -> &[scale_info::Variant<PortableForm>] {
    match &types.resolve(id).expect("every id resolves").type_def {
        TypeDef::Variant(variants) => &variants.variants,
        other => panic!("not an enum: {other:?}"),
    }
}

fn compare(problems: &mut Vec<String>, item: &str, what: &str, found: impl ToString, expected: impl ToString) {
    let (found, expected) = (found.to_string(), expected.to_string());
    if found != expected {
        problems.push(format!("{item}: {what} is {found}, clients expect {expected}"));
    }
}

/// What a comparison found.
#[derive(Default)]
struct Found {
    missing: Vec<String>,
    problems: Vec<String>,
}

type Pallets<'a> = BTreeMap<&'a str, &'a PalletMetadata<PortableForm>>;

/// Storage items: whether optional, hashers, keys, value.
fn check_storage(found: &mut Found, pallets: &Pallets, types: &PortableRegistry, wire: &Value) {
    for item in wire["storage"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|item| within(item))
    {
        let (pallet, name) = (text(&item["pallet"]), text(&item["item"]));
        let label = format!("storage {pallet}.{name}");
        let entry = pallets
            .get(pallet)
            .and_then(|pallet| pallet.storage.as_ref())
            .and_then(|storage| storage.entries.iter().find(|entry| entry.name == name));
        let Some(entry) = entry else {
            found.missing.push(label);
            continue;
        };
        let optional = item["optional"].as_bool().expect("a flag");
        compare(
            &mut found.problems,
            &label,
            "optional",
            entry.modifier == StorageEntryModifier::Optional,
            optional,
        );
        let (hashers, keys, value) = match &entry.ty {
            StorageEntryType::Plain(value) => (Vec::new(), Vec::new(), value),
            StorageEntryType::Map { hashers, key, value } => {
                let keys = match &types.resolve(key.id).expect("a type").type_def {
                    TypeDef::Tuple(parts) if hashers.len() > 1 => parts.fields.iter().map(|part| part.id).collect(),
                    _ => vec![key.id],
                };
                (hashers.iter().map(hasher).collect(), keys, value)
            }
        };
        let list = |values: &Value| -> Vec<String> {
            values
                .as_array()
                .expect("a list")
                .iter()
                .map(|value| expected_name(text(value)))
                .collect()
        };
        compare(
            &mut found.problems,
            &label,
            "hashers",
            hashers.join(","),
            list(&item["hashers"]).join(","),
        );
        let keys: Vec<String> = keys.into_iter().map(|key| type_name(types, key)).collect();
        compare(
            &mut found.problems,
            &label,
            "keys",
            keys.join(","),
            list(&item["keys"]).join(","),
        );
        compare(
            &mut found.problems,
            &label,
            "value",
            type_name(types, value.id),
            expected_name(text(&item["value"])),
        );
    }
}

/// Calls: index and arguments.
fn check_calls(found: &mut Found, pallets: &Pallets, types: &PortableRegistry, wire: &Value) {
    for item in wire["calls"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|item| within(item))
    {
        let (pallet, name) = (text(&item["pallet"]), text(&item["call"]));
        let label = format!("call {pallet}.{name}");
        let call = pallets
            .get(pallet)
            .and_then(|pallet| pallet.calls.as_ref())
            .and_then(|calls| variants(types, calls.ty.id).iter().find(|variant| variant.name == name));
        let Some(call) = call else {
            found.missing.push(label);
            continue;
        };
        compare(&mut found.problems, &label, "index", call.index, &item["index"]);
        let arguments = item["args"].as_array().expect("a list");
        let expected: Vec<String> = arguments
            .iter()
            .map(|argument| format!("{}:{}", text(&argument[0]), expected_name(text(&argument[1]))))
            .collect();
        let given: Vec<String> = call
            .fields
            .iter()
            .map(|field| {
                format!(
                    "{}:{}",
                    field.name.as_deref().unwrap_or("?"),
                    type_name(types, field.ty.id)
                )
            })
            .collect();
        compare(
            &mut found.problems,
            &label,
            "arguments",
            given.join(" "),
            expected.join(" "),
        );
    }
}

/// Constants: their types.
fn check_constants(found: &mut Found, pallets: &Pallets, types: &PortableRegistry, wire: &Value) {
    for item in wire["constants"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|item| within(item))
    {
        let (pallet, name) = (text(&item["pallet"]), text(&item["constant"]));
        let label = format!("constant {pallet}.{name}");
        let constant = pallets
            .get(pallet)
            .and_then(|pallet| pallet.constants.iter().find(|constant| constant.name == name));
        match constant {
            None => found.missing.push(label),
            Some(constant) => {
                compare(
                    &mut found.problems,
                    &label,
                    "type",
                    type_name(types, constant.ty.id),
                    text(&item["type"]),
                );
            }
        }
    }
}

/// Events, by name.
fn check_events(found: &mut Found, pallets: &Pallets, types: &PortableRegistry, wire: &Value) {
    for item in wire["events"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|item| within(item))
    {
        let (pallet, name) = (text(&item["pallet"]), text(&item["event"]));
        let there = pallets
            .get(pallet)
            .and_then(|pallet| pallet.event.as_ref())
            .is_some_and(|event| variants(types, event.ty.id).iter().any(|variant| variant.name == name));
        if !there {
            found.missing.push(format!("event {pallet}.{name}"));
        }
    }
}

/// Errors that clients match, by name.
fn check_errors(found: &mut Found, pallets: &Pallets, types: &PortableRegistry, wire: &Value) {
    for (pallet, names) in wire["errors"]["clients_match_by_name"].as_object().expect("an object") {
        let Some(pallet_metadata) = pallets.get(pallet.as_str()) else {
            continue;
        };
        let errors = pallet_metadata
            .error
            .as_ref()
            .map_or(&[][..], |error| variants(types, error.ty.id));
        for name in names.as_array().expect("a list").iter().map(text) {
            if !errors.iter().any(|variant| variant.name == name) {
                found.missing.push(format!("error {pallet}.{name}"));
            }
        }
    }
}

/// Runtime APIs: their arguments.
fn check_runtime_apis(found: &mut Found, apis: &RuntimeMetadataV15, wire: &Value) {
    for item in wire["runtime_apis"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|item| within(item))
    {
        let (api, name) = (text(&item["api"]), text(&item["method"]));
        let label = format!("runtime API {api}.{name}");
        let method = apis
            .apis
            .iter()
            .find(|found| found.name == api)
            .and_then(|found| found.methods.iter().find(|method| method.name == name));
        let Some(method) = method else {
            found.missing.push(label);
            continue;
        };
        let arguments = item["args"].as_array().expect("a list");
        let expected: Vec<&str> = arguments.iter().map(|argument| text(&argument[0])).collect();
        let given: Vec<&str> = method.inputs.iter().map(|input| input.name.as_str()).collect();
        compare(
            &mut found.problems,
            &label,
            "arguments",
            given.join(" "),
            expected.join(" "),
        );
        for (input, argument) in method.inputs.iter().zip(arguments) {
            let expected = expected_name(text(&argument[1]));
            // The list explains this one in words.
            if input.name != "uxt" {
                compare(
                    &mut found.problems,
                    &label,
                    &input.name,
                    type_name(&apis.types, input.ty.id),
                    expected,
                );
            }
        }
    }
}

#[test]
fn what_the_suites_reach_is_there() {
    let (metadata, apis) = metadata();
    let wire = wire();
    let types = &metadata.types;
    let pallets: Pallets<'_> = metadata
        .pallets
        .iter()
        .map(|pallet| (pallet.name.as_str(), pallet))
        .collect();
    let mut found = Found::default();
    check_storage(&mut found, &pallets, types, &wire);
    check_calls(&mut found, &pallets, types, &wire);
    check_constants(&mut found, &pallets, types, &wire);
    check_events(&mut found, &pallets, types, &wire);
    check_errors(&mut found, &pallets, types, &wire);
    check_runtime_apis(&mut found, &apis, &wire);

    let Found { missing, problems } = found;
    assert!(
        problems.is_empty(),
        "{} items differ:\n{}",
        problems.len(),
        problems.join("\n")
    );
    assert_eq!(
        missing, MISSING,
        "items of tiers 1 to 3 that are missing (left) are not the known ones (right)"
    );
}

#[test]
fn structures_have_the_fields_of_the_reference_in_order() {
    let (_, apis) = metadata();
    let wire = wire();
    let mut problems = Vec::new();
    let mut checked = 0;
    for (name, fields) in wire["structs"].as_object().expect("an object") {
        // The list has this one as clients see it: in JSON.
        if name == "RuntimeVersion" {
            continue;
        }
        let Some(ty) = apis
            .types
            .types
            .iter()
            .find(|ty| ty.ty.path.segments.last() == Some(name))
        else {
            continue;
        };
        let TypeDef::Composite(found) = &ty.ty.type_def else {
            continue;
        };
        if found.fields.iter().any(|field| field.name.is_none()) {
            continue;
        }
        let Some(fields) = fields.as_array() else { continue };
        let expected: Vec<String> = fields
            .iter()
            .map(|field| format!("{}:{}", text(&field[0]), expected_name(text(&field[1]))))
            .collect();
        let found: Vec<String> = found
            .fields
            .iter()
            .map(|field| {
                format!(
                    "{}:{}",
                    field.name.as_deref().unwrap_or("?"),
                    type_name(&apis.types, field.ty.id)
                )
            })
            .collect();
        for (at, expected) in expected.iter().enumerate() {
            compare(
                &mut problems,
                name,
                &format!("field {at}"),
                found.get(at).map_or("nothing", |f| f),
                expected,
            );
        }
        compare(&mut problems, name, "number of fields", found.len(), expected.len());
        checked += 1;
    }
    assert!(checked >= 25, "only {checked} structures were found");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn the_runtime_is_who_clients_think_it_is() {
    let (metadata, apis) = metadata();
    let account = metadata.types.resolve(0).expect("type 0");
    assert_eq!(account.path.segments, ["sp_core", "crypto", "AccountId32"]);
    assert_eq!(
        metadata.types.types[..],
        apis.types.types[..metadata.types.types.len()],
        "V14 and V15 number alike"
    );
    assert_eq!(metadata.extrinsic.version, 4);
    assert_eq!(apis.extrinsic.version, 4);

    let wire = wire();
    let expected: Vec<&str> = wire["signed_extensions"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|item| text(&item["identifier"]))
        .collect();
    let found: Vec<&str> = metadata
        .extrinsic
        .signed_extensions
        .iter()
        .map(|extension| extension.identifier.as_str())
        .collect();
    assert_eq!(found, expected);
    for extension in &metadata.extrinsic.signed_extensions {
        let empty = |id: u32| match &metadata.types.resolve(id).expect("a type").type_def {
            TypeDef::Tuple(parts) => parts.fields.is_empty(),
            TypeDef::Composite(composite) => composite.fields.is_empty(),
            _ => false,
        };
        let speaks = [
            "CheckMortality",
            "CheckNonce",
            "ChargeTransactionPayment",
            "CheckMetadataHash",
        ]
        .contains(&extension.identifier.as_str());
        assert_eq!(
            !empty(extension.ty.id),
            speaks,
            "{} in the extrinsic",
            extension.identifier
        );
    }

    let indices = wire["pallet_indices"].as_object().expect("an object");
    for pallet in &metadata.pallets {
        if let Some(index) = indices.get(&pallet.name) {
            assert_eq!(Some(u64::from(pallet.index)), index.as_u64(), "{}", pallet.name);
        }
    }
    let parameters: Vec<&str> = metadata
        .types
        .resolve(apis.extrinsic.address_ty.id)
        .into_iter()
        .chain(metadata.types.resolve(metadata.extrinsic.ty.id))
        .flat_map(|ty| ty.type_params.iter().map(|parameter| parameter.name.as_str()))
        .collect();
    assert!(
        parameters.ends_with(&["Address", "Call", "Signature", "Extra"]),
        "{parameters:?}"
    );
}

#[test]
fn every_error_explains_itself() {
    let (metadata, _) = metadata();
    let mut silent = Vec::new();
    for pallet in &metadata.pallets {
        for error in pallet
            .error
            .iter()
            .flat_map(|error| variants(&metadata.types, error.ty.id))
        {
            if error.docs.iter().all(|line| line.trim().is_empty()) {
                silent.push(format!("{}.{}", pallet.name, error.name));
            }
        }
    }
    assert!(silent.is_empty(), "errors without documentation: {silent:?}");

    // The suites compare these texts.
    let proxy = metadata
        .pallets
        .iter()
        .find(|pallet| pallet.name == "Proxy")
        .expect("the pallet");
    let errors = variants(&metadata.types, proxy.error.as_ref().expect("errors").ty.id);
    for (name, line) in [
        ("Duplicate", "Account is already a proxy."),
        ("NotFound", "Proxy registration not found."),
        ("NoSelfProxy", "Cannot add self as proxy."),
        ("Unannounced", "Announcement, if made at all, was made too recently."),
        ("NotProxy", "Sender is not a proxy of the account to be proxied."),
    ] {
        let error = errors.iter().find(|error| error.name == name).expect(name);
        assert_eq!(error.docs, [line]);
    }
}

#[test]
fn constants_follow_the_state() {
    for (preset, slot) in [(genesis::LOCAL, 12_000u64), (genesis::FAST, 250)] {
        common::state(preset).execute_with(|| {
            let metadata = v14();
            let constant = |pallet: &str, name: &str| {
                let pallet = metadata
                    .pallets
                    .iter()
                    .find(|found| found.name == pallet)
                    .expect(pallet);
                pallet
                    .constants
                    .iter()
                    .find(|constant| constant.name == name)
                    .expect(name)
                    .value
                    .clone()
            };
            assert_eq!(constant("Aura", "SlotDuration"), slot.encode());
            assert_eq!(constant("Balances", "ExistentialDeposit"), 500u64.encode());
            assert_eq!(constant("System", "SS58Prefix"), 42u16.encode());
        });
    }
}

/// async-substrate-interface 2 finds the outer enums by a path of two segments, whatever the first.
#[test]
fn outer_enums_stand_in_the_root_of_the_runtime() {
    for path in [
        <tributary_runtime::RuntimeEvent as scale_info::TypeInfo>::type_info().path,
        <tributary_runtime::RuntimeCall as scale_info::TypeInfo>::type_info().path,
    ] {
        assert_eq!(path.segments.len(), 2, "{:?}", path.segments);
    }
}
