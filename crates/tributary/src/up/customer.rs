//! The market's customer: an account that asks the gateway for completions over HTTP, like anybody with an OpenAI
//! client, and pays through a channel.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tributary_client::{Client, Keypair, Wait, calls, pact};
use tributary_economy::{NetUid, Tao, UNIT};
use tributary_market_serve::{
    GatewayStatus, WalletConfig, WalletStatus, api::NEWEST, credential::Token, meter::Price, rail::Rail as _,
    run_wallet,
};
use tributary_neuron::{Identity, http};

use super::{plan::Member, supervisor::Shown};
use crate::rail::RpcRail;

/// Name of its account.
pub const CUSTOMER: &str = "customer";
/// What it puts into its channel, again when little is left.
const DEPOSIT_TAO: u64 = 20;
/// Little.
const LITTLE_TAO: u64 = 4;
/// How long the channel stays open.
const EXPIRY_BLOCKS: u64 = 10_000_000;
/// Blocks between two requests.
const EVERY_BLOCKS: u64 = 4;
/// Blocks for which its credentials are good.
const TOKEN_BLOCKS: u64 = 1_000;
/// Tokens that it asks for.
const TOKENS: u64 = 64;
const PROMPTS: [&str; 4] = [
    "And it came to pass in those days, that ",
    "In the beginning ",
    "And the king said unto ",
    "Blessed are they ",
];

/// What the customer needs to know.
#[derive(Clone)]
pub struct Customer {
    /// The chain.
    pub client: Client,
    /// The serve subnet.
    pub netuid: NetUid,
    /// Whom the channel pays.
    pub payee: Keypair,
    /// The gateway, as `http://HOST:PORT`.
    pub gateway: String,
    /// What the gateway shows: requests make sense once it has a model.
    pub status: Shown<GatewayStatus>,
    /// The price that was agreed.
    pub price: Price,
    /// Between two requests.
    pub every: Duration,
    /// Where its wallet keeps its record.
    pub records: PathBuf,
}

impl Customer {
    /// Between two requests, for a market with this block time.
    pub fn pace(block_time_ms: u64) -> Duration {
        Duration::from_millis(block_time_ms * EVERY_BLOCKS)
    }

    /// Opens a channel, or finds it open, and asks and pays until cancelled.
    ///
    /// # Errors
    /// If the chain refuses the channel, or the wallet finds the gateway cheating.
    pub async fn run(self, cancel: CancellationToken) -> Result<()> {
        let member = Member::named(CUSTOMER)?;
        let payer = Identity::from(member.coldkey.pair().clone());
        let channel = self.channel(&member.coldkey).await?;
        let genesis = self.client.genesis().0;
        let config = WalletConfig {
            gateway: self.gateway.clone(),
            channel,
            payee: Identity::from(self.payee.pair().clone()).hotkey(),
            budget: u64::MAX,
            ahead: 0,
            price_max: self.price,
            accept_debt: 0,
            token_blocks: TOKEN_BLOCKS,
            records: Some(self.records.clone()),
            chain_lag: Duration::from_secs(60),
            every: self.every / 4,
        };
        let (signed, wallet) = watch::channel(WalletStatus::default());
        let rail = Arc::new(RpcRail::new(self.client.clone()).await?);
        let signing = run_wallet(config, rail.clone(), payer.clone(), signed, cancel.clone());
        let asking = async {
            while self.status.now().model.is_none() {
                tokio::time::sleep(self.every / 4).await;
            }
            let http = http::peers().timeout(Duration::from_secs(60)).build()?;
            for number in 0u64.. {
                let asked = async {
                    let until = rail.height().await?.saturating_add(TOKEN_BLOCKS);
                    let key = Token::sign(&payer, &genesis, channel, until).to_string();
                    self.ask(&http, &key, number).await
                };
                if let Err(error) = asked.await {
                    tracing::info!("the customer got no answer: {}", crate::output::reasons(&error));
                }
                let left = wallet
                    .borrow()
                    .statement
                    .map(|statement| statement.deposit - statement.charged.min(statement.deposit));
                if left.is_some_and(|left| left < LITTLE_TAO * UNIT) {
                    self.top_up(&member.coldkey, channel).await?;
                    // Until gateway and wallet have seen it.
                    tokio::time::sleep(4 * self.every).await;
                }
                tokio::time::sleep(self.every).await;
            }
            Ok::<(), anyhow::Error>(())
        };
        tokio::select! {
            () = cancel.cancelled() => Ok(()),
            signed = signing => Ok(signed?),
            asked = asking => asked,
        }
    }

    /// One request; every other one streamed.
    async fn ask(&self, http: &reqwest::Client, key: &str, number: u64) -> Result<()> {
        let prompt = PROMPTS[usize::try_from(number).unwrap_or(0) % PROMPTS.len()];
        let body = json!({
            "model": NEWEST,
            "prompt": prompt,
            "max_tokens": TOKENS,
            "temperature": 0.7,
            "stream": number % 2 == 1,
        });
        let url = format!("{}/v1/completions", self.gateway);
        let answer = http.post(url).bearer_auth(key).json(&body).send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        if !status.is_success() {
            bail!("{status}: {text}");
        }
        Ok(())
    }

    async fn channel(&self, coldkey: &Keypair) -> Result<u64> {
        let open = pact::channels(&self.client.at_best().await?).await?;
        let ours = open.into_iter().find(|(_, channel)| {
            channel.payer == coldkey.account()
                && channel.payee == self.payee.account()
                && channel.netuid == self.netuid
                && channel.closing.is_none()
        });
        if let Some((id, _)) = ours {
            return Ok(id);
        }
        let height = self.client.header(self.client.best().await?).await?.number;
        let call = calls::pact::open_channel(
            self.netuid,
            self.payee.account(),
            Tao(DEPOSIT_TAO * UNIT),
            u64::from(height) + EXPIRY_BLOCKS,
        );
        let included = self.client.submit(&call, coldkey, Wait::InBlock).await?;
        pact::opened(&included)?.context("the chain names no channel")
    }

    async fn top_up(&self, coldkey: &Keypair, channel: u64) -> Result<()> {
        let call = calls::pact::top_up(channel, Tao(DEPOSIT_TAO * UNIT));
        if let Err(error) = self.client.submit(&call, coldkey, Wait::InBlock).await {
            tracing::warn!(%error, "the customer cannot put more into its channel");
        }
        Ok(())
    }
}
