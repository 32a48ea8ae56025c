//! Several consensus mechanisms on one subnet.

use serde_json::{Value, json};
use tributary_economy::{
    Alpha, MechId, NetUid, NetUidStorageIndex,
    epoch::{self, EpochInput, EpochOutput, Parameters},
    fixed::I64F64,
    mechanisms,
};

use super::cases::each;
use crate::{Inputs, Problem};

pub fn mechanism(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    Ok(match name {
        _ if name.starts_with("split_") => {
            let split = if inputs.has("split") {
                Some(inputs.ints::<u16>("split")?)
            } else {
                None
            };
            json!({ "parts": mechanisms::split(Alpha(inputs.int("emission")?), inputs.int("count")?, split.as_deref()) })
        }
        "storage_index" => {
            let index = |pair: Vec<u16>| match pair.as_slice() {
                &[netuid, mecid] => Ok(NetUid(netuid).index(MechId(mecid as u8))),
                _ => Err(Problem::Input("a pair is not one".into())),
            };
            let pairs = inputs.int_rows::<u16>("pairs_netuid_mecid")?;
            json!({ "index": pairs.into_iter().map(index).collect::<Result<Vec<_>, _>>()? })
        }
        "index_to_pair" => {
            let pairs = each(inputs.ints("index")?, |index| NetUidStorageIndex(index).split());
            json!({ "netuid": each(&pairs, |(netuid, _)| netuid), "mecid": each(&pairs, |(_, mecid)| mecid) })
        }
        "bonds_per_mechanism" => {
            let stake: Vec<u64> = inputs.ints("stake")?;
            let input = EpochInput {
                parameters: Parameters {
                    tempo: 1,
                    yuma3_on: false,
                    ..Parameters::default()
                },
                block: 2,
                stake: each(stake, I64F64::saturating_from_num),
                validator_permit: inputs.bools("permits")?,
                last_update: inputs.ints("last_update")?,
                emission: Alpha(inputs.int("emission")?),
                ..EpochInput::default()
            };
            let bonds = |key| {
                Ok(epoch::run(&EpochInput {
                    weights: inputs.sparse(key)?,
                    ..input.clone()
                })
                .bonds)
            };
            json!({ "bonds_mech0": bonds("weights_mech0")?, "bonds_mech1": bonds("weights_mech1")? })
        }
        "aggregate_u16" | "aggregate_emission_storage" => {
            let (values, emissions) = (inputs.ints::<u64>("values")?, inputs.ints::<u64>("emissions")?);
            let whole = Alpha(emissions.iter().sum());
            let wide = name == "aggregate_emission_storage";
            let epoch = |(value, part): (u64, u64)| {
                let mut output = EpochOutput {
                    active: vec![true],
                    ..EpochOutput::default()
                };
                if wide {
                    output.emission = vec![Alpha(value)];
                } else {
                    let value = u16::try_from(value).map_err(|_| Problem::Input(format!("{value} is too large")))?;
                    output.consensus = vec![value];
                }
                Ok((Alpha(part), output))
            };
            let epochs = values
                .into_iter()
                .zip(emissions)
                .map(epoch)
                .collect::<Result<Vec<_>, Problem>>()?;
            let all = mechanisms::aggregate(&epochs, whole);
            if wide {
                json!({ "aggregate": all.emission.first() })
            } else {
                json!({ "aggregate": all.consensus.first() })
            }
        }
        _ => return Err(Problem::unsupported("this")),
    })
}
