//! Strangers at an axon's door, over real HTTP on this machine.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use bytes::Bytes;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_util::sync::CancellationToken;
use tributary_http::Limits;
use tributary_neuron::{
    Answer, Axon, AxonLimits, Call, Dendrite, DendriteLimits, Handler, Hotkey, Identity, Reach, Refusal,
    envelope::{Envelope, now_ns, sha256},
};

/// More than sockets take in advance.
const LARGE: usize = 64 << 20;

struct Echo;

#[async_trait]
impl Handler for Echo {
    async fn handle(&self, call: Call) -> Result<Answer, Refusal> {
        if call.route == "large" {
            return Ok(Bytes::from(vec![7; LARGE]).into());
        }
        Ok(call.body.into())
    }

    fn public(&self, path: &str) -> Option<Bytes> {
        (path == "file").then(|| Bytes::from(vec![7; 1 << 20]))
    }
}

fn identity(n: u8) -> Identity {
    Identity::from_seed(&[n; 32])
}

/// An axon of the second identity, which admits identities 1, 3 and 4.
async fn axon(listen: SocketAddr, cancel: &CancellationToken) -> Axon {
    axon_within(listen, cancel, AxonLimits::default()).await
}

async fn axon_within(listen: SocketAddr, cancel: &CancellationToken, limits: AxonLimits) -> Axon {
    let admitted = [1, 3, 4].map(|n| identity(n).hotkey());
    let gate = Arc::new(move |sender: &Hotkey| admitted.contains(sender));
    // The clock of the system may be coarser than an axon is quick.
    let limits = AxonLimits {
        rate_per_second: 1000.0,
        burst: 1000.0,
        ..limits
    };
    Axon::spawn(identity(2), listen, Arc::new(Echo), gate, limits, cancel.clone())
        .await
        .unwrap()
}

fn any_port() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

fn envelope(sender: &Identity, body: &[u8]) -> Envelope {
    Envelope {
        sender: sender.hotkey(),
        receiver: identity(2).hotkey(),
        nonce: now_ns(),
        id: rand::random(),
        body: sha256(body),
    }
}

/// The head of a request, signed by `signer`.
fn head(envelope: &Envelope, signer: &Identity, route: &str, length: usize) -> String {
    let mut head = format!("POST /{route} HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n");
    for (name, value) in envelope.headers(signer, route) {
        head += &format!("{name}: {value}\r\n");
    }
    head + "\r\n"
}

/// A request whose body has begun and does not go on.
async fn unfinished(address: SocketAddr, envelope: &Envelope, signer: &Identity) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let text = head(envelope, signer, "echo", 1000) + "x";
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

async fn status(mut stream: TcpStream) -> u16 {
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    std::str::from_utf8(&answer[9..]).unwrap().parse().unwrap()
}

async fn is_answered(dendrite: &Dendrite, address: SocketAddr) {
    let hello = Bytes::from_static(b"hello");
    let answer = dendrite.call(identity(2).hotkey(), address, "echo", hello, 100).await;
    assert_eq!(&answer.unwrap()[..], b"hello");
}

#[tokio::test]
async fn forged_and_unfinished_requests_keep_nobody_out() {
    let cancel = CancellationToken::new();
    let address = axon(any_port(), &cancel).await.address;
    let dendrite = Dendrite::new(identity(1), DendriteLimits::within(Reach::Private));
    let mut held = Vec::new();
    for n in 0..200 {
        let stranger = identity(5);
        let body = vec![b'x'; 1000];
        let (envelope, signer) = match n % 4 {
            // A stranger's own signature; nobody's; one in the name of somebody admitted.
            0 => (envelope(&stranger, &body), stranger),
            1 => (envelope(&identity(1), &body), stranger),
            2 => (envelope(&identity(3), &body), stranger),
            // Somebody admitted, who would take every place.
            _ => (envelope(&identity(3), &body), identity(3)),
        };
        held.push(unfinished(address, &envelope, &signer).await);
        if n % 20 == 19 {
            is_answered(&dendrite, address).await;
        }
    }
    let begun = Instant::now();
    for _ in 0..20 {
        is_answered(&dendrite, address).await;
    }
    println!(
        "{:?} for each of 20 requests beside 200 held ones",
        begun.elapsed() / 20
    );
    // Strangers are refused at once, by their headers.
    assert_eq!(status(held.swap_remove(1)).await, 401);
    assert_eq!(status(held.swap_remove(0)).await, 403);
    cancel.cancel();
}

