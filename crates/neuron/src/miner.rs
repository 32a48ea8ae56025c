//! The miner's loop: serve, announce, work.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use parking_lot::RwLock;
use tokio_util::sync::CancellationToken;

use crate::{Axon, AxonLimits, Chain, Gate, Handler, Hotkey, Identity, Metagraph, NeuronError};

/// What a market's miner does.
#[async_trait]
pub trait Worker: Send + 'static {
    /// What its axon answers.
    fn handler(&self) -> Arc<dyn Handler>;

    /// Does a bounded piece of work and says how long to rest before the next.
    ///
    /// # Errors
    /// A passing error is logged and the step tried again; any other ends the miner.
    async fn step(&mut self) -> Result<Duration, NeuronError>;
}

/// Whom an axon serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Admission {
    /// Every hotkey registered in the subnet.
    #[default]
    Registered,
    /// Only hotkeys with a validator permit.
    Validators,
}

/// How a miner is run.
#[derive(Clone, Debug)]
pub struct MinerOptions {
    /// The subnet.
    pub netuid: u16,
    /// Other subnets whose registered hotkeys are served too.
    pub guests: Vec<u16>,
    /// Where the axon listens; port 0 picks a free one.
    pub listen: SocketAddr,
    /// Where others reach it, if not where it listens: behind a router, or listening on all interfaces. Port 0 stands for
    /// the port that it listens on.
    pub announce: Option<SocketAddr>,
    /// Whom of its own subnet it serves.
    pub admission: Admission,
    /// Its bounds.
    pub limits: AxonLimits,
    /// Time between two looks at who is registered.
    pub refresh_every: Duration,
}

impl MinerOptions {
    /// On a free port of this machine, for every registered hotkey.
    pub fn local(netuid: u16) -> Self {
        Self {
            netuid,
            guests: Vec::new(),
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            announce: None,
            admission: Admission::default(),
            limits: AxonLimits::default(),
            refresh_every: Duration::from_secs(3),
        }
    }
}

/// Admits by registration, from the last metagraphs read.
struct Roll {
    admission: Admission,
    permits: RwLock<BTreeMap<Hotkey, bool>>,
    guests: RwLock<BTreeSet<Hotkey>>,
}

impl Gate for Roll {
    fn admits(&self, sender: &Hotkey) -> bool {
        match (self.permits.read().get(sender), self.admission) {
            (Some(_), Admission::Registered) => true,
            (Some(permit), Admission::Validators) => *permit,
            (None, _) => self.guests.read().contains(sender),
        }
    }
}

impl Roll {
    fn take(&self, metagraph: &Metagraph) {
        *self.permits.write() = metagraph
            .neurons
            .iter()
            .map(|neuron| (neuron.hotkey, neuron.validator_permit))
            .collect();
    }
}

/// Starts the axon, announces it and works until cancelled. The returned future is the loop; the address is known
/// before it is first polled.
///
/// # Errors
/// At once if the axon cannot listen; later if the hotkey is not or no longer registered, or the worker gives up.
pub async fn run_miner<W: Worker>(
    worker: W,
    options: MinerOptions,
    chain: Arc<dyn Chain>,
    identity: Identity,
    cancel: CancellationToken,
) -> Result<(SocketAddr, impl Future<Output = Result<(), NeuronError>> + Send), NeuronError> {
    let roll = Arc::new(Roll {
        admission: options.admission,
        permits: RwLock::default(),
        guests: RwLock::default(),
    });
    let stop = cancel.child_token();
    // The axon knows whom to serve from its first request on. Without the chain it learns it later.
    let metagraph = refresh(&options, chain.as_ref(), &roll).await.ok();
    let listen_on = |address| {
        Axon::spawn(
            identity.clone(),
            address,
            worker.handler(),
            roll.clone(),
            options.limits.clone(),
            stop.clone(),
        )
    };
    let axon = match metagraph.and_then(|metagraph| earlier(&options, &metagraph, &identity)) {
        Some(address) => match listen_on(address).await {
            Err(NeuronError::Listen { .. }) => listen_on(options.listen).await?,
            started => started?,
        },
        None => listen_on(options.listen).await?,
    };
    let address = axon.address;
    let announced = announced(options.announce, address);
    let work = async move {
        let ended = tokio::select! {
            () = cancel.cancelled() => Ok(()),
            ended = keep_announced(&options, chain.as_ref(), &identity, announced, &roll) => ended,
            ended = keep_working(worker) => ended,
        };
        stop.cancel();
        // The axon finishes the requests that are under way.
        if tokio::time::timeout(options.limits.time_max, axon.task).await.is_err() {
            tracing::warn!("axon did not stop in time");
        }
        ended
    };
    Ok((address, work))
}

/// The address to announce for an axon that listens at `bound`.
fn announced(wanted: Option<SocketAddr>, bound: SocketAddr) -> SocketAddr {
    match wanted {
        None => bound,
        Some(address) if address.port() == 0 => SocketAddr::new(address.ip(), bound.port()),
        Some(address) => address,
    }
}

/// Where the axon listened when it was announced last, if any port will do. Whoever has read that announcement finds it
/// there again after a restart, without waiting for a new one.
fn earlier(options: &MinerOptions, metagraph: &Metagraph, identity: &Identity) -> Option<SocketAddr> {
    let any_port = options.listen.port() == 0 && options.announce.is_none_or(|announced| announced.port() == 0);
    let announced = metagraph.neuron(&identity.hotkey())?.axon.filter(|_| any_port)?;
    Some(SocketAddr::new(options.listen.ip(), announced.port()))
}

/// Reads who is registered, here and in the subnets of the guests.
async fn refresh(options: &MinerOptions, chain: &dyn Chain, roll: &Roll) -> Result<Metagraph, NeuronError> {
    let metagraph = chain.metagraph(options.netuid).await?;
    roll.take(&metagraph);
    let mut guests = BTreeSet::new();
    for netuid in &options.guests {
        let metagraph = chain.metagraph(*netuid).await?;
        guests.extend(metagraph.neurons.iter().map(|neuron| neuron.hotkey));
    }
    *roll.guests.write() = guests;
    Ok(metagraph)
}

async fn keep_working<W: Worker>(mut worker: W) -> Result<(), NeuronError> {
    loop {
        let rest = match worker.step().await {
            Ok(rest) => rest,
            Err(error) if error.is_passing() => {
                tracing::warn!(%error, "a step failed and is tried again");
                Duration::from_secs(1)
            }
            Err(error) => return Err(error),
        };
        tokio::time::sleep(rest).await;
    }
}

async fn keep_announced(
    options: &MinerOptions,
    chain: &dyn Chain,
    identity: &Identity,
    address: SocketAddr,
    roll: &Roll,
) -> Result<(), NeuronError> {
    let hotkey = identity.hotkey();
    loop {
        let refreshed = async {
            let metagraph = refresh(options, chain, roll).await?;
            let neuron = metagraph.neuron(&hotkey).ok_or(NeuronError::NotRegistered {
                hotkey,
                netuid: options.netuid,
            })?;
            if neuron.axon != Some(address) {
                chain.serve_axon(identity, options.netuid, address).await?;
                tracing::info!(%address, uid = neuron.uid, "axon announced");
            }
            Ok(())
        };
        match refreshed.await {
            Err(error @ NeuronError::NotRegistered { .. }) => return Err(error),
            Err(error) => tracing::warn!(%error, "cannot read who is registered, or announce the axon"),
            Ok(()) => {}
        }
        tokio::time::sleep(options.refresh_every).await;
    }
}
