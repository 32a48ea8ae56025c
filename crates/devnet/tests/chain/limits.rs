//! No request makes the server work or answer without bounds, and no error repeats what came in.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
};

use jsonrpsee::{core::client::SubscriptionClientT as _, rpc_params};
use serde_json::Value;
use tributary_devnet::rpc::{
    RpcConfig,
    limits::{
        ERROR_BYTES_MAX, LISTED_KEYS_MAX, MESSAGE_BYTES_MAX, NUMBERS_MAX, PAGE_MAX, QUERY_KEYS_MAX,
        SUBSCRIPTION_KEYS_MAX,
    },
};

use crate::{
    common::*,
    rpc::{ask, start},
};

/// The longest error with what JSON-RPC is around it.
const ERROR_MAX: usize = 2 * ERROR_BYTES_MAX + 476;
const ANSWER_MAX: usize = MESSAGE_BYTES_MAX as usize + (1 << 20);

/// What a POST is answered with.
fn post(address: SocketAddr, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST / HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8(answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn oversized_parameters_are_refused_shortly_by_every_method() {
    let chain = chain();
    let folder = tempfile::tempdir().unwrap();
    let handle = tributary_devnet::rpc::serve(
        chain.clone(),
        RpcConfig {
            port: 0,
            dump_folder: Some(folder.path().into()),
            ..RpcConfig::default()
        },
    )
    .await
    .unwrap();
    let address = handle.addresses()[0];
    let numbers = vec!["0"; 200_000].join(",");
    let keys = vec!["\"0x26aa394eea5630e07c48ae0c9558cef7\""; 20_000].join(",");
    let long = "x".repeat(300_000);
    let hex = format!("0x{}", "ab".repeat(150_000));
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    let hostile = [
        format!("[[{numbers}]]"),
        format!("[[{keys}]]"),
        format!("[\"{long}\"]"),
        format!("[\"{hex}\"]"),
        format!("[\"{long}\",\"{long}\",\"{long}\"]"),
        format!("[\"Core_version\",\"{hex}\"]"),
        format!("[\"StakeInfoRuntimeApi_get_stake_info_for_coldkeys\",\"{hex}\"]"),
        format!("[{{\"{long}\":\"{long}\"}}]"),
        format!("{{\"{long}\":1}}"),
        format!("[{deep}]"),
        "[18446744073709551616]".into(),
        format!("[{}]", "9".repeat(100_000)),
    ];
    let work = tokio::task::spawn_blocking(move || {
        let methods = post(address, r#"{"jsonrpc":"2.0","id":1,"method":"rpc_methods"}"#);
        let methods: Value = serde_json::from_str(&methods).unwrap();
        let methods = methods["result"]["methods"].as_array().unwrap().clone();
        assert!(methods.len() > 60);
        for method in methods {
            let method = method.as_str().unwrap();
            for params in &hostile {
                let body = format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"{method}\",\"params\":{params}}}");
                let answer = post(address, &body);
                let max = if answer.contains("\"error\":") {
                    ERROR_MAX
                } else {
                    ANSWER_MAX
                };
                let (asked, begin) = (&params[..params.len().min(60)], &answer[..answer.len().min(200)]);
                assert!(answer.len() <= max, "{method} {asked}: {} bytes: {begin}", answer.len());
            }
        }
    });
    work.await.unwrap();
    chain.advance(1).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_have_limits() {
    use crate::rpc::error;
    let (chain, _handle, client) = start().await;
    chain.advance(5).unwrap();
    let many = ask(&client, "chain_getBlockHash", rpc_params![vec![3; NUMBERS_MAX]]).await;
    assert_eq!(many.as_array().unwrap().len(), NUMBERS_MAX);
    let (code, message, _) = error(&client, "chain_getBlockHash", rpc_params![vec![3; NUMBERS_MAX + 1]]).await;
    assert!(
        code == -32602 && message.contains(&NUMBERS_MAX.to_string()),
        "{message}"
    );
    let (code, message, _) = error(
        &client,
        "state_queryStorageAt",
        rpc_params![vec!["0x01"; QUERY_KEYS_MAX + 1]],
    )
    .await;
    assert!(
        code == -32602 && message.contains(&QUERY_KEYS_MAX.to_string()),
        "{message}"
    );
    // Few keys with much behind them.
    chain
        .set_storage(vec![(b"large".to_vec(), Some(vec![1; 1 << 20]))])
        .unwrap();
    let large = format!("0x{}", hex::encode("large"));
    let (code, message, _) = error(&client, "state_queryStorageAt", rpc_params![vec![large; 100]]).await;
    assert!(code == -32602 && message.contains("ask for fewer"), "{message}");
    // More keys than one listing has.
    let writes = (0..=LISTED_KEYS_MAX as u32).map(|n| ([&[8; 32][..], &n.to_be_bytes()].concat(), Some(vec![1])));
    chain.set_storage(writes.collect()).unwrap();
    let prefix = format!("0x{}", hex::encode([8; 32]));
    let (code, message, _) = error(&client, "state_getKeys", rpc_params![prefix.clone()]).await;
    assert!(code == -32602 && message.contains("state_getKeysPaged"), "{message}");
    let page = ask(&client, "state_getKeysPaged", rpc_params![prefix, PAGE_MAX]).await;
    assert_eq!(page.as_array().unwrap().len(), PAGE_MAX as usize);
    // Nor does a subscription follow any number of keys.
    let keys: Vec<String> = (0..=SUBSCRIPTION_KEYS_MAX).map(|n| format!("0x{n:08x}")).collect();
    let refused = client
        .subscribe::<Value, _>("state_subscribeStorage", rpc_params![keys], "state_unsubscribeStorage")
        .await
        .expect_err("too many keys");
    assert!(
        refused.to_string().contains(&SUBSCRIPTION_KEYS_MAX.to_string()),
        "{refused}"
    );
}
