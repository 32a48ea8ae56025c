//! The payment rail of a running chain, as gateways see it.

use async_trait::async_trait;
use tokio::sync::Mutex;
use tributary_client::{Client, Error, Keypair, Wait, pact};
use tributary_economy::Tao;
use tributary_market_serve::rail::{Channel, Rail, Settled, Voucher};
use tributary_neuron::{ChainError, Hotkey, Identity};
use tributary_runtime::{Runtime, RuntimeCall};

/// A rail behind JSON-RPC. Connects again after the connection broke.
pub struct RpcRail {
    genesis: [u8; 32],
    client: Mutex<Client>,
    /// One settlement at a time, because each takes the payee's next nonce.
    turn: Mutex<()>,
}

impl RpcRail {
    /// A rail that is connected.
    pub fn new(client: Client) -> Self {
        Self {
            genesis: client.genesis().0,
            client: Mutex::new(client),
            turn: Mutex::new(()),
        }
    }

    async fn client(&self) -> Result<Client, ChainError> {
        let mut client = self.client.lock().await;
        if !client.is_connected() {
            let endpoint = client.endpoint().to_owned();
            *client = Client::connect(&endpoint).await.map_err(unreachable)?;
        }
        Ok(client.clone())
    }
}

fn unreachable(error: Error) -> ChainError {
    ChainError::Unreachable(error.to_string())
}

#[async_trait]
impl Rail for RpcRail {
    fn genesis(&self) -> [u8; 32] {
        self.genesis
    }

    async fn height(&self) -> Result<u64, ChainError> {
        let client = self.client().await?;
        let best = client.best().await.map_err(unreachable)?;
        Ok(u64::from(client.header(best).await.map_err(unreachable)?.number))
    }

    async fn channel(&self, id: u64) -> Result<Option<Channel>, ChainError> {
        let client = self.client().await?;
        let view = client.at_best().await.map_err(unreachable)?;
        let channel = pact::channel(&view, id).await.map_err(unreachable)?;
        Ok(channel.map(|channel| Channel {
            netuid: channel.netuid.0,
            payer: Hotkey(channel.payer.into()),
            payee: Hotkey(channel.payee.into()),
            deposit: channel.deposit.0,
            settled: channel.settled.0,
            expiry: channel.expiry,
            closing: channel.closing,
        }))
    }

    async fn settle(&self, payee: &Identity, voucher: &Voucher) -> Result<Settled, ChainError> {
        const CALL: &str = "Pact.settle";
        let call = pallet_pact::Call::<Runtime>::settle {
            channel: voucher.channel,
            amount: Tao(voucher.amount),
            signature: voucher.signature,
        };
        let _turn = self.turn.lock().await;
        let client = self.client().await?;
        let signer = Keypair::from(payee.pair().clone());
        let included = match client.submit(&RuntimeCall::Pact(call), &signer, Wait::InBlock).await {
            Ok(included) => included,
            Err(Error::Dispatch { name, docs, .. }) => {
                let reason = format!("{name}: {docs}");
                return Err(ChainError::Refused { call: CALL, reason });
            }
            Err(Error::Refused { reason, .. }) => return Err(ChainError::Refused { call: CALL, reason }),
            Err(other) => return Err(unreachable(other)),
        };
        let paid = pact::paid(&included).ok_or_else(|| ChainError::Unreachable("it tells no payment".to_owned()))?;
        Ok(Settled {
            amount: paid.amount_rao,
            tribute: paid.tribute_rao,
            block: u64::from(included.block_number),
        })
    }
}
