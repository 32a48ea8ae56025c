//! What strangers at the door of a running program can and cannot do.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::support::{ChainProcess, run};

/// A stop takes a few seconds; without a deadline it takes for ever.
const STOP_MAX: Duration = Duration::from_secs(60);

fn connect(chain: &ChainProcess) -> (TcpStream, String) {
    let authority = chain.endpoint.trim_start_matches("ws://").to_owned();
    let stream = TcpStream::connect(&authority).unwrap();
    stream.set_read_timeout(Some(STOP_MAX)).unwrap();
    (stream, authority)
}

fn ask(chain: &ChainProcess, headers: &str, body: &str) -> String {
    let (mut stream, authority) = connect(chain);
    let length = body.len();
    write!(
        stream,
        "POST / HTTP/1.1\r\nhost: {authority}\r\ncontent-type: application/json\r\n{headers}connection: close\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn neither_unfinished_requests_nor_unread_answers_keep_a_chain_from_stopping() {
    let folder = tempfile::tempdir().unwrap();
    let chain = ChainProcess::start(folder.path(), &[]);
    let (mut unfinished, authority) = connect(&chain);
    write!(
        unfinished,
        "POST / HTTP/1.1\r\nhost: {authority}\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{{"
    )
    .unwrap();
    let (mut unread, _) = connect(&chain);
    write!(
        unread,
        "GET / HTTP/1.1\r\nhost: {authority}\r\nupgrade: websocket\r\nconnection: upgrade\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    .unwrap();
    let mut head = [0; 12];
    unread.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"HTTP/1.1 101");
    let text = br#"{"jsonrpc":"2.0","id":1,"method":"state_getMetadata"}"#;
    for _ in 0..150 {
        // A masked text frame whose mask is zero.
        unread.write_all(&[0x81, 0x80 | text.len() as u8, 0, 0, 0, 0]).unwrap();
        unread.write_all(text).unwrap();
    }
    // Somebody else is served beside them, so they have been read.
    assert!(ask(&chain, "", r#"{"jsonrpc":"2.0","id":1,"method":"system_chain"}"#).contains("result"));
    let began = Instant::now();
    chain.stop();
    println!("stopped in {:?}", began.elapsed());
    assert!(began.elapsed() < STOP_MAX);
}

#[test]
fn options_say_who_may_call_a_chain() {
    let folder = tempfile::tempdir().unwrap();
    let advance = r#"{"jsonrpc":"2.0","id":1,"method":"dev_advance","params":[1]}"#;
    let powerful = |chain: &ChainProcess, headers: &str| {
        let answer = ask(chain, headers, advance);
        answer.starts_with("HTTP/1.1 200") && answer.contains("\"result\"")
    };
    let chain = ChainProcess::start(&folder.path().join("a"), &[]);
    assert!(powerful(&chain, "") && powerful(&chain, "origin: http://localhost:3000\r\n"));
    assert!(!powerful(&chain, "origin: https://mine.example\r\n"));
    chain.stop();
    let options = ["--rpc-cors", "https://mine.example,http://other.example:*"];
    let chain = ChainProcess::start(&folder.path().join("b"), &options);
    assert!(powerful(&chain, "origin: https://mine.example\r\n"));
    assert!(powerful(&chain, "origin: http://other.example:81\r\n"));
    assert!(!powerful(&chain, "origin: http://localhost:3000\r\n"));
    chain.stop();
    let chain = ChainProcess::start(&folder.path().join("c"), &["--rpc-external"]);
    assert!(!powerful(&chain, ""), "strangers could reach it");
    assert_eq!(chain.run(&["status", "--json"]).code, 0, "the rest works");
    chain.stop();
    let options = ["--rpc-external", "--rpc-methods", "unsafe"];
    let chain = ChainProcess::start(&folder.path().join("d"), &options);
    assert!(powerful(&chain, ""), "it was asked for");
    chain.stop();
    run(&["chain", "--rpc-cors", "mine.example"]).fails(2, &["--rpc-cors", "is not an origin"]);
    run(&["chain", "--rpc-methods", "some"]).fails(2, &["--rpc-methods"]);
}
