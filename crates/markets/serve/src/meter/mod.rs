//! What customers used and what they have signed for: no service beyond what vouchers and a bounded credit cover.
//!
//! For each channel `charged` counts what was delivered and `reserved` what is under way at its highest possible price.
//! A request is let in only if with it
//!
//! - `charged + reserved` stays within the channel's deposit, and
//! - what the payer owes over all its channels, `Σ max(0, charged + reserved − sure)`, stays within the credit,
//!
//! where `sure` is what the chain has paid, or the newest voucher if that is more and can be settled in time
//! ([`Horizon`]). What is unpaid when a channel closes stays as a debt of the account. As long as there is one, nothing is
//! lent, and vouchers of any other channel of the account pay it before they cover anything else. So the most that a
//! payer can fail to pay, over all channels that it ever opens, is the credit, and 0 makes every request prepaid.

mod accounts;
mod price;
mod refusal;
mod settlement_horizon;
mod statement;

use std::collections::{BTreeMap, BTreeSet};

pub use accounts::{Debts, Tab};
pub use price::{NoAmount, Price};
pub use refusal::{BadVoucher, Missing, Uncovered};
pub use settlement_horizon::Horizon;
pub use statement::Statement;

use crate::{
    api::Usage,
    rail::{Account, Channel, Voucher},
};

/// Room for a request at its highest possible price. Must go back to the meter, by [`Meter::charge`].
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub struct Reservation {
    channel: u64,
    payer: Account,
    amount: u64,
}

/// What changed, and must be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// The tab of this channel.
    Tab(u64),
    /// The debts of this account.
    Debts(Account),
}

/// What became of a voucher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It covers more than what was there.
    Newer,
    /// It changes nothing: the same one again, or an older one.
    Known,
}

#[derive(Default)]
struct Book {
    channels: BTreeSet<u64>,
    debts: Debts,
    /// Closed channels with requests under way.
    ending: BTreeMap<u64, Ending>,
}

/// A closed channel with requests under way. In rao.
#[derive(Default)]
struct Ending {
    /// What they cost at most.
    reserved: u64,
    /// What the channel paid beyond what was charged to it when it closed: it pays for them.
    prepaid: u64,
}

impl Book {
    /// What requests of closed channels cost at most, and is not paid.
    fn ending(&self) -> u64 {
        let owed = self
            .ending
            .values()
            .map(|ending| ending.reserved.saturating_sub(ending.prepaid));
        owed.fold(0, u64::saturating_add)
    }
}

/// The meter of one gateway.
pub struct Meter {
    genesis: [u8; 32],
    price: Price,
    credit: u64,
    voucher_step: u64,
    horizon: Horizon,
    tabs: BTreeMap<u64, Tab>,
    books: BTreeMap<Account, Book>,
    vouchers: u64,
}

impl Meter {
    /// An empty one. `credit` is in rao, for each payer.
    pub fn new(genesis: [u8; 32], price: Price, credit: u64) -> Self {
        Self {
            genesis,
            price,
            credit,
            voucher_step: 1,
            horizon: Horizon::UNBOUNDED,
            tabs: BTreeMap::new(),
            books: BTreeMap::new(),
            vouchers: 0,
        }
    }

    /// With a least step from one voucher to the next, in rao: each has to be written to disk.
    #[must_use]
    pub fn with_voucher_step(self, voucher_step: u64) -> Self {
        Self {
            voucher_step: voucher_step.max(1),
            ..self
        }
    }

    /// The price.
    pub fn price(&self) -> Price {
        self.price
    }

    /// The open channels.
    pub fn tabs(&self) -> impl Iterator<Item = (u64, &Tab)> {
        self.tabs.iter().map(|(id, tab)| (*id, tab))
    }

    /// One channel.
    pub fn tab(&self, id: u64) -> Option<&Tab> {
        self.tabs.get(&id)
    }

    /// What an account owes for closed channels, and is to be kept.
    pub fn debts(&self, account: &Account) -> Option<&Debts> {
        self.books.get(account).map(|book| &book.debts)
    }

    /// Rao that the account owes for the use of closed channels, and that no open channel has taken over.
    pub fn debt(&self, account: &Account) -> u64 {
        let Some(book) = self.books.get(account) else { return 0 };
        let carried = book.channels.iter().filter_map(|id| self.tabs.get(id));
        let carried = carried.fold(0u64, |sum, tab| sum.saturating_add(tab.carried));
        book.debts.unpaid.saturating_sub(carried)
    }

