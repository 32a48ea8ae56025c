//! What the subnets promise to open: the market's beacon, and an archive that opens what they sealed.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, sync::Arc};

use anyhow::{Context as _, Result};
use tokio::sync::watch;
use tributary_client::{Client, market};
use tributary_neuron::{Archive, Archived, Chain, NeuronError, Reach, Relay, beacon::Clock, serve_beacon};
use tributary_timelock::{Beacon, Signer};

use super::{neuron::Starter, supervisor::Work};

/// Name of its folder in the market's folder.
pub const FOLDER: &str = "opened";
/// Where the beacon listens; another port is taken if this one is not free.
const PORT: u16 = 8403;
/// What the beacon's key is made of: like all keys of this market it is no secret.
const PHRASE: &str = "tributary up";
/// Opened artifacts that are kept of each subnet.
const KEPT: usize = 20;
/// Largest sealed file: far above any model of the market.
const BYTES_MAX: usize = 1 << 26;

/// Artifacts opened so far, by netuid.
pub type Opened = BTreeMap<u16, u64>;

/// The running beacon and archive.
pub struct Artifacts {
    opened: watch::Receiver<Opened>,
    beacon: Beacon,
    url: String,
}

impl Artifacts {
    /// Starts the beacon and the archive; the beacon is what artifacts are to be sealed for.
    ///
    /// # Errors
    /// If the beacon cannot listen, or the folder cannot be made.
    pub async fn start(starter: &mut Starter<'_>) -> Result<Self> {
        let beacon = Signer::from_phrase(PHRASE)?.beacon().clone();
        let clock = Clock::default();
        clock.set_ms(market::now_ms(&starter.client.at_best().await?).await?);
        let listen = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let (ticking, cancel) = (clock.clone(), starter.cancel.clone());
        let serve = move |listen| {
            let (clock, cancel) = (ticking.clone(), cancel.clone());
            async move {
                let (address, serving) = serve_beacon(Signer::from_phrase(PHRASE)?, clock, listen, cancel).await?;
                let work: Work = Box::pin(async move { Ok(serving.await?) });
                Ok::<_, anyhow::Error>((address, work))
            }
        };
        let taken = |e: &anyhow::Error| matches!(e.downcast_ref(), Some(NeuronError::Listen { .. }));
        let started = match serve(listen(PORT)).await {
            Err(error) if taken(&error) => serve(listen(0)).await,
            started => started,
        };
        let (address, serving) = started.context("the beacon does not start")?;
        let again = move || {
            let served = serve(address);
            Box::pin(async move { Ok(served.await?.1) }) as _
        };
        starter.supervisor.keep("beacon".to_owned(), serving, again);

        let url = format!("http://{address}");
        let (told, opened) = watch::channel(Opened::new());
        let promised = starter.plan.subnets.iter().zip(starter.netuids);
        let promised = promised.filter(|(subnet, _)| subnet.terms.is_some_and(|terms| terms.artifact_period > 0));
        let files = Files {
            client: starter.client.clone(),
            chain: starter.chain.clone(),
            folder: starter.place.folder.join(FOLDER),
            relay: Relay::of(&url, beacon.clone()),
            netuids: promised.map(|(_, netuid)| netuid.0).collect(),
            clock,
            told,
        };
        let (files, cancel) = (Arc::new(files), starter.cancel.clone());
        let start = move || {
            let (files, cancel) = (files.clone(), cancel.clone());
            Box::pin(async move {
                let work: Work = Box::pin(async move {
                    tokio::select! {
                        () = cancel.cancelled() => Ok(()),
                        ended = files.follow() => ended,
                    }
                });
                Ok(work)
            }) as _
        };
        starter.supervisor.start("archive".to_owned(), start).await?;
        Ok(Self { opened, beacon, url })
    }

    /// Until whose rounds artifacts are sealed.
    pub fn beacon(&self) -> &Beacon {
        &self.beacon
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

/// What the archive works with.
struct Files {
    client: Client,
    chain: Arc<dyn Chain>,
    folder: PathBuf,
    relay: Relay,
    netuids: Vec<u16>,
    clock: Clock,
    told: watch::Sender<Opened>,
}

impl Files {
    /// Looks at every block, and sets the beacon's clock by it.
    async fn follow(&self) -> Result<()> {
        let mut archive = Archive::new(
            self.folder.clone(),
            self.relay.clone(),
            Reach::Private,
            BYTES_MAX,
            Some(KEPT),
        )?;
        let client = &self.client;
        let mut heads = client.follow().await?;
        loop {
            heads.next().await?;
            let now_ms = market::now_ms(&client.at_best().await?).await?;
            self.clock.set_ms(now_ms);
            let done = match archive.step(self.chain.as_ref(), &self.netuids, now_ms).await {
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
                    Archived::Opened { netuid, .. } => {
                        self.told.send_modify(|opened| *opened.entry(netuid).or_default() += 1);
                    }
                    Archived::Broken { netuid, number, why } => {
                        tracing::warn!(netuid, number, why, "an artifact cannot be opened");
                    }
                }
            }
        }
    }
}
