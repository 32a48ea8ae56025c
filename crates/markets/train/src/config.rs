//! What is needed to start a neuron of this market, and what it shows while it runs.

use std::{collections::BTreeMap, fmt, net::SocketAddr, path::PathBuf, str::FromStr, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use tributary_neuron::{Hotkey, Reach, kind_by_name};
use tributary_timelock::Beacon;

use crate::{
    corpus::{Corpus, TrainingText},
    rules::Rules,
    training_pool::TrainingPool,
};

/// How a miner behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MinerKind {
    /// Trains, commits, serves, improves.
    Honest,
    /// Fetches the best miner's weights, adds a little noise and commits them as its own.
    Copycat,
    /// Commits and serves random weights.
    Random,
    /// Trains on a few hundred bytes until it knows them by heart.
    Overfit,
    /// Commits, but never serves.
    Offline,
}

impl MinerKind {
    /// Every kind, honest first.
    pub const ALL: [Self; 5] = [Self::Honest, Self::Copycat, Self::Random, Self::Overfit, Self::Offline];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Honest => "honest",
            Self::Copycat => "copycat",
            Self::Random => "random",
            Self::Overfit => "overfit",
            Self::Offline => "offline",
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
#[derive(Clone)]
pub struct MinerConfig {
    /// The subnet.
    pub netuid: u16,
    /// How it behaves.
    pub kind: MinerKind,
    /// Above 0, at most 1: scales the width of the model within the budget and the share of time spent training.
    pub strength: f64,
    /// Seed of its first weights and its batches.
    pub seed: u64,
    /// The part of the corpus that miners get ([`Corpus::training`]).
    pub text: Arc<TrainingText>,
    /// The market's hyperparameters.
    pub rules: Rules,
    /// Subnets whose neurons may fetch its weights besides those of its own: the markets that serve its models.
    pub guests: Vec<u16>,
    /// Where the axon listens; port 0 picks a free one.
    pub listen: SocketAddr,
    /// What is announced on the chain, if not the address that it got. Port 0 stands for the port that it got.
    pub announce: Option<SocketAddr>,
    /// Which addresses it calls.
    pub reach: Reach,
    /// Processor time for training, shared by every miner of the process.
    pub pool: Arc<TrainingPool>,
    /// Least time between two published versions.
    pub publish_every: Duration,
    /// The beacon until whose rounds artefacts are sealed, where the subnet's pact promises some.
    pub beacon: Beacon,
    /// Where to keep the newest weights, so that a restart goes on from them. `None` starts afresh.
    pub state_folder: Option<PathBuf>,
}

/// What a miner shows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MinerStatus {
    /// Bits per byte of the newest weights on text of the training part that it does not train on.
    pub bits_per_byte: Option<f64>,
    /// Versions committed so far.
    pub version: u64,
    /// Optimiser steps made so far.
    pub steps: u64,
    /// SHA-256 of the newest committed weights, in hexadecimal.
    pub digest: Option<String>,
    /// Sealed artefacts committed so far, under the subnet's pact.
    pub artifacts: u64,
}

/// A running miner of this market.
pub type MinerHandle = tributary_neuron::MinerHandle<MinerStatus>;

/// What a validator is started with.
#[derive(Clone)]
pub struct ValidatorConfig {
    /// The subnet.
    pub netuid: u16,
    /// The whole corpus: validators measure on the part that miners do not get.
    pub corpus: Arc<Corpus>,
    /// The market's hyperparameters.
    pub rules: Rules,
    /// Which addresses it calls.
    pub reach: Reach,
    /// Processor time for measuring, shared by every neuron of the process.
    pub pool: Arc<TrainingPool>,
    /// The beacon until whose rounds artefacts are sealed.
    pub beacon: Beacon,
    /// Where to keep what it remembers of earlier versions, so that a restart does not forget who was first.
    pub state_folder: Option<PathBuf>,
}

/// What a validator thinks of one miner.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MinerView {
    /// Whose it is.
    pub hotkey: Hotkey,
    /// Bits per byte on the last slice, if it could be measured.
    pub bits_per_byte: Option<f64>,
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
    /// Artefacts whose content it confirmed on the chain.
    pub artifacts_confirmed: u64,
    /// Bits per byte of byte frequencies alone on the last slice.
    pub baseline_bits_per_byte: Option<f64>,
    /// Its view of the miners, by uid.
    pub miners: BTreeMap<u16, MinerView>,
}

impl ValidatorStatus {
    /// Lowest bits per byte among the miners that earn.
    pub fn best_bits_per_byte(&self) -> Option<f64> {
        let earning = self.miners.values().filter(|miner| miner.score > 0.0);
        earning.filter_map(|miner| miner.bits_per_byte).min_by(f64::total_cmp)
    }
}

/// A running validator of this market.
pub type ValidatorHandle = tributary_neuron::ValidatorHandle<ValidatorStatus>;