    /// Rao that the account has used or reserved and that is not sure to be paid, closed channels included.
    pub fn owed(&self, account: &Account) -> u64 {
        let Some(book) = self.books.get(account) else { return 0 };
        let open = book.channels.iter().filter_map(|id| self.tabs.get(id));
        let open = open.fold(0u64, |sum, tab| sum.saturating_add(tab.owed()));
        open.saturating_add(self.debt(account)).saturating_add(book.ending())
    }

    /// All debts of closed channels, in rao, and of how many accounts.
    pub fn bad_debts(&self) -> (u64, usize) {
        let debts = self.books.keys().map(|account| self.debt(account));
        let debts = debts.filter(|debt| *debt > 0);
        debts.fold((0, 0), |(sum, count), debt| (sum.saturating_add(debt), count + 1))
    }

    /// Takes up a channel with what is remembered of it.
    pub fn put(&mut self, id: u64, mut tab: Tab) {
        if tab.unsettled() > 0 {
            self.vouchers += 1;
            tab.waits_since = self.vouchers;
        }
        self.books.entry(tab.channel.payer).or_default().channels.insert(id);
        self.tabs.insert(id, tab);
    }

    /// Takes up what is remembered of an account's debts.
    pub fn put_debts(&mut self, account: Account, debts: Debts) {
        self.books.entry(account).or_default().debts = debts;
    }

    /// Takes note of how an open channel stands on the chain. What was settled is no less than before.
    pub fn sync(&mut self, id: u64, channel: Channel) {
        if !self.tabs.contains_key(&id) {
            self.put(id, Tab::new(channel));
        }
        if let Some(tab) = self.tabs.get_mut(&id) {
            let settled = tab.channel.settled.max(channel.settled);
            tab.channel = Channel { settled, ..channel };
        }
        self.pay_debts(id);
    }

    /// Takes note that the chain has closed a channel, and how much it paid out of it in all. What was used and is not
    /// paid becomes a debt of the account. Returns the account if its debts changed: they must be kept before the tab's
    /// record is removed, and [`Self::unfold`] told after that.
    pub fn close(&mut self, id: u64, paid: u64) -> Option<Account> {
        let tab = self.tabs.remove(&id)?;
        let payer = tab.channel.payer;
        let book = self.books.entry(payer).or_default();
        book.channels.remove(&id);
        let paid = paid.max(tab.channel.settled);
        if tab.reserved > 0 {
            let ending = Ending {
                reserved: tab.reserved,
                prepaid: paid.saturating_sub(tab.charged),
            };
            book.ending.insert(id, ending);
        }
        let unpaid = tab.charged.saturating_sub(paid);
        if unpaid == tab.carried {
            // What it carried is the account's own again; nothing else changes.
            self.drop_if_empty(&payer);
            return None;
        }
        book.debts.unpaid = book.debts.unpaid.saturating_sub(tab.carried).saturating_add(unpaid);
        book.debts.folded.insert(id);
        Some(payer)
    }

    /// Takes note that the record of a closed channel is gone.
    pub fn unfold(&mut self, account: &Account, id: u64) {
        if let Some(book) = self.books.get_mut(account) {
            book.debts.folded.remove(&id);
        }
        self.drop_if_empty(account);
    }

    fn drop_if_empty(&mut self, account: &Account) {
        let empty = |book: &Book| book.channels.is_empty() && book.ending.is_empty() && book.debts.is_clear();
        if self.books.get(account).is_some_and(empty) {
            self.books.remove(account);
        }
    }

    /// Forgets open channels that were never used and that nobody asked for since the last sweep: the chain knows all that
    /// is to be known of them.
    pub fn sweep(&mut self) {
        let idle = self.tabs.iter().filter(|(_, tab)| tab.is_blank() && !tab.touched);
        let idle: Vec<(u64, Account)> = idle.map(|(id, tab)| (*id, tab.channel.payer)).collect();
        for (id, payer) in idle {
            self.tabs.remove(&id);
            if let Some(book) = self.books.get_mut(&payer) {
                book.channels.remove(&id);
            }
            self.drop_if_empty(&payer);
        }
        self.tabs.values_mut().for_each(|tab| tab.touched = false);
    }

