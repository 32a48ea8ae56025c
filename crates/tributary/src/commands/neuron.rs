//! `tributary miner` and `tributary validator`

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail};
use serde::Serialize;
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tributary_client::{AccountId32, Client, Keypair, address, items};
use tributary_economy::NetUid;
use tributary_market_train::{
    MinerConfig, Rules, TrainingPool, ValidatorConfig, ValidatorStatus, spawn_miner, spawn_validator,
};
use tributary_neuron::{Description, Identity, NeuronError, Reach, Relay};
use tributary_timelock::Beacon;

use super::status::check_subnet;
use crate::{
    args::{AxonAddress, Member, Miner, Neuron, Validator},
    folder::{self, Lock},
    market::{self, Notices, Standing},
    neurons::RpcChain,
    output::{self, say},
    stop::{self, Stop},
};

/// Least time between two lines about the pay.
const LINE_EVERY: Duration = Duration::from_secs(1);

struct Start {
    /// The state folder is this process's alone for as long as this lives.
    lock: Option<Lock>,
    beacon: Beacon,
    chain: Arc<RpcChain>,
    identity: Identity,
    published: Option<Description>,
    rules: Rules,
    reach: Reach,
}

async fn start(args: &Neuron, role: &str) -> Result<Start> {
    reachable(&args.axon)?;
    let Joined {
        lock,
        chain,
        hotkey,
        published,
        reach,
        ..
    } = join(&args.member, role).await?;
    let (netuid, file) = (args.member.netuid, args.member.rules.as_deref());
    let rules: Rules = market::rules(market::TRAIN, netuid, published.as_ref(), file)?;
    rules.validate()?;
    let beacon = market::beacon(netuid, published.as_ref(), args.beacon.as_deref()).await?;
    Ok(Start {
        lock,
        beacon,
        chain,
        identity: Identity::from(hotkey.pair().clone()),
        published,
        rules,
        reach,
    })
}

/// A registered neuron and what it joins.
pub(super) struct Joined {
    /// The state folder is this process's alone for as long as this lives.
    pub lock: Option<Lock>,
    pub client: Client,
    pub chain: Arc<RpcChain>,
    pub hotkey: Keypair,
    /// What the subnet's owner has published of the market.
    pub published: Option<Description>,
    pub reach: Reach,
}

/// Takes the state folder, opens the hotkey and finds its place on the subnet.
///
/// # Errors
/// If one of these cannot be had.
pub(super) async fn join(args: &Member, role: &str) -> Result<Joined> {
    let lock = take_folder(args.state.as_deref(), role)?;
    let hotkey = args.keys.hotkey()?;
    let client = Client::connect(&args.connection.endpoint).await?;
    registered(&client, NetUid(args.netuid), &hotkey.account()).await?;
    let chain = Arc::new(RpcChain::new(client.clone()));
    let published = market::published(chain.as_ref(), args.netuid).await?;
    Ok(Joined {
        lock,
        client,
        chain,
        hotkey,
        published,
        reach: args.neighbours.reach(&args.connection.endpoint),
    })
}

/// Takes the folder for what must survive a restart, if there is one.
///
/// # Errors
/// As [`folder::take`].
fn take_folder(folder: Option<&Path>, role: &str) -> Result<Option<Lock>> {
    folder.map(|folder| folder::take(folder, role)).transpose()
}

/// Prints which uid a hotkey has.
///
/// # Errors
/// If it has none, with what to do about it.
async fn registered(client: &Client, netuid: NetUid, hotkey: &AccountId32) -> Result<()> {
    let view = client.at_best().await?;
    check_subnet(&view, netuid).await?;
    let uid: Option<u16> = view.find(&items::UIDS, (netuid, hotkey.clone())).await?;
    let own = address(hotkey);
    let uid = uid.with_context(|| {
        format!(
            "{own} is not registered on subnet {netuid}: `tributary register neuron {netuid} --hotkey {own}` does that"
        )
    })?;
    say!("uid {uid} of subnet {netuid}, {own}");
    Ok(())
}

/// The relay at a URL, or drand's for its quicknet, which is not asked before a pulse is needed.
///
/// # Errors
/// If there is no relay at the URL.
pub(super) async fn relay(url: Option<&str>) -> Result<Relay> {
    match url {
        Some(url) => Ok(Relay::connect(url).await?),
        None => Ok(Relay::quicknet()),
    }
}

