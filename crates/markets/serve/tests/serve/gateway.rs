//! What customers get, what they pay, and that nobody gets more than is paid for.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tributary_economy::PerMillion;
use tributary_market_serve::{
    GatewayConfig, GatewayHandle, Librarian, MinerKind, Released, WalletConfig, WalletStatus,
    api::Job,
    complete,
    credential::Token,
    memory::MemoryRail,
    meter::Price,
    rail::{Channel, Rail as _, Voucher},
    run_wallet, spawn_gateway,
};
use tributary_neuron::{Dendrite, DendriteLimits, Identity};

use crate::world::{SERVE, World, identity};

const PRICE: Price = Price {
    prompt_rao_per_1k: 1_000_000,
    completion_rao_per_1k: 4_000_000,
};
/// 2.5 % of what is paid.
const REVENUE_SHARE: PerMillion = PerMillion(25_000);
const DEPOSIT: u64 = 10_000_000;

struct Shop {
    world: World,
    rail: Arc<MemoryRail>,
    gateway: GatewayHandle,
    payee: Identity,
    payer: Identity,
    channel: u64,
    url: String,
    http: reqwest::Client,
    miners: Vec<JoinHandle<Result<(), tributary_neuron::NeuronError>>>,
}

fn config(world: &World) -> GatewayConfig {
    GatewayConfig {
        netuid: SERVE,
        rules: world.rules.clone(),
        listen: ([127, 0, 0, 1], 0).into(),
        price: PRICE,
        credit: 1_000_000,
        patience: Duration::from_millis(500),
        settle_every_blocks: 1_000_000,
        audit_share: 0.0,
        state_folder: None,
    }
}

impl Shop {
    /// With miners of these kinds and incentives.
    async fn open(kinds: &[(MinerKind, u16)], change: impl FnOnce(&mut GatewayConfig)) -> Self {
        let mut world = World::new().await;
        let mut miners = Vec::new();
        for (n, (kind, incentive)) in (10..).zip(kinds) {
            let (uid, handle) = world.miner(n, *kind, 0).await;
            world.nets.serve.set_incentive(uid, *incentive);
            let mut status = handle.status;
            status.wait_for(|status| status.model.is_some()).await.unwrap();
            miners.push(handle.task);
        }
        world.nets.serve.register(identity(50).hotkey(), false, 0);
        let rail = Arc::new(MemoryRail::new(REVENUE_SHARE));
        let (payer, payee) = (identity(100), identity(51));
        let channel = rail.open(Channel {
            netuid: SERVE,
            payer: payer.hotkey(),
            payee: payee.hotkey(),
            deposit: DEPOSIT,
            settled: 0,
            expiry: 100_000,
            closing: None,
        });
        let mut config = config(&world);
        change(&mut config);
        let gateway = Self::gateway(&world, &rail, &payee, config).await;
        Self {
            url: format!("http://{}", gateway.address),
            http: tributary_neuron::http::peers().build().unwrap(),
            world,
            rail,
            gateway,
            payee,
            payer,
            channel,
            miners,
        }
    }

    /// A gateway that has a model and sees every miner.
    async fn gateway(world: &World, rail: &Arc<MemoryRail>, payee: &Identity, config: GatewayConfig) -> GatewayHandle {
        let (chain, cancel) = (world.nets.clone(), world.cancel.child_token());
        let mut gateway = spawn_gateway(config, chain, rail.clone(), identity(50), payee.clone(), cancel)
            .await
            .unwrap();
        let ready = gateway
            .status
            .wait_for(|status| status.model.is_some() && !status.routes.is_empty());
        tokio::time::timeout(Duration::from_secs(60), ready)
            .await
            .unwrap()
            .unwrap();
        gateway
    }

    fn token(&self) -> String {
        Token::sign(&self.payer, &self.rail.genesis(), self.channel, 5_000).to_string()
    }

    fn wallet(&self, ahead: u64) -> (watch::Receiver<WalletStatus>, CancellationToken) {
        let (status, watch) = watch::channel(WalletStatus::default());
        let cancel = CancellationToken::new();
        let config = WalletConfig {
            gateway: self.url.clone(),
            genesis: self.rail.genesis(),
            channel: self.channel,
            budget: DEPOSIT,
            ahead,
            price_max: PRICE,
            every: Duration::from_millis(50),
        };
        tokio::spawn(run_wallet(config, self.payer.clone(), status, cancel.clone()));
        (watch, cancel)
    }

