//! `tributary pay` and `tributary tribute`: money on the rail.

use anyhow::Result;
use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::{Map, Value};
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
        .line("pays", format!("{} for subnet {}", address(&payee), args.netuid))
        .figures(&serde_json::json!({ "netuid": args.netuid, "payee": address(&payee), "amount_rao": args.amount.0 }));
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

/// Width of the longest event in words.
const WHAT: usize = 22;

/// An event in words: `ChannelOpened` is `channel opened`.
fn words(name: &str) -> String {
    let mut words = String::new();
    for c in name.chars() {
        if c.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    words
}

/// The figures of an event in words, amounts in TAO and alpha. What is nothing is left out.
fn details(figures: &Map<String, Value>) -> String {
    let told = figures.iter().filter_map(|(name, value)| detail(name, value));
    told.collect::<Vec<_>>().join(", ")
}

fn detail(name: &str, value: &Value) -> Option<String> {
    let plain = |name: &str| name.trim_end_matches('_').replace('_', " ");
    let number = value.as_u64();
    if let (Some(name), Some(amount)) = (name.strip_suffix("alpha_rao"), number) {
        return (amount > 0).then(|| {
            format!("{} {} alpha", plain(name), Amount(amount))
                .trim_start()
                .to_owned()
        });
    }
    if let (Some(name), Some(amount)) = (name.strip_suffix("_rao"), number) {
        let name = if name == "tao" { "" } else { name };
        return (amount > 0).then(|| {
            format!("{} {} TAO", plain(name), Amount(amount))
                .trim_start()
                .to_owned()
        });
    }
    if let (Some(name), Some(blocks)) = (name.strip_suffix("_blocks"), number) {
        return (blocks > 0).then(|| format!("{} {blocks} blocks", plain(name)));
    }
    match value {
        Value::Bool(yes) => Some(format!("{} {}", plain(name), if *yes { "yes" } else { "no" })),
        Value::Number(part) if part.is_f64() => {
            let part = part.as_f64().unwrap_or_default();
            (part > 0.0).then(|| format!("{} {} %", plain(name), (1e6 * part).round() / 1e4))
        }
        // The number of a report or a channel begins at 0; a threshold of 0 says that there are no arbiters.
        Value::Number(number) => {
            (!name.ends_with("_threshold") || *number != 0.into()).then(|| format!("{} {number}", plain(name)))
        }
        // No receipt, no evidence.
        Value::String(text) if text.bytes().all(|b| b == b'0') => None,
        Value::String(text) => Some(format!("{} {text}", plain(name))),
        Value::Array(items) => {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            (!items.is_empty()).then(|| format!("{} {}", plain(name), items.join(" ")))
        }
        Value::Object(figures) => Some(details(figures)).filter(|text| !text.is_empty()),
        Value::Null => None,
    }
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
    let mut events = pact::history(&client, first..=head).await?;
    // What is of no subnet concerns every one.
    events.retain(|(_, event)| event.netuid.is_none_or(|netuid| netuid == args.netuid));
    if events.is_empty() {
        // A subnet that is gone has a history all the same.
        check_subnet(&client.at_best().await?, NetUid(args.netuid)).await?;
        say!(
            "no events of the pact, payments or channels of subnet {} from block {first} to {head}",
            args.netuid
        );
    }
    if args.json {
        return events
            .into_iter()
            .try_for_each(|(block, event)| output::json(&Happened { block, event }));
    }
    if events.is_empty() {
        return Ok(());
    }
    output::line(&format!("{:>8}  {:<WHAT$}  details", "block", "event"))?;
    for (block, event) in events {
        let text = format!("{block:>8}  {:<WHAT$}  {}", words(&event.what), details(&event.figures));
        output::line(text.trim_end())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(figures: Value) -> String {
        details(figures.as_object().unwrap())
    }

    #[test]
    fn events_are_told_in_words_and_amounts_in_tao() {
        assert_eq!(words("ChannelToppedUp"), "channel topped up");
        let paid =
            json!({ "amount_rao": 1_500_000_000, "tribute_rao": 7, "payee": "5Bob", "receipt": "00".repeat(32) });
        assert_eq!(
            told(paid),
            "amount 1.500000000 TAO, payee 5Bob, tribute 0.000000007 TAO"
        );
        assert_eq!(told(json!({ "tao_rao": 5 })), "0.000000005 TAO");
        let shared = json!({ "cut_alpha_rao": 2, "alpha_rao": 3, "pledged_alpha_rao": 0 });
        assert_eq!(told(shared), "0.000000003 alpha, cut 0.000000002 alpha");
        let announced = json!({ "due": 29, "terms": { "revenue_share": 0.2, "notice_blocks": 5, "bond_rao": 0 } });
        assert_eq!(told(announced), "due 29, notice 5 blocks, revenue share 20 %");
        let voted = json!({ "report": 0, "uphold": false, "arbiters": [], "arbiters_threshold": 0 });
        assert_eq!(told(voted), "report 0, uphold no");
    }
}
