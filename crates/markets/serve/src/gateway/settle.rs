//! Settlement: what is due goes to the chain, the most pressing first, in rounds of as many as a few blocks hold.
//!
//! Due is a voucher
//!
//! - at every regular turn, if it brings enough to be worth its fee;
//! - at once, whatever it brings, if its channel is closing or about to expire, if it came too late to count, or if so many
//!   wait that they could not all be settled within a challenge period;
//! - when the gateway stops.

use std::{cmp::Reverse, collections::BTreeMap, time::Duration};

use tokio_util::sync::CancellationToken;
use tributary_neuron::ChainError;

use super::state::Gateway;
use crate::{
    meter::{Meter, Tab},
    rail::{Channel, Settled, Voucher},
};

/// Between two looks for what is due.
const PAUSE: Duration = Duration::from_millis(200);
/// The same after a round in which nothing could be settled, doubled each time.
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// Blocks' worth of settlements in one round.
pub(super) const ROUND_BLOCKS: u64 = 4;
/// Blocks before a channel's expiry in which it is settled, beside the time that all that wait need.
const EXPIRY_MARGIN_BLOCKS: u64 = 30;
/// Blocks for which a voucher that the chain refused rests, doubled each time.
const REST: u64 = 4;
/// Doublings at most.
const REST_DOUBLINGS_MAX: u32 = 6;

/// What is settled now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// Only what cannot wait.
    Pressing,
    /// And what is worth its fee.
    Regular,
    /// Everything.
    Last,
}

/// Vouchers that the chain refused: how often, and until which block they rest.
pub type Resting = BTreeMap<u64, (u32, u64)>;

/// The vouchers to settle in this turn, the first to be closed first, of those the largest first. What brings less than
/// `worth` rao waits if it can.
pub fn due(meter: &Meter, turn: Turn, worth: u64, resting: &Resting) -> Vec<Voucher> {
    let horizon = meter.horizon();
    let waiting = meter.waiting();
    let pressed = horizon.is_pressed(waiting);
    let queue = waiting / horizon.per_block.max(1);
    let margin = EXPIRY_MARGIN_BLOCKS.saturating_add(horizon.delay).saturating_add(queue);
    let ends = |tab: &Tab| {
        let expiring = tab.channel.expiry <= horizon.height.saturating_add(margin);
        let closing = tab.channel.closing;
        closing.or(expiring.then_some(tab.channel.expiry))
    };
    let is_due = |tab: &Tab| match turn {
        Turn::Last => true,
        _ if pressed || tab.is_late() || ends(tab).is_some() => true,
        Turn::Regular => tab.unsettled() >= worth,
        Turn::Pressing => false,
    };
    let rests = |id: &u64| resting.get(id).is_some_and(|(_, until)| *until > horizon.height);
    let mut due: Vec<_> = meter
        .tabs()
        .filter(|(id, tab)| tab.unsettled() > 0 && is_due(tab) && !rests(id))
        .filter_map(|(_, tab)| Some((ends(tab).unwrap_or(u64::MAX), Reverse(tab.unsettled()), tab.voucher?)))
        .collect();
    due.sort_by_key(|(ends, unsettled, voucher)| (*ends, *unsettled, voucher.channel));
    due.into_iter().map(|(_, _, voucher)| voucher).collect()
}

