//! The meter, and on disk what of it must outlive the process.

use std::{io, path::Path};

use parking_lot::{Mutex, MutexGuard};

use super::{refused::Refused, store::Store};
use crate::{
    api::Usage,
    meter::{BadVoucher, Changed, Debts, Meter, Price, Reservation, Statement},
    rail::{Account, Voucher},
};

/// The books of a gateway.
pub struct Books {
    meter: Mutex<Meter>,
    store: Store,
}

impl Books {
    /// With what an earlier run kept in this folder.
    ///
    /// # Errors
    /// If it cannot be made or read.
    pub fn open(folder: Option<&Path>, genesis: [u8; 32], price: Price, credit: u64) -> io::Result<Self> {
        let store = Store::open(folder)?;
        let mut meter = Meter::new(genesis, price, credit);
        let memory = store.read()?;
        for (account, debts) in memory.debts {
            meter.put_debts(account, debts);
        }
        for (id, tab) in memory.tabs {
            meter.put(id, tab);
        }
        Ok(Self {
            meter: Mutex::new(meter),
            store,
        })
    }

    /// The meter, for what need not be kept.
    pub fn meter(&self) -> MutexGuard<'_, Meter> {
        self.meter.lock()
    }

    /// Takes a voucher: on disk first, then it is acknowledged.
    ///
    /// # Errors
    /// If it does not count, or cannot be kept.
    pub fn take(&self, voucher: Voucher) -> Result<Statement, Refused> {
        let id = voucher.channel;
        let mut meter = self.meter.lock();
        let before = meter.tab(id).copied();
        meter.take(voucher)?;
        let newer = meter.tab(id).copied();
        let newer = newer.filter(|tab| before.is_none_or(|before| before.voucher != tab.voucher));
        let written = newer.map_or(Ok(()), |tab| self.store.write_tab(id, &tab, true));
        if let Err(error) = written {
            tracing::error!(%error, "a voucher could not be kept");
            // What is not acknowledged does not count.
            if let Some(before) = before {
                meter.put(id, before);
            }
            return Err(Refused::Unwell("the voucher could not be written to disk".to_owned()));
        }
        meter.statement(id).ok_or(Refused::Voucher(BadVoucher::Stranger))
    }

    /// Ends a request and returns the rao charged for it.
    pub fn charge(&self, reservation: Reservation, usage: Option<Usage>) -> u64 {
        let mut meter = self.meter.lock();
        let (cost, changed) = meter.charge(reservation, usage);
        let written = match changed {
            None => Ok(()),
            Some(Changed::Tab(id)) => meter.tab(id).map_or(Ok(()), |tab| self.store.write_tab(id, tab, false)),
            Some(Changed::Debts(account)) => self.write_debts(&meter, &account),
        };
        if let Err(error) = written {
            tracing::warn!(%error, "a charge could not be kept");
        }
        cost
    }

    fn write_debts(&self, meter: &Meter, account: &Account) -> io::Result<()> {
        let none = Debts::default();
        self.store.write_debts(account, meter.debts(account).unwrap_or(&none))
    }

    /// Takes note that the chain has closed a channel and paid so much of it. What is unpaid is on disk as the account's
    /// debt before the channel's own record goes.
    pub fn close(&self, id: u64, paid: u64) {
        let mut meter = self.meter.lock();
        let Some(tab) = meter.tab(id).copied() else { return };
        let account = tab.channel.payer;
        let indebted = meter.close(id, paid).is_some();
        let kept = match indebted {
            true => self.write_debts(&meter, &account),
            false => Ok(()),
        };
        if let Err(error) = kept.and_then(|()| self.store.forget_tab(id)) {
            // The record stays, and a restart looks at the channel again.
            return tracing::error!(%error, channel = id, "a closed channel could not be taken off the books");
        }
        meter.unfold(&account, id);
        if indebted && meter.debts(&account).is_none_or(Debts::is_clear) {
            // Nothing is owed any more.
            if let Err(error) = self.write_debts(&meter, &account) {
                tracing::warn!(%error, %account, "a paid debt is still on disk");
            }
        }
    }

    /// Notes on disk how a channel stands.
    pub fn keep(&self, id: u64) {
        let meter = self.meter.lock();
        let written = meter.tab(id).map_or(Ok(()), |tab| self.store.write_tab(id, tab, false));
        if let Err(error) = written {
            tracing::warn!(%error, channel = id, "a channel's record could not be kept");
        }
    }
}

#[cfg(test)]
mod tests;
