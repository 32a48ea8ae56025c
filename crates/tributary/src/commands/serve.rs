//! `tributary serve-miner`, `serve-validator` and `serve-gateway`

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Result, bail};
use clap::{
    Args,
    builder::{PossibleValuesParser, TypedValueParser},
};
use tokio_util::sync::CancellationToken;
use tributary_client::{Client, Keypair};
use tributary_market_serve::{
    GatewayConfig, MinerConfig, MinerKind, Rules, ValidatorConfig, ValidatorStatus, meter::Price, spawn_gateway,
    spawn_miner, spawn_validator,
};
use tributary_neuron::{Description, Identity, Reach};

use super::neuron::{Joined, Validating, attend, beside, join, reachable, show, show_miner};
use crate::{
    amount::{self, Amount},
    args::{AxonAddress, Member, socket},
    folder::Lock,
    market::{self, Notices},
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
    pub member: Member,
    /// The train subnet whose best model is served [default: the one that the subnet's owner has published]
    #[arg(long, value_name = "NETUID")]
    pub train_netuid: Option<u16>,
}

#[derive(Debug, Args)]
pub struct ServeMiner {
    #[command(flatten)]
    pub serve: Serve,
    /// How the miner behaves
    #[arg(long, value_name = "KIND", default_value = "honest", value_parser = miner_kind())]
    pub miner: MinerKind,
    #[command(flatten)]
    pub axon: AxonAddress,
    /// Milliseconds to wait before each answer
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
    #[command(flatten)]
    pub axon: AxonAddress,
}

#[derive(Debug, Args)]
pub struct ServeGateway {
    #[command(flatten)]
    pub serve: Serve,
    /// Where customers reach it, as http://ADDRESS/v1
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:8402", value_parser = socket)]
    pub listen: SocketAddr,
    /// TAO per 1000 prompt tokens
    #[arg(long, value_name = "TAO", value_parser = amount::parse, default_value = "0.0001")]
    pub price_prompt: Amount,
    /// TAO per 1000 completion tokens
    #[arg(long, value_name = "TAO", value_parser = amount::parse, default_value = "0.0004")]
    pub price_completion: Amount,
    /// Credit of each customer beyond its vouchers, in TAO; 0 makes everything prepaid
    #[arg(long, value_name = "TAO", value_parser = amount_or_zero, default_value = "0.002")]
    pub credit: Amount,
    /// Blocks between two settlements
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    pub settle_every: u64,
    /// Smallest regular settlement, in TAO, so that it is worth its fee of about 0.0004. Channels that close or expire
    /// are settled whatever they bring
    #[arg(long, value_name = "TAO", value_parser = amount_or_zero, default_value = "0.004")]
    pub settle_min: Amount,
    /// Least TAO from one voucher to the next, as each is written to disk. One that pays for all that is used, or that a
    /// request waits for, may be for less
    #[arg(long, value_name = "TAO", value_parser = amount_or_zero, default_value = "0.00001")]
    pub voucher_step: Amount,
    /// Seconds that a request may wait for a voucher
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(..=3600))]
    pub patience: u64,
    /// Share of the answers to check by running the model here, 0 to 1
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
    published: Option<Description>,
    rules: Rules,
    reach: Reach,
}

async fn start(args: &Serve, role: &str) -> Result<Start> {
    let Joined {
        lock,
        client,
        chain,
        hotkey,
        published,
        reach,
    } = join(&args.member, role).await?;
    let rules = rules(args, published.as_ref())?;
    Ok(Start {
        lock,
        client,
        chain,
        hotkey,
        published,
        rules,
        reach,
    })
}

/// The rules, and in them the train subnet: the published one, which must not contradict the one that is named.
fn rules(args: &Serve, published: Option<&Description>) -> Result<Rules> {
    let netuid = args.member.netuid;
    let rules: Rules = market::rules(market::SERVE, netuid, published, args.member.rules.as_deref())?;
    let train_netuid = match (args.train_netuid, published) {
        (Some(named), Some(_)) if named != rules.train_netuid => bail!(
            "subnet {netuid} serves the models of subnet {}, not of {named}: leave --train-netuid out",
            rules.train_netuid
        ),
        (Some(named), _) => named,
        (None, Some(_)) => rules.train_netuid,
        (None, None) if args.member.rules.is_some() => rules.train_netuid,
        (None, None) => bail!(
            "subnet {netuid} has published no description of its market: name the subnet whose models it serves with \
             --train-netuid"
        ),
    };
    let rules = Rules { train_netuid, ..rules };
    rules.validate()?;
    Ok(rules)
}

