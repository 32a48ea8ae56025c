//! Looking at the chain: height, channels, miners.

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use super::{settle::ROUND_BLOCKS, state::Gateway};
use crate::meter::Horizon;

/// Between two looks, at most.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The same, at least.
const LOOK_EVERY_MIN: Duration = Duration::from_millis(100);
/// Blocks that may pass between two looks before they become more frequent.
const BLOCKS_PER_LOOK: u64 = 4;
/// Between two readings of who mines.
const READ_EVERY: Duration = Duration::from_secs(4);
/// Between two sweeps of channels that nobody uses.
const SWEEP_EVERY: Duration = Duration::from_secs(300);

/// What is remembered from look to look.
struct Seen {
    /// Height at the last look.
    height: u64,
    /// Up to where closed channels were looked up.
    closed: u64,
    /// Blocks between looks, lately.
    blocks: u64,
    challenge: Option<u64>,
    /// Whether the challenge period was found too short to settle anything in it.
    hopeless: bool,
    every: Duration,
    read: Option<Instant>,
    swept: Instant,
}

impl Seen {
    /// A look at this height: how quickly the chain grows decides when the next one is.
    fn grown(&mut self, height: u64) {
        let blocks = height.saturating_sub(self.height);
        self.height = height;
        self.blocks = blocks.max(self.blocks - self.blocks / 8).max(1);
        self.every = match blocks {
            blocks if blocks > BLOCKS_PER_LOOK => self.every / 2,
            blocks if blocks * 2 < BLOCKS_PER_LOOK => self.every * 2,
            _ => self.every,
        };
        self.every = self.every.clamp(LOOK_EVERY_MIN, LOOK_EVERY);
    }
}

impl Gateway {
    /// Looks, for ever.
    pub(super) async fn keep_looking(&self) {
        let height = self.height();
        let mut seen = Seen {
            height,
            closed: 0,
            blocks: BLOCKS_PER_LOOK,
            challenge: None,
            hopeless: false,
            every: LOOK_EVERY / 2,
            read: None,
            swept: Instant::now(),
        };
        loop {
            self.look(&mut seen).await;
            tokio::time::sleep(seen.every).await;
        }
    }

    async fn look(&self, seen: &mut Seen) {
        match self.rail.height().await {
            Ok(height) => {
                self.height.store(height, Ordering::Relaxed);
                seen.grown(height);
            }
            Err(error) => return tracing::warn!(%error, "the gateway does not see the chain"),
        }
        self.look_at_channels(seen).await;
        if seen.read.is_none_or(|read| read.elapsed() >= READ_EVERY) {
            seen.read = Some(Instant::now());
            match self.rail.challenge_period().await {
                Ok(challenge) => seen.challenge = Some(challenge),
                Err(error) => tracing::warn!(%error, "the gateway does not see the chain's parameters"),
            }
            match self.chain.metagraph(self.config.netuid).await {
                Ok(metagraph) => self.routes.lock().take(&metagraph, &self.identity.hotkey()),
                Err(error) => tracing::warn!(%error, "the gateway does not see the miners"),
            }
        }
        if let Some(challenge) = seen.challenge {
            let (per_block, delay) = {
                let pace = self.pace.lock();
                (pace.per_block(), pace.delay())
            };
            let horizon = Horizon {
                height: self.height(),
                challenge,
                per_block,
                // A closing is seen after at most two looks, and a round that is under way ends first.
                delay: delay.saturating_add(2 * seen.blocks).saturating_add(ROUND_BLOCKS),
            };
            let hopeless = horizon.capacity() == 0;
            if hopeless && !seen.hopeless {
                tracing::warn!(
                    "a challenge period of {challenge} blocks is too short to see a closing and settle in time: vouchers count only once they are settled"
                );
            }
            seen.hopeless = hopeless;
            let mut meter = self.books.meter();
            meter.look(horizon);
            if seen.swept.elapsed() >= SWEEP_EVERY {
                seen.swept = Instant::now();
                meter.sweep();
            }
        }
        // What was settled, topped up or paid may be what a request waits for.
        self.covered.notify_waiters();
        self.show();
    }

    /// Sees how all channels stand, and takes those that are closed off the books.
    async fn look_at_channels(&self, seen: &mut Seen) {
        let ids: Vec<u64> = self.books.meter().tabs().map(|(id, _)| id).collect();
        let channels = match self.rail.channels(&ids).await {
            Ok(channels) => channels,
            Err(error) => return tracing::warn!(%error, "the gateway cannot look at its channels"),
        };
        let mut gone = Vec::new();
        {
            let mut meter = self.books.meter();
            for (id, channel) in ids.into_iter().zip(channels) {
                match channel {
                    Some(channel) => meter.sync(id, channel),
                    None => gone.push(id),
                }
            }
        }
        if !gone.is_empty() {
            let paid = match self.rail.closed_since(seen.closed).await {
                Ok(paid) => paid,
                // What they paid is needed, and told next time.
                Err(error) => return tracing::warn!(%error, "the gateway cannot look up what closed channels paid"),
            };
            for id in gone {
                let known = self
                    .books
                    .meter()
                    .tab(id)
                    .map(|tab| (tab.channel.settled, tab.unsettled()));
                let Some((settled, unsettled)) = known else { continue };
                let paid = paid.get(&id).copied();
                if paid.is_none() && unsettled > 0 {
                    tracing::warn!(
                        channel = id,
                        "the chain no longer tells what this channel paid in the end"
                    );
                }
                self.books.close(id, paid.unwrap_or(settled)).await;
            }
        }
        // A block that is undone may hold a closing again.
        seen.closed = seen.height.saturating_sub(2 * seen.blocks + 16);
    }

    fn show(&self) {
        let (model, routes) = (self.library.newest(), self.routes.lock().views(Instant::now()));
        let (unsettled, (debts, debtors)) = {
            let meter = self.books.meter();
            (meter.tabs().map(|(_, tab)| tab.unsettled()).sum(), meter.bad_debts())
        };
        self.status.send_if_modified(|status| {
            let before = status.clone();
            status.model = model.map(|released| released.id.clone());
            status.routes = routes;
            status.unsettled = unsettled;
            (status.debts, status.debtors) = (debts, debtors as u64);
            *status != before
        });
    }
}
