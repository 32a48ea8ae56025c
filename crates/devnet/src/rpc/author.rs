//! `author_*`: transactions.

use std::sync::Arc;

use jsonrpsee::{Extensions, PendingSubscriptionSink, types::Params};
use serde_json::{Value, json};

use super::{
    context::{Context, HEADS_KEYS, Module, blocking, method, notify, setup, watch},
    error::from_chain,
    params::{Reader, hex},
};
use crate::{Error, TransactionStatus};

pub fn register(module: &mut Module) -> Result<(), Error> {
    method(module, "author_submitExtrinsic", |context, params| {
        let extrinsic = params.bytes("extrinsic")?;
        context.devnet.submit(&extrinsic).map(hex).map_err(from_chain)
    })?;
    method(module, "author_pendingExtrinsics", |context, _| {
        Ok(context.devnet.pending().iter().map(hex).collect())
    })?;
    module
        .register_subscription(
            "author_submitAndWatchExtrinsic",
            "author_extrinsicUpdate",
            "author_unwatchExtrinsic",
            follow,
        )
        .map(|_| ())
        .map_err(setup)
}

async fn follow(
    params: Params<'static>,
    pending: PendingSubscriptionSink,
    context: Arc<Context>,
    extensions: Extensions,
) {
    let _watching = match watch(&context, &extensions, HEADS_KEYS) {
        Ok(watching) => watching,
        Err(error) => return pending.reject(error).await,
    };
    let extrinsic = match Reader::new(&params).bytes("extrinsic") {
        Ok(extrinsic) => extrinsic,
        Err(error) => return pending.reject(error).await,
    };
    let submitted = blocking(&context, move |context| {
        context.devnet.submit_and_watch(&extrinsic).map_err(from_chain)
    })
    .await;
    let (_, mut statuses) = match submitted.and_then(|submitted| submitted) {
        Ok(submitted) => submitted,
        Err(error) => return pending.reject(error).await,
    };
    let Ok(sink) = pending.accept().await else { return };
    loop {
        tokio::select! {
            () = sink.closed() => return,
            status = statuses.recv() => match status {
                Some(status) => {
                    if !notify(&sink, &as_json(status)).await || is_last(status) {
                        return;
                    }
                }
                None => return,
            },
        }
    }
}

fn as_json(status: TransactionStatus) -> Value {
    match status {
        TransactionStatus::Future => json!("future"),
        TransactionStatus::Ready => json!("ready"),
        TransactionStatus::InBlock { block, .. } => json!({ "inBlock": hex(block) }),
        TransactionStatus::Finalized { block, .. } => json!({ "finalized": hex(block) }),
        TransactionStatus::Usurped(by) => json!({ "usurped": hex(by) }),
        TransactionStatus::Dropped => json!("dropped"),
        TransactionStatus::Invalid => json!("invalid"),
    }
}

fn is_last(status: TransactionStatus) -> bool {
    !matches!(
        status,
        TransactionStatus::Future | TransactionStatus::Ready | TransactionStatus::InBlock { .. }
    )
}
