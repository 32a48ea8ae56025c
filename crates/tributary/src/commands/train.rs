//! `tributary miner` and `tributary validator`

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use clap::Args;
use tokio_util::sync::CancellationToken;
use tributary_market_train::{
    MinerConfig, MinerKind, Rules, TrainingPool, ValidatorConfig, spawn_miner, spawn_validator,
};
use tributary_timelock::Beacon;

use super::{
    attend::Attending,
    join::{Joined, join, reachable},
};
use crate::{
    market,
    options::{AxonAddress, Member, http_url, one_of},
    output::say,
    stop,
};

/// What miners and validators of a train subnet share.
#[derive(Debug, Args)]
pub struct Neuron {
    #[command(flatten)]
    pub member: Member,
    /// Text to compete on: a file, a folder, a bundled text (histories, prophets, testament), or what `tributary market fetch` wrote. It must match the text that the subnet's owner has published [default: the published text]
    #[arg(long, value_name = "PATH")]
    pub corpus: Option<String>,
    /// Relay of the drand beacon for which artifacts are sealed [default: the subnet's, or drand's quicknet]
    #[arg(long, value_name = "URL", env = "TRIBUTARY_BEACON", value_parser = http_url)]
    pub beacon: Option<String>,
    #[command(flatten)]
    pub axon: AxonAddress,
}

#[derive(Debug, Args)]
pub struct Miner {
    #[command(flatten)]
    pub neuron: Neuron,
    /// How the miner behaves
    #[arg(long, value_name = "KIND", default_value = "honest", value_parser = one_of::<MinerKind>(MinerKind::ALL.map(|kind| kind.name())))]
    pub miner: MinerKind,
    /// Width of the model and share of time spent training, above 0 and at most 1
    #[arg(long, default_value_t = 1.0, value_parser = strength)]
    pub strength: f64,
    /// Seed of the first weights and the batches
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub seed: u64,
    /// A subnet that serves this miner's models, so that its neurons may fetch the weights; can be given several times
    #[arg(long, value_name = "NETUID")]
    pub guest: Vec<u16>,
    /// Seconds between published versions
    #[arg(long, value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub publish_every: u64,
}

#[derive(Debug, Args)]
pub struct Validator {
    #[command(flatten)]
    pub neuron: Neuron,
}

fn strength(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if value > 0.0 && value <= 1.0 => Ok(value),
        _ => Err("must be above 0 and at most 1".to_owned()),
    }
}

struct Start {
    joined: Joined,
    beacon: Beacon,
    rules: Rules,
}

async fn start(args: &Neuron, role: &str) -> Result<Start> {
    reachable(&args.axon)?;
    let joined = join(&args.member, role).await?;
    let (netuid, published) = (joined.netuid, joined.published.as_ref());
    let rules: Rules = market::rules(market::TRAIN, netuid, published, args.member.rules.as_deref())?;
    rules.validate()?;
    let beacon = market::beacon(netuid, published, args.beacon.as_deref()).await?;
    Ok(Start { joined, beacon, rules })
}

/// Mines until told to stop.
///
/// # Errors
/// If it cannot start, or its work ends with an error.
pub async fn miner(args: &Miner) -> Result<()> {
    let mut stop = stop::signals()?;
    let Start { joined, beacon, rules } = start(&args.neuron, "miner").await?;
    let (published, named) = (joined.published.as_ref(), args.neuron.corpus.as_deref());
    let text = market::text_for_miners(joined.chain.as_ref(), joined.netuid, published, named, joined.reach).await?;
    say!("training on {} ({} bytes)", text.name(), text.bytes());
    let config = MinerConfig {
        netuid: joined.netuid,
        kind: args.miner,
        strength: args.strength,
        seed: args.seed,
        text,
        rules,
        guests: args.guest.clone(),
        listen: args.neuron.axon.listen,
        announce: args.neuron.axon.announce,
        reach: joined.reach,
        pool: TrainingPool::new(1, 1.0)?,
        publish_every: Duration::from_secs(args.publish_every),
        beacon,
        state_folder: args.neuron.member.state.clone(),
    };
    let cancel = CancellationToken::new();
    let miner = spawn_miner(config, joined.chain.clone(), joined.identity(), cancel.clone()).await?;
    let attending = Attending {
        joined: &joined,
        json: args.neuron.member.json,
        cancel,
        stop: &mut stop,
    };
    let mining = attending.mine(miner, |status| {
        let (version, steps, bits) = (status.version, status.steps, in_bits(status.bits_per_byte));
        (
            version,
            format!("version {version}, {steps} steps, {bits} bits per byte"),
        )
    });
    mining.await
}

/// Validates until told to stop.
///
/// # Errors
/// If it cannot start, or its work ends with an error.
pub async fn validator(args: &Validator) -> Result<()> {
    let mut stop = stop::signals()?;
    let Start { joined, beacon, rules } = start(&args.neuron, "validator").await?;
    let (published, named) = (joined.published.as_ref(), args.neuron.corpus.as_deref());
    let corpus = Arc::new(market::corpus_for_validators(joined.netuid, published, named)?);
    let text = corpus.training().joined().into();
    let config = ValidatorConfig {
        netuid: joined.netuid,
        corpus,
        rules,
        reach: joined.reach,
        pool: TrainingPool::new(1, 1.0)?,
        beacon,
        state_folder: args.neuron.member.state.clone(),
    };
    let cancel = CancellationToken::new();
    let validator = spawn_validator(config, joined.chain.clone(), joined.identity(), cancel.clone())?;
    let attending = Attending {
        joined: &joined,
        json: args.neuron.member.json,
        cancel,
        stop: &mut stop,
    };
    let axon = &args.neuron.axon;
    let validating = attending.validate(validator, axon, Some(text), |status| {
        let (rounds, miners, best) = (status.rounds, status.miners.len(), in_bits(status.best_bits_per_byte()));
        (
            rounds,
            format!("round {rounds}, {miners} miners, best {best} bits per byte"),
        )
    });
    validating.await
}

/// Bits per byte, if they are known.
fn in_bits(bits_per_byte: Option<f64>) -> String {
    bits_per_byte.map_or_else(|| "-".to_owned(), |bits| format!("{bits:.4}"))
}
