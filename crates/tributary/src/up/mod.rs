//! `tributary up`: a whole market on this machine.

mod args;
mod artifacts;
mod cast;
mod chain;
mod customer;
mod emitted;
mod events;
mod frame;
mod frame_reader;
mod fresh;
mod lines;
mod market;
mod neuron;
mod plan;
mod screen;
mod service;
mod setup;
mod stakers;
mod steps;
mod supervisor;
mod traders;
mod workers;

use std::{path::PathBuf, sync::Arc};

use anyhow::{Context as _, Result};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tributary_client::Client;
use tributary_market_train::Corpus;

use crate::{folder, market::open_corpus, output::say, stop};
use cast::Cast;
use emitted::Emitted;
use market::{Market, Progress};
use neuron::Place;
use plan::Plan;
use screen::Notes;
use steps::Step;
use workers::Workers;

pub use args::Up;

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
        .map(|subnet| open_corpus(&subnet.corpus).map(Arc::new))
        .collect::<Result<_>>()?;
    if args.fresh {
        fresh::set_aside(&folder)?;
    }
    if !resumed {
        plan.save(&folder)?;
    }

    let (chain, server) = chain::start(args, &plan, &folder).await?;
    let endpoint = server.url();
    let verb = if resumed { "continuing" } else { "starting" };
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
        emitted: Emitted::open(&folder),
        cancel: cancel.clone(),
        progress: activity,
        notes,
    };
    let outcome = tokio::select! {
        outcome = market.show(args, workers, &mut stop) => outcome,
        error = chain.stopped() => Err(error.into()),
    };
    cancel.cancel();
    chain::stop(chain, server).await;
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
