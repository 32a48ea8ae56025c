//! What the payer of a channel signs: API keys, vouchers, and both continuously.

use std::{path::PathBuf, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tributary_client::{
    Client, market,
    pact::{self, ChannelView},
};
use tributary_market_serve::{WalletConfig, WalletStatus, credential::Token, offer, rail::Voucher, run_wallet};
use tributary_neuron::Identity;

use super::args::{MakeToken, MakeVoucher, Wallet};
use crate::{
    amount::Amount,
    commands::attend::{attend, show},
    options::Keys,
    output::{self, say},
    rail::RpcRail,
    stop,
};

/// How long the wallet's chain may be behind the gateway's before the gateway is called a cheat.
const CHAIN_LAG: Duration = Duration::from_secs(60);

/// The signing key of a channel's payer.
async fn payer(client: &Client, keys: &Keys, id: u64) -> Result<(Identity, ChannelView)> {
    let channel = pact::channel(&client.at_best().await?, id).await?;
    let channel =
        channel.with_context(|| format!("there is no open channel {id}: `tributary channel list` shows them"))?;
    let view = ChannelView::new(id, &channel);
    let coldkey = keys.coldkey()?;
    if coldkey.account() != channel.payer {
        bail!("the payer of channel {id} is {}, not {}", view.payer, coldkey.address());
    }
    Ok((Identity::from(coldkey.pair().clone()), view))
}

/// Makes an API key.
///
/// # Errors
/// If there is no such channel, or another pays it.
pub async fn token(args: &MakeToken) -> Result<()> {
    let client = Client::connect(&args.connection.endpoint).await?;
    let (payer, view) = payer(&client, &args.keys, args.channel).await?;
    let wanted = match args.until {
        Some(until) => until,
        None => {
            let head = u64::from(client.header(client.best().await?).await?.number);
            let block_ms = market::block_ms(&client.at_best().await?).await?;
            head.saturating_add(args.valid_for.blocks(block_ms))
        }
    };
    let until = wanted.min(view.expiry);
    let token = Token::sign(&payer, &client.genesis().0, args.channel, until).to_string();
    match args.json {
        true => output::json(&serde_json::json!({ "channel": args.channel, "until": until, "api_key": token })),
        false => {
            if wanted > until {
                say!(
                    "channel {} expires at block {until}, and the key with it: sooner than --valid-for or --until says",
                    args.channel
                );
            } else {
                say!("valid until block {until}; choose another time with --valid-for");
            }
            output::line(&token)
        }
    }
}

/// Signs a voucher.
///
/// # Errors
/// If there is no such channel, another pays it, or its deposit is smaller.
pub async fn voucher(args: &MakeVoucher) -> Result<()> {
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

/// The folder of the wallet's own records.
fn records(args: &Wallet) -> Result<PathBuf> {
    match &args.state {
        Some(folder) => Ok(folder.clone()),
        None => directories::ProjectDirs::from("", "", "tributary")
            .map(|dirs| dirs.data_dir().join("channels"))
            .context("there is no home folder to keep the wallet's record in: name a folder with --state"),
    }
}

/// Signs vouchers until told to stop, or the channel is closed.
///
/// # Errors
/// If the channel is not this gateway's, or the gateway is found cheating.
pub async fn wallet(args: &Wallet) -> Result<()> {
    let mut stop = stop::signals()?;
    let client = Client::connect(&args.connection.endpoint).await?;
    let (payer, view) = payer(&client, &args.keys, args.channel).await?;
    let gateway = args.gateway.trim_end_matches('/').to_owned();
    let offer = offer(&gateway, &client.genesis().0).await?;
    if offer.payee.to_string() != view.payee {
        bail!(
            "channel {} pays {}, but the gateway's payee is {}",
            args.channel,
            view.payee,
            offer.payee
        );
    }
    let budget = args.budget.map_or(u64::MAX, |budget| budget.0);
    say!(
        "signing for channel {}: at most {} TAO, at {} TAO per 1000 prompt tokens and {} TAO per 1000 completion tokens",
        args.channel,
        Amount(budget.min(view.deposit_rao)),
        Amount(offer.price.prompt_rao_per_1k),
        Amount(offer.price.completion_rao_per_1k)
    );
    let block_ms = market::block_ms(&client.at_best().await?).await?;
    let config = WalletConfig {
        gateway,
        channel: args.channel,
        payee: offer.payee,
        budget,
        ahead: args.ahead.map_or(0, |ahead| ahead.0),
        price_max: offer.price,
        accept_debt: args.accept_debt.map_or(0, |debt| debt.0),
        token_blocks: args.valid_for.blocks(block_ms),
        records: Some(records(args)?),
        chain_lag: CHAIN_LAG,
        every: Duration::from_millis(250),
    };
    let cancel = CancellationToken::new();
    let (status, changes) = watch::channel(WalletStatus::default());
    let rail = Arc::new(RpcRail::new(client).await?);
    let work = tokio::spawn(run_wallet(config, rail, payer, status, cancel.clone()));
    let id = args.channel;
    let shown = show(changes, args.json, |now| {
        let debts = now.statement.map_or(0, |statement| statement.carried);
        let end = match (now.closed, now.spent, debts) {
            (true, ..) => format!("; channel {id} is closed, there is nothing more to sign"),
            (_, true, _) => ", the budget is used up".to_owned(),
            (_, _, 0) => String::new(),
            (_, _, debts) => format!(", {} TAO of that for the use of earlier channels", Amount(debts)),
        };
        let text = format!("signed for {} TAO{end}", Amount(now.signed));
        ((now.signed, now.spent, now.closed), text)
    });
    attend(shown, &mut stop, &cancel, work).await
}
