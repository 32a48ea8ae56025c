//! `tributary channel`: metered payment.

use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use pallet_pact::Call;
use serde::Serialize;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tributary_client::{
    Client, address,
    pact::{self, ChannelView, Paid},
    parse_account,
};
use tributary_economy::{NetUid, Tao};
use tributary_market_serve::{WalletConfig, WalletStatus, credential::Token, offer, rail::Voucher, run_wallet};
use tributary_neuron::Identity;
use tributary_runtime::{Runtime, RuntimeCall};

use super::neuron::{attend, show};
use super::send::Deal;
use crate::{
    amount::{self, Amount},
    args::{Connection, Keys, Sending},
    output::{self, say},
    stop,
};

/// Blocks that a channel stays open if nothing else is said.
const EXPIRY_BLOCKS: u64 = 1_000_000;

/// A chain's height is a number of 32 bits.
const BLOCKS_MAX: u64 = u32::MAX as u64;

#[derive(Debug, Subcommand)]
pub enum Channel {
    /// Open a channel: a deposit from which a seller can take what you sign for
    Open(Open),
    /// Put more into a channel
    TopUp(TopUp),
    /// List the open channels
    List(List),
    /// Make an API key for a gateway: whoever has it can spend from the channel what your wallet signs for
    Token(MakeToken),
    /// Sign a voucher by hand
    Voucher(MakeVoucher),
    /// Take what a voucher allows (by the payee, or for it by the payer)
    Settle(Settle),
    /// Close a channel: as its payee at once, as its payer after a challenge period
    Close(Close),
    /// Sign vouchers as a gateway says that you use it, within a budget, until stopped
    Wallet(Wallet),
}

#[derive(Debug, Args)]
pub struct Open {
    /// TAO to put in, at most 9 decimals
    #[arg(value_parser = amount::parse)]
    pub amount: Amount,
    /// The gateway to use it at; says subnet and payee
    #[arg(long, value_name = "URL", conflicts_with_all = ["netuid", "payee"], required_unless_present_all = ["netuid", "payee"])]
    pub gateway: Option<String>,
    /// The subnet whose pact takes its share
    #[arg(long, requires = "payee")]
    pub netuid: Option<u16>,
    /// Who is paid: an address or a development name
    #[arg(long, value_name = "ACCOUNT", requires = "netuid")]
    pub payee: Option<String>,
    /// Blocks from now after which you can take back the rest at once
    #[arg(long, value_name = "N", default_value_t = EXPIRY_BLOCKS, value_parser = clap::value_parser!(u64).range(1..=BLOCKS_MAX))]
    pub expiry: u64,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Debug, Args)]
pub struct TopUp {
    /// The channel
    pub channel: u64,
    /// TAO to put in, at most 9 decimals
    #[arg(value_parser = amount::parse)]
    pub amount: Amount,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Debug, Args)]
pub struct List {
    /// Only channels that this account pays or is paid by
    #[arg(long, value_name = "ACCOUNT")]
    pub account: Option<String>,
    #[command(flatten)]
    pub connection: Connection,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct MakeToken {
    /// The channel
    pub channel: u64,
    /// The last block at which it is good; without it as long as the channel
    #[arg(long, value_name = "BLOCK")]
    pub until: Option<u64>,
    #[command(flatten)]
    pub connection: Connection,
    #[command(flatten)]
    pub keys: Keys,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct MakeVoucher {
    /// The channel
    pub channel: u64,
    /// TAO that may be taken in all since the channel was opened
    #[arg(value_parser = amount::parse)]
    pub amount: Amount,
    #[command(flatten)]
    pub connection: Connection,
    #[command(flatten)]
    pub keys: Keys,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct Settle {
    /// The voucher: CHANNEL:RAO:SIGNATURE
    pub voucher: Voucher,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Debug, Args)]
pub struct Close {
    /// The channel
    pub channel: u64,
    /// As payee: the newest voucher, which is settled first
    #[arg(long, value_name = "VOUCHER")]
    pub voucher: Option<Voucher>,
    /// End a closing whose challenge period is over, or an expired channel
    #[arg(long, conflicts_with = "voucher")]
    pub finalise: bool,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Debug, Args)]
pub struct Wallet {
    /// The channel
    pub channel: u64,
    /// The gateway
    #[arg(long, value_name = "URL")]
    pub gateway: String,
    /// The most TAO to sign for over the life of the channel; without it all that was put in
    #[arg(long, value_name = "TAO", value_parser = amount::parse)]
    pub budget: Option<Amount>,
    /// The most TAO to sign for beyond what was used, if a request waits for it: trust in the gateway, which needs none if it grants credit
    #[arg(long, value_name = "TAO", value_parser = amount::parse)]
    pub ahead: Option<Amount>,
    #[command(flatten)]
    pub connection: Connection,
    #[command(flatten)]
    pub keys: Keys,
    /// Print one JSON object on every change
    #[arg(long)]
    pub json: bool,
}

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
            let call = Call::top_up {
                channel: args.channel,
                amount: Tao(args.amount.0),
            };
            change(&args.sending, args.channel, call, "topped up").await
        }
        Channel::List(args) => list(args).await,
        Channel::Token(args) => token(args).await,
        Channel::Voucher(args) => voucher(args).await,
        Channel::Settle(args) => settle(args).await,
        Channel::Close(args) => {
            let call = match args.finalise {
                true => Call::finalise_close { channel: args.channel },
                false => Call::close {
                    channel: args.channel,
                    voucher: args.voucher.map(|voucher| (Tao(voucher.amount), voucher.signature)),
                },
            };
            change(&args.sending, args.channel, call, "closed, or began to close,").await
        }
        Channel::Wallet(args) => wallet(args).await,
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
        _ => bail!("name a gateway, or a subnet and a payee"),
    };
    let head = client.header(client.best().await?).await?.number;
    let call = Call::<Runtime>::open_channel {
        netuid: NetUid(netuid),
        payee,
        deposit: Tao(args.amount.0),
        expiry: u64::from(head) + args.expiry,
    };
    let deal = Deal::default().takes("into the channel", args.amount.0);
    let call = RuntimeCall::Pact(call);
    let Some(included) = args.sending.send_deal(&client, call, deal).await? else {
        return Ok(());
    };
    let id = pact::opened(&included).context("the chain took the deposit, but names no channel")?;
    let channel = pact::channel(&client.at(included.block), id).await?;
    let view = ChannelView::new(id, &channel.context("the channel is gone again")?);
    let text = format!(
        "opened channel {id} with {} TAO to {} on subnet {netuid}",
        args.amount, view.payee
    );
    args.sending.report(&included, view, &text)
}

