//! A rail in memory, for tests: channels, and the split of what they pay, by the rules of the chain.

use std::collections::BTreeMap;

use async_trait::async_trait;
use parking_lot::Mutex;
use tributary_economy::{NetUid, PerMillion, Tao, pact};
use tributary_neuron::{ChainError, Identity};

use crate::rail::{Account, Channel, Rail, Settled, Voucher};

/// Channels that pay by the rules, and accounts that receive.
pub struct MemoryRail {
    state: Mutex<State>,
    /// The part of what is paid that is tribute.
    revenue_share: PerMillion,
}

#[derive(Default)]
struct State {
    height: u64,
    channels: BTreeMap<u64, Channel>,
    received: BTreeMap<Account, u64>,
    tribute: u64,
    settlements: u64,
}

impl MemoryRail {
    /// With a revenue share.
    pub fn new(revenue_share: PerMillion) -> Self {
        Self {
            state: Mutex::default(),
            revenue_share,
        }
    }

    /// Opens a channel and returns its id.
    pub fn open(&self, channel: Channel) -> u64 {
        let mut state = self.state.lock();
        let id = state.channels.len() as u64 + 1;
        state.channels.insert(id, channel);
        id
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

    async fn channel(&self, id: u64) -> Result<Option<Channel>, ChainError> {
        Ok(self.state.lock().channels.get(&id).copied())
    }

    async fn settle(&self, payee: &Identity, voucher: &Voucher) -> Result<Settled, ChainError> {
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
