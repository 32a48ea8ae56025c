//! `tributary up`: a whole market on this machine.

mod customer;
pub mod frame;
mod lines;
pub mod plan;
mod screen;
mod service;
mod setup;
mod shelf;
mod stakers;
mod tally;
mod traders;
mod workers;

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use tributary_client::Client;
use tributary_devnet::{
    Clock, Config, Database, Devnet, Genesis, Mining,
    rpc::{RpcConfig, RpcHandle, serve},
};
use tributary_economy::UNIT;
use tributary_market_train::Corpus;

use crate::{
    args::Up,
    output::{self, say},
    stop::{self, Stop},
};
use frame::Frame;
use plan::Plan;
use screen::{Notes, Screen};
use tally::Tally;
use traders::Traders;
use workers::Workers;

pub use stakers::RULES as STAKER_RULES;

/// Name of the chain's database in the market's folder.
const DATABASE: &str = "chain.redb";
/// How long neurons may take to finish what they are at.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether the live screen is wanted and possible.
pub fn is_live(args: &Up) -> bool {
    !args.json && !args.no_tui && output::is_watched()
}

/// Runs the market until it is told to stop or has made `--blocks` blocks.
///
/// # Errors
/// If the market cannot be started, or something in it that must not fail fails.
pub async fn run(args: &Up) -> Result<()> {
    let mut stop = stop::signals()?;
    let folder = folder(args)?;
    if args.fresh {
        forget(&folder)?;
    }
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let (plan, resumed) = Plan::find_or_make(&folder, args)?;
    let corpora: Vec<Arc<Corpus>> = plan
        .subnets
        .iter()
        .map(|subnet| plan::open_corpus(&subnet.corpus).map(Arc::new))
        .collect::<Result<_>>()?;
    if !resumed {
        plan.save(&folder)?;
    }

    let (chain, server) = start_chain(args, &plan, &folder).await?;
    let endpoint = format!("ws://127.0.0.1:{}", args.port);
    let verb = if resumed { "going on with" } else { "starting" };
    say!("{verb} the market in {}; JSON-RPC on {endpoint}", folder.display());
    let client = Client::connect(&endpoint).await?;

    let cancel = CancellationToken::new();
    let (progress, activity) = watch::channel(String::new());
    let workers = tokio::spawn(build(
        client.clone(),
        plan.clone(),
        corpora,
        folder.clone(),
        args.gateway_port,
        cancel.clone(),
        progress,
    ));
    let notes = Notes {
        endpoint,
        folder: folder.display().to_string(),
        activity: String::new(),
    };
    let market = Market {
        client,
        plan,
        tally: Tally::open(&folder),
        cancel: cancel.clone(),
        activity,
        notes,
    };
    let outcome = tokio::select! {
        outcome = market.show(args, workers, &mut stop) => outcome,
        error = chain.stopped() => Err(error.into()),
    };
    cancel.cancel();
    stop_chain(chain, server).await;
    outcome
}

/// The folder of the market.
fn folder(args: &Up) -> Result<PathBuf> {
    match &args.data {
        Some(folder) => Ok(folder.clone()),
        None => directories::ProjectDirs::from("", "", "tributary")
            .map(|dirs| dirs.data_dir().join("up"))
            .context("there is no home folder to keep the market in: name a folder with --data"),
    }
}

