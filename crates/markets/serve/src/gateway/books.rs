//! The meter, and on disk what of it must outlive the process.
//!
//! The meter is in memory and its lock is held for moments. One thread writes to the disk, in batches: what came while it
//! wrote is written together, so that nobody's voucher waits for more than two writes, whatever others send. A voucher
//! counts only after it is on the disk: the writer hands it to the meter then. Closings go through the writer too, so that
//! no record of a channel is written after the channel was taken off the books.

mod writer;

use std::{io, path::Path, sync::Arc, thread::JoinHandle};

use parking_lot::{Condvar, Mutex, MutexGuard};
use tokio::sync::oneshot;

use super::{refused::Refused, store::Store};
use crate::{
    api::Usage,
    meter::{BadVoucher, Changed, Meter, Reservation, Statement, Taken},
    rail::Voucher,
};
use writer::{Orders, Shared};

/// The books of a gateway.
pub struct Books {
    shared: Arc<Shared>,
    /// Taken when this is dropped.
    writer: Option<JoinHandle<()>>,
}

impl Books {
    /// Of this meter, with what an earlier run kept in this folder.
    ///
    /// # Errors
    /// If it cannot be made or read.
    pub fn open(folder: Option<&Path>, mut meter: Meter) -> io::Result<Self> {
        let store = Store::open(folder)?;
        let memory = store.read()?;
        for (account, debts) in memory.debts {
            meter.put_debts(account, debts);
        }
        for (id, tab) in memory.tabs {
            meter.put(id, tab);
        }
        let shared = Arc::new(Shared {
            meter: Mutex::new(meter),
            store,
            orders: Mutex::default(),
            ordered: Condvar::new(),
        });
        let writer = std::thread::Builder::new().name("books".to_owned()).spawn({
            let shared = shared.clone();
            move || shared.keep_writing()
        })?;
        Ok(Self {
            shared,
            writer: Some(writer),
        })
    }

    /// The meter, for what need not be kept.
    pub fn meter(&self) -> MutexGuard<'_, Meter> {
        self.shared.meter.lock()
    }

    fn order<T>(&self, order: impl FnOnce(&mut Orders, oneshot::Sender<T>)) -> oneshot::Receiver<T> {
        let (told, answer) = oneshot::channel();
        order(&mut self.shared.orders.lock(), told);
        self.shared.ordered.notify_one();
        answer
    }

    /// Takes a voucher: on disk first, then it counts and is acknowledged.
    ///
    /// # Errors
    /// If it does not count, or cannot be kept. The meter is as before then.
    pub async fn take(&self, voucher: Voucher) -> Result<Statement, Refused> {
        {
            // What changes nothing needs no disk.
            let mut meter = self.meter();
            if meter.weigh(&voucher)? == Taken::Known {
                let statement = meter.statement(voucher.channel);
                return statement.ok_or(Refused::Voucher(BadVoucher::Stranger));
            }
        }
        let answer = self.order(|orders, told| orders.vouchers.push((voucher, told)));
        let closed = |_| Refused::Unwell("the gateway is closing its books".to_owned());
        answer.await.map_err(closed)?
    }

    /// Ends a request and returns the rao charged for it.
    pub fn charge(&self, reservation: Reservation, usage: Option<Usage>) -> u64 {
        let (cost, changed) = self.meter().charge(reservation, usage);
        match changed {
            None => {}
            Some(Changed::Tab(id)) => self.keep(id),
            Some(Changed::Debts(account)) => {
                self.shared.orders.lock().debts.insert(account);
                self.shared.ordered.notify_one();
            }
        }
        cost
    }

    /// Takes note that the chain has closed a channel and paid so much of it. What is unpaid is on disk as the account's
    /// debt before the channel's own record goes. Returns when that is done.
    pub async fn close(&self, id: u64, paid: u64) {
        let answer = self.order(|orders, told| orders.closings.push((id, paid, told)));
        // Without a writer everything ends; the next start looks at the channel again.
        let _ = answer.await;
    }

    /// Has it noted on disk how a channel stands.
    pub fn keep(&self, id: u64) {
        self.shared.orders.lock().tabs.insert(id);
        self.shared.ordered.notify_one();
    }

    /// Waits until everything that was to be kept is on disk, or could not be.
    pub async fn flush(&self) {
        let _ = self.order(|orders, told| orders.flushes.push(told)).await;
    }
}

/// What was to be kept is kept first.
impl Drop for Books {
    fn drop(&mut self) {
        self.shared.orders.lock().over = true;
        self.shared.ordered.notify_one();
        if let Some(Err(_)) = self.writer.take().map(JoinHandle::join) {
            tracing::error!("the thread that writes the books panicked");
        }
    }
}

#[cfg(test)]
mod tests;
