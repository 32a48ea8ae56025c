//! `tributary stake` and `unstake`

use anyhow::{Context as _, Result, bail};
use clap::Args;
use serde::Serialize;
use tributary_client::{
    AccountId32, Call, View, address,
    calls::subtensor,
    delegate, market,
    quote::{self, Quote, Side},
    receipt::{self, Traded},
};
use tributary_economy::{Alpha, NetUid, Tao};

use super::{
    send::{Deal, Sending},
    status::check_subnet,
};
use crate::{
    amount::{self, Amount, AmountOrAll, Rao},
    output::{self, say},
    shares::{self, Slippage},
};

#[derive(Debug, Args)]
pub struct Stake {
    /// The subnet
    pub netuid: u16,
    /// TAO to pay, at most 9 decimals
    #[arg(value_parser = amount::parse)]
    pub amount: Amount,
    /// Highest price to pay, in TAO per alpha; the trade fails if it would exceed it
    #[arg(long, value_name = "PRICE", value_parser = amount::parse, conflicts_with = "slippage")]
    pub limit: Option<Amount>,
    /// How far this trade, and others before it, may move the price, such as 2% or 0.02. If the trade alone moves it further, the command asks, or refuses without a terminal. The chain enforces the limit
    #[arg(long, value_name = "SHARE", value_parser = shares::slippage, default_value = "0.5%")]
    pub slippage: Slippage,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Debug, Args)]
pub struct Unstake {
    /// The subnet
    pub netuid: u16,
    /// Alpha to sell, at most 9 decimals, or `all`
    #[arg(value_parser = amount::parse_or_all)]
    pub amount: AmountOrAll,
    /// Lowest price to accept, in TAO per alpha; the trade fails if it would fall below it
    #[arg(long, value_name = "PRICE", value_parser = amount::parse, conflicts_with = "slippage")]
    pub limit: Option<Amount>,
    /// How far this trade, and others before it, may move the price, such as 2% or 0.02. If the trade alone moves it further, the command asks, or refuses without a terminal. The chain enforces the limit
    #[arg(long, value_name = "SHARE", value_parser = shares::slippage, default_value = "0.5%")]
    pub slippage: Slippage,
    #[command(flatten)]
    pub sending: Sending,
}

#[derive(Serialize)]
struct Effect {
    netuid: u16,
    coldkey: String,
    hotkey: String,
    #[serde(flatten)]
    traded: Traded,
}

impl Effect {
    fn new(netuid: NetUid, coldkey: &AccountId32, hotkey: String, traded: Traded) -> Self {
        Self {
            netuid: netuid.0,
            coldkey: address(coldkey),
            hotkey,
            traded,
        }
    }
}

/// Which hotkey to stake to.
async fn to_whom(args: &Stake, view: &View<'_>, netuid: NetUid) -> Result<AccountId32> {
    let keys = &args.sending.keys;
    if keys.hotkey.is_some() {
        return keys.hotkey_account();
    }
    let chosen = delegate::choose(view, netuid, keys.own_hotkey()?.as_ref()).await?;
    let (hotkey, why) = chosen.with_context(|| match netuid.is_root() {
        true => "no hotkey has stake on root yet: name the one to stake to with --hotkey".to_owned(),
        false => format!("nobody is registered on subnet {netuid}: name the hotkey to stake to with --hotkey"),
    })?;
    say!("staking to {}, {why} (choose another with --hotkey)", address(&hotkey));
    Ok(hotkey)
}

/// Which hotkey to unstake from.
async fn from_whom(args: &Unstake, view: &View<'_>, coldkey: &AccountId32, netuid: NetUid) -> Result<AccountId32> {
    let keys = &args.sending.keys;
    if keys.hotkey.is_some() {
        return keys.hotkey_account();
    }
    let mut stakes = delegate::stakes(view, coldkey).await?;
    stakes.retain(|stake| stake.netuid == netuid);
    let (place, asset) = place(netuid);
    match stakes.as_slice() {
        [] => bail!("{} has no stake on {place}", address(coldkey)),
        [one] => {
            say!(
                "unstaking from {}, where your stake on {place} is",
                address(&one.hotkey)
            );
            Ok(one.hotkey.clone())
        }
        several => {
            let list = several
                .iter()
                .map(|stake| format!("{} ({} {asset})", address(&stake.hotkey), Amount(stake.alpha.0)));
            let list: Vec<String> = list.collect();
            bail!(
                "{} has stake on {place} with several hotkeys; name one with --hotkey: {}",
                address(coldkey),
                list.join(", ")
            )
        }
    }
}

/// Where stake is, and what it is of: on root it is TAO.
fn place(netuid: NetUid) -> (String, &'static str) {
    match netuid.is_root() {
        true => ("root".to_owned(), "TAO"),
        false => (format!("subnet {netuid}"), "alpha"),
    }
}

/// A part as per cent, for what is not exact anyway.
fn per_cent(part: f64) -> String {
    format!("{:.2} %", 100.0 * part)
}

