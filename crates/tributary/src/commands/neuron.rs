//! `tributary miner` and `tributary validator`

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail};
use serde::Serialize;
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tributary_client::{Client, address};
use tributary_economy::NetUid;
use tributary_market_train::{MinerConfig, Rules, TrainingPool, ValidatorConfig, spawn_miner, spawn_validator};
use tributary_neuron::{Identity, Relay};
use tributary_runtime::Runtime;
use tributary_timelock::Beacon;

use crate::{
    args::{Miner, Neuron, Validator},
    folder::{self, Lock},
    neurons::RpcChain,
    output::{self, say},
    stop::{self, Stop},
    up::plan::open_corpus,
};

struct Start {
    /// The state folder is this process's alone for as long as this lives.
    lock: Option<Lock>,
    beacon: Beacon,
    chain: Arc<RpcChain>,
    identity: Identity,
    rules: Rules,
}

async fn start(args: &Neuron, role: &str) -> Result<Start> {
    let rules = match &args.rules {
        None => Rules::default(),
        Some(file) => {
            let text = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
            let rules: Rules =
                serde_json::from_slice(&text).with_context(|| format!("{} holds no rules", file.display()))?;
            rules.validate()?;
            rules
        }
    };
    let lock = args
        .state
        .as_deref()
        .map(|folder| folder::take(folder, role))
        .transpose()?;
    let beacon = relay(args.beacon.as_deref()).await?.beacon().clone();
    let hotkey = args.keys.hotkey()?;
    let client = Client::connect(&args.connection.endpoint).await?;
    let view = client.at_best().await?;
    let netuid = NetUid(args.netuid);
    let uid = view
        .double::<pallet_subtensor::Uids<Runtime>, _, _, _>(netuid, hotkey.account())
        .await?;
    let own = address(&hotkey.account());
    let uid = uid.with_context(|| {
        format!(
            "{own} is not registered on subnet {netuid}: `tributary register neuron {netuid} --hotkey {own}` does that"
        )
    })?;
    say!("uid {uid} of subnet {netuid}, {own}");
    let identity = Identity::from(hotkey.pair().clone());
    Ok(Start {
        lock,
        beacon,
        chain: Arc::new(RpcChain::new(client)),
        identity,
        rules,
    })
}

/// The relay at a URL, or drand's for its quicknet, which is not asked before a pulse is needed.
///
/// # Errors
/// If the relay at the URL is none.
pub(super) async fn relay(url: Option<&str>) -> Result<Relay> {
    match url {
        Some(url) => Ok(Relay::connect(url).await?),
        None => Ok(Relay::quicknet()),
    }
}

/// Refuses an axon that nobody could find.
///
/// # Errors
/// If it listens on all interfaces and does not say at which address others reach it.
pub(super) fn reachable(listen: SocketAddr, announce: Option<SocketAddr>) -> Result<()> {
    if listen.ip().is_unspecified() && announce.is_none() {
        bail!(
            "an axon that listens on all interfaces must say at which address others reach it: --announce ADDRESS:PORT"
        );
    }
    Ok(())
}

/// Mines until told to stop.
///
/// # Errors
/// If it cannot start, or its work ends with an error.
pub async fn miner(args: &Miner) -> Result<()> {
    let mut stop = stop::signals()?;
    reachable(args.listen, args.announce)?;
    let corpus = open_corpus(&args.neuron.corpus)?;
    let Start {
        lock: _lock,
        beacon,
        chain,
        identity,
        rules,
    } = start(&args.neuron, "miner").await?;
    let config = MinerConfig {
        netuid: args.neuron.netuid,
        kind: args.miner,
        strength: args.strength,
        seed: args.seed,
        text: corpus.training(),
        rules,
        guests: args.guest.clone(),
        listen: args.listen,
        announce: args.announce,
        pool: TrainingPool::new(1, 1.0)?,
        publish_every: Duration::from_secs(args.publish_every),
        beacon,
        state_folder: args.neuron.state.clone(),
    };
    let cancel = CancellationToken::new();
    let miner = spawn_miner(config, chain, identity, cancel.clone()).await?;
    say!("serving on {}", miner.address);
    let shown = show(
        miner.status,
        args.neuron.json,
        |status| (status.version, status.bits_per_byte),
        |status| {
            let bits = status.bits_per_byte.map(|bits| format!("{bits:.4}"));
            let bits = bits.unwrap_or_else(|| "-".to_owned());
            format!(
                "version {}, {} steps, {bits} bits per byte",
                status.version, status.steps
            )
        },
    );
    attend(shown, &mut stop, &cancel, miner.task).await
}

/// Validates until told to stop.
///
/// # Errors
/// If it cannot start, or its work ends with an error.
pub async fn validator(args: &Validator) -> Result<()> {
    let mut stop = stop::signals()?;
    let corpus = Arc::new(open_corpus(&args.neuron.corpus)?);
    let Start {
        lock: _lock,
        beacon,
        chain,
        identity,
        rules,
    } = start(&args.neuron, "validator").await?;
    let config = ValidatorConfig {
        netuid: args.neuron.netuid,
        corpus,
        rules,
        pool: TrainingPool::new(1, 1.0)?,
        beacon,
        state_folder: args.neuron.state.clone(),
    };
    let cancel = CancellationToken::new();
    let validator = spawn_validator(config, chain, identity, cancel.clone())?;
    let shown = show(
        validator.status,
        args.neuron.json,
        |status| status.rounds,
        |status| {
            let best = status.best_bits_per_byte().map(|bits| format!("{bits:.4}"));
            let best = best.unwrap_or_else(|| "-".to_owned());
            format!(
                "round {}, {} miners, best {best} bits per byte",
                status.rounds,
                status.miners.len()
            )
        },
    );
    attend(shown, &mut stop, &cancel, validator.task).await
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

/// Waits until the work ends by itself, or is to end because somebody says so or nobody reads what is shown; then ends
/// it in order.
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
