//! The payment rail of a running chain, as gateways and wallets see it.

mod batch;

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use async_trait::async_trait;
use tokio::sync::Mutex;
use tributary_client::{Client, Error, Failure, Keypair, Sent, Wait, pact};
use tributary_market_serve::rail::{Channel, Rail, Settled, Voucher};
use tributary_neuron::{ChainError, Identity};

const CALL: &str = "Pact.settle";
/// How long a transaction may take to get into a block.
const INCLUSION: Duration = Duration::from_secs(120);
/// Blocks whose events are looked through for channels that were closed.
const CLOSED_BLOCKS_MAX: u64 = 7_200;

/// A rail behind JSON-RPC. Its client connects again after the connection broke.
pub struct RpcRail {
    genesis: [u8; 32],
    client: Client,
    /// One round of settlements at a time, because they take the payee's next nonces.
    turn: Mutex<()>,
    /// Settlements in one transaction.
    batch: usize,
}

impl RpcRail {
    /// A rail that is connected.
    ///
    /// # Errors
    /// If the chain does not say how much a block takes.
    pub async fn new(client: Client) -> tributary_client::Result<Self> {
        Ok(Self {
            genesis: client.genesis().0,
            batch: batch::size(&client).await?,
            client,
            turn: Mutex::new(()),
        })
    }

    /// Sends as many batches as may be under way. Gives back those that the pool took; what it refused goes to `waiting`
    /// again, in halves, or into `results` if it cannot be halved.
    async fn send<'a>(
        client: &Client,
        signer: &Keypair,
        waiting: &mut VecDeque<(usize, &'a [Voucher])>,
        results: &mut BTreeMap<usize, Result<Settled, ChainError>>,
    ) -> Result<Vec<(usize, &'a [Voucher], Sent)>, ChainError> {
        let mut nonce = client.next_nonce(&signer.account()).await.map_err(unreachable)?;
        let mut sent = Vec::new();
        while sent.len() < batch::IN_FLIGHT {
            let Some((first, vouchers)) = waiting.pop_front() else {
                break;
            };
            match client.send(&batch::calls(vouchers), signer, nonce).await {
                Ok(taken) => {
                    sent.push((first, vouchers, taken));
                    nonce += 1;
                    continue;
                }
                Err(Error::Refused { .. }) if vouchers.len() > 1 => {
                    // The payee may not have the fee of so many yet, but of fewer.
                    let (left, right) = vouchers.split_at(vouchers.len() / 2);
                    waiting.push_front((first + left.len(), right));
                    waiting.push_front((first, left));
                }
                Err(error) => {
                    results.insert(first, Err(of(error)));
                }
            }
            if !sent.is_empty() {
                break;
            }
        }
        Ok(sent)
    }

    /// What became of a transaction's vouchers.
    async fn outcomes(vouchers: &[Voucher], sent: Sent) -> Vec<Result<Settled, ChainError>> {
        let all = |error: ChainError| vec![Err(error); vouchers.len()];
        let included = match tokio::time::timeout(INCLUSION, sent.wait(Wait::InBlock)).await {
            Ok(Ok(included)) => included,
            Ok(Err(error)) => return all(of(error)),
            Err(_) => {
                let reason = format!("no block took the settlement within {} s", INCLUSION.as_secs());
                return all(ChainError::Unreachable(reason));
            }
        };
        let told = match batch::outcomes(vouchers, &included.events, u64::from(included.block_number)) {
            Ok(told) => told.into_iter(),
            Err(error) => return all(unreachable(error)),
        };
        let outcome = |outcome| match outcome {
            Some(Ok(settled)) => Ok(settled),
            Some(Err(Failure { name, docs })) => Err(ChainError::Refused {
                call: CALL,
                reason: format!("{name}: {docs}"),
            }),
            None => Err(ChainError::Unreachable("the block tells nothing of it".to_owned())),
        };
        told.map(outcome).collect()
    }
}

fn unreachable(error: Error) -> ChainError {
    ChainError::Unreachable(error.to_string())
}

/// An error of a settlement.
fn of(error: Error) -> ChainError {
    match error {
        Error::Dispatch { name, docs, .. } => ChainError::Refused {
            call: CALL,
            reason: format!("{name}: {docs}"),
        },
        Error::Refused { reason, .. } => ChainError::Refused { call: CALL, reason },
        other => unreachable(other),
    }
}

#[async_trait]
impl Rail for RpcRail {
    fn genesis(&self) -> [u8; 32] {
        self.genesis
    }

    async fn height(&self) -> Result<u64, ChainError> {
        let client = &self.client;
        let best = client.best().await.map_err(unreachable)?;
        Ok(u64::from(client.header(best).await.map_err(unreachable)?.number))
    }

    async fn challenge_period(&self) -> Result<u64, ChainError> {
        let client = &self.client;
        let view = client.at_best().await.map_err(unreachable)?;
        Ok(pact::parameters(&view).await.map_err(unreachable)?.challenge_period)
    }

    async fn channels(&self, ids: &[u64]) -> Result<Vec<Option<Channel>>, ChainError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let client = &self.client;
        let view = client.at_best().await.map_err(unreachable)?;
        let channels = pact::channels_of(&view, ids).await.map_err(unreachable)?;
        let channels = channels.into_iter().map(|channel| {
            channel.map(|channel| Channel {
                netuid: channel.netuid.0,
                payer: batch::account(channel.payer),
                payee: batch::account(channel.payee),
                deposit: channel.deposit.0,
                settled: channel.settled.0,
                expiry: channel.expiry,
                closing: channel.closing,
            })
        });
        Ok(channels.collect())
    }

    async fn closed_since(&self, block: u64) -> Result<BTreeMap<u64, u64>, ChainError> {
        let client = &self.client;
        let best = client.best().await.map_err(unreachable)?;
        let head = client.header(best).await.map_err(unreachable)?.number;
        let first = block
            .saturating_add(1)
            .max(u64::from(head).saturating_sub(CLOSED_BLOCKS_MAX));
        let first = u32::try_from(first).unwrap_or(u32::MAX);
        let events = pact::events(client, first..=head).await.map_err(unreachable)?;
        Ok(events.iter().filter_map(|(_, event)| batch::closed(event)).collect())
    }

    fn settlements_per_block(&self) -> u64 {
        // A round may begin just after a block did, and so takes two.
        (batch::IN_FLIGHT * self.batch).div_ceil(2) as u64
    }

    async fn settle(&self, payee: &Identity, vouchers: &[Voucher]) -> Vec<Result<Settled, ChainError>> {
        let _turn = self.turn.lock().await;
        let client = &self.client;
        let signer = Keypair::from(payee.pair().clone());
        let mut results = BTreeMap::new();
        let mut first = 0;
        let mut waiting = VecDeque::new();
        for chunk in vouchers.chunks(self.batch) {
            waiting.push_back((first, chunk));
            first += chunk.len();
        }
        while !waiting.is_empty() {
            let sent = match Self::send(client, &signer, &mut waiting, &mut results).await {
                Ok(sent) => sent,
                Err(error) => {
                    tracing::debug!(%error, "a round of settlements was broken off");
                    break;
                }
            };
            let under_way = sent
                .into_iter()
                .map(async |(first, vouchers, sent)| (first, Self::outcomes(vouchers, sent).await));
            for (first, outcomes) in futures::future::join_all(under_way).await {
                results.extend((first..).zip(outcomes));
            }
        }
        (0..vouchers.len())
            .map(|index| {
                let missing = || Err(ChainError::Unreachable("it was not sent".to_owned()));
                results.remove(&index).unwrap_or_else(missing)
            })
            .collect()
    }
}
