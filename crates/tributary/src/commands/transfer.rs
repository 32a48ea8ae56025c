//! `tributary transfer`

use anyhow::Result;
use clap::Args;
use serde::Serialize;
use tributary_client::{Call, address, parse_account};

use super::send::{Deal, Sending};
use crate::amount::{self, Amount};

#[derive(Debug, Args)]
pub struct Transfer {
    /// The account to pay: an address or a development name
    pub to: String,
    /// TAO, at most 9 decimals
    #[arg(value_parser = amount::parse)]
    pub amount: Amount,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Serialize)]
struct Effect {
    from: String,
    to: String,
    amount_rao: u64,
}

/// Pays an account and keeps the sender's alive.
///
/// # Errors
/// If an address is wrong, or the chain refuses.
pub async fn run(args: &Transfer) -> Result<()> {
    let to = parse_account(&args.to)?;
    let client = args.sending.client().await?;
    let call = Call::transfer(&to, args.amount.0);
    let deal = Deal::default()
        .takes("to send", args.amount.0)
        .line("receives", format!("{}, {} TAO", address(&to), args.amount))
        .figures(&serde_json::json!({ "to": address(&to), "amount_rao": args.amount.0 }));
    let Some(included) = args.sending.send_deal(&client, call, deal).await? else {
        return Ok(());
    };
    let from = address(&args.sending.keys.coldkey_account()?);
    let to = address(&to);
    let text = format!("sent {} TAO from {from} to {to}", args.amount);
    args.sending.report(
        &included,
        Effect {
            from,
            to,
            amount_rao: args.amount.0,
        },
        &text,
    )
}
