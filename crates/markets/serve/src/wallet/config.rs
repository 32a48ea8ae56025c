//! What a wallet is started with, what it shows, and why it stops.

use std::{path::PathBuf, time::Duration};

use serde::Serialize;
use tributary_neuron::NeuronError;

use crate::{
    meter::{Price, Statement},
    rail::Account,
    rao::{Rao, decimal},
};

/// What a wallet is started with. Amounts in rao.
#[derive(Clone, Debug)]
pub struct WalletConfig {
    /// The gateway, as `http://HOST:PORT`.
    pub gateway: String,
    /// The channel.
    pub channel: u64,
    /// Whom it pays.
    pub payee: Account,
    /// The most that it signs for, over the life of the channel.
    pub budget: u64,
    /// The most that it signs for beyond what was used, if a request waits for it. The customer trusts the gateway with
    /// so much; a gateway that grants credit needs none.
    pub ahead: u64,
    /// The highest price that it accepts.
    pub price_max: Price,
    /// Debt of closed channels that it pays although its own record does not know it.
    pub accept_debt: u64,
    /// Blocks for which the credentials are good with which it asks the gateway; it renews them in time.
    pub token_blocks: u64,
    /// Where it keeps its own record. Without it, it knows of no debts of earlier channels.
    pub records: Option<PathBuf>,
    /// How long the chain that the wallet sees may be behind the gateway's.
    pub chain_lag: Duration,
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
    /// Whether the channel is closed: the wallet's work is done.
    pub closed: bool,
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
    /// The gateway claims to have been paid what the chain did not pay.
    #[error("the gateway says that {} of the channel were {what}, and the chain has paid {}: nothing more is signed", Rao(*.claimed), Rao(*.paid))]
    Settled {
        /// In what way.
        what: &'static str,
        /// What it claims.
        claimed: u64,
        /// What the chain says.
        paid: u64,
    },
    /// The gateway counts use again that was settled.
    #[error("the gateway now says that {} were settled before it began to count, and said {} before: it counts use twice, nothing more is signed", Rao(*.claimed), Rao(*.last))]
    Recounted {
        /// What it said.
        last: u64,
        /// What it claims now.
        claimed: u64,
    },
    /// The gateway speaks of debts that the wallet does not know.
    #[error(
        "the gateway says that this account owes {} for the use of closed channels; this wallet's record knows of {}, and {} more are accepted. Nothing is signed. If you do owe it, start the wallet with --accept-debt {}",
        Rao(*.claimed), Rao(*.owed), Rao(*.accepted), decimal(.claimed.saturating_sub(*.owed))
    )]
    Debt {
        /// What it claims.
        claimed: u64,
        /// What the record says.
        owed: u64,
        /// What is accepted beyond that.
        accepted: u64,
    },
    /// The gateway is not that of this chain.
    #[error("the gateway serves another chain, with genesis {0}")]
    Chain(String),
    /// There is no HTTP client, or no record can be kept.
    #[error("cannot start: {0}")]
    Client(String),
    /// The wallet's own record cannot be kept, without which nothing may be signed.
    #[error("the wallet's record cannot be written, nothing more is signed: {0}")]
    Record(std::io::Error),
}

impl From<WalletError> for NeuronError {
    fn from(error: WalletError) -> Self {
        Self::Fatal(error.to_string())
    }
}
