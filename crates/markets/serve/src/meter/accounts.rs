//! What is known of one channel, and of one account beyond its open channels.

use std::collections::BTreeSet;

use crate::rail::{Channel, Voucher};

/// What is known of one channel. Amounts in rao.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tab {
    /// As it stands on the chain.
    pub channel: Channel,
    /// The newest voucher.
    pub voucher: Option<Voucher>,
    /// Settled before counting began.
    pub earlier: u64,
    /// Debts of the account that this channel's vouchers have paid.
    pub carried: u64,
    /// Both, and what was delivered.
    pub charged: u64,
    /// What is under way, at most.
    pub reserved: u64,
    /// The voucher that a waiting request needs.
    pub wanted: u64,
    /// Requests charged.
    pub requests: u64,
    /// Tokens read in them.
    pub prompt_tokens: u64,
    /// Tokens made in them.
    pub completion_tokens: u64,
    /// When its present voucher began to wait for settlement: a number that grows.
    pub(super) waits_since: u64,
    /// Whether the voucher could not be settled before the channel can be closed.
    pub(super) late: bool,
    /// Whether somebody asked for it since the last sweep.
    pub(super) touched: bool,
}

impl Tab {
    /// Of a channel that was not used yet.
    pub fn new(channel: Channel) -> Self {
        Self {
            channel,
            voucher: None,
            earlier: channel.settled,
            carried: 0,
            charged: channel.settled,
            reserved: 0,
            wanted: 0,
            requests: 0,
            prompt_tokens: 0,
            completion_tokens: 0,
            waits_since: 0,
            late: false,
            touched: true,
        }
    }

    /// What is signed for, or paid.
    pub fn covered(&self) -> u64 {
        self.voucher
            .map_or(0, |voucher| voucher.amount)
            .max(self.channel.settled)
    }

    /// What of that is paid, or will be for certain.
    pub fn sure(&self) -> u64 {
        match self.late {
            true => self.channel.settled,
            false => self.covered(),
        }
    }

    /// What a settlement would bring.
    pub fn unsettled(&self) -> u64 {
        self.covered() - self.channel.settled
    }

    /// Whether its voucher came too late to be settled before the channel can be closed, and so does not count yet.
    pub fn is_late(&self) -> bool {
        self.late
    }

    /// What is used or under way and not sure to be paid.
    pub fn owed(&self) -> u64 {
        self.used().saturating_sub(self.sure())
    }

    pub(super) fn used(&self) -> u64 {
        self.charged.saturating_add(self.reserved)
    }

    /// The first block at which the payer can take back what is not settled, whatever it does from now on.
    pub fn deadline(&self, height: u64, challenge: u64) -> u64 {
        let could_close = height.saturating_add(challenge);
        self.channel
            .closing
            .unwrap_or(could_close)
            .min(self.channel.expiry.max(height))
    }

    /// Whether nothing would be lost if it were forgotten.
    pub(super) fn is_blank(&self) -> bool {
        self.voucher.is_none() && self.requests == 0 && self.reserved == 0 && self.carried == 0
    }
}

/// What an account owes beyond its open channels. It outlives them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Debts {
    /// Use of closed channels that was not paid when they closed, in rao. It stays here until the channel that carries
    /// it is closed and paid.
    pub unpaid: u64,
    /// Closed channels that are counted in `unpaid` and whose own record may still be there: not to be counted twice.
    pub folded: BTreeSet<u64>,
}

impl Debts {
    /// Whether there is nothing to remember.
    pub fn is_clear(&self) -> bool {
        self.unpaid == 0 && self.folded.is_empty()
    }
}
