//! The chain behind JSON-RPC, as clients meet it: WebSocket through a real client, HTTP by hand.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    time::Duration,
};

use crate::common::*;
use frame_support::storage::storage_prefix;
use jsonrpsee::{
    core::{
        ClientError,
        client::{ClientT, Subscription, SubscriptionClientT},
        params::ArrayParams,
    },
    rpc_params,
    ws_client::{WsClient, WsClientBuilder},
};
use serde_json::{Value, json};
use sp_core::crypto::Ss58Codec;
use sp_keyring::Sr25519Keyring::{Alice, Bob, Charlie};
use tributary_devnet::{
    Devnet, Error,
    rpc::{RpcConfig, RpcHandle, serve},
};

pub async fn start() -> (Devnet, RpcHandle, WsClient) {
    let chain = chain();
    let handle = serve(
        chain.clone(),
        RpcConfig {
            port: 0,
            ..RpcConfig::default()
        },
    )
    .await
    .unwrap();
    let client = WsClientBuilder::default().build(handle.url()).await.unwrap();
    (chain, handle, client)
}

pub async fn ask(client: &WsClient, method: &str, params: ArrayParams) -> Value {
    client
        .request(method, params)
        .await
        .unwrap_or_else(|error| panic!("{method}: {error}"))
}

/// Code, message and data of an error.
pub async fn error(client: &WsClient, method: &str, params: ArrayParams) -> (i32, String, Option<Value>) {
    match client.request::<Value, _>(method, params).await {
        Err(ClientError::Call(error)) => (
            error.code(),
            error.message().to_owned(),
            error.data().map(|data| serde_json::from_str(data.get()).unwrap()),
        ),
        other => panic!("{method} should fail, but: {other:?}"),
    }
}

