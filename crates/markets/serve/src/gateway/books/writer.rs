//! The thread that writes the books.

use std::{
    collections::{BTreeMap, BTreeSet},
    io, mem,
};

use parking_lot::{Condvar, Mutex};
use tokio::sync::oneshot;

use crate::{
    gateway::{refused::Refused, store::Store},
    meter::{BadVoucher, Debts, Meter, Statement, Tab, Taken},
    rail::{Account, Voucher},
};

/// What is to be written. What only has to be as new as possible is named once, however often it changed.
#[derive(Default)]
pub struct Orders {
    pub vouchers: Vec<(Voucher, oneshot::Sender<Result<Statement, Refused>>)>,
    /// Channels, what they paid, and whom to tell.
    pub closings: Vec<(u64, u64, oneshot::Sender<()>)>,
    /// Channels whose record is old.
    pub tabs: BTreeSet<u64>,
    /// Accounts whose debts' record is old.
    pub debts: BTreeSet<Account>,
    /// Whom to tell when all of that is written.
    pub flushes: Vec<oneshot::Sender<()>>,
    /// Nothing comes any more.
    pub over: bool,
}

impl Orders {
    fn is_empty(&self) -> bool {
        self.vouchers.is_empty()
            && self.closings.is_empty()
            && self.tabs.is_empty()
            && self.debts.is_empty()
            && self.flushes.is_empty()
    }
}

/// What the thread shares with the books.
pub struct Shared {
    pub meter: Mutex<Meter>,
    pub store: Store,
    pub orders: Mutex<Orders>,
    /// Told when there are orders.
    pub ordered: Condvar,
}

impl Shared {
    /// Writes what is ordered until it is over.
    pub fn keep_writing(&self) {
        loop {
            let batch = {
                let mut orders = self.orders.lock();
                while orders.is_empty() && !orders.over {
                    self.ordered.wait(&mut orders);
                }
                if orders.is_empty() {
                    return;
                }
                let over = orders.over;
                mem::replace(
                    &mut *orders,
                    Orders {
                        over,
                        ..Orders::default()
                    },
                )
            };
            self.write(batch);
        }
    }

    fn write(&self, batch: Orders) {
        for (id, paid, told) in batch.closings {
            self.close(id, paid);
            let _ = told.send(());
        }
        let stale = self.take(batch.vouchers);
        let tabs = batch.tabs.into_iter().chain(stale);
        let tabs: BTreeMap<u64, Tab> = {
            let meter = self.meter.lock();
            // A closed channel has no record any more.
            tabs.filter_map(|id| Some((id, *meter.tab(id)?))).collect()
        };
        for (id, error) in self.write_tabs(&tabs) {
            tracing::warn!(%error, channel = id, "a channel's record could not be kept");
        }
        for account in batch.debts {
            if let Err(error) = self.write_debts(&account) {
                tracing::warn!(%error, %account, "what an account owes could not be kept");
            }
        }
        for told in batch.flushes {
            let _ = told.send(());
        }
    }

    /// Takes vouchers: of each channel the highest is written, then all of them count. Returns the channels whose records
    /// changed by that once more.
    fn take(&self, vouchers: Vec<(Voucher, oneshot::Sender<Result<Statement, Refused>>)>) -> Vec<u64> {
        let mut tabs = BTreeMap::<u64, Tab>::new();
        for (voucher, _) in &vouchers {
            let highest = tabs.get(&voucher.channel).and_then(|tab| tab.voucher);
            if highest.is_some_and(|highest| highest.amount >= voucher.amount) {
                continue;
            }
            let mut meter = self.meter.lock();
            if meter.weigh(voucher) == Ok(Taken::Newer)
                && let Some(tab) = meter.tab(voucher.channel)
            {
                let mut tab = *tab;
                tab.voucher = Some(*voucher);
                tabs.insert(voucher.channel, tab);
            }
        }
        let failed = self.write_tabs(&tabs);
        for (id, error) in &failed {
            tracing::error!(%error, channel = id, "a voucher could not be kept");
        }
        let mut changed = Vec::new();
        for (voucher, told) in vouchers {
            let id = voucher.channel;
            // Others get at the meter between two signatures.
            let mut meter = self.meter.lock();
            let carried = |meter: &Meter| meter.tab(id).map(|tab| tab.carried);
            let before = carried(&meter);
            // Its own answer, where it is refused or changes nothing; else that of its channel's record.
            let answer = match meter.weigh(&voucher) {
                Ok(Taken::Newer) if failed.contains_key(&id) => {
                    Err(Refused::Unwell("the voucher could not be written to disk".to_owned()))
                }
                _ => meter.take(voucher).map_err(Refused::from).and_then(|_| {
                    let statement = meter.statement(id);
                    statement.ok_or(Refused::Voucher(BadVoucher::Stranger))
                }),
            };
            if carried(&meter) != before {
                changed.push(id);
            }
            // Whoever does not wait any more asks again.
            let _ = told.send(answer);
        }
        changed
    }

    /// Writes records; those that could not be written, and why.
    fn write_tabs(&self, tabs: &BTreeMap<u64, Tab>) -> BTreeMap<u64, io::Error> {
        let results = self.store.write_tabs(tabs);
        let failed = tabs.keys().zip(results);
        failed.filter_map(|(id, result)| Some((*id, result.err()?))).collect()
    }

    fn write_debts(&self, account: &Account) -> io::Result<()> {
        let debts = self.meter.lock().debts(account).cloned().unwrap_or_default();
        self.store.write_debts(account, &debts)
    }

    fn close(&self, id: u64, paid: u64) {
        let closed = {
            let mut meter = self.meter.lock();
            let account = meter.tab(id).map(|tab| tab.channel.payer);
            account.map(|account| (account, meter.close(id, paid).is_some()))
        };
        let Some((account, indebted)) = closed else { return };
        let kept = match indebted {
            true => self.write_debts(&account),
            false => Ok(()),
        };
        if let Err(error) = kept.and_then(|()| self.store.forget_tab(id)) {
            // The record stays, and a restart looks at the channel again.
            return tracing::error!(%error, channel = id, "a closed channel could not be taken off the books");
        }
        let clear = {
            let mut meter = self.meter.lock();
            meter.unfold(&account, id);
            meter.debts(&account).is_none_or(Debts::is_clear)
        };
        if indebted && clear {
            // Nothing is owed any more.
            if let Err(error) = self.write_debts(&account) {
                tracing::warn!(%error, %account, "a paid debt is still on disk");
            }
        }
    }
}
