//! Vectors of the consensus and neuron rules (`docs/rules/README.md#vectors`).

mod commits;
mod epoch;
mod math;
mod rules;
mod schedule;

use alloc::format;
use serde_json::Value;

use super::{Inputs, Problem, Vector};

/// The outputs of a vector under the keys of its `expected`.
///
/// # Errors
/// [`Problem`] if the area or the case is unknown or the inputs are malformed.
pub fn compute(vector: &Vector) -> Result<Value, Problem> {
    let inputs = Inputs(&vector.inputs);
    let name = vector.name.as_str();
    match vector.area.as_str() {
        "commit_reveal" => commits::commit_reveal(name, inputs),
        "delegation" => rules::delegate(name, inputs),
        "dividends" if name == "emission_to_pending" => schedule::pending(inputs),
        "dividends" => rules::dividend(name, inputs),
        "epoch" => epoch::one(inputs),
        "epoch_large" => epoch::large(inputs),
        "fixed" => math::fixed_point(name, inputs),
        "hyperparameters" => rules::hyperparameter(name, inputs),
        "identity" => rules::identity(name),
        "math" => math::matrices(name, inputs),
        "mechanism" => rules::mechanism(name, inputs),
        "pruning" => rules::prune(inputs),
        "rate_limit" => rules::rate_limit(name, inputs),
        "registration" => schedule::registration(name, inputs),
        "schedule" => schedule::schedule(name, inputs),
        "serving" => rules::serve(name, inputs),
        "stake" => rules::stake(inputs),
        "trimming" => rules::trimming(inputs),
        "voting_power" => rules::voting(name, inputs),
        "weights" => rules::weight(name, inputs),
        area => Err(Problem::Unsupported(format!("no rules for area {area:?}"))),
    }
}
