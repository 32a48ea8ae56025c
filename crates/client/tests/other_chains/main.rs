//! Chains that are not quite the one of this repository: other numbers, other orders, less or more than here. What the
//! client writes and reads for them goes by their own metadata.

mod node;

use codec::{Decode as _, Encode as _};
use frame_metadata::{RuntimeMetadataPrefixed, v15::StorageEntryType};
use jsonrpsee::{RpcModule, server::Server};
use scale_info::{TypeDef, TypeDefPrimitive};
use serde_json::json;
use tributary_client::{
    AccountId32, Call, Client, Error, H256, Keypair, account, calls::subtensor, items, market, pact, receipt,
};
use tributary_economy::{Alpha, Tao};

use node::{
    GENESIS, NETUID, Node, blake2_concat, call_type, described, key, primitive, renumber, retype, variant, variants,
};

/// Decodes what is signed: the call, and all that follows the signature.
fn body(transaction: &[u8]) -> Vec<u8> {
    let body = Vec::<u8>::decode(&mut &*transaction).unwrap();
    body[2 + 32 + 65..].to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_go_by_their_names() {
    let mut metadata = described();
    renumber(&mut metadata, "Balances", 55);
    let id = call_type(&metadata, "Balances");
    let taken = variant(&mut metadata, id, "transfer_keep_alive");
    taken.index = 77;
    taken.fields.reverse();
    let node = Node::start(metadata).await;
    let client = node.client().await;
    let (alice, bob) = (Keypair::dev("Alice").unwrap(), Keypair::dev("Bob").unwrap());
    let signed = client
        .sign(&Call::transfer(&bob.account(), 9), &alice, 3)
        .await
        .unwrap();
    // Era, nonce, tip and mode; then the call with its arguments turned around: the compact amount, then the account.
    let body = body(&signed);
    let mut expected = vec![55, 77, 9 << 2, 0];
    expected.extend(bob.account().encode());
    assert_eq!(body[body.len() - expected.len()..], expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_chain_does_not_have_is_told_by_name() {
    let mut metadata = described();
    metadata.pallets.retain(|pallet| pallet.name != "Pact");
    let id = call_type(&metadata, "SubtensorModule");
    variants(&mut metadata, id).retain(|call| call.name != "add_stake");
    let mut pallets = metadata.pallets.iter_mut();
    let market = pallets.find(|pallet| pallet.name == "SubtensorModule").unwrap();
    market
        .storage
        .as_mut()
        .unwrap()
        .entries
        .retain(|entry| entry.name != "Tempo");
    metadata.apis.retain(|api| api.name != "SwapRuntimeApi");
    let node = Node::start(metadata).await;
    let client = node.client().await;
    let alice = Keypair::dev("Alice").unwrap();
    let view = client.at_best().await.unwrap();
    let missing = [
        (pact::pact(&view, NETUID).await.map(drop), "pallet Pact"),
        (
            view.get(&items::TEMPO, (NETUID,)).await.map(drop),
            "storage item SubtensorModule.Tempo",
        ),
        (
            market::price_rao(&view, NETUID).await.map(drop),
            "runtime API SwapRuntimeApi.current_alpha_price",
        ),
        (
            client
                .sign(&subtensor::add_stake(alice.account(), NETUID, Tao(1)), &alice, 0)
                .await
                .map(drop),
            "call SubtensorModule.add_stake",
        ),
    ];
    for (result, what) in missing {
        let error = result.unwrap_err();
        assert!(
            matches!(&error, Error::Missing { what: told, .. } if told == what),
            "{error}"
        );
        let text = error.to_string();
        assert!(
            text.contains(&format!("this chain (node-subtensor 50000) has no {what}")),
            "{text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_shape_is_refused_and_another_width_is_not() {
    let mut metadata = described();
    let (text, wide) = (
        primitive(&metadata, &TypeDefPrimitive::Str),
        primitive(&metadata, &TypeDefPrimitive::U64),
    );
    retype(&mut metadata, "SubtensorModule", "Tempo", text);
    retype(&mut metadata, "SubtensorModule", "SubnetworkN", wide);
    let id = call_type(&metadata, "SubtensorModule");
    let more = variant(&mut metadata, id, "burned_register");
    let mut extra = more.fields[0].clone();
    extra.name = Some("limit".into());
    more.fields.push(extra);
    let less = variant(&mut metadata, id, "add_stake_limit");
    less.fields
        .retain(|field| field.name.as_deref() != Some("allow_partial"));
    let node = Node::start(metadata).await;
    node.put(key("SubtensorModule", "Tempo", &[NETUID.encode()]), "360");
    node.put(key("SubtensorModule", "SubnetworkN", &[NETUID.encode()]), 300u64);
    let client = node.client().await;
    let view = client.at_best().await.unwrap();
    assert_eq!(view.get(&items::SUBNETWORK_N, (NETUID,)).await.unwrap(), 300);
    let refused = view.get(&items::TEMPO, (NETUID,)).await.unwrap_err();
    let text = refused.to_string();
    for part in [
        "storage item SubtensorModule.Tempo",
        "node-subtensor 50000",
        "a str there and a u16 here",
    ] {
        assert!(text.contains(part), "{text}");
    }
    node.put(key("SubtensorModule", "SubnetworkN", &[NETUID.encode()]), 70_000u64);
    let too_many = view.get(&items::SUBNETWORK_N, (NETUID,)).await.unwrap_err();
    assert!(matches!(too_many, Error::Shape { .. }), "{too_many}");
    // An argument that is unknown here, and one that is unknown there: neither is guessed or dropped.
    let alice = Keypair::dev("Alice").unwrap();
    for (call, part) in [
        (subtensor::burned_register(NETUID, alice.account()), "wants `limit`"),
        (
            subtensor::add_stake_limit(alice.account(), NETUID, Tao(1), Tao(1), true),
            "takes no `allow_partial`",
        ),
    ] {
        let error = client.sign(&call, &alice, 0).await.unwrap_err();
        assert!(
            matches!(error, Error::Shape { .. }) && error.to_string().contains(part),
            "{error}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_are_read_by_their_names() {
    let mut metadata = described();
    let storage = metadata
        .pallets
        .iter()
        .find(|pallet| pallet.name == "System")
        .unwrap()
        .storage
        .as_ref();
    let entry = storage
        .unwrap()
        .entries
        .iter()
        .find(|entry| entry.name == "Account")
        .unwrap();
    let StorageEntryType::Map { value, .. } = &entry.ty else {
        panic!("accounts are a map");
    };
    let id = value.id as usize;
    let TypeDef::Composite(info) = &mut metadata.types.types[id].ty.type_def else {
        panic!("an account is a structure");
    };
    info.fields.reverse();
    let names: Vec<_> = info.fields.iter().map(|field| field.name.clone().unwrap()).collect();
    assert_eq!(names, ["data", "sufficients", "providers", "consumers", "nonce"]);
    let node = Node::start(metadata).await;
    let bob = Keypair::dev("Bob").unwrap().account();
    let data = (1_000u64, 20u64, 3u64, 0u128);
    let kept = (data, 4u32, 5u32, 6u32, 7u32);
    node.put(key("System", "Account", &[blake2_concat(&bob.encode())]), kept);
    let client = node.client().await;
    let view = client.at_best().await.unwrap();
    let balance = account::balance(&view, &bob).await.unwrap();
    assert_eq!((balance.free, balance.reserved, balance.frozen), (1_000, 20, 3));
    let holdings = view.entries(&items::ACCOUNT).await.unwrap();
    assert_eq!(holdings.len(), 1);
    assert_eq!(
        (&holdings[0].0, holdings[0].1.providers, holdings[0].1.sufficients),
        (&bob, 5, 4)
    );
    // What is not stored has the chain's default.
    let nobody = AccountId32::new([9; 32]);
    assert_eq!(
        account::balance(&view, &nobody).await.unwrap(),
        account::Balance::default()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn events_go_by_their_names_and_unknown_ones_are_passed_over() {
    let mut metadata = described();
    renumber(&mut metadata, "SubtensorModule", 123);
    let events = metadata
        .pallets
        .iter()
        .find(|pallet| pallet.name == "SubtensorModule")
        .unwrap();
    let id = events.event.as_ref().unwrap().ty.id;
    variant(&mut metadata, id, "StakeAdded").index = 200;
    variant(&mut metadata, id, "StakeMoved").name = "OfTomorrow".into();
    let moved = variant(&mut metadata, id, "OfTomorrow").index;
    let node = Node::start(metadata).await;
    let account = |n: u8| AccountId32::new([n; 32]);
    let applied = |event: Vec<u8>| [(0u8, 1u32).encode(), event, Vec::<H256>::new().encode()].concat();
    let added = (account(1), account(2), Tao(30), Alpha(4), NETUID, 5u64);
    let of_tomorrow = (account(1), account(2), NETUID, account(3), NETUID, Tao(6));
    let records = [
        vec![2 << 2],
        applied([vec![123, moved], of_tomorrow.encode()].concat()),
        applied([vec![123, 200], added.encode()].concat()),
    ];
    node.state
        .lock()
        .unwrap()
        .storage
        .insert(key("System", "Events", &[]), records.concat());
    let client = node.client().await;
    let events = client.at_best().await.unwrap().events().await.unwrap();
    let names: Vec<String> = events.iter().map(|(_, event)| event.to_string()).collect();
    assert_eq!(names, ["SubtensorModule.OfTomorrow", "SubtensorModule.StakeAdded"]);
    let included = tributary_client::Included {
        hash: GENESIS,
        block: GENESIS,
        block_number: 1,
        index: 1,
        fee: Tao(1),
        events: events.into_iter().map(|(_, event)| event).collect(),
    };
    let bought = receipt::bought(&included, &account(1), NETUID).unwrap();
    assert_eq!((bought.tao_rao, bought.alpha_rao, bought.pool_fee_rao), (30, 4, 5));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgrade_is_followed_and_each_version_is_asked_for_once() {
    let node = Node::start(described()).await;
    let client = node.client().await;
    let bob = Keypair::dev("Bob").unwrap();
    let call = Call::transfer(&bob.account(), 9);
    let index = |signed: Vec<u8>| {
        let body = body(&signed);
        body[body.len() - 36]
    };
    for _ in 0..3 {
        assert_eq!(index(client.sign(&call, &bob, 0).await.unwrap()), 5);
    }
    assert_eq!(node.state.lock().unwrap().asked, 1);
    let mut metadata = described();
    renumber(&mut metadata, "Balances", 55);
    {
        let mut state = node.state.lock().unwrap();
        state.version += 1;
        state.metadata = RuntimeMetadataPrefixed::from(metadata).encode();
    }
    for _ in 0..3 {
        assert_eq!(index(client.sign(&call, &bob, 0).await.unwrap()), 55);
    }
    assert_eq!(node.state.lock().unwrap().asked, 2);
    assert_eq!(client.runtime().await.unwrap(), "node-subtensor 50001");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_broke_is_made_anew() {
    let node = Node::start(described()).await;
    let client = node.client().await;
    let Node { state, address, server } = node;
    server.stop().unwrap();
    server.stopped().await;
    let gone = loop {
        // The first request after the end may still be under way when it comes.
        match client.best().await {
            Ok(_) => tokio::task::yield_now().await,
            Err(error) => break error,
        }
    };
    assert!(
        matches!(gone, Error::Disconnected { .. } | Error::Unreachable { .. }),
        "{gone}"
    );
    let node = Node::serve(state, address).await;
    assert_eq!(client.best().await.unwrap(), GENESIS);
    node.server.stop().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_of_another_kind_is_refused() {
    let mut module = RpcModule::new(());
    module
        .register_method("chain_getBlockHash", |_, _, _| json!(GENESIS))
        .unwrap();
    let version = |_: jsonrpsee::types::Params<'_>, _: &(), _: &jsonrpsee::Extensions| json!({ "specName": "polkadot", "specVersion": 1, "transactionVersion": 1 });
    module.register_method("state_getRuntimeVersion", version).unwrap();
    let server = Server::builder().build("127.0.0.1:0").await.unwrap();
    let endpoint = format!("ws://{}", server.local_addr().unwrap());
    let _server = server.start(module);
    let error = Client::connect(&endpoint).await.err().unwrap();
    assert!(
        matches!(&error, Error::OtherChain { found, .. } if found == "polkadot 1"),
        "{error}"
    );
}
