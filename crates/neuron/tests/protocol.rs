//! The protocol between neurons, over real HTTP on this machine.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt as _;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tributary_neuron::{
    Answer, Axon, AxonLimits, Call, Dendrite, DendriteError, DendriteLimits, Handler, Hotkey, Identity, Reach, Refusal,
    envelope::{Envelope, SIGNATURE, TRAILER, now_ns, sha256},
    http,
};

/// Longer than any machine takes for what is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

/// Its route `held` is answered when the test lets it go.
struct Echo {
    /// One permit for each request that has come in to `held`.
    entered: Arc<Semaphore>,
    /// A request of `held` leaves with one permit.
    released: Arc<Semaphore>,
}

#[async_trait]
impl Handler for Echo {
    async fn handle(&self, call: Call) -> Result<Answer, Refusal> {
        match call.route.as_str() {
            "echo" => Ok(call.body.into()),
            "large" => Ok(Bytes::from(vec![0; 100_000]).into()),
            "held" => {
                self.entered.add_permits(1);
                self.released.acquire().await.unwrap().forget();
                Ok(Bytes::from_static(b"done").into())
            }
            // Events of the body's bytes; a zero breaks the answer off.
            "events" => {
                let events = call.body.into_iter().map(|byte| match byte {
                    0 => Err(Refusal::bad_request("a zero")),
                    byte => Ok(Bytes::from(format!("data: {byte}\n\n"))),
                });
                Ok(Answer::Events(futures::stream::iter(events).boxed()))
            }
            other => Err(Refusal::not_found(format!("no {other} here"))),
        }
    }
}

struct World {
    alice: Identity,
    bob: Identity,
    address: SocketAddr,
    cancel: CancellationToken,
    axon: Axon,
    entered: Arc<Semaphore>,
    released: Arc<Semaphore>,
}

impl World {
    async fn with(limits: AxonLimits) -> Self {
        let (alice, bob) = (Identity::from_seed(&[1; 32]), Identity::from_seed(&[2; 32]));
        let admitted = alice.hotkey();
        let cancel = CancellationToken::new();
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let gate = Arc::new(move |sender: &Hotkey| *sender == admitted);
        let (entered, released) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let echo = Arc::new(Echo {
            entered: entered.clone(),
            released: released.clone(),
        });
        let axon = Axon::spawn(bob.clone(), listen, echo, gate, limits, cancel.clone())
            .await
            .unwrap();
        Self {
            alice,
            bob,
            address: axon.address,
            cancel,
            axon,
            entered,
            released,
        }
    }

    fn envelope(&self, body: &[u8]) -> Envelope {
        let (sender, receiver) = (self.alice.hotkey(), self.bob.hotkey());
        Envelope {
            sender,
            receiver,
            nonce: now_ns(),
            id: [7; 16],
            body: sha256(body),
        }
    }

    /// Posts with these headers and returns the status.
    async fn post(&self, envelope: &Envelope, signer: &Identity, route: &str, body: &[u8]) -> u16 {
        let client = http::peers().build().unwrap();
        let mut request = client
            .post(format!("http://{}/{route}", self.address))
            .body(body.to_vec());
        for (name, value) in envelope.headers(signer, route) {
            request = request.header(name, value);
        }
        request.send().await.unwrap().status().as_u16()
    }

    fn dendrite(&self) -> Dendrite {
        Dendrite::new(
            self.alice.clone(),
            DendriteLimits {
                time_max: PATIENCE,
                ..DendriteLimits::within(Reach::Private)
            },
        )
    }

    async fn call(&self, dendrite: &Dendrite, route: &str, bytes_max: usize) -> Result<Bytes, DendriteError> {
        dendrite
            .call(
                self.bob.hotkey(),
                self.address,
                route,
                Bytes::from_static(b"hello"),
                bytes_max,
            )
            .await
    }
}

#[tokio::test]
async fn answers_are_signed_and_refusals_readable() {
    let world = World::with(AxonLimits::default()).await;
    let dendrite = world.dendrite();
    assert_eq!(&world.call(&dendrite, "echo", 100).await.unwrap()[..], b"hello");
    let refused = world.call(&dendrite, "nothing", 100).await.unwrap_err();
    assert!(matches!(&refused, DendriteError::Refused { status: 404, message, .. } if message == "no nothing here"));
    assert!(matches!(
        world.call(&dendrite, "large", 100).await,
        Err(DendriteError::TooLarge { .. })
    ));
    // The same address under another name: the axon itself refuses, and its answer would not fit either.
    let stranger = Identity::from_seed(&[3; 32]).hotkey();
    let misdirected = dendrite.call(stranger, world.address, "echo", Bytes::new(), 100).await;
    assert!(matches!(misdirected, Err(DendriteError::Refused { status: 421, .. })));
    // Somebody who is not registered.
    let outsider = Dendrite::new(Identity::from_seed(&[4; 32]), DendriteLimits::within(Reach::Private));
    assert!(matches!(
        world.call(&outsider, "echo", 100).await,
        Err(DendriteError::Refused { status: 403, .. })
    ));
}

