//! `tributary serve-miner`, `serve-validator` and `serve-gateway`

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context as _, Result};
use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use tokio_util::sync::CancellationToken;
use tributary_client::{Client, Keypair, address};
use tributary_economy::NetUid;
use tributary_market_serve::{
    GatewayConfig, MinerConfig, MinerKind, Rules, ValidatorConfig, meter::Price, spawn_gateway, spawn_miner,
    spawn_validator,
};
use tributary_neuron::Identity;
use tributary_runtime::Runtime;

use super::neuron::{attend, reachable, show};
use crate::{
    amount::{self, Amount},
    args::{Connection, Keys},
    folder::{self, Lock},
    neurons::RpcChain,
    output::say,
    rail::RpcRail,
    stop,
    up::plan::open_corpus,
};

/// What all that take part in a serve subnet share.
#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    pub connection: Connection,
    #[command(flatten)]
    pub keys: Keys,
    /// The serve subnet
    #[arg(long)]
    pub netuid: u16,
    /// The train subnet whose best model is served
    #[arg(long, value_name = "NETUID")]
    pub train_netuid: u16,
    /// The market's hyperparameters, a JSON file; everybody in the subnet must use the same
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// Where to keep what must survive a restart
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// Print one JSON object on every change
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct ServeMiner {
    #[command(flatten)]
    pub serve: Serve,
    /// How it behaves
    #[arg(long, value_name = "KIND", default_value = "honest", value_parser = miner_kind())]
    pub miner: MinerKind,
    /// Where its axon listens; the default serves this machine only
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// Where others reach it, as announced on the chain; port 0 stands for the port of --listen [default: --listen]
    #[arg(long, value_name = "ADDRESS")]
    pub announce: Option<SocketAddr>,
    /// Milliseconds that each answer waits before it begins
    #[arg(long, value_name = "MS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=600_000))]
    pub delay: u64,
}

#[derive(Debug, Args)]
pub struct ServeValidator {
    #[command(flatten)]
    pub serve: Serve,
    /// Text that prompts are cut from: a file, a folder, or a bundled text (histories, prophets, testament)
    #[arg(long, value_name = "PATH", default_value = "histories")]
    pub prompts: String,
}

#[derive(Debug, Args)]
pub struct ServeGateway {
    #[command(flatten)]
    pub serve: Serve,
    /// Where customers reach it, as http://ADDRESS/v1
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8402")]
    pub listen: SocketAddr,
    /// TAO per 1000 tokens read
    #[arg(long, value_name = "TAO", value_parser = amount::parse, default_value = "0.0001")]
    pub price_prompt: Amount,
    /// TAO per 1000 tokens made
    #[arg(long, value_name = "TAO", value_parser = amount::parse, default_value = "0.0004")]
    pub price_completion: Amount,
    /// TAO of use beyond vouchers that it grants each customer; 0 makes everything prepaid
    #[arg(long, value_name = "TAO", value_parser = amount_or_zero, default_value = "0.002")]
    pub credit: Amount,
    /// Blocks between two settlements
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    pub settle_every: u64,
    /// TAO that a settlement must bring to be made at such a turn, so that it is worth its fee of about 0.0004; less waits
    /// for more. What must be settled, because its channel closes or expires, is settled whatever it brings
    #[arg(long, value_name = "TAO", value_parser = amount_or_zero, default_value = "0.004")]
    pub settle_min: Amount,
    /// Seconds that a request may wait for a voucher
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(..=3600))]
    pub patience: u64,
    /// Part of the answers that it checks by running the model itself, 0 to 1
    #[arg(long, value_name = "PART", default_value_t = 0.1, value_parser = part)]
    pub audit: f64,
}

/// Reads a kind of miner, and lists them.
fn miner_kind() -> impl TypedValueParser<Value = MinerKind> {
    PossibleValuesParser::new(MinerKind::ALL.map(|kind| kind.name())).try_map(|name| name.parse::<MinerKind>())
}

fn part(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(value) if (0.0..=1.0).contains(&value) => Ok(value),
        _ => Err("must be from 0 to 1".to_owned()),
    }
}

fn amount_or_zero(text: &str) -> Result<Amount, String> {
    match text.trim() {
        "0" => Ok(Amount(0)),
        other => amount::parse(other),
    }
}

struct Start {
    /// The state folder is this process's alone for as long as this lives.
    lock: Option<Lock>,
    client: Client,
    chain: Arc<RpcChain>,
    hotkey: Keypair,
    rules: Rules,
}