/// Serves until told to stop.
///
/// # Errors
/// If it cannot start, or its work ends with an error.
pub async fn miner(args: &ServeMiner) -> Result<()> {
    let mut stop = stop::signals()?;
    reachable(&args.axon)?;
    let Start {
        lock: _lock,
        chain,
        hotkey,
        published,
        rules,
        reach,
        ..
    } = start(&args.serve, "serve-miner").await?;
    let netuid = args.serve.member.netuid;
    let config = MinerConfig {
        netuid: args.serve.member.netuid,
        kind: args.miner,
        rules,
        listen: args.axon.listen,
        announce: args.axon.announce,
        reach,
        delay: Duration::from_millis(args.delay),
        state_folder: args.serve.member.state.clone(),
    };
    let cancel = CancellationToken::new();
    let identity = Identity::from(hotkey.pair().clone());
    let miner = spawn_miner(config, chain.clone(), identity.clone(), cancel.clone()).await?;
    say!("serving on {}", miner.address);
    let standing = market::follow(chain.clone(), identity, netuid, reach, cancel.clone());
    let shown = show_miner(
        miner.status,
        standing,
        args.serve.member.json,
        |status| (status.model.clone(), status.requests.checked_ilog2()),
        |status| {
            let model = status.model.as_deref().unwrap_or("no model yet");
            format!("{model}, {} requests, {} tokens", status.requests, status.tokens)
        },
    );
    let changes = market::watch_changes(chain.as_ref(), netuid, published.as_ref());
    attend(beside(shown, changes), &mut stop, &cancel, miner.task).await
}

/// Validates until told to stop.
///
/// # Errors
/// If it cannot start, or its work ends with an error.
pub async fn validator(args: &ServeValidator) -> Result<()> {
    let mut stop = stop::signals()?;
    reachable(&args.axon)?;
    let prompts = Arc::new(open_corpus(&args.prompts)?);
    let Start {
        lock: _lock,
        chain,
        hotkey,
        published,
        rules,
        reach,
        ..
    } = start(&args.serve, "serve-validator").await?;
    let netuid = args.serve.member.netuid;
    let notices = Notices {
        netuid,
        listen: args.axon.listen,
        announce: args.axon.announce,
        description: published,
        text: None,
    };
    let config = ValidatorConfig {
        netuid: args.serve.member.netuid,
        rules,
        reach,
        prompts,
        state_folder: args.serve.member.state.clone(),
    };
    let cancel = CancellationToken::new();
    let identity = Identity::from(hotkey.pair().clone());
    let validator = spawn_validator(config, chain.clone(), identity.clone(), cancel.clone())?;
    let validating = Validating {
        status: validator.status,
        task: validator.task,
        notices,
        chain,
        identity,
        json: args.serve.member.json,
        cancel,
    };
    let text = |status: &ValidatorStatus| {
        let right = status
            .miners
            .values()
            .filter(|miner| miner.correct == Some(true))
            .count();
        format!(
            "round {}, {right} of {} miners answer correctly",
            status.rounds,
            status.miners.len()
        )
    };
    validating.attend(&mut stop, |status| status.rounds, text).await
}

/// Sells until told to stop; then settles.
///
/// # Errors
/// If it cannot start, or what customers signed for cannot be settled or kept.
pub async fn gateway(args: &ServeGateway) -> Result<()> {
    let mut stop = stop::signals()?;
    let payee = args.serve.member.keys.coldkey()?;
    let Start {
        lock: _lock,
        client,
        chain,
        hotkey,
        rules,
        reach,
        ..
    } = start(&args.serve, "serve-gateway").await?;
    let config = GatewayConfig {
        netuid: args.serve.member.netuid,
        rules,
        listen: args.listen,
        reach,
        price: Price {
            prompt_rao_per_1k: args.price_prompt.0,
            completion_rao_per_1k: args.price_completion.0,
        },
        credit: args.credit.0,
        patience: Duration::from_secs(args.patience),
        settle_every_blocks: args.settle_every,
        settle_min: args.settle_min.0,
        voucher_step: args.voucher_step.0,
        audit_share: args.audit,
        state_folder: args.serve.member.state.clone(),
    };
    if config.state_folder.is_none() {
        say!("without --state, unsettled vouchers are lost if this process dies");
    }
    let cancel = CancellationToken::new();
    let rail = Arc::new(RpcRail::new(client).await?);
    let identity = |pair: &Keypair| Identity::from(pair.pair().clone());
    let gateway = spawn_gateway(config, chain, rail, identity(&hotkey), identity(&payee), cancel.clone()).await?;
    say!("selling on http://{}/v1, paid to {}", gateway.address, payee.address());
    let shown = show(
        gateway.status,
        args.serve.member.json,
        |status| (status.requests.checked_ilog2(), status.settled),
        |status| {
            format!(
                "{} requests, {} tokens made, charged {} TAO, settled {} TAO, of which {} TAO was tribute",
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
        say!("stopping; settling the vouchers received");
    });
    attend(shown, &mut stop, &cancel, gateway.task).await
}
