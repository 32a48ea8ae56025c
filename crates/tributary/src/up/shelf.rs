//! What the subnets promise to open: the market's beacon, and an archive that opens what they sealed.

use std::{collections::BTreeMap, net::SocketAddr, path::Path, sync::Arc};

use anyhow::{Context as _, Result};
use futures::FutureExt as _;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tributary_client::{Client, market};
use tributary_economy::NetUid;
use tributary_neuron::{Archive, Archived, Chain, NeuronError, Relay, beacon::Clock, serve_beacon};
use tributary_timelock::{Beacon, Signer};

use super::{plan::Plan, service::Task};

/// Name of its folder in the market's folder.
pub const FOLDER: &str = "opened";
/// Where the beacon listens; another port is taken if this one is not free.
const PORT: u16 = 8403;
/// What the beacon's key is made of: like all keys of this market it is no secret.
const PHRASE: &str = "tributary up";
/// Opened artefacts that are kept of each subnet.
const KEPT: usize = 20;
/// Largest sealed file: far above any model of the market.
const BYTES_MAX: usize = 1 << 26;

/// Artefacts opened so far, by netuid.
pub type Opened = BTreeMap<u16, u64>;

/// The running archive.
pub struct Shelf {
    opened: watch::Receiver<Opened>,
    url: String,
}

impl Shelf {
    /// Starts the beacon and the archive; the beacon is what artefacts are to be sealed for.
    ///
    /// # Errors
    /// If the beacon cannot listen, or the folder cannot be made.
    pub async fn start(
        client: &Client,
        chain: Arc<dyn Chain>,
        plan: &Plan,
        netuids: &[NetUid],
        folder: &Path,
        cancel: &CancellationToken,
    ) -> Result<(Self, Beacon, Vec<Task>)> {
        let beacon = Signer::from_phrase(PHRASE)?.beacon().clone();
        let clock = Clock::default();
        clock.set_ms(market::now_ms(&client.at_best().await?).await?);
        let listen = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let serve = |port| -> Result<_> {
            let signer = Signer::from_phrase(PHRASE)?;
            Ok(serve_beacon(signer, clock.clone(), listen(port), cancel.clone()))
        };
        let started = match serve(PORT)?.await {
            Err(NeuronError::Listen { .. }) => serve(0)?.await,
            started => started,
        };
        let (address, serving) = started.context("the beacon does not start")?;
        let serving = serving.map(|ended| ("beacon".to_owned(), ended.map_err(Into::into)));
        let promised = plan.subnets.iter().zip(netuids);
        let promised = promised.filter(|(subnet, _)| subnet.terms.is_some_and(|terms| terms.artifact_period > 0));
        let netuids: Vec<u16> = promised.map(|(_, netuid)| netuid.0).collect();
        let url = format!("http://{address}");
        let relay = Relay::of(&url, beacon.clone());
        let archive = Archive::new(folder.join(FOLDER), relay, BYTES_MAX, Some(KEPT))?;
        let (told, opened) = watch::channel(Opened::new());
        let following = follow(client.clone(), chain, archive, netuids, clock, told);
        let cancel = cancel.clone();
        let following = tokio::spawn(async move {
            tokio::select! {
                () = cancel.cancelled() => Ok(()),
                ended = following => ended,
            }
        });
        let following = following.map(|ended| ("archive".to_owned(), ended.unwrap_or_else(|e| Err(e.into()))));
        Ok((Self { opened, url }, beacon, vec![serving.boxed(), following.boxed()]))
    }

    /// Where the beacon is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How many were opened.
    pub fn opened(&self) -> Opened {
        self.opened.borrow().clone()
    }
}

/// Looks at every block, and sets the beacon's clock by it.
async fn follow(
    client: Client,
    chain: Arc<dyn Chain>,
    mut archive: Archive,
    netuids: Vec<u16>,
    clock: Clock,
    told: watch::Sender<Opened>,
) -> Result<()> {
    let mut heads = client.follow().await?;
    loop {
        heads.next().await?;
        let now_ms = market::now_ms(&client.at_best().await?).await?;
        clock.set_ms(now_ms);
        let done = match archive.step(chain.as_ref(), &netuids, now_ms).await {
            Ok(done) => done,
            Err(error) if error.is_passing() => {
                tracing::info!(%error, "the archive tries again");
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        for done in done {
            match done {
                Archived::Kept { .. } => {}
                Archived::Opened { netuid, .. } => told.send_modify(|opened| *opened.entry(netuid).or_default() += 1),
                Archived::Broken { netuid, number, why } => {
                    tracing::warn!(netuid, number, why, "an artefact cannot be opened");
                }
            }
        }
    }
}
