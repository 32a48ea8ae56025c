//! Whole epochs.

use serde_json::{Value, json};

use tributary_economy::{
    Alpha,
    epoch::{self, EpochInput, EpochOutput, Parameters},
    fixed::I64F64,
};

use crate::{Inputs, Problem};

/// An epoch with everything spelled out.
pub fn one(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let stake = if inputs.has("stake_i64f64_bits") {
        inputs
            .ints::<i128>("stake_i64f64_bits")?
            .into_iter()
            .map(I64F64::from_bits)
            .collect()
    } else {
        inputs
            .ints::<u64>("stake")?
            .into_iter()
            .map(I64F64::saturating_from_num)
            .collect()
    };
    let commit_blocks = match (
        inputs.bool("commit_reveal_enabled")?,
        inputs.has("earliest_active_commit_block"),
    ) {
        (true, true) => Some(commits(inputs)?),
        _ => None,
    };
    let output = epoch::run(&EpochInput {
        parameters: Parameters {
            tempo: inputs.int("tempo")?,
            activity_cutoff: inputs.int("activity_cutoff_blocks")?,
            kappa: inputs.int("kappa")?,
            bonds_penalty: inputs.int("bonds_penalty")?,
            bonds_moving_average: inputs.int("bonds_moving_average")?,
            yuma3_on: inputs.bool("yuma3")?,
            liquid_alpha_on: inputs.bool("liquid_alpha")?,
            alpha_values: (inputs.int("alpha_low")?, inputs.int("alpha_high")?),
            alpha_sigmoid_steepness: inputs.int("alpha_sigmoid_steepness")?,
            max_allowed_validators: inputs.int("max_allowed_validators")?,
            stake_threshold: inputs.int("stake_threshold")?,
        },
        block: inputs.int("block")?,
        last_step_block: inputs.int("last_mechanism_step_block")?,
        owner_uid: inputs.optional_int("owner_uid")?,
        stake,
        validator_permit: inputs.bools("validator_permits")?,
        last_update: inputs.ints("last_update")?,
        block_at_registration: inputs.ints("block_at_registration")?,
        commit_blocks,
        weights: inputs.sparse("weights")?,
        bonds: inputs.sparse("bonds")?,
        emission: Alpha(inputs.int("emission")?),
    });
    Ok(json(&output))
}

/// Null stands for a uid without commits.
fn commits(inputs: Inputs<'_>) -> Result<Vec<u64>, Problem> {
    let list = inputs.list("earliest_active_commit_block")?;
    let nulls: Vec<Value> = list
        .iter()
        .map(|block| {
            if block.is_null() {
                json!(u64::MAX)
            } else {
                block.clone()
            }
        })
        .collect();
    Inputs(&json!({ "blocks": nulls })).ints("blocks")
}

fn json(output: &EpochOutput) -> Value {
    json!({
        "active": output.active,
        "stake_weight": output.stake_weight,
        "consensus": output.consensus,
        "incentive": output.incentive,
        "dividends": output.dividends,
        "emission": output.emission,
        "server_emission": output.server_emission,
        "validator_emission": output.validator_emission,
        "validator_trust": output.validator_trust,
        "new_validator_permits": output.validator_permit,
        "bonds": output.bonds,
    })
}

/// The reference's graph of 512 neurons, 64 validators, run for some epochs. Every validator weighs every
/// server alike and has a stake of 328125 TAO; the rest of the network is as a fresh one of tempo 1.
pub fn large(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let n: usize = inputs.int("n")?;
    let validators = usize::from(inputs.int::<u16>("max_allowed_validators")?);
    let servers = validators.min(n)..n;
    let stake = |uid: usize| {
        if servers.contains(&uid) {
            0_u64
        } else {
            328_125_000_000_000
        }
    };
    let row = |uid: usize| {
        let all = servers.clone().map(|server| (server as u16, u16::MAX)).collect();
        if servers.contains(&uid) { Vec::new() } else { all }
    };
    let mut input = EpochInput {
        parameters: Parameters {
            tempo: 1,
            activity_cutoff: 13,
            kappa: inputs.int("kappa")?,
            bonds_penalty: inputs.int("bonds_penalty")?,
            yuma3_on: false,
            max_allowed_validators: inputs.int("max_allowed_validators")?,
            ..Parameters::default()
        },
        block: 2,
        stake: (0..n).map(|uid| I64F64::saturating_from_num(stake(uid))).collect(),
        validator_permit: (0..n).map(|uid| !servers.contains(&uid)).collect(),
        last_update: vec![2; n],
        block_at_registration: vec![1; n],
        weights: (0..n).map(row).collect(),
        emission: Alpha(inputs.int("emission")?),
        ..EpochInput::default()
    };
    let mut output = EpochOutput::default();
    for _ in 0..inputs.int::<u64>("epochs")? {
        output = epoch::run(&input);
        input.bonds.clone_from(&output.bonds);
        input.validator_permit.clone_from(&output.validator_permit);
        input.last_step_block = input.block;
        input.block += 1;
    }
    let bond = uniform(output.bonds.iter().take(servers.start).flatten().map(|(_, bond)| *bond));
    let part = |uids: core::ops::Range<usize>| {
        json!({
            "consensus": uniform(output.consensus[uids.clone()].iter().copied()),
            "incentive": uniform(output.incentive[uids.clone()].iter().copied()),
            "dividends": uniform(output.dividends[uids.clone()].iter().copied()),
            "emission": uniform(output.emission[uids].iter().copied()),
            "bond_to_server": bond,
        })
    };
    Ok(json!({ "validator": part(0..servers.start), "server": part(servers) }))
}

/// The one value that all have; otherwise a text that equals no number.
fn uniform<T: PartialEq + serde::Serialize>(mut values: impl Iterator<Item = T>) -> Value {
    match values.next() {
        Some(first) if values.all(|value| value == first) => json!(first),
        Some(_) => json!("not the same for all".to_string()),
        None => Value::Null,
    }
}