/// Refuses an axon that others could not reach.
///
/// # Errors
/// If it listens on all interfaces without announcing an address, or announces one at which nobody can be reached.
pub(super) fn reachable(axon: &AxonAddress) -> Result<()> {
    let Some(announce) = axon.announce else {
        if axon.listen.ip().is_unspecified() {
            bail!(
                "an axon that listens on all interfaces must say at which address others reach it: --announce \
                 ADDRESS:PORT"
            );
        }
        return Ok(());
    };
    // Port 0 stands for the port that it will listen on.
    if let Some(what) = Reach::Private.refuses_ip(announce.ip()) {
        bail!("{announce} is {what}, which nobody calls: announce the address at which others reach this machine");
    }
    Ok(())
}

/// Mines until told to stop.
///
/// # Errors
/// If it cannot start, or its work ends with an error.
pub async fn miner(args: &Miner) -> Result<()> {
    let mut stop = stop::signals()?;
    let Start {
        lock: _lock,
        beacon,
        chain,
        identity,
        published,
        rules,
        reach,
    } = start(&args.neuron, "miner").await?;
    let netuid = args.neuron.member.netuid;
    let named = args.neuron.corpus.as_deref();
    let text = market::text_for_miners(chain.as_ref(), netuid, published.as_ref(), named, reach).await?;
    say!("training on {} ({} bytes)", text.name(), text.bytes());
    let config = MinerConfig {
        netuid,
        kind: args.miner,
        strength: args.strength,
        seed: args.seed,
        text,
        rules,
        guests: args.guest.clone(),
        listen: args.neuron.axon.listen,
        announce: args.neuron.axon.announce,
        reach,
        pool: TrainingPool::new(1, 1.0)?,
        publish_every: Duration::from_secs(args.publish_every),
        beacon,
        state_folder: args.neuron.member.state.clone(),
    };
    let cancel = CancellationToken::new();
    let miner = spawn_miner(config, chain.clone(), identity.clone(), cancel.clone()).await?;
    say!("serving on {}", miner.address);
    let standing = market::follow(chain.clone(), identity, netuid, reach, cancel.clone());
    let shown = show_miner(
        miner.status,
        standing,
        args.neuron.member.json,
        |status| status.version,
        |status| {
            let bits = status.bits_per_byte.map(|bits| format!("{bits:.4}"));
            let bits = bits.unwrap_or_else(|| "-".to_owned());
            format!(
                "version {}, {} steps, {bits} bits per byte",
                status.version, status.steps
            )
        },
    );
    let changes = market::watch_changes(chain.as_ref(), netuid, published.as_ref());
    attend(beside(shown, changes), &mut stop, &cancel, miner.task).await
}

/// Validates until told to stop.
///
/// # Errors
/// If it cannot start, or its work ends with an error.
pub async fn validator(args: &Validator) -> Result<()> {
    let mut stop = stop::signals()?;
    let Start {
        lock: _lock,
        beacon,
        chain,
        identity,
        published,
        rules,
        reach,
    } = start(&args.neuron, "validator").await?;
    let netuid = args.neuron.member.netuid;
    let named = args.neuron.corpus.as_deref();
    let corpus = Arc::new(market::corpus_for_validators(netuid, published.as_ref(), named)?);
    let notices = Notices {
        netuid,
        listen: args.neuron.axon.listen,
        announce: args.neuron.axon.announce,
        description: published,
        text: Some(corpus.training().joined().into()),
    };
    let config = ValidatorConfig {
        netuid,
        corpus,
        rules,
        reach,
        pool: TrainingPool::new(1, 1.0)?,
        beacon,
        state_folder: args.neuron.member.state.clone(),
    };
    let cancel = CancellationToken::new();
    let validator = spawn_validator(config, chain.clone(), identity.clone(), cancel.clone())?;
    let validating = Validating {
        status: validator.status,
        task: validator.task,
        notices,
        chain,
        identity,
        json: args.neuron.member.json,
        cancel,
    };
    let text = |status: &ValidatorStatus| {
        let best = status.best_bits_per_byte().map(|bits| format!("{bits:.4}"));
        let best = best.unwrap_or_else(|| "-".to_owned());
        format!(
            "round {}, {} miners, best {best} bits per byte",
            status.rounds,
            status.miners.len()
        )
    };
    validating.attend(&mut stop, |status| status.rounds, text).await
}

/// A validator at work.
pub(super) struct Validating<T> {
    pub status: watch::Receiver<T>,
    pub task: JoinHandle<Result<(), NeuronError>>,
    /// What its board shows beside its verdicts.
    pub notices: Notices,
    pub chain: Arc<RpcChain>,
    pub identity: Identity,
    pub json: bool,
    pub cancel: CancellationToken,
}

