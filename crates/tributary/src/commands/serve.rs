//! `tributary serve-miner`, `serve-validator` and `serve-gateway`

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Result, bail};
use clap::Args;
use tokio_util::sync::CancellationToken;
use tributary_market_serve::{
    GatewayConfig, MinerConfig, MinerKind, Rules, ValidatorConfig, meter::Price, spawn_gateway, spawn_miner,
    spawn_validator,
};
use tributary_neuron::{Description, Identity};

use super::{
    attend::{Attending, attend, show},
    join::{join, reachable},
};
use crate::{
    amount::{self, Amount},
    market::{self, open_corpus},
    options::{AxonAddress, Member, one_of, socket},
    output::say,
    rail::RpcRail,
    stop,
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
    #[arg(long, value_name = "KIND", default_value = "honest", value_parser = one_of::<MinerKind>(MinerKind::ALL.map(|kind| kind.name())))]
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
    /// Text from which prompts are cut: a file, a folder, or a bundled text (histories, prophets, testament)
    #[arg(long, value_name = "PATH", default_value = "histories")]
    pub prompts: String,
    #[command(flatten)]
    pub axon: AxonAddress,
}

#[derive(Debug, Args)]
pub struct ServeGateway {
    #[command(flatten)]
    pub serve: Serve,
    /// Address to listen on; customers use http://ADDRESS/v1
    #[arg(long, value_name = "IP:PORT", default_value = "127.0.0.1:8402", value_parser = socket)]
    pub listen: SocketAddr,
    /// TAO per 1000 prompt tokens
    #[arg(long, value_name = "TAO", value_parser = amount::parse, default_value = "0.0001")]
    pub price_prompt: Amount,
    /// TAO per 1000 completion tokens
    #[arg(long, value_name = "TAO", value_parser = amount::parse, default_value = "0.0004")]
    pub price_completion: Amount,
    /// Credit for each customer beyond its vouchers, in TAO; with 0, everything is prepaid
    #[arg(long, value_name = "TAO", value_parser = amount_or_zero, default_value = "0.002")]
    pub credit: Amount,
    /// Blocks between settlements
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..))]
    pub settle_every: u64,
    /// Smallest regular settlement, in TAO; a settlement's fee is about 0.0004. Channels that close or expire are settled
    /// whatever the amount
    #[arg(long, value_name = "TAO", value_parser = amount_or_zero, default_value = "0.004")]
    pub settle_min: Amount,
    /// Smallest increase from one voucher to the next, in TAO, as each is written to disk. A voucher that pays for all
    /// use so far, or that a request waits for, may add less
    #[arg(long, value_name = "TAO", value_parser = amount_or_zero, default_value = "0.00001")]
    pub voucher_step: Amount,
    /// Seconds for which a request may wait for a voucher
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(..=3600))]
    pub patience: u64,
    /// Share of the answers to check by running the model here, from 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.1, value_parser = part)]
    pub audit: f64,
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
    let joined = join(&args.serve.member, "serve-miner").await?;
    let config = MinerConfig {
        netuid: joined.netuid,
        kind: args.miner,
        rules: rules(&args.serve, joined.published.as_ref())?,
        listen: args.axon.listen,
        announce: args.axon.announce,
        reach: joined.reach,
        delay: Duration::from_millis(args.delay),
        state_folder: args.serve.member.state.clone(),
    };
    let cancel = CancellationToken::new();
    let miner = spawn_miner(config, joined.chain.clone(), joined.identity(), cancel.clone()).await?;
    let attending = Attending {
        joined: &joined,
        json: args.serve.member.json,
        cancel,
        stop: &mut stop,
    };
    let mining = attending.mine(miner, |status| {
        let model = status.model.as_deref().unwrap_or("no model yet");
        let text = format!("{model}, {} requests, {} tokens", status.requests, status.tokens);
        ((status.model.clone(), status.requests.checked_ilog2()), text)
    });
    mining.await
}

/// Validates until told to stop.
///
/// # Errors
/// If it cannot start, or its work ends with an error.
pub async fn validator(args: &ServeValidator) -> Result<()> {
    let mut stop = stop::signals()?;
    reachable(&args.axon)?;
    let prompts = Arc::new(open_corpus(&args.prompts)?);
    let joined = join(&args.serve.member, "serve-validator").await?;
    let config = ValidatorConfig {
        netuid: joined.netuid,
        rules: rules(&args.serve, joined.published.as_ref())?,
        reach: joined.reach,
        prompts,
        state_folder: args.serve.member.state.clone(),
    };
    let cancel = CancellationToken::new();
    let validator = spawn_validator(config, joined.chain.clone(), joined.identity(), cancel.clone())?;
    let attending = Attending {
        joined: &joined,
        json: args.serve.member.json,
        cancel,
        stop: &mut stop,
    };
    let validating = attending.validate(validator, &args.axon, None, |status| {
        let (rounds, miners) = (status.rounds, &status.miners);
        let right = miners.values().filter(|miner| miner.correct == Some(true)).count();
        let text = format!("round {rounds}, {right} of {} miners answer correctly", miners.len());
        (rounds, text)
    });
    validating.await
}

/// Sells until told to stop; then settles.
///
/// # Errors
/// If it cannot start, or what customers signed for cannot be settled or kept.
pub async fn gateway(args: &ServeGateway) -> Result<()> {
    let mut stop = stop::signals()?;
    let payee = args.serve.member.keys.coldkey()?;
    let joined = join(&args.serve.member, "serve-gateway").await?;
    let config = GatewayConfig {
        netuid: joined.netuid,
        rules: rules(&args.serve, joined.published.as_ref())?,
        listen: args.listen,
        reach: joined.reach,
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
    let rail = Arc::new(RpcRail::new(joined.client.clone()).await?);
    let paid = Identity::from(payee.pair().clone());
    let (chain, identity) = (joined.chain.clone(), joined.identity());
    let gateway = spawn_gateway(config, chain, rail, identity, paid, cancel.clone()).await?;
    say!("selling on http://{}/v1, paid to {}", gateway.address, payee.address());
    let shown = show(gateway.status, args.serve.member.json, |status| {
        let text = format!(
            "{} requests, {} tokens made, charged {} TAO, settled {} TAO, of which {} TAO was tribute",
            status.requests,
            status.completion_tokens,
            Amount(status.charged),
            Amount(status.settled),
            Amount(status.tribute)
        );
        ((status.requests.checked_ilog2(), status.settled), text)
    });
    let ending = cancel.clone();
    tokio::spawn(async move {
        ending.cancelled().await;
        say!("stopping; settling the vouchers received");
    });
    attend(shown, &mut stop, &cancel, gateway.task).await
}
