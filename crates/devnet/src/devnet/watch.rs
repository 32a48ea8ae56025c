//! Telling those who watch keys what became of them, without reading anything: a step knows what it changed.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::{
    handle::{Devnet, Inner},
    watcher::{Stepped, Watcher},
};
use crate::{
    chain::{Head, Unkept},
    state::Value,
};

impl Devnet {
    /// Every step from now on, once it is on the disk.
    pub(crate) fn watch_steps(&self) -> mpsc::Receiver<Stepped> {
        let (watcher, steps) = Watcher::new();
        self.inner.watchers.lock().push(watcher);
        steps
    }

    /// The values of keys now, with the step and the block that they are of.
    pub(crate) fn values_now<'a>(&self, keys: impl Iterator<Item = &'a [u8]>) -> (u64, Arc<Head>, Vec<Option<Value>>) {
        let chain = self.inner.chain.read();
        let view = chain.view();
        let values = keys.map(|key| view.get(key).map(<[u8]>::to_vec)).collect();
        (chain.step, chain.head.clone(), values)
    }
}

impl Inner {
    /// Tells watchers of steps that came to the disk, the last of which is `last`.
    pub(super) fn tell_watchers(&self, kept: &[Unkept], last: u64, heads: &dyn Fn(u64) -> Option<Arc<Head>>) {
        let mut watchers = self.watchers.lock();
        if watchers.is_empty() {
            return;
        }
        let first = (last + 1).saturating_sub(kept.len() as u64);
        for (step, unkept) in (first..).zip(kept) {
            let (diff, head_before) = unkept.change();
            let stepped = Stepped {
                step,
                head: heads(step).unwrap_or_else(|| head_before.clone()),
                diff: Some(diff.clone()),
            };
            watchers.retain_mut(|watcher| watcher.tell(stepped.clone()));
        }
    }

    /// Tells watchers that the newest state is another one.
    pub(super) fn tell_replaced(&self, head: &Arc<Head>) {
        let stepped = Stepped {
            step: self.chain.read().step,
            head: head.clone(),
            diff: None,
        };
        let mut watchers = self.watchers.lock();
        watchers.retain_mut(|watcher| watcher.tell(stepped.clone()));
    }
}
