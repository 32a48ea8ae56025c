//! `tributary pay` and `tributary tribute`: money on the rail.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde::Serialize;
use tributary_client::{Client, address, calls, pact, parse_account};
use tributary_economy::{NetUid, Tao};
use tributary_neuron::envelope::sha256;

use super::{
    send::{Deal, Sending},
    status::check_subnet,
};
use crate::{
    amount::{self, Amount},
    options::Connection,
    output::{self, say},
    shares::percent,
};

#[derive(Debug, Args)]
pub struct Pay {
    /// The subnet whose service is paid for
    pub netuid: u16,
    /// The account to pay: an address or a development name
    pub payee: String,
    /// TAO, at most 9 decimals
    #[arg(value_parser = amount::parse)]
    pub amount: Amount,
    /// What the payment is for: 64 hexadecimal digits, or any other text, whose SHA-256 is sent
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub receipt: String,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Debug, Subcommand)]
pub enum Tribute {
    /// Show what happened to a subnet's pact, payments and channels, block by block
    History(History),
}

#[derive(Debug, Args)]
pub struct History {
    /// The subnet
    pub netuid: u16,
    /// Number of blocks to look back
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub blocks: u32,
    #[command(flatten)]
    pub connection: Connection,
    /// Print one JSON object per line
    #[arg(long)]
    pub json: bool,
}

#[derive(Serialize)]
struct Effect {
    netuid: u16,
    payer: String,
    payee: String,
    amount_rao: u64,
    tribute_rao: u64,
}

/// Pays at once.
///
/// # Errors
/// If an address is wrong, or the chain refuses.
pub async fn pay(args: &Pay) -> Result<()> {
    let payee = parse_account(&args.payee)?;
    let client = args.sending.client().await?;
    let mut receipt = [0; 32];
    if !args.receipt.is_empty() && hex::decode_to_slice(&args.receipt, &mut receipt).is_err() {
        receipt = sha256(args.receipt.as_bytes());
    }
    let call = calls::pact::pay(NetUid(args.netuid), payee.clone(), Tao(args.amount.0), receipt);
    let view = client.at_best().await?;
    check_subnet(&view, NetUid(args.netuid)).await?;
    let deal = Deal::default()
        .takes("to the payee", args.amount.0)
        .line("pays", format!("{} for subnet {}", address(&payee), args.netuid));
    let deal = match pact::pact(&view, NetUid(args.netuid)).await? {
        Some(pact) => deal.line(
            "tribute",
            format!("{} of it while the pact is in force", percent(pact.terms.revenue_share)),
        ),
        None => deal.line("tribute", "none: the subnet has no pact"),
    };
    let Some(included) = args.sending.send_deal(&client, call, deal).await? else {
        return Ok(());
    };
    let tribute_rao = pact::paid(&included)?.map_or(0, |paid| paid.tribute_rao);
    let effect = Effect {
        netuid: args.netuid,
        payer: address(&args.sending.keys.coldkey_account()?),
        payee: address(&payee),
        amount_rao: args.amount.0,
        tribute_rao,
    };
    let text = format!(
        "paid {} TAO to {} for subnet {}, of which {} TAO is tribute",
        args.amount,
        effect.payee,
        args.netuid,
        Amount(tribute_rao)
    );
    args.sending.report(&included, effect, &text)
}

#[derive(Serialize)]
struct Happened {
    block: u32,
    #[serde(flatten)]
    event: pact::Told,
}

/// Tells the history of a subnet's tribute.
///
/// # Errors
/// If no chain answers, or it has forgotten the blocks.
pub async fn tribute(command: &Tribute) -> Result<()> {
    let Tribute::History(args) = command;
    let client = Client::connect(&args.connection.endpoint).await?;
    let head = client.header(client.best().await?).await?.number;
    let first = head.saturating_sub(args.blocks.saturating_sub(1)).max(1);
    let mut told = false;
    for (block, event) in pact::history(&client, first..=head).await? {
        // What is of no subnet concerns every one.
        if event.netuid.is_some_and(|netuid| netuid != args.netuid) {
            continue;
        }
        told = true;
        if args.json {
            output::json(&Happened { block, event })?;
            continue;
        }
        let figures = event.figures.iter().map(|(name, value)| match value.as_str() {
            Some(text) => format!("{name} {text}"),
            None => format!("{name} {value}"),
        });
        let figures: Vec<String> = figures.collect();
        output::line(&format!("{block:>8}  {:<18} {}", event.what, figures.join("  ")))?;
    }
    if !told {
        say!(
            "no events of the pact, payments or channels of subnet {} from block {first} to {head}",
            args.netuid
        );
        // A subnet that is gone has a history all the same.
        check_subnet(&client.at_best().await?, NetUid(args.netuid)).await?;
    }
    Ok(())
}
