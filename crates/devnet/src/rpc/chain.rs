//! `chain_*`: blocks and heads.

use std::sync::Arc;

use jsonrpsee::{Extensions, PendingSubscriptionSink, types::ErrorObjectOwned};
use serde_json::{Value, json};

use super::{
    context::{Answer, Context, HEADS_KEYS, Module, aliases, blocking, method, notify, setup, watch},
    error::{bad_params, from_chain},
    limits::NUMBERS_MAX,
    params::hex,
};
use crate::{Error, Header};

pub fn register(module: &mut Module) -> Result<(), Error> {
    method(module, "chain_getBlockHash", |context, params| {
        let numbers = params.optional::<Value>("block number")?;
        match numbers {
            None => Ok(hex(context.devnet.head().hash)),
            Some(Value::Array(numbers)) if numbers.len() > NUMBERS_MAX => Err(bad_params(format!(
                "{} block numbers are too many for one request, which may list {NUMBERS_MAX}",
                numbers.len()
            ))),
            Some(Value::Array(numbers)) => numbers
                .iter()
                .map(|number| hash_of(context, number))
                .collect::<Result<Vec<_>, _>>()
                .map(Value::Array),
            Some(number) => hash_of(context, &number),
        }
    })?;
    aliases(module, "chain_getBlockHash", &["chain_getHead"])?;
    method(module, "chain_getFinalizedHead", |context, _| {
        Ok(hex(context.devnet.head().hash))
    })?;
    aliases(module, "chain_getFinalizedHead", &["chain_getFinalisedHead"])?;
    method(module, "chain_getHeader", |context, params| {
        let head = context.devnet.head_at(params.at()?).map_err(from_chain)?;
        head.map_or(Ok(Value::Null), |head| header(&head.header))
    })?;
    method(module, "chain_getBlock", |context, params| {
        let Some(block) = context.devnet.block(params.at()?).map_err(from_chain)? else {
            return Ok(Value::Null);
        };
        let extrinsics: Vec<Value> = block.extrinsics.iter().map(hex).collect();
        Ok(json!({
            "block": { "header": header(&block.header)?, "extrinsics": extrinsics },
            "justifications": null,
        }))
    })?;
    heads(
        module,
        "chain_subscribeNewHeads",
        "chain_newHead",
        "chain_unsubscribeNewHeads",
    )?;
    aliases(
        module,
        "chain_subscribeNewHeads",
        &["chain_subscribeNewHead", "subscribe_newHead"],
    )?;
    aliases(
        module,
        "chain_unsubscribeNewHeads",
        &["chain_unsubscribeNewHead", "unsubscribe_newHead"],
    )?;
    heads(
        module,
        "chain_subscribeAllHeads",
        "chain_allHead",
        "chain_unsubscribeAllHeads",
    )?;
    heads(
        module,
        "chain_subscribeFinalizedHeads",
        "chain_finalizedHead",
        "chain_unsubscribeFinalizedHeads",
    )?;
    aliases(
        module,
        "chain_subscribeFinalizedHeads",
        &["chain_subscribeFinalisedHeads"],
    )?;
    aliases(
        module,
        "chain_unsubscribeFinalizedHeads",
        &["chain_unsubscribeFinalisedHeads"],
    )
}

/// A header as JSON: `number` as minimal hex, digest items as hex (`docs/rules/clients.md#methods`).
pub fn header(header: &Header) -> Answer {
    serde_json::to_value(header).map_err(super::error::internal)
}

/// Hash of the block of a number, which is JSON's or in hex.
fn hash_of(context: &Context, number: &Value) -> Answer {
    let parsed = match number {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => match text.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16).ok(),
            None => text.parse().ok(),
        },
        Value::Null => return Ok(hex(context.devnet.head().hash)),
        _ => None,
    };
    let number = parsed.ok_or_else(|| bad_params(format!("{number} is not a block number")))?;
    // A number that no block can have is one that is not there yet.
    let Ok(number) = u32::try_from(number) else {
        return Ok(Value::Null);
    };
    Ok(context
        .devnet
        .block_hash(number)
        .map_err(from_chain)?
        .map_or(Value::Null, hex))
}

/// A subscription to heads, the present one first. Every block is final, so all three kinds are the same.
fn heads(
    module: &mut Module,
    subscribe: &'static str,
    notification: &'static str,
    unsubscribe: &'static str,
) -> Result<(), Error> {
    module
        .register_subscription(
            subscribe,
            notification,
            unsubscribe,
            |_, pending, context, extensions| send_heads(pending, context, extensions),
        )
        .map(|_| ())
        .map_err(setup)
}

async fn send_heads(pending: PendingSubscriptionSink, context: Arc<Context>, extensions: Extensions) {
    let _watching = match watch(&context, &extensions, HEADS_KEYS) {
        Ok(watching) => watching,
        Err(error) => return pending.reject(error).await,
    };
    let Ok(sink) = pending.accept().await else { return };
    let subscribed: Result<_, ErrorObjectOwned> = blocking(&context, |context| {
        (context.devnet.subscribe_heads(), context.devnet.head())
    })
    .await;
    let Ok((mut heads, first)) = subscribed else { return };
    if !notify(&sink, &first.header).await {
        return;
    }
    let mut last = first.hash;
    loop {
        tokio::select! {
            () = sink.closed() => return,
            head = heads.recv() => match head {
                // The present one may come again, as it may have been made between the two calls above.
                Some(head) if head.hash == last => {}
                Some(head) => {
                    last = head.hash;
                    if !notify(&sink, &head.header).await {
                        return;
                    }
                }
                None => return,
            },
        }
    }
}
