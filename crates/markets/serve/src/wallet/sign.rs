//! Turn by turn: the gateway's statement is read, and a voucher signed for what it rightly says.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tributary_neuron::{ChainError, Identity, http};

use super::{
    check,
    config::{WalletConfig, WalletError, WalletStatus},
    record::{Record, Records},
};
use crate::{
    credential::Token,
    gateway::{Offer, SentVoucher},
    meter::Statement,
    rail::{Rail, Voucher},
};

/// Longest answer of a gateway that is read.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// Between two readings of the height, which the wallet's token depends on.
const HEIGHT_EVERY: Duration = Duration::from_secs(10);

/// Signs until cancelled, or until the channel is closed. A gateway or a chain that does not answer is asked again.
///
/// # Errors
/// If the gateway is found cheating; what was signed stays signed.
pub async fn run_wallet(
    config: WalletConfig,
    rail: Arc<dyn Rail>,
    payer: Identity,
    status: watch::Sender<WalletStatus>,
    cancel: CancellationToken,
) -> Result<(), WalletError> {
    let client = http::at(&config.gateway)
        .timeout(Duration::from_secs(10))
        .build()
        .map_err(|error| WalletError::Client(error.to_string()))?;
    let records = Records(config.records.clone());
    let record = records
        .read(Record {
            genesis: hex::encode(rail.genesis()),
            channel: config.channel,
            payer: payer.hotkey(),
            payee: config.payee,
            signed: 0,
            statement: None,
            height: 0,
        })
        .map_err(|error| WalletError::Client(format!("the wallet's record cannot be read: {error}")))?;
    let mut wallet = Wallet {
        records,
        record,
        config,
        rail,
        payer,
        client,
        token: None,
        height: None,
        owed: None,
        doubted: None,
    };
    let mut trouble: Option<String> = None;
    loop {
        let turn = async {
            match wallet.turn(&status).await {
                Ok(open) => {
                    if trouble.take().is_some() {
                        tracing::info!("the wallet goes on");
                    }
                    Ok(open)
                }
                Err(Turn::Later(reason)) => {
                    if trouble.as_ref() != Some(&reason) {
                        tracing::warn!("the wallet waits: {reason}");
                        trouble = Some(reason);
                    }
                    Ok(true)
                }
                Err(Turn::Cheat(error)) => Err(error),
            }
        };
        tokio::select! {
            () = cancel.cancelled() => return Ok(()),
            open = turn => if !open? {
                return Ok(());
            },
        }
        tokio::select! {
            () = cancel.cancelled() => return Ok(()),
            () = tokio::time::sleep(wallet.config.every) => {}
        }
    }
}

/// Why a turn ended early.
enum Turn {
    /// It is worth another try.
    Later(String),
    /// It is not.
    Cheat(WalletError),
}

impl From<reqwest::Error> for Turn {
    fn from(error: reqwest::Error) -> Self {
        Self::Later(format!("the gateway does not answer: {}", http::reason(error)))
    }
}

impl From<ChainError> for Turn {
    fn from(error: ChainError) -> Self {
        Self::Later(error.to_string())
    }
}

struct Wallet {
    config: WalletConfig,
    rail: Arc<dyn Rail>,
    payer: Identity,
    client: reqwest::Client,
    records: Records,
    record: Record,
    token: Option<Token>,
    height: Option<(u64, Instant)>,
    /// The claim of old debts that was looked into last, and what is owed by the record.
    owed: Option<(u64, u64)>,
    /// Since when the gateway says what the chain does not.
    doubted: Option<Instant>,
}

impl Wallet {
    /// Looks, and signs if there is something to sign for. Returns whether the channel is open.
    async fn turn(&mut self, status: &watch::Sender<WalletStatus>) -> Result<bool, Turn> {
        let token = self.token().await?;
        let (gateway, id) = (&self.config.gateway, self.config.channel);
        let url = format!("{gateway}/v1/tributary/channels/{id}");
        let asked = self.client.get(url).bearer_auth(token).send().await?;
        let answer = read(asked).await;
        // The chain is asked after the gateway, so that it cannot know less on the same node.
        let Some(channel) = self.rail.channel(id).await? else {
            status.send_modify(|status| status.closed = true);
            return Ok(false);
        };
        let mut statement = answer?;
        let owed = self.owed(statement.carried.saturating_add(statement.debt)).await?;
        let target = match check::target(&self.config, &statement, &channel, &self.record, owed) {
            Err(error @ WalletError::Settled { .. }) => return Err(self.doubt(error)),
            checked => checked.map_err(Turn::Cheat)?,
        };
        self.doubted = None;
        let spent = statement.charged >= self.config.budget || statement.wanted > self.config.budget;
        self.note(&statement, target)?;
        if let Some(amount) = target {
            let voucher = Voucher::sign(&self.payer, &self.rail.genesis(), id, amount).to_string();
            let url = format!("{}/v1/tributary/vouchers", self.config.gateway);
            let sent = self.client.post(url).json(&SentVoucher { voucher }).send().await?;
            statement = read(sent).await?;
            tracing::debug!(channel = id, amount, "voucher signed");
        }
        status.send_if_modified(|status| {
            let now = WalletStatus {
                signed: statement.covered,
                statement: Some(statement),
                spent,
                closed: false,
            };
            std::mem::replace(status, now) != now
        });
        Ok(true)
    }