    async fn post(&self, key: &str, body: Value, voucher: Option<&Voucher>) -> (u16, String) {
        let mut request = self
            .http
            .post(format!("{}/v1/completions", self.url))
            .bearer_auth(key)
            .json(&body);
        if let Some(voucher) = voucher {
            request = request.header("x-tributary-voucher", voucher.to_string());
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn ask(&self, body: Value) -> Value {
        let (status, text) = self.post(&self.token(), body, None).await;
        assert_eq!(status, 200, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    /// The model, got independently of gateway and miners.
    async fn model(&self) -> Arc<Released> {
        let dendrite = Dendrite::new(identity(50), DendriteLimits::default());
        let mut librarian = Librarian::new(self.world.nets.clone(), dendrite, self.world.rules.clone(), None);
        librarian.refresh().await.unwrap();
        librarian.library().newest().unwrap()
    }

    async fn truth(&self, body: &Value) -> Vec<u8> {
        let (job, _) = Job::parse(body.to_string().as_bytes(), &self.world.rules, 0).unwrap();
        complete(&self.model().await.engine, &job).0
    }

    async fn close(self) -> Arc<MemoryRail> {
        self.world.cancel.cancel();
        self.gateway.task.await.unwrap().unwrap();
        for miner in self.miners {
            miner.await.unwrap().unwrap();
        }
        self.world.stop().await;
        self.rail
    }
}

fn body(tokens: u64, seed: u64) -> Value {
    json!({ "model": "tributary", "prompt": "And it came to pass", "max_tokens": tokens, "seed": seed })
}

fn bytes(answer: &Value) -> Vec<u8> {
    hex::decode(answer["choices"][0]["bytes"].as_str().unwrap()).unwrap()
}

/// The events of a stream: all bytes, the last finish reason, the usage, whether it ended well.
fn events(text: &str) -> (Vec<u8>, Value, Value, bool) {
    let (mut all, mut finish, mut usage) = (Vec::new(), Value::Null, Value::Null);
    for line in text.lines().filter_map(|line| line.strip_prefix("data: ")) {
        if line == "[DONE]" {
            return (all, finish, usage, true);
        }
        let event: Value = serde_json::from_str(line).unwrap();
        if event["choices"].as_array().is_some_and(|choices| !choices.is_empty()) {
            all.extend(bytes(&event));
            finish = event["choices"][0]["finish_reason"].clone();
        }
        if event["usage"].is_object() {
            usage = event["usage"].clone();
        }
    }
    (all, finish, usage, false)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_used_is_signed_for_and_settled_to_the_rao() {
    let shop = Shop::open(&[(MinerKind::Honest, 30_000), (MinerKind::Honest, 20_000)], |_| {}).await;
    let (mut wallet, _stop) = shop.wallet(0);
    let truth = shop.truth(&body(40, 7)).await;
    let answer = shop.ask(body(40, 7)).await;
    assert_eq!(bytes(&answer), truth);
    assert_eq!(
        answer["usage"],
        json!({ "prompt_tokens": 19, "completion_tokens": 40, "total_tokens": 59 })
    );
    assert_eq!(answer["choices"][0]["finish_reason"], "length");
    let mut streamed = body(40, 7);
    streamed["stream"] = true.into();
    streamed["stream_options"] = json!({ "include_usage": true });
    let (status, text) = shop.post(&shop.token(), streamed, None).await;
    assert_eq!(status, 200);
    let (all, finish, usage, done) = events(&text);
    assert_eq!((all, finish, done), (truth.clone(), json!("length"), true));
    assert_eq!(usage["total_tokens"], 59);
    let mut stopped = body(40, 7);
    stopped["stop"] = json!([String::from_utf8_lossy(&truth[30..31])]);
    if truth[30].is_ascii() {
        let answer = shop.ask(stopped.clone()).await;
        assert_eq!(
            (bytes(&answer), &answer["choices"][0]["finish_reason"]),
            (shop.truth(&stopped).await, &json!("stop"))
        );
    }
    let list: Value = serde_json::from_str(
        &shop
            .http
            .get(format!("{}/v1/models", shop.url))
            .send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap(),
    )
    .unwrap();
    assert_eq!(list["data"][0]["id"], answer["model"]);
    assert_eq!(list["data"][0]["owned_by"], identity(200).hotkey().to_string());

    let charged = shop.gateway.status.borrow().charged;
    let tokens = shop.gateway.status.borrow().clone();
    let exact = tokens.prompt_tokens * 1_000 + tokens.completion_tokens * 4_000;
    assert_eq!(charged, exact);
    wallet.wait_for(|status| status.signed == charged).await.unwrap();
    let payee = shop.payee.hotkey();
    let rail = shop.close().await;
    let (received, tribute, settlements) = rail.paid(&payee);
    assert_eq!((received + tribute, settlements), (charged, 1));
    assert_eq!(tribute, REVENUE_SHARE.of(charged));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_more_than_vouchers_and_credit_cover() {
    let shop = Shop::open(&[(MinerKind::Honest, 1)], |config| config.credit = 300_000).await;
    // 19 + 4 × 60 thousand rao at most.
    shop.ask(body(60, 1)).await;
    let (status, text) = shop.post(&shop.token(), body(60, 2), None).await;
    assert_eq!(status, 402, "{text}");
    assert!(
        text.contains("not_covered") && text.contains("sign a new voucher"),
        "{text}"
    );
    assert!(shop.gateway.status.borrow().charged <= 300_000);
    // A voucher in the header is enough, and each counts once.
    let genesis = shop.rail.genesis();
    let voucher = Voucher::sign(&shop.payer, &genesis, shop.channel, 400_000);
    assert_eq!(shop.post(&shop.token(), body(60, 2), Some(&voucher)).await.0, 200);
    let refused = async |voucher: &Voucher, why: &str| {
        let (status, text) = shop.post(&shop.token(), body(1, 3), Some(voucher)).await;
        assert!(status == 402 && text.contains(why), "{status} {text}");
    };
    refused(&voucher, "only a newer voucher counts").await;
    refused(
        &Voucher::sign(&shop.payer, &genesis, shop.channel, 399_999),
        "only a newer voucher counts",
    )
    .await;
    refused(
        &Voucher::sign(&identity(9), &genesis, shop.channel, 500_000),
        "not signed by",
    )
    .await;
    refused(
        &Voucher::sign(&shop.payer, &[1; 32], shop.channel, 500_000),
        "not signed by",
    )
    .await;
    refused(
        &Voucher::sign(&shop.payer, &genesis, shop.channel, DEPOSIT + 1),
        "deposit",
    )
    .await;
    // No credential, a stranger's, an old one, of no channel.
    let (genesis, channel) = (shop.rail.genesis(), shop.channel);
    for (key, status) in [
        ("sk-anything".to_owned(), 401),
        (Token::sign(&identity(9), &genesis, channel, 5_000).to_string(), 401),
        (Token::sign(&shop.payer, &genesis, 77, 5_000).to_string(), 402),
    ] {
        assert_eq!(shop.post(&key, body(1, 3), None).await.0, status, "{key}");
    }
    shop.rail.advance_to(100_000 - 10);
    World::until("a channel about to expire is not served", async || {
        shop.post(&shop.token(), body(1, 4), None).await.0 == 401 && {
            let lasting = Token::sign(&shop.payer, &genesis, channel, u64::MAX).to_string();
            shop.post(&lasting, body(1, 4), None).await.0 == 402
        }
    })
    .await;
    // It is settled at once, not at the next turn of a million blocks.
    let payee = shop.payee.hotkey();
    World::until("the expiring channel is settled", async || {
        shop.rail.paid(&payee).2 == 1
    })
    .await;
    assert_eq!(shop.rail.paid(&payee).0 + shop.rail.paid(&payee).1, 400_000);
    let rail = shop.close().await;
    assert_eq!(rail.paid(&payee).2, 1, "nothing is settled twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_request_goes_on_when_the_wallet_signs() {
    let shop = Shop::open(&[(MinerKind::Honest, 1)], |config| {
        config.credit = 0;
        config.patience = Duration::from_secs(60);
    })
    .await;
    let (wallet, _stop) = shop.wallet(300_000);
    for seed in 0..4 {
        shop.ask(body(60, seed)).await;
    }
    let signed = wallet.borrow().signed;
    let charged = shop.gateway.status.borrow().charged;
    assert!(
        signed >= charged && signed <= charged + 300_000,
        "signed {signed}, charged {charged}"
    );
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_miner_takes_over_in_the_middle_of_a_stream() {
    let shop = Shop::open(&[(MinerKind::Quitter, 65_000), (MinerKind::Honest, 1)], |_| {}).await;
    let mut streamed = body(60, 5);
    streamed["stream"] = true.into();
    let (status, text) = shop.post(&shop.token(), streamed, None).await;
    let (all, finish, _, done) = events(&text);
    assert_eq!(
        (status, all, finish, done),
        (200, shop.truth(&body(60, 5)).await, json!("length"), true)
    );
    let status = shop.gateway.status.borrow().clone();
    assert!(
        status.retries >= 1,
        "the quitter has nearly all the incentive: {status:?}"
    );
    assert_eq!((status.requests, status.completion_tokens), (1, 60), "charged once");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_miner_answers_costs_nothing() {
    let shop = Shop::open(&[(MinerKind::Quitter, 65_000)], |_| {}).await;
    let mut streamed = body(60, 5);
    streamed["stream"] = true.into();
    let (_, text) = shop.post(&shop.token(), streamed, None).await;
    let (all, _, _, done) = events(&text);
    assert!(
        !done && text.contains("no miner could answer") && all.len() < 60,
        "{text}"
    );
    // The next request waits until the only miner has rested, and asks it again.
    let (status, text) = shop.post(&shop.token(), body(60, 5), None).await;
    assert_eq!(status, 503, "{text}");
    let status = shop.gateway.status.borrow().clone();
    assert_eq!((status.charged, status.failed), (0, 2));
    // A short answer it gives.
    let (status, text) = shop.post(&shop.token(), body(10, 5), None).await;
    assert_eq!(status, 200, "{text}");
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_liar_is_found_and_its_answer_not_delivered() {
    let shop = Shop::open(&[(MinerKind::WrongModel, 65_000), (MinerKind::Honest, 1)], |config| {
        config.audit_share = 1.0;
    })
    .await;
    for seed in 0..3 {
        assert_eq!(
            bytes(&shop.ask(body(30, seed)).await),
            shop.truth(&body(30, seed)).await
        );
    }
    World::until("the liar is known", async || {
        shop.gateway
            .status
            .borrow()
            .routes
            .iter()
            .any(|route| route.wrong == 1 && route.rests)
    })
    .await;
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restarted_gateway_knows_vouchers_and_counts() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().to_path_buf();
    let mut shop = Shop::open(&[(MinerKind::Honest, 1)], |config| {
        config.state_folder = Some(kept.clone())
    })
    .await;
    shop.ask(body(60, 1)).await;
    let charged = shop.gateway.status.borrow().charged;
    let genesis = shop.rail.genesis();
    let voucher = Voucher::sign(&shop.payer, &genesis, shop.channel, charged);
    let url = format!("{}/v1/tributary/vouchers", shop.url);
    let sent = shop
        .http
        .post(&url)
        .json(&json!({ "voucher": voucher.to_string() }))
        .send()
        .await
        .unwrap();
    assert_eq!(sent.status(), 200);
    // It dies without a last word.
    shop.gateway.task.abort();
    let mut config = config(&shop.world);
    config.state_folder = Some(kept);
    shop.gateway = Shop::gateway(&shop.world, &shop.rail, &shop.payee, config).await;
    shop.url = format!("http://{}", shop.gateway.address);
    let url = format!("{}/v1/tributary/channels/{}", shop.url, shop.channel);
    let answer = shop.http.get(&url).bearer_auth(shop.token()).send().await.unwrap();
    let statement: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(
        (&statement["charged"], &statement["covered"]),
        (&json!(charged), &json!(charged))
    );
    let payee = shop.payee.hotkey();
    let rail = shop.close().await;
    let (received, tribute, _) = rail.paid(&payee);
    assert_eq!(received + tribute, charged, "the kept voucher is settled");
}
