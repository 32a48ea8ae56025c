//! The customer's side: a small process that signs vouchers as use accrues, so that any client can be used unchanged.
//!
//! It signs for what the gateway says was used, if that adds up by the price that was agreed, and never above its
//! budget. It cannot see whether the requests that are charged were made: that is what the budget is for.

use std::time::Duration;

use serde::Serialize;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tributary_neuron::{Identity, NeuronError, http};

use crate::{
    credential::Token,
    gateway::{Offer, SentVoucher},
    meter::{Price, Statement},
    rail::Voucher,
};

/// What a wallet is started with. Amounts in rao.
#[derive(Clone, Debug)]
pub struct WalletConfig {
    /// The gateway, as `http://HOST:PORT`.
    pub gateway: String,
    /// The chain's first block.
    pub genesis: [u8; 32],
    /// The channel.
    pub channel: u64,
    /// The most that it signs for, over the life of the channel.
    pub budget: u64,
    /// The most that it signs for beyond what was used, if a request waits for it. The customer trusts the gateway with
    /// so much; a gateway that grants credit needs none.
    pub ahead: u64,
    /// The highest price that it accepts.
    pub price_max: Price,
    /// Between two looks.
    pub every: Duration,
}

/// What a wallet shows. Amounts in rao.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct WalletStatus {
    /// Signed for.
    pub signed: u64,
    /// What the gateway last said.
    pub statement: Option<Statement>,
    /// Whether the budget is used up.
    pub spent: bool,
}

/// Why a wallet stops.
#[derive(Debug, thiserror::Error)]
pub enum WalletError {
    /// The gateway asks more than was agreed.
    #[error("the gateway asks {asked:?} and at most {accepted:?} was agreed: nothing more is signed")]
    Price {
        /// What it asks.
        asked: Price,
        /// The limit.
        accepted: Price,
    },
    /// The gateway's statement charges more than its own counts cost.
    #[error("the gateway's statement does not add up, nothing more is signed: {0:?}")]
    Statement(Box<Statement>),
    /// The gateway is not that of this chain.
    #[error("the gateway serves another chain, with genesis {0}")]
    Chain(String),
    /// There is no HTTP client.
    #[error("cannot start: {0}")]
    Client(String),
}

impl From<WalletError> for NeuronError {
    fn from(error: WalletError) -> Self {
        Self::Fatal(error.to_string())
    }
}

/// Signs until cancelled. A gateway that does not answer is asked again.
///
/// # Errors
/// If the gateway is found cheating; what was signed stays signed.
pub async fn run_wallet(
    config: WalletConfig,
    payer: Identity,
    status: watch::Sender<WalletStatus>,
    cancel: CancellationToken,
) -> Result<(), WalletError> {
    let client = http::at(&config.gateway)
        .timeout(Duration::from_secs(10))
        .build()
        .map_err(|error| WalletError::Client(error.to_string()))?;
    let wallet = Wallet {
        token: Token::sign(&payer, &config.genesis, config.channel, u64::MAX).to_string(),
        config,
        payer,
        client,
    };
    loop {
        let turn = async {
            match wallet.turn(&status).await {
                Ok(()) => Ok(()),
                Err(Turn::Gateway(error)) => {
                    tracing::debug!(%error, "the gateway does not answer the wallet");
                    Ok(())
                }
                Err(Turn::Cheat(error)) => Err(error),
            }
        };
        tokio::select! {
            () = cancel.cancelled() => return Ok(()),
            done = turn => done?,
        }
        tokio::select! {
            () = cancel.cancelled() => return Ok(()),
            () = tokio::time::sleep(wallet.config.every) => {}
        }
    }
}

enum Turn {
    Gateway(reqwest::Error),
    Cheat(WalletError),
}

impl From<reqwest::Error> for Turn {
    fn from(error: reqwest::Error) -> Self {
        Self::Gateway(error.without_url())
    }
}

struct Wallet {
    config: WalletConfig,
    payer: Identity,
    token: String,
    client: reqwest::Client,
}

