//! A vector as a file holds it.

use serde::Deserialize;
use serde_json::Value;

/// One reference vector.
#[derive(Clone, Debug, Deserialize)]
pub struct Vector {
    /// Part of the rules that it exercises.
    pub area: String,
    /// Its name, unique within the area.
    pub name: String,
    /// What goes in; keys differ from area to area.
    pub inputs: Value,
    /// What must come out.
    pub expected: Value,
    /// Allowed difference, see [`crate::Tolerance::of`].
    #[serde(default)]
    pub tolerance: Value,
    /// Where the numbers come from. The consensus vectors always say so, the economy vectors name it in
    /// brackets in `name`: this tells the two sets apart, since both have an area `dividends`.
    pub source: Option<String>,
}

/// Why outputs could not be computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The chain does not do it.
    #[error("{0}")]
    Unsupported(String),
    /// The inputs lack a value or hold one of a wrong type.
    #[error("{0}")]
    Input(String),
}

impl Problem {
    /// No part of the chain does what the vector is about.
    pub(crate) fn unsupported(what: &str) -> Self {
        Self::Unsupported(format!("the chain has no rule for {what}"))
    }

    /// There is no such area.
    pub(crate) fn unknown_area(area: &str) -> Self {
        Self::Unsupported(format!("no area is called `{area}`"))
    }
}
