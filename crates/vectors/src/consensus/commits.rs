//! Commit-reveal.

use pallet_subtensor::{Call, WeightCommits};
use serde_json::{Value, json};
use sp_core::H256;
use sp_crypto_hashing::blake2_256;
use tributary_economy::{Ledger, MechId, NetUidStorageIndex, commits};
use tributary_runtime::Runtime;

use crate::{
    Inputs, Problem,
    chain::{self, Chain, Subnet, sign},
};

pub fn commit_reveal(name: &str, inputs: Inputs<'_>) -> Result<Value, Problem> {
    Ok(match name {
        _ if name.starts_with("commit_hash_") => {
            let account = account(&inputs.text("account_hex")?)?;
            let bytes = commits::preimage(
                &account,
                NetUidStorageIndex(inputs.int("netuid_index")?),
                &inputs.ints::<u16>("uids")?,
                &inputs.ints::<u16>("values")?,
                &inputs.ints::<u16>("salt")?,
                inputs.int("version_key")?,
            );
            json!({ "scale_hex": hex(&bytes), "blake2b_256": hex(&blake2_256(&bytes)) })
        }
        "reveal_window" => {
            let committed = inputs.int("commit_epoch")?;
            let verdict = |(period, current)| match commits::window(committed, period, current) {
                commits::Window::Early => "RevealTooEarly",
                commits::Window::Open => "ok",
                commits::Window::Expired => "expired",
            };
            let cases = inputs
                .ints("reveal_period")?
                .into_iter()
                .zip(inputs.ints("current_epoch")?);
            json!({ "result": cases.map(verdict).collect::<Vec<_>>() })
        }
        "tenth_commit_limit" => {
            let verdict = |unexpired| {
                if commits::has_room(unexpired) {
                    "ok"
                } else {
                    "TooManyUnrevealedCommits"
                }
            };
            json!({ "result": inputs.ints("unexpired_commits")?.into_iter().map(verdict).collect::<Vec<_>>() })
        }
        "reveal_pops_older" => chain::run(|chain| queue_after(chain, inputs))?,
        _ => return Err(Problem::unsupported("this")),
    })
}

/// Commits of one epoch that a reveal of one of them leaves, by their names.
fn queue_after(chain: &mut Chain, inputs: Inputs<'_>) -> Result<Value, Problem> {
    let Subnet { netuid, hotkey, .. } = Subnet::found(chain)?;
    let index = netuid.index(MechId(0));
    chain.set_commit_reveal_weights_enabled(netuid, true);
    chain.set_weights_set_rate_limit(netuid, 0);
    let (queue, revealed) = (inputs.list("queue")?, inputs.value("revealed")?);
    let (uids, values, version_key) = (vec![0], vec![u16::MAX], 0);
    let mut hashes = Vec::new();
    for salt in 0..queue.len() as u16 {
        let bytes = commits::preimage(&hotkey, index, &uids, &values, &[salt], version_key);
        hashes.push(H256(blake2_256(&bytes)));
        let commit = Call::commit_weights {
            netuid,
            commit_hash: H256(blake2_256(&bytes)),
        };
        sign(&hotkey, commit).map_err(Problem::Input)?;
    }
    chain.set_subnet_epoch_index(netuid, chain.subnet_epoch_index(netuid) + 1);
    let place = queue.iter().position(|name| name == revealed);
    let place = place.ok_or_else(|| Problem::Input("the queue does not have what is revealed".into()))?;
    let reveal = Call::reveal_weights {
        netuid,
        uids,
        values,
        salt: vec![place as u16],
        version_key,
    };
    sign(&hotkey, reveal).map_err(Problem::Input)?;
    let left = WeightCommits::<Runtime>::get(index, &hotkey).unwrap_or_default();
    let name = |(hash, ..): &(H256, u64, u64, u64)| {
        let place = hashes.iter().position(|one| one == hash)?;
        queue.get(place)
    };
    Ok(json!({ "queue_after": left.iter().map(name).collect::<Vec<_>>() }))
}

fn account(text: &str) -> Result<[u8; 32], Problem> {
    let byte = |at: usize| u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok();
    let bytes = (0..32).map(byte).collect::<Option<Vec<u8>>>();
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| Problem::Input("the account is not 32 bytes".into()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