pub fn hex(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

async fn next(subscription: &mut Subscription<Value>) -> Value {
    tokio::time::timeout(Duration::from_secs(120), subscription.next())
        .await
        .unwrap()
        .unwrap()
        .unwrap()
}

/// One HTTP POST, the way `curl` does it.
fn post(address: SocketAddr, body: &str) -> Value {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "POST / HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let json = match body.find(['{', '[']) {
        Some(start) => &body[start..=body.rfind(['}', ']']).unwrap()],
        None => body,
    };
    serde_json::from_str(json).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn blocks_have_the_shape_that_clients_read() {
    let (chain, _handle, client) = start().await;
    let genesis = ask(&client, "chain_getBlockHash", rpc_params![0]).await;
    assert_eq!(genesis, json!(hex(&chain.genesis_hash().0)));
    assert_eq!(ask(&client, "chain_getBlockHash", rpc_params!["0x00"]).await, genesis);
    assert_eq!(ask(&client, "chain_getHead", rpc_params![]).await, genesis);
    assert_eq!(
        ask(&client, "chain_getBlockHash", rpc_params![Value::Null]).await,
        genesis
    );
    assert_eq!(ask(&client, "chain_getBlockHash", rpc_params![5]).await, Value::Null);
    assert_eq!(ask(&client, "dev_advance", rpc_params![20]).await["number"], 20);

    let head = ask(&client, "chain_getFinalizedHead", rpc_params![]).await;
    let header = ask(&client, "chain_getHeader", rpc_params![head.clone()]).await;
    assert_eq!(header["number"], "0x14");
    for field in ["parentHash", "stateRoot", "extrinsicsRoot"] {
        assert_eq!(header[field].as_str().unwrap().len(), 66);
    }
    // One digest item, a pre-runtime one of Aura: 0x06, "aura", eight bytes of slot.
    let logs = header["digest"]["logs"].as_array().unwrap();
    assert_eq!(logs.len(), 1);
    assert!(logs[0].as_str().unwrap().starts_with("0x066175726120"));
    assert_eq!(
        ask(&client, "chain_getHeader", rpc_params![hex(&[9; 32])]).await,
        Value::Null
    );
    assert_eq!(
        ask(&client, "chain_getBlock", rpc_params![hex(&[9; 32])]).await,
        Value::Null
    );
    let block = ask(&client, "chain_getBlock", rpc_params![]).await;
    assert_eq!(block["block"]["header"], header);
    assert_eq!(block["justifications"], Value::Null);
    let extrinsics = block["block"]["extrinsics"].as_array().unwrap();
    assert_eq!(extrinsics.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn state_is_read_at_any_block_and_in_pages() {
    let (_chain, _handle, client) = start().await;
    assert_eq!(ask(&client, "dev_advance", rpc_params![20]).await["number"], 20);
    // System.Number at several blocks; hex with and without 0x.
    let key = hex(&storage_prefix(b"System", b"Number"));
    for number in [1u32, 7, 20] {
        let at = ask(&client, "chain_getBlockHash", rpc_params![number]).await;
        let expected = json!(hex(&number.to_le_bytes()));
        assert_eq!(
            ask(&client, "state_getStorageAt", rpc_params![key.clone(), at.clone()]).await,
            expected
        );
        assert_eq!(
            ask(&client, "state_getStorage", rpc_params![&key[2..], at.clone()]).await,
            expected
        );
        let many = ask(
            &client,
            "state_queryStorageAt",
            rpc_params![[key.as_str(), "0xabcd"], at.clone()],
        )
        .await;
        assert_eq!(
            many,
            json!([{ "block": at, "changes": [[key, expected], ["0xabcd", null]] }])
        );
    }
    let prefix = hex(&storage_prefix(b"System", b"Account"));
    let all = ask(&client, "state_getKeys", rpc_params![prefix.clone()]).await;
    let all = all.as_array().unwrap();
    let (mut paged, mut start) = (Vec::new(), Value::Null);
    loop {
        let page = ask(
            &client,
            "state_getKeysPaged",
            rpc_params![prefix.clone(), 3, start.clone()],
        )
        .await;
        let page = page.as_array().unwrap().clone();
        start = page.last().cloned().unwrap_or_default();
        let last = page.len() < 3;
        paged.extend(page);
        if last {
            break;
        }
    }
    assert_eq!(&paged, all);
    assert!(all.len() >= 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_runtime_describes_itself() {
    let (_chain, _handle, client) = start().await;
    let head = ask(&client, "chain_getFinalizedHead", rpc_params![]).await;
    let metadata = ask(&client, "state_getMetadata", rpc_params![]).await;
    assert!(metadata.as_str().unwrap().starts_with("0x6d6574610e"));
    let v15 = ask(
        &client,
        "state_call",
        rpc_params!["Metadata_metadata_at_version", "0f000000"],
    )
    .await;
    assert!(v15.as_str().unwrap().starts_with("0x01"));
    assert!(
        ask(&client, "state_call", rpc_params!["Core_version", "", head.clone()])
            .await
            .is_string()
    );
    let version = ask(&client, "state_getRuntimeVersion", rpc_params![head.clone()]).await;
    assert_eq!(version["specName"], "node-subtensor");
    assert_eq!(version["transactionVersion"], 1);
    assert!(version["apis"][0][0].as_str().unwrap().starts_with("0x"));
    assert_eq!(
        ask(&client, "system_properties", rpc_params![]).await,
        json!({ "ss58Format": 42, "tokenDecimals": 9, "tokenSymbol": "TAO" })
    );
    assert_eq!(ask(&client, "system_chainType", rpc_params![]).await, "Development");
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_have_the_codes_and_texts_that_clients_look_for() {
    let (_chain, _handle, client) = start().await;
    let key = hex(&storage_prefix(b"System", b"Number"));
    let unknown = error(&client, "state_call", rpc_params!["Metadata_nothing", ""]).await;
    assert_eq!(
        unknown.1,
        "Client error: Execution failed: Other: Exported method Metadata_nothing is not found"
    );
    assert_eq!(error(&client, "no_such_method", rpc_params![]).await.0, -32601);
    assert_eq!(error(&client, "state_getStorageAt", rpc_params!["zz"]).await.0, -32602);
    assert_eq!(error(&client, "state_getStorageAt", rpc_params![]).await.0, -32602);
    let lost = error(&client, "state_getStorageAt", rpc_params![key.clone(), hex(&[9; 32])]).await;
    assert!(
        lost.1.starts_with("Client error: Api called for an unknown Block"),
        "{}",
        lost.1
    );
}

/// What clients of a node look for.
const METHODS: &[&str] = &[
    "rpc_methods",
    "system_chain",
    "system_chainType",
    "system_name",
    "system_version",
    "system_properties",
    "chain_getHead",
    "chain_getBlockHash",
    "chain_getHeader",
    "chain_getBlock",
    "chain_getFinalizedHead",
    "chain_subscribeNewHeads",
    "chain_unsubscribeNewHeads",
    "chain_subscribeNewHead",
    "chain_subscribeFinalizedHeads",
    "chain_unsubscribeFinalizedHeads",
    "chain_subscribeAllHeads",
    "state_getRuntimeVersion",
    "state_getMetadata",
    "state_call",
    "state_getStorageAt",
    "state_getStorage",
    "state_getStorageHash",
    "state_getStorageSize",
    "state_queryStorageAt",
    "state_getKeysPaged",
    "state_getKeys",
    "state_subscribeStorage",
    "state_unsubscribeStorage",
    "state_subscribeRuntimeVersion",
    "author_submitExtrinsic",
    "author_submitAndWatchExtrinsic",
    "author_unwatchExtrinsic",
    "author_pendingExtrinsics",
    "account_nextIndex",
    "system_accountNextIndex",
    "system_health",
    "system_dryRun",
    "payment_queryInfo",
    "payment_queryFeeDetails",
];

#[tokio::test(flavor = "multi_thread")]
async fn every_method_that_clients_look_for_is_listed() {
    let (_chain, _handle, client) = start().await;
    let methods = ask(&client, "rpc_methods", rpc_params![]).await;
    let methods = methods["methods"].as_array().unwrap();
    for name in METHODS {
        assert!(methods.contains(&json!(name)), "{name} is not listed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watched_transfer_goes_through_its_statuses() {
    let (chain, _handle, client) = start().await;
    let address = account(Alice).to_ss58check();
    assert_eq!(ask(&client, "account_nextIndex", rpc_params![address.clone()]).await, 0);
    let call = transfer(&account(Bob), TAO);
    let bytes = sign(&chain, Alice, &call, Extra::default());
    let fee = ask(&client, "payment_queryInfo", rpc_params![hex(&bytes)]).await;
    assert_eq!(fee["class"], "normal");
    let announced: u64 = fee["partialFee"].as_str().unwrap().parse().unwrap();
    let dry = ask(&client, "system_dryRun", rpc_params![hex(&bytes)]).await;
    assert_eq!(dry, "0x0000");

    let mut watched: Subscription<Value> = client
        .subscribe(
            "author_submitAndWatchExtrinsic",
            rpc_params![hex(&bytes)],
            "author_unwatchExtrinsic",
        )
        .await
        .unwrap();
    assert_eq!(next(&mut watched).await, "ready");
    assert_eq!(ask(&client, "account_nextIndex", rpc_params![address.clone()]).await, 1);
    assert_eq!(
        ask(&client, "author_pendingExtrinsics", rpc_params![]).await,
        json!([hex(&bytes)])
    );
    let before = free(&chain, &account(Alice));
    let block = ask(&client, "dev_advance", rpc_params![]).await["hash"].clone();
    assert_eq!(next(&mut watched).await, json!({ "inBlock": block }));
    assert_eq!(next(&mut watched).await, json!({ "finalized": block }));
    assert_eq!(before - free(&chain, &account(Alice)), TAO + announced);

    let again = error(&client, "author_submitExtrinsic", rpc_params![hex(&bytes)]).await;
    assert_eq!(
        (again.0, &again.1[..], again.2),
        (1010, "Invalid Transaction", Some(json!("Transaction is outdated")))
    );
    let again = error(&client, "author_submitExtrinsic", rpc_params![hex(&bytes)]).await;
    assert_eq!(
        (again.0, &again.1[..], again.2),
        (1012, "Transaction is temporarily banned", None)
    );
    let forged = unsigned(&chain, &account(Charlie), &call, 0);
    let subscribed = client
        .subscribe::<Value, _>(
            "author_submitAndWatchExtrinsic",
            rpc_params![hex(&forged)],
            "author_unwatchExtrinsic",
        )
        .await;
    match subscribed {
        Err(ClientError::Call(error)) => {
            assert_eq!(error.code(), 1010);
            assert_eq!(error.data().unwrap().get(), "\"Transaction has a bad signature\"");
        }
        other => panic!("a forged signature should be refused: {other:?}"),
    }
    assert_eq!(
        error(&client, "author_submitExtrinsic", rpc_params!["0x1234"]).await.0,
        1001
    );

    // The same nonce twice. The runtime gives all ordinary transactions one priority whatever the tip, so the first
    // one stays.
    let first = sign(&chain, Alice, &call, Extra { nonce: 1, tip: 0 });
    let other = sign(
        &chain,
        Alice,
        &transfer(&account(Bob), 2 * TAO),
        Extra { nonce: 1, tip: TAO },
    );
    ask(&client, "author_submitExtrinsic", rpc_params![hex(&first)]).await;
    assert_eq!(
        error(&client, "author_submitExtrinsic", rpc_params![hex(&first)])
            .await
            .0,
        1013
    );
    let low = error(&client, "author_submitExtrinsic", rpc_params![hex(&other)]).await;
    assert_eq!(low.0, 1014);
    assert!(low.1.starts_with("Priority is too low: ("), "{}", low.1);
    assert_eq!(
        ask(&client, "author_pendingExtrinsics", rpc_params![]).await,
        json!([hex(&first)])
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_follow_the_chain() {
    let (chain, _handle, client) = start().await;
    let mut heads: Subscription<Value> = client
        .subscribe("chain_subscribeNewHeads", rpc_params![], "chain_unsubscribeNewHeads")
        .await
        .unwrap();
    let mut finalized: Subscription<Value> = client
        .subscribe(
            "chain_subscribeFinalizedHeads",
            rpc_params![],
            "chain_unsubscribeFinalizedHeads",
        )
        .await
        .unwrap();
    let key = hex(&storage_prefix(b"System", b"Number"));
    let mut storage: Subscription<Value> = client
        .subscribe(
            "state_subscribeStorage",
            rpc_params![[key.as_str()]],
            "state_unsubscribeStorage",
        )
        .await
        .unwrap();
    let mut version: Subscription<Value> = client
        .subscribe(
            "state_subscribeRuntimeVersion",
            rpc_params![],
            "state_unsubscribeRuntimeVersion",
        )
        .await
        .unwrap();
    assert_eq!(next(&mut version).await["specName"], "node-subtensor");
    assert_eq!(next(&mut heads).await["number"], "0x0");
    assert_eq!(next(&mut finalized).await["number"], "0x0");
    assert_eq!(next(&mut storage).await["changes"][0][0], json!(key));
    chain.advance(3).unwrap();
    for number in ["0x1", "0x2", "0x3"] {
        assert_eq!(next(&mut heads).await["number"], number);
        assert_eq!(next(&mut finalized).await["number"], number);
    }
    for number in [1u32, 2, 3] {
        assert_eq!(
            next(&mut storage).await["changes"],
            json!([[key, hex(&number.to_le_bytes())]])
        );
    }
    heads.unsubscribe().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn powers_of_a_development_chain() {
    let (chain, _handle, client) = start().await;
    let snapshot = ask(&client, "dev_snapshot", rpc_params![]).await;
    let hash = ask(&client, "dev_stateHash", rpc_params![]).await;
    let charlie = account(Charlie).to_ss58check();
    ask(&client, "dev_impersonate", rpc_params![charlie.clone()]).await;
    let bytes = unsigned(&chain, &account(Charlie), &transfer(&account(Bob), TAO), 0);
    ask(&client, "author_submitExtrinsic", rpc_params![hex(&bytes)]).await;
    ask(&client, "dev_setTime", rpc_params![1_900_000_000_000u64]).await;
    ask(
        &client,
        "dev_setStorage",
        rpc_params![[("0x0102", Some("0x03")), ("0x04", None)]],
    )
    .await;
    assert_eq!(ask(&client, "state_getStorage", rpc_params!["0x0102"]).await, "0x03");
    assert_eq!(ask(&client, "dev_advanceTo", rpc_params![4]).await["number"], 4);
    assert_eq!(chain.block(1).unwrap().unwrap().extrinsics.len(), 2);
    assert_eq!(chain.time_ms(), 1_900_000_000_000 + 3 * 250);
    ask(&client, "dev_stopImpersonating", rpc_params![charlie]).await;
    assert_eq!(
        ask(&client, "dev_verify", rpc_params![]).await,
        ask(&client, "dev_stateHash", rpc_params![]).await
    );
    assert_eq!(ask(&client, "dev_revert", rpc_params![snapshot]).await["number"], 0);
    assert_eq!(ask(&client, "dev_stateHash", rpc_params![]).await, hash);
    assert_eq!(
        ask(&client, "dev_mining", rpc_params!["onExtrinsic"]).await,
        "onExtrinsic"
    );
    let timer = ask(&client, "dev_mining", rpc_params![json!({ "timer": 20 })]).await;
    assert_eq!(timer, json!({ "timer": 20 }));
    assert_eq!(ask(&client, "dev_mining", rpc_params!["onDemand"]).await, "onDemand");
    assert_eq!(error(&client, "dev_mining", rpc_params!["sometimes"]).await.0, -32602);
    assert_eq!(
        error(&client, "dev_dump", rpc_params!["state"]).await.0,
        -32601,
        "there is no folder for it"
    );
    let methods = ask(&client, "rpc_methods", rpc_params![]).await;
    let methods = methods["methods"].as_array().unwrap();
    assert!(methods.contains(&json!("dev_cancel")) && !methods.contains(&json!("dev_load")));
}

#[tokio::test(flavor = "multi_thread")]
async fn http_and_both_loopback_addresses() {
    let chain = chain();
    let folder = tempfile::tempdir().unwrap();
    let config = RpcConfig {
        port: 0,
        second_port: Some(0),
        dump_folder: Some(folder.path().into()),
        ..RpcConfig::default()
    };
    let handle = serve(chain, config).await.unwrap();
    assert!(handle.addresses().len() >= 2);
    for address in handle.addresses().to_vec() {
        let answers = tokio::task::spawn_blocking(move || {
            let single = post(
                address,
                r#"{"jsonrpc":"2.0","id":"a b","method":"dev_advance","params":[1]}"#,
            );
            let batch = post(
                address,
                r#"[{"jsonrpc":"2.0","id":1,"method":"system_name"},{"jsonrpc":"2.0","id":"x","method":"nope","params":[]}]"#,
            );
            (single, batch)
        });
        let (single, batch) = answers.await.unwrap();
        assert_eq!(single["id"], "a b");
        assert!(single["result"]["number"].as_u64().unwrap() > 0);
        let mut batch = batch.as_array().unwrap().clone();
        batch.sort_by_key(|answer| answer["id"].is_string());
        assert_eq!(batch[0]["id"], 1);
        assert_eq!(batch[1]["error"]["code"], -32601);
    }
    let url = handle.url();
    let client = WsClientBuilder::default().build(&url).await.unwrap();
    let methods = ask(&client, "rpc_methods", rpc_params![]).await;
    assert!(methods["methods"].as_array().unwrap().contains(&json!("dev_load")));
    assert_eq!(
        error(&client, "dev_dump", rpc_params!["../../etc/passwd"]).await.0,
        -32602
    );
    ask(&client, "dev_dump", rpc_params!["state"]).await;
    assert_eq!(
        ask(&client, "dev_load", rpc_params!["state"]).await["number"],
        handle.addresses().len()
    );

    let taken = handle.addresses()[0].port();
    let refused = serve(
        crate::common::chain(),
        RpcConfig {
            port: taken,
            ..RpcConfig::default()
        },
    )
    .await;
    assert!(matches!(refused, Err(Error::Listen { address, .. }) if address.port() == taken));
    drop(client);
    handle.stop().await;
    TcpListener::bind(("127.0.0.1", taken)).expect("the port is free again");
}