#[tokio::test]
async fn replays_and_forgeries_are_refused() {
    let world = World::with(AxonLimits::default()).await;
    let body = b"body";
    let envelope = world.envelope(body);
    assert_eq!(world.post(&envelope, &world.alice, "echo", body).await, 200);
    assert_eq!(
        world.post(&envelope, &world.alice, "echo", body).await,
        409,
        "the same request again"
    );
    let older = Envelope {
        nonce: envelope.nonce - 1,
        id: [8; 16],
        ..envelope.clone()
    };
    assert_eq!(
        world.post(&older, &world.alice, "echo", body).await,
        409,
        "an older nonce"
    );

    let fresh = world.envelope(body);
    assert_eq!(
        world.post(&fresh, &world.alice, "echo", b"other").await,
        401,
        "another body"
    );
    assert_eq!(
        world.post(&fresh, &world.bob, "echo", body).await,
        401,
        "another signer"
    );
    let elsewhere = Envelope {
        receiver: world.alice.hotkey(),
        ..fresh.clone()
    };
    assert_eq!(
        world.post(&elsewhere, &world.alice, "echo", body).await,
        421,
        "another receiver"
    );
    for nonce in [fresh.nonce - 60_000_000_000, fresh.nonce + 60_000_000_000, 0, u64::MAX] {
        let stale = Envelope { nonce, ..fresh.clone() };
        assert_eq!(
            world.post(&stale, &world.alice, "echo", body).await,
            401,
            "nonce {nonce}"
        );
    }
    // None of the refused requests used up the nonce of the genuine one.
    assert_eq!(world.post(&fresh, &world.alice, "echo", body).await, 200);

    let client = http::peers().build().unwrap();
    let bare = client
        .post(format!("http://{}/echo", world.address))
        .header(SIGNATURE, "x")
        .send()
        .await
        .unwrap();
    assert_eq!(bare.status(), 400);
}