    /// Takes note of the time: finds the vouchers that could not be settled any more. Those that began to wait first keep
    /// their place.
    pub fn look(&mut self, horizon: Horizon) {
        self.horizon = horizon;
        let mut waiting: Vec<(u64, u64, u64)> = Vec::new();
        for (id, tab) in &mut self.tabs {
            tab.late = false;
            if tab.unsettled() > 0 {
                waiting.push((horizon.deadline(tab), tab.waits_since, *id));
            }
        }
        waiting.sort_unstable();
        for (before, (deadline, _, id)) in (0u64..).zip(waiting) {
            if let Some(tab) = self.tabs.get_mut(&id) {
                tab.late = !horizon.is_in_time(before, deadline);
            }
        }
        let indebted = self.books.values().filter(|book| book.debts.unpaid > 0);
        let channels: Vec<u64> = indebted.flat_map(|book| book.channels.iter().copied()).collect();
        channels.into_iter().for_each(|id| self.pay_debts(id));
    }

    /// Vouchers that wait for settlement.
    pub fn waiting(&self) -> u64 {
        self.tabs.values().filter(|tab| tab.unsettled() > 0).count() as u64
    }

    /// The time as it was noted last.
    pub fn horizon(&self) -> Horizon {
        self.horizon
    }

    /// What a channel's voucher covers beyond use pays the account's debts first.
    fn pay_debts(&mut self, id: u64) {
        let Some(payer) = self.tabs.get(&id).map(|tab| tab.channel.payer) else {
            return;
        };
        let debt = self.debt(&payer);
        if let Some(tab) = self.tabs.get_mut(&id).filter(|_| debt > 0) {
            let pays = tab.sure().saturating_sub(tab.used()).min(debt);
            tab.carried = tab.carried.saturating_add(pays);
            tab.charged = tab.charged.saturating_add(pays);
        }
    }

    /// Makes room for a request that may use this much.
    ///
    /// # Errors
    /// [`Uncovered`]; nothing is reserved then, and the tab says what is wanted.
    pub fn reserve(&mut self, id: u64, at_most: Usage) -> Result<Reservation, Uncovered> {
        let cost = self.price.cost(at_most)?;
        let tab = self.tabs.get(&id).ok_or(Uncovered::Unknown(id))?;
        let payer = tab.channel.payer;
        let ended = self.books.get(&payer).map_or(0, Book::ending);
        let debt = self.debt(&payer).saturating_add(ended);
        let elsewhere = self.owed(&payer).saturating_sub(debt).saturating_sub(tab.owed());
        let needed = tab.used().checked_add(debt).and_then(|used| used.checked_add(cost));
        let missing = Missing {
            channel: id,
            needed: needed.ok_or(NoAmount(at_most))?,
            used: tab.used(),
            cost,
            debt,
            covered: tab.covered(),
            // Whoever has a debt is lent nothing.
            credit: if debt > 0 {
                0
            } else {
                self.credit.saturating_sub(elsewhere)
            },
            deposit: tab.channel.deposit,
        };
        let (sure, sign) = (tab.sure(), missing.sign());
        let tab = self.tabs.get_mut(&id).ok_or(Uncovered::Unknown(id))?;
        tab.touched = true;
        if missing.needed > missing.deposit {
            return Err(Uncovered::Deposit(missing));
        }
        if sign > sure {
            if sign <= missing.covered {
                return Err(Uncovered::Backlog(id));
            }
            tab.wanted = sign;
            return Err(Uncovered::Voucher(missing));
        }
        tab.wanted = 0;
        tab.reserved += cost;
        Ok(Reservation {
            channel: id,
            payer,
            amount: cost,
        })
    }

