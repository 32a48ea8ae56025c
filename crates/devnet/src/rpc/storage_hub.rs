//! Who watches which keys: an index that carries each step of the chain to those whom it concerns.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, Ordering},
    },
};

use parking_lot::Mutex;
use tokio::sync::mpsc;

use crate::{Devnet, Stepped};

/// Steps that a subscriber may be behind before it reads all of its values again.
const STEPS_MAX: usize = 256;

/// Who asked for which keys.
pub struct Hub {
    devnet: Devnet,
    index: Mutex<Index>,
}

#[derive(Default)]
struct Index {
    by_key: BTreeMap<Arc<[u8]>, Vec<u64>>,
    subscribers: BTreeMap<u64, Subscriber>,
    next: u64,
    /// Whether somebody carries steps to the subscribers.
    carried: bool,
}

struct Subscriber {
    sender: mpsc::Sender<Carried>,
    missed: Arc<AtomicBool>,
}

/// A step, and the places in it that concern a subscriber; none if everything may be another now.
pub struct Carried {
    pub stepped: Stepped,
    pub places: Vec<usize>,
}

/// A subscriber's end. It is forgotten when this is dropped.
pub struct Ticket {
    hub: Arc<Hub>,
    id: u64,
    pub keys: Vec<Arc<[u8]>>,
    pub steps: mpsc::Receiver<Carried>,
    /// Whether steps got lost on the way.
    pub missed: Arc<AtomicBool>,
}

impl Hub {
    /// Of a chain, with nobody subscribed.
    pub fn new(devnet: Devnet) -> Arc<Self> {
        Arc::new(Self {
            devnet,
            index: Mutex::default(),
        })
    }

    /// A new subscriber to these keys, which are sorted.
    pub fn enter(self: &Arc<Self>, keys: Vec<Arc<[u8]>>) -> Ticket {
        let (sender, steps) = mpsc::channel(STEPS_MAX);
        let missed = Arc::new(AtomicBool::new(false));
        let mut index = self.index.lock();
        let id = index.next;
        index.next += 1;
        for key in &keys {
            index.by_key.entry(key.clone()).or_default().push(id);
        }
        let subscriber = Subscriber {
            sender,
            missed: missed.clone(),
        };
        index.subscribers.insert(id, subscriber);
        if !std::mem::replace(&mut index.carried, true) {
            tokio::spawn(carry(Arc::downgrade(self), self.devnet.watch_steps()));
        }
        Ticket {
            hub: self.clone(),
            id,
            keys,
            steps,
            missed,
        }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut index = self.hub.index.lock();
        index.subscribers.remove(&self.id);
        for key in &self.keys {
            if let Some(ids) = index.by_key.get_mut(key) {
                ids.retain(|id| *id != self.id);
                if ids.is_empty() {
                    index.by_key.remove(key);
                }
            }
        }
    }
}

/// Carries steps to those whom they concern, until nobody subscribes any more.
async fn carry(hub: Weak<Hub>, mut steps: mpsc::Receiver<Stepped>) {
    while let Some(stepped) = steps.recv().await {
        let Some(hub) = hub.upgrade() else { return };
        let mut index = hub.index.lock();
        if index.subscribers.is_empty() {
            index.carried = false;
            return;
        }
        index.carry(&stepped);
    }
}

impl Index {
    fn carry(&self, stepped: &Stepped) {
        let Some(diff) = &stepped.diff else {
            self.subscribers
                .keys()
                .for_each(|id| self.hand(*id, stepped, Vec::new()));
            return;
        };
        let mut concerned: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
        for (place, change) in diff.0.iter().enumerate() {
            for id in self.by_key.get(&change.key[..]).into_iter().flatten() {
                concerned.entry(*id).or_default().push(place);
            }
        }
        for (id, places) in concerned {
            self.hand(id, stepped, places);
        }
    }

    /// Never waits for a subscriber.
    fn hand(&self, id: u64, stepped: &Stepped, places: Vec<usize>) {
        if let Some(subscriber) = self.subscribers.get(&id) {
            let stepped = stepped.clone();
            if subscriber.sender.try_send(Carried { stepped, places }).is_err() {
                subscriber.missed.store(true, Ordering::Relaxed);
            }
        }
    }
}
