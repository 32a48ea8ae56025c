//! `tributary price`: what alpha costs, and how far a trade moves that.

use anyhow::Result;
use clap::Args;
use serde::Serialize;
use tributary_client::{
    Client, View, market,
    quote::{self, Quote, Side},
};
use tributary_economy::{NetUid, UNIT};

use super::status::{NO_SUBNETS, check_subnet};
use crate::{
    amount::{self, Amount, Rao},
    options::Query,
    output::{self, say},
};

/// What is tried on a subnet if no amount is named, in TAO.
const TRIED: [u64; 4] = [1, 10, 100, 1000];

#[derive(Debug, Args)]
pub struct Price {
    /// The subnet; without it, all subnets
    pub netuid: Option<u16>,
    /// TAO to spend, at most 9 decimals [default: 1 for all subnets; 1, 10, 100 and 1000 for one]
    #[arg(long, value_name = "TAO", value_parser = amount::parse)]
    pub amount: Option<Amount>,
    #[command(flatten)]
    pub query: Query,
}

#[derive(Serialize)]
struct Line {
    netuid: u16,
    name: String,
    price_rao: f64,
    amount_rao: u64,
    /// Nothing if the pool cannot make the trade.
    buy: Option<Quote>,
}

async fn line(view: &View<'_>, netuid: NetUid, rao: u64) -> Result<Line> {
    let pool = quote::pool(view, netuid).await?;
    let price: f64 = tributary_economy::pool::price(&pool).to_num();
    Ok(Line {
        netuid: netuid.0,
        name: market::subnet_name(view, netuid).await?,
        price_rao: price * UNIT as f64,
        amount_rao: rao,
        buy: quote::quote(view, netuid, Side::Buy, rao).await?,
    })
}

/// Shows prices.
///
/// # Errors
/// If no chain answers, or there is no such subnet.
pub async fn run(args: &Price) -> Result<()> {
    let client = Client::connect(&args.query.connection.endpoint).await?;
    let view = client.at_best().await?;
    let mut lines = Vec::new();
    match args.netuid {
        Some(netuid) => {
            check_subnet(&view, NetUid(netuid)).await?;
            let amounts = args.amount.map_or_else(
                || TRIED.map(|tao| tao.saturating_mul(UNIT)).to_vec(),
                |amount| vec![amount.0],
            );
            for rao in amounts {
                lines.push(line(&view, NetUid(netuid), rao).await?);
            }
        }
        None => {
            let rao = args.amount.map_or(UNIT, |amount| amount.0);
            for netuid in market::netuids(&view).await? {
                lines.push(line(&view, netuid, rao).await?);
            }
        }
    }
    if lines.is_empty() {
        say!("{NO_SUBNETS}");
    }
    for line in lines.iter().filter(|line| line.buy.is_none()) {
        let pool = quote::pool(&view, NetUid(line.netuid)).await?;
        say!(
            "subnet {}: nobody can buy alpha for {} TAO now: its pool holds {} TAO and {} alpha, and the purchase is too \
             large or too small for that",
            line.netuid,
            Amount(line.amount_rao),
            Amount(pool.tao.0),
            Amount(pool.alpha.0)
        );
    }
    if args.query.json {
        return output::json(&lines);
    }
    if lines.is_empty() {
        return Ok(());
    }
    let rows = lines.iter().map(|line| {
        let of = |text: fn(&Quote) -> String| line.buy.as_ref().map_or_else(|| "-".to_owned(), text);
        vec![
            line.netuid.to_string(),
            line.name.clone(),
            Rao(line.price_rao).to_string(),
            Amount(line.amount_rao).to_string(),
            of(|quote| Amount(quote.received_rao).to_string()),
            of(|quote| Rao(quote.average_price_rao).to_string()),
            of(|quote| format!("+{:.2}", 100.0 * quote.price_impact)),
            of(|quote| Amount(quote.pool_fee_rao).to_string()),
        ]
    });
    let head = [
        "netuid",
        "name",
        "price (TAO/alpha)",
        "spend (TAO)",
        "buys (alpha)",
        "average (TAO/alpha)",
        "impact (%)",
        "pool fee (TAO)",
    ];
    output::table(&head, rows.collect())
}
