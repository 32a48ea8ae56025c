//! Commit-reveal.

use alloc::{format, string::String, vec::Vec};
use serde_json::{Value, json};

use crate::{NetUidStorageIndex, commits};

use super::super::{Inputs, Problem};

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
            let digest = blake2b_simd::Params::new().hash_length(32).hash(&bytes);
            json!({ "scale_hex": hex(&bytes), "blake2b_256": hex(digest.as_bytes()) })
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
        "reveal_pops_older" => {
            let mut queue = inputs.list("queue")?.clone();
            let revealed = inputs.value("revealed")?;
            commits::take_through(&mut queue, |commit| commit == revealed);
            json!({ "queue_after": queue })
        }
        _ => return Err(Problem::Unsupported(format!("no rules for {name:?}"))),
    })
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
