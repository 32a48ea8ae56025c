//! What the owner of a train subnet fixes: the family of models, their budget, and how validators judge.

use serde::{Deserialize, Serialize};

/// The market's hyperparameters. Everybody in a subnet must run with the same ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    /// Bytes that a model sees before it predicts the next.
    pub context_bytes: usize,
    /// Width of a byte's embedding.
    pub embedding_width: usize,
    /// Widest hidden layer allowed; a miner may train a narrower one.
    pub hidden_width_max: usize,
    /// Most parameters a model may have.
    pub parameters_max: usize,
    /// Bytes of held-out text that a round measures on.
    pub slice_bytes: usize,
    /// By how many bits per byte a model must beat the byte-frequency baseline to be paid, and a model derived
    /// from an earlier one must beat that one.
    pub margin_bits: f64,
    /// A model that is this many bits per byte worse than the best earns 1/e of the best one's score.
    pub temperature_bits: f64,
    /// Two models are a model and its copy if the output weights of the hidden units of one are found again in the
    /// other with at least this mean cosine. Independent ones stay below 0.5.
    pub same_weights_cosine: f64,
    /// Two models agree like copies if their predictions diverge (Jensen-Shannon, bits) by less than this part
    /// of what the better one has learned (bits per byte below the baseline).
    pub same_predictions_ratio: f64,
    /// Versions of each hotkey that a validator remembers when it looks for originals.
    pub archive_versions: usize,
    /// Part of the new score in the moving average of scores, 0 to 1.
    pub smoothing: f64,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            context_bytes: 8,
            embedding_width: 16,
            hidden_width_max: 96,
            parameters_max: 45_000,
            slice_bytes: 8 * 1024,
            margin_bits: 0.02,
            temperature_bits: 0.25,
            same_weights_cosine: 0.75,
            same_predictions_ratio: 0.01,
            archive_versions: 12,
            smoothing: 0.5,
        }
    }
}

/// A hyperparameter that makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("market hyperparameter {name} is {value}; it must be {must}")]
pub struct BadRule {
    name: &'static str,
    value: String,
    must: &'static str,
}

impl Rules {
    /// Parameters of a model with a hidden layer of `hidden` units.
    pub fn parameters(&self, hidden: usize) -> usize {
        256 * self.embedding_width + (self.context_bytes * self.embedding_width + 1) * hidden + (hidden + 1) * 256
    }

    /// The widest hidden layer that fits the budget.
    pub fn hidden_width(&self) -> usize {
        let fixed = self.parameters(0);
        let per_unit = self.parameters(1) - fixed;
        self.hidden_width_max
            .min(self.parameters_max.saturating_sub(fixed) / per_unit)
    }

    /// Largest safetensors file that a model within the budget can need: 4 bytes a parameter and a header.
    pub fn artefact_bytes_max(&self) -> usize {
        4 * self.parameters_max + 4096
    }

    /// Checks every field.
    ///
    /// # Errors
    /// The first field that is out of its range.
    pub fn validate(&self) -> Result<(), BadRule> {
        fn check(name: &'static str, value: impl ToString, must: &'static str, ok: bool) -> Result<(), BadRule> {
            if ok {
                Ok(())
            } else {
                Err(BadRule {
                    name,
                    value: value.to_string(),
                    must,
                })
            }
        }
        check(
            "context_bytes",
            self.context_bytes,
            "1 to 256",
            (1..=256).contains(&self.context_bytes),
        )?;
        check(
            "embedding_width",
            self.embedding_width,
            "1 to 1024",
            (1..=1024).contains(&self.embedding_width),
        )?;
        let width = self.hidden_width_max;
        check("hidden_width_max", width, "8 to 65536", (8..=65_536).contains(&width))?;
        let fits = self.parameters_max <= 1 << 30 && self.hidden_width() >= 8;
        check(
            "parameters_max",
            self.parameters_max,
            "enough for a hidden layer of 8 units, and at most 2^30",
            fits,
        )?;
        check(
            "slice_bytes",
            self.slice_bytes,
            "1024 to 1048576",
            (1024..=1 << 20).contains(&self.slice_bytes),
        )?;
        check(
            "margin_bits",
            self.margin_bits,
            "0.001 to 1",
            (0.001..=1.0).contains(&self.margin_bits),
        )?;
        let warm = (0.01..=8.0).contains(&self.temperature_bits);
        check("temperature_bits", self.temperature_bits, "0.01 to 8", warm)?;
        let cosine = self.same_weights_cosine;
        check("same_weights_cosine", cosine, "0.5 to 1", (0.5..=1.0).contains(&cosine))?;
        let ratio = self.same_predictions_ratio;
        check(
            "same_predictions_ratio",
            ratio,
            "0 to 0.5",
            (0.0..=0.5).contains(&ratio),
        )?;
        check(
            "archive_versions",
            self.archive_versions,
            "2 to 1024",
            (2..=1024).contains(&self.archive_versions),
        )?;
        check(
            "smoothing",
            self.smoothing,
            "above 0, at most 1",
            self.smoothing > 0.0 && self.smoothing <= 1.0,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_is_valid_and_fits_its_budget() {
        let rules = Rules::default();
        rules.validate().unwrap();
        assert_eq!(rules.hidden_width(), 96);
        assert!(rules.parameters(96) <= rules.parameters_max);
        assert!(
            Rules {
                parameters_max: 100,
                ..rules.clone()
            }
            .validate()
            .is_err()
        );
        assert!(
            Rules {
                smoothing: 0.0,
                ..rules.clone()
            }
            .validate()
            .is_err()
        );
        assert!(
            Rules {
                margin_bits: f64::NAN,
                ..rules
            }
            .validate()
            .is_err()
        );
    }
}
