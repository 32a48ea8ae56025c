//! Vectors of the consensus and neuron rules (`docs/rules/README.md#vectors`).

mod cases;
mod commits;
mod delegation;
mod dividends;
mod epoch;
mod hyperparameters;
mod limits;
mod math;
mod mechanisms;
mod neurons;
mod prices;
mod schedule;
mod weights;

use serde_json::Value;

use crate::{Inputs, Problem, Vector};

/// The outputs of a vector under the keys of its `expected`.
///
/// # Errors
/// [`Problem`] if the area or the case is unknown or the inputs are malformed.
pub fn compute(vector: &Vector) -> Result<Value, Problem> {
    let inputs = Inputs(&vector.inputs);
    let name = vector.name.as_str();
    match vector.area.as_str() {
        "commit_reveal" => commits::commit_reveal(name, inputs),
        "delegation" => delegation::delegate(name, inputs),
        "dividends" if name == "emission_to_pending" => dividends::pending(inputs),
        "dividends" => dividends::dividend(name, inputs),
        "epoch" => epoch::one(inputs),
        "epoch_large" => epoch::large(inputs),
        "fixed" => math::fixed_point(name, inputs),
        "hyperparameters" => hyperparameters::hyperparameter(name, inputs),
        "identity" => neurons::identity(name),
        "math" => math::matrices(name, inputs),
        "mechanism" => mechanisms::mechanism(name, inputs),
        "pruning" => neurons::prune(inputs),
        "rate_limit" => limits::rate_limit(name, inputs),
        "registration" => prices::registration(name, inputs),
        "schedule" => schedule::schedule(name, inputs),
        "serving" => neurons::serve(name, inputs),
        "stake" => weights::stake(inputs),
        "trimming" => neurons::trimming(inputs),
        "weights" => weights::weight(name, inputs),
        area => Err(Problem::unknown_area(area)),
    }
}
