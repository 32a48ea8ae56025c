//! `tributary channel`: metered payment.

mod args;
mod sign;
mod validity;

use anyhow::{Context as _, Result, bail};
use serde::Serialize;
use tributary_client::{
    Call, Client, address, calls,
    pact::{self, ChannelView, Paid},
    parse_account,
};
use tributary_economy::{NetUid, Tao};
use tributary_market_serve::offer;

pub use args::Channel;
use args::{List, Open, Settle};

use super::send::{Deal, Sending};
use crate::{
    amount::Amount,
    output::{self, say},
};

#[derive(Serialize)]
struct SettleEffect {
    channel: u64,
    #[serde(flatten)]
    paid: Paid,
}

/// Runs a command of this family.
///
/// # Errors
/// If a key, a channel or a voucher is wrong, or the chain refuses.
pub async fn run(command: &Channel) -> Result<()> {
    match command {
        Channel::Open(args) => open(args).await,
        Channel::TopUp(args) => {
            let call = calls::pact::top_up(args.channel, Tao(args.amount.0));
            let deal = Deal::default()
                .takes("into the channel", args.amount.0)
                .figures(&serde_json::json!({ "channel": args.channel, "amount_rao": args.amount.0 }));
            change(&args.sending, args.channel, call, deal, "topped up").await
        }
        Channel::List(args) => list(args).await,
        Channel::Token(args) => sign::token(args).await,
        Channel::Voucher(args) => sign::voucher(args).await,
        Channel::Settle(args) => settle(args).await,
        Channel::Close(args) => {
            let call = match args.finish {
                true => calls::pact::finalise_close(args.channel),
                false => {
                    let voucher = args.voucher.map(|voucher| (Tao(voucher.amount), voucher.signature));
                    calls::pact::close(args.channel, voucher)
                }
            };
            let text = "closed, or began to close,";
            change(&args.sending, args.channel, call, Deal::default(), text).await
        }
        Channel::Wallet(args) => sign::wallet(args).await,
    }
}

async fn open(args: &Open) -> Result<()> {
    let client = args.sending.client().await?;
    let (netuid, payee) = match (&args.gateway, args.netuid, &args.payee) {
        (Some(gateway), ..) => {
            let offer = offer(gateway.trim_end_matches('/'), &client.genesis().0).await?;
            (offer.netuid, offer.payee.0.into())
        }
        (None, Some(netuid), Some(payee)) => (netuid, parse_account(payee)?),
        _ => bail!("give --gateway, or --netuid and --payee"),
    };
    let head = client.header(client.best().await?).await?.number;
    let expiry = u64::from(head) + args.expiry;
    let figures = serde_json::json!({
        "netuid": netuid, "payee": address(&payee), "amount_rao": args.amount.0, "expiry": expiry,
    });
    let call = calls::pact::open_channel(NetUid(netuid), payee, Tao(args.amount.0), expiry);
    let deal = Deal::default()
        .takes("into the channel", args.amount.0)
        .figures(&figures);
    let Some(included) = args.sending.send_deal(&client, call, deal).await? else {
        return Ok(());
    };
    let id = pact::opened(&included)?.context("the chain took the deposit, but reported no channel")?;
    let channel = pact::channel(&client.at(included.block), id).await?;
    let view = ChannelView::new(id, &channel.context("the channel is closed already")?);
    let text = format!(
        "opened channel {id} with {} TAO to {} on subnet {netuid}",
        args.amount, view.payee
    );
    args.sending.report(&included, view, &text)
}

/// Sends a call about a channel and shows what became of it.
async fn change(sending: &Sending, id: u64, call: Call, deal: Deal, text: &str) -> Result<()> {
    #[derive(Serialize)]
    struct Effect {
        channel: u64,
        open: Option<ChannelView>,
    }
    let client = sending.client().await?;
    let Some(included) = sending.send_deal(&client, call, deal).await? else {
        return Ok(());
    };
    let after = pact::channel(&client.at(included.block), id).await?;
    let state = match &after {
        None => "it is closed".to_owned(),
        Some(channel) => {
            let closing = channel
                .closing
                .map(|block| format!(", closing at block {block}"))
                .unwrap_or_default();
            format!(
                "{} of {} TAO is paid{closing}",
                Amount(channel.settled.0),
                Amount(channel.deposit.0)
            )
        }
    };
    let effect = Effect {
        channel: id,
        open: after.map(|channel| ChannelView::new(id, &channel)),
    };
    sending.report(&included, effect, &format!("{text} channel {id}: {state}"))
}

async fn settle(args: &Settle) -> Result<()> {
    let client = args.sending.client().await?;
    let voucher = args.voucher;
    let call = calls::pact::settle(voucher.channel, Tao(voucher.amount), voucher.signature);
    let Some(included) = args.sending.send(&client, call).await? else {
        return Ok(());
    };
    let paid = pact::paid(&included)?.context("the chain took the voucher, but reported no payment")?;
    let channel = args.voucher.channel;
    let text = format!(
        "settled {} TAO of channel {channel}, of which {} TAO is tribute",
        Amount(paid.amount_rao),
        Amount(paid.tribute_rao)
    );
    args.sending.report(&included, SettleEffect { channel, paid }, &text)
}

async fn list(args: &List) -> Result<()> {
    let client = Client::connect(&args.connection.endpoint).await?;
    let channels = pact::channels(&client.at_best().await?).await?;
    let account = args
        .account
        .as_deref()
        .map(parse_account)
        .transpose()?
        .map(|account| address(&account));
    let views: Vec<ChannelView> = channels
        .iter()
        .map(|(id, channel)| ChannelView::new(*id, channel))
        .filter(|view| {
            account
                .as_ref()
                .is_none_or(|account| [&view.payer, &view.payee].contains(&account))
        })
        .collect();
    if views.is_empty() {
        say!("there is no open channel (`tributary channel open` opens one)");
    }
    if args.json {
        return output::json(&views);
    }
    if views.is_empty() {
        return Ok(());
    }
    let rows = views.iter().map(|view| {
        vec![
            view.channel.to_string(),
            view.netuid.to_string(),
            view.payer.clone(),
            view.payee.clone(),
            Amount(view.deposit_rao).to_string(),
            Amount(view.settled_rao).to_string(),
            view.expiry.to_string(),
            view.closing
                .map(|block| block.to_string())
                .unwrap_or_else(|| "-".to_owned()),
        ]
    });
    let head = [
        "channel",
        "netuid",
        "payer",
        "payee",
        "deposit (TAO)",
        "paid (TAO)",
        "expiry (block)",
        "closing (block)",
    ];
    output::table(&head, rows.collect())
}
