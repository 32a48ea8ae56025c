//! The network's payment rail, as those who sell and buy by it see it, and nothing else of the chain. The client of a
//! running chain implements it over RPC; [`crate::memory_rail::MemoryRail`] implements it for tests.

use std::collections::BTreeMap;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use tributary_economy::{Tao, pact::channel::voucher_bytes};
use tributary_neuron::{ChainError, Hotkey, Identity};

/// An account that pays or is paid: an sr25519 public key, like a hotkey.
pub type Account = Hotkey;

/// A payment channel as it stands on the chain (`docs/rules/pacts.md#channels`). Amounts in rao.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// The subnet whose pact takes its share of what is paid.
    pub netuid: u16,
    /// Who pays.
    pub payer: Account,
    /// Who is paid.
    pub payee: Account,
    /// All that was ever put in.
    pub deposit: u64,
    /// All that was paid out of it so far, tribute included.
    pub settled: u64,
    /// The block from which anybody may close it.
    pub expiry: u64,
    /// The block from which it can be closed for good, once its payer has begun to close it.
    pub closing: Option<u64>,
}

/// A payer's word that so much in all may be taken from a channel. Only the newest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Voucher {
    /// The channel.
    pub channel: u64,
    /// In rao, since the channel was opened.
    pub amount: u64,
    /// By the payer.
    pub signature: [u8; 64],
}

impl Voucher {
    /// Signs one for a channel of the chain with this genesis.
    pub fn sign(payer: &Identity, genesis: &[u8; 32], channel: u64, amount: u64) -> Self {
        Self {
            channel,
            amount,
            signature: payer.sign(&voucher_bytes(genesis, channel, Tao(amount))),
        }
    }

    /// Whether `payer` signed it, for the chain with this genesis: plain, or in `<Bytes>` as browser wallets do.
    pub fn is_signed_by(&self, payer: &Account, genesis: &[u8; 32]) -> bool {
        let bytes = voucher_bytes(genesis, self.channel, Tao(self.amount));
        let wrapped = [b"<Bytes>", bytes.as_slice(), b"</Bytes>"].concat();
        payer.verifies(&bytes, &self.signature) || payer.verifies(&wrapped, &self.signature)
    }
}

/// What a settlement paid, in rao.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// All of it; 0 if the chain does not tell, as for subnets that are gone.
    pub amount: u64,
    /// The part that went into the subnet's reservoir; the rest went to the payee.
    pub tribute: u64,
    /// The block.
    pub block: u64,
}

/// The rail. Every method that submits waits until the call is in a block.
#[async_trait]
pub trait Rail: Send + Sync + 'static {
    /// Hash of the chain's first block, which vouchers are bound to.
    fn genesis(&self) -> [u8; 32];

    /// Height of the newest block.
    async fn height(&self) -> Result<u64, ChainError>;

    /// Blocks between a payer's wish to close a channel and its end.
    async fn challenge_period(&self) -> Result<u64, ChainError>;

    /// How these channels stand, in the same order; nothing for those that are not open.
    async fn channels(&self, ids: &[u64]) -> Result<Vec<Option<Channel>>, ChainError>;

    /// A channel, if it is open.
    async fn channel(&self, id: u64) -> Result<Option<Channel>, ChainError> {
        Ok(self.channels(&[id]).await?.pop().flatten())
    }

    /// What was paid in all, tribute included, out of the channels that were closed in blocks after this one, as far back
    /// as the chain tells.
    async fn closed_since(&self, block: u64) -> Result<BTreeMap<u64, u64>, ChainError>;

    /// Settlements of one payee that fit into a block beside what others do.
    fn settlements_per_block(&self) -> u64;

    /// Takes what vouchers allow beyond what was taken, for their payee, who pays the fee; as many in a block as it holds,
    /// in this order. The results are in the same order: one that the chain refuses does not stop the others.
    async fn settle(&self, payee: &Identity, vouchers: &[Voucher]) -> Vec<Result<Settled, ChainError>>;
}