async fn start(args: &Serve, role: &str) -> Result<Start> {
    let rules = match &args.rules {
        None => Rules::default(),
        Some(file) => {
            let text = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
            serde_json::from_slice(&text).with_context(|| format!("{} holds no rules", file.display()))?
        }
    };
    let rules = Rules {
        train_netuid: args.train_netuid,
        ..rules
    };
    rules.validate()?;
    let lock = args
        .state
        .as_deref()
        .map(|folder| folder::take(folder, role))
        .transpose()?;
    let hotkey = args.keys.hotkey()?;
    let client = Client::connect(&args.connection.endpoint).await?;
    let netuid = NetUid(args.netuid);
    let uid = client
        .at_best()
        .await?
        .double::<pallet_subtensor::Uids<Runtime>, _, _, _>(netuid, hotkey.account())
        .await?;
    let own = address(&hotkey.account());
    let uid = uid.with_context(|| {
        format!(
            "{own} is not registered on subnet {netuid}: `tributary register neuron {netuid} --hotkey {own}` does that"
        )
    })?;
    say!("uid {uid} of subnet {netuid}, {own}");
    Ok(Start {
        lock,
        chain: Arc::new(RpcChain::new(client.clone())),
        client,
        hotkey,
        rules,
    })
}

/// Serves until told to stop.
///
/// # Errors
/// If it cannot start, or its work ends with an error.
pub async fn miner(args: &ServeMiner) -> Result<()> {
    let mut stop = stop::signals()?;
    reachable(args.listen, args.announce)?;
    let Start {
        lock: _lock,
        chain,
        hotkey,
        rules,
        ..
    } = start(&args.serve, "serve-miner").await?;
    let config = MinerConfig {
        netuid: args.serve.netuid,
        kind: args.miner,
        rules,
        listen: args.listen,
        announce: args.announce,
        delay: Duration::from_millis(args.delay),
        state_folder: args.serve.state.clone(),
    };
    let cancel = CancellationToken::new();
    let miner = spawn_miner(config, chain, Identity::from(hotkey.pair().clone()), cancel.clone()).await?;
    say!("serving on {}", miner.address);
    let shown = show(
        miner.status,
        args.serve.json,
        |status| (status.model.clone(), status.requests),
        |status| {
            let model = status.model.as_deref().unwrap_or("no model yet");
            format!("{model}, {} requests, {} tokens", status.requests, status.tokens)
        },
    );
    attend(shown, &mut stop, &cancel, miner.task).await
}

/// Validates until told to stop.
///
/// # Errors
/// If it cannot start, or its work ends with an error.
pub async fn validator(args: &ServeValidator) -> Result<()> {
    let mut stop = stop::signals()?;
    let prompts = Arc::new(open_corpus(&args.prompts)?);
    let Start {
        lock: _lock,
        chain,
        hotkey,
        rules,
        ..
    } = start(&args.serve, "serve-validator").await?;
    let config = ValidatorConfig {
        netuid: args.serve.netuid,
        rules,
        prompts,
        state_folder: args.serve.state.clone(),
    };
    let cancel = CancellationToken::new();
    let validator = spawn_validator(config, chain, Identity::from(hotkey.pair().clone()), cancel.clone())?;
    let shown = show(
        validator.status,
        args.serve.json,
        |status| status.rounds,
        |status| {
            let right = status
                .miners
                .values()
                .filter(|miner| miner.correct == Some(true))
                .count();
            format!(
                "round {}, {right} of {} miners answer rightly",
                status.rounds,
                status.miners.len()
            )
        },
    );
    attend(shown, &mut stop, &cancel, validator.task).await
}

/// Sells until told to stop; then settles.
///
/// # Errors
/// If it cannot start, or what customers signed for cannot be settled or kept.
pub async fn gateway(args: &ServeGateway) -> Result<()> {
    let mut stop = stop::signals()?;
    let payee = args.serve.keys.coldkey()?;
    let Start {
        lock: _lock,
        client,
        chain,
        hotkey,
        rules,
    } = start(&args.serve, "serve-gateway").await?;
    let config = GatewayConfig {
        netuid: args.serve.netuid,
        rules,
        listen: args.listen,
        price: Price {
            prompt_rao_per_1k: args.price_prompt.0,
            completion_rao_per_1k: args.price_completion.0,
        },
        credit: args.credit.0,
        patience: Duration::from_secs(args.patience),
        settle_every_blocks: args.settle_every,
        settle_min: args.settle_min.0,
        audit_share: args.audit,
        state_folder: args.serve.state.clone(),
    };
    if config.state_folder.is_none() {
        say!("without --state, vouchers that are not settled are gone if this process dies");
    }
    let cancel = CancellationToken::new();
    let rail = Arc::new(RpcRail::new(client));
    let identity = |pair: &Keypair| Identity::from(pair.pair().clone());
    let gateway = spawn_gateway(config, chain, rail, identity(&hotkey), identity(&payee), cancel.clone()).await?;
    say!("selling on http://{}/v1, paid to {}", gateway.address, payee.address());
    let shown = show(
        gateway.status,
        args.serve.json,
        |status| (status.requests, status.settled),
        |status| {
            format!(
                "{} requests, {} tokens made, charged {} TAO, settled {} TAO, of which {} TAO were tribute",
                status.requests,
                status.completion_tokens,
                Amount(status.charged),
                Amount(status.settled),
                Amount(status.tribute)
            )
        },
    );
    let ending = cancel.clone();
    tokio::spawn(async move {
        ending.cancelled().await;
        say!("stopping; settling what is signed for");
    });
    attend(shown, &mut stop, &cancel, gateway.task).await
}
