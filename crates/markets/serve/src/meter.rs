//! What customers used and what they have signed for: no service beyond what vouchers and a bounded credit cover.
//!
//! For each channel `charged` counts what was delivered and `reserved` what is under way at its highest possible price.
//! A request is let in only if with it
//!
//! - `charged + reserved` stays within the channel's deposit, and
//! - what the payer owes over all its channels, `Σ max(0, charged + reserved − covered)`, stays within the credit,
//!
//! where `covered` is the newest voucher, or what the chain has paid already if that is more. So the most that a payer
//! can fail to pay is the credit, and 0 makes every request prepaid.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    api::Usage,
    rail::{Channel, Voucher},
};

/// What tokens cost, in rao per thousand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// Tokens read.
    pub prompt_rao_per_1k: u64,
    /// Tokens made.
    pub completion_rao_per_1k: u64,
}

impl Price {
    /// The cost in rao, rounded up: less than one rao a request, which the seller gets. `None` if it is no amount.
    pub fn cost(&self, usage: Usage) -> Option<u64> {
        u64::try_from(self.thousandths(usage).div_ceil(1000)).ok()
    }

    fn thousandths(&self, usage: Usage) -> u128 {
        u128::from(self.prompt_rao_per_1k) * u128::from(usage.prompt_tokens)
            + u128::from(self.completion_rao_per_1k) * u128::from(usage.completion_tokens)
    }
}

/// What a gateway says that a channel has used. Amounts in rao.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The channel.
    pub channel: u64,
    /// The price asked.
    pub price: Price,
    /// Requests charged.
    pub requests: u64,
    /// Tokens read in them.
    pub prompt_tokens: u64,
    /// Tokens made in them.
    pub completion_tokens: u64,
    /// What was settled before this gateway began to count.
    pub earlier: u64,
    /// That, and what the requests cost.
    pub charged: u64,
    /// What is signed for or paid.
    pub covered: u64,
    /// What is missing for a request that waits; 0 if none does.
    pub wanted: u64,
    /// All that was ever put into the channel.
    pub deposit: u64,
    /// What the chain has paid.
    pub settled: u64,
}

impl Statement {
    /// Whether the charge is no more than the tokens cost by this price, each request rounded up.
    pub fn adds_up(&self, price: &Price) -> bool {
        let usage = Usage {
            prompt_tokens: self.prompt_tokens,
            completion_tokens: self.completion_tokens,
            total_tokens: 0,
        };
        let counted = u128::from(self.charged.saturating_sub(self.earlier));
        self.earlier <= self.settled && counted <= price.thousandths(usage) / 1000 + u128::from(self.requests)
    }
}

/// Why a request is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Uncovered {
    /// The channel is not known.
    #[error("there is no open channel {0} to this gateway")]
    Unknown(u64),
    /// A new voucher would help.
    #[error(
        "vouchers cover {covered} rao and this request may bring the use to {needed} rao, more than the credit of {credit} rao above that: sign a new voucher"
    )]
    Voucher {
        /// What is covered.
        covered: u64,
        /// What must be covered, less the credit.
        needed: u64,
        /// The credit.
        credit: u64,
    },
    /// Only a larger deposit would help.
    #[error("this request may bring the use to {needed} rao and the channel's deposit is {deposit} rao: top it up")]
    Deposit {
        /// The deposit.
        deposit: u64,
        /// What it must be.
        needed: u64,
    },
}

/// Why a voucher is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadVoucher {
    /// The channel is not known.
    #[error("there is no open channel {0} to this gateway")]
    Unknown(u64),
    /// Not above what is covered already: a replay or an older one.
    #[error("it is for {amount} rao and {covered} rao are covered already: only a newer voucher counts")]
    NotNewer {
        /// What it is for.
        amount: u64,
        /// What is covered.
        covered: u64,
    },
    /// The chain would not pay it.
    #[error("it is for {amount} rao and the channel's deposit is {deposit} rao")]
    AboveDeposit {
        /// What it is for.
        amount: u64,
        /// The deposit.
        deposit: u64,
    },
    /// Not the payer's.
    #[error("it is not signed by the channel's payer for this chain")]
    Forged,
}

/// What is known of one channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tab {
    /// As it stands on the chain.
    pub channel: Channel,
    /// The newest voucher.
    pub voucher: Option<Voucher>,
    /// Rao settled before counting began.
    pub earlier: u64,
    /// That, and rao for what was delivered.
    pub charged: u64,
    /// Rao for what is under way, at most.
    pub reserved: u64,
    /// What a waiting request needs covered.
    pub wanted: u64,
    /// Requests charged.
    pub requests: u64,
    /// Tokens read in them.
    pub prompt_tokens: u64,
    /// Tokens made in them.
    pub completion_tokens: u64,
}

impl Tab {
    /// Of a channel that was not used yet.
    pub fn new(channel: Channel) -> Self {
        Self {
            channel,
            voucher: None,
            earlier: channel.settled,
            charged: channel.settled,
            reserved: 0,
            wanted: 0,
            requests: 0,
            prompt_tokens: 0,
            completion_tokens: 0,
        }
    }

    /// Rao that are signed for, or paid.
    pub fn covered(&self) -> u64 {
        self.voucher
            .map_or(0, |voucher| voucher.amount)
            .max(self.channel.settled)
    }

    /// Rao that a settlement would bring.
    pub fn unsettled(&self) -> u64 {
        self.covered() - self.channel.settled
    }