impl Gateway {
    /// Settles what is due until cancelled.
    pub(super) async fn keep_settling(&self, cancel: CancellationToken) {
        let mut resting = Resting::new();
        let mut settled_at = self.height();
        let mut pause = PAUSE;
        while !cancel.is_cancelled() {
            let height = self.height();
            let turn = match height >= settled_at.saturating_add(self.config.settle_every_blocks) {
                true => Turn::Regular,
                false => Turn::Pressing,
            };
            let mut due = due(&self.books.meter(), turn, self.config.settle_min, &resting);
            let round = usize::try_from(ROUND_BLOCKS.saturating_mul(self.rail.settlements_per_block()));
            let round = round.unwrap_or(usize::MAX);
            let all = due.len() <= round;
            due.truncate(round);
            let settled = match due.is_empty() {
                true => 0,
                false => self.settle(&due, &mut resting).await,
            };
            // A turn in which nothing could be settled is not over.
            if turn == Turn::Regular && all && (settled > 0 || due.is_empty()) {
                settled_at = height;
            }
            if settled > 0 {
                pause = PAUSE;
                continue;
            }
            pause = if due.is_empty() {
                PAUSE
            } else {
                (2 * pause).min(PAUSE_MAX)
            };
            tokio::select! {
                () = cancel.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Settles everything that can be settled.
    pub(super) async fn settle_all(&self) {
        let mut resting = Resting::new();
        loop {
            let due = due(&self.books.meter(), Turn::Last, 0, &resting);
            if due.is_empty() || self.settle(&due, &mut resting).await == 0 {
                return;
            }
        }
    }

    /// One round. Returns how many were settled.
    async fn settle(&self, vouchers: &[Voucher], resting: &mut Resting) -> u64 {
        let sent = self.height();
        let results = self.rail.settle(&self.payee, vouchers).await;
        let (mut count, mut first, mut last) = (0, u64::MAX, 0);
        let mut trouble: Option<(u64, ChainError)> = None;
        for (voucher, result) in vouchers.iter().zip(results) {
            let id = voucher.channel;
            match result {
                Ok(settled) => {
                    count += 1;
                    (first, last) = (first.min(settled.block), last.max(settled.block));
                    resting.remove(&id);
                    self.settled(voucher, settled);
                }
                Err(error) => {
                    if let ChainError::Refused { .. } = error {
                        let (times, until) = resting.entry(id).or_default();
                        *until = sent + (REST << (*times).min(REST_DOUBLINGS_MAX));
                        *times += 1;
                    }
                    trouble.get_or_insert((id, error));
                }
            }
        }
        if let Some((channel, error)) = trouble {
            let failed = vouchers.len() as u64 - count;
            tracing::warn!(%error, channel, failed, "vouchers could not be settled; they are tried again");
        }
        if count > 0 {
            self.pace.lock().round(count, sent, first, last);
            self.covered.notify_waiters();
        }
        count
    }

    fn settled(&self, voucher: &Voucher, settled: Settled) {
        let id = voucher.channel;
        let amount = {
            let mut meter = self.books.meter();
            let Some(channel) = meter.tab(id).map(|tab| tab.channel) else {
                return;
            };
            let now = channel.settled.max(voucher.amount);
            meter.sync(
                id,
                Channel {
                    settled: now,
                    ..channel
                },
            );
            match settled.amount {
                0 => now - channel.settled,
                told => told,
            }
        };
        self.books.keep(id);
        tracing::info!(channel = id, rao = amount, tribute = settled.tribute, "settled");
        self.status.send_modify(|status| {
            status.settled += amount;
            status.tribute += settled.tribute;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::meter::{Horizon, Price};
    use tributary_neuron::Identity;

    const GENESIS: [u8; 32] = [3; 32];

    fn meter(channels: &[(u64, u64, Option<u64>)]) -> Meter {
        let payer = Identity::from_seed(&[1; 32]);
        let price = Price {
            prompt_rao_per_1k: 1,
            completion_rao_per_1k: 1,
        };
        let mut meter = Meter::new(GENESIS, price, 0);
        for (id, (signed, expiry, closing)) in (1..).zip(channels) {
            let channel = Channel {
                netuid: 4,
                payer: payer.hotkey(),
                payee: Identity::from_seed(&[2; 32]).hotkey(),
                deposit: 1_000_000,
                settled: 0,
                expiry: *expiry,
                closing: *closing,
            };
            meter.sync(id, channel);
            meter.take(Voucher::sign(&payer, &GENESIS, id, *signed)).unwrap();
        }
        meter
    }

    fn ids(vouchers: Vec<Voucher>) -> Vec<u64> {
        vouchers.into_iter().map(|voucher| voucher.channel).collect()
    }

    #[test]
    fn what_ends_first_goes_first_and_dust_waits_while_it_can() {
        let mut meter = meter(&[
            (5, 90_000, None),
            (700, 90_000, None),
            (9, 90_000, Some(140)),
            (800, 90_000, Some(140)),
            (3, 130, None),
            (900, 90_000, None),
        ]);
        let horizon = Horizon {
            height: 100,
            challenge: 300,
            per_block: 10,
            delay: 3,
        };
        meter.look(horizon);
        let none = Resting::new();
        assert_eq!(ids(due(&meter, Turn::Pressing, 100, &none)), [5, 4, 3]);
        assert_eq!(ids(due(&meter, Turn::Regular, 100, &none)), [5, 4, 3, 6, 2]);
        assert_eq!(ids(due(&meter, Turn::Last, 100, &none)), [5, 4, 3, 6, 2, 1]);
        let resting = Resting::from([(4, (1, 101)), (3, (1, 100))]);
        assert_eq!(ids(due(&meter, Turn::Pressing, 100, &resting)), [5, 3]);
        // So many wait that a challenge period would not do for all: nothing waits any longer.
        meter.look(Horizon {
            per_block: 1,
            challenge: 14,
            ..horizon
        });
        assert_eq!(ids(due(&meter, Turn::Pressing, 100, &none)), [5, 4, 3, 6, 2, 1]);
    }
}
