//! What the owner of a serve subnet fixes.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use tributary_market_train as train;

/// The market's hyperparameters. Everybody in a subnet must run with the same ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    /// The train subnet whose models are served.
    pub train_netuid: u16,
    /// That subnet's hyperparameters: the family and the budget of its models.
    pub train: train::Rules,
    /// Blocks between two looks for a better model.
    pub release_blocks: u64,
    /// Models that stay available, the newest included.
    pub shelf: usize,
    /// Longest prompt, in bytes (which are the tokens).
    pub prompt_bytes_max: usize,
    /// Longest completion, in tokens.
    pub completion_tokens_max: usize,
    /// Requests that a validator makes of each miner in a round.
    pub probes: usize,
    /// Longest completion that a validator asks for, in tokens; at least half of it is asked for.
    pub probe_tokens: usize,
    /// An answer that takes longer counts as none.
    pub deadline_ms: u64,
    /// Added to every measured time before times are compared: what is lost to the network and the measuring.
    pub latency_floor_ms: u64,
    /// Part of the new score in the moving average of scores, 0 to 1.
    pub smoothing: f64,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            train_netuid: 1,
            train: train::Rules::default(),
            release_blocks: 20,
            shelf: 4,
            prompt_bytes_max: 16 * 1024,
            completion_tokens_max: 1024,
            probes: 2,
            probe_tokens: 48,
            deadline_ms: 5_000,
            latency_floor_ms: 50,
            smoothing: 0.3,
        }
    }
}

/// A hyperparameter that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRule {
    /// One of the serve market.
    #[error("market hyperparameter {name} is {value}; it must be {must}")]
    Serve {
        /// Which.
        name: &'static str,
        /// What it is.
        value: String,
        /// What it may be.
        must: &'static str,
    },
    /// One of the models' family.
    #[error(transparent)]
    Train(#[from] train::BadRule),
}

impl Rules {
    /// Checks every field.
    ///
    /// # Errors
    /// The first field that is out of its range.
    pub fn validate(&self) -> Result<(), BadRule> {
        let whole = |name, value: u64, low: u64, high: u64, must| match (low..=high).contains(&value) {
            true => Ok(()),
            false => Err(BadRule::Serve {
                name,
                value: value.to_string(),
                must,
            }),
        };
        self.train.validate()?;
        whole("release_blocks", self.release_blocks, 1, 100_000, "1 to 100000")?;
        whole("shelf", self.shelf as u64, 2, 64, "2 to 64")?;
        whole(
            "prompt_bytes_max",
            self.prompt_bytes_max as u64,
            1,
            1 << 20,
            "1 to 1048576",
        )?;
        let longest = self.completion_tokens_max as u64;
        whole("completion_tokens_max", longest, 1, 1 << 16, "1 to 65536")?;
        whole("probes", self.probes as u64, 1, 64, "1 to 64")?;
        let tokens = self.probe_tokens as u64;
        whole("probe_tokens", tokens, 2, longest, "2 to completion_tokens_max")?;
        whole("deadline_ms", self.deadline_ms, 100, 600_000, "100 to 600000")?;
        whole("latency_floor_ms", self.latency_floor_ms, 1, 60_000, "1 to 60000")?;
        match self.smoothing > 0.0 && self.smoothing <= 1.0 {
            true => Ok(()),
            false => Err(BadRule::Serve {
                name: "smoothing",
                value: self.smoothing.to_string(),
                must: "above 0, at most 1",
            }),
        }
    }

    /// [`Self::deadline_ms`].
    pub fn deadline(&self) -> Duration {
        Duration::from_millis(self.deadline_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_valid() {
        let rules = Rules::default();
        rules.validate().unwrap();
        let bad = |change: fn(&mut Rules)| {
            let mut rules = rules.clone();
            change(&mut rules);
            assert!(rules.validate().is_err(), "{rules:?}");
        };
        bad(|rules| rules.smoothing = f64::NAN);
        bad(|rules| rules.shelf = 1);
        bad(|rules| rules.probe_tokens = rules.completion_tokens_max + 1);
        bad(|rules| rules.train.slice_bytes = 1);
    }
}
