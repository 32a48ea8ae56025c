//! A rail in memory, for tests: channels, and the split of what they pay, by the rules of the chain.

use std::collections::BTreeMap;

use async_trait::async_trait;
use parking_lot::Mutex;
use tokio::sync::Notify;
use tributary_economy::{NetUid, PerMillion, Tao, pact};
use tributary_neuron::{ChainError, Identity};

use crate::rail::{Account, Channel, Rail, Settled, Voucher};

/// Blocks between a payer's wish to close a channel and its end.
const CHALLENGE: u64 = 300;

/// Channels that pay by the rules, and accounts that receive.
pub struct MemoryRail {
    state: Mutex<State>,
    /// Told at every new height.
    grown: Notify,
    /// The part of what is paid that is tribute.
    revenue_share: PerMillion,
    /// Settlements that fit into a block, if it is limited: then they wait for the height to grow.
    per_block: Option<u64>,
}

#[derive(Default)]
struct State {
    height: u64,
    channels: BTreeMap<u64, Channel>,
    opened: u64,
    closed: BTreeMap<u64, (u64, u64)>,
    received: BTreeMap<Account, u64>,
    tribute: u64,
    settlements: u64,
}

impl MemoryRail {
    /// With a revenue share.
    pub fn new(revenue_share: PerMillion) -> Self {
        Self {
            state: Mutex::default(),
            grown: Notify::new(),
            revenue_share,
            per_block: None,
        }
    }

    /// With blocks that hold no more settlements than this.
    pub fn with_settlements_per_block(self, per_block: u64) -> Self {
        Self {
            per_block: Some(per_block),
            ..self
        }
    }

    /// Opens a channel and returns its id.
    pub fn open(&self, channel: Channel) -> u64 {
        let mut state = self.state.lock();
        state.opened += 1;
        let id = state.opened;
        state.channels.insert(id, channel);
        id
    }

    /// Begins to close a channel, as its payer would.
    pub fn ask_to_close(&self, id: u64) {
        let mut state = self.state.lock();
        let at = state.height + CHALLENGE;
        if let Some(channel) = state.channels.get_mut(&id) {
            channel.closing.get_or_insert(at);
        }
    }

    /// Ends a channel if its time is over, and returns whether it is gone.
    pub fn finalise(&self, id: u64) -> bool {
        let mut state = self.state.lock();
        let height = state.height;
        let over = |channel: &Channel| height >= channel.expiry || channel.closing.is_some_and(|at| height >= at);
        if let Some(channel) = state.channels.get(&id).copied().filter(over) {
            state.channels.remove(&id);
            state.closed.insert(id, (height, channel.settled));
        }
        !state.channels.contains_key(&id)
    }

    /// Changes a channel, as its payer would.
    pub fn change(&self, id: u64, change: impl FnOnce(&mut Channel)) {
        if let Some(channel) = self.state.lock().channels.get_mut(&id) {
            change(channel);
        }
    }

    /// Sets the height.
    pub fn advance_to(&self, height: u64) {
        self.state.lock().height = height;
        self.grown.notify_waiters();
    }

    /// One more block.
    pub fn advance(&self) {
        let height = self.state.lock().height;
        self.advance_to(height + 1);
    }

    /// What an account received, and all tribute, in rao; and how many settlements paid.
    pub fn paid(&self, payee: &Account) -> (u64, u64, u64) {
        let state = self.state.lock();
        (
            state.received.get(payee).copied().unwrap_or_default(),
            state.tribute,
            state.settlements,
        )
    }
}

#[async_trait]
impl Rail for MemoryRail {
    fn genesis(&self) -> [u8; 32] {
        [9; 32]
    }

    async fn height(&self) -> Result<u64, ChainError> {
        Ok(self.state.lock().height)
    }

    async fn challenge_period(&self) -> Result<u64, ChainError> {
        Ok(CHALLENGE)
    }

    async fn channels(&self, ids: &[u64]) -> Result<Vec<Option<Channel>>, ChainError> {
        let state = self.state.lock();
        Ok(ids.iter().map(|id| state.channels.get(id).copied()).collect())
    }

    async fn closed_since(&self, block: u64) -> Result<BTreeMap<u64, u64>, ChainError> {
        let state = self.state.lock();
        let closed = state.closed.iter().filter(|(_, (at, _))| *at > block);
        Ok(closed.map(|(id, (_, paid))| (*id, *paid)).collect())
    }

    fn settlements_per_block(&self) -> u64 {
        self.per_block.unwrap_or(1_000)
    }

    async fn settle(&self, payee: &Identity, vouchers: &[Voucher]) -> Vec<Result<Settled, ChainError>> {
        let mut results = Vec::new();
        for voucher in vouchers {
            let full = |done: u64| {
                self.per_block
                    .is_some_and(|limit| done > 0 && done.is_multiple_of(limit))
            };
            if full(results.len() as u64) {
                self.grown.notified().await;
            }
            results.push(self.settle_one(payee, voucher));
        }
        if self.per_block.is_some() {
            self.grown.notified().await;
        }
        results
    }
}

impl MemoryRail {
    fn settle_one(&self, payee: &Identity, voucher: &Voucher) -> Result<Settled, ChainError> {
        let refuse = |reason: &str| ChainError::Refused {
            call: "Pact.settle",
            reason: reason.to_owned(),
        };
        let genesis = self.genesis();
        let mut state = self.state.lock();
        let height = state.height;
        let channel = state
            .channels
            .get_mut(&voucher.channel)
            .ok_or_else(|| refuse("NoSuchChannel"))?;
        if channel.payee != payee.hotkey() {
            return Err(refuse("NotAParty"));
        }
        if !voucher.is_signed_by(&channel.payer, &genesis) {
            return Err(refuse("BadSignature"));
        }
        let mut rules = pact::Channel {
            netuid: NetUid(channel.netuid),
            registered_at: 0,
            payer: channel.payer,
            payee: channel.payee,
            deposit: Tao(channel.deposit),
            settled: Tao(channel.settled),
            expiry: channel.expiry,
            closing: channel.closing,
        };
        let amount = rules
            .redeem(Tao(voucher.amount))
            .map_err(|error| refuse(&error.to_string()))?;
        channel.settled = rules.settled.0;
        let (tribute, to_payee) = pact::payment::split(amount, self.revenue_share);
        let (amount, tribute) = (amount.0, tribute.0);
        *state.received.entry(rules.payee).or_default() += to_payee.0;
        state.tribute += tribute;
        state.settlements += 1;
        Ok(Settled {
            amount,
            tribute,
            block: height,
        })
    }
}