    fn owed(&self) -> u64 {
        self.charged
            .saturating_add(self.reserved)
            .saturating_sub(self.covered())
    }
}

/// Room for a request at its highest possible price. Must go back to the meter, by [`Meter::charge`].
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub struct Reservation {
    channel: u64,
    amount: u64,
}

/// The meter of one gateway.
pub struct Meter {
    genesis: [u8; 32],
    price: Price,
    credit: u64,
    tabs: BTreeMap<u64, Tab>,
}

impl Meter {
    /// An empty one. `credit` is in rao, for each payer.
    pub fn new(genesis: [u8; 32], price: Price, credit: u64) -> Self {
        Self {
            genesis,
            price,
            credit,
            tabs: BTreeMap::new(),
        }
    }

    /// The price.
    pub fn price(&self) -> Price {
        self.price
    }

    /// The channels.
    pub fn tabs(&self) -> impl Iterator<Item = (u64, &Tab)> {
        self.tabs.iter().map(|(id, tab)| (*id, tab))
    }

    /// One channel.
    pub fn tab(&self, id: u64) -> Option<&Tab> {
        self.tabs.get(&id)
    }

    /// Takes up a channel with what is remembered of it.
    pub fn put(&mut self, id: u64, tab: Tab) {
        self.tabs.insert(id, tab);
    }

    /// Takes note of how a channel stands on the chain; `None` if it is closed. What was settled is no less than before.
    pub fn sync(&mut self, id: u64, channel: Option<Channel>) {
        match channel {
            None => {
                self.tabs.remove(&id);
            }
            Some(channel) => {
                let tab = self.tabs.entry(id).or_insert_with(|| Tab::new(channel));
                let settled = tab.channel.settled.max(channel.settled);
                tab.channel = Channel { settled, ..channel };
            }
        }
    }

    /// Makes room for a request that may use this much.
    ///
    /// # Errors
    /// [`Uncovered`]; nothing is reserved then, and the tab says what is wanted.
    pub fn reserve(&mut self, id: u64, at_most: Usage) -> Result<Reservation, Uncovered> {
        let amount = self.price.cost(at_most).unwrap_or(u64::MAX);
        let tab = self.tabs.get(&id).ok_or(Uncovered::Unknown(id))?;
        let (payer, deposit, covered) = (tab.channel.payer, tab.channel.deposit, tab.covered());
        let needed = tab.charged.saturating_add(tab.reserved).saturating_add(amount);
        if needed > deposit {
            return Err(Uncovered::Deposit { deposit, needed });
        }
        let elsewhere = self
            .tabs
            .iter()
            .filter(|(other, tab)| **other != id && tab.channel.payer == payer);
        let elsewhere = elsewhere.fold(0u64, |sum, (_, tab)| sum.saturating_add(tab.owed()));
        let credit = self.credit.saturating_sub(elsewhere);
        let tab = self.tabs.get_mut(&id).ok_or(Uncovered::Unknown(id))?;
        if needed.saturating_sub(covered) > credit {
            tab.wanted = needed - credit;
            return Err(Uncovered::Voucher {
                covered,
                needed: needed - credit,
                credit,
            });
        }
        tab.wanted = 0;
        tab.reserved += amount;
        Ok(Reservation { channel: id, amount })
    }

    /// Ends a request: `usage` of it is charged, at most what was reserved, and the rest of the room is free again. Use
    /// of nothing costs nothing.
    pub fn charge(&mut self, reservation: Reservation, usage: Option<Usage>) {
        let Some(tab) = self.tabs.get_mut(&reservation.channel) else {
            return;
        };
        tab.reserved = tab.reserved.saturating_sub(reservation.amount);
        let Some(usage) = usage else { return };
        let cost = self.price.cost(usage).unwrap_or(u64::MAX).min(reservation.amount);
        tab.charged = tab.charged.saturating_add(cost);
        tab.requests += 1;
        tab.prompt_tokens = tab.prompt_tokens.saturating_add(usage.prompt_tokens);
        tab.completion_tokens = tab.completion_tokens.saturating_add(usage.completion_tokens);
    }

    /// Takes a voucher.
    ///
    /// # Errors
    /// [`BadVoucher`]; it changes nothing then.
    pub fn take(&mut self, voucher: Voucher) -> Result<(), BadVoucher> {
        let id = voucher.channel;
        let tab = self.tabs.get_mut(&id).ok_or(BadVoucher::Unknown(id))?;
        let (amount, covered, deposit) = (voucher.amount, tab.covered(), tab.channel.deposit);
        if amount <= covered {
            return Err(BadVoucher::NotNewer { amount, covered });
        }
        if amount > deposit {
            return Err(BadVoucher::AboveDeposit { amount, deposit });
        }
        if !voucher.is_signed_by(&tab.channel.payer, &self.genesis) {
            return Err(BadVoucher::Forged);
        }
        tab.voucher = Some(voucher);
        Ok(())
    }

    /// What a channel has used.
    pub fn statement(&self, id: u64) -> Option<Statement> {
        let tab = self.tabs.get(&id)?;
        Some(Statement {
            channel: id,
            price: self.price,
            requests: tab.requests,
            prompt_tokens: tab.prompt_tokens,
            completion_tokens: tab.completion_tokens,
            earlier: tab.earlier,
            charged: tab.charged,
            covered: tab.covered(),
            wanted: tab.wanted,
            deposit: tab.channel.deposit,
            settled: tab.channel.settled,
        })
    }
}

#[cfg(test)]
mod tests;
