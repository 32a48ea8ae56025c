//! Vectors of the consensus and neuron rules (`consensus.md` 9).

use alloc::format;
use serde_json::Value;

use super::{Problem, Vector};

/// The outputs of a vector under the keys of its `expected`.
///
/// # Errors
/// [`Problem`] if the area or the case is unknown or the inputs are malformed.
pub fn compute(vector: &Vector) -> Result<Value, Problem> {
    Err(Problem::Unsupported(format!("no rules for area {:?}", vector.area)))
}
