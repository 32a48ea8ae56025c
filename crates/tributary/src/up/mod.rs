//! `tributary up`: a whole market on this machine.

mod aside;
mod cast;
mod customer;
mod events;
pub mod frame;
mod keeper;
mod lines;
mod market;
pub mod plan;
mod screen;
mod service;
mod setup;
mod shelf;
mod stakers;
mod steps;
mod tally;
mod traders;
mod workers;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, Result};
use tokio::sync::watch;
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
    folder,
    output::{self, say},
    stop,
};
use cast::Cast;
use market::{Market, Progress};
use plan::Plan;
use screen::Notes;
use steps::Step;
use tally::Tally;
use workers::{Place, Workers};

pub use stakers::RULES as STAKER_RULES;

/// Name of the chain's database in the market's folder.
const DATABASE: &str = "chain.redb";

/// Whether the live screen is wanted and possible.
pub fn is_live(args: &Up) -> bool {
    !args.json && !args.no_tui && output::is_watched()
}

/// Runs the market until it is told to stop or has made `--blocks` blocks.
///
/// # Errors
/// If the market cannot be started, or the chain cannot go on.
pub async fn run(args: &Up) -> Result<()> {
    let mut stop = stop::signals()?;
    let folder = data_folder(args)?;
    // Held until the end: nobody else works on this market, or sets it aside.
    let _lock = folder::take(&folder, "up")?;
    let (plan, resumed) = match args.fresh {
        true => (Plan::new(args)?, false),
        false => Plan::find_or_make(&folder, args)?,
    };
    let corpora: Vec<Arc<Corpus>> = plan
        .subnets
        .iter()
        .map(|subnet| plan::open_corpus(&subnet.corpus).map(Arc::new))
        .collect::<Result<_>>()?;
    if args.fresh {
        aside::set_aside(&folder)?;
    }
    if !resumed {
        plan.save(&folder)?;
    }

    let (chain, server) = start_chain(args, &plan, &folder).await?;
    let endpoint = server.url();
    let verb = if resumed { "going on with" } else { "starting" };
    say!("{verb} the market in {}; JSON-RPC on {endpoint}", folder.display());
    let client = Client::connect(&endpoint).await?;

    let cancel = CancellationToken::new();
    let (progress, activity) = watch::channel(Progress::default());
    let place = Place {
        folder: folder.clone(),
        gateway_port: args.gateway_port,
    };
    let workers = tokio::spawn(build(
        client.clone(),
        plan.clone(),
        corpora,
        place,
        cancel.clone(),
        progress,
    ));
    let notes = Notes {
        endpoint,
        folder: folder.display().to_string(),
        ..Notes::default()
    };
    let market = Market {
        client,
        cast: Cast::of(&plan)?,
        plan,
        tally: Tally::open(&folder),
        cancel: cancel.clone(),
        progress: activity,
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
fn data_folder(args: &Up) -> Result<PathBuf> {
    match &args.data {
        Some(folder) => Ok(folder.clone()),
        None => directories::ProjectDirs::from("", "", "tributary")
            .map(|dirs| dirs.data_dir().join("up"))
            .context("there is no home folder to keep the market in: name a folder with --data"),
    }
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

async fn start_chain(args: &Up, plan: &Plan, folder: &Path) -> Result<(Devnet, RpcHandle)> {
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
    place: Place,
    cancel: CancellationToken,
    progress: watch::Sender<Progress>,
) -> Result<Workers> {
    let reach = |step: Step| progress.send_modify(|progress| progress.reach(step));
    let netuids = setup::prepare(&client, &plan, reach).await?;
    reach(Step::Work);
    let workers = Workers::start(&client, &plan, &netuids, &corpora, &place, cancel).await?;
    let text = format!(
        "all at work; completions on {}/v1, beacon on {}",
        workers.gateway_url(),
        workers.beacon()
    );
    progress.send_modify(|progress| progress.settle(text));
    Ok(workers)
}