#[tokio::test]
async fn a_signature_for_one_route_does_not_fit_another() {
    let world = World::with(AxonLimits::default()).await;
    let envelope = world.envelope(b"");
    let client = http::peers().build().unwrap();
    let mut request = client.post(format!("http://{}/echo", world.address));
    for (name, value) in envelope.headers(&world.alice, "held") {
        request = request.header(name, value);
    }
    assert_eq!(request.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn an_answer_from_somebody_else_is_not_believed() {
    // An axon that answers everything, signed by the wrong key, behind the right name.
    let world = World::with(AxonLimits::default()).await;
    let router = axum::Router::new().fallback(|| async { ([(SIGNATURE, "00".repeat(64))], "forged") });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let answer = world
        .dendrite()
        .call(world.bob.hotkey(), address, "echo", Bytes::new(), 100)
        .await;
    assert!(matches!(answer, Err(DendriteError::Forged { .. })));
    server.abort();
}

#[tokio::test]
async fn limits_hold() {
    let limits = AxonLimits {
        body_bytes_max: 1000,
        concurrent_max: 2,
        rate_per_second: 0.001,
        burst: 6.0,
        time_max: PATIENCE,
        ..AxonLimits::default()
    };
    let world = World::with(limits).await;
    let large = vec![1; 1001];
    assert_eq!(
        world.post(&world.envelope(&large), &world.alice, "echo", &large).await,
        413
    );

    // Two at once find a place, a third does not. Each comes after the handler has the one before, so nonces grow in the
    // order of arrival.
    let world = Arc::new(world);
    let mut under_way = Vec::new();
    for _ in 0..2 {
        let asking = world.clone();
        under_way.push(tokio::spawn(async move {
            asking.post(&asking.envelope(b""), &asking.alice, "held", b"").await
        }));
        let entered = tokio::time::timeout(PATIENCE, world.entered.acquire()).await;
        entered.expect("the request comes in").unwrap().forget();
    }
    assert_eq!(world.post(&world.envelope(b""), &world.alice, "held", b"").await, 503);
    world.released.add_permits(2);
    for request in under_way {
        assert_eq!(request.await.unwrap(), 200);
    }

    // Six in all, then the sender has used up its burst. What had no place and what was too large does not count.
    let mut answered = 0;
    let end = loop {
        match world.post(&world.envelope(b""), &world.alice, "echo", b"").await {
            200 => answered += 1,
            // A place comes back only when the answer before has left.
            503 => tokio::task::yield_now().await,
            status => break status,
        }
    };
    assert_eq!((answered, end), (4, 429));
}

#[tokio::test]
async fn time_outs_metrics_and_shutdown() {
    // An axon ends what takes too long; nobody lets go what is held.
    let world = World::with(AxonLimits {
        time_max: Duration::from_millis(200),
        ..AxonLimits::default()
    })
    .await;
    assert_eq!(world.post(&world.envelope(b""), &world.alice, "held", b"").await, 408);

    // And whoever asks does not wait for an axon that never answers.
    let hasty = DendriteLimits {
        time_max: Duration::from_millis(100),
        ..DendriteLimits::within(Reach::Private)
    };
    let patient = World::with(AxonLimits {
        time_max: PATIENCE,
        ..AxonLimits::default()
    })
    .await;
    let hasty = Dendrite::new(patient.alice.clone(), hasty);
    assert!(matches!(
        patient.call(&hasty, "held", 100).await,
        Err(DendriteError::TimedOut(_))
    ));

    let client = http::peers().build().unwrap();
    let text = client
        .get(format!("http://{}/metrics", world.address))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        text.contains("tributary_axon_requests_total") && text.contains("outcome=\"timeout\""),
        "{text}"
    );

    let careful = Dendrite::new(world.alice.clone(), DendriteLimits::default());
    assert!(matches!(
        world.call(&careful, "echo", 100).await,
        Err(DendriteError::NotCalled { .. })
    ));

    drop((client, hasty, careful));
    world.cancel.cancel();
    tokio::time::timeout(PATIENCE, world.axon.task)
        .await
        .expect("the axon stops")
        .unwrap();
    let gone = Dendrite::new(world.alice, DendriteLimits::within(Reach::Private));
    let gone = gone
        .call(world.bob.hotkey(), world.address, "echo", Bytes::new(), 100)
        .await;
    assert!(matches!(gone, Err(DendriteError::Unreachable { .. })));
}

#[tokio::test]
async fn streamed_answers_are_proved_at_their_end() {
    let world = World::with(AxonLimits::default()).await;
    let dendrite = world.dendrite();
    let all = async |body: &'static [u8], bytes_max| {
        let bob = world.bob.hotkey();
        let mut events = dendrite
            .events(bob, world.address, "events", Bytes::from_static(body), bytes_max)
            .await?;
        let mut seen = Vec::new();
        while let Some(event) = events.next().await {
            seen.push(String::from_utf8(event?.to_vec()).unwrap());
        }
        Ok::<_, DendriteError>(seen)
    };
    let seen = all(&[1, 2, 3], 1000).await.unwrap();
    assert_eq!(seen, ["data: 1\n\n", "data: 2\n\n", "data: 3\n\n"]);
    assert_eq!(all(&[], 1000).await.unwrap(), [""; 0]);
    assert!(all(&[1, 2, 0, 3], 1000).await.is_err(), "broken off");
    assert!(matches!(all(&[1; 50], 200).await, Err(DendriteError::TooLarge { .. })));
    let absent = dendrite
        .events(world.bob.hotkey(), world.address, "none", Bytes::new(), 100)
        .await;
    assert!(matches!(absent.err(), Some(DendriteError::Refused { status: 404, .. })));
}

#[test]
fn a_stream_of_others_or_with_a_changed_event_has_no_valid_trailer() {
    let (alice, bob) = (Identity::from_seed(&[1; 32]), Identity::from_seed(&[2; 32]));
    let envelope = Envelope {
        sender: alice.hotkey(),
        receiver: bob.hotkey(),
        nonce: 5,
        id: [7; 16],
        body: sha256(b""),
    };
    let digest = sha256(b"data: 1\n\n");
    let trailer = |identity: &Identity| {
        let signature = identity.sign(envelope.response_text(200, &digest).as_bytes());
        format!("{TRAILER}{}\n\n", hex::encode(signature)).into_bytes()
    };
    assert_eq!(envelope.verify_trailer(&trailer(&bob), &digest), Ok(()));
    assert!(envelope.verify_trailer(&trailer(&alice), &digest).is_err());
    assert!(
        envelope
            .verify_trailer(&trailer(&bob), &sha256(b"data: 2\n\n"))
            .is_err()
    );
    assert!(
        envelope
            .verify_trailer(b": tributary-signature 00\n\n", &digest)
            .is_err()
    );
    assert!(envelope.verify_trailer(b"data: 1\n\n", &digest).is_err());
}