impl Wallet {
    async fn turn(&self, status: &watch::Sender<WalletStatus>) -> Result<(), Turn> {
        let WalletConfig {
            gateway,
            genesis,
            channel,
            ..
        } = &self.config;
        let url = format!("{gateway}/v1/tributary/channels/{channel}");
        let answer = self.client.get(url).bearer_auth(&self.token).send().await?;
        let statement: Statement = answer.error_for_status()?.json().await?;
        let target = target(&self.config, &statement).map_err(Turn::Cheat)?;
        let spent = statement.charged >= self.config.budget || statement.wanted > self.config.budget;
        let mut statement = statement;
        if let Some(amount) = target {
            let voucher = Voucher::sign(&self.payer, genesis, *channel, amount).to_string();
            let url = format!("{gateway}/v1/tributary/vouchers");
            let answer = self.client.post(url).json(&SentVoucher { voucher }).send().await?;
            statement = answer.error_for_status()?.json().await?;
            tracing::debug!(channel, amount, "voucher signed");
        }
        status.send_if_modified(|status| {
            let now = WalletStatus {
                signed: statement.covered,
                statement: Some(statement),
                spent,
            };
            std::mem::replace(status, now) != now
        });
        Ok(())
    }
}

/// What to sign for now, if for anything new.
fn target(config: &WalletConfig, statement: &Statement) -> Result<Option<u64>, WalletError> {
    let (asked, accepted) = (statement.price, config.price_max);
    if asked.prompt_rao_per_1k > accepted.prompt_rao_per_1k
        || asked.completion_rao_per_1k > accepted.completion_rao_per_1k
    {
        return Err(WalletError::Price { asked, accepted });
    }
    if !statement.adds_up(&asked) {
        return Err(WalletError::Statement(Box::new(*statement)));
    }
    let ahead = statement.charged.saturating_add(config.ahead);
    let wished = statement.charged.max(statement.wanted.min(ahead));
    let target = wished.min(config.budget).min(statement.deposit);
    Ok((target > statement.covered).then_some(target))
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

#[cfg(test)]
mod tests {
    use super::*;

    const PRICE: Price = Price {
        prompt_rao_per_1k: 1_000,
        completion_rao_per_1k: 1_000,
    };

    fn config() -> WalletConfig {
        WalletConfig {
            gateway: String::new(),
            genesis: [0; 32],
            channel: 1,
            budget: 500,
            ahead: 50,
            price_max: PRICE,
            every: Duration::from_secs(1),
        }
    }

    fn statement(charged: u64, covered: u64, wanted: u64) -> Statement {
        Statement {
            channel: 1,
            price: PRICE,
            requests: 1,
            prompt_tokens: charged,
            completion_tokens: 0,
            earlier: 0,
            charged,
            covered,
            wanted,
            deposit: 1_000,
            settled: 0,
        }
    }

    #[test]
    fn signs_for_what_was_used_within_its_limits() {
        let signs = |charged, covered, wanted| target(&config(), &statement(charged, covered, wanted)).unwrap();
        assert_eq!(signs(0, 0, 0), None);
        assert_eq!(signs(100, 0, 0), Some(100));
        assert_eq!(signs(100, 100, 0), None);
        assert_eq!(signs(100, 100, 130), Some(130), "a request waits");
        assert_eq!(signs(100, 100, 900), Some(150), "no further ahead than allowed");
        assert_eq!(signs(700, 100, 0), Some(500), "the budget");
        assert_eq!(signs(700, 500, 0), None);
    }

    #[test]
    fn signs_nothing_for_a_cheat() {
        let dearer = Statement {
            price: Price {
                prompt_rao_per_1k: 1_001,
                ..PRICE
            },
            ..statement(100, 0, 0)
        };
        assert!(matches!(target(&config(), &dearer), Err(WalletError::Price { .. })));
        let padded = Statement {
            prompt_tokens: 90,
            ..statement(100, 0, 0)
        };
        assert!(matches!(target(&config(), &padded), Err(WalletError::Statement(_))));
        let earlier = Statement {
            earlier: 90,
            prompt_tokens: 10,
            ..statement(100, 0, 0)
        };
        assert!(target(&config(), &earlier).is_err(), "what was never settled");
    }
}
