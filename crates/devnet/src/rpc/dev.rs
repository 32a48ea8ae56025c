//! `dev_*`: what only an embedded chain can do.

use std::{path::PathBuf, time::Duration};

use serde_json::{Value, json};

use super::{
    context::{Context, Module, method},
    error::{bad_params, from_chain},
    params::{Reader, bytes, hex},
};
use crate::{Error, Head, Mining};

/// The longest interval of a timer: a day.
const INTERVAL_MAX_MS: u64 = 86_400_000;

/// All of them; those about files only if there is a folder for `dumps`.
pub fn register(module: &mut Module, dumps: bool) -> Result<(), Error> {
    register_blocks(module)?;
    register_state(module)?;
    register_time(module)?;
    if dumps { register_dumps(module) } else { Ok(()) }
}

/// Making blocks, and checking those that there are.
fn register_blocks(module: &mut Module) -> Result<(), Error> {
    method(module, "dev_advance", |context, params| {
        let blocks: u32 = params.optional("blocks")?.unwrap_or(1);
        context
            .devnet
            .advance_for(&params.gone, blocks)
            .map(|best| head(&best))
            .map_err(from_chain)
    })?;
    method(module, "dev_advanceTo", |context, params| {
        let block: u32 = params.required("block")?;
        context
            .devnet
            .advance_to_for(&params.gone, block)
            .map(|best| head(&best))
            .map_err(from_chain)
    })?;
    method(module, "dev_cancel", |context, _| {
        context.devnet.cancel();
        Ok(Value::Null)
    })?;
    method(module, "dev_mining", |context, params| {
        if let Some(mode) = params.optional::<Value>("mode")? {
            context.devnet.set_mining(mining(&mode)?);
        }
        Ok(match context.devnet.mining() {
            Mining::OnDemand => json!("onDemand"),
            Mining::OnExtrinsic => json!("onExtrinsic"),
            Mining::Timer(interval) => json!({ "timer": interval.as_millis() as u64 }),
        })
    })?;
    method(module, "dev_stateHash", |context, _| {
        Ok(hex(context.devnet.state_hash()))
    })?;
    method(module, "dev_verify", |context, params| {
        let verified = context.devnet.verify_for(&params.gone).map_err(from_chain)?;
        Ok(hex(verified.state_hash))
    })
}

/// Going back, and writing into the state or in the name of others.
fn register_state(module: &mut Module) -> Result<(), Error> {
    method(module, "dev_snapshot", |context, _| {
        context.devnet.snapshot().map(Value::from).map_err(from_chain)
    })?;
    method(module, "dev_revert", |context, params| {
        let snapshot: u64 = params.required("snapshot")?;
        context
            .devnet
            .revert(snapshot)
            .map(|best| head(&best))
            .map_err(from_chain)
    })?;
    method(module, "dev_setStorage", |context, params| {
        let pairs: Vec<(String, Option<String>)> = params.required("pairs of key and value")?;
        let mut writes = Vec::with_capacity(pairs.len());
        for (key, value) in &pairs {
            writes.push((
                bytes("key", key)?,
                value.as_ref().map(|value| bytes("value", value)).transpose()?,
            ));
        }
        context
            .devnet
            .set_storage(writes)
            .map(|()| hex(context.devnet.state_hash()))
            .map_err(from_chain)
    })?;
    method(module, "dev_impersonate", |context, params| {
        context
            .devnet
            .impersonate(params.account()?)
            .map(Value::from)
            .map_err(from_chain)
    })?;
    method(module, "dev_stopImpersonating", |context, params| {
        context
            .devnet
            .stop_impersonating(&params.account()?)
            .map(Value::from)
            .map_err(from_chain)
    })
}

fn register_time(module: &mut Module) -> Result<(), Error> {
    method(module, "dev_setTime", |context, params| {
        context
            .devnet
            .set_time(params.required("milliseconds")?)
            .map(Value::from)
            .map_err(from_chain)
    })?;
    method(module, "dev_advanceTime", |context, params| {
        context
            .devnet
            .advance_time(params.required("milliseconds")?)
            .map(Value::from)
            .map_err(from_chain)
    })
}

fn register_dumps(module: &mut Module) -> Result<(), Error> {
    method(module, "dev_dump", |context, params| {
        let path = dump_path(context, params)?;
        context.devnet.dump(&path).map(|()| json!(path)).map_err(from_chain)
    })?;
    method(module, "dev_load", |context, params| {
        let path = dump_path(context, params)?;
        context.devnet.load(&path).map(|best| head(&best)).map_err(from_chain)
    })
}

fn head(head: &Head) -> Value {
    json!({ "number": head.number, "hash": hex(head.hash) })
}

fn mining(mode: &Value) -> Result<Mining, jsonrpsee::types::ErrorObjectOwned> {
    match (mode.as_str(), mode.get("timer").and_then(Value::as_u64)) {
        (Some("onDemand"), _) => Ok(Mining::OnDemand),
        (Some("onExtrinsic"), _) => Ok(Mining::OnExtrinsic),
        (_, Some(interval_ms)) if (1..=INTERVAL_MAX_MS).contains(&interval_ms) => {
            Ok(Mining::Timer(Duration::from_millis(interval_ms)))
        }
        _ => Err(bad_params(
            r#"mode is "onDemand", "onExtrinsic" or {"timer": milliseconds}, from 1 to 86400000"#,
        )),
    }
}

/// A plain file name inside the folder for dumps: any page in a browser on this machine can reach the port.
fn dump_path(context: &Context, params: &mut Reader<'_>) -> Result<PathBuf, jsonrpsee::types::ErrorObjectOwned> {
    let name: String = params.required("file name")?;
    let Some(folder) = &context.config.dump_folder else {
        return Err(bad_params(
            "dumps are off: the server was started without a folder for them",
        ));
    };
    let plain = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0']);
    if !plain {
        return Err(bad_params(format!("{name:?} is not a plain file name")));
    }
    Ok(folder.join(name))
}
