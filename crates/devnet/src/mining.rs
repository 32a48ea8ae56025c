//! The thread that makes blocks on a timer.

use std::{
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use parking_lot::{Condvar, Mutex};

use crate::Mining;

/// The shortest interval of a timer: with none at all the thread would never sleep.
const INTERVAL_MIN: Duration = Duration::from_millis(1);
/// The longest: the clock has an end.
const INTERVAL_MAX: Duration = Duration::from_secs(86_400);

struct Order {
    mining: Mining,
    closed: bool,
    /// Grows with every change, so that the thread starts a new interval.
    version: u64,
}

/// Says when blocks are made. The timer's thread ends when this is dropped.
pub struct Miner {
    order: Arc<(Mutex<Order>, Condvar)>,
}

impl Miner {
    pub fn new(mining: Mining) -> Self {
        Self {
            order: Arc::new((
                Mutex::new(Order {
                    mining,
                    closed: false,
                    version: 0,
                }),
                Condvar::new(),
            )),
        }
    }

    pub fn mode(&self) -> Mining {
        self.order.0.lock().mining
    }

    pub fn set_mode(&self, mining: Mining) {
        let mut order = self.order.0.lock();
        order.mining = mining;
        order.version += 1;
        self.order.1.notify_all();
    }

    /// Starts the thread. It calls `make` on `target` while that is alive and the mode is a timer.
    pub fn start<T: Send + Sync + 'static>(&self, target: Weak<T>, make: impl Fn(&T) + Send + 'static) {
        let order = self.order.clone();
        let run = move || {
            let (mutex, changed) = &*order;
            let mut guard = mutex.lock();
            while !guard.closed {
                let Mining::Timer(interval) = guard.mining else {
                    changed.wait(&mut guard);
                    continue;
                };
                let interval = interval.clamp(INTERVAL_MIN, INTERVAL_MAX);
                let version = guard.version;
                let mut due = Instant::now() + interval;
                while !guard.closed && guard.version == version {
                    if !changed.wait_until(&mut guard, due).timed_out() {
                        continue;
                    }
                    parking_lot::MutexGuard::unlocked(&mut guard, || {
                        if let Some(target) = target.upgrade() {
                            make(&target);
                        }
                    });
                    // A block that took longer than the interval is not made up for.
                    due = (due + interval).max(Instant::now());
                }
            }
        };
        let spawned = std::thread::Builder::new().name("block timer".into()).spawn(run);
        if let Err(error) = spawned {
            tracing::error!(%error, "no thread for the block timer: blocks are made on demand only");
            self.order.0.lock().mining = Mining::OnDemand;
        }
    }
}

impl Drop for Miner {
    fn drop(&mut self) {
        self.order.0.lock().closed = true;
        self.order.1.notify_all();
    }
}