/// Removes what an earlier market left, and nothing else that may be in the folder.
fn forget(folder: &std::path::Path) -> Result<()> {
    let gone = |result: std::io::Result<()>| match result {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    };
    for file in [plan::FILE, tally::FILE, DATABASE] {
        let path = folder.join(file);
        gone(std::fs::remove_file(&path)).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    for inner in ["neurons", shelf::FOLDER] {
        let path = folder.join(inner);
        gone(std::fs::remove_dir_all(&path)).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    Ok(())
}

/// What the market wants otherwise than the fast preset has it: pools so small that a visitor's trade shows, and
/// stake on root, which lets emission enter them on both sides.
fn genesis(plan: &Plan) -> serde_json::Value {
    serde_json::json!({
        "network": { "slotDurationMs": plan.block_time_ms },
        "subtensorModule": { "market": {
            "rootStaking": true,
            "maxEpochsPerBlock": 8,
            "adminFreezeWindow": 0,
            "networkRateLimit": 0,
            "networkMinLockCost": 50 * UNIT,
            "networkLockReductionInterval": 1,
            "newSubnet": {
                "tempo": 10,
                "burn": UNIT / 20,
                "commitRevealWeightsEnabled": false,
            },
        } },
    })
}

async fn start_chain(args: &Up, plan: &Plan, folder: &std::path::Path) -> Result<(Devnet, RpcHandle)> {
    let patch = genesis(plan);
    let config = Config {
        genesis: Genesis::Patched {
            preset: "fast".to_owned(),
            patch,
        },
        database: Database::File(folder.join(DATABASE)),
        clock: Clock::Wall,
        mining: Mining::OnDemand,
    };
    let chain = tokio::task::spawn_blocking(move || Devnet::new(config)).await??;
    let rpc = RpcConfig {
        port: args.port,
        second_port: None,
        chain_name: "Tributary".to_owned(),
        ..RpcConfig::default()
    };
    let server = serve(chain.clone(), rpc).await?;
    if chain.head().number == 0 {
        chain.advance(1)?;
    }
    chain.set_mining(Mining::Timer(Duration::from_millis(plan.block_time_ms)));
    Ok((chain, server))
}

/// Ends block production; the block being made is stored first.
async fn stop_chain(chain: Devnet, server: RpcHandle) {
    chain.set_mining(Mining::OnDemand);
    server.stop().await;
    say!(
        "stopped at block {}; `tributary up` goes on from there",
        chain.head().number
    );
}

/// Builds the market if it is not there, and sets everybody to work.
async fn build(
    client: Client,
    plan: Plan,
    corpora: Vec<Arc<Corpus>>,
    folder: PathBuf,
    gateway_port: Option<u16>,
    cancel: CancellationToken,
    progress: watch::Sender<String>,
) -> Result<Workers> {
    let say = |what: &str| {
        progress.send_replace(what.to_owned());
    };
    let netuids = setup::prepare(&client, &plan, say).await?;
    say("starting miners and validators");
    let workers = Workers::start(&client, &plan, &netuids, &corpora, &folder, gateway_port, cancel).await?;
    let url = workers.counter().url;
    say(&format!(
        "miners, validators and stakers at work; completions on {url}/v1, beacon on {}",
        workers.beacon()
    ));
    Ok(workers)
}

struct Market {
    client: Client,
    plan: Plan,
    tally: Tally,
    cancel: CancellationToken,
    activity: watch::Receiver<String>,
    notes: Notes,
}

/// How the figures reach the user.
enum Sink {
    Json,
    Lines,
    Live(Box<Screen>, Box<Frame>),
}

impl Market {
    /// Shows every block until there have been enough, or the user leaves or the system asks to stop.
    async fn show(mut self, args: &Up, building: JoinHandle<Result<Workers>>, stop: &mut Stop) -> Result<()> {
        let mut sink = match is_live(args) {
            true => Sink::Live(Box::new(Screen::open()?), Box::default()),
            false if args.json => Sink::Json,
            false => Sink::Lines,
        };
        let mut building = Some(building);
        let mut workers: Option<Workers> = None;
        let traders = Traders::start(&self.client, &self.plan, &self.cancel)?;
        let mut heads = self.client.follow().await?;
        let mut shown = self.client.header(self.client.best().await?).await?.number;
        let last = args.blocks.map(|blocks| shown.saturating_add(blocks));
        loop {
            let head = tokio::select! {
                () = stop.wait() => break,
                head = heads.next() => head?.number,
                built = async { match building.as_mut() {
                    Some(task) => task.await,
                    None => std::future::pending().await,
                } } => {
                    building = None;
                    workers = Some(built??);
                    continue;
                }
                failed = async { match workers.as_mut() {
                    Some(workers) => workers.failed().await,
                    None => std::future::pending().await,
                } } => return Err(failed),
                changed = self.activity.changed() => {
                    if changed.is_ok() {
                        self.note(&mut sink)?;
                    } else {
                        // Nobody reports any more; the select must not spin on that.
                        self.activity = watch::channel(self.notes.activity.clone()).1;
                    }
                    continue;
                }
                leave = async { match &mut sink {
                    Sink::Live(screen, _) => screen.input().await,
                    _ => std::future::pending().await,
                } } => {
                    if leave {
                        break;
                    }
                    self.note(&mut sink)?;
                    continue;
                }
            };
            // Every block is shown once, even if several came at once.
            while shown < head && last.is_none_or(|last| shown < last) {
                shown += 1;
                let block = self.client.block_hash(shown).await?.context("the chain lost a block")?;
                let (arenas, opinions) = workers.as_ref().map(Workers::opinions).unwrap_or_default();
                let counter = workers.as_ref().map(Workers::counter);
                let opened = workers.as_ref().map(Workers::opened).unwrap_or_default();
                let mut frame = frame::read(&self.client, block, shown, &arenas, &opinions, &opened, counter).await?;
                self.tally.count(&self.client, &mut frame).await?;
                traders.see(&frame);
                self.put(&mut sink, frame)?;
            }
            if last.is_some_and(|last| shown >= last) {
                break;
            }
        }
        drop(sink);
        self.tally.write()?;
        self.cancel.cancel();
        if let Some(workers) = workers
            && tokio::time::timeout(PATIENCE, workers.finish()).await.is_err()
        {
            say!(
                "some miners or validators did not end in {} s and were left",
                PATIENCE.as_secs()
            );
        }
        Ok(())
    }

    fn put(&mut self, sink: &mut Sink, frame: Frame) -> Result<()> {
        match sink {
            Sink::Json => output::json(&frame),
            Sink::Lines => output::line(&lines::render(&frame)),
            Sink::Live(screen, last) => {
                **last = frame;
                screen.show(last, &mut self.notes)
            }
        }
    }

    /// Says what is going on.
    fn note(&mut self, sink: &mut Sink) -> Result<()> {
        let activity = self.activity.borrow_and_update().clone();
        match sink {
            Sink::Live(screen, last) => {
                self.notes.activity = activity;
                screen.show(last, &mut self.notes)
            }
            _ if activity != self.notes.activity => {
                say!("{activity}");
                self.notes.activity = activity;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
