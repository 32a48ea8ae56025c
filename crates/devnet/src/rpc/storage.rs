//! `state_subscribeStorage`: the values of some keys, and then what blocks change of them. Nothing is read for that
//! after the first time: a block knows which keys it changed, and an index knows who asked for them.

use std::sync::{Arc, atomic::Ordering};

use jsonrpsee::{Extensions, PendingSubscriptionSink, SubscriptionSink, types::Params};
use serde_json::{Value, json, value::to_raw_value};
use sp_core::H256;

use super::{
    context::{Context, blocking, notify, watch},
    error::{bad_params, internal},
    gate::Lane,
    limits::SUBSCRIPTION_KEYS_MAX,
    params::{Reader, hex},
    storage_hub::Ticket,
};
use crate::state::Diff;

/// The values of the keys now, then those that a block changed.
pub async fn subscribe(
    params: Params<'static>,
    pending: PendingSubscriptionSink,
    context: Arc<Context>,
    extensions: Extensions,
) {
    let keys = Reader::new(&params).many_bytes("keys").and_then(|keys| distinct(&keys));
    let keys = match keys {
        Ok(keys) => keys,
        Err(error) => return pending.reject(error).await,
    };
    drop(params);
    let watching = match watch(&context, &extensions, keys.len()) {
        Ok(watching) => watching,
        Err(error) => return pending.reject(error).await,
    };
    let Ok(sink) = pending.accept().await else { return };
    let ticket = context.hub.enter(keys);
    let mut following = Following {
        hashes: vec![None; ticket.keys.len()],
        ticket,
        step: 0,
    };
    following.run(&context, &sink).await;
    drop(watching);
}

fn distinct(keys: &[Vec<u8>]) -> Result<Vec<Arc<[u8]>>, jsonrpsee::types::ErrorObjectOwned> {
    if keys.len() > SUBSCRIPTION_KEYS_MAX {
        return Err(bad_params(format!(
            "{} keys are too many for one subscription, which may have {SUBSCRIPTION_KEYS_MAX}",
            keys.len()
        )));
    }
    let mut keys: Vec<Arc<[u8]>> = keys.iter().map(|key| key[..].into()).collect();
    keys.sort_unstable();
    keys.dedup();
    Ok(keys)
}

/// A subscriber, and what it knows.
struct Following {
    ticket: Ticket,
    /// Hash of the value that was sent last for each key, in the order of the keys; the inner one is none if there is
    /// no value.
    hashes: Vec<Option<Option<u64>>>,
    /// The step that it knows all values of.
    step: u64,
}

impl Following {
    async fn run(&mut self, context: &Arc<Context>, sink: &SubscriptionSink) {
        if !self.read_all(context, sink).await {
            return;
        }
        loop {
            let carried = tokio::select! {
                () = sink.closed() => return,
                carried = self.ticket.steps.recv() => match carried {
                    Some(carried) => carried,
                    None => return,
                },
            };
            let goes_on = if self.ticket.missed.swap(false, Ordering::Relaxed) {
                // What is still on its way is older than what is read now.
                while self.ticket.steps.try_recv().is_ok() {}
                self.read_all(context, sink).await
            } else {
                match &carried.stepped.diff {
                    None => self.read_all(context, sink).await,
                    Some(_) if carried.stepped.step <= self.step => true,
                    Some(diff) => {
                        let changed = self.changed(diff, &carried.places);
                        self.step = carried.stepped.step;
                        changed.is_empty() || notify(sink, &notification(carried.stepped.head.hash, changed)).await
                    }
                }
            };
            if !goes_on {
                return;
            }
        }
    }

    /// Reads all values, and sends those that are others than before; everything the first time.
    async fn read_all(&mut self, context: &Arc<Context>, sink: &SubscriptionSink) -> bool {
        let keys = self.ticket.keys.clone();
        let mut hashes = std::mem::take(&mut self.hashes);
        let place = context.lanes.enter(Lane::Dear).await;
        let read = blocking(context, move |context| {
            let (step, head, values) = context.devnet.values_now(keys.iter().map(|key| &key[..]));
            let mut changed = Vec::new();
            for ((key, value), known) in keys.iter().zip(values).zip(&mut hashes) {
                let hash = value.as_deref().map(hash);
                if known.replace(hash) != Some(hash) {
                    changed.push(json!([hex(key), value.map_or(Value::Null, hex)]));
                }
            }
            let text = match changed.is_empty() {
                true => None,
                false => Some(to_raw_value(&notification(head.hash, changed)).map_err(internal)),
            };
            (step, hashes, text.transpose())
        });
        let read = read.await;
        // Sending may take as long as its reader wishes.
        drop(place);
        let Ok((step, hashes, text)) = read else {
            return false;
        };
        (self.step, self.hashes) = (step, hashes);
        match text {
            Ok(None) => true,
            Ok(Some(text)) => sink.send(text).await.is_ok(),
            Err(_) => false,
        }
    }

    fn changed(&mut self, diff: &Diff, places: &[usize]) -> Vec<Value> {
        let mut changed = Vec::with_capacity(places.len());
        for change in places.iter().filter_map(|place| diff.0.get(*place)) {
            let Ok(at) = self.ticket.keys.binary_search_by(|key| key[..].cmp(&change.key)) else {
                continue;
            };
            let hash = change.new.as_deref().map(hash);
            if self.hashes[at].replace(hash) != Some(hash) {
                changed.push(json!([hex(&change.key), change.new.as_ref().map_or(Value::Null, hex)]));
            }
        }
        changed
    }
}

fn hash(value: &[u8]) -> u64 {
    u64::from_le_bytes(sp_crypto_hashing::twox_64(value))
}

fn notification(block: H256, changes: Vec<Value>) -> Value {
    json!({ "block": hex(block), "changes": changes })
}
