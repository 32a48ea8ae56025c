//! Bounds of what owners may set, by the calls that set it.

use pallet_admin_utils::Call as Admin;
use pallet_subtensor::Call;
use serde_json::{Value, json};
use tributary_economy::Ledger;
use tributary_runtime::{Runtime, RuntimeOrigin};

use super::cases::each;
use crate::{
    Inputs, Problem,
    chain::{self, Subnet, verdict},
};

pub fn hyperparameter(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    chain::run(|chain| {
        let subnet = Subnet::found(chain)?;
        let netuid = subnet.netuid;
        // Nothing changes close to an epoch.
        pallet_subtensor::AdminFreezeWindow::<Runtime>::put(0);
        Ok(match name {
            "alpha_values" => {
                chain.set_liquid_alpha_on(netuid, true);
                let set = |pair: Vec<u16>| match pair.as_slice() {
                    &[alpha_low, alpha_high] => Ok(verdict(subnet.attempt(Admin::sudo_set_alpha_values {
                        netuid,
                        alpha_low,
                        alpha_high,
                    }))),
                    _ => Err(Problem::Input("a pair is not one".into())),
                };
                json!({ "result": inputs.int_rows("pairs")?.into_iter().map(set).collect::<Result<Vec<_>, _>>()? })
            }
            "tempo_bounds_owner" => {
                let set = |tempo| subnet.attempt(Call::set_tempo { netuid, tempo }).is_ok();
                json!({ "ok": each(inputs.ints("tempo")?, set) })
            }
            "activity_factor_bounds" => {
                let set = |factor_milli| subnet.attempt(Call::set_activity_cutoff_factor { netuid, factor_milli });
                json!({ "ok": each(inputs.ints("factor_milli")?, |factor| set(factor).is_ok()) })
            }
            "reveal_period_bounds" => {
                let set = |interval| Admin::sudo_set_commit_reveal_weights_interval { netuid, interval };
                json!({ "result": each(inputs.ints("epochs")?, |epochs| verdict(subnet.attempt(set(epochs)))) })
            }
            "bonds_moving_average_owner" => {
                let values: Vec<u64> = inputs.ints("value")?;
                let set = |&bonds_moving_average: &u64| Admin::sudo_set_bonds_moving_average {
                    netuid,
                    bonds_moving_average,
                };
                json!({
                    "owner_ok": each(&values, |value| subnet.attempt(set(value)).is_ok()),
                    "root_ok": each(&values, |value| chain::attempt(RuntimeOrigin::root(), set(value)).is_ok()),
                })
            }
            _ => return Err(Problem::unsupported("this")),
        })
    })
}
