//! Vectors of the consensus and neuron rules (`consensus.md` 9).

mod epoch;

use alloc::format;
use serde_json::Value;

use super::{Inputs, Problem, Vector};

/// The outputs of a vector under the keys of its `expected`.
///
/// # Errors
/// [`Problem`] if the area or the case is unknown or the inputs are malformed.
pub fn compute(vector: &Vector) -> Result<Value, Problem> {
    let inputs = Inputs(&vector.inputs);
    match vector.area.as_str() {
        "epoch" => epoch::one(inputs),
        "epoch_large" => epoch::large(inputs),
        area => Err(Problem::Unsupported(format!("no rules for area {area:?}"))),
    }
}