#[tokio::test]
async fn a_request_does_not_pass_again_after_a_restart() {
    let cancel = CancellationToken::new();
    // However long the restart takes, the nonce is not too old.
    let limits = AxonLimits {
        nonce_age_max: Duration::from_secs(3600),
        ..AxonLimits::default()
    };
    let first = axon_within(any_port(), &cancel, limits.clone()).await;
    let address = first.address;
    let (alice, body) = (identity(1), b"pay me");
    let envelope = envelope(&alice, body);
    let post = async || {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let text = head(&envelope, &alice, "echo", body.len());
        stream.write_all(&[text.as_bytes(), body].concat()).await.unwrap();
        status(stream).await
    };
    assert_eq!(post().await, 200);
    assert_eq!(post().await, 409, "the same one again");
    cancel.cancel();
    first.task.await.unwrap();

    let cancel = CancellationToken::new();
    let second = axon_within(address, &cancel, limits).await;
    assert_eq!(second.address, address);
    assert_eq!(
        post().await,
        401,
        "the same one again, to an axon that remembers nothing"
    );
    // Whoever signs anew is answered.
    is_answered(
        &Dendrite::new(identity(1), DendriteLimits::within(Reach::Private)),
        address,
    )
    .await;
    cancel.cancel();
}

#[tokio::test]
async fn a_crowd_of_silent_connections_keeps_nobody_out() {
    let cancel = CancellationToken::new();
    let address = axon(any_port(), &cancel).await.address;
    let dendrite = Dendrite::new(identity(1), DendriteLimits::within(Reach::Private));
    let mut held = Vec::new();
    for n in 0..1500 {
        // The system may refuse this test itself more.
        let Ok(stream) = TcpStream::connect(address).await else {
            break;
        };
        held.push(stream);
        if n % 100 == 99 {
            is_answered(&dendrite, address).await;
        }
    }
    is_answered(&dendrite, address).await;
    drop(held);
    cancel.cancel();
}

#[tokio::test]
async fn public_files_are_shared_out() {
    let cancel = CancellationToken::new();
    let address = axon(any_port(), &cancel).await.address;
    let client = tributary_neuron::http::peers().build().unwrap();
    let file = async || {
        let answer = client
            .get(format!("http://{address}/public/file"))
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.bytes().await.unwrap().len())
    };
    assert_eq!(file().await, (200, 1 << 20));
    // Readers who stop reading hold their share and not more; each socket takes less than a file.
    let mut held = Vec::new();
    for _ in 0..40 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream
            .write_all(b"GET /public/file HTTP/1.1\r\nhost: x\r\n\r\n")
            .await
            .unwrap();
        held.push(stream);
    }
    drop(held);
    let begun = Instant::now();
    while file().await != (200, 1 << 20) {
        assert!(begun.elapsed() < Duration::from_secs(60), "places come back");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    cancel.cancel();
}

/// Asks for the large answer and reads no more than its status.
async fn unread(address: SocketAddr, sender: &Identity) -> (u16, TcpStream) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let text = head(&envelope(sender, b""), sender, "large", 0);
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    (std::str::from_utf8(&answer[9..]).unwrap().parse().unwrap(), stream)
}

#[tokio::test]
async fn an_answer_holds_its_place_until_it_is_read_and_a_dripping_reader_is_cut() {
    let cancel = CancellationToken::new();
    let limits = AxonLimits {
        per_sender_max: 2,
        connections: Limits {
            write_pause_max: Duration::from_secs(1),
            write_bytes_min: 32 << 20,
            ..Limits::default()
        },
        ..AxonLimits::default()
    };
    let address = axon_within(any_port(), &cancel, limits).await.address;
    let mut held = Vec::new();
    for _ in 0..2 {
        let (status, stream) = unread(address, &identity(3)).await;
        assert_eq!(status, 200);
        held.push(stream);
    }
    assert_eq!(
        unread(address, &identity(3)).await.0,
        503,
        "its share is taken by what it does not read"
    );
    assert_eq!(unread(address, &identity(4)).await.0, 200, "not that of others");
    // Reading a little now and then keeps no place.
    let begun = Instant::now();
    let mut chunk = vec![0; 1 << 16];
    while unread(address, &identity(3)).await.0 != 200 {
        for stream in &mut held {
            let _ = stream.read(&mut chunk).await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(begun.elapsed() < Duration::from_secs(60), "places come back");
    }
    cancel.cancel();
}