/// What a quote says, for people and programs.
pub(super) fn tell(deal: Deal, quote: &Quote, side: Side) -> Deal {
    let (asset, paid) = match side {
        Side::Buy => ("alpha", "TAO"),
        Side::Sell => ("TAO", "alpha"),
    };
    if !quote.dynamic {
        let asset = match side {
            Side::Buy => "TAO of stake",
            Side::Sell => "TAO",
        };
        return deal
            .line(
                "receives",
                format!("{} {asset}, one for one", Amount(quote.received_rao)),
            )
            .figures(quote);
    }
    let price = format!(
        "{} TAO for an alpha now, {} on average with the fee, {} afterwards",
        Rao(quote.price_rao),
        Rao(quote.average_price_rao),
        Rao(quote.price_after_rao)
    );
    let sign = match side {
        Side::Buy => '+',
        Side::Sell => '-',
    };
    deal.line("receives", format!("{} {asset}", Amount(quote.received_rao)))
        .line("price", price)
        .line("price impact", format!("{sign}{}", per_cent(quote.price_impact)))
        .line("pool fee", format!("{} {paid}", Amount(quote.pool_fee_rao)))
        .figures(quote)
}

/// The limit price that is sent along, so that the chain holds to what was quoted: nothing where alpha is TAO. Whoever
/// wants more than the tolerance is asked.
///
/// # Errors
/// If the price would move further, and the user does not agree to that.
fn limit(
    sending: &Sending,
    netuid: NetUid,
    named: Option<Amount>,
    slippage: Slippage,
    quote: &Quote,
) -> Result<Option<Tao>> {
    if let Some(limit) = named {
        return Ok(Some(Tao(limit.0)));
    }
    if !quote.dynamic {
        return Ok(None);
    }
    let tolerance = slippage.0;
    if quote.price_impact > tolerance {
        let what = format!(
            "this trade moves the price of subnet {netuid}'s alpha by {}, from {} to {} TAO; {} is allowed",
            per_cent(quote.price_impact),
            Rao(quote.price_rao),
            Rao(quote.price_after_rao),
            per_cent(tolerance)
        );
        // A little more than the quote, for others trade too.
        let enough = (quote.price_impact * 1.05 * 100.0 + 0.1).ceil();
        if sending.preview {
            say!("{what}, so it would be refused: trade less, or allow it with --slippage {enough}%");
            // What is not allowed has no limit to speak of.
            return Ok(quote.limit(tolerance));
        } else if !output::can_ask() {
            bail!("{what}. Nothing was sent. Trade less, or allow it with --slippage {enough}%");
        } else {
            say!("{what}");
            if !output::agreed("trade anyway?") {
                bail!("nothing was sent");
            }
        }
    }
    let limit = quote.limit(tolerance);
    if limit.is_none() {
        say!("the price may move further than the chain can enforce: the transaction carries no limit");
    }
    Ok(limit)
}

/// Refuses a trade whose price is beyond the named limit already, or would be.
///
/// # Errors
/// If it is.
fn within(netuid: NetUid, side: Side, limit: Option<Amount>, quote: &Quote) -> Result<()> {
    let (Some(limit), true) = (limit, quote.dynamic) else {
        return Ok(());
    };
    let (beyond, word): (fn(f64, f64) -> bool, _) = match side {
        Side::Buy => (|price, limit| price > limit, "above"),
        Side::Sell => (|price, limit| price < limit, "below"),
    };
    let named = limit.0 as f64;
    if beyond(quote.price_rao, named) {
        bail!(
            "nothing was sent: the price of subnet {netuid}'s alpha is {} TAO, {word} your limit of {limit} TAO",
            Rao(quote.price_rao)
        );
    }
    // What rounds to the limit is the chain's to decide.
    if beyond(quote.price_after_rao.round(), named) {
        bail!(
            "nothing was sent: this trade moves the price of subnet {netuid}'s alpha from {} to {} TAO, {word} your limit \
             of {limit} TAO: trade less, or choose another limit",
            Rao(quote.price_rao),
            Rao(quote.price_after_rao)
        );
    }
    Ok(())
}

async fn quoted(view: &View<'_>, netuid: NetUid, side: Side, amount: u64) -> Result<Quote> {
    let quote = quote::quote(view, netuid, side, amount).await?;
    let pool = quote::pool(view, netuid).await?;
    quote.with_context(|| {
        format!(
            "the pool of subnet {netuid} cannot make this trade: it holds {} TAO and {} alpha, and the trade is too large or too small for that",
            Amount(pool.tao.0),
            Amount(pool.alpha.0)
        )
    })
}

