//! What strangers can and cannot do to a server, over real sockets of this machine. Time limits are short here, and
//! nothing depends on how fast the machine is: waits end when what is waited for happens.

use std::{
    io::ErrorKind,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Extension,
    routing::{get, post},
};
use futures::future::join_all;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;
use tributary_http::{Guard, Hosts, Limits, Origins, Peer, Trust, spawn};

/// Far more than anything here takes; whatever takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);

struct World {
    address: SocketAddr,
    cancel: CancellationToken,
    task: JoinHandle<()>,
    /// Bodies that were read to their end.
    read: Arc<AtomicUsize>,
    /// Requests that are never answered.
    never: Arc<AtomicUsize>,
    /// Requests that are answered when they are let go, and how many are.
    held: Arc<AtomicUsize>,
    let_go: Arc<Semaphore>,
}

impl World {
    async fn with(limits: Limits) -> Self {
        let read = Arc::new(AtomicUsize::new(0));
        let never = Arc::new(AtomicUsize::new(0));
        let (held, let_go) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(0)));
        let (counted, entered, here, gate) = (read.clone(), never.clone(), held.clone(), let_go.clone());
        let router = Router::new()
            .route("/", get(async || "here"))
            .route(
                "/peer",
                get(async |Extension(peer): Extension<Peer>| format!("{:?}", peer.client)),
            )
            .route(
                "/held",
                get(async move || {
                    here.fetch_add(1, Ordering::Relaxed);
                    gate.acquire().await.unwrap().forget();
                    "done"
                }),
            )
            .route(
                "/never",
                get(async move || {
                    entered.fetch_add(1, Ordering::Relaxed);
                    std::future::pending::<()>().await;
                    "never"
                }),
            )
            .route("/large", get(async || Body::from(Bytes::from(vec![0; 64 << 20]))))
            .route(
                "/echo",
                post(async move |body: Bytes| {
                    counted.fetch_add(1, Ordering::Relaxed);
                    body
                }),
            );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let cancel = CancellationToken::new();
        let task = spawn(
            "a test",
            vec![listener],
            limits,
            move |_| router.clone(),
            cancel.clone(),
        );
        Self {
            address,
            cancel,
            task,
            read,
            never,
            held,
            let_go,
        }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn send(&self, text: &str) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    /// Head and body of the answer to a GET on a connection of its own, or what went wrong.
    async fn get(&self, path: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(self.address).await?;
        let head = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await?;
        all(&mut stream).await
    }

    /// Asks until it is answered, and counts the refusals before.
    async fn get_at_last(&self, path: &str) -> usize {
        let started = Instant::now();
        let mut refused = 0;
        while started.elapsed() < PATIENCE {
            match self.get(path).await {
                Ok(answer) if answer.starts_with("HTTP/1.1 200") => return refused,
                _ => refused += 1,
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("nobody is served any more");
    }

    async fn stop(self) {
        self.cancel.cancel();
        tokio::time::timeout(PATIENCE, self.task)
            .await
            .expect("it stops")
            .unwrap();
    }
}

/// Waits until so many requests are under way.
async fn until(counter: &AtomicUsize, count: usize) {
    let started = Instant::now();
    while counter.load(Ordering::Relaxed) < count {
        assert!(started.elapsed() < PATIENCE, "the requests do not come in");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn all(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer))
        .await
        .expect("the server ends the connection")?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

/// Waits until the server has ended a connection without a word.
async fn is_ended(stream: &mut TcpStream) {
    match all(stream).await {
        Ok(answer) => assert_eq!(answer, ""),
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
    }
}

#[tokio::test]
async fn whoever_asks_is_answered() {
    let world = World::with(Limits::default()).await;
    let answer = world.get("/").await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("here"),
        "{answer}"
    );
    assert!(world.get("/peer").await.unwrap().ends_with("Local"));
    // Several requests on one connection.
    let mut stream = world.connect().await;
    for _ in 0..3 {
        let body = "x".repeat(100_000);
        let text = format!(
            "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut seen = 0;
        let mut chunk = vec![0; 1 << 16];
        while seen < body.len() {
            seen += stream.read(&mut chunk).await.unwrap();
        }
    }
    assert_eq!(world.read.load(Ordering::Relaxed), 3);
    drop(stream);
    world.stop().await;
}

#[tokio::test]
async fn connections_that_say_nothing_make_room_for_those_that_do() {
    let limits = Limits {
        connections_max: 40,
        local_max: 40,
        head_time_max: PATIENCE * 10,
        idle_time_max: PATIENCE * 10,
        patience: Duration::from_millis(50),
        ..Limits::default()
    };
    let world = World::with(limits).await;
    // Silent ones, dripping heads, dripping bodies: ten times as many as there are places.
    let mut held = Vec::new();
    for n in 0..400 {
        let text = match n % 3 {
            0 => "",
            1 => "GET / HTTP/1.1\r\nx-",
            _ => "POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nx",
        };
        held.push(world.send(text).await);
    }
    let refused = world.get_at_last("/").await;
    println!("refused before the first answer: {refused}");
    for _ in 0..20 {
        world.get_at_last("/").await;
    }
    drop(held);
}

#[tokio::test]
async fn whoever_is_being_served_keeps_the_place() {
    let limits = Limits {
        connections_max: 4,
        local_max: 4,
        patience: Duration::ZERO,
        ..Limits::default()
    };
    let world = World::with(limits).await;
    let busy = join_all((0..4).map(|_| world.send("GET /never HTTP/1.1\r\nhost: x\r\n\r\n"))).await;
    until(&world.never, 4).await;
    // The answer may be lost, as the server closes with the request unread.
    match world.get("/").await {
        Ok(answer) => assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 503"), "{answer}"),
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
    }
    drop(busy);
    world.get_at_last("/").await;
}

#[tokio::test]
async fn heads_bodies_and_silences_have_their_time() {
    let limits = Limits {
        head_time_max: Duration::from_millis(200),
        body_pause_max: Duration::from_millis(200),
        idle_time_max: Duration::from_millis(200),
        ..Limits::default()
    };
    let world = World::with(limits).await;
    is_ended(&mut world.send("").await).await;
    is_ended(&mut world.send("GET / HTTP/1.1\r\nhost:").await).await;
    let mut idle = world.send("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(all(&mut idle).await.unwrap().ends_with("here"), "answered, then ended");
    let mut body = world
        .send("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nx")
        .await;
    let answer = all(&mut body).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");

    // A byte now and then is not enough.
    let mut body = world
        .send("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\nx")
        .await;
    let started = Instant::now();
    while body.write_all(b"x").await.is_ok() {
        assert!(started.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(world.read.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn whoever_does_not_read_is_cut() {
    let limits = Limits {
        write_pause_max: Duration::from_millis(300),
        ..Limits::default()
    };
    let world = World::with(limits).await;
    // Nothing is to be seen of the cut before the client reads, so it reads after longer and longer silences.
    let mut silence = Duration::from_secs(1);
    loop {
        let mut stream = world.send("GET /large HTTP/1.1\r\nhost: x\r\n\r\n").await;
        tokio::time::sleep(silence).await;
        let answer = all(&mut stream).await;
        if answer.as_ref().map_or(true, |text| text.len() < 64 << 20) {
            break;
        }
        silence *= 2;
        assert!(silence < PATIENCE, "the answer was written whole");
    }
    // Reading slowly is no reason: all of it takes longer than a pause may be, each pause is far shorter.
    let world = World::with(Limits {
        write_pause_max: Duration::from_secs(3),
        ..Limits::default()
    })
    .await;
    let mut stream = world
        .send("GET /large HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
        .await;
    let (mut seen, mut chunk) = (0, vec![0; 4 << 20]);
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        match stream.read(&mut chunk).await.unwrap() {
            0 => break,
            n => seen += n,
        }
    }
    assert!(seen > 64 << 20);
}

/// Reads a little now and then: each time something more can be written, so a pause alone is never too long.
#[tokio::test]
async fn whoever_reads_in_drips_is_cut() {
    let limits = Limits {
        write_pause_max: Duration::from_secs(1),
        write_bytes_min: 32 << 20,
        ..Limits::default()
    };
    let world = World::with(limits).await;
    let mut stream = world.send("GET /large HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let (mut seen, mut chunk) = (0, vec![0; 64 << 10]);
    let started = Instant::now();
    loop {
        assert!(started.elapsed() < PATIENCE, "it holds its place for ever");
        tokio::time::sleep(Duration::from_millis(40)).await;
        match stream.read(&mut chunk).await {
            Ok(0) | Err(_) => break,
            Ok(n) => seen += n,
        }
    }
    assert!(seen < 64 << 20, "the answer was not written whole: {seen}");
    world.get_at_last("/").await;
}

#[tokio::test]
async fn a_stop_has_a_deadline() {
    let limits = Limits {
        stop_patience: Duration::from_millis(200),
        stop_time_max: PATIENCE / 2,
        ..Limits::default()
    };
    let world = World::with(limits.clone()).await;
    let under_way = world.send("GET /held HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let held = [
        world.send("").await,
        world.send("GET / HTTP").await,
        world
            .send("POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\nx")
            .await,
        world.send("GET /large HTTP/1.1\r\nhost: x\r\n\r\n").await,
    ];
    // All of them have been read.
    while world.get("/").await.is_err() {}
    let mut under_way = under_way;
    let reading = tokio::spawn(async move { all(&mut under_way).await });
    until(&world.held, 1).await;
    // It is let go only after the stop has begun.
    let let_go = world.let_go.clone();
    let cancelled = world.cancel.clone();
    let letting_go = tokio::spawn(async move {
        cancelled.cancelled().await;
        let_go.add_permits(1);
    });
    world.stop().await;
    letting_go.await.unwrap();
    let answer = reading.await.unwrap().unwrap();
    assert!(answer.ends_with("done"), "a request under way is answered: {answer}");
    drop(held);

    // One that never ends is cut.
    let world = World::with(Limits {
        stop_time_max: Duration::from_secs(1),
        ..limits
    })
    .await;
    let mut never = world.send("GET /never HTTP/1.1\r\nhost: x\r\n\r\n").await;
    until(&world.never, 1).await;
    world.stop().await;
    is_ended(&mut never).await;
}

#[tokio::test]
async fn pages_of_strangers_are_refused_unread() {
    let read = Arc::new(AtomicUsize::new(0));
    let counted = read.clone();
    let guard = Guard::new(
        Origins::default().with_limited("https://guest.example").unwrap(),
        Hosts::default(),
        "ask the owner",
    );
    let cors = guard.cors();
    let router = Router::new()
        .route(
            "/",
            post(async move |Extension(trust): Extension<Trust>, _: Bytes| {
                counted.fetch_add(1, Ordering::Relaxed);
                format!("{trust:?}")
            }),
        )
        .layer(tower::ServiceBuilder::new().layer(guard).layer(cors));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let cancel = CancellationToken::new();
    spawn(
        "a test",
        vec![listener],
        Limits::default(),
        move |_| router.clone(),
        cancel.clone(),
    );
    let ask = async |method: &str, headers: &str| {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let text = format!("{method} / HTTP/1.1\r\nconnection: close\r\ncontent-length: 1\r\n{headers}\r\nx");
        stream.write_all(text.as_bytes()).await.unwrap();
        all(&mut stream).await.unwrap()
    };
    let host = format!("host: {address}\r\n");
    for (headers, trust) in [
        (host.clone(), "Full"),
        (format!("{host}origin: http://localhost:3000\r\n"), "Full"),
        (format!("{host}origin: https://guest.example\r\n"), "Limited"),
    ] {
        let answer = ask("POST", &headers).await;
        assert!(
            answer.starts_with("HTTP/1.1 200") && answer.ends_with(trust),
            "{answer}"
        );
        assert_eq!(
            answer.contains("access-control-allow-origin"),
            headers.contains("origin"),
            "{answer}"
        );
    }
    assert_eq!(read.load(Ordering::Relaxed), 3);
    for headers in [
        format!("{host}origin: https://evil.example\r\n"),
        format!("{host}origin: https://evil.example\r\ncontent-type: text/plain\r\n"),
        format!("{host}origin: null\r\n"),
        "host: evil.example\r\n".to_owned(),
        format!(
            "host: evil.example:{}\r\norigin: http://evil.example:{}\r\n",
            address.port(),
            address.port()
        ),
    ] {
        for method in ["POST", "OPTIONS", "GET"] {
            let answer = ask(method, &headers).await;
            assert!(answer.starts_with("HTTP/1.1 403"), "{method} {headers}: {answer}");
            assert!(
                answer.contains("ask the owner") && !answer.contains("access-control"),
                "{answer}"
            );
        }
    }
    assert_eq!(read.load(Ordering::Relaxed), 3, "none of them was run");
    cancel.cancel();
}