/// Sends a call about a channel and shows what became of it.
async fn change(sending: &Sending, id: u64, call: Call<Runtime>, text: &str) -> Result<()> {
    #[derive(Serialize)]
    struct Effect {
        channel: u64,
        open: Option<ChannelView>,
    }
    let client = sending.client().await?;
    let deal = match &call {
        Call::top_up { amount, .. } => Deal::default().takes("into the channel", amount.0),
        _ => Deal::default(),
    };
    let Some(included) = sending.send_deal(&client, RuntimeCall::Pact(call), deal).await? else {
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
                "{} of {} TAO are paid{closing}",
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
    let call = Call::<Runtime>::settle {
        channel: args.voucher.channel,
        amount: Tao(args.voucher.amount),
        signature: args.voucher.signature,
    };
    let Some(included) = args.sending.send(&client, RuntimeCall::Pact(call)).await? else {
        return Ok(());
    };
    let paid = pact::paid(&included).context("the chain took the voucher, but tells no payment")?;
    let channel = args.voucher.channel;
    let text = format!(
        "settled {} TAO of channel {channel}, of which {} TAO are tribute",
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
    if args.json {
        return output::json(&views);
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

/// The signing key of a channel's payer.
async fn payer(client: &Client, keys: &Keys, id: u64) -> Result<(Identity, ChannelView)> {
    let channel = pact::channel(&client.at_best().await?, id).await?;
    let channel =
        channel.with_context(|| format!("there is no open channel {id}: `tributary channel list` shows them"))?;
    let view = ChannelView::new(id, &channel);
    let coldkey = keys.coldkey()?;
    if coldkey.account() != channel.payer {
        bail!("channel {id} is paid by {}, not by {}", view.payer, coldkey.address());
    }
    Ok((Identity::from(coldkey.pair().clone()), view))
}

async fn token(args: &MakeToken) -> Result<()> {
    let client = Client::connect(&args.connection.endpoint).await?;
    let (payer, view) = payer(&client, &args.keys, args.channel).await?;
    let until = args.until.unwrap_or(view.expiry);
    let token = Token::sign(&payer, &client.genesis().0, args.channel, until).to_string();
    match args.json {
        true => output::json(&serde_json::json!({ "channel": args.channel, "until": until, "api_key": token })),
        false => output::line(&token),
    }
}

async fn voucher(args: &MakeVoucher) -> Result<()> {
    let client = Client::connect(&args.connection.endpoint).await?;
    let (payer, view) = payer(&client, &args.keys, args.channel).await?;
    if args.amount.0 > view.deposit_rao {
        bail!(
            "the deposit of channel {} is {} TAO: top it up first",
            args.channel,
            Amount(view.deposit_rao)
        );
    }
    let voucher = Voucher::sign(&payer, &client.genesis().0, args.channel, args.amount.0).to_string();
    match args.json {
        true => output::json(
            &serde_json::json!({ "channel": args.channel, "amount_rao": args.amount.0, "voucher": voucher }),
        ),
        false => output::line(&voucher),
    }
}

async fn wallet(args: &Wallet) -> Result<()> {
    let mut stop = stop::signals()?;
    let client = Client::connect(&args.connection.endpoint).await?;
    let (payer, view) = payer(&client, &args.keys, args.channel).await?;
    let gateway = args.gateway.trim_end_matches('/').to_owned();
    let genesis = client.genesis().0;
    let offer = offer(&gateway, &genesis).await?;
    if offer.payee.to_string() != view.payee {
        bail!(
            "channel {} pays {}, and the gateway wants {}",
            args.channel,
            view.payee,
            offer.payee
        );
    }
    let budget = args.budget.map_or(u64::MAX, |budget| budget.0);
    say!(
        "signing for channel {}: at most {} TAO, at {} TAO per 1000 tokens read and {} TAO per 1000 tokens made",
        args.channel,
        Amount(budget.min(view.deposit_rao)),
        Amount(offer.price.prompt_rao_per_1k),
        Amount(offer.price.completion_rao_per_1k)
    );
    let config = WalletConfig {
        gateway,
        genesis,
        channel: args.channel,
        budget,
        ahead: args.ahead.map_or(0, |ahead| ahead.0),
        price_max: offer.price,
        every: Duration::from_millis(250),
    };
    let cancel = CancellationToken::new();
    let (status, changes) = watch::channel(WalletStatus::default());
    let work = tokio::spawn(run_wallet(config, payer, status, cancel.clone()));
    let shown = show(
        changes,
        args.json,
        |now| (now.signed, now.spent),
        |now| {
            let end = if now.spent { ", the budget is used up" } else { "" };
            format!("signed for {} TAO{end}", Amount(now.signed))
        },
    );
    attend(shown, &mut stop, &cancel, work).await
}