    /// The chain that the wallet sees may be behind for a while, not longer.
    fn doubt(&mut self, error: WalletError) -> Turn {
        let since = *self.doubted.get_or_insert_with(Instant::now);
        match since.elapsed() > self.config.chain_lag {
            true => Turn::Cheat(error),
            false => Turn::Later(error.to_string()),
        }
    }

    /// Writes down what was seen and what will be signed for, before it is.
    fn note(&mut self, statement: &Statement, target: Option<u64>) -> Result<(), Turn> {
        let record = Record {
            signed: self.record.signed.max(target.unwrap_or(0)),
            statement: Some(*statement),
            height: self.height.map_or(0, |(height, _)| height),
            ..self.record.clone()
        };
        let news = |record: &Record| (record.signed, record.statement);
        if news(&record) != news(&self.record) {
            self.records
                .write(&record)
                .map_err(|error| Turn::Cheat(WalletError::Record(error)))?;
        }
        self.record = record;
        Ok(())
    }

    /// What is owed for closed channels by the wallet's own record, if the gateway claims any.
    async fn owed(&mut self, claimed: u64) -> Result<u64, Turn> {
        match self.owed {
            _ if claimed == 0 => Ok(0),
            Some((looked, owed)) if looked == claimed => Ok(owed),
            _ => {
                let owed = self.records.owed(&self.record, &*self.rail).await?;
                self.owed = Some((claimed, owed));
                Ok(owed)
            }
        }
    }

    /// A credential that is good for a while.
    async fn token(&mut self) -> Result<String, Turn> {
        let height = match self.height {
            Some((height, read)) if read.elapsed() < HEIGHT_EVERY => height,
            _ => self.rail.height().await?,
        };
        if self.height.is_none_or(|(known, _)| known != height) {
            self.height = Some((height, Instant::now()));
        }
        let blocks = self.config.token_blocks.max(1);
        let good = self
            .token
            .filter(|token| token.until >= height.saturating_add(blocks / 2));
        let token = good.unwrap_or_else(|| {
            Token::sign(
                &self.payer,
                &self.rail.genesis(),
                self.config.channel,
                height.saturating_add(blocks),
            )
        });
        self.token = Some(token);
        Ok(token.to_string())
    }
}

/// A statement, or why there is none, in the gateway's words.
async fn read(answer: reqwest::Response) -> Result<Statement, Turn> {
    let status = answer.status();
    let bytes = http::body(answer, ANSWER_BYTES_MAX).await.map_err(Turn::Later)?;
    if status.is_success() {
        return serde_json::from_slice(&bytes)
            .map_err(|error| Turn::Later(format!("the gateway's answer is not a statement: {error}")));
    }
    let told: Option<serde_json::Value> = serde_json::from_slice(&bytes).ok();
    let told = told.and_then(|error| Some(error["error"]["message"].as_str()?.to_owned()));
    Err(Turn::Later(format!(
        "the gateway answers {status}: {}",
        told.unwrap_or_default()
    )))
}

/// What a gateway offers.
///
/// # Errors
/// If it does not answer like one, or serves another chain than the one with this genesis.
pub async fn offer(gateway: &str, genesis: &[u8; 32]) -> Result<Offer, WalletError> {
    let client = http::at(gateway).timeout(Duration::from_secs(10)).build();
    let asked = async {
        let url = format!("{gateway}/v1/tributary/offer");
        client?.get(url).send().await?.error_for_status()?.json::<Offer>().await
    };
    let offer = asked
        .await
        .map_err(|error| WalletError::Client(format!("{gateway} does not answer as a gateway: {error}")))?;
    if offer.genesis != hex::encode(genesis) {
        return Err(WalletError::Chain(offer.genesis));
    }
    Ok(offer)
}
