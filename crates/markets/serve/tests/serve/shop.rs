//! A gateway with miners and one customer, on a rail in memory.

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
    memory_rail::MemoryRail,
    meter::Price,
    rail::{Channel, Rail as _, Voucher},
    run_wallet, spawn_gateway,
};
use tributary_neuron::{Dendrite, DendriteLimits, Identity, Reach};

use crate::world::{SERVE, World, identity};

pub const PRICE: Price = Price {
    prompt_rao_per_1k: 1_000_000,
    completion_rao_per_1k: 4_000_000,
};
/// 2.5 % of what is paid.
pub const REVENUE_SHARE: PerMillion = PerMillion(25_000);
pub const DEPOSIT: u64 = 10_000_000;

pub struct Shop {
    pub world: World,
    pub rail: Arc<MemoryRail>,
    pub gateway: GatewayHandle,
    pub payee: Identity,
    pub payer: Identity,
    pub channel: u64,
    pub url: String,
    pub http: reqwest::Client,
    miners: Vec<JoinHandle<Result<(), tributary_neuron::NeuronError>>>,
}

pub fn config(world: &World) -> GatewayConfig {
    GatewayConfig {
        reach: Reach::Private,
        netuid: SERVE,
        rules: world.rules.clone(),
        listen: ([127, 0, 0, 1], 0).into(),
        price: PRICE,
        credit: 1_000_000,
        patience: Duration::from_millis(500),
        settle_every_blocks: 1_000_000,
        settle_min: 0,
        voucher_step: 1,
        audit_share: 0.0,
        state_folder: None,
    }
}

/// A channel from one to the other.
pub fn channel(payer: &Identity, payee: &Identity, deposit: u64) -> Channel {
    Channel {
        netuid: SERVE,
        payer: payer.hotkey(),
        payee: payee.hotkey(),
        deposit,
        settled: 0,
        expiry: 100_000,
        closing: None,
    }
}

impl Shop {
    /// With miners of these kinds and incentives.
    pub async fn open(kinds: &[(MinerKind, u16)], change: impl FnOnce(&mut GatewayConfig)) -> Self {
        Self::open_on(MemoryRail::new(REVENUE_SHARE), kinds, change).await
    }

    /// On this rail.
    pub async fn open_on(
        rail: MemoryRail,
        kinds: &[(MinerKind, u16)],
        change: impl FnOnce(&mut GatewayConfig),
    ) -> Self {
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
        let rail = Arc::new(rail);
        let (payer, payee) = (identity(100), identity(51));
        let channel = rail.open(channel(&payer, &payee, DEPOSIT));
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
    pub async fn gateway(
        world: &World,
        rail: &Arc<MemoryRail>,
        payee: &Identity,
        config: GatewayConfig,
    ) -> GatewayHandle {
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

    pub fn token(&self) -> String {
        Token::sign(&self.payer, &self.rail.genesis(), self.channel, 5_000).to_string()
    }

    /// A voucher of the customer for its channel.
    pub fn voucher(&self, amount: u64) -> Voucher {
        Voucher::sign(&self.payer, &self.rail.genesis(), self.channel, amount)
    }

    /// Sends a voucher by its route.
    pub async fn send_voucher(&self, voucher: &Voucher) -> (u16, Value) {
        let url = format!("{}/v1/tributary/vouchers", self.url);
        let body = json!({ "voucher": voucher.to_string() });
        let answer = self.http.post(url).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// What the gateway says of the customer's channel.
    pub async fn statement(&self) -> Value {
        let url = format!("{}/v1/tributary/channels/{}", self.url, self.channel);
        let answer = self.http.get(url).bearer_auth(self.token()).send().await.unwrap();
        answer.json().await.unwrap()
    }

    pub fn wallet_config(&self, ahead: u64) -> WalletConfig {
        WalletConfig {
            gateway: self.url.clone(),
            channel: self.channel,
            payee: self.payee.hotkey(),
            budget: DEPOSIT,
            ahead,
            price_max: PRICE,
            accept_debt: 0,
            token_blocks: 1_000,
            records: None,
            chain_lag: Duration::from_secs(60),
            every: Duration::from_millis(50),
        }
    }

    pub fn wallet(&self, ahead: u64) -> (watch::Receiver<WalletStatus>, CancellationToken) {
        let (status, watch) = watch::channel(WalletStatus::default());
        let cancel = CancellationToken::new();
        let config = self.wallet_config(ahead);
        tokio::spawn(run_wallet(
            config,
            self.rail.clone(),
            self.payer.clone(),
            status,
            cancel.clone(),
        ));
        (watch, cancel)
    }

    pub async fn post(&self, key: &str, body: Value, voucher: Option<&Voucher>) -> (u16, String) {
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

    pub async fn ask(&self, body: Value) -> Value {
        let (status, text) = self.post(&self.token(), body, None).await;
        assert_eq!(status, 200, "{text}");
        serde_json::from_str(&text).unwrap()
    }

    /// The model, got independently of gateway and miners.
    pub async fn model(&self) -> Arc<Released> {
        let dendrite = Dendrite::new(identity(50), DendriteLimits::within(Reach::Private));
        let mut librarian = Librarian::new(self.world.nets.clone(), dendrite, self.world.rules.clone(), None);
        librarian.refresh().await.unwrap();
        librarian.library().newest().unwrap()
    }

    pub async fn truth(&self, body: &Value) -> Vec<u8> {
        let (job, _) = Job::parse(body.to_string().as_bytes(), &self.world.rules, 0).unwrap();
        complete(&self.model().await.engine, &job).0
    }

    pub async fn close(self) -> Arc<MemoryRail> {
        self.world.cancel.cancel();
        self.gateway.task.await.unwrap().unwrap();
        for miner in self.miners {
            miner.await.unwrap().unwrap();
        }
        self.world.stop().await;
        self.rail
    }
}

pub fn body(tokens: u64, seed: u64) -> Value {
    json!({ "model": "tributary", "prompt": "And it came to pass", "max_tokens": tokens, "seed": seed })
}

pub fn bytes(answer: &Value) -> Vec<u8> {
    hex::decode(answer["choices"][0]["bytes"].as_str().unwrap()).unwrap()
}

/// The events of a stream: all bytes, the last finish reason, the usage, whether it ended well.
pub fn events(text: &str) -> (Vec<u8>, Value, Value, bool) {
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
