//! Every answer that is an error has the form of the OpenAI API.

use reqwest::Method;
use serde_json::Value;
use tributary_market_serve::{MinerKind, credential::Token, rail::Rail as _};

use crate::{shop::Shop, world::identity};

const ROUTES: [&str; 8] = [
    "/v1/completions",
    "/v1/models",
    "/v1/models/nothing",
    "/v1/tributary/offer",
    "/v1/tributary/status",
    "/v1/tributary/channels/1",
    "/v1/tributary/vouchers",
    "/nothing/at/all",
];

fn bodies() -> Vec<(&'static str, Vec<u8>, Option<&'static str>)> {
    vec![
        ("nothing", Vec::new(), None),
        ("nothing, said to be JSON", Vec::new(), Some("application/json")),
        ("no JSON", b"{\"model\":".to_vec(), Some("application/json")),
        ("JSON of another kind", b"[1, 2]".to_vec(), Some("application/json")),
        ("JSON without what is needed", b"{}".to_vec(), Some("application/json")),
        (
            "a wrong type",
            br#"{"model":7,"voucher":7,"max_tokens":"many"}"#.to_vec(),
            Some("application/json"),
        ),
        ("another content type", b"model=tributary".to_vec(), Some("text/plain")),
        ("a content type that is none", b"{}".to_vec(), Some("\u{1}")),
        ("no text", vec![0xff; 40], Some("application/json")),
        ("too much", vec![b' '; 300 << 10], Some("application/json")),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn every_error_is_in_the_form_that_clients_know() {
    let shop = Shop::open(&[(MinerKind::Honest, 1)], |_| {}).await;
    // No connection is used twice: one may end after a body that was not read.
    let http = tributary_neuron::http::peers()
        .pool_max_idle_per_host(0)
        .build()
        .unwrap();
    let (mut errors, mut seen) = (0, std::collections::BTreeSet::new());
    let methods = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
        Method::OPTIONS,
        Method::HEAD,
    ];
    let keys = [
        None,
        Some("Bearer sk-none".to_owned()),
        Some(format!("bearer {}", shop.token())),
    ];
    for route in ROUTES {
        for method in &methods {
            for key in &keys {
                for (what, body, kind) in bodies() {
                    let case = format!("{method} {route} with {what}, {key:?}");
                    let mut request = http.request(method.clone(), format!("{}{route}", shop.url)).body(body);
                    if let Some(Ok(kind)) = kind.map(reqwest::header::HeaderValue::from_str) {
                        request = request.header("content-type", kind);
                    }
                    if let Some(key) = key {
                        request = request.header("authorization", key);
                    }
                    let answer = match request.send().await {
                        // Who does not wait for all of a body may close before the answer is read.
                        Err(_) if what == "too much" => continue,
                        answer => answer.unwrap_or_else(|error| panic!("{case}: {error}")),
                    };
                    let status = answer.status();
                    if status.is_success() {
                        continue;
                    }
                    errors += 1;
                    seen.insert(status.as_u16());
                    let kind = answer
                        .headers()
                        .get("content-type")
                        .map(|kind| kind.to_str().unwrap().to_owned());
                    assert_eq!(kind.as_deref(), Some("application/json"), "{case}: {status}");
                    let text = answer.text().await.unwrap();
                    if *method == Method::HEAD {
                        assert_eq!(text, "", "{case}");
                        continue;
                    }
                    let answer: Value = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{case}: {e} in {text}"));
                    let error = answer["error"].as_object().unwrap_or_else(|| panic!("{case}: {text}"));
                    for field in ["message", "type", "code"] {
                        let told = error[field].as_str().unwrap_or_default();
                        assert!(!told.is_empty(), "{case}: {text}");
                    }
                    assert!(error.contains_key("param"), "{case}: {text}");
                    assert_ne!(status.as_u16(), 500, "{case}: {text}");
                    if route.ends_with("completions")
                        && *method == Method::POST
                        && key == &keys[2]
                        && what == "a wrong type"
                    {
                        assert_eq!(
                            (status.as_u16(), error["param"].as_str()),
                            (400, Some("model")),
                            "{text}"
                        );
                    }
                }
            }
        }
    }
    assert!(errors > 1_000, "{errors}");
    assert_eq!(seen.into_iter().collect::<Vec<u16>>(), [400, 401, 404, 405, 413]);
    shop.close().await;
}

/// What the server refuses before any route sees it.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_does_not_come_is_refused_in_the_form_too() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let shop = Shop::open(&[(MinerKind::Honest, 1)], |_| {}).await;
    let mut socket = tokio::net::TcpStream::connect(shop.gateway.address).await.unwrap();
    let head = "POST /v1/completions HTTP/1.1\r\nhost: here\r\ncontent-length: 100\r\n";
    // Without a good credential the body would not be waited for.
    let head = format!("{head}authorization: Bearer {}\r\n\r\n{{", shop.token());
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("HTTP/1.1 408") && head.contains("application/json"),
        "{answer}"
    );
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["error"]["code"], "timeout", "{body}");
    shop.close().await;
}

/// A connection on which everything is sent by hand.
async fn send(shop: &Shop, text: &str) -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(shop.gateway.address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = vec![0; 12];
    let read = stream.read_exact(&mut answer);
    let read = tokio::time::timeout(std::time::Duration::from_secs(30), read).await;
    read.expect("it is answered").unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_read_of_whoever_shows_no_good_credential() {
    let shop = Shop::open(&[(MinerKind::Honest, 1)], |_| {}).await;
    // The body never comes, so whoever is answered was answered without it.
    let head = "POST /v1/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n";
    for key in ["", "authorization: Bearer sk-none\r\n"] {
        let answer = send(&shop, &format!("{head}{key}\r\n")).await;
        assert!(answer.ends_with("401"), "{answer}");
    }
    let stranger = Token::sign(&identity(77), &shop.rail.genesis(), shop.channel, 5_000);
    let answer = send(&shop, &format!("{head}authorization: Bearer {stranger}\r\n\r\n")).await;
    assert!(answer.ends_with("401"), "{answer}");
    let body = "x".repeat(1025);
    let head = "POST /v1/tributary/vouchers HTTP/1.1\r\nhost: x\r\ncontent-length: 1025\r\n\r\n";
    let answer = send(&shop, &format!("{head}{body}")).await;
    assert!(answer.ends_with("413"), "a voucher is no longer than 1 KiB: {answer}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn little_is_sent_back_of_what_was_sent() {
    let shop = Shop::open(&[(MinerKind::Honest, 1)], |_| {}).await;
    let long = "m".repeat(3_000);
    let urls = [
        format!("/v1/models/{long}"),
        format!("/v1/tributary/channels/{long}"),
        format!("/{long}"),
    ];
    for path in urls {
        let url = format!("{}{path}", shop.url);
        for method in [Method::GET, Method::PUT] {
            let answer = shop
                .http
                .request(method, &url)
                .bearer_auth(shop.token())
                .send()
                .await
                .unwrap();
            assert!(answer.status().is_client_error());
            let text = answer.text().await.unwrap();
            assert!(text.len() < 600, "{text}");
        }
    }
    let (status, text) = shop
        .post(&shop.token(), serde_json::json!({ "model": long }), None)
        .await;
    assert!(status == 400 && text.len() < 600, "{status} {text}");
    let unknown = "m".repeat(128);
    let (status, text) = shop
        .post(&shop.token(), serde_json::json!({ "model": unknown }), None)
        .await;
    assert!(status == 404 && text.contains("there is no model"), "{status} {text}");
    shop.close().await;
}
