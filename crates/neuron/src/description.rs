//! What the owner of a subnet publishes of its market, so that nobody works by other rules or on other text than those
//! who judge.
//!
//! It is JSON behind [`MARK`], in at most two raw fields of the commitment of the subnet's owner hotkey
//! (`Commitments.CommitmentOf`). The chain keeps it, so it can be read without asking anybody, and only the owner can
//! change it.

use serde::{Deserialize, Serialize};

/// What the text begins with.
pub const MARK: &str = "tributary-market/1\n";
/// Longest text, the mark included: two fields of the chain's longest raw kind.
pub const BYTES_MAX: usize = 2 * FIELD_BYTES_MAX;
/// Longest field.
pub const FIELD_BYTES_MAX: usize = 512;

/// A market, as its owner describes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// What is competed in: `train` or `serve`.
    pub kind: String,
    /// The market's hyperparameters, all of them; their form depends on the kind.
    pub rules: serde_json::Value,
    /// The text that is competed on, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corpus: Option<CorpusPrint>,
    /// The beacon until whose rounds artifacts are sealed, where there are some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beacon: Option<BeaconPrint>,
}

/// What a text is known by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CorpusPrint {
    /// Its name, for people.
    pub name: String,
    /// Its length, the held-out part included.
    pub bytes: u64,
    /// SHA-256 of all of it, in hexadecimal. Validators hold their copy against it.
    pub sha256: String,
    /// SHA-256 of the part that miners get, its blocks one after the other. Miners hold what they fetched against it,
    /// validators what follows from their copy.
    pub training_sha256: String,
}

/// What a beacon is known by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BeaconPrint {
    /// drand's hash of the chain, in hexadecimal.
    pub chain: String,
    /// Where a relay is, if the owner names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relay: Option<String>,
}

/// Why a description cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DescriptionError {
    /// The chain has no room for it.
    #[error("the description has {0} bytes, and the chain takes {BYTES_MAX}: give the corpus a shorter name")]
    TooLong(usize),
    /// It is not what this version reads.
    #[error("what the subnet's owner has published is not a description of a market: {0}")]
    Unreadable(String),
}

impl Description {
    /// The text, as the chain keeps it.
    ///
    /// # Errors
    /// [`DescriptionError::TooLong`].
    pub fn to_text(&self) -> Result<String, DescriptionError> {
        let json = serde_json::to_string(self).map_err(|error| DescriptionError::Unreadable(error.to_string()))?;
        let text = format!("{MARK}{json}");
        if text.len() > BYTES_MAX {
            return Err(DescriptionError::TooLong(text.len()));
        }
        Ok(text)
    }

    /// Reads such a text.
    ///
    /// # Errors
    /// [`DescriptionError::Unreadable`].
    pub fn from_text(text: &str) -> Result<Self, DescriptionError> {
        let unreadable = |reason: String| DescriptionError::Unreadable(reason);
        // Whoever hands this over may be no chain. Nothing of a longer text is looked at.
        if text.len() > BYTES_MAX {
            let length = text.len();
            return Err(unreadable(format!(
                "it has {length} bytes, and the chain takes {BYTES_MAX}"
            )));
        }
        let json = text
            .strip_prefix(MARK)
            .ok_or_else(|| unreadable("it has another mark".into()))?;
        serde_json::from_str(json).map_err(|error| unreadable(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_are_read_as_they_were_written() {
        let description = Description {
            kind: "train".into(),
            rules: serde_json::json!({ "margin_bits": 0.02, "parameters_max": 45_000 }),
            corpus: Some(CorpusPrint {
                name: "histories".into(),
                bytes: 1_888_459,
                sha256: "a".repeat(64),
                training_sha256: "b".repeat(64),
            }),
            beacon: Some(BeaconPrint {
                chain: "c".repeat(64),
                relay: Some("http://127.0.0.1:8403".into()),
            }),
        };
        let text = description.to_text().unwrap();
        assert_eq!(Description::from_text(&text), Ok(description.clone()));
        let mut long = description;
        long.kind = "x".repeat(BYTES_MAX);
        assert!(matches!(long.to_text(), Err(DescriptionError::TooLong(_))));
        let padded = format!("{text}{}", " ".repeat(BYTES_MAX + 1 - text.len()));
        assert!(Description::from_text(&padded[..BYTES_MAX]).is_ok());
        assert!(
            Description::from_text(&padded)
                .unwrap_err()
                .to_string()
                .contains("1025 bytes")
        );
        for text in [
            "",
            "{}",
            "tributary-market/1\n",
            "tributary-market/2\n{}",
            "tributary-market/1\n{\"kind\":1}",
        ] {
            assert!(
                matches!(Description::from_text(text), Err(DescriptionError::Unreadable(_))),
                "{text}"
            );
        }
    }
}
