//! Every answer that is an error has the form of the OpenAI API.

use reqwest::Method;
use serde_json::Value;
use tributary_market_serve::MinerKind;

use crate::shop::Shop;

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
    let head = "POST /v1/completions HTTP/1.1\r\nhost: here\r\ncontent-length: 100\r\n\r\n{";
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
