//! Strangers at the chain's door: pages of other origins, bodies that never end, readers who do not read, and whoever
//! asks for more than a share.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use crate::common::*;
use jsonrpsee::{
    core::client::{ClientT, Subscription, SubscriptionClientT},
    rpc_params,
    ws_client::{HeaderMap, HeaderValue, WsClient, WsClientBuilder},
};
use serde_json::{Value, json};
use sp_core::crypto::Ss58Codec;
use sp_keyring::Sr25519Keyring::Alice;
use tributary_devnet::{
    Devnet,
    rpc::{Limits, MethodSet, RpcConfig, RpcHandle, limits::MESSAGE_BYTES_MAX, serve},
};

/// Far more than anything here takes.
const PATIENCE: Duration = Duration::from_secs(120);

async fn start(config: RpcConfig) -> (Devnet, RpcHandle, SocketAddr) {
    let chain = chain();
    let handle = serve(chain.clone(), RpcConfig { port: 0, ..config }).await.unwrap();
    let address = handle.addresses()[0];
    (chain, handle, address)
}

fn call(method: &str, params: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string()
}

/// Sends a request with these header lines, and returns status line, headers and body.
async fn post(address: SocketAddr, headers: &str, body: &str) -> String {
    let text = format!(
        "POST / HTTP/1.1\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    })
    .await
    .unwrap()
}

/// How long a client of its own connection waits for a cheap answer.
async fn latency(address: SocketAddr) -> Duration {
    let began = Instant::now();
    let headers = format!("host: {address}\r\ncontent-type: application/json\r\n");
    let answer = post(address, &headers, &call("system_chain", &json!([]))).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    began.elapsed()
}

async fn latencies(address: SocketAddr, times: u32) -> (Duration, Duration) {
    let (mut sum, mut worst) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..times {
        let took = latency(address).await;
        sum += took;
        worst = worst.max(took);
    }
    (sum / times, worst)
}

async fn page(address: SocketAddr, origin: &'static str) -> Result<WsClient, jsonrpsee::core::ClientError> {
    let mut headers = HeaderMap::new();
    headers.insert("origin", HeaderValue::from_static(origin));
    let builder = WsClientBuilder::default().set_headers(headers);
    builder.build(format!("ws://{address}")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_origins_have_no_power() {
    let (chain, handle, address) = start(RpcConfig::default()).await;
    let alice = json!([account(Alice).to_ss58check()]);
    let take_over = call("dev_impersonate", &alice);
    let host = format!("host: {address}\r\n");
    let ask = async |headers: String, body: &str| post(address, &headers, body).await;
    // What a page can send without asking first, and what it has to ask for.
    for content in ["text/plain", "application/json", "application/x-www-form-urlencoded"] {
        for origin in ["https://evil.example", "null", "http://localhost.evil.example"] {
            let headers = format!("{host}origin: {origin}\r\ncontent-type: {content}\r\n");
            let answer = ask(headers, &take_over).await;
            assert!(answer.starts_with("HTTP/1.1 403"), "{origin} {content}: {answer}");
            assert!(!answer.contains("access-control-allow-origin"), "{answer}");
        }
    }
    // A name that a stranger gave the address of this machine.
    let port = address.port();
    let rebound = format!("host: evil.example:{port}\r\ncontent-type: application/json\r\n");
    assert!(ask(rebound, &take_over).await.starts_with("HTTP/1.1 403"));
    assert!(
        page(address, "https://evil.example").await.is_err(),
        "no WebSocket either"
    );
    // None of them was run: transactions still need signatures.
    let bytes = unsigned(&chain, &account(Alice), &transfer(&account(Alice), TAO), 0);
    assert!(chain.submit(&bytes).is_err());

    // Pages of this machine, and no page at all.
    let json = "content-type: application/json\r\n";
    let local = ask(format!("{host}{json}origin: http://localhost:3000\r\n"), &take_over).await;
    assert!(
        local.starts_with("HTTP/1.1 200") && local.contains("\"result\""),
        "{local}"
    );
    assert!(
        local.contains("access-control-allow-origin: http://localhost:3000"),
        "{local}"
    );
    assert!(ask(format!("{host}{json}"), &take_over).await.contains("\"result\""));
    let socket = page(address, "http://127.0.0.1:8080").await.unwrap();
    socket
        .request::<Value, _>("dev_impersonate", rpc_params![alice[0].clone()])
        .await
        .unwrap();

    // A page that is let in as a guest reads and sends, and has no powers.
    let guest = "https://polkadot.js.org";
    let headers = format!("{host}{json}origin: {guest}\r\n");
    let answer = ask(headers.clone(), &call("system_chain", &json!([]))).await;
    assert!(answer.contains("\"result\""), "{answer}");
    let answer = ask(headers.clone(), &take_over).await;
    assert!(answer.contains("unsafe to be called externally"), "{answer}");
    let batch = format!("[{take_over},{}]", call("system_chain", &json!([])));
    let answer = ask(headers, &batch).await;
    assert!(
        answer.contains("unsafe to be called") && answer.contains("\"result\""),
        "{answer}"
    );
    let socket = page(address, guest).await.unwrap();
    socket.request::<Value, _>("system_chain", rpc_params![]).await.unwrap();
    let refused = socket.request::<Value, _>("dev_advance", rpc_params![1]).await;
    assert!(refused.unwrap_err().to_string().contains("unsafe"));
    handle.stop().await;

    // Who names an origin means it; `all` lets everybody read.
    let config = RpcConfig {
        origins: "https://mine.example".parse().unwrap(),
        ..RpcConfig::default()
    };
    let (_chain, _handle, address) = start(config).await;
    let mine = page(address, "https://mine.example").await.unwrap();
    mine.request::<Value, _>("dev_advance", rpc_params![1]).await.unwrap();
    assert!(page(address, "http://localhost:3000").await.is_err());
    let config = RpcConfig {
        origins: "all".parse().unwrap(),
        ..RpcConfig::default()
    };
    let (_chain, _handle, address) = start(config).await;
    let anybody = page(address, "https://evil.example").await.unwrap();
    anybody
        .request::<Value, _>("system_chain", rpc_params![])
        .await
        .unwrap();
    assert!(
        anybody
            .request::<Value, _>("dev_advance", rpc_params![1])
            .await
            .is_err()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn powers_need_this_machine_or_an_explicit_word() {
    for (methods, all_interfaces, expected) in [
        (MethodSet::Auto, false, true),
        (MethodSet::Auto, true, false),
        (MethodSet::Safe, false, false),
        (MethodSet::Unsafe, true, true),
    ] {
        let config = RpcConfig {
            methods,
            all_interfaces,
            ..RpcConfig::default()
        };
        let (_chain, handle, _) = start(config).await;
        let client = WsClientBuilder::default().build(handle.url()).await.unwrap();
        let answer = client.request::<Value, _>("dev_advance", rpc_params![1]).await;
        assert_eq!(
            answer.is_ok(),
            expected,
            "{methods:?}, all interfaces: {all_interfaces}"
        );
        client.request::<Value, _>("system_chain", rpc_params![]).await.unwrap();
        let listed: Value = client.request("rpc_methods", rpc_params![]).await.unwrap();
        let lists = |name: &str| listed["methods"].as_array().unwrap().contains(&json!(name));
        assert!(lists("system_chain"));
        assert_eq!(lists("dev_advance"), expected, "what is listed can be called");
    }
}

/// Connections that take as much as a server gives: silent, with half a head, with half a body.
fn crowd(address: SocketAddr, size: usize) -> Vec<TcpStream> {
    let mut held = Vec::new();
    for n in 0..size {
        // The system may not let this test have more.
        let Ok(mut stream) = TcpStream::connect(address) else {
            break;
        };
        let text = match n % 4 {
            0 => String::new(),
            1 => "POST / HTTP/1.1\r\nx-".to_owned(),
            _ => format!(
                "POST / HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{{"
            ),
        };
        let _ = stream.write_all(text.as_bytes());
        held.push(stream);
    }
    held
}

#[tokio::test(flavor = "multi_thread")]
async fn unfinished_requests_keep_nobody_out_and_no_stop_up() {
    let (_chain, handle, address) = start(RpcConfig::default()).await;
    let before = latencies(address, 20).await;
    let held = tokio::task::spawn_blocking(move || crowd(address, 1500)).await.unwrap();
    let during = latencies(address, 20).await;
    println!(
        "{} connections held; mean and worst latency: {before:?} before, {during:?} during",
        held.len()
    );

    // A WebSocket that is not read, with more to send to it than the system takes.
    let mut unread = TcpStream::connect(address).unwrap();
    let upgrade = format!(
        "GET / HTTP/1.1\r\nhost: {address}\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    unread.write_all(upgrade.as_bytes()).unwrap();
    let mut head = [0; 64];
    unread.read_exact(&mut head).unwrap();
    assert!(head.starts_with(b"HTTP/1.1 101"));
    let text = call("state_getMetadata", &json!([]));
    for _ in 0..100 {
        // Masked with zeros; the text is between 126 bytes and 64 kB or below 126.
        let mut frame = vec![0x81, 0x80 | u8::try_from(text.len()).unwrap(), 0, 0, 0, 0];
        frame.extend(text.as_bytes());
        unread.write_all(&frame).unwrap();
    }
    latency(address).await;
    let began = Instant::now();
    tokio::time::timeout(PATIENCE, handle.stop()).await.expect("it stops");
    println!("stopped in {:?}", began.elapsed());
    assert!(began.elapsed() < Duration::from_secs(60));
    drop((held, unread));
}

#[tokio::test(flavor = "multi_thread")]
async fn large_subscriptions_are_bounded_and_cost_others_little() {
    let (chain, handle, address) = start(RpcConfig::default()).await;
    let before = latencies(address, 20).await;
    let keys: Vec<String> = (0..20_000u32).map(|n| format!("0x{:064x}", n)).collect();
    let mut clients = Vec::new();
    let mut subscriptions: Vec<Subscription<Value>> = Vec::new();
    let mut refused = 0;
    for n in 0..70 {
        if n % 5 == 0 {
            let builder = WsClientBuilder::default()
                .max_request_size(MESSAGE_BYTES_MAX)
                .max_response_size(32 << 20);
            clients.push(builder.build(format!("ws://{address}")).await.unwrap());
        }
        let client = clients.last().unwrap();
        match client
            .subscribe("state_subscribeStorage", rpc_params![&keys], "state_unsubscribeStorage")
            .await
        {
            Ok(subscription) => subscriptions.push(subscription),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 0, "there is an end to it");
    assert!(!subscriptions.is_empty());
    let busy = {
        let chain = chain.clone();
        tokio::task::spawn_blocking(move || chain.advance(200).unwrap())
    };
    let during = latencies(address, 20).await;
    busy.await.unwrap();
    println!(
        "{} subscriptions of 20,000 keys, {refused} refused; mean and worst latency: {before:?} before, {during:?} during",
        subscriptions.len()
    );
    // Others still have their share.
    let other = WsClientBuilder::default()
        .build(format!("ws://{address}"))
        .await
        .unwrap();
    let few = &keys[..100];
    let mut theirs: Subscription<Value> = other
        .subscribe("state_subscribeStorage", rpc_params![few], "state_unsubscribeStorage")
        .await
        .expect("a small subscription finds room");
    assert_eq!(next(&mut theirs).await["changes"].as_array().unwrap().len(), 100);
    // And given back, the room is there again.
    drop((subscriptions, clients));
    let began = Instant::now();
    loop {
        let builder = WsClientBuilder::default().max_request_size(MESSAGE_BYTES_MAX);
        let client = builder.build(format!("ws://{address}")).await.unwrap();
        let again = client
            .subscribe::<Value, _>("state_subscribeStorage", rpc_params![&keys], "state_unsubscribeStorage")
            .await;
        if again.is_ok() {
            break;
        }
        assert!(began.elapsed() < PATIENCE, "the room of closed connections comes back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let too_many: Vec<String> = (0..40_000u32).map(|n| format!("0x{n:08x}")).collect();
    let refused = other
        .subscribe::<Value, _>(
            "state_subscribeStorage",
            rpc_params![too_many],
            "state_unsubscribeStorage",
        )
        .await;
    assert!(refused.unwrap_err().to_string().contains("too many"));
    handle.stop().await;
}

async fn next(subscription: &mut Subscription<Value>) -> Value {
    tokio::time::timeout(PATIENCE, subscription.next())
        .await
        .unwrap()
        .unwrap()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn subscribers_see_writes_blocks_and_reverts() {
    let (chain, handle, _) = start(RpcConfig::default()).await;
    let client = WsClientBuilder::default().build(handle.url()).await.unwrap();
    let written = |value: Option<&[u8]>| vec![(vec![0xab, 0xcd], value.map(<[u8]>::to_vec))];
    chain.set_storage(written(Some(&[1]))).unwrap();
    let mut seen: Subscription<Value> = client
        .subscribe(
            "state_subscribeStorage",
            // One key twice, and one that never has a value.
            rpc_params![["0xabcd", "0xabcd", "0x99"]],
            "state_unsubscribeStorage",
        )
        .await
        .unwrap();
    let head = |chain: &Devnet| json!(format!("{:?}", chain.head().hash));
    assert_eq!(
        next(&mut seen).await,
        json!({ "block": head(&chain), "changes": [["0x99", null], ["0xabcd", "0x01"]] })
    );
    let snapshot = chain.snapshot().unwrap();
    chain.set_storage(written(Some(&[2]))).unwrap();
    assert_eq!(next(&mut seen).await["changes"], json!([["0xabcd", "0x02"]]));
    // Blocks that do not touch it say nothing; then it goes.
    chain.advance(5).unwrap();
    chain.set_storage(written(None)).unwrap();
    let gone = next(&mut seen).await;
    assert_eq!(gone, json!({ "block": head(&chain), "changes": [["0xabcd", null]] }));
    // A revert changes what differs, and only that.
    chain.revert(snapshot).unwrap();
    let back = next(&mut seen).await;
    assert_eq!(back, json!({ "block": head(&chain), "changes": [["0xabcd", "0x01"]] }));
    chain.set_storage(written(Some(&[3]))).unwrap();
    assert_eq!(next(&mut seen).await["changes"], json!([["0xabcd", "0x03"]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn dear_calls_of_one_do_not_stand_before_cheap_ones_of_others() {
    let (_chain, _handle, address) = start(RpcConfig::default()).await;
    let before = latencies(address, 20).await;
    let mut clients = Vec::new();
    let mut asked = Vec::new();
    for _ in 0..8 {
        let client = std::sync::Arc::new(
            WsClientBuilder::default()
                .build(format!("ws://{address}"))
                .await
                .unwrap(),
        );
        for _ in 0..100 {
            let client = client.clone();
            asked.push(tokio::spawn(async move {
                client.request::<Value, _>("state_getMetadata", rpc_params![]).await
            }));
        }
        clients.push(client);
    }
    let during = latencies(address, 20).await;
    println!("mean and worst latency: {before:?} before, {during:?} beside 800 dear calls");
    let unanswered = asked.iter().filter(|task| !task.is_finished()).count();
    println!("{unanswered} of them still wait");
    drop(clients);
    asked.iter().for_each(|task| task.abort());
}

#[tokio::test(flavor = "multi_thread")]
async fn sockets_that_do_nothing_make_room_for_others() {
    let connections = Limits {
        connections_max: 40,
        local_max: 40,
        patience: Duration::from_millis(50),
        ..Limits::default()
    };
    let config = RpcConfig {
        connections,
        ..RpcConfig::default()
    };
    let (chain, _handle, address) = start(config).await;
    let connect = async || {
        let began = Instant::now();
        loop {
            if let Ok(client) = WsClientBuilder::default().build(format!("ws://{address}")).await {
                return client;
            }
            assert!(began.elapsed() < PATIENCE, "no more WebSockets");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let follower = connect().await;
    let mut heads: Subscription<Value> = follower
        .subscribe("chain_subscribeNewHeads", rpc_params![], "chain_unsubscribeNewHeads")
        .await
        .unwrap();
    let mut idle = Vec::new();
    for _ in 0..120 {
        idle.push(connect().await);
    }
    let newcomer = connect().await;
    newcomer
        .request::<Value, _>("system_chain", rpc_params![])
        .await
        .unwrap();
    assert!(idle.iter().any(|client| !client.is_connected()), "some of them went");
    // Whoever follows the chain was there first and stays.
    assert_eq!(next(&mut heads).await["number"], "0x0");
    chain.advance(1).unwrap();
    assert_eq!(next(&mut heads).await["number"], "0x1");
}