/// Buys alpha and stakes it.
///
/// # Errors
/// If a key is wrong, or the chain refuses.
pub async fn stake(args: &Stake) -> Result<()> {
    let (netuid, amount) = (NetUid(args.netuid), Tao(args.amount.0));
    let coldkey = args.sending.keys.coldkey_account()?;
    let client = args.sending.client().await?;
    let view = client.at_best().await?;
    check_subnet(&view, netuid).await?;
    let hotkey = to_whom(args, &view, netuid).await?;
    let (place, _) = place(netuid);
    let quote = quoted(&view, netuid, Side::Buy, amount.0).await?;
    within(netuid, Side::Buy, args.limit, &quote)?;
    let call = match limit(&args.sending, netuid, args.limit, args.slippage, &quote)? {
        None => subtensor::add_stake(hotkey.clone(), netuid, amount),
        Some(limit_price) => subtensor::add_stake_limit(hotkey.clone(), netuid, amount, limit_price, false),
    };
    let deal = Deal::default()
        .takes("to stake", amount.0)
        .line("stakes on", format!("{place}, to {}", address(&hotkey)))
        .figures(&serde_json::json!({ "netuid": netuid.0, "hotkey": address(&hotkey) }));
    let deal = tell(deal, &quote, Side::Buy);
    let Some(included) = args.sending.send_deal(&client, call, deal).await? else {
        return Ok(());
    };
    let traded = receipt::bought(&included, &coldkey, netuid)?;
    let Traded { tao_rao, alpha_rao, .. } = traded;
    let hotkey = address(&hotkey);
    let text = match netuid.is_root() {
        true => format!("staked {} TAO on root, to {hotkey}", Amount(tao_rao)),
        false => format!(
            "staked {} TAO on {place} for {} alpha on {hotkey}",
            Amount(tao_rao),
            Amount(alpha_rao)
        ),
    };
    args.sending
        .report(&included, Effect::new(netuid, &coldkey, hotkey, traded), &text)
}

/// Sells staked alpha.
///
/// # Errors
/// If a key is wrong, or the chain refuses.
pub async fn unstake(args: &Unstake) -> Result<()> {
    let netuid = NetUid(args.netuid);
    let coldkey = args.sending.keys.coldkey_account()?;
    let client = args.sending.client().await?;
    let view = client.at_best().await?;
    check_subnet(&view, netuid).await?;
    let hotkey = from_whom(args, &view, &coldkey, netuid).await?;
    let staked = market::stake_of(&view, &hotkey, &coldkey, netuid).await?;
    let (place, asset) = place(netuid);
    let wanted = match args.amount {
        AmountOrAll::All => staked,
        AmountOrAll::Exactly(amount) => Alpha(amount.0),
    };
    if staked.is_zero() || wanted > staked {
        bail!(
            "{} has {} {asset} staked to {} on {place}, and {} was asked for: unstake less, or `all`",
            address(&coldkey),
            Amount(staked.0),
            address(&hotkey),
            Amount(wanted.0)
        );
    }
    let quote = quoted(&view, netuid, Side::Sell, wanted.0).await?;
    within(netuid, Side::Sell, args.limit, &quote)?;
    let limit_price = limit(&args.sending, netuid, args.limit, args.slippage, &quote)?;
    let call = sale(args.amount, hotkey.clone(), netuid, limit_price);
    let what = match netuid.is_root() {
        true => format!("{} TAO on root", Amount(wanted.0)),
        false => format!("{} alpha of {place}", Amount(wanted.0)),
    };
    let deal = Deal::default()
        .gives(quote.received_rao)
        .line("sells", format!("{what}, staked to {}", address(&hotkey)))
        .figures(&serde_json::json!({ "netuid": netuid.0, "hotkey": address(&hotkey) }));
    let deal = tell(deal, &quote, Side::Sell);
    let Some(included) = args.sending.send_deal(&client, call, deal).await? else {
        return Ok(());
    };
    let traded = receipt::sold(&included, &coldkey, netuid)?;
    let Traded { tao_rao, alpha_rao, .. } = traded;
    if traded.is_nothing() {
        bail!(
            "block {} has the transaction, but nothing was sold",
            included.block_number
        );
    }
    let hotkey = address(&hotkey);
    let text = match netuid.is_root() {
        true => format!("unstaked {} TAO from root, from {hotkey}", Amount(tao_rao)),
        false => format!(
            "sold {} alpha of {place} on {hotkey} for {} TAO",
            Amount(alpha_rao),
            Amount(tao_rao)
        ),
    };
    args.sending
        .report(&included, Effect::new(netuid, &coldkey, hotkey, traded), &text)
}

fn sale(amount: AmountOrAll, hotkey: AccountId32, netuid: NetUid, limit_price: Option<Tao>) -> Call {
    match (amount, limit_price) {
        (AmountOrAll::All, limit_price) => subtensor::remove_stake_full_limit(hotkey, netuid, limit_price),
        (AmountOrAll::Exactly(amount), None) => subtensor::remove_stake(hotkey, netuid, Alpha(amount.0)),
        (AmountOrAll::Exactly(amount), Some(limit_price)) => {
            subtensor::remove_stake_limit(hotkey, netuid, Alpha(amount.0), limit_price, false)
        }
    }
}