    /// Ends a request: `usage` of it is charged, at most what was reserved, and the rest of the room is free again. Use
    /// of nothing costs nothing. Returns the rao charged and what is to be kept.
    pub fn charge(&mut self, reservation: Reservation, usage: Option<Usage>) -> (u64, Option<Changed>) {
        let Reservation { channel, payer, amount } = reservation;
        // What is no amount is above any reservation.
        let cost = usage.map_or(0, |usage| {
            self.price.cost(usage).map_or(amount, |cost| cost.min(amount))
        });
        let Some(tab) = self.tabs.get_mut(&channel) else {
            // It was closed meanwhile: the account owes it.
            let book = self.books.entry(payer).or_default();
            let mut unpaid = cost;
            if let Some(ending) = book.ending.get_mut(&channel) {
                unpaid = cost.saturating_sub(ending.prepaid);
                ending.prepaid = ending.prepaid.saturating_sub(cost);
                ending.reserved = ending.reserved.saturating_sub(amount);
                if ending.reserved == 0 {
                    book.ending.remove(&channel);
                }
            }
            book.debts.unpaid = book.debts.unpaid.saturating_add(unpaid);
            self.drop_if_empty(&payer);
            return (cost, (unpaid > 0).then_some(Changed::Debts(payer)));
        };
        tab.reserved = tab.reserved.saturating_sub(amount);
        tab.touched = true;
        let changed = usage.map(|usage| {
            tab.charged = tab.charged.saturating_add(cost);
            tab.requests += 1;
            tab.prompt_tokens = tab.prompt_tokens.saturating_add(usage.prompt_tokens);
            tab.completion_tokens = tab.completion_tokens.saturating_add(usage.completion_tokens);
            Changed::Tab(channel)
        });
        self.pay_debts(channel);
        (cost, changed)
    }

    /// What would become of a voucher. One that is not above what is covered changes nothing, so that sending it again does
    /// no harm. One that is, is a step above it at least, unless it pays for all that is due, or is what a request waits
    /// for, or takes all of the deposit.
    ///
    /// # Errors
    /// [`BadVoucher`]. The signature is looked at first.
    pub fn weigh(&mut self, voucher: &Voucher) -> Result<Taken, BadVoucher> {
        let (id, amount) = (voucher.channel, voucher.amount);
        let tab = self.tabs.get_mut(&id).ok_or(BadVoucher::Stranger)?;
        if !voucher.is_signed_by(&tab.channel.payer, &self.genesis) {
            return Err(BadVoucher::Stranger);
        }
        tab.touched = true;
        let (covered, deposit) = (tab.covered(), tab.channel.deposit);
        let (charged, wanted, payer) = (tab.charged, tab.wanted, tab.channel.payer);
        if amount <= covered {
            return Ok(Taken::Known);
        }
        if amount > deposit {
            return Err(BadVoucher::AboveDeposit { amount, deposit });
        }
        let least = covered
            .checked_add(self.voucher_step)
            .map_or(deposit, |least| least.min(deposit));
        let due = charged.saturating_add(self.debt(&payer));
        let reaches = |goal: u64| covered < goal && goal <= amount;
        if amount < least && !reaches(due) && !reaches(wanted) {
            return Err(BadVoucher::SmallStep { amount, covered, least });
        }
        Ok(Taken::Newer)
    }

    /// Takes a voucher.
    ///
    /// # Errors
    /// As [`Self::weigh`]; it changes nothing then.
    pub fn take(&mut self, voucher: Voucher) -> Result<Taken, BadVoucher> {
        if self.weigh(&voucher)? == Taken::Known {
            return Ok(Taken::Known);
        }
        let id = voucher.channel;
        let tab = self.tabs.get_mut(&id).ok_or(BadVoucher::Stranger)?;
        let waited = tab.unsettled() > 0;
        tab.voucher = Some(voucher);
        if !waited {
            self.vouchers += 1;
            tab.waits_since = self.vouchers;
            let (horizon, deadline) = (self.horizon, self.horizon.deadline(tab));
            // Last of those that must be settled as soon, so that nobody loses a place.
            let before = self
                .tabs
                .iter()
                .filter(|(other, tab)| **other != id && tab.unsettled() > 0 && horizon.deadline(tab) <= deadline);
            let late = !horizon.is_in_time(before.count() as u64, deadline);
            if let Some(tab) = self.tabs.get_mut(&id) {
                tab.late = late;
            }
        }
        self.pay_debts(id);
        Ok(Taken::Newer)
    }

    /// What a channel has used.
    pub fn statement(&mut self, id: u64) -> Option<Statement> {
        let debt = self.debt(&self.tabs.get(&id)?.channel.payer);
        let tab = self.tabs.get_mut(&id)?;
        tab.touched = true;
        Some(Statement {
            channel: id,
            price: self.price,
            requests: tab.requests,
            prompt_tokens: tab.prompt_tokens,
            completion_tokens: tab.completion_tokens,
            earlier: tab.earlier,
            carried: tab.carried,
            charged: tab.charged,
            debt,
            covered: tab.covered(),
            wanted: tab.wanted,
            deposit: tab.channel.deposit,
            settled: tab.channel.settled,
        })
    }
}

#[cfg(test)]
mod tests;
