//! What is needed to start a neuron of this market, and what it shows while it runs.

use std::{collections::BTreeMap, fmt, net::SocketAddr, path::PathBuf, str::FromStr, time::Duration};

use serde::{Deserialize, Serialize};
use tributary_neuron::{Hotkey, Reach, kind_by_name};

use crate::rules::Rules;

/// How a miner behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MinerKind {
    /// Serves the model that is asked for.
    Honest,
    /// Serves a model of its own under that one's name.
    WrongModel,
    /// Serves random letters.
    Random,
    /// Serves the right model, a second late.
    Slow,
    /// Is registered and never answers.
    Offline,
    /// Serves the right model and breaks off in the middle.
    Quitter,
}

impl MinerKind {
    /// Every kind, honest first.
    pub const ALL: [Self; 6] = [
        Self::Honest,
        Self::WrongModel,
        Self::Random,
        Self::Slow,
        Self::Offline,
        Self::Quitter,
    ];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Honest => "honest",
            Self::WrongModel => "wrong-model",
            Self::Random => "random",
            Self::Slow => "slow",
            Self::Offline => "offline",
            Self::Quitter => "quitter",
        }
    }
}

impl fmt::Display for MinerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for MinerKind {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        kind_by_name(&Self::ALL, Self::name, name)
    }
}

/// What a miner is started with.
#[derive(Clone, Debug)]
pub struct MinerConfig {
    /// The subnet.
    pub netuid: u16,
    /// How it behaves.
    pub kind: MinerKind,
    /// The market's hyperparameters.
    pub rules: Rules,
    /// Where the axon listens; port 0 picks a free one.
    pub listen: SocketAddr,
    /// What is announced on the chain, if not the address that it got. Port 0 stands for the port that it got.
    pub announce: Option<SocketAddr>,
    /// Which addresses it calls.
    pub reach: Reach,
    /// Time that each answer waits before it begins: stands for a weaker machine or a longer way.
    pub delay: Duration,
    /// Where to keep models, so that a restart need not fetch them again.
    pub state_folder: Option<PathBuf>,
}

/// What a miner shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MinerStatus {
    /// The model that it serves.
    pub model: Option<String>,
    /// Requests answered.
    pub requests: u64,
    /// Tokens made.
    pub tokens: u64,
}

/// A running miner of this market.
pub type MinerHandle = tributary_neuron::MinerHandle<MinerStatus>;

/// What a validator is started with.
#[derive(Clone)]
pub struct ValidatorConfig {
    /// The subnet.
    pub netuid: u16,
    /// The market's hyperparameters.
    pub rules: Rules,
    /// Which addresses it calls.
    pub reach: Reach,
    /// Texts that prompts are cut from.
    pub prompts: std::sync::Arc<tributary_market_train::Corpus>,
    /// Where to keep models, so that a restart need not fetch them again.
    pub state_folder: Option<PathBuf>,
}

/// What a validator thinks of one miner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MinerView {
    /// Whose it is.
    pub hotkey: Hotkey,
    /// Whether all answers of the last round were the model's; nothing if some were missing.
    pub correct: Option<bool>,
    /// Until the first bytes came, on average over the probes of the last round, in milliseconds.
    pub first_ms: Option<f64>,
    /// Of the slowest answer of the last round, in milliseconds.
    pub answer_ms: Option<f64>,
    /// Tokens a second over the last round.
    pub tokens_per_second: Option<f64>,
    /// Score of the last round, 0 to 1.
    pub score: f64,
    /// Moving average of the scores, which the weights are made of.
    pub average: f64,
    /// Why the score is 0, if it is.
    pub verdict: Option<String>,
}

/// What a validator shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ValidatorStatus {
    /// Rounds finished.
    pub rounds: u64,
    /// Block of the last weights set.
    pub weights_block: Option<u64>,
    /// The model that was asked for in the last round.
    pub model: Option<String>,
    /// Its view of the miners, by uid.
    pub miners: BTreeMap<u16, MinerView>,
}

/// A running validator of this market.
pub type ValidatorHandle = tributary_neuron::ValidatorHandle<ValidatorStatus>;