impl<T: Clone + Serialize + Send + Sync + 'static> Validating<T> {
    /// Hangs its board out and prints what it does, until it ends or is told to stop.
    ///
    /// # Errors
    /// If its work or its board ends with an error.
    pub async fn attend<N: PartialEq>(
        self,
        stop: &mut Stop,
        news: impl Fn(&T) -> N,
        text: impl Fn(&T) -> String,
    ) -> Result<()> {
        let Self { chain, cancel, .. } = self;
        let (netuid, published) = (self.notices.netuid, self.notices.description.clone());
        let status = self.status.clone();
        let status = move || status.borrow().clone();
        let hung = market::hang_out(self.notices, status, chain.clone(), self.identity, cancel.clone());
        let (address, board) = hung.await?;
        say!("verdicts on http://{address}/public/verdicts.json");
        let shown = show(self.status, self.json, news, text);
        let changes = market::watch_changes(chain.as_ref(), netuid, published.as_ref());
        attend(beside(shown, changes), stop, &cancel, self.task).await?;
        Ok(board.await??)
    }
}

/// Prints changes until the work ends: as JSON every one, as text those that are `news`.
///
/// # Errors
/// As [`output::line`].
pub async fn show<T: Clone + Serialize, N: PartialEq>(
    mut status: watch::Receiver<T>,
    json: bool,
    news: impl Fn(&T) -> N,
    text: impl Fn(&T) -> String,
) -> Result<()> {
    let mut last = None;
    while status.changed().await.is_ok() {
        let now = status.borrow_and_update().clone();
        if json {
            output::json(&now)?;
            continue;
        }
        let new = Some(news(&now));
        if last != new {
            output::line(&text(&now))?;
            last = new;
        }
    }
    Ok(())
}

/// Waits until the work ends by itself, the program is told to stop, or its output is closed; then ends the work in
/// order.
///
/// # Errors
/// Those of the work, and of what is shown.
pub async fn attend<E: Into<anyhow::Error>>(
    shown: impl Future<Output = Result<()>>,
    stop: &mut Stop,
    cancel: &CancellationToken,
    work: JoinHandle<Result<(), E>>,
) -> Result<()> {
    let shown = tokio::select! {
        () = stop.wait() => Ok(()),
        shown = shown => shown,
    };
    cancel.cancel();
    work.await?.map_err(Into::into)?;
    shown
}

/// What is shown, and beside it something that never ends by itself.
pub async fn beside(shown: impl Future<Output = Result<()>>, other: impl Future<Output = ()>) -> Result<()> {
    tokio::select! {
        shown = shown => shown,
        () = other => Ok(()),
    }
}

/// As [`show`], with how the miner stands.
///
/// # Errors
/// As [`output::line`].
pub async fn show_miner<T: Clone + Serialize, N: PartialEq>(
    mut status: watch::Receiver<T>,
    mut standing: watch::Receiver<Standing>,
    json: bool,
    news: impl Fn(&T) -> N,
    text: impl Fn(&T) -> String,
) -> Result<()> {
    #[derive(Serialize)]
    struct Both<'a, T> {
        #[serde(flatten)]
        status: &'a T,
        #[serde(flatten)]
        standing: &'a Standing,
    }
    let (mut last, mut told) = (news(&status.borrow()), Standing::default());
    loop {
        tokio::select! {
            changed = status.changed() => if changed.is_err() { return Ok(()) },
            changed = standing.changed() => if changed.is_err() { return Ok(()) },
        }
        let (now, stands) = (status.borrow_and_update().clone(), standing.borrow_and_update().clone());
        if json {
            output::json(&Both {
                status: &now,
                standing: &stands,
            })?;
            continue;
        }
        let new = news(&now);
        if last != new {
            output::line(&text(&now))?;
            last = new;
        }
        let lines = stands.news(&told);
        if lines.is_empty() {
            continue;
        }
        for line in &lines {
            output::line(line)?;
        }
        told = stands;
        // A fast chain has several epochs a second.
        tokio::time::sleep(LINE_EVERY).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axon(listen: &str, announce: Option<&str>) -> AxonAddress {
        AxonAddress {
            listen: listen.parse().unwrap(),
            announce: announce.map(|address| address.parse().unwrap()),
        }
    }

    #[test]
    fn axons_are_announced_where_they_can_be_found() {
        for (listen, announce) in [
            ("127.0.0.1:0", None),
            ("0.0.0.0:8091", Some("192.168.1.20:8091")),
            ("0.0.0.0:0", Some("8.8.8.8:0")),
        ] {
            assert!(reachable(&axon(listen, announce)).is_ok(), "{listen} {announce:?}");
        }
        for announce in [
            None,
            Some("0.0.0.0:8091"),
            Some("224.0.0.1:80"),
            Some("169.254.1.1:80"),
            Some("[ff02::1]:80"),
        ] {
            assert!(reachable(&axon("0.0.0.0:8091", announce)).is_err(), "{announce:?}");
        }
    }
}
