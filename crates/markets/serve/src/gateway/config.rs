//! What a gateway is started with, and what it shows while it runs.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};
use tokio::{sync::watch, task::JoinHandle};
use tributary_neuron::{NeuronError, Reach};

use super::routes::RouteView;
use crate::{meter::Price, rules::Rules};

/// What a gateway is started with.
#[derive(Clone, Debug)]
pub struct GatewayConfig {
    /// The serve subnet.
    pub netuid: u16,
    /// The market's hyperparameters.
    pub rules: Rules,
    /// Where customers reach it.
    pub listen: SocketAddr,
    /// Which addresses of miners it calls.
    pub reach: Reach,
    /// What it asks.
    pub price: Price,
    /// Rao of use beyond vouchers that it grants each payer.
    pub credit: u64,
    /// Least rao from one voucher to the next, as each is written to disk. One that pays for all that is used, or that a
    /// request waits for, may be for less.
    pub voucher_step: u64,
    /// How long a request may wait for a voucher.
    pub patience: Duration,
    /// Blocks between two settlements.
    pub settle_every_blocks: u64,
    /// Rao that a settlement must bring at a regular turn, so that it is worth its fee; less waits for more, and is settled
    /// when it must be.
    pub settle_min: u64,
    /// Part of the answers that it checks by running the model itself, 0 to 1.
    pub audit_share: f64,
    /// Where vouchers and counts are kept, and models. Without it they are gone with the process.
    pub state_folder: Option<PathBuf>,
}

/// What a gateway shows. Amounts in rao.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct GatewayStatus {
    /// The model that it sells.
    pub model: Option<String>,
    /// Requests answered.
    pub requests: u64,
    /// Requests that no miner answered.
    pub failed: u64,
    /// Times that another miner had to take over.
    pub retries: u64,
    /// Requests that were not let in for want of a voucher.
    pub uncovered: u64,
    /// Tokens read.
    pub prompt_tokens: u64,
    /// Tokens made.
    pub completion_tokens: u64,
    /// Charged since it started.
    pub charged: u64,
    /// Signed for and not settled.
    pub unsettled: u64,
    /// Settled since it started, tribute included.
    pub settled: u64,
    /// The part of that which went into the subnet's reservoir.
    pub tribute: u64,
    /// Owed by accounts for the use of channels that are closed.
    #[serde(default)]
    pub debts: u64,
    /// Those accounts.
    #[serde(default)]
    pub debtors: u64,
    /// The miners.
    pub routes: Vec<RouteView>,
}

/// A running gateway. Dropping the handle does not stop it; its cancellation token does.
pub struct GatewayHandle {
    /// Its figures as they change.
    pub status: watch::Receiver<GatewayStatus>,
    /// Where it listens.
    pub address: SocketAddr,
    /// Ends when cancelled, after open requests were answered and everything was settled.
    pub task: JoinHandle<Result<(), NeuronError>>,
}
