//! `state_*`: storage, calls into the runtime, metadata.

use std::sync::Arc;

use codec::Decode;
use jsonrpsee::{Extensions, PendingSubscriptionSink};
use serde_json::{Value, json};
use sp_core::H256;

use super::{
    context::{Answer, Context, HEADS_KEYS, Module, aliases, blocking, method, notify, setup, watch},
    error::{bad_params, from_chain, internal},
    limits::{ARGUMENT_BYTES_MAX, LISTED_KEYS_MAX, PAGE_MAX, QUERY_KEYS_MAX, VALUE_BYTES_MAX},
    params::hex,
    storage,
};
use crate::{At, Error, arguments::takes_calls};

/// All of them.
pub fn register(module: &mut Module) -> Result<(), Error> {
    register_runtime(module)?;
    register_values(module)?;
    register_keys(module)?;
    register_subscriptions(module)
}

/// Calls into the runtime, and what it is.
fn register_runtime(module: &mut Module) -> Result<(), Error> {
    method(module, "state_call", |context, params| {
        let name: String = params.required("method")?;
        let arguments = params.optional_bytes("arguments")?.unwrap_or_default();
        if arguments.len() > ARGUMENT_BYTES_MAX && !takes_calls(&name) {
            return Err(bad_params(format!(
                "{} bytes of arguments are too many for {name}, which takes {ARGUMENT_BYTES_MAX}",
                arguments.len()
            )));
        }
        context
            .devnet
            .call(&name, &arguments, params.at()?)
            .map(hex)
            .map_err(from_chain)
    })?;
    aliases(module, "state_call", &["state_callAt"])?;
    method(module, "state_getMetadata", |context, params| {
        let answer = context
            .devnet
            .call("Metadata_metadata", &[], params.at()?)
            .map_err(from_chain)?;
        // The runtime wraps the bytes once more.
        Vec::<u8>::decode(&mut &answer[..]).map(hex).map_err(internal)
    })?;
    method(module, "state_getRuntimeVersion", |context, params| {
        runtime_version(context, params.at()?)
    })?;
    aliases(module, "state_getRuntimeVersion", &["chain_getRuntimeVersion"])
}

/// The values of keys.
fn register_values(module: &mut Module) -> Result<(), Error> {
    method(module, "state_getStorage", |context, params| {
        let key = params.bytes("key")?;
        Ok(context
            .devnet
            .query(&key, params.at()?)
            .map_err(from_chain)?
            .map_or(Value::Null, hex))
    })?;
    aliases(module, "state_getStorage", &["state_getStorageAt"])?;
    method(module, "state_getStorageHash", |context, params| {
        let key = params.bytes("key")?;
        let value = context.devnet.query(&key, params.at()?).map_err(from_chain)?;
        Ok(value.map_or(Value::Null, |value| hex(sp_crypto_hashing::blake2_256(&value))))
    })?;
    aliases(module, "state_getStorageHash", &["state_getStorageHashAt"])?;
    method(module, "state_getStorageSize", |context, params| {
        let key = params.bytes("key")?;
        let value = context.devnet.query(&key, params.at()?).map_err(from_chain)?;
        Ok(value.map_or(Value::Null, |value| json!(value.len())))
    })?;
    aliases(module, "state_getStorageSize", &["state_getStorageSizeAt"])?;
    method(module, "state_queryStorageAt", |context, params| {
        let keys = params.many_bytes("keys")?;
        let at = params.at()?;
        let hash = match at {
            At::Hash(hash) => hash,
            _ => context.devnet.head().hash,
        };
        if keys.len() > QUERY_KEYS_MAX {
            return Err(bad_params(format!(
                "{} keys are too many for one request, which may list {QUERY_KEYS_MAX}",
                keys.len()
            )));
        }
        let values = context
            .devnet
            .query_within(&keys, VALUE_BYTES_MAX, hash)
            .map_err(from_chain)?;
        let Some(values) = values else {
            return Err(bad_params(format!(
                "the values of these keys are more than the {VALUE_BYTES_MAX} bytes of one answer; ask for fewer"
            )));
        };
        Ok(json!([changes(hash, keys.iter().zip(values))]))
    })
}

/// The keys that there are.
fn register_keys(module: &mut Module) -> Result<(), Error> {
    method(module, "state_getKeysPaged", |context, params| {
        let prefix = params.optional_bytes("prefix")?.unwrap_or_default();
        let count: u32 = params.required("count")?;
        if count > PAGE_MAX {
            return Err(bad_params(format!(
                "count exceeds maximum value. value: {count}, max: {PAGE_MAX}"
            )));
        }
        let start = params.optional_bytes("start key")?;
        keys(context, &prefix, start.as_deref(), count as usize, params.at()?)
    })?;
    aliases(module, "state_getKeysPaged", &["state_getKeysPagedAt"])?;
    method(module, "state_getKeys", |context, params| {
        let prefix = params.optional_bytes("prefix")?.unwrap_or_default();
        let at = params.at()?;
        let all = context
            .devnet
            .keys(&prefix, None, LISTED_KEYS_MAX + 1, at)
            .map_err(from_chain)?;
        if all.len() > LISTED_KEYS_MAX {
            return Err(bad_params(format!(
                "more than {LISTED_KEYS_MAX} keys start with this; list them in pages with state_getKeysPaged"
            )));
        }
        Ok(all.iter().map(hex).collect())
    })
}

fn register_subscriptions(module: &mut Module) -> Result<(), Error> {
    module
        .register_subscription("state_subscribeStorage", "state_storage", "state_unsubscribeStorage", {
            |params, pending, context, extensions| storage::subscribe(params, pending, context, extensions)
        })
        .map_err(setup)?;
    module
        .register_subscription(
            "state_subscribeRuntimeVersion",
            "state_runtimeVersion",
            "state_unsubscribeRuntimeVersion",
            |_, pending, context, extensions| send_version(pending, context, extensions),
        )
        .map_err(setup)?;
    aliases(
        module,
        "state_subscribeRuntimeVersion",
        &["chain_subscribeRuntimeVersion"],
    )?;
    aliases(
        module,
        "state_unsubscribeRuntimeVersion",
        &["chain_unsubscribeRuntimeVersion"],
    )
}

fn keys(context: &Context, prefix: &[u8], start: Option<&[u8]>, count: usize, at: At) -> Answer {
    let keys = context.devnet.keys(prefix, start, count, at).map_err(from_chain)?;
    Ok(keys.iter().map(hex).collect())
}

fn runtime_version(context: &Context, at: At) -> Answer {
    // The block has to be there, although all blocks have the runtime of this program.
    context.devnet.query(b":code", at).map_err(from_chain)?;
    serde_json::to_value(tributary_runtime::VERSION).map_err(internal)
}

fn changes<'a>(block: H256, pairs: impl Iterator<Item = (&'a Vec<u8>, Option<Vec<u8>>)>) -> Value {
    let changes: Vec<Value> = pairs
        .map(|(key, value)| json!([hex(key), value.map_or(Value::Null, hex)]))
        .collect();
    json!({ "block": hex(block), "changes": changes })
}

/// The runtime of this program, which never changes while it runs.
async fn send_version(pending: PendingSubscriptionSink, context: Arc<Context>, extensions: Extensions) {
    let _watching = match watch(&context, &extensions, HEADS_KEYS) {
        Ok(watching) => watching,
        Err(error) => return pending.reject(error).await,
    };
    let Ok(sink) = pending.accept().await else { return };
    if let Ok(Ok(version)) = blocking(&context, |context| runtime_version(context, At::Best)).await
        && notify(&sink, &version).await
    {
        sink.closed().await;
    }
}
