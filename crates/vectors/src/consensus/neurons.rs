//! Which neurons go, and what they say of themselves.

use pallet_subtensor::{Call, NeuronCertificates};
use serde_json::{Value, json};
use tributary_economy::{
    Alpha,
    pruning::{self, Candidate},
};
use tributary_runtime::Runtime;

use super::cases::each;
use crate::{
    Inputs, Problem,
    chain::{self, Subnet},
};

pub fn prune(inputs: Inputs<'_>) -> Result<Value, Problem> {
    let (block, period) = (inputs.int("block")?, inputs.int("immunity_period")?);
    let registered: Vec<u64> = inputs.ints("block_at_registration")?;
    let immortal: Vec<u16> = inputs.ints("immortal_uids")?;
    let candidate = |(uid, (emission, registered_at))| Candidate {
        uid,
        emission: Alpha(emission),
        registered_at,
        immune: pruning::is_immune(block, registered_at, period),
        immortal: immortal.contains(&uid),
    };
    let candidates: Vec<Candidate> = (0..)
        .zip(inputs.ints("emission")?.into_iter().zip(registered))
        .map(candidate)
        .collect();
    Ok(json!({ "uid": pruning::choose(&candidates, inputs.int("min_non_immune_uids")?) }))
}

pub fn trimming(inputs: Inputs<'_>) -> Result<Value, Problem> {
    if inputs.int::<u64>("limit_percent")? != pruning::MAX_IMMUNE_PERCENT {
        return Err(Problem::unsupported("another limit_percent"));
    }
    let (immune, max_n) = (inputs.ints::<u16>("immune")?, inputs.ints("max_n")?);
    // One neuron more than may stay, so that one must go.
    let trims = |(immune, max_n): (u16, u16)| {
        let neuron = |uid| Candidate {
            uid,
            emission: Alpha::ZERO,
            registered_at: 0,
            immune: uid < immune,
            immortal: false,
        };
        let all: Vec<Candidate> = (0..=max_n.max(immune)).map(neuron).collect();
        pruning::trim(&all, max_n).is_ok()
    };
    Ok(json!({ "ok": each(immune.into_iter().zip(max_n), trims) }))
}

pub fn serve(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    chain::run(|chain| {
        let subnet = Subnet::found(chain)?;
        Ok(match name {
            "ipv4" | "ipv6" => {
                let ip_type = inputs.int("ip_type")?;
                let address = |value: &Value| match value.as_str().and_then(|text| text.strip_prefix("0x")) {
                    Some(hex) => u128::from_str_radix(hex, 16).ok(),
                    None => value.as_u64().map(u128::from),
                };
                let addresses = inputs.list("ip")?.iter().map(address).collect::<Option<Vec<_>>>();
                let addresses = addresses.ok_or_else(|| Problem::Input("an address is not a number".into()))?;
                // An axon may be withdrawn by an address of zero, metrics may not.
                let serves = |(ip, withdraws)| match withdraws {
                    true => announce(&subnet, axon(&subnet, ip, ip_type)),
                    false => announce(&subnet, prometheus(&subnet, ip, ip_type)),
                };
                json!({ "ok": each(addresses.into_iter().zip(inputs.bools("allow_zero")?), serves) })
            }
            "ip_type" => {
                json!({ "ok": each(inputs.ints("ip_type")?, |ip_type| announce(&subnet, axon(&subnet, 1 << 24, ip_type))) })
            }
            "certificate_lengths" => json!({ "ok": each(inputs.ints("bytes")?, |bytes| certifies(&subnet, bytes)) }),
            _ => return Err(Problem::unsupported("this")),
        })
    })
}

fn axon(subnet: &Subnet, ip: u128, ip_type: u8) -> Call<Runtime> {
    Call::serve_axon {
        netuid: subnet.netuid,
        version: 0,
        ip,
        port: 1,
        ip_type,
        protocol: 0,
        placeholder1: 0,
        placeholder2: 0,
    }
}

fn prometheus(subnet: &Subnet, ip: u128, ip_type: u8) -> Call<Runtime> {
    Call::serve_prometheus {
        netuid: subnet.netuid,
        version: 0,
        ip,
        port: 1,
        ip_type,
    }
}

/// Whether the subnet's first neuron may announce this.
fn announce(subnet: &Subnet, endpoint: Call<Runtime>) -> bool {
    chain::look(|| chain::sign(&subnet.hotkey, endpoint).is_ok())
}

/// Whether a certificate of so many bytes is kept.
fn certifies(subnet: &Subnet, bytes: usize) -> bool {
    let axon = Call::serve_axon_tls {
        netuid: subnet.netuid,
        version: 0,
        ip: 1 << 24,
        port: 1,
        ip_type: 4,
        protocol: 0,
        placeholder1: 0,
        placeholder2: 0,
        certificate: vec![1; bytes],
    };
    chain::look(|| {
        chain::sign(&subnet.hotkey, axon).is_ok()
            && NeuronCertificates::<Runtime>::contains_key(subnet.netuid, &subnet.hotkey)
    })
}

/// The longest that each text of an identity may be, found by trying.
pub fn identity(name: &str) -> Result<Value, Problem> {
    /// Longer than any limit.
    const TOO_LONG: usize = 4_096;
    if name != "chain_identity_max_bytes" {
        return Err(Problem::unsupported("this"));
    }
    let fields = [
        "name",
        "url",
        "github_repo",
        "image",
        "discord",
        "description",
        "additional",
    ];
    chain::run(|chain| {
        let subnet = Subnet::found(chain)?;
        let longest = |field: usize| {
            let lengths: Vec<usize> = (0..=TOO_LONG).collect();
            lengths.partition_point(|&length| subnet.attempt(identify(field, length)).is_ok())
        };
        let limits = fields
            .into_iter()
            .enumerate()
            .map(|(place, field)| (field.to_owned(), json!(longest(place).checked_sub(1))));
        Ok(limits.collect())
    })
}

/// An identity of which one text has a length and the others are empty.
fn identify(field: usize, length: usize) -> Call<Runtime> {
    let text = |place| if place == field { vec![b'a'; length] } else { Vec::new() };
    Call::set_identity {
        name: text(0),
        url: text(1),
        github_repo: text(2),
        image: text(3),
        discord: text(4),
        description: text(5),
        additional: text(6),
    }
}
