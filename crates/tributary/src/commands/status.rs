//! `tributary status`, `subnets` and `metagraph`

use anyhow::{Result, bail};
use serde::Serialize;
use tributary_client::{Client, View, market};
use tributary_economy::NetUid;

use crate::{
    amount::Amount,
    options::{Query, SubnetQuery},
    output::{self, say},
};

/// Of a chain that has nothing but root.
pub const NO_SUBNETS: &str =
    "this chain has no subnets yet (`tributary register subnet`, with --wallet or --key, creates one)";

#[derive(Serialize)]
struct Status {
    endpoint: String,
    chain: String,
    runtime: String,
    genesis: String,
    block: u32,
    block_hash: String,
    finalized_block: u32,
    subnets: usize,
    #[serde(flatten)]
    holdings: market::Holdings,
}

/// Shows the chain.
///
/// # Errors
/// If no chain answers.
pub async fn status(args: &Query) -> Result<()> {
    let client = Client::connect(&args.connection.endpoint).await?;
    let view = client.at_best().await?;
    let status = Status {
        endpoint: client.endpoint().to_owned(),
        chain: client.chain_name().await?,
        runtime: client.runtime().await?,
        genesis: format!("{:?}", client.genesis()),
        block: client.header(view.block()).await?.number,
        block_hash: format!("{:?}", view.block()),
        finalized_block: client.header(client.finalized().await?).await?.number,
        subnets: market::netuids(&view).await?.len(),
        holdings: market::holdings(&view).await?,
    };
    if args.json {
        return output::json(&status);
    }
    let market::Holdings {
        issuance_rao,
        held_rao,
        accounts,
    } = status.holdings;
    output::line(&format!(
        "chain      {} ({}) at {}",
        status.chain, status.runtime, status.endpoint
    ))?;
    output::line(&format!("block      {} {}", status.block, status.block_hash))?;
    output::line(&format!("finalized  {}", status.finalized_block))?;
    output::line(&format!("subnets    {}", status.subnets))?;
    output::line(&format!("issued     {} TAO", Amount(issuance_rao)))?;
    output::line(&format!(
        "held       {} TAO in {accounts} accounts, pools included",
        Amount(held_rao)
    ))
}

/// Lists the subnets.
///
/// # Errors
/// If no chain answers.
pub async fn subnets(args: &Query) -> Result<()> {
    let client = Client::connect(&args.connection.endpoint).await?;
    let subnets = market::subnets(&client.at_best().await?).await?;
    if subnets.is_empty() {
        say!("{NO_SUBNETS}");
    }
    if args.json {
        return output::json(&subnets);
    }
    if subnets.is_empty() {
        return Ok(());
    }
    let rows = subnets
        .iter()
        .map(|subnet| {
            vec![
                subnet.netuid.to_string(),
                subnet.name.clone(),
                subnet.symbol.clone(),
                Amount(subnet.price_rao).to_string(),
                format!("{:.2}", 100.0 * subnet.emission_share),
                Amount(subnet.tao_in_pool_rao).to_string(),
                Amount(subnet.alpha_in_pool_rao).to_string(),
                subnet.neurons.to_string(),
                Amount(subnet.registration_rao).to_string(),
                if subnet.started { "yes" } else { "no" }.to_owned(),
            ]
        })
        .collect();
    let head = [
        "netuid",
        "name",
        "symbol",
        "price (TAO/alpha)",
        "emission (%)",
        "in pool (TAO)",
        "in pool (alpha)",
        "neurons",
        "burn (TAO)",
        "started",
    ];
    output::table(&head, rows)
}

/// Refuses a subnet that is not there, and names those that are.
///
/// # Errors
/// If there is no such subnet, or no chain answers.
pub async fn check_subnet(view: &View<'_>, netuid: NetUid) -> Result<()> {
    let known = market::netuids(view).await?;
    if netuid.is_root() || known.contains(&netuid) {
        return Ok(());
    }
    let known: Vec<String> = known.iter().map(NetUid::to_string).collect();
    match known.as_slice() {
        [] => bail!("there is no subnet {netuid}; {NO_SUBNETS}"),
        [only] => bail!("there is no subnet {netuid}; the only subnet of this chain is {only}"),
        known => bail!(
            "there is no subnet {netuid}; the subnets of this chain are {}",
            known.join(", ")
        ),
    }
}

/// Lists the neurons of a subnet.
///
/// # Errors
/// If no chain answers or there is no such subnet.
pub async fn metagraph(args: &SubnetQuery) -> Result<()> {
    let client = Client::connect(&args.query.connection.endpoint).await?;
    let view = client.at_best().await?;
    check_subnet(&view, NetUid(args.netuid)).await?;
    let neurons = market::neurons(&view, NetUid(args.netuid)).await?;
    if args.query.json {
        return output::json(&neurons);
    }
    let part = |value: f64| format!("{value:.4}");
    let rows = neurons
        .iter()
        .map(|neuron| {
            vec![
                neuron.uid.to_string(),
                neuron.hotkey.clone(),
                Amount(neuron.stake_alpha_rao).to_string(),
                if neuron.validator_permit { "yes" } else { "no" }.to_owned(),
                part(neuron.incentive),
                part(neuron.dividends),
                part(neuron.consensus),
                part(neuron.validator_trust),
                Amount(neuron.emission_alpha_rao).to_string(),
                neuron.last_update.to_string(),
                neuron
                    .axon
                    .map(|axon| axon.to_string())
                    .unwrap_or_else(|| "-".to_owned()),
            ]
        })
        .collect();
    let head = [
        "uid",
        "hotkey",
        "stake (alpha)",
        "validator",
        "incentive",
        "dividends",
        "consensus",
        "vtrust",
        "emission (alpha)",
        "updated (block)",
        "axon",
    ];
    output::table(&head, rows)
}
