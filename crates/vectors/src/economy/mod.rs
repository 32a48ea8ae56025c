//! Vectors of the economy (`docs/rules/README.md#vectors`).

mod coinbase;
mod dividends;
mod emission;
mod lifecycle;
mod pools;
mod read;
mod registration;
mod root;
mod scheduler;
mod staking;

use serde_json::Value;

use crate::{Inputs, Problem, Vector};

/// The outputs of one vector, under the keys of its `expected`.
///
/// # Errors
/// [`Problem::Unsupported`] of an area that these rules do not cover, [`Problem::Input`] of malformed inputs.
pub fn compute(vector: &Vector) -> Result<Value, Problem> {
    let inputs = Inputs(&vector.inputs);
    let name = vector.name.as_str();
    match vector.area.as_str() {
        "issuance" => emission::issuance(inputs),
        "emission_shares" => emission::shares(inputs),
        "emission_shares_dormant_flow" => emission::flow(inputs),
        "coinbase" => coinbase::coinbase(inputs),
        "moving_price" => emission::moving(inputs),
        "scheduler" => scheduler::scheduler(inputs),
        "dividends" => dividends::dividends(inputs),
        "childkeys" => dividends::childkeys(inputs),
        "stake_weight" => dividends::stake_weight(inputs),
        "mechanisms" => dividends::mechanisms(inputs),
        "staking" => staking::staking(inputs),
        "recycle_burn" => staking::recycle_or_burn(name, inputs),
        "root_claim" => root::claims(inputs),
        "share_pool" => staking::share_pool(inputs),
        "swap" => pools::swap(inputs),
        "swap_math" => pools::mathematics(inputs),
        "limits" => pools::limits(name, inputs),
        "lifecycle" => lifecycle::lifecycle(inputs),
        "registration_burn" => registration::burn(name, inputs),
        "fees" => registration::fees(inputs),
        area => Err(Problem::unknown_area(area)),
    }
}
